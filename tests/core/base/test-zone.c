/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/zone.h"

#define S ((gint64)1000000)

static gint64
utc(gint year, gint month, gint day, gint hour, gint minute)
{
	g_autoptr(GDateTime) time = g_date_time_new_utc(year, month, day, hour, minute, 0);

	return g_date_time_to_unix(time) * S;
}

static KnDay
day_of(const gchar *text)
{
	KnDay day = 0;

	g_assert_true(kn_zone_parse_day(text, &day));
	return day;
}

/* zones whose days are not all 24 h from midnight to midnight: missing midnights, skipped dates,
 * half-hour changes, changes back over midnight (St. John's, until 2011 at 00:01) */
static const gchar *const zones[] = {"UTC",
				     "Europe/Berlin",
				     "America/New_York",
				     "Asia/Beirut",
				     "America/Santiago",
				     "America/Sao_Paulo",
				     "Africa/Cairo",
				     "Pacific/Apia",
				     "Australia/Lord_Howe",
				     "America/St_Johns",
				     "Asia/Kathmandu",
				     "Pacific/Kiritimati",
				     "America/Havana",
				     "Asia/Gaza",
				     "Pacific/Kwajalein",
				     "Africa/Casablanca"};

/* start(d) <= start(d + 1); the first instant of a day is in it, the one before is not; in
 * between nothing strays */
static void
days_partition_time(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
		g_autoptr(GTimeZone) held = kn_zone_hold(zones[i]);
		KnDay first = day_of("1991-01-01");
		KnDay last = day_of("2030-12-31");
		g_assert_nonnull(held);
		g_assert_true(kn_zone_is_known(zones[i]));
		for (KnDay day = first; day <= last; day++) {
			gint64 from_us = kn_zone_day_start_us(day, zones[i]);
			gint64 until_us = kn_zone_day_start_us(day + 1, zones[i]);
			g_assert_cmpint(from_us, <=, until_us);
			if (from_us == until_us)
				continue;
			g_assert_cmpint(kn_zone_day(from_us, zones[i]), ==, day);
			g_assert_cmpint(kn_zone_day(from_us - 1, zones[i]), <, day);
			g_assert_cmpint(kn_zone_day(until_us - 1, zones[i]), ==, day);
		}
	}
}

/* by GDateTime, another way: at the start of a day the local date is that day, unless the day
 * was skipped */
static void
a_day_starts_where_the_local_date_does(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
		g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zones[i]);
		for (KnDay day = day_of("2005-01-01"); day < day_of("2026-01-01"); day++) {
			gint64 start_s = kn_zone_day_start_us(day, zones[i]) / S;
			g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(start_s);
			g_autoptr(GDateTime) local = g_date_time_to_timezone(at, tz);
			g_autofree gchar *date = g_date_time_format(local, "%Y-%m-%d");
			gboolean is_skipped =
				kn_zone_day_start_us(day + 1, zones[i]) / S == start_s;
			g_assert_cmpint(day_of(date), ==, is_skipped ? day + 1 : day);
		}
	}
}

static void
a_missing_midnight_starts_at_one_o_clock(void)
{
	/* Beirut 2021-03-28: 00:00 (UTC+2) became 01:00 (UTC+3) */
	g_assert_cmpint(kn_zone_day_start_us(day_of("2021-03-28"), "Asia/Beirut"), ==,
			utc(2021, 3, 27, 22, 0));
	g_assert_cmpint(kn_zone_day_start_us(day_of("2021-03-29"), "Asia/Beirut"), ==,
			utc(2021, 3, 28, 21, 0));
	/* Sao Paulo 2018-11-04: 00:00 (-3) became 01:00 (-2) */
	g_assert_cmpint(kn_zone_day_start_us(day_of("2018-11-04"), "America/Sao_Paulo"), ==,
			utc(2018, 11, 4, 3, 0));
}

/* Samoa had no 30 December 2011: the 29th ended at 10:00 UTC (UTC-10, summer time), and the 31st
 * began */
static void
a_skipped_day_starts_with_the_next_one(void)
{
	gint64 jump_us = utc(2011, 12, 30, 10, 0);

	g_assert_cmpint(kn_zone_day_start_us(day_of("2011-12-30"), "Pacific/Apia"), ==, jump_us);
	g_assert_cmpint(kn_zone_day_start_us(day_of("2011-12-31"), "Pacific/Apia"), ==, jump_us);
	g_assert_cmpint(kn_zone_day(jump_us - 1, "Pacific/Apia"), ==, day_of("2011-12-29"));
	g_assert_cmpint(kn_zone_day(jump_us, "Pacific/Apia"), ==, day_of("2011-12-31"));
}

/* Newfoundland 2010-11-07: at 00:01 (UTC-2:30) it became 23:01 of the 6th again. The 7th, begun
 * at 02:30 UTC, stays begun */
static void
a_day_that_has_begun_stays_begun(void)
{
	gint64 begun_us = utc(2010, 11, 7, 2, 30);

	g_assert_cmpint(kn_zone_day_start_us(day_of("2010-11-07"), "America/St_Johns"), ==,
			begun_us);
	g_assert_cmpint(kn_zone_day(begun_us - 1, "America/St_Johns"), ==, day_of("2010-11-06"));
	g_assert_cmpint(kn_zone_day(begun_us + 30 * 60 * S, "America/St_Johns"), ==,
			day_of("2010-11-07"));
}

/* half an hour less on 2025-10-05, half an hour more on 2025-04-06 */
static void
lord_howe_has_days_of_twenty_three_and_a_half_hours(void)
{
	const gchar *zone = "Australia/Lord_Howe";

	g_assert_cmpint(kn_zone_day_start_us(day_of("2025-10-06"), zone) -
				kn_zone_day_start_us(day_of("2025-10-05"), zone),
			==, (24 * 60 - 30) * 60 * S);
	g_assert_cmpint(kn_zone_day_start_us(day_of("2025-04-07"), zone) -
				kn_zone_day_start_us(day_of("2025-04-06"), zone),
			==, (24 * 60 + 30) * 60 * S);
}

static void
dates_are_read_strictly(void)
{
	const gchar *const bad[] = {"",           "2026-1-01",   "2026-02-29",  "2026-13-01",
				    "2026-00-10", "2026-11-21 ", " 2026-11-21", "2026/11/21",
				    "+026-11-21", "0000-01-01",  "9999-12-31",  "2026-11-2x"};
	KnDay day = 0;

	g_assert_cmpint(day_of("1970-01-01"), ==, 0);
	g_assert_cmpint(day_of("2000-03-01"), ==, 11017);
	g_assert_cmpint(day_of("1969-12-31"), ==, -1);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(kn_zone_parse_day(bad[i], &day));
	g_assert_false(kn_zone_parse_day(NULL, &day));
	for (KnDay each = -1000; each < 30000; each += 17) {
		g_autofree gchar *text = kn_zone_format_day(each);
		g_assert_cmpint(day_of(text), ==, each);
	}
}

static void
times_are_written_with_the_offset_in_force(void)
{
	g_autofree gchar *winter = kn_zone_format_time(utc(2026, 11, 21, 7, 15), "Europe/Berlin");
	g_autofree gchar *summer =
		kn_zone_format_time(utc(2026, 7, 1, 7, 15) + 999999, "Europe/Berlin");
	g_autofree gchar *west = kn_zone_format_time(utc(2010, 11, 7, 2, 0), "America/St_Johns");
	g_autofree gchar *plain = kn_zone_format_time(-1, "UTC");

	g_assert_cmpstr(winter, ==, "2026-11-21T08:15:00+01:00");
	g_assert_cmpstr(summer, ==, "2026-07-01T09:15:00+02:00");
	g_assert_cmpstr(west, ==, "2010-11-06T23:30:00-02:30");
	g_assert_cmpstr(plain, ==, "1969-12-31T23:59:59+00:00");
}

static void
only_names_of_the_database_are_zones(void)
{
	const gchar *const bad[] = {"",
				    "Mars/Olympus",
				    "../../etc/passwd",
				    "Europe/../Europe/Berlin",
				    "/etc/localtime",
				    "+01:00",
				    "Europe",
				    "EST5EDT,M3.2.0,M11.1.0",
				    "Europe/Berlin\n",
				    "Europe/Ber lin"};

	g_assert_true(kn_zone_is_known("Europe/Berlin"));
	g_assert_true(kn_zone_is_known("UTC"));
	g_assert_true(kn_zone_is_known("Etc/GMT+5"));
	g_assert_false(kn_zone_is_known(NULL));
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(kn_zone_is_known(bad[i]));
		g_assert_cmpint(kn_zone_day_start_us(1, bad[i]), ==, 86400 * S);
	}
}

static void
weeks_start_on_monday(void)
{
	g_assert_cmpint(kn_zone_week_start(day_of("2026-11-21")), ==, day_of("2026-11-16"));
	g_assert_cmpint(kn_zone_week_start(day_of("2026-11-16")), ==, day_of("2026-11-16"));
	g_assert_cmpint(kn_zone_week_start(day_of("2026-11-22")), ==, day_of("2026-11-16"));
	g_assert_cmpint(kn_zone_week_start(day_of("1969-12-28")), ==, day_of("1969-12-22"));
}

static void
absurd_instants_are_moved_inside(void)
{
	const gint64 instants[] = {G_MININT64, G_MININT64 / 2, G_MAXINT64 / 2, G_MAXINT64};
	const KnDay days[] = {G_MININT32, -800000, 3000000, G_MAXINT32};

	for (guint i = 0; i < 4; i++) {
		g_autofree gchar *time = kn_zone_format_time(instants[i], "Europe/Berlin");
		g_autofree gchar *day = kn_zone_format_day(days[i]);
		KnDay of = kn_zone_day(instants[i], "Europe/Berlin");
		g_assert_nonnull(time);
		g_assert_cmpint(of, >=, -719162);
		g_assert_cmpint(of, <=, 2932896);
		g_assert_nonnull(day);
		kn_zone_day_start_us(days[i], "Europe/Berlin");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/zone/" #name, name)
	ADD(days_partition_time);
	ADD(a_day_starts_where_the_local_date_does);
	ADD(a_missing_midnight_starts_at_one_o_clock);
	ADD(a_skipped_day_starts_with_the_next_one);
	ADD(a_day_that_has_begun_stays_begun);
	ADD(lord_howe_has_days_of_twenty_three_and_a_half_hours);
	ADD(dates_are_read_strictly);
	ADD(times_are_written_with_the_offset_in_force);
	ADD(only_names_of_the_database_are_zones);
	ADD(weeks_start_on_monday);
	ADD(absurd_instants_are_moved_inside);
	return g_test_run();
}
