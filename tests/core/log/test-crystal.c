/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* massagers with crystals as they are sold and worse, asked for the time over a radio as it is: how far off is what the hub makes of it? */

#include "core/log/clock.h"

#define S         ((gint64)1000000)
#define HOUR_S    3600
#define DAY_S     (24 * HOUR_S)
#define T0        (INT64_C(1795168800) * S)
#define ROUND_MIN 15000  /* us: one connection interval there and back */
#define ROUND_MAX 200000 /* with two retransmissions */

typedef struct {
	GRand *rand;     /* owned */
	GArray *anchors; /* owned: KnAnchor */
	gdouble ppm;     /* of its ticks, against the hub */
} Crystal;

static void
crystal_init(Crystal *crystal, guint32 seed, gdouble ppm)
{
	*crystal = (Crystal){g_rand_new_with_seed(seed),
			     g_array_new(FALSE, FALSE, sizeof(KnAnchor)), ppm};
}

static void
crystal_clear(Crystal *crystal)
{
	g_rand_free(crystal->rand);
	g_array_unref(crystal->anchors);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Crystal, crystal_clear)

/* the tick that it shows when so many microseconds have gone by since it was switched on at T0 */
static guint64
tick_at(const Crystal *crystal, gint64 true_us)
{
	return (guint64)((gdouble)true_us * (1 + crystal->ppm / 1e6) / 1000);
}

/* GetClock: asked at true_us, answered somewhere within the round trip, and the hub takes its middle */
static void
ask(Crystal *crystal, gint64 true_us)
{
	gint64 round_us = g_rand_int_range(crystal->rand, ROUND_MIN, ROUND_MAX);
	gint64 answered_us = true_us + g_rand_int_range(crystal->rand, 0, (gint32)round_us);
	const KnAnchor anchor = {.boot = 1,
				 .t_ms = tick_at(crystal, answered_us),
				 .utc_us = T0 + true_us + round_us / 2,
				 .error_us = round_us / 2,
				 .quality = ktp_CLOCK_SYNCED};

	g_array_append_val(crystal->anchors, anchor);
}

static gint64
error_at(const Crystal *crystal, gint64 true_s)
{
	KnWallTime time;

	kn_clock_place(crystal->anchors, 1, tick_at(crystal, true_s * S), &time);
	g_assert_true(time.is_known && !time.is_uncertain);
	return ABS(time.utc_us - (T0 + true_s * S));
}

/* Off for a day, linked for a day, off for a day. Where it is asked the error is the round trip's; a day away a second more */
static void
a_day_away_from_the_hub_a_crystal_of_500_ppm_is_off_by_a_second_at_most(void)
{
	for (gint ppm = -500; ppm <= 500; ppm += 20) {
		g_auto(Crystal) crystal = {0};
		crystal_init(&crystal, (guint32)(ppm + 1000), ppm);
		for (gint64 s = DAY_S; s <= 2 * DAY_S; s += HOUR_S)
			ask(&crystal, s * S);
		for (gint64 s = DAY_S; s <= 2 * DAY_S; s += 601)
			g_assert_cmpint(error_at(&crystal, s), <=, ROUND_MAX / 2 + 2000);
		g_assert_cmpint(error_at(&crystal, 0), <=, S + ROUND_MAX / 2);
		g_assert_cmpint(error_at(&crystal, 3 * DAY_S), <=, S + ROUND_MAX / 2);
	}
}

/* a link that falls and comes again every minute makes anchors that are close together: they must not be worse than few */
static void
many_anchors_in_a_row_do_not_bend_the_slope(void)
{
	for (gint ppm = -500; ppm <= 500; ppm += 50) {
		g_auto(Crystal) crystal = {0};
		crystal_init(&crystal, (guint32)(ppm + 5000), ppm);
		for (gint64 s = DAY_S; s <= DAY_S + 9 * HOUR_S; s += 60)
			ask(&crystal, s * S);
		g_assert_cmpint(error_at(&crystal, 0), <=, S + ROUND_MAX / 2);
		g_assert_cmpint(error_at(&crystal, 2 * DAY_S), <=, S + ROUND_MAX / 2);
	}
}

static KnWallTime
place(const GArray *anchors, guint64 t_ms)
{
	KnWallTime time;

	kn_clock_place(anchors, 1, t_ms, &time);
	return time;
}

/* the counter jumps ahead by a day between two hourly anchors: what lies near each is right to the second, in between it is flagged */
static void
a_jump_of_the_ticks_is_clamped_and_flagged(void)
{
	g_autoptr(GArray) anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
	const guint64 hour_ms = 3600000, day_ms = 24 * hour_ms;

	for (guint i = 0; i < 10; i++) {
		const KnAnchor anchor = {.boot = 1,
					 .t_ms = i * hour_ms + (i >= 5 ? day_ms : 0),
					 .utc_us = T0 + i * HOUR_S * S,
					 .quality = ktp_CLOCK_SYNCED};
		g_array_append_val(anchors, anchor);
	}
	/* half an hour after the last one before it, and before the first one after it */
	g_assert_cmpint(place(anchors, 4 * hour_ms + hour_ms / 2).utc_us, ==,
			T0 + (4 * HOUR_S + HOUR_S / 2) * S);
	g_assert_true(place(anchors, 4 * hour_ms + hour_ms / 2).is_uncertain);
	g_assert_cmpint(place(anchors, day_ms + 5 * hour_ms - hour_ms / 2).utc_us, ==,
			T0 + (5 * HOUR_S - HOUR_S / 2) * S);
	g_assert_true(place(anchors, day_ms + 5 * hour_ms - hour_ms / 2).is_uncertain);
	g_assert_false(place(anchors, 2 * hour_ms + 77).is_uncertain);
	g_assert_false(place(anchors, day_ms + 7 * hour_ms + 77).is_uncertain);
	/* beyond the end nothing of the jump is in the slope */
	g_assert_cmpint(place(anchors, day_ms + 19 * hour_ms).utc_us, ==, T0 + 19 * HOUR_S * S);
}

/* another hub gave it the year 2040 and called that synced */
static void
a_wrong_era_that_the_massager_was_given_is_not_believed(void)
{
	g_autoptr(GArray) anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
	const KnAnchor foreign = {.boot = 1,
				  .t_ms = 1000,
				  .utc_us = T0 + INT64_C(441800000) * S,
				  .quality = ktp_CLOCK_SYNCED,
				  .is_banked = TRUE};
	const KnAnchor own = {
		.boot = 1, .t_ms = 3600000, .utc_us = T0, .quality = ktp_CLOCK_SYNCED};

	g_array_append_val(anchors, foreign);
	g_array_append_val(anchors, own);
	g_assert_cmpint(place(anchors, 1000).utc_us, ==, T0 - 3599 * S);
	g_assert_cmpint(place(anchors, 0).utc_us, ==, T0 - 3600 * S);
	g_assert_false(place(anchors, 1000).is_uncertain);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/crystal/" #name, name)
	ADD(a_day_away_from_the_hub_a_crystal_of_500_ppm_is_off_by_a_second_at_most);
	ADD(many_anchors_in_a_row_do_not_bend_the_slope);
	ADD(a_jump_of_the_ticks_is_clamped_and_flagged);
	ADD(a_wrong_era_that_the_massager_was_given_is_not_believed);
	return g_test_run();
}
