/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-work.h"

#include "core/base/zone.h"
#include "store/restore-file.h"
#include "store/writer.h"

/* ---- the zones of sessions ---- */

/* A block is derived with one zone, and may hold sessions of several. What was here before keeps the one it has. */
static gboolean
take_zone(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	const gchar *zone = (const gchar *)sqlite3_column_text(row, 2);
	g_autoptr(KnStatement) update = NULL;

	if (!log || !zone || !kn_zone_is_known(zone))
		return TRUE;
	update = kn_sql_start(work->db,
			      "UPDATE session SET zone = ?5 WHERE session_id > ?4 AND zone <> ?5 "
			      "AND first_seq = ?3 AND log_key = (SELECT log_key FROM log WHERE "
			      "device_id = ?1 AND log_id = ?2)",
			      KN_SQL_INTS(log->device_id, (gint64)log->log_id,
					  sqlite3_column_int64(row, 1),
					  work->rows->newest_session_id),
			      error);
	return update && kn_sql_bind_text(update, 5, zone, error) && kn_sql_finish(update, error);
}

/* that some cannot be read was told with those of the blocks */
static gboolean
take_zones(KnRestoreWork *work, GError **error)
{
	gboolean is_taken;

	work->is_silent = TRUE;
	is_taken = kn_restore_work_each(work, "time zones of sessions",
					"SELECT log_key, first_seq, zone FROM session", take_zone,
					error);
	work->is_silent = FALSE;
	return is_taken;
}

/* ---- sessions that were moved to another zone ---- */

static gboolean
take_zone_change(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	const gchar *old_zone = (const gchar *)sqlite3_column_text(row, 4);
	const gchar *new_zone = (const gchar *)sqlite3_column_text(row, 5);
	g_autoptr(KnStatement) insert = NULL;

	if (!log || !old_zone || !new_zone) {
		work->n_left++;
		return TRUE;
	}
	/* what was moved earlier comes before what was moved here */
	insert = kn_sql_start(
		work->db,
		"INSERT INTO zone_change (change_id, session_id, changed_us, uid, old_zone, "
		"new_zone) SELECT (SELECT min(1, ifnull(min(change_id), 1)) - 1 FROM zone_change), "
		"s.session_id, ?4, ?5, ?6, ?7 FROM session AS s JOIN log AS l ON l.log_key = "
		"s.log_key WHERE l.device_id = ?1 AND l.log_id = ?2 AND s.first_seq <= ?3 AND "
		"s.last_seq >= ?3 AND NOT EXISTS (SELECT 1 FROM zone_change AS z WHERE "
		"z.session_id = s.session_id AND z.changed_us = ?4 AND z.new_zone = ?7) LIMIT 1",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 1),
			    sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)),
		error);
	return insert && kn_sql_bind_text(insert, 6, old_zone, error) &&
	       kn_sql_bind_text(insert, 7, new_zone, error) && kn_sql_finish(insert, error);
}

/* a session that was folded into another one has left its row in these books behind */
static void
tell_gone(const KnRestoreWork *work)
{
	gint64 n_gone = 0;

	if (kn_sql_get(work->from,
		       "SELECT count(*) FROM zone_change WHERE session_id NOT IN (SELECT "
		       "session_id FROM session)",
		       KN_SQL_NONE, &n_gone, 1, NULL, NULL) &&
	    n_gone > 0)
		kn_restore_report_say(&work->rows->report,
				      "moves to another time zone: %u are of sessions that were "
				      "gone there already, and are left out",
				      (guint)n_gone);
}

/* ---- records that came twice and differed ---- */

static gboolean
count_conflicts(KnDb *db, gint64 log_key, gboolean *ret_is_full, GError **error)
{
	gint64 is_full = 0;

	if (!kn_sql_get(db,
			"SELECT count(*) >= " KN_CONFLICTS_KEPT " FROM conflict WHERE log_key = ?1",
			KN_SQL_INTS(log_key), &is_full, 1, NULL, error))
		return FALSE;
	*ret_is_full = is_full != 0;
	return TRUE;
}

static gboolean
find_log(KnDb *db, const KnRestoreLog *log, gint64 *ret_log_key, GError **error)
{
	return kn_sql_get(db,
			  "SELECT coalesce((SELECT log_key FROM log WHERE device_id = ?1 AND "
			  "log_id = ?2), 0)",
			  KN_SQL_INTS(log->device_id, (gint64)log->log_id), ret_log_key, 1, NULL,
			  error);
}

static gboolean
take_conflict(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	g_autoptr(GBytes) bytes = kn_sql_column_bytes(row, 3);
	g_autoptr(KnStatement) insert = NULL;
	gsize n_bytes;
	gconstpointer data = g_bytes_get_data(bytes, &n_bytes);
	gint64 log_key = 0;
	gboolean is_full;

	if (log && !find_log(work->db, log, &log_key, error))
		return FALSE;
	if (log_key == 0) {
		work->n_left++;
		return TRUE;
	}
	if (!count_conflicts(work->db, log_key, &is_full, error))
		return FALSE;
	work->n_full += is_full;
	if (is_full)
		return TRUE;
	insert = kn_sql_start(
		work->db,
		"INSERT INTO conflict (log_key, seq, seen_us, bytes) SELECT ?1, ?2, "
		"?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM conflict WHERE log_key = ?1 "
		"AND seq = ?2 AND bytes = ?4)",
		KN_SQL_INTS(log_key, sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2)),
		error);
	return insert && kn_sql_bind_blob(insert, 4, data, n_bytes, error) &&
	       kn_sql_finish(insert, error);
}

static gboolean
take_conflicts(KnRestoreWork *work, GError **error)
{
	if (!kn_restore_work_each(
		    work, "records that came twice and differed",
		    "SELECT log_key, seq, seen_us, bytes FROM conflict ORDER BY conflict_id",
		    take_conflict, error))
		return FALSE;
	if (work->n_full > 0)
		kn_restore_report_say(&work->rows->report,
				      "records that came twice and differed: %u left out, for a "
				      "log keeps " KN_CONFLICTS_KEPT,
				      work->n_full);
	return TRUE;
}

/* ---- what was lost there ---- */

/* of a file that lies beside another database */
static gboolean
take_loss(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const gchar *file = (const gchar *)sqlite3_column_text(row, 2);
	g_autoptr(KnStatement) insert = NULL;
	g_autofree gchar *name = NULL;

	if (!file) {
		work->n_left++;
		return TRUE;
	}
	name = kn_restore_file_carried(work->rows, work->db, work->from, file);
	insert = kn_sql_start(
		work->db,
		"INSERT INTO loss (from_us, to_us, file) SELECT ?1, ?2, ?3 WHERE NOT "
		"EXISTS (SELECT 1 FROM loss WHERE from_us = ?1 AND to_us = ?2)",
		KN_SQL_INTS(sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)), error);
	return insert && kn_sql_bind_text(insert, 3, name, error) && kn_sql_finish(insert, error);
}

gboolean
kn_restore_books(KnRestoreWork *work, GError **error)
{
	tell_gone(work);
	return take_zones(work, error) &&
	       kn_restore_work_each(
		       work, "moves to another time zone",
		       "SELECT s.log_key, s.first_seq, z.changed_us, z.uid, z.old_zone, "
		       "z.new_zone FROM zone_change AS z JOIN session AS s ON s.session_id = "
		       "z.session_id ORDER BY z.change_id DESC",
		       take_zone_change, error) &&
	       take_conflicts(work, error) &&
	       kn_restore_work_each(work, "losses",
				    "SELECT from_us, to_us, file FROM loss WHERE mended_us IS NULL "
				    "ORDER BY loss_id",
				    take_loss, error);
}
