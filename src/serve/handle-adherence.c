/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* delivered against planned: the plans first, then the sessions since the first of them, page after page */

#include "serve/json-plan.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/reach.h"
#include "serve/routes.h"
#include <string.h>

enum {
	LOOK_BACK_DAYS = 400, /* of a streak, too: longer ones are told as at least so long */
	SESSIONS_MAX = 8000,  /* some 20 MiB; what is older is not looked at */
	WEEK = 7,
};

/* a session is stored in the zone it was made in: look a day further than the hub's own zone says */
#define ZONE_SLACK_US (G_GINT64_CONSTANT(26) * 3600 * G_USEC_PER_SEC)

typedef struct {
	KnDays days;     /* that are told */
	KnDay first_day; /* that is looked at, a Monday */
	KnDay plan_day;  /* before it there is no plan */
	KnDay today;
	GTimeZone *held;      /* owned: the zone's rules are read once */
	GPtrArray *rows;      /* owned: KnPlanRow, newest first */
	GPtrArray *parsed;    /* owned: KnPlan */
	GArray *spans;        /* owned: KnPlanSpan, oldest first */
	GPtrArray *sessions;  /* owned: KnSession */
	GPtrArray *maybe;     /* owned: KnSession, nobody's, that may be theirs */
	gboolean is_maybe;    /* these are asked for now, after the others */
	KnSessionPlace after; /* the last that was read */
	gint64 person_id;     /* 0: the home's own plan, and whoever pressed counts */
} Work;

static void
work_free(gpointer data)
{
	Work *work = data;

	g_clear_pointer(&work->held, g_time_zone_unref);
	g_clear_pointer(&work->rows, g_ptr_array_unref);
	g_clear_pointer(&work->spans, g_array_unref);
	g_clear_pointer(&work->parsed, g_ptr_array_unref);
	g_clear_pointer(&work->sessions, g_ptr_array_unref);
	g_clear_pointer(&work->maybe, g_ptr_array_unref);
	g_free(work);
}

/* ---- the answer ---- */

/* those that keep yesterday, or days before, from being known */
static void
add_unread(JsonBuilder *builder, const KnServer *server, const Work *work, const GPtrArray *views,
	   gint64 today_us, const gchar *zone)
{
	json_builder_set_member_name(builder, "unread");
	json_builder_begin_array(builder);
	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = views->pdata[i];

		if (!kn_reach_is_unread(server, work->person_id, view, today_us))
			continue;
		json_builder_begin_object(builder);
		kn_json_add_int(builder, "device_id", view->device->id);
		kn_json_add_text(builder, "address", view->device->address);
		kn_json_add_text(builder, "label", view->device->label);
		kn_json_add_time(builder, "synced", view->device->synced_us, zone);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void
add_sums(JsonBuilder *builder, const Work *work, const GArray *days)
{
	KnAdherence sum = {0};
	KnPeriod period = {0};
	g_autoptr(GPtrArray) maybe =
		kn_summary_select(work->maybe, work->days.first_day, work->days.last_day);
	gboolean is_cut = FALSE;
	guint n_streak = kn_adherence_streak(days, &is_cut);

	kn_adherence_sum(days, work->days.first_day, work->days.last_day, &sum);
	kn_summary_period(work->sessions, work->days.first_day, work->days.last_day, &period);
	kn_json_add_int(builder, "n_planned", sum.n_planned);
	kn_json_add_int(builder, "n_delivered", sum.n_delivered);
	if (sum.n_planned > 0)
		kn_json_add_int(builder, "delivered_permille",
				(gint64)sum.n_delivered * 1000 / sum.n_planned);
	kn_json_add_int(builder, "n_met_days", sum.n_met);
	kn_json_add_int(builder, "n_missed_days", sum.n_missed);
	kn_json_add_int(builder, "n_unknown_days", sum.n_unknown);
	kn_json_add_int(builder, "n_due_days",
			sum.n_met + sum.n_missed + sum.n_unknown + sum.n_open);
	kn_json_add_int(builder, "n_data_days", period.n_data_days);
	kn_json_add_int(builder, "n_maybe_sessions", maybe->len);
	kn_json_add_int(builder, "streak_days", n_streak);
	kn_json_add_bool(builder, "is_streak_cut", is_cut && work->plan_day < work->first_day);
}

static void
add_days(JsonBuilder *builder, const Work *work, const GArray *days)
{
	json_builder_set_member_name(builder, "days");
	json_builder_begin_array(builder);
	for (guint i = 0; i < days->len; i++) {
		const KnPlanDay *day = &g_array_index(days, KnPlanDay, i);

		if (day->day < work->days.first_day || day->day > work->days.last_day)
			continue;
		json_builder_begin_object(builder);
		kn_json_add_plan_day(builder, day);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
	if (days->len == 0)
		return;
	json_builder_set_member_name(builder, "today");
	json_builder_begin_object(builder);
	kn_json_add_plan_day(builder, &g_array_index(days, KnPlanDay, days->len - 1));
	kn_json_add_plan_items(builder, &g_array_index(days, KnPlanDay, days->len - 1));
	json_builder_end_object(builder);
}

/* the one of today, if there is one */
static void
add_plan(JsonBuilder *builder, const Work *work, const gchar *zone)
{
	guint i = 0;

	while (i < work->rows->len &&
	       ((const KnPlanRow *)work->rows->pdata[i])->from_day > work->today)
		i++;
	if (i == work->rows->len || ((const KnPlanRow *)work->rows->pdata[i])->text[0] == '\0')
		return;
	json_builder_set_member_name(builder, "plan");
	json_builder_begin_object(builder);
	kn_json_add_plan(builder, work->rows->pdata[i], i > 0 ? work->rows->pdata[i - 1] : NULL,
			 zone);
	json_builder_end_object(builder);
}

static GArray *
fold(const KnServer *server, const Work *work, const GPtrArray *views, gint64 now_us,
     const gchar *zone)
{
	g_autoptr(GArray) reaches = g_array_new(FALSE, FALSE, sizeof(KnReach));
	const KnAdherenceInput input = {.sessions = work->sessions,
					.plans = work->spans,
					.reaches = reaches,
					.zone = zone,
					.first_day = work->first_day,
					.today = work->today,
					.maybe = work->maybe,
					.losses = server->hub.get_losses(server->user)};

	for (guint i = 0; i < views->len; i++)
		kn_reach_add(reaches, server, work->person_id, views->pdata[i], now_us);
	return kn_adherence_fold(&input);
}

static void
answer(KnRequest *request)
{
	const KnServer *server = request->server;
	const Work *work = request->work;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree gchar *first = kn_zone_format_day(work->days.first_day);
	g_autofree gchar *last = kn_zone_format_day(work->days.last_day);
	g_autoptr(GArray) days = NULL;
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	days = fold(server, work, views, now.utc_us, zone);
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "first_day", first);
	kn_json_add_text(builder, "last_day", last);
	kn_json_add_text(builder, "tz", zone);
	kn_json_add_time(builder, "now", now.utc_us, zone);
	kn_json_add_planned_for(builder, server->hub.get_people(server->user), work->person_id);
	add_plan(builder, work, zone);
	add_sums(builder, work, days);
	add_days(builder, work, days);
	add_unread(builder, server, work, views, kn_zone_day_start_us(work->today, zone), zone);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- the sessions ---- */

static void ask_next_page(KnRequest *request);

/* there are more than are looked at: only the weeks of which all are here */
static void
cut(Work *work, const gchar *zone)
{
	KnDay oldest = kn_zone_day(work->after.start_us, zone);

	work->first_day = MAX(work->first_day, MIN(kn_zone_week_start(oldest) + 2 * WEEK,
						   kn_zone_week_start(work->today)));
}

static void
on_page(GPtrArray *owned_sessions, guint n_stored, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	g_autoptr(KnRequest) request = data;
	Work *work = request->work;
	const KnServer *server = request->server;
	guint n = 0;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = sessions->pdata[i];

		if (session->id != 0)
			work->after = kn_session_place(session);
	}
	g_ptr_array_extend_and_steal(work->is_maybe ? work->maybe : work->sessions,
				     g_steal_pointer(&sessions));
	n = work->sessions->len + work->maybe->len;
	if (n_stored == KN_PAGE_MAX && n <= SESSIONS_MAX) {
		ask_next_page(request);
		return;
	}
	if (n_stored == KN_PAGE_MAX)
		cut(work, server->hub.get_zone(server->user));
	if (work->is_maybe || work->person_id == 0) {
		answer(request);
		return;
	}
	work->is_maybe = TRUE;
	work->after = (KnSessionPlace){0};
	ask_next_page(request);
}

/* a plan of a person is held against that person's sessions, as far as anybody knows them */
static void
ask_next_page(KnRequest *request)
{
	const KnServer *server = request->server;
	const Work *work = request->work;
	const gchar *zone = server->hub.get_zone(server->user);
	KnDay first_day = MAX(work->first_day, work->plan_day);
	const KnHubQuery query = {
		.from_us = kn_zone_day_start_us(first_day, zone) - ZONE_SLACK_US,
		.to_us = kn_zone_day_start_us(work->today + 1, zone) + ZONE_SLACK_US,
		.after = work->after,
		.limit = KN_PAGE_MAX,
		.person_id = work->is_maybe ? 0 : work->person_id,
		.may_be_of = work->is_maybe ? work->person_id : 0,
	};

	server->hub.query_sessions(server->user, &query, on_page, kn_request_ref(request));
}

/* ---- the plans ---- */

static void
take_plans(Work *work)
{
	for (guint i = work->rows->len; i-- > 0;) {
		const KnPlanRow *row = work->rows->pdata[i];
		g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
		KnPlanSpan span = {NULL, row->from_day};

		/* one that cannot be read, of another version of knead, counts as none */
		span.plan = kn_plan_parse(row->text, strlen(row->text), problems);
		if (span.plan != NULL)
			g_ptr_array_add(work->parsed, (gpointer)span.plan);
		if (span.plan != NULL && work->parsed->len == 1)
			work->plan_day = row->from_day;
		g_array_append_val(work->spans, span);
	}
}

static void
on_plans(GPtrArray *owned_rows, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) rows = owned_rows;
	g_autoptr(KnRequest) request = data;
	Work *work = request->work;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	work->rows = g_steal_pointer(&rows);
	take_plans(work);
	if (work->parsed->len == 0)
		answer(request);
	else
		ask_next_page(request);
}

/* ---- what was asked ---- */

static gboolean
read_days(KnRequest *request, Work *work)
{
	KnDays from = {work->today - WEEK + 1, work->today};
	KnDays to = {work->today, work->today};

	if (!kn_query_days(request, "from", &from) || !kn_query_days(request, "to", &to))
		return FALSE;
	work->days = (KnDays){from.first_day, MIN(to.last_day, work->today)};
	if (work->days.first_day <= work->days.last_day && work->days.first_day >= work->first_day)
		return TRUE;
	kn_query_refuse(request,
			"The days end before they begin, are to come, or lie more than 400 days "
			"back.",
			"Ask for example /v1/adherence?from=last-month");
	return FALSE;
}

void
kn_handle_adherence(KnRequest *request)
{
	const KnServer *server = request->server;
	const gchar *who = kn_query_get(request, "person");
	Work *work = g_new0(Work, 1);

	request->work = work;
	request->work_free = work_free;
	work->held = kn_zone_hold(server->hub.get_zone(server->user));
	work->parsed = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_free);
	work->spans = g_array_new(FALSE, FALSE, sizeof(KnPlanSpan));
	work->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	work->maybe = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	work->today = kn_query_today(request);
	work->first_day = kn_zone_week_start(work->today - LOOK_BACK_DAYS);
	work->plan_day = work->today;
	if ((who == NULL || kn_query_find_person(request, who, &work->person_id)) &&
	    read_days(request, work))
		server->hub.query_plans(server->user, work->person_id, on_plans,
					kn_request_ref(request));
}
