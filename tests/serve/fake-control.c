/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the part of the fake owner that does things to devices */

#include "fake-hub.h"

/* a capture of two lines, which ends by itself unless it is stopped */
static gboolean
on_captured(gpointer data)
{
	FakeHub *hub = data;

	hub->capture_source = 0;
	hub->capture_sink.end(hub->capture_to);
	return G_SOURCE_REMOVE;
}

gpointer
fake_start_capture(gpointer user, const KnHubCapture *what, const KnHubCaptureSink *sink,
		   gpointer to, GError **error)
{
	FakeHub *hub = user;

	if (hub->error_code != 0) {
		g_set_error_literal(error, KN_HUB_ERROR, hub->error_code, "as the test wanted");
		return NULL;
	}
	hub->last_capture = *what;
	hub->last_capture.scenario = NULL;
	hub->capture_sink = *sink;
	hub->capture_to = to;
	sink->write(to, "one\ntwo\n", 8);
	if (!hub->is_deferred)
		hub->capture_source = g_idle_add(on_captured, hub);
	return hub;
}

void
fake_stop_capture(gpointer user, gpointer capture)
{
	FakeHub *hub = user;

	g_assert_true(capture == hub);
	hub->n_stopped_captures++;
	g_clear_handle_id(&hub->capture_source, g_source_remove);
}

static gboolean
fail(const FakeHub *hub, GError **error)
{
	if (hub->error_code == 0)
		return TRUE;
	g_set_error_literal(error, KN_HUB_ERROR, hub->error_code, "as the test wanted");
	return FALSE;
}

gboolean
fake_identify(gpointer user, gint64 device_id, guint duration_s, GError **error)
{
	FakeHub *hub = user;

	hub->identified_id = device_id;
	hub->duration_s = duration_s;
	return fail(hub, error);
}

gboolean
fake_scan(gpointer user, guint duration_s, GError **error)
{
	FakeHub *hub = user;

	hub->duration_s = duration_s;
	return fail(hub, error);
}

void
fake_explain(gpointer user, const gchar *address, KnWhy *ret_why)
{
	*ret_why = (KnWhy){KN_WHY_NOT_HEARD, g_strdup_printf("%s is silent.", address),
			   g_strdup("Switch it on.")};
}

void
fake_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request)
{
	FakeHub *hub = user;
	g_autoptr(GError) error = NULL;

	if (hub->backup) {
		hub->n_begun_backups++;
		func(NULL, g_bytes_get_size(hub->backup), NULL, request);
		return;
	}
	g_set_error_literal(&error, KN_HUB_ERROR,
			    hub->error_code != 0 ? hub->error_code : KN_HUB_ERROR_DEGRADED,
			    "as the test wanted");
	func(NULL, 0, error, request);
}

void
fake_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request)
{
	FakeHub *hub = user;
	g_autoptr(GError) error = NULL;
	gsize n_total = g_bytes_get_size(hub->backup);
	gsize n_bytes = MIN(hub->backup_step, n_total - (gsize)offset);

	if (hub->error_code == 0) {
		func(g_bytes_new_from_bytes(hub->backup, (gsize)offset, n_bytes), n_total, NULL,
		     request);
		return;
	}
	g_set_error_literal(&error, KN_HUB_ERROR, hub->error_code, "as the test wanted");
	func(NULL, 0, error, request);
}

void
fake_end_backup(gpointer user)
{
	FakeHub *hub = user;

	hub->n_ended_backups++;
}
