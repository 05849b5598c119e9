/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/trust.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* a hub that has run for a while */
#define START (5 * HOUR)

static void
set_up(KnTrust *trust)
{
	kn_trust_init(trust, 1.0);
	kn_trust_start(trust);
}

/* n malformed ones, evenly over so long; the first offence there is */
static KnOffence
send_malformed(KnTrust *trust, guint n, gint64 from_us, gint64 over_us)
{
	KnOffence offence = KN_OFFENCE_NONE;

	for (guint i = 0; i < n && offence == KN_OFFENCE_NONE; i++)
		offence = kn_trust_note(trust, 1, from_us + over_us * i / n);
	return offence;
}

static void
the_twentieth_malformed_one_within_a_minute_is_one_too_many(void)
{
	KnTrust trust;

	set_up(&trust);
	g_assert_cmpint(send_malformed(&trust, 19, START, SECOND), ==, KN_OFFENCE_NONE);
	g_assert_false(kn_trust_is_quarantined(&trust, START + 50 * SECOND));
	g_assert_cmpint(kn_trust_note(&trust, 1, START + 60 * SECOND - 1), ==,
			KN_OFFENCE_MALFORMED);
	g_assert_true(kn_trust_is_quarantined(&trust, START + 60 * SECOND));
	set_up(&trust);
	send_malformed(&trust, 19, START, 0);
	g_assert_cmpint(kn_trust_note(&trust, 1, START + MINUTE), ==, KN_OFFENCE_NONE);
}

static void
the_seventeenth_new_log_within_a_day_is_not_taken_and_no_other_before_the_day_is_over(void)
{
	KnTrust trust;

	set_up(&trust);
	for (guint i = 0; i < 16; i++)
		g_assert_cmpint(kn_trust_note_log(&trust, START + i * HOUR), ==, KN_OFFENCE_NONE);
	g_assert_false(kn_trust_is_quarantined(&trust, START + 15 * HOUR));
	/* a quarantine that was served does not wipe the slate */
	for (guint i = 16; i < 24; i++)
		g_assert_cmpint(kn_trust_note_log(&trust, START + i * HOUR), ==, KN_OFFENCE_LOGS);
	g_assert_true(kn_trust_is_quarantined(&trust, START + 23 * HOUR + 1));
	g_assert_cmpint(kn_trust_note_log(&trust, START + 24 * HOUR - 1), ==, KN_OFFENCE_LOGS);
	g_assert_cmpint(kn_trust_note_log(&trust, START + 24 * HOUR), ==, KN_OFFENCE_NONE);
	g_assert_cmpint(kn_trust_note_log(&trust, START + 24 * HOUR), ==, KN_OFFENCE_LOGS);
}

static void
a_malformed_one_every_three_seconds_is_borne_for_ever(void)
{
	KnTrust trust;

	set_up(&trust);
	/* the first and the twentieth are 60 s apart */
	for (guint i = 0; i < 1000; i++)
		g_assert_cmpint(kn_trust_note(&trust, 1, START + i * MINUTE / 19 + i), ==,
				KN_OFFENCE_NONE);
	set_up(&trust);
	for (guint i = 0; i < 19; i++)
		g_assert_cmpint(kn_trust_note(&trust, 1, START + i * (MINUTE - 1) / 19), ==,
				KN_OFFENCE_NONE);
	g_assert_cmpint(kn_trust_note(&trust, 1, START + MINUTE - 1), ==, KN_OFFENCE_MALFORMED);
}

static void
what_came_before_a_reconnect_is_not_forgotten(void)
{
	KnTrust trust;

	set_up(&trust);
	send_malformed(&trust, 19, START, SECOND);
	kn_trust_start(&trust);
	g_assert_cmpint(kn_trust_note(&trust, 1, START + 5 * SECOND), ==, KN_OFFENCE_MALFORMED);
}

/* seconds until it is cut off at so many a second; -1: not within ten minutes */
static gint
seconds_of_flood(guint per_s)
{
	KnTrust trust;

	set_up(&trust);
	for (guint second = 0; second < 600; second++)
		for (guint i = 0; i < per_s; i++)
			if (kn_trust_note(&trust, 0,
					  START + second * SECOND + SECOND * i / per_s) ==
			    KN_OFFENCE_FLOOD)
				return (gint)second;
	return -1;
}

static void
a_flood_ends_after_ten_seconds_and_what_a_device_may_send_is_none(void)
{
	g_assert_cmpint(seconds_of_flood(1000), ==, 9);
	g_assert_cmpint(seconds_of_flood(600), ==, 49);
	g_assert_cmpint(seconds_of_flood(501), ==, -1);
	g_assert_cmpint(seconds_of_flood(500), ==, -1);
	g_assert_cmpint(seconds_of_flood(15), ==, -1);
}

static void
ten_seconds_of_the_rate_may_come_at_once(void)
{
	KnTrust trust;
	guint n = 0;

	set_up(&trust);
	while (kn_trust_note(&trust, 0, START) == KN_OFFENCE_NONE)
		n++;
	g_assert_cmpuint(n, ==, 5000);
}

static void
history_that_was_asked_for_is_told_from_history_that_was_not(void)
{
	KnTrust trust;

	set_up(&trust);
	g_assert_false(kn_trust_take(&trust, 1));
	kn_trust_ask(&trust, 2);
	g_assert_true(kn_trust_take(&trust, 1));
	g_assert_true(kn_trust_take(&trust, 1));
	g_assert_false(kn_trust_take(&trust, 1));
	/* answers that are late still count, but not without end */
	for (guint i = 0; i < 1000; i++)
		kn_trust_ask(&trust, 64);
	for (guint i = 0; i < KN_TRUST_ASKED_MAX; i++)
		g_assert_true(kn_trust_take(&trust, 1));
	g_assert_false(kn_trust_take(&trust, 1));
	/* and none of another link */
	kn_trust_ask(&trust, 64);
	kn_trust_start(&trust);
	g_assert_false(kn_trust_take(&trust, 1));
}

static void
a_quarantine_doubles_to_an_hour_and_is_forgiven_after_a_good_one(void)
{
	static const gint64 minutes[] = {10, 20, 40, 60, 60};
	KnTrust trust;
	gint64 now_us = START;

	set_up(&trust);
	for (guint i = 0; i < G_N_ELEMENTS(minutes); i++) {
		g_assert_cmpint(send_malformed(&trust, 20, now_us, 0), ==, KN_OFFENCE_MALFORMED);
		g_assert_cmpint(trust.until_us, ==, now_us + minutes[i] * MINUTE);
		g_assert_true(kn_trust_is_quarantined(&trust, trust.until_us - 1));
		g_assert_false(kn_trust_is_quarantined(&trust, trust.until_us));
		now_us = trust.until_us + HOUR - 1;
	}
	/* it begins to count when it is over, not when it began */
	g_assert_cmpint(send_malformed(&trust, 20, trust.until_us + HOUR, 0), ==,
			KN_OFFENCE_MALFORMED);
	g_assert_cmpint(trust.pause_us, ==, 10 * MINUTE);
	g_assert_cmpint(trust.offence, ==, KN_OFFENCE_MALFORMED);
}

static void
after_a_quarantine_it_counts_from_nothing(void)
{
	KnTrust trust;

	/* so short that what was before would still count */
	kn_trust_init(&trust, 0.001);
	send_malformed(&trust, 20, START, 0);
	g_assert_cmpint(trust.until_us, ==, START + 600000);
	g_assert_cmpint(send_malformed(&trust, 19, trust.until_us, 0), ==, KN_OFFENCE_NONE);
	while (kn_trust_note(&trust, 0, START + SECOND) == KN_OFFENCE_NONE)
		continue;
	g_assert_cmpint(trust.offence, ==, KN_OFFENCE_FLOOD);
	for (guint i = 0; i < 1000; i++)
		g_assert_cmpint(kn_trust_note(&trust, 0, trust.until_us), ==, KN_OFFENCE_NONE);
}

static void
records_count_and_not_the_notifications_that_they_come_in(void)
{
	KnTrust trust;

	kn_trust_init(&trust, 1.0);
	kn_trust_ask(&trust, 64);
	for (guint i = 0; i < 6; i++)
		g_assert_true(kn_trust_take(&trust, 10));
	g_assert_false(kn_trust_take(&trust, 10));
	g_assert_true(kn_trust_take(&trust, 4));
	g_assert_cmpint(kn_trust_note(&trust, 19, START), ==, KN_OFFENCE_NONE);
	g_assert_cmpint(kn_trust_note(&trust, 0, START), ==, KN_OFFENCE_NONE);
	g_assert_cmpint(kn_trust_note(&trust, 1, START), ==, KN_OFFENCE_MALFORMED);
	g_assert_cmpint(kn_trust_note(&trust, 1000, START + SECOND), ==, KN_OFFENCE_MALFORMED);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/trust/" #name, name)
	ADD(the_twentieth_malformed_one_within_a_minute_is_one_too_many);
	ADD(the_seventeenth_new_log_within_a_day_is_not_taken_and_no_other_before_the_day_is_over);
	ADD(a_malformed_one_every_three_seconds_is_borne_for_ever);
	ADD(what_came_before_a_reconnect_is_not_forgotten);
	ADD(a_flood_ends_after_ten_seconds_and_what_a_device_may_send_is_none);
	ADD(ten_seconds_of_the_rate_may_come_at_once);
	ADD(history_that_was_asked_for_is_told_from_history_that_was_not);
	ADD(a_quarantine_doubles_to_an_hour_and_is_forgiven_after_a_good_one);
	ADD(after_a_quarantine_it_counts_from_nothing);
	ADD(records_count_and_not_the_notifications_that_they_come_in);
#undef ADD
	return g_test_run();
}
