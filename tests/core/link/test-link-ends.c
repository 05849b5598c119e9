/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "link-fixture.h"

/* how attempts and links end, and how long it takes until the next */

static void
connect_that_never_answers_is_cancelled_at_20_s(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{19999, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CONNECTING, 0},
		{20000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{25000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_PAUSED, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_TIMEOUT);
}

static void
a_good_reply_without_a_link_fails_after_5_s(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{100, NEAR, KN_LINK_EVENT_CONNECT_DONE, NULL, 0, KN_LINK_AT_CONNECTING, 0},
		{5099, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CONNECTING, 0},
		{5100, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{5200, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_PAUSED, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_UNCONFIRMED);
}

/* fails n Connects with one error; *ret_pauses_ms gets each time between failure and the wish for the next */
static void
fail_connects(KnLink *link, const gchar *error, guint n, gint64 *ret_pauses_ms)
{
	gint64 at_ms = 0;
	start(link);
	say(link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	for (guint i = 0; i < n; i++) {
		g_assert_cmpint(link->state, ==, KN_LINK_AT_QUEUED);
		g_assert_cmphex(say(link, at_ms, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0), ==,
				CONNECT);
		guint actions = say(link, at_ms, NEAR, KN_LINK_EVENT_CONNECT_FAILED, error, 0);
		g_assert_true(actions & DROP);
		g_assert_cmpint(link->state, ==, KN_LINK_AT_PAUSED);
		ret_pauses_ms[i] = (link->deadline_us + 999) / 1000 - at_ms;
		at_ms = (link->deadline_us + 999) / 1000;
		say(link, at_ms - 2, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
		g_assert_cmpint(link->state, ==, KN_LINK_AT_PAUSED);
		say(link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	}
}

static void
assert_about(gint64 ms, gint64 wanted_ms)
{
	g_assert_cmpint(ms, >=, wanted_ms * 8 / 10);
	g_assert_cmpint(ms, <=, wanted_ms * 12 / 10 + 1);
}

static void
radio_weather_is_retried_at_once_eight_times(void)
{
	KnLink link;
	gint64 pauses_ms[12];
	fail_connects(&link, "Failed: le-connection-abort-by-local", G_N_ELEMENTS(pauses_ms),
		      pauses_ms);
	for (guint i = 0; i < 8; i++)
		g_assert_cmpint(pauses_ms[i], ==, 250);
	assert_about(pauses_ms[8], 1000);
	assert_about(pauses_ms[9], 2000);
	assert_about(pauses_ms[10], 4000);
	g_assert_cmpuint(link.n_attempts, ==, 12);
}

static void
other_errors_back_off_from_1_to_300_s(void)
{
	KnLink link;
	static const gint64 wanted_ms[] = {1000,  2000,   4000,   8000,   16000,  32000,
					   64000, 128000, 256000, 300000, 300000, 300000};
	gint64 pauses_ms[G_N_ELEMENTS(wanted_ms)];
	fail_connects(&link, "Failed: Host is down", G_N_ELEMENTS(wanted_ms), pauses_ms);
	for (guint i = 0; i < G_N_ELEMENTS(wanted_ms); i++)
		assert_about(pauses_ms[i], wanted_ms[i]);
}

static void
busy_is_capped_at_5_s(void)
{
	KnLink link;
	gint64 pauses_ms[9];
	fail_connects(&link, "InProgress: In Progress", G_N_ELEMENTS(pauses_ms), pauses_ms);
	assert_about(pauses_ms[0], 250);
	assert_about(pauses_ms[1], 500);
	assert_about(pauses_ms[8], 5000);
}

static void
no_slot_waits_4_s_each_time(void)
{
	KnLink link;
	gint64 pauses_ms[3];
	fail_connects(&link, "Failed: le-connection-concurrent-connection-limit", 3, pauses_ms);
	assert_about(pauses_ms[0], 4000);
	assert_about(pauses_ms[2], 4000);
}

static void
cancelled_three_times_suspects_the_bond(void)
{
	KnLink link;
	gint64 pauses_ms[4];
	fail_connects(&link, "Failed: br-connection-canceled", 4, pauses_ms);
	g_assert_cmpint(pauses_ms[0], ==, 250);
	g_assert_cmpint(pauses_ms[1], ==, 250);
	g_assert_cmpint(pauses_ms[2], >=, 5000);
	g_assert_cmpint(pauses_ms[3], >=, 5000);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_SUSPECT_BOND);
}

static void
a_link_that_falls_young_six_times_suspects_the_bond_until_it_is_another(void)
{
	KnLink link;
	gint64 at_ms = 0;

	start(&link);
	for (guint i = 0; i < 6; i++) {
		g_assert_false(kn_link_suspects_bond(&link));
		say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
		say(&link, at_ms, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0);
		say(&link, at_ms, LINKED, KN_LINK_EVENT_CONNECT_DONE, NULL, 0);
		g_assert_cmpint(link.state, ==, KN_LINK_AT_RESOLVING);
		say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
		g_assert_cmpint(link.state, ==, KN_LINK_AT_PAUSED);
		g_assert_cmpint(link.cause, ==,
				i < 5 ? KN_LINK_CAUSE_LOST : KN_LINK_CAUSE_SUSPECT_BOND);
		at_ms = link.deadline_us / 1000 + 1;
	}
	g_assert_true(kn_link_suspects_bond(&link));
	/* a person pairs again: the object is there without a bond first */
	say(&link, at_ms, UP | PRESENT, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_NOT_BONDED);
	g_assert_false(kn_link_suspects_bond(&link));
}

static void
jitter_differs_between_devices(void)
{
	KnLink first, second;
	gint64 pauses_ms[1];
	fail_connects(&first, "Failed: Host is down", 1, pauses_ms);
	gint64 one_ms = pauses_ms[0];
	kn_link_init(&second, &times, 8);
	say(&second, 0, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	say(&second, 0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0);
	say(&second, 0, NEAR, KN_LINK_EVENT_CONNECT_FAILED, "Failed: Host is down", 0);
	g_assert_cmpint(one_ms, !=, (second.deadline_us + 999) / 1000);
}

static void
a_pending_attempt_is_disconnected_first(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{10, NEAR, KN_LINK_EVENT_CONNECT_FAILED, "Failed: Operation already in progress", 0,
		 KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{500, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_PAUSED, DROP},
		{801, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{801, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
a_lost_bond_stops_everything_until_a_person_pairs(void)
{
	KnLink link;
	guint n_connects = 0;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{10, NEAR, KN_LINK_EVENT_CONNECT_FAILED, "Failed: le-connection-key-missing", 0,
		 KN_LINK_AT_BOND_LOST, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
	for (gint64 at_ms = 1000; at_ms <= 3600 * 1000; at_ms += 1000) {
		n_connects += (say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0) & CONNECT) != 0;
		n_connects +=
			(say(&link, at_ms, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0) & CONNECT) != 0;
	}
	g_assert_cmpuint(n_connects, ==, 0);
	/* not even after bluetoothd was away */
	say(&link, 3700000, 0, KN_LINK_EVENT_NONE, NULL, 0);
	say(&link, 3700001, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_BOND_LOST);
	say(&link, 3700002, UP | PRESENT | HEARD, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_NOT_BONDED);
	say(&link, 3700003, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_QUEUED);
}

static void
a_read_that_wants_pairing_is_a_lost_bond(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{250, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{300, READY, KN_LINK_EVENT_READ_FAILED, "NotPermitted: Not paired", 0,
		 KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{400, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_BOND_LOST, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
a_good_link_that_is_lost_comes_back_at_once(void)
{
	KnLink link;
	static const Line lines[] = {
		/* bluetoothd takes the characteristics away first */
		{19990, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{20000, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, DROP | LISTEN},
		{20400, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_LOST);
	g_assert_false(link.is_up);
}

static void
a_link_that_keeps_falling_backs_off(void)
{
	KnLink link;
	static const Line lines[] = {
		{1000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_PAUSED, DROP | LISTEN},
		{1799, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_PAUSED, 0},
		{2201, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
the_pause_of_a_falling_link_is_capped_at_10_s(void)
{
	KnLink link;
	static const gint64 wanted_ms[] = {1000, 2000, 4000, 8000, 10000, 10000, 10000};
	gint64 at_ms = 600;
	bring_up(&link);
	for (guint i = 0; i < G_N_ELEMENTS(wanted_ms); i++) {
		say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
		g_assert_cmpint(link.state, ==, KN_LINK_AT_PAUSED);
		assert_about((link.deadline_us + 999) / 1000 - at_ms, wanted_ms[i]);
		at_ms = (link.deadline_us + 999) / 1000;
		say(&link, at_ms, READY, KN_LINK_EVENT_NONE, NULL, 0);
		say(&link, at_ms + 250, READY, KN_LINK_EVENT_NONE, NULL, 0);
		say(&link, at_ms + 260, READY, KN_LINK_EVENT_READ_DONE, NULL, 0);
		say(&link, at_ms + 270, READY, KN_LINK_EVENT_ACQUIRE_DONE, NULL, 247);
		g_assert_true(link.is_up);
		at_ms += 1000;
	}
}

static void
a_link_that_falls_while_resolving_is_radio_weather(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{50, LINKED | HEARD, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{60, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_PAUSED, DROP | LISTEN},
		{310, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
a_socket_that_ends_is_a_lost_link_even_if_connected(void)
{
	KnLink link;
	static const Line lines[] = {
		{20000, READY, KN_LINK_EVENT_HUP, NULL, 0, KN_LINK_AT_CLOSING,
		 DROP | DISCONNECT | LISTEN},
		{20050, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, 0},
		{20100, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, 0},
		{20200, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_SEARCHING, DROP},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
an_object_that_goes_while_connecting_is_a_clean_failure(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{10, UP, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_PAUSED, DROP | LISTEN},
		{1300, UP, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
the_radio_going_down_drops_and_coming_back_resumes(void)
{
	KnLink link;
	static const Line lines[] = {
		{600, READY & ~(guint)UP, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_DOWN, DROP},
		{700, 0, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_DOWN, 0},
		{800, 0, KN_LINK_EVENT_REFUSED, NULL, 0, KN_LINK_AT_DOWN, 0},
		{900, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{950, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
a_refused_device_is_left_alone_for_ten_minutes(void)
{
	KnLink link;
	static const Line lines[] = {
		{600, READY, KN_LINK_EVENT_REFUSED, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{700, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, DROP},
		{600699, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_UNSUPPORTED, 0},
		{600700, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
the_owner_may_say_how_long_a_refused_device_is_left_alone(void)
{
	const KnLinkFacts ready = {TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, FALSE};
	const KnLinkInput refused = {KN_LINK_EVENT_REFUSED, .pause_us = 1200000000};
	KnLink link;
	static const Line lines[] = {
		{700, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, DROP},
		{1200699, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, 0},
		{1200700, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};

	bring_up(&link);
	g_assert_cmphex(kn_link_step(&link, &ready, &refused, 600000), ==, DROP | DISCONNECT);
	CONVERSE(&link, lines);
}

#define ADD(name) g_test_add_func("/core/link-ends/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(connect_that_never_answers_is_cancelled_at_20_s);
	ADD(a_good_reply_without_a_link_fails_after_5_s);
	ADD(radio_weather_is_retried_at_once_eight_times);
	ADD(other_errors_back_off_from_1_to_300_s);
	ADD(busy_is_capped_at_5_s);
	ADD(no_slot_waits_4_s_each_time);
	ADD(cancelled_three_times_suspects_the_bond);
	ADD(a_link_that_falls_young_six_times_suspects_the_bond_until_it_is_another);
	ADD(jitter_differs_between_devices);
	ADD(a_pending_attempt_is_disconnected_first);
	ADD(a_lost_bond_stops_everything_until_a_person_pairs);
	ADD(a_read_that_wants_pairing_is_a_lost_bond);
	ADD(a_good_link_that_is_lost_comes_back_at_once);
	ADD(a_link_that_keeps_falling_backs_off);
	ADD(the_pause_of_a_falling_link_is_capped_at_10_s);
	ADD(a_link_that_falls_while_resolving_is_radio_weather);
	ADD(a_socket_that_ends_is_a_lost_link_even_if_connected);
	ADD(an_object_that_goes_while_connecting_is_a_clean_failure);
	ADD(the_radio_going_down_drops_and_coming_back_resumes);
	ADD(a_refused_device_is_left_alone_for_ten_minutes);
	ADD(the_owner_may_say_how_long_a_refused_device_is_left_alone);
	return g_test_run();
}
