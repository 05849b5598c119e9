/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* records that were given up, and come after all: the device keeps them until they are stored themselves */

#include "pipeline-fixture.h"

enum { NEWEST = 10, LOST_FIRST = 4, LOST_LAST = 6, LATE = 5 };

/* All came but a few that the device has no more, and they get a name: it is in the batch that is open. */
static void
name_a_gap(PipelineFixture *f)
{
	pf_meet(f, NEWEST);
	pf_send_samples(f, KN_FRAME_LIVE, 1, LOST_FIRST - 1);
	pf_send_samples(f, KN_FRAME_LIVE, LOST_LAST + 1, NEWEST);
	kn_pipeline_flush(f->pipeline, &f->now);
	pf_commit_all(f);
	pf_take_controls(f, ktp_Control_trim_tag, NULL);
	/* the first of a device is handed over at once, as somebody may look */
	pf_send_state(f, PF_FIRST_LOG, LOST_LAST + 1, NEWEST, PF_HUB_ID);
	g_assert_cmpuint(pf_status_of(f).n_gaps, ==, 1);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 0);
}

/* how far the device was told to forget since the last look; 0 nothing was said */
static guint64
take_trim(PipelineFixture *f)
{
	ktp_Control control = {0};

	return pf_take_controls(f, ktp_Control_trim_tag, &control) ? control.op.trim.to_seq : 0;
}

static void
commit_first(PipelineFixture *f)
{
	guint64 id;

	g_assert_cmpuint(f->batches->len, >, 0);
	id = ((const KnBatch *)f->batches->pdata[0])->id;
	g_ptr_array_remove_index(f->batches, 0);
	kn_pipeline_committed(f->pipeline, id, &f->now);
}

static void
one_that_comes_while_its_gap_is_being_stored_is_kept_by_the_device_until_it_is_stored_itself(
	PipelineFixture *f, gconstpointer data)
{
	name_a_gap(f);
	g_assert_cmpuint(f->batches->len, ==, 1);
	pf_send_samples(f, KN_FRAME_LIVE, LATE, LATE);
	/* only the gap's name */
	commit_first(f);
	g_assert_cmpuint(pf_status_of(f).n_open, ==, 1);
	g_assert_cmpuint(take_trim(f), ==, LATE - 1);
	kn_pipeline_flush(f->pipeline, &f->now);
	commit_first(f);
	g_assert_cmpuint(take_trim(f), ==, NEWEST);
}

static void
one_that_comes_after_its_gap_was_stored_and_before_trim_passed_it_is_kept_likewise(
	PipelineFixture *f, gconstpointer data)
{
	pf_meet(f, NEWEST);
	pf_send_samples(f, KN_FRAME_LIVE, LOST_LAST + 1, NEWEST);
	pf_send_state(f, PF_FIRST_LOG, LOST_LAST + 1, NEWEST, PF_HUB_ID);
	/* what comes first is in memory only, so nothing may be forgotten when all behind it is settled */
	f->takes_no_write = TRUE;
	kn_pipeline_flush(f->pipeline, &f->now);
	pf_commit_all(f);
	pf_send_samples(f, KN_FRAME_LIVE, LATE, LATE);
	f->takes_no_write = FALSE;
	pf_send_state(f, PF_FIRST_LOG, LOST_LAST + 1, NEWEST, PF_HUB_ID);
	g_assert_cmpuint(take_trim(f), ==, LATE - 1);
	kn_pipeline_flush(f->pipeline, &f->now);
	pf_commit_all(f);
	g_assert_cmpuint(take_trim(f), ==, NEWEST);
}

static void
one_that_comes_into_the_batch_of_its_own_gap_is_stored_with_it(PipelineFixture *f,
							       gconstpointer data)
{
	pf_meet(f, NEWEST);
	pf_send_samples(f, KN_FRAME_LIVE, 1, LOST_FIRST - 1);
	pf_send_samples(f, KN_FRAME_LIVE, LOST_LAST + 1, NEWEST);
	/* two that nobody answers for, so that what follows is together */
	kn_pipeline_flush(f->pipeline, &f->now);
	kn_pipeline_refresh(f->pipeline, PF_DEVICE, &f->now);
	pf_pass(f, PF_SECOND);
	pf_send_state(f, PF_FIRST_LOG, LOST_FIRST + 1, NEWEST, PF_HUB_ID);
	pf_send_state(f, PF_FIRST_LOG, LOST_LAST + 1, NEWEST, PF_HUB_ID);
	pf_send_samples(f, KN_FRAME_LIVE, LATE, LATE);
	while (f->batches->len > 0) {
		commit_first(f);
		kn_pipeline_flush(f->pipeline, &f->now);
		/* whatever was together: never beyond what is not stored */
		g_assert_cmpuint(take_trim(f), <=, pf_status_of(f).n_open > 0 ? LATE - 1 : NEWEST);
	}
	g_assert_cmpuint(pf_status_of(f).n_open, ==, 0);
	g_assert_cmpuint(pf_status_of(f).trimmed_to_seq, ==, NEWEST);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                        \
	g_test_add("/core/pipeline-late/" #name, PipelineFixture, NULL, pf_set_up, name, \
		   pf_tear_down)
	ADD(one_that_comes_while_its_gap_is_being_stored_is_kept_by_the_device_until_it_is_stored_itself);
	ADD(one_that_comes_after_its_gap_was_stored_and_before_trim_passed_it_is_kept_likewise);
	ADD(one_that_comes_into_the_batch_of_its_own_gap_is_stored_with_it);
#undef ADD
	return g_test_run();
}
