/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "air.h"

/* bluetoothd and its controllers: answers that are late, wrong or never given, and facts that change by themselves */

#define QUIET_US (200 * AIR_MS)

/* as likely as each other; not those that need a person or ten minutes, which are drawn more seldom */
static const gchar *const failures[] = {
	"Failed: le-connection-abort-by-local",
	"Failed: Operation already in progress",
	"InProgress: In Progress",
	"Failed: le-connection-timeout",
	"Failed: le-connection-concurrent-connection-limit",
	"Failed: br-connection-canceled",
	"Failed: nobody knows",
};
static const gchar *const hard_failures[] = {"NotSupported: Operation is not supported",
					     "Failed: le-connection-key-missing"};
static const gchar full[] = "Failed: le-connection-concurrent-connection-limit";

static const gchar *
draw_failure(Air *air)
{
	if (air_chance(air, 50))
		return hard_failures[air_draw(air, G_N_ELEMENTS(hard_failures))];
	return failures[air_draw(air, G_N_ELEMENTS(failures))];
}

guint
air_count_connected(const Air *air, const AirAdapter *adapter)
{
	guint n = adapter->n_foreign;
	for (guint i = 0; i < air->n_nodes; i++)
		n += air->nodes[i].is_connected && air->nodes[i].adapter == adapter;
	return n;
}

/* ---- one link ---- */

static gboolean
is_failure_drawn(Air *air)
{
	return !air->is_calm && air_chance(air, 120);
}

/* error: NULL it goes well, unless chance wants otherwise */
void
air_answer(Air *air, AirNode *node, gint64 after_us, KnLinkEvent event, const gchar *error)
{
	node->answer_us = air->now_us + after_us;
	node->answer = event;
	node->error = error;
	if (event == KN_LINK_EVENT_DISCONNECT_DONE || event == KN_LINK_EVENT_CONNECT_FAILED)
		return;
	if (!error && is_failure_drawn(air))
		node->error = draw_failure(air);
	/* each …_FAILED stands behind its …_DONE */
	if (node->error)
		node->answer = event + 1;
	if (!air->is_calm && air_chance(air, 20))
		node->answer_us = AIR_NEVER;
}

static void
fail_connect(Air *air, AirNode *node, gint64 after_us, const gchar *error)
{
	air_answer(air, node, after_us, KN_LINK_EVENT_CONNECT_FAILED, error);
}

void
air_connect(Air *air, AirNode *node)
{
	AirAdapter *adapter = node->adapter;
	gboolean is_full = air_count_connected(air, adapter) >= adapter->capacity;
	if (!air->is_daemon_up || !node->is_present) {
		fail_connect(air, node, AIR_MS, "NotAvailable: gone");
		return;
	}
	node->is_attempt = TRUE;
	node->fate_us = AIR_NEVER;
	if (is_full && !adapter->is_silent)
		fail_connect(air, node, air_span(air, AIR_SECOND), full);
	else if (!node->has_bond)
		fail_connect(air, node, AIR_SECOND, hard_failures[1]);
	else if (is_failure_drawn(air))
		fail_connect(air, node, air_span(air, 25 * AIR_SECOND), draw_failure(air));
	else if (!is_full && node->is_near && !adapter->is_broken) {
		node->fate_us = air->now_us + air_span(air, 5 * AIR_SECOND);
		air_answer(air, node, air_span(air, 5 * AIR_SECOND), KN_LINK_EVENT_CONNECT_DONE,
			   NULL);
	}
	/* else nothing is ever heard of it */
}

void
air_disconnect(Air *air, AirNode *node)
{
	gboolean is_mute = !air->is_calm && air_chance(air, 50);
	node->is_attempt = FALSE;
	node->fate_us = AIR_NEVER;
	if (!is_mute)
		air_answer(air, node, air_span(air, 3 * AIR_SECOND), KN_LINK_EVENT_DISCONNECT_DONE,
			   NULL);
	if (!node->is_connected)
		return;
	node->fate_us = air->now_us + air_span(air, 3 * AIR_SECOND);
	node->is_fatal = TRUE;
}

void
air_lose(Air *air, AirNode *node)
{
	gboolean was_there = node->is_connected || node->is_attempt;
	node->is_attempt = node->is_connected = node->is_resolved = node->is_complete = FALSE;
	node->is_fatal = FALSE;
	node->fate_us = AIR_NEVER;
	if (was_there)
		air_step(air, node, KN_LINK_EVENT_NONE, NULL);
}

/* an attempt becomes a link, a link is resolved, or goes */
static void
meet_fate(Air *air, AirNode *node)
{
	AirAdapter *adapter = node->adapter;
	node->fate_us = AIR_NEVER;
	if (node->is_fatal) {
		air_lose(air, node);
		return;
	}
	if (node->is_attempt && air_count_connected(air, adapter) >= adapter->capacity)
		return; /* somebody else was sooner */
	if (node->is_attempt) {
		node->is_attempt = FALSE;
		node->is_connected = TRUE;
		node->fate_us = air->now_us + air_span(air, 3 * AIR_SECOND);
	} else if (node->is_connected) {
		node->is_resolved = TRUE;
		node->is_complete = !is_failure_drawn(air);
	}
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
}

static void
give_answer(Air *air, AirNode *node)
{
	node->answer_us = AIR_NEVER;
	/* another operation of its own may go on: bluetoothd says so, and the hub ends it */
	if (node->answer == KN_LINK_EVENT_CONNECT_FAILED &&
	    g_strcmp0(node->error, failures[1]) != 0) {
		node->is_attempt = FALSE;
		node->fate_us = node->is_connected ? node->fate_us : AIR_NEVER;
	}
	air_step(air, node, node->answer, node->error);
}

/* ---- scanning ---- */

void
air_start_scan(Air *air, AirAdapter *adapter)
{
	adapter->scan = AIR_SCAN_STARTING;
	adapter->scan_us = air->now_us + air_span(air, AIR_SECOND);
}

void
air_stop_scan(Air *air, AirAdapter *adapter)
{
	adapter->scan = AIR_SCAN_STOPPING;
	adapter->scan_us = air->now_us + air_span(air, AIR_SECOND);
}

static void
end_scan(Air *air, AirAdapter *adapter)
{
	adapter->scan = AIR_SCAN_OFF;
	adapter->scan_us = AIR_NEVER;
	adapter->quiet_us = air->now_us + QUIET_US;
	for (guint i = 0; i < air->n_nodes; i++)
		if (air->nodes[i].adapter == adapter)
			air->nodes[i].hear_us = AIR_NEVER;
}

static void
begin_scan(Air *air, AirAdapter *adapter)
{
	adapter->scan = AIR_SCAN_ON;
	adapter->scan_us = AIR_NEVER;
	kn_listen_started(&adapter->watch.listen, air->now_us);
	if (adapter->is_deaf)
		return;
	if (air->has_strangers)
		(void)kn_watch_heard(&adapter->watch, air->now_us);
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		if (node->adapter == adapter && node->is_near && !node->is_hidden &&
		    !node->is_connected)
			node->hear_us = air->now_us + air_span(air, 9 * AIR_SECOND);
	}
}

static void
pass_scan(Air *air, AirAdapter *adapter)
{
	gboolean is_refused = !air->is_calm && air_chance(air, 50);
	air->is_kicked = TRUE;
	if (adapter->scan == AIR_SCAN_STARTING && !is_refused) {
		begin_scan(air, adapter);
		return;
	}
	if (adapter->scan == AIR_SCAN_STARTING)
		kn_listen_failed(&adapter->watch.listen, air->now_us);
	end_scan(air, adapter);
}

static void
hear(Air *air, AirNode *node)
{
	node->hear_us = AIR_NEVER;
	if (!node->is_near || node->is_connected)
		return;
	node->heard_us = air->now_us;
	node->is_present = TRUE;
	(void)kn_watch_heard(&node->adapter->watch, air->now_us);
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
	air->is_kicked = TRUE;
}

/* ---- the daemon and its adapters ---- */

void
air_set_powered(Air *air, AirAdapter *adapter, gboolean is_powered)
{
	adapter->is_powered = is_powered;
	adapter->quiet_us = 0;
	adapter->scan = AIR_SCAN_OFF;
	adapter->scan_us = AIR_NEVER;
	kn_listen_cut(&adapter->watch.listen, air->now_us);
	air->is_kicked = TRUE;
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		if (node->adapter != adapter)
			continue;
		node->hear_us = AIR_NEVER;
		node->heard_us = 0;
		air_lose(air, node);
	}
}

/* what was there goes with it, and what was known of a seat, too */
void
air_set_daemon(Air *air, gboolean is_up)
{
	air->is_daemon_up = is_up;
	for (guint i = 0; i < air->n_adapters; i++) {
		AirAdapter *adapter = &air->adapters[i];
		air_set_powered(air, adapter, adapter->is_powered);
		kn_turns_init(&adapter->turns, &air->slot_times, &adapter->watch.slots,
			      &adapter->watch.listen);
	}
	for (guint i = 0; i < air->n_nodes; i++)
		air->nodes[i].is_present = air->nodes[i].is_bonded;
}

gint64
air_bluez_next_us(const Air *air)
{
	gint64 at_us = air->is_daemon_up ? AIR_NEVER : air->daemon_us;
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *node = &air->nodes[i];
		at_us = MIN(at_us, MIN(MIN(node->fate_us, node->answer_us), node->hear_us));
	}
	for (guint i = 0; i < air->n_adapters; i++)
		at_us = MIN(at_us, MIN(air->adapters[i].scan_us, air->adapters[i].dark_until_us));
	return at_us;
}

void
air_bluez_pass(Air *air)
{
	if (!air->is_daemon_up && air->daemon_us <= air->now_us)
		air_set_daemon(air, TRUE);
	for (guint i = 0; i < air->n_adapters; i++) {
		AirAdapter *adapter = &air->adapters[i];
		if (adapter->dark_until_us <= air->now_us) {
			adapter->dark_until_us = AIR_NEVER;
			air_set_powered(air, adapter, TRUE);
		}
		if (adapter->scan_us <= air->now_us)
			pass_scan(air, adapter);
	}
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		if (node->fate_us <= air->now_us)
			meet_fate(air, node);
		if (node->hear_us <= air->now_us)
			hear(air, node);
		if (node->answer_us <= air->now_us)
			give_answer(air, node);
	}
}
