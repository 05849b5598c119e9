/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* whose a session is, at the edges of the rules */

#include "wishes.h"

#include "store/edits.h"
#include "store/sessions.h"

static void
a_session_is_theirs_who_had_the_massager_from_its_first_to_its_last_microsecond(void)
{
	static const struct {
		gint64 from_us, to_us; /* of the hand-out; to 0: it is not over */
		gboolean is_theirs;
	} cases[] = {
		{NOON - S, NOON + LONG + S, TRUE},
		/* it begins with the hand-out; it ends with it */
		{NOON, NOON + LONG + S, TRUE},
		{NOON + 1, NOON + LONG + S, FALSE},
		{NOON - S, NOON + LONG + 1, TRUE},
		{NOON - S, NOON + LONG, FALSE},
		{NOON - S, NOON + LONG / 2, FALSE},
		{NOON - S, NOON, FALSE},
		{NOON - S, 0, TRUE},
		{NOON, 0, TRUE},
		{NOON + 1, 0, FALSE},
		{NOON + LONG + S, 0, FALSE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Fixture) fixture = {0};
		gint64 mia;

		people_record(&fixture, (const gint64[]){NOON}, 1);
		mia = people_person(&fixture, "Mia");
		g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
		people_hand_out(&fixture, mia, cases[i].from_us);
		if (cases[i].to_us != 0)
			people_take_back(&fixture, cases[i].to_us);
		g_assert_cmpint(people_owner_of(&fixture, 0), ==,
				cases[i].is_theirs ? mia : NOBODY);
		g_assert_cmpuint(people_count_of(&fixture, mia), ==, cases[i].is_theirs);
		g_assert_cmpuint(people_count_of(&fixture, -1), ==, !cases[i].is_theirs);
	}
}

static guint
count_maybe(Fixture *fixture, gint64 person_id)
{
	const KnSessionQuery query = {
		.from_us = G_MININT64, .to_us = G_MAXINT64, .limit = 400, .may_be_of = person_id};
	g_autoptr(GPtrArray) found = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(found);
	return found->len;
}

static void
what_is_nobodys_may_be_theirs_who_had_the_massager_a_day_before_or_after(void)
{
	const gint64 day_us = 86400 * S;
	const struct {
		gint64 from_us, to_us;
		gboolean is_maybe;
	} cases[] = {
		/* it is theirs */
		{NOON - S, 0, FALSE},
		/* across the return; handed out too late, and a day too late; back a moment before, a day before, and longer ago */
		{NOON - S, NOON + LONG / 2, TRUE},
		{NOON + 1, 0, TRUE},
		{NOON + day_us, 0, TRUE},
		{NOON - 2 * day_us, NOON - 1, TRUE},
		{NOON - 2 * day_us, NOON - day_us, TRUE},
		{NOON - 2 * day_us, NOON - day_us - 1, FALSE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Fixture) fixture = {0};
		gint64 mia, ben;

		people_record(&fixture, (const gint64[]){NOON}, 1);
		mia = people_person(&fixture, "Mia");
		ben = people_person(&fixture, "Ben");
		people_hand_out(&fixture, mia, cases[i].from_us);
		if (cases[i].to_us != 0)
			people_take_back(&fixture, cases[i].to_us);
		g_test_message("case %u", i);
		g_assert_cmpuint(count_maybe(&fixture, mia), ==, cases[i].is_maybe);
		g_assert_cmpuint(count_maybe(&fixture, ben), ==, 0);
		/* somebody has said that it is nobody's */
		people_assign(&fixture, people_id_of(&fixture, 0), NOBODY);
		g_assert_cmpuint(count_maybe(&fixture, mia), ==, 0);
	}
}

static void
of_two_hand_outs_back_to_back_each_has_its_own_and_what_lies_across_is_nobodys(void)
{
	g_auto(Fixture) fixture = {0};
	const gint64 over_us = NOON + 100 * S;
	/* all before; ends one microsecond before; ends with the hand-over; across; begins with it; behind */
	const gint64 starts_us[] = {NOON,
				    over_us - LONG - 1 - 2 * LONG,
				    over_us - LONG - 1,
				    over_us - 1,
				    over_us + LONG,
				    over_us + 10 * LONG};
	gint64 mia, ben;

	people_record(&fixture, starts_us, G_N_ELEMENTS(starts_us));
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, mia, NOON - S);
	people_take_back(&fixture, over_us);
	people_hand_out(&fixture, ben, over_us);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 2), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 3), ==, NOBODY);
	g_assert_cmpint(people_owner_of(&fixture, 4), ==, ben);
	g_assert_cmpint(people_owner_of(&fixture, 5), ==, ben);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 3);
	g_assert_cmpuint(people_count_of(&fixture, ben), ==, 2);
	g_assert_cmpuint(people_count_of(&fixture, -1), ==, 1);
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 6);
}

static void
a_session_whose_time_is_not_known_or_a_guess_is_nobodys_until_it_is(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia;

	people_record(&fixture, (const gint64[]){0}, 1);
	mia = people_person(&fixture, "Mia");
	people_hand_out(&fixture, mia, NOON - S);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	g_assert_cmpuint(people_count_of(&fixture, -1), ==, 1);
	/* dated by a clock that nobody had set */
	people_date(&fixture, 1, NOON, 0);
	g_assert_cmpint(fixture_count(&fixture, "SELECT is_time_uncertain FROM session"), ==, 1);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	people_date(&fixture, 1, NOON, 2);
	g_assert_cmpint(fixture_count(&fixture, "SELECT is_time_uncertain FROM session"), ==, 0);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
}

static void
a_repair_that_lets_a_session_reach_over_the_hand_over_takes_it_from_the_person(void)
{
	g_auto(Fixture) fixture = {0};
	gint revision;
	gint64 mia;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	people_date(&fixture, fixture.boot, NOON, 2);
	/* ten of its twenty records: 3.2 s */
	fixture_store(&fixture, 1, 11);
	mia = people_person(&fixture, "Mia");
	people_hand_out(&fixture, mia, NOON - S);
	people_take_back(&fixture, NOON + LONG + S);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	revision = people_revision_of(&fixture, 0);
	fixture_store(&fixture, 12, 21);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	g_assert_cmpint(people_revision_of(&fixture, 0), >, revision);
}

static void
what_was_said_by_hand_beats_hand_outs_and_the_last_word_counts(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia, ben;
	gint revision;

	people_record(&fixture, (const gint64[]){NOON, NOON + 50 * S}, 2);
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, mia, NOON - S);
	revision = people_revision_of(&fixture, 0);
	people_assign(&fixture, people_id_of(&fixture, 0), ben);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, ben);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, mia);
	g_assert_cmpint(people_revision_of(&fixture, 0), ==, revision + 1);
	/* the same once more is no news */
	people_assign(&fixture, people_id_of(&fixture, 0), ben);
	g_assert_cmpint(people_revision_of(&fixture, 0), ==, revision + 1);
	g_assert_cmpuint(people_count_of(&fixture, ben), ==, 1);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 1);
	people_assign(&fixture, people_id_of(&fixture, 0), NOBODY);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	g_assert_cmpuint(people_count_of(&fixture, -1), ==, 1);
	people_assign(&fixture, people_id_of(&fixture, 0), mia);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM assignment WHERE uid = 1000"),
			==, 4);
}

static void
a_session_that_is_folded_into_another_keeps_what_was_said_of_it(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	/* 160 s without contact: without the SessionStart these are two sessions */
	tape_samples(&fixture, 500, 0);
	tape_samples(&fixture, 30, 400);
	tape_end(&fixture, 176000);
	people_date(&fixture, fixture.boot, NOON, 2);
	fixture_store(&fixture, 2, tape_newest(&fixture));
	mia = people_person(&fixture, "Mia");
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 2);
	/* the smaller one: its row goes */
	people_assign(&fixture, people_id_of(&fixture, 0), mia);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 1);
	fixture_store(&fixture, 1, 1);
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 1);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 1);
}

static void
a_hand_out_told_late_gives_new_revisions_to_the_sessions_it_moves_and_to_no_others(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia;
	gint revisions[3];

	people_record(&fixture, (const gint64[]){NOON, NOON + 50 * S, NOON + 100 * S}, 3);
	mia = people_person(&fixture, "Mia");
	for (guint i = 0; i < 3; i++)
		revisions[i] = people_revision_of(&fixture, i);
	g_assert_cmpuint(people_hand_out(&fixture, mia, NOON + 40 * S).n_moved, ==, 2);
	g_assert_cmpuint(people_take_back(&fixture, NOON + 80 * S).n_moved, ==, 1);
	g_assert_cmpint(people_revision_of(&fixture, 0), ==, revisions[0]);
	g_assert_cmpint(people_revision_of(&fixture, 1), ==, revisions[1] + 1);
	g_assert_cmpint(people_revision_of(&fixture, 2), ==, revisions[2] + 2);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 2), ==, NOBODY);
}

/* one session can be two persons' only as two */
static void
parts_of_two_persons_are_not_made_one_until_they_are_one_persons(void)
{
	g_auto(Fixture) fixture = {0};
	KnByHand split = {.kind = KN_BY_HAND_SPLIT, .after_ms = LONG / 2000};
	KnByHand undo = {.kind = KN_BY_HAND_UNDO};
	KnByHand merge = {.kind = KN_BY_HAND_MERGE};
	g_autoptr(GError) of_undo = NULL;
	g_autoptr(GError) of_merge = NULL;
	KnByHandDone done;
	gint64 mia, ben;

	people_record(&fixture, (const gint64[]){NOON}, 1);
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, mia, NOON - S);
	split.id = people_id_of(&fixture, 0);
	g_assert_true(kn_edits_do(fixture.db, &split, NOW, &done, NULL));
	merge.id = people_id_of(&fixture, 0);
	merge.other_id = people_id_of(&fixture, 1);
	people_assign(&fixture, merge.other_id, ben);
	g_assert_false(kn_edits_do(fixture.db, &undo, NOW, &done, &of_undo));
	g_assert_error(of_undo, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED);
	g_assert_false(kn_edits_do(fixture.db, &merge, NOW, &done, &of_merge));
	g_assert_error(of_merge, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, ben);
	people_assign(&fixture, merge.other_id, mia);
	g_assert_true(kn_edits_do(fixture.db, &undo, NOW, &done, NULL));
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 1);
	g_assert_cmpuint(people_count_of(&fixture, ben), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/people/" #name, name)
	ADD(a_session_is_theirs_who_had_the_massager_from_its_first_to_its_last_microsecond);
	ADD(what_is_nobodys_may_be_theirs_who_had_the_massager_a_day_before_or_after);
	ADD(of_two_hand_outs_back_to_back_each_has_its_own_and_what_lies_across_is_nobodys);
	ADD(a_session_whose_time_is_not_known_or_a_guess_is_nobodys_until_it_is);
	ADD(a_repair_that_lets_a_session_reach_over_the_hand_over_takes_it_from_the_person);
	ADD(what_was_said_by_hand_beats_hand_outs_and_the_last_word_counts);
	ADD(a_session_that_is_folded_into_another_keeps_what_was_said_of_it);
	ADD(a_hand_out_told_late_gives_new_revisions_to_the_sessions_it_moves_and_to_no_others);
	ADD(parts_of_two_persons_are_not_made_one_until_they_are_one_persons);
	return g_test_run();
}
