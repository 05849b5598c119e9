/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/gaps.h"
#include "store/logs.h"
#include "store/reader.h"
#include "store/sql.h"

/* "first-last first-last …" of a query with two columns */
static gchar *
ranges(Fixture *fixture, const gchar *sql)
{
	g_autoptr(KnStatement) row = kn_sql_start(fixture->db, sql, KN_SQL_NONE, NULL);
	GString *text = g_string_new(NULL);
	gboolean is_row = TRUE;

	while (is_row) {
		g_assert_true(kn_sql_step(row, &is_row, NULL));
		if (is_row)
			g_string_append_printf(text, "%s%d-%d", text->len ? " " : "",
					       sqlite3_column_int(row, 0),
					       sqlite3_column_int(row, 1));
	}
	return g_string_free(text, FALSE);
}

static void
cover(Fixture *fixture, gint64 log_key, guint64 first, guint64 last)
{
	KnRange range = {first, last};
	GError *error = NULL;

	g_assert_true(kn_logs_cover(fixture->db, log_key, range, 500, &error));
	g_assert_no_error(error);
}

static gint64
open_log(Fixture *fixture)
{
	GError *error = NULL;
	gint64 log_key = 0;

	g_assert_true(kn_logs_get_key(fixture->db, fixture->device_id, LOG_ID, &log_key, &error));
	g_assert_no_error(error);
	return log_key;
}

static void
note_gap(Fixture *fixture, gint64 log_key, guint64 first, guint64 last, KnGapReason reason,
	 gint64 at_us)
{
	KnGapNote note = {fixture->device_id, LOG_ID, {first, last, reason}, at_us};
	GError *error = NULL;

	g_assert_true(kn_logs_note_gap(fixture->db, log_key, &note, &error));
	g_assert_no_error(error);
}

static void
merges_coverage_that_overlaps_or_touches(void)
{
	g_auto(Fixture) fixture = {0};
	const gchar *sql = "SELECT first_seq, last_seq FROM coverage ORDER BY first_seq";
	g_autofree gchar *apart = NULL;
	g_autofree gchar *touching = NULL;
	g_autofree gchar *all = NULL;
	gint64 log_key;

	fixture_init(&fixture);
	log_key = open_log(&fixture);
	cover(&fixture, log_key, 10, 19);
	cover(&fixture, log_key, 40, 49);
	cover(&fixture, log_key, 30, 30);
	apart = ranges(&fixture, sql);
	g_assert_cmpstr(apart, ==, "10-19 30-30 40-49");
	cover(&fixture, log_key, 20, 29);
	touching = ranges(&fixture, sql);
	g_assert_cmpstr(touching, ==, "10-30 40-49");
	cover(&fixture, log_key, 5, 60);
	all = ranges(&fixture, sql);
	g_assert_cmpstr(all, ==, "5-60");
}

/* against a plain bit per record */
static void
agrees_with_a_bitmap(void)
{
	guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_auto(Fixture) fixture = {0};
	gboolean bits[208] = {FALSE};
	gint64 log_key;

	g_test_message("seed %u", seed);
	fixture_init(&fixture);
	g_assert_true(kn_db_begin(fixture.db, NULL));
	log_key = open_log(&fixture);
	for (guint round = 0; round < 60; round++) {
		guint64 first = (guint64)g_rand_int_range(rand, 1, 200);
		guint64 last = first + (guint64)g_rand_int_range(rand, 0, 7);
		g_autoptr(KnLogState) log = NULL;
		cover(&fixture, log_key, first, last);
		for (guint64 seq = first; seq <= last; seq++)
			bits[seq] = TRUE;
		log = kn_logs_load(fixture.db, log_key, NULL);
		for (guint64 seq = 1; seq < G_N_ELEMENTS(bits); seq++)
			g_assert_cmpint(kn_rangeset_contains(&log->durable, seq), ==, bits[seq]);
	}
	g_assert_true(kn_db_commit(fixture.db, NULL));
}

static void
closes_the_part_of_a_gap_that_is_filled(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *open = NULL;
	g_autofree gchar *filled = NULL;
	gint64 log_key;

	fixture_init(&fixture);
	log_key = open_log(&fixture);
	note_gap(&fixture, log_key, 10, 30, KN_GAP_OPEN, 100);
	cover(&fixture, log_key, 15, 19);
	open = ranges(&fixture, "SELECT first_seq, last_seq FROM gap WHERE filled_us IS NULL "
				"AND opened_us = 100 ORDER BY first_seq");
	g_assert_cmpstr(open, ==, "10-14 20-30");
	filled = ranges(&fixture, "SELECT first_seq, last_seq FROM gap WHERE filled_us = 500 "
				  "AND opened_us = 100");
	g_assert_cmpstr(filled, ==, "15-19");
}

static void
names_only_what_is_missing_and_keeps_since_when(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *named = NULL;
	g_autofree gchar *open = NULL;
	gint64 log_key;

	fixture_init(&fixture);
	log_key = open_log(&fixture);
	cover(&fixture, log_key, 1, 9);
	cover(&fixture, log_key, 20, 25);
	note_gap(&fixture, log_key, 10, 19, KN_GAP_OPEN, 100);
	note_gap(&fixture, log_key, 5, 15, KN_GAP_OVERWRITTEN, 200);
	note_gap(&fixture, log_key, 12, 22, KN_GAP_UNREADABLE, 300);
	named = ranges(&fixture, "SELECT first_seq, last_seq FROM gap WHERE reason != 0 "
				 "AND opened_us = 100 ORDER BY first_seq");
	g_assert_cmpstr(named, ==, "10-15 16-19");
	open = ranges(&fixture, "SELECT first_seq, last_seq FROM gap WHERE reason = 0");
	g_assert_cmpstr(open, ==, "");
}

static void
never_stores_what_a_person_erased(void)
{
	g_auto(Fixture) fixture = {0};
	gint64 log_key;

	fixture_init(&fixture);
	tape_samples(&fixture, 30, 300);
	log_key = open_log(&fixture);
	note_gap(&fixture, log_key, 11, 20, KN_GAP_ERASED, 100);
	fixture_store(&fixture, 1, 30);
	g_assert_cmpint(fixture_count(&fixture, "SELECT sum(n_records) FROM block"), ==, 20);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM block WHERE first_seq <= 20 "
						"AND last_seq >= 11"),
			==, 0);
}

static void
loads_the_ledger_as_it_was_stored(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) devices = NULL;
	const KnStoredDevice *stored;
	const KnLedger *ledger;
	KnRange missing;
	gint64 log_key;

	fixture_init(&fixture);
	tape_samples(&fixture, 50, 300);
	fixture_store(&fixture, 1, 10);
	fixture_store(&fixture, 31, 40);
	log_key = open_log(&fixture);
	note_gap(&fixture, log_key, 11, 15, KN_GAP_OVERWRITTEN, 100);
	fixture_reopen(&fixture);
	devices = kn_reader_load(fixture.db, NULL);
	g_assert_cmpuint(devices->len, ==, 1);
	stored = devices->pdata[0];
	g_assert_cmpstr(stored->device->address, ==, "AA:BB:CC:DD:EE:01");
	g_assert_nonnull(stored->device->info);
	g_assert_cmpuint(stored->ledgers->len, ==, 1);
	ledger = stored->ledgers->pdata[0];
	g_assert_cmphex(ledger->log_id, ==, LOG_ID);
	g_assert_cmpuint(ledger->newest_seq, ==, 50);
	g_assert_true(ledger->is_newest_known);
	g_assert_cmpuint(kn_ledger_trim_to(ledger), ==, 15);
	g_assert_true(kn_ledger_next_missing(ledger, 1, &missing));
	g_assert_cmpuint(missing.first, ==, 16);
	g_assert_cmpuint(missing.last, ==, 30);
}

static void
loads_the_newest_sixteen_logs_of_a_device_that_was_reset_often(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) devices = NULL;
	const KnStoredDevice *stored;

	fixture_init(&fixture);
	for (guint64 log_id = 1; log_id <= 40; log_id++) {
		gint64 log_key;
		g_assert_true(
			kn_logs_get_key(fixture.db, fixture.device_id, log_id, &log_key, NULL));
	}
	fixture_reopen(&fixture);
	devices = kn_reader_load(fixture.db, NULL);
	stored = devices->pdata[0];
	g_assert_cmpuint(stored->ledgers->len, ==, 16);
	for (guint i = 0; i < 16; i++)
		g_assert_cmpuint(((const KnLedger *)stored->ledgers->pdata[i])->log_id, ==, 25 + i);
}

static void
keeps_the_logs_of_a_device_apart(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;
	KnBlock *block;

	fixture_init(&fixture);
	tape_samples(&fixture, 20, 300);
	fixture_store(&fixture, 1, 20);
	/* after a factory reset the same seqs come again, with other contents */
	batch = fixture_batch(&fixture, 1, 20);
	block = batch->blocks->pdata[0];
	block->log_id = 77;
	g_array_index(batch->logs, KnLogNote, 0).log_id = 77;
	commit = kn_writer_commit(&fixture.writer, batch, &error);
	g_assert_no_error(error);
	g_assert_cmpint(fixture_count(&fixture, "SELECT sum(n_records) FROM block"), ==, 40);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM coverage"), ==, 2);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session"), ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/ledger/merges_coverage_that_overlaps_or_touches",
			merges_coverage_that_overlaps_or_touches);
	g_test_add_func("/store/ledger/agrees_with_a_bitmap", agrees_with_a_bitmap);
	g_test_add_func("/store/ledger/closes_the_part_of_a_gap_that_is_filled",
			closes_the_part_of_a_gap_that_is_filled);
	g_test_add_func("/store/ledger/names_only_what_is_missing_and_keeps_since_when",
			names_only_what_is_missing_and_keeps_since_when);
	g_test_add_func("/store/ledger/never_stores_what_a_person_erased",
			never_stores_what_a_person_erased);
	g_test_add_func("/store/ledger/loads_the_ledger_as_it_was_stored",
			loads_the_ledger_as_it_was_stored);
	g_test_add_func(
		"/store/ledger/loads_the_newest_sixteen_logs_of_a_device_that_was_reset_often",
		loads_the_newest_sixteen_logs_of_a_device_that_was_reset_often);
	g_test_add_func("/store/ledger/keeps_the_logs_of_a_device_apart",
			keeps_the_logs_of_a_device_apart);
	return g_test_run();
}
