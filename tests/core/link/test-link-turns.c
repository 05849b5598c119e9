/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "link-fixture.h"

/* what one link does for the others of its adapter: who is next is decided elsewhere (turns.h) */

static void
one_whose_turn_is_over_lets_go_and_waits_behind_the_others_without_a_failure(void)
{
	KnLink link;
	static const Line lines[] = {
		{20000, READY, KN_LINK_EVENT_YIELD, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{20100, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_SEARCHING, DROP},
		{30000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{31000, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_TURN);
	g_assert_cmpint(link.queued_us, ==, 30000000);
	g_assert_cmpuint(link.n_failures, ==, 0);
	g_assert_false(link.is_blind);
}

/* bluetoothd does not end a Connect that its caller has forgotten */
static void
one_that_is_refused_while_it_connects_ends_its_attempt_before_another_has_the_adapter(void)
{
	static const Line refused[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{100, NEAR, KN_LINK_EVENT_REFUSED, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
	};
	static const Line over[] = {
		{300, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, DROP}};
	KnLink link;
	start(&link);
	CONVERSE(&link, refused);
	g_assert_true(kn_link_holds_adapter(&link));
	CONVERSE(&link, over);
	g_assert_false(kn_link_holds_adapter(&link));
}

/* queued at 1 s, it fails at 3 s, and is there as facts say at 60 s. Returns since when it waits then. */
static gint64
queue_again_after(const gchar *error, guint facts)
{
	const Line failed[] = {
		{1000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{2000, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{3000, NEAR, KN_LINK_EVENT_CONNECT_FAILED, error, 0, KN_LINK_AT_PAUSED, DROP},
		{60000, facts, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	KnLink link;
	start(&link);
	CONVERSE(&link, failed);
	return link.queued_us;
}

static void
one_for_whom_no_link_was_left_keeps_its_place_in_the_line(void)
{
	static const gchar full[] = "Failed: le-connection-concurrent-connection-limit";
	g_assert_cmpint(queue_again_after(full, NEAR), ==, 1000000);
	/* it is not searched for first: it would miss the link that comes free meanwhile */
	g_assert_cmpint(queue_again_after(full, THERE), ==, 1000000);
	/* whoever cannot be connected for another reason does not hold up those behind it */
	g_assert_cmpint(queue_again_after("Failed: le-connection-timeout", NEAR), ==, 60000000);
}

/* five times, and then it does not answer: that is its first failure */
static void
one_for_whom_no_link_was_left_is_not_made_to_wait_longer_for_its_own_failures(void)
{
	static const gchar full[] = "Failed: le-connection-concurrent-connection-limit";
	KnLink link;
	gint64 at_ms = 0;
	start(&link);
	for (guint i = 0; i < 6; i++) {
		say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
		g_assert_cmphex(say(&link, at_ms, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0), ==,
				CONNECT);
		say(&link, at_ms, NEAR, KN_LINK_EVENT_CONNECT_FAILED,
		    i < 5 ? full : "Failed: le-connection-timeout", 0);
		g_assert_cmpint(link.state, ==, KN_LINK_AT_PAUSED);
		if (i < 5)
			at_ms = link.deadline_us / 1000 + 1;
	}
	/* a second, and a fifth more or less */
	g_assert_cmpint(link.deadline_us - at_ms * 1000, >=, 800000);
	g_assert_cmpint(link.deadline_us - at_ms * 1000, <=, 1200000);
}

static void
a_place_in_the_line_does_not_outlast_the_radio(void)
{
	static const Line lines[] = {
		{1000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{2000, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{3000, NEAR, KN_LINK_EVENT_CONNECT_FAILED,
		 "Failed: le-connection-concurrent-connection-limit", 0, KN_LINK_AT_PAUSED, DROP},
		{4000, 0, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_DOWN, DROP},
		{9000, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	KnLink link;
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.queued_us, ==, 9000000);
}

static void
one_that_another_program_listens_to_lets_go_when_its_turn_is_over(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{10, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{100, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{350, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{400, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{450, READY, KN_LINK_EVENT_ACQUIRE_FAILED, "NotPermitted: Notify acquired", 0,
		 KN_LINK_AT_BUSY, DROP},
		{500, READY, KN_LINK_EVENT_YIELD, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{600, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_SEARCHING, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_TURN);
	g_assert_cmpint(link.linked_us, ==, 100000);
	g_assert_cmpuint(link.n_failures, ==, 0);
}

#define ADD(name) g_test_add_func("/core/link/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(one_whose_turn_is_over_lets_go_and_waits_behind_the_others_without_a_failure);
	ADD(one_that_is_refused_while_it_connects_ends_its_attempt_before_another_has_the_adapter);
	ADD(one_for_whom_no_link_was_left_keeps_its_place_in_the_line);
	ADD(one_for_whom_no_link_was_left_is_not_made_to_wait_longer_for_its_own_failures);
	ADD(a_place_in_the_line_does_not_outlast_the_radio);
	ADD(one_that_another_program_listens_to_lets_go_when_its_turn_is_over);
	return g_test_run();
}
