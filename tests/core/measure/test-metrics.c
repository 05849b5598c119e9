/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "../records.h"
#include "core/measure/buildup.h"

static KnSessionMetrics
fold(const Maker *maker, const ktp_Record *records, guint n)
{
	g_autoptr(KnFold) fold = kn_fold_new(&maker->info);
	g_autoptr(KnBuildup) buildup = NULL;
	KnSessionMetrics metrics;

	for (guint i = 0; i < n; i++)
		kn_fold_push(fold, &records[i]);
	kn_fold_finish(fold, &metrics);
	buildup = kn_buildup_new(&metrics);
	for (guint i = 0; i < n; i++)
		kn_buildup_push(buildup, &records[i]);
	g_assert_true(kn_buildup_finish(buildup, &metrics));
	return metrics;
}

/* 1 Hz: 10, 30, 17, 14, 19, 40. On at 30, 17 keeps it, 14 ends it, 19 does not begin it, 40
 * does: contact samples 30, 17, 40. Full scale 40: 98 % is 39.2, so 40 alone is saturated:
 * floor(1000 / 3). */
static void
contact_has_a_hysteresis(void)
{
	const guint16 values[] = {10, 30, 17, 14, 19, 40};
	Maker maker = maker_new("l", 40);
	const ktp_Record records[] = {make_start(&maker, 1000),
				      make_block(&maker, 1000, 1000000, 1, 6, values),
				      make_end(&maker, 9000, 8000)};
	KnSessionMetrics m = fold(&maker, records, 3);

	g_assert_cmpuint(m.duration_ms, ==, 8000);
	g_assert_cmpuint(m.active_ms, ==, 3000);
	g_assert_cmpuint(m.n_samples, ==, 3);
	g_assert_cmpuint(m.mean_hpa, ==, 29); /* 87 / 3 */
	g_assert_cmpuint(m.peak_hpa, ==, 40);
	g_assert_cmpuint(m.p95_hpa, ==, 40); /* bin 40 … 49, but no more than the peak */
	g_assert_cmpuint(m.dose_hpa_ms, ==, 87000);
	g_assert_cmpuint(m.dose_left_hpa_ms, ==, 87000);
	g_assert_true(m.has_symmetry);
	g_assert_cmpint(m.symmetry_permille, ==, 1000);
	g_assert_cmpuint(m.saturation_permille, ==, 333);
	g_assert_cmpuint(m.node[0].contact_ms, ==, 3000);
	g_assert_false(m.is_duration_disputed);
}

/* nothing is known for 2.000 s between 1.0 and 3.0: contact stays, 16 counts; for 2.001 s:
 * contact is off */
static void
a_break_above_two_seconds_turns_contact_off(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record stays[] = {make_level(&maker, 0, 100000, 10, 50),
				    make_level(&maker, 3000, 100000, 1, 16)};
	const ktp_Record ends[] = {make_level(&maker, 0, 100000, 10, 50),
				   make_level(&maker, 3001, 100000, 1, 16)};

	g_assert_cmpuint(fold(&maker, stays, 2).n_samples, ==, 11);
	g_assert_cmpuint(fold(&maker, ends, 2).n_samples, ==, 10);
}

/* two blocks of 1, 33,333 us: floor(66,666 * 100 / 1000) = 6666, not 2 * floor(3333.3). Two
 * nodes: 13,333, not 2 * 6666 */
static void
dose_is_floored_once_of_its_own_sum(void)
{
	const guint16 values[] = {100, 100};
	Maker maker = maker_new("lr", 4000);
	const ktp_Record records[] = {make_block(&maker, 0, 33333, 3, 1, values),
				      make_block(&maker, 34, 33333, 3, 1, values)};
	KnSessionMetrics m = fold(&maker, records, 2);

	g_assert_cmpuint(m.node[0].dose_hpa_ms, ==, 6666);
	g_assert_cmpuint(m.dose_left_hpa_ms, ==, 6666);
	g_assert_cmpuint(m.dose_hpa_ms, ==, 13333);
	g_assert_false(m.has_device_duration);
}

/* node 0 in contact [0, 3), node 1 in [2, 5), node 2 in [7, 8), each from a record of its own: 5
 * + 1 seconds, counted once */
static void
active_time_is_the_union_over_nodes(void)
{
	const guint16 first[] = {50, 50, 50, 0, 0, 0, 0, 0};
	const guint16 second[] = {0, 0, 50, 50, 50, 0, 0, 0};
	const guint16 third[] = {0, 0, 0, 0, 0, 0, 0, 50};
	Maker maker = maker_new("ccc", 4000);
	const ktp_Record records[] = {make_block(&maker, 0, 1000000, 4, 8, third),
				      make_block(&maker, 0, 1000000, 1, 8, first),
				      make_block(&maker, 0, 1000000, 2, 8, second)};
	KnSessionMetrics m = fold(&maker, records, 3);

	g_assert_cmpuint(m.active_ms, ==, 6000);
	g_assert_cmpuint(m.duration_ms, ==, 7000); /* first contact tick 0, last 7 s */
	g_assert_false(m.has_symmetry);
}

/* the second block repeats ticks 2 and 3 and goes on with 4: five samples in all */
static void
repeated_ticks_count_once(void)
{
	const guint16 again[] = {900, 900, 30};
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_level(&maker, 0, 1000000, 4, 30),
				      make_block(&maker, 2000, 1000000, 1, 3, again)};
	KnSessionMetrics m = fold(&maker, records, 2);

	g_assert_cmpuint(m.n_samples, ==, 5);
	g_assert_cmpuint(m.peak_hpa, ==, 30);
	g_assert_cmpuint(m.active_ms, ==, 5000);
}

/* 30 and 31: 30.5 goes up */
static void
a_mean_of_a_half_goes_up(void)
{
	const guint16 values[] = {30, 31};
	Maker maker = maker_new("c", 4000);
	const ktp_Record record = make_block(&maker, 0, 1000000, 1, 2, values);

	g_assert_cmpuint(fold(&maker, &record, 1).mean_hpa, ==, 31);
}

/* 20 samples: 19 of 25 and one of 900. 19 of 20 are 95 %: the bin 20 … 29. With 18 of 20 it is
 * the bin of 900 */
static void
p95_is_the_end_of_the_first_bin_with_95_percent(void)
{
	guint16 values[20];
	Maker maker = maker_new("c", 4000);
	ktp_Record record;

	for (guint k = 0; k < 20; k++)
		values[k] = k == 7 ? 902 : 25;
	record = make_block(&maker, 0, 1000000, 1, 20, values);
	g_assert_cmpuint(fold(&maker, &record, 1).p95_hpa, ==, 29);
	values[8] = 907;
	record = make_block(&maker, 0, 1000000, 1, 20, values);
	g_assert_cmpuint(fold(&maker, &record, 1).p95_hpa, ==, 907);
}

/* 31 contact samples of 1 s: the thirds are 10. First mean 100.5 -> 101, last 300.5 -> 301: 200.
 * 29 s of contact: none */
static void
buildup_compares_the_last_third_with_the_first(void)
{
	guint16 values[31];
	Maker maker = maker_new("c", 4000);
	ktp_Record record;
	KnSessionMetrics m;

	for (guint k = 0; k < 31; k++)
		values[k] = (guint16)(k < 10 ? 100 + k % 2 : k < 21 ? 3999 : 300 + k % 2);
	record = make_block(&maker, 0, 1000000, 1, 31, values);
	m = fold(&maker, &record, 1);
	g_assert_true(m.node[0].has_buildup);
	g_assert_cmpint(m.node[0].buildup_hpa, ==, 200);
	record = make_block(&maker, 0, 1000000, 1, 30, values);
	g_assert_true(fold(&maker, &record, 1).node[0].has_buildup);
	record = make_block(&maker, 0, 1000000, 1, 29, values);
	g_assert_false(fold(&maker, &record, 1).node[0].has_buildup);
}

/* 1000 * 1 / 2001 = 0.4998 -> 0; 1000 * 1 / 2000 = 0.5 -> 1, and -1 the other way */
static void
symmetry_rounds_half_away_from_zero(void)
{
	gint32 permille = 7;

	g_assert_true(kn_metrics_symmetry(1001, 1000, &permille));
	g_assert_cmpint(permille, ==, 0);
	g_assert_true(kn_metrics_symmetry(2001, 1999, &permille));
	g_assert_cmpint(permille, ==, 1);
	g_assert_true(kn_metrics_symmetry(1999, 2001, &permille));
	g_assert_cmpint(permille, ==, -1);
	g_assert_true(kn_metrics_symmetry(0, 1, &permille));
	g_assert_cmpint(permille, ==, -1000);
	g_assert_true(kn_metrics_symmetry(UINT64_C(1) << 58, (UINT64_C(1) << 58) / 3, &permille));
	g_assert_cmpint(permille, ==, 500);
	g_assert_false(kn_metrics_symmetry(0, 0, &permille));
}

static void
a_device_that_counts_a_second_more_is_not_disputed(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record agreed[] = {make_start(&maker, 500), make_end(&maker, 60500, 59000)};
	const ktp_Record disputed[] = {make_start(&maker, 500), make_end(&maker, 60500, 61001)};

	g_assert_cmpuint(fold(&maker, agreed, 2).device_duration_ms, ==, 59000);
	g_assert_false(fold(&maker, agreed, 2).is_duration_disputed);
	g_assert_true(fold(&maker, disputed, 2).is_duration_disputed);
}

static ktp_Record
make_motion(Maker *maker, guint64 t0_ms, guint n, const gint32 *angles, const gint32 *directions)
{
	ktp_Record record = make_empty(maker, t0_ms, ktp_Record_motion_tag);
	ktp_Motion *motion = &record.body.motion;

	motion->period_us = 1000000;
	motion->t0_ms = t0_ms;
	for (guint k = 0; angles && k < n; k++)
		motion->angle_deltas_centideg[motion->angle_deltas_centideg_count++] =
			angles[k] - (k > 0 ? angles[k - 1] : 0);
	for (guint k = 0; directions && k < n; k++)
		motion->directions[motion->directions_count++] = directions[k];
	return record;
}

/* 500 | -499 no | -500 yes | 499 no | -9000 | 9000 yes; the second record repeats the last tick,
 * then -500 yes */
static void
rocking_counts_changes_between_five_degrees(void)
{
	const gint32 first[] = {500, -499, -500, 499, -9000, 9000};
	const gint32 second[] = {-600, 600, -500};
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_motion(&maker, 0, 6, first, NULL),
				      make_motion(&maker, 5000, 3, second, NULL)};

	g_assert_cmpuint(fold(&maker, records, 2).rocking_half_cycles, ==, 3);
}

/* reversals at 2 s (contact comes in the next record), at 5 s (no contact), at 8 s (contact [8,
 * 9)); 0 is no direction */
static void
strokes_count_where_some_node_has_contact(void)
{
	const gint32 ways[] = {1, 0, -1, -1, 0, 1, 1, 0, -1};
	const guint16 values[] = {0, 0, 30, 0, 0, 0, 0, 0, 30};
	const guint16 none[9] = {0};
	Maker maker = maker_new("cc", 4000);
	const ktp_Record records[] = {make_motion(&maker, 0, 9, NULL, ways),
				      make_block(&maker, 0, 1000000, 1, 9, none),
				      make_block(&maker, 0, 1000000, 2, 9, values)};

	g_assert_cmpuint(fold(&maker, records, 3).strokes, ==, 2);
	g_assert_cmpuint(fold(&maker, records, 2).strokes, ==, 0);
}

/* 35 s at 900 hPa in samples of 1 s. SessionStart at tick 2.5 s: windows 2.5 … 7.5 …: six whole
 * ones until 32.5 */
static void
windows_of_holds_begin_at_session_start(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_start(&maker, 2500),
				      make_level(&maker, 0, 1000000, 35, 900),
				      make_end(&maker, 34000, 0)};
	KnSessionMetrics m = fold(&maker, records, 3);

	g_assert_cmpuint(m.hold_count, ==, 1);
	g_assert_cmpuint(m.hold_longest_ms, ==, 30000);
	g_assert_cmpuint(m.hold_mean_hpa, ==, 900);
	/* without a start they begin with contact, at 0: seven */
	g_assert_cmpuint(fold(&maker, records + 1, 1).hold_longest_ms, ==, 35000);
}

/* Contact for 32 s, then samples without it until 40 s. Without a start the session ends with
 * contact, in the seventh window (mean of 2 * 2500 / 5 = 1000, which would fit). With a start it
 * lasts as long as there are samples. */
static void
the_end_of_a_session_decides_about_its_last_window(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_start(&maker, 0),
				      make_level(&maker, 0, 1000000, 30, 1000),
				      make_level(&maker, 30000, 1000000, 2, 2500),
				      make_level(&maker, 32000, 1000000, 8, 0)};
	const ktp_Record early_end[] = {records[0], records[1], records[2], records[3],
					make_end(&maker, 34999, 0)};

	g_assert_cmpuint(fold(&maker, records + 1, 3).hold_longest_ms, ==, 30000);
	g_assert_cmpuint(fold(&maker, records, 4).hold_longest_ms, ==, 35000);
	g_assert_cmpuint(fold(&maker, early_end, 5).hold_longest_ms, ==, 30000);
}

/* a SessionEnd whose tick lies before the last contact does not cut a window that contact filled */
static void
contact_after_the_end_tick_moves_the_end(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_start(&maker, 0),
				      make_level(&maker, 0, 1000000, 30, 900),
				      make_end(&maker, 29000, 0)};

	g_assert_cmpuint(fold(&maker, records, 3).hold_longest_ms, ==, 30000);
}

static void
a_live_fold_may_be_finished_at_every_record(void)
{
	Maker maker = maker_new("c", 4000);
	g_autoptr(KnFold) live = kn_fold_new(&maker.info);
	KnSessionMetrics m;

	for (guint i = 0; i < 40; i++) {
		const ktp_Record record = make_level(&maker, i * 1000, 100000, 10, 700);
		kn_fold_push(live, &record);
		kn_fold_finish(live, &m);
		g_assert_cmpuint(m.active_ms, ==, (i + 1) * 1000);
		g_assert_cmpuint(m.dose_hpa_ms, ==, (i + 1) * 700000);
		g_assert_cmpuint(m.hold_longest_ms, ==, i < 29 ? 0 : (i + 1) / 5 * 5000);
		/* of sessions that are over: another walk */
		g_assert_false(m.node[0].has_buildup);
	}
}

/* contact that flickers 3000 times (blocks of 2 s at 100 Hz, on for every other sample): no
 * stretch is lost when old ones are let go */
static void
active_time_stays_exact_beyond_the_bound_of_stretches(void)
{
	guint16 values[100];
	Maker maker = maker_new("c", 4000);
	g_autoptr(KnFold) fold_on = kn_fold_new(&maker.info);
	KnSessionMetrics m;

	for (guint k = 0; k < 100; k++)
		values[k] = k % 2 ? 0 : 20;
	for (guint i = 0; i < 60; i++) {
		const ktp_Record record = make_block(&maker, i * 1000, 10000, 1, 100, values);
		kn_fold_push(fold_on, &record);
	}
	kn_fold_finish(fold_on, &m);
	g_assert_cmpuint(m.n_samples, ==, 3000);
	g_assert_cmpuint(m.active_ms, ==, 30000);
}

/* 32 nodes at 4000 hPa at the latest tick a record may carry: 32 * 4000 hPa * 5 s, and nothing
 * wraps */
static void
extremes_do_not_overflow(void)
{
	guint16 values[KN_VALUES_MAX];
	Maker maker = maker_new("llllllllllllllllrrrrrrrrrrrrrrrr", 4000);
	ktp_Record record;
	KnSessionMetrics m;

	for (guint k = 0; k < KN_VALUES_MAX; k++)
		values[k] = 4000;
	record = make_block(&maker, KN_TICK_MAX_MS, 1000000, G_MAXUINT32, 5, values);
	m = fold(&maker, &record, 1);
	g_assert_cmpuint(m.dose_hpa_ms, ==, 32u * 4000 * 5000);
	g_assert_cmpint(m.symmetry_permille, ==, 0);
	g_assert_cmpuint(m.saturation_permille, ==, 1000);
	g_assert_cmpuint(m.p95_hpa, ==, 4000);
	g_assert_cmpuint(m.active_ms, ==, 5000);
}

static void
nothing_pushed_is_nothing(void)
{
	Maker maker = maker_new("lr", 4000);
	KnSessionMetrics m = fold(&maker, NULL, 0);

	g_assert_cmpuint(m.n_nodes, ==, 2);
	g_assert_cmpuint(m.duration_ms + m.active_ms + m.n_samples + m.mean_hpa + m.p95_hpa, ==, 0);
	g_assert_false(m.has_symmetry);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/metrics/" #name, name)
	ADD(contact_has_a_hysteresis);
	ADD(a_break_above_two_seconds_turns_contact_off);
	ADD(dose_is_floored_once_of_its_own_sum);
	ADD(active_time_is_the_union_over_nodes);
	ADD(repeated_ticks_count_once);
	ADD(a_mean_of_a_half_goes_up);
	ADD(p95_is_the_end_of_the_first_bin_with_95_percent);
	ADD(buildup_compares_the_last_third_with_the_first);
	ADD(symmetry_rounds_half_away_from_zero);
	ADD(a_device_that_counts_a_second_more_is_not_disputed);
	ADD(rocking_counts_changes_between_five_degrees);
	ADD(strokes_count_where_some_node_has_contact);
	ADD(windows_of_holds_begin_at_session_start);
	ADD(the_end_of_a_session_decides_about_its_last_window);
	ADD(contact_after_the_end_tick_moves_the_end);
	ADD(a_live_fold_may_be_finished_at_every_record);
	ADD(active_time_stays_exact_beyond_the_bound_of_stretches);
	ADD(extremes_do_not_overflow);
	ADD(nothing_pushed_is_nothing);
	return g_test_run();
}
