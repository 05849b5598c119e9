/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/*
 * The real server with an owner that always tells the same: the hub of the examples in README.md and the man pages. Three massagers, seven
 * weeks of sessions, some of them not whole, and a clock that stands at 2026-11-21 09:00 in Berlin. Serves on the path given until standard
 * input ends.
 */
#include "example-hub.h"

#include "example-control.h"
#include "example-sessions.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>

/* ---- the owner ---- */

static void
get_now(gpointer user, KnNow *ret_now)
{
	*ret_now = (KnNow){.utc_us = EXAMPLE_NOW_US, .quality = ktp_CLOCK_SYNCED};
}

static const gchar *
get_zone(gpointer user)
{
	return EXAMPLE_ZONE;
}

/* a home, until somebody is named */
static const KnPeople *
get_people(gpointer user)
{
	return ((Example *)user)->people;
}

static JsonNode *
get_status(gpointer user)
{
	return json_from_string(
		"{\"version\":\"0.1.0\",\"tz\":\"" EXAMPLE_ZONE
		"\",\"clock\":\"synced\",\"uptime_ms\":"
		"432000000,\"radio\":{\"state\":\"ready\",\"n_packets\":81234,\"adapters\":["
		"{\"name\":\"hci0\",\"address\":\"5E:AD:00:00:00:01\",\"is_powered\":true,"
		"\"listened_last_hour_ms\":240000,\"n_links\":2,\"rescue\":{}}]},"
		"\"storage\":{\"state\":\"ok\",\"n_commits\":412,\"stored_bytes\":5242880},"
		"\"clients\":{\"n_clients\":1,\"n_requests\":97},\"devices\":["
		"{\"id\":1,\"label\":\"back bed\",\"is_allowed\":true,\"link\":\"ready\","
		"\"link_up_ms\":5400000,\"signal_dbm\":-61,\"is_newest_known\":true,\"n_missing\":"
		"3,"
		"\"counters\":{\"n_live_missed\":2}},"
		"{\"id\":2,\"label\":\"hand roller\",\"is_allowed\":true,\"link\":\"ready\","
		"\"link_up_ms\":420000,\"signal_dbm\":-70,\"is_newest_known\":true,\"n_missing\":0}"
		","
		"{\"id\":3,\"label\":\"foam roll\",\"is_allowed\":true,\"link\":\"\","
		"\"is_newest_known\":true,\"n_missing\":0,\"n_gaps\":1}]}",
		NULL);
}

static GPtrArray *
get_devices(gpointer user)
{
	const Example *example = user;
	GPtrArray *views = g_ptr_array_new_with_free_func((GDestroyNotify)kn_device_view_free);

	for (gint64 id = 1; id <= EXAMPLE_DEVICES; id++) {
		KnDeviceView *view = g_new0(KnDeviceView, 1);
		const KnHandout *holder = kn_people_holder(example->people, id);

		view->device = example_device(id);
		view->address = g_strdup(view->device->address);
		view->name = g_strdup("");
		view->is_bonded = TRUE;
		view->link = id == EXAMPLE_SLEEVE ? "" : "ready";
		view->link_error = g_strdup("");
		view->has_signal = id != EXAMPLE_SLEEVE;
		view->signal_dbm = id == EXAMPLE_BED ? -61 : -70;
		view->seen_us =
			id == EXAMPLE_SLEEVE ? EXAMPLE_NOW_US - 5 * EXAMPLE_DAY_US : EXAMPLE_NOW_US;
		view->is_newest_known = TRUE;
		view->n_unsynced = id == EXAMPLE_BED ? 3 : 0;
		view->n_gaps = id == EXAMPLE_SLEEVE ? 1 : 0;
		if (holder) {
			view->person = kn_people_get(example->people, holder->person_id);
			view->person_from_us = holder->from_us;
		}
		g_ptr_array_add(views, view);
	}
	return views;
}

static const GArray *
get_losses(gpointer user)
{
	return NULL;
}

/* with whose it is */
static KnSession *
copy_session(const Example *example, const KnSession *session)
{
	KnSession *copy = example_copy_session(session);
	const KnPerson *person = kn_people_get(example->people, example_owner(example, session));

	copy->person_id = person ? person->id : 0;
	g_free(copy->person_label);
	copy->person_label = person ? g_strdup(person->label) : NULL;
	return copy;
}

static gboolean
is_asked(const Example *example, const KnHubQuery *query, const KnSession *session)
{
	gint64 owner = example_owner(example, session);

	return (query->after.id == 0 || session->id < query->after.id) &&
	       session->start_utc_us >= query->from_us && session->start_utc_us < query->to_us &&
	       (query->device_id == 0 || query->device_id == session->device_id) &&
	       (query->may_be_of != 0
			? example_may_be(example, session, query->may_be_of)
			: query->person_id == 0 || MAX(query->person_id, 0) == owner) &&
	       query->is_deleted == session->is_deleted;
}

static void
query_sessions(gpointer user, const KnHubQuery *query, KnHubSessionsFunc func, gpointer request)
{
	const Example *example = user;
	GPtrArray *page = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);

	for (guint i = 0; i < example->sessions->len && page->len < query->limit; i++) {
		const KnSession *session = example->sessions->pdata[i];

		if (is_asked(example, query, session))
			g_ptr_array_add(page, copy_session(example, session));
	}
	func(page, page->len, NULL, request);
}

static void
query_session(gpointer user, gint64 id, guint n_slices, KnHubSessionFunc func, gpointer request)
{
	const Example *example = user;
	const KnSession *session = example_find_session(example, id);
	KnSessionView *view = NULL;
	g_autoptr(GError) error = NULL;

	if (session == NULL) {
		error = g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_NOT_FOUND,
					    "there is no such session");
		func(NULL, error, request);
		return;
	}
	view = g_new0(KnSessionView, 1);
	view->session = copy_session(example, session);
	view->device = example_device(session->device_id);
	view->info = example_describe(session->device_id);
	view->gaps = g_array_new(FALSE, FALSE, sizeof(KnGap));
	if (session->coverage.stored < session->coverage.expected) {
		guint64 n = session->coverage.expected - session->coverage.stored;
		KnGap gap = {session->span.last_seq - n, session->span.last_seq - 1,
			     n > 3 ? KN_GAP_OVERWRITTEN : KN_GAP_OPEN};

		g_array_append_val(view->gaps, gap);
	}
	view->n_slices = n_slices;
	view->n_nodes = session->metrics.n_nodes;
	view->slice_ms = n_slices > 0 ? session->metrics.duration_ms / n_slices : 0;
	view->curve_hpa = n_slices > 0 ? g_new0(gint32, (gsize)n_slices * view->n_nodes) : NULL;
	for (guint i = 0; i < n_slices; i++)
		for (guint k = 0; k < view->n_nodes; k++)
			view->curve_hpa[i * view->n_nodes + k] =
				example_curve(session, k, i, n_slices);
	func(view, NULL, request);
}

static void
query_events(gpointer user, const KnEventQuery *query, KnHubEventsFunc func, gpointer request)
{
	static const struct {
		KnEventKind kind;
		gint64 device_id;
		gint minutes_ago;
		const gchar *detail;
	} told[] = {
		{KN_EVENT_LINK_UP, EXAMPLE_ROLLER, 7, ""},
		{KN_EVENT_LINK_UP, EXAMPLE_BED, 90, ""},
		{KN_EVENT_LINK_DOWN, EXAMPLE_SLEEVE, 5 * 24 * 60, "link-lost"},
	};
	GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);

	for (guint i = 0; i < G_N_ELEMENTS(told); i++) {
		KnEvent *event = kn_event_new(told[i].kind, told[i].device_id, told[i].detail);

		event->id = (gint64)(G_N_ELEMENTS(told) - i);
		event->at_us = EXAMPLE_NOW_US - told[i].minutes_ago * EXAMPLE_MINUTE_US;
		g_ptr_array_add(events, event);
	}
	func(events, 1, TRUE, NULL, request);
}

static gboolean
on_input_end(gint fd, GIOCondition condition, gpointer data)
{
	g_main_loop_quit(((Example *)data)->loop);
	return G_SOURCE_REMOVE;
}

int
main(int argc, char **argv)
{
	static const KnHub vtable = {
		.get_now = get_now,
		.get_zone = get_zone,
		.get_status = get_status,
		.get_devices = get_devices,
		.get_losses = get_losses,
		.query_sessions = query_sessions,
		.query_session = query_session,
		.query_events = query_events,
		.get_people = get_people,
		.change_people = example_change_people,
		.allow = example_allow,
		.begin_backup = example_begin_backup,
		.read_backup = example_read_backup,
		.end_backup = example_end_backup,
		.forget = example_forget,
		.rezone = example_rezone,
		.get_rezone_permille = example_get_rezone_permille,
		.query_plans = example_query_plans,
		.set_plan = example_set_plan,
		.identify = example_identify,
		.explain = example_explain,
		.by_hand = example_by_hand,
		.query_edits = example_query_edits,
		.get_pairing = example_get_pairing,
		.scan = example_scan,
		.since_listened_ms = example_since_listened_ms,
		.pair = example_pair,
		.start_capture = example_start_capture,
		.stop_capture = example_stop_capture,
	};
	Example example = {.sessions = example_sessions(), .loop = g_main_loop_new(NULL, FALSE)};
	KnServerConfig config = {.socket_path = argc == 2 ? argv[1] : ""};
	g_autoptr(GError) error = NULL;
	KnServer *server = kn_server_new(&config, &vtable, &example, &error);

	example.newest_id = example.sessions->len;
	example_begin_people(&example);
	example_begin_edits(&example);
	example_begin_plans(&example);
	if (server != NULL) {
		g_unix_fd_add(0, G_IO_IN | G_IO_HUP, on_input_end, &example);
		g_print("ready\n");
		example_start_live(server, example.sessions->pdata[0]);
		g_main_loop_run(example.loop);
		example_stop_live();
		kn_server_free(server);
	} else {
		g_printerr("%s\n", error->message);
	}
	g_main_loop_unref(example.loop);
	g_ptr_array_unref(example.sessions);
	example_end_people(&example);
	example_end_edits(&example);
	example_end_plans(&example);
	return server == NULL;
}
