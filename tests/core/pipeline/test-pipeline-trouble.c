/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* devices that contradict themselves, and links that lose what nothing follows */

#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static guint
count_events(const PipelineFixture *f, KnEventKind kind)
{
	guint n = 0;

	for (guint i = 0; i < f->events->len; i++)
		n += g_array_index(f->events, KnEventKind, i) == kind;
	return n;
}

static void
wait_and_tick(PipelineFixture *f, gint64 us)
{
	f->now.boottime_us += us;
	f->now.utc_us += us;
	kn_pipeline_tick(f->pipeline, &f->now);
}

static void
refusals_without_end_are_counted_and_told_every_ten_seconds(PipelineFixture *f, gconstpointer data)
{
	ktp_Reply reply = {.which_body = ktp_Reply_error_tag};

	pf_meet(f, 0);
	for (guint i = 0; i < 1000; i++) {
		reply.body.error.code = (ktp_ErrorCode)(i % 3 + 1);
		pf_send_reply(f, &reply);
		pf_pass(f, PF_SECOND / 50);
	}
	/* 20 s: at the begin, and after 10 s */
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_ERROR), ==, 2);
	g_assert_cmpuint(pf_status_of(f).counters.n_errors, ==, 1000);
}

static void
a_state_that_cannot_be_is_asked_again_after_a_while_and_told_once(PipelineFixture *f,
								  gconstpointer data)
{
	pf_link_up(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	for (guint i = 0; i < 10; i++)
		pf_send_state(f, PF_FIRST_LOG, 1, KN_SEQ_MAX + 1, 0);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 0);
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_ERROR), ==, 1);
	g_assert_false(pf_status_of(f).is_newest_known);
	wait_and_tick(f, KN_REPLY_US);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	pf_send_state(f, PF_FIRST_LOG, 1, 3, 0);
	g_assert_true(pf_status_of(f).is_newest_known);
}

static void
a_device_that_formats_again_and_again_is_still_recorded(PipelineFixture *f, gconstpointer data)
{
	/* sixteen a day */
	for (guint i = 0; i < 3 * KN_LOGS_MAX; i++) {
		f->now.boottime_us += 90 * 60 * PF_SECOND;
		pf_link_up(f);
		pf_send_state(f, PF_FIRST_LOG + i, 1, 2, PF_HUB_ID);
		pf_send_samples(f, KN_FRAME_HISTORY, 1, 2);
		g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 2 * (i + 1));
		kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
		pf_commit_all(f);
	}
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_seq, ==, 0);
	g_assert_cmpuint(pf_status_of(f).n_open, ==, 0);
}

static void
what_a_live_session_lost_last_is_asked_for_after_silence(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 0);
	pf_take_controls(f, ktp_Control_get_state_tag, NULL);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 5);
	/* its SessionEnd, record 6, never comes */
	wait_and_tick(f, 29 * PF_SECOND);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 0);
	wait_and_tick(f, PF_SECOND);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	pf_send_state(f, PF_FIRST_LOG, 1, 6, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 1);
	g_assert_cmpuint(control.op.fetch.from_seq, ==, 6);
	/* once for each silence, not at every tick */
	wait_and_tick(f, PF_SECOND);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 0);
}

static void
send_spoiled(PipelineFixture *f, KnFrameKind kind)
{
	guint8 bytes[] = {
		f->counter++, (guint8)(KN_FRAME_VERSION << 4 | kind), 2, 8, 1, 0, 0, 0, 0};

	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, sizeof bytes, &f->now);
}

static void
a_spoiled_live_record_makes_the_hub_ask_what_there_is(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 5);
	send_spoiled(f, KN_FRAME_LIVE);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_crc, ==, 1);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
}

static void
what_is_spoiled_beside_a_transfer_does_not_count_against_its_records(PipelineFixture *f,
								     gconstpointer data)
{
	pf_meet(f, 10);
	pf_take_controls(f, ktp_Control_fetch_tag, NULL);
	/* live traffic starves the history: silence, and spoiled live records besides */
	for (guint i = 0; i < 5 * KN_TRANSFER_ATTEMPTS_MAX; i++) {
		send_spoiled(f, KN_FRAME_LIVE);
		wait_and_tick(f, PF_SECOND);
	}
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), ==, 0);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 10);
	/* the same in what is sent as history does */
	for (guint i = 0; i < 20 * KN_TRANSFER_ATTEMPTS_MAX; i++) {
		send_spoiled(f, KN_FRAME_HISTORY);
		wait_and_tick(f, PF_SECOND);
	}
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), >, 0);
}

static void
a_device_that_contradicts_itself_is_noted_and_bounded(PipelineFixture *f, gconstpointer data)
{
	const KnBatch *batch;

	pf_meet(f, 3);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 3);
	pf_commit_all(f);
	for (guint i = 0; i < 1000; i++) {
		ktp_Record other = {.seq = 2,
				    .boot = 1,
				    .t_ms = 3000 + i,
				    .which_body = ktp_Record_session_start_tag};
		pf_send_record(f, KN_FRAME_HISTORY, &other);
		/* the same again is no news */
		pf_send_record(f, KN_FRAME_HISTORY, &other);
	}
	kn_pipeline_flush(f->pipeline, &f->now);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(batch->conflicts->len, ==, 64);
	g_assert_cmpuint(count_events(f, KN_EVENT_CONFLICT), ==, 64);
	g_assert_cmpuint(pf_status_of(f).counters.n_conflicts, >=, 1000);
}

static void
states_that_nobody_asked_for_do_not_fill_the_memory(PipelineFixture *f, gconstpointer data)
{
	const KnBatch *batch;

	pf_meet(f, 0);
	for (guint i = 0; i < 1000; i++)
		pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	kn_pipeline_flush(f->pipeline, &f->now);
	batch = f->batches->pdata[f->batches->len - 1];
	g_assert_cmpuint(batch->batteries->len, <=, 1);
}

static void
a_device_that_ends_sessions_without_end_does_not_wear_the_card(PipelineFixture *f,
							       gconstpointer data)
{
	guint n_batches = 0;

	pf_meet(f, 0);
	pf_commit_all(f);
	for (guint64 seq = 1; seq <= 200; seq++) {
		ktp_Record end = {.seq = seq,
				  .boot = 1,
				  .t_ms = seq,
				  .which_body = ktp_Record_session_end_tag};
		pf_send_record(f, KN_FRAME_LIVE, &end);
		n_batches += f->batches->len;
		pf_commit_all(f);
	}
	g_assert_cmpuint(n_batches, <=, 1);
	/* somebody who gets up some seconds later is still seen at once */
	wait_and_tick(f, 10 * PF_SECOND);
	pf_commit_all(f);
	pf_send_record(f, KN_FRAME_LIVE,
		       &(ktp_Record){.seq = 201,
				     .boot = 1,
				     .t_ms = 201,
				     .which_body = ktp_Record_session_end_tag});
	g_assert_cmpuint(f->batches->len, ==, 1);
}

static void
what_a_failed_write_may_have_held_is_said_again_but_not_without_end(PipelineFixture *f,
								    gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 2);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 2);
	pf_commit_all(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, &control), ==, 1);
	g_array_set_size(f->controls, 0);
	for (guint i = 0; i < 3; i++) {
		kn_pipeline_control_failed(f->pipeline, PF_DEVICE, &f->now);
		kn_pipeline_tick(f->pipeline, &f->now);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 0);
		wait_and_tick(f, KN_REPLY_US);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_live_tag, NULL), ==, 0);
		pf_send_state(f, PF_FIRST_LOG, 1, 2, 0);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_live_tag, &control), ==, 1);
		g_assert_true(control.op.live.is_on);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_own_tag, NULL), ==, 1);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, NULL), ==, 1);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_trim_tag, &control), ==, 1);
		g_assert_cmpuint(control.op.trim.to_seq, ==, 2);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	}
	/* once is enough */
	pf_send_state(f, PF_FIRST_LOG, 1, 2, PF_HUB_ID);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_live_tag, NULL), ==, 0);
}

static void
a_range_that_is_refused_is_asked_for_again_in_a_moment_and_is_no_progress(PipelineFixture *f,
									  gconstpointer data)
{
	ktp_Reply busy = {.which_body = ktp_Reply_error_tag,
			  .body.error = {ktp_OPERATION_FETCH, ktp_ERROR_BUSY}};
	ktp_Control control;

	pf_meet(f, 200);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 2);
	pf_send_reply(f, &busy);
	/* of a range from before: it does not count against those that are to be asked for */
	send_spoiled(f, KN_FRAME_HISTORY);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 200, PF_HUB_ID);
	wait_and_tick(f, KN_TRANSFER_SILENCE_US);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 2);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 128);
	for (guint i = 0; i < 10; i++) {
		pf_send_reply(f, &busy);
		wait_and_tick(f, KN_TRANSFER_SILENCE_US);
	}
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_STUCK), ==, 1);
}

static void
records_of_a_newer_protocol_are_kept_apart_and_not_read(PipelineFixture *f, gconstpointer data)
{
	ktp_Record record = {
		.seq = 2, .boot = 1, .t_ms = 2000, .which_body = ktp_Record_session_start_tag};
	guint8 body[KN_RECORD_BYTES_MAX], bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_body = kn_encode_record(&record, body, sizeof body);
	const KnBatch *batch;

	pf_meet(f, 3);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	kn_frame_write_header(bytes, f->counter++, KN_FRAME_HISTORY);
	bytes[1] = (guint8)((KN_FRAME_VERSION + 1) << 4 | KN_FRAME_HISTORY);
	n_body = kn_frame_seal(body, n_body, bytes + 2, sizeof bytes - 2);
	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, 2 + n_body, &f->now);
	pf_send_samples(f, KN_FRAME_HISTORY, 3, 3);
	kn_pipeline_flush(f->pipeline, &f->now);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_version, ==, 1);
	g_assert_cmpuint(batch->blocks->len, ==, 3);
	for (guint i = 0; i < 3; i++)
		g_assert_cmpint(((const KnBlock *)batch->blocks->pdata[i])->is_opaque, ==, i == 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/core/pipeline/" #name, PipelineFixture, NULL, pf_set_up, name, pf_tear_down)
	ADD(refusals_without_end_are_counted_and_told_every_ten_seconds);
	ADD(a_state_that_cannot_be_is_asked_again_after_a_while_and_told_once);
	ADD(a_device_that_formats_again_and_again_is_still_recorded);
	ADD(what_a_live_session_lost_last_is_asked_for_after_silence);
	ADD(a_spoiled_live_record_makes_the_hub_ask_what_there_is);
	ADD(what_is_spoiled_beside_a_transfer_does_not_count_against_its_records);
	ADD(a_device_that_contradicts_itself_is_noted_and_bounded);
	ADD(states_that_nobody_asked_for_do_not_fill_the_memory);
	ADD(a_device_that_ends_sessions_without_end_does_not_wear_the_card);
	ADD(what_a_failed_write_may_have_held_is_said_again_but_not_without_end);
	ADD(a_range_that_is_refused_is_asked_for_again_in_a_moment_and_is_no_progress);
	ADD(records_of_a_newer_protocol_are_kept_apart_and_not_read);
#undef ADD
	return g_test_run();
}
