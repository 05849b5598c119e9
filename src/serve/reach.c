/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/reach.h"

#include "serve/server-private.h"

/* One that is read right now and has nothing more is read up to this moment. */
static gint64
read_up_to(const KnDeviceView *view, gint64 now_us)
{
	gboolean is_all_here = g_strcmp0(view->link, "ready") == 0 && view->is_newest_known &&
			       view->n_unsynced == 0;

	return is_all_here ? now_us : view->device->synced_us;
}

void
kn_reach_add(GArray *reaches, const KnServer *server, gint64 person_id, const KnDeviceView *view,
	     gint64 now_us)
{
	const GArray *returned = server->hub.get_people(server->user)->returned;
	KnReach reach = {0};

	if (view->device == NULL || !view->device->is_allowed)
		return;
	reach.from_us = view->device->enrolled_us;
	reach.to_us = read_up_to(view, now_us);
	if (person_id == 0)
		g_array_append_val(reaches, reach);
	if (person_id == 0)
		return;
	if (view->person != NULL && view->person->id == person_id) {
		reach.from_us = view->person_from_us;
		g_array_append_val(reaches, reach);
	}
	for (guint i = 0; i < returned->len; i++) {
		const KnHandout *handout = &g_array_index(returned, KnHandout, i);

		if (handout->person_id != person_id || handout->device_id != view->device->id)
			continue;
		reach.from_us = handout->from_us;
		reach.until_us = handout->to_us;
		g_array_append_val(reaches, reach);
	}
}

gboolean
kn_reach_is_unread(const KnServer *server, gint64 person_id, const KnDeviceView *view,
		   gint64 before_us)
{
	g_autoptr(GArray) reaches = g_array_new(FALSE, FALSE, sizeof(KnReach));

	kn_reach_add(reaches, server, person_id, view, before_us);
	for (guint i = 0; i < reaches->len; i++)
		if (kn_reach_may_have(&g_array_index(reaches, KnReach, i), G_MININT64, before_us))
			return TRUE;
	return FALSE;
}
