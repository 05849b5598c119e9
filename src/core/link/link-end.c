/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/link-private.h"

/* on the way from one try to the next; whoever leaves it waits for something else, maybe for days */
static gboolean
is_in_line(KnLinkState state)
{
	return state == KN_LINK_AT_CLOSING || state == KN_LINK_AT_PAUSED ||
	       state == KN_LINK_AT_REST || state == KN_LINK_AT_SEARCHING ||
	       state == KN_LINK_AT_QUEUED;
}

void
kn_link_enter(KnLink *link, KnLinkState state, gint64 deadline_us)
{
	link->state = state;
	link->keeps_place = link->keeps_place && is_in_line(state);
	link->deadline_us = deadline_us;
}

/* whoever was turned away is not sent to the end of the line for it, or one more that is tried in vain again and again would never be served */
void
kn_link_queue(KnLink *link, gboolean is_blind, gint64 now_us)
{
	if (!link->keeps_place)
		link->queued_us = now_us;
	link->is_blind = is_blind;
	kn_link_enter(link, KN_LINK_AT_QUEUED, G_MAXINT64);
}

guint
kn_link_drop(KnLink *link)
{
	link->is_up = FALSE;
	return KN_LINK_DO_DROP;
}

/* the pause is counted from when the link is down, so it is kept until then */
void
kn_link_enter_after(KnLink *link, gint64 now_us)
{
	gboolean is_timed =
		link->after == KN_LINK_AT_PAUSED || link->after == KN_LINK_AT_UNSUPPORTED;
	kn_link_enter(link, link->after, is_timed ? now_us + link->pause_us : G_MAXINT64);
}

/* Leaves the link for `after`, through CLOSING when there is or may be a link to close. */
guint
kn_link_leave(KnLink *link, KnLinkState after, gboolean must_close, gint64 now_us)
{
	guint actions = kn_link_drop(link);
	link->after = after;
	link->is_answered = FALSE;
	if (!must_close) {
		kn_link_enter_after(link, now_us);
		return actions;
	}
	kn_link_enter(link, KN_LINK_AT_CLOSING, now_us + link->times->disconnect_us);
	return actions | KN_LINK_DO_DISCONNECT;
}

/* no verdict of bluetoothd's: our own clock or eyes */
guint
kn_link_fail_own(KnLink *link, KnLinkCause cause, gboolean must_close, gint64 now_us)
{
	static const KnBluezVerdict slow = {.class = KN_BLUEZ_SLOW, .att_code = KN_BLUEZ_NO_ATT};
	kn_link_count_failure(link, &slow);
	link->cause = cause;
	link->pause_us = kn_link_pause_for(link, &slow);
	return kn_link_leave(link, KN_LINK_AT_PAUSED, must_close, now_us);
}

guint
kn_link_fail_unsupported(KnLink *link, KnLinkCause cause, gboolean must_close, gint64 now_us)
{
	link->cause = cause;
	link->pause_us = link->times->unsupported_us;
	return kn_link_leave(link, KN_LINK_AT_UNSUPPORTED, must_close, now_us);
}

guint
kn_link_refuse(KnLink *link, gint64 pause_us, gboolean must_close, gint64 now_us)
{
	link->cause = KN_LINK_CAUSE_REFUSED;
	link->pause_us = pause_us > 0 ? pause_us : link->times->unsupported_us;
	return kn_link_leave(link, KN_LINK_AT_UNSUPPORTED, must_close, now_us);
}

guint
kn_link_yield(KnLink *link, KnLinkEvent event, gint64 now_us)
{
	link->cause = event == KN_LINK_EVENT_YIELD ? KN_LINK_CAUSE_TURN : KN_LINK_CAUSE_SILENT;
	return kn_link_leave(link, KN_LINK_AT_REST, TRUE, now_us);
}

void
kn_link_retry(KnLink *link)
{
	if (link->state == KN_LINK_AT_UNSUPPORTED)
		link->deadline_us = 0;
	else if (link->state == KN_LINK_AT_CLOSING && link->after == KN_LINK_AT_UNSUPPORTED)
		link->pause_us = 0;
}

guint
kn_link_fail_call(KnLink *link, const KnBluezVerdict *verdict, gboolean is_connected, gint64 now_us)
{
	gboolean must_close = is_connected || verdict->is_attempt_pending;
	switch (verdict->class) {
	case KN_BLUEZ_NEED_PAIR:
	case KN_BLUEZ_BOND_LOST:
		link->cause = KN_LINK_CAUSE_BOND_LOST;
		link->has_lost_bond = TRUE;
		return kn_link_leave(link, KN_LINK_AT_BOND_LOST, must_close, now_us);
	case KN_BLUEZ_PERMANENT:
		return kn_link_fail_unsupported(link, KN_LINK_CAUSE_CALL, must_close, now_us);
	default:
		break;
	}
	kn_link_count_failure(link, verdict);
	link->cause = kn_link_suspects_bond(link) ? KN_LINK_CAUSE_SUSPECT_BOND : KN_LINK_CAUSE_CALL;
	link->pause_us = kn_link_pause_for(link, verdict);
	guint actions = kn_link_leave(link, KN_LINK_AT_PAUSED, must_close, now_us);
	return verdict->class == KN_BLUEZ_GONE ? actions | KN_LINK_DO_LISTEN : actions;
}

gboolean
kn_link_suspects_bond(const KnLink *link)
{
	return link->n_canceled >= KN_LINK_CANCELED_TRIES || link->n_young >= KN_LINK_YOUNG_TRIES;
}

/* a link that falls in its first moments is radio weather: bluetoothd shows Connected for an instant (HCI error 0x3e) */
static guint
lose_young(KnLink *link, gboolean must_close, gint64 now_us)
{
	static const KnBluezVerdict weather = {.class = KN_BLUEZ_TRANSIENT,
					       .att_code = KN_BLUEZ_NO_ATT};
	link->n_young++;
	guint actions = kn_link_fail_call(link, &weather, must_close, now_us);
	if (link->cause == KN_LINK_CAUSE_CALL)
		link->cause = KN_LINK_CAUSE_LOST;
	return actions;
}

/* Streaming was reached, so nothing has failed: after a good link the way back is open at once, after a short one there is a
 * growing but small pause. Listen at once in any case. */
guint
kn_link_lose(KnLink *link, gboolean must_close, gint64 now_us)
{
	if (link->state == KN_LINK_AT_RESOLVING || link->state == KN_LINK_AT_SETTLING)
		return lose_young(link, must_close, now_us) | KN_LINK_DO_LISTEN;
	if (link->state != KN_LINK_AT_STREAMING)
		return kn_link_fail_own(link, KN_LINK_CAUSE_LOST, must_close, now_us) |
		       KN_LINK_DO_LISTEN;
	link->cause = KN_LINK_CAUSE_LOST;
	link->pause_us = kn_link_pause_fallen(link, now_us - link->up_us);
	return kn_link_leave(link, KN_LINK_AT_PAUSED, must_close, now_us) | KN_LINK_DO_LISTEN;
}

gboolean
kn_link_holds_adapter(const KnLink *link)
{
	return link->state == KN_LINK_AT_CONNECTING || link->state == KN_LINK_AT_RESOLVING ||
	       link->state == KN_LINK_AT_SETTLING || link->state == KN_LINK_AT_CLOSING;
}

guint
kn_link_stale_actions(KnLinkState state)
{
	guint stale = KN_LINK_DO_DISCONNECT | KN_LINK_DO_CONNECT | KN_LINK_DO_READ |
		      KN_LINK_DO_ACQUIRE | KN_LINK_DO_UP;
	switch (state) {
	case KN_LINK_AT_CLOSING:
		return stale & ~(guint)KN_LINK_DO_DISCONNECT;
	case KN_LINK_AT_CONNECTING:
		return stale & ~(guint)KN_LINK_DO_CONNECT;
	case KN_LINK_AT_READING:
		return stale & ~(guint)KN_LINK_DO_READ;
	case KN_LINK_AT_ACQUIRING:
		return stale & ~(guint)KN_LINK_DO_ACQUIRE;
	case KN_LINK_AT_STREAMING:
		return stale & ~(guint)KN_LINK_DO_UP;
	default:
		return stale;
	}
}
