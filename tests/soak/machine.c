/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the faults of the machine that the hub runs on, each with its end */

#include "soak.h"

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
	for (guint i = 0; i < SOAK_ADAPTERS; i++)
		on_powered(world, NULL, i);
	on_disk_better(world, NULL, 0);
	on_start(world, NULL, 0);
	on_synced(world, NULL, 0);
}
