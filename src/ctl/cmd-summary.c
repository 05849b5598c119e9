/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/print.h"

#include <string.h>

enum { LABEL_COLUMNS = 22, BAR_COLUMNS_MAX = 30, YEAR_DIGITS = 4 };

static void
append_fact(const KnTerm *term, GString *out, const gchar *label, const gchar *text)
{
	g_autofree gchar *fit = kn_term_fit(term, label, LABEL_COLUMNS);

	g_string_append_printf(out, "  %s%s\n", fit, text);
}

static void
append_title(const KnTerm *term, GString *out, JsonObject *summary)
{
	const gchar *first = kn_doc_text(summary, "first_day");
	const gchar *last = kn_doc_text(summary, "last_day");
	g_autofree gchar *from = kn_format_long_day(first);
	g_autofree gchar *to = kn_format_long_day(last);
	/* without the year only when it is the same everywhere and this one */
	gboolean is_this_year = strncmp(first, kn_doc_text(summary, "now"), YEAR_DIGITS) == 0 &&
				strncmp(first, last, YEAR_DIGITS) == 0;
	g_autofree gchar *begin =
		is_this_year ? g_strdup(from) : g_strdup_printf("%s %.4s", from, first);
	g_autofree gchar *end = is_this_year ? g_strdup(to) : g_strdup_printf("%s %.4s", to, last);
	g_autofree gchar *title =
		g_str_equal(first, last) ? g_strdup(end) : g_strdup_printf("%s to %s", begin, end);

	kn_term_paint(term, out, KN_STYLE_TITLE, title);
	g_string_append_c(out, '\n');
}

static void
append_facts(const KnTerm *term, GString *out, JsonObject *summary)
{
	g_autofree gchar *sessions = kn_format_plural(
		(guint64)MAX(kn_doc_int(summary, "n_sessions", 0), 0), "session", "sessions");
	g_autofree gchar *time =
		kn_format_duration((guint64)MAX(kn_doc_int(summary, "duration_ms", 0), 0));
	g_autofree gchar *active =
		kn_format_duration((guint64)MAX(kn_doc_int(summary, "active_ms", 0), 0));
	g_autofree gchar *times = g_strdup_printf("%s in %s", time, sessions);
	/* time is of the person, pressure of the sessions: with two massagers at once it may be more */
	g_autofree gchar *actives = g_strdup_printf("%s, all sessions added up", active);
	g_autofree gchar *mean = kn_format_kpa(kn_doc_int(summary, "mean_hpa", 0));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(summary, "peak_hpa", 0));
	g_autofree gchar *pressures =
		g_strdup_printf("%s on average, %s at the firmest", mean, peak);
	g_autofree gchar *dose =
		kn_format_dose(term, (guint64)MAX(kn_doc_int(summary, "dose_hpa_ms", 0), 0));
	g_autofree gchar *doses = g_strconcat(dose, " (pressure times time, all points)", NULL);
	g_autofree gchar *sides = kn_print_sides(summary);
	g_autofree gchar *longest =
		kn_format_duration((guint64)MAX(kn_doc_int(summary, "hold_longest_ms", 0), 0));
	guint64 n_holds = (guint64)MAX(kn_doc_int(summary, "hold_count", 0), 0);
	g_autofree gchar *n = kn_format_count(n_holds);
	g_autofree gchar *holds =
		n_holds > 0 ? g_strdup_printf("%s (steady for 30 s or more), the longest %s", n,
					      longest)
			    : g_strdup("none (steady for 30 s or more)");

	append_fact(term, out, "Time", times);
	append_fact(term, out, "With pressure", actives);
	append_fact(term, out, "Pressure", pressures);
	append_fact(term, out, "Dose", doses);
	if (sides != NULL)
		append_fact(term, out, "Left and right", sides);
	append_fact(term, out, "Holds", holds);
}

/* which sessions may be on another day, and whether that can still be mended */
static void
append_uncertain(const KnTerm *term, GString *out, JsonObject *summary)
{
	guint64 n = (guint64)MAX(kn_doc_int(summary, "n_time_uncertain", 0), 0);
	guint64 n_all = (guint64)MAX(kn_doc_int(summary, "n_sessions", 0), 0);
	g_autofree gchar *indent = g_strnfill(LABEL_COLUMNS + 2, ' ');
	g_autofree gchar *label = kn_term_fit(term, "  Time of day", LABEL_COLUMNS + 2);
	g_autofree gchar *count = kn_format_count(n);
	g_autofree gchar *all = kn_format_plural(n_all, "session", "sessions");
	g_autofree gchar *words =
		g_strdup_printf("not certain for %s of %s: " KN_PRINT_UNCERTAIN, count, all);
	g_autoptr(GString) lines = g_string_new(NULL);

	if (n == 0)
		return;
	kn_print_wrapped(term, lines, indent, words);
	g_string_erase(lines, 0, LABEL_COLUMNS + 2);
	g_string_append_printf(out, "%s%s", label, lines->str);
}

static void
append_remarks(const KnTerm *term, GString *out, JsonObject *summary)
{
	g_autoptr(GPtrArray) lines = kn_print_completeness_lines(summary);
	g_autofree gchar *days = kn_format_plural(
		(guint64)MAX(kn_doc_int(summary, "n_data_days", 0), 0), "day", "days");

	for (guint i = 0; i < lines->len; i++) {
		g_autofree gchar *label =
			kn_term_fit(term, i == 0 ? "  Data" : "", LABEL_COLUMNS + 2);

		g_string_append(out, label);
		g_string_append_printf(out, "%s\n", (const gchar *)g_ptr_array_index(lines, i));
	}
	if (kn_doc_length(kn_doc_array(summary, "days")) > 1) {
		g_autofree gchar *words = g_strconcat(days, " with a complete session", NULL);

		append_fact(term, out, "", words);
	}
	if (kn_doc_bool(summary, "is_provisional"))
		append_fact(term, out, "Still going", "a session is open: these numbers will grow");
	append_uncertain(term, out, summary);
}

static void
append_days(const KnTerm *term, GString *out, JsonArray *days)
{
	guint n_columns = CLAMP(term->width - 46, 8, BAR_COLUMNS_MAX);
	guint64 max = 0;

	for (guint i = 0; i < kn_doc_length(days); i++)
		max = MAX(max, (guint64)MAX(kn_doc_int(kn_doc_at(days, i), "duration_ms", 0), 0));
	if (kn_doc_length(days) < 2)
		return;
	g_string_append_c(out, '\n');
	for (guint i = 0; i < kn_doc_length(days); i++) {
		JsonObject *day = kn_doc_at(days, i);
		guint64 ms = (guint64)MAX(kn_doc_int(day, "duration_ms", 0), 0);
		g_autofree gchar *name = kn_format_day(kn_doc_text(day, "day"));
		g_autofree gchar *bar = kn_term_bar(term, ms, max, n_columns);
		g_autofree gchar *time = kn_format_duration(ms);
		g_autofree gchar *peak = kn_format_kpa(kn_doc_int(day, "peak_hpa", 0));
		gboolean is_short = kn_doc_int(day, "stored", 0) < kn_doc_int(day, "expected", 0);

		if (kn_doc_int(day, "n_sessions", 0) == 0)
			g_string_append_printf(out, "  %s  %s  -\n", name, bar);
		else
			g_string_append_printf(out, "  %s  %s  %-10s %s%s\n", name, bar, time, peak,
					       is_short ? ", not all here" : "");
	}
}

void
kn_print_summary(const KnTerm *term, GString *out, JsonObject *summary)
{
	append_title(term, out, summary);
	if (kn_doc_int(summary, "n_sessions", 0) == 0) {
		g_string_append(out, "  no session\n");
		return;
	}
	append_facts(term, out, summary);
	append_remarks(term, out, summary);
	append_days(term, out, kn_doc_array(summary, "days"));
	if (!kn_doc_has(summary, "days"))
		g_string_append(
			out, "\n  Too many days to list them: ask for 92 at most to see each.\n");
}

static void
append_key(GString *path, const gchar *key, const gchar *value)
{
	g_autofree gchar *escaped = value != NULL ? g_uri_escape_string(value, NULL, FALSE) : NULL;

	if (escaped != NULL)
		g_string_append_printf(path, "&%s=%s", key, escaped);
}

gint
kn_cmd_summary(KnCall *call, const gchar *argument)
{
	gboolean is_range = call->from != NULL || call->to != NULL;
	g_autoptr(GString) path = g_string_new("/v1/summary?period=");
	g_autoptr(JsonNode) node = NULL;
	gint failed = KN_EXIT_OK;

	if (is_range &&
	    (call->from == NULL || call->to == NULL || call->day != NULL || call->is_week))
		return kn_call_usage("summary", "a range takes --from and --to, and nothing else");
	g_string_append(path, is_range                              ? "range"
			      : call->day != NULL && !call->is_week ? "day"
								    : "week");
	append_key(path, "day", call->day);
	append_key(path, "from", call->from);
	append_key(path, "to", call->to);
	append_key(path, "device", call->device);
	failed = kn_call_ask(call, path->str, NULL, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else
		kn_print_summary(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}
