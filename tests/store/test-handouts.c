/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what persons, hand-outs and assignments cannot be */

#include "wishes.h"

#include "store/devices.h"
#include "store/sql.h"

static void
a_massager_is_out_to_one_person_at_a_time(void)
{
	g_auto(Fixture) fixture = {0};
	KnPeopleWish what;
	gint64 mia, ben;

	people_record(&fixture, (const gint64[]){NOON}, 1);
	mia = people_person(&fixture, "Mia");
	ben = people_person(&fixture, "Ben");
	what = people_giving_back(&fixture, NOON);
	people_refused(&fixture, &what, "nobody has it");
	people_hand_out(&fixture, mia, NOON);
	what = people_checkout(&fixture, ben, NOON + S);
	people_refused(&fixture, &what, "Mia has it since 2026-11-21 12:00:00: let it come back");
	/* the clock beside the hub is an hour ahead */
	what.zone = "Europe/Berlin";
	people_refused(&fixture, &what, "Mia has it since 2026-11-21 13:00:00: let it come back");
	what.person_id = mia;
	what.is_forced = TRUE;
	people_refused(&fixture, &what, "Mia has it since 2026-11-21 13:00:00 already");
	what = people_giving_back(&fixture, NOON);
	people_refused(&fixture, &what, "only come back later");
	what = people_checkout(&fixture, ben, NOON);
	what.is_forced = TRUE;
	people_refused(&fixture, &what, "only come back later");
	what.at_us = NOW + 1;
	people_refused(&fixture, &what, "still to come");
	what.at_us = NOON + 100 * S;
	people_wish(&fixture, &what);
	people_take_back(&fixture, NOON + 200 * S);
	what = people_checkout(&fixture, mia, NOON + 200 * S - 1);
	people_refused(&fixture, &what, "Ben had it until 2026-11-21 12:03:20");
	people_hand_out(&fixture, mia, NOON + 200 * S);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM handout"), ==, 3);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM handout WHERE to_us IS NULL"),
			==, 1);
}

static void
persons_have_names_of_their_own(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnPeople) people = NULL;
	gint64 mia, seven;

	fixture_init(&fixture);
	mia = people_person(&fixture, "Mia");
	seven = people_wish(
			&fixture,
			&(KnPeopleWish){.what = KN_PEOPLE_ADD, .label = "1", .external_id = "A-7"})
			.person_id;
	people_refused(&fixture, &(KnPeopleWish){.what = KN_PEOPLE_ADD, .label = "Mia"},
		       "called Mia already");
	people_refused(
		&fixture,
		&(KnPeopleWish){.what = KN_PEOPLE_RENAME, .person_id = seven, .label = "Mia"},
		"called Mia already");
	people_wish(&fixture,
		    &(KnPeopleWish){.what = KN_PEOPLE_RENAME, .person_id = mia, .label = "Mia"});
	people_wish(&fixture,
		    &(KnPeopleWish){.what = KN_PEOPLE_RENAME, .person_id = mia, .label = "Mia B"});
	people = kn_people_load(fixture.db, NULL);
	g_assert_cmpuint(people->persons->len, ==, 2);
	g_assert_null(kn_people_find(people, "Mia"));
	g_assert_cmpint(kn_people_find(people, "Mia B")->id, ==, mia);
	/* a label comes before a number, and Mia is number 1 */
	g_assert_cmpint(mia, ==, 1);
	g_assert_cmpint(kn_people_find(people, "1")->id, ==, seven);
	g_assert_cmpint(kn_people_find(people, "2")->id, ==, seven);
	g_assert_cmpint(kn_people_find(people, "A-7")->id, ==, seven);
	g_assert_null(kn_people_find(people, ""));
	g_assert_cmpstr(kn_people_get(people, seven)->external_id, ==, "A-7");
}

static void
nothing_is_assigned_when_one_of_the_sessions_is_not_there(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GError) error = NULL;
	KnPeopleDone done;
	gint64 sessions[2];
	gint64 mia;

	people_record(&fixture, (const gint64[]){NOON}, 1);
	mia = people_person(&fixture, "Mia");
	sessions[0] = people_id_of(&fixture, 0);
	sessions[1] = sessions[0] + 1;
	g_assert_false(people_try_wish(&fixture,
				       &(KnPeopleWish){.what = KN_PEOPLE_ASSIGN,
						       .person_id = mia,
						       .sessions = sessions,
						       .n_sessions = 2},
				       &done, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
	g_assert_cmpint(people_owner_of(&fixture, 0), ==, NOBODY);
	g_clear_error(&error);
	g_assert_false(people_try_wish(&fixture,
				       &(KnPeopleWish){.what = KN_PEOPLE_ASSIGN,
						       .person_id = mia + 1,
						       .sessions = sessions,
						       .n_sessions = 1},
				       &done, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
}

static void
a_thousand_persons_are_known_and_one_more_is_refused(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnPeople) people = NULL;

	fixture_init(&fixture);
	g_assert_true(kn_sql_run(fixture.db,
				 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
				 "WHERE i < 999) INSERT INTO person (label, external_id, made_us) "
				 "SELECT 'bed ' || i, '', 1 FROM n",
				 KN_SQL_NONE, NULL));
	people_person(&fixture, "the last");
	for (guint i = 0; i < 10; i++)
		people_refused(&fixture,
			       &(KnPeopleWish){.what = KN_PEOPLE_ADD, .label = "one more"},
			       "which is its limit");
	people = kn_people_load(fixture.db, NULL);
	g_assert_cmpuint(people->persons->len, ==, 1000);
	g_assert_nonnull(kn_people_find(people, "the last"));
}

static void
a_hand_out_that_ended_unread_is_told_until_its_massager_was_read(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnPeople) unread = NULL;
	g_autoptr(KnPeople) read = NULL;
	const KnHandout *returned;
	gint64 mia;

	fixture_init(&fixture);
	mia = people_person(&fixture, "Mia");
	people_hand_out(&fixture, mia, NOON);
	people_take_back(&fixture, NOON + 60 * S);
	people_hand_out(&fixture, people_person(&fixture, "Tom"), NOON + 90 * S);
	g_assert_true(
		kn_devices_note_synced(fixture.db, fixture.device_id, NOON + 60 * S - 1, NULL));
	unread = kn_people_load(fixture.db, NULL);
	g_assert_cmpuint(unread->handouts->len, ==, 1);
	g_assert_cmpuint(unread->returned->len, ==, 1);
	returned = &g_array_index(unread->returned, KnHandout, 0);
	g_assert_cmpint(returned->person_id, ==, mia);
	g_assert_cmpint(returned->device_id, ==, fixture.device_id);
	g_assert_cmpint(returned->from_us, ==, NOON);
	g_assert_cmpint(returned->to_us, ==, NOON + 60 * S);
	g_assert_true(kn_devices_note_synced(fixture.db, fixture.device_id, NOON + 60 * S, NULL));
	read = kn_people_load(fixture.db, NULL);
	g_assert_cmpuint(read->returned->len, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/handouts/" #name, name)
	ADD(a_massager_is_out_to_one_person_at_a_time);
	ADD(persons_have_names_of_their_own);
	ADD(nothing_is_assigned_when_one_of_the_sessions_is_not_there);
	ADD(a_thousand_persons_are_known_and_one_more_is_refused);
	ADD(a_hand_out_that_ended_unread_is_told_until_its_massager_was_read);
	return g_test_run();
}
