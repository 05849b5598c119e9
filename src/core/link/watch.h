/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What is known of one adapter for as long as the hub runs: when to listen on it, how many links it carries, whether it works, and what to try
 * when it does not. Pure: time is an argument.
 */

#include "core/link/ladder.h"
#include "core/link/link.h"
#include "core/link/listen.h"
#include "core/link/slots.h"

enum {
	KN_WATCH_WEAK_DBM =
		-85,       /* a Connect that fails at this signal says nothing about the adapter */
	KN_WATCH_VAIN = 6, /* refused in a row with no link at all, some four minutes (a guess) */
};

typedef struct {
	gchar *key; /* owned: the adapter's address, or its path if it told none */
	KnListen listen;
	KnLadder ladder;
	KnSlots slots;
	gchar *failed; /* owned: who could not be connected first; NULL nobody since the last link */
	gboolean have_others_failed; /* one alone may be sick itself */
	gboolean is_linkless;        /* too many Connects have failed: to be looked at */
	gboolean is_here;            /* somebody holds it: it may not go */
} KnWatch;

/* key: copied. listen_times, ladder_times, book: borrowed, outlive it. */
void kn_watch_init(KnWatch *watch, const gchar *key, const KnListenTimes *listen_times,
		   const KnLadderTimes *ladder_times, KnLadderBook *book);
void kn_watch_clear(KnWatch *watch);

/* INFO was read over it on this link */
gboolean kn_watch_has_told(const KnLink *link);
/* Of a link whose Connect has just failed, to one that was heard at so many dBm (G_MININT: not known): it is the adapter that fails. */
gboolean kn_watch_is_telling(const KnLink *link, gint signal_dbm);
/* Of one that was heard on the same adapter within the last minute: it will be tried, too. */
gboolean kn_watch_is_witness(const KnLink *link);
/* Such a Connect, to that address. is_alone: nobody else is heard, so no other can tell whether it is the adapter. */
void kn_watch_connect_failed(KnWatch *watch, const gchar *address, gboolean is_alone,
			     gint64 now_us);

/* A Connect was refused for want of a link while there were so many of anybody. Again and again with none at all: it is the adapter. */
void kn_watch_refused(KnWatch *watch, const KnSlotTimes *times, guint n_links, gint64 now_us);

typedef enum {
	KN_WATCH_NO_NEWS,
	KN_WATCH_WORKS, /* again, after steps were taken */
	KN_WATCH_CALM,  /* nobody is there any more who could not be connected */
} KnWatchNews;

/* has_link: of ours, that is there as far as is known; has_told: and one that INFO was read over. may: as kn_ladder_climb. Returns the step to take. */
KnLadderStep kn_watch_look(KnWatch *watch, gboolean has_link, gboolean has_told, guint may,
			   gint64 now_us, KnWatchNews *ret_news);
/* Anybody was heard. TRUE: it works again. */
gboolean kn_watch_heard(KnWatch *watch, gint64 now_us);
