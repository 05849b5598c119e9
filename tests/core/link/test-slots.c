/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/slots.h"

enum { S = 1000000 };
#define NOW (G_GINT64_CONSTANT(10000) * S)

static void
an_adapter_that_refused_nothing_has_room(void)
{
	KnSlots slots = {0};

	g_assert_true(kn_slots_have_room(&slots, 0, NOW));
	g_assert_true(kn_slots_have_room(&slots, 64, NOW));
	kn_slots_carried(&slots, 7);
	g_assert_true(kn_slots_have_room(&slots, 8, NOW));
}

static void
the_link_that_was_refused_is_one_too_many_until_it_is_tried_again(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};

	kn_slot_times_init(&times, 1.0);
	kn_slots_refused(&slots, &times, 5, NOW);
	g_assert_true(kn_slots_have_room(&slots, 4, NOW));
	g_assert_false(kn_slots_have_room(&slots, 5, NOW));
	g_assert_false(kn_slots_have_room(&slots, 5, NOW + 600 * (gint64)S - 1));
	g_assert_true(kn_slots_have_room(&slots, 5, NOW + 600 * (gint64)S));
	g_assert_false(kn_slots_have_room(&slots, 6, NOW + 600 * (gint64)S));
	/* refused again: the same, for as long again */
	kn_slots_refused(&slots, &times, 5, NOW + 601 * (gint64)S);
	g_assert_false(kn_slots_have_room(&slots, 5, NOW + 1200 * (gint64)S));
	/* it went well: that many there are */
	kn_slots_carried(&slots, 6);
	g_assert_true(kn_slots_have_room(&slots, 5, NOW));
	g_assert_false(kn_slots_have_room(&slots, 6, NOW));
}

static void
refused_with_no_link_at_all_one_is_tried(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};

	kn_slot_times_init(&times, 1.0);
	kn_slots_refused(&slots, &times, 0, NOW);
	g_assert_true(kn_slots_have_room(&slots, 0, NOW + 4 * S));
	g_assert_false(kn_slots_have_room(&slots, 1, NOW + 4 * S));
}

static void
refused_again_and_again_with_no_link_at_all_the_next_waits_from_4_to_300_s(void)
{
	static const gint64 wanted_s[] = {4, 8, 16, 32, 64, 128, 256, 300, 300};
	KnSlotTimes times;
	KnSlots slots = {0};
	gint64 now_us = NOW;

	kn_slot_times_init(&times, 1.0);
	for (guint i = 0; i < G_N_ELEMENTS(wanted_s); i++) {
		kn_slots_refused(&slots, &times, 0, now_us);
		now_us += wanted_s[i] * S;
		g_assert_false(kn_slots_have_room(&slots, 0, now_us - 1));
		g_assert_cmpint(kn_slots_room_us(&slots, 0), ==, now_us);
		g_assert_true(kn_slots_have_room(&slots, 0, now_us));
	}
	/* one that goes well ends that */
	kn_slots_refused(&slots, &times, 0, now_us);
	kn_slots_linked(&slots);
	g_assert_true(kn_slots_have_room(&slots, 0, now_us));
}

static void
an_adapter_that_had_refused_all_is_not_thought_to_carry_one_when_it_is_well_again(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};

	kn_slot_times_init(&times, 1.0);
	kn_slots_refused(&slots, &times, 0, NOW);
	kn_slots_linked(&slots);
	g_assert_true(kn_slots_have_room(&slots, 1, NOW));
	/* but a number that was learned from links stays */
	kn_slots_refused(&slots, &times, 1, NOW);
	kn_slots_linked(&slots);
	g_assert_false(kn_slots_have_room(&slots, 1, NOW));
}

static void
one_more_is_tried_once_in_ten_minutes_however_it_ends(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};
	gint64 probe_us = NOW + 600 * (gint64)S;

	kn_slot_times_init(&times, 1.0);
	kn_slots_refused(&slots, &times, 5, NOW);
	/* with room there is nothing to be tried */
	kn_slots_granted(&slots, &times, 4, NOW + 599 * (gint64)S);
	g_assert_true(kn_slots_have_room(&slots, 5, probe_us));
	kn_slots_granted(&slots, &times, 5, probe_us);
	/* it came to nothing, for whatever reason */
	kn_slots_failed(&slots, &times, 5, probe_us + S);
	g_assert_cmpuint(slots.n_max, ==, 5);
	g_assert_false(kn_slots_have_room(&slots, 5, probe_us + 599 * (gint64)S));
	g_assert_true(kn_slots_have_room(&slots, 5, probe_us + 600 * (gint64)S));
}

static void
an_adapter_that_does_not_say_that_it_is_full_is_presumed_to_be(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};

	kn_slot_times_init(&times, 1.0);
	/* with few links it is something else, and one that comes up between two says so, too */
	for (guint i = 0; i < 10; i++)
		kn_slots_failed(&slots, &times, 4, NOW);
	kn_slots_failed(&slots, &times, 5, NOW);
	kn_slots_failed(&slots, &times, 5, NOW);
	kn_slots_linked(&slots);
	kn_slots_failed(&slots, &times, 6, NOW);
	kn_slots_failed(&slots, &times, 6, NOW);
	g_assert_true(kn_slots_have_room(&slots, 6, NOW));
	kn_slots_failed(&slots, &times, 6, NOW);
	g_assert_false(kn_slots_have_room(&slots, 6, NOW));
	g_assert_true(kn_slots_have_room(&slots, 5, NOW));
	/* room was made, and the next one came up: so it was */
	kn_slots_linked(&slots);
	kn_slots_failed(&slots, &times, 5, NOW);
	g_assert_cmpuint(slots.n_max, ==, 6);
}

static void
what_was_presumed_and_did_not_help_was_wrong_and_is_not_presumed_again_soon(void)
{
	KnSlotTimes times;
	KnSlots slots = {0};

	kn_slot_times_init(&times, 1.0);
	for (guint i = 0; i < KN_SLOTS_FAILURES; i++)
		kn_slots_failed(&slots, &times, 7, NOW);
	g_assert_cmpuint(slots.n_max, ==, 7);
	/* somebody made room, and it failed all the same: it is sick itself */
	kn_slots_failed(&slots, &times, 6, NOW + S);
	g_assert_true(kn_slots_have_room(&slots, 60, NOW + S));
	for (guint i = 0; i < 10; i++)
		kn_slots_failed(&slots, &times, 7, NOW + 600 * (gint64)S);
	g_assert_true(kn_slots_have_room(&slots, 7, NOW + 600 * (gint64)S));
	for (guint i = 0; i < KN_SLOTS_FAILURES; i++)
		kn_slots_failed(&slots, &times, 7, NOW + 601 * (gint64)S);
	g_assert_false(kn_slots_have_room(&slots, 7, NOW + 601 * (gint64)S));
	/* what an adapter says itself is not presumed */
	kn_slots_refused(&slots, &times, 7, NOW + 602 * (gint64)S);
	kn_slots_failed(&slots, &times, 6, NOW + 603 * (gint64)S);
	g_assert_cmpuint(slots.n_max, ==, 7);
}

static gint
choose(const KnSlotHolder *holders, guint n, gboolean is_heard, gint64 *ret_again_us)
{
	KnSlotTimes times;

	kn_slot_times_init(&times, 1.0);
	return kn_slots_choose(&times, holders, n,
			       kn_slots_ready_us(&times, NOW - 60 * (gint64)S, is_heard), NOW,
			       ret_again_us);
}

static void
the_idle_one_that_was_up_longest_makes_room(void)
{
	const KnSlotHolder holders[] = {
		{NOW - 400 * (gint64)S, FALSE},
		{NOW - 20 * (gint64)S, TRUE},
		{NOW - 30 * (gint64)S, TRUE},
		{NOW - 5 * (gint64)S, TRUE},
	};
	gint64 again_us;

	g_assert_cmpint(choose(holders, 4, TRUE, &again_us), ==, 2);
}

static void
a_busy_one_makes_room_after_five_minutes_and_nobody_before_ten_seconds(void)
{
	KnSlotHolder holders[] = {{NOW - 299 * (gint64)S, FALSE}, {NOW - 9 * (gint64)S, TRUE}};
	gint64 again_us;

	g_assert_cmpint(choose(holders, 2, TRUE, &again_us), ==, -1);
	g_assert_cmpint(again_us, ==, NOW + S);
	holders[0].up_us -= S;
	g_assert_cmpint(choose(holders, 2, TRUE, &again_us), ==, 0);
}

static void
one_that_was_not_heard_sends_nobody_away_for_ten_minutes(void)
{
	const KnSlotHolder holder = {NOW - 5000 * (gint64)S, TRUE};
	gint64 again_us;

	g_assert_cmpint(choose(&holder, 1, FALSE, &again_us), ==, -1);
	g_assert_cmpint(again_us, ==, NOW + 540 * (gint64)S);
	g_assert_cmpint(choose(&holder, 1, TRUE, &again_us), ==, 0);
	g_assert_cmpint(choose(&holder, 0, TRUE, &again_us), ==, -1);
}

/* twelve massagers, five links, ten minutes: a second at a time */
static void
everybody_has_a_turn_and_nobody_waits_twice_as_long_as_another(void)
{
	enum { N = 12, LINKS = 5, SECONDS = 600 };
	KnSlotTimes times;
	gint64 up_us[N] = {0}, queued_us[N];
	guint n_turns[N] = {0}, n_up = 0;

	kn_slot_times_init(&times, 1.0);
	for (guint i = 0; i < N; i++)
		queued_us[i] = NOW + i;
	for (guint second = 0; second < SECONDS; second++) {
		gint64 now_us = NOW + second * (gint64)S;
		KnSlotHolder holders[N];
		guint who[N], n_holders = 0, first = N;
		gint64 again_us;
		gint leaver;

		for (guint i = 0; i < N; i++) {
			if (up_us[i] != 0) {
				who[n_holders] = i;
				holders[n_holders++] = (KnSlotHolder){up_us[i], TRUE};
			} else if (first == N || queued_us[i] < queued_us[first]) {
				first = i;
			}
		}
		if (n_up == LINKS) {
			leaver = kn_slots_choose(&times, holders, n_holders, queued_us[first],
						 now_us, &again_us);
			if (leaver < 0)
				continue;
			up_us[who[leaver]] = 0;
			queued_us[who[leaver]] = now_us;
			n_up--;
		}
		up_us[first] = now_us;
		n_turns[first]++;
		n_up++;
	}
	for (guint i = 0; i < N; i++) {
		g_test_message("%u: %u turns", i, n_turns[i]);
		g_assert_cmpuint(n_turns[i], >=, SECONDS / 10 * LINKS / N / 2);
		g_assert_cmpuint(n_turns[i], <=, SECONDS / 10 * LINKS / N + 1);
	}
}

#define ADD(name) g_test_add_func("/core/slots/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(an_adapter_that_refused_nothing_has_room);
	ADD(the_link_that_was_refused_is_one_too_many_until_it_is_tried_again);
	ADD(refused_with_no_link_at_all_one_is_tried);
	ADD(refused_again_and_again_with_no_link_at_all_the_next_waits_from_4_to_300_s);
	ADD(an_adapter_that_had_refused_all_is_not_thought_to_carry_one_when_it_is_well_again);
	ADD(one_more_is_tried_once_in_ten_minutes_however_it_ends);
	ADD(an_adapter_that_does_not_say_that_it_is_full_is_presumed_to_be);
	ADD(what_was_presumed_and_did_not_help_was_wrong_and_is_not_presumed_again_soon);
	ADD(the_idle_one_that_was_up_longest_makes_room);
	ADD(a_busy_one_makes_room_after_five_minutes_and_nobody_before_ten_seconds);
	ADD(one_that_was_not_heard_sends_nobody_away_for_ten_minutes);
	ADD(everybody_has_a_turn_and_nobody_waits_twice_as_long_as_another);
	return g_test_run();
}
