/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what src/radio does with the modules of an adapter: turns.c, round.c, scan.c and rescue.c of it */

#include "soak.h"

#define QUIET_US (200 * SOAK_MS)
#define HEARD_US (60 * SOAK_SECOND)
enum { SIGNAL_DBM = -60 };

/* ---- the hub's memory of adapters ---- */

void
soak_turns_start(SoakWorld *world)
{
	world->book = (KnLadderBook){0};
	for (guint i = 0; i < SOAK_ADAPTERS; i++) {
		SoakAdapter *adapter = &world->adapters[i];
		gchar key[] = {(gchar)('A' + i), 0};
		kn_watch_init(&adapter->watch, key, &world->listen_times, &world->ladder_times,
			      &world->book);
		soak_turns_reset(world, adapter);
	}
}

void
soak_turns_stop(SoakWorld *world)
{
	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		kn_watch_clear(&world->adapters[i].watch);
}

void
soak_turns_reset(SoakWorld *world, SoakAdapter *adapter)
{
	if (!world->is_hub_up)
		return;
	kn_listen_cut(&adapter->watch.listen, world->now_us);
	kn_turns_init(&adapter->turns, &world->slot_times, &adapter->watch.slots,
		      &adapter->watch.listen);
}

static gboolean
is_alone(const SoakWorld *world, const SoakNode *node)
{
	for (guint i = 0; i < SOAK_NODES; i++) {
		const SoakNode *other = &world->nodes[i];
		if (other != node && other->adapter == node->adapter && other->is_present &&
		    other->heard_us && world->now_us - other->heard_us < HEARD_US &&
		    kn_watch_is_witness(&other->link))
			return FALSE;
	}
	return TRUE;
}

void
soak_turns_tried(SoakNode *node, const KnBluezVerdict *verdict)
{
	SoakWorld *world = node->world;
	KnWatch *watch = &node->adapter->watch;
	guint n = soak_count_connected(world, node->adapter);
	gboolean is_well =
		node->link.state >= KN_LINK_AT_RESOLVING && node->link.state <= KN_LINK_AT_BUSY;
	gboolean is_telling = !is_well && kn_watch_is_telling(&node->link, SIGNAL_DBM);
	g_autofree gchar *address = g_strdup_printf("%u", node->number);

	if (verdict && verdict->class == KN_BLUEZ_NO_SLOT) {
		world->stats.n_full++;
		kn_watch_refused(watch, &world->slot_times, n, world->now_us);
		return;
	}
	if (is_telling)
		kn_watch_connect_failed(watch, address, is_alone(world, node), world->now_us);
	kn_turns_tried(&node->adapter->turns, is_well, is_telling, n, world->now_us);
}

/* ---- scanning ---- */

static void
on_heard(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (!node->adapter->is_scanning || node->adapter->scan_epoch != arg ||
	    !soak_is_in_range(node) || node->is_connected || node->adapter->stuck)
		return;
	node->heard_us = world->now_us;
	node->is_present = TRUE;
	(void)kn_watch_heard(&node->adapter->watch, world->now_us);
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

static void
start_scan(SoakWorld *world, SoakAdapter *adapter)
{
	world->is_kicked = TRUE;
	if (!world->is_calm && soak_chance(world, 20)) {
		kn_listen_failed(&adapter->watch.listen, world->now_us);
		return;
	}
	adapter->is_scanning = TRUE;
	adapter->scan_epoch++;
	kn_listen_started(&adapter->watch.listen, world->now_us);
	/* a stranger; seldom there is none */
	if (adapter->watch.listen.is_to_all && !adapter->stuck && !soak_chance(world, 100))
		(void)kn_watch_heard(&adapter->watch, world->now_us);
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
	adapter->quiet_us = world->now_us + QUIET_US;
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		if (node->adapter == adapter && !node->is_bonded && !node->is_connected)
			node->is_present = FALSE;
	}
	world->is_kicked = TRUE;
}

/* ---- rounds by time ---- */

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

/* ---- one adapter ---- */

typedef struct {
	const KnLink *links[SOAK_NODES];
	SoakNode *nodes[SOAK_NODES];
	KnTurnView view;
} Party;

/* as daemon/app-control.c */
static gboolean
is_idle(gpointer user, guint at)
{
	const Party *party = user;
	SoakNode *node = party->nodes[at];
	KnPipelineDeviceStatus status;
	KnMassagerStatus massager;

	kn_massager_get_status(node->massager, soak_device_us(node), &massager);
	return kn_pipeline_get_status(node->world->pipeline, node->id, &status) &&
	       status.is_newest_known && status.n_missing == 0 && !massager.is_session_active;
}

static void
gather(SoakWorld *world, SoakAdapter *adapter, Party *ret_party)
{
	guint n = 0;

	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		if (node->adapter != adapter || !node->is_present)
			continue;
		ret_party->nodes[n] = node;
		ret_party->links[n++] = &node->link;
	}
	ret_party->view = (KnTurnView){
		.links = ret_party->links,
		.n = n,
		.n_connected = soak_count_connected(world, adapter),
		.is_idle = is_idle,
		.user = ret_party,
		.is_powered = adapter->is_powered,
		.is_quiet = !adapter->is_scanning && world->now_us >= adapter->quiet_us,
	};
}

static gboolean
take_turns(SoakWorld *world, SoakAdapter *adapter)
{
	Party party;
	KnTurn turn;

	gather(world, adapter, &party);
	kn_turns_decide(&adapter->turns, &party.view, world->now_us, &turn);
	plan_round(world, adapter, turn.again_us);
	if (turn.leaver >= 0) {
		world->stats.n_yields++;
		soak_port_step(party.nodes[turn.leaver], KN_LINK_EVENT_YIELD, NULL, 0);
	}
	if (turn.granted >= 0)
		soak_port_step(party.nodes[turn.granted], KN_LINK_EVENT_GRANTED, NULL, 0);
	return turn.is_held;
}

static void
plan_scan(SoakWorld *world, SoakAdapter *adapter, gboolean is_held)
{
	gboolean is_needed = FALSE;
	gint64 again_us;
	KnListenAction action;

	for (guint i = 0; i < SOAK_NODES; i++)
		is_needed |= kn_turns_is_sought(&world->nodes[i].link) &&
			     (!world->nodes[i].is_present || world->nodes[i].adapter == adapter);
	action = kn_listen_plan(&adapter->watch.listen, is_needed, is_held, world->now_us,
				&again_us);
	if (action == KN_LISTEN_START)
		start_scan(world, adapter);
	else if (action == KN_LISTEN_STOP)
		stop_scan(world, adapter);
	else if (is_held && adapter->quiet_us > world->now_us)
		again_us = adapter->quiet_us;
	plan_round(world, adapter, again_us);
}

/* no step costs a link that works */
static void
look_at(SoakWorld *world, SoakAdapter *adapter)
{
	gboolean has_link = FALSE, has_told = FALSE, has_any = FALSE;
	KnLadderStep step;
	KnWatchNews news;
	guint may;

	for (guint i = 0; i < SOAK_NODES; i++) {
		const SoakNode *node = &world->nodes[i];
		gboolean is_linked = node->link.state >= KN_LINK_AT_RESOLVING &&
				     node->link.state <= KN_LINK_AT_BUSY;
		has_any |= is_linked;
		has_link |= is_linked && node->adapter == adapter;
		has_told |= kn_watch_has_told(&node->link) && node->adapter == adapter;
	}
	may = has_any ? 1u << KN_LADDER_RESCAN | 1u << KN_LADDER_POWER : ~0u;
	step = kn_watch_look(&adapter->watch, has_link, has_told, may, world->now_us, &news);
	plan_round(world, adapter, kn_ladder_calm_us(&adapter->watch.ladder, world->now_us));
	if (step >= KN_LADDER_STEPS)
		return;
	world->stats.n_steps[step]++;
	soak_note_all(world, kn_ladder_step_name(step));
	if (step == KN_LADDER_RESCAN)
		kn_listen_soon(&adapter->watch.listen);
	world->is_kicked = TRUE;
	soak_machine_help(world, adapter, step);
}

void
soak_turns_serve(SoakWorld *world, SoakAdapter *adapter)
{
	gboolean is_held = take_turns(world, adapter);

	if (!adapter->is_powered)
		return;
	plan_scan(world, adapter, is_held);
	look_at(world, adapter);
}
