/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/edits.h"

#include "store/sql.h"

gboolean
kn_edits_load(KnDb *db, gint64 log_key, guint32 boot, KnSplitEdits *ret_edits, GError **error)
{
	/* a cut that a later join covers does not count */
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT kind, first_seq, last_seq FROM edit AS e WHERE log_key = ?1 AND "
		"device_boot = ?2 AND kind IN (1, 2) AND undone_us IS NULL AND NOT (kind = 1 AND "
		"EXISTS (SELECT 1 FROM edit AS j WHERE j.log_key = e.log_key AND j.device_boot = "
		"e.device_boot AND j.kind = 2 AND j.undone_us IS NULL AND j.edit_id > e.edit_id "
		"AND j.first_seq < e.first_seq AND e.first_seq <= j.last_seq)) ORDER BY first_seq",
		KN_SQL_INTS(log_key, boot), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		KnRange range;
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		range = (KnRange){(guint64)sqlite3_column_int64(row, 1),
				  (guint64)sqlite3_column_int64(row, 2)};
		if (sqlite3_column_int(row, 0) == KN_EDIT_SPLIT)
			g_array_append_val(ret_edits->cuts, range.first);
		else
			g_array_append_val(ret_edits->joins, range);
	}
	return FALSE;
}

gboolean
kn_edits_widen(KnDb *db, gint64 log_key, guint32 boot, KnRange *range, GError **error)
{
	gint64 edge[2];

	if (!kn_sql_get(db,
			"SELECT coalesce(min(first_seq), 9223372036854775807), "
			"coalesce(max(last_seq), 0) FROM edit WHERE log_key = ?1 AND device_boot = "
			"?2 AND kind = 2 AND undone_us IS NULL AND first_seq <= ?4 AND "
			"last_seq >= ?3",
			KN_SQL_INTS(log_key, boot, (gint64)range->first,
				    (gint64)MIN(range->last, (guint64)G_MAXINT64)),
			edge, 2, NULL, error))
		return FALSE;
	range->first = MIN(range->first, (guint64)edge[0]);
	range->last = MAX(range->last, (guint64)edge[1]);
	return TRUE;
}

gboolean
kn_edits_is_deleted(KnDb *db, gint64 session_id, gboolean *ret_is_deleted, GError **error)
{
	gint64 is_deleted = 0;

	if (!kn_sql_get(db,
			"SELECT " KN_EDITS_IS_DELETED "FROM session AS s WHERE s.session_id = ?1",
			KN_SQL_INTS(session_id), &is_deleted, 1, NULL, error))
		return FALSE;
	*ret_is_deleted = is_deleted != 0;
	return TRUE;
}

GPtrArray *
kn_edits_list(KnDb *db, guint limit, GError **error)
{
	g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT e.edit_id, e.kind, l.device_id, coalesce((SELECT s.session_id FROM session "
		"AS s WHERE s.log_key = e.log_key AND s.first_seq <= e.first_seq AND s.last_seq "
		">= e.first_seq ORDER BY s.first_seq DESC LIMIT 1), 0), e.first_seq, e.last_seq, "
		"e.at_us, e.uid, coalesce(e.undone_us, 0) FROM edit AS e JOIN log AS l ON "
		"l.log_key = e.log_key ORDER BY e.edit_id DESC LIMIT ?1",
		KN_SQL_INTS(limit), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		KnEdit *edit;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&edits);
		edit = g_new0(KnEdit, 1);
		*edit = (KnEdit){
			.id = sqlite3_column_int64(row, 0),
			.kind = (KnEditKind)sqlite3_column_int(row, 1),
			.device_id = sqlite3_column_int64(row, 2),
			.session_id = sqlite3_column_int64(row, 3),
			.first_seq = (guint64)sqlite3_column_int64(row, 4),
			.last_seq = (guint64)sqlite3_column_int64(row, 5),
			.at_us = sqlite3_column_int64(row, 6),
			.uid = (guint32)sqlite3_column_int64(row, 7),
			.undone_us = sqlite3_column_int64(row, 8),
		};
		g_ptr_array_add(edits, edit);
	}
	return NULL;
}
