/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what counts as progress, what is news, and what only wears the disk */

#include "pipeline-fixture.h"

/* how often a device may have its records stored at once */
#define HURRY_US (10 * PF_SECOND)

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
send_spoiled(PipelineFixture *f, KnFrameKind kind)
{
	guint8 bytes[] = {
		f->counter++, (guint8)(KN_FRAME_VERSION << 4 | kind), 2, 8, 1, 0, 0, 0, 0};

	kn_pipeline_packet(f->pipeline, PF_DEVICE, bytes, sizeof bytes, &f->now);
}

static void
what_was_not_taken_for_writing_was_not_asked(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	f->takes_no_write = TRUE;
	pf_link_up(f);
	f->takes_no_write = FALSE;
	/* not after KN_REPLY_US: nobody is about to answer */
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
	f->takes_no_write = TRUE;
	pf_send_state(f, PF_FIRST_LOG, 1, 200, PF_HUB_ID);
	f->takes_no_write = FALSE;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_status_of(f).counters.n_fetches, ==, 2);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, &control), ==, 2);
	g_assert_cmpuint(control.op.fetch.to_seq, ==, 128);
}

static void
a_device_that_sends_one_old_record_for_ever_is_called_stuck(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 200);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	for (guint i = 0; i < 10; i++) {
		/* one that is here, and one that nobody knows of */
		pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
		pf_send_samples(f, KN_FRAME_HISTORY, 201 + i, 201 + i);
		wait_and_tick(f, PF_SECOND);
	}
	g_assert_cmpuint(count_events(f, KN_EVENT_DEVICE_STUCK), ==, 1);
	g_assert_true(pf_status_of(f).is_stuck);
}

static void
fail_once(PipelineFixture *f, guint64 seq)
{
	send_spoiled(f, KN_FRAME_HISTORY);
	pf_send_done(f, seq, seq, 1);
}

static void
what_came_wrong_on_one_link_is_not_forgotten_on_the_next(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 1);
	fail_once(f, 1);
	fail_once(f, 1);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	pf_meet(f, 1);
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), ==, 0);
	fail_once(f, 1);
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), ==, 1);
	/* and one that comes right after all is kept all the same */
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 1);
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, 0);
}

/* every record of it comes wrong, each time it is asked for */
static guint
answer_wrongly(PipelineFixture *f)
{
	g_autoptr(GArray) asked = f->controls;
	guint n = 0;

	f->controls = g_array_new(FALSE, FALSE, sizeof(ktp_Control));
	for (guint i = 0; i < asked->len; i++) {
		const ktp_Control *control = &g_array_index(asked, ktp_Control, i);
		const ktp_Fetch *fetch = &control->op.fetch;
		if (control->which_op != ktp_Control_fetch_tag)
			continue;
		send_spoiled(f, KN_FRAME_HISTORY);
		pf_send_done(f, fetch->from_seq, fetch->to_seq,
			     (guint32)(fetch->to_seq - fetch->from_seq + 1));
		n++;
	}
	return n;
}

static void
a_worn_flash_does_not_wear_the_card(PipelineFixture *f, gconstpointer data)
{
	const gint64 begin_us = f->now.boottime_us;
	guint n_batches = 0;

	pf_meet(f, 100);
	while (answer_wrongly(f) > 0) {
		wait_and_tick(f, PF_SECOND / 10);
		n_batches += f->batches->len;
		pf_commit_all(f);
	}
	g_assert_cmpuint(count_events(f, KN_EVENT_GAP_NAMED), ==, 100);
	g_assert_cmpuint(f->refusals->len, ==, 0);
	g_assert_cmpuint(n_batches, <=,
			 2 + 2 * (guint)((f->now.boottime_us - begin_us) / HURRY_US));
}

static void
an_end_of_a_session_just_after_something_else_is_stored_ten_seconds_later(PipelineFixture *f,
									  gconstpointer data)
{
	ktp_Record end = {.boot = 1, .t_ms = 9, .which_body = ktp_Record_session_end_tag};

	pf_meet(f, 0);
	pf_commit_all(f);
	for (end.seq = 1; end.seq <= 2; end.seq++)
		pf_send_record(f, KN_FRAME_LIVE, &end);
	g_assert_cmpuint(f->batches->len, ==, 1);
	pf_commit_all(f);
	wait_and_tick(f, HURRY_US - 1);
	g_assert_cmpuint(f->batches->len, ==, 0);
	wait_and_tick(f, 1);
	g_assert_cmpuint(f->batches->len, ==, 1);
}

static void
a_lost_live_record_that_came_again_is_no_news(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 0);
	pf_commit_all(f);
	g_assert_cmpuint(count_events(f, KN_EVENT_CAUGHT_UP), ==, 1);
	for (guint64 seq = 1; seq < 200; seq += 2) {
		pf_send_samples(f, KN_FRAME_LIVE, seq + 1, seq + 1);
		pf_send_samples(f, KN_FRAME_HISTORY, seq, seq);
		pf_send_done(f, seq, seq, 1);
	}
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
	g_assert_cmpuint(count_events(f, KN_EVENT_CAUGHT_UP), ==, 1);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	g_assert_cmpuint(count_events(f, KN_EVENT_LINK_DOWN), ==, 1);
	pf_commit_all(f);
	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG, 1, 200, PF_HUB_ID);
	g_assert_cmpuint(count_events(f, KN_EVENT_CAUGHT_UP), ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                            \
	g_test_add("/core/pipeline-progress/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(what_was_not_taken_for_writing_was_not_asked);
	ADD(a_device_that_sends_one_old_record_for_ever_is_called_stuck);
	ADD(what_came_wrong_on_one_link_is_not_forgotten_on_the_next);
	ADD(a_worn_flash_does_not_wear_the_card);
	ADD(an_end_of_a_session_just_after_something_else_is_stored_ten_seconds_later);
	ADD(a_lost_live_record_that_came_again_is_no_news);
#undef ADD
	return g_test_run();
}
