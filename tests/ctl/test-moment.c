/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* knead split --at: which moment of a session a time of day is */
#include "ctl/moment.h"
#include "lines.h"

static void
a_time_of_day_is_the_one_within_the_session(void)
{
	static const struct {
		const gchar *start;
		guint minutes;
		const gchar *word;
		const gchar *wanted; /* in UTC */
	} rows[] = {
		{"2026-11-21T07:30:00+01:00", 30, "07:40", "2026-11-21T06:40:00Z"},
		{"2026-11-21T07:30:00.250+01:00", 30, "07:40:30", "2026-11-21T06:40:30Z"},
		/* over midnight: before it, and behind it */
		{"2026-11-20T23:50:00+01:00", 30, "23:55", "2026-11-20T22:55:00Z"},
		{"2026-11-20T23:50:00+01:00", 30, "00:05", "2026-11-20T23:05:00Z"},
		/* the clock goes back at three, and forward at two */
		{"2026-10-25T02:50:00+02:00", 30, "02:10", "2026-10-25T01:10:00Z"},
		{"2026-10-25T02:50:00+02:00", 30, "02:55", "2026-10-25T00:55:00Z"},
		{"2026-03-29T01:50:00+01:00", 30, "03:05", "2026-03-29T01:05:00Z"},
		/* in none of it: of the day it began */
		{"2026-11-21T07:30:00+01:00", 30, "09:00", "2026-11-21T08:00:00Z"},
		{"2026-11-20T23:50:00+01:00", 30, "00:30", "2026-11-19T23:30:00Z"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree gchar *text = g_strdup_printf(
			"{\"start\":\"%s\",\"tz\":\"Europe/Berlin\",\"duration_ms\":%u}",
			rows[i].start, rows[i].minutes * 60000);
		g_autoptr(JsonNode) node = parse(text);
		g_autofree gchar *told = kn_moment_within(json_node_get_object(node), rows[i].word);
		g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(told, NULL);
		g_autoptr(GDateTime) utc = g_date_time_to_utc(time);
		g_autofree gchar *got = g_date_time_format_iso8601(utc);

		g_test_message("%s from %s: %s", rows[i].word, rows[i].start, told);
		g_assert_cmpstr(got, ==, rows[i].wanted);
	}
}

static void
what_is_no_time_of_day_is_none(void)
{
	static const gchar *const words[] = {"",           "7:40",     "24:00", "07:60", "07:40:60",
					     "07:40:30.5", "tomorrow", "07",    "29:00", "07:40\n"};
	g_autoptr(JsonNode) node =
		parse("{\"start\":\"2026-11-21T07:30:00+01:00\",\"duration_ms\":1800000}");
	g_autoptr(JsonNode) undated = parse("{\"duration_ms\":1800000}");

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		g_assert_null(kn_moment_within(json_node_get_object(node), words[i]));
	g_assert_null(kn_moment_within(json_node_get_object(undated), "07:40"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/moment/a-time-of-day-is-the-one-within-the-session",
			a_time_of_day_is_the_one_within_the_session);
	g_test_add_func("/ctl/moment/what-is-no-time-of-day-is-none",
			what_is_no_time_of_day_is_none);
	return g_test_run();
}
