/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Two databases say something about the same persons, massagers and sessions: which holds, and what is told of the rest. */

#include "history.h"
#include "wishes.h"

#include "store/edits.h"
#include <string.h>

static const gint64 starts_us[] = {NOON, NOON + 50 * S, NOON + 100 * S};

/* a hub that is lost, with these sessions, and one that has not got them */
typedef struct {
	Fixture lost;
	Fixture here;
	gchar *path;      /* owned: of the lost one */
	GPtrArray *lines; /* owned */
	KnRestored restored;
} Hubs;

static void
hubs_init(Hubs *hubs)
{
	people_record(&hubs->lost, starts_us, G_N_ELEMENTS(starts_us));
	hubs->path = g_strdup(hubs->lost.db->path);
	hubs->lines = g_ptr_array_new_with_free_func(g_free);
}

static void
hubs_clear(Hubs *hubs)
{
	history_open_hub(&hubs->lost);
	fixture_clear(&hubs->lost);
	fixture_clear(&hubs->here);
	g_free(hubs->path);
	g_ptr_array_unref(hubs->lines);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hubs, hubs_clear)

static void
lose(Hubs *hubs, const gchar *sql)
{
	history_close_hub(&hubs->lost);
	if (sql)
		history_run_sql(hubs->path, sql);
}

static void
bring_back(Hubs *hubs)
{
	history_close_hub(&hubs->here);
	g_ptr_array_set_size(hubs->lines, 0);
	hubs->restored = history_restore(&hubs->here, hubs->path, hubs->lines);
	history_open_hub(&hubs->here);
}

static gboolean
is_told(const Hubs *hubs, const gchar *words)
{
	for (guint i = 0; i < hubs->lines->len; i++)
		if (strstr(hubs->lines->pdata[i], words))
			return TRUE;
	return FALSE;
}

static gint64
count(Hubs *hubs, const gchar *sql)
{
	return fixture_count(&hubs->here, sql);
}

static gint64
id_of(Hubs *hubs, const gchar *label)
{
	g_autofree gchar *sql =
		g_strdup_printf("SELECT person_id FROM person WHERE label = '%s'", label);

	return count(hubs, sql);
}

static void
a_person_is_known_by_when_they_were_added_or_by_an_external_id_before_a_label(void)
{
	g_auto(Hubs) hubs = {0};
	gint64 mia, ben, eva;

	hubs_init(&hubs);
	mia = people_person(&hubs.lost, "Mia");
	ben = people_person(&hubs.lost, "Ben");
	eva = people_person(&hubs.lost, "Eva");
	(void)people_person(&hubs.lost, "Tom");
	people_assign(&hubs.lost, people_id_of(&hubs.lost, 0), mia);
	people_assign(&hubs.lost, people_id_of(&hubs.lost, 1), ben);
	people_assign(&hubs.lost, people_id_of(&hubs.lost, 2), eva);
	lose(&hubs, "UPDATE person SET made_us = 1000 * person_id;"
		    "UPDATE person SET external_id = 'P-7' WHERE label = 'Ben';"
		    "UPDATE person SET external_id = 'P-9' WHERE label = 'Eva'");

	fixture_init(&hubs.here);
	history_close_hub(&hubs.here);
	{
		g_autofree gchar *path = g_build_filename(hubs.here.directory, "knead.db", NULL);
		g_autofree gchar *sql =
			g_strdup_printf("INSERT INTO person (label, external_id, made_us) VALUES "
					"('Berg', '', %d), ('Mia', '', 77), ('Benno', 'P-7', 78), "
					"('Eva', 'P-1', 79), ('Tom', '', 80)",
					(gint)(1000 * mia));
		history_run_sql(path, sql);
	}
	history_open_hub(&hubs.here);
	for (guint i = 0; i < 2; i++) {
		bring_back(&hubs);
		/* Eva of another number in the other system is another Eva */
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM person"), ==, 6);
		g_assert_cmpint(people_owner_of(&hubs.here, 0), ==, id_of(&hubs, "Berg"));
		g_assert_cmpint(people_owner_of(&hubs.here, 1), ==, id_of(&hubs, "Benno"));
		g_assert_cmpint(people_owner_of(&hubs.here, 2), ==, id_of(&hubs, "Eva (2)"));
		g_assert_true(is_told(&hubs, "Mia there is called Berg here"));
		g_assert_true(is_told(&hubs, "Ben there is called Benno here"));
		g_assert_true(is_told(&hubs, "called Eva (2)"));
		g_assert_true(is_told(&hubs, "Tom was added there and here"));
		g_assert_true(hubs.restored.is_whole);
	}
}

static void
a_hand_out_is_cut_where_this_hub_knows_of_another(void)
{
	g_auto(Hubs) hubs = {0};
	gint64 ben, eva;

	hubs_init(&hubs);
	ben = people_person(&hubs.lost, "Ben");
	people_hand_out(&hubs.lost, ben, NOON - S);
	people_take_back(&hubs.lost, NOON + 200 * S);
	lose(&hubs, NULL);

	fixture_init(&hubs.here);
	eva = people_person(&hubs.here, "Eva");
	people_hand_out(&hubs.here, eva, NOON + 40 * S);
	people_take_back(&hubs.here, NOON + 90 * S);
	for (guint i = 0; i < 2; i++) {
		bring_back(&hubs);
		ben = id_of(&hubs, "Ben");
		g_assert_cmpint(people_owner_of(&hubs.here, 0), ==, ben);
		g_assert_cmpint(people_owner_of(&hubs.here, 1), ==, eva);
		g_assert_cmpint(people_owner_of(&hubs.here, 2), ==, ben);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM handout"), ==, 3);
		g_assert_true(is_told(&hubs, "hand-outs: "));
		g_assert_true(is_told(&hubs, " to Ben from "));
	}
}

static void
one_that_was_out_came_back_before_this_hub_handed_it_out(void)
{
	g_auto(Hubs) hubs = {0};
	gint64 eva;

	hubs_init(&hubs);
	people_hand_out(&hubs.lost, people_person(&hubs.lost, "Ben"), NOON - S);
	lose(&hubs, NULL);

	fixture_init(&hubs.here);
	eva = people_person(&hubs.here, "Eva");
	people_hand_out(&hubs.here, eva, NOON + 60 * S);
	people_take_back(&hubs.here, NOON + 80 * S);
	bring_back(&hubs);
	g_assert_cmpint(people_owner_of(&hubs.here, 0), ==, id_of(&hubs, "Ben"));
	g_assert_cmpint(people_owner_of(&hubs.here, 1), ==, id_of(&hubs, "Ben"));
	/* Eva gave it back, and nobody got it since */
	g_assert_cmpint(people_owner_of(&hubs.here, 2), ==, NOBODY);
	g_assert_cmpint(count(&hubs, "SELECT count(*) FROM handout WHERE to_us IS NULL"), ==, 0);
}

/* what is here is older: a backup, or a database that was set aside before the other one was */
static void
one_that_is_out_here_came_back_before_it_was_handed_out_there(void)
{
	for (guint says_so = 0; says_so < 2; says_so++) {
		g_auto(Hubs) hubs = {0};
		gint64 ben, eva;

		hubs_init(&hubs);
		if (says_so) {
			people_hand_out(&hubs.lost, people_person(&hubs.lost, "Ben"), NOON - S);
			people_take_back(&hubs.lost, NOON + 30 * S);
		}
		people_hand_out(&hubs.lost, people_person(&hubs.lost, "Eva"), NOON + 40 * S);
		people_take_back(&hubs.lost, NOON + 90 * S);
		lose(&hubs, NULL);

		fixture_init(&hubs.here);
		ben = people_person(&hubs.here, "Ben");
		people_hand_out(&hubs.here, ben, NOON - S);
		for (guint i = 0; i < 2; i++) {
			bring_back(&hubs);
			g_assert_cmpint(is_told(&hubs, "had come back by 2026-11-21 12:00:"), ==,
					i == 0);
			eva = id_of(&hubs, "Eva");
			g_assert_cmpint(people_owner_of(&hubs.here, 0), ==, ben);
			g_assert_cmpint(people_owner_of(&hubs.here, 1), ==, eva);
			g_assert_cmpint(people_owner_of(&hubs.here, 2), ==, NOBODY);
			g_assert_cmpint(count(&hubs, "SELECT count(*) FROM handout"), ==, 2);
			g_assert_cmpint(count(&hubs, "SELECT min(to_us) FROM handout"), ==,
					NOON + (says_so ? 30 : 40) * S);
		}
	}
}

/* two databases that were set aside, the later of them first or last */
static void
of_two_that_are_brought_back_the_later_word_counts(void)
{
	static const gchar older[] =
		"UPDATE plan SET text = 'old', at_us = 100; UPDATE word SET pain_before = 6, at_us "
		"= 100; UPDATE assignment SET at_us = 100, person_id = (SELECT person_id FROM "
		"person WHERE label = 'Ben')";
	static const gchar newer[] =
		"UPDATE plan SET text = 'new', at_us = 200; UPDATE word SET pain_before = 2, at_us "
		"= 200; UPDATE assignment SET at_us = 200, person_id = (SELECT person_id FROM "
		"person WHERE label = 'Eva')";

	for (guint i = 0; i < 2; i++) {
		g_auto(Hubs) hubs = {0};

		hubs_init(&hubs);
		(void)people_person(&hubs.lost, "Eva");
		people_assign(&hubs.lost, people_id_of(&hubs.lost, 0),
			      people_person(&hubs.lost, "Ben"));
		lose(&hubs, "INSERT INTO plan (text, from_day, at_us, uid) VALUES ('', 1, 1, 1000);"
			    "INSERT INTO word (log_key, seq, pain_before, at_us, uid) SELECT "
			    "log_key, first_seq, 0, 1, 1000 FROM session ORDER BY first_seq "
			    "LIMIT 1");
		fixture_init(&hubs.here);
		history_run_sql(hubs.path, i == 0 ? older : newer);
		bring_back(&hubs);
		history_run_sql(hubs.path, i == 0 ? newer : older);
		bring_back(&hubs);
		bring_back(&hubs);
		g_assert_cmpint(people_owner_of(&hubs.here, 0), ==, id_of(&hubs, "Eva"));
		g_assert_cmpint(count(&hubs, "SELECT at_us FROM plan ORDER BY plan_id DESC"), ==,
				200);
		g_assert_cmpint(count(&hubs, "SELECT pain_before FROM word ORDER BY word_id DESC"),
				==, 2);
		/* and what is said here from now on counts more */
		g_assert_cmpint(count(&hubs, "SELECT max(max(plan_id), (SELECT max(word_id) FROM "
					     "word), (SELECT max(assignment_id) FROM assignment)) "
					     "FROM plan"),
				==, 0);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM plan"), ==, 2);
	}
}

static void
a_session_that_was_here_and_becomes_somebodys_has_a_new_revision(void)
{
	g_auto(Hubs) hubs = {0};
	gint before;

	hubs_init(&hubs);
	people_hand_out(&hubs.lost, people_person(&hubs.lost, "Ben"), NOON + 40 * S);
	lose(&hubs, NULL);
	people_record(&hubs.here, starts_us, G_N_ELEMENTS(starts_us));
	before = people_revision_of(&hubs.here, 1);
	bring_back(&hubs);
	g_assert_cmpint(people_revision_of(&hubs.here, 1), ==, before + 1);
	bring_back(&hubs);
	g_assert_cmpint(people_revision_of(&hubs.here, 1), ==, before + 1);
}

static void
what_was_put_right_here_is_later_than_what_was_there(void)
{
	g_auto(Hubs) hubs = {0};
	KnByHand split = {.kind = KN_BY_HAND_SPLIT, .after_ms = 2000, .uid = 1000};
	KnByHandDone done;

	hubs_init(&hubs);
	/* there it was one session again, by a join; a later join would cover the cut of here */
	lose(&hubs, "INSERT INTO edit (log_key, device_boot, kind, first_seq, last_seq, at_us, "
		    "uid) SELECT log_key, device_boot, 2, first_seq, last_seq, 5, 1000 FROM "
		    "session ORDER BY first_seq LIMIT 1");
	people_record(&hubs.here, starts_us, G_N_ELEMENTS(starts_us));
	split.id = people_id_of(&hubs.here, 0);
	g_assert_true(kn_edits_do(hubs.here.db, &split, NOON, &done, NULL));
	for (guint i = 0; i < 2; i++) {
		bring_back(&hubs);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM session"), ==, 4);
		g_assert_cmpint(count(&hubs, "SELECT edit_id FROM edit WHERE kind = 2"), ==, 1);
		g_assert_cmpint(count(&hubs, "SELECT edit_id FROM edit WHERE kind = 1"), ==, 2);
	}
}

static void
what_the_hub_noted_in_its_books_is_brought_back_once(void)
{
	g_auto(Hubs) hubs = {0};

	hubs_init(&hubs);
	lose(&hubs,
	     "INSERT INTO zone_change (session_id, changed_us, uid, old_zone, new_zone) "
	     "SELECT session_id, 7, 1000, 'UTC', 'Asia/Tokyo' FROM session "
	     "ORDER BY first_seq LIMIT 1;"
	     "INSERT INTO zone_change (session_id, changed_us, uid, old_zone, new_zone) "
	     "VALUES (4711, 8, 1000, 'UTC', 'Asia/Tokyo');"
	     "INSERT INTO conflict (log_key, seq, bytes, seen_us) "
	     "SELECT log_key, 3, x'0102', 9 FROM log;"
	     "INSERT INTO loss (from_us, to_us, file) VALUES (10, 20, 'knead.db.damaged-1')");
	fixture_init(&hubs.here);
	for (guint i = 0; i < 2; i++) {
		bring_back(&hubs);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM zone_change"), ==, 1);
		g_assert_cmpint(count(&hubs, "SELECT session_id FROM zone_change"), ==,
				people_id_of(&hubs.here, 0));
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM conflict WHERE bytes = x'0102'"),
				==, 1);
		g_assert_cmpint(count(&hubs, "SELECT count(*) FROM loss WHERE from_us = 10 AND "
					     "to_us = 20 AND mended_us IS NULL"),
				==, 1);
		g_assert_true(is_told(&hubs, "moves to another time zone: 1 are of sessions"));
	}
}

/* three sessions in a block, one of which was moved to another zone by hand */
static void
each_session_of_a_block_keeps_its_own_zone(void)
{
	for (guint moved = 0; moved < 3; moved++) {
		g_auto(Fixture) lost = {0};
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *path = NULL;
		g_autofree gchar *sql = NULL;

		fixture_init(&lost);
		tape_history(&lost);
		fixture_store(&lost, 1, tape_newest(&lost));
		path = g_strdup(lost.db->path);
		sql = g_strdup_printf("UPDATE session SET zone = 'Asia/Tokyo' WHERE session_id = "
				      "%" G_GINT64_FORMAT,
				      people_id_of(&lost, moved));
		g_assert_cmpint(fixture_count(&lost, "SELECT count(*) FROM block"), <, 3);
		history_close_hub(&lost);
		history_run_sql(path, sql);
		fixture_init(&fixture);
		for (guint i = 0; i < 2; i++) {
			g_autoptr(GPtrArray) sessions = NULL;
			history_close_hub(&fixture);
			(void)history_restore(&fixture, path, NULL);
			history_open_hub(&fixture);
			sessions = fixture_sessions(&fixture);
			g_assert_cmpuint(sessions->len, ==, N_SESSIONS);
			for (guint k = 0; k < N_SESSIONS; k++)
				g_assert_cmpstr(((KnSession *)sessions->pdata[k])->zone, ==,
						k == moved ? "Asia/Tokyo" : "Europe/Berlin");
		}
		history_open_hub(&lost);
	}
}

static void
what_belongs_to_nothing_that_can_be_read_is_told(void)
{
	g_auto(Hubs) hubs = {0};

	hubs_init(&hubs);
	people_assign(&hubs.lost, people_id_of(&hubs.lost, 0), people_person(&hubs.lost, "Mia"));
	lose(&hubs, "INSERT INTO word (log_key, seq, at_us, uid) VALUES (4711, 1, 5, 1000);"
		    "INSERT INTO word (log_key, seq, at_us, uid) VALUES (4711, 2, 5, 1000);"
		    "DELETE FROM person");
	fixture_init(&hubs.here);
	bring_back(&hubs);
	g_assert_false(hubs.restored.is_whole);
	g_assert_true(is_told(&hubs, "words about sessions: 2 left out"));
	g_assert_true(is_told(&hubs, "assignments: 1 left out"));
	g_assert_cmpuint(hubs.lines->len, ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-persons/" #name, name)
	ADD(a_person_is_known_by_when_they_were_added_or_by_an_external_id_before_a_label);
	ADD(a_hand_out_is_cut_where_this_hub_knows_of_another);
	ADD(one_that_was_out_came_back_before_this_hub_handed_it_out);
	ADD(one_that_is_out_here_came_back_before_it_was_handed_out_there);
	ADD(of_two_that_are_brought_back_the_later_word_counts);
	ADD(a_session_that_was_here_and_becomes_somebodys_has_a_new_revision);
	ADD(what_was_put_right_here_is_later_than_what_was_there);
	ADD(what_the_hub_noted_in_its_books_is_brought_back_once);
	ADD(each_session_of_a_block_keeps_its_own_zone);
	ADD(what_belongs_to_nothing_that_can_be_read_is_told);
	return g_test_run();
}
