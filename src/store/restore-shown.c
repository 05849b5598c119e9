/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-shown.h"

#include "store/sql.h"

/* only where the same is hidden here: a later word about other sessions stands */
static gboolean
take(KnDb *db, const KnRestoreLog *log, gint64 to_seq, gint64 shown_from_us, GError **error)
{
	return kn_sql_run(db,
			  "UPDATE brought SET to_seq = min(to_seq, ?3) WHERE log_key = (SELECT "
			  "l.log_key FROM log AS l JOIN device AS d ON d.device_id = l.device_id "
			  "WHERE l.device_id = ?1 AND l.log_id = ?2 AND d.shown_from_us = ?4)",
			  KN_SQL_INTS(log->device_id, (gint64)log->log_id, to_seq, shown_from_us),
			  error);
}

gboolean
kn_restore_shown_take(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(
		from,
		"SELECT b.log_key, b.to_seq, d.shown_from_us FROM brought AS b JOIN log AS l "
		"ON l.log_key = b.log_key JOIN device AS d ON d.device_id = l.device_id",
		KN_SQL_NONE, &reason);
	gboolean is_row = row != NULL;

	while (is_row && kn_sql_step(row, &is_row, &reason)) {
		const KnRestoreLog *log =
			is_row ? kn_restore_rows_log(rows, sqlite3_column_int64(row, 0)) : NULL;
		if (log && !take(db, log, sqlite3_column_int64(row, 1),
				 sqlite3_column_int64(row, 2), error))
			return FALSE;
	}
	if (reason)
		kn_restore_report_unreadable(&rows->report, "what is not shown", reason);
	return TRUE;
}
