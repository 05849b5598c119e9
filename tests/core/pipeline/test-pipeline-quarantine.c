/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* devices that do harm are cut off and left alone; all others are not */

#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static const KnRefusal *
only_refusal(const PipelineFixture *f)
{
	g_assert_cmpuint(f->refusals->len, ==, 1);
	return &g_array_index(f->refusals, KnRefusal, 0);
}

static void
send_spoiled(PipelineFixture *f, KnFrameKind kind)
{
	const guint8 bytes[] = {
		f->counter++, (guint8)(KN_FRAME_VERSION << 4 | kind), 2, 8, 1, 0, 0, 0, 0};

	pf_send_bytes(f, bytes, sizeof bytes);
}

static void
send_header(PipelineFixture *f)
{
	const guint8 bytes[] = {f->counter++, 0x13, 1, 1, 0, 0, 0, 0};

	pf_send_bytes(f, bytes, sizeof bytes);
}

static void
send_length(PipelineFixture *f)
{
	const guint8 bytes[] = {f->counter++, 0x11, 100, 1, 0, 0, 0, 0};

	pf_send_bytes(f, bytes, sizeof bytes);
}

static void
send_crc(PipelineFixture *f)
{
	send_spoiled(f, KN_FRAME_LIVE);
}

static void
send_cut(PipelineFixture *f)
{
	pf_send_bytes(f, NULL, 0);
}

/* a record without a seq */
static void
send_key(PipelineFixture *f)
{
	const ktp_Record record = {.boot = 1, .which_body = ktp_Record_session_start_tag};

	pf_send_record(f, KN_FRAME_LIVE, &record);
}

static void
send_far_seq(PipelineFixture *f)
{
	pf_send_samples(f, KN_FRAME_LIVE, 10 * KN_SEQ_JUMP_MAX, 10 * KN_SEQ_JUMP_MAX);
}

static void
send_state(PipelineFixture *f)
{
	pf_send_state(f, PF_FIRST_LOG, 1, KN_SEQ_MAX + 1, 0);
}

static void
send_reply(PipelineFixture *f)
{
	const guint8 body[] = {0xff, 0xff};
	guint8 bytes[16];

	kn_frame_write_header(bytes, f->counter++, KN_FRAME_REPLY);
	pf_send_bytes(f, bytes, 2 + kn_frame_seal(body, sizeof body, bytes + 2, sizeof bytes - 2));
}

static void
twenty_of_every_malformed_kind_end_in_quarantine(void)
{
	static void (*const kinds[])(PipelineFixture *) = {
		send_header, send_length,  send_crc,   send_cut,
		send_key,    send_far_seq, send_state, send_reply,
	};

	for (guint kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
		PipelineFixture f = {0};

		pf_set_up_two(&f, NULL);
		pf_meet(&f, 0);
		for (guint i = 0; i < 19; i++)
			kinds[kind](&f);
		g_assert_cmpuint(f.refusals->len, ==, 0);
		g_assert_cmpuint(pf_status_of(&f).counters.n_malformed, ==, 19);
		kinds[kind](&f);
		g_assert_cmpint(only_refusal(&f)->kind, ==, KN_REFUSAL_QUARANTINE);
		g_assert_cmpint(only_refusal(&f)->offence, ==, KN_OFFENCE_MALFORMED);
		g_assert_cmpint(only_refusal(&f)->until_us, ==,
				f.now.boottime_us + KN_TRUST_QUARANTINE_US);
		g_assert_cmpuint(pf_status_of(&f).counters.n_quarantines, ==, 1);
		pf_tear_down(&f, NULL);
	}
}

/* as many records as fit one notification, none of which has a number */
static void
one_notification_of_twenty_records_without_a_place_is_enough(PipelineFixture *f, gconstpointer data)
{
	const guint8 body[] = {0x10, 1};
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes = 2;

	pf_meet(f, 0);
	kn_frame_write_header(bytes, f->counter++, KN_FRAME_LIVE);
	for (guint i = 0; i < 20; i++)
		n_bytes +=
			kn_frame_seal(body, sizeof body, bytes + n_bytes, sizeof bytes - n_bytes);
	g_assert_cmpuint(n_bytes, ==, 2 + 20 * (1 + sizeof body + 4));
	pf_send_bytes(f, bytes, n_bytes);
	g_assert_cmpuint(pf_status_of(f).counters.n_malformed, ==, 20);
	g_assert_cmpint(only_refusal(f)->offence, ==, KN_OFFENCE_MALFORMED);
}

static void
what_it_sends_until_the_link_is_down_is_passed_over(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 10);
	for (guint i = 0; i < 20; i++)
		send_header(f);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 1);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 100);
	f->now.boottime_us += 60 * PF_SECOND;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 0);
	g_assert_cmpuint(pf_status_of(f).counters.n_ignored, ==, 100);
	g_assert_cmpuint(f->refusals->len, ==, 1);
	/* and nothing is asked of it */
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 0);
}

static void
a_flood_of_records_that_are_here_already_is_cut_off_and_the_other_misses_nothing(PipelineFixture *f,
										 gconstpointer data)
{
	KnPipelineDeviceStatus other;

	pf_meet(f, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 1);
	g_assert_true(pf_link_up_as(f, PF_OTHER, "other", 1));
	for (guint i = 0; i < 10000 && f->refusals->len == 0; i++) {
		f->now.boottime_us += PF_SECOND / 1000;
		pf_send_samples(f, KN_FRAME_LIVE, 1, 1);
	}
	g_assert_cmpint(only_refusal(f)->offence, ==, KN_OFFENCE_FLOOD);
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_QUARANTINE);
	g_assert_true(kn_pipeline_get_status(f->pipeline, PF_OTHER, &other));
	g_assert_true(other.is_up);
	g_assert_cmpint(other.refusal.kind, ==, KN_REFUSAL_NONE);
}

/* a backfill as fast as memory, which no link is: 20,000 records within a second */
static void
a_backfill_that_was_asked_for_is_no_flood_however_fast(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	pf_meet(f, 20000);
	while (pf_status_of(f).n_missing > 0) {
		g_assert_cmpuint(f->controls->len, >, 0);
		control = g_array_index(f->controls, ktp_Control, 0);
		g_array_remove_index(f->controls, 0);
		if (control.which_op != ktp_Control_fetch_tag)
			continue;
		f->now.boottime_us += 1000;
		pf_send_samples(f, KN_FRAME_HISTORY, control.op.fetch.from_seq,
				control.op.fetch.to_seq);
		pf_send_done(f, control.op.fetch.from_seq, control.op.fetch.to_seq,
			     (guint32)(control.op.fetch.to_seq - control.op.fetch.from_seq + 1));
		pf_commit_all(f);
	}
	g_assert_cmpuint(f->refusals->len, ==, 0);
}

static void
history_that_nobody_asked_for_is_a_flood_as_any(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 1);
	for (guint i = 0; i < 11000 && f->refusals->len == 0; i++) {
		f->now.boottime_us += PF_SECOND / 1000;
		pf_send_samples(f, KN_FRAME_HISTORY, 1, 1);
	}
	g_assert_cmpint(only_refusal(f)->offence, ==, KN_OFFENCE_FLOOD);
}

/* a worn flash: each of these is asked for three times and then a gap with a name, and the rest is fetched */
static void
bad_records_that_were_asked_for_are_no_offence(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 64);
	for (guint i = 0; i < 64; i++)
		send_spoiled(f, KN_FRAME_HISTORY);
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_crc, ==, 64);
	g_assert_cmpuint(pf_status_of(f).counters.n_malformed, ==, 0);
	for (guint i = 0; i < 20; i++)
		send_spoiled(f, KN_FRAME_HISTORY);
	g_assert_cmpint(only_refusal(f)->offence, ==, KN_OFFENCE_MALFORMED);
}

static void
records_that_are_stored_raw_are_no_offence(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 0);
	for (guint64 seq = 1; seq <= 100; seq++) {
		const ktp_Record record = {.seq = seq,
					   .boot = 1,
					   .t_ms = seq,
					   .which_body = ktp_Record_battery_tag,
					   .body.battery.charge_permille = 5000};
		pf_send_record(f, KN_FRAME_LIVE, &record);
	}
	g_assert_cmpuint(pf_status_of(f).counters.n_bad_range, ==, 100);
	g_assert_cmpuint(f->refusals->len, ==, 0);
}

static void
a_link_that_comes_up_too_soon_is_refused_until_the_quarantine_ends(PipelineFixture *f,
								   gconstpointer data)
{
	gint64 until_us;

	pf_meet(f, 0);
	for (guint i = 0; i < 20; i++)
		send_header(f);
	until_us = only_refusal(f)->until_us;
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	f->now.boottime_us = until_us - 1;
	g_assert_false(pf_link_up_as(f, PF_DEVICE, "one", 1));
	g_assert_cmpint(pf_status_of(f).refusal.until_us, ==, until_us);
	/* the same once more is no news */
	g_assert_cmpuint(f->refusals->len, ==, 1);
	f->now.boottime_us = until_us;
	g_assert_true(pf_link_up_as(f, PF_DEVICE, "one", 1));
	g_assert_cmpint(pf_status_of(f).refusal.kind, ==, KN_REFUSAL_NONE);
	pf_send_state(f, PF_FIRST_LOG, 1, 0, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 1);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 1);
}

static void
a_device_that_tells_a_new_log_in_each_state_is_cut_off_and_leaves_sixteen(PipelineFixture *f,
									  gconstpointer data)
{
	guint n_logs = 0;

	pf_meet(f, 0);
	pf_commit_all(f);
	for (guint i = 1; i < 1000; i++)
		pf_send_state(f, PF_FIRST_LOG + i, 1, 5, PF_HUB_ID);
	g_assert_cmpint(only_refusal(f)->offence, ==, KN_OFFENCE_LOGS);
	/* and what it sends then is of no log at all */
	pf_send_samples(f, KN_FRAME_LIVE, 1, 5);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 0);
	kn_pipeline_flush(f->pipeline, &f->now);
	for (guint i = 0; i < f->batches->len; i++)
		n_logs += ((const KnBatch *)f->batches->pdata[i])->logs->len;
	/* the first one among them: State is told twice on a link */
	g_assert_cmpuint(n_logs, ==, 16);
	kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
	/* one that it had is none: it is served as before */
	f->now.boottime_us = only_refusal(f)->until_us;
	pf_meet(f, 0);
	pf_send_samples(f, KN_FRAME_LIVE, 1, 5);
	g_assert_cmpuint(pf_status_of(f).counters.n_records, ==, 5);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/quarantine/twenty_of_every_malformed_kind_end_in_quarantine",
			twenty_of_every_malformed_kind_end_in_quarantine);
#define ADD(name)                                                                         \
	g_test_add("/core/quarantine/" #name, PipelineFixture, NULL, pf_set_up_two, name, \
		   pf_tear_down)
	ADD(one_notification_of_twenty_records_without_a_place_is_enough);
	ADD(what_it_sends_until_the_link_is_down_is_passed_over);
	ADD(a_flood_of_records_that_are_here_already_is_cut_off_and_the_other_misses_nothing);
	ADD(a_backfill_that_was_asked_for_is_no_flood_however_fast);
	ADD(history_that_nobody_asked_for_is_a_flood_as_any);
	ADD(bad_records_that_were_asked_for_are_no_offence);
	ADD(records_that_are_stored_raw_are_no_offence);
	ADD(a_device_that_tells_a_new_log_in_each_state_is_cut_off_and_leaves_sixteen);
	ADD(a_link_that_comes_up_too_soon_is_refused_until_the_quarantine_ends);
#undef ADD
	return g_test_run();
}
