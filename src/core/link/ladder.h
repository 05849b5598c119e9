/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What to try when an adapter seems to have stopped working, mildest first. Pure: trouble, signs of life and the time go in, one step comes
 * out. The steps are climbed as long as there is no sign of life, each repeated ever more seldom, and never given up: a place where nobody
 * advertises looks just the same. How often a step may be taken is remembered over signs of life, so no flapping makes a storm.
 *
 * step       when                                          at most (doubled each time without effect, up to a day)
 * RESCAN     at once                                       every minute
 * RECONNECT  two RESCANs were in vain                      every 15 minutes
 * POWER      after 5 minutes of trouble, if allowed        every 15 minutes
 * RESTART    after 15 minutes of trouble, if allowed       every hour
 * FAILED     after 15 minutes, when all that may be tried was: a state, told once; the others go on, and those that may not be tried yet
 *
 * That nobody can be connected is known only while massagers are there to be tried: 30 minutes after the last one that was heard well and failed
 * (six of the longest pauses between two tries, a guess) it is forgotten.
 */

#include <glib.h>

typedef enum {
	KN_LADDER_RESCAN,    /* the scan is started anew */
	KN_LADDER_RECONNECT, /* a new connection to the bus, and everything is read again */
	KN_LADDER_POWER,     /* the adapter is switched off and on */
	KN_LADDER_RESTART,   /* bluetoothd is started anew */
	KN_LADDER_STEPS,
	KN_LADDER_FAILED = KN_LADDER_STEPS,
	KN_LADDER_NOTHING,
} KnLadderStep;
const gchar *kn_ladder_step_name(KnLadderStep step); /* "rescan", …, "failed", "nothing" */

typedef enum {
	KN_LADDER_DEAF = 1 << 0,     /* not even strangers are heard */
	KN_LADDER_LINKLESS = 1 << 1, /* massagers are heard well, and none can be connected */
	KN_LADDER_MUTE = 1 << 2,     /* bluetoothd does not answer */
} KnLadderTrouble;

/* by KnLadderStep, in microseconds */
typedef struct {
	gint64 after_us[KN_LADDER_STEPS]; /* of trouble */
	gint64 every_us[KN_LADDER_STEPS];
	gint64 every_max_us;
	gint64 failed_us;
	gint64 untried_us;
} KnLadderTimes;
/* scale is clamped to 0.001 … 1000 */
void kn_ladder_times_init(KnLadderTimes *ret_times, gdouble scale);

enum { KN_LADDER_CONNECTS = 20 /* failures in a row that are no chance any more (a guess) */ };

/* when steps were taken last; 0 never */
typedef struct {
	gint64 taken_us[KN_LADDER_STEPS];
} KnLadderBook;

typedef struct {
	const KnLadderTimes *times; /* borrowed, as shared: outlive it */
	KnLadderBook *shared;       /* of steps that concern all adapters: RECONNECT, RESTART */
	KnLadderBook own;
	guint trouble;                  /* of KnLadderTrouble */
	gint64 since_us;                /* while there is any */
	guint n_tried[KN_LADDER_STEPS]; /* since then */
	gboolean is_failed;
	/* of 1 << KnLadderStep, set by the caller before it climbs: allowed, and hurts somebody for a short while only, so FAILED waits for them */
	guint withheld;
	guint n_connects_failed;  /* in a row */
	gint64 connect_failed_us; /* the last of them; 0 never */
	guint64 n_steps[KN_LADDER_STEPS];
	KnLadderStep last;
	gint64 last_us; /* 0: none was ever taken */
} KnLadder;

void kn_ladder_init(KnLadder *ladder, const KnLadderTimes *times, KnLadderBook *shared);
/* There is trouble, still or again. may: of 1 << KnLadderStep, what is allowed and hurts nobody now. The step has to be taken by the caller, and counts
 * as taken. */
KnLadderStep kn_ladder_climb(KnLadder *ladder, KnLadderTrouble trouble, guint may, gint64 now_us);
/* Of allowed (1 << KnLadderStep) those that would help against this trouble, and were not taken since it began. */
guint kn_ladder_untried(const KnLadder *ladder, guint allowed);
/* Signs of life. TRUE: that was the end of a trouble in which steps were taken. */
gboolean kn_ladder_heard(KnLadder *ladder);
gboolean kn_ladder_linked(KnLadder *ladder);
gboolean kn_ladder_answered(KnLadder *ladder);
/* Of a massager that is heard well. TRUE: too many in a row, it is trouble. */
gboolean kn_ladder_connect_failed(KnLadder *ladder, gint64 now_us);
/* When nobody was tried in vain for long, failures are forgotten. TRUE: as above. */
gboolean kn_ladder_calm_down(KnLadder *ladder, gint64 now_us);
/* When to look whether that is so; G_MAXINT64 not before something happens. */
gint64 kn_ladder_calm_us(const KnLadder *ladder, gint64 now_us);
