/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/link-private.h"

/*
 * Transitions. "fail" means: pause by the verdict, DROP; connected or half connected links get DISCONNECT and pass through CLOSING.
 *
 * in            when                                  to            actions
 * any but DOWN  radio down                            DOWN          DROP
 * any           refused by the owner                  UNSUPPORTED   fail
 * DOWN          radio up                              REST
 * REST          bond lost, object still bonded        BOND_LOST
 *               no object                             SEARCHING
 *               not bonded                            NOT_BONDED
 *               connected (by us before, by anybody)  RESOLVING     (adopted)
 *               heard, or no link was left for it     QUEUED
 *               else                                  SEARCHING
 * SEARCHING     object, bond, link or heard changed   REST
 *               bonded, not heard by the deadline     QUEUED        (blind: directed advertising is not heard)
 * NOT_BONDED    bonded                                REST
 * BOND_LOST     no longer bonded, or object gone      REST          (bonded anew: a person paired again)
 * PAUSED        deadline, or not bonded               REST
 *               was tried unheard, and is heard now   REST
 * QUEUED        object gone, unbonded or connected    REST
 *               granted                               CONNECTING    CONNECT
 * CONNECTING    Connected (the reply is only a hint)  RESOLVING
 *               object gone                           PAUSED        fail GONE
 *               good reply, not Connected in 5 s      PAUSED        fail UNCONFIRMED
 *               error                                 by verdict    fail; "attempt pending": DISCONNECT first
 *               deadline 20 s                         PAUSED        fail TIMEOUT, DISCONNECT (it cancels)
 * RESOLVING     resolved and complete                 SETTLING
 *               resolved, not complete within 5 s     PAUSED        fail INCOMPLETE; the third time UNSUPPORTED
 * SETTLING      no longer so                          RESOLVING
 *               deadline 250 ms                       READING       READ
 * READING       read                                  ACQUIRING     ACQUIRE
 *               error                                 by verdict    fail
 * ACQUIRING     acquired, mtu >= 185                  STREAMING     UP
 *               acquired, mtu < 185                   UNSUPPORTED   fail NARROW
 *               error BUSY                            BUSY
 *               other error                           by verdict    fail
 * BUSY          deadline                              RESOLVING     (the whole way again, except Connect)
 * STREAMING     characteristics gone for 250 ms       RESOLVING     DROP
 * STREAMING, BUSY   its turn is over                  REST          DROP, DISCONNECT (through CLOSING)
 * STREAMING     socket ended                          PAUSED        fail LOST
 *               nothing comes, as the owner says      REST          DROP, DISCONNECT (through CLOSING)
 * RESOLVING … BUSY   not Connected                    PAUSED        fail LOST; after a good link at once, at most 10 s after a short one
 *                    no longer bonded                 NOT_BONDED    fail UNBONDED
 *                    60 s since Connect, not BUSY or STREAMING      fail TIMEOUT
 * CLOSING       not Connected and answered, or 5 s    `after`
 * UNSUPPORTED   deadline 600 s (REFUSED: as the owner said), or not bonded   REST
 *
 * by verdict: BOND_LOST and NEED_PAIR to BOND_LOST, PERMANENT to UNSUPPORTED, all others to PAUSED.
 */

enum { STEPS_MAX = 8 /* transitions in one step; a longer chain would be a loop in the table */ };

void
kn_link_init(KnLink *link, const KnLinkTimes *times, guint32 seed)
{
	*link = (KnLink){.times = times,
			 .state = KN_LINK_AT_DOWN,
			 .after = KN_LINK_AT_REST,
			 .deadline_us = G_MAXINT64,
			 .seed = seed};
}

static void
rest(KnLink *link, const KnLinkFacts *facts, gint64 now_us)
{
	const KnLinkTimes *times = link->times;
	gboolean is_bonded = facts->is_present && facts->is_bonded;
	if (!is_bonded)
		kn_link_forget_bond(link);
	if (link->has_lost_bond) {
		kn_link_enter(link, KN_LINK_AT_BOND_LOST, G_MAXINT64);
	} else if (!facts->is_present) {
		kn_link_enter(link, KN_LINK_AT_SEARCHING, G_MAXINT64);
	} else if (!is_bonded) {
		kn_link_enter(link, KN_LINK_AT_NOT_BONDED, G_MAXINT64);
	} else if (facts->is_connected) {
		link->attempt_end_us = now_us + times->attempt_us;
		link->linked_us = now_us;
		kn_link_enter(link, KN_LINK_AT_RESOLVING, link->attempt_end_us);
	} else if (facts->is_heard || link->keeps_place) {
		kn_link_queue(link, link->is_blind && !facts->is_heard, now_us);
	} else {
		gint64 blind_us = link->n_failures ? times->blind_us : times->blind_first_us;
		kn_link_enter(link, KN_LINK_AT_SEARCHING, now_us + blind_us);
	}
}

static guint
search(KnLink *link, const KnLinkFacts *facts, gint64 now_us)
{
	gboolean is_waiting_for_object = link->deadline_us == G_MAXINT64;
	if (is_waiting_for_object ? facts->is_present
				  : !facts->is_present || !facts->is_bonded ||
					    facts->is_connected || facts->is_heard) {
		kn_link_enter(link, KN_LINK_AT_REST, G_MAXINT64);
	} else if (now_us >= link->deadline_us) {
		kn_link_queue(link, TRUE, now_us);
	}
	return 0;
}

static guint
queued(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	if (!facts->is_present || !facts->is_bonded || facts->is_connected) {
		kn_link_enter(link, KN_LINK_AT_REST, G_MAXINT64);
		return 0;
	}
	link->is_blind = link->is_blind && !facts->is_heard;
	if (input->event != KN_LINK_EVENT_GRANTED)
		return 0;
	link->n_attempts++;
	link->attempt_end_us = now_us + link->times->attempt_us;
	link->is_answered = FALSE;
	kn_link_enter(link, KN_LINK_AT_CONNECTING, now_us + link->times->connect_us);
	return KN_LINK_DO_CONNECT;
}

static guint
connecting(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	if (facts->is_connected) {
		link->linked_us = now_us;
		kn_link_enter(link, KN_LINK_AT_RESOLVING, link->attempt_end_us);
		return 0;
	}
	if (!facts->is_present)
		return kn_link_fail_own(link, KN_LINK_CAUSE_GONE, FALSE, now_us) |
		       KN_LINK_DO_LISTEN;
	if (input->event == KN_LINK_EVENT_CONNECT_FAILED &&
	    input->verdict.class != KN_BLUEZ_ALREADY)
		return kn_link_fail_call(link, &input->verdict, FALSE, now_us);
	if (input->event == KN_LINK_EVENT_CONNECT_DONE ||
	    input->event == KN_LINK_EVENT_CONNECT_FAILED) {
		link->is_answered = TRUE;
		link->deadline_us = MIN(link->deadline_us, now_us + link->times->confirm_us);
	}
	if (now_us < link->deadline_us)
		return 0;
	KnLinkCause cause = link->is_answered ? KN_LINK_CAUSE_UNCONFIRMED : KN_LINK_CAUSE_TIMEOUT;
	return kn_link_fail_own(link, cause, TRUE, now_us);
}

static guint
resolving(KnLink *link, const KnLinkFacts *facts, gint64 now_us)
{
	const KnLinkTimes *times = link->times;
	if (facts->is_resolved && facts->is_complete) {
		kn_link_enter(link, KN_LINK_AT_SETTLING,
			      MIN(now_us + times->settle_us, link->attempt_end_us));
		return 0;
	}
	/* the short deadline runs only while resolved without our objects */
	gboolean is_short = link->deadline_us != link->attempt_end_us;
	if (!facts->is_resolved)
		link->deadline_us = link->attempt_end_us;
	else if (!is_short)
		link->deadline_us = MIN(now_us + times->objects_us, link->attempt_end_us - 1);
	if (now_us < link->deadline_us)
		return 0;
	if (now_us >= link->attempt_end_us)
		return kn_link_fail_own(link, KN_LINK_CAUSE_TIMEOUT, TRUE, now_us);
	if (++link->n_missed < KN_LINK_MISSED_TRIES)
		return kn_link_fail_own(link, KN_LINK_CAUSE_INCOMPLETE, TRUE, now_us);
	link->n_missed = 0;
	return kn_link_fail_unsupported(link, KN_LINK_CAUSE_INCOMPLETE, TRUE, now_us);
}

static guint
settling(KnLink *link, const KnLinkFacts *facts, gint64 now_us)
{
	if (!facts->is_resolved || !facts->is_complete) {
		kn_link_enter(link, KN_LINK_AT_RESOLVING, link->attempt_end_us);
		return 0;
	}
	if (now_us < link->deadline_us)
		return 0;
	kn_link_enter(link, KN_LINK_AT_READING, link->attempt_end_us);
	return KN_LINK_DO_READ;
}

static guint
reading(KnLink *link, const KnLinkInput *input, gint64 now_us)
{
	if (input->event == KN_LINK_EVENT_READ_FAILED)
		return kn_link_fail_call(link, &input->verdict, TRUE, now_us);
	if (input->event != KN_LINK_EVENT_READ_DONE)
		return 0;
	/* it was read encrypted: the bond is good */
	link->n_young = link->n_canceled = 0;
	kn_link_enter(link, KN_LINK_AT_ACQUIRING, link->attempt_end_us);
	return KN_LINK_DO_ACQUIRE;
}

static guint
listener_found(KnLink *link, gint64 now_us)
{
	link->cause = KN_LINK_CAUSE_LISTENER;
	kn_link_enter(link, KN_LINK_AT_BUSY, now_us + kn_link_pause_listener(link));
	return kn_link_drop(link);
}

static guint
acquiring(KnLink *link, const KnLinkInput *input, gint64 now_us)
{
	if (input->event == KN_LINK_EVENT_ACQUIRE_FAILED) {
		KnBluezClass class = input->verdict.class;
		if (class == KN_BLUEZ_BUSY || class == KN_BLUEZ_ALREADY)
			return listener_found(link, now_us);
		return kn_link_fail_call(link, &input->verdict, TRUE, now_us);
	}
	if (input->event != KN_LINK_EVENT_ACQUIRE_DONE)
		return 0;
	if (input->mtu < KN_LINK_MTU_MIN)
		return kn_link_fail_unsupported(link, KN_LINK_CAUSE_NARROW, TRUE, now_us);
	kn_link_enter(link, KN_LINK_AT_STREAMING, G_MAXINT64);
	link->up_us = now_us;
	link->is_up = TRUE;
	link->is_blind = FALSE;
	link->cause = KN_LINK_CAUSE_NONE;
	kn_link_forgive(link);
	return KN_LINK_DO_UP;
}

static guint
streaming(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	if (input->event == KN_LINK_EVENT_HUP)
		return kn_link_lose(link, TRUE, now_us);
	if (input->event == KN_LINK_EVENT_YIELD || input->event == KN_LINK_EVENT_SILENT)
		return kn_link_yield(link, input->event, now_us);
	/* a flap of ServicesResolved alone leaves the socket as it is. Characteristics go before Connected does when a link
	 * falls, so only their staying away means other services. */
	if (facts->is_complete)
		link->deadline_us = G_MAXINT64;
	else if (link->deadline_us == G_MAXINT64)
		link->deadline_us = now_us + link->times->settle_us;
	if (now_us < link->deadline_us)
		return 0;
	link->cause = KN_LINK_CAUSE_CHANGED;
	link->attempt_end_us = now_us + link->times->attempt_us;
	kn_link_enter(link, KN_LINK_AT_RESOLVING, link->attempt_end_us);
	return kn_link_drop(link);
}

static guint
closing(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	if (input->event == KN_LINK_EVENT_DISCONNECT_DONE)
		link->is_answered = TRUE;
	gboolean is_down = !facts->is_connected && link->is_answered;
	if (!is_down && now_us < link->deadline_us)
		return 0;
	kn_link_enter_after(link, now_us);
	return KN_LINK_DO_DROP; /* a Disconnect that was never answered is not waited for any longer */
}

static gboolean
is_linked(KnLinkState state)
{
	return state >= KN_LINK_AT_RESOLVING && state <= KN_LINK_AT_BUSY;
}

/* what ends a link whatever it is doing; 0 when nothing does */
static guint
linked(KnLink *link, const KnLinkFacts *facts, gint64 now_us)
{
	if (!facts->is_present || !facts->is_connected)
		return kn_link_lose(link, FALSE, now_us);
	if (!facts->is_bonded) {
		link->cause = KN_LINK_CAUSE_UNBONDED;
		link->pause_us = 0;
		return kn_link_leave(link, KN_LINK_AT_PAUSED, TRUE, now_us);
	}
	gboolean is_capped =
		link->state == KN_LINK_AT_READING || link->state == KN_LINK_AT_ACQUIRING;
	if (is_capped && now_us >= link->attempt_end_us)
		return kn_link_fail_own(link, KN_LINK_CAUSE_TIMEOUT, TRUE, now_us);
	return 0;
}

static guint
step_linked(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	KnLinkState before = link->state;
	guint actions = linked(link, facts, now_us);
	if (link->state != before)
		return actions;
	switch (before) {
	case KN_LINK_AT_RESOLVING:
		return resolving(link, facts, now_us);
	case KN_LINK_AT_SETTLING:
		return settling(link, facts, now_us);
	case KN_LINK_AT_READING:
		return reading(link, input, now_us);
	case KN_LINK_AT_ACQUIRING:
		return acquiring(link, input, now_us);
	case KN_LINK_AT_STREAMING:
		return streaming(link, facts, input, now_us);
	default: /* BUSY */
		if (input->event == KN_LINK_EVENT_YIELD)
			return kn_link_yield(link, input->event, now_us);
		if (now_us < link->deadline_us)
			return 0;
		link->attempt_end_us = now_us + link->times->attempt_us;
		kn_link_enter(link, KN_LINK_AT_RESOLVING, link->attempt_end_us);
		return 0;
	}
}

/* the pauses after blind tries are long because nobody was there: whoever comes does not wait for their end */
static gboolean
has_come(const KnLink *link, const KnLinkFacts *facts)
{
	return link->state == KN_LINK_AT_PAUSED && link->is_blind && facts->is_heard;
}

static guint
step_unlinked(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	gboolean is_bonded = facts->is_present && facts->is_bonded;
	gboolean is_over = FALSE;
	switch (link->state) {
	case KN_LINK_AT_DOWN:
		is_over = facts->is_radio_up;
		break;
	case KN_LINK_AT_REST:
		rest(link, facts, now_us);
		return 0;
	case KN_LINK_AT_SEARCHING:
		return search(link, facts, now_us);
	case KN_LINK_AT_NOT_BONDED:
		/* its object goes when scanning ends: that is no news, and to scan for it again would only find the same */
		is_over = is_bonded;
		break;
	case KN_LINK_AT_BOND_LOST:
		is_over = !is_bonded;
		break;
	case KN_LINK_AT_QUEUED:
		return queued(link, facts, input, now_us);
	case KN_LINK_AT_CONNECTING:
		return connecting(link, facts, input, now_us);
	case KN_LINK_AT_CLOSING:
		return closing(link, facts, input, now_us);
	default: /* PAUSED, UNSUPPORTED; a device that is being paired anew starts afresh */
		is_over = now_us >= link->deadline_us || (facts->is_present && !facts->is_bonded) ||
			  has_come(link, facts);
		break;
	}
	if (is_over)
		kn_link_enter(link, KN_LINK_AT_REST, G_MAXINT64);
	return 0;
}

/* what holds in every state; TRUE when it decided */
static gboolean
step_any(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us,
	 guint *ret_actions)
{
	if (link->state != KN_LINK_AT_DOWN && !facts->is_radio_up) {
		if (is_linked(link->state))
			link->cause = KN_LINK_CAUSE_RADIO_DOWN;
		*ret_actions = kn_link_drop(link);
		kn_link_enter(link, KN_LINK_AT_DOWN, G_MAXINT64);
		return TRUE;
	}
	if (input->event == KN_LINK_EVENT_REFUSED && link->state != KN_LINK_AT_DOWN) {
		/* bluetoothd goes on with a Connect that nobody waits for */
		gboolean must_close = facts->is_connected || kn_link_holds_adapter(link);
		*ret_actions = kn_link_refuse(link, input->pause_us, must_close, now_us);
		return TRUE;
	}
	return FALSE;
}

guint
kn_link_step(KnLink *link, const KnLinkFacts *facts, const KnLinkInput *input, gint64 now_us)
{
	static const KnLinkInput nothing = {.event = KN_LINK_EVENT_NONE};
	guint actions = 0;
	for (guint i = 0; i < STEPS_MAX; i++) {
		KnLinkState before = link->state;
		guint more = 0;
		if (!step_any(link, facts, input, now_us, &more)) {
			more = is_linked(before) ? step_linked(link, facts, input, now_us)
						 : step_unlinked(link, facts, input, now_us);
		}
		actions |= more;
		input = &nothing; /* an event counts once; the states after it see only facts */
		if (link->state == before)
			break;
	}
	return actions & ~kn_link_stale_actions(link->state);
}
