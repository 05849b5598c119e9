/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/turns.h"

/* whose turn it is, one decision at a time; many at random are in test-turns-random.c */

enum { N_OFF = 40, S = 1000000 };
#define NOW (G_GINT64_CONSTANT(10000) * S)

typedef struct {
	KnSlotTimes slot_times;
	KnListenTimes listen_times;
	KnLinkTimes link_times;
	KnSlots slots;
	KnListen listen;
	KnTurns turns;
	KnLink all[N_OFF + 1];
	const KnLink *links[N_OFF + 1];
	KnTurnView view;
} Clinic;

static void
queue(Clinic *clinic, gint64 queued_us, gboolean is_blind)
{
	KnLink *link = &clinic->all[clinic->view.n];
	kn_link_init(link, &clinic->link_times, 1);
	link->state = KN_LINK_AT_QUEUED;
	link->queued_us = queued_us;
	link->is_blind = is_blind;
	clinic->links[clinic->view.n++] = link;
}

/* forty in a cupboard, switched off, that wait since half an hour, and one that has just been switched on: the last */
static void
set_up(Clinic *clinic)
{
	*clinic = (Clinic){.view = {.is_powered = TRUE, .is_quiet = TRUE}};
	kn_slot_times_init(&clinic->slot_times, 1.0);
	kn_listen_times_init(&clinic->listen_times, 1.0);
	kn_link_times_init(&clinic->link_times, 1.0);
	kn_listen_init(&clinic->listen, &clinic->listen_times);
	kn_turns_init(&clinic->turns, &clinic->slot_times, &clinic->slots, &clinic->listen);
	for (guint i = 0; i < N_OFF; i++)
		queue(clinic, NOW - 1800 * (gint64)S + i, TRUE);
	queue(clinic, NOW, FALSE);
	clinic->view.links = clinic->links;
}

static void
whoever_is_there_waits_for_one_of_those_that_are_switched_off_and_not_for_all(void)
{
	Clinic clinic;
	KnTurn turn;
	set_up(&clinic);
	kn_turns_decide(&clinic.turns, &clinic.view, NOW, &turn);
	g_assert_cmpint(turn.granted, ==, 0);
	/* it was not there */
	clinic.all[0].state = KN_LINK_AT_PAUSED;
	kn_turns_tried(&clinic.turns, FALSE, FALSE, 0, NOW + 20 * (gint64)S);
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 20 * (gint64)S, &turn);
	g_assert_cmpint(turn.granted, ==, N_OFF);
	g_assert_true(turn.is_held);
	/* and the next of the others after the minute in which was listened */
	clinic.all[N_OFF].state = KN_LINK_AT_STREAMING;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 21 * (gint64)S, &turn);
	g_assert_cmpint(turn.granted, ==, -1);
	g_assert_false(turn.is_held);
	g_assert_cmpint(turn.again_us, ==, NOW + 60 * (gint64)S);
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 60 * (gint64)S, &turn);
	g_assert_cmpint(turn.granted, ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/turns/" #name, name)
	ADD(whoever_is_there_waits_for_one_of_those_that_are_switched_off_and_not_for_all);
	return g_test_run();
}
