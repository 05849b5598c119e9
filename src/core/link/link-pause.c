/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/link-private.h"

void
kn_link_times_init(KnLinkTimes *ret_times, gdouble scale)
{
	const KnLinkTimes full_ms = {
		.connect_us = 20000,
		.confirm_us = 5000,
		.attempt_us = 60000,
		.settle_us = 250,
		.objects_us = 5000,
		.disconnect_us = 5000,
		.transient_us = 250,
		.busy_max_us = 5000,
		.listener_max_us = 30000,
		.no_slot_us = 4000,
		.gone_us = 4000,
		.canceled_us = 5000,
		.backoff_us = 1000,
		.backoff_max_us = 300000,
		.stable_us = 10000,
		.fallen_max_us = 10000,
		.blind_first_us = 15000,
		.blind_us = 60000,
		.unsupported_us = 600000,
	};
	/* NaN fails both comparisons of CLAMP, hence the test for a sound value */
	gdouble sound = scale > 0 ? CLAMP(scale, 0.001, 1000.0) : 1.0;
	const gint64 *from = (const gint64 *)&full_ms;
	gint64 *to = (gint64 *)ret_times;
	G_STATIC_ASSERT(sizeof(KnLinkTimes) % sizeof(gint64) == 0);
	for (gsize i = 0; i < sizeof(KnLinkTimes) / sizeof(gint64); i++)
		to[i] = (gint64)((gdouble)from[i] * 1000.0 * sound);
}

/* +-20 %, so that devices that fell together do not come back together */
static gint64
jitter(KnLink *link, gint64 us)
{
	link->seed = link->seed * 1664525u + 1013904223u;
	gint64 permille = 800 + (gint64)((link->seed >> 8) % 401);
	return us / 1000 * permille + us % 1000;
}

/* first, doubled n - 1 times, at most max; n >= 1 */
static gint64
doubled(gint64 first_us, guint n, gint64 max_us)
{
	gint64 us = first_us;
	for (guint i = 1; i < n && us < max_us; i++)
		us *= 2;
	return MIN(us, max_us);
}

static gint64
backoff(KnLink *link, guint n)
{
	const KnLinkTimes *times = link->times;
	return jitter(link, doubled(times->backoff_us, MAX(n, 1), times->backoff_max_us));
}

static gint64
pause_transient(KnLink *link)
{
	if (link->n_transient <= KN_LINK_TRANSIENT_TRIES)
		return link->times->transient_us;
	return backoff(link, link->n_transient - KN_LINK_TRANSIENT_TRIES);
}

gint64
kn_link_pause_for(KnLink *link, const KnBluezVerdict *verdict)
{
	const KnLinkTimes *times = link->times;
	if (verdict->hints_bond_lost && link->n_canceled >= KN_LINK_CANCELED_TRIES)
		return MAX(times->canceled_us, backoff(link, link->n_failures));
	switch (verdict->class) {
	case KN_BLUEZ_TRANSIENT:
		return pause_transient(link);
	case KN_BLUEZ_BUSY:
	case KN_BLUEZ_ALREADY:
		return jitter(link,
			      doubled(times->transient_us, link->n_failures, times->busy_max_us));
	case KN_BLUEZ_NO_SLOT:
		/* no failure of its own, and not longer each time: who is away when a link comes free has waited for nothing */
		return jitter(link, times->no_slot_us);
	case KN_BLUEZ_GONE:
		return MAX(times->gone_us, backoff(link, link->n_failures));
	default:
		return backoff(link, link->n_failures);
	}
}

void
kn_link_count_failure(KnLink *link, const KnBluezVerdict *verdict)
{
	/* that its adapter is full is not the massager's */
	link->n_failures += verdict->class != KN_BLUEZ_NO_SLOT;
	link->n_transient = verdict->class == KN_BLUEZ_TRANSIENT ? link->n_transient + 1 : 0;
	link->n_canceled = verdict->hints_bond_lost ? link->n_canceled + 1 : 0;
	link->keeps_place =
		verdict->class == KN_BLUEZ_NO_SLOT && link->state == KN_LINK_AT_CONNECTING;
}

/* streaming was reached */
void
kn_link_forgive(KnLink *link)
{
	link->n_attempts = link->n_failures = link->n_transient = 0;
	link->n_canceled = link->n_young = link->n_missed = link->n_listener = 0;
}

/* what is known or suspected of a bond is of the one that was */
void
kn_link_forget_bond(KnLink *link)
{
	link->has_lost_bond = FALSE;
	link->n_canceled = link->n_young = 0;
}

/* while another program listens: each try costs it nothing, so the cap is low */
gint64
kn_link_pause_listener(KnLink *link)
{
	const KnLinkTimes *times = link->times;
	link->n_listener++;
	return jitter(link, doubled(times->backoff_us, link->n_listener, times->listener_max_us));
}

/* a link that fell after so long a time of streaming */
gint64
kn_link_pause_fallen(KnLink *link, gint64 streamed_us)
{
	const KnLinkTimes *times = link->times;
	link->n_falls = streamed_us < times->stable_us ? link->n_falls + 1 : 0;
	if (!link->n_falls)
		return 0;
	return jitter(link, doubled(times->backoff_us, link->n_falls, times->fallen_max_us));
}

const gchar *
kn_link_cause_text(KnLinkCause cause)
{
	static const gchar *const texts[] = {
		"",
		"a call to bluetoothd failed",
		"no answer in time",
		"connected, but the link never showed",
		"the device object went away",
		"link lost",
		"its services changed",
		"services incomplete",
		"link too narrow",
		"another program is listening",
		"cut off again and again: bond lost on the device?",
		"bond lost on the device (pair again)",
		"the bond was removed on this hub",
		"refused",
		"the radio went down",
		"it made room for others",
		"it sent nothing, though it was asked",
	};
	return (guint)cause < G_N_ELEMENTS(texts) ? texts[cause] : "unknown";
}
