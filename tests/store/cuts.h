/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The power goes at every sync of a run. Model A: what was written and not synced since is gone.
 * Model B: any sectors of it are there, in any order, the last one torn; and B is also tried at a
 * random call before each sync. Of every fourth cut the next start is cut off, too.
 */

#include "disk.h"
#include "story.h"

/* n_steps: the number of the last disk_note before the cut */
typedef StoryVerdict (*CutJudge)(gpointer data, const gchar *directory, guint n_steps,
				 gchar **ret_text);
typedef struct {
	CutJudge judge;
	gpointer data;
	guint from_call; /* only from here on */
} CutSubject;

typedef struct {
	guint n_runs[2];  /* A, B */
	guint n_wrong[3]; /* by StoryVerdict */
	gboolean goes_on; /* what is wrong is counted; else it ends the test */
	gboolean ignores_syncs;
} CutTally;

void cut_everywhere(const DiskTape *tape, const CutSubject *subject, GRand *rand, CutTally *tally);
/* a line for whoever reads the test's output */
void cut_tell(const CutTally *tally, guint32 seed, gint64 from_us);
