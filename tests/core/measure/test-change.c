/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/change.h"

#define NOTHING G_MININT32

static gint32
change(guint64 now, guint64 before)
{
	gint32 permille = NOTHING;

	/* untouched when there is nothing to tell */
	(void)kn_change_find(now, before, &permille);
	return permille;
}

static void
a_fifth_more_or_less_is_told_and_less_is_not(void)
{
	/* of 10 a fifth is 2 */
	g_assert_cmpint(change(12, 10), ==, 200);
	g_assert_cmpint(change(11, 10), ==, NOTHING);
	g_assert_cmpint(change(8, 10), ==, -200);
	g_assert_cmpint(change(9, 10), ==, NOTHING);
	g_assert_cmpint(change(10, 10), ==, NOTHING);
	/* of 11 a fifth is 2.2: 2 are too few, 3 are 272.7 ‰ */
	g_assert_cmpint(change(13, 11), ==, NOTHING);
	g_assert_cmpint(change(14, 11), ==, 273);
	g_assert_cmpint(change(9, 11), ==, NOTHING);
	g_assert_cmpint(change(8, 11), ==, -273);
	/* 199.999… ‰ is not a fifth, though it would be shown as 20 % */
	g_assert_cmpint(change(1199999, 1000000), ==, NOTHING);
	g_assert_cmpint(change(1200000, 1000000), ==, 200);
	g_assert_cmpint(change(0, 7), ==, -1000);
	g_assert_cmpint(change(2, 1), ==, 1000);
}

static void
of_nothing_there_is_no_share(void)
{
	g_assert_cmpint(change(5, 0), ==, NOTHING);
	g_assert_cmpint(change(0, 0), ==, NOTHING);
}

/* by products of 64 bits, as long as these hold */
static void
the_rule_is_exact_for_all_small_numbers(void)
{
	for (gint64 before = 1; before < 300; before++) {
		for (gint64 now = 0; now < 900; now++) {
			gint64 size = 2000 * ABS(now - before) + before;
			gint64 rounded = size / (2 * before) * (now < before ? -1 : 1);
			gboolean is_told = 5 * now >= 6 * before || 5 * now <= 4 * before;

			g_assert_cmpint(change((guint64)now, (guint64)before), ==,
					is_told ? rounded : NOTHING);
		}
	}
}

static void
the_largest_numbers_do_not_run_over(void)
{
	const guint64 most = G_MAXUINT64;

	g_assert_cmpint(change(most, most), ==, NOTHING);
	g_assert_cmpint(change(0, most), ==, -1000);
	g_assert_cmpint(change(most, most / 2), ==, 1000);
	g_assert_cmpint(change(most, most / 3 * 2), ==, 500);
	g_assert_cmpint(change(most, 1), ==, KN_CHANGE_MAX_PERMILLE);
	g_assert_cmpint(change(1000000, 1), ==, KN_CHANGE_MAX_PERMILLE);
	g_assert_cmpint(change(999999, 1), ==, 999998000);
}

static void
three_data_days_on_both_sides_are_the_least(void)
{
	KnPeriod three = {.n_data_days = 3, .is_completeness_known = TRUE};
	KnPeriod two = {.n_data_days = 2, .is_completeness_known = TRUE};

	g_assert_true(kn_change_is_fair(&three, &three));
	g_assert_false(kn_change_is_fair(&two, &three));
	g_assert_false(kn_change_is_fair(&three, &two));
}

static void
what_lacks_records_is_not_compared(void)
{
	static const struct {
		guint64 stored, expected;
		guint n_lacking;
		gboolean is_known, is_fair, is_fair_in_parts;
	} rows[] = {
		{1000, 1000, 0, TRUE, TRUE, TRUE},  {991, 1000, 0, TRUE, TRUE, TRUE},
		{991, 1000, 1, TRUE, TRUE, FALSE},  {990, 1000, 1, TRUE, FALSE, FALSE},
		{990, 1000, 0, TRUE, FALSE, FALSE}, {1000, 1000, 0, FALSE, FALSE, FALSE},
		{199, 200, 0, TRUE, TRUE, TRUE},    {198, 200, 0, TRUE, FALSE, FALSE},
		{9901, 10001, 0, TRUE, TRUE, TRUE}, {0, 0, 0, TRUE, TRUE, TRUE},
		{99, 100, 0, TRUE, FALSE, FALSE},   {0, 1, 0, TRUE, FALSE, FALSE},
	};
	KnPeriod whole = {
		.n_data_days = 3, .is_completeness_known = TRUE, .stored = 700, .expected = 700};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		KnPeriod one = {.n_data_days = 3,
				.is_completeness_known = rows[i].is_known,
				.stored = rows[i].stored,
				.expected = rows[i].expected,
				.n_lacking = rows[i].n_lacking};

		g_test_message("row %u", i);
		g_assert_cmpint(kn_change_is_fair(&one, &whole), ==, rows[i].is_fair);
		g_assert_cmpint(kn_change_is_fair(&whole, &one), ==, rows[i].is_fair);
		g_assert_cmpint(kn_change_is_fair_in_parts(&one, &whole), ==,
				rows[i].is_fair_in_parts);
		g_assert_cmpint(kn_change_is_fair_in_parts(&whole, &one), ==,
				rows[i].is_fair_in_parts);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/change/a_fifth_more_or_less_is_told_and_less_is_not",
			a_fifth_more_or_less_is_told_and_less_is_not);
	g_test_add_func("/core/change/of_nothing_there_is_no_share", of_nothing_there_is_no_share);
	g_test_add_func("/core/change/the_rule_is_exact_for_all_small_numbers",
			the_rule_is_exact_for_all_small_numbers);
	g_test_add_func("/core/change/the_largest_numbers_do_not_run_over",
			the_largest_numbers_do_not_run_over);
	g_test_add_func("/core/change/three_data_days_on_both_sides_are_the_least",
			three_data_days_on_both_sides_are_the_least);
	g_test_add_func("/core/change/what_lacks_records_is_not_compared",
			what_lacks_records_is_not_compared);
	return g_test_run();
}
