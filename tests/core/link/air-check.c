/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "air.h"

/* what must hold after each event, whatever came before */

/* what a link was put aside for at the longest, and the jitter of 20 % */
#define DEADLINE_MAX_US (12 * 60 * AIR_SECOND)

void
air_tell(const Air *air, const gchar *format, ...)
{
	va_list args;
	if (!air->is_told)
		return;
	va_start(args, format);
	g_autofree gchar *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_test_message("%9.3f s: %s", (gdouble)air->now_us / 1e6, text);
}

void
air_fail(const Air *air, const gchar *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree gchar *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_error("seed %u, at %.3f s: %s (each event of it: KN_TURNS_SEED=%u)", air->seed,
		(gdouble)air->now_us / 1e6, text, air->seed);
}

/* ---- an adapter ---- */

static gint64
ready_us(const Air *air, const AirNode *node)
{
	return node->link.queued_us + (node->link.is_blind ? air->slot_times.blind_us : 0);
}

/* it was not heard, the other was, and somebody who was not heard was tried within the last minute */
static gboolean
gives_way(const Air *air, const AirNode *node, const AirNode *other)
{
	return node->link.is_blind && !other->link.is_blind && node->adapter->book_blind_us &&
	       air->now_us - node->adapter->book_blind_us < air->listen_times.period_us;
}

void
air_check_grant(const Air *air, const AirAdapter *adapter, const AirNode *node)
{
	guint n = air_count_connected(air, adapter);
	if (air->now_us < adapter->pairing_until_us)
		air_fail(air, "%u may connect while somebody is paired on %u", node->number,
			 adapter->number);
	if (adapter->book_max &&
	    (n > adapter->book_max ||
	     (n == adapter->book_max && air->now_us - adapter->book_us < air->slot_times.probe_us)))
		air_fail(air, "%u may connect although %u has %u links of %u", node->number,
			 adapter->number, n, adapter->book_max);
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *other = &air->nodes[i];
		if (other->adapter == adapter && other->is_present &&
		    other->link.state == KN_LINK_AT_QUEUED &&
		    ready_us(air, other) < ready_us(air, node) && !gives_way(air, other, node))
			air_fail(air, "%u may connect, and %u has waited longer", node->number,
				 other->number);
	}
}

static void
check_adapter(const Air *air, const AirAdapter *adapter)
{
	const KnSlots *slots = &adapter->watch.slots;
	guint n_attempts = 0, n_connecting = 0;
	gboolean is_held = air->now_us < adapter->pairing_until_us;
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *node = &air->nodes[i];
		if (node->adapter != adapter)
			continue;
		n_attempts += node->is_attempt;
		n_connecting += node->link.state == KN_LINK_AT_CONNECTING;
		is_held |= kn_link_holds_adapter(&node->link);
	}
	if (n_attempts > 1 || n_connecting > 1)
		air_fail(air, "%u Connects are in flight on %u, of %u links that wait for theirs",
			 n_attempts, adapter->number, n_connecting);
	if (n_attempts && adapter->scan != AIR_SCAN_OFF)
		air_fail(air, "%u scans while it connects", adapter->number);
	/* one that is tried although there is no room counts as soon as it is settled */
	if (air->is_daemon_up && adapter->is_powered && !is_held && slots->n_max &&
	    air_count_connected(air, adapter) > slots->n_max)
		air_fail(air, "%u links on %u, which is said to carry %u",
			 air_count_connected(air, adapter), adapter->number, slots->n_max);
}

/* ---- every wait has an end: by a timer, or by a fact that may come ---- */

/* something is going to happen on it by itself */
static gboolean
is_adapter_awake(const Air *air, const AirAdapter *adapter)
{
	if (adapter->again_us != AIR_NEVER || adapter->scan == AIR_SCAN_STARTING ||
	    adapter->scan == AIR_SCAN_STOPPING)
		return TRUE;
	for (guint i = 0; i < air->n_nodes; i++) {
		const KnLink *link = &air->nodes[i].link;
		if (air->nodes[i].adapter == adapter && kn_link_holds_adapter(link) &&
		    link->deadline_us != AIR_NEVER)
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_radio_up(const Air *air, const AirNode *node)
{
	gboolean is_any_up = FALSE;
	for (guint i = 0; i < air->n_adapters; i++)
		is_any_up |= air->adapters[i].is_powered;
	return air->is_daemon_up && (node->is_present ? node->adapter->is_powered : is_any_up);
}

/* NULL: what it waits for is not so yet */
static const gchar *
find_idleness(const Air *air, const AirNode *node)
{
	gboolean is_ours = air->is_daemon_up && node->is_present && node->is_bonded;
	switch (node->link.state) {
	case KN_LINK_AT_DOWN:
		return is_radio_up(air, node) ? "is down, and the radio is up" : NULL;
	case KN_LINK_AT_NOT_BONDED:
		return is_ours ? "is bonded" : NULL;
	case KN_LINK_AT_BOND_LOST:
		return is_ours ? NULL : "is no longer bonded";
	case KN_LINK_AT_SEARCHING:
		if (node->is_present)
			return "searches what is there";
		return !node->adapter->is_powered || is_adapter_awake(air, node->adapter)
			       ? NULL
			       : "searches, and nobody will listen";
	case KN_LINK_AT_QUEUED:
		return is_adapter_awake(air, node->adapter) ? NULL : "is queued, and nobody looks";
	case KN_LINK_AT_STREAMING:
		return node->is_connected && is_ours && node->is_complete
			       ? NULL
			       : "streams without a link";
	default:
		return "waits for nothing";
	}
}

static void
check_node(const Air *air, const AirNode *node)
{
	gint64 deadline_us = node->link.deadline_us;
	const gchar *idle = deadline_us == AIR_NEVER ? find_idleness(air, node) : NULL;
	if (idle)
		air_fail(air, "%u, state %u: %s", node->number, (guint)node->link.state, idle);
	if (deadline_us != AIR_NEVER &&
	    (deadline_us <= air->now_us || deadline_us > air->now_us + DEADLINE_MAX_US))
		air_fail(air, "%u, state %u: its timer is set to %.3f s", node->number,
			 (guint)node->link.state, (gdouble)deadline_us / 1e6);
}

void
air_check(const Air *air)
{
	for (guint i = 0; i < air->n_adapters; i++)
		check_adapter(air, &air->adapters[i]);
	for (guint i = 0; i < air->n_nodes; i++)
		check_node(air, &air->nodes[i]);
}
