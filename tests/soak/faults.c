/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What people, massagers and the air do, and how often each fault comes: again and again, after a time that is as long as chance wants.
 * In calm hours it only lets its turn pass. */

#include "soak.h"

#include <math.h>

typedef struct {
	const gchar *name;
	gint64 mean_us; /* between two of the same thing */
	gboolean is_of_node;
	void (*func)(SoakWorld *world, SoakNode *node);
} Fault;

/* ---- people ---- */

static void
on_repair(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (node->has_bond && node->is_bonded && !node->link.has_lost_bond)
		return;
	if (!world->is_daemon_up || !node->adapter->is_powered) {
		soak_at(world, world->now_us + 10 * SOAK_MINUTE, on_repair, node, 0);
		return;
	}
	soak_note(node, "a person pairs it");
	node->away_until_us = world->now_us;
	node->is_bonded = FALSE;
	soak_bluez_lose(node);
	node->is_present = node->is_bonded = node->has_bond = TRUE;
	soak_port_step(node, KN_LINK_EVENT_NONE, NULL, 0);
}

void
soak_repair_later(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 after_us = world->is_calm ? SOAK_MINUTE : soak_span(world, SOAK_HOUR, SOAK_DAY);

	soak_at(world, world->now_us + after_us, on_repair, node, 0);
}

static void
go_away(SoakNode *node, gint64 us)
{
	soak_note(node, "out of range for %" G_GINT64_FORMAT " s", us / SOAK_SECOND);
	node->away_until_us = MAX(node->away_until_us, node->world->now_us + us);
	soak_bluez_lose_later(node);
}

static void
leave(SoakWorld *world, SoakNode *node)
{
	go_away(node, soak_span(world, 5 * SOAK_SECOND, 2 * SOAK_HOUR));
}

/* long enough for the flash to run over */
static void
travel(SoakWorld *world, SoakNode *node)
{
	go_away(node, soak_span(world, 12 * SOAK_HOUR, 6 * SOAK_DAY));
}

static void
forget_bond(SoakWorld *world, SoakNode *node)
{
	node->has_bond = FALSE;
	soak_bluez_lose_later(node);
	soak_repair_later(node);
}

static void
remove_bond(SoakWorld *world, SoakNode *node)
{
	node->is_bonded = node->is_present = FALSE;
	soak_bluez_lose(node);
	soak_repair_later(node);
}

static void
listen_elsewhere(SoakWorld *world, SoakNode *node)
{
	node->listener_until_us = world->now_us + soak_span(world, SOAK_MINUTE, 30 * SOAK_MINUTE);
	node->is_acquired = FALSE;
	soak_port_step(node, KN_LINK_EVENT_HUP, NULL, 0);
}

/* ---- sessions ---- */

static void
reboot(SoakWorld *world, SoakNode *node)
{
	kn_massager_advance(node->massager, soak_device_us(node));
	soak_bluez_lose(node);
	kn_massager_reboot(node->massager, soak_device_us(node));
}

static void
spoil_one(SoakWorld *world, SoakNode *node)
{
	SoakLog *log = node->logs->pdata[node->logs->len - 1];
	guint64 seq = kn_flash_newest_seq(kn_massager_flash(node->massager)) +
		      (guint64)g_rand_int_range(world->rand, 1, 60);

	if (soak_chance(world, 500)) {
		g_array_append_val(log->spoiled, seq);
		kn_massager_spoil(node->massager, seq);
	} else {
		kn_massager_garble(node->massager, seq);
	}
}

static void
on_mishap(SoakWorld *world, SoakNode *node, guint64 arg)
{
	if (world->is_calm)
		return;
	if (arg == 0)
		leave(world, node);
	else if (arg == 1)
		reboot(world, node);
	else
		kn_massager_stop_session(node->massager, soak_device_us(node));
}

static void
on_session_end(SoakWorld *world, SoakNode *node, guint64 arg)
{
	kn_massager_advance(node->massager, soak_device_us(node));
}

static void
on_session(SoakWorld *world, SoakNode *node, guint64 arg)
{
	gint64 duration_us = soak_between(world, SOAK_MINUTE, 10 * SOAK_MINUTE);
	gint64 at_us = world->now_us + soak_between(world, 0, duration_us);
	guint scenario = (guint)g_rand_int_range(world->rand, 0, KN_SCENARIO_GET_UP + 1);

	if (world->now_us >= world->quiet_us ||
	    !kn_massager_start_session(node->massager, soak_device_us(node),
				       (guint64)(duration_us / SOAK_MS), (KnScenario)scenario))
		return;
	soak_note(node, "a session of %" G_GINT64_FORMAT " s", duration_us / SOAK_SECOND);
	soak_at(world, world->now_us + duration_us + SOAK_SECOND, on_session_end, node, 0);
	soak_air_wake(node);
	if (soak_chance(world, 300))
		soak_at(world, at_us, on_mishap, node, 0);
	if (soak_chance(world, 50))
		soak_at(world, at_us, on_mishap, node, 1);
	if (soak_chance(world, 100))
		soak_at(world, at_us, on_mishap, node, 2);
	if (soak_chance(world, 50))
		spoil_one(world, node);
}

/* one to three a day */
static void
on_day(SoakWorld *world, SoakNode *node, guint64 arg)
{
	for (gint32 n = g_rand_int_range(world->rand, 1, 4); n > 0; n--)
		soak_at(world, world->now_us + soak_between(world, 0, SOAK_DAY), on_session, node,
			0);
	soak_at(world, world->now_us + SOAK_DAY, on_day, node, 0);
}

/* ---- massagers and their links ---- */

static void
format(SoakWorld *world, SoakNode *node)
{
	/* a log change ends the link (ARCHITECTURE.md, decision 9) */
	soak_bluez_lose(node);
	kn_massager_advance(node->massager, soak_device_us(node));
	kn_massager_format(node->massager);
	soak_books_open_log(node);
}

static void
reset_to_factory(SoakWorld *world, SoakNode *node)
{
	format(world, node);
	kn_massager_set_owner(node->massager, 0);
	forget_bond(world, node);
}

static void
hang_up(SoakWorld *world, SoakNode *node)
{
	node->is_acquired = FALSE;
	soak_port_step(node, KN_LINK_EVENT_HUP, NULL, 0);
}

static void
flap(SoakWorld *world, SoakNode *node)
{
	gint64 at_us = world->now_us;

	for (gint32 n = g_rand_int_range(world->rand, 1, 5); n > 0 && node->is_resolved; n--) {
		gboolean is_complete = soak_chance(world, 600);
		soak_bluez_set_services(node, at_us, FALSE, is_complete);
		at_us += soak_span(world, 10 * SOAK_MS, 8 * SOAK_SECOND);
		soak_bluez_set_services(node, at_us, TRUE, TRUE);
		at_us += soak_span(world, 10 * SOAK_MS, SOAK_SECOND);
	}
}

static void
on_better(SoakWorld *world, SoakNode *node, guint64 arg)
{
	node->loss_permille = node->corrupt_permille = 2;
	kn_massager_hold_fetch(node->massager, FALSE);
}

static void
lose_some(SoakWorld *world, SoakNode *node)
{
	node->loss_permille = (guint)g_rand_int_range(world->rand, 20, 400);
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, SOAK_HOUR), on_better, node,
		0);
}

static void
corrupt_some(SoakWorld *world, SoakNode *node)
{
	node->corrupt_permille = (guint)g_rand_int_range(world->rand, 20, 300);
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, SOAK_HOUR), on_better, node,
		0);
}

static void
hold(SoakWorld *world, SoakNode *node)
{
	kn_massager_hold_fetch(node->massager, TRUE);
	soak_at(world, world->now_us + soak_span(world, SOAK_MINUTE, SOAK_HOUR), on_better, node,
		0);
}

/* bluetoothd and massager go on to take it for a link */
static void
go_mute(SoakWorld *world, SoakNode *node)
{
	if (node->is_acquired)
		node->mute_epoch = node->conn_epoch;
}

static void
drop_live(SoakWorld *world, SoakNode *node)
{
	kn_massager_drop_live(node->massager, (guint)g_rand_int_range(world->rand, 1, 40));
}

/* ---- all of them ---- */

static const Fault faults[] = {
	{"out of range", 16 * SOAK_HOUR, TRUE, leave},
	{"away for days", 9 * SOAK_DAY, TRUE, travel},
	{"forgets its bond", 10 * SOAK_DAY, TRUE, forget_bond},
	{"bond removed", 10 * SOAK_DAY, TRUE, remove_bond},
	{"another program listens", 4 * SOAK_DAY, TRUE, listen_elsewhere},
	{"reboot", 4 * SOAK_DAY, TRUE, reboot},
	{"format", 12 * SOAK_DAY, TRUE, format},
	{"factory reset", 25 * SOAK_DAY, TRUE, reset_to_factory},
	{"socket ends", SOAK_DAY, TRUE, hang_up},
	{"services flap", SOAK_DAY, TRUE, flap},
	{"notifications get lost", 2 * SOAK_DAY, TRUE, lose_some},
	{"notifications are spoiled", 2 * SOAK_DAY, TRUE, corrupt_some},
	{"fetches are not answered", 5 * SOAK_DAY, TRUE, hold},
	{"live records are skipped", SOAK_DAY, TRUE, drop_live},
	{"its link brings nothing", 2 * SOAK_DAY, TRUE, go_mute},
	{"adapter off", SOAK_DAY, FALSE, soak_machine_power_off},
	{"bluetoothd is killed", SOAK_DAY, FALSE, soak_machine_kill_daemon},
	{"others take links", 2 * SOAK_DAY, FALSE, soak_machine_crowd},
	{"an adapter is stuck", 3 * SOAK_DAY, FALSE, soak_machine_stick},
	{"the hub ends", 8 * SOAK_HOUR, FALSE, soak_machine_stop_hub},
	{"the disk is full", SOAK_DAY, FALSE, soak_machine_fill_disk},
	{"the disk is slow", SOAK_DAY, FALSE, soak_machine_slow_disk},
	{"the hub's clock steps", SOAK_DAY, FALSE, soak_machine_step_clock},
};

static void on_fault(SoakWorld *world, SoakNode *node, guint64 arg);

static void
plan(SoakWorld *world, SoakNode *node, guint number)
{
	gdouble wait = -log(1 - g_rand_double(world->rand));

	soak_at(world, world->now_us + (gint64)((gdouble)faults[number].mean_us * wait), on_fault,
		node, number);
}

static void
on_fault(SoakWorld *world, SoakNode *node, guint64 arg)
{
	plan(world, node, (guint)arg);
	if (world->is_calm)
		return;
	world->stats.n_faults++;
	if (node)
		soak_note(node, "fault: %s", faults[arg].name);
	else
		soak_note_all(world, faults[arg].name);
	faults[arg].func(world, node);
}

void
soak_faults_start(SoakWorld *world)
{
	for (guint i = 0; i < SOAK_NODES; i++)
		soak_at(world, world->now_us, on_day, &world->nodes[i], 0);
	for (guint k = 0; k < G_N_ELEMENTS(faults); k++) {
		if (!faults[k].is_of_node)
			plan(world, NULL, k);
		for (guint i = 0; faults[k].is_of_node && i < SOAK_NODES; i++)
			plan(world, &world->nodes[i], k);
	}
}

void
soak_faults_cease(SoakWorld *world)
{
	world->is_calm = TRUE;
	soak_note_all(world, "the faults cease");
	soak_machine_recover(world);
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		node->away_until_us = world->now_us;
		node->listener_until_us = 0;
		on_better(world, node, 0);
		node->loss_permille = node->corrupt_permille = 0;
		kn_massager_drop_live(node->massager, 0);
		on_repair(world, node, 0);
	}
}
