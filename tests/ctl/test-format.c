/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/spark.h"
#include <string.h>

static const KnTerm utf8 = {.width = 80, .is_utf8 = TRUE};
static const KnTerm ascii = {.width = 80};

/* takes the string */
static void
assert_text(gchar *got, const gchar *wanted)
{
	g_assert_cmpstr(got, ==, wanted);
	g_free(got);
}

static void
counts_have_commas(void)
{
	assert_text(kn_format_count(0), "0");
	assert_text(kn_format_count(999), "999");
	assert_text(kn_format_count(1204), "1,204");
	assert_text(kn_format_count(1000000), "1,000,000");
	assert_text(kn_format_count(G_MAXUINT64), "18,446,744,073,709,551,615");
}

static void
pressures_are_exact_tenths_of_kilopascals(void)
{
	assert_text(kn_format_kpa(0), "0.0 kPa");
	assert_text(kn_format_kpa(5), "0.5 kPa");
	assert_text(kn_format_kpa(905), "90.5 kPa");
	assert_text(kn_format_kpa(4000), "400.0 kPa");
	assert_text(kn_format_kpa(-32), "-3.2 kPa");
	assert_text(kn_format_kpa(-5), "-0.5 kPa");
	assert_text(kn_format_kpa(G_MININT64), "-922337203685477580.8 kPa");
}

/* 1 kPa for 1 s is 10 hPa for 1000 ms */
static void
doses_are_kilopascal_seconds(void)
{
	assert_text(kn_format_dose(&utf8, 10 * 1000), "1 kPa·s");
	assert_text(kn_format_dose(&utf8, 0), "0 kPa·s");
	assert_text(kn_format_dose(&utf8, 4999), "under 1 kPa·s");
	assert_text(kn_format_dose(&utf8, 5000), "1 kPa·s");
	assert_text(kn_format_dose(&ascii, G_GUINT64_CONSTANT(300) * 1800000), "54,000 kPa s");
	assert_text(kn_format_dose(&ascii, G_MAXUINT64), "1,844,674,407,370,955 kPa s");
}

static void
times_are_rounded_to_what_matters(void)
{
	assert_text(kn_format_duration(0), "0 s");
	assert_text(kn_format_duration(499), "0 s");
	assert_text(kn_format_duration(45000), "45 s");
	assert_text(kn_format_duration(119499), "119 s");
	assert_text(kn_format_duration(119500), "2 min");
	assert_text(kn_format_duration(12 * 60000 + 29999), "13 min");
	assert_text(kn_format_duration(12 * 60000 + 29499), "12 min");
	assert_text(kn_format_duration(3600000), "1 h 00 min");
	assert_text(kn_format_duration(3599999), "1 h 00 min");
	assert_text(kn_format_duration(65 * 60000), "1 h 05 min");
}

static void
shares_and_plurals(void)
{
	assert_text(kn_format_percent(870), "87 %");
	assert_text(kn_format_percent(4), "0 %");
	assert_text(kn_format_percent(5), "1 %");
	assert_text(kn_format_plural(1, "session", "sessions"), "1 session");
	assert_text(kn_format_plural(0, "session", "sessions"), "0 sessions");
	assert_text(kn_format_plural(1200, "session", "sessions"), "1,200 sessions");
}

static void
bytes_are_binary(void)
{
	assert_text(kn_format_bytes(0), "0 bytes");
	assert_text(kn_format_bytes(1023), "1023 bytes");
	assert_text(kn_format_bytes(1536), "1.5 KiB");
	assert_text(kn_format_bytes(1048576), "1.0 MiB");
	assert_text(kn_format_bytes(G_MAXUINT64), "16.0 EiB");
}

static void
days_are_told_from_now(void)
{
	const gchar *now = "2026-11-21T09:00:00+01:00";

	assert_text(kn_format_when("2026-11-21T08:15:59+01:00", now), "today 08:15");
	assert_text(kn_format_when("2026-11-20T23:59:00+01:00", now), "yesterday 23:59");
	assert_text(kn_format_when("2026-11-14T07:00:00+01:00", now), "Sat 14 Nov 07:00");
	assert_text(kn_format_when("2025-12-31T07:00:00+01:00", now), "Wed 31 Dec 2025 07:00");
	assert_text(kn_format_when("", now), "at an unknown time");
	assert_text(kn_format_long_day("2026-11-21"), "Saturday 21 November");
	assert_text(kn_format_day("2024-02-29"), "Thu 29 Feb");
	g_assert_cmpint(kn_format_days_ago("2026-11-17T23:00:00+01:00", now), ==, 4);
	/* a device whose clock runs ahead is not late */
	g_assert_cmpint(kn_format_days_ago("2026-11-23T00:00:00+01:00", now), ==, 0);
	g_assert_cmpint(kn_format_days_ago("", now), ==, -1);
}

static void
dates_that_are_none_are_survived(void)
{
	static const gchar *const texts[] = {
		"",           "x",           "2026-13-01",  "2026-02-30",
		"9999-99-99", "0000-00-00T", "2026-11-21T", "2026-11-21Tab:cd",
		"-1-1-1"};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_free(kn_format_day(texts[i]));
		g_free(kn_format_when(texts[i], texts[i]));
		assert_text(kn_format_clock(texts[i]), "");
	}
}

static void
texts_are_cleaned_cut_and_filled(void)
{
	assert_text(kn_term_fit(&utf8, "back bed", 10), "back bed  ");
	assert_text(kn_term_fit(&utf8, "back bed", 8), "back bed");
	assert_text(kn_term_fit(&utf8, "back bed", 5), "back…");
	assert_text(kn_term_fit(&ascii, "back bed", 5), "back~");
	assert_text(kn_term_fit(&utf8, "\x1b[31mred\x07", 8), "[31mred ");
	/* wide characters take two columns and are never cut in half */
	assert_text(kn_term_fit(&utf8, "按摩按摩", 4), "按… ");
	assert_text(kn_term_fit(&ascii, "Küche", 6), "Kuche ");
	assert_text(kn_term_fit(&utf8, "x", 0), "");
}

static void
a_sentence_may_be_longer_than_a_name(void)
{
	g_autofree gchar *sentence = g_strdup("word");
	g_autofree gchar *shown = NULL;

	for (guint i = 0; i < 30; i++) {
		gchar *longer = g_strconcat(sentence, " word", NULL);

		g_free(sentence);
		sentence = longer;
	}
	shown = kn_term_text(&utf8, sentence);
	g_assert_cmpstr(shown, ==, sentence);
}

static guint
count(const gchar *text, const gchar *what)
{
	guint n = 0;

	for (const gchar *at = strstr(text, what); at != NULL; at = strstr(at + strlen(what), what))
		n++;
	return n;
}

static void
bars_are_as_long_as_their_share(void)
{
	for (guint64 value = 0; value <= 200; value++) {
		g_autofree gchar *bar = kn_term_bar(&utf8, value, 200, 30);
		g_autofree gchar *plain = kn_term_bar(&ascii, value, 200, 30);

		/* 30 columns for 200: rounded up */
		g_assert_cmpuint(count(bar, "█"), ==, (value * 30 + 199) / 200);
		g_assert_cmpuint(count(plain, "#"), ==, (value * 30 + 199) / 200);
		g_assert_cmpuint(kn_term_columns(bar), ==, 30);
		g_assert_cmpuint(strlen(plain), ==, 30);
	}
	assert_text(kn_term_bar(&ascii, 5, 0, 3), "...");
	assert_text(kn_term_bar(&ascii, G_MAXUINT64, 5, 3), "###");
}

static void
sparks_rise_and_leave_holes(void)
{
	const gint64 values[] = {0, 100, 200, 300, 400, 500, 600, 700, -1, 9999};
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GString) plain = g_string_new(NULL);

	kn_spark_append(&utf8, line, values, G_N_ELEMENTS(values), 700);
	g_assert_cmpstr(line->str, ==, "▁▂▃▄▅▆▇█ █");
	kn_spark_append(&ascii, plain, values, G_N_ELEMENTS(values), 700);
	g_assert_cmpstr(plain->str, ==, ".:-=+*#@ @");
	g_string_truncate(plain, 0);
	kn_spark_append(&ascii, plain, values, 3, 0);
	g_assert_cmpstr(plain->str, ==, "...");
}

static void
colours_only_where_there_are_some(void)
{
	const KnTerm colored = {.width = 80, .is_utf8 = TRUE, .has_color = TRUE};
	g_autoptr(GString) out = g_string_new(NULL);

	kn_term_paint(&utf8, out, KN_STYLE_WARN, "low");
	g_assert_cmpstr(out->str, ==, "low");
	kn_term_paint(&colored, out, KN_STYLE_WARN, "low");
	g_assert_nonnull(strchr(out->str, '\x1b'));
	g_assert_cmpuint(kn_term_columns(out->str), ==, 6);
}

static void
the_nearest_command_is_suggested(void)
{
	static const struct {
		const gchar *wrong;
		const gchar *nearest;
	} words[] = {{"sesions", "sessions"},
		     {"session", "sessions"},
		     {"summery", "summary"},
		     {"SHOW", "show"},
		     {"hsow", "show"},
		     {"staus", "status"},
		     {"devises", "devices"},
		     {"alow", "allow"},
		     {"dev", "devices"},
		     {"sum", "summary"},
		     {"frobnicate", NULL},
		     {"", NULL},
		     {"x", NULL}};
	g_autofree gchar *monster = g_strnfill(100000, 's');

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		g_test_message("%s", words[i].wrong);
		g_assert_cmpstr(kn_commands_nearest(words[i].wrong), ==, words[i].nearest);
	}
	g_assert_null(kn_commands_nearest(monster));
	for (const KnCommand *command = kn_commands_get(); command->name != NULL; command++)
		g_assert_cmpstr(kn_commands_nearest(command->name), ==, command->name);
}

static void
every_help_fits_and_has_an_example(void)
{
	g_autofree gchar *usage = kn_commands_usage();
	g_auto(GStrv) rows = g_strsplit(usage, "\n", -1);

	for (guint i = 0; rows[i] != NULL; i++)
		g_assert_cmpuint(strlen(rows[i]), <=, 80);
	g_assert_cmpuint(count(usage, "not a medical device"), ==, 1);
	for (const KnCommand *command = kn_commands_get(); command->name != NULL; command++) {
		g_autofree gchar *help = kn_commands_help(command);
		g_auto(GStrv) lines = g_strsplit(help, "\n", -1);

		g_assert_nonnull(strstr(usage, command->name));
		g_assert_nonnull(strstr(help, "\nExample: "));
		g_assert_nonnull(strstr(command->example, command->name));
		for (guint i = 0; lines[i] != NULL; i++)
			g_assert_cmpuint(strlen(lines[i]), <=, 100);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/format/counts_have_commas", counts_have_commas);
	g_test_add_func("/ctl/format/pressures_are_exact_tenths_of_kilopascals",
			pressures_are_exact_tenths_of_kilopascals);
	g_test_add_func("/ctl/format/doses_are_kilopascal_seconds", doses_are_kilopascal_seconds);
	g_test_add_func("/ctl/format/times_are_rounded_to_what_matters",
			times_are_rounded_to_what_matters);
	g_test_add_func("/ctl/format/shares_and_plurals", shares_and_plurals);
	g_test_add_func("/ctl/format/bytes_are_binary", bytes_are_binary);
	g_test_add_func("/ctl/format/days_are_told_from_now", days_are_told_from_now);
	g_test_add_func("/ctl/format/dates_that_are_none_are_survived",
			dates_that_are_none_are_survived);
	g_test_add_func("/ctl/term/texts_are_cleaned_cut_and_filled",
			texts_are_cleaned_cut_and_filled);
	g_test_add_func("/ctl/term/a_sentence_may_be_longer_than_a_name",
			a_sentence_may_be_longer_than_a_name);
	g_test_add_func("/ctl/term/bars_are_as_long_as_their_share",
			bars_are_as_long_as_their_share);
	g_test_add_func("/ctl/term/sparks_rise_and_leave_holes", sparks_rise_and_leave_holes);
	g_test_add_func("/ctl/term/colours_only_where_there_are_some",
			colours_only_where_there_are_some);
	g_test_add_func("/ctl/commands/the_nearest_command_is_suggested",
			the_nearest_command_is_suggested);
	g_test_add_func("/ctl/commands/every_help_fits_and_has_an_example",
			every_help_fits_and_has_an_example);
	return g_test_run();
}
