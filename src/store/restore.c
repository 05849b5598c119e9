/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore.h"

#include "store/blocks.h"
#include "store/enrolled.h"
#include "store/infos.h"
#include "store/restore-clocks.h"
#include "store/restore-losses.h"
#include "store/restore-people.h"
#include "store/restore-shown.h"
#include "store/writer.h"
#include <sys/stat.h>

enum {
	BATCH_BYTES = 1024 * 1024, /* as in a backfill */
	ROWS_A_PAGE = 64,          /* of the smallest blocks there may be */
	PROGRESS_BLOCKS = 16,
};

typedef struct {
	const KnRestore *restore; /* borrowed */
	KnDb *db;                 /* owned: the hub's */
	KnDb *from;               /* owned: the copy */
	KnWriter writer;
	KnRestoreRows rows;
	KnBatch *batch; /* owned */
	guint64 batch_id;
	KnRestored done;
} Work;

static void
work_clear(Work *work)
{
	kn_restore_rows_clear(&work->rows);
	g_clear_pointer(&work->batch, kn_batch_free);
	if (work->from)
		kn_salvage_close(work->from);
	kn_db_close(work->db);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static KnBatch *
new_batch(Work *work)
{
	KnBatch *batch = kn_batch_new(++work->batch_id);

	batch->at_us = work->restore->now_us;
	return batch;
}

static gboolean
commit(Work *work, GError **error)
{
	g_autoptr(KnBatch) batch = g_steal_pointer(&work->batch);
	g_autoptr(KnCommit) made = NULL;

	work->batch = new_batch(work);
	if (kn_batch_is_empty(batch))
		return TRUE;
	made = kn_writer_commit(&work->writer, batch, error);
	return made != NULL;
}

/* ---- blocks ---- */

/* NULL: its records are not what its head says */
static KnBlock *
make_block(const KnRestoreLog *log, const KnBlockHead *head, const GByteArray *records)
{
	g_autoptr(KnBlock) block = kn_block_new(log->device_id, log->log_id, head->boot);
	guint64 seq = head->first_seq;
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	for (; kn_block_next(records, &at, &bytes, &n_bytes); seq++) {
		KnRecordKey key;
		if (!kn_decode_key(bytes, n_bytes, &key) || key.seq != seq ||
		    key.boot != head->boot)
			return NULL;
		kn_block_append(block, seq, key.t_ms, bytes, n_bytes);
	}
	return seq > head->first_seq && seq == head->last_seq + 1 ? g_steal_pointer(&block) : NULL;
}

static gboolean
add_block(Work *work, KnBlock *block, const KnBlockHead *head, GError **error)
{
	const gchar *zone = kn_restore_rows_zone(&work->rows, head->block_id);

	/* a session keeps the zone it was first stored with, and a batch has one */
	if (work->batch->zone && g_strcmp0(work->batch->zone, zone) != 0 && !commit(work, error)) {
		kn_block_free(block);
		return FALSE;
	}
	if (!work->batch->zone)
		work->batch->zone = g_strdup(zone);
	block->is_opaque = head->info_id == 0;
	if (head->info_id != 0)
		block->info = kn_restore_rows_info(&work->rows, head->info_id);
	work->done.n_records += head->last_seq - head->first_seq + 1;
	work->batch->n_bytes += block->records->len;
	g_ptr_array_add(work->batch->blocks, block);
	return work->batch->n_bytes < BATCH_BYTES || commit(work, error);
}

static gboolean
is_damage(const GError *error)
{
	return g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT) ||
	       g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
}

static gboolean
take_block(Work *work, gint64 block_id, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(GByteArray) records = NULL;
	const KnRestoreLog *log;
	KnBlock *block = NULL;
	KnBlockHead head;

	records = kn_blocks_read(work->from, block_id, &head, &reason);
	if (!records && !is_damage(reason)) {
		g_propagate_error(error, g_steal_pointer(&reason));
		return FALSE;
	}
	log = records ? kn_restore_rows_log(&work->rows, head.log_key) : NULL;
	if (log)
		block = make_block(log, &head, records);
	if (block)
		return add_block(work, block, &head, error);
	work->done.n_damaged++;
	return TRUE;
}

/* The newest block there is; where the table cannot tell, the newest that anybody speaks of. */
static guint64
count_blocks(Work *work)
{
	static const gchar *const sources[] = {
		"SELECT coalesce(max(block_id), 0) FROM block",
		"SELECT coalesce(max(newest_block_id), 0) FROM log",
		"SELECT coalesce(max(block_id), 0) FROM session_block",
	};
	gint64 n_pages = 0, newest = 0, n = 0;
	gboolean is_known = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (!kn_sql_get(work->from, sources[i], KN_SQL_NONE, &n, 1, NULL, NULL))
			continue;
		newest = MAX(newest, n);
		is_known |= i < 2;
	}
	if (is_known)
		return (guint64)newest;
	if (!kn_sql_get(work->from, "PRAGMA page_count", KN_SQL_NONE, &n_pages, 1, NULL, NULL))
		n_pages = 0;
	return (guint64)MAX(newest, n_pages * ROWS_A_PAGE);
}

static gboolean
take_blocks(Work *work, GError **error)
{
	const KnRestore *restore = work->restore;

	work->done.n_blocks = count_blocks(work);
	for (guint64 id = 1; id <= work->done.n_blocks; id++) {
		if (!take_block(work, (gint64)id, error))
			return FALSE;
		if (restore->progress && (id % PROGRESS_BLOCKS == 0 || id == work->done.n_blocks))
			restore->progress(id, work->done.n_blocks, restore->user);
	}
	return commit(work, error);
}

/* ---- all of it ---- */

static gboolean
count(KnDb *db, const gchar *sql, gint64 *ret_n, GError **error)
{
	return kn_sql_get(db, sql, KN_SQL_NONE, ret_n, 1, NULL, error);
}
#define N_RECORDS "SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM coverage"

static gboolean
run(Work *work, GError **error)
{
	const KnRestore *restore = work->restore;
	gint64 before = 0, after = 0, n_sessions = 0;

	if (!count(work->db, N_RECORDS, &before, error) ||
	    !count(work->db, "SELECT coalesce(max(session_id), 0) FROM session",
		   &work->rows.newest_session_id, error) ||
	    !kn_restore_rows_load(&work->rows, work->db, work->from, error))
		return FALSE;
	work->done.n_devices = work->rows.n_new_devices;
	/* clocks first, so that each session is placed when it is derived; what was lost for good last, because only what is still missing is */
	kn_restore_clocks_add(&work->rows, work->batch);
	if (!commit(work, error) || !kn_restore_edits(&work->rows, work->db, work->from, error) ||
	    !take_blocks(work, error))
		return FALSE;
	kn_restore_rows_add_bounds(&work->rows, work->batch);
	if (!commit(work, error) || !kn_restore_people(&work->rows, work->db, work->from, error) ||
	    !kn_restore_shown_take(&work->rows, work->db, work->from, error) ||
	    !count(work->db, N_RECORDS, &after, error) ||
	    !count(work->db, "SELECT count(*) FROM session", &n_sessions, error))
		return FALSE;
	work->done.n_new_records = (guint64)(after - before);
	work->done.n_sessions = (guint)n_sessions;
	work->done.is_whole = work->done.n_damaged == 0 && work->rows.report.is_whole;
	kn_enrolled_keep(work->db);
	return kn_restore_losses(restore, &work->rows, work->db, work->from, error);
}

/* it would be copied while it is written, and has nothing that it lacks */
static gboolean
is_own(const KnRestore *restore, const KnDb *db)
{
	struct stat own, other;

	return stat(db->path, &own) == 0 && fstat(restore->source.fd, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static gboolean
is_beside(const KnRestore *restore)
{
	g_autofree gchar *directory = g_path_get_dirname(restore->path);
	struct stat own, other;

	return stat(restore->directory, &own) == 0 && stat(directory, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

gboolean
kn_restore_run(const KnRestore *restore, KnRestored *ret_restored, GError **error)
{
	g_auto(Work) work = {.restore = restore};
	g_autofree gchar *working = NULL;

	work.db = kn_db_open(restore->directory, error);
	if (!work.db)
		return FALSE;
	if (is_own(restore, work.db)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN,
			    "%s is the hub's own database: give the one that is to be brought back",
			    restore->path);
		return FALSE;
	}
	working = g_strconcat(work.db->path, KN_DB_RESTORING, NULL);
	work.from = kn_salvage_open(&restore->source, working, error);
	if (!work.from)
		return FALSE;
	work.writer = (KnWriter){.db = work.db, .zone = restore->zone};
	work.rows.report = (KnRestoreReport){restore->tell, restore->user, FALSE};
	work.rows.is_beside = is_beside(restore);
	work.rows.file = g_path_get_basename(restore->path);
	work.batch = new_batch(&work);
	if (!run(&work, error))
		return FALSE;
	*ret_restored = work.done;
	return TRUE;
}
