/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json-plan.h"

#include "core/measure/names.h"
#include <string.h>

enum { MINUTE_MS = 60000, WEEK = 7, BITS = 32 };

static void
begin_array(JsonBuilder *builder, const gchar *key)
{
	json_builder_set_member_name(builder, key);
	json_builder_begin_array(builder);
}

static void
add_places(JsonBuilder *builder, const KnPlanItem *item)
{
	if (item->regions != 0) {
		begin_array(builder, "regions");
		for (guint i = 0; i < BITS; i++)
			if ((item->regions & (1u << i)) != 0)
				json_builder_add_string_value(builder,
							      kn_name_region((ktp_Region)i));
		json_builder_end_array(builder);
	}
	if (item->nodes != 0) {
		begin_array(builder, "nodes");
		for (guint i = 0; i < BITS; i++)
			if ((item->nodes & (1u << i)) != 0)
				json_builder_add_int_value(builder, i);
		json_builder_end_array(builder);
	}
	if (item->device_id != 0)
		kn_json_add_int(builder, "device_id", item->device_id);
	if (item->has_side)
		kn_json_add_text(builder, "side", kn_name_side(item->side));
}

/* what one time of it is */
static void
add_amount(JsonBuilder *builder, const KnPlanItem *item)
{
	if (item->minutes > 0)
		kn_json_add_int(builder, "contact_ms", (gint64)item->minutes * MINUTE_MS);
	else
		kn_json_add_int(builder, "hold_count", item->holds);
}

static void
add_item(JsonBuilder *builder, const KnPlanItem *item)
{
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "name", item->name);
	add_places(builder, item);
	if (item->min_hpa != 0)
		kn_json_add_int(builder, "min_hpa", item->min_hpa);
	if (item->max_hpa != 0)
		kn_json_add_int(builder, "max_hpa", item->max_hpa);
	add_amount(builder, item);
	kn_json_add_int(builder, item->is_weekly ? "times_per_week" : "times_per_day", item->times);
	if (!item->is_weekly) {
		begin_array(builder, "weekdays");
		for (guint i = 0; i < WEEK; i++)
			if ((item->weekdays & (1u << i)) != 0)
				json_builder_add_string_value(builder, kn_plan_weekday(i));
		json_builder_end_array(builder);
	}
	json_builder_end_object(builder);
}

static void
add_day(JsonBuilder *builder, const gchar *key, KnDay day)
{
	g_autofree gchar *text = kn_zone_format_day(day);

	kn_json_add_text(builder, key, text);
}

void
kn_json_add_planned_for(JsonBuilder *builder, const KnPeople *people, gint64 person_id)
{
	const KnPerson *person = kn_people_get(people, person_id);

	if (person != NULL)
		kn_json_add_person(builder, person->id, person->label);
}

void
kn_json_add_plan(JsonBuilder *builder, const KnPlanRow *row, const KnPlanRow *newer,
		 const gchar *zone)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KnPlan) plan = kn_plan_parse(row->text, strlen(row->text), problems);

	/* one that was never stored has no number; of those that a restore brought back one has 0 */
	if (row->at_us != 0)
		kn_json_add_int(builder, "plan_id", row->plan_id);
	add_day(builder, "from_day", row->from_day);
	if (newer != NULL)
		add_day(builder, "to_day", newer->from_day - 1);
	kn_json_add_time(builder, "set", row->at_us, zone);
	kn_json_add_bool(builder, "is_end", row->text[0] == '\0');
	if (plan == NULL)
		return;
	kn_json_add_int(builder, "grace_days", plan->grace_days);
	begin_array(builder, "items");
	for (guint i = 0; i < plan->n_items; i++)
		add_item(builder, &plan->items[i]);
	json_builder_end_array(builder);
	/* as it was written, line feeds and all */
	json_builder_set_member_name(builder, "text");
	json_builder_add_string_value(builder, row->text);
}

void
kn_json_add_plan_day(JsonBuilder *builder, const KnPlanDay *day)
{
	add_day(builder, "day", day->day);
	kn_json_add_text(builder, "state", kn_adherence_state(day->state));
	kn_json_add_int(builder, "n_planned", day->n_planned);
	kn_json_add_int(builder, "n_delivered", day->n_delivered);
}

void
kn_json_add_plan_items(JsonBuilder *builder, const KnPlanDay *day)
{
	begin_array(builder, "items");
	for (guint i = 0; day->plan != NULL && i < day->plan->n_items; i++) {
		const KnPlanItem *item = &day->plan->items[i];
		const KnItemDay *own = &day->items[i];

		json_builder_begin_object(builder);
		kn_json_add_text(builder, "name", item->name);
		kn_json_add_int(builder, "n_planned", own->n_planned);
		kn_json_add_int(builder, "n_delivered", own->n_delivered);
		if (item->minutes > 0)
			kn_json_add_int(builder, "done_ms", (gint64)own->done_ms);
		else
			kn_json_add_int(builder, "done_hold_count", own->done_holds);
		if (item->is_weekly) {
			kn_json_add_int(builder, "n_week_planned", own->n_week_planned);
			kn_json_add_int(builder, "n_week_delivered", own->n_week_delivered);
		}
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}
