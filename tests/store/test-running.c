/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What a session that goes on left in memory at the last commit must never show in its numbers. */

#include "fixture.h"

#include "store/logs.h"
#include "store/running.h"
#include "store/sql.h"

/* eleven records a piece; the last piece ends the session */
static void
tape_long_session(Fixture *fixture)
{
	tape_start(fixture);
	tape_samples(fixture, 120, 600);
	tape_end(fixture, 38400);
}

static void
assert_as_stored_at_once(Fixture *fixture)
{
	g_auto(Fixture) other = {0};
	g_autoptr(GPtrArray) pieces = fixture_sessions(fixture);
	g_autoptr(GPtrArray) whole = NULL;

	fixture_init(&other);
	tape_long_session(&other);
	fixture_store(&other, 1, tape_newest(&other));
	whole = fixture_sessions(&other);
	g_assert_cmpuint(pieces->len, ==, 1);
	g_assert_cmpuint(whole->len, ==, 1);
	g_assert_cmpmem(&((KnSession *)pieces->pdata[0])->metrics, sizeof(KnSessionMetrics),
			&((KnSession *)whole->pdata[0])->metrics, sizeof(KnSessionMetrics));
	g_assert_cmpmem(&((KnSession *)pieces->pdata[0])->span, sizeof(KnSpan),
			&((KnSession *)whole->pdata[0])->span, sizeof(KnSpan));
}

static void
a_session_that_goes_on_is_read_on_and_ends_as_if_stored_at_once(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	tape_long_session(&fixture);
	for (guint64 seq = 1; seq <= 110; seq += 11) {
		fixture_store(&fixture, seq, seq + 10);
		g_assert_cmpuint(g_hash_table_size(fixture.db->running), ==, 1);
	}
	fixture_store(&fixture, 111, tape_newest(&fixture));
	g_assert_cmpuint(g_hash_table_size(fixture.db->running), ==, 0);
	assert_as_stored_at_once(&fixture);
}

/* 23 … 33 come late, and 56 … 66 once more, with what is new behind them */
static void
a_repair_of_a_session_that_goes_on_is_not_passed_over(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	tape_long_session(&fixture);
	fixture_store(&fixture, 1, 22);
	fixture_store(&fixture, 34, 44);
	fixture_store(&fixture, 45, 66);
	fixture_store(&fixture, 23, 33);
	fixture_store(&fixture, 56, 80);
	fixture_store(&fixture, 81, tape_newest(&fixture));
	assert_as_stored_at_once(&fixture);
}

/* events are written last, when the session was measured: what was seen of the batch comes again */
static void
a_batch_that_failed_is_not_counted_twice(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(GError) error = NULL;
	KnEvent *event;

	fixture_init(&fixture);
	tape_long_session(&fixture);
	fixture_store(&fixture, 1, 22);
	batch = fixture_batch(&fixture, 23, 44);
	event = kn_event_new(KN_EVENT_LINK_UP, fixture.device_id, "");
	event->id = fixture.db->first_event_id;
	g_ptr_array_add(batch->events, event);
	g_assert_true(kn_sql_run(fixture.db,
				 "CREATE TEMP TRIGGER t BEFORE INSERT ON event BEGIN "
				 "SELECT raise(ABORT, 'no'); END",
				 KN_SQL_NONE, NULL));
	g_assert_null(kn_writer_commit(&fixture.writer, batch, &error));
	g_assert_nonnull(error);
	g_assert_cmpuint(g_hash_table_size(fixture.db->running), ==, 0);
	g_assert_true(kn_sql_run(fixture.db, "DROP TRIGGER t", KN_SQL_NONE, NULL));
	fixture_store(&fixture, 23, 44);
	fixture_store(&fixture, 45, tape_newest(&fixture));
	assert_as_stored_at_once(&fixture);
}

/* a session of its own log for each number, which goes on by a record of a SessionStart or of samples */
static void
go_on(Fixture *fixture, guint64 log_id, guint64 seq)
{
	g_autoptr(KnBatch) batch = fixture_batch(fixture, seq, seq);
	g_autoptr(KnCommit) commit = NULL;

	g_array_index(batch->logs, KnLogNote, 0).log_id = log_id;
	((KnBlock *)batch->blocks->pdata[0])->log_id = log_id;
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

static gboolean
is_kept(Fixture *fixture, guint64 log_id)
{
	gint64 log_key;
	g_autofree gchar *key = NULL;

	g_assert_true(kn_logs_get_key(fixture->db, fixture->device_id, log_id, &log_key, NULL));
	key = g_strdup_printf("%" G_GINT64_FORMAT "/%u", log_key, fixture->boot);
	return g_hash_table_contains(fixture->db->running, key);
}

static void
sessions_that_never_end_give_way_to_those_that_go_on(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	/* hundreds of commits, and no power cut */
	g_assert_true(kn_sql_run(fixture.db, "PRAGMA synchronous=OFF", KN_SQL_NONE, NULL));
	tape_start(&fixture);
	tape_samples(&fixture, KN_RUNNING_PATIENCE + 10, 300);
	/* 64 massagers that begin and are never heard of again but the last, and one more */
	for (guint64 log_id = 1; log_id <= KN_RUNNING_MAX + 1; log_id++)
		go_on(&fixture, log_id, 1);
	g_assert_cmpuint(g_hash_table_size(fixture.db->running), ==, KN_RUNNING_MAX);
	g_assert_false(is_kept(&fixture, KN_RUNNING_MAX + 1));
	for (guint64 seq = 2; seq <= KN_RUNNING_PATIENCE; seq++) {
		go_on(&fixture, KN_RUNNING_MAX, seq);
		g_assert_true(is_kept(&fixture, KN_RUNNING_MAX));
	}
	go_on(&fixture, KN_RUNNING_MAX + 1, 2);
	g_assert_true(is_kept(&fixture, KN_RUNNING_MAX + 1));
	g_assert_false(is_kept(&fixture, 1));
	g_assert_true(is_kept(&fixture, KN_RUNNING_MAX));
	g_assert_cmpuint(g_hash_table_size(fixture.db->running), ==, KN_RUNNING_MAX);
}

/* two more than there is room for, in turns: those that have a place keep it */
static void
with_too_many_that_go_on_none_drives_another_out(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	/* hundreds of commits, and no power cut */
	g_assert_true(kn_sql_run(fixture.db, "PRAGMA synchronous=OFF", KN_SQL_NONE, NULL));
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	for (guint64 seq = 1; seq <= 8; seq++)
		for (guint64 log_id = 1; log_id <= KN_RUNNING_MAX + 2; log_id++) {
			go_on(&fixture, log_id, seq);
			g_assert_cmpint(is_kept(&fixture, log_id), ==, log_id <= KN_RUNNING_MAX);
		}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/store/running/a_session_that_goes_on_is_read_on_and_ends_as_if_stored_at_once",
		a_session_that_goes_on_is_read_on_and_ends_as_if_stored_at_once);
	g_test_add_func("/store/running/a_repair_of_a_session_that_goes_on_is_not_passed_over",
			a_repair_of_a_session_that_goes_on_is_not_passed_over);
	g_test_add_func("/store/running/a_batch_that_failed_is_not_counted_twice",
			a_batch_that_failed_is_not_counted_twice);
	g_test_add_func("/store/running/sessions_that_never_end_give_way_to_those_that_go_on",
			sessions_that_never_end_give_way_to_those_that_go_on);
	g_test_add_func("/store/running/with_too_many_that_go_on_none_drives_another_out",
			with_too_many_that_go_on_none_drives_another_out);
	return g_test_run();
}
