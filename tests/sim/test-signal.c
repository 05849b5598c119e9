/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/model.h"
#include "sim/signal.h"

#define SECOND_US  G_GINT64_CONSTANT(1000000)
#define SESSION_US (600 * SECOND_US)

enum { SEEDS = 40, RAMP_S = 2 };

static void
make_signal(KnSignal *signal, const gchar *kind, KnScenario scenario, guint64 seed)
{
	ktp_Info info;

	g_assert_true(kn_model_describe(kind, "T1", &info));
	kn_signal_init(signal, &info, scenario, seed, SESSION_US);
}

static const KnSegment *
find_segment(const KnSignal *signal, KnSegmentKind kind, gint64 at_least_us)
{
	for (guint i = 0; i < signal->n_segments; i++)
		if (signal->segments[i].kind == kind &&
		    signal->segments[i].end_us - signal->segments[i].start_us >= at_least_us)
			return &signal->segments[i];
	return NULL;
}

static void
test_rocks_at_a_fifth_to_half_a_hertz(void)
{
	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		guint n_crossings = 0;
		gint before = 0;
		gint64 millihertz;
		make_signal(&signal, "back14", KN_SCENARIO_ROCKING, seed);
		for (gint64 at_us = 0; at_us < SESSION_US; at_us += KN_SIGNAL_MOTION_PERIOD_US) {
			gint angle = kn_signal_angle_centideg(&signal, at_us);
			if (angle != 0 && before != 0 && (angle > 0) != (before > 0))
				n_crossings++;
			before = angle != 0 ? angle : before;
			g_assert_cmpint(ABS(angle), <=, 1400);
		}
		millihertz = (gint64)n_crossings * 1000 / 2 / (SESSION_US / SECOND_US);
		g_assert_cmpint(millihertz, >=, 198);
		g_assert_cmpint(millihertz, <=, 502);
	}
}

/* mean of a second around: takes the noise away, leaves a quarter of a hertz */
static gint
smooth(const KnSignal *signal, guint node, gint64 at_us)
{
	gint sum = 0;

	for (gint k = -12; k <= 12; k++)
		sum += kn_signal_pressure_hpa(signal, node, at_us + k * KN_SIGNAL_PERIOD_US);
	return sum * 4 / 25;
}

/* In a hold nobody rocks: what is left is breathing. Crossings of the local mean, and the swing around it. */
static void
assert_breathes(const KnSignal *signal, const KnSegment *hold, guint node)
{
	gint64 from_us = hold->start_us + RAMP_S * SECOND_US;
	gint64 to_us = hold->end_us - RAMP_S * SECOND_US;
	gint64 sum = 0, n = 0, mean;
	gint low = G_MAXINT, high = 0, n_crossings = 0, before = 0;
	gint64 millihertz, permille;

	for (gint64 at_us = from_us; at_us < to_us; at_us += KN_SIGNAL_PERIOD_US, n++)
		sum += smooth(signal, node, at_us);
	mean = sum / n;
	for (gint64 at_us = from_us; at_us < to_us; at_us += KN_SIGNAL_PERIOD_US) {
		gint value = smooth(signal, node, at_us);
		gint side = value > mean ? 1 : -1;
		n_crossings += before != 0 && side != before;
		before = side;
		low = MIN(low, value);
		high = MAX(high, value);
	}
	millihertz = n_crossings * 1000 * SECOND_US / 2 / (to_us - from_us);
	g_assert_cmpint(millihertz, >=, 180);
	g_assert_cmpint(millihertz, <=, 320);
	/* a second's mean takes a tenth of the swing at 0.25 Hz; pressing firmer adds a little */
	permille = (high - low) * 500 / mean;
	g_assert_cmpint(permille, >=, 40);
	g_assert_cmpint(permille, <=, 170);
}

static void
test_breathes_at_a_quarter_of_a_hertz(void)
{
	guint n_seen = 0;

	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		const KnSegment *hold;
		make_signal(&signal, "back14", KN_SCENARIO_HOLDS, seed);
		hold = find_segment(&signal, KN_SEGMENT_HOLD, 40 * SECOND_US);
		if (hold == NULL || signal.base_hpa[1] < 300)
			continue;
		assert_breathes(&signal, hold, 1);
		n_seen++;
	}
	g_assert_cmpuint(n_seen, >, SEEDS / 2);
}

/* by the definition of a hold: 5 s windows, each mean at least 500 hPa, spread at most 30 % of the largest */
static void
test_holds_are_found_by_the_definition_of_a_hold(void)
{
	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		const KnSegment *hold;
		gint low = G_MAXINT, high = 0;
		make_signal(&signal, "back14", KN_SCENARIO_HOLDS, seed);
		hold = find_segment(&signal, KN_SEGMENT_HOLD, 30 * SECOND_US);
		g_assert_nonnull(hold);
		g_assert_cmpint(hold->end_us - hold->start_us, <=, 90 * SECOND_US);
		for (gint64 at_us = hold->start_us; at_us + 5 * SECOND_US <= hold->end_us;
		     at_us += 5 * SECOND_US) {
			gint sum = 0;
			for (gint k = 0; k < 125; k++)
				sum += kn_signal_pressure_hpa(&signal, hold->node,
							      at_us + k * KN_SIGNAL_PERIOD_US);
			low = MIN(low, sum / 125);
			high = MAX(high, sum / 125);
		}
		g_assert_cmpint(low, >=, 500);
		g_assert_cmpint((high - low) * 100, <=, high * 30);
	}
}

static void
test_a_gap_has_noise_and_nothing_else(void)
{
	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		const KnSegment *up;
		guint n_noisy = 0;
		make_signal(&signal, "back14", KN_SCENARIO_GET_UP, seed);
		up = find_segment(&signal, KN_SEGMENT_UP, 8 * SECOND_US);
		g_assert_nonnull(up);
		for (gint64 at_us = up->start_us + RAMP_S * SECOND_US;
		     at_us < up->end_us - RAMP_S * SECOND_US; at_us += KN_SIGNAL_PERIOD_US) {
			guint16 value = kn_signal_pressure_hpa(&signal, 3, at_us);
			g_assert_cmpuint(value, <=, 2);
			n_noisy += value > 0;
		}
		g_assert_cmpuint(n_noisy, >, 0);
		g_assert_cmpint(kn_signal_angle_centideg(&signal, up->start_us + 4 * SECOND_US), ==,
				0);
	}
}

static void
test_saturates_at_full_scale_and_never_above(void)
{
	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		guint n_full = 0, n = 0;
		make_signal(&signal, "back14", KN_SCENARIO_SATURATION, seed);
		for (gint64 at_us = 0; at_us < SESSION_US; at_us += KN_SIGNAL_PERIOD_US, n++) {
			guint16 value = kn_signal_pressure_hpa(&signal, 3, at_us);
			g_assert_cmpuint(value, <=, 1580);
			n_full += value == 1580;
		}
		g_assert_cmpuint(n_full * 100, >, n);
	}
}

static void
test_strokes_change_direction(void)
{
	for (guint64 seed = 1; seed <= SEEDS; seed++) {
		KnSignal signal;
		guint n_reversals = 0;
		gint before = 0;
		make_signal(&signal, "roller", KN_SCENARIO_ROCKING, seed);
		for (gint64 at_us = 0; at_us < SESSION_US; at_us += KN_SIGNAL_MOTION_PERIOD_US) {
			gint direction = kn_signal_direction(&signal, at_us);
			g_assert_cmpint(ABS(direction), <=, 1);
			n_reversals += direction != 0 && before != 0 && direction != before;
			before = direction != 0 ? direction : before;
		}
		/* two a cycle of 0.2 to 0.5 Hz over ten minutes */
		g_assert_cmpuint(n_reversals, >=, 238);
		g_assert_cmpuint(n_reversals, <=, 602);
	}
}

static void
test_a_seed_says_everything(void)
{
	KnSignal one, same, other;
	guint n_different = 0;

	make_signal(&one, "foam-roll", KN_SCENARIO_MIXED, 5);
	make_signal(&same, "foam-roll", KN_SCENARIO_MIXED, 5);
	make_signal(&other, "foam-roll", KN_SCENARIO_MIXED, 6);
	for (gint64 at_us = 0; at_us < SESSION_US; at_us += KN_SIGNAL_PERIOD_US) {
		guint16 value = kn_signal_pressure_hpa(&one, 2, at_us);
		g_assert_cmpuint(value, ==, kn_signal_pressure_hpa(&same, 2, at_us));
		n_different += value != kn_signal_pressure_hpa(&other, 2, at_us);
	}
	g_assert_cmpuint(n_different, >, 10000);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/signal/rocks_at_a_fifth_to_half_a_hertz",
			test_rocks_at_a_fifth_to_half_a_hertz);
	g_test_add_func("/sim/signal/breathes_at_a_quarter_of_a_hertz",
			test_breathes_at_a_quarter_of_a_hertz);
	g_test_add_func("/sim/signal/holds_are_found_by_the_definition_of_a_hold",
			test_holds_are_found_by_the_definition_of_a_hold);
	g_test_add_func("/sim/signal/a_gap_has_noise_and_nothing_else",
			test_a_gap_has_noise_and_nothing_else);
	g_test_add_func("/sim/signal/saturates_at_full_scale_and_never_above",
			test_saturates_at_full_scale_and_never_above);
	g_test_add_func("/sim/signal/strokes_change_direction", test_strokes_change_direction);
	g_test_add_func("/sim/signal/a_seed_says_everything", test_a_seed_says_everything);
	return g_test_run();
}
