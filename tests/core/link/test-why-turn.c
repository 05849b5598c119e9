/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "why-fixture.h"

#include <string.h>

/* what is said of a massager that waits for a link of its adapter */

enum { MINUTE_MS = 60000 };

static KnWhyFacts
seventh_in_line(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_WAITING;
	facts.is_taking_turns = TRUE;
	facts.n_links_max = 5;
	facts.place_in_line = 7;
	facts.unseen_ms = 0;
	return facts;
}

static void
assert_why(const KnWhyFacts *facts, const gchar *cause, const gchar *text, const gchar *next)
{
	g_auto(KnWhy) why = {0};

	kn_why_judge(facts, &why);
	g_assert_cmpstr(kn_why_name(why.cause), ==, cause);
	g_assert_cmpstr(why.text, ==, text);
	g_assert_nonnull(strstr(why.next, next));
}

/* five that are in use for five minutes each are before it twice */
static void
who_stands_in_a_long_line_is_not_called_silent_while_nobody_listens(void)
{
	static const gchar in_line[] =
		"back bed waits for its turn: its adapter carries 5 links at once; 7 in line.";
	KnWhyFacts facts = seventh_in_line();

	facts.unseen_ms = 12 * MINUTE_MS;
	facts.unlistened_ms = 12 * MINUTE_MS - 5000;
	assert_why(&facts, "no-slot", in_line, "Nothing has to be done");
	/* it was listened since, and not heard */
	facts.unlistened_ms = 2 * MINUTE_MS;
	assert_why(&facts, "not-heard",
		   "back bed was not heard for 12 min; the hub listened 2 min ago.",
		   "Switch it on");
	facts.unseen_ms = 4 * MINUTE_MS;
	assert_why(&facts, "no-slot", in_line, "Nothing has to be done");
}

static void
an_adapter_that_refuses_without_a_link_on_it_is_not_called_full(void)
{
	KnWhyFacts facts = seventh_in_line();

	facts.is_adapter_refusing = TRUE;
	facts.n_links_max = 1;
	/* nobody listens for it meanwhile */
	facts.unseen_ms = 40 * MINUTE_MS;
	assert_why(&facts, "no-slot",
		   "back bed waits: its adapter refuses to connect, though the hub has no link on "
		   "it.",
		   "pull this machine's Bluetooth adapter out");
	facts.is_adapter_failed = TRUE;
	facts.trouble_ms = 20 * MINUTE_MS;
	assert_why(&facts, "radio-failed",
		   "This machine's Bluetooth seems to have failed: for 20 min it could connect to "
		   "nobody.",
		   "pull its Bluetooth adapter out");
}

static void
what_an_adapter_carries_is_told_when_it_is_known_and_one_is_one(void)
{
	KnWhyFacts facts = seventh_in_line();

	facts.place_in_line = 1;
	facts.n_links_max = 1;
	assert_why(&facts, "no-slot",
		   "back bed waits for its turn: its adapter carries 1 link at once; 1 in line.",
		   "second Bluetooth adapter");
	facts.link = KN_WHY_LINK_SEARCHING;
	facts.place_in_line = facts.n_links_max = 0;
	assert_why(&facts, "no-slot", "back bed waits for its turn.", "second Bluetooth adapter");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/why-turn/" #name, name)
	ADD(who_stands_in_a_long_line_is_not_called_silent_while_nobody_listens);
	ADD(an_adapter_that_refuses_without_a_link_on_it_is_not_called_full);
	ADD(what_an_adapter_carries_is_told_when_it_is_known_and_one_is_one);
	return g_test_run();
}
