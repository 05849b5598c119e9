/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * What a question or a commit costs must not grow with the years. Time is no test; the plan of each statement is: none may walk
 * over a table that grows, whatever else it does. The statements are not listed here: they are all that the store has prepared
 * after it did all it does.
 */

#include "fixture.h"
#include "walks.h"

#include "store/blocks.h"
#include "store/damage.h"
#include "store/events.h"
#include "store/reader.h"
#include "store/sessions.h"
#include "store/sql.h"
#include <string.h>

static void
store_with_anchor(Fixture *fixture, guint64 first_seq, guint64 last_seq, guint64 t_ms,
		  ktp_ClockQuality quality)
{
	g_autoptr(KnBatch) batch = fixture_batch(fixture, first_seq, last_seq);
	g_autoptr(KnCommit) commit = NULL;
	KnAnchor anchor = {.device_id = fixture->device_id,
			   .log_id = LOG_ID,
			   .boot = fixture->boot,
			   .t_ms = t_ms,
			   .utc_us = G_GINT64_CONSTANT(1700000000000000) + (gint64)t_ms * 1000,
			   .quality = (guint8)quality};
	KnBatteryNote battery = {fixture->device_id, 500, FALSE, 7};
	KnEvent *event = kn_event_new(KN_EVENT_LINK_UP, fixture->device_id, "");
	GError *error = NULL;

	event->id = fixture->db->first_event_id + (gint64)first_seq;
	g_array_append_val(batch->anchors, anchor);
	g_array_append_val(batch->batteries, battery);
	g_ptr_array_add(batch->events, event);
	commit = kn_writer_commit(&fixture->writer, batch, &error);
	g_assert_no_error(error);
	g_assert_nonnull(commit);
}

/* sessions with a start and without, a late record, a gap with a name, a reboot with a session open: twice, the second time
 * with a record between */
static void
use(Fixture *fixture)
{
	KnGapNote gap = {fixture->device_id, LOG_ID, {5, 5, KN_GAP_UNREADABLE}, 9};
	g_autoptr(KnBatch) named = NULL;
	g_autoptr(KnCommit) commit = NULL;

	tape_start(fixture);
	tape_samples(fixture, 20, 300);
	tape_end(fixture, 6400);
	tape_samples(fixture, 20, 300);
	tape_reboot(fixture);
	tape_start(fixture);
	tape_samples(fixture, 20, 300);
	store_with_anchor(fixture, 1, 3, 0, ktp_CLOCK_SYNCED);
	store_with_anchor(fixture, 10, tape_newest(fixture), 5, ktp_CLOCK_SYNCED);
	store_with_anchor(fixture, 4, 4, 10, ktp_CLOCK_SYNCED);
	named = fixture_batch(fixture, 1, 1);
	g_array_append_val(named->gaps, gap);
	commit = kn_writer_commit(&fixture->writer, named, NULL);
	g_assert_nonnull(commit);
	fixture_store(fixture, 5, 9);
}

static void
ask(Fixture *fixture)
{
	KnSessionQuery query = {0, G_MAXINT64 - 1, 0, {0, 0}, 400, TRUE};
	KnEventQuery events = {.class_mask = G_MAXUINT, .limit = 10};
	g_autoptr(GPtrArray) maybe = NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	gint64 oldest_id;

	for (gint64 device_id = 0; device_id <= fixture->device_id;
	     device_id += fixture->device_id) {
		g_clear_pointer(&sessions, g_ptr_array_unref);
		query.device_id = device_id;
		sessions = kn_sessions_query(fixture->db, &query, NULL);
		g_assert_cmpuint(sessions->len, >, 0);
	}
	query.may_be_of = 1;
	maybe = kn_sessions_query(fixture->db, &query, NULL);
	g_assert_nonnull(maybe);
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = sessions->pdata[i];
		g_autoptr(KnSessionDetail) detail =
			kn_reader_detail(fixture->db, session->id, 20, NULL);
		g_assert_nonnull(detail);
	}
	for (guint is_up = 0; is_up < 2; is_up++) {
		g_autoptr(GPtrArray) some = NULL;
		events.is_ascending = is_up != 0;
		some = kn_events_query(fixture->db, &events, &oldest_id, NULL);
		g_assert_nonnull(some);
	}
}

static void
no_statement_walks_over_what_grows_with_the_years(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) loaded = NULL;

	fixture_init(&fixture);
	use(&fixture);
	ask(&fixture);
	loaded = kn_reader_load(fixture.db, NULL);
	g_assert_cmpuint(loaded->len, ==, 1);
	walks_assert_none(fixture.db, 50);
}

/* on the thread that stores, each time that one is found */
static void
placing_a_damaged_block_does_not(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GArray) losses = NULL;
	gint64 block_id = 1;
	KnDamage damage;

	fixture_init(&fixture);
	use(&fixture);
	fixture_reopen(&fixture);
	g_hash_table_add(fixture.db->damaged, g_memdup2(&block_id, sizeof block_id));
	kn_damage_init(&damage);
	losses = kn_damage_news(&damage, fixture.db);
	kn_damage_clear(&damage);
	g_assert_nonnull(losses);
	g_assert_cmpuint(losses->len, ==, 1);
	walks_assert_none(fixture.db, 3);
}

/* what stands between the start of a hub and its first answer */
static void
no_statement_of_a_start_does(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) loaded = NULL;

	fixture_init(&fixture);
	use(&fixture);
	fixture_reopen(&fixture);
	/* as after a pulled plug: the newest blocks are read back */
	g_assert_true(kn_blocks_check_newest(fixture.db, KN_DB_CHECKED_BLOCKS, NULL));
	loaded = kn_reader_load(fixture.db, NULL);
	g_assert_nonnull(loaded);
	walks_assert_none(fixture.db, 10);
}

static void
a_walk_is_told_from_a_search(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GString) walks = g_string_new(NULL);

	fixture_init(&fixture);
	walks_find(fixture.db->handle, "SELECT * FROM session WHERE session_id = 1", walks);
	walks_find(fixture.db->handle, "SELECT * FROM log", walks);
	g_assert_cmpstr(walks->str, ==, "");
	walks_find(fixture.db->handle, "SELECT * FROM session AS s WHERE s.zone = 'UTC'", walks);
	g_assert_nonnull(strstr(walks->str, "SCAN s"));
}

/* of SQLite's machine, by all statements since it was last asked */
static gint
take_steps(KnDb *db)
{
	GHashTableIter iter;
	gpointer statement;
	gint n = 0;

	g_hash_table_iter_init(&iter, db->statements);
	while (g_hash_table_iter_next(&iter, NULL, &statement))
		n += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, TRUE);
	return n;
}

typedef struct {
	ktp_ClockQuality quality;
	gboolean is_switched_off; /* after each session: the next one is another boot */
} Habit;

/* one more session, with an anchor; the steps of storing it */
static gint
store_one(Fixture *fixture, Habit habit)
{
	guint64 first_seq = tape_newest(fixture) + 1;

	if (habit.is_switched_off)
		tape_reboot(fixture);
	fixture->t_ms += 3600000;
	tape_start(fixture);
	tape_samples(fixture, 2, 300);
	tape_end(fixture, 640);
	store_with_anchor(fixture, first_seq, tape_newest(fixture), fixture->t_ms, habit.quality);
	return take_steps(fixture->db);
}

static gint
ask_for_one(Fixture *fixture)
{
	KnSessionQuery query = {0, G_MAXINT64 - 1, 0, {0, 0}, 1, TRUE};
	g_autoptr(GPtrArray) sessions = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_cmpuint(sessions->len, ==, 1);
	return take_steps(fixture->db);
}

/* at most a tenth more, as the benchmark has it of five years; counted, not timed */
static void
assert_costs_the_same(Habit habit)
{
	g_auto(Fixture) fixture = {0};
	gint few = 0, few_asked, many = 0;

	fixture_init(&fixture);
	for (guint i = 0; i < 10; i++)
		few = store_one(&fixture, habit);
	few_asked = ask_for_one(&fixture);
	for (guint i = 0; i < 300; i++)
		many = store_one(&fixture, habit);
	g_assert_cmpint(few, >, 100);
	g_assert_cmpint(10 * many, <=, 11 * few);
	g_assert_cmpint(10 * ask_for_one(&fixture), <=, 11 * few_asked);
}

static void
a_session_costs_the_same_after_hundreds_as_after_ten(void)
{
	assert_costs_the_same((Habit){ktp_CLOCK_SYNCED, FALSE});
	assert_costs_the_same((Habit){ktp_CLOCK_SYNCED, TRUE});
}

static void
it_does_on_a_hub_that_never_learns_the_time(void)
{
	assert_costs_the_same((Habit){ktp_CLOCK_UNKNOWN, FALSE});
	assert_costs_the_same((Habit){ktp_CLOCK_UNKNOWN, TRUE});
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/plans/no_statement_walks_over_what_grows_with_the_years",
			no_statement_walks_over_what_grows_with_the_years);
	g_test_add_func("/store/plans/placing_a_damaged_block_does_not",
			placing_a_damaged_block_does_not);
	g_test_add_func("/store/plans/no_statement_of_a_start_does", no_statement_of_a_start_does);
	g_test_add_func("/store/plans/a_walk_is_told_from_a_search", a_walk_is_told_from_a_search);
	g_test_add_func("/store/plans/a_session_costs_the_same_after_hundreds_as_after_ten",
			a_session_costs_the_same_after_hundreds_as_after_ten);
	g_test_add_func("/store/plans/it_does_on_a_hub_that_never_learns_the_time",
			it_does_on_a_hub_that_never_learns_the_time);
	return g_test_run();
}
