/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/print.h"

#include <string.h>

enum {
	LINES_MAX = 7,    /* more days are columns */
	COLUMNS_MAX = 31, /* more days are weeks */
	HEIGHT = 4,
	EIGHTHS = 8,
	BAR_COLUMNS_MAX = 30,
	NARROW = 60,
};

/* one bar: a day, or a week of them */
typedef struct {
	const gchar *day; /* the first; borrowed */
	guint64 ms;
	gboolean is_short; /* not all is here */
	gboolean is_monday;
} Bar;

static guint64
ms_of(JsonObject *day)
{
	return (guint64)MAX(kn_doc_int(day, "duration_ms", 0), 0);
}

static gboolean
is_short(JsonObject *day)
{
	return kn_doc_int(day, "stored", 0) < kn_doc_int(day, "expected", 0);
}

/* ---- a line for each day ---- */

static void
append_line(const KnTerm *term, GString *out, JsonObject *day, guint64 max)
{
	gboolean is_narrow = term->width < NARROW;
	guint n_columns = CLAMP(term->width - (is_narrow ? 28 : 50), 8, BAR_COLUMNS_MAX);
	g_autofree gchar *name = kn_format_day(kn_doc_text(day, "day"));
	g_autofree gchar *bar = kn_term_bar(term, ms_of(day), max, n_columns);
	g_autofree gchar *time = kn_format_duration(ms_of(day));
	g_autofree gchar *peak = kn_format_kpa(kn_doc_int(day, "peak_hpa", 0));

	g_string_append_printf(out, "  %s  %s  ", name, bar);
	if (kn_doc_int(day, "n_sessions", 0) == 0)
		g_string_append(out, "-\n");
	else if (is_narrow)
		g_string_append_printf(out, "%s%s\n", time, is_short(day) ? " ?" : "");
	else
		g_string_append_printf(out, "%-10s %s%s\n", time, peak,
				       is_short(day) ? ", not all here" : "");
}

static void
append_lines(const KnTerm *term, GString *out, JsonArray *days)
{
	guint64 max = 0;

	for (guint i = 0; i < kn_doc_length(days); i++)
		max = MAX(max, ms_of(kn_doc_at(days, i)));
	for (guint i = 0; i < kn_doc_length(days); i++)
		append_line(term, out, kn_doc_at(days, i), max);
}

/* ---- columns ---- */

static gboolean
is_monday(JsonObject *day)
{
	g_autofree gchar *name = kn_format_day(kn_doc_text(day, "day"));

	return g_str_has_prefix(name, "Mon");
}

static GArray *
collect(JsonArray *days)
{
	GArray *bars = g_array_new(FALSE, TRUE, sizeof(Bar));
	gboolean is_weeks = kn_doc_length(days) > COLUMNS_MAX;

	for (guint i = 0; i < kn_doc_length(days); i++) {
		JsonObject *day = kn_doc_at(days, i);
		Bar *bar = NULL;

		if (bars->len == 0 || !is_weeks || is_monday(day)) {
			const Bar empty = {.day = kn_doc_text(day, "day"),
					   .is_monday = is_monday(day)};

			g_array_append_val(bars, empty);
		}
		bar = &g_array_index(bars, Bar, bars->len - 1);
		bar->ms += ms_of(day);
		bar->is_short |= is_short(day);
	}
	return bars;
}

/* eighths of a line that a bar fills; a little is never nothing */
static guint
eighths_of(guint64 ms, guint64 max)
{
	guint n = max > 0 ? (guint)((gdouble)ms * (gdouble)(HEIGHT * EIGHTHS) / (gdouble)max + 0.5)
			  : 0;

	return ms > 0 ? MAX(n, 1) : 0;
}

static const gchar *
cell_of(const KnTerm *term, guint eighths, gboolean is_ground)
{
	static const gchar *const blocks[EIGHTHS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const gchar *const plain[EIGHTHS] = {"_", "_", ".", ".", ":", ":", "#", "#"};

	if (eighths == 0)
		return is_ground ? kn_term_pick(term, "·", ".") : " ";
	return kn_term_pick(term, blocks[MIN(eighths, EIGHTHS) - 1],
			    plain[MIN(eighths, EIGHTHS) - 1]);
}

static void
end_line(GString *out)
{
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void
append_row(const KnTerm *term, GString *out, const GArray *bars, guint row, guint64 max,
	   guint n_step)
{
	g_autofree gchar *top = kn_format_duration(max);
	guint below = (HEIGHT - 1 - row) * EIGHTHS;

	kn_term_right(out, row == 0 ? top : "", 12);
	g_string_append_c(out, ' ');
	for (guint i = 0; i < bars->len; i++) {
		guint n = eighths_of(g_array_index(bars, Bar, i).ms, max);
		guint inside = n > below ? n - below : 0;

		/* between wide steps a blank, so that bars stay apart */
		for (guint k = 0; k < n_step; k++)
			g_string_append(out, n_step > 1 && k + 1 == n_step
						     ? " "
						     : cell_of(term, inside, below == 0));
	}
	end_line(out);
}

/* "2 Nov" below what begins then: each Monday, or each week, where there is room */
static void
append_scale(const KnTerm *term, GString *out, const GArray *bars, gboolean is_weeks, guint n_step)
{
	g_autoptr(GString) line = g_string_new("             ");
	guint n_before = (guint)line->len;

	for (guint i = 0; i < bars->len; i++) {
		const Bar *bar = &g_array_index(bars, Bar, i);
		g_autofree gchar *name = kn_format_day(bar->day);
		guint at = n_before + i * n_step;

		if ((!is_weeks && !bar->is_monday) || at < line->len || strlen(name) < 5 ||
		    at + strlen(name) - 4 > term->width)
			continue;
		g_string_append_printf(line, "%*s%s ", (gint)(at - line->len), "",
				       g_strchug(name + 4));
	}
	g_string_append(out, line->str);
	end_line(out);
}

static void
append_marks(GString *out, const GArray *bars, guint n_step)
{
	gboolean has_any = FALSE;

	for (guint i = 0; i < bars->len; i++)
		has_any |= g_array_index(bars, Bar, i).is_short;
	if (!has_any)
		return;
	kn_term_right(out, "not all here", 12);
	g_string_append_c(out, ' ');
	for (guint i = 0; i < bars->len; i++)
		g_string_append_printf(out, "%-*s", (gint)n_step,
				       g_array_index(bars, Bar, i).is_short ? "?" : "");
	end_line(out);
}

static void
append_columns(const KnTerm *term, GString *out, JsonArray *days)
{
	g_autoptr(GArray) bars = collect(days);
	gboolean is_weeks = kn_doc_length(days) > COLUMNS_MAX;
	guint n_room = term->width > 13 ? term->width - 13 : 1;
	guint n_step = CLAMP(n_room / MAX(bars->len, 1), 1, is_weeks ? 4 : 2);
	guint64 max = 0;

	/* the narrowest screens: the newest of them */
	if (bars->len > n_room)
		g_array_remove_range(bars, 0, bars->len - n_room);
	for (guint i = 0; i < bars->len; i++)
		max = MAX(max, g_array_index(bars, Bar, i).ms);
	for (guint row = 0; row < HEIGHT; row++)
		append_row(term, out, bars, row, max, n_step);
	append_marks(out, bars, n_step);
	append_scale(term, out, bars, is_weeks, n_step);
}

void
kn_print_days(const KnTerm *term, GString *out, JsonArray *days)
{
	if (kn_doc_length(days) > LINES_MAX)
		append_columns(term, out, days);
	else if (kn_doc_length(days) > 1)
		append_lines(term, out, days);
}
