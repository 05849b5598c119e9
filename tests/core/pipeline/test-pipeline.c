/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static void
a_link_begins_with_state_then_ownership_clock_live_and_the_first_two_ranges(PipelineFixture *f,
									    gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 1000);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_own_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.own.hub_id, ==, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.set_clock.unix_us, ==, (guint64)f->now.utc_us);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_clock_tag, NULL), ==, 1);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_live_tag, &control), ==, 1);
	g_assert_true(control.op.live.is_on);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 2);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 65);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 128);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, NULL), ==, 0);
}

/* as when a session ends while the link is made: its last record comes after State was read, and before Live is on */
static void
what_is_banked_between_state_and_live_is_asked_for(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG, 1, 2, PF_HUB_ID);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 2);
	g_array_set_size(f->controls, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 3, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_live_tag, NULL), ==, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 3);
}

static guint
place_of(const PipelineFixture *f, pb_size_t which)
{
	for (guint i = 0; i < f->controls->len; i++)
		if (g_array_index(f->controls, ktp_Control, i).which_op == which)
			return i;
	return G_MAXUINT;
}

static void
live_is_followed_by_one_more_question_and_only_one(PipelineFixture *f, gconstpointer data)
{
	pf_link_up(f);
	g_array_set_size(f->controls, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	g_assert_cmpuint(place_of(f, ktp_Control_live_tag), <, G_MAXUINT);
	g_assert_cmpuint(place_of(f, ktp_Control_get_state_tag), <, G_MAXUINT);
	g_assert_cmpuint(place_of(f, ktp_Control_live_tag), <,
			 place_of(f, ktp_Control_get_state_tag));
	g_array_set_size(f->controls, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	g_assert_cmpuint(place_of(f, ktp_Control_get_state_tag), ==, G_MAXUINT);
}

static void
a_link_that_fell_before_its_state_is_asked_again_at_once(PipelineFixture *f, gconstpointer data)
{
	pf_link_up(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	pf_link_up(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
}

static void
a_hub_that_does_not_know_the_time_does_not_set_it(PipelineFixture *f, gconstpointer data)
{
	f->now.quality = ktp_CLOCK_UNKNOWN;
	pf_meet(f, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, NULL), ==, 0);
	f->now.quality = ktp_CLOCK_SYNCED;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, NULL), ==, 1);
}

static void
a_device_that_another_hub_owns_is_read_and_never_trimmed(PipelineFixture *f, gconstpointer data)
{
	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG, 1, 10, 77);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 10);
	pf_commit_all(f);
	g_assert_true(pf_status_of(f).is_foreign_owned);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_own_tag, NULL), ==, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, NULL), ==, 0);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 10);
}

static void
a_new_log_is_neither_deduped_nor_trimmed_by_the_old_one(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 10);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 10);
	pf_commit_all(f);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	pf_commit_all(f);
	g_array_set_size(f->controls, 0);
	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG + 1, 1, 6, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, NULL), ==, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.log_id, ==, PF_FIRST_LOG + 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 1);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 6);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 6);
	g_assert_cmpuint(pf_status_of(f).counters.n_duplicates, ==, 0);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 16);
}

static void
a_record_the_decoder_refuses_is_kept_covered_counted_and_not_fetched_again(PipelineFixture *f,
									   gconstpointer data)
{
	ktp_Record record = {
		.seq = 2, .boot = 1, .t_ms = 2000, .which_body = ktp_Record_samples_tag};
	const guint16 values_hpa[1] = {4001};
	const KnBatch *batch;

	pf_meet(f, 3);
	pf_take_controls(f, ktp_Control_fetch_tag, NULL);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	record.body.samples =
		(ktp_SampleBlock){.period_us = 40000, .t0_ms = 2000, .node_mask = 1, .n = 1};
	kn_encode_deltas(&record.body.samples, values_hpa);
	pf_send_record(f, KN_FRAME_HISTORY, &record);
	pf_send_samples(f, KN_FRAME_HISTORY, 3, 3);
	pf_send_done(f, 1, 3, 3);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_range, ==, 1);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 0);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(batch->blocks->len, ==, 1);
	g_assert_cmpuint(((const KnBlock *)batch->blocks->pdata[0])->last_seq, ==, 3);
}

static guint
count_stored(const PipelineFixture *f)
{
	guint n = 0;

	for (guint i = 0; i < f->batches->len; i++) {
		const GPtrArray *blocks = ((const KnBatch *)f->batches->pdata[i])->blocks;
		for (guint k = 0; k < blocks->len; k++) {
			const KnBlock *block = blocks->pdata[k];
			n += (guint)(block->last_seq - block->first_seq + 1);
		}
	}
	return n;
}

/* a session goes on while the hub subscribes */
static void
fault_29_what_comes_before_the_hub_knows_the_log_is_fetched(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_link_up(f);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 3);
	g_assert_cmpuint(pf_status_of(f).counters.n_unplaced, ==, 3);
	g_assert_cmpuint(pf_status_of(f).counters.n_malformed, ==, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 3, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 1);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 3);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 3);
	pf_send_samples(f, KN_FRAME_LIVE, 4, 4);
	kn_pipeline_flush(f->pipeline, &f->now);
	g_assert_cmpuint(count_stored(f), ==, 4);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
}

/* bluetoothd may keep the last value of a link, and tell it as the first of the next */
static void
fault_30_the_last_value_told_again_on_the_next_link_adds_nothing(PipelineFixture *f,
								 gconstpointer data)
{
	ktp_Reply clock = {.which_body = ktp_Reply_clock_tag,
			   .body.clock = {.boot = 1, .t_ms = 5000, .quality = ktp_CLOCK_SYNCED}};

	pf_meet(f, 3);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 3);
	pf_send_samples(f, KN_FRAME_LIVE, 4, 5);
	for (guint link = 0; link < 3; link++) {
		kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
		f->now.boottime_us += 3600 * PF_SECOND;
		pf_link_up(f);
		/* whatever it was: a record of either kind, the time, what it held before there were 4 and 5 */
		pf_send_samples(f, KN_FRAME_LIVE, 5, 5);
		pf_send_samples(f, KN_FRAME_HISTORY, 3, 3);
		pf_send_reply(f, &clock);
		pf_send_state(f, PF_FIRST_LOG, 1, 3, PF_HUB_ID);
		pf_send_samples(f, KN_FRAME_LIVE, 5, 5);
		pf_send_samples(f, KN_FRAME_HISTORY, 3, 3);
		pf_send_state(f, PF_FIRST_LOG, 1, 5, PF_HUB_ID);
	}
	kn_pipeline_flush(f->pipeline, &f->now);
	g_assert_cmpuint(count_stored(f), ==, 5);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 5);
	g_assert_cmpuint(pf_status_of(f).counters.n_conflicts, ==, 0);
	for (guint i = 0; i < f->batches->len; i++)
		g_assert_cmpuint(((const KnBatch *)f->batches->pdata[i])->anchors->len, ==, 0);
}

static void
a_lost_live_record_is_noticed_and_fetched(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 5);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 8, 8);
	g_assert_cmpuint(pf_status_of(f).counters.n_live_missed, ==, 2);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 6);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 7);
	pf_send_samples(f, KN_FRAME_HISTORY, 6, 7);
	g_assert_cmpuint(pf_status_of(f).counters.n_fetched, ==, 2);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
}

static void
wrong_sums_and_broken_headers_are_counted_and_change_nothing(PipelineFixture *f, gconstpointer data)
{
	guint8 bytes[] = {0, 0x11, 3, 8, 1, 0, 0, 0, 0, 0};

	pf_meet(f, 0);
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, sizeof bytes, &f->now);
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, 1, &f->now);
	bytes[1] = 0x13;
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, sizeof bytes, &f->now);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_crc, ==, 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_header, ==, 2);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 0);
}

static void
a_seq_far_beyond_what_the_device_told_is_not_believed(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 10);
	pf_take_controls(f, ktp_Control_get_state_tag, NULL);
	pf_send_samples(f, KN_FRAME_LIVE, 10 + KN_SEQ_JUMP_MAX + 1, 10 + KN_SEQ_JUMP_MAX + 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_seq, ==, 1);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 10);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
}

static void
the_same_record_twice_is_a_duplicate_and_a_different_one_a_conflict(PipelineFixture *f,
								    gconstpointer data)
{
	ktp_Record other = {
		.seq = 2, .boot = 1, .t_ms = 2000, .which_body = ktp_Record_session_start_tag};
	const KnBatch *batch;

	pf_meet(f, 3);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 3);
	pf_send_samples(f, KN_FRAME_LIVE, 2, 2);
	g_assert_cmpuint(pf_status_of(f).counters.n_duplicates, ==, 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_conflicts, ==, 0);
	pf_send_record(f, KN_FRAME_LIVE, &other);
	g_assert_cmpuint(pf_status_of(f).counters.n_conflicts, ==, 1);
	pf_commit_all(f);
	kn_pipeline_flush(f->pipeline, &f->now);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(batch->conflicts->len, ==, 1);
	g_assert_cmpuint(((const KnConflict *)batch->conflicts->pdata[0])->seq, ==, 2);
}

static void
the_round_trip_of_getclock_makes_an_anchor_in_its_middle(PipelineFixture *f, gconstpointer data)
{
	ktp_Reply reply = {.which_body = ktp_Reply_clock_tag};
	const KnAnchor *anchor;
	const KnBatch *batch;

	pf_meet(f, 0);
	pf_commit_all(f);
	f->now.boottime_us += 60000;
	f->now.utc_us += 60000;
	reply.body.clock = (ktp_Clock){.boot = 4, .t_ms = 777};
	pf_send_reply(f, &reply);
	kn_pipeline_flush(f->pipeline, &f->now);
	batch = f->batches->pdata[f->batches->len - 1];
	g_assert_cmpuint(batch->anchors->len, ==, 1);
	anchor = &g_array_index(batch->anchors, KnAnchor, 0);
	g_assert_cmpint(anchor->utc_us, ==, f->now.utc_us - 30000);
	g_assert_cmpint(anchor->error_us, ==, 30000);
	g_assert_cmpuint(anchor->boot, ==, 4);
	g_assert_cmpuint(anchor->t_ms, ==, 777);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/core/pipeline/" #name, PipelineFixture, NULL, pf_set_up, name, pf_tear_down)
	ADD(a_link_begins_with_state_then_ownership_clock_live_and_the_first_two_ranges);
	ADD(what_is_banked_between_state_and_live_is_asked_for);
	ADD(live_is_followed_by_one_more_question_and_only_one);
	ADD(a_link_that_fell_before_its_state_is_asked_again_at_once);
	ADD(a_hub_that_does_not_know_the_time_does_not_set_it);
	ADD(a_device_that_another_hub_owns_is_read_and_never_trimmed);
	ADD(a_new_log_is_neither_deduped_nor_trimmed_by_the_old_one);
	ADD(a_record_the_decoder_refuses_is_kept_covered_counted_and_not_fetched_again);
	ADD(fault_29_what_comes_before_the_hub_knows_the_log_is_fetched);
	ADD(fault_30_the_last_value_told_again_on_the_next_link_adds_nothing);
	ADD(a_lost_live_record_is_noticed_and_fetched);
	ADD(wrong_sums_and_broken_headers_are_counted_and_change_nothing);
	ADD(a_seq_far_beyond_what_the_device_told_is_not_believed);
	ADD(the_same_record_twice_is_a_duplicate_and_a_different_one_a_conflict);
	ADD(the_round_trip_of_getclock_makes_an_anchor_in_its_middle);
#undef ADD
	return g_test_run();
}
