/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/days.h"

static KnDay
day(const gchar *text)
{
	KnDay found = 0;

	g_assert_true(kn_zone_parse_day(text, &found));
	return found;
}

static void
assert_days(const gchar *text, const gchar *today, const gchar *first, const gchar *last)
{
	KnDays days = {0};
	g_autofree gchar *got_first = NULL;
	g_autofree gchar *got_last = NULL;

	g_test_message("%s", text);
	g_assert_true(kn_days_parse(text, day(today), &days));
	got_first = kn_zone_format_day(days.first_day);
	got_last = kn_zone_format_day(days.last_day);
	g_assert_cmpstr(got_first, ==, first);
	g_assert_cmpstr(got_last, ==, last);
}

/* 21 November 2026 is a Saturday, by the calendar on the wall */
#define SATURDAY "2026-11-21"

static void
each_word_is_the_day_that_people_mean(void)
{
	static const struct {
		const gchar *text;
		const gchar *day;
	} rows[] = {
		{"today", "2026-11-21"},         {"Yesterday", "2026-11-20"},
		{"2026-11-21", "2026-11-21"},    {"1999-02-28", "1999-02-28"},
		{"saturday", "2026-11-21"},      {"sat", "2026-11-21"},
		{"sunday", "2026-11-15"},        {"Fri", "2026-11-20"},
		{"monday", "2026-11-16"},        {"last monday", "2026-11-16"},
		{"last saturday", "2026-11-14"}, {"last-sun", "2026-11-15"},
		{"3 days ago", "2026-11-18"},    {"1 day ago", "2026-11-20"},
		{"0 days ago", "2026-11-21"},    {"3-days-ago", "2026-11-18"},
		{"3_days+ago", "2026-11-18"},    {"  3  days  ago ", "2026-11-18"},
		{"2 weeks ago", "2026-11-07"},   {"1 week ago", "2026-11-14"},
		{"9999 days ago", "1999-07-07"}, /* 27 years and 137 days: 27 * 365 + 7 + 137 */
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		KnDay found = 0;

		assert_days(rows[i].text, SATURDAY, rows[i].day, rows[i].day);
		g_assert_true(kn_days_parse_one(rows[i].text, day(SATURDAY), &found));
		g_assert_cmpint(found, ==, day(rows[i].day));
	}
}

static void
many_days_end_today_at_the_latest(void)
{
	assert_days("this week", SATURDAY, "2026-11-16", "2026-11-21");
	assert_days("last week", SATURDAY, "2026-11-09", "2026-11-15");
	assert_days("this month", SATURDAY, "2026-11-01", "2026-11-21");
	assert_days("last month", SATURDAY, "2026-10-01", "2026-10-31");
	assert_days("2026-11", SATURDAY, "2026-11-01", "2026-11-21");
	assert_days("2026-02", SATURDAY, "2026-02-01", "2026-02-28");
	assert_days("2024-02", SATURDAY, "2024-02-01", "2024-02-29");
	assert_days("2026-12", SATURDAY, "2026-12-01", "2026-12-31");
	assert_days("this year", SATURDAY, "2026-01-01", "2026-11-21");
	assert_days("last year", SATURDAY, "2025-01-01", "2025-12-31");
	assert_days("2024", SATURDAY, "2024-01-01", "2024-12-31");
	assert_days("last 30 days", SATURDAY, "2026-10-23", "2026-11-21");
	assert_days("last 1 day", SATURDAY, "2026-11-21", "2026-11-21");
	assert_days("last month", "2026-01-31", "2025-12-01", "2025-12-31");
	/* on a Monday the week is one day old; on a Sunday it is over */
	assert_days("this week", "2026-11-16", "2026-11-16", "2026-11-16");
	assert_days("last week", "2026-11-22", "2026-11-09", "2026-11-15");
	assert_days("this week", "2026-11-22", "2026-11-16", "2026-11-22");
}

static void
anything_else_is_no_day(void)
{
	static const gchar *const wrong[] = {
		"",
		"   ",
		"-",
		"tomorrow",
		"someday",
		"21.11.2026",
		"2026-13",
		"2026-00",
		"2026-11-31",
		"20261121",
		"0000",
		"0000-05",
		"2026-1",
		"202a",
		"mo",
		"mond",
		"last",
		"this",
		"this monday",
		"last today",
		"next week",
		"3 days",
		"days ago",
		"-3 days ago x",
		"10000 days ago",
		"3 months ago",
		"last 0 days",
		"last x days",
		"3.5 days ago",
		"last 30 days ago",
		"2026-11-21T00:00:00Z",
		"yesterday yesterday",
		"3 days ago, or maybe some time before that",
		"\xff\xfe",
		"\x1b[31m",
	};
	KnDays days = {.first_day = 7, .last_day = 8};

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("\"%s\"", wrong[i]);
		g_assert_false(kn_days_parse(wrong[i], day(SATURDAY), &days));
	}
	g_assert_cmpint(days.first_day, ==, 7);
	g_assert_cmpint(days.last_day, ==, 8);
	/* many are not one */
	g_assert_false(kn_days_parse_one("last week", day(SATURDAY), &days.first_day));
	g_assert_cmpint(days.first_day, ==, 7);
}

/* every weekday on every day of a year: it is that weekday (by GDate), not after today, less than a week ago */
static void
a_weekday_is_the_newest_of_its_name(void)
{
	static const gchar *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	KnDay first = day("2024-01-01");

	for (KnDay today = first; today < first + 366; today++) {
		for (guint i = 0; i < 7; i++) {
			KnDay found = 0;
			KnDay earlier = 0;
			g_autofree gchar *last = g_strconcat("last ", names[i], NULL);
			g_autoptr(GDate) date = NULL;

			g_assert_true(kn_days_parse_one(names[i], today, &found));
			g_assert_true(kn_days_parse_one(last, today, &earlier));
			date = g_date_new_julian((guint32)(found + 719163));
			g_assert_cmpint(g_date_get_weekday(date), ==, (gint)i + 1);
			g_assert_true(found <= today && found > today - 7);
			g_assert_cmpint(earlier, ==, found == today ? today - 7 : found);
		}
	}
}

static void
assert_before(const gchar *first, const gchar *last, gboolean is_month, const gchar *want_first,
	      const gchar *want_last)
{
	KnDays before = kn_days_before((KnDays){day(first), day(last)}, is_month);
	g_autofree gchar *got_first = kn_zone_format_day(before.first_day);
	g_autofree gchar *got_last = kn_zone_format_day(before.last_day);

	g_assert_cmpstr(got_first, ==, want_first);
	g_assert_cmpstr(got_last, ==, want_last);
}

static void
what_lies_before_is_as_long_and_of_a_month_the_month(void)
{
	assert_before("2026-11-21", "2026-11-21", FALSE, "2026-11-20", "2026-11-20");
	assert_before("2026-11-15", "2026-11-21", FALSE, "2026-11-08", "2026-11-14");
	assert_before("2026-03-02", "2026-03-31", FALSE, "2026-01-31", "2026-03-01");
	/* whole months, however they were asked for */
	assert_before("2026-11-01", "2026-11-30", FALSE, "2026-10-01", "2026-10-31");
	assert_before("2026-03-01", "2026-03-31", TRUE, "2026-02-01", "2026-02-28");
	assert_before("2026-01-01", "2026-01-31", TRUE, "2025-12-01", "2025-12-31");
	/* a month that runs: the same days of the one before, which may be shorter */
	assert_before("2026-11-01", "2026-11-21", TRUE, "2026-10-01", "2026-10-21");
	assert_before("2026-03-01", "2026-03-30", TRUE, "2026-02-01", "2026-02-28");
	/* that is no month */
	assert_before("2026-11-01", "2026-11-21", FALSE, "2026-10-11", "2026-10-31");
	g_assert_true(kn_days_is_month((KnDays){day("2024-02-01"), day("2024-02-29")}));
	g_assert_false(kn_days_is_month((KnDays){day("2024-02-01"), day("2024-02-28")}));
	g_assert_false(kn_days_is_month((KnDays){day("2024-01-01"), day("2024-02-29")}));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/days/each_word_is_the_day_that_people_mean",
			each_word_is_the_day_that_people_mean);
	g_test_add_func("/core/days/many_days_end_today_at_the_latest",
			many_days_end_today_at_the_latest);
	g_test_add_func("/core/days/anything_else_is_no_day", anything_else_is_no_day);
	g_test_add_func("/core/days/a_weekday_is_the_newest_of_its_name",
			a_weekday_is_the_newest_of_its_name);
	g_test_add_func("/core/days/what_lies_before_is_as_long_and_of_a_month_the_month",
			what_lies_before_is_as_long_and_of_a_month_the_month);
	return g_test_run();
}
