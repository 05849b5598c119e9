/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "why-fixture.h"

#include <string.h>

/* what is said of a massager that is not heard, and of a hub that can not hear it */

enum { MINUTE_MS = 60000 };

static void
assert_why(const KnWhyFacts *facts, const gchar *cause, const gchar *text, const gchar *next)
{
	g_auto(KnWhy) why = {0};

	kn_why_judge(facts, &why);
	g_assert_cmpstr(kn_why_name(why.cause), ==, cause);
	if (text)
		g_assert_cmpstr(why.text, ==, text);
	if (next)
		g_assert_nonnull(strstr(why.next, next));
}

/* not heard for an hour, and listening does not begin */
static KnWhyFacts
refused(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_SEARCHING;
	facts.unseen_ms = 60 * MINUTE_MS;
	facts.unlistened_ms = 3 * MINUTE_MS;
	facts.is_listening_refused = TRUE;
	facts.listen_error = "Resource Not Ready";
	return facts;
}

static void
a_hub_that_may_not_listen_says_so_and_not_that_the_massager_is_silent(void)
{
	static const KnWhyLink unheard[] = {KN_WHY_LINK_SEARCHING, KN_WHY_LINK_WAITING,
					    KN_WHY_LINK_CONNECTING};
	KnWhyFacts facts = refused();

	for (guint i = 0; i < G_N_ELEMENTS(unheard); i++) {
		facts.link = unheard[i];
		assert_why(&facts, "cannot-listen",
			   "The hub can not listen for back bed: Bluetooth refuses (Resource Not "
			   "Ready).",
			   "sudo systemctl restart bluetooth");
	}
	facts.unseen_ms = -1;
	facts.listen_error = "";
	assert_why(&facts, "cannot-listen",
		   "The hub can not listen for back bed: Bluetooth refuses.",
		   "tries again by itself");
	facts.is_listening_refused = FALSE;
	facts.link = KN_WHY_LINK_SEARCHING;
	assert_why(&facts, "not-heard", NULL, "Switch it on");
}

static void
what_needs_no_listening_is_told_as_it_is(void)
{
	static const struct {
		KnWhyLink link;
		const gchar *cause;
	} cases[] = {{KN_WHY_LINK_READY, "well"},
		     {KN_WHY_LINK_BUSY, "listener"},
		     {KN_WHY_LINK_NOT_BONDED, "not-bonded"},
		     {KN_WHY_LINK_BOND_LOST, "bond-lost"},
		     {KN_WHY_LINK_UNSUPPORTED, "unsupported"}};
	KnWhyFacts facts = refused();

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		facts.link = cases[i].link;
		assert_why(&facts, cases[i].cause, NULL, NULL);
	}
	/* heard a moment ago, it is there: what is wrong now is the link */
	facts.unseen_ms = MINUTE_MS - 1;
	facts.link = KN_WHY_LINK_CONNECTING;
	assert_why(&facts, "connecting", NULL, NULL);
	/* one that was found blindly is connected: who restarted bluetoothd now would end that */
	facts.unseen_ms = 60 * MINUTE_MS;
	facts.link = KN_WHY_LINK_STARTING;
	assert_why(&facts, "connecting", NULL, NULL);
	facts.is_allowed = FALSE;
	facts.unseen_ms = 60 * MINUTE_MS;
	assert_why(&facts, "not-allowed", NULL, NULL);
}

static void
one_that_refused_until_nothing_was_left_to_try_could_not_even_listen(void)
{
	KnWhyFacts facts = refused();

	facts.is_adapter_failed = facts.is_adapter_deaf = TRUE;
	facts.trouble_ms = 20 * MINUTE_MS;
	assert_why(&facts, "radio-failed",
		   "This machine's Bluetooth seems to have failed: for 20 min it could not even "
		   "listen.",
		   "Switch this machine off and on");
}

static void
where_nobody_at_all_is_heard_that_is_told_with_what_may_be_tried(void)
{
	KnWhyFacts facts = refused();

	facts.is_listening_refused = FALSE;
	facts.deaf_ms = 12 * MINUTE_MS;
	assert_why(&facts, "not-heard",
		   "back bed was not heard for 60 min; the hub listened 3 min ago. Nobody else was "
		   "heard either for 12 min.",
		   "If it is on: sudo systemctl restart bluetooth");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/why-silence/" #name, name)
	ADD(a_hub_that_may_not_listen_says_so_and_not_that_the_massager_is_silent);
	ADD(what_needs_no_listening_is_told_as_it_is);
	ADD(one_that_refused_until_nothing_was_left_to_try_could_not_even_listen);
	ADD(where_nobody_at_all_is_heard_that_is_told_with_what_may_be_tried);
	return g_test_run();
}
