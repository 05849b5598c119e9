/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a device can make the hub write down and keep in mind, however it behaves, and that nothing untrue comes of the bound */

#include "pipeline-fixture.h"

#include <string.h>

enum { HUGE_LOG = 20000, LONG_LOG = 3000 };

static guint
count_events(const PipelineFixture *f, KnEventKind kind)
{
	guint n = 0;

	for (guint i = 0; i < f->events->len; i++)
		n += g_array_index(f->events, KnEventKind, i) == kind;
	return n;
}

/* of all batches that were handed over; then they are durable */
static guint
take_gap_rows(PipelineFixture *f)
{
	guint n = 0;

	for (guint i = 0; i < f->batches->len; i++)
		n += ((const KnBatch *)f->batches->pdata[i])->gaps->len;
	pf_commit_all(f);
	return n;
}

/* each with a new stretch that is gone, and a record between it and the last one, so that no two are one */
static guint
send_changing_states(PipelineFixture *f, guint n)
{
	guint n_rows = 0;

	for (guint i = 0; i < n; i++) {
		guint64 seq = 2 * ((guint64)i + 1);
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
		pf_send_state(f, PF_FIRST_LOG, seq, seq, i % 2 ? PF_HUB_ID + 1 : 0);
		n_rows += take_gap_rows(f);
	}
	kn_pipeline_flush(f->pipeline, &f->now);
	return n_rows + take_gap_rows(f);
}

static void
a_thousand_states_with_changing_figures_leave_few_rows_and_no_lie(PipelineFixture *f,
								  gconstpointer data)
{
	guint n_rows, n_events;

	pf_meet(f, 0);
	f->events->len = 0;
	n_rows = send_changing_states(f, 1000);
	n_events = f->events->len;
	g_assert_cmpuint(n_rows, ==, KN_GAPS_BURST);
	g_assert_cmpuint(count_events(f, KN_EVENT_FOREIGN_OWNER), ==, KN_EVENTS_BURST);
	/* each that got a name, and 500 times it was another's: whatever else happened was told */
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), ==, KN_GAPS_BURST);
	g_assert_cmpuint(pf_status_of(f).counters.n_untold_events, ==, 500 - KN_EVENTS_BURST);
	g_assert_cmpuint(n_events, <, 3 * KN_EVENTS_BURST);
	g_assert_cmpuint(pf_status_of(f).counters.n_put_off_gaps, >, 0);
	/* of 1,000 records that are not here each is named or missing */
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, KN_GAPS_BURST);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 1000 - KN_GAPS_BURST);
	/* and forgotten only up to the first that has no name */
	g_assert_cmpuint(f->controls->len, >, 0);
	for (guint i = 0; i < f->controls->len; i++) {
		const ktp_Control *control = &g_array_index(f->controls, ktp_Control, i);
		if (control->which_op == ktp_Control_trim_tag)
			g_assert_cmpuint(control->op.trim.to_seq, <=, 2 * KN_GAPS_BURST);
	}
}

static void
gaps_that_were_put_off_get_their_names_in_time(PipelineFixture *f, gconstpointer data)
{
	guint n_rows;

	pf_meet(f, 0);
	n_rows = send_changing_states(f, 500);
	for (guint i = 0; i < 10; i++) {
		pf_pass(f, 60 * KN_GAP_US);
		pf_send_state(f, PF_FIRST_LOG, 1000, 1000, 0);
		kn_pipeline_flush(f->pipeline, &f->now);
		n_rows += take_gap_rows(f);
	}
	g_assert_cmpuint(n_rows, ==, 500);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
}

static void
a_stretch_that_grows_by_one_in_each_state_is_one_row(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 0);
	for (guint64 seq = 2; seq <= 1001; seq++)
		pf_send_state(f, PF_FIRST_LOG, seq, seq, PF_HUB_ID);
	/* the first was handed over at once, as the first gap of a device is */
	kn_pipeline_flush(f->pipeline, &f->now);
	g_assert_cmpuint(take_gap_rows(f), ==, 2);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 1);
}

/* The device of these: has every second record, and is asked for what it has not. */
static void
answer_fetches(PipelineFixture *f)
{
	ktp_Control control;

	while (f->controls->len > 0) {
		control = g_array_index(f->controls, ktp_Control, 0);
		g_array_remove_index(f->controls, 0);
		if (control.which_op == ktp_Control_get_state_tag)
			pf_send_state(f, PF_FIRST_LOG, 1, HUGE_LOG, PF_HUB_ID);
		if (control.which_op != ktp_Control_fetch_tag)
			continue;
		guint32 n = 0;
		for (guint64 seq = control.op.fetch.from_seq; seq <= control.op.fetch.to_seq; seq++)
			if (seq % 2 == 0) {
				pf_send_samples(f, KN_FRAME_HISTORY, seq, seq);
				n++;
			}
		pf_send_done(f, control.op.fetch.from_seq, control.op.fetch.to_seq, n);
	}
}

static void
a_log_without_every_second_record_is_read_to_its_end_and_each_hole_gets_its_name(PipelineFixture *f,
										 gconstpointer data)
{
	guint64 n_stored = 0, n_named = 0;

	pf_meet(f, HUGE_LOG);
	for (guint i = 0; i < 20000 && pf_status_of(f).n_missing > 0; i++) {
		answer_fetches(f);
		pf_pass(f, KN_GAP_US);
		kn_pipeline_tick(f->pipeline, &f->now);
		for (guint k = 0; k < f->batches->len; k++) {
			const KnBatch *batch = f->batches->pdata[k];
			/* ten seconds go by between two of them */
			g_assert_cmpuint(batch->gaps->len, <=, KN_GAPS_BURST + 10);
			for (guint b = 0; b < batch->blocks->len; b++)
				n_stored += ((const KnBlock *)batch->blocks->pdata[b])->last_seq -
					    ((const KnBlock *)batch->blocks->pdata[b])->first_seq +
					    1;
			n_named += batch->gaps->len;
		}
		pf_commit_all(f);
	}
	kn_pipeline_flush(f->pipeline, &f->now);
	for (guint k = 0; k < f->batches->len; k++)
		n_named += ((const KnBatch *)f->batches->pdata[k])->gaps->len;
	pf_commit_all(f);
	g_assert_cmpuint(n_stored, ==, HUGE_LOG / 2);
	g_assert_cmpuint(n_named, ==, HUGE_LOG / 2);
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, HUGE_LOG / 2);
	g_assert_cmpuint(pf_status_of(f).trimmed_to_seq, ==, HUGE_LOG);
}

/* It has none of what is missing, and says so to each question. */
static void
answer_that_all_is_gone(PipelineFixture *f, guint64 oldest)
{
	ktp_Control control;

	while (f->controls->len > 0) {
		control = g_array_index(f->controls, ktp_Control, 0);
		g_array_remove_index(f->controls, 0);
		if (control.which_op == ktp_Control_get_state_tag)
			pf_send_state(f, PF_FIRST_LOG, oldest, oldest - 1, PF_HUB_ID);
		else if (control.which_op == ktp_Control_fetch_tag)
			pf_send_done(f, control.op.fetch.from_seq, control.op.fetch.to_seq, 0);
	}
}

static void
one_whose_gaps_get_their_names_one_by_one_is_not_called_stuck(PipelineFixture *f,
							      gconstpointer data)
{
	guint n_s = 0;

	pf_meet(f, 0);
	for (guint64 seq = 2; seq <= 800; seq += 2)
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
	pf_commit_all(f);
	pf_send_state(f, PF_FIRST_LOG, 801, 800, PF_HUB_ID);
	for (; n_s < 1000 && pf_status_of(f).n_missing > 0; n_s++) {
		g_assert_false(pf_status_of(f).is_stuck);
		answer_that_all_is_gone(f, 801);
		pf_pass(f, KN_GAP_US);
		kn_pipeline_tick(f->pipeline, &f->now);
		pf_commit_all(f);
	}
	/* 400, less those at once */
	g_assert_cmpuint(n_s, >=, 400 - KN_GAPS_BURST - 10);
	g_assert_cmpuint(n_s, <=, 2 * 400);
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_STUCK), ==, 0);
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, 400);
}

/* for so long it serves nothing, answers each question, but never a fetch of the first record; returns how often it was asked for records */
static guint
be_silent_about_the_first(PipelineFixture *f, gint64 us)
{
	guint n_fetches = 0;
	ktp_Control control;

	for (gint64 end_us = f->now.boottime_us + us; f->now.boottime_us < end_us;) {
		while (f->controls->len > 0) {
			control = g_array_index(f->controls, ktp_Control, 0);
			g_array_remove_index(f->controls, 0);
			if (control.which_op == ktp_Control_get_state_tag)
				pf_send_state(f, PF_FIRST_LOG, 1, LONG_LOG, PF_HUB_ID);
			if (control.which_op != ktp_Control_fetch_tag)
				continue;
			n_fetches++;
			/* a round trip */
			pf_pass(f, PF_SECOND / 20);
			if (control.op.fetch.from_seq > 1)
				pf_send_done(f, control.op.fetch.from_seq, control.op.fetch.to_seq,
					     0);
		}
		pf_pass(f, PF_SECOND);
		kn_pipeline_tick(f->pipeline, &f->now);
		pf_commit_all(f);
	}
	return n_fetches;
}

static void
one_that_is_silent_about_its_first_record_for_ever_is_called_stuck_and_asked_ever_more_seldom(
	PipelineFixture *f, gconstpointer data)
{
	const gint64 hour_us = 3600 * PF_SECOND;
	const gint64 round_us = KN_TRANSFER_PAUSE_MAX_US + KN_TRANSFER_STALL_US;
	guint n_fetches;

	pf_meet(f, LONG_LOG);
	for (guint64 seq = 2; seq <= LONG_LOG; seq += 2) {
		pf_pass(f, PF_SECOND);
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
		pf_commit_all(f);
	}
	/* until all names are used up: nothing is settled from the start on */
	be_silent_about_the_first(f, 2 * hour_us);
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(pf_status_of(f).trimmed_to_seq, ==, 0);
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_STUCK), >, 0);
	/* ten seconds of questions, two of them a second, and five minutes of none */
	n_fetches = be_silent_about_the_first(f, hour_us);
	g_assert_cmpuint(n_fetches, <=,
			 (hour_us / round_us + 1) * 2 * KN_TRANSFER_STALL_US / PF_SECOND);
	g_assert_cmpuint(n_fetches, >, 0);
	g_assert_true(pf_status_of(f).is_stuck);
}

static void
live_records_with_holes_that_nobody_mends_are_left_to_the_device_and_called_missing(
	PipelineFixture *f, gconstpointer data)
{
	guint64 n_refused;

	pf_meet(f, 0);
	for (guint64 seq = 2; seq <= 10000; seq += 2) {
		pf_pass(f, PF_SECOND / 100);
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
		pf_commit_all(f);
	}
	n_refused = pf_status_of(f).counters.n_refused_holes;
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(n_refused, ==, 5000 - KN_LEDGER_RANGES_MAX);
	/* those with the odd numbers, and those that were refused */
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 5000 + n_refused);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, NULL), ==, 0);
	/* it sends again what it has: nothing is lost for good, and there is room as soon as holes close */
	for (guint64 seq = 1; seq <= 10000; seq++) {
		pf_pass(f, PF_SECOND / 100);
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
		pf_commit_all(f);
	}
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 10000);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                          \
	g_test_add("/core/pipeline-bounds/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(a_thousand_states_with_changing_figures_leave_few_rows_and_no_lie);
	ADD(gaps_that_were_put_off_get_their_names_in_time);
	ADD(a_stretch_that_grows_by_one_in_each_state_is_one_row);
	ADD(a_log_without_every_second_record_is_read_to_its_end_and_each_hole_gets_its_name);
	ADD(one_whose_gaps_get_their_names_one_by_one_is_not_called_stuck);
	ADD(one_that_is_silent_about_its_first_record_for_ever_is_called_stuck_and_asked_ever_more_seldom);
	ADD(live_records_with_holes_that_nobody_mends_are_left_to_the_device_and_called_missing);
#undef ADD
	return g_test_run();
}
