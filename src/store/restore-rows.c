/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-rows.h"

#include "core/base/zone.h"
#include "store/enrolled.h"
#include "store/logs.h"
#include "store/restore-clocks.h"

void
kn_restore_rows_clear(KnRestoreRows *rows)
{
	g_clear_pointer(&rows->devices, g_hash_table_unref);
	g_clear_pointer(&rows->logs, g_hash_table_unref);
	g_clear_pointer(&rows->log_keys, g_array_unref);
	g_clear_pointer(&rows->infos, g_hash_table_unref);
	g_clear_pointer(&rows->zones, g_hash_table_unref);
	g_clear_pointer(&rows->hub_boots, g_hash_table_unref);
	g_clear_pointer(&rows->hub_anchors, g_array_unref);
	g_clear_pointer(&rows->anchors, g_array_unref);
	g_clear_pointer(&rows->gaps, g_array_unref);
	g_clear_pointer(&rows->file, g_free);
}

static void
init(KnRestoreRows *rows)
{
	rows->report.is_whole = TRUE;
	rows->devices = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	rows->logs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	rows->log_keys = g_array_new(FALSE, FALSE, sizeof(gint64));
	rows->infos = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
					    (GDestroyNotify)g_bytes_unref);
	rows->zones = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	rows->hub_boots = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	rows->hub_anchors = g_array_new(FALSE, FALSE, sizeof(KnHubAnchor));
	rows->anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
	rows->gaps = g_array_new(FALSE, FALSE, sizeof(KnGapNote));
}

static gpointer
key_of(gint64 id)
{
	return g_memdup2(&id, sizeof id);
}

/* Rows that cannot be read any more are left out: the others may still help. */
void
kn_restore_rows_each(KnRestoreRows *rows, KnDb *from, const gchar *what, const gchar *sql,
		     KnRestoreRowFunc func)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(from, sql, KN_SQL_NONE, &error);
	gboolean is_row = row != NULL;
	guint n_left = 0;

	while (is_row && kn_sql_step(row, &is_row, &error))
		n_left += is_row && !func(rows, row);
	if (error)
		kn_restore_report_unreadable(&rows->report, what, error);
	kn_restore_report_left_out(&rows->report, what, n_left);
}

/* ---- massagers ---- */

static gboolean
find_device(KnDb *db, const gchar *address, gint64 *ret_id, gboolean *ret_is_found, GError **error)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db, "SELECT device_id FROM device WHERE address = ?1", KN_SQL_NONE, error);

	if (!row || !kn_sql_bind_text(row, 1, address, error) ||
	    !kn_sql_step(row, ret_is_found, error))
		return FALSE;
	if (*ret_is_found)
		*ret_id = sqlite3_column_int64(row, 0);
	return TRUE;
}

static gboolean
add_device(KnDb *db, const KnDevice *device, gint64 *ret_id, GError **error)
{
	g_autoptr(KnStatement) insert =
		kn_sql_start(db,
			     "INSERT INTO device (is_allowed, enrolled_us, shown_from_us, address, "
			     "label) VALUES (?1, ?2, ?3, ?4, ?5)",
			     KN_SQL_INTS(device->is_allowed != FALSE, device->enrolled_us,
					 device->shown_from_us),
			     error);

	if (!insert || !kn_sql_bind_text(insert, 4, device->address, error) ||
	    !kn_sql_bind_text(insert, 5, device->label, error) || !kn_sql_finish(insert, error))
		return FALSE;
	*ret_id = sqlite3_last_insert_rowid(db->handle);
	return TRUE;
}

/* A hub that never had a massager takes the place of the one that is brought back: theirs let no other hub trim them. */
static gboolean
succeed(KnDb *db, const KnEnrolled *there, GError **error)
{
	if (there->hub_id == 0)
		return TRUE;
	return kn_sql_run(db, "UPDATE hub SET hub_id = ?1 WHERE NOT EXISTS (SELECT 1 FROM device)",
			  KN_SQL_INTS((gint64)there->hub_id), error);
}

static gboolean
load_devices(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(KnEnrolled) there = kn_enrolled_load(from->handle);

	if (!succeed(db, there, error))
		return FALSE;
	rows->is_ledger_whole = there->is_whole;
	if (!there->is_whole)
		kn_restore_report_unreadable(&rows->report, "massagers", NULL);
	for (guint i = 0; i < there->devices->len; i++) {
		const KnDevice *device = there->devices->pdata[i];
		gboolean is_found;
		gint64 id = 0;
		if (!find_device(db, device->address, &id, &is_found, error) ||
		    (!is_found && !add_device(db, device, &id, error)))
			return FALSE;
		rows->n_new_devices += !is_found;
		g_hash_table_insert(rows->devices, key_of(device->id), key_of(id));
	}
	return TRUE;
}

/* ---- descriptions ---- */

typedef struct {
	gint64 device_id; /* here */
	gint64 read_us;
	GBytes *bytes; /* borrowed */
} Info;

static gboolean
has_info(KnDb *db, const Info *info, gboolean *ret_has, GError **error)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db, "SELECT info_id FROM info WHERE device_id = ?1 AND bytes = ?2 LIMIT 1",
		KN_SQL_INTS(info->device_id), error);
	gsize n_bytes;
	gconstpointer bytes = g_bytes_get_data(info->bytes, &n_bytes);

	return row && kn_sql_bind_blob(row, 2, bytes, n_bytes, error) &&
	       kn_sql_step(row, ret_has, error);
}

/* the newest description here stays the one in force */
static gboolean
keep_info(KnDb *db, const Info *info, GError **error)
{
	g_autoptr(KnStatement) insert = NULL;
	gsize n_bytes;
	gconstpointer bytes = g_bytes_get_data(info->bytes, &n_bytes);
	gboolean has;

	if (!has_info(db, info, &has, error) || has)
		return has;
	insert =
		kn_sql_start(db, "INSERT INTO info (device_id, read_us, bytes) VALUES (?1, ?2, ?3)",
			     KN_SQL_INTS(info->device_id, info->read_us), error);
	return insert && kn_sql_bind_blob(insert, 3, bytes, n_bytes, error) &&
	       kn_sql_finish(insert, error) &&
	       kn_sql_run(
		       db, "UPDATE device SET info_id = coalesce(info_id, ?2) WHERE device_id = ?1",
		       KN_SQL_INTS(info->device_id, sqlite3_last_insert_rowid(db->handle)), error);
}

/* newest first, so that a massager that was not known here gets its newest */
static gboolean
load_infos(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(
		from, "SELECT info_id, device_id, read_us, bytes FROM info ORDER BY info_id DESC",
		KN_SQL_NONE, &reason);
	gboolean is_row = row != NULL;
	guint n_left = 0;

	while (is_row && kn_sql_step(row, &is_row, &reason)) {
		const gint64 *device_id;
		gint64 there;
		Info info;
		if (!is_row)
			break;
		there = sqlite3_column_int64(row, 1);
		device_id = g_hash_table_lookup(rows->devices, &there);
		if (!device_id) {
			n_left++;
			continue;
		}
		info = (Info){*device_id, sqlite3_column_int64(row, 2),
			      kn_sql_column_bytes(row, 3)};
		g_hash_table_insert(rows->infos, key_of(sqlite3_column_int64(row, 0)), info.bytes);
		if (!keep_info(db, &info, error))
			return FALSE;
	}
	if (reason)
		kn_restore_report_unreadable(&rows->report, "descriptions", reason);
	kn_restore_report_left_out(&rows->report, "descriptions", n_left);
	return TRUE;
}

/* ---- the rest ---- */

static gboolean
take_log(KnRestoreRows *rows, KnStatement *row)
{
	gint64 log_key = sqlite3_column_int64(row, 0), there = sqlite3_column_int64(row, 1);
	const gint64 *device_id = g_hash_table_lookup(rows->devices, &there);
	KnRestoreLog log;

	if (!device_id)
		return FALSE;
	log = (KnRestoreLog){*device_id, (guint64)sqlite3_column_int64(row, 2),
			     (guint64)sqlite3_column_int64(row, 3),
			     (guint64)sqlite3_column_int64(row, 4),
			     sqlite3_column_int64(row, 5) != 0};
	g_hash_table_insert(rows->logs, key_of(log_key), g_memdup2(&log, sizeof log));
	g_array_append_val(rows->log_keys, log_key);
	return TRUE;
}

static gboolean
take_zone(KnRestoreRows *rows, KnStatement *row)
{
	const gchar *zone = (const gchar *)sqlite3_column_text(row, 1);

	if (!zone || !kn_zone_is_known(zone)) {
		if (!rows->is_zone_told)
			kn_restore_report_say(&rows->report,
					      "time zones of sessions: %s is not known on this "
					      "machine, and the hub's own stands for it",
					      zone ? zone : "one");
		rows->is_zone_told = TRUE;
	} else
		g_hash_table_insert(rows->zones, key_of(sqlite3_column_int64(row, 0)),
				    (gpointer)g_intern_string(zone));
	return TRUE;
}

static gboolean
take_gap(KnRestoreRows *rows, KnStatement *row)
{
	const KnRestoreLog *log = kn_restore_rows_log(rows, sqlite3_column_int64(row, 0));
	KnGapNote note;

	if (!log)
		return FALSE;
	note = (KnGapNote){.device_id = log->device_id,
			   .log_id = log->log_id,
			   .gap = {(guint64)sqlite3_column_int64(row, 1),
				   (guint64)sqlite3_column_int64(row, 2),
				   (KnGapReason)sqlite3_column_int64(row, 3)},
			   .at_us = sqlite3_column_int64(row, 4)};
	if (note.gap.reason > KN_GAP_OPEN && note.gap.reason <= KN_GAP_ERASED)
		g_array_append_val(rows->gaps, note);
	return TRUE;
}

/* In the order in which they came: what somebody else left on a massager is in its first log, and only there is anything hidden. */
static gboolean
make_logs(KnRestoreRows *rows, KnDb *db, GError **error)
{
	gboolean is_made = kn_db_begin(db, error);

	for (guint i = 0; is_made && i < rows->log_keys->len; i++) {
		gint64 there = g_array_index(rows->log_keys, gint64, i), here;
		const KnRestoreLog *log = kn_restore_rows_log(rows, there);
		is_made = kn_logs_get_key(db, log->device_id, log->log_id, &here, error);
	}
	if (is_made && kn_db_commit(db, error))
		return TRUE;
	kn_db_rollback(db);
	return FALSE;
}

/* what this hub knows of the log already is not taken back: its first record may be an older one, never a newer */
static gboolean
widen_logs(KnRestoreRows *rows, KnDb *db, GError **error)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, rows->logs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		KnRestoreLog *log = value;
		gint64 first_seq = 0;
		gboolean is_found;
		if (!kn_sql_get(db,
				"SELECT first_seq FROM log WHERE device_id = ?1 AND log_id = ?2",
				KN_SQL_INTS(log->device_id, (gint64)log->log_id), &first_seq, 1,
				&is_found, error))
			return FALSE;
		if (is_found && first_seq > 0 &&
		    (log->first_seq == 0 || (guint64)first_seq < log->first_seq))
			log->first_seq = (guint64)first_seq;
	}
	return TRUE;
}

static gboolean
load_known(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	if (!kn_db_begin(db, error))
		return FALSE;
	if (load_devices(rows, db, from, error) && load_infos(rows, db, from, error) &&
	    kn_restore_clocks_take_boots(rows, db, from, error) && kn_db_commit(db, error))
		return TRUE;
	kn_db_rollback(db);
	return FALSE;
}

gboolean
kn_restore_rows_load(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	gboolean is_whole;

	init(rows);
	if (!load_known(rows, db, from, error))
		return FALSE;
	is_whole = rows->report.is_whole;
	rows->report.is_whole = TRUE;
	kn_restore_rows_each(
		rows, from, "logs",
		"SELECT log_key, device_id, log_id, first_seq, newest_seq, is_newest_known "
		"FROM log ORDER BY log_key",
		take_log);
	rows->is_ledger_whole &= rows->report.is_whole;
	rows->report.is_whole &= is_whole;
	kn_restore_rows_each(rows, from, "time zones of sessions",
			     "SELECT b.block_id, s.zone FROM session_block AS b JOIN session AS s "
			     "ON s.session_id = b.session_id",
			     take_zone);
	kn_restore_clocks_take_anchors(rows, from);
	kn_restore_rows_each(rows, from, "gaps",
			     "SELECT log_key, first_seq, last_seq, reason, opened_us FROM gap "
			     "WHERE filled_us IS NULL",
			     take_gap);
	return make_logs(rows, db, error) && widen_logs(rows, db, error);
}

const KnRestoreLog *
kn_restore_rows_log(const KnRestoreRows *rows, gint64 log_key)
{
	return g_hash_table_lookup(rows->logs, &log_key);
}

GBytes *
kn_restore_rows_info(const KnRestoreRows *rows, gint64 info_id)
{
	GBytes *info = g_hash_table_lookup(rows->infos, &info_id);

	return info ? g_bytes_ref(info) : NULL;
}

const gchar *
kn_restore_rows_zone(const KnRestoreRows *rows, gint64 block_id)
{
	return g_hash_table_lookup(rows->zones, &block_id);
}

void
kn_restore_rows_add_bounds(const KnRestoreRows *rows, KnBatch *batch)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, rows->logs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnRestoreLog *log = value;
		KnLogNote note = {log->device_id, log->log_id, log->first_seq, log->newest_seq,
				  log->is_newest_known};
		g_array_append_val(batch->logs, note);
	}
	g_array_append_vals(batch->gaps, rows->gaps->data, rows->gaps->len);
}
