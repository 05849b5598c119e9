/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-control.h"

#include "example-sessions.h"

#include <string.h>

enum { LIVE_MS = 20, BACKUP_BYTES = 5 * 1024 * 1024, PIECE_BYTES = 256 * 1024 };

static struct {
	KnServer *server;
	const KnSession *session;
	KnDevice *device;
	guint source;
} live;

void
example_allow(gpointer user, const KnAllow *wish, KnHubDeviceFunc func, gpointer request)
{
	g_autoptr(KnDevice) device = example_device(EXAMPLE_SLEEVE);

	func(device, NULL, request);
}

void
example_forget(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request)
{
	g_autoptr(KnDevice) device = example_device(device_id);

	func(device, NULL, request);
}

/* this month's twenty-seven, none of them near midnight */
void
example_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request)
{
	const KnRezoned done = {.n_sessions = 27,
				.n_other_day = 0,
				.oldest_us = EXAMPLE_NOW_US - 20 * EXAMPLE_DAY_US,
				.newest_us = EXAMPLE_NOW_US - 60 * EXAMPLE_MINUTE_US};

	func(&done, NULL, request);
}

guint
example_get_rezone_permille(gpointer user)
{
	return 1000;
}

void
example_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request)
{
	func(NULL, BACKUP_BYTES, NULL, request);
}

void
example_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request)
{
	gsize n_bytes = MIN(PIECE_BYTES, BACKUP_BYTES - (gsize)offset);

	func(g_bytes_new_take(g_malloc0(n_bytes), n_bytes), BACKUP_BYTES, NULL, request);
}

void
example_end_backup(gpointer user)
{
}

gboolean
example_identify(gpointer user, gint64 device_id, guint duration_s, GError **error)
{
	return TRUE;
}

gboolean
example_scan(gpointer user, guint duration_s, GError **error)
{
	return TRUE;
}

gint64
example_since_listened_ms(gpointer user)
{
	return 0;
}

/* the foam roll was not heard for five days, the others are fine */
void
example_explain(gpointer user, const gchar *address, KnWhy *ret_why)
{
	gboolean is_away = g_str_has_suffix(address, "3");
	KnWhyFacts facts = {
		.name = is_away ? "foam roll" : "back bed",
		.address = address,
		.has_bus = TRUE,
		.has_bluetoothd = TRUE,
		.has_adapter = TRUE,
		.is_adapter_on = TRUE,
		.is_allowed = TRUE,
		.link = is_away ? KN_WHY_LINK_SEARCHING : KN_WHY_LINK_READY,
		.last_error = "",
		.unseen_ms = is_away ? 5 * EXAMPLE_DAY_US / 1000 : 0,
		.signal_dbm = is_away ? -88 : -61,
		.is_newest_known = TRUE,
		.offence = "",
		.twin_name = "",
		.twin_address = "",
	};

	kn_why_judge(&facts, ret_why);
}

/* ---- pairing: over before anybody asks ---- */

static gboolean has_pairing;

static gboolean
on_paired(gpointer data)
{
	kn_server_pairing_changed(live.server);
	return G_SOURCE_REMOVE;
}

gboolean
example_pair(gpointer user, const KnAllow *wish, GError **error)
{
	has_pairing = TRUE;
	g_idle_add(on_paired, NULL);
	return TRUE;
}

gboolean
example_get_pairing(gpointer user, KnPairingView *ret_view)
{
	*ret_view = (KnPairingView){.address = "C0:FF:EE:00:00:03",
				    .state = "done",
				    .is_over = TRUE,
				    .is_paired = TRUE,
				    .is_bonded = TRUE,
				    .was_recorded = TRUE,
				    .error = ""};
	return has_pairing;
}

/* ---- a capture of two notifications ---- */

static struct {
	KnHubCaptureSink sink;
	gpointer to;
	guint source;
} capture;

static gboolean
on_captured(gpointer data)
{
	capture.source = 0;
	capture.sink.end(capture.to);
	return G_SOURCE_REMOVE;
}

gpointer
example_start_capture(gpointer user, const KnHubCapture *what, const KnHubCaptureSink *sink,
		      gpointer to, GError **error)
{
	static const gchar text[] = "# knead-capture: 1\n"
				    "clock 0 1795248000000000 2\n"
				    "n 1000 1101\n"
				    "n 2000 1102\n"
				    "end 70 6c62a0fa\n";

	capture.sink = *sink;
	capture.to = to;
	sink->write(to, text, strlen(text));
	capture.source = g_idle_add(on_captured, NULL);
	return &capture;
}

void
example_stop_capture(gpointer user, gpointer stopped)
{
	g_clear_handle_id(&capture.source, g_source_remove);
}

/* ---- live ---- */

static gboolean
on_live(gpointer data)
{
	guint32 hpa[KN_NODES_MAX] = {0};
	const KnLiveView view = {.device = live.device,
				 .session = live.session,
				 .node_hpa = hpa,
				 .n_nodes = live.session->metrics.n_nodes};

	for (guint i = 0; i < view.n_nodes; i++)
		hpa[i] = live.session->metrics.node[i].mean_hpa;
	if (kn_server_wants_live(live.server))
		kn_server_publish_live(live.server, &view);
	return G_SOURCE_CONTINUE;
}

void
example_start_live(KnServer *server, const KnSession *session)
{
	live.server = server;
	live.session = session;
	live.device = example_device(session->device_id);
	live.source = g_timeout_add(LIVE_MS, on_live, NULL);
}

void
example_stop_live(void)
{
	g_clear_handle_id(&live.source, g_source_remove);
	g_clear_pointer(&live.device, kn_device_free);
}
