/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "why-fixture.h"

#include <string.h>

static void
assert_why(const KnWhyFacts *facts, KnWhyCause cause, const gchar *text, const gchar *next)
{
	g_auto(KnWhy) why = {0};

	kn_why_judge(facts, &why);
	g_assert_cmpstr(kn_why_name(why.cause), ==, kn_why_name(cause));
	g_assert_cmpstr(why.text, ==, text);
	g_assert_nonnull(strstr(why.next, next));
}

static void
who_answers_nothing_is_stuck(void)
{
	KnWhyFacts facts = kn_test_all_is_well();
	facts.is_newest_known = FALSE;
	facts.is_stuck = TRUE;
	assert_why(&facts, KN_WHY_STUCK,
		   "back bed is connected, but does not send what it has: it answers nothing.",
		   "restart");
}

static void
the_first_stage_that_fails_is_named(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	/* from the last to the first: each one hides all that stand behind it */
	assert_why(&facts, KN_WHY_WELL, "back bed is connected, and everything it has is here.",
		   "");
	facts.is_newest_known = FALSE;
	assert_why(&facts, KN_WHY_FETCHING,
		   "back bed is connected and sends what it has; how much that is it has not told "
		   "yet.",
		   "");
	facts.is_newest_known = TRUE;
	facts.n_missing = 12;
	assert_why(&facts, KN_WHY_FETCHING,
		   "back bed is connected and sends what it has: 12 records to go.", "");
	facts.is_foreign_owned = TRUE;
	assert_why(&facts, KN_WHY_FOREIGN_OWNER,
		   "back bed belongs to another hub: it is recorded here too, but its memory is "
		   "never cleared.",
		   "sudo knead pair C0:FF:EE:00:00:01");
	facts.is_clock_unset = TRUE;
	assert_why(&facts, KN_WHY_CLOCK_NEVER_SET,
		   "back bed does not know what time it is, though it was told: when it restarts, "
		   "sessions may have no date.",
		   "firmware");
	facts.is_stuck = TRUE;
	assert_why(&facts, KN_WHY_STUCK,
		   "back bed is connected, but does not send what it has: 12 records to go.",
		   "restart");
	facts.is_storage_degraded = TRUE;
	assert_why(&facts, KN_WHY_STORAGE, "back bed is connected, but nothing can be stored.",
		   "knead status");
	facts.sends_newer = TRUE;
	assert_why(
		&facts, KN_WHY_NEWER_PROTOCOL,
		"back bed speaks a newer protocol than this hub, which can not read what it has.",
		"Update knead");
	facts.link = KN_WHY_LINK_BUSY;
	assert_why(&facts, KN_WHY_LISTENER, "Another program on this machine listens to back bed.",
		   "Close");
	facts.link = KN_WHY_LINK_WAITING;
	facts.is_bond_suspected = TRUE;
	assert_why(&facts, KN_WHY_BOND_SUSPECTED,
		   "back bed answers and hangs up at once, again and again.",
		   "knead pair C0:FF:EE:00:00:01");
	facts.link = KN_WHY_LINK_BOND_LOST;
	assert_why(&facts, KN_WHY_BOND_LOST, "back bed does not know this machine any more.",
		   "knead pair C0:FF:EE:00:00:01");
	facts.link = KN_WHY_LINK_NOT_BONDED;
	assert_why(&facts, KN_WHY_NOT_BONDED, "back bed is not paired with this machine.",
		   "knead pair C0:FF:EE:00:00:01");
	facts.refusal = KN_WHY_REFUSED_QUARANTINE;
	facts.offence = "sent too much";
	g_strlcpy(facts.until, "14:20", sizeof facts.until);
	assert_why(&facts, KN_WHY_QUARANTINED,
		   "back bed is left alone until 14:20: it sent too much.", "firmware");
	facts.is_allowed = FALSE;
	assert_why(&facts, KN_WHY_NOT_ALLOWED, "back bed is not recorded: nobody has allowed it.",
		   "sudo knead allow C0:FF:EE:00:00:01");
}

static void
what_stands_before_every_massager_hides_all_of_it(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.is_allowed = FALSE;
	facts.is_adapter_on = FALSE;
	assert_why(&facts, KN_WHY_ADAPTER_OFF, "Bluetooth is switched off on this machine.",
		   "power on");
	facts.has_adapter = FALSE;
	assert_why(&facts, KN_WHY_NO_ADAPTER, "This machine has no Bluetooth adapter.", "Plug");
	facts.is_bluetoothd_mute = TRUE;
	assert_why(&facts, KN_WHY_MUTE_BLUETOOTHD,
		   "This machine's Bluetooth service does not answer.",
		   "systemctl restart bluetooth");
	facts.has_bluetoothd = FALSE;
	assert_why(&facts, KN_WHY_NO_BLUETOOTHD, "This machine's Bluetooth service is not running.",
		   "systemctl start bluetooth");
	facts.has_bus = FALSE;
	assert_why(&facts, KN_WHY_NO_BUS, "This machine's message bus (D-Bus) does not answer.",
		   "systemctl start dbus");
}

static void
silence_is_told_with_its_length(void)
{
	static const struct {
		gint64 unseen_ms;
		const gchar *text;
	} rows[] = {
		{-1, "back bed was not heard since the hub started."},
		{90000, "back bed was not heard for 90 s."},
		{20 * 60000, "back bed was not heard for 20 min."},
		{5 * 3600000, "back bed was not heard for 5 h."},
		{G_GINT64_CONSTANT(10) * 86400000, "back bed was not heard for 10 days."},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		KnWhyFacts facts = kn_test_all_is_well();

		facts.link = KN_WHY_LINK_SEARCHING;
		facts.unseen_ms = rows[i].unseen_ms;
		assert_why(&facts, KN_WHY_NOT_HEARD, rows[i].text, "Switch it on");
	}
}

static void
silence_is_told_with_when_the_hub_last_listened(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_SEARCHING;
	facts.unseen_ms = 20 * 60000;
	facts.unlistened_ms = 45000;
	assert_why(&facts, KN_WHY_NOT_HEARD,
		   "back bed was not heard for 20 min; the hub listened 45 s ago.", "Switch it on");
	facts.unseen_ms = -1;
	facts.unlistened_ms = -1;
	assert_why(&facts, KN_WHY_NOT_HEARD,
		   "back bed was not heard since the hub started; the hub has not listened yet.",
		   "Switch it on");
}

static void
a_radio_that_nothing_helped_is_named_unless_the_massager_is_connected(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.is_adapter_failed = TRUE;
	facts.is_adapter_deaf = TRUE;
	facts.trouble_ms = 25 * 60000;
	assert_why(&facts, KN_WHY_WELL, "back bed is connected, and everything it has is here.",
		   "");
	facts.link = KN_WHY_LINK_SEARCHING;
	assert_why(&facts, KN_WHY_RADIO_FAILED,
		   "This machine's Bluetooth seems to have failed: for 25 min it has heard nobody "
		   "at all.",
		   "Switch this machine off and on again");
	facts.is_adapter_deaf = FALSE;
	facts.link = KN_WHY_LINK_CONNECTING;
	assert_why(&facts, KN_WHY_RADIO_FAILED,
		   "This machine's Bluetooth seems to have failed: for 25 min it could connect to "
		   "nobody.",
		   "Switch back bed off and on. If that does not help, switch this machine");
	/* what is this massager's own comes first */
	facts.link = KN_WHY_LINK_BOND_LOST;
	assert_why(&facts, KN_WHY_BOND_LOST, "back bed does not know this machine any more.",
		   "knead pair");
}

static void
a_failing_link_says_how_often_and_why(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_CONNECTING;
	assert_why(&facts, KN_WHY_CONNECTING, "The hub is connecting to back bed.", "Wait");
	facts.n_attempts = 3;
	facts.last_error = "le-connection-abort-by-local";
	facts.signal_dbm = -91;
	assert_why(&facts, KN_WHY_CONNECTING,
		   "The hub is connecting to back bed, attempt 3; the last one failed: "
		   "le-connection-abort-by-local; it is far away (-91 dBm).",
		   "Wait");
	/* between two tries, and heard a moment ago: it is not silent */
	facts.link = KN_WHY_LINK_SEARCHING;
	facts.unseen_ms = 4000;
	assert_why(&facts, KN_WHY_CONNECTING,
		   "The hub is connecting to back bed, attempt 3; the last one failed: "
		   "le-connection-abort-by-local; it is far away (-91 dBm).",
		   "Wait");
	facts.link = KN_WHY_LINK_UNSUPPORTED;
	facts.last_error = "the link is too narrow";
	assert_why(&facts, KN_WHY_UNSUPPORTED, "back bed can not be read: the link is too narrow.",
		   "firmware");
}

static void
one_that_takes_turns_waits_for_its_turn_as_long_as_it_can_be_there(void)
{
	KnWhyFacts facts = kn_test_all_is_well();
	g_auto(KnWhy) first = {0};
	g_auto(KnWhy) next = {0};
	g_auto(KnWhy) gone = {0};

	facts.link = KN_WHY_LINK_WAITING;
	facts.is_taking_turns = TRUE;
	facts.n_links_max = 5;
	facts.place_in_line = 3;
	facts.unseen_ms = 60000;
	kn_why_judge(&facts, &first);
	g_assert_cmpint(first.cause, ==, KN_WHY_NO_SLOT);
	g_assert_nonnull(strstr(first.text, "carries 5 links at once; 3 in line."));
	facts.link = KN_WHY_LINK_SEARCHING;
	facts.place_in_line = 0;
	kn_why_judge(&facts, &next);
	g_assert_cmpint(next.cause, ==, KN_WHY_NO_SLOT);
	g_assert_nonnull(strstr(next.text, "carries 5 links at once."));
	facts.unseen_ms = 5 * 60000;
	kn_why_judge(&facts, &gone);
	g_assert_cmpint(gone.cause, ==, KN_WHY_NOT_HEARD);
}

static void
what_was_forgotten_says_that_its_sessions_are_kept(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.is_allowed = FALSE;
	facts.is_known = TRUE;
	assert_why(&facts, KN_WHY_NOT_ALLOWED,
		   "back bed is not recorded: nobody has allowed it. It was forgotten; what it "
		   "gave is kept.",
		   "sudo knead allow");
}

static void
what_the_hub_refuses_is_told_with_its_reason(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_UNSUPPORTED;
	facts.refusal = KN_WHY_REFUSED_PROTOCOL;
	assert_why(
		&facts, KN_WHY_NEWER_PROTOCOL,
		"back bed speaks a newer protocol than this hub, which can not read what it has.",
		"Update knead");
	facts.refusal = KN_WHY_REFUSED_SERIAL;
	facts.twin_name = "sofa";
	facts.twin_address = "C0:FF:EE:00:00:02";
	assert_why(&facts, KN_WHY_SERIAL_CONFLICT,
		   "back bed tells the same model and serial as sofa: it may be a copy, and "
		   "nothing of it is recorded.",
		   "sudo knead forget C0:FF:EE:00:00:01 (or C0:FF:EE:00:00:02)");
	/* a quarantine holds wherever the link stands */
	facts.refusal = KN_WHY_REFUSED_QUARANTINE;
	for (guint link = KN_WHY_LINK_SEARCHING; link <= KN_WHY_LINK_READY; link++) {
		g_auto(KnWhy) why = {0};
		facts.link = (KnWhyLink)link;
		facts.is_bond_suspected = TRUE;
		kn_why_judge(&facts, &why);
		g_assert_cmpint(why.cause, ==, KN_WHY_QUARANTINED);
	}
}

static void
one_that_is_connected_and_has_recorded_no_use_for_two_days_is_not_simply_well(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.idle_ms = G_GINT64_CONSTANT(2) * 86400000 - 1;
	assert_why(&facts, KN_WHY_WELL, "back bed is connected, and everything it has is here.",
		   "");
	facts.idle_ms++;
	assert_why(&facts, KN_WHY_NOTHING_BANKED,
		   "back bed is connected, and all is here, but it has recorded no use for 2 days.",
		   "firmware");
	facts.idle_ms = -1;
	assert_why(&facts, KN_WHY_WELL, "back bed is connected, and everything it has is here.",
		   "");
	/* as long as something is still to come nobody knows */
	facts.idle_ms = G_GINT64_CONSTANT(9) * 86400000;
	facts.n_missing = 1;
	assert_why(&facts, KN_WHY_FETCHING,
		   "back bed is connected and sends what it has: 1 records to go.", "");
}

static void
a_name_with_a_percent_sign_stays_as_it_is(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.name = "100%A %T";
	assert_why(&facts, KN_WHY_WELL, "100%A %T is connected, and everything it has is here.",
		   "");
}

static void
every_cause_has_a_word_of_its_own(void)
{
	for (guint i = 0; i < KN_WHY_CAUSES; i++)
		for (guint k = 0; k < i; k++)
			g_assert_cmpstr(kn_why_name((KnWhyCause)i), !=, kn_why_name((KnWhyCause)k));
}

static void
one_that_waits_for_its_turn_is_there(void)
{
	KnWhyFacts facts = kn_test_all_is_well();

	facts.link = KN_WHY_LINK_WAITING;
	facts.unseen_ms = 3000;
	assert_why(&facts, KN_WHY_CONNECTING, "The hub is connecting to back bed.", "Wait");
	facts.unseen_ms = 5 * 60 * 1000;
	assert_why(&facts, KN_WHY_NOT_HEARD, "back bed was not heard for 5 min.", "Switch it on");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/why/one_that_waits_for_its_turn_is_there",
			one_that_waits_for_its_turn_is_there);
	g_test_add_func("/core/why/who_answers_nothing_is_stuck", who_answers_nothing_is_stuck);
	g_test_add_func("/core/why/the_first_stage_that_fails_is_named",
			the_first_stage_that_fails_is_named);
	g_test_add_func("/core/why/what_stands_before_every_massager_hides_all_of_it",
			what_stands_before_every_massager_hides_all_of_it);
	g_test_add_func("/core/why/silence_is_told_with_its_length",
			silence_is_told_with_its_length);
	g_test_add_func("/core/why/silence_is_told_with_when_the_hub_last_listened",
			silence_is_told_with_when_the_hub_last_listened);
	g_test_add_func("/core/why/a_radio_that_nothing_helped_is_named",
			a_radio_that_nothing_helped_is_named_unless_the_massager_is_connected);
	g_test_add_func("/core/why/a_failing_link_says_how_often_and_why",
			a_failing_link_says_how_often_and_why);
	g_test_add_func("/core/why/what_was_forgotten_says_that_its_sessions_are_kept",
			what_was_forgotten_says_that_its_sessions_are_kept);
	g_test_add_func(
		"/core/why/one_that_takes_turns_waits_for_its_turn_as_long_as_it_can_be_there",
		one_that_takes_turns_waits_for_its_turn_as_long_as_it_can_be_there);
	g_test_add_func("/core/why/what_the_hub_refuses_is_told_with_its_reason",
			what_the_hub_refuses_is_told_with_its_reason);
	g_test_add_func(
		"/core/why/one_that_is_connected_and_has_recorded_no_use_for_two_days_is_not_"
		"simply_well",
		one_that_is_connected_and_has_recorded_no_use_for_two_days_is_not_simply_well);
	g_test_add_func("/core/why/a_name_with_a_percent_sign_stays_as_it_is",
			a_name_with_a_percent_sign_stays_as_it_is);
	g_test_add_func("/core/why/every_cause_has_a_word_of_its_own",
			every_cause_has_a_word_of_its_own);
	return g_test_run();
}
