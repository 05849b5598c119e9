/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the keys of a plan and their values */

#include "core/base/nearest.h"
#include "core/base/text.h"
#include "core/measure/names.h"
#include "core/measure/plan-private.h"
#include "core/wire/decode.h"
#include <string.h>

enum {
	MINUTES_MAX = 240,
	HOLDS_MAX = 100,
	TIMES_A_DAY_MAX = 12,
	WEEK = 7,
};

typedef struct {
	KnPlanReader *reader;
	const gchar *group;
	const gchar *key;
	const gchar *value; /* without blanks around it */
	KnPlan *plan;
	KnPlanItem *item; /* NULL in [plan] */
} Value;

static void
read_number(const Value *at, guint min, guint max, guint32 *ret_number)
{
	guint64 number = 0;

	if (g_ascii_string_to_unsigned(at->value, 10, min, max, &number, NULL))
		*ret_number = (guint32)number;
	else
		kn_plan_complain(at->reader, at->group, at->key,
				 "write a whole number from %u to %u", min, max);
}

/* kPa with at most one decimal: hPa are exact */
static void
read_kpa(const Value *at, guint32 *ret_hpa)
{
	g_auto(GStrv) parts = g_strsplit(at->value, ".", 2);
	guint64 whole = 0;
	guint64 tenths = 0;

	if (!parts[0] || !g_ascii_string_to_unsigned(parts[0], 10, 0, 400, &whole, NULL) ||
	    (parts[1] && (strlen(parts[1]) != 1 ||
			  !g_ascii_string_to_unsigned(parts[1], 10, 0, 9, &tenths, NULL))) ||
	    whole * 10 + tenths < 1 || whole * 10 + tenths > KN_PRESSURE_MAX_HPA)
		kn_plan_complain(at->reader, at->group, at->key,
				 "write a pressure from 0.1 to 400 kPa, like 25 or 25.5");
	else
		*ret_hpa = (guint32)(whole * 10 + tenths);
}

static gboolean
find_region(const gchar *word, guint *ret_bit)
{
	for (guint i = 0; i < _ktp_Region_ARRAYSIZE; i++) {
		if (!g_str_equal(word, kn_name_region((ktp_Region)i)))
			continue;
		*ret_bit = i;
		return TRUE;
	}
	return FALSE;
}

static gboolean
find_weekday(const gchar *word, guint *ret_bit)
{
	for (guint i = 0; i < WEEK; i++) {
		if (!g_str_equal(word, kn_plan_weekday(i)))
			continue;
		*ret_bit = i;
		return TRUE;
	}
	return FALSE;
}

static gboolean
find_node(const gchar *word, guint *ret_bit)
{
	guint64 node = 0;

	if (!g_ascii_string_to_unsigned(word, 10, 0, KN_NODES_MAX - 1, &node, NULL))
		return FALSE;
	*ret_bit = (guint)node;
	return TRUE;
}

/* "; did you mean side?", of the words of known; "" nothing is near. New. */
static gchar *
meant(const gchar *wrong, const gchar *known)
{
	g_auto(GStrv) words = g_strsplit(known, ", ", -1);
	g_autofree gchar *lower = g_ascii_strdown(wrong, -1);
	KnNearest nearest;

	if (!kn_nearest_begin(&nearest, lower))
		return g_strdup("");
	for (gsize i = 0; words[i]; i++)
		kn_nearest_try(&nearest, words[i]);
	return nearest.nearest ? g_strdup_printf("; did you mean %s?", nearest.nearest)
			       : g_strdup("");
}

/* words with commas between, each once */
static void
read_list(const Value *at, gboolean (*find)(const gchar *word, guint *ret_bit), const gchar *known,
	  guint32 *ret_mask)
{
	g_auto(GStrv) words = g_strsplit(at->value, ",", -1);
	guint32 mask = 0;

	for (gsize i = 0; words[i]; i++) {
		g_autofree gchar *clean = kn_text_clean(g_strstrip(words[i]), -1);
		g_autofree gchar *near = NULL;
		guint bit = 0;

		if (find(words[i], &bit) && (mask & (1u << bit)) == 0) {
			mask |= 1u << bit;
			continue;
		}
		near = meant(clean, known);
		kn_plan_complain(at->reader, at->group, at->key,
				 "\"%s\" is none, or is there twice; write some of %s, with commas "
				 "between%s",
				 clean, known, find(words[i], &bit) ? "" : near);
		return;
	}
	*ret_mask = mask;
}

static gchar *
known_regions(void)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < _ktp_Region_ARRAYSIZE; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
				       kn_name_region((ktp_Region)i));
	return g_string_free(names, FALSE);
}

static void
take_regions(const Value *at)
{
	g_autofree gchar *known = known_regions();

	read_list(at, find_region, known, &at->item->regions);
}

static void
take_nodes(const Value *at)
{
	read_list(at, find_node, "the numbers 0 to 31, as knead show tells them", &at->item->nodes);
}

static void
take_days(const Value *at)
{
	read_list(at, find_weekday, "mon, tue, wed, thu, fri, sat, sun", &at->item->weekdays);
}

static void
take_device(const Value *at)
{
	guint32 number = 0;

	read_number(at, 1, G_MAXINT32, &number);
	at->item->device_id = number;
}

static void
take_side(const Value *at)
{
	g_autofree gchar *near = NULL;

	for (guint i = 0; i < _ktp_Side_ARRAYSIZE; i++) {
		if (!g_str_equal(at->value, kn_name_side((ktp_Side)i)))
			continue;
		at->item->has_side = TRUE;
		at->item->side = (ktp_Side)i;
		return;
	}
	near = meant(at->value, "left, right, centre");
	kn_plan_complain(at->reader, at->group, at->key,
			 "write left, right or centre; without the key any side counts%s", near);
}

static void
take_min(const Value *at)
{
	read_kpa(at, &at->item->min_hpa);
}

static void
take_max(const Value *at)
{
	read_kpa(at, &at->item->max_hpa);
}

static void
take_minutes(const Value *at)
{
	read_number(at, 1, MINUTES_MAX, &at->item->minutes);
}

static void
take_holds(const Value *at)
{
	read_number(at, 1, HOLDS_MAX, &at->item->holds);
}

static void
take_times_a_day(const Value *at)
{
	read_number(at, 1, TIMES_A_DAY_MAX, &at->item->times);
}

static void
take_times_a_week(const Value *at)
{
	at->item->is_weekly = TRUE;
	read_number(at, 1, WEEK, &at->item->times);
}

static void
take_from(const Value *at)
{
	at->plan->has_from = TRUE;
	if (!kn_zone_parse_day(at->value, &at->plan->from_day))
		kn_plan_complain(at->reader, at->group, at->key, "write a day like 2026-11-21");
}

static void
take_grace(const Value *at)
{
	read_number(at, 0, KN_PLAN_GRACE_MAX, &at->plan->grace_days);
}

static const struct {
	gboolean is_of_plan; /* of [plan]; FALSE: of an item */
	const gchar *key;
	void (*take)(const Value *at);
} keys[] = {
	{TRUE, "from", take_from},
	{TRUE, "grace_days", take_grace},
	{FALSE, "regions", take_regions},
	{FALSE, "nodes", take_nodes},
	{FALSE, "device", take_device},
	{FALSE, "side", take_side},
	{FALSE, "min_kpa", take_min},
	{FALSE, "max_kpa", take_max},
	{FALSE, "minutes", take_minutes},
	{FALSE, "holds", take_holds},
	{FALSE, "times_per_day", take_times_a_day},
	{FALSE, "times_per_week", take_times_a_week},
	{FALSE, "days", take_days},
};

static void
refuse_unknown(KnPlanReader *reader, const gchar *group, const gchar *key, gboolean is_of_plan)
{
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree gchar *near = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].is_of_plan != is_of_plan && g_str_equal(key, keys[i].key)) {
			kn_plan_complain(reader, group, key, "this key belongs %s",
					 is_of_plan ? "to an item" : "into [plan]");
			return;
		}
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].is_of_plan == is_of_plan)
			g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
					       keys[i].key);
	near = meant(key, names->str);
	kn_plan_complain(reader, group, key, "there is no such key; known here: %s%s", names->str,
			 near);
}

void
kn_plan_take_key(KnPlanReader *reader, const gchar *group, const gchar *key, KnPlan *plan,
		 KnPlanItem *item)
{
	g_autofree gchar *value = g_key_file_get_value(reader->file, group, key, NULL);
	const Value at = {reader, group, key, value ? g_strstrip(value) : "", plan, item};

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (keys[i].is_of_plan != (item == NULL) || !g_str_equal(key, keys[i].key))
			continue;
		if (at.value[0] == '\0')
			kn_plan_complain(
				reader, group, key,
				"there is no value; take the line out to get what is usual");
		else
			keys[i].take(&at);
		return;
	}
	refuse_unknown(reader, group, key, item == NULL);
}
