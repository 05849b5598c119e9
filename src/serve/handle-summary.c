/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/routes.h"
#include "serve/summary-work.h"

enum {
	DAYS_MAX = 3700,        /* ten years */
	SESSIONS_MAX = 8000,    /* some 20 MiB while they are added up */
	EARLIER_DAYS_MAX = 366, /* of longer periods what was before is not told */
	GAP_SESSIONS_MAX =
		32, /* incomplete sessions whose gaps are named; more are told by a flag */
};

/* a session is stored in the zone it was made in: look a day further than the hub's own zone says */
#define ZONE_SLACK_US (G_GINT64_CONSTANT(26) * 3600 * G_USEC_PER_SEC)

static void
work_free(gpointer data)
{
	KnSummaryWork *work = data;

	g_clear_pointer(&work->sessions, g_ptr_array_unref);
	g_clear_pointer(&work->earlier, g_ptr_array_unref);
	g_clear_pointer(&work->incomplete, g_array_unref);
	g_clear_object(&work->gaps);
	g_clear_pointer(&work->held, g_time_zone_unref);
	g_free(work);
}

/* ---- what was asked ---- */

static gboolean
refuse_keys(KnRequest *request)
{
	kn_query_refuse(request, "The keys do not fit together.",
			"Ask period=day, week or month with an optional day=, or period=range with "
			"from= and an optional to=.");
	return FALSE;
}

/* the month that day= lies in, as far as it has come; FALSE: refused */
static gboolean
read_month(KnRequest *request, KnSummaryWork *work)
{
	KnDay today = kn_query_today(request);
	KnDays days = {today, today};
	KnDays month = {0};

	if (!kn_query_days(request, "day", &days))
		return FALSE;
	month = kn_days_month_of(days.first_day);
	if (days.last_day > month.last_day)
		return refuse_keys(request);
	if (today >= month.first_day)
		month.last_day = MIN(month.last_day, today);
	work->days = month;
	return TRUE;
}

/* without to= it goes on until today */
static gboolean
read_range(KnRequest *request, KnSummaryWork *work)
{
	KnDay today = kn_query_today(request);
	KnDays from = {0};
	KnDays to = {today, today};

	if (!kn_query_days(request, "from", &from) || !kn_query_days(request, "to", &to))
		return FALSE;
	work->days = (KnDays){from.first_day, to.last_day};
	if (work->days.first_day <= work->days.last_day &&
	    work->days.last_day - work->days.first_day < DAYS_MAX)
		return TRUE;
	kn_query_refuse(request, "The range ends before it begins, or is longer than 3700 days.",
			"Write the earlier day first.");
	return FALSE;
}

/* "week" is the last seven local days: on a Monday morning a person wants to see Sunday */
static gboolean
read_days(KnRequest *request, KnSummaryWork *work)
{
	static const gchar *const periods[] = {"day", "week", "month", "range"};
	const gchar *period = kn_query_get(request, "period");
	gboolean has_from = kn_query_get(request, "from") != NULL;
	gboolean has_edge = has_from || kn_query_get(request, "to") != NULL;
	gboolean is_range = g_strcmp0(period, "range") == 0;
	KnDay day = kn_query_today(request);

	for (guint i = 0; i < G_N_ELEMENTS(periods); i++)
		if (g_strcmp0(period, periods[i]) == 0)
			work->period = periods[i];
	if (work->period == NULL) {
		kn_query_refuse(request, "\"period\" is not day, week, month or range.",
				"Ask for example /v1/summary?period=week");
		return FALSE;
	}
	if (is_range ? !has_from || kn_query_get(request, "day") != NULL : has_edge)
		return refuse_keys(request);
	if (is_range)
		return read_range(request, work);
	if (g_str_equal(work->period, "month"))
		return read_month(request, work);
	if (!kn_query_day(request, "day", &day))
		return FALSE;
	work->days = (KnDays){g_str_equal(work->period, "week") ? day - 6 : day, day};
	return TRUE;
}

static gboolean
read_by(KnRequest *request, KnSummaryWork *work)
{
	const gchar *text = kn_query_get(request, "by");

	if (text == NULL || kn_summary_by_parse(text, &work->by))
		return TRUE;
	kn_query_refuse(request, "\"by\" is not place, region, side, node, device or person.",
			"Ask for example /v1/summary?period=week&by=region");
	return FALSE;
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
	KnSummaryWork *work = request->work;

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
	KnSummaryWork *work = request->work;
	gint64 id = 0;

	if (work->n_gaps_asked >= work->incomplete->len) {
		kn_summary_answer(request, work);
		return;
	}
	id = g_array_index(work->incomplete, gint64, work->n_gaps_asked++);
	server->hub.query_session(server->user, id, 0, on_gaps, kn_request_ref(request));
}

static void
note_incomplete(KnSummaryWork *work)
{
	for (guint i = 0; i < work->sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(work->sessions, i);

		if (session->id == 0 || session->coverage.stored >= session->coverage.expected)
			continue;
		if (work->incomplete->len < GAP_SESSIONS_MAX)
			g_array_append_val(work->incomplete, session->id);
		else
			work->is_gaps_cut = TRUE;
	}
}

/* ---- the sessions, page after page: of the period itself, then of what lies before it ---- */

static void ask_next_page(KnRequest *request);

/* Only those of the period stay: a page reaches a day further. */
static void
keep(GPtrArray *kept, GPtrArray *owned_page, KnDays days)
{
	g_autoptr(GPtrArray) page = owned_page;
	g_autoptr(GPtrArray) selected = kn_summary_select(page, days.first_day, days.last_day);

	for (guint i = 0; i < selected->len; i++) {
		KnSession *session = g_ptr_array_index(selected, i);
		guint at = 0;

		if (g_ptr_array_find(page, session, &at))
			g_ptr_array_add(kept, g_ptr_array_steal_index_fast(page, at));
	}
}

static void
begin_earlier(KnRequest *request)
{
	KnSummaryWork *work = request->work;
	gboolean is_month = g_str_equal(work->period, "month");

	note_incomplete(work);
	if (work->days.last_day - work->days.first_day >= EARLIER_DAYS_MAX) {
		ask_next_gaps(request);
		return;
	}
	work->earlier = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	work->earlier_days = kn_days_before(work->days, is_month);
	work->after = (KnSessionPlace){0};
	ask_next_page(request);
}

/* too much of the period itself is refused; too much before it is only not told */
static void
go_on(KnRequest *request, guint n_stored)
{
	KnSummaryWork *work = request->work;
	guint n = work->sessions->len + (work->earlier != NULL ? work->earlier->len : 0);

	if (n > SESSIONS_MAX && work->earlier == NULL) {
		kn_query_refuse(request, "There are more than 8000 sessions in that range.",
				"Ask for a shorter range, or for one massager.");
		return;
	}
	if (n > SESSIONS_MAX) {
		g_clear_pointer(&work->earlier, g_ptr_array_unref);
		ask_next_gaps(request);
	} else if (n_stored == KN_PAGE_MAX) {
		ask_next_page(request);
	} else if (work->earlier == NULL) {
		begin_earlier(request);
	} else {
		ask_next_gaps(request);
	}
}

static void
on_page(GPtrArray *owned_sessions, guint n_stored, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	g_autoptr(KnRequest) request = data;
	KnSummaryWork *work = request->work;

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
	if (work->earlier != NULL)
		keep(work->earlier, g_steal_pointer(&sessions), work->earlier_days);
	else
		keep(work->sessions, g_steal_pointer(&sessions), work->days);
	go_on(request, n_stored);
}

static void
ask_next_page(KnRequest *request)
{
	const KnServer *server = request->server;
	const KnSummaryWork *work = request->work;
	const gchar *zone = server->hub.get_zone(server->user);
	KnDays days = work->earlier != NULL ? work->earlier_days : work->days;
	KnHubQuery query = {
		.from_us = kn_zone_day_start_us(days.first_day, zone) - ZONE_SLACK_US,
		.to_us = kn_zone_day_start_us(days.last_day + 1, zone) + ZONE_SLACK_US,
		.device_id = work->device_id,
		.person_id = work->person_id,
		.after = work->after,
		.limit = KN_PAGE_MAX,
	};

	server->hub.query_sessions(server->user, &query, on_page, kn_request_ref(request));
}

void
kn_handle_summary(KnRequest *request)
{
	KnSummaryWork *work = g_new0(KnSummaryWork, 1);

	work->held = kn_zone_hold(request->server->hub.get_zone(request->server->user));
	work->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	work->incomplete = g_array_new(FALSE, FALSE, sizeof(gint64));
	work->gaps = json_builder_new();
	json_builder_begin_array(work->gaps);
	request->work = work;
	request->work_free = work_free;
	if (read_days(request, work) && read_by(request, work) &&
	    kn_query_device(request, "device", &work->device_id) &&
	    kn_query_person(request, "person", &work->person_id))
		ask_next_page(request);
}
