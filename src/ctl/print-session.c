/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/print.h"
#include "ctl/spark.h"

enum { REGIONS_MAX = 32, NARROW = 60, CURVE_MAX = 100 };

/* ---- the head: what, when, how long ---- */

/* " (Europe/Berlin time)", " (UTC)" or "" */
static gchar *
zone_words(const KnTerm *term, const gchar *tz)
{
	g_autofree gchar *clean = kn_term_text(term, tz);

	if (g_str_equal(clean, "UTC") || g_str_equal(clean, "Etc/UTC"))
		return g_strdup(" (UTC)");
	return clean[0] != '\0' ? g_strdup_printf(" (%s time)", clean) : g_strdup("");
}

static void
append_head(const KnTerm *term, GString *out, JsonObject *session)
{
	const gchar *start = kn_doc_text(session, "start");
	g_autofree gchar *when = kn_format_when(start, "");
	g_autofree gchar *tz = zone_words(term, kn_doc_text(session, "tz"));
	g_autofree gchar *device = kn_print_device_name(term, kn_doc_object(session, "device"));
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "duration_ms", 0), 0));
	g_autofree gchar *active =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "active_ms", 0), 0));
	g_autofree gchar *title = g_strdup_printf("Session %" G_GINT64_FORMAT ", %s, %s%s",
						  kn_doc_int(session, "id", 0), device, when, tz);
	g_autofree gchar *mean = kn_format_kpa(kn_doc_int(session, "mean_hpa", 0));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(session, "peak_hpa", 0));
	g_autofree gchar *facts =
		g_strdup_printf("%s, pressed %s: %s average, %s firmest", time, active, mean, peak);
	g_autoptr(GString) lines = g_string_new(NULL);

	kn_print_wrapped(term, lines, "", title);
	kn_term_paint(term, out, KN_STYLE_TITLE, g_strchomp(lines->str));
	g_string_append_c(out, '\n');
	kn_print_wrapped(term, out, "  ", facts);
	if (kn_doc_has(session, "person")) {
		g_autofree gchar *person =
			kn_term_text(term, kn_doc_text(kn_doc_object(session, "person"), "label"));

		g_string_append_printf(out, "  of %s\n", person);
	}
	if (kn_doc_bool(session, "is_deleted"))
		kn_term_paint(term, out, KN_STYLE_WARN,
			      "  Deleted by hand: it is in no list and no sum (knead edits).\n");
	if (kn_doc_bool(session, "is_provisional"))
		kn_term_paint(term, out, KN_STYLE_WARN,
			      "  Still going: these numbers will grow.\n");
	if (kn_doc_bool(session, "time_uncertain")) {
		g_autoptr(GString) words = g_string_new(NULL);

		kn_print_wrapped(term, words, "  ",
				 "The time of day is not certain: " KN_PRINT_UNCERTAIN);
		kn_term_paint(term, out, KN_STYLE_WARN, words->str);
	}
}

static void
append_said(const KnTerm *term, GString *out, JsonObject *session)
{
	g_autofree gchar *said = kn_print_said(term, session);
	g_autofree gchar *line = g_strconcat("Said: ", said, NULL);

	if (said != NULL)
		kn_print_wrapped(term, out, "  ", line);
}

/* ---- the numbers in words ---- */

static void
append_holds(const KnTerm *term, GString *out, JsonObject *session)
{
	guint64 n = (guint64)MAX(kn_doc_int(session, "hold_count", 0), 0);
	g_autofree gchar *count = kn_format_plural(n, "hold", "holds");
	g_autofree gchar *longest =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "hold_longest_ms", 0), 0));
	g_autofree gchar *mean = kn_format_kpa(kn_doc_int(session, "hold_mean_hpa", 0));
	g_autofree gchar *words = g_strdup_printf(
		"%s (30 s steady or more), the longest %s, around %s", count, longest, mean);

	kn_print_wrapped(term, out, "  ", n > 0 ? words : "No hold (30 s steady or more)");
}

/* of the point that was pressed most */
static void
append_buildup(GString *out, JsonArray *nodes)
{
	JsonObject *most = NULL;
	gint64 change = 0;
	g_autofree gchar *size = NULL;

	for (guint i = 0; i < kn_doc_length(nodes); i++) {
		JsonObject *node = kn_doc_at(nodes, i);

		if (kn_doc_has(node, "buildup_hpa") &&
		    (most == NULL ||
		     kn_doc_int(node, "dose_hpa_ms", 0) > kn_doc_int(most, "dose_hpa_ms", 0)))
			most = node;
	}
	if (most == NULL)
		return;
	change = kn_doc_int(most, "buildup_hpa", 0);
	size = kn_format_kpa(ABS(change));
	g_string_append_printf(out, "%spressure %s %s, first third to last",
			       out->len > 0 ? "; " : "", change < 0 ? "fell" : "rose", size);
}

/* how it was done, as far as it was */
static void
append_rhythm(const KnTerm *term, GString *out, JsonObject *session)
{
	gint64 centi = kn_doc_int(session, "rocking_centi_per_min", 0);
	gint64 strokes = kn_doc_int(session, "strokes", 0);
	g_autofree gchar *n_strokes =
		kn_format_plural((guint64)MAX(strokes, 0), "stroke", "strokes");
	g_autoptr(GString) line = g_string_new(NULL);

	if (centi > 0)
		g_string_append_printf(line, "%.1f half swings/min", (gdouble)centi / 100);
	if (strokes > 0)
		g_string_append_printf(line, "%s%s", line->len > 0 ? "; " : "", n_strokes);
	append_buildup(line, kn_doc_array(session, "nodes"));
	if (line->len == 0)
		return;
	g_string_prepend(line, "Rhythm: ");
	kn_print_wrapped(term, out, "  ", line->str);
}

static void
append_numbers(const KnTerm *term, GString *out, JsonObject *session)
{
	g_autofree gchar *dose =
		kn_format_dose(term, (guint64)MAX(kn_doc_int(session, "dose_hpa_ms", 0), 0));
	g_autofree gchar *sides = kn_print_sides(session);
	g_autofree gchar *words =
		g_strdup_printf("Dose: %s (pressure times time)%s%s", dose,
				sides != NULL ? ", " : "", sides != NULL ? sides : "");

	kn_print_wrapped(term, out, "  ", words);
	append_holds(term, out, session);
	append_rhythm(term, out, session);
}

static void
append_doubts(const KnTerm *term, GString *out, JsonObject *session)
{
	g_autofree gchar *loss = kn_print_loss(session);
	gint64 saturation = kn_doc_int(session, "saturation_permille", 0);
	g_autoptr(GPtrArray) lines = kn_print_completeness_lines(session);
	g_autofree gchar *own =
		kn_format_duration((guint64)MAX(kn_doc_int(session, "device_duration_ms", 0), 0));

	for (guint i = 0; i < lines->len; i++) {
		g_autofree gchar *line = g_strconcat(
			i == 0 ? "Data: " : "", (const gchar *)g_ptr_array_index(lines, i), NULL);

		kn_print_wrapped(term, out, i == 0 ? "  " : "        ", line);
	}
	if (loss != NULL)
		kn_print_wrapped(term, out, "  ", loss);
	if (saturation > 0) {
		g_autofree gchar *line = g_strdup_printf("For %.1f %% of the time a sensor was at "
							 "its limit: the real pressure was higher.",
							 (gdouble)saturation / 10);
		kn_print_wrapped(term, out, "  ", line);
	}
	if (kn_doc_bool(session, "is_duration_disputed"))
		g_string_append_printf(out, "  The massager itself counted %s.\n", own);
}

/* ---- the curve ---- */

static void
add_node(JsonObject *node, guint n, gint64 *sums, gint64 *counts)
{
	JsonArray *values = kn_doc_array(node, "mean_hpa");

	for (guint i = 0; i < MIN(n, kn_doc_length(values)); i++) {
		JsonNode *value = json_array_get_element(values, i);

		if (!JSON_NODE_HOLDS_VALUE(value) ||
		    json_node_get_value_type(value) != G_TYPE_INT64)
			continue;
		sums[i] += MAX(json_node_get_int(value), 0);
		counts[i]++;
	}
}

/* the mean of a region's points, slice by slice: -1 where none has a sample */
static gint64 *
region_curve(JsonArray *nodes, const gchar *region, guint n)
{
	gint64 *sums = g_new0(gint64, n + 1);
	g_autofree gint64 *counts = g_new0(gint64, n + 1);

	for (guint i = 0; i < kn_doc_length(nodes); i++) {
		if (g_str_equal(kn_doc_text(kn_doc_at(nodes, i), "region"), region))
			add_node(kn_doc_at(nodes, i), n, sums, counts);
	}
	for (guint i = 0; i < n; i++)
		sums[i] = counts[i] > 0 ? sums[i] / counts[i] : -1;
	return sums;
}

static gint
compare_regions(gconstpointer a, gconstpointer b)
{
	guint left = kn_bodymap_rank(*(const gchar *const *)a);
	guint right = kn_bodymap_rank(*(const gchar *const *)b);

	return (left > right) - (left < right);
}

static GPtrArray *
regions_of(JsonArray *nodes)
{
	GPtrArray *regions = g_ptr_array_new();

	for (guint i = 0; i < kn_doc_length(nodes) && regions->len < REGIONS_MAX; i++) {
		const gchar *region = kn_doc_text(kn_doc_at(nodes, i), "region");

		if (!g_ptr_array_find_with_equal_func(regions, region, g_str_equal, NULL))
			g_ptr_array_add(regions, (gpointer)region);
	}
	g_ptr_array_sort(regions, compare_regions);
	return regions;
}

static gint64
max_of(const gint64 *values, guint n)
{
	gint64 max = 0;

	for (guint i = 0; i < n; i++)
		max = MAX(max, values[i]);
	return max;
}

/* Of a region over the whole session. Not of the curve: how coarse that is depends on the screen. */
static gint64
region_mean(JsonArray *nodes, const gchar *region)
{
	gint64 n = 0;
	gint64 sum = 0;

	for (guint i = 0; i < kn_doc_length(nodes); i++) {
		JsonObject *node = kn_doc_at(nodes, i);
		gint64 n_samples = CLAMP(kn_doc_int(node, "n_samples", 0), 0, G_MAXINT32);

		if (!g_str_equal(kn_doc_text(node, "region"), region))
			continue;
		n += n_samples;
		sum += n_samples * CLAMP(kn_doc_int(node, "mean_hpa", 0), 0, G_MAXUINT16);
	}
	return n > 0 ? (2 * sum + n) / (2 * n) : -1;
}

static void
append_curve_of(const KnTerm *term, GString *out, const gchar *region, const gint64 *values,
		guint n, gint64 max, gint64 mean)
{
	gboolean is_narrow = term->width < NARROW;
	g_autofree gchar *place = kn_term_fit(
		term, is_narrow ? kn_bodymap_short_region(region) : kn_bodymap_region(region),
		is_narrow ? KN_BODYMAP_SHORT_COLUMNS : KN_BODYMAP_REGION_COLUMNS);
	g_autofree gchar *words = kn_format_kpa(mean);

	g_string_append_printf(out, "  %s ", place);
	kn_spark_append(term, out, values, n, max);
	g_string_append_printf(out, "%s%s\n", mean >= 0 ? " " : "", mean >= 0 ? words : "");
}

static void
append_curve(const KnTerm *term, GString *out, JsonArray *session_nodes, JsonObject *curve)
{
	JsonArray *nodes = kn_doc_array(curve, "nodes");
	guint n = (guint)CLAMP(kn_doc_int(curve, "n_slices", 0), 0,
			       (gint64)kn_print_curve_columns(term));
	g_autoptr(GPtrArray) regions = regions_of(nodes);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	guint64 slice_ms = (guint64)MAX(kn_doc_int(curve, "slice_ms", 0), 0);
	g_autofree gchar *slice = slice_ms < 1000
					  ? g_strdup_printf("%" G_GUINT64_FORMAT " ms", slice_ms)
					  : kn_format_duration(slice_ms);
	g_autofree gchar *heading = g_strdup_printf(
		"From start to end, %s a step, and the average of all of it:", slice);
	gint64 max = 0;

	if (n == 0 || regions->len == 0)
		return;
	for (guint i = 0; i < regions->len; i++) {
		g_ptr_array_add(lines, region_curve(nodes, g_ptr_array_index(regions, i), n));
		max = MAX(max, max_of(g_ptr_array_index(lines, i), n));
	}
	kn_print_wrapped(term, out, "  ", heading);
	for (guint i = 0; i < regions->len; i++) {
		const gchar *region = g_ptr_array_index(regions, i);

		append_curve_of(term, out, region, g_ptr_array_index(lines, i), n, max,
				region_mean(session_nodes, region));
	}
}

guint
kn_print_curve_columns(const KnTerm *term)
{
	/* indent, region, blanks, "400.0 kPa" */
	guint n_beside =
		2 + 2 + 9 +
		(term->width < NARROW ? KN_BODYMAP_SHORT_COLUMNS : KN_BODYMAP_REGION_COLUMNS);

	return CLAMP(term->width > n_beside ? term->width - n_beside : 0, 1, CURVE_MAX);
}

void
kn_print_session(const KnTerm *term, GString *out, KnBodymapView view, JsonObject *session,
		 JsonObject *curve)
{
	JsonArray *nodes = kn_doc_array(session, "nodes");

	append_head(term, out, session);
	append_said(term, out, session);
	kn_bodymap_append(term, out, view, nodes);
	g_string_append_c(out, '\n');
	append_curve(term, out, nodes, curve);
	append_numbers(term, out, session);
	append_doubts(term, out, session);
}
