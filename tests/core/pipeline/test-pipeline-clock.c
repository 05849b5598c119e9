/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the hub's clock is set while a massager is connected, and while none is */

#include "pipeline-fixture.h"

#define YEAR_US (G_GINT64_CONSTANT(31557600) * PF_SECOND)

static guint
count_events(const PipelineFixture *f, KnEventKind kind)
{
	guint n = 0;

	for (guint i = 0; i < f->events->len; i++)
		n += g_array_index(f->events, KnEventKind, i) == kind;
	return n;
}

static void
a_clock_that_becomes_right_is_handed_over_at_once(PipelineFixture *f, gconstpointer data)
{
	const KnBatch *batch;
	const KnHubAnchor *anchor;

	f->now.utc_us = 0;
	f->now.quality = ktp_CLOCK_UNKNOWN;
	kn_pipeline_clock(f->pipeline, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 0);
	pf_pass(f, 600 * PF_SECOND);
	f->now.utc_us += 55 * YEAR_US;
	f->now.quality = ktp_CLOCK_SYNCED;
	kn_pipeline_clock(f->pipeline, &f->now);
	g_assert_cmpuint(f->batches->len, ==, 1);
	batch = f->batches->pdata[0];
	g_assert_cmpuint(batch->hub_anchors->len, ==, 2);
	anchor = &g_array_index(batch->hub_anchors, KnHubAnchor, 1);
	g_assert_cmpint(anchor->utc_us, ==, 600 * PF_SECOND + 55 * YEAR_US);
	g_assert_cmpint(anchor->boottime_us, ==, f->now.boottime_us);
	g_assert_cmpuint(anchor->quality, ==, ktp_CLOCK_SYNCED);
	g_assert_cmpuint(count_events(f, KN_EVENT_CLOCK_SET), ==, 1);
}

static void
a_massager_is_told_the_time_again_when_it_was_set(PipelineFixture *f, gconstpointer data)
{
	ktp_Control control;

	f->now.quality = ktp_CLOCK_RESTORED;
	pf_meet(f, 0);
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, &control), ==, 1);
	pf_pass(f, 120 * PF_SECOND);
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, &control), ==, 0);
	f->now.utc_us += 3600 * PF_SECOND;
	kn_pipeline_tick(f->pipeline, &f->now);
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_set_clock_tag, &control), ==, 1);
	g_assert_cmpint((gint64)control.op.set_clock.unix_us, ==, f->now.utc_us);
}

static guint
commit_and_count_notes(PipelineFixture *f)
{
	guint n_notes = 0;

	for (guint i = 0; i < f->batches->len; i++)
		n_notes += ((const KnBatch *)f->batches->pdata[i])->hub_anchors->len;
	pf_commit_all(f);
	return n_notes;
}

static void
a_clock_that_is_set_every_second_is_noted_once_a_minute(PipelineFixture *f, gconstpointer data)
{
	guint n_notes = 0;

	f->now.quality = ktp_CLOCK_RESTORED;
	kn_pipeline_clock(f->pipeline, &f->now);
	for (guint i = 0; i < 600; i++) {
		pf_pass(f, PF_SECOND);
		f->now.utc_us += 2 * PF_SECOND;
		kn_pipeline_tick(f->pipeline, &f->now);
		n_notes += commit_and_count_notes(f);
	}
	kn_pipeline_flush(f->pipeline, &f->now);
	n_notes += commit_and_count_notes(f);
	/* the first, and ten minutes */
	g_assert_cmpuint(n_notes, ==, 11);
}

static void
one_that_never_tells_its_clock_is_asked_ever_more_seldom_and_that_is_known(PipelineFixture *f,
									   gconstpointer data)
{
	ktp_Reply reply = {.which_body = ktp_Reply_clock_tag};
	guint n_asked = 0, n_first_minute = 0;

	pf_meet(f, 0);
	g_assert_false(pf_status_of(f).is_clock_untold);
	for (guint i = 0; i < 86400; i++) {
		kn_pipeline_tick(f->pipeline, &f->now);
		n_asked += pf_take_controls(f, ktp_Control_get_clock_tag, NULL);
		if (pf_take_controls(f, ktp_Control_get_state_tag, NULL) > 0)
			pf_send_state(f, PF_FIRST_LOG, 1, 0, PF_HUB_ID);
		if (i < 60)
			n_first_minute = n_asked;
		pf_commit_all(f);
		pf_pass(f, PF_SECOND);
	}
	/* after 0, 5, 15 and 35 s, … and each hour in the end */
	g_assert_cmpuint(n_first_minute, ==, 4);
	g_assert_cmpuint(n_asked, >=, 24);
	g_assert_cmpuint(n_asked, <=, 24 + 12);
	g_assert_true(pf_status_of(f).is_clock_untold);
	reply.body.clock = (ktp_Clock){.boot = 1, .t_ms = 1, .quality = ktp_CLOCK_SYNCED};
	pf_send_reply(f, &reply);
	g_assert_false(pf_status_of(f).is_clock_untold);
	/* and what is due then is asked for as if nothing had been */
	pf_pass(f, KN_CLOCK_US);
	for (guint i = 0; i < 6; i++) {
		kn_pipeline_tick(f->pipeline, &f->now);
		pf_pass(f, PF_SECOND);
	}
	g_assert_cmpuint(pf_take_controls(f, ktp_Control_get_clock_tag, NULL), ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                         \
	g_test_add("/core/pipeline-clock/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(a_clock_that_becomes_right_is_handed_over_at_once);
	ADD(a_massager_is_told_the_time_again_when_it_was_set);
	ADD(a_clock_that_is_set_every_second_is_noted_once_a_minute);
	ADD(one_that_never_tells_its_clock_is_asked_ever_more_seldom_and_that_is_known);
	return g_test_run();
}
