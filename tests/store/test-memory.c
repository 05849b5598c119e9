/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * SQLite gets no memory at its Nth request, for every N there is. (Where GLib gets none the process ends, as under the
 * kernel's killer: see test-kill.c.)
 */

#include "fixture.h"

#include "store/sql.h"
#include <string.h>

enum { ROUNDS_MAX = 5000, STEP = 3, MATTRESS = 40 };

static sqlite3_mem_methods real;
static guint n_left; /* requests until the one that fails; 0: none does */
static guint n_failed;

static gboolean
is_refused(void)
{
	if (n_left == 0 || --n_left > 0)
		return FALSE;
	n_failed++;
	return TRUE;
}

static void *
allocate(int n_bytes)
{
	return is_refused() ? NULL : real.xMalloc(n_bytes);
}

static void *
allocate_again(void *memory, int n_bytes)
{
	return is_refused() ? NULL : real.xRealloc(memory, n_bytes);
}

static void
wrap_memory(void)
{
	sqlite3_mem_methods ours;

	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), ==, SQLITE_OK);
	ours = real;
	ours.xMalloc = allocate;
	ours.xRealloc = allocate_again;
	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), ==, SQLITE_OK);
	/* a cache of small pieces would answer instead of us */
	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), ==, SQLITE_OK);
}

static void
expect_whole(Fixture *fixture, guint64 last_seq)
{
	fixture_assert_stored_once(fixture, 1, last_seq);
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM pragma_integrity_check "
					       "WHERE integrity_check = 'ok'"),
			==, 1);
	g_assert_cmpint(fixture_count(fixture, "SELECT sum(n_records) FROM block"), ==,
			(gint64)last_seq);
}

/* each batch anew after a start, so that its statements are prepared again */
static void
a_batch_without_memory_is_stored_whole_or_not_at_all_and_then_with_the_next_try(void)
{
	g_auto(Fixture) fixture = {0};
	guint nth = 1, n_refused = 0, n_missed = 0;
	guint64 last_seq = 0;

	fixture_init(&fixture);
	/* a session each, so that every round has as much to do */
	for (guint i = 0; i < ROUNDS_MAX; i++) {
		tape_start(&fixture);
		tape_samples(&fixture, STEP - 2, 300);
		tape_end(&fixture, (STEP - 2) * 320);
	}
	for (; n_missed == 0; nth++) {
		g_autoptr(KnBatch) batch = fixture_batch(&fixture, last_seq + 1, last_seq + STEP);
		g_autoptr(KnCommit) commit = NULL;
		g_autoptr(GError) error = NULL;
		g_assert_cmpuint(nth, <, ROUNDS_MAX);
		if (nth % MATTRESS == 0)
			fixture_reopen(&fixture);
		g_hash_table_remove_all(fixture.db->statements);
		n_failed = 0;
		n_left = nth;
		commit = kn_writer_commit(&fixture.writer, batch, &error);
		n_left = 0;
		n_missed += n_failed == 0;
		n_refused += !commit;
		/* nothing of it, or all */
		g_assert_cmpint(
			fixture_count(&fixture, "SELECT coalesce(max(last_seq), 0) FROM coverage"),
			==, (gint64)(commit ? last_seq + STEP : last_seq));
		if (!commit) {
			g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO);
			g_assert_true(kn_db_reopen(fixture.db, NULL));
			commit = kn_writer_commit(&fixture.writer, batch, NULL);
		}
		g_assert_nonnull(commit);
		last_seq += STEP;
	}
	expect_whole(&fixture, last_seq);
	g_test_message("%u requests for memory refused, %u batches with them", nth - 2, n_refused);
	g_assert_cmpuint(n_refused, >, 100);
}

static void
a_start_without_memory_fails_or_not_and_harms_nothing(void)
{
	g_auto(Fixture) fixture = {0};
	guint n_refused = 0, n_missed = 0, nth = 1;

	fixture_init(&fixture);
	tape_samples(&fixture, 20, 300);
	fixture_store(&fixture, 1, 20);
	for (; n_missed == 0; nth++) {
		g_autoptr(GError) error = NULL;
		g_assert_cmpuint(nth, <, ROUNDS_MAX);
		g_clear_pointer(&fixture.db, kn_db_close);
		n_failed = 0;
		n_left = nth;
		fixture.db = kn_db_open(fixture.directory, &error);
		n_left = 0;
		n_missed += n_failed == 0;
		n_refused += !fixture.db;
		if (!fixture.db)
			g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO);
	}
	fixture_reopen(&fixture);
	expect_whole(&fixture, 20);
	g_test_message("%u requests for memory refused, %u starts with them", nth - 2, n_refused);
	g_assert_cmpuint(n_refused, >, 100);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* that storing fails is told as a warning */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	wrap_memory();
	g_test_add_func(
		"/store/memory/"
		"a_batch_without_memory_is_stored_whole_or_not_at_all_and_then_with_the_next_try",
		a_batch_without_memory_is_stored_whole_or_not_at_all_and_then_with_the_next_try);
	g_test_add_func("/store/memory/a_start_without_memory_fails_or_not_and_harms_nothing",
			a_start_without_memory_fails_or_not_and_harms_nothing);
	return g_test_run();
}
