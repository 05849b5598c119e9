/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/ladder.h"
#include "core/link/listen.h"

#define S     G_GINT64_CONSTANT(1000000)
#define START (5000 * S)
#define HOUR  (3600 * S)
#define DAY   (24 * HOUR)

enum {
	RESCAN = 1 << KN_LADDER_RESCAN,
	RECONNECT = 1 << KN_LADDER_RECONNECT,
	POWER = 1 << KN_LADDER_POWER,
	RESTART = 1 << KN_LADDER_RESTART,
	ALWAYS = RESCAN | RECONNECT,
	ALL = ALWAYS | POWER | RESTART,
	TAKEN_MAX = 4000,
};

/* a radio as the hub runs it: windows of listening, and the steps that follow from them */
typedef struct {
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book;
	KnListen listen;
	KnLadder ladder;
	guint may;
	gint64 now_us;
	struct {
		gint64 at_us;
		KnLadderStep step;
	} taken[TAKEN_MAX];
	guint n_taken;
} Radio;

static void
set_up(Radio *radio, guint may)
{
	*radio = (Radio){.may = may, .now_us = START};
	kn_listen_times_init(&radio->listen_times, 1.0);
	kn_ladder_times_init(&radio->ladder_times, 1.0);
	kn_listen_init(&radio->listen, &radio->listen_times);
	kn_ladder_init(&radio->ladder, &radio->ladder_times, &radio->book);
}

static void
note(Radio *radio, KnLadderStep step)
{
	if (step == KN_LADDER_NOTHING)
		return;
	g_assert_cmpuint(radio->n_taken, <, TAKEN_MAX);
	radio->taken[radio->n_taken].at_us = radio->now_us;
	radio->taken[radio->n_taken++].step = step;
	/* a scan that is started anew begins with a window */
	if (step == KN_LADDER_RESCAN)
		kn_listen_soon(&radio->listen);
}

static void
second(Radio *radio)
{
	gint64 again_us;

	if (kn_listen_plan(&radio->listen, TRUE, FALSE, radio->now_us, &again_us) ==
	    KN_LISTEN_START)
		kn_listen_started(&radio->listen, radio->now_us);
	if (kn_listen_take_deaf(&radio->listen))
		note(radio,
		     kn_ladder_climb(&radio->ladder, KN_LADDER_DEAF, radio->may, radio->now_us));
	radio->now_us += S;
}

/* nobody is heard all the while */
static void
be_deaf(Radio *radio, gint64 us)
{
	for (gint64 end_us = radio->now_us + us; radio->now_us < end_us;)
		second(radio);
}

static gboolean
hear(Radio *radio)
{
	kn_listen_heard(&radio->listen, radio->now_us);
	return kn_ladder_heard(&radio->ladder);
}

static guint
count(const Radio *radio, KnLadderStep step)
{
	guint n = 0;

	for (guint i = 0; i < radio->n_taken; i++)
		n += radio->taken[i].step == step;
	return n;
}

/* -1: it was not taken */
static gint64
first_s(const Radio *radio, KnLadderStep step)
{
	for (guint i = 0; i < radio->n_taken; i++)
		if (radio->taken[i].step == step)
			return (radio->taken[i].at_us - START) / S;
	return -1;
}

static void
fault_43_a_deaf_radio_has_its_scan_restarted_within_200_seconds(void)
{
	Radio radio;

	set_up(&radio, ALWAYS);
	be_deaf(&radio, 200 * S);
	g_assert_cmpuint(radio.n_taken, ==, 1);
	g_assert_cmpuint(radio.taken[0].step, ==, KN_LADDER_RESCAN);
	/* three windows, a minute apart */
	g_assert_cmpint(first_s(&radio, KN_LADDER_RESCAN), ==, 130);
	g_assert_true(hear(&radio));
	be_deaf(&radio, 100 * S);
	g_assert_cmpuint(radio.n_taken, ==, 1);
	g_assert_cmpuint(radio.ladder.trouble, ==, 0);
}

static void
the_steps_are_climbed_in_order_each_in_its_time(void)
{
	Radio radio;

	set_up(&radio, ALL);
	be_deaf(&radio, HOUR);
	for (guint step = 1; step <= KN_LADDER_FAILED; step++)
		g_assert_cmpint(first_s(&radio, (KnLadderStep)step), >,
				first_s(&radio, (KnLadderStep)(step - 1)));
	g_assert_cmpuint(radio.taken[0].step, ==, KN_LADDER_RESCAN);
	g_assert_cmpuint(radio.taken[1].step, ==, KN_LADDER_RESCAN);
	g_assert_cmpuint(radio.taken[2].step, ==, KN_LADDER_RECONNECT);
	/* of trouble, which began at 130 s */
	g_assert_cmpint(first_s(&radio, KN_LADDER_POWER), >=, 130 + 300);
	g_assert_cmpint(first_s(&radio, KN_LADDER_RESTART), >=, 130 + 900);
	g_assert_cmpint(first_s(&radio, KN_LADDER_RESTART), <, 130 + 900 + 200);
	g_assert_cmpint(first_s(&radio, KN_LADDER_FAILED), <, 130 + 900 + 400);
	g_assert_cmpuint(count(&radio, KN_LADDER_FAILED), ==, 1);
}

static void
what_is_not_allowed_is_never_done_and_the_radio_failed_without_it(void)
{
	static const guint allowed[] = {ALWAYS, ALWAYS | POWER, ALWAYS | RESTART, RESCAN};

	for (guint i = 0; i < G_N_ELEMENTS(allowed); i++) {
		Radio radio;

		set_up(&radio, allowed[i]);
		be_deaf(&radio, 3 * DAY);
		for (guint step = 0; step < KN_LADDER_STEPS; step++)
			g_assert_cmpint(count(&radio, (KnLadderStep)step) > 0, ==,
					(allowed[i] & 1u << step) != 0);
		g_assert_cmpint(first_s(&radio, KN_LADDER_FAILED), >=, 130 + 900);
		g_assert_cmpint(first_s(&radio, KN_LADDER_FAILED), <, HOUR / S);
		g_assert_true(radio.ladder.is_failed);
	}
}

static void
fault_44_a_ladder_that_is_exhausted_is_a_state_and_no_storm(void)
{
	Radio radio;
	gint64 restarted_us = 0;

	set_up(&radio, ALL);
	be_deaf(&radio, 30 * DAY);
	for (guint i = 0; i < radio.n_taken; i++) {
		if (radio.taken[i].step != KN_LADDER_RESTART)
			continue;
		if (restarted_us != 0)
			g_assert_cmpint(radio.taken[i].at_us - restarted_us, >=, HOUR);
		restarted_us = radio.taken[i].at_us;
	}
	g_assert_true(radio.ladder.is_failed);
	g_assert_cmpuint(count(&radio, KN_LADDER_FAILED), ==, 1);
	/* it goes on trying, ever more seldom: a cabin in the woods looks the same */
	g_assert_cmpint(radio.now_us - restarted_us, <, 2 * DAY);
	for (guint step = 0; step < KN_LADDER_STEPS; step++)
		g_assert_cmpuint(count(&radio, (KnLadderStep)step), <, 60);
	/* and it listens as always */
	g_assert_cmpuint(radio.listen.n_starts, >, 30 * 24 * 60 - 60);
	g_assert_true(hear(&radio));
	g_assert_false(radio.ladder.is_failed);
}

/* a radio that comes back for a moment each time must not be restarted each time */
static void
the_hour_between_restarts_outlives_signs_of_life_and_adapters(void)
{
	Radio radio;
	KnLadder other;
	guint n = 0;

	set_up(&radio, ALL);
	kn_ladder_init(&other, &radio.ladder_times, &radio.book);
	for (guint hour = 0; hour < 48; hour++) {
		be_deaf(&radio, HOUR / 2);
		hear(&radio);
	}
	n = count(&radio, KN_LADDER_RESTART);
	g_assert_cmpuint(n, >=, 12);
	g_assert_cmpuint(n, <=, 24);
	/* what the ladder of one adapter did to bluetoothd, that of another does not do again */
	radio.now_us = radio.book.taken_us[KN_LADDER_RESTART] + 60 * S;
	kn_ladder_climb(&other, KN_LADDER_DEAF, ALL, radio.now_us - 1200 * S);
	for (guint i = 0; i < 20; i++)
		g_assert_cmpuint(kn_ladder_climb(&other, KN_LADDER_DEAF, ALL, radio.now_us++), !=,
				 KN_LADDER_RESTART);
}

/* restarted at one trouble; at the next, soon after, that is put off for the rest of its hour */
static void
what_is_only_put_off_is_not_yet_in_vain(void)
{
	Radio radio;
	KnLadder other;
	gint64 restarted_us;
	guint n_failed;

	set_up(&radio, ALL);
	for (guint i = 0; i < 40 && count(&radio, KN_LADDER_RESTART) == 0; i++)
		be_deaf(&radio, 60 * S);
	restarted_us = radio.book.taken_us[KN_LADDER_RESTART];
	g_assert_cmpint(restarted_us, >, 0);
	g_assert_true(hear(&radio));
	n_failed = count(&radio, KN_LADDER_FAILED);
	/* twenty minutes of trouble, and the restart is not due yet */
	be_deaf(&radio, restarted_us + HOUR - 60 * S - radio.now_us);
	g_assert_cmpint(radio.now_us - radio.ladder.since_us, >, 1200 * S);
	g_assert_cmpuint(count(&radio, KN_LADDER_RESTART), ==, 1);
	g_assert_false(radio.ladder.is_failed);
	be_deaf(&radio, 600 * S);
	g_assert_cmpuint(count(&radio, KN_LADDER_RESTART), ==, 2);
	be_deaf(&radio, 600 * S);
	g_assert_cmpuint(count(&radio, KN_LADDER_FAILED), ==, n_failed + 1);
	/* one that was in trouble by then had its share of that restart */
	kn_ladder_init(&other, &radio.ladder_times, &radio.book);
	other.since_us = radio.book.taken_us[KN_LADDER_RESTART] - 1000 * S;
	other.trouble = KN_LADDER_DEAF;
	g_assert_cmpuint(kn_ladder_climb(&other, KN_LADDER_DEAF, RESTART,
					 radio.book.taken_us[KN_LADDER_RESTART] + S),
			 ==, KN_LADDER_FAILED);
}

static void
a_step_that_would_hurt_somebody_waits_until_it_does_not(void)
{
	Radio radio;

	set_up(&radio, RESCAN);
	be_deaf(&radio, 10 * 60 * S);
	g_assert_cmpint(first_s(&radio, KN_LADDER_RECONNECT), ==, -1);
	radio.may = ALWAYS;
	be_deaf(&radio, 200 * S);
	g_assert_cmpuint(count(&radio, KN_LADDER_RECONNECT), ==, 1);
}

static void
a_sign_of_life_ends_only_the_trouble_that_it_contradicts(void)
{
	Radio radio;

	set_up(&radio, ALWAYS);
	/* heard, but never connected: 20 times are no chance */
	for (guint i = 1; i < KN_LADDER_CONNECTS; i++)
		g_assert_false(kn_ladder_connect_failed(&radio.ladder, START));
	g_assert_true(kn_ladder_connect_failed(&radio.ladder, START));
	g_assert_cmpuint(kn_ladder_climb(&radio.ladder, KN_LADDER_LINKLESS, RECONNECT, START), ==,
			 KN_LADDER_RECONNECT);
	g_assert_false(kn_ladder_heard(&radio.ladder));
	g_assert_cmpuint(radio.ladder.trouble, ==, KN_LADDER_LINKLESS);
	g_assert_true(kn_ladder_linked(&radio.ladder));
	g_assert_cmpuint(radio.ladder.trouble, ==, 0);
	g_assert_false(kn_ladder_linked(&radio.ladder));
	g_assert_false(kn_ladder_connect_failed(&radio.ladder, START));
	/* a bluetoothd that answers says nothing about its adapters */
	kn_ladder_climb(&radio.ladder, KN_LADDER_DEAF, RESCAN, START + HOUR);
	g_assert_false(kn_ladder_answered(&radio.ladder));
	g_assert_true(kn_ladder_linked(&radio.ladder));
}

static void
massagers_that_could_not_be_connected_and_went_are_no_trouble_for_ever(void)
{
	Radio radio;
	gint64 last_us = START + HOUR;

	set_up(&radio, RECONNECT);
	for (guint i = 0; i < KN_LADDER_CONNECTS; i++)
		kn_ladder_connect_failed(&radio.ladder, START);
	kn_ladder_climb(&radio.ladder, KN_LADDER_LINKLESS, RECONNECT, START);
	kn_ladder_connect_failed(&radio.ladder, last_us);
	g_assert_cmpuint(kn_ladder_climb(&radio.ladder, KN_LADDER_LINKLESS, RECONNECT, last_us), ==,
			 KN_LADDER_FAILED);
	g_assert_cmpint(kn_ladder_calm_us(&radio.ladder, last_us + S), ==, last_us + HOUR / 2);
	g_assert_cmpint(kn_ladder_calm_us(&radio.ladder, last_us + HOUR / 2), ==, G_MAXINT64);
	g_assert_false(kn_ladder_calm_down(&radio.ladder, last_us + HOUR / 2 - 1));
	g_assert_true(radio.ladder.is_failed);
	g_assert_true(kn_ladder_calm_down(&radio.ladder, last_us + HOUR / 2));
	g_assert_false(radio.ladder.is_failed);
	/* the next trouble begins anew: nothing is failed at once, nor is the radio switched off for it */
	g_assert_cmpuint(kn_ladder_climb(&radio.ladder, KN_LADDER_DEAF, ALL, last_us + HOUR), ==,
			 KN_LADDER_RESCAN);
	g_assert_cmpint(radio.ladder.since_us, ==, last_us + HOUR);
	/* that strangers are not heard is another trouble */
	g_assert_false(kn_ladder_calm_down(&radio.ladder, last_us + DAY));
	g_assert_cmpuint(radio.ladder.trouble, ==, KN_LADDER_DEAF);
}

static void
a_bluetoothd_that_does_not_answer_is_met_anew_and_then_restarted(void)
{
	Radio radio;
	gint64 at_us = START;

	set_up(&radio, 0);
	g_assert_cmpuint(kn_ladder_climb(&radio.ladder, KN_LADDER_MUTE, RECONNECT | RESTART, at_us),
			 ==, KN_LADDER_RECONNECT);
	for (at_us += 90 * S; at_us < START + 900 * S; at_us += 90 * S)
		g_assert_cmpuint(
			kn_ladder_climb(&radio.ladder, KN_LADDER_MUTE, RECONNECT | RESTART, at_us),
			==, KN_LADDER_NOTHING);
	g_assert_cmpuint(kn_ladder_climb(&radio.ladder, KN_LADDER_MUTE, RECONNECT | RESTART, at_us),
			 ==, KN_LADDER_RESTART);
	g_assert_true(kn_ladder_answered(&radio.ladder));
}

static void
every_step_is_counted_and_the_last_one_is_known(void)
{
	Radio radio;

	set_up(&radio, ALL);
	g_assert_cmpuint(radio.ladder.last, ==, KN_LADDER_NOTHING);
	be_deaf(&radio, DAY);
	for (guint step = 0; step < KN_LADDER_STEPS; step++)
		g_assert_cmpuint(radio.ladder.n_steps[step], ==, count(&radio, (KnLadderStep)step));
	for (guint i = radio.n_taken; i-- > 0;) {
		if (radio.taken[i].step == KN_LADDER_FAILED)
			continue;
		g_assert_cmpuint(radio.ladder.last, ==, radio.taken[i].step);
		g_assert_cmpint(radio.ladder.last_us, ==, radio.taken[i].at_us);
		break;
	}
	/* for as long as the hub runs: a sign of life takes nothing back */
	g_assert_true(hear(&radio));
	g_assert_cmpuint(radio.ladder.n_steps[KN_LADDER_POWER], ==, count(&radio, KN_LADDER_POWER));
	g_assert_cmpstr(kn_ladder_step_name(KN_LADDER_RESCAN), ==, "rescan");
	g_assert_cmpstr(kn_ladder_step_name(KN_LADDER_FAILED), ==, "failed");
	g_assert_cmpstr(kn_ladder_step_name(KN_LADDER_NOTHING), ==, "nothing");
	g_assert_cmpstr(kn_ladder_step_name((KnLadderStep)99), ==, "unknown");
}

#define ADD(name) g_test_add_func("/core/ladder/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(fault_43_a_deaf_radio_has_its_scan_restarted_within_200_seconds);
	ADD(the_steps_are_climbed_in_order_each_in_its_time);
	ADD(what_is_not_allowed_is_never_done_and_the_radio_failed_without_it);
	ADD(fault_44_a_ladder_that_is_exhausted_is_a_state_and_no_storm);
	ADD(the_hour_between_restarts_outlives_signs_of_life_and_adapters);
	ADD(what_is_only_put_off_is_not_yet_in_vain);
	ADD(a_step_that_would_hurt_somebody_waits_until_it_does_not);
	ADD(a_sign_of_life_ends_only_the_trouble_that_it_contradicts);
	ADD(massagers_that_could_not_be_connected_and_went_are_no_trouble_for_ever);
	ADD(a_bluetoothd_that_does_not_answer_is_met_anew_and_then_restarted);
	ADD(every_step_is_counted_and_the_last_one_is_known);
	return g_test_run();
}
