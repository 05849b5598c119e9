/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

enum {
	DAYS_MAX = 3700,      /* ten years */
	DAYS_LISTED_MAX = 92, /* a quarter: longer periods have no list of days */
	SESSIONS_MAX = 8000,  /* some 20 MiB while they are added up */
	GAP_SESSIONS_MAX =
		32, /* incomplete sessions whose gaps are named; more are told by a flag */
};

/* a session is stored in the zone it was made in: look a day further than the hub's own zone says */
#define ZONE_SLACK_US (G_GINT64_CONSTANT(26) * 3600 * G_USEC_PER_SEC)

typedef struct {
	const gchar *period; /* static word */
	KnDay first_day;
	KnDay last_day;
	gint64 device_id;
	KnSessionPlace after; /* the last that was read */
	GPtrArray *sessions;  /* owned: KnSession of the period, all pages */
	GArray *incomplete;   /* owned: gint64 ids of sessions to ask for gaps */
	guint n_gaps_asked;
	gboolean is_gaps_cut;
	JsonBuilder *gaps; /* owned: an array being built */
} SummaryWork;

static void
work_free(gpointer data)
{
	SummaryWork *work = data;

	g_clear_pointer(&work->sessions, g_ptr_array_unref);
	g_clear_pointer(&work->incomplete, g_array_unref);
	g_clear_object(&work->gaps);
	g_free(work);
}

/* ---- what was asked ---- */

static gboolean
refuse_keys(KnRequest *request)
{
	kn_query_refuse(request, "The keys do not fit together.",
			"Ask period=day or period=week with an optional day=, or period=range with "
			"from= and to=.");
	return FALSE;
}

/* "this week" is the last seven local days: on a Monday morning a person wants to see Sunday */
static gboolean
read_period(KnRequest *request, SummaryWork *work)
{
	const KnServer *server = request->server;
	const gchar *period = kn_query_get(request, "period");
	gboolean has_day = kn_query_get(request, "day") != NULL;
	gboolean has_range =
		kn_query_get(request, "from") != NULL && kn_query_get(request, "to") != NULL;
	gboolean has_edge =
		kn_query_get(request, "from") != NULL || kn_query_get(request, "to") != NULL;
	KnNow now = {0};

	if (g_strcmp0(period, "range") == 0) {
		work->period = "range";
		return has_range && !has_day ? TRUE : refuse_keys(request);
	}
	if (g_strcmp0(period, "day") != 0 && g_strcmp0(period, "week") != 0) {
		kn_query_refuse(request, "\"period\" is not day, week or range.",
				"Ask for example /v1/summary?period=week");
		return FALSE;
	}
	if (has_edge)
		return refuse_keys(request);
	work->period = g_str_equal(period, "day") ? "day" : "week";
	server->hub.get_now(server->user, &now);
	work->last_day = kn_zone_day(now.utc_us, server->hub.get_zone(server->user));
	return TRUE;
}

static gboolean
read_days(KnRequest *request, SummaryWork *work)
{
	if (!read_period(request, work) || !kn_query_day(request, "day", &work->last_day))
		return FALSE;
	work->first_day = g_str_equal(work->period, "week") ? work->last_day - 6 : work->last_day;
	if (!kn_query_day(request, "from", &work->first_day) ||
	    !kn_query_day(request, "to", &work->last_day))
		return FALSE;
	if (work->first_day <= work->last_day && work->last_day - work->first_day < DAYS_MAX)
		return TRUE;
	kn_query_refuse(request, "The range ends before it begins, or is longer than 3700 days.",
			"Write the earlier day first.");
	return FALSE;
}

/* ---- the answer ---- */

static void
add_days(JsonBuilder *builder, const SummaryWork *work, const gchar *zone)
{
	guint n_days = (guint)(work->last_day - work->first_day + 1);
	/* the zone's rules are read once, not once a session */
	G_GNUC_UNUSED g_autoptr(GTimeZone) held = kn_zone_hold(zone);
	g_autoptr(GPtrArray) by_day =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; i < n_days; i++)
		g_ptr_array_add(by_day, g_ptr_array_new());
	for (guint i = 0; i < work->sessions->len; i++) {
		KnSession *session = g_ptr_array_index(work->sessions, i);
		KnDay day = kn_zone_day(session->start_utc_us,
					session->zone != NULL ? session->zone : zone);

		if (session->is_time_known && day >= work->first_day && day <= work->last_day)
			g_ptr_array_add(g_ptr_array_index(by_day, (guint)(day - work->first_day)),
					session);
	}
	json_builder_set_member_name(builder, "days");
	json_builder_begin_array(builder);
	for (guint i = 0; i < n_days; i++) {
		KnDay day = work->first_day + (KnDay)i;
		g_autofree gchar *text = kn_zone_format_day(day);
		KnPeriod period = {0};

		kn_summary_period(g_ptr_array_index(by_day, i), day, day, &period);
		json_builder_begin_object(builder);
		kn_json_add_text(builder, "day", text);
		kn_json_add_period(builder, &period);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void
add_heading(JsonBuilder *builder, const SummaryWork *work, const gchar *zone, gint64 now_us)
{
	g_autofree gchar *first = kn_zone_format_day(work->first_day);
	g_autofree gchar *last = kn_zone_format_day(work->last_day);

	kn_json_add_text(builder, "period", work->period);
	kn_json_add_text(builder, "first_day", first);
	kn_json_add_text(builder, "last_day", last);
	kn_json_add_text(builder, "tz", zone);
	kn_json_add_time(builder, "from", kn_zone_day_start_us(work->first_day, zone), zone);
	kn_json_add_time(builder, "to", kn_zone_day_start_us(work->last_day + 1, zone), zone);
	kn_json_add_time(builder, "now", now_us, zone);
	if (work->device_id != 0)
		kn_json_add_int(builder, "device_id", work->device_id);
}

static void
answer(KnRequest *request, SummaryWork *work)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	KnPeriod period = {0};
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	kn_summary_period(work->sessions, work->first_day, work->last_day, &period);
	json_builder_begin_object(builder);
	add_heading(builder, work, zone, now.utc_us);
	kn_json_add_period(builder, &period);
	json_builder_set_member_name(builder, "gaps");
	json_builder_end_array(work->gaps);
	json_builder_add_value(builder, json_builder_get_root(work->gaps));
	kn_json_add_bool(builder, "is_gaps_cut", work->is_gaps_cut);
	kn_json_add_losses(builder, server->hub.get_losses(server->user),
			   kn_zone_day_start_us(work->first_day, zone),
			   kn_zone_day_start_us(work->last_day + 1, zone), zone);
	if (work->last_day - work->first_day < DAYS_LISTED_MAX)
		add_days(builder, work, zone);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- the gaps of incomplete sessions, one after the other ---- */

static void ask_next_gaps(KnRequest *request);

static void
add_session_gaps(JsonBuilder *builder, const KnSessionView *view)
{
	for (guint i = 0; view->gaps != NULL && i < view->gaps->len; i++) {
		json_builder_begin_object(builder);
		kn_json_add_int(builder, "session_id", view->session->id);
		kn_json_add_int(builder, "device_id", view->session->device_id);
		kn_json_add_log_id(builder, view->session->log_id);
		kn_json_add_gap(builder, &g_array_index(view->gaps, KnGap, i));
		json_builder_end_object(builder);
	}
}

/* a session that was folded into another since is not an error: its gaps are named there the next time */
static void
on_gaps(KnSessionView *view, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	SummaryWork *work = request->work;

	if (view != NULL)
		add_session_gaps(work->gaps, view);
	kn_session_view_free(view);
	if (!kn_request_is_open(request))
		return;
	if (error != NULL && !g_error_matches(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_FOUND)) {
		kn_request_answer_error(request, error);
		return;
	}
	ask_next_gaps(request);
}

static void
ask_next_gaps(KnRequest *request)
{
	const KnServer *server = request->server;
	SummaryWork *work = request->work;
	gint64 id = 0;

	if (work->n_gaps_asked >= work->incomplete->len) {
		answer(request, work);
		return;
	}
	id = g_array_index(work->incomplete, gint64, work->n_gaps_asked++);
	server->hub.query_session(server->user, id, 0, on_gaps, kn_request_ref(request));
}

static void
note_incomplete(SummaryWork *work, const gchar *zone)
{
	G_GNUC_UNUSED g_autoptr(GTimeZone) held = kn_zone_hold(zone);

	for (guint i = 0; i < work->sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(work->sessions, i);
		KnDay day = kn_zone_day(session->start_utc_us,
					session->zone != NULL ? session->zone : zone);

		if (session->id == 0 || session->coverage.stored >= session->coverage.expected ||
		    !session->is_time_known || day < work->first_day || day > work->last_day)
			continue;
		if (work->incomplete->len < GAP_SESSIONS_MAX)
			g_array_append_val(work->incomplete, session->id);
		else
			work->is_gaps_cut = TRUE;
	}
}

/* ---- the sessions, page after page ---- */

static void ask_next_page(KnRequest *request);

static void
on_page(GPtrArray *owned_sessions, guint n_stored, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	g_autoptr(KnRequest) request = data;
	SummaryWork *work = request->work;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(sessions, i);

		if (session->id != 0)
			work->after = kn_session_place(session);
	}
	g_ptr_array_extend_and_steal(work->sessions, g_steal_pointer(&sessions));
	if (work->sessions->len > SESSIONS_MAX) {
		kn_query_refuse(request, "There are more than 8000 sessions in that range.",
				"Ask for a shorter range, or for one device.");
		return;
	}
	if (n_stored == KN_PAGE_MAX) {
		ask_next_page(request);
		return;
	}
	note_incomplete(work, request->server->hub.get_zone(request->server->user));
	ask_next_gaps(request);
}

static void
ask_next_page(KnRequest *request)
{
	const KnServer *server = request->server;
	const SummaryWork *work = request->work;
	const gchar *zone = server->hub.get_zone(server->user);
	KnHubQuery query = {
		.from_us = kn_zone_day_start_us(work->first_day, zone) - ZONE_SLACK_US,
		.to_us = kn_zone_day_start_us(work->last_day + 1, zone) + ZONE_SLACK_US,
		.device_id = work->device_id,
		.after = work->after,
		.limit = KN_PAGE_MAX,
	};

	server->hub.query_sessions(server->user, &query, on_page, kn_request_ref(request));
}

void
kn_handle_summary(KnRequest *request)
{
	SummaryWork *work = g_new0(SummaryWork, 1);

	work->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	work->incomplete = g_array_new(FALSE, FALSE, sizeof(gint64));
	work->gaps = json_builder_new();
	json_builder_begin_array(work->gaps);
	request->work = work;
	request->work_free = work_free;
	if (read_days(request, work) && kn_query_device(request, "device", &work->device_id))
		ask_next_page(request);
}
