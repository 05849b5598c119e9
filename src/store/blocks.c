/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/blocks.h"

#include "store/sql.h"

/* columns of KnBlockHead in the order read_head takes them */
#define HEAD                                                                                    \
	"block_id, log_key, device_boot, info_id, first_seq, last_seq, first_t_ms, last_t_ms, " \
	"n_records, touch_first_t_ms, touch_last_t_ms, codec, raw_bytes, crc32"

/* A chain that breaks off, or leads into another log, must not be believed: sessions would be made anew of half their records. */
static gboolean
is_broken(gint64 block_id, const gchar *what, GError **error)
{
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
		    "block %" G_GINT64_FORMAT " %s", block_id, what);
	return FALSE;
}

static gboolean
tail_of(KnDb *db, gint64 log_key, gint64 *ret_block_id, gint64 *ret_max_seq, GError **error)
{
	gint64 values[3] = {0};
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT l.newest_block_id, b.log_max_seq, b.log_key FROM log AS l "
			"LEFT JOIN block AS b ON b.block_id = l.newest_block_id "
			"WHERE l.log_key = ?1",
			KN_SQL_INTS(log_key), values, 3, &is_found, error))
		return FALSE;
	if (values[0] != 0 && values[2] != log_key)
		return is_broken(values[0], "is not of the log whose newest it should be", error);
	*ret_block_id = values[0];
	*ret_max_seq = values[1];
	return TRUE;
}

static gboolean
bind_optional(KnStatement *statement, const KnBlockHead *head, gint64 prev_block_id, GError **error)
{
	/* 0 stands for "none" in memory, NULL on disk */
	if (head->info_id == 0 && !kn_sql_bind_null(statement, 3, error))
		return FALSE;
	if (prev_block_id == 0 && !kn_sql_bind_null(statement, 4, error))
		return FALSE;
	return head->has_touch ||
	       (kn_sql_bind_null(statement, 11, error) && kn_sql_bind_null(statement, 12, error));
}

gboolean
kn_blocks_append(KnDb *db, KnBlockHead *head, const GByteArray *data, GError **error)
{
	g_autoptr(KnStatement) statement = NULL;
	gint64 prev_block_id, max_seq;

	if (!tail_of(db, head->log_key, &prev_block_id, &max_seq, error))
		return FALSE;
	head->crc32 = kn_block_crc32(head, data->data, data->len);
	statement = kn_sql_start(
		db,
		"INSERT INTO block (log_key, device_boot, info_id, prev_block_id, log_max_seq, "
		"first_seq, last_seq, first_t_ms, last_t_ms, n_records, touch_first_t_ms, "
		"touch_last_t_ms, codec, raw_bytes, crc32, data) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		KN_SQL_INTS(head->log_key, head->boot, head->info_id, prev_block_id,
			    MAX(max_seq, (gint64)head->last_seq), head->first_seq, head->last_seq,
			    head->first_t_ms, head->last_t_ms, head->n_records,
			    head->touch_first_t_ms, head->touch_last_t_ms, head->codec,
			    head->raw_bytes, head->crc32),
		error);
	if (!statement || !bind_optional(statement, head, prev_block_id, error) ||
	    !kn_sql_bind_blob(statement, 16, data->data, data->len, error) ||
	    !kn_sql_finish(statement, error))
		return FALSE;
	head->block_id = sqlite3_last_insert_rowid(db->handle);
	return kn_sql_run(db,
			  "UPDATE log SET newest_block_id = ?2, newest_boot = max(newest_boot, ?3) "
			  "WHERE log_key = ?1",
			  KN_SQL_INTS(head->log_key, head->block_id, head->boot), error);
}

static void
read_head(KnStatement *row, KnBlockHead *ret_head)
{
	*ret_head = (KnBlockHead){
		.block_id = sqlite3_column_int64(row, 0),
		.log_key = sqlite3_column_int64(row, 1),
		.boot = (guint32)sqlite3_column_int64(row, 2),
		.info_id = sqlite3_column_int64(row, 3),
		.first_seq = (guint64)sqlite3_column_int64(row, 4),
		.last_seq = (guint64)sqlite3_column_int64(row, 5),
		.first_t_ms = (guint64)sqlite3_column_int64(row, 6),
		.last_t_ms = (guint64)sqlite3_column_int64(row, 7),
		.n_records = (guint32)sqlite3_column_int64(row, 8),
		.has_touch = sqlite3_column_type(row, 9) != SQLITE_NULL,
		.touch_first_t_ms = (guint64)sqlite3_column_int64(row, 9),
		.touch_last_t_ms = (guint64)sqlite3_column_int64(row, 10),
		.codec = (guint32)sqlite3_column_int64(row, 11),
		.raw_bytes = (guint32)sqlite3_column_int64(row, 12),
		.crc32 = (guint32)sqlite3_column_int64(row, 13),
	};
}

static gint
compare_heads(gconstpointer a, gconstpointer b)
{
	const KnBlockHead *first = a, *second = b;

	return first->first_seq < second->first_seq ? -1 : first->first_seq > second->first_seq;
}

/* *block_id: in, the block to read; out, the one before it in the chain, 0 at the end or where
 * from_seq cannot come any more */
static gboolean
step_back(KnDb *db, gint64 log_key, gint64 *block_id, guint64 from_seq, KnBlockHead *ret_head,
	  GError **error)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db, "SELECT " HEAD ", prev_block_id, log_max_seq FROM block WHERE block_id = ?1",
		KN_SQL_INTS(*block_id), error);
	gint64 prev_block_id;
	gboolean is_row;

	if (!row || !kn_sql_step(row, &is_row, error))
		return FALSE;
	if (!is_row)
		return is_broken(*block_id, "is missing", error);
	read_head(row, ret_head);
	if (ret_head->log_key != log_key)
		return is_broken(*block_id, "is of another log than those after it", error);
	prev_block_id = sqlite3_column_int64(row, 14);
	/* ids rise along the chain; one that does not would walk for ever */
	if (prev_block_id >= *block_id)
		return is_broken(*block_id, "comes after a later one", error);
	if ((guint64)sqlite3_column_int64(row, 15) < from_seq)
		prev_block_id = 0;
	*block_id = prev_block_id;
	return kn_sql_finish(row, error);
}

GArray *
kn_blocks_find(KnDb *db, gint64 log_key, guint32 boot, guint64 from_seq, GError **error)
{
	g_autoptr(GArray) heads = g_array_new(FALSE, FALSE, sizeof(KnBlockHead));
	gint64 block_id, max_seq;

	if (!tail_of(db, log_key, &block_id, &max_seq, error))
		return NULL;
	while (block_id != 0) {
		KnBlockHead head;
		if (!step_back(db, log_key, &block_id, from_seq, &head, error))
			return NULL;
		if (head.boot == boot && head.last_seq >= from_seq)
			g_array_append_val(heads, head);
	}
	g_array_sort(heads, compare_heads);
	return g_steal_pointer(&heads);
}

/* head and data of a row; data is borrowed from row */
static gboolean
load(KnDb *db, gint64 block_id, KnStatement **ret_row, KnBlockHead *ret_head, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db, "SELECT " HEAD ", data FROM block WHERE block_id = ?1",
			     KN_SQL_INTS(block_id), error);
	gboolean is_row;

	if (!row || !kn_sql_step(row, &is_row, error))
		return FALSE;
	if (!is_row) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT,
			    "block %" G_GINT64_FORMAT " is missing", block_id);
		return FALSE;
	}
	read_head(row, ret_head);
	*ret_row = g_steal_pointer(&row);
	return TRUE;
}

KnBlockReader *
kn_blocks_open(KnDb *db, gint64 block_id, KnBlockHead *ret_head, GError **error)
{
	g_autoptr(KnStatement) row = NULL;
	g_autoptr(KnBlockReader) reader = NULL;
	KnBlockHead head;

	if (!load(db, block_id, &row, &head, error))
		return NULL;
	reader = kn_block_reader_new(&head, sqlite3_column_blob(row, 14),
				     (gsize)sqlite3_column_bytes(row, 14), error);
	if (!reader || !kn_sql_finish(row, error))
		return NULL;
	if (ret_head)
		*ret_head = head;
	return g_steal_pointer(&reader);
}

gboolean
kn_blocks_try_open(KnDb *db, gint64 block_id, KnBlockHead *ret_head, KnBlockReader **ret_reader,
		   GError **error)
{
	g_autoptr(GError) reason = NULL;

	*ret_reader = kn_blocks_open(db, block_id, ret_head, &reason);
	if (*ret_reader)
		return TRUE;
	/* a page of the file may be damaged, or the block alone */
	if (!g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT) &&
	    !g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
		g_propagate_error(error, g_steal_pointer(&reason));
		return FALSE;
	}
	if (g_hash_table_add(db->damaged, g_memdup2(&block_id, sizeof block_id)))
		g_warning("records on the disk are damaged and passed over: %s", reason->message);
	return TRUE;
}

GByteArray *
kn_blocks_unpack(KnDb *db, gint64 block_id, GError **error)
{
	KnBlockHead head;

	return kn_blocks_read(db, block_id, &head, error);
}

GByteArray *
kn_blocks_read(KnDb *db, gint64 block_id, KnBlockHead *ret_head, GError **error)
{
	g_autoptr(KnStatement) row = NULL;
	g_autoptr(GByteArray) records = NULL;

	if (!load(db, block_id, &row, ret_head, error))
		return NULL;
	records = kn_block_unpack(ret_head, sqlite3_column_blob(row, 14),
				  (gsize)sqlite3_column_bytes(row, 14), error);
	if (!records || !kn_sql_finish(row, error))
		return NULL;
	return g_steal_pointer(&records);
}

gboolean
kn_blocks_check_newest(KnDb *db, guint n, GError **error)
{
	gint64 newest;

	if (!kn_sql_get(db, "SELECT coalesce(max(block_id), 0) FROM block", KN_SQL_NONE, &newest, 1,
			NULL, error))
		return FALSE;
	for (gint64 id = newest; id > 0 && id > newest - (gint64)n; id--) {
		g_autoptr(KnBlockReader) reader = NULL;
		if (!kn_blocks_try_open(db, id, NULL, &reader, error))
			return FALSE;
	}
	return TRUE;
}
