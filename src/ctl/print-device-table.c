/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* forty massagers on a screen: a line each */

#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

enum {
	WIDE = 80,
	NAME_COLUMNS = 18,
	FIRMWARE_COLUMNS = 9,
	PERSON_COLUMNS = 15,
	WHEN_COLUMNS = 16,
	WHEN_BEGINS = 28
};

static const gchar *const sorts[] = {"battery", "synced", "name", "unsynced", "person", NULL};

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
	else if (g_str_equal(sort, "person"))
		order = compare_texts(kn_doc_object(a, "person"), kn_doc_object(b, "person"),
				      "label");
	if (order == 0)
		order = compare_texts(a, b, "label");
	return order != 0
		       ? order
		       : compare_ints(kn_doc_int(a, "device_id", 0), kn_doc_int(b, "device_id", 0));
}

static void
append_line(const KnTerm *term, GString *out, JsonObject *device, const gchar *now)
{
	g_autofree gchar *name = kn_print_device_name(term, device);
	g_autofree gchar *name_fit = kn_term_fit(term, name, NAME_COLUMNS);
	g_autofree gchar *firmware =
		kn_term_fit(term, kn_doc_text(device, "firmware"), FIRMWARE_COLUMNS);
	g_autofree gchar *battery =
		charge_of(device) >= 0 ? kn_format_percent(charge_of(device)) : g_strdup("?");
	g_autofree gchar *when = kn_doc_has(device, "synced")
					 ? kn_format_when(kn_doc_text(device, "synced"), now)
					 : g_strdup("never");
	g_autofree gchar *when_fit =
		kn_term_fit(term, when, MIN(term->width - WHEN_BEGINS, (guint)WHEN_COLUMNS));
	g_autofree gchar *unsynced =
		kn_format_count((guint64)MAX(kn_doc_int(device, "n_unsynced", 0), 0));
	g_autofree gchar *person = kn_term_fit(
		term, kn_doc_text(kn_doc_object(device, "person"), "label"), PERSON_COLUMNS);
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append_printf(line, "%s ", name_fit);
	if (term->width >= WIDE)
		g_string_append_printf(line, "%s ", firmware);
	kn_term_right(line, battery, 7);
	g_string_append_printf(line, "  %s", when_fit);
	if (term->width >= WIDE)
		kn_term_right(line, unsynced, 9);
	if (term->width >= WIDE)
		g_string_append_printf(line, "  %s", person);
	g_string_append_printf(out, "%s\n", g_strchomp(line->str));
}

void
kn_print_device_table(const KnTerm *term, GString *out, JsonObject *devices, const gchar *sort)
{
	JsonArray *array = kn_doc_array(devices, "devices");
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (guint i = 0; i < kn_doc_length(array); i++)
		if (kn_doc_bool(kn_doc_at(array, i), "is_enrolled"))
			g_ptr_array_add(sorted, kn_doc_at(array, i));
	g_ptr_array_sort_with_data(sorted, compare, (gpointer)sort);
	kn_term_paint(term, out, KN_STYLE_TITLE,
		      term->width >= WIDE
			      ? "massager           firmware  battery  up to date       "
				"unsynced  who has it"
			      : "massager           battery  up to date");
	g_string_append_c(out, '\n');
	for (guint i = 0; i < sorted->len; i++)
		append_line(term, out, g_ptr_array_index(sorted, i), kn_doc_text(devices, "now"));
}
