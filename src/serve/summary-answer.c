/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/measure/change.h"
#include "core/measure/names.h"
#include "serve/json.h"
#include "serve/server-private.h"
#include "serve/summary-work.h"

enum { DAYS_LISTED_MAX = 92 /* a quarter: longer periods have no list of days */ };

/* ---- each day ---- */

static void
add_day(JsonBuilder *builder, const GPtrArray *sessions, KnDay day)
{
	g_autofree gchar *text = kn_zone_format_day(day);
	KnPeriod period = {0};

	kn_summary_period(sessions, day, day, &period);
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "day", text);
	kn_json_add_period(builder, &period);
	json_builder_end_object(builder);
}

static void
add_days(JsonBuilder *builder, const KnSummaryWork *work)
{
	guint n_days = (guint)(work->days.last_day - work->days.first_day + 1);
	g_autoptr(GPtrArray) by_day =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; i < n_days; i++)
		g_ptr_array_add(by_day, g_ptr_array_new());
	for (guint i = 0; i < work->sessions->len; i++) {
		KnSession *session = g_ptr_array_index(work->sessions, i);
		KnDay day = kn_zone_day(session->start_utc_us, session->zone);

		if (day >= work->days.first_day && day <= work->days.last_day)
			g_ptr_array_add(
				g_ptr_array_index(by_day, (guint)(day - work->days.first_day)),
				session);
	}
	json_builder_set_member_name(builder, "days");
	json_builder_begin_array(builder);
	for (guint i = 0; i < n_days; i++)
		add_day(builder, g_ptr_array_index(by_day, i), work->days.first_day + (KnDay)i);
	json_builder_end_array(builder);
}

/* ---- beside what was before ---- */

static void
add_change(JsonBuilder *builder, const gchar *key, guint64 now, guint64 before)
{
	gint32 permille = 0;

	if (kn_change_find(now, before, &permille))
		kn_json_add_int(builder, key, permille);
}

/* what was lost with a database is in no session's coverage */
static gboolean
is_lost(const GArray *losses, KnDays days, const gchar *zone)
{
	gint64 from_us = kn_zone_day_start_us(days.first_day, zone);
	gint64 to_us = kn_zone_day_start_us(days.last_day + 1, zone);

	for (guint i = 0; losses != NULL && i < losses->len; i++)
		if (kn_loss_touches(&g_array_index(losses, KnLoss, i), from_us, to_us))
			return TRUE;
	return FALSE;
}

static void
add_period_changes(JsonBuilder *builder, const KnSummaryWork *work, const KnPeriod *now,
		   const KnPeriod *before)
{
	json_builder_set_member_name(builder, "change_permille");
	json_builder_begin_object(builder);
	if (!work->is_lost && kn_change_is_fair(now, before)) {
		add_change(builder, "n_sessions", now->n_sessions, before->n_sessions);
		add_change(builder, "duration_ms", now->duration_ms, before->duration_ms);
		add_change(builder, "active_ms", now->active_ms, before->active_ms);
		add_change(builder, "dose_hpa_ms", now->dose_hpa_ms, before->dose_hpa_ms);
		add_change(builder, "mean_hpa", now->mean_hpa, before->mean_hpa);
		add_change(builder, "peak_hpa", now->peak_hpa, before->peak_hpa);
		add_change(builder, "hold_count", now->hold_count, before->hold_count);
	}
	json_builder_end_object(builder);
}

void
kn_summary_add_previous(JsonBuilder *builder, const KnSummaryWork *work, const KnPeriod *now,
			const KnPeriod *before)
{
	g_autofree gchar *first = kn_zone_format_day(work->earlier_days.first_day);
	g_autofree gchar *last = kn_zone_format_day(work->earlier_days.last_day);

	json_builder_set_member_name(builder, "previous");
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "first_day", first);
	kn_json_add_text(builder, "last_day", last);
	kn_json_add_period(builder, before);
	json_builder_end_object(builder);
	add_period_changes(builder, work, now, before);
}

/* ---- by place and massager ---- */

static const struct {
	const gchar *word;
	KnPartBy part; /* of nodes */
} bys[] = {
	[KN_SUMMARY_BY_PLACE] = {"place", KN_PART_PLACE},
	[KN_SUMMARY_BY_REGION] = {"region", KN_PART_REGION},
	[KN_SUMMARY_BY_SIDE] = {"side", KN_PART_SIDE},
	[KN_SUMMARY_BY_NODE] = {"node", KN_PART_NODE},
	[KN_SUMMARY_BY_DEVICE] = {"device", KN_PART_NODE},
	[KN_SUMMARY_BY_PERSON] = {"person", KN_PART_NODE},
};

gboolean
kn_summary_by_parse(const gchar *text, KnSummaryBy *ret_by)
{
	for (guint i = 0; i < G_N_ELEMENTS(bys); i++) {
		if (!g_str_equal(text, bys[i].word))
			continue;
		*ret_by = (KnSummaryBy)i;
		return TRUE;
	}
	return FALSE;
}

static void
add_device_name(JsonBuilder *builder, const GPtrArray *views, gint64 device_id)
{
	kn_json_add_int(builder, "device_id", device_id);
	for (guint i = 0; i < views->len; i++) {
		const KnDevice *device = ((KnDeviceView *)g_ptr_array_index(views, i))->device;

		if (device == NULL || device->id != device_id)
			continue;
		json_builder_set_member_name(builder, "device");
		json_builder_begin_object(builder);
		kn_json_add_text(builder, "address", device->address);
		kn_json_add_text(builder, "label", device->label);
		json_builder_end_object(builder);
	}
}

static void
add_part_sums(JsonBuilder *builder, const KnPart *part)
{
	kn_json_add_int(builder, "n_sessions", part->n_sessions);
	kn_json_add_int(builder, "contact_ms", (gint64)part->contact_ms);
	kn_json_add_int(builder, "mean_hpa", part->mean_hpa);
	kn_json_add_int(builder, "peak_hpa", part->peak_hpa);
	kn_json_add_int(builder, "dose_hpa_ms", (gint64)part->dose_hpa_ms);
	kn_json_add_int(builder, "hold_count", part->hold_count);
	kn_json_add_int(builder, "hold_longest_ms", (gint64)part->hold_longest_ms);
}

static void
add_part(JsonBuilder *builder, const KnSummaryWork *work, const GPtrArray *views,
	 const KnPart *part)
{
	json_builder_begin_object(builder);
	if (work->by == KN_SUMMARY_BY_NODE) {
		add_device_name(builder, views, part->device_id);
		kn_json_add_int(builder, "node", part->node);
	}
	if (work->by != KN_SUMMARY_BY_SIDE)
		kn_json_add_text(builder, "region", kn_name_region(part->region));
	if (work->by != KN_SUMMARY_BY_REGION)
		kn_json_add_text(builder, "side", kn_name_side(part->side));
	add_part_sums(builder, part);
}

static void
add_part_before(JsonBuilder *builder, const KnPart *now, const KnPart *before, gboolean is_told)
{
	json_builder_set_member_name(builder, "previous");
	json_builder_begin_object(builder);
	add_part_sums(builder, before);
	json_builder_end_object(builder);
	json_builder_set_member_name(builder, "change_permille");
	json_builder_begin_object(builder);
	if (is_told) {
		add_change(builder, "n_sessions", now->n_sessions, before->n_sessions);
		add_change(builder, "contact_ms", now->contact_ms, before->contact_ms);
		add_change(builder, "mean_hpa", now->mean_hpa, before->mean_hpa);
		add_change(builder, "peak_hpa", now->peak_hpa, before->peak_hpa);
		add_change(builder, "dose_hpa_ms", now->dose_hpa_ms, before->dose_hpa_ms);
		add_change(builder, "hold_count", now->hold_count, before->hold_count);
	}
	json_builder_end_object(builder);
}

/* also what was pressed before and is not now: that is a change, too */
static void
add_node_parts(JsonBuilder *builder, const KnSummaryWork *work, const GPtrArray *views,
	       gboolean is_told)
{
	g_autoptr(GPtrArray) parts = kn_parts_sum(work->sessions, bys[work->by].part);
	g_autoptr(GPtrArray) earlier = work->earlier != NULL
					       ? kn_parts_sum(work->earlier, bys[work->by].part)
					       : g_ptr_array_new();
	const KnPart none = {0};

	for (guint i = 0; i < parts->len; i++) {
		const KnPart *part = g_ptr_array_index(parts, i);
		const KnPart *before = kn_parts_find(earlier, part);

		add_part(builder, work, views, part);
		if (work->earlier != NULL)
			add_part_before(builder, part, before != NULL ? before : &none, is_told);
		json_builder_end_object(builder);
	}
	for (guint i = 0; i < earlier->len; i++) {
		const KnPart *before = g_ptr_array_index(earlier, i);
		const KnPart now = {.device_id = before->device_id,
				    .node = before->node,
				    .region = before->region,
				    .side = before->side};

		if (kn_parts_find(parts, before) != NULL)
			continue;
		add_part(builder, work, views, &now);
		add_part_before(builder, &now, before, is_told);
		json_builder_end_object(builder);
	}
}

static void
sum_device(const GPtrArray *sessions, KnDays days, gint64 device_id, KnPeriod *ret_period)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();

	for (guint i = 0; sessions != NULL && i < sessions->len; i++) {
		KnSession *session = g_ptr_array_index(sessions, i);

		if (session->device_id == device_id)
			g_ptr_array_add(own, session);
	}
	kn_summary_period(own, days.first_day, days.last_day, ret_period);
}

/* with their own data days: who rested one massager has not rested the other */
static void
add_device_parts(JsonBuilder *builder, const KnSummaryWork *work, const GPtrArray *views)
{
	for (guint i = 0; i < views->len; i++) {
		const KnDevice *device = ((KnDeviceView *)g_ptr_array_index(views, i))->device;
		KnPeriod now = {0};
		KnPeriod before = {0};

		if (device == NULL)
			continue;
		sum_device(work->sessions, work->days, device->id, &now);
		sum_device(work->earlier, work->earlier_days, device->id, &before);
		if (now.n_sessions + before.n_sessions == 0)
			continue;
		json_builder_begin_object(builder);
		add_device_name(builder, views, device->id);
		kn_json_add_period(builder, &now);
		if (work->earlier != NULL)
			kn_summary_add_previous(builder, work, &now, &before);
		json_builder_end_object(builder);
	}
}

static void
add_parts(KnRequest *request, JsonBuilder *builder, const KnSummaryWork *work, gboolean is_told)
{
	const KnServer *server = request->server;
	g_autoptr(GPtrArray) views = NULL;

	/* how each is, down to its radio, takes longer than all else: only where massagers are named */
	if (work->by == KN_SUMMARY_BY_NODE || work->by == KN_SUMMARY_BY_DEVICE)
		views = server->hub.get_devices(server->user);
	kn_json_add_text(builder, "by", bys[work->by].word);
	json_builder_set_member_name(builder, "parts");
	json_builder_begin_array(builder);
	if (work->by == KN_SUMMARY_BY_DEVICE)
		add_device_parts(builder, work, views);
	else if (work->by == KN_SUMMARY_BY_PERSON)
		kn_summary_add_people(builder, work, server->hub.get_people(server->user),
				      server->hub.get_zone(server->user));
	else
		add_node_parts(builder, work, views, is_told);
	json_builder_end_array(builder);
}

/* ---- all of it ---- */

static void
add_heading(JsonBuilder *builder, const KnSummaryWork *work, const KnPerson *person,
	    const gchar *zone, gint64 now_us)
{
	g_autofree gchar *first = kn_zone_format_day(work->days.first_day);
	g_autofree gchar *last = kn_zone_format_day(work->days.last_day);

	kn_json_add_text(builder, "period", work->period);
	kn_json_add_text(builder, "first_day", first);
	kn_json_add_text(builder, "last_day", last);
	kn_json_add_text(builder, "tz", zone);
	kn_json_add_time(builder, "from", kn_zone_day_start_us(work->days.first_day, zone), zone);
	kn_json_add_time(builder, "to", kn_zone_day_start_us(work->days.last_day + 1, zone), zone);
	kn_json_add_time(builder, "now", now_us, zone);
	if (work->device_id != 0)
		kn_json_add_int(builder, "device_id", work->device_id);
	if (work->person_id < 0)
		kn_json_add_bool(builder, "is_unassigned", TRUE);
	if (person != NULL)
		kn_json_add_person(builder, person->id, person->label);
}

void
kn_summary_answer(KnRequest *request, KnSummaryWork *work)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	KnPeriod period = {0};
	KnPeriod before = {0};
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	kn_summary_period(work->sessions, work->days.first_day, work->days.last_day, &period);
	json_builder_begin_object(builder);
	add_heading(builder, work,
		    kn_people_get(server->hub.get_people(server->user), work->person_id), zone,
		    now.utc_us);
	kn_json_add_period(builder, &period);
	json_builder_set_member_name(builder, "gaps");
	json_builder_end_array(work->gaps);
	json_builder_add_value(builder, json_builder_get_root(work->gaps));
	kn_json_add_bool(builder, "is_gaps_cut", work->is_gaps_cut);
	kn_json_add_losses(builder, server->hub.get_losses(server->user),
			   kn_zone_day_start_us(work->days.first_day, zone),
			   kn_zone_day_start_us(work->days.last_day + 1, zone), zone);
	kn_summary_add_said(builder, work);
	if (work->earlier != NULL) {
		const GArray *losses = server->hub.get_losses(server->user);
		work->is_lost = is_lost(losses, work->days, zone) ||
				is_lost(losses, work->earlier_days, zone);
		kn_summary_period(work->earlier, work->earlier_days.first_day,
				  work->earlier_days.last_day, &before);
		kn_summary_add_previous(builder, work, &period, &before);
	}
	add_parts(request, builder, work,
		  !work->is_lost && kn_change_is_fair_in_parts(&period, &before));
	if (work->days.last_day - work->days.first_day < DAYS_LISTED_MAX)
		add_days(builder, work);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}
