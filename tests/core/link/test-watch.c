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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/core/watch/" #name, Fixture, NULL, set_up, name, tear_down)
	ADD(one_that_refuses_again_and_again_with_no_link_on_it_is_helped_within_five_minutes);
	ADD(one_that_is_full_is_not_in_trouble_however_often_it_says_so);
	ADD(a_link_of_anybody_shows_that_it_does_not_refuse_all);
	return g_test_run();
}
