/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/summary.h"

#define S   ((gint64)1000000)
#define DAY ((KnDay)20000) /* 2024-10-04 */

static GPtrArray *
new_list(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
}

/* a complete session that begins at the second of the day (UTC) */
static KnSession *
add(GPtrArray *sessions, KnDay day, gint64 second, guint64 duration_s, const gchar *zone)
{
	KnSession *session = g_new0(KnSession, 1);

	session->zone = g_strdup(zone);
	session->is_time_known = TRUE;
	session->is_completeness_known = TRUE;
	session->span.state = KN_SESSION_ENDED;
	session->start_utc_us = ((gint64)day * 86400 + second) * S;
	session->coverage = (KnCoverage){.stored = 100, .expected = 100};
	session->revision = 1;
	session->metrics.duration_ms = duration_s * 1000;
	g_ptr_array_add(sessions, session);
	return session;
}

/* [1000, 1600) and [1300, 2000) overlap, [5000, 5060) is apart, [1400, 1500) lies inside: 1000 +
 * 60 s */
static void
time_is_the_union_of_intervals(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnPeriod period;

	add(sessions, DAY, 5000, 60, "UTC");
	add(sessions, DAY, 1300, 700, "UTC");
	add(sessions, DAY, 1000, 600, "UTC");
	add(sessions, DAY, 1400, 100, "UTC");
	kn_summary_period(sessions, DAY, DAY, &period);
	g_assert_cmpuint(period.n_sessions, ==, 4);
	g_assert_cmpuint(period.duration_ms, ==, 1060000);
	g_assert_cmpuint(period.n_data_days, ==, 1);
	g_assert_cmpuint(period.revision, ==, 4);
}

/* of person 1 [1000, 2000), of person 2 [1000, 1600), and [1000, 1060) twice of nobody, who counts as one: 1000 + 600 + 60 s */
static void
what_several_persons_do_at_once_is_time_of_each(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnPeriod period;

	add(sessions, DAY, 1300, 700, "UTC")->person_id = 1;
	add(sessions, DAY, 1000, 600, "UTC")->person_id = 2;
	add(sessions, DAY, 1000, 60, "UTC");
	add(sessions, DAY, 1000, 600, "UTC")->person_id = 1;
	add(sessions, DAY, 1000, 60, "UTC");
	kn_summary_period(sessions, DAY, DAY, &period);
	g_assert_cmpuint(period.duration_ms, ==, 1660000);
}

/* 23:30 UTC is the next day in Berlin (UTC+2 in October); each session's own zone decides */
static void
a_session_belongs_to_the_day_it_started_in_its_own_zone(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnPeriod today;
	KnPeriod tomorrow;

	add(sessions, DAY, 84600, 7200, "UTC");
	add(sessions, DAY, 84600, 600, "Europe/Berlin");
	add(sessions, DAY - 1, 84600, 60, "Europe/Berlin");
	kn_summary_period(sessions, DAY, DAY, &today);
	kn_summary_period(sessions, DAY + 1, DAY + 1, &tomorrow);
	g_assert_cmpuint(today.n_sessions, ==, 2);
	g_assert_cmpuint(today.duration_ms, ==, 7260000);
	g_assert_cmpuint(tomorrow.n_sessions, ==, 1);
	g_assert_cmpuint(tomorrow.duration_ms, ==, 600000);
}

static void
a_session_of_unknown_time_is_in_no_period(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnPeriod period;

	add(sessions, DAY, 0, 60, "UTC")->is_time_known = FALSE;
	add(sessions, DAY, 0, 60, "UTC")->is_time_uncertain = TRUE;
	kn_summary_period(sessions, DAY - 30000, DAY + 30000, &period);
	g_assert_cmpuint(period.n_sessions, ==, 1);
	g_assert_cmpuint(period.n_time_uncertain, ==, 1);
}

/* doses add up, symmetry is of the sums: 1000 * (300 - 100) / 400; means are weighted: (30 * 100
 * + 10 * 201) / 40 = 125.25 */
static void
doses_add_up_and_symmetry_follows(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnSession *first = add(sessions, DAY, 0, 60, "UTC");
	KnSession *second = add(sessions, DAY + 1, 0, 60, "UTC");
	KnPeriod period;

	first->metrics.dose_hpa_ms = 350;
	first->metrics.dose_left_hpa_ms = 250;
	first->metrics.dose_right_hpa_ms = 40;
	first->metrics.n_samples = 30;
	first->metrics.mean_hpa = 100;
	first->metrics.peak_hpa = 700;
	first->metrics.active_ms = 5;
	first->metrics.hold_count = 2;
	first->metrics.hold_longest_ms = 30000;
	second->metrics.dose_hpa_ms = 110;
	second->metrics.dose_left_hpa_ms = 50;
	second->metrics.dose_right_hpa_ms = 60;
	second->metrics.n_samples = 10;
	second->metrics.mean_hpa = 201;
	second->metrics.peak_hpa = 650;
	second->metrics.active_ms = 6;
	second->metrics.hold_count = 1;
	second->metrics.hold_longest_ms = 45000;
	kn_summary_period(sessions, DAY, DAY + 6, &period);
	g_assert_cmpuint(period.dose_hpa_ms, ==, 460);
	g_assert_cmpuint(period.dose_left_hpa_ms, ==, 300);
	g_assert_cmpuint(period.dose_right_hpa_ms, ==, 100);
	g_assert_true(period.has_symmetry);
	g_assert_cmpint(period.symmetry_permille, ==, 500);
	g_assert_cmpuint(period.mean_hpa, ==, 125);
	g_assert_cmpuint(period.peak_hpa, ==, 700);
	g_assert_cmpuint(period.active_ms, ==, 11);
	g_assert_cmpuint(period.hold_count, ==, 3);
	g_assert_cmpuint(period.hold_longest_ms, ==, 45000);
	g_assert_cmpuint(period.n_data_days, ==, 2);
}

/* three days: one complete, one twice complete, one with an open gap, one provisional */
static void
data_days_are_days_with_a_complete_session(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnSession *session;
	KnPeriod period;

	add(sessions, DAY + 1, 0, 60, "UTC");
	add(sessions, DAY, 0, 60, "UTC");
	add(sessions, DAY + 1, 5000, 60, "UTC");
	session = add(sessions, DAY + 2, 0, 60, "UTC");
	session->coverage.stored = 99;
	session = add(sessions, DAY + 3, 0, 60, "UTC");
	session->is_provisional = TRUE;
	session->span.state = KN_SESSION_OPEN;
	kn_summary_period(sessions, DAY, DAY + 6, &period);
	g_assert_cmpuint(period.n_data_days, ==, 2);
	g_assert_cmpuint(period.n_open, ==, 1);
	g_assert_cmpuint(period.stored, ==, 499);
	g_assert_cmpuint(period.expected, ==, 500);
	g_assert_true(period.is_completeness_known);
	session->is_completeness_known = FALSE;
	kn_summary_period(sessions, DAY, DAY + 6, &period);
	g_assert_false(period.is_completeness_known);
}

static void
less_than_one_percent_lost_for_good_is_complete(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnSession *session = add(sessions, DAY, 0, 60, "UTC");

	session->coverage = (KnCoverage){.stored = 100, .expected = 101, .unrepairable = 1};
	g_assert_true(kn_session_is_complete(session));
	g_assert_cmpint(kn_session_completeness_permille(session), ==, 990);
	session->coverage = (KnCoverage){.stored = 99, .expected = 100, .unrepairable = 1};
	g_assert_false(kn_session_is_complete(session));
	session->coverage = (KnCoverage){.stored = 998, .expected = 1000, .unrepairable = 1};
	g_assert_false(kn_session_is_complete(session));
	session->coverage = (KnCoverage){.stored = 100, .expected = 100};
	g_assert_true(kn_session_is_complete(session));
	session->is_completeness_known = FALSE;
	g_assert_false(kn_session_is_complete(session));
	g_assert_cmpint(kn_session_completeness_permille(session), ==, -1);
}

static void
an_empty_period_is_zero_and_unknown(void)
{
	g_autoptr(GPtrArray) sessions = new_list();
	KnPeriod period;

	kn_summary_period(sessions, DAY, DAY, &period);
	g_assert_cmpint(period.first_day, ==, DAY);
	g_assert_cmpuint(period.n_sessions + period.duration_ms + period.mean_hpa, ==, 0);
	g_assert_false(period.has_symmetry);
	g_assert_false(period.is_completeness_known);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/summary/" #name, name)
	ADD(time_is_the_union_of_intervals);
	ADD(what_several_persons_do_at_once_is_time_of_each);
	ADD(a_session_belongs_to_the_day_it_started_in_its_own_zone);
	ADD(a_session_of_unknown_time_is_in_no_period);
	ADD(doses_add_up_and_symmetry_follows);
	ADD(data_days_are_days_with_a_complete_session);
	ADD(less_than_one_percent_lost_for_good_is_complete);
	ADD(an_empty_period_is_zero_and_unknown);
	return g_test_run();
}
