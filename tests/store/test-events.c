/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/events.h"
#include <glib/gstdio.h>

static KnEvent *
event_of(gint64 id, KnEventKind kind, gint64 device_id)
{
	KnEvent *event = kn_event_new(kind, device_id, "as told");

	event->id = id;
	event->at_us = 1000 + id;
	return event;
}

/* link_up of device 1, and every fifth an alarm of device 2 */
static void
store_events(Fixture *fixture, gint64 first_id, gint64 last_id)
{
	g_autoptr(KnBatch) batch = kn_batch_new(0);
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;

	for (gint64 id = first_id; id <= last_id; id++)
		g_ptr_array_add(batch->events, id % 5 == 0 ? event_of(id, KN_EVENT_CONFLICT, 2)
							   : event_of(id, KN_EVENT_LINK_UP, 1));
	commit = kn_writer_commit(&fixture->writer, batch, &error);
	g_assert_no_error(error);
}

static void
assert_ids(Fixture *fixture, const KnEventQuery *query, const gchar *wanted)
{
	gint64 oldest_id;
	g_autoptr(GPtrArray) events = kn_events_query(fixture->db, query, &oldest_id, NULL);
	g_autoptr(GString) ids = g_string_new(NULL);

	g_assert_nonnull(events);
	for (guint i = 0; i < events->len; i++)
		g_string_append_printf(ids, "%" G_GINT64_FORMAT " ",
				       ((KnEvent *)events->pdata[i])->id);
	g_assert_cmpstr(ids->str, ==, wanted);
}

static void
pages_go_up_from_an_id_and_down_from_the_newest(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	store_events(&fixture, 1, 12);
	assert_ids(&fixture, &(KnEventQuery){TRUE, 9, 0, KN_CLASS_MASK_ALL, 0, 2}, "10 11 ");
	assert_ids(&fixture, &(KnEventQuery){TRUE, 12, 0, KN_CLASS_MASK_ALL, 0, 2}, "");
	assert_ids(&fixture, &(KnEventQuery){FALSE, 0, 0, KN_CLASS_MASK_ALL, 0, 3}, "12 11 10 ");
	assert_ids(&fixture, &(KnEventQuery){FALSE, 0, 3, KN_CLASS_MASK_ALL, 0, 9}, "2 1 ");
}

static void
a_class_and_a_device_choose(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	store_events(&fixture, 1, 12);
	assert_ids(&fixture, &(KnEventQuery){TRUE, 0, 0, 1 << KN_CLASS_ALARM, 0, 9}, "5 10 ");
	assert_ids(&fixture, &(KnEventQuery){TRUE, 8, 0, KN_CLASS_MASK_ALL, 1, 9}, "9 11 12 ");
	assert_ids(&fixture, &(KnEventQuery){TRUE, 0, 0, 1 << KN_CLASS_ALARM, 1, 9}, "");
}

static void
an_event_comes_back_as_it_was_told(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = kn_batch_new(0);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GPtrArray) events = NULL;
	KnEvent *told = event_of(77, KN_EVENT_SESSION_STORED, 3);
	const KnEvent *read;
	gint64 oldest_id;

	fixture_init(&fixture);
	told->session_id = 9;
	g_ptr_array_add(batch->events, told);
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_nonnull(commit);
	events = kn_events_query(fixture.db,
				 &(KnEventQuery){.class_mask = KN_CLASS_MASK_ALL, .limit = 1},
				 &oldest_id, NULL);
	read = events->pdata[0];
	g_assert_cmpint(oldest_id, ==, 77);
	g_assert_cmpint(read->at_us, ==, told->at_us);
	g_assert_cmpuint(read->kind, ==, KN_EVENT_SESSION_STORED);
	g_assert_cmpint(read->device_id, ==, 3);
	g_assert_cmpint(read->session_id, ==, 9);
	g_assert_cmpstr(read->detail, ==, "as told");
}

static void
no_id_is_given_out_twice_even_when_the_plug_is_pulled(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 first_id;

	fixture_init(&fixture);
	first_id = fixture.db->first_event_id;
	/* all of the reserve was given to clients, and none of it was stored */
	fixture_reopen(&fixture);
	g_assert_cmpint(fixture.db->first_event_id, >=, first_id + KN_STORE_EVENTS_AHEAD);
	/* half a reserve is stored: as much as a reserve may have been given out beyond it */
	first_id = fixture.db->first_event_id;
	store_events(&fixture, first_id, first_id + 500);
	fixture_reopen(&fixture);
	g_assert_cmpint(fixture.db->first_event_id, >=, first_id + 500 + KN_STORE_EVENTS_AHEAD);
}

static void
the_oldest_make_room(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 oldest_id;
	g_autoptr(GPtrArray) events = NULL;

	fixture_init(&fixture);
	store_events(&fixture, 1, 10);
	store_events(&fixture, KN_STORE_EVENTS_KEPT + 4, KN_STORE_EVENTS_KEPT + 5);
	events = kn_events_query(fixture.db, &(KnEventQuery){TRUE, 0, 0, KN_CLASS_MASK_ALL, 0, 400},
				 &oldest_id, NULL);
	/* 6 to 10 and the two new ones: exactly the newest KEPT numbers */
	g_assert_cmpint(oldest_id, ==, 6);
	g_assert_cmpuint(events->len, ==, 7);
}

static void
a_kind_of_a_newer_knead_is_passed_over(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	store_events(&fixture, 1, 3);
	g_assert_cmpint(sqlite3_exec(fixture.db->handle,
				     "UPDATE event SET kind = 'teleported' WHERE event_id = 2",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	assert_ids(&fixture, &(KnEventQuery){TRUE, 0, 0, KN_CLASS_MASK_ALL, 0, 9}, "1 3 ");
}

/* ---- databases of older kneads ---- */

static gchar *
sum_up(sqlite3 *handle)
{
	sqlite3_stmt *statement = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	g_assert_cmpint(sqlite3_prepare_v2(
				handle,
				"SELECT count(*), sum(dose_hpa_ms), sum(n_samples), sum(stored), "
				"(SELECT sum(length(data)) FROM block), (SELECT hub_id FROM hub) "
				"FROM session",
				-1, &statement, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
	for (gint i = 0; i < sqlite3_column_count(statement); i++)
		g_string_append_printf(text, "%" G_GINT64_FORMAT " ",
				       (gint64)sqlite3_column_int64(statement, i));
	sqlite3_finalize(statement);
	return g_strdup(text->str);
}

static void
open_old_one(const gchar *name)
{
	const gchar *old = g_getenv("KN_OLD_DATABASES");
	g_autofree gchar *from = g_build_filename(old, name, NULL);
	g_autofree gchar *directory = fixture_make_directory();
	g_autofree gchar *path = g_build_filename(directory, "knead.db", NULL);
	g_autofree gchar *bytes = NULL;
	g_autofree gchar *before = NULL;
	g_autofree gchar *after = NULL;
	g_autoptr(GError) error = NULL;
	gsize n_bytes;
	sqlite3 *handle = NULL;
	KnDb *db;

	g_assert_true(g_file_get_contents(from, &bytes, &n_bytes, &error));
	g_assert_true(g_file_set_contents(path, bytes, (gssize)n_bytes, &error));
	g_assert_cmpint(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
	before = sum_up(handle);
	g_assert_true(g_str_has_prefix(before, "3 "));
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	db = kn_db_open(directory, &error);
	g_assert_no_error(error);
	after = sum_up(db->handle);
	g_assert_cmpstr(after, ==, before);
	g_assert_cmpint(db->first_event_id, >=, 1);
	kn_db_close(db);
	fixture_remove_directory(directory);
}

static void
a_database_of_every_older_schema_opens_with_all_that_was_in_it(void)
{
	open_old_one("v0001.sqlite");
	open_old_one("v0002.sqlite");
	open_old_one("v0003.sqlite");
	open_old_one("v0004.sqlite");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/events/pages_go_up_from_an_id_and_down_from_the_newest",
			pages_go_up_from_an_id_and_down_from_the_newest);
	g_test_add_func("/store/events/a_class_and_a_device_choose", a_class_and_a_device_choose);
	g_test_add_func("/store/events/an_event_comes_back_as_it_was_told",
			an_event_comes_back_as_it_was_told);
	g_test_add_func("/store/events/no_id_is_given_out_twice_even_when_the_plug_is_pulled",
			no_id_is_given_out_twice_even_when_the_plug_is_pulled);
	g_test_add_func("/store/events/the_oldest_make_room", the_oldest_make_room);
	g_test_add_func("/store/events/a_kind_of_a_newer_knead_is_passed_over",
			a_kind_of_a_newer_knead_is_passed_over);
	g_test_add_func(
		"/store/events/a_database_of_every_older_schema_opens_with_all_that_was_in_it",
		a_database_of_every_older_schema_opens_with_all_that_was_in_it);
	return g_test_run();
}
