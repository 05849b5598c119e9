/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/turns.h"

void
kn_turns_init(KnTurns *turns, const KnSlotTimes *times, KnSlots *slots, const KnListen *listen)
{
	*turns = (KnTurns){.times = times, .slots = slots, .listen = listen};
}

static gboolean
is_held(const KnTurnView *view)
{
	for (guint i = 0; i < view->n; i++)
		if (kn_link_holds_adapter(view->links[i]))
			return TRUE;
	return FALSE;
}

static gint64
ready_us(const KnTurns *turns, const KnLink *link)
{
	return kn_slots_ready_us(turns->times, link->queued_us, !link->is_blind);
}

/* The one that has waited longest. One that is tried without having been heard waits behind those that are there. may_be_blind: it counts at all */
static gint
find_first(const KnTurns *turns, const KnTurnView *view, gboolean may_be_blind)
{
	gint first = -1;
	for (guint i = 0; i < view->n; i++) {
		if (view->links[i]->state != KN_LINK_AT_QUEUED ||
		    (view->links[i]->is_blind && !may_be_blind))
			continue;
		if (first < 0 ||
		    ready_us(turns, view->links[i]) < ready_us(turns, view->links[first]))
			first = (gint)i;
	}
	return first;
}

/* Who is not heard is mostly switched off: nobody in use makes room for it, but now and then, as some are never heard and there all the same. */
static gint64
busy_again_us(const KnTurns *turns, const KnLink *waiter)
{
	return waiter->is_blind && turns->blind_busy_us
		       ? turns->blind_busy_us + turns->times->blind_busy_us
		       : 0;
}

/* The one that makes room for it, or -1. */
static gint
find_leaver(KnTurns *turns, const KnTurnView *view, const KnLink *waiter, gint64 now_us,
	    gint64 *ret_again_us)
{
	g_autofree KnSlotHolder *holders = g_new(KnSlotHolder, view->n);
	g_autofree guint *at = g_new(guint, view->n);
	guint n = 0;
	gint64 spared_until_us = busy_again_us(turns, waiter);
	for (guint i = 0; i < view->n; i++) {
		const KnLink *link = view->links[i];
		gboolean is_busy = link->state == KN_LINK_AT_BUSY;
		gboolean is_idle = !is_busy && view->is_idle && view->is_idle(view->user, i);
		if ((!is_busy && link->state != KN_LINK_AT_STREAMING) ||
		    (!is_idle && now_us < spared_until_us))
			continue;
		at[n] = i;
		/* a link that another program uses is in use, too: as long as any, and no longer */
		holders[n++] = (KnSlotHolder){.up_us = is_busy ? link->linked_us : link->up_us,
					      .is_idle = is_idle};
	}
	gint leaver = kn_slots_choose(turns->times, holders, n, ready_us(turns, waiter), now_us,
				      ret_again_us);
	if (now_us < spared_until_us)
		*ret_again_us = MIN(*ret_again_us, spared_until_us);
	if (leaver < 0)
		return -1;
	if (waiter->is_blind && !holders[leaver].is_idle)
		turns->blind_busy_us = now_us;
	return (gint)at[leaver];
}

/* A Connect to a massager that is not there takes the adapter for 20 s, in which nobody who comes back is heard: a window of listening lies
 * between two of them, or a whole period if listening is refused. */
static gboolean
may_go_blind(const KnTurns *turns, gint64 now_us, gint64 *ret_again_us)
{
	const KnListenTimes *times = turns->listen->times;
	KnListenStatus listen;
	kn_listen_get(turns->listen, now_us, &listen);
	if (!turns->blind_us || now_us - turns->blind_us >= times->period_us ||
	    listen.listened_ms - turns->blind_listened_ms >= times->window_us / 1000)
		return TRUE;
	*ret_again_us = turns->blind_us + times->period_us;
	return FALSE;
}

/* Room is made for the first in line; if nobody leaves for one that was not heard, then for the first of the others. */
static void
make_room(KnTurns *turns, const KnTurnView *view, gint next, gint64 now_us, KnTurn *turn)
{
	gint64 again_us = G_MAXINT64;
	gint heard = find_first(turns, view, FALSE);
	turn->leaver = find_leaver(turns, view, view->links[next], now_us, &turn->again_us);
	if (turn->leaver < 0 && heard >= 0 && heard != next)
		turn->leaver = find_leaver(turns, view, view->links[heard], now_us, &again_us);
	turn->again_us = MIN(turn->again_us, again_us);
}

static void
note_grant(KnTurns *turns, const KnTurnView *view, const KnLink *link, gint64 now_us)
{
	KnListenStatus listen;
	kn_slots_granted(turns->slots, turns->times, view->n_connected, now_us);
	if (!link->is_blind)
		return;
	kn_listen_get(turns->listen, now_us, &listen);
	turns->blind_us = now_us;
	turns->blind_listened_ms = listen.listened_ms;
}

/* nobody connects there, and nobody is paired */
static void
decide_free(KnTurns *turns, const KnTurnView *view, gint64 now_us, KnTurn *turn)
{
	/* one that may not go yet is in nobody's way: of many that are switched off some have always waited longer than whoever comes */
	gint next = find_first(turns, view, may_go_blind(turns, now_us, &turn->again_us));
	kn_slots_carried(turns->slots, view->n_connected);
	if (next < 0)
		return;
	if (!kn_slots_have_room(turns->slots, view->n_connected, now_us)) {
		make_room(turns, view, next, now_us, turn);
		gint64 room_us = kn_slots_room_us(turns->slots, view->n_connected);
		turn->again_us = MIN(turn->again_us, MAX(room_us, now_us + 1000));
		return;
	}
	turn->is_held = TRUE;
	if (!view->is_quiet)
		return;
	turn->granted = next;
	note_grant(turns, view, view->links[next], now_us);
}

void
kn_turns_decide(KnTurns *turns, const KnTurnView *view, gint64 now_us, KnTurn *ret_turn)
{
	gboolean is_busy = is_held(view);
	*ret_turn = (KnTurn){.is_held = is_busy || view->is_pairing,
			     .granted = -1,
			     .leaver = -1,
			     .again_us = G_MAXINT64};
	/* after a link that is being made, before those that wait */
	ret_turn->may_pair = view->is_pairing && view->is_powered && view->is_quiet && !is_busy;
	if (view->is_powered && !ret_turn->is_held)
		decide_free(turns, view, now_us, ret_turn);
}

void
kn_turns_tried(KnTurns *turns, gboolean is_linked, gboolean is_telling, guint n_connected,
	       gint64 now_us)
{
	if (is_linked) {
		kn_slots_linked(turns->slots);
		/* nobody's time was taken for nothing: the next may be tried without having been heard */
		turns->blind_us = 0;
	} else if (is_telling) {
		kn_slots_failed(turns->slots, turns->times, n_connected, now_us);
	}
}

gboolean
kn_turns_is_sought(const KnLink *link)
{
	return link->state == KN_LINK_AT_SEARCHING ||
	       (link->is_blind &&
		(link->state == KN_LINK_AT_PAUSED || link->state == KN_LINK_AT_QUEUED));
}

guint
kn_turns_place(const KnTurns *turns, const KnTurnView *view, const KnLink *link, gint64 now_us)
{
	guint place = 1;
	if (link->state != KN_LINK_AT_QUEUED ||
	    kn_slots_have_room(turns->slots, view->n_connected, now_us))
		return 0;
	for (guint i = 0; i < view->n; i++)
		place += view->links[i]->state == KN_LINK_AT_QUEUED &&
			 ready_us(turns, view->links[i]) < ready_us(turns, link);
	return place;
}
