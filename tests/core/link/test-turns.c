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

/* ---- one that is away, where the adapter is full and does not say so ---- */

enum { N_FULL = 5, AWAY = N_FULL, HEARD };

static gboolean
is_even(gpointer user G_GNUC_UNUSED, guint at)
{
	return at % 2 == 0;
}

static gboolean
is_none(gpointer user G_GNUC_UNUSED, guint at G_GNUC_UNUSED)
{
	return FALSE;
}

/* Five links, which is all it carries, since an hour, and one that is away and waits since so long. That there are five was found by three failures. */
static void
set_up_full(Clinic *clinic, gint64 waited_us)
{
	*clinic = (Clinic){.view = {.is_powered = TRUE, .is_quiet = TRUE, .n_connected = N_FULL}};
	kn_slot_times_init(&clinic->slot_times, 1.0);
	kn_listen_times_init(&clinic->listen_times, 1.0);
	kn_link_times_init(&clinic->link_times, 1.0);
	kn_listen_init(&clinic->listen, &clinic->listen_times);
	kn_turns_init(&clinic->turns, &clinic->slot_times, &clinic->slots, &clinic->listen);
	clinic->view.links = clinic->links;
	for (guint i = 0; i < N_FULL; i++) {
		queue(clinic, 0, FALSE);
		clinic->all[i].state = KN_LINK_AT_STREAMING;
		clinic->all[i].up_us = NOW - 3600 * (gint64)S + i;
	}
	queue(clinic, NOW - waited_us, TRUE);
	for (guint i = 0; i < KN_SLOTS_FAILURES; i++)
		kn_turns_tried(&clinic->turns, FALSE, TRUE, N_FULL, NOW);
	g_assert_cmpuint(clinic->slots.n_max, ==, N_FULL);
}

static void
one_that_is_away_makes_nobody_leave_for_ten_minutes_and_then_one_that_is_idle(void)
{
	Clinic clinic;
	KnTurn turn;
	set_up_full(&clinic, 590 * (gint64)S);
	clinic.view.is_idle = is_even;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW, &turn);
	g_assert_cmpint(turn.leaver, ==, -1);
	g_assert_cmpint(turn.granted, ==, -1);
	g_assert_cmpint(turn.again_us, ==, NOW + 10 * (gint64)S);
	kn_turns_decide(&clinic.turns, &clinic.view, turn.again_us, &turn);
	g_assert_cmpint(turn.leaver, ==, 0);
}

static void
one_that_is_away_takes_a_place_once_and_the_next_is_that_of_who_was_heard(void)
{
	Clinic clinic;
	KnTurn turn;
	set_up_full(&clinic, 1200 * (gint64)S);
	queue(&clinic, NOW, FALSE);
	/* one has left */
	clinic.all[0].state = KN_LINK_AT_PAUSED;
	clinic.view.n_connected = N_FULL - 1;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW, &turn);
	g_assert_cmpint(turn.granted, ==, AWAY);
	/* it was not there, which says nothing of the adapter: that it carries five is known as before */
	clinic.all[AWAY].state = KN_LINK_AT_PAUSED;
	kn_turns_tried(&clinic.turns, FALSE, FALSE, N_FULL - 1, NOW + 20 * (gint64)S);
	g_assert_cmpuint(clinic.slots.n_max, ==, N_FULL);
	g_assert_true(clinic.slots.is_presumed);
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 20 * (gint64)S, &turn);
	g_assert_cmpint(turn.granted, ==, HEARD);
	g_assert_cmpint(turn.leaver, ==, -1);
}

static void
for_one_that_is_away_somebody_in_use_makes_room_once_an_hour_and_no_oftener(void)
{
	Clinic clinic;
	KnTurn turn;
	set_up_full(&clinic, 1200 * (gint64)S);
	clinic.slots.probe_us = G_MAXINT64;
	clinic.view.is_idle = is_none;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW, &turn);
	g_assert_cmpint(turn.leaver, ==, 0);
	for (gint64 at_us = NOW + S; at_us < NOW + 3600 * (gint64)S; at_us += 60 * (gint64)S) {
		kn_turns_decide(&clinic.turns, &clinic.view, at_us, &turn);
		g_assert_cmpint(turn.leaver, ==, -1);
		g_assert_cmpint(turn.again_us, ==, NOW + 3600 * (gint64)S);
	}
	/* who is heard does not wait for the hour, though it came later */
	queue(&clinic, NOW + 60 * (gint64)S, FALSE);
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 60 * (gint64)S, &turn);
	g_assert_cmpint(turn.leaver, ==, 0);
	clinic.view.n--;
	/* and somebody with nothing to do leaves for whoever waits */
	clinic.view.is_idle = is_even;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 60 * (gint64)S, &turn);
	g_assert_cmpint(turn.leaver, ==, 0);
	clinic.view.is_idle = is_none;
	kn_turns_decide(&clinic.turns, &clinic.view, NOW + 3600 * (gint64)S, &turn);
	g_assert_cmpint(turn.leaver, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/turns/" #name, name)
	ADD(whoever_is_there_waits_for_one_of_those_that_are_switched_off_and_not_for_all);
	ADD(one_that_is_away_makes_nobody_leave_for_ten_minutes_and_then_one_that_is_idle);
	ADD(one_that_is_away_takes_a_place_once_and_the_next_is_that_of_who_was_heard);
	ADD(for_one_that_is_away_somebody_in_use_makes_room_once_an_hour_and_no_oftener);
	return g_test_run();
}
