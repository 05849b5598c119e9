/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "air.h"

/* what there is, and what people, massagers and machines do to it */

gint32
air_draw(Air *air, gint32 n)
{
	return g_rand_int_range(air->rand, 0, n);
}

gboolean
air_chance(Air *air, gint32 permille)
{
	return air_draw(air, 1000) < permille;
}

gint64
air_span(Air *air, gint64 max_us)
{
	gdouble part = g_rand_double(air->rand);
	return AIR_MS + (gint64)(part * part * (gdouble)max_us);
}

/* ---- what there is ---- */

static void
init_adapter(Air *air, guint number)
{
	AirAdapter *adapter = &air->adapters[number];
	gchar key[] = {(gchar)('A' + number), 0};
	adapter->number = number;
	kn_watch_init(&adapter->watch, key, &air->listen_times, &air->ladder_times, &air->book);
	kn_turns_init(&adapter->turns, &air->slot_times, &adapter->watch.slots,
		      &adapter->watch.listen);
	adapter->is_powered = TRUE;
	adapter->dark_until_us = adapter->scan_us = adapter->again_us = AIR_NEVER;
	/* one in five is too small for all; those that do not say so carry five (slots.h: none is known that carries fewer) */
	adapter->is_silent = air_chance(air, 200);
	adapter->n_foreign = air_chance(air, 200) ? 1 : 0;
	adapter->capacity = AIR_NODES + 1;
	if (air_chance(air, 200))
		adapter->capacity = adapter->is_silent
					    ? KN_SLOTS_MANY
					    : adapter->n_foreign + 1 + (guint)air_draw(air, 4);
}

static void
init_node(Air *air, guint number)
{
	AirNode *node = &air->nodes[number];
	node->number = number;
	node->adapter = &air->adapters[number % air->n_adapters];
	kn_link_init(&node->link, &air->link_times, air->seed + number);
	node->is_idle = air_chance(air, 500);
	/* who is never heard looks just like who is not there, so an adapter that does not say that it is full tells nothing of them */
	node->is_hidden = !node->adapter->is_silent && air_chance(air, 100);
	node->is_near = node->has_bond = node->is_present = node->is_bonded = TRUE;
	node->hear_us = node->fate_us = node->answer_us = node->served_us = AIR_NEVER;
}

void
air_init(Air *air, guint32 seed)
{
	*air = (Air){.seed = seed, .rand = g_rand_new_with_seed(seed), .now_us = AIR_SECOND};
	kn_link_times_init(&air->link_times, 1.0);
	kn_slot_times_init(&air->slot_times, 1.0);
	kn_listen_times_init(&air->listen_times, 1.0);
	kn_ladder_times_init(&air->ladder_times, 1.0);
	air->is_daemon_up = air->is_kicked = TRUE;
	air->daemon_us = AIR_NEVER;
	air->has_strangers = air_chance(air, 700);
	air->n_adapters = 1 + (guint)air_draw(air, AIR_ADAPTERS);
	air->n_nodes = 2 + (guint)air_draw(air, AIR_NODES - 1);
	for (guint i = 0; i < air->n_adapters; i++)
		init_adapter(air, i);
	for (guint i = 0; i < air->n_nodes; i++)
		init_node(air, i);
}

void
air_clear(Air *air)
{
	for (guint i = 0; i < air->n_adapters; i++)
		kn_watch_clear(&air->adapters[i].watch);
	g_clear_pointer(&air->rand, g_rand_free);
}

/* ---- faults ---- */

static void
lose_object(Air *air, AirNode *node)
{
	node->is_present = FALSE;
	air_lose(air, node);
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
}

static void
pair_anew(Air *air, AirNode *node)
{
	node->is_bonded = FALSE;
	air_lose(air, node);
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
	node->is_present = node->is_bonded = node->has_bond = TRUE;
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
}

static void
flap(Air *air, AirNode *node)
{
	if (!node->is_connected)
		return;
	node->is_complete = air_chance(air, 300);
	node->is_resolved = air_chance(air, 500);
	node->fate_us = air->now_us + air_span(air, 8 * AIR_SECOND);
	air_step(air, node, KN_LINK_EVENT_NONE, NULL);
}

static void
disturb_node(Air *air, AirNode *node)
{
	switch (air_draw(air, 11)) {
	case 0:
		node->is_near = FALSE;
		air_lose(air, node);
		break;
	case 1:
		node->is_near = TRUE;
		break;
	case 2:
		air_lose(air, node);
		break;
	case 3:
		node->has_bond = FALSE;
		break;
	case 4:
		pair_anew(air, node);
		break;
	case 5:
		lose_object(air, node);
		break;
	case 6:
		flap(air, node);
		break;
	case 7:
		air_step(air, node, KN_LINK_EVENT_HUP, NULL);
		break;
	case 8:
		air_step(air, node, KN_LINK_EVENT_REFUSED, NULL);
		break;
	case 9:
		node->is_idle = !node->is_idle;
		break;
	default:
		node->has_listener = !node->has_listener;
		break;
	}
}

static void
disturb_adapter(Air *air, AirAdapter *adapter)
{
	switch (air_draw(air, 6)) {
	case 0:
		adapter->dark_until_us = AIR_NEVER;
		air_set_powered(air, adapter, !adapter->is_powered);
		break;
	case 1:
		adapter->is_deaf = !adapter->is_deaf;
		break;
	case 2:
		adapter->is_broken = !adapter->is_broken;
		break;
	case 3:
		adapter->pairing_until_us = air->now_us + air_span(air, 90 * AIR_SECOND);
		air->is_kicked = TRUE;
		break;
	case 4:
		/* somebody else's link comes, or goes */
		if (adapter->n_foreign > 0)
			adapter->n_foreign--;
		else if (air_count_connected(air, adapter) < adapter->capacity)
			adapter->n_foreign++;
		air->is_kicked = TRUE;
		break;
	default:
		air->daemon_us = AIR_NEVER;
		air_set_daemon(air, !air->is_daemon_up);
		break;
	}
}

void
air_disturb(Air *air)
{
	if (air_chance(air, 700))
		disturb_node(air, &air->nodes[air_draw(air, (gint32)air->n_nodes)]);
	else
		disturb_adapter(air, &air->adapters[air_draw(air, (gint32)air->n_adapters)]);
}

void
air_pair_lost(Air *air)
{
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		if (!node->has_bond || !node->is_present || !node->is_bonded ||
		    node->link.has_lost_bond)
			pair_anew(air, node);
	}
}

void
air_calm(Air *air)
{
	air->is_calm = TRUE;
	air_tell(air, "the faults cease");
	if (!air->is_daemon_up)
		air_set_daemon(air, TRUE);
	for (guint i = 0; i < air->n_adapters; i++) {
		AirAdapter *adapter = &air->adapters[i];
		adapter->is_deaf = adapter->is_broken = FALSE;
		adapter->n_foreign = MIN(adapter->n_foreign, adapter->capacity - 1);
		if (!adapter->is_powered)
			air_set_powered(air, adapter, TRUE);
	}
	/* one may stay away: nobody waits for it, and nobody has to wait because of it */
	gint32 away = air_chance(air, 400) ? air_draw(air, (gint32)air->n_nodes) : -1;
	for (guint i = 0; i < air->n_nodes; i++) {
		AirNode *node = &air->nodes[i];
		gboolean is_away = (gint32)i == away;
		node->is_near = !is_away;
		node->has_listener = FALSE;
		node->served_us = is_away || node->link.state == KN_LINK_AT_STREAMING ? air->now_us
										      : AIR_NEVER;
		if (is_away)
			air_lose(air, node);
	}
	air->is_kicked = TRUE;
	air_pair_lost(air);
}
