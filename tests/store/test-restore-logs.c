/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A massager that was reset often: all of its logs come back, and the hub goes on with the one it is at. */

#include "history.h"

#include "store/reader.h"

enum { N_LOGS = KN_STORE_LOGS_LOADED + 4, RECORDS_OF_ONE = 12, CURRENT = 999 };

/* one session in each log */
static void
store_log(Fixture *fixture, guint64 first_seq, guint64 log_id, gboolean is_dated)
{
	g_autoptr(KnBatch) batch =
		fixture_batch(fixture, first_seq, first_seq + RECORDS_OF_ONE - 1);
	g_autoptr(KnCommit) commit = NULL;
	const KnAnchor anchor = {.device_id = fixture->device_id,
				 .log_id = log_id,
				 .boot = fixture->boot,
				 .utc_us = NOW_US + (gint64)log_id * 3600 * G_USEC_PER_SEC,
				 .quality = 2};

	if (is_dated)
		g_array_append_val(batch->anchors, anchor);
	for (guint i = 0; i < batch->blocks->len; i++)
		((KnBlock *)batch->blocks->pdata[i])->log_id = log_id;
	for (guint i = 0; i < batch->logs->len; i++)
		g_array_index(batch->logs, KnLogNote, i).log_id = log_id;
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

static void
tape_one(Fixture *fixture)
{
	tape_start(fixture);
	tape_samples(fixture, RECORDS_OF_ONE - 2, 300);
	tape_end(fixture, 320 * (RECORDS_OF_ONE - 2));
}

static gboolean
is_loaded(Fixture *fixture, guint64 log_id)
{
	g_autoptr(GPtrArray) devices = kn_reader_load(fixture->db, NULL);
	const KnStoredDevice *device;

	g_assert_nonnull(devices);
	g_assert_cmpuint(devices->len, ==, 1);
	device = devices->pdata[0];
	g_assert_cmpuint(device->ledgers->len, <=, KN_STORE_LOGS_LOADED);
	for (guint i = 0; i < device->ledgers->len; i++)
		if (((const KnLedger *)device->ledgers->pdata[i])->log_id == log_id)
			return TRUE;
	return FALSE;
}

/* is_dated: whether the hub that is gone knew the time, and this one does */
static void
bring_back(gboolean is_dated_there, gboolean is_dated)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;

	fixture_init(&lost);
	for (guint64 i = 0; i < N_LOGS; i++) {
		tape_one(&lost);
		store_log(&lost, i * RECORDS_OF_ONE + 1, i + 1, is_dated_there);
	}
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);

	/* it was reset once more since */
	fixture_init(&fixture);
	tape_one(&fixture);
	store_log(&fixture, 1, CURRENT, is_dated);
	g_assert_true(is_loaded(&fixture, CURRENT));
	history_close_hub(&fixture);
	g_assert_true(history_restore(&fixture, path, NULL).is_whole);
	history_open_hub(&fixture);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session"), ==, N_LOGS + 1);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM log"), ==, N_LOGS + 1);
	if (is_dated || is_dated_there)
		g_assert_true(is_loaded(&fixture, CURRENT));
	/* it goes on, and is known at the next start, or all of its flash would be fetched again */
	tape_one(&fixture);
	store_log(&fixture, RECORDS_OF_ONE + 1, CURRENT, is_dated);
	fixture_reopen(&fixture);
	g_assert_true(is_loaded(&fixture, CURRENT));
	/* and one of which nothing is stored yet */
	g_assert_cmpint(
		fixture_count(&fixture, "SELECT count(*) FROM log WHERE newest_block_id IS NULL"),
		==, 0);
	history_close_hub(&fixture);
	path = (g_free(path), g_build_filename(fixture.directory, "knead.db", NULL));
	history_run_sql(path, "INSERT INTO log (device_id, log_id, first_seq, newest_seq, "
			      "is_newest_known, newest_boot) SELECT device_id, 1000, 1, 0, 1, -1 "
			      "FROM device");
	history_open_hub(&fixture);
	g_assert_true(is_loaded(&fixture, 1000));
	g_assert_true(is_loaded(&fixture, CURRENT));
	history_open_hub(&lost);
}

static void
all_logs_come_back_and_the_one_in_use_is_not_forgotten_for_them(void)
{
	for (guint i = 0; i < 4; i++)
		bring_back(i & 1, (i & 2) != 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-logs/" #name, name)
	ADD(all_logs_come_back_and_the_one_in_use_is_not_forgotten_for_them);
	return g_test_run();
}
