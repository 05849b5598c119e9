/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is not known yet, which day is which, and what goes on */

#include "adherence-fixture.h"

static void
a_day_of_which_something_may_be_missing_is_unknown_and_never_missed(void)
{
	g_auto(Case) test = {0};
	KnReach reach = {.from_us = 0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\n");
	press_part(&test, 0, 4);
	press_part(&test, 1, 5);
	press(&test, 2, 4, 0)->is_completeness_known = FALSE;
	press(&test, 3, 4, 0)->is_provisional = TRUE;
	press(&test, 4, 4, 0)->span.state = KN_SESSION_OPEN;
	press(&test, 5, 4, 0);
	assert_row(&test, "?m???xo");
	/* a massager that was read up to noon of Saturday may have more of that day */
	reach.to_us = kn_zone_day_start_us(test.monday + 5, ZONE) + DAY_US / 2;
	g_array_append_val(test.reaches, reach);
	assert_row(&test, "?m????o");
	/* and up to its end all of it; one that was enrolled later has none of it */
	g_array_index(test.reaches, KnReach, 0).to_us = kn_zone_day_start_us(test.monday + 6, ZONE);
	assert_row(&test, "?m???xo");
	g_array_index(test.reaches, KnReach, 0).to_us = 0;
	g_array_index(test.reaches, KnReach, 0).from_us =
		kn_zone_day_start_us(test.monday + 6, ZONE);
	assert_row(&test, "?m???xo");
}

/* Tuesday noon to Thursday noon, read up to some time: the days in between, and no other, may have more */
static void
a_massager_that_went_back_unread_keeps_only_the_days_unknown_on_which_it_was_out(void)
{
	g_auto(Case) test = {0};
	KnReach reach = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\n");
	reach.from_us = kn_zone_day_start_us(test.monday + 1, ZONE) + DAY_US / 2;
	reach.until_us = kn_zone_day_start_us(test.monday + 3, ZONE) + DAY_US / 2;
	g_array_append_val(test.reaches, reach);
	assert_row(&test, "x???xxxo");
	/* read up to Thursday morning: its last hours are not here */
	g_array_index(test.reaches, KnReach, 0).to_us = kn_zone_day_start_us(test.monday + 3, ZONE);
	assert_row(&test, "xxx?xxxo");
	g_array_index(test.reaches, KnReach, 0).to_us = reach.until_us - 1;
	assert_row(&test, "xxx?xxxo");
	/* and up to its return: that is all of it, though the day went on */
	g_array_index(test.reaches, KnReach, 0).to_us = reach.until_us;
	assert_row(&test, "xxxxxxxo");
}

static void
a_week_is_not_short_for_sure_while_a_day_of_it_is_not_all_here(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\ntimes_per_week=2\n");
	press_part(&test, 0, 4);
	/* if Monday was one, then Saturday could still be put off and only Sunday not */
	assert_row(&test, "-----?x-");
}

static void
grace_forgives_so_many_of_seven_days(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[plan]\ngrace_days=1\n[a]\nminutes=5\n");
	for (gint day = 0; day < 17; day++)
		if (day != 2 && day != 9 && day != 15)
			press(&test, day, 5, 0);
	/* days 2 and 9 are seven apart: one of any seven */
	assert_row(&test, "mmxmmmmmmxm");
	g_assert_cmpuint(streak(&test), ==, 9);
	assert_row(&test, "mmxmmmmmmxmmmmm");
	g_assert_cmpuint(streak(&test), ==, 13);
	/* 9 and 15 are within seven: the second breaks it once it is over, and the next day begins anew */
	assert_row(&test, "mmxmmmmmmxmmmmmo");
	g_assert_cmpuint(streak(&test), ==, 13);
	assert_row(&test, "mmxmmmmmmxmmmmmxm");
	g_assert_cmpuint(streak(&test), ==, 1);
}

/* the day that leaves the seven may be the first there is */
static void
grace_of_the_first_day_is_there_again_after_a_week(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[plan]\ngrace_days=1\n[a]\nminutes=5\n");
	for (gint day = 1; day < 9; day++)
		if (day != 7)
			press(&test, day, 5, 0);
	assert_row(&test, "xmmmmmmxm");
	g_assert_cmpuint(streak(&test), ==, 7);
}

static void
without_grace_a_missed_day_ends_the_streak_and_nothing_else_does(void)
{
	g_auto(Case) test = {0};
	gboolean is_cut = FALSE;

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\ndays=mon,tue,wed,thu\n");
	press(&test, 0, 5, 0);
	press(&test, 2, 5, 0);
	press_part(&test, 3, 1);
	/* today, not done yet, neither counts nor breaks */
	assert_row(&test, "mxm?---o");
	g_assert_cmpuint(kn_adherence_streak(test.days, &is_cut), ==, 1);
	g_assert_false(is_cut);
	press(&test, 7, 5, 0);
	press(&test, 1, 5, 0);
	assert_row(&test, "mmm?---m");
	g_assert_cmpuint(kn_adherence_streak(test.days, &is_cut), ==, 4);
	g_assert_true(is_cut);
	/* days without a plan break it */
	plan(&test, 5, NULL);
	plan(&test, 7, "[b]\nminutes=5\n");
	assert_row(&test, "mmm?-  m");
	g_assert_cmpuint(kn_adherence_streak(test.days, &is_cut), ==, 1);
	g_assert_false(is_cut);
}

static void
a_new_plan_leaves_the_days_before_to_the_old_one(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\n");
	plan(&test, 3, "[a]\nminutes=10\n");
	for (gint day = 0; day < 5; day++)
		press(&test, day, 5 + (day == 4 ? 5 : 0), 0);
	assert_row(&test, "mmmxm");
}

static void
a_session_belongs_to_the_day_it_began_on_in_its_own_zone(void)
{
	g_auto(Case) test = {0};
	KnSession *session;

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\n");
	/* from 23:58 of Monday on, into Tuesday */
	session = press(&test, 0, 5, 0);
	session->start_utc_us = kn_zone_day_start_us(test.monday + 1, ZONE) - 120 * G_USEC_PER_SEC;
	/* 20:00 UTC on Tuesday is Wednesday in Tokyo */
	session = press(&test, 1, 5, 0);
	session->start_utc_us += DAY_US / 3;
	g_free(session->zone);
	session->zone = g_strdup("Asia/Tokyo");
	press(&test, 3, 5, 0)->is_time_known = FALSE;
	assert_row(&test, "mxmxo");
}

static void
days_of_23_and_25_hours_are_one_day_each(void)
{
	static const gchar *const mondays[] = {"2026-03-23", "2026-10-19"};

	for (gsize i = 0; i < G_N_ELEMENTS(mondays); i++) {
		g_auto(Case) test = {0};
		KnReach reach = {0};

		case_init(&test);
		g_assert_true(kn_zone_parse_day(mondays[i], &test.monday));
		plan(&test, 0, "[a]\nminutes=5\n");
		for (gint day = 0; day < 9; day++) {
			KnSession *first = press(&test, day, 3, 0);
			KnSession *last = press(&test, day, 2, 0);

			first->start_utc_us = kn_zone_day_start_us(test.monday + day, ZONE);
			last->start_utc_us = kn_zone_day_start_us(test.monday + day + 1, ZONE) - 1;
		}
		assert_row(&test, "mmmmmmmmm");
		/* and it is all here from its last instant on, not 24 hours after its first */
		g_ptr_array_set_size(test.sessions, 0);
		reach.to_us = kn_zone_day_start_us(test.monday + 7, ZONE);
		g_array_append_val(test.reaches, reach);
		assert_row(&test, "xxxxxxx?o");
		g_array_index(test.reaches, KnReach, 0).to_us -= 1;
		assert_row(&test, "xxxxxx??o");
	}
}

static void
sums_are_of_the_days_that_are_judged(void)
{
	g_auto(Case) test = {0};
	KnAdherence sum;

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\ntimes_per_day=2\ndays=mon,tue,wed,thu,fri\n");
	press(&test, 0, 10, 0);
	press(&test, 1, 5, 0);
	press_part(&test, 2, 5);
	press(&test, 4, 5, 0);
	assert_row(&test, "mx?xo");
	kn_adherence_sum(test.days, test.monday, test.monday + 4, &sum);
	g_assert_cmpuint(sum.n_met, ==, 1);
	g_assert_cmpuint(sum.n_missed, ==, 2);
	g_assert_cmpuint(sum.n_unknown, ==, 1);
	g_assert_cmpuint(sum.n_open, ==, 1);
	g_assert_cmpuint(sum.n_planned, ==, 6);
	g_assert_cmpuint(sum.n_delivered, ==, 3);
	kn_adherence_sum(test.days, test.monday + 1, test.monday + 1, &sum);
	g_assert_cmpuint(sum.n_planned, ==, 2);
}

#define TEST(name) g_test_add_func("/core/streak/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(a_day_of_which_something_may_be_missing_is_unknown_and_never_missed);
	TEST(a_massager_that_went_back_unread_keeps_only_the_days_unknown_on_which_it_was_out);
	TEST(a_week_is_not_short_for_sure_while_a_day_of_it_is_not_all_here);
	TEST(grace_forgives_so_many_of_seven_days);
	TEST(grace_of_the_first_day_is_there_again_after_a_week);
	TEST(without_grace_a_missed_day_ends_the_streak_and_nothing_else_does);
	TEST(a_new_plan_leaves_the_days_before_to_the_old_one);
	TEST(a_session_belongs_to_the_day_it_began_on_in_its_own_zone);
	TEST(days_of_23_and_25_hours_are_one_day_each);
	TEST(sums_are_of_the_days_that_are_judged);
	return g_test_run();
}
