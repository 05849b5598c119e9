/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "air.h"

/* what src/radio/ does between bluetoothd and core/link: peer.c, turns.c, round.c, scan.c, rescue.c */

enum { ROUNDS_MAX = 100 /* of one instant: more would be a loop */ };
#define HEARD_US (60 * AIR_SECOND)

static gboolean
is_up(const Air *air, const AirAdapter *adapter)
{
	return air->is_daemon_up && adapter->is_powered;
}

static KnLinkFacts
gather(const Air *air, const AirNode *node)
{
	gboolean is_there = air->is_daemon_up && node->is_present;
	gboolean is_any_up = FALSE;
	for (guint i = 0; i < air->n_adapters; i++)
		is_any_up |= is_up(air, &air->adapters[i]);
	if (!is_there)
		return (KnLinkFacts){.is_radio_up = is_any_up};
	return (KnLinkFacts){
		.is_radio_up = node->adapter->is_powered,
		.is_present = TRUE,
		.is_bonded = node->is_bonded,
		.is_connected = node->is_connected,
		.is_resolved = node->is_resolved,
		.is_complete = node->is_complete,
		.is_heard = node->heard_us && air->now_us - node->heard_us < HEARD_US,
	};
}

static KnBluezVerdict
verdict_of(const gchar *error)
{
	g_auto(GStrv) parts = g_strsplit(error, ": ", 2);
	g_autofree gchar *name = g_strconcat("org.bluez.Error.", parts[0], NULL);
	return kn_bluez_error_classify(name, parts[1]);
}

/* ---- one link ---- */

static void
act(Air *air, AirNode *node, guint actions)
{
	if (actions & KN_LINK_DO_DROP)
		node->answer_us = AIR_NEVER;
	if (actions & KN_LINK_DO_DISCONNECT)
		air_disconnect(air, node);
	if (actions & KN_LINK_DO_CONNECT)
		air_connect(air, node);
	if (actions & KN_LINK_DO_READ)
		air_answer(air, node, air_span(air, AIR_SECOND), KN_LINK_EVENT_READ_DONE, NULL);
	if (actions & KN_LINK_DO_ACQUIRE)
		air_answer(air, node, air_span(air, AIR_SECOND), KN_LINK_EVENT_ACQUIRE_DONE,
			   node->has_listener ? "NotPermitted: Notify acquired" : NULL);
	if (actions & KN_LINK_DO_UP)
		node->heard_us = 0;
}

static gboolean
is_linked(const KnLink *link)
{
	return link->state >= KN_LINK_AT_RESOLVING && link->state <= KN_LINK_AT_BUSY;
}

static gboolean
is_alone(const Air *air, const AirNode *node)
{
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *other = &air->nodes[i];
		if (other != node && other->adapter == node->adapter && other->is_present &&
		    other->heard_us && air->now_us - other->heard_us < HEARD_US &&
		    kn_watch_is_witness(&other->link))
			return FALSE;
	}
	return TRUE;
}

static void
note_tried(Air *air, AirNode *node, gboolean is_full)
{
	AirAdapter *adapter = node->adapter;
	guint n = air_count_connected(air, adapter);
	gboolean is_telling = kn_watch_is_telling(&node->link, -60);
	KnSlots *slots = &adapter->watch.slots;
	guint n_max_before = slots->n_max;
	if (is_full) {
		kn_watch_refused(&adapter->watch, &air->slot_times, n, air->now_us);
		air->n_refused++;
	} else {
		gchar name[] = {(gchar)('a' + node->number), 0};
		gboolean is_well = is_linked(&node->link);
		if (!is_well && is_telling)
			kn_watch_connect_failed(&adapter->watch, name, is_alone(air, node),
						air->now_us);
		kn_turns_tried(&adapter->turns, is_well, is_telling, n, air->now_us);
	}
	/* in the test's own book: what it was told, and what was presumed or given up, which cannot be known better */
	if (is_full || (slots->n_max && !n_max_before)) {
		adapter->book_max = MAX(n, 1);
		adapter->book_us = air->now_us;
	} else if (!slots->n_max) {
		adapter->book_max = 0;
	}
}

void
air_step(Air *air, AirNode *node, KnLinkEvent event, const gchar *error)
{
	KnLinkInput input = {.event = event, .mtu = 247};
	KnLinkFacts facts = gather(air, node);
	KnLinkState before = node->link.state;
	if (error)
		input.verdict = verdict_of(error);
	guint actions = kn_link_step(&node->link, &facts, &input, air->now_us);
	if (node->link.state == before && !actions)
		return;
	air->is_kicked = TRUE;
	air_tell(air, "%u on %u: event %u %s, %u to %u, actions %#x", node->number,
		 node->adapter->number, (guint)event, error ? error : "", (guint)before,
		 (guint)node->link.state, actions);
	act(air, node, actions);
	if (before == KN_LINK_AT_CONNECTING && node->link.state != before && facts.is_present)
		note_tried(air, node, error && input.verdict.class == KN_BLUEZ_NO_SLOT);
	if (actions & KN_LINK_DO_LISTEN)
		kn_listen_soon(&node->adapter->watch.listen);
	if (node->link.state == KN_LINK_AT_STREAMING)
		node->served_us = MIN(node->served_us, air->now_us);
}

/* ---- one adapter ---- */

static gboolean
is_idle(gpointer user, guint at)
{
	AirNode *const *nodes = user;
	return nodes[at]->is_idle;
}

static void
take_turns(Air *air, AirAdapter *adapter, gboolean *ret_is_held)
{
	const KnLink *links[AIR_NODES];
	AirNode *nodes[AIR_NODES];
	KnTurnView view = {.links = links,
			   .n_connected = air_count_connected(air, adapter),
			   .is_idle = is_idle,
			   .user = nodes,
			   .is_powered = adapter->is_powered,
			   .is_quiet = adapter->scan == AIR_SCAN_OFF &&
				       air->now_us >= adapter->quiet_us,
			   .is_pairing = air->now_us < adapter->pairing_until_us};
	KnTurn turn;
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		if (node->adapter != adapter || !node->is_present)
			continue;
		nodes[view.n] = node;
		links[view.n++] = &node->link;
	}
	adapter->book_max = adapter->book_max ? MAX(adapter->book_max, view.n_connected) : 0;
	kn_turns_decide(&adapter->turns, &view, air->now_us, &turn);
	*ret_is_held = turn.is_held;
	adapter->again_us = turn.again_us;
	if (turn.leaver >= 0) {
		air->n_yields++;
		air_step(air, nodes[turn.leaver], KN_LINK_EVENT_YIELD, NULL);
	}
	if (turn.granted >= 0) {
		air->n_grants++;
		air_check_grant(air, adapter, nodes[turn.granted]);
		if (view.n_connected >= adapter->book_max)
			adapter->book_us = air->now_us;
		if (nodes[turn.granted]->link.is_blind)
			adapter->book_blind_us = air->now_us;
		air_step(air, nodes[turn.granted], KN_LINK_EVENT_GRANTED, NULL);
	}
}

static void
plan_scan(Air *air, AirAdapter *adapter, gboolean is_held)
{
	gboolean is_needed = FALSE;
	gint64 again_us = AIR_NEVER;
	for (guint i = 0; i < air->n_nodes; i++)
		is_needed |= kn_turns_is_sought(&air->nodes[i].link) &&
			     (!air->nodes[i].is_present || air->nodes[i].adapter == adapter);
	/* the answer kicks */
	if (adapter->scan == AIR_SCAN_STARTING || adapter->scan == AIR_SCAN_STOPPING)
		return;
	KnListenAction action =
		kn_listen_plan(&adapter->watch.listen, is_needed, is_held, air->now_us, &again_us);
	if (action == KN_LISTEN_START)
		air_start_scan(air, adapter);
	else if (action == KN_LISTEN_STOP)
		air_stop_scan(air, adapter);
	else if (is_held && adapter->quiet_us > air->now_us)
		again_us = adapter->quiet_us;
	adapter->again_us = MIN(adapter->again_us, again_us);
}

/* as rescue.c: no step costs a link that works */
static void
look_at(Air *air, AirAdapter *adapter)
{
	gboolean has_link = FALSE, has_told = FALSE, has_any = FALSE;
	KnWatchNews news;
	for (guint i = 0; i < air->n_nodes; i++) {
		const AirNode *node = &air->nodes[i];
		has_any |= is_linked(&node->link);
		has_link |= node->adapter == adapter && is_linked(&node->link);
		has_told |= node->adapter == adapter && kn_watch_has_told(&node->link);
	}
	guint may = has_any ? 1u << KN_LADDER_RESCAN | 1u << KN_LADDER_POWER : ~0u;
	adapter->watch.ladder.withheld = 0;
	if (air->now_us < adapter->pairing_until_us) {
		adapter->watch.ladder.withheld = may & ~(1u << KN_LADDER_RESCAN);
		may &= 1u << KN_LADDER_RESCAN;
	}
	KnLadderStep step =
		kn_watch_look(&adapter->watch, has_link, has_told, may, air->now_us, &news);
	air->n_steps += step < KN_LADDER_STEPS;
	if (step == KN_LADDER_RESCAN) {
		kn_listen_soon(&adapter->watch.listen);
	} else if (step == KN_LADDER_POWER) {
		adapter->dark_until_us = air->now_us + 2 * AIR_SECOND;
		air_set_powered(air, adapter, FALSE);
	} else if (step == KN_LADDER_RECONNECT || step == KN_LADDER_RESTART) {
		air->daemon_us = air->now_us + AIR_SECOND;
		air_set_daemon(air, FALSE);
	}
	adapter->again_us =
		MIN(adapter->again_us, kn_ladder_calm_us(&adapter->watch.ladder, air->now_us));
}

static void
serve(Air *air, AirAdapter *adapter)
{
	gboolean is_held;
	take_turns(air, adapter, &is_held);
	if (!adapter->is_powered)
		return;
	plan_scan(air, adapter, is_held);
	look_at(air, adapter);
	if (air->now_us < adapter->pairing_until_us)
		adapter->again_us = MIN(adapter->again_us, adapter->pairing_until_us);
}

void
air_rounds(Air *air)
{
	for (guint i = 0; air->is_kicked; i++) {
		air->is_kicked = FALSE;
		if (i > ROUNDS_MAX)
			air_fail(air, "something goes round in circles");
		for (guint k = 0; k < air->n_nodes; k++)
			air_step(air, &air->nodes[k], KN_LINK_EVENT_NONE, NULL);
		for (guint k = 0; k < air->n_adapters && air->is_daemon_up; k++)
			serve(air, &air->adapters[k]);
	}
}

/* ---- time ---- */

static gint64
next_us(const Air *air)
{
	gint64 at_us = air->is_kicked ? air->now_us : air_bluez_next_us(air);
	for (guint i = 0; i < air->n_nodes; i++)
		at_us = MIN(at_us, air->nodes[i].link.deadline_us);
	for (guint i = 0; i < air->n_adapters && air->is_daemon_up; i++)
		if (air->adapters[i].is_powered)
			at_us = MIN(at_us, air->adapters[i].again_us);
	return at_us;
}

void
air_pass(Air *air, gint64 until_us)
{
	air->now_us = CLAMP(next_us(air), air->now_us, until_us);
	air->n_events++;
	air_bluez_pass(air);
	for (guint i = 0; i < air->n_nodes; i++)
		if (air->nodes[i].link.deadline_us <= air->now_us)
			air_step(air, &air->nodes[i], KN_LINK_EVENT_NONE, NULL);
	for (guint i = 0; i < air->n_adapters; i++)
		air->is_kicked |= air->adapters[i].again_us <= air->now_us;
	air_rounds(air);
	air_check(air);
}
