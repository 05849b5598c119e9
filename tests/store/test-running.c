/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What a session that goes on left in memory at the last commit must never show in its numbers. */

#include "fixture.h"

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
	return g_test_run();
}
