/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-reach.h"

#include "store/anchors.h"
#include "store/logs.h"

/* 0: nobody knows */
static gboolean
date(KnDb *db, gint64 log_key, gint64 seq, gint64 *ret_us, GError **error)
{
	gint64 edge[2] = {0};
	gboolean is_found;
	KnWallTime time = {0};

	*ret_us = 0;
	if (!kn_sql_get(db,
			"SELECT device_boot, last_t_ms FROM block WHERE log_key = ?1 AND "
			"first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1",
			KN_SQL_INTS(log_key, seq), edge, 2, &is_found, error))
		return FALSE;
	if (!is_found)
		return TRUE;
	if (!kn_anchors_place(db, log_key, (guint32)edge[0], (guint64)edge[1], &time, error))
		return FALSE;
	if (time.is_known && !time.is_uncertain)
		*ret_us = time.utc_us;
	return TRUE;
}

/* 0: none, or it cannot be read */
static gint64
newest_covered(KnDb *from, gint64 log_key_there)
{
	gint64 seq = 0;

	return kn_sql_get(from,
			  "SELECT coalesce(max(last_seq), 0) FROM coverage WHERE log_key = ?1",
			  KN_SQL_INTS(log_key_there), &seq, 1, NULL, NULL)
		       ? MAX(seq, 0)
		       : 0;
}

gboolean
kn_restore_reach(const KnRestoreRows *rows, KnDb *db, KnDb *from, gint64 *ret_us, GError **error)
{
	gint64 newest_us = 0;
	gboolean has_records = FALSE;
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, rows->logs);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const KnRestoreLog *log = value;
		gint64 seq = newest_covered(from, *(gint64 *)key);
		gint64 log_key, at_us;
		if (seq == 0)
			continue;
		has_records = TRUE;
		if (!kn_logs_get_key(db, log->device_id, log->log_id, &log_key, error) ||
		    !date(db, log_key, seq, &at_us, error))
			return FALSE;
		newest_us = MAX(newest_us, at_us);
	}
	*ret_us = has_records && newest_us == 0 ? G_MAXINT64 : newest_us;
	return TRUE;
}
