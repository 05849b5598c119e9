/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a hub of persons at a glance: a line a person, those with something to do first */

#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

enum {
	LOOSE_MAX = 3,
	NARROW = 72,
	NAME_COLUMNS = 15,
	NARROW_NAME = 10,
	TIME_COLUMNS = 11,
	LAST_COLUMNS = 11,
	PLAN_COLUMNS = 7,
	NARROW_PLAN = 4
};

gboolean
kn_people_are_there(JsonObject *persons)
{
	return kn_doc_length(kn_doc_array(persons, "persons")) > 0;
}

static guint64
number_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

/* ---- what is to do ---- */

/* a massager of that person with something wrong; NULL: none */
static JsonObject *
find_trouble(JsonObject *devices, gint64 person_id)
{
	JsonArray *array = kn_doc_array(devices, "devices");

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);
		gboolean is_urgent = FALSE;

		g_free(kn_print_device_trouble(device, kn_doc_text(devices, "now"), &is_urgent));
		if (is_urgent && kn_doc_bool(device, "is_enrolled") &&
		    kn_doc_int(kn_doc_object(device, "person"), "id", 0) == person_id)
			return device;
	}
	return NULL;
}

/* "pad 3: not synced for 5 days: bring it near the hub", as much of it as there is room for; the name is cut last. "" nothing. New. */
static gchar *
trouble_words(const KnTerm *term, JsonObject *device, const gchar *now, guint n_columns)
{
	gboolean is_urgent = FALSE;
	g_autofree gchar *trouble = kn_print_device_trouble(device, now, &is_urgent);
	g_autofree gchar *name = kn_print_device_name(term, device);
	gboolean is_low = g_str_has_prefix(trouble, "charge");
	gchar *advice = strstr(trouble, ": bring");
	gchar *words = g_strdup_printf("%s: %s", name, trouble);

	if (advice != NULL && kn_term_columns(words) > n_columns) {
		*advice = '\0';
		g_free(words);
		words = g_strdup_printf("%s: %s", name, trouble);
	}
	if (kn_term_columns(words) > n_columns) {
		g_autofree gchar *brief =
			g_strconcat(is_low ? "charge " : "not synced: ", name, NULL);

		g_free(words);
		words = kn_term_fit(term, brief, n_columns);
	}
	return g_strchomp(words);
}

GPtrArray *
kn_people_order(JsonObject *week, JsonObject *devices)
{
	JsonArray *parts = kn_doc_array(week, "parts");
	GPtrArray *order = g_ptr_array_new();

	for (gint wanted = TRUE; wanted >= FALSE; wanted--) {
		for (guint i = 0; i < kn_doc_length(parts); i++) {
			JsonObject *part = kn_doc_at(parts, i);
			gint64 id = kn_doc_int(kn_doc_object(part, "person"), "id", 0);

			if (id != 0 && (find_trouble(devices, id) != NULL) == wanted)
				g_ptr_array_add(order, part);
		}
	}
	return order;
}

/* ---- a person ---- */

/* "today", "yesterday", "Mon 16 Nov": the time of day says little here. New. */
static gchar *
last_words(JsonObject *part, const gchar *now)
{
	const gchar *last = kn_doc_text(part, "last_start");
	gint days = kn_format_days_ago(last, now);

	if (last[0] == '\0')
		return g_strdup("not in 14 d");
	if (days == 0 || days == 1)
		return g_strdup(days == 0 ? "today" : "yesterday");
	return kn_format_day(last);
}

/* "4 of 7" days of the plan, "4 of 7?" when some of them are not known yet; "" without one. New. */
static gchar *
plan_words(JsonObject *plan, gboolean is_narrow)
{
	guint64 n_due = number_of(plan, "n_due_days");

	if (kn_doc_object(plan, "plan") == NULL)
		return g_strdup("");
	if (n_due == 0)
		return g_strdup("-");
	return g_strdup_printf("%" G_GUINT64_FORMAT "%s%" G_GUINT64_FORMAT "%s",
			       number_of(plan, "n_met_days"), is_narrow ? "/" : " of ", n_due,
			       number_of(plan, "n_unknown_days") > 0 ? "?" : "");
}

static void
append_trimmed(GString *out, const gchar *line)
{
	g_autofree gchar *trimmed = g_strchomp(g_strdup(line));

	g_string_append_printf(out, "%s\n", trimmed);
}

static void
append_person(const KnTerm *term, GString *out, JsonObject *part, JsonObject *all)
{
	gboolean is_narrow = term->width < NARROW;
	JsonObject *devices = kn_doc_object(all, "devices");
	const gchar *now = kn_doc_text(devices, "now");
	gint64 id = kn_doc_int(kn_doc_object(part, "person"), "id", 0);
	g_autofree gchar *key = g_strdup_printf("%" G_GINT64_FORMAT, id);
	JsonObject *trouble = find_trouble(devices, id);
	g_autofree gchar *name =
		kn_term_fit(term, kn_doc_text(kn_doc_object(part, "person"), "label"),
			    is_narrow ? NARROW_NAME : NAME_COLUMNS);
	guint64 ms = number_of(part, "duration_ms");
	g_autofree gchar *time = ms > 0 ? kn_format_duration(ms) : g_strdup("-");
	g_autofree gchar *last = last_words(part, now);
	g_autofree gchar *last_fit = kn_term_fit(term, last, LAST_COLUMNS);
	g_autofree gchar *plan =
		plan_words(kn_doc_object(kn_doc_object(all, "plans"), key), is_narrow);
	g_autofree gchar *plan_fit =
		kn_term_fit(term, plan, is_narrow ? NARROW_PLAN : PLAN_COLUMNS);
	g_autoptr(GString) line = g_string_new(is_narrow && trouble != NULL ? "! " : "  ");

	g_string_append(line, name);
	kn_term_right(line, time, TIME_COLUMNS);
	if (is_narrow) {
		g_string_append_printf(line, " %s %s", plan_fit, last_fit);
	} else {
		guint n_left = 0;
		g_autofree gchar *words = NULL;

		g_string_append_printf(line, "  %s  %s ", last_fit, plan_fit);
		n_left = term->width - kn_term_columns(line->str);
		words = trouble != NULL ? trouble_words(term, trouble, now, n_left) : g_strdup("");
		kn_term_paint(term, line, KN_STYLE_WARN, words);
	}
	append_trimmed(out, line->str);
}

static void
append_persons(const KnTerm *term, GString *out, JsonObject *all)
{
	gboolean is_narrow = term->width < NARROW;
	JsonObject *devices = kn_doc_object(all, "devices");
	g_autoptr(GPtrArray) order = kn_people_order(kn_doc_object(all, "week"), devices);
	gboolean is_trouble = FALSE;

	kn_term_paint(term, out, KN_STYLE_TITLE,
		      is_narrow ? "Last 7 days       time plan last used"
				: "Last seven days         time  last used    plan    to do");
	g_string_append_c(out, '\n');
	for (guint i = 0; i < MIN(order->len, (guint)KN_PEOPLE_SHOWN); i++) {
		JsonObject *part = order->pdata[i];
		gint64 id = kn_doc_int(kn_doc_object(part, "person"), "id", 0);

		append_person(term, out, part, all);
		is_trouble |= find_trouble(devices, id) != NULL;
	}
	if (order->len > KN_PEOPLE_SHOWN)
		g_string_append_printf(out, "  and %u more: knead summary --by person\n",
				       order->len - KN_PEOPLE_SHOWN);
	if (order->len == 0) {
		kn_print_wrapped(term, out, "  ",
				 "Nobody has a massager now, nor used one in the last 14 days:");
		g_string_append(out, "  sudo knead checkout DEVICE --to PERSON\n");
	}
	if (is_narrow && is_trouble)
		kn_print_wrapped(term, out, "", "! look after it: knead devices --sort synced");
}

/* ---- what is nobody's ---- */

/* as many as knead sessions --person unassigned lists, also those without a date */
static void
append_tray(const KnTerm *term, GString *out, JsonObject *tray)
{
	guint n = kn_doc_length(kn_doc_array(tray, "sessions"));
	g_autofree gchar *sessions = kn_format_plural(n, "session belongs", "sessions belong");
	g_autofree gchar *line =
		g_strdup_printf("%s%s to nobody yet: knead sessions --person unassigned",
				kn_doc_has(tray, "next_cursor") ? "more than " : "", sessions);

	if (n > 0)
		kn_print_wrapped(term, out, "  ", line);
}

static void
append_loose(const KnTerm *term, GString *out, JsonObject *devices)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	guint n = 0;

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);
		gboolean is_urgent = FALSE;
		g_autofree gchar *trouble =
			kn_print_device_trouble(device, kn_doc_text(devices, "now"), &is_urgent);
		g_autofree gchar *name =
			kn_term_fit(term, kn_doc_text(device, "label"), NAME_COLUMNS);
		g_autofree gchar *line = g_strdup_printf("  %s  %s", name, trouble);
		g_autofree gchar *fit = kn_term_fit(term, line, term->width);

		if (!is_urgent || !kn_doc_bool(device, "is_enrolled") ||
		    kn_doc_has(device, "person") || n++ >= LOOSE_MAX)
			continue;
		if (n == 1)
			g_string_append(out, "Massagers that nobody has\n");
		append_trimmed(out, fit);
	}
	if (n > LOOSE_MAX)
		g_string_append_printf(out, "  and %u more: knead devices --sort synced\n",
				       n - LOOSE_MAX);
}

void
kn_print_clinic(const KnTerm *term, GString *out, JsonObject *all)
{
	kn_print_today(term, out, kn_doc_object(all, "today"));
	append_persons(term, out, all);
	append_tray(term, out, kn_doc_object(all, "unassigned"));
	kn_print_lacking(term, out, kn_doc_object(all, "week"));
	append_loose(term, out, kn_doc_object(all, "devices"));
	kn_print_first_steps(term, out, kn_doc_object(all, "devices"));
}
