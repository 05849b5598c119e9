/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the faults of the machine that the hub runs on, each with its end */

#include "soak.h"

/* ---- the daemon and its adapters ---- */

/* what bluetoothd knew of links is gone */
static void
forget(SoakNode *node)
{
	node->conn_epoch++;
	node->is_attempt = node->is_connected = node->is_resolved = node->is_complete = FALSE;
	node->is_acquired = FALSE;
	node->heard_us = 0;
}

void
soak_bluez_set_daemon(SoakWorld *world, gboolean is_up)
{
	world->is_daemon_up = is_up;
	world->is_kicked = TRUE;
	for (guint i = 0; i < SOAK_ADAPTERS; i++) {
		world->adapters[i].is_scanning = FALSE;
		world->adapters[i].stuck = SOAK_NOT_STUCK;
		soak_turns_reset(world, &world->adapters[i]);
	}
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		forget(node);
		node->is_present = is_up && node->is_bonded;
	}
}

void
soak_bluez_set_powered(SoakAdapter *adapter, SoakWorld *world, gboolean is_powered)
{
	adapter->is_powered = is_powered;
	adapter->is_scanning = FALSE;
	if (adapter->stuck == SOAK_STUCK_TILL_OFF)
		adapter->stuck = SOAK_NOT_STUCK;
	soak_turns_reset(world, adapter);
	world->is_kicked = TRUE;
	for (guint i = 0; i < SOAK_NODES; i++)
		if (world->nodes[i].adapter == adapter)
			forget(&world->nodes[i]);
}

/* ---- faults ---- */

static void
on_powered(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (!world->adapters[arg].is_powered)
		soak_bluez_set_powered(&world->adapters[arg], world, TRUE);
}

void
soak_machine_power_off(SoakWorld *world, SoakNode *node)
{
	guint number = (guint)g_rand_int_range(world->rand, 0, SOAK_ADAPTERS);

	soak_bluez_set_powered(&world->adapters[number], world, FALSE);
	soak_at(world, world->now_us + soak_span(world, SOAK_SECOND, SOAK_HOUR), on_powered, NULL,
		number);
}

static void
on_daemon(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (!world->is_daemon_up)
		soak_bluez_set_daemon(world, TRUE);
}

void
soak_machine_kill_daemon(SoakWorld *world, SoakNode *node)
{
	soak_bluez_set_daemon(world, FALSE);
	soak_at(world, world->now_us + soak_span(world, SOAK_SECOND, 3 * SOAK_HOUR), on_daemon,
		NULL, 0);
}

static void
on_fewer(SoakWorld *world, SoakNode *node, guint64 arg)
{
	world->adapters[arg].capacity = SOAK_NODES;
}

/* one that does not say that it is full carries five: slots.h knows of none that carries fewer */
void
soak_machine_crowd(SoakWorld *world, SoakNode *node)
{
	guint number = (guint)g_rand_int_range(world->rand, 0, SOAK_ADAPTERS);
	SoakAdapter *adapter = &world->adapters[number];

	adapter->capacity =
		adapter->is_silent ? KN_SLOTS_MANY : (guint)g_rand_int_range(world->rand, 2, 9);
	soak_at(world, world->now_us + soak_span(world, 10 * SOAK_MINUTE, 6 * SOAK_HOUR), on_fewer,
		NULL, number);
}

static void
on_unstuck(SoakWorld *world, SoakNode *node, guint64 arg)
{
	world->adapters[arg].stuck = SOAK_NOT_STUCK;
}

static void
stick(SoakWorld *world, guint number, SoakStuck stuck, gint64 until_us)
{
	world->adapters[number].stuck = stuck;
	for (guint i = 0; i < SOAK_NODES; i++)
		if (world->nodes[i].adapter == &world->adapters[number])
			soak_bluez_lose_later(&world->nodes[i]);
	soak_at(world, until_us, on_unstuck, NULL, number);
}

/* one of them, or, as bluetoothd is sick, all */
void
soak_machine_stick(SoakWorld *world, SoakNode *node)
{
	guint one = (guint)g_rand_int_range(world->rand, 0, SOAK_ADAPTERS);
	gboolean is_all = soak_chance(world, 400);
	gint64 until_us = world->now_us + soak_span(world, SOAK_HOUR, 12 * SOAK_HOUR);

	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		if (is_all || i == one)
			stick(world, i, is_all ? SOAK_STUCK_TILL_RESTART : SOAK_STUCK_TILL_OFF,
			      until_us);
}

static void
on_bus(SoakWorld *world, SoakNode *node, guint64 arg)
{
	world->is_bus_cut = FALSE;
	world->is_kicked = TRUE;
}

/* bluetoothd ends the attempts of a client that goes; it goes only while no link is there */
static void
cut_bus(SoakWorld *world)
{
	world->is_bus_cut = world->is_kicked = TRUE;
	for (guint i = 0; i < SOAK_NODES; i++)
		if (world->nodes[i].is_attempt)
			soak_bluez_lose(&world->nodes[i]);
	for (guint i = 0; i < SOAK_ADAPTERS; i++) {
		world->adapters[i].is_scanning = FALSE;
		soak_turns_reset(world, &world->adapters[i]);
	}
	soak_at(world, world->now_us + SOAK_SECOND, on_bus, NULL, 0);
}

void
soak_machine_help(SoakWorld *world, SoakAdapter *adapter, KnLadderStep step)
{
	if (step == KN_LADDER_RECONNECT) {
		cut_bus(world);
	} else if (step == KN_LADDER_POWER) {
		soak_bluez_set_powered(adapter, world, FALSE);
		soak_at(world, world->now_us + 2 * SOAK_SECOND, on_powered, NULL, adapter->number);
	} else if (step == KN_LADDER_RESTART) {
		soak_bluez_set_daemon(world, FALSE);
		soak_at(world, world->now_us + 3 * SOAK_SECOND, on_daemon, NULL, 0);
	}
}

static void
on_start(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (!world->is_hub_up)
		soak_hub_start(world);
}

void
soak_machine_stop_hub(SoakWorld *world, SoakNode *node)
{
	if (!world->is_hub_up)
		return;
	soak_hub_stop(world, soak_chance(world, 700));
	soak_at(world, world->now_us + soak_span(world, SOAK_SECOND, SOAK_HOUR), on_start, NULL, 0);
}

static void
on_disk_better(SoakWorld *world, SoakNode *node, guint64 arg)
{
	soak_hub_set_disk_full(world, FALSE);
	world->commit_delay_us = 40 * SOAK_MS;
}

void
soak_machine_fill_disk(SoakWorld *world, SoakNode *node)
{
	soak_hub_set_disk_full(world, TRUE);
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, 3 * SOAK_HOUR), on_disk_better,
		NULL, 0);
}

void
soak_machine_slow_disk(SoakWorld *world, SoakNode *node)
{
	world->commit_delay_us = soak_span(world, SOAK_SECOND, 2 * SOAK_MINUTE);
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, SOAK_HOUR), on_disk_better,
		NULL, 0);
}

static void
on_synced(SoakWorld *world, SoakNode *node, guint64 arg)
{
	world->wall_offset_us = 0;
	world->quality = ktp_CLOCK_SYNCED;
}

void
soak_machine_step_clock(SoakWorld *world, SoakNode *node)
{
	gint64 by_us = soak_span(world, 50 * SOAK_MS, SOAK_DAY);

	world->wall_offset_us = soak_chance(world, 500) ? by_us : -by_us;
	if (soak_chance(world, 500))
		return;
	world->quality = soak_chance(world, 500) ? ktp_CLOCK_UNKNOWN : ktp_CLOCK_RESTORED;
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, 6 * SOAK_HOUR), on_synced,
		NULL, 0);
}

void
soak_machine_recover(SoakWorld *world)
{
	on_daemon(world, NULL, 0);
	for (guint i = 0; i < SOAK_ADAPTERS; i++) {
		on_powered(world, NULL, i);
		on_fewer(world, NULL, i);
		on_unstuck(world, NULL, i);
	}
	on_disk_better(world, NULL, 0);
	on_start(world, NULL, 0);
	on_synced(world, NULL, 0);
}
