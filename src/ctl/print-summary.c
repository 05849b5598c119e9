/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/print.h"

#include <string.h>

enum {
	LABEL_COLUMNS = 11,
	WIDE = 80, /* what was before stands beside, else below */
	BEFORE_COLUMN = 53,
	BEFORE_COLUMNS = 16,
	YEAR_DIGITS = 4,
};

static guint64
number_of(JsonObject *object, const gchar *key)
{
	return (guint64)MAX(kn_doc_int(object, key, 0), 0);
}

/* ---- which days ---- */

static gchar *
days_words(JsonObject *summary, gchar *(*format)(const gchar *))
{
	const gchar *first = kn_doc_text(summary, "first_day");
	const gchar *last = kn_doc_text(summary, "last_day");
	g_autofree gchar *from = format(first);
	g_autofree gchar *to = format(last);
	/* without the year only when it is the same everywhere and this one */
	gboolean is_this_year = strncmp(first, kn_doc_text(summary, "now"), YEAR_DIGITS) == 0 &&
				strncmp(first, last, YEAR_DIGITS) == 0;
	g_autofree gchar *begin =
		is_this_year ? g_strdup(from) : g_strdup_printf("%s %.4s", from, first);
	g_autofree gchar *end = is_this_year ? g_strdup(to) : g_strdup_printf("%s %.4s", to, last);

	return g_str_equal(first, last) ? g_strdup(end) : g_strdup_printf("%s to %s", begin, end);
}

/* ", Mia", ", nobody's" or "" when nobody was asked for. New. */
static gchar *
whose_words(const KnTerm *term, JsonObject *summary)
{
	g_autofree gchar *who =
		kn_term_text(term, kn_doc_text(kn_doc_object(summary, "person"), "label"));

	if (kn_doc_bool(summary, "is_unassigned"))
		return g_strdup(", nobody's");
	return who[0] != '\0' ? g_strconcat(", ", who, NULL) : g_strdup("");
}

/* in full where there is room */
static gchar *
title_words(const KnTerm *term, JsonObject *summary)
{
	guint n_room = (term->width >= WIDE ? BEFORE_COLUMN : term->width) - 1;
	g_autofree gchar *whose = whose_words(term, summary);
	g_autofree gchar *full = days_words(summary, kn_format_long_day);
	g_autofree gchar *brief = days_words(summary, kn_format_day);
	g_autofree gchar *words = g_strconcat(full, whose, NULL);

	if (kn_term_columns(words) <= n_room)
		return g_steal_pointer(&words);
	g_free(words);
	words = g_strconcat(brief, whose, NULL);
	return kn_term_columns(words) <= n_room || whose[0] == '\0'
		       ? g_steal_pointer(&words)
		       : kn_term_fit(term, words, n_room);
}

/* "the day before", "the 7 days before", "October", "1 to 21 October" */
static gchar *
before_words(JsonObject *summary)
{
	JsonObject *previous = kn_doc_object(summary, "previous");
	const gchar *first = kn_doc_text(previous, "first_day");
	const gchar *last = kn_doc_text(previous, "last_day");
	gboolean is_month = strlen(first) == 10 && g_str_has_suffix(first, "-01") &&
			    g_str_has_suffix(kn_doc_text(summary, "first_day"), "-01") &&
			    strncmp(first, last, 7) == 0;
	gint n_days = kn_format_days_ago(first, last) + 1;
	g_autofree gchar *name = kn_format_long_day(last);
	const gchar *month = strrchr(name, ' ');

	if (is_month && month != NULL && kn_format_is_month_end(last))
		return g_strdup(month + 1);
	if (is_month && month != NULL)
		return g_strdup_printf("1 to %d%s", n_days, month);
	if (n_days == 1)
		return g_strdup("the day before");
	return g_strdup_printf("the %d days before", n_days);
}

static void
append_title(const KnTerm *term, GString *out, JsonObject *summary)
{
	JsonObject *previous = kn_doc_object(summary, "previous");
	gboolean is_empty = kn_doc_int(previous, "n_sessions", 0) == 0;
	g_autofree gchar *title = title_words(term, summary);
	g_autofree gchar *before = before_words(summary);
	g_autofree gchar *words = g_strconcat(before, is_empty ? ": none" : "", NULL);
	guint n = kn_term_columns(title);

	kn_term_paint(term, out, KN_STYLE_TITLE, title);
	if (previous == NULL || kn_doc_int(summary, "n_sessions", 0) == 0) {
		g_string_append_c(out, '\n');
		return;
	}
	if (term->width >= WIDE && n + 1 < BEFORE_COLUMN)
		g_string_append_printf(out, "%*s%s\n", (gint)(BEFORE_COLUMN - n), "", words);
	else
		g_string_append_printf(out, "\n  beside: %s\n", words);
}

/* ---- the numbers, each beside what it was ---- */

typedef struct {
	const KnTerm *term;
	GString *out;
	JsonObject *previous; /* NULL: nothing to stand beside */
	JsonObject *change;
} Facts;

static void
append_fact(const Facts *facts, const gchar *label, const gchar *text, const gchar *before,
	    const gchar *key)
{
	const KnTerm *term = facts->term;
	g_autofree gchar *label_fit = kn_term_fit(term, label, LABEL_COLUMNS);
	g_autofree gchar *before_fit = kn_term_fit(term, before, BEFORE_COLUMNS);
	g_autofree gchar *arrow = kn_doc_has(facts->change, key)
					  ? kn_term_change(term, kn_doc_int(facts->change, key, 0))
					  : g_strdup("");
	guint n = 2 + LABEL_COLUMNS + kn_term_columns(text);
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append_printf(line, "  %s%s", label_fit, text);
	if (facts->previous != NULL && term->width >= WIDE && n < BEFORE_COLUMN)
		g_string_append_printf(line, "%*s%s%s", (gint)(BEFORE_COLUMN - n), "", before_fit,
				       arrow);
	g_strchomp(line->str);
	if (n <= term->width) {
		g_string_append_printf(facts->out, "%s\n", line->str);
	} else {
		g_autofree gchar *long_line = g_strconcat(label, ": ", text, NULL);

		kn_print_wrapped(term, facts->out, "  ", long_line);
	}
	if (facts->previous != NULL && (term->width < WIDE || n >= BEFORE_COLUMN))
		g_string_append_printf(facts->out, "    before: %s%s%s\n", before,
				       arrow[0] != '\0' ? "  " : "", arrow);
}

static void
append_times(const Facts *facts, JsonObject *summary)
{
	JsonObject *previous = facts->previous;
	g_autofree gchar *sessions =
		kn_format_plural(number_of(summary, "n_sessions"), "session", "sessions");
	g_autofree gchar *time = kn_format_duration(number_of(summary, "duration_ms"));
	g_autofree gchar *times = g_strdup_printf("%s in %s", time, sessions);
	g_autofree gchar *active = kn_format_duration(number_of(summary, "active_ms"));
	g_autofree gchar *time_before = kn_format_duration(number_of(previous, "duration_ms"));
	g_autofree gchar *active_before = kn_format_duration(number_of(previous, "active_ms"));

	append_fact(facts, "Time", times, time_before, "duration_ms");
	/* time is of the person, pressure of the sessions: with two massagers at once it may be more */
	append_fact(facts, "Pressed", active, active_before, "active_ms");
}

static void
append_pressures(const Facts *facts, JsonObject *summary)
{
	JsonObject *previous = facts->previous;
	g_autofree gchar *mean = kn_format_kpa(kn_doc_int(summary, "mean_hpa", 0));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(summary, "peak_hpa", 0));
	g_autofree gchar *pressures = g_strdup_printf("%s average, %s firmest", mean, peak);
	g_autofree gchar *mean_before = kn_format_kpa(kn_doc_int(previous, "mean_hpa", 0));
	g_autofree gchar *dose = kn_format_dose(facts->term, number_of(summary, "dose_hpa_ms"));
	g_autofree gchar *dose_before =
		kn_format_dose(facts->term, number_of(previous, "dose_hpa_ms"));
	g_autofree gchar *sides = kn_print_sides(summary);
	g_autofree gchar *doses = g_strconcat(dose, sides != NULL ? "; " : "", sides, NULL);

	append_fact(facts, "Pressure", pressures, mean_before, "mean_hpa");
	append_fact(facts, "Dose", doses, dose_before, "dose_hpa_ms");
}

static void
append_holds(const Facts *facts, JsonObject *summary)
{
	guint64 n_holds = number_of(summary, "hold_count");
	g_autofree gchar *n = kn_format_count(n_holds);
	g_autofree gchar *longest = kn_format_duration(number_of(summary, "hold_longest_ms"));
	g_autofree gchar *before = kn_format_count(number_of(facts->previous, "hold_count"));
	g_autofree gchar *holds =
		n_holds > 0 ? g_strdup_printf("%s (30 s steady), longest %s", n, longest)
			    : g_strdup("none (30 s steady)");

	append_fact(facts, "Holds", holds, before, "hold_count");
}

/* ---- what is to be known of the data ---- */

static void
append_remark(const KnTerm *term, GString *out, const gchar *label, const gchar *text)
{
	g_autofree gchar *fit = kn_term_fit(term, label, LABEL_COLUMNS);
	g_autofree gchar *indent = g_strnfill(2 + LABEL_COLUMNS, ' ');
	g_autoptr(GString) lines = g_string_new(NULL);

	kn_print_wrapped(term, lines, indent, text);
	g_string_erase(lines, 0, 2 + LABEL_COLUMNS);
	g_string_append_printf(out, "  %s%s", fit, lines->str);
}

/* which sessions may be on another day, and whether that can still be mended */
static void
append_uncertain(const KnTerm *term, GString *out, JsonObject *summary)
{
	guint64 n = number_of(summary, "n_time_uncertain");
	g_autofree gchar *count = kn_format_count(n);
	g_autofree gchar *all =
		kn_format_plural(number_of(summary, "n_sessions"), "session", "sessions");
	g_autofree gchar *words =
		g_strdup_printf("not certain for %s of %s: " KN_PRINT_UNCERTAIN, count, all);

	if (n > 0)
		append_remark(term, out, "Days", words);
}

static void
append_remarks(const KnTerm *term, GString *out, JsonObject *summary)
{
	g_autoptr(GPtrArray) lines = kn_print_completeness_lines(summary);
	guint n_days = kn_doc_length(kn_doc_array(summary, "days"));
	g_autofree gchar *data_days = kn_format_count(number_of(summary, "n_data_days"));

	for (guint i = 0; i < lines->len; i++) {
		const gchar *line = g_ptr_array_index(lines, i);
		g_autofree gchar *words = i == 0 && n_days > 1
						  ? g_strdup_printf("%s; %s of %u days with data",
								    line, data_days, n_days)
						  : g_strdup(line);

		append_remark(term, out, i == 0 ? "Data" : "", words);
	}
	if (kn_doc_bool(summary, "is_provisional"))
		append_remark(term, out, "Going on", "a session is open: these numbers will grow");
	append_uncertain(term, out, summary);
}

/* beside the numbers, and in none of them */
static void
append_said(const KnTerm *term, GString *out, JsonObject *summary)
{
	g_autoptr(GPtrArray) lines =
		kn_print_said_lines(term, summary, term->width - 2 - LABEL_COLUMNS);

	for (guint i = 0; i < lines->len; i++)
		append_remark(term, out, i == 0 ? "Said" : "", lines->pdata[i]);
}

static void
append_loss(const KnTerm *term, GString *out, JsonObject *summary)
{
	g_autofree gchar *loss = kn_print_loss(summary);

	if (loss != NULL)
		kn_print_wrapped(term, out, "  ", loss);
}

/* who did nothing may want to see what it was before */
static void
append_nothing(const KnTerm *term, GString *out, JsonObject *summary)
{
	JsonObject *previous = kn_doc_object(summary, "previous");
	g_autofree gchar *before = before_words(summary);
	g_autofree gchar *sessions =
		kn_format_plural(number_of(previous, "n_sessions"), "session", "sessions");
	g_autofree gchar *time = kn_format_duration(number_of(previous, "duration_ms"));
	g_autofree gchar *line = g_strdup_printf("%s: %s in %s", before, time, sessions);

	g_string_append(out, "  no session\n");
	if (number_of(previous, "n_sessions") > 0)
		kn_print_wrapped(term, out, "  ", line);
	else
		g_string_append(out, "  The newest there are: knead sessions\n");
}

void
kn_print_summary(const KnTerm *term, GString *out, KnBodymapView view, JsonObject *summary)
{
	JsonObject *previous = kn_doc_object(summary, "previous");
	Facts facts = {term, out, kn_doc_int(previous, "n_sessions", 0) > 0 ? previous : NULL,
		       kn_doc_object(summary, "change_permille")};
	const gchar *by = kn_doc_text(summary, "by");

	append_title(term, out, summary);
	if (kn_doc_int(summary, "n_sessions", 0) == 0) {
		append_nothing(term, out, summary);
		append_loss(term, out, summary);
		return;
	}
	append_times(&facts, summary);
	append_pressures(&facts, summary);
	append_holds(&facts, summary);
	append_remarks(term, out, summary);
	append_said(term, out, summary);
	append_loss(term, out, summary);
	if (kn_doc_has(summary, "parts"))
		g_string_append_c(out, '\n');
	if (g_str_equal(by, "place"))
		kn_bodymap_append(term, out, view, kn_doc_array(summary, "parts"));
	else if (kn_doc_has(summary, "parts"))
		kn_print_parts(term, out, summary);
	kn_print_days(term, out, kn_doc_array(summary, "days"));
	if (!kn_doc_has(summary, "days"))
		kn_print_wrapped(term, out, "  ",
				 "Too many days to list them: ask for 92 at most to see each.");
}
