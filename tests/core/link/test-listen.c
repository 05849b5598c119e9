/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/listen.h"

#define S     G_GINT64_CONSTANT(1000000)
#define START (5000 * S)

typedef struct {
	KnListenTimes times;
	KnListen listen;
	gint64 now_us;
	gboolean is_needed;
	gboolean is_held;
} Fixture;

static void
set_up(Fixture *f)
{
	kn_listen_times_init(&f->times, 1.0);
	kn_listen_init(&f->listen, &f->times);
	f->now_us = START;
	f->is_needed = TRUE;
	f->is_held = FALSE;
}

/* asks, and does at once what is said; returns when to ask again */
static gint64
ask(Fixture *f)
{
	gint64 again_us;

	if (kn_listen_plan(&f->listen, f->is_needed, f->is_held, f->now_us, &again_us) ==
	    KN_LISTEN_START)
		kn_listen_started(&f->listen, f->now_us);
	kn_listen_plan(&f->listen, f->is_needed, f->is_held, f->now_us, &again_us);
	return again_us;
}

/* a second at a time; returns in how many of them it listened */
static guint
run(Fixture *f, guint seconds)
{
	guint n = 0;

	for (guint i = 0; i < seconds; i++) {
		ask(f);
		n += f->listen.is_on;
		f->now_us += S;
	}
	ask(f);
	return n;
}

static void
it_listens_ten_seconds_in_every_sixty_while_somebody_is_looked_for(void)
{
	Fixture f;

	set_up(&f);
	g_assert_cmpuint(run(&f, 10), ==, 10);
	g_assert_false(f.listen.is_on);
	g_assert_cmpuint(run(&f, 50), ==, 0);
	g_assert_cmpuint(run(&f, 3540), ==, 590);
	g_assert_cmpuint(f.listen.n_starts, ==, 61); /* the one that begins now is the last */
}

static void
it_is_silent_while_all_are_connected(void)
{
	Fixture f;

	set_up(&f);
	f.is_needed = FALSE;
	g_assert_cmpint(ask(&f), ==, G_MAXINT64);
	g_assert_cmpuint(run(&f, 3600), ==, 0);
}

static void
it_listens_at_once_when_asked_to(void)
{
	Fixture f;

	set_up(&f);
	run(&f, 20);
	g_assert_false(f.listen.is_on);
	kn_listen_soon(&f.listen);
	g_assert_cmpuint(run(&f, 5), ==, 5);
}

static void
a_window_cut_for_a_connection_goes_on_after_it_and_one_nobody_needs_is_dropped(void)
{
	Fixture f;

	set_up(&f);
	run(&f, 4);
	f.is_held = TRUE;
	g_assert_cmpuint(run(&f, 3), ==, 0);
	f.is_held = FALSE;
	g_assert_cmpuint(run(&f, 40), ==, 6);
	g_assert_cmpuint(f.listen.n_silent, ==, 1);
	kn_listen_soon(&f.listen);
	run(&f, 4);
	f.is_needed = FALSE;
	run(&f, 1);
	f.is_needed = TRUE;
	/* nine tenths of a window are none: it says nothing about who is not there */
	g_assert_cmpuint(f.listen.n_silent, ==, 1);
	g_assert_cmpuint(run(&f, 10), ==, 0);
}

static void
silence_of_our_kind_opens_the_third_window_to_all_and_a_stranger_ends_it(void)
{
	Fixture f;

	set_up(&f);
	for (guint round = 0; round < 100; round++) {
		for (guint i = 0; i < KN_LISTEN_SILENT_WINDOWS; i++) {
			ask(&f);
			g_assert_cmpint(f.listen.is_to_all, ==, i == 2);
			if (i == 2)
				kn_listen_heard(&f.listen, f.now_us + S);
			run(&f, 60);
		}
		/* a massager that is switched off is no trouble of the radio, for however long */
		g_assert_false(kn_listen_take_deaf(&f.listen));
	}
}

static void
three_silent_windows_are_told_once_and_again_after_three_more(void)
{
	Fixture f;
	guint n = 0;

	set_up(&f);
	for (guint i = 0; i < 9; i++) {
		g_assert_cmpuint(run(&f, 60), ==, 10);
		g_assert_cmpint(f.listen.n_silent, ==, i + 1);
		n += kn_listen_take_deaf(&f.listen);
		g_assert_false(kn_listen_take_deaf(&f.listen));
		g_assert_cmpuint(n, ==, (i + 1) / 3);
		/* from the third on all are open */
		g_assert_cmpint(f.listen.is_to_all, ==, i >= 1);
	}
	kn_listen_heard(&f.listen, f.now_us);
	g_assert_cmpuint(f.listen.n_silent, ==, 0);
}

static void
time_without_a_window_is_no_silence(void)
{
	Fixture f;

	set_up(&f);
	run(&f, 60);
	f.is_needed = FALSE;
	run(&f, 86400);
	g_assert_cmpuint(f.listen.n_silent, ==, 1);
	g_assert_false(kn_listen_take_deaf(&f.listen));
}

static void
a_scan_that_does_not_start_is_tried_again_soon_and_is_no_silence(void)
{
	Fixture f;
	gint64 again_us;

	set_up(&f);
	for (guint i = 0; i < KN_LISTEN_SILENT_WINDOWS; i++) {
		g_assert_cmpint(kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us), ==,
				KN_LISTEN_START);
		kn_listen_failed(&f.listen, f.now_us);
		g_assert_cmpint(kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us), ==,
				KN_LISTEN_STAY);
		g_assert_cmpint(again_us, ==, f.now_us + (5 << i) * S);
		f.now_us = again_us;
	}
	g_assert_false(kn_listen_take_deaf(&f.listen));
	g_assert_cmpuint(f.listen.n_starts, ==, 0);
	g_assert_cmpuint(f.listen.n_silent, ==, 0);
	g_assert_cmpuint(f.listen.n_errors, ==, KN_LISTEN_SILENT_WINDOWS);
	/* nor do two that were refused and one that was not make three */
	run(&f, 20);
	g_assert_cmpuint(f.listen.n_silent, ==, 1);
	g_assert_false(f.listen.is_to_all);
	g_assert_false(kn_listen_take_deaf(&f.listen));
}

static void
the_last_hour_is_counted_and_what_is_older_is_not(void)
{
	Fixture f;
	KnListenStatus status;

	set_up(&f);
	kn_listen_get(&f.listen, f.now_us, &status);
	g_assert_cmpint(status.since_listened_ms, ==, -1);
	g_assert_cmpint(status.since_heard_ms, ==, -1);
	run(&f, 7200);
	kn_listen_get(&f.listen, f.now_us, &status);
	g_assert_cmpuint(status.n_starts, ==, 121);
	g_assert_cmpint(status.listened_ms, ==, 1200 * 1000);
	g_assert_cmpint(status.since_listened_ms, ==, 0);
	g_assert_true(status.is_on);
	/* to a minute: an hour is sixty of them, the one that runs is one */
	g_assert_cmpuint(status.n_starts_hour, >=, 59);
	g_assert_cmpuint(status.n_starts_hour, <=, 60);
	g_assert_cmpint(status.listened_hour_ms, >=, 590 * 1000);
	g_assert_cmpint(status.listened_hour_ms, <=, 600 * 1000);
	kn_listen_heard(&f.listen, f.now_us);
	f.is_needed = FALSE;
	run(&f, 3600);
	kn_listen_get(&f.listen, f.now_us, &status);
	g_assert_cmpuint(status.n_starts_hour, ==, 0);
	g_assert_cmpint(status.listened_hour_ms, ==, 0);
	g_assert_cmpuint(status.n_starts, ==, 121);
	g_assert_cmpint(status.since_listened_ms, ==, 3600 * 1000);
	g_assert_cmpint(status.since_heard_ms, ==, 3600 * 1000);
}

static void
a_scan_that_is_refused_is_not_asked_for_without_a_pause_even_if_somebody_looks(void)
{
	KnListenTimes times;
	KnListen listen;
	gint64 again_us;

	kn_listen_times_init(&times, 1.0);
	kn_listen_init(&listen, &times);
	g_assert_cmpint(kn_listen_plan(&listen, TRUE, FALSE, 1000000, &again_us), ==,
			KN_LISTEN_START);
	kn_listen_failed(&listen, 1000000);
	kn_listen_soon(&listen);
	g_assert_cmpint(kn_listen_plan(&listen, TRUE, FALSE, 1000001, &again_us), ==,
			KN_LISTEN_STAY);
	g_assert_cmpint(again_us, ==, 6000000);
	g_assert_cmpint(kn_listen_plan(&listen, TRUE, FALSE, 6000000, &again_us), ==,
			KN_LISTEN_START);
}

static void
a_scan_that_is_refused_for_ever_is_asked_for_ever_more_seldom_and_counted(void)
{
	static const gint64 pauses_s[] = {5, 10, 20, 40, 60, 60, 60};
	KnListenStatus status;
	KnListenTimes times;
	KnListen listen;
	gint64 now_us = S;
	gint64 again_us;

	kn_listen_times_init(&times, 1.0);
	kn_listen_init(&listen, &times);
	for (guint i = 0; i < G_N_ELEMENTS(pauses_s); i++) {
		g_assert_cmpint(kn_listen_plan(&listen, TRUE, FALSE, now_us, &again_us), ==,
				KN_LISTEN_START);
		kn_listen_failed(&listen, now_us);
		kn_listen_plan(&listen, TRUE, FALSE, now_us, &again_us);
		g_assert_cmpint(again_us - now_us, ==, pauses_s[i] * S);
		now_us = again_us;
	}
	kn_listen_get(&listen, now_us, &status);
	g_assert_cmpuint(status.n_errors, ==, G_N_ELEMENTS(pauses_s));
	g_assert_cmpuint(status.n_starts, ==, 0);
	/* one that starts is the end of that, and so is an adapter that comes anew */
	kn_listen_plan(&listen, TRUE, FALSE, now_us, &again_us);
	kn_listen_started(&listen, now_us);
	kn_listen_plan(&listen, TRUE, FALSE, now_us + 10 * S, &again_us);
	kn_listen_failed(&listen, now_us + 60 * S);
	g_assert_cmpint(listen.next_us - now_us, ==, 65 * S);
	kn_listen_cut(&listen, now_us + 61 * S);
	g_assert_cmpint(kn_listen_plan(&listen, TRUE, FALSE, now_us + 61 * S, &again_us), ==,
			KN_LISTEN_START);
	kn_listen_failed(&listen, now_us + 61 * S);
	g_assert_cmpint(listen.next_us - now_us, ==, 66 * S);
	kn_listen_get(&listen, now_us + 61 * S, &status);
	g_assert_cmpuint(status.n_errors, ==, G_N_ELEMENTS(pauses_s) + 2);
}

static void
an_adapter_through_which_nobody_can_listen_for_long_is_deaf(void)
{
	Fixture f;
	gint64 from_us, again_us;
	guint n = 0;

	set_up(&f);
	from_us = f.now_us;
	for (guint i = 1; i <= 25; i++) {
		g_assert_cmpint(kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us), ==,
				KN_LISTEN_START);
		kn_listen_failed(&f.listen, f.now_us);
		n += kn_listen_take_deaf(&f.listen);
		g_assert_cmpuint(n, ==, i / 10);
		/* 5, 10, 20 and 40 s, and five times a minute lie between the first and the tenth */
		if (i == 10)
			g_assert_cmpint(f.now_us - from_us, ==, (75 + 5 * 60) * S);
		kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us);
		f.now_us = again_us;
	}
	g_assert_cmpuint(f.listen.n_silent, ==, 0);
}

static void
an_adapter_that_goes_takes_its_window_with_it(void)
{
	Fixture f;

	set_up(&f);
	run(&f, 4);
	kn_listen_cut(&f.listen, f.now_us);
	g_assert_false(f.listen.is_on);
	g_assert_cmpint(f.listen.listened_us, ==, 4 * S);
	g_assert_cmpuint(f.listen.n_silent, ==, 0);
	/* back, it listens at once and for a whole window */
	g_assert_cmpuint(run(&f, 60), ==, 10);
}

/* one refusal may be another program's; a person is told of the third, which is a quarter of a minute after the first */
static void
three_refusals_in_a_row_are_told_until_listening_begins(void)
{
	KnListenStatus status;
	Fixture f;
	gint64 from_us, again_us;

	set_up(&f);
	from_us = f.now_us;
	for (guint i = 1; i <= 4; i++) {
		kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us);
		kn_listen_failed(&f.listen, f.now_us);
		kn_listen_get(&f.listen, f.now_us, &status);
		g_assert_cmpint(status.is_refused, ==, i >= 3);
		if (i == 3)
			g_assert_cmpint(f.now_us - from_us, ==, 15 * S);
		kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us);
		f.now_us = again_us;
	}
	/* each try is told of for five minutes: then nobody was looked for, and nobody knows */
	kn_listen_get(&f.listen, f.now_us + 5 * 60 * S - 1, &status);
	g_assert_true(status.is_refused);
	kn_listen_get(&f.listen, f.now_us + 5 * 60 * S, &status);
	g_assert_false(status.is_refused);
	kn_listen_plan(&f.listen, TRUE, FALSE, f.now_us, &again_us);
	kn_listen_started(&f.listen, f.now_us);
	kn_listen_get(&f.listen, f.now_us, &status);
	g_assert_false(status.is_refused);
}

#define ADD(name) g_test_add_func("/core/listen/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(it_listens_ten_seconds_in_every_sixty_while_somebody_is_looked_for);
	ADD(it_is_silent_while_all_are_connected);
	ADD(it_listens_at_once_when_asked_to);
	ADD(a_window_cut_for_a_connection_goes_on_after_it_and_one_nobody_needs_is_dropped);
	ADD(silence_of_our_kind_opens_the_third_window_to_all_and_a_stranger_ends_it);
	ADD(three_silent_windows_are_told_once_and_again_after_three_more);
	ADD(time_without_a_window_is_no_silence);
	ADD(a_scan_that_does_not_start_is_tried_again_soon_and_is_no_silence);
	ADD(the_last_hour_is_counted_and_what_is_older_is_not);
	ADD(a_scan_that_is_refused_is_not_asked_for_without_a_pause_even_if_somebody_looks);
	ADD(a_scan_that_is_refused_for_ever_is_asked_for_ever_more_seldom_and_counted);
	ADD(an_adapter_through_which_nobody_can_listen_for_long_is_deaf);
	ADD(three_refusals_in_a_row_are_told_until_listening_begins);
	ADD(an_adapter_that_goes_takes_its_window_with_it);
	return g_test_run();
}
