/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the part of the fake owner that does things to devices */

#include "fake-hub.h"

/* of a hub without radio and massagers */
JsonNode *
fake_get_status(gpointer user)
{
	static const gchar text[] =
		"{'version':'0.1.0','hub_id':'0123456789abcdef','tz':'Europe/Berlin',"
		"'now':'2026-11-21T09:00:00+01:00','clock':'synced','uptime_ms':5400000,"
		"'radio':{'state':'no-bus','n_packets':0,'packet_bytes':0,'n_ring_full':0,"
		"'ring_peak_bytes':0,'n_truncated':0,'n_empty':0,'n_connects':0,"
		"'n_connect_errors':0,'n_unknown_errors':0,'n_listen_errors':0,'rescue':{'is_"
		"failed':false,"
		"'n_rescan':0,'n_reconnect':0,'n_power':0,'n_restart':0},'adapters':[]},"
		"'storage':{'state':'ok','is_nearly_full':false,'busy_ms':0,'n_commits':0,'n_"
		"failures':0,'n_blocks':0,"
		"'n_damaged_blocks':0,'raw_bytes':0,'stored_bytes':0,'n_pending':0,"
		"'open_bytes':0,'n_dropped_events':0},'clients':{'n_clients':1,'n_requests':1,"
		"'n_refused_clients':0,'n_denied':0,'n_followers':0,'n_dropped_readers':0},"
		"'devices':[]}";
	g_auto(GStrv) parts = g_strsplit(text, "'", -1);
	g_autofree gchar *json = g_strjoinv("\"", parts);

	return json_from_string(json, NULL);
}

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
	if (hub->is_rezone_slow) {
		hub->rezone_func = func;
		hub->rezone_request = request;
		return;
	}
	func(fail(hub, &error) ? &done : NULL, error, request);
}

/* the one that was slow */
void
fake_end_rezone(FakeHub *hub, const GError *error)
{
	const KnRezoned done = {4000, 1, 0, 0};

	hub->rezone_func(error ? NULL : &done, error, hub->rezone_request);
}

guint
fake_get_rezone_permille(gpointer user)
{
	return ((FakeHub *)user)->rezone_permille;
}

/* a person who is added is number 9; two sessions are moved by anything */
void
fake_change_people(gpointer user, const KnPeopleWish *wish, KnHubPeopleFunc func, gpointer request)
{
	FakeHub *hub = user;
	const KnPeopleDone done = {wish->what == KN_PEOPLE_ADD ? 9 : wish->person_id, 2};
	g_autoptr(GError) error = NULL;
	gboolean is_done = fail(hub, &error);

	g_free(hub->people_wish);
	hub->people_wish = kn_people_wish_copy(wish);
	if (wish->what == KN_PEOPLE_ADD && is_done)
		kn_people_add(hub->people,
			      &(KnPerson){9, (gchar *)wish->label,
					  (gchar *)(wish->external_id ? wish->external_id : ""),
					  HUB_NOW_US});
	func(is_done ? &done : NULL, error, request);
}

void
fake_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request)
{
	FakeHub *hub = user;
	const KnByHandDone done = {1, wish->id, 9, wish->kind == KN_BY_HAND_SAY ? 0 : 4,
				   KN_EDIT_SPLIT};
	g_autoptr(GError) error = NULL;
	gboolean is_done;

	hub->n_by_hand++;
	hub->by_hand = *wish;
	hub->by_hand.word = NULL;
	g_clear_pointer(&hub->said, kn_word_free);
	hub->said = wish->word ? kn_word_copy(wish->word) : NULL;
	is_done = fail(hub, &error);
	func(is_done ? &done : NULL, error, request);
}

void
fake_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request)
{
	GPtrArray *edits = g_ptr_array_new_with_free_func(g_free);
	KnEdit edit = {4, KN_EDIT_DELETE, 1, 143, 10, 20, HUB_NOW_US, 1000, 0};

	g_ptr_array_add(edits, g_memdup2(&edit, sizeof edit));
	func(edits, NULL, request);
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

gint64
fake_since_listened_ms(gpointer user)
{
	return ((FakeHub *)user)->since_listened_ms;
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

	if (hub->is_deferred) {
		hub->begin_func = func;
		hub->begin_request = request;
		return;
	}
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
