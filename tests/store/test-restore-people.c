/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* whose sessions are comes back with them, under other numbers, and once */

#include "history.h"
#include "wishes.h"

#include "store/edits.h"
#include "store/plans.h"
#include "store/restore.h"
#include "store/sessions.h"
#include "store/sql.h"
#include "store/words.h"

static void
restore(Fixture *fixture, const gchar *path)
{
	KnRestore what = {.directory = fixture->directory,
			  .path = path,
			  .zone = "Europe/Berlin",
			  .now_us = NOW_US};
	g_auto(KnSalvageSource) source = {-1, -1};
	g_autoptr(GError) error = NULL;
	KnRestored restored = {0};

	g_assert_true(kn_salvage_source_open(&source, path, &error));
	what.source = source;
	g_assert_true(kn_restore_run(&what, &restored, &error));
	g_assert_no_error(error);
	g_assert_true(restored.is_whole);
}

static void
persons_hand_outs_and_assignments_are_brought_back_once(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	gint64 mia, ben, eva;

	people_record(&lost, (const gint64[]){NOON, NOON + 50 * S, NOON + 100 * S}, 3);
	mia = people_person(&lost, "Mia");
	ben = people_person(&lost, "Ben");
	people_hand_out(&lost, mia, NOON - S);
	people_take_back(&lost, NOON + 40 * S);
	people_hand_out(&lost, ben, NOON + 40 * S);
	people_assign(&lost, people_id_of(&lost, 2), mia);
	people_assign(&lost, people_id_of(&lost, 1), NOBODY);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);

	/* Ben has another number here, and Eva has the massager by now */
	fixture_init(&fixture);
	eva = people_person(&fixture, "Eva");
	ben = people_person(&fixture, "Ben");
	people_hand_out(&fixture, eva, NOON + 500 * S);
	for (guint i = 0; i < 2; i++) {
		history_close_hub(&fixture);
		restore(&fixture, path);
		history_open_hub(&fixture);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM person"), ==, 3);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM assignment"), ==, 2);
		/* Ben's is not over there: it ended when Eva got it */
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM handout"), ==, 3);
	}
	mia = fixture_count(&fixture, "SELECT person_id FROM person WHERE label = 'Mia'");
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, mia);
	g_assert_cmpint(people_owner_of(&fixture, 1), ==, NOBODY);
	g_assert_cmpint(people_owner_of(&fixture, 2), ==, mia);
	g_assert_cmpint(fixture_count(&fixture, "SELECT to_us FROM handout ORDER BY from_us "
						"LIMIT 1 OFFSET 1"),
			==, NOON + 500 * S);
	g_assert_cmpint(ben, !=, mia);
	history_open_hub(&lost);
}

/* Ben is one by when he was added, and so Benno of there, who has his number in the other system, is somebody else */
static void
persons_who_have_one_external_id_are_named(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree gchar *path = NULL;
	g_autofree gchar *here = NULL;

	fixture_init(&lost);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);
	history_run_sql(path, "INSERT INTO person (label, external_id, made_us) VALUES "
			      "('Ben', '', 5), ('Benno', 'P-7', 6), ('Tom', 'P-8', 7)");
	fixture_init(&fixture);
	here = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	history_run_sql(here, "INSERT INTO person (label, external_id, made_us) VALUES "
			      "('Ben', 'P-7', 5), ('Eva', '', 9), ('Ida', '', 10)");
	for (guint i = 0; i < 2; i++) {
		g_ptr_array_set_size(lines, 0);
		g_assert_true(history_restore(&fixture, path, lines).is_whole);
		g_assert_cmpuint(lines->len, ==, 1);
		g_assert_cmpstr(lines->pdata[0], ==,
				"persons: 2 have the external id P-7 (Ben, Benno), so nobody is "
				"found by it: see knead person rename");
	}
	history_open_hub(&fixture);
	history_open_hub(&lost);
}

static void
what_was_said_planned_and_put_right_is_brought_back_once(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	KnWord said = {.pain_before = 6,
		       .pain_after = KN_PAIN_NOT_SAID,
		       .region = (gchar *)"neck",
		       .note = (gchar *)"stiff"};
	KnByHand say = {.kind = KN_BY_HAND_SAY, .word = &said, .uid = 1000};
	KnByHand remove = {.kind = KN_BY_HAND_DELETE, .uid = 1000};
	const KnPlanWish plan = {0, "[neck]\nminutes=5\n", 1, 1000};
	const KnSessionQuery query = {0, G_MAXINT64 - 1, 0, .limit = 10};
	KnByHandDone done;

	people_record(&lost, (const gint64[]){NOON, NOON + 50 * S, NOON + 100 * S}, 3);
	say.id = people_id_of(&lost, 0);
	remove.id = people_id_of(&lost, 1);
	g_assert_true(kn_words_say(lost.db, &say, NOON, &done, NULL));
	g_assert_true(kn_edits_do(lost.db, &remove, NOON, &done, NULL));
	g_assert_true(kn_plans_add(lost.db, &plan, NOON, NULL));
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);

	fixture_init(&fixture);
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GPtrArray) sessions = NULL;
		const KnSession *first = NULL;
		history_close_hub(&fixture);
		restore(&fixture, path);
		history_open_hub(&fixture);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM word"), ==, 1);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM edit"), ==, 1);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM plan"), ==, 1);
		/* newest first: the third and the first, and not the one that was deleted */
		sessions = kn_sessions_query(fixture.db, &query, NULL);
		g_assert_nonnull(sessions);
		g_assert_cmpuint(sessions->len, ==, 2);
		first = g_ptr_array_index(sessions, 1);
		g_assert_cmpint(first->start_utc_us, ==, NOON);
		g_assert_nonnull(first->word);
		g_assert_cmpstr(first->word->note, ==, "stiff");
		g_assert_cmpint(first->word->pain_before, ==, 6);
		g_assert_cmpint(first->word->pain_after, ==, KN_PAIN_NOT_SAID);
		g_assert_cmpstr(first->word->region, ==, "neck");
	}
	history_open_hub(&lost);
}

static void
what_was_said_here_counts_and_a_split_holds_for_records_that_are_here_already(void)
{
	static const gint64 starts_us[] = {NOON, NOON + 50 * S, NOON + 100 * S};
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	const KnPlanWish old = {0, "[neck]\nminutes=5\n", 1, 1000};
	const KnPlanWish new = {0, "[neck]\nminutes=9\n", 2, 1000};
	KnByHand split = {.kind = KN_BY_HAND_SPLIT, .after_ms = 2000, .uid = 1000};
	const KnSessionQuery query = {0, G_MAXINT64 - 1, 0, .limit = 10};
	g_autoptr(GPtrArray) sessions = NULL;
	g_autoptr(GPtrArray) plans = NULL;
	KnByHandDone done;

	people_record(&lost, starts_us, 3);
	split.id = people_id_of(&lost, 0);
	g_assert_true(kn_edits_do(lost.db, &split, NOON, &done, NULL));
	g_assert_true(kn_plans_add(lost.db, &old, NOON, NULL));
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);

	/* the massager has sent all of it again */
	people_record(&fixture, starts_us, 3);
	g_assert_true(kn_plans_add(fixture.db, &new, NOON, NULL));
	history_close_hub(&fixture);
	restore(&fixture, path);
	history_open_hub(&fixture);
	sessions = kn_sessions_query(fixture.db, &query, NULL);
	plans = kn_plans_query(fixture.db, 0, NULL);
	g_assert_cmpuint(sessions->len, ==, 4);
	/* the old one for its day, and the one of here from the next on */
	g_assert_cmpuint(plans->len, ==, 2);
	g_assert_cmpstr(((KnPlanRow *)plans->pdata[0])->text, ==, new.text);
	history_open_hub(&lost);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/restore-people/"
			"persons_hand_outs_and_assignments_are_brought_back_once",
			persons_hand_outs_and_assignments_are_brought_back_once);
	g_test_add_func("/store/restore-people/persons_who_have_one_external_id_are_named",
			persons_who_have_one_external_id_are_named);
	g_test_add_func("/store/restore-people/"
			"what_was_said_planned_and_put_right_is_brought_back_once",
			what_was_said_planned_and_put_right_is_brought_back_once);
	g_test_add_func(
		"/store/restore-people/"
		"what_was_said_here_counts_and_a_split_holds_for_records_that_are_here_already",
		what_was_said_here_counts_and_a_split_holds_for_records_that_are_here_already);
	return g_test_run();
}
