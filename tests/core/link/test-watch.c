/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/watch.h"

/* whether it is the adapter that does not work */

#define SECOND G_GINT64_CONSTANT(1000000)

typedef struct {
	KnSlotTimes slot_times;
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book;
	KnWatch watch;
	gint64 now_us;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	kn_slot_times_init(&f->slot_times, 1.0);
	kn_listen_times_init(&f->listen_times, 1.0);
	kn_ladder_times_init(&f->ladder_times, 1.0);
	kn_watch_init(&f->watch, "A", &f->listen_times, &f->ladder_times, &f->book);
	f->now_us = 1000 * SECOND;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	kn_watch_clear(&f->watch);
}

/* as soon as one may be tried again, n times, while there are n_links. Returns the step that is taken in the end. */
static KnLadderStep
refuse(Fixture *f, guint n, guint n_links)
{
	KnLadderStep step = KN_LADDER_NOTHING;
	KnWatchNews news;

	for (guint i = 0; i < n; i++) {
		kn_watch_refused(&f->watch, &f->slot_times, n_links, f->now_us);
		step = kn_watch_look(&f->watch, FALSE, FALSE, ~0u, f->now_us, &news);
		f->now_us = kn_slots_room_us(&f->watch.slots, n_links);
	}
	return step;
}

static void
one_that_refuses_again_and_again_with_no_link_on_it_is_helped_within_five_minutes(
	Fixture *f, gconstpointer data)
{
	gint64 from_us = f->now_us;
	KnWatchNews news;

	g_assert_cmpint(refuse(f, 5, 0), ==, KN_LADDER_NOTHING);
	g_assert_cmpint(f->now_us - from_us, <, 300 * SECOND);
	g_assert_cmpint(refuse(f, 1, 0), ==, KN_LADDER_RECONNECT);
	/* and it goes on, up to the state that is told; 300 s lie between two of them in the end */
	(void)refuse(f, 20, 0);
	g_assert_true(f->watch.ladder.is_failed);
	kn_slots_linked(&f->watch.slots);
	g_assert_cmpint(kn_watch_look(&f->watch, TRUE, TRUE, ~0u, f->now_us, &news), ==,
			KN_LADDER_NOTHING);
	g_assert_cmpint(news, ==, KN_WATCH_WORKS);
	g_assert_cmpint(refuse(f, 5, 0), ==, KN_LADDER_NOTHING);
}

static void
one_that_is_full_is_not_in_trouble_however_often_it_says_so(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(refuse(f, 100, 5), ==, KN_LADDER_NOTHING);
	g_assert_cmpuint(f->watch.ladder.trouble, ==, 0);
}

static void
a_link_of_anybody_shows_that_it_does_not_refuse_all(Fixture *f, gconstpointer data)
{
	refuse(f, 5, 0);
	kn_slots_carried(&f->watch.slots, 1);
	refuse(f, 5, 0);
	g_assert_cmpuint(f->watch.ladder.trouble, ==, 0);
}

/* n Connects to that one fail in a row; returns the step that is taken in the end */
static KnLadderStep
fail(Fixture *f, const gchar *address, gboolean is_alone, guint n)
{
	KnLadderStep step = KN_LADDER_NOTHING;
	KnWatchNews news;

	for (guint i = 0; i < n; i++) {
		f->now_us += SECOND;
		kn_watch_connect_failed(&f->watch, address, is_alone, f->now_us);
		step = kn_watch_look(&f->watch, FALSE, FALSE, ~0u, f->now_us, &news);
	}
	return step;
}

static void
one_massager_that_cannot_be_connected_is_the_adapters_trouble_only_where_no_other_could_tell(
	Fixture *f, gconstpointer data)
{
	/* others are heard, and would be tried: it is this one */
	g_assert_cmpint(fail(f, "A", FALSE, 3 * KN_LADDER_CONNECTS), ==, KN_LADDER_NOTHING);
	g_assert_cmpuint(f->watch.ladder.trouble, ==, 0);
	/* they have gone, and it is still so */
	g_assert_cmpint(fail(f, "A", TRUE, 1), ==, KN_LADDER_RECONNECT);
	g_assert_cmpuint(f->watch.ladder.trouble, ==, KN_LADDER_LINKLESS);
}

static void
nineteen_failures_of_one_alone_are_chance_and_twenty_are_not(Fixture *f, gconstpointer data)
{
	g_assert_cmpint(fail(f, "A", TRUE, KN_LADDER_CONNECTS - 1), ==, KN_LADDER_NOTHING);
	g_assert_cmpint(fail(f, "A", TRUE, 1), ==, KN_LADDER_RECONNECT);
}

static void
two_that_cannot_be_connected_are_the_adapters_trouble_whoever_else_is_heard(Fixture *f,
									    gconstpointer data)
{
	g_assert_cmpint(fail(f, "A", FALSE, KN_LADDER_CONNECTS - 1), ==, KN_LADDER_NOTHING);
	g_assert_cmpint(fail(f, "B", FALSE, 1), ==, KN_LADDER_RECONNECT);
}

static void
who_was_put_aside_for_a_reason_of_its_own_is_no_witness(Fixture *f, gconstpointer data)
{
	for (guint state = 0; state < KN_LINK_N_STATES; state++) {
		const KnLink link = {.state = (KnLinkState)state};
		gboolean is_aside = state == KN_LINK_AT_NOT_BONDED ||
				    state == KN_LINK_AT_BOND_LOST ||
				    state == KN_LINK_AT_UNSUPPORTED;
		g_assert_cmpint(kn_watch_is_witness(&link), ==, !is_aside);
	}
}

static void
a_connect_that_fails_tells_of_the_adapter_if_nothing_else_explains_it(void)
{
	KnLink link = {.cause = KN_LINK_CAUSE_TIMEOUT};

	g_assert_true(kn_watch_is_telling(&link, KN_WATCH_WEAK_DBM + 1));
	g_assert_false(kn_watch_is_telling(&link, KN_WATCH_WEAK_DBM));
	g_assert_false(kn_watch_is_telling(&link, G_MININT));
	for (guint cause = 0; cause <= KN_LINK_CAUSE_SILENT; cause++) {
		link.cause = (KnLinkCause)cause;
		g_assert_cmpint(kn_watch_is_telling(&link, -60), ==,
				cause == KN_LINK_CAUSE_CALL || cause == KN_LINK_CAUSE_TIMEOUT ||
					cause == KN_LINK_CAUSE_UNCONFIRMED);
	}
	link.cause = KN_LINK_CAUSE_TIMEOUT;
	/* it was tried without having been heard: it may be switched off */
	link.is_blind = TRUE;
	g_assert_false(kn_watch_is_telling(&link, -60));
	link.is_blind = FALSE;
	/* more often than there are tries for anything */
	link.n_canceled = 100;
	g_assert_false(kn_watch_is_telling(&link, -60));
}

/* in trouble for so long, looked at each minute; returns when it was said to have failed, 0 not */
static gint64
be_in_trouble(Fixture *f, guint may, gint64 us)
{
	gint64 failed_us = 0;
	KnWatchNews news;

	for (gint64 end_us = f->now_us + us; f->now_us < end_us; f->now_us += 60 * SECOND) {
		f->watch.listen.is_deaf = TRUE;
		if (kn_watch_look(&f->watch, FALSE, FALSE, may, f->now_us, &news) ==
		    KN_LADDER_FAILED)
			failed_us = f->now_us;
	}
	return failed_us;
}

/* somebody is paired for as long as that may take, just when it would be called failed */
static void
one_is_not_said_to_have_failed_while_a_step_only_waits_for_a_pairing_to_end(Fixture *f,
									    gconstpointer data)
{
	const guint rescan = 1u << KN_LADDER_RESCAN, reconnect = 1u << KN_LADDER_RECONNECT;

	f->watch.ladder.withheld = reconnect;
	g_assert_cmpint(be_in_trouble(f, rescan, 1200 * SECOND), ==, 0);
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, rescan | reconnect), ==, reconnect);
	f->watch.ladder.withheld = 0;
	g_assert_cmpint(be_in_trouble(f, rescan | reconnect, 180 * SECOND), >, 0);
	g_assert_cmpuint(f->watch.ladder.n_steps[KN_LADDER_RECONNECT], ==, 1);
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, rescan | reconnect), ==, 0);
}

/* the links of another adapter may stand for days: it is said, and also that something is left */
static void
one_is_said_to_have_failed_when_what_is_left_would_end_links_that_work(Fixture *f,
								       gconstpointer data)
{
	const guint rescan = 1u << KN_LADDER_RESCAN, reconnect = 1u << KN_LADDER_RECONNECT;

	g_assert_cmpint(be_in_trouble(f, rescan, 1200 * SECOND), >, 0);
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, rescan), ==, 0);
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, rescan | reconnect), ==, reconnect);
}

static void
what_would_not_help_is_not_left_to_try(Fixture *f, gconstpointer data)
{
	const guint reconnect = 1u << KN_LADDER_RECONNECT, restart = 1u << KN_LADDER_RESTART;

	f->watch.ladder.since_us = f->now_us;
	f->watch.ladder.trouble = KN_LADDER_LINKLESS;
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, ~0u), ==,
			 reconnect | restart | 1u << KN_LADDER_POWER);
	f->watch.ladder.trouble = KN_LADDER_MUTE;
	g_assert_cmpuint(kn_ladder_untried(&f->watch.ladder, ~0u), ==, reconnect | restart);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/core/watch/" #name, Fixture, NULL, set_up, name, tear_down)
	ADD(one_that_refuses_again_and_again_with_no_link_on_it_is_helped_within_five_minutes);
	ADD(one_that_is_full_is_not_in_trouble_however_often_it_says_so);
	g_test_add_func("/core/watch/"
			"a_connect_that_fails_tells_of_the_adapter_if_nothing_else_explains_it",
			a_connect_that_fails_tells_of_the_adapter_if_nothing_else_explains_it);
	ADD(one_massager_that_cannot_be_connected_is_the_adapters_trouble_only_where_no_other_could_tell);
	ADD(nineteen_failures_of_one_alone_are_chance_and_twenty_are_not);
	ADD(two_that_cannot_be_connected_are_the_adapters_trouble_whoever_else_is_heard);
	ADD(who_was_put_aside_for_a_reason_of_its_own_is_no_witness);
	ADD(one_is_not_said_to_have_failed_while_a_step_only_waits_for_a_pairing_to_end);
	ADD(one_is_said_to_have_failed_when_what_is_left_would_end_links_that_work);
	ADD(what_would_not_help_is_not_left_to_try);
	ADD(a_link_of_anybody_shows_that_it_does_not_refuse_all);
	return g_test_run();
}
