/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/transfer.h"

#define SECOND G_GINT64_CONSTANT(1000000)

typedef struct {
	KnLedger ledger;
	KnTransfer transfer;
	GArray *gaps;
	gint64 now_us;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	KnGap gap;

	kn_ledger_init(&f->ledger, 1);
	kn_transfer_init(&f->transfer);
	f->gaps = g_array_new(FALSE, FALSE, sizeof(KnGap));
	f->now_us = 100 * SECOND;
	kn_transfer_start(&f->transfer, f->now_us);
	kn_ledger_state(&f->ledger, 1, 200, 0, &gap);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	kn_ledger_clear(&f->ledger);
	kn_transfer_clear(&f->transfer);
	g_array_unref(f->gaps);
}

static void
deliver(Fixture *f, guint64 first, guint64 last)
{
	for (guint64 seq = first; seq <= last; seq++) {
		kn_transfer_heard(&f->transfer, seq, f->now_us);
		if (kn_ledger_receive(&f->ledger, seq))
			kn_transfer_progressed(&f->transfer, f->now_us);
	}
}

static void
finish(Fixture *f, guint64 first, guint64 last, guint32 sent)
{
	const ktp_FetchDone done = {first, last, sent};

	kn_transfer_done(&f->transfer, &done);
	kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
}

static void
expect_next(Fixture *f, guint64 first, guint64 last)
{
	KnRange range;

	g_assert_true(kn_transfer_next(&f->transfer, &f->ledger, f->now_us, &range));
	g_assert_cmpuint(range.first, ==, first);
	g_assert_cmpuint(range.last, ==, last);
	kn_transfer_asked(&f->transfer, &range, f->now_us);
}

static void
expect_nothing(Fixture *f)
{
	KnRange range;

	g_assert_false(kn_transfer_next(&f->transfer, &f->ledger, f->now_us, &range));
}

static void
asks_two_ranges_of_64_and_waits(Fixture *f, gconstpointer data)
{
	expect_next(f, 1, 64);
	expect_next(f, 65, 128);
	expect_nothing(f);
	deliver(f, 1, 64);
	finish(f, 1, 64, 64);
	expect_next(f, 129, 192);
	expect_nothing(f);
}

static void
a_lost_notification_is_asked_for_again_and_only_that(Fixture *f, gconstpointer data)
{
	expect_next(f, 1, 64);
	deliver(f, 1, 30);
	deliver(f, 35, 64);
	finish(f, 1, 64, 64);
	expect_next(f, 31, 34);
	g_assert_cmpuint(f->gaps->len, ==, 0);
}

static void
loss_alone_never_names_a_gap(Fixture *f, gconstpointer data)
{
	deliver(f, 2, 200);
	for (guint round = 0; round < 20; round++) {
		expect_next(f, 1, 1);
		finish(f, 1, 1, 1);
	}
	g_assert_cmpuint(f->gaps->len, ==, 0);
}

static void
a_wrong_sum_counts_only_against_the_range_that_is_served(Fixture *f, gconstpointer data)
{
	deliver(f, 1, 9);
	deliver(f, 11, 19);
	deliver(f, 21, 200);
	for (guint attempt = 0; attempt < KN_TRANSFER_ATTEMPTS_MAX; attempt++) {
		expect_next(f, 10, 10);
		expect_next(f, 20, 20);
		kn_transfer_refused(&f->transfer);
		f->now_us += KN_TRANSFER_SILENCE_US;
		kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
	}
	g_assert_cmpuint(f->gaps->len, ==, 1);
	g_assert_cmpuint(g_array_index(f->gaps, KnGap, 0).first_seq, ==, 10);
	g_assert_cmpuint(g_array_index(f->gaps, KnGap, 0).last_seq, ==, 10);
}

static void
what_may_never_have_been_asked_for_is_not_judged(Fixture *f, gconstpointer data)
{
	expect_next(f, 1, 64);
	expect_next(f, 65, 128);
	kn_transfer_refused(&f->transfer);
	kn_transfer_abandon(&f->transfer, f->now_us);
	kn_transfer_refused(&f->transfer);
	kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
	expect_nothing(f);
	f->now_us += KN_TRANSFER_SILENCE_US;
	/* a record with an attempt against it would be asked for alone */
	expect_next(f, 1, 64);
}

static void
attempts_at_what_is_lost_anyway_are_not_kept(Fixture *f, gconstpointer data)
{
	const KnGap gap = {1, 40, KN_GAP_OVERWRITTEN};

	expect_next(f, 1, 64);
	finish(f, 1, 64, 0);
	g_assert_cmpuint(g_hash_table_size(f->transfer.attempts), ==, 64);
	kn_ledger_name_gap(&f->ledger, &gap);
	kn_transfer_named(&f->transfer, &gap);
	g_assert_cmpuint(g_hash_table_size(f->transfer.attempts), ==, 24);
	f->transfer.wants_state = FALSE;
	expect_next(f, 41, 41);
}

static void
three_wrong_sums_name_the_gap_unreadable(Fixture *f, gconstpointer data)
{
	deliver(f, 1, 9);
	deliver(f, 11, 200);
	for (guint attempt = 0; attempt < KN_TRANSFER_ATTEMPTS_MAX; attempt++) {
		g_assert_cmpuint(f->gaps->len, ==, 0);
		expect_next(f, 10, 10);
		kn_transfer_refused(&f->transfer);
		finish(f, 10, 10, 1);
	}
	g_assert_cmpuint(f->gaps->len, ==, 1);
	g_assert_cmpuint(g_array_index(f->gaps, KnGap, 0).first_seq, ==, 10);
	g_assert_cmpint(g_array_index(f->gaps, KnGap, 0).reason, ==, KN_GAP_UNREADABLE);
}

static void
a_bad_record_does_not_take_its_neighbours_with_it(Fixture *f, gconstpointer data)
{
	deliver(f, 1, 9);
	deliver(f, 13, 200);
	expect_next(f, 10, 12);
	kn_transfer_refused(
		&f->transfer); /* 10 is bad, and 11 and 12 came behind it in the same notification */
	finish(f, 10, 12, 3);
	expect_next(f, 10, 10);
	expect_next(f, 11, 11);
	expect_nothing(f);
	deliver(f, 11, 11);
	kn_transfer_refused(&f->transfer);
	finish(f, 11, 11, 1);
	finish(f, 10, 10, 1);
	expect_next(f, 10, 10);
	expect_next(f, 12, 12);
	deliver(f, 12, 12);
	kn_transfer_refused(&f->transfer);
	finish(f, 10, 10, 1);
	g_assert_cmpuint(f->gaps->len, ==, 1);
	g_assert_cmpuint(g_array_index(f->gaps, KnGap, 0).last_seq, ==, 10);
}

static void
a_record_that_came_wrong_is_asked_for_alone_beside_new_loss(Fixture *f, gconstpointer data)
{
	deliver(f, 1, 9);
	deliver(f, 11, 200);
	expect_next(f, 10, 10);
	kn_transfer_refused(&f->transfer);
	finish(f, 10, 10, 1);
	kn_ledger_receive(&f->ledger, 203);
	expect_next(f, 10, 10);
	expect_next(f, 201, 202);
}

static void
a_device_that_sends_less_than_asked_is_asked_for_its_state_first(Fixture *f, gconstpointer data)
{
	KnGap gap;

	expect_next(f, 1, 64);
	finish(f, 1, 64, 0);
	g_assert_true(f->transfer.wants_state);
	expect_nothing(f);
	f->transfer.wants_state = FALSE;
	g_assert_true(kn_ledger_state(&f->ledger, 65, 200, 0, &gap));
	expect_next(f, 65, 128);
	g_assert_cmpuint(f->gaps->len, ==, 0);
}

static void
a_silent_range_is_judged_after_a_second_without_its_end(Fixture *f, gconstpointer data)
{
	expect_next(f, 1, 64);
	expect_next(f, 65, 128);
	deliver(f, 1, 63);
	f->now_us += SECOND - 1;
	kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
	expect_nothing(f);
	f->now_us += 1;
	kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
	expect_next(f, 64, 127);
}

static void
ten_seconds_without_a_record_pause_the_transfer_ever_longer(Fixture *f, gconstpointer data)
{
	gint64 pause_us = KN_TRANSFER_PAUSE_MIN_US;

	for (guint round = 0; round < 10; round++) {
		KnRange range;
		g_assert_true(kn_transfer_next(&f->transfer, &f->ledger, f->now_us, &range));
		kn_transfer_asked(&f->transfer, &range, f->now_us);
		f->now_us += 10 * SECOND - 1;
		g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
				KN_VERDICT_NONE);
		f->now_us += 1;
		g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
				KN_VERDICT_DEVICE_STUCK);
		expect_nothing(f);
		f->now_us += pause_us - 1;
		expect_nothing(f);
		f->now_us += 1;
		pause_us = MIN(2 * pause_us, KN_TRANSFER_PAUSE_MAX_US);
	}
	expect_next(f, 1, 64);
	deliver(f, 1, 1);
	g_assert_cmpint(f->transfer.pause_us, ==, KN_TRANSFER_PAUSE_MIN_US);
}

static void
a_device_that_repeats_what_is_here_is_stuck_all_the_same(Fixture *f, gconstpointer data)
{
	deliver(f, 1, 10);
	expect_next(f, 11, 74);
	for (guint i = 0; i < 10; i++) {
		f->now_us += SECOND;
		deliver(f, 10, 10);
		/* nor is one from within the range progress more than once */
		deliver(f, 11, 11);
		kn_transfer_judge(&f->transfer, &f->ledger, f->now_us, f->gaps);
		g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
				KN_VERDICT_NONE);
	}
	f->now_us += SECOND;
	deliver(f, 10, 11);
	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_DEVICE_STUCK);
}

static void
a_range_that_did_not_get_on_its_way_is_not_outstanding(Fixture *f, gconstpointer data)
{
	KnRange range;

	for (guint i = 0; i < 2 * KN_TRANSFER_OUTSTANDING_MAX; i++)
		g_assert_true(kn_transfer_next(&f->transfer, &f->ledger, f->now_us, &range));
	g_assert_cmpuint(f->transfer.n_fetches, ==, 0);
	expect_next(f, 1, 64);
}

static void
what_waits_for_the_hub_itself_is_not_stuck(Fixture *f, gconstpointer data)
{
	for (guint i = 0; i < 60; i++) {
		f->now_us += SECOND;
		kn_transfer_hold(&f->transfer, f->now_us);
		g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
				KN_VERDICT_NONE);
	}
}

static void
caught_up_is_said_once_and_again_after_new_loss(Fixture *f, gconstpointer data)
{
	KnRange range;

	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_NONE);
	deliver(f, 1, 200);
	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_CAUGHT_UP);
	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_NONE);
	f->now_us += 3600 * SECOND;
	kn_ledger_receive(&f->ledger, 203);
	g_assert_true(kn_transfer_next(&f->transfer, &f->ledger, f->now_us, &range));
	kn_transfer_asked(&f->transfer, &range, f->now_us);
	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_NONE);
	deliver(f, 201, 202);
	g_assert_cmpint(kn_transfer_verdict(&f->transfer, &f->ledger, f->now_us), ==,
			KN_VERDICT_CAUGHT_UP);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/core/transfer/" #name, Fixture, NULL, set_up, name, tear_down)
	ADD(asks_two_ranges_of_64_and_waits);
	ADD(a_lost_notification_is_asked_for_again_and_only_that);
	ADD(loss_alone_never_names_a_gap);
	ADD(a_wrong_sum_counts_only_against_the_range_that_is_served);
	ADD(what_may_never_have_been_asked_for_is_not_judged);
	ADD(attempts_at_what_is_lost_anyway_are_not_kept);
	ADD(three_wrong_sums_name_the_gap_unreadable);
	ADD(a_bad_record_does_not_take_its_neighbours_with_it);
	ADD(a_record_that_came_wrong_is_asked_for_alone_beside_new_loss);
	ADD(a_device_that_sends_less_than_asked_is_asked_for_its_state_first);
	ADD(a_silent_range_is_judged_after_a_second_without_its_end);
	ADD(ten_seconds_without_a_record_pause_the_transfer_ever_longer);
	ADD(a_device_that_repeats_what_is_here_is_stuck_all_the_same);
	ADD(a_range_that_did_not_get_on_its_way_is_not_outstanding);
	ADD(what_waits_for_the_hub_itself_is_not_stuck);
	ADD(caught_up_is_said_once_and_again_after_new_loss);
#undef ADD
	return g_test_run();
}
