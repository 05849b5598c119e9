/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Sessions of two time zones that are joined by hand, and parted again. */

#include "history.h"
#include "wishes.h"

#include "store/edits.h"
#include "store/rezone.h"

enum { N_SESSIONS_HERE = 3 };
static const gchar *const zones[N_SESSIONS_HERE] = {"Europe/Berlin", "Asia/Tokyo", "UTC"};

/* three in one boot, each stored while the hub was elsewhere */
static void
record(Fixture *fixture)
{
	guint64 from = 1;

	fixture_init(fixture);
	for (guint i = 0; i < N_SESSIONS_HERE; i++) {
		fixture->writer.zone = zones[i];
		tape_start(fixture);
		tape_samples(fixture, 10, 300);
		tape_end(fixture, LONG / 1000);
		fixture->t_ms += 60000;
		if (i == 0)
			people_date(fixture, fixture->boot, NOON, 2);
		fixture_store(fixture, from, tape_newest(fixture));
		from = tape_newest(fixture) + 1;
	}
}

static gint64
put_right(Fixture *fixture, KnByHandKind kind, gint64 id, gint64 other_id, gint64 at_us)
{
	const KnByHand wish = {.kind = kind, .id = id, .other_id = other_id, .uid = 1000};
	KnByHandDone done = {0};
	GError *error = NULL;

	g_assert_true(kn_edits_do(fixture->db, &wish, at_us, &done, &error));
	g_assert_no_error(error);
	return done.edit_id;
}

static void
assert_zones(Fixture *fixture, const gchar *const *expected, guint n)
{
	g_autoptr(GPtrArray) sessions = fixture_sessions(fixture);

	g_assert_cmpuint(sessions->len, ==, n);
	for (guint i = 0; i < n; i++)
		g_assert_cmpstr(((const KnSession *)sessions->pdata[i])->zone, ==, expected[i]);
}
#define ZONES(...) \
	(const gchar *const[]){__VA_ARGS__}, G_N_ELEMENTS(((const gchar *const[]){__VA_ARGS__}))

static void
each_part_of_a_join_that_is_taken_back_has_its_own_zone_again(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 second_us = NOW + S;
	gint64 joins[2];

	record(&fixture);
	assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo", "UTC"));
	/* the two later ones first, so that their join becomes part of a longer one */
	joins[0] = put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 1),
			     people_id_of(&fixture, 2), NOW);
	assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo"));
	joins[1] = put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 1),
			     people_id_of(&fixture, 0), second_us);
	assert_zones(&fixture, ZONES("Europe/Berlin"));
	fixture_reopen(&fixture);
	put_right(&fixture, KN_BY_HAND_UNDO, joins[1], 0, NOW + 2 * S);
	assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo"));
	put_right(&fixture, KN_BY_HAND_UNDO, joins[0], 0, NOW + 3 * S);
	assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo", "UTC"));
	/* each of the four moves is in the books */
	g_assert_cmpint(
		fixture_count(&fixture, "SELECT count(*) FROM zone_change WHERE uid = 1000"), ==,
		4);
}

static void
what_was_moved_by_hand_since_the_join_stays_where_it_was_moved(void)
{
	const KnRezone wish = {.zone = "America/New_York", .uid = 1000};
	g_auto(Fixture) fixture = {0};
	KnRezoned moved = {0};

	record(&fixture);
	put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 0), people_id_of(&fixture, 1),
		  NOW);
	g_assert_true(kn_rezone_run(fixture.db, &wish, NOW + S, &moved, NULL));
	put_right(&fixture, KN_BY_HAND_UNDO, 0, 0, NOW + 2 * S);
	assert_zones(&fixture, ZONES("America/New_York", "America/New_York", "America/New_York"));
}

/* the books come back with the rest */
static void
after_a_restore_the_parts_have_their_own_zones_too(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;

	record(&lost);
	put_right(&lost, KN_BY_HAND_MERGE, people_id_of(&lost, 0), people_id_of(&lost, 1), NOW);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);
	fixture_init(&fixture);
	history_close_hub(&fixture);
	(void)history_restore(&fixture, path, NULL);
	history_open_hub(&fixture);
	assert_zones(&fixture, ZONES("Europe/Berlin", "UTC"));
	put_right(&fixture, KN_BY_HAND_UNDO, 0, 0, NOW + 2 * S);
	assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo", "UTC"));
	history_open_hub(&lost);
}

static void
a_join_that_was_taken_back_in_another_database_gives_the_zones_back_here(void)
{
	g_auto(Fixture) other = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;

	record(&other);
	put_right(&other, KN_BY_HAND_MERGE, people_id_of(&other, 0), people_id_of(&other, 1), NOW);
	put_right(&other, KN_BY_HAND_UNDO, 0, 0, NOW + S);
	path = g_strdup(other.db->path);
	history_close_hub(&other);
	record(&fixture);
	put_right(&fixture, KN_BY_HAND_MERGE, people_id_of(&fixture, 0), people_id_of(&fixture, 1),
		  NOW);
	for (guint i = 0; i < 2; i++) {
		history_close_hub(&fixture);
		(void)history_restore(&fixture, path, NULL);
		history_open_hub(&fixture);
		assert_zones(&fixture, ZONES("Europe/Berlin", "Asia/Tokyo", "UTC"));
	}
	history_open_hub(&other);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/edit-zone/" #name, name)
	ADD(each_part_of_a_join_that_is_taken_back_has_its_own_zone_again);
	ADD(what_was_moved_by_hand_since_the_join_stays_where_it_was_moved);
	ADD(after_a_restore_the_parts_have_their_own_zones_too);
	ADD(a_join_that_was_taken_back_in_another_database_gives_the_zones_back_here);
	return g_test_run();
}
