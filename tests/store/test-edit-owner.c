/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* whose the parts of a session are, and which of them it is; and what is counted as moved */

#include "wishes.h"

#include "store/edits.h"
#include "store/sql.h"
#include "store/words.h"

static KnByHandDone
put_right(Fixture *fixture, KnByHandKind kind, gint64 id, gint64 other_id, guint64 after_ms)
{
	const KnByHand wish = {
		.kind = kind, .id = id, .other_id = other_id, .after_ms = after_ms, .uid = 1000};
	KnByHandDone done = {0};
	GError *error = NULL;

	g_assert_true(kn_edits_do(fixture->db, &wish, NOW, &done, &error));
	g_assert_no_error(error);
	return done;
}

static void
say(Fixture *fixture, gint64 id, const gchar *note)
{
	const KnWord word = {6, KN_PAIN_NOT_SAID, NULL, (gchar *)note};
	const KnByHand wish = {.kind = KN_BY_HAND_SAY, .id = id, .word = &word};
	KnByHandDone done = {0};

	g_assert_true(kn_words_say(fixture->db, &wish, NOW, &done, NULL));
}

/* two in one boot, the first from NOON on, the second a minute after its end */
static void
record_two(Fixture *fixture)
{
	fixture_init(fixture);
	tape_start(fixture);
	tape_samples(fixture, 10, 300);
	tape_end(fixture, LONG / 1000);
	fixture->t_ms += 60000;
	tape_start(fixture);
	tape_samples(fixture, 10, 300);
	tape_end(fixture, LONG / 1000);
	people_date(fixture, fixture->boot, NOON, 2);
	fixture_store(fixture, 1, tape_newest(fixture));
	g_assert_cmpuint(people_count_of(fixture, 0), ==, 2);
}

static gint64
started_us(Fixture *fixture, guint i)
{
	g_autofree gchar *sql = g_strdup_printf(
		"SELECT start_utc_us FROM session WHERE session_id = %" G_GINT64_FORMAT,
		people_id_of(fixture, i));

	return fixture_count(fixture, sql);
}

static void
the_first_part_is_the_session_there_was_and_both_are_theirs_to_whom_it_was_given(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) parts = NULL;
	g_autoptr(GPtrArray) whole = NULL;
	KnByHandDone done;
	gint64 mia, id;

	people_record(&fixture, (const gint64[]){NOON}, 1);
	mia = people_person(&fixture, "Mia");
	people_hand_out(&fixture, people_person(&fixture, "Ben"), NOON - S);
	id = people_id_of(&fixture, 0);
	people_assign(&fixture, id, mia);
	say(&fixture, id, "stiff");
	/* the first part is the smaller one */
	done = put_right(&fixture, KN_BY_HAND_SPLIT, id, 0, LONG / 1000 / 4);
	g_assert_cmpint(done.session_id, ==, id);
	g_assert_cmpint(people_id_of(&fixture, 0), ==, id);
	g_assert_cmpint(people_id_of(&fixture, 1), ==, done.other_id);
	g_assert_cmpint(started_us(&fixture, 0), ==, NOON);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, mia);
	parts = fixture_sessions(&fixture);
	for (guint i = 0; i < parts->len; i++) {
		const KnSession *part = parts->pdata[i];
		g_assert_cmpint(part->word != NULL, ==, part->id == id);
	}
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM assignment WHERE uid = 1000"),
			==, 2);
	done = put_right(&fixture, KN_BY_HAND_UNDO, 0, 0, 0);
	whole = fixture_sessions(&fixture);
	g_assert_cmpuint(whole->len, ==, 1);
	g_assert_cmpint(people_id_of(&fixture, 0), ==, id);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpstr(((const KnSession *)whole->pdata[0])->word->note, ==, "stiff");
}

static void
what_nobody_was_given_is_parted_at_the_hand_over(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia, ben, over_us = NOON + LONG / 2;

	people_record(&fixture, (const gint64[]){NOON}, 1);
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, mia, NOON - S);
	people_take_back(&fixture, over_us);
	people_hand_out(&fixture, ben, over_us);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	put_right(&fixture, KN_BY_HAND_SPLIT, people_id_of(&fixture, 0), 0, LONG / 1000 / 2);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, ben);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM assignment"), ==, 0);
}

/* as one it reaches over a return: without a word it would fall to nobody */
static void
two_of_one_person_are_theirs_as_one_and_again_as_two(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia, first_id;
	KnByHandDone done;

	record_two(&fixture);
	mia = people_person(&fixture, "Mia");
	first_id = people_id_of(&fixture, 0);
	people_hand_out(&fixture, mia, NOON - S);
	people_take_back(&fixture, NOON + LONG + 10 * S);
	people_hand_out(&fixture, mia, NOON + LONG + 20 * S);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 2);
	done = put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 1), first_id, 0);
	g_assert_cmpint(done.session_id, ==, first_id);
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 1);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	put_right(&fixture, KN_BY_HAND_UNDO, done.edit_id, 0, 0);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 2);
	g_assert_cmpint(people_id_of(&fixture, 0), ==, first_id);
}

static void
what_was_given_away_as_one_is_theirs_as_two_when_the_merge_is_taken_back(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 mia, ben;
	KnByHandDone done;

	record_two(&fixture);
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, mia, NOON - S);
	done = put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 0),
			 people_id_of(&fixture, 1), 0);
	people_assign(&fixture, done.session_id, ben);
	put_right(&fixture, KN_BY_HAND_UNDO, done.edit_id, 0, 0);
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 2);
	g_assert_cmpuint(people_count_of(&fixture, ben), ==, 2);
	g_assert_cmpuint(people_count_of(&fixture, mia), ==, 0);
}

/* the first is hidden, the second deleted, the third anybody sees */
static void
moved_is_what_a_person_sees_move_and_the_others_move_too(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 ids[3];
	gint64 revisions, mia;

	people_record(&fixture, (const gint64[]){NOON, NOON + 50 * S, NOON + 100 * S}, 3);
	mia = people_person(&fixture, "Mia");
	for (guint i = 0; i < 3; i++)
		ids[i] = people_id_of(&fixture, i);
	put_right(&fixture, KN_BY_HAND_DELETE, ids[1], 0, 0);
	g_assert_true(kn_sql_run(fixture.db, "UPDATE device SET shown_from_us = ?1",
				 KN_SQL_INTS(NOON + 10 * S), NULL));
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 1);
	revisions = fixture_count(&fixture, "SELECT sum(revision) FROM session");
	g_assert_cmpuint(people_hand_out(&fixture, mia, NOON - S).n_moved, ==, 1);
	g_assert_cmpint(fixture_count(&fixture, "SELECT sum(revision) FROM session"), ==,
			revisions + 3);
	g_assert_cmpuint(people_wish(&fixture, &(KnPeopleWish){.what = KN_PEOPLE_ASSIGN,
							       .sessions = ids,
							       .n_sessions = 3})
				 .n_moved,
			 ==, 1);
	g_assert_cmpint(fixture_count(&fixture, "SELECT sum(revision) FROM session"), ==,
			revisions + 6);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/edit-owner/" #name, name)
	ADD(the_first_part_is_the_session_there_was_and_both_are_theirs_to_whom_it_was_given);
	ADD(what_nobody_was_given_is_parted_at_the_hand_over);
	ADD(two_of_one_person_are_theirs_as_one_and_again_as_two);
	ADD(what_was_given_away_as_one_is_theirs_as_two_when_the_merge_is_taken_back);
	ADD(moved_is_what_a_person_sees_move_and_the_others_move_too);
	return g_test_run();
}
