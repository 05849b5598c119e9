/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static void
nothing_is_trimmed_before_its_commit_and_then_to_its_last_record(PipelineFixture *f,
								 gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 10);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 10);
	pf_send_done(f, 1, 10, 10);
	g_assert_cmpuint(f->batches->len, ==, 1);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, NULL), ==, 0);
	g_assert_cmpuint(pf_status_of(f).n_open, ==, 10);
	pf_commit_all(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.trim.to_seq, ==, 10);
	g_assert_cmpuint(control.op.trim.log_id, ==, PF_FIRST_LOG);
	g_assert_cmpuint(control.op.trim.hub_id, ==, PF_HUB_ID);
	g_assert_cmpuint(pf_status_of(f).n_open, ==, 0);
}

static void
live_records_wait_for_the_tick_and_go_in_one_block(PipelineFixture *f, gconstpointer data)
{
	const KnBlock *block;

	pf_meet(f, 0);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 100);
	pf_pass(f, KN_COMMIT_LIVE_US - 1);
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 0);
	pf_pass(f, 1);
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 1);
	block = ((const KnBatch *)f->batches->pdata[0])->blocks->pdata[0];
	g_assert_cmpuint(block->first_seq, ==, 1);
	g_assert_cmpuint(block->last_seq, ==, 100);
}

static void
the_end_of_a_session_the_end_of_a_link_and_a_flush_commit_at_once(PipelineFixture *f,
								  gconstpointer data)
{
	ktp_Record end = {
		.seq = 3, .boot = 1, .t_ms = 3000, .which_body = ktp_Record_session_end_tag};
	ktp_Record begin = {
		.seq = 1, .boot = 1, .t_ms = 900, .which_body = ktp_Record_session_start_tag};

	pf_meet(f, 0);
	pf_commit_all(f);
	pf_send_record(f, KN_FRAME_LIVE, &begin);
	pf_send_samples(f, KN_FRAME_LIVE, 2, 2);
	g_assert_cmpuint(f->batches->len, ==, 0);
	pf_send_record(f, KN_FRAME_LIVE, &end);
	g_assert_cmpuint(f->batches->len, ==, 1);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 4, 4);
	kn_pipeline_flush(f->pipeline, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 1);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 5, 5);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 1);
}

static void
an_end_whose_start_was_never_seen_commits_too_live_or_fetched(PipelineFixture *f,
							      gconstpointer data)
{
	ktp_Record end = {
		.seq = 2, .boot = 1, .t_ms = 2000, .which_body = ktp_Record_session_end_tag};

	pf_meet(f, 0);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 1);
	g_assert_cmpuint(f->batches->len, ==, 0);
	pf_send_record(f, KN_FRAME_LIVE, &end);
	g_assert_cmpuint(f->batches->len, ==, 1);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 4, 4);
	end.seq = 3;
	g_assert_cmpuint(f->batches->len, ==, 0);
	pf_send_record(f, KN_FRAME_HISTORY, &end);
	g_assert_cmpuint(f->batches->len, ==, 1);
}

static void
a_block_never_spans_a_hole_a_boot_or_64_kib(PipelineFixture *f, gconstpointer data)
{
	const KnBatch *batch;
	gsize largest_bytes = 0;
	ktp_Record reboot = {.seq = 2001,
			     .boot = 2,
			     .t_ms = 3000000,
			     .which_body = ktp_Record_session_start_tag};

	pf_meet(f, 0);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 10);
	pf_send_samples(f, KN_FRAME_LIVE, 12, 2000);
	pf_send_record(f, KN_FRAME_LIVE, &reboot);
	kn_pipeline_flush(f->pipeline, &f->now);
	for (guint b = 0; b < f->batches->len; b++) {
		batch = f->batches->pdata[b];
		for (guint i = 0; i < batch->blocks->len; i++) {
			const KnBlock *block = batch->blocks->pdata[i];
			g_assert_cmpuint(block->records->len, <=, 65536);
			largest_bytes = MAX(largest_bytes, block->records->len);
			g_assert_false(block->first_seq <= 11 && block->last_seq >= 11);
			g_assert_cmpuint(block->boot, ==, block->last_seq == 2001 ? 2 : 1);
		}
	}
	/* it was full: not one record more would have fitted */
	g_assert_cmpuint(largest_bytes, >, 65536 - KN_RECORD_ACCEPTED_BYTES);
}

static void
one_massager_alone_gathers_four_blocks_before_they_are_written(PipelineFixture *f,
							       gconstpointer data)
{
	const KnBatch *batch;
	guint64 seq = 0;

	pf_meet(f, 0);
	pf_commit_all(f);
	g_ptr_array_set_size(f->batches, 0);
	while (f->batches->len == 0 && seq < 20000) {
		g_assert_cmpuint(kn_pipeline_n_open_bytes(f->pipeline), <, 4 * 65536);
		seq++;
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq);
	}
	g_assert_cmpuint(f->batches->len, ==, 1);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(batch->n_bytes, >=, 4 * 65536);
	g_assert_cmpuint(batch->blocks->len, >=, 4);
}

static void
while_the_store_is_silent_memory_is_bounded_and_the_rest_stays_on_the_device(PipelineFixture *f,
									     gconstpointer data)
{
	guint64 n_taken = 0;

	pf_meet(f, 0);
	for (guint64 seq = 1; n_taken == 0 && seq < 400000; seq += 1000) {
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq + 999);
		/* 250 a second: no flood */
		pf_pass(f, 4 * PF_SECOND);
		if (pf_status_of(f).counters.n_refused_memory > 0)
			n_taken = seq;
	}
	g_assert_cmpuint(n_taken, >, 0);
	g_assert_cmpuint(f->batches->len, <=, KN_BATCHES_IN_FLIGHT_MAX);
	g_assert_cmpuint(kn_pipeline_n_open_bytes(f->pipeline), <=, KN_BATCH_BYTES_MAX + 1024);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, pf_status_of(f).counters.n_refused_memory);
}

static void
a_store_that_is_behind_is_not_the_fault_of_the_device(PipelineFixture *f, gconstpointer data)
{
	guint64 fetched = 0;

	pf_meet(f, 1000);
	for (guint64 seq = 1001; pf_status_of(f).counters.n_refused_memory == 0; seq += 1000) {
		fetched++;
		pf_send_samples(f, KN_FRAME_HISTORY, fetched, fetched);
		pf_send_samples(f, KN_FRAME_LIVE, seq, seq + 999);
		f->now.boottime_us += 4 * PF_SECOND;
	}
	g_assert_cmpuint(fetched, <, 1000);
	for (guint i = 0; i < 60; i++) {
		f->now.boottime_us += PF_SECOND;
		kn_pipeline_tick(f->pipeline, &f->now);
	}
	g_assert_false(pf_status_of(f).is_stuck);
	for (guint i = 0; i < f->events->len; i++)
		g_assert_cmpint(g_array_index(f->events, KnEventKind, i), !=,
				KN_EVENT_DEVICE_STUCK);
}

static void
what_the_store_had_at_start_is_neither_fetched_nor_taken_again(PipelineFixture *f,
							       gconstpointer data)
{
	g_autoptr(GPtrArray) ledgers = g_ptr_array_new();
	g_auto(KnLedger) stored;
	ktp_Control control;

	kn_ledger_init(&stored, PF_FIRST_LOG);
	kn_rangeset_add(&stored.durable, 1, 40);
	stored.first_seq = 1;
	stored.newest_seq = 40;
	g_ptr_array_add(ledgers, &stored);
	kn_pipeline_free(f->pipeline);
	f->pipeline = kn_pipeline_new(
		&(KnPipelineConfig){PF_HUB_ID, 1.0},
		&(KnPipelineSink){pf_on_control, pf_on_commit, pf_on_event, pf_on_refuse}, f);
	kn_pipeline_add_device(f->pipeline, PF_DEVICE, NULL, ledgers);
	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG, 1, 50, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.trim.to_seq, ==, 40);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 41);
	pf_send_samples(f, KN_FRAME_HISTORY, 40, 41);
	g_assert_cmpuint(pf_status_of(f).counters.n_duplicates, ==, 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                         \
	g_test_add("/core/pipeline-batch/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(nothing_is_trimmed_before_its_commit_and_then_to_its_last_record);
	ADD(live_records_wait_for_the_tick_and_go_in_one_block);
	ADD(the_end_of_a_session_the_end_of_a_link_and_a_flush_commit_at_once);
	ADD(an_end_whose_start_was_never_seen_commits_too_live_or_fetched);
	ADD(a_block_never_spans_a_hole_a_boot_or_64_kib);
	ADD(one_massager_alone_gathers_four_blocks_before_they_are_written);
	ADD(while_the_store_is_silent_memory_is_bounded_and_the_rest_stays_on_the_device);
	ADD(a_store_that_is_behind_is_not_the_fault_of_the_device);
	ADD(what_the_store_had_at_start_is_neither_fetched_nor_taken_again);
#undef ADD
	return g_test_run();
}
