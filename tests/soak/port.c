/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what src/radio does between bluetoothd and the link machine: facts and actions */

#include "soak.h"

#include "core/wire/encode.h"

enum { ROUNDS_MAX = 200 /* of one instant: more would be a loop */ };
#define HEARD_US SOAK_MINUTE

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
	gboolean is_up = world->is_daemon_up && !world->is_bus_cut;

	if (!is_up || !node->is_present)
		return (KnLinkFacts){.is_radio_up = is_up && is_any_powered(world)};
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
		kn_listen_soon(&node->adapter->watch.listen);
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
	} else if (event == KN_LINK_EVENT_NONE && node->is_silent) {
		input.event = KN_LINK_EVENT_SILENT;
		node->is_silent = FALSE;
	}
	actions = kn_link_step(&node->link, &facts, &input, world->now_us);
	if (node->link.state != before) {
		world->stats.n_state[node->link.state]++;
		node->queued_us = world->now_us;
	}
	if (node->link.state != before || actions) {
		soak_note(node, "link %u to %u, actions %#x, cause %s", (guint)before,
			  (guint)node->link.state, actions, kn_link_cause_text(node->link.cause));
		world->is_kicked = TRUE;
	}
	arm(node);
	act(node, actions);
	if (before == KN_LINK_AT_CONNECTING && node->link.state != before && facts.is_present)
		soak_turns_tried(node, verdict);
	if (node->is_refused)
		world->is_kicked = TRUE;
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
		for (guint k = 0; k < SOAK_ADAPTERS && world->is_daemon_up && !world->is_bus_cut;
		     k++)
			soak_turns_serve(world, &world->adapters[k]);
	}
}
