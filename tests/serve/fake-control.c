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

void
fake_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request)
{
	FakeHub *hub = user;
	const KnRezoned done = {7, 3, G_GINT64_CONSTANT(1767225600000000),
				G_GINT64_CONSTANT(1767312000000000)};
	g_autoptr(GError) error = NULL;

	hub->n_rezones++;
	hub->rezone = *wish;
	hub->rezone.zone = NULL;
	g_strlcpy(hub->rezone_zone, wish->zone, sizeof hub->rezone_zone);
	func(fail(hub, &error) ? &done : NULL, error, request);
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
