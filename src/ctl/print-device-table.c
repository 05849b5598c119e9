/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* forty massagers on a screen: a line each */

#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

/* all columns from WIDE on; what is left of them is shared by name and person */
enum {
	WIDE = 72,
	NUMBER_COLUMNS = 3, /* as commands and plans may name it */
	FIRMWARE_COLUMNS = 8,
	BATTERY_COLUMNS = 7,
	WHEN_COLUMNS = 16,
	UNSYNCED_COLUMNS = 8,
	FIXED_COLUMNS = NUMBER_COLUMNS + 1 + 1 + FIRMWARE_COLUMNS + 1 + BATTERY_COLUMNS + 2 +
			WHEN_COLUMNS + 1 + UNSYNCED_COLUMNS + 2,
	DAY_COLUMNS = 10,
	NARROW_FIXED = 1 + BATTERY_COLUMNS + 1 + DAY_COLUMNS + 1,
	SHARED_MAX = 60
};

#define WHO "who has it"

static const gchar *const sorts[] = {"battery",  "firmware", "synced", "name",
				     "unsynced", "person",   NULL};

gboolean
kn_people_is_sort(const gchar *sort)
{
	return g_strv_contains(sorts, sort);
}

static gint
compare_texts(JsonObject *a, JsonObject *b, const gchar *key)
{
	g_autofree gchar *first = g_utf8_collate_key_for_filename(kn_doc_text(a, key), -1);
	g_autofree gchar *second = g_utf8_collate_key_for_filename(kn_doc_text(b, key), -1);

	return strcmp(first, second);
}

static gint
compare_ints(gint64 a, gint64 b)
{
	return (a > b) - (a < b);
}

static gint64
charge_of(JsonObject *device)
{
	return kn_doc_int(kn_doc_object(device, "battery"), "charge_permille", -1);
}

/* what needs somebody first: empty, not synced for long, much to fetch */
static gint
compare(gconstpointer first, gconstpointer second, gpointer data)
{
	JsonObject *a = *(JsonObject *const *)first;
	JsonObject *b = *(JsonObject *const *)second;
	const gchar *sort = data;
	gint order = 0;

	if (g_str_equal(sort, "battery"))
		order = compare_ints(charge_of(a), charge_of(b));
	else if (g_str_equal(sort, "synced"))
		order = strcmp(kn_doc_text(a, "synced"), kn_doc_text(b, "synced"));
	else if (g_str_equal(sort, "unsynced"))
		order = compare_ints(kn_doc_int(b, "n_unsynced", 0),
				     kn_doc_int(a, "n_unsynced", 0));
	else if (g_str_equal(sort, "firmware"))
		order = compare_texts(a, b, "firmware");
	else if (g_str_equal(sort, "person"))
		order = compare_texts(kn_doc_object(a, "person"), kn_doc_object(b, "person"),
				      "label");
	if (order == 0)
		order = compare_texts(a, b, "label");
	return order != 0
		       ? order
		       : compare_ints(kn_doc_int(a, "device_id", 0), kn_doc_int(b, "device_id", 0));
}

/* of the name; the person has the rest */
static guint
name_columns(const KnTerm *term)
{
	gboolean is_wide = term->width >= WIDE;
	guint shared = MIN(term->width - (guint)(is_wide ? FIXED_COLUMNS : NARROW_FIXED),
			   (guint)SHARED_MAX);
	guint n = (shared * 5 + 8) / 9;

	return is_wide ? MIN(n, shared - (guint)strlen(WHO)) : n;
}

static guint
person_columns(const KnTerm *term)
{
	guint n_fixed = term->width >= WIDE ? FIXED_COLUMNS : NARROW_FIXED;

	return MIN(term->width - n_fixed, (guint)SHARED_MAX) - name_columns(term);
}

/* Where there is no column for numbers, a massager without a name has its number before what there is room for of its address. New. */
static gchar *
name_words(const KnTerm *term, JsonObject *device)
{
	gboolean is_wide = term->width >= WIDE;
	g_autofree gchar *number =
		g_strdup_printf("%" G_GINT64_FORMAT " ", kn_doc_int(device, "device_id", 0));
	guint n_number = kn_term_columns(number);
	g_autofree gchar *name = NULL;

	if (is_wide || kn_doc_text(device, "label")[0] != '\0' || n_number >= name_columns(term))
		return kn_print_device_name_fit(term, device, name_columns(term));
	name = kn_print_device_name_fit(term, device, name_columns(term) - n_number);
	return g_strconcat(number, name, NULL);
}

static gchar *
when_words(const KnTerm *term, JsonObject *device, const gchar *now)
{
	const gchar *synced = kn_doc_text(device, "synced");

	if (synced[0] == '\0')
		return g_strdup("never");
	if (term->width >= WIDE)
		return kn_format_when(synced, now);
	return kn_format_days_ago(synced, now) == 0 ? g_strdup("today") : kn_format_day(synced);
}

static void
append_line(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	gboolean is_wide = term->width >= WIDE;
	g_autofree gchar *name_fit = name_words(term, device);
	g_autofree gchar *firmware =
		kn_term_fit(term, kn_doc_text(device, "firmware"), FIRMWARE_COLUMNS);
	g_autofree gchar *battery =
		charge_of(device) >= 0 ? kn_format_percent(charge_of(device)) : g_strdup("?");
	g_autofree gchar *when = when_words(term, device, now);
	g_autofree gchar *when_fit = kn_term_fit(term, when, is_wide ? WHEN_COLUMNS : DAY_COLUMNS);
	g_autofree gchar *unsynced =
		kn_format_count((guint64)MAX(kn_doc_int(device, "n_unsynced", 0), 0));
	g_autofree gchar *person = kn_term_fit(
		term, kn_doc_text(kn_doc_object(device, "person"), "label"), person_columns(term));
	gboolean is_urgent = FALSE;
	g_autoptr(GString) line = g_string_new(NULL);

	g_free(kn_print_device_trouble(device, now, &is_urgent));
	if (is_wide)
		g_string_append_printf(line, "%*" G_GINT64_FORMAT " ", NUMBER_COLUMNS,
				       kn_doc_int(device, "device_id", 0));
	g_string_append_printf(line, "%s ", name_fit);
	if (is_wide)
		g_string_append_printf(line, "%s ", firmware);
	kn_term_right(line, battery, BATTERY_COLUMNS);
	g_string_append_printf(line, "%s%s", is_wide ? "  " : " ", when_fit);
	if (is_wide) {
		g_string_append_c(line, ' ');
		kn_term_right(line, unsynced, UNSYNCED_COLUMNS);
	}
	g_string_append_printf(line, "%s%s", is_wide ? "  " : " ", person);
	g_strchomp(line->str);
	if (is_urgent)
		kn_term_paint(term, out, KN_STYLE_WARN, line->str);
	else
		g_string_append(out, line->str);
	g_string_append_c(out, '\n');
}

static void
append_head(const KnTerm *term, GString *out)
{
	g_autofree gchar *name = kn_term_fit(term, "massager", name_columns(term));
	gboolean is_wide = term->width >= WIDE;
	g_autofree gchar *head =
		g_strconcat(is_wide ? " no " : "", name, " ",
			    is_wide ? "firmware battery  up to date       unsynced  " WHO
				    : "battery up to date who",
			    NULL);

	kn_term_paint(term, out, KN_STYLE_TITLE, head);
	g_string_append_c(out, '\n');
}

void
kn_print_device_table(const KnTerm *term, GString *out, JsonObject *devices, const gchar *sort)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	guint n_heard = 0;

	for (guint i = 0; i < kn_doc_length(array); i++)
		if (kn_doc_bool(kn_doc_at(array, i), "is_enrolled"))
			g_ptr_array_add(sorted, kn_doc_at(array, i));
		else
			n_heard++;
	g_ptr_array_sort_with_data(sorted, compare, (gpointer)sort);
	append_head(term, out);
	for (guint i = 0; i < sorted->len; i++)
		append_line(term, out, g_ptr_array_index(sorted, i), kn_doc_text(devices, "now"));
	if (sorted->len > 0)
		g_string_append_printf(
			out, "all of one, with its address:%sknead devices --device WHICH\n",
			term->width >= WIDE ? " " : "\n  ");
	if (n_heard > 0) {
		g_autofree gchar *words =
			g_strdup_printf("and %u in range that %s not recorded: sudo knead scan",
					n_heard, n_heard == 1 ? "is" : "are");

		kn_print_wrapped(term, out, "", words);
	}
}
