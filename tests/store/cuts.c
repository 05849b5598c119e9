/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "cuts.h"

#include <string.h>

static guint
steps_until(const DiskTape *tape, guint n_calls)
{
	guint n_steps = 0;

	for (guint i = 0; i < n_calls; i++) {
		const DiskCall *call = tape->calls->pdata[i];
		if (call->kind == DISK_NOTE)
			n_steps = (guint)call->offset;
	}
	return n_steps;
}

static void
judge_and_count(const CutSubject *subject, const gchar *directory, guint n_steps,
		const DiskLoss *loss, guint n_calls, CutTally *tally)
{
	g_autofree gchar *text = NULL;
	StoryVerdict verdict = subject->judge(subject->data, directory, n_steps, &text);

	tally->n_runs[loss->keeps_some]++;
	tally->n_wrong[verdict]++;
	if (verdict != STORY_SOUND && !tally->goes_on)
		g_error("model %c, seed %u, cut before call %u, after step %u: %s",
			loss->keeps_some ? 'B' : 'A', loss->seed, n_calls, n_steps, text);
}

/* The start after the cut is cut off, too. Returns the directory that is left then. */
static gchar *
cut_the_start(const gchar *directory, const DiskLoss *loss)
{
	g_autoptr(DiskTape) tape = NULL;
	gchar *left = fixture_make_directory();
	KnDb *db;

	disk_watch(directory);
	db = kn_db_open(directory, NULL);
	if (db)
		kn_db_close(db);
	tape = disk_unwatch();
	disk_lay_out(tape, loss->seed % (tape->calls->len + 1), loss, left);
	return left;
}

static void
cut(const DiskTape *tape, const CutSubject *subject, guint n_calls, const DiskLoss *loss,
    CutTally *tally)
{
	g_autofree gchar *directory = fixture_make_directory();
	guint n_steps = steps_until(tape, n_calls);

	disk_lay_out(tape, n_calls, loss, directory);
	if (loss->seed % 4 == 0 && !loss->ignores_syncs) {
		g_autofree gchar *left = cut_the_start(directory, loss);
		judge_and_count(subject, left, n_steps, loss, n_calls, tally);
		fixture_remove_directory(left);
	} else {
		judge_and_count(subject, directory, n_steps, loss, n_calls, tally);
	}
	fixture_remove_directory(directory);
}

void
cut_everywhere(const DiskTape *tape, const CutSubject *subject, GRand *rand, CutTally *tally)
{
	guint last = subject->from_call;

	for (guint i = last; i <= tape->calls->len; i++) {
		const DiskCall *call = i < tape->calls->len ? tape->calls->pdata[i] : NULL;
		DiskLoss loss = {FALSE, tally->ignores_syncs, g_rand_int(rand)};
		if (call && !(call->kind & (DISK_SYNC | DISK_SYNC_DIRECTORY)))
			continue;
		cut(tape, subject, i, &loss, tally);
		loss = (DiskLoss){TRUE, tally->ignores_syncs, g_rand_int(rand)};
		cut(tape, subject, i, &loss, tally);
		if (i > last + 1) {
			loss.seed = g_rand_int(rand);
			cut(tape, subject, (guint)g_rand_int_range(rand, (gint)last + 1, (gint)i),
			    &loss, tally);
		}
		last = i;
	}
}

void
cut_tell(const CutTally *tally, guint32 seed, gint64 from_us)
{
	g_test_message("seed %u: %u runs of model A, %u of model B: %u lost, %u corrupt; %.1f s",
		       seed, tally->n_runs[0], tally->n_runs[1], tally->n_wrong[STORY_LOST],
		       tally->n_wrong[STORY_CORRUPT],
		       (gdouble)(g_get_monotonic_time() - from_us) / 1e6);
}
