/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "link-fixture.h"

/* a hundred thousand conversations at random: what holds in each of them */

/* what must hold after any step, whatever came before */
static void
check_invariants(const KnLink *link, guint facts, guint actions, gint64 now_us)
{
	gboolean is_bonded = (facts & PRESENT) && (facts & BONDED);
	g_assert_cmpint(link->state, !=, KN_LINK_AT_REST);
	g_assert_true(is_bonded || !(actions & (CONNECT | READ | ACQUIRE)));
	g_assert_true((facts & UP) || !(actions & ~(guint)DROP));
	g_assert_cmpint(link->is_up, ==, link->state == KN_LINK_AT_STREAMING);
	g_assert_true(!(actions & CONNECT) || kn_link_holds_adapter(link));
	/* nothing is waited for without an end, but what a fact or a person brings */
	gboolean may_wait_for_ever =
		link->state == KN_LINK_AT_DOWN || link->state == KN_LINK_AT_NOT_BONDED ||
		link->state == KN_LINK_AT_BOND_LOST || link->state == KN_LINK_AT_QUEUED ||
		link->state == KN_LINK_AT_STREAMING || !(facts & PRESENT);
	g_assert_true(link->deadline_us != G_MAXINT64 || may_wait_for_ever);
	g_assert_true(link->deadline_us > now_us);
}

/* what a bluetoothd without faults makes of an action, and a person of a lost bond */
static guint
answer_well(const KnLink *link, guint facts, guint actions, KnLinkEvent *ret_event)
{
	*ret_event = KN_LINK_EVENT_NONE;
	if (link->state == KN_LINK_AT_BOND_LOST)
		return UP | PRESENT;
	if (actions & DISCONNECT)
		*ret_event = KN_LINK_EVENT_DISCONNECT_DONE;
	else if (actions & CONNECT)
		*ret_event = KN_LINK_EVENT_CONNECT_DONE;
	else if (actions & READ)
		*ret_event = KN_LINK_EVENT_READ_DONE;
	else if (actions & ACQUIRE)
		*ret_event = KN_LINK_EVENT_ACQUIRE_DONE;
	else if (link->state == KN_LINK_AT_QUEUED)
		*ret_event = KN_LINK_EVENT_GRANTED;
	if (actions & CONNECT)
		return READY;
	return (actions & DISCONNECT) || !(facts & CONNECTED) ? NEAR : READY;
}

/* From wherever it is, as soon as nothing fails any more. Returns the virtual time it took. */
static gint64
lead_back(KnLink *link, gint64 at_ms, guint facts)
{
	gint64 from_ms = at_ms;
	guint actions = 0;
	for (guint i = 0; link->state != KN_LINK_AT_STREAMING; i++) {
		KnLinkEvent event;
		guint before = facts;
		KnLinkState state = link->state;
		g_assert_cmpuint(i, <, 60);
		facts = answer_well(link, facts, actions, &event);
		actions = say(link, at_ms, facts, event, NULL, 247);
		check_invariants(link, facts, actions, at_ms * 1000);
		gboolean is_waiting = !actions && facts == before && state == link->state &&
				      link->deadline_us != G_MAXINT64;
		at_ms = is_waiting ? (link->deadline_us + 999) / 1000 : at_ms + 1;
	}
	return at_ms - from_ms;
}

static void
random_conversations_keep_the_invariants_and_always_lead_back_to_a_link(void)
{
	static const gchar *const errors[] = {
		"Failed: Host is down",     "Failed: le-connection-key-missing",
		"InProgress: In Progress",  "Failed: Operation already in progress",
		"NotPermitted: Not paired", "Failed: nobody knows"};
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);
	gint64 longest_ms = 0;
	for (guint run = 0; run < 100000; run++) {
		KnLink link;
		gint64 at_ms = 1;
		guint facts = READY;
		start(&link);
		guint n_steps = run % 100 ? 12 : 200;
		for (guint i = 0; i < n_steps; i++) {
			if (g_rand_int_range(rand, 0, 3) == 0)
				facts ^= 1u << g_rand_int_range(rand, 0, 7);
			gboolean is_long = g_rand_int_range(rand, 0, 4) == 0;
			at_ms += g_rand_int_range(rand, 0, is_long ? 400000 : 300);
			KnLinkEvent event =
				(KnLinkEvent)g_rand_int_range(rand, 0, KN_LINK_EVENT_YIELD + 1);
			const gchar *error =
				errors[g_rand_int_range(rand, 0, G_N_ELEMENTS(errors))];
			guint mtu = (guint)g_rand_int_range(rand, 23, 518);
			guint actions = say(&link, at_ms, facts, event, error, mtu);
			check_invariants(&link, facts, actions, at_ms * 1000);
		}
		longest_ms = MAX(longest_ms, lead_back(&link, at_ms + 1, facts));
	}
	/* the longest pause there is: a device that was found not to be usable */
	g_assert_cmpint(longest_ms, <=, 700000);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/link/"
			"random_conversations_keep_the_invariants_and_always_lead_back_to_a_link",
			random_conversations_keep_the_invariants_and_always_lead_back_to_a_link);
	return g_test_run();
}
