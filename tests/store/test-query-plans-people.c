/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What a clinic asks of persons, and says of them, must not grow with the years either: see test-query-plans.c. */

#include "walks.h"
#include "wishes.h"

#include "store/edits.h"
#include "store/plans.h"
#include "store/words.h"

static const gint64 starts_us[] = {NOON, NOON + 3600 * S, NOON + 7200 * S};

static void
say(Fixture *fixture, gint64 session_id)
{
	const KnWord word = {.pain_before = 3, .pain_after = KN_PAIN_NOT_SAID};
	const KnByHand said = {.kind = KN_BY_HAND_SAY, .id = session_id, .word = &word};
	KnByHandDone done;

	g_assert_true(kn_words_say(fixture->db, &said, NOW, &done, NULL));
}

static guint
count_maybe(Fixture *fixture, gint64 person_id)
{
	const KnSessionQuery query = {.to_us = G_MAXINT64, .limit = 400, .may_be_of = person_id};
	g_autoptr(GPtrArray) found = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(found);
	return found->len;
}

static void
plan(Fixture *fixture, gint64 person_id)
{
	const KnPlanWish wish = {person_id, "back: 10 min\n", 1, 1000};
	g_autoptr(GPtrArray) plans = NULL;

	g_assert_true(kn_plans_add(fixture->db, &wish, NOW, NULL));
	plans = kn_plans_query(fixture->db, person_id, NULL);
	g_assert_cmpuint(plans->len, ==, 1);
}

static void
no_statement_about_persons_walks_over_what_grows_with_the_years(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) edits = NULL;
	gint64 person_id;

	people_record(&fixture, starts_us, G_N_ELEMENTS(starts_us));
	person_id = people_person(&fixture, "P-1");
	people_hand_out(&fixture, person_id, NOON + 1800 * S);
	people_take_back(&fixture, NOON + 5400 * S);
	people_assign(&fixture, people_id_of(&fixture, 2), person_id);
	g_assert_cmpuint(people_count_of(&fixture, person_id), ==, 2);
	g_assert_cmpuint(people_count_of(&fixture, -1), ==, 1);
	g_assert_cmpuint(count_maybe(&fixture, person_id), ==, 1);
	say(&fixture, people_id_of(&fixture, 0));
	plan(&fixture, person_id);
	edits = kn_edits_list(fixture.db, 10, NULL);
	g_assert_cmpuint(edits->len, ==, 0);
	walks_assert_none(fixture.db, 40);
}

/* a sorter is a table of its own, made and thrown away with each session that is listed */
static void
a_list_of_sessions_comes_in_order_without_being_sorted(void)
{
	g_auto(Fixture) fixture = {0};
	GHashTableIter iter;
	gpointer statement;

	people_record(&fixture, starts_us, G_N_ELEMENTS(starts_us));
	g_hash_table_remove_all(fixture.db->statements);
	g_assert_cmpuint(people_count_of(&fixture, 0), ==, 3);
	g_assert_cmpuint(people_count_of(&fixture, -1), ==, 3);
	g_hash_table_iter_init(&iter, fixture.db->statements);
	while (g_hash_table_iter_next(&iter, NULL, &statement))
		g_assert_cmpint(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, FALSE), ==,
				0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/query-plans-people/" #name, name)
	ADD(no_statement_about_persons_walks_over_what_grows_with_the_years);
	ADD(a_list_of_sessions_comes_in_order_without_being_sorted);
	return g_test_run();
}
