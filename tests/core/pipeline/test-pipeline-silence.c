/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* links that stand, and over which nothing comes */

#include "pipeline-fixture.h"

/* second by second, as the hub does; what is stored is durable at once */
static void
wait_s(PipelineFixture *f, guint seconds)
{
	for (guint i = 0; i < seconds; i++) {
		pf_pass(f, PF_SECOND);
		kn_pipeline_tick(f->pipeline, &f->now);
		pf_commit_all(f);
	}
}

static void
a_link_that_brings_nothing_though_records_are_missing_is_made_anew_ever_more_seldom(
	PipelineFixture *f, gconstpointer data)
{
	static const guint waits_s[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};

	for (guint i = 0; i < G_N_ELEMENTS(waits_s); i++) {
		if (i == 0)
			pf_meet(f, 100);
		else
			pf_link_up(f);
		wait_s(f, waits_s[i] - 1);
		g_assert_cmpuint(f->n_renewals, ==, i);
		wait_s(f, 1);
		g_assert_cmpuint(f->n_renewals, ==, i + 1);
		/* told once; the end comes when it comes */
		wait_s(f, 3);
		g_assert_cmpuint(f->n_renewals, ==, i + 1);
		kn_pipeline_link_down(f->pipeline, PF_DEVICE, &f->now);
		wait_s(f, 10);
	}
	g_assert_cmpuint(pf_status_of(f).counters.n_renewals, ==, G_N_ELEMENTS(waits_s));
	/* anything at all, and it begins anew */
	g_array_set_size(f->controls, 0);
	pf_meet(f, 100);
	wait_s(f, 60);
	g_assert_cmpuint(f->n_renewals, ==, G_N_ELEMENTS(waits_s) + 1);
}

static void
meet_one_that_tells_all(PipelineFixture *f)
{
	ktp_Reply reply = {.which_body = ktp_Reply_clock_tag};

	reply.body.clock = (ktp_Clock){.boot = 1, .t_ms = 1, .quality = ktp_CLOCK_SYNCED};
	pf_meet(f, 5);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 5);
	pf_send_reply(f, &reply);
}

/* nor does it ever tell its clock */
static void
one_that_has_told_all_may_say_no_more_than_that_for_a_day(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 5);
	pf_send_samples(f, KN_FRAME_HISTORY, 1, 5);
	for (guint i = 0; i < 86400; i++) {
		wait_s(f, 1);
		if (pf_take_controls(f, ktp_Control_get_state_tag, NULL) > 0)
			pf_send_state(f, PF_FIRST_LOG, 1, 5, PF_HUB_ID);
	}
	g_assert_cmpuint(f->n_renewals, ==, 0);
	g_assert_true(pf_status_of(f).is_clock_untold);
}

/* it could be in use since, and nobody would know */
static void
one_that_has_told_all_and_answers_nothing_any_more_is_found_out_within_the_hour(PipelineFixture *f,
										gconstpointer data)
{
	meet_one_that_tells_all(f);
	wait_s(f, 3599);
	g_assert_cmpuint(f->n_renewals, ==, 0);
	wait_s(f, 61);
	g_assert_cmpuint(f->n_renewals, ==, 1);
}

static void
each_of_three_questions_has_time_to_be_answered(PipelineFixture *f, gconstpointer data)
{
	meet_one_that_tells_all(f);
	wait_s(f, 600);
	kn_pipeline_refresh(f->pipeline, PF_DEVICE, &f->now);
	wait_s(f, 14);
	g_assert_cmpuint(f->n_renewals, ==, 0);
	wait_s(f, 1);
	g_assert_cmpuint(f->n_renewals, ==, 1);
}

static void
one_that_is_stuck_but_says_so_keeps_its_link(PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, 100);
	for (guint i = 0; i < 60; i++) {
		wait_s(f, 50);
		/* what it sends is of no use, but it comes */
		pf_send_state(f, PF_FIRST_LOG, 1, 100, PF_HUB_ID);
	}
	g_assert_cmpuint(f->n_renewals, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                           \
	g_test_add("/core/pipeline-silence/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(a_link_that_brings_nothing_though_records_are_missing_is_made_anew_ever_more_seldom);
	ADD(one_that_has_told_all_may_say_no_more_than_that_for_a_day);
	ADD(one_that_has_told_all_and_answers_nothing_any_more_is_found_out_within_the_hour);
	ADD(each_of_three_questions_has_time_to_be_answered);
	ADD(one_that_is_stuck_but_says_so_keeps_its_link);
#undef ADD
	return g_test_run();
}
