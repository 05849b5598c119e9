/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/hold.h"

/* windows of 5 s are filled by 5 samples of 1 s, or by one run of them with the same value */
static void
push(KnHold *hold, guint64 first_window, guint n_windows, guint16 value_hpa)
{
	const guint16 values_hpa[5] = {value_hpa, value_hpa, value_hpa, value_hpa, value_hpa};

	for (guint i = 0; i < n_windows; i++)
		kn_hold_push(hold, 0, (first_window + i) * 5000000, 1000000, 5, values_hpa);
}

static KnHoldResult
finish(const KnHold *hold, guint64 n_windows)
{
	KnHoldResult result;

	kn_hold_finish(hold, 0, n_windows * 5000000, &result);
	return result;
}

static void
finds_thirty_seconds_and_not_twentyfive(void)
{
	KnHold six = {0};
	KnHold five = {0};

	push(&six, 0, 6, 500);
	g_assert_cmpuint(finish(&six, 6).count, ==, 1);
	g_assert_cmpuint(finish(&six, 6).longest_ms, ==, 30000);
	push(&five, 0, 5, 500);
	push(&five, 5, 1, 499);
	g_assert_cmpuint(finish(&five, 6).count, ==, 0);
}

/* (1000 - 700) * 100 = 30 * 1000 fits; (1000 - 699) * 100 does not */
static void
takes_a_spread_of_exactly_thirty_percent(void)
{
	KnHold fits = {0};
	KnHold breaks = {0};

	push(&fits, 0, 3, 700);
	push(&fits, 3, 3, 1000);
	g_assert_cmpuint(finish(&fits, 6).count, ==, 1);
	push(&breaks, 0, 3, 699);
	push(&breaks, 3, 3, 1000);
	g_assert_cmpuint(finish(&breaks, 6).count, ==, 0);
}

/* 699 breaks the run of 1000 and begins the next one: 6 + 6 windows; the mean of both is
 * floor((6 * 1000 + 6 * 699) / 12) = 849 */
static void
begins_a_new_run_with_the_window_that_did_not_fit(void)
{
	KnHold hold = {0};
	KnHoldResult result;

	push(&hold, 0, 6, 1000);
	push(&hold, 6, 6, 699);
	result = finish(&hold, 12);
	g_assert_cmpuint(result.count, ==, 2);
	g_assert_cmpuint(result.longest_ms, ==, 30000);
	g_assert_cmpuint(result.sum_hpa / result.n, ==, 849);
}

/* the mean of 498, 499, 500, 501, 501 is 499.8: below 500 */
static void
floors_the_mean_of_a_window(void)
{
	const guint16 values_hpa[5] = {498, 499, 500, 501, 501};
	KnHold hold = {0};

	push(&hold, 0, 5, 500);
	kn_hold_push(&hold, 0, 25000000, 1000000, 5, values_hpa);
	g_assert_cmpuint(finish(&hold, 6).count, ==, 0);
}

/* period 0.5 s: 10 samples a window; 5 are half, 4 are fewer */
static void
breaks_at_a_window_with_fewer_than_half_its_samples(void)
{
	const guint16 values_hpa[5] = {900, 900, 900, 900, 900};
	KnHold half = {0};
	KnHold fewer = {0};

	push(&half, 0, 3, 900);
	kn_hold_push(&half, 0, 15000000, 500000, 5, values_hpa);
	push(&half, 4, 3, 900);
	g_assert_cmpuint(finish(&half, 7).count, ==, 1);
	g_assert_cmpuint(finish(&half, 7).longest_ms, ==, 35000);
	push(&fewer, 0, 3, 900);
	kn_hold_push(&fewer, 0, 15000000, 500000, 4, values_hpa);
	push(&fewer, 4, 3, 900);
	g_assert_cmpuint(finish(&fewer, 7).count, ==, 0);
}

static void
breaks_at_a_window_without_samples(void)
{
	KnHold hold = {0};

	push(&hold, 0, 4, 900);
	push(&hold, 5, 4, 900);
	g_assert_cmpuint(finish(&hold, 9).count, ==, 0);
}

static void
leaves_the_last_partial_window_out(void)
{
	KnHold hold = {0};
	KnHoldResult result;

	push(&hold, 0, 7, 900);
	kn_hold_finish(&hold, 0, 34999999, &result);
	g_assert_cmpuint(result.longest_ms, ==, 30000);
	kn_hold_finish(&hold, 0, 35000000, &result);
	g_assert_cmpuint(result.longest_ms, ==, 35000);
}

/* the session ended in window 6, though later samples closed that window */
static void
leaves_it_out_also_when_samples_go_on(void)
{
	KnHold hold = {0};
	KnHoldResult result;

	push(&hold, 0, 7, 900);
	push(&hold, 7, 2, 0);
	kn_hold_finish(&hold, 0, 34000000, &result);
	g_assert_cmpuint(result.longest_ms, ==, 30000);
	push(&hold, 9, 1, 900);
	kn_hold_finish(&hold, 0, 50000000, &result);
	g_assert_cmpuint(result.longest_ms, ==, 35000);
}

static void
may_be_finished_at_any_time_and_pushed_on(void)
{
	KnHold hold = {0};

	for (guint i = 0; i < 8; i++) {
		push(&hold, i, 1, 900);
		g_assert_cmpuint(finish(&hold, i + 1).longest_ms, ==, i < 5 ? 0 : (i + 1) * 5000);
		g_assert_cmpuint(finish(&hold, i + 1).n, ==, i < 5 ? 0 : (i + 1) * 5);
	}
}

/* origin 2.5 s: of samples at 0, 1, 2 … 32 s the first three lie before it, the others fill
 * windows 0 … 5 with five each */
static void
counts_windows_from_the_origin(void)
{
	guint16 values_hpa[33];
	KnHold hold = {0};
	KnHoldResult result;

	for (guint k = 0; k < 33; k++)
		values_hpa[k] = k < 3 ? 4000 : 600;
	kn_hold_push(&hold, 2500000, 0, 1000000, 33, values_hpa);
	kn_hold_finish(&hold, 2500000, 32500000, &result);
	g_assert_cmpuint(result.count, ==, 1);
	g_assert_cmpuint(result.n, ==, 30);
	g_assert_cmpuint(result.sum_hpa, ==, 18000);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/hold/finds_thirty_seconds_and_not_twentyfive",
			finds_thirty_seconds_and_not_twentyfive);
	g_test_add_func("/core/hold/takes_a_spread_of_exactly_thirty_percent",
			takes_a_spread_of_exactly_thirty_percent);
	g_test_add_func("/core/hold/begins_a_new_run_with_the_window_that_did_not_fit",
			begins_a_new_run_with_the_window_that_did_not_fit);
	g_test_add_func("/core/hold/floors_the_mean_of_a_window", floors_the_mean_of_a_window);
	g_test_add_func("/core/hold/breaks_at_a_window_with_fewer_than_half_its_samples",
			breaks_at_a_window_with_fewer_than_half_its_samples);
	g_test_add_func("/core/hold/breaks_at_a_window_without_samples",
			breaks_at_a_window_without_samples);
	g_test_add_func("/core/hold/leaves_the_last_partial_window_out",
			leaves_the_last_partial_window_out);
	g_test_add_func("/core/hold/leaves_it_out_also_when_samples_go_on",
			leaves_it_out_also_when_samples_go_on);
	g_test_add_func("/core/hold/may_be_finished_at_any_time_and_pushed_on",
			may_be_finished_at_any_time_and_pushed_on);
	g_test_add_func("/core/hold/counts_windows_from_the_origin",
			counts_windows_from_the_origin);
	return g_test_run();
}
