/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Who may connect on one adapter, who waits, and who makes room. Pure: links, facts and the time go in, one decision comes out. One connects at a
 * time, when nobody scans; the one that has waited longest goes first, and one that was not heard behind those that are there (slots.h says how
 * many links there may be).
 */

#include "core/link/link.h"
#include "core/link/listen.h"
#include "core/link/slots.h"

/* of one adapter, while it is there */
typedef struct {
	const KnSlotTimes *times; /* borrowed, as the next two: outlive it */
	KnSlots *slots;
	const KnListen *listen;
	gint64 blind_us;          /* when somebody who was not heard was tried last; 0 never */
	gint64 blind_listened_ms; /* how long had been listened until then */
	gint64 blind_busy_us;     /* when one in use made room for such a one last; 0 never */
} KnTurns;

void kn_turns_init(KnTurns *turns, const KnSlotTimes *times, KnSlots *slots,
		   const KnListen *listen);

/* what is so on the adapter right now */
typedef struct {
	const KnLink *const *links; /* ours there; borrowed */
	guint n;
	guint n_connected; /* anybody's links of the adapter */
	/* Of the link at: in no session, nothing to fetch. NULL nobody ever is. */
	gboolean (*is_idle)(gpointer user, guint at);
	gpointer user;
	gboolean is_powered;
	gboolean is_quiet;   /* nobody scans, nor has just now */
	gboolean is_pairing; /* somebody is paired on it, or waits for that */
} KnTurnView;

typedef struct {
	gboolean is_held;  /* somebody connects, or will as soon as it is quiet: no scan */
	gboolean may_pair; /* whoever is paired has the adapter */
	gint granted;      /* to be told KN_LINK_EVENT_GRANTED, and counted as told; -1 nobody */
	gint leaver;       /* to be told KN_LINK_EVENT_YIELD; -1 nobody */
	gint64 again_us;   /* when to ask again; G_MAXINT64 not before something changes */
} KnTurn;

/* To be asked after anything has changed, and at again_us. */
void kn_turns_decide(KnTurns *turns, const KnTurnView *view, gint64 now_us, KnTurn *ret_turn);

/* A Connect has ended, and not for want of a link. is_telling: as kn_slots_failed wants it. */
void kn_turns_tried(KnTurns *turns, gboolean is_linked, gboolean is_telling, guint n_connected,
		    gint64 now_us);
/* While TRUE it is listened for: also while it rests or waits without having been heard. */
gboolean kn_turns_is_sought(const KnLink *link);
/* Of those that wait for a link of the adapter: 1 the next; 0 it does not wait. */
guint kn_turns_place(const KnTurns *turns, const KnTurnView *view, const KnLink *link,
		     gint64 now_us);
