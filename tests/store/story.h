/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a hub did and was told is durable, in order; and what must therefore be found after a power
 * cut, a kill or a fault. Step 1 is opening the database, step 2 enrolling the device, each after
 * that a batch of records with one event.
 */

#include "fixture.h"

typedef struct {
	guint64 first_seq, last_seq;
} StoryBatch;

typedef struct {
	Fixture fixture;
	GArray *batches; /* owned: StoryBatch, as they were handed over */
	guint64 hub_id;
	gchar *end; /* owned: the sessions at the end, when nothing went wrong; NULL: not known */
	guint end_every; /* the end is gone through in one of so many judgements; 0: in each */
	guint n_judged;
} Story;

enum { STORY_STEPS_BEFORE_BATCHES = 2 };

typedef enum {
	STORY_SOUND,
	STORY_LOST,    /* something acked is not there */
	STORY_CORRUPT, /* does not open, is not whole, or says what was never told */
} StoryVerdict;

/* A tape and no database. */
void story_init(Story *story);
void story_clear(Story *story);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Story, story_clear)

/* Steps 1 and 2, with the disk watched from before them on, and a note on its tape when each is done. */
void story_begin(Story *story);
/* Hands the batch over; it must succeed; a note when it is durable. */
void story_commit(Story *story, guint64 first_seq, guint64 last_seq);
/* All that was left out, and what the sessions then are. */
void story_end(Story *story);
/* The batch of that number, as story_commit makes it. The caller owns it. */
KnBatch *story_batch(const Story *story, guint number);

/* Opens the database in directory as a start does, and compares it with the first n_steps of the story: these are all there, each
 * later one is there whole or not at all. Then (see end_every) everything is sent once more, as a device would, and the end must be the same.
 * *ret_text: what is wrong, for a person; the caller's. */
StoryVerdict story_judge(gpointer story, const gchar *directory, guint n_steps, gchar **ret_text);
