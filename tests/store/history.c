/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "history.h"

#include <sqlite3.h>

GBytes *
history_read_file(const gchar *path)
{
	gchar *bytes;
	gsize n_bytes;

	g_assert_true(g_file_get_contents(path, &bytes, &n_bytes, NULL));
	return g_bytes_new_take(bytes, n_bytes);
}

void
history_write_file(const gchar *path, GBytes *bytes)
{
	g_assert_true(g_file_set_contents(path, g_bytes_get_data(bytes, NULL),
					  (gssize)g_bytes_get_size(bytes), NULL));
}

/* as an operation on the rows only: the CRC of its head does not fit any more */
void
history_spoil_block(const gchar *path, gint64 block_id)
{
	g_autofree gchar *sql = g_strdup_printf(
		"UPDATE block SET data = zeroblob(length(data)) WHERE block_id = %" G_GINT64_FORMAT,
		block_id);
	sqlite3 *handle = NULL;

	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

void
history_run_sql(const gchar *path, const gchar *sql)
{
	sqlite3 *handle = NULL;

	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

#define BOOT_US G_GINT64_CONSTANT(3600000000)

void
tape_history(Fixture *fixture)
{
	for (guint i = 0; i < N_SESSIONS; i++) {
		if (i == N_SESSIONS / 2)
			tape_reboot(fixture);
		tape_start(fixture);
		tape_samples(fixture, RECORDS_A_SESSION, (guint16)(200 + 50 * i));
		tape_end(fixture, 320 * RECORDS_A_SESSION);
		tape_samples(fixture, 20, 0);
	}
}

void
history_store_in_pieces(Fixture *fixture, guint64 first, guint64 last)
{
	for (guint64 seq = first; seq <= last; seq += 30) {
		const KnRecordKey *key = &g_array_index(fixture->keys, KnRecordKey, seq - 1);
		/* a clock that does not drift: any of its anchors place a session the same */
		KnAnchor anchor = {.device_id = fixture->device_id,
				   .log_id = LOG_ID,
				   .boot = key->boot,
				   .t_ms = key->t_ms,
				   .utc_us =
					   NOW_US + key->boot * BOOT_US + (gint64)key->t_ms * 1000,
				   .error_us = 5,
				   .quality = 2};
		g_autoptr(KnBatch) batch = fixture_batch(fixture, seq, MIN(seq + 29, last));
		g_autoptr(KnCommit) commit = NULL;
		g_array_append_val(batch->anchors, anchor);
		commit = kn_writer_commit(&fixture->writer, batch, NULL);
		g_assert_nonnull(commit);
	}
}

void
history_close_hub(Fixture *fixture)
{
	kn_db_close(g_steal_pointer(&fixture->db));
}

void
history_open_hub(Fixture *fixture)
{
	g_autoptr(GError) error = NULL;

	fixture->db = kn_db_open(fixture->directory, &error);
	g_assert_no_error(error);
	fixture->writer = (KnWriter){.db = fixture->db, .zone = "Europe/Berlin"};
}

static void
add_line(const gchar *line, gpointer user)
{
	if (user)
		g_ptr_array_add(user, g_strdup(line));
}

KnRestored
history_restore(Fixture *fixture, const gchar *path, GPtrArray *lines)
{
	KnRestore what = {.directory = fixture->directory,
			  .path = path,
			  .zone = "Europe/Berlin",
			  .now_us = NOW_US,
			  .tell = add_line,
			  .user = lines};
	g_auto(KnSalvageSource) source = {-1, -1};
	g_autoptr(GError) error = NULL;
	KnRestored restored = {0};

	g_assert_true(kn_salvage_source_open(&source, path, &error));
	what.source = source;
	g_assert_true(kn_restore_run(&what, &restored, &error));
	g_assert_no_error(error);
	return restored;
}
