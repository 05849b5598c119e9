/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what src/radio does between bluetoothd and the link machine: facts, actions, scanning, and who may connect */

#include "soak.h"

#include "core/wire/encode.h"

enum { ROUNDS_MAX = 200 /* of one instant: more would be a loop */ };
#define SCAN_WINDOW_US (10 * SOAK_SECOND)
#define SCAN_PERIOD_US SOAK_MINUTE
#define SCAN_RETRY_US  (5 * SOAK_SECOND)
#define SCAN_QUIET_US  (200 * SOAK_MS)
#define HEARD_US       SOAK_MINUTE

static gboolean
is_any_powered(const SoakWorld *world)
{
	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		if (world->adapters[i].is_powered)
			return TRUE;
	return FALSE;
}

static KnLinkFacts
gather(const SoakNode *node)
{
	const SoakWorld *world = node->world;

	if (!world->is_daemon_up || !node->is_present)
		return (KnLinkFacts){.is_radio_up = world->is_daemon_up && is_any_powered(world)};
	return (KnLinkFacts){
		.is_radio_up = node->adapter->is_powered,
		.is_present = TRUE,
		.is_bonded = node->is_bonded,
		.is_connected = node->is_connected,
		.is_resolved = node->is_resolved,
		.is_complete = node->is_complete,
		.is_heard = node->heard_us && world->now_us - node->heard_us < HEARD_US,
	};
}

/* ---- actions ---- */

static void
drop(SoakNode *node)
{
	KnNow now = soak_now(node->world);

	node->call_epoch++;
	node->is_acquired = FALSE;
	node->is_writing = FALSE;
	g_queue_clear_full(&node->writes, (GDestroyNotify)g_bytes_unref);
	if (!node->is_told_up)
		return;
	node->is_told_up = FALSE;
	kn_pipeline_link_down(node->world->pipeline, node->id, &now);
}

static void
go_up(SoakNode *node)
{
	SoakWorld *world = node->world;
	KnNow now = soak_now(world);
	guint8 info[512] = {0xff, 0xff};
	gsize n_info = node->is_info_bad ? 2
					 : kn_encode_info(kn_massager_info(node->massager), info,
							  sizeof info);

	node->heard_us = 0;
	node->is_told_up = TRUE;
	world->stats.n_links++;
	soak_note(node, "up");
	(void)kn_pipeline_link_up(world->pipeline, node->id, info, n_info, &now);
	soak_air_wake(node);
}

/* at most so many in an hour: nothing fails that fast for that long */
static void
count_connect(SoakNode *node)
{
	SoakWorld *world = node->world;

	if (world->now_us - node->connects_since_us >= SOAK_HOUR) {
		node->connects_since_us = world->now_us;
		node->n_connects = 0;
	}
	if (++node->n_connects > 300)
		soak_fail(world, node, "300 connects within an hour");
}

static void
act(SoakNode *node, guint actions)
{
	if (actions & KN_LINK_DO_DROP)
		drop(node);
	if (actions & KN_LINK_DO_DISCONNECT)
		soak_bluez_disconnect(node);
	if (actions & KN_LINK_DO_CONNECT) {
		count_connect(node);
		soak_bluez_connect(node);
	}
	if (actions & KN_LINK_DO_READ)
		soak_bluez_read(node);
	if (actions & KN_LINK_DO_ACQUIRE)
		soak_bluez_acquire(node);
	if (actions & KN_LINK_DO_UP)
		go_up(node);
	if (actions & KN_LINK_DO_LISTEN)
		node->adapter->next_window_us = 0;
}

static void on_deadline(SoakWorld *world, SoakNode *node, guint64 arg);

static void
arm(SoakNode *node)
{
	if (node->link.deadline_us >= node->armed_us)
		return;
	node->armed_us = node->link.deadline_us;
	soak_at(node->world, node->armed_us, on_deadline, node, (guint64)node->armed_us);
}

static void
on_deadline(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (node->armed_us != (gint64)arg)
		return;
	node->armed_us = G_MAXINT64;
	if (node->link.deadline_us <= world->now_us)
		soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
	else
		arm(node);
}

void
soak_port_step(SoakNode *node, KnLinkEvent event, const KnBluezVerdict *verdict, guint mtu)
{
	SoakWorld *world = node->world;
	KnLinkInput input = {.event = event, .mtu = mtu};
	KnLinkFacts facts = gather(node);
	KnLinkState before = node->link.state;
	guint actions;

	if (!world->is_hub_up)
		return;
	if (verdict)
		input.verdict = *verdict;
	if (event == KN_LINK_EVENT_NONE && node->is_refused) {
		input.event = KN_LINK_EVENT_REFUSED;
		input.pause_us = node->refusal_us;
		node->is_refused = FALSE;
	}
	actions = kn_link_step(&node->link, &facts, &input, world->now_us);
	if (node->link.state != before)
		world->stats.n_state[node->link.state]++;
	if (node->link.state != before || actions) {
		soak_note(node, "link %u to %u, actions %#x, cause %s", (guint)before,
			  (guint)node->link.state, actions, kn_link_cause_text(node->link.cause));
		world->is_kicked = TRUE;
	}
	arm(node);
	act(node, actions);
	if (node->is_refused)
		world->is_kicked = TRUE;
}

/* ---- scanning ---- */

static void
on_heard(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (!node->adapter->is_scanning || node->adapter->scan_epoch != arg ||
	    !soak_is_in_range(node) || node->is_connected)
		return;
	node->heard_us = world->now_us;
	node->is_present = TRUE;
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

static void
start_scan(SoakWorld *world, SoakAdapter *adapter)
{
	adapter->next_window_us = world->now_us + SCAN_PERIOD_US;
	world->is_kicked = TRUE;
	if (!world->is_calm && soak_chance(world, 20)) {
		adapter->next_window_us = world->now_us + SCAN_RETRY_US;
		return;
	}
	adapter->is_scanning = TRUE;
	adapter->scan_epoch++;
	adapter->scan_until_us = world->now_us + SCAN_WINDOW_US;
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		if (node->adapter == adapter && !node->is_hidden && soak_is_in_range(node))
			soak_at(world,
				world->now_us + soak_between(world, 50 * SOAK_MS, 12 * SOAK_SECOND),
				on_heard, node, adapter->scan_epoch);
	}
}

/* the objects of devices that are not bonded go with it */
static void
stop_scan(SoakWorld *world, SoakAdapter *adapter)
{
	adapter->is_scanning = FALSE;
	adapter->quiet_us = world->now_us + SCAN_QUIET_US;
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		if (node->adapter == adapter && !node->is_bonded && !node->is_connected)
			node->is_present = FALSE;
	}
	world->is_kicked = TRUE;
}

/* when, and of which adapter */
static void
on_round(SoakWorld *world, SoakNode *node, guint64 arg)
{
	SoakAdapter *adapter = &world->adapters[arg % SOAK_ADAPTERS];

	if (adapter->planned_us != (gint64)(arg / SOAK_ADAPTERS))
		return;
	adapter->planned_us = G_MAXINT64;
	world->is_kicked = TRUE;
}

static void
plan_round(SoakWorld *world, SoakAdapter *adapter, gint64 at_us)
{
	if (at_us >= adapter->planned_us)
		return;
	adapter->planned_us = at_us;
	soak_at(world, at_us, on_round, NULL, (guint64)at_us * SOAK_ADAPTERS + adapter->number);
}

/* ---- who may connect ---- */

static void
serve_adapter(SoakWorld *world, SoakAdapter *adapter)
{
	SoakNode *next = NULL;
	gboolean is_held = FALSE, is_needed = FALSE;

	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		if (node->adapter != adapter)
			continue;
		is_held |= kn_link_holds_adapter(&node->link);
		is_needed |= node->link.state == KN_LINK_AT_SEARCHING;
		if (node->link.state == KN_LINK_AT_QUEUED &&
		    (!next || node->link.queued_us < next->link.queued_us))
			next = node;
	}
	if (adapter->is_scanning &&
	    (is_held || next || !is_needed || world->now_us >= adapter->scan_until_us))
		stop_scan(world, adapter);
	else if (adapter->is_scanning)
		plan_round(world, adapter, adapter->scan_until_us);
	else if (is_held)
		return; /* its end kicks */
	else if (world->now_us < adapter->quiet_us)
		plan_round(world, adapter, adapter->quiet_us);
	else if (next)
		soak_port_step(next, KN_LINK_EVENT_GRANTED, NULL, 0);
	else if (is_needed && world->now_us >= adapter->next_window_us)
		start_scan(world, adapter);
	else if (is_needed)
		plan_round(world, adapter, adapter->next_window_us);
}

void
soak_port_rounds(SoakWorld *world)
{
	for (guint i = 0; world->is_kicked; i++) {
		world->is_kicked = FALSE;
		if (!world->is_hub_up)
			return;
		if (i > ROUNDS_MAX)
			soak_fail(world, NULL, "something goes round in circles");
		for (guint k = 0; k < SOAK_NODES; k++)
			soak_port_step(&world->nodes[k], KN_LINK_EVENT_NONE, NULL, 0);
		for (guint k = 0; k < SOAK_ADAPTERS && world->is_daemon_up; k++)
			if (world->adapters[k].is_powered)
				serve_adapter(world, &world->adapters[k]);
	}
}
