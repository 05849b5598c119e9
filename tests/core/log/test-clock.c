/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/clock.h"
#include "core/wire/decode.h"

#define S  ((gint64)1000000)
#define T0 (INT64_C(1763700000) * S) /* some day in November 2025 */

static GArray *anchors;

static void
add(guint32 boot, guint64 t_ms, gint64 utc_us, guint8 quality)
{
	const KnAnchor anchor = {.boot = boot, .t_ms = t_ms, .utc_us = utc_us, .quality = quality};

	g_array_append_val(anchors, anchor);
}

static void
set_up(void)
{
	anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
}

static KnWallTime
place(guint32 boot, guint64 t_ms)
{
	KnWallTime time;

	kn_clock_place(anchors, boot, t_ms, &time);
	return time;
}

static void
tear_down(void)
{
	g_clear_pointer(&anchors, g_array_unref);
}

static void
without_any_anchor_nothing_is_known(void)
{
	set_up();
	g_assert_false(place(3, 1000).is_known);
	g_assert_cmpint(place(3, 1000).utc_us, ==, 0);
	g_assert_true(place(3, 1000).is_uncertain);
	tear_down();
}

static void
one_anchor_goes_both_ways_at_slope_one(void)
{
	set_up();
	add(3, 10000, T0, ktp_CLOCK_RESTORED);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - 10 * S);
	g_assert_cmpint(place(3, 25000).utc_us, ==, T0 + 15 * S);
	g_assert_true(place(3, 25000).is_known);
	g_assert_false(place(3, 25000).is_uncertain);
	tear_down();
}

/* 1000 s of ticks are 1000.1 s of time (100 ppm): half way 50 ms are gained. Beyond, the same
 * slope */
static void
between_two_anchors_time_is_linear(void)
{
	set_up();
	add(3, 1100000, T0 + 1000 * S + 100000, ktp_CLOCK_SYNCED);
	add(3, 100000, T0, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(3, 100000).utc_us, ==, T0);
	g_assert_cmpint(place(3, 600000).utc_us, ==, T0 + 500 * S + 50000);
	g_assert_cmpint(place(3, 1100000).utc_us, ==, T0 + 1000 * S + 100000);
	g_assert_cmpint(place(3, 2100000).utc_us, ==, T0 + 2000 * S + 200000);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - 100 * S - 10000);
	tear_down();
}

/* three anchors: 0 ppm, then 400 ppm; each side goes on with the slope beside it */
static void
outside_the_nearest_slope_counts(void)
{
	set_up();
	add(3, 1000000, T0, ktp_CLOCK_SYNCED);
	add(3, 2000000, T0 + 1000 * S, ktp_CLOCK_SYNCED);
	add(3, 3000000, T0 + 2000 * S + 400000, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - 1000 * S);
	g_assert_cmpint(place(3, 4000000).utc_us, ==, T0 + 3000 * S + 800000);
	tear_down();
}

/* ten minutes in which 900 ms are gained are 1,500 ppm, and may be the radio's doing. Outside at most 500: 1000 s gain 0.5 s */
static void
outside_the_slope_is_clamped_to_500_ppm(void)
{
	set_up();
	add(3, 600000, T0, ktp_CLOCK_SYNCED);
	add(3, 1200000, T0 + 600 * S + 900000, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(3, 2200000).utc_us, ==, T0 + 1600 * S + 900000 + 500000);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - 600 * S - 300000);
	tear_down();
}

/* over a second 100 ms of radio would be 100,000 ppm, over minutes still hundreds */
static void
a_slope_is_not_taken_from_anchors_that_are_close_together(void)
{
	set_up();
	add(3, 1000, T0, ktp_CLOCK_SYNCED);
	add(3, 2000, T0 + S + 100000, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(3, 1002000).utc_us, ==, T0 + 1001 * S + 100000);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - S);
	tear_down();
}

static void
only_the_best_quality_of_a_boot_counts(void)
{
	set_up();
	add(3, 0, INT64_C(0), ktp_CLOCK_UNKNOWN);
	add(3, 1000, T0 - 86400 * S, ktp_CLOCK_RESTORED);
	add(3, 5000, T0, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(3, 0).utc_us, ==, T0 - 5 * S);
	g_assert_false(place(3, 0).is_uncertain);
	tear_down();
}

static void
of_two_anchors_at_one_tick_the_more_exact_counts(void)
{
	const KnAnchor exact = {
		.boot = 3, .t_ms = 5000, .utc_us = T0, .error_us = 100, .quality = 2};
	const KnAnchor rough = {
		.boot = 3, .t_ms = 5000, .utc_us = T0 + S, .error_us = 900, .quality = 2};

	set_up();
	g_array_append_val(anchors, rough);
	g_array_append_val(anchors, exact);
	g_assert_cmpint(place(3, 5000).utc_us, ==, T0);
	tear_down();
}

/* boot 4 lies between boot 3's last anchor (T0 + 10) and boot 5's start (anchor at T0 + 1000,
 * tick 100 s: T0 + 900) */
static void
a_boot_without_anchor_lies_between_its_neighbours(void)
{
	set_up();
	add(3, 0, T0, ktp_CLOCK_SYNCED);
	add(3, 10000, T0 + 10 * S, ktp_CLOCK_SYNCED);
	add(5, 100000, T0 + 1000 * S, ktp_CLOCK_RESTORED);
	g_assert_cmpint(place(4, 0).utc_us, ==, T0 + 10 * S);
	g_assert_cmpint(place(4, 60000).utc_us, ==, T0 + 70 * S);
	g_assert_cmpint(place(4, 5000000).utc_us, ==, T0 + 900 * S);
	g_assert_true(place(4, 0).is_known);
	g_assert_true(place(4, 0).is_uncertain);
	tear_down();
}

/* boots 4 and 5 between T0 and T0 + 800: 400 s each */
static void
several_such_boots_keep_their_order(void)
{
	gint64 before_us = G_MININT64;

	set_up();
	add(3, 0, T0, ktp_CLOCK_SYNCED);
	add(6, 0, T0 + 800 * S, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(4, 7000).utc_us, ==, T0 + 7 * S);
	g_assert_cmpint(place(5, 7000).utc_us, ==, T0 + 407 * S);
	for (guint32 boot = 3; boot <= 6; boot++)
		for (guint64 t_ms = 0; t_ms < 1000000; t_ms += 50000) {
			if (boot == 3 && t_ms > 0)
				continue;
			g_assert_cmpint(place(boot, t_ms).utc_us, >=, before_us);
			before_us = place(boot, t_ms).utc_us;
		}
	tear_down();
}

static void
one_neighbour_alone_is_enough(void)
{
	set_up();
	add(5, 0, T0, ktp_CLOCK_SYNCED);
	g_assert_cmpint(place(7, 3000).utc_us, ==, T0 + 3 * S);
	g_assert_cmpint(place(4, 3000).utc_us, ==, T0 - 86400 * S + 3 * S);
	g_assert_cmpint(place(3, 3000).utc_us, ==, T0 - 2 * 86400 * S + 3 * S);
	g_assert_cmpint(place(4, 999999999).utc_us, ==, T0);
	g_assert_true(place(4, 0).is_uncertain && place(4, 0).is_known);
	tear_down();
}

static void
a_trusted_neighbour_beats_an_own_anchor_that_nobody_trusts(void)
{
	set_up();
	add(4, 0, INT64_C(0), ktp_CLOCK_UNKNOWN);
	g_assert_cmpint(place(4, 3000).utc_us, ==, 3 * S);
	g_assert_true(place(4, 3000).is_uncertain && place(4, 3000).is_known);
	add(3, 0, T0, ktp_CLOCK_RESTORED);
	g_assert_cmpint(place(4, 3000).utc_us, ==, T0 + 3 * S);
	g_assert_true(place(4, 3000).is_uncertain);
	tear_down();
}

/* under UBSan: nothing wraps, whatever a device and a clock say */
static void
place_absurdly(guint64 tick_ms, gint64 first_us, gint64 second_us)
{
	const guint64 ticks[] = {0, 1, KN_TICK_MAX_MS, G_MAXUINT64};

	set_up();
	add(1, tick_ms, first_us, ktp_CLOCK_SYNCED);
	add(1, 77, second_us, ktp_CLOCK_SYNCED);
	add(G_MAXUINT32, tick_ms, second_us, ktp_CLOCK_RESTORED);
	for (guint i = 0; i < G_N_ELEMENTS(ticks); i++) {
		place(0, ticks[i]);
		place(1, ticks[i]);
		place(2, ticks[i]);
		place(G_MAXUINT32, ticks[i]);
	}
	tear_down();
}

static void
absurd_ticks_and_clocks_do_no_harm(void)
{
	const gint64 clocks[] = {
		G_MININT64, -1, 0, T0, G_MAXINT64, (INT64_C(1) << 60) - 1, 1 - (INT64_C(1) << 60)};
	const guint n = G_N_ELEMENTS(clocks);

	for (guint i = 0; i < n * n; i++) {
		place_absurdly(0, clocks[i / n], clocks[i % n]);
		place_absurdly(1, clocks[i / n], clocks[i % n]);
		place_absurdly(KN_TICK_MAX_MS, clocks[i / n], clocks[i % n]);
		place_absurdly(G_MAXUINT64, clocks[i / n], clocks[i % n]);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/clock/" #name, name)
	ADD(without_any_anchor_nothing_is_known);
	ADD(one_anchor_goes_both_ways_at_slope_one);
	ADD(between_two_anchors_time_is_linear);
	ADD(outside_the_nearest_slope_counts);
	ADD(outside_the_slope_is_clamped_to_500_ppm);
	ADD(a_slope_is_not_taken_from_anchors_that_are_close_together);
	ADD(only_the_best_quality_of_a_boot_counts);
	ADD(of_two_anchors_at_one_tick_the_more_exact_counts);
	ADD(a_boot_without_anchor_lies_between_its_neighbours);
	ADD(several_such_boots_keep_their_order);
	ADD(one_neighbour_alone_is_enough);
	ADD(a_trusted_neighbour_beats_an_own_anchor_that_nobody_trusts);
	ADD(absurd_ticks_and_clocks_do_no_harm);
	return g_test_run();
}
