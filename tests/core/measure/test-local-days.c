/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * Sixteen years in ten zones whose days are awkward: midnights that do not exist, or come twice (St. John's until 2011, by a change at a minute
 * past), a date that was skipped, days of 23.5 hours, changes of two hours and twice a year around Ramadan. What day it is is asked of libc, which
 * reads the zone database with code of its own.
 */

#include "core/measure/summary.h"

#include <stdlib.h>
#include <time.h>

#define S        ((gint64)1000000)
#define FIRST_S  ((gint64)1262304000) /* 2010-01-01 UTC */
#define LAST_S   ((gint64)1767225600) /* 2026-01-01 UTC */
#define LENGTH_S 3600                 /* of a session, at most */

static const gchar *const zones[] = {"Asia/Beirut",     "America/Santiago", "America/Sao_Paulo",
				     "Africa/Cairo",    "Pacific/Apia",     "Australia/Lord_Howe",
				     "Asia/Kathmandu",  "Antarctica/Troll", "Africa/Casablanca",
				     "America/St_Johns"};

static gint
compare(gconstpointer a, gconstpointer b)
{
	const gint64 *left = a;
	const gint64 *right = b;

	return (*left > *right) - (*left < *right);
}

/* begins in seconds, rising, never closer than the longest session: two at any time of each day, one of three around its midnight */
static GArray *
new_begins(guint32 seed)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	GArray *begins = g_array_new(FALSE, FALSE, sizeof(gint64));
	guint n_kept = 0;

	for (gint64 day_s = FIRST_S; day_s < LAST_S; day_s += 86400)
		for (guint i = 0; i < 2; i++) {
			gint64 at_s = day_s + g_rand_int_range(rand, 0, 86400);
			g_array_append_val(begins, at_s);
		}
	for (guint i = 0; i < begins->len; i += 3) {
		gint64 *at_s = &g_array_index(begins, gint64, i);
		const time_t time_s = (time_t)*at_s;
		struct tm local;
		g_assert_nonnull(localtime_r(&time_s, &local));
		/* back to about the last midnight */
		*at_s -= local.tm_hour * 3600 + local.tm_min * 60 +
			 g_rand_int_range(rand, -5400, 5400);
	}
	g_array_sort(begins, compare);
	for (guint i = 0; i < begins->len; i++) {
		gint64 at_s = g_array_index(begins, gint64, i);
		if (n_kept > 0 && at_s - g_array_index(begins, gint64, n_kept - 1) < LENGTH_S)
			continue;
		g_array_index(begins, gint64, n_kept++) = at_s;
	}
	g_array_set_size(begins, n_kept);
	return begins;
}

/* the date that libc's calendar shows */
static KnDay
local_date(gint64 at_s)
{
	const time_t time_s = (time_t)at_s;
	struct tm local;
	g_autoptr(GDate) date = NULL;

	g_assert_nonnull(localtime_r(&time_s, &local));
	date = g_date_new_dmy((GDateDay)local.tm_mday, (GDateMonth)(local.tm_mon + 1),
			      (GDateYear)(local.tm_year + 1900));
	return (KnDay)g_date_get_julian(date) - 719163;
}

/* a day that has begun stays begun, though clocks were set back (never by more than three hours here) */
static KnDay
expected_day(gint64 at_s)
{
	KnDay day = local_date(at_s);

	for (gint64 back_s = 60; back_s <= 3 * 3600; back_s += 60 * 15)
		day = MAX(day, local_date(at_s - back_s));
	return day;
}

static KnSession *
new_session(gint64 at_s, guint32 length_s, const gchar *zone)
{
	KnSession *session = g_new0(KnSession, 1);

	session->zone = g_strdup(zone);
	session->is_time_known = TRUE;
	session->is_completeness_known = TRUE;
	session->span.state = KN_SESSION_ENDED;
	session->start_utc_us = at_s * S;
	session->coverage = (KnCoverage){.stored = 1, .expected = 1};
	session->metrics.duration_ms = (guint64)length_s * 1000;
	return session;
}

/* what libc says of one day */
typedef struct {
	guint n_sessions;
	guint64 duration_ms;
} Day;

static GPtrArray *
new_sessions(const gchar *zone, KnDay first, GArray *ret_days)
{
	g_autoptr(GArray) begins = new_begins(g_str_hash(zone));
	g_autoptr(GRand) rand = g_rand_new_with_seed(g_str_hash(zone) + 1);
	GPtrArray *sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);

	for (guint i = 0; i < begins->len; i++) {
		gint64 at_s = g_array_index(begins, gint64, i);
		guint32 length_s = (guint32)g_rand_int_range(rand, 1, LENGTH_S + 1);
		KnDay day = expected_day(at_s);
		g_ptr_array_add(sessions, new_session(at_s, length_s, zone));
		g_assert_cmpint(day, >=, first);
		g_assert_cmpint(kn_zone_day(at_s * S, zone), ==, day);
		g_array_index(ret_days, Day, day - first).n_sessions++;
		g_array_index(ret_days, Day, day - first).duration_ms += length_s * 1000;
	}
	return sessions;
}

/* those that may begin within a day or two of this one, so that sixteen years do not take an hour */
static GPtrArray *
near(const GPtrArray *sessions, KnDay day, guint *at)
{
	GPtrArray *found = g_ptr_array_new();

	while (*at < sessions->len && ((const KnSession *)sessions->pdata[*at])->start_utc_us <
					      (gint64)(day - 3) * 86400 * S)
		++*at;
	for (guint i = *at; i < sessions->len; i++) {
		KnSession *session = sessions->pdata[i];
		if (session->start_utc_us > (gint64)(day + 4) * 86400 * S)
			break;
		g_ptr_array_add(found, session);
	}
	return found;
}

static void
check_zone(const gchar *zone)
{
	const KnDay first = (KnDay)(FIRST_S / 86400) - 3;
	const KnDay last = (KnDay)(LAST_S / 86400) + 3;
	g_autoptr(GArray) days = g_array_new(FALSE, TRUE, sizeof(Day));
	g_autoptr(GTimeZone) held = kn_zone_hold(zone);
	g_autoptr(GPtrArray) sessions = NULL;
	guint64 sum_ms = 0, true_ms = 0;
	guint n_sessions = 0, at = 0;
	KnPeriod all;

	g_assert_nonnull(held);
	g_assert_true(g_setenv("TZ", zone, TRUE));
	tzset();
	g_array_set_size(days, (guint)(last - first + 1));
	sessions = new_sessions(zone, first, days);
	for (guint i = 0; i < sessions->len; i++)
		true_ms += ((const KnSession *)sessions->pdata[i])->metrics.duration_ms;
	for (KnDay day = first; day <= last; day++) {
		const Day *expected = &g_array_index(days, Day, day - first);
		g_autoptr(GPtrArray) some = near(sessions, day, &at);
		KnPeriod period;
		kn_summary_period(some, day, day, &period);
		g_assert_cmpuint(period.n_sessions, ==, expected->n_sessions);
		g_assert_cmpuint(period.duration_ms, ==, expected->duration_ms);
		n_sessions += period.n_sessions;
		sum_ms += period.duration_ms;
	}
	kn_summary_period(sessions, first, last, &all);
	g_assert_cmpuint(n_sessions, ==, sessions->len);
	g_assert_cmpuint(all.n_sessions, ==, sessions->len);
	g_assert_cmpuint(sum_ms, ==, true_ms);
	g_assert_cmpuint(all.duration_ms, ==, true_ms);
}

static void
every_second_of_every_session_is_counted_once(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
		g_test_message("%s", zones[i]);
		check_zone(zones[i]);
	}
}

/* a minute before and at the begin of each local day libc's calendar turns over, and nothing is left between two days */
static void
local_days_tile_time_as_the_calendar_of_libc_does(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
		g_autoptr(GTimeZone) held = kn_zone_hold(zones[i]);
		g_assert_nonnull(held);
		g_assert_true(g_setenv("TZ", zones[i], TRUE));
		tzset();
		for (KnDay day = FIRST_S / 86400; day < LAST_S / 86400; day++) {
			gint64 from_s = kn_zone_day_start_us(day, zones[i]) / S;
			gint64 until_s = kn_zone_day_start_us(day + 1, zones[i]) / S;
			g_assert_cmpint(from_s, <=, until_s);
			/* Samoa had no 30 December 2011 */
			if (from_s == until_s)
				continue;
			g_assert_cmpint(local_date(from_s), ==, day);
			g_assert_cmpint(expected_day(from_s - 1), <, day);
			g_assert_cmpint(expected_day(until_s - 1), ==, day);
			/* of days on which clocks change, every ten minutes */
			for (gint64 at_s = from_s; at_s < until_s && until_s - from_s != 86400;
			     at_s += 600)
				g_assert_cmpint(kn_zone_day(at_s * S, zones[i]), ==, day);
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/days/" #name, name)
	ADD(every_second_of_every_session_is_counted_once);
	ADD(local_days_tile_time_as_the_calendar_of_libc_does);
	return g_test_run();
}
