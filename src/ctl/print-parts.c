/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"
#include "ctl/format.h"
#include "ctl/print.h"

enum { WIDE = 78, NAME_COLUMNS = 26, NARROW_NAME_COLUMNS = 18 };

/* of massagers the time tells most, of places the dose */
typedef struct {
	const KnTerm *term;
	const gchar *key;
	gboolean is_dose;
	gboolean is_person;
	gboolean is_wide;
	gboolean has_before;
	guint64 total;
} Table;

static guint64
number_of(JsonObject *part, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(part, key, 0), 0);
}

static gchar *
name_of(const Table *table, JsonObject *part)
{
	const gchar *region = kn_doc_text(part, "region");
	const gchar *side = kn_doc_text(part, "side");
	g_autofree gchar *device = NULL;
	g_autofree gchar *clean_side = kn_term_text(table->term, side);

	if (table->is_person)
		return kn_doc_has(part, "person")
			       ? kn_term_text(table->term,
					      kn_doc_text(kn_doc_object(part, "person"), "label"))
			       : g_strdup("nobody's");
	if (kn_doc_has(part, "node")) {
		device = kn_print_device_name(table->term, kn_doc_object(part, "device"));
		/* the number that a plan writes; the side before what may be cut */
		return g_strdup_printf("%s %u: %s%s%s", device, (guint)kn_doc_int(part, "node", 0),
				       g_str_equal(side, "centre") ? "" : clean_side,
				       g_str_equal(side, "centre") ? "" : " ",
				       kn_bodymap_short_region(region));
	}
	if (kn_doc_has(part, "device_id"))
		return kn_print_device_name(table->term, kn_doc_object(part, "device"));
	if (region[0] != '\0')
		return g_strdup(table->is_wide ? kn_bodymap_region(region)
					       : kn_bodymap_short_region(region));
	return g_strdup(g_str_equal(side, "centre") ? "without a side" : side);
}

static gchar *
value_of(const Table *table, JsonObject *part)
{
	guint64 value = number_of(part, table->key);

	if (table->is_dose)
		return kn_format_count(value / 10000 + (value % 10000 >= 5000 ? 1 : 0));
	return value > 0 ? kn_format_duration(value) : g_strdup("-");
}

static void
append_wide(const Table *table, GString *out, JsonObject *part)
{
	g_autofree gchar *share =
		table->total > 0
			? g_strdup_printf("%.0f %%", 100 * (gdouble)number_of(part, table->key) /
							     (gdouble)table->total)
			: g_strdup("");
	g_autofree gchar *sessions = kn_format_count(number_of(part, "n_sessions"));
	g_autofree gchar *peak = g_strdup_printf("%.1f", (gdouble)number_of(part, "peak_hpa") / 10);
	g_autofree gchar *holds = kn_format_count(number_of(part, "hold_count"));
	gboolean is_none = number_of(part, "n_sessions") == 0;

	kn_term_right(out, is_none ? "-" : table->is_dose ? share : sessions, 7);
	kn_term_right(out, is_none ? "-" : peak, 8);
	kn_term_right(out, is_none ? "-" : holds, 6);
}

static void
append_part(const Table *table, GString *out, JsonObject *part)
{
	JsonObject *change = kn_doc_object(part, "change_permille");
	guint n_name = table->is_wide ? NAME_COLUMNS : NARROW_NAME_COLUMNS;
	g_autofree gchar *name = name_of(table, part);
	g_autofree gchar *fit = kn_term_fit(table->term, name, n_name);
	g_autofree gchar *value = value_of(table, part);
	g_autofree gchar *before = value_of(table, kn_doc_object(part, "previous"));
	g_autofree gchar *arrow =
		kn_doc_has(change, table->key)
			? kn_term_change(table->term, kn_doc_int(change, table->key, 0))
			: g_strdup("");

	g_string_append_printf(out, "  %s", fit);
	kn_term_right(out, value, 11);
	if (table->is_wide)
		append_wide(table, out, part);
	if (table->is_wide && table->has_before)
		kn_term_right(out, before, 11);
	kn_term_right(out, arrow, 8);
	while (out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void
append_header(const Table *table, GString *out, const gchar *by)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree gchar *words = g_strconcat("by ", by, NULL);
	g_autofree gchar *fit = kn_term_fit(table->term, words,
					    table->is_wide ? NAME_COLUMNS : NARROW_NAME_COLUMNS);

	g_string_append_printf(line, "  %s", fit);
	kn_term_right(line,
		      table->is_dose ? kn_term_pick(table->term, "dose kPa·s", "dose kPa s")
				     : "time",
		      11);
	if (table->is_wide)
		g_string_append_printf(line, "%7s firmest holds",
				       table->is_dose ? "share" : "uses");
	if (table->is_wide && table->has_before)
		kn_term_right(line, "before", 11);
	kn_term_paint(table->term, out, KN_STYLE_DIM, line->str);
	g_string_append_c(out, '\n');
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
	JsonObject *left = *(JsonObject *const *)a;
	JsonObject *right = *(JsonObject *const *)b;
	guint left_rank = kn_bodymap_rank(kn_doc_text(left, "region"));
	guint right_rank = kn_bodymap_rank(kn_doc_text(right, "region"));

	/* one after the other of a massager, as it numbers them */
	if (kn_doc_has(left, "node") || kn_doc_has(left, "device_id") ||
	    kn_doc_has(left, "n_data_days"))
		return 0;
	return (left_rank > right_rank) - (left_rank < right_rank);
}

void
kn_print_parts(const KnTerm *term, GString *out, JsonObject *summary)
{
	JsonArray *parts = kn_doc_array(summary, "parts");
	const gchar *by = kn_doc_text(summary, "by");
	gboolean is_person = g_str_equal(by, "person");
	gboolean is_device = is_person || g_str_equal(by, "device");
	g_autofree gchar *clean = kn_term_text(term, by);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	Table table = {.term = term,
		       .key = is_device ? "duration_ms" : "dose_hpa_ms",
		       .is_dose = !is_device,
		       .is_person = is_person,
		       .is_wide = term->width >= WIDE,
		       .has_before = kn_doc_has(summary, "previous")};

	for (guint i = 0; i < kn_doc_length(parts); i++) {
		JsonObject *part = kn_doc_at(parts, i);

		if (part == NULL)
			continue;
		g_ptr_array_add(sorted, part);
		table.total += number_of(part, table.key);
	}
	g_ptr_array_sort(sorted, compare_places);
	append_header(&table, out, clean);
	for (guint i = 0; i < sorted->len; i++)
		append_part(&table, out, g_ptr_array_index(sorted, i));
}
