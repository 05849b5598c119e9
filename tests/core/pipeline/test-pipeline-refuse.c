/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* devices that claim to be another, that this hub cannot read, or that do not answer */

#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static const KnRefusal *
only_refusal(const PipelineFixture *f)
{
	g_assert_cmpuint(f->refusals->len, ==, 1);
	return &g_array_index(f->refusals, KnRefusal, 0);
}

/* ---- the same serial ---- */

static void
of_two_with_one_serial_the_one_enrolled_later_is_refused_and_not_stored(PipelineFixture *f,
									gconstpointer data)
{
	KnPipelineDeviceStatus status;

	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_false(pf_link_up_as(f, PF_OTHER, "S", 1));
	g_assert_cmpint(only_refusal(f)->kind, ==, KN_REFUSAL_SERIAL);
	g_assert_cmpint(only_refusal(f)->twin_id, ==, PF_DEVICE);
	g_assert_true(kn_pipeline_get_status(f->pipeline, PF_OTHER, &status));
	g_assert_false(status.is_up);
	g_assert_null(kn_pipeline_get_info(f->pipeline, PF_OTHER));
	/* again and again, but told once */
	g_assert_false(pf_link_up_as(f, PF_OTHER, "S", 1));
	g_assert_cmpuint(f->refusals->len, ==, 1);
	g_assert_true(pf_status_of(f).is_up);
}

static void
another_serial_or_another_model_is_another_device(PipelineFixture *f, gconstpointer data)
{
	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_true(pf_link_up_as(f, PF_OTHER, "S2", 1));
	pf_link_up(f); /* its serial is r, its model is not told */
	g_assert_true(pf_link_up_as(f, PF_OTHER, "r", 1));
	pf_link_up(f);
	g_assert_cmpuint(f->refusals->len, ==, 0);
}

static void
the_later_one_is_cut_off_when_the_earlier_one_is_heard_at_last(PipelineFixture *f,
							       gconstpointer data)
{
	KnPipelineDeviceStatus status;

	g_assert_true(pf_link_up_as(f, PF_OTHER, "S", 1));
	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_cmpint(only_refusal(f)->twin_id, ==, PF_DEVICE);
	g_assert_true(kn_pipeline_get_status(f->pipeline, PF_OTHER, &status));
	g_assert_cmpint(status.refusal.kind, ==, KN_REFUSAL_SERIAL);
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_NONE);
}

static void
when_the_earlier_one_is_forgotten_the_later_one_is_served(PipelineFixture *f, gconstpointer data)
{
	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_false(pf_link_up_as(f, PF_OTHER, "S", 1));
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	kn_pipeline_set_enrolled(f->pipeline, PF_DEVICE, 0);
	g_assert_true(pf_link_up_as(f, PF_OTHER, "S", 1));
	/* allowed again, it is the later one */
	kn_pipeline_set_enrolled(f->pipeline, PF_DEVICE, 300);
	g_assert_false(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_cmpint(pf_status_of(f).refusal.twin_id, ==, PF_OTHER);
}

static void
what_the_store_knew_of_the_earlier_one_is_enough(PipelineFixture *f, gconstpointer data)
{
	g_autoptr(GBytes) info = NULL;

	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	info = g_bytes_ref(kn_pipeline_get_info(f->pipeline, PF_DEVICE));
	kn_pipeline_add_device(f->pipeline, 3, info, NULL);
	kn_pipeline_set_enrolled(f->pipeline, 3, 50);
	g_assert_false(pf_link_up_as(f, PF_OTHER, "S", 1));
	g_assert_cmpint(g_array_index(f->refusals, KnRefusal, 0).kind, ==, KN_REFUSAL_SERIAL);
}

/* ---- what cannot be read ---- */

static void
a_newer_protocol_is_told_from_one_that_makes_no_sense(PipelineFixture *f, gconstpointer data)
{
	g_assert_false(pf_link_up_as(f, PF_DEVICE, "S", 2));
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_VERSION);
	g_assert_false(pf_link_up_as(f, PF_DEVICE, "S", 0));
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_INFO);
	g_assert_false(pf_link_up_as(f, PF_DEVICE, "", 1));
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_INFO);
	g_assert_true(pf_link_up_as(f, PF_DEVICE, "S", 1));
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_NONE);
}

static void
records_of_a_newer_protocol_are_told_until_the_link_ends(PipelineFixture *f, gconstpointer data)
{
	const ktp_Record record = {
		.seq = 1, .boot = 1, .t_ms = 1, .which_body = ktp_Record_session_start_tag};
	guint8 body[KN_RECORD_BYTES_MAX], bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_body = kn_encode_record(&record, body, sizeof body);

	pf_meet(f, 0);
	g_assert_false(pf_status_of(f).sends_newer);
	kn_frame_write_header(bytes, f->counter++, KN_FRAME_LIVE);
	bytes[1] = (guint8)((KN_FRAME_VERSION + 1) << 4 | KN_FRAME_LIVE);
	n_body = kn_frame_seal(body, n_body, bytes + 2, sizeof bytes - 2);
	pf_send_bytes(f, bytes, 2 + n_body);
	g_assert_true(pf_status_of(f).sends_newer);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 1);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	pf_link_up(f);
	g_assert_false(pf_status_of(f).sends_newer);
}

/* ---- what is not refused, but told ---- */

static void
a_device_that_answers_no_fetch_is_stuck_until_a_record_comes(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 10);
	f->now.boottime_us += KN_TRANSFER_STALL_US - 1;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_false(pf_status_of(f).is_stuck);
	f->now.boottime_us += 1;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_true(pf_status_of(f).is_stuck);
	/* asked again, it stays so */
	f->now.boottime_us += 2 * KN_TRANSFER_PAUSE_MIN_US;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_true(pf_status_of(f).is_stuck);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	g_assert_false(pf_status_of(f).is_stuck);
}

static void
a_device_that_answers_nothing_is_stuck_until_it_answers(PipelineFixture *f, gconstpointer data)
{
	guint n_events = f->events->len;

	pf_link_up(f);
	/* asked as the link came up, and after 5 and 10 s: the third question may be answered until 15 s */
	for (guint i = 0; i < 3; i++) {
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
		g_assert_false(pf_status_of(f).is_stuck);
		pf_pass(f, KN_REPLY_US);
		kn_pipeline_tick(f->pipeline, &f->now);
	}
	g_assert_true(pf_status_of(f).is_stuck);
	pf_pass(f, KN_REPLY_US);
	kn_pipeline_tick(f->pipeline, &f->now);
	/* the link, and once that it is stuck */
	g_assert_cmpuint(f->events->len, ==, n_events + 2);
	g_assert_cmpint(g_array_index(f->events, KnEventKind, n_events + 1), ==,
			KN_EVENT_DEVICE_STUCK);
	pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	g_assert_false(pf_status_of(f).is_stuck);
}

static void
a_question_in_the_middle_of_a_link_is_asked_again_until_it_is_answered(PipelineFixture *f,
								       gconstpointer data)
{
	pf_meet(f, 0);
	pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	pf_take_controls(f, ktp_Control_get_state_tag, NULL);
	kn_pipeline_refresh(f->pipeline, PF_DEVICE, &f->now);
	for (guint i = 0; i < 2; i++) {
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 1);
		pf_pass(f, KN_REPLY_US);
		kn_pipeline_tick(f->pipeline, &f->now);
	}
	pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
	pf_take_controls(f, ktp_Control_get_state_tag, NULL);
	pf_pass(f, KN_REPLY_US);
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_state_tag, NULL), ==, 0);
}

static void
send_clock(PipelineFixture *f, ktp_ClockQuality quality)
{
	ktp_Reply reply = {.which_body = ktp_Reply_clock_tag};

	reply.body.clock = (ktp_Clock){.boot = 1, .t_ms = 1000, .quality = quality};
	pf_send_reply(f, &reply);
}

static void
a_clock_that_does_not_take_the_time_is_told(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 0);
	g_assert_false(pf_status_of(f).is_clock_unset);
	send_clock(f, ktp_CLOCK_UNKNOWN);
	g_assert_true(pf_status_of(f).is_clock_unset);
	f->now.boottime_us += KN_CLOCK_US;
	kn_pipeline_tick(f->pipeline, &f->now);
	send_clock(f, ktp_CLOCK_SYNCED);
	g_assert_false(pf_status_of(f).is_clock_unset);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/core/refuse/" #name, PipelineFixture, NULL, pf_set_up_two, name, pf_tear_down)
	ADD(of_two_with_one_serial_the_one_enrolled_later_is_refused_and_not_stored);
	ADD(another_serial_or_another_model_is_another_device);
	ADD(the_later_one_is_cut_off_when_the_earlier_one_is_heard_at_last);
	ADD(when_the_earlier_one_is_forgotten_the_later_one_is_served);
	ADD(what_the_store_knew_of_the_earlier_one_is_enough);
	ADD(a_newer_protocol_is_told_from_one_that_makes_no_sense);
	ADD(records_of_a_newer_protocol_are_told_until_the_link_ends);
	ADD(a_device_that_answers_no_fetch_is_stuck_until_a_record_comes);
	ADD(a_device_that_answers_nothing_is_stuck_until_it_answers);
	ADD(a_question_in_the_middle_of_a_link_is_asked_again_until_it_is_answered);
	ADD(a_clock_that_does_not_take_the_time_is_told);
#undef ADD
	return g_test_run();
}
