/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "link-fixture.h"

static void
a_heard_device_is_connected_read_and_drained(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, 0, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_DOWN, 0},
		{1, UP, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{2, UP | PRESENT, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_NOT_BONDED, 0},
		{3, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{4, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{5, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{6, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{7, LINKED, KN_LINK_EVENT_CONNECT_DONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{8, LINKED | COMPLETE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{9, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{258, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{259, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{260, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{261, READY, KN_LINK_EVENT_ACQUIRE_DONE, NULL, 185, KN_LINK_AT_STREAMING, GO_UP},
		{300, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.deadline_us, ==, G_MAXINT64);
}

static void
an_unbonded_device_is_never_touched(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, UP | PRESENT | HEARD, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_NOT_BONDED, 0},
		{1, UP | PRESENT | HEARD | CONNECTED | RESOLVED | COMPLETE, KN_LINK_EVENT_NONE,
		 NULL, 0, KN_LINK_AT_NOT_BONDED, 0},
		{2, UP | PRESENT | HEARD, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_NOT_BONDED, 0},
		{900000, UP | PRESENT | HEARD, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_NOT_BONDED,
		 0},
		/* its object goes when scanning ends: no reason to scan again, which would go on for ever */
		{900001, UP, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_NOT_BONDED, 0},
		{900002, UP | PRESENT | BONDED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING,
		 0},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
a_bond_that_goes_ends_the_link(void)
{
	KnLink link;
	static const Line lines[] = {
		{600, READY & ~(guint)BONDED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING,
		 DROP | DISCONNECT},
		{700, UP | PRESENT, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_NOT_BONDED,
		 DROP},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
a_link_that_is_there_already_is_adopted(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{10, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{260, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpuint(link.n_attempts, ==, 0);
}

static void
connected_without_a_reply_goes_on(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{900, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		/* and an error that comes late is only a hint */
		{950, READY, KN_LINK_EVENT_CONNECT_FAILED, "Failed: le-connection-timeout", 0,
		 KN_LINK_AT_SETTLING, 0},
		{1150, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
services_that_never_come_are_no_readiness(void)
{
	KnLink link;
	guint n_reads = 0;
	gint64 at_ms = 0;
	start(&link);
	say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	for (guint try = 0; try < 3; try++) {
		n_reads += say(&link, at_ms, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0) & READ;
		n_reads += say(&link, at_ms, LINKED | RESOLVED, KN_LINK_EVENT_NONE, NULL, 0) & READ;
		g_assert_cmpint(link.state, ==, KN_LINK_AT_RESOLVING);
		n_reads +=
			say(&link, at_ms + 4999, LINKED | RESOLVED, KN_LINK_EVENT_NONE, NULL, 0) &
			READ;
		g_assert_cmpint(link.state, ==, KN_LINK_AT_RESOLVING);
		guint actions =
			say(&link, at_ms + 5000, LINKED | RESOLVED, KN_LINK_EVENT_NONE, NULL, 0);
		g_assert_cmphex(actions, ==, DROP | DISCONNECT);
		say(&link, at_ms + 5000, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0);
		at_ms += 5000 + 400000;
		if (try < 2)
			say(&link, at_ms, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	}
	g_assert_cmpuint(n_reads, ==, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_UNSUPPORTED);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_INCOMPLETE);
}

static void
flapping_services_are_read_once_they_hold_still(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{100, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{200, LINKED | COMPLETE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{300, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{400, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{550, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{560, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{570, READY, KN_LINK_EVENT_ACQUIRE_DONE, NULL, 247, KN_LINK_AT_STREAMING, GO_UP},
		/* and a flap while streaming leaves the one subscription as it is */
		{600, LINKED | COMPLETE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{700, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
the_whole_attempt_is_capped_at_60_s(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{0, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{19000, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, 0},
		{50000, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{50250, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{59999, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, 0},
		{60000, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
a_narrow_link_is_unsupported(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{250, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{300, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{400, READY, KN_LINK_EVENT_ACQUIRE_DONE, NULL, 184, KN_LINK_AT_CLOSING,
		 DROP | DISCONNECT},
		{500, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, DROP},
		{600499, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_UNSUPPORTED, 0},
		{600500, NEAR, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_NARROW);
}

static void
another_listener_is_waited_for_on_the_open_link(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{250, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{300, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{400, READY, KN_LINK_EVENT_ACQUIRE_FAILED, "InProgress: In Progress", 0,
		 KN_LINK_AT_BUSY, DROP},
		{1100, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_BUSY, 0},
		/* a second and at most a fifth of it later */
		{1601, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{1851, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
		{1900, READY, KN_LINK_EVENT_READ_DONE, NULL, 0, KN_LINK_AT_ACQUIRING, ACQUIRE},
		{1950, READY, KN_LINK_EVENT_ACQUIRE_FAILED, "NotPermitted: Notify acquired", 0,
		 KN_LINK_AT_BUSY, DROP},
	};
	start(&link);
	CONVERSE(&link, lines);
	g_assert_cmpint(link.cause, ==, KN_LINK_CAUSE_LISTENER);
}

static void
a_device_that_is_not_heard_is_tried_blind(void)
{
	KnLink link;
	static const Line lines[] = {
		{0, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{14999, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{15000, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
		{15000, THERE, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
		{35000, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_CLOSING, DROP | DISCONNECT},
		{35100, THERE, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_PAUSED, DROP},
		{36301, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{96300, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SEARCHING, 0},
		{96301, THERE, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_QUEUED, 0},
	};
	start(&link);
	CONVERSE(&link, lines);
}

static void
one_that_was_tried_in_vain_for_long_is_connected_as_soon_as_it_is_heard(void)
{
	static const KnLinkEvent helpful[KN_LINK_N_STATES] = {
		[KN_LINK_AT_QUEUED] = KN_LINK_EVENT_GRANTED,
		[KN_LINK_AT_CLOSING] = KN_LINK_EVENT_DISCONNECT_DONE,
	};
	KnLink link;
	gint64 now_ms = 0;
	start(&link);
	/* until the pauses are long */
	while (link.state != KN_LINK_AT_PAUSED || link.deadline_us / 1000 - now_ms < 200 * 1000) {
		say(&link, now_ms, THERE, helpful[link.state], NULL, 0);
		now_ms += 1000;
		g_assert_cmpint(now_ms, <, 3600 * 1000);
	}
	say(&link, now_ms, THERE, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_PAUSED);
	say(&link, now_ms + 1, NEAR, KN_LINK_EVENT_NONE, NULL, 0);
	g_assert_cmpint(link.state, ==, KN_LINK_AT_QUEUED);
}

static void
characteristics_that_go_while_streaming_are_resolved_again(void)
{
	KnLink link;
	static const Line lines[] = {
		{600, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{650, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{660, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{909, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_STREAMING, 0},
		{910, LINKED, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_RESOLVING, DROP},
		{1000, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_SETTLING, 0},
		{1250, READY, KN_LINK_EVENT_NONE, NULL, 0, KN_LINK_AT_READING, READ},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
}

static void
a_link_over_which_nothing_comes_is_ended_and_made_anew(void)
{
	KnLink link;
	static const Line lines[] = {
		{20000, READY, KN_LINK_EVENT_SILENT, NULL, 0, KN_LINK_AT_CLOSING,
		 DROP | DISCONNECT},
		{20100, NEAR, KN_LINK_EVENT_DISCONNECT_DONE, NULL, 0, KN_LINK_AT_QUEUED, DROP},
		{20200, NEAR, KN_LINK_EVENT_GRANTED, NULL, 0, KN_LINK_AT_CONNECTING, CONNECT},
	};
	bring_up(&link);
	CONVERSE(&link, lines);
	g_assert_cmpstr(kn_link_cause_text(link.cause), ==, "it sent nothing, though it was asked");
	g_assert_cmpuint(link.n_failures, ==, 0);
}

static void
scaled_times_keep_their_proportion(void)
{
	KnLinkTimes full, tenth, odd;
	kn_link_times_init(&full, 1.0);
	kn_link_times_init(&tenth, 0.1);
	g_assert_cmpint(full.connect_us, ==, 20000000);
	g_assert_cmpint(tenth.connect_us, ==, 2000000);
	g_assert_cmpint(full.backoff_max_us, ==, 300000000);
	kn_link_times_init(&odd, -3.0);
	g_assert_cmpint(odd.connect_us, ==, full.connect_us);
	kn_link_times_init(&odd, 0.0 / 0.0);
	g_assert_cmpint(odd.connect_us, ==, full.connect_us);
}

#define ADD(name) g_test_add_func("/core/link/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_heard_device_is_connected_read_and_drained);
	ADD(an_unbonded_device_is_never_touched);
	ADD(a_bond_that_goes_ends_the_link);
	ADD(a_link_that_is_there_already_is_adopted);
	ADD(connected_without_a_reply_goes_on);
	ADD(services_that_never_come_are_no_readiness);
	ADD(flapping_services_are_read_once_they_hold_still);
	ADD(the_whole_attempt_is_capped_at_60_s);
	ADD(a_narrow_link_is_unsupported);
	ADD(another_listener_is_waited_for_on_the_open_link);
	ADD(a_device_that_is_not_heard_is_tried_blind);
	ADD(one_that_was_tried_in_vain_for_long_is_connected_as_soon_as_it_is_heard);
	ADD(characteristics_that_go_while_streaming_are_resolved_again);
	ADD(a_link_over_which_nothing_comes_is_ended_and_made_anew);
	ADD(scaled_times_keep_their_proportion);
	return g_test_run();
}
