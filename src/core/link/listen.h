/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * When to listen on one adapter, and what came of it. Pure: time is an argument. Listening costs a machine with one antenna its Wi-Fi, so it
 * is done in windows, and only while somebody is looked for. Silence is counted inside of windows only, and never in pieces of one. Two
 * windows in which none of our kind was heard say nothing (massagers are switched off); the third listens to everybody, and only when nothing
 * at all is heard in that one either, the radio itself may be deaf.
 */

#include <glib.h>

typedef struct {
	gint64 window_us; /* listen 10 s … */
	gint64 period_us; /* … in every 60 */
	gint64 retry_us;  /* 5 s after one that did not start (a guess), doubled up to a period */
} KnListenTimes;
/* scale is clamped to 0.001 … 1000 */
void kn_listen_times_init(KnListenTimes *ret_times, gdouble scale);

enum {
	KN_LISTEN_MINUTES = 60,
	KN_LISTEN_SILENT_WINDOWS = 3,
	KN_LISTEN_REFUSALS = 10, /* in a row, some six minutes: no passing trouble (a guess) */
	KN_LISTEN_REFUSED_MIN =
		3, /* in a row, some fifteen seconds: then a person is told (a guess) */
	KN_LISTEN_REFUSED_PERIODS =
		5, /* without a try, as nobody is looked for: then nobody knows any more (a guess) */
};

/* of one minute of the last hour */
typedef struct {
	gint64 minute;
	gint64 listened_us;
	guint n_starts;
} KnListenMinute;

typedef struct {
	const KnListenTimes *times; /* borrowed: outlives it */
	gboolean is_on;
	gboolean is_to_all; /* this window: not only to our kind */
	gboolean is_heard;  /* somebody, in this window */
	gint64 since_us;    /* while on */
	gint64 left_us;     /* of this window; 0 there is none */
	gint64 next_us;     /* when the next one is due */
	gint64 refused_us;  /* not before: the last one did not start */
	guint n_refused;    /* that did not start, in a row */
	guint n_silent;     /* windows in a row */
	gboolean is_deaf;   /* see kn_listen_take_deaf */
	KnListenMinute minutes[KN_LISTEN_MINUTES];
	gint64 listened_us;   /* in all, without the piece that runs */
	guint64 n_starts;     /* in all: each wakes the radio up */
	guint64 n_errors;     /* in all, that did not start */
	gint64 last_us;       /* when it last listened; 0 never */
	gint64 last_heard_us; /* when anybody was heard; 0 never */
} KnListen;

void kn_listen_init(KnListen *listen, const KnListenTimes *times);

typedef enum {
	KN_LISTEN_STAY, /* as it is */
	KN_LISTEN_START,
	KN_LISTEN_STOP,
} KnListenAction;

/* What to do now. is_needed: somebody is looked for; is_held: the adapter is wanted for a connection. A window that was cut for a
 * connection goes on after it. *ret_again_us: when to ask again, G_MAXINT64 not before something changes. */
KnListenAction kn_listen_plan(KnListen *listen, gboolean is_needed, gboolean is_held, gint64 now_us,
			      gint64 *ret_again_us);
/* How START ended; STOP has no way to fail. */
void kn_listen_started(KnListen *listen, gint64 now_us);
void kn_listen_failed(KnListen *listen, gint64 now_us);
/* The next window is due. */
void kn_listen_soon(KnListen *listen);
/* The adapter went: no window is left. */
void kn_listen_cut(KnListen *listen, gint64 now_us);
/* Anybody was heard, of our kind or not. */
void kn_listen_heard(KnListen *listen, gint64 now_us);
/* TRUE once after each third silent window, as not even a stranger was heard, and after each tenth time in a row that listening did not begin. */
gboolean kn_listen_take_deaf(KnListen *listen);

typedef struct {
	gboolean is_on;
	guint64 n_starts;
	guint n_starts_hour; /* in the last hour */
	guint64 n_errors;    /* that did not start */
	gint64 listened_ms;
	gint64 listened_hour_ms;
	gint64 since_listened_ms; /* 0 it listens; -1 it never did */
	gint64 since_heard_ms;    /* anybody; -1 never */
	guint n_silent;           /* windows in a row */
	gboolean
		is_refused; /* KN_LISTEN_REFUSED_MIN times in a row it did not begin, and not since; the last was tried not long ago */
} KnListenStatus;
void kn_listen_get(const KnListen *listen, gint64 now_us, KnListenStatus *ret_status);
