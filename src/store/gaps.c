/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/gaps.h"

#include "store/sql.h"

GArray *
kn_gaps_load(KnDb *db, gint64 log_key, gint64 first_seq, gint64 last_seq, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(KnGapRow));
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT gap_id, first_seq, last_seq, reason, opened_us FROM gap "
		"WHERE log_key = ?1 AND filled_us IS NULL AND first_seq <= ?3 AND last_seq >= ?2 "
		"ORDER BY first_seq",
		KN_SQL_INTS(log_key, first_seq, last_seq), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		KnGapRow gap;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&rows);
		gap.gap_id = sqlite3_column_int64(row, 0);
		gap.gap.first_seq = (guint64)sqlite3_column_int64(row, 1);
		gap.gap.last_seq = (guint64)sqlite3_column_int64(row, 2);
		gap.gap.reason = (KnGapReason)sqlite3_column_int64(row, 3);
		gap.opened_us = sqlite3_column_int64(row, 4);
		/* a damaged row must not reach arithmetic that asserts */
		if (gap.gap.first_seq <= gap.gap.last_seq && gap.gap.last_seq < G_MAXINT64)
			g_array_append_val(rows, gap);
	}
	return NULL;
}

static gboolean
insert(KnDb *db, gint64 log_key, const KnGap *gap, gint64 opened_us, GError **error)
{
	return kn_sql_run(db,
			  "INSERT INTO gap (log_key, first_seq, last_seq, reason, opened_us) "
			  "VALUES (?1, ?2, ?3, ?4, ?5)",
			  KN_SQL_INTS(log_key, (gint64)gap->first_seq, (gint64)gap->last_seq,
				      gap->reason, opened_us),
			  error);
}

/* takes the range out of the row; what is left on either side stays a gap as it was */
static gboolean
cut(KnDb *db, gint64 log_key, const KnGapRow *row, KnRange range, GError **error)
{
	KnGap head = {row->gap.first_seq, range.first - 1, row->gap.reason};
	KnGap tail = {range.last + 1, row->gap.last_seq, row->gap.reason};

	if (!kn_sql_run(db, "DELETE FROM gap WHERE gap_id = ?1", KN_SQL_INTS(row->gap_id), error))
		return FALSE;
	if (row->gap.first_seq < range.first && !insert(db, log_key, &head, row->opened_us, error))
		return FALSE;
	return row->gap.last_seq <= range.last || insert(db, log_key, &tail, row->opened_us, error);
}

gboolean
kn_gaps_fill(KnDb *db, gint64 log_key, KnRange range, gint64 filled_us, GError **error)
{
	g_autoptr(GArray) rows =
		kn_gaps_load(db, log_key, (gint64)range.first, (gint64)range.last, error);

	if (!rows)
		return FALSE;
	for (guint i = 0; i < rows->len; i++) {
		const KnGapRow *row = &g_array_index(rows, KnGapRow, i);
		gint64 first = (gint64)MAX(range.first, row->gap.first_seq);
		gint64 last = (gint64)MIN(range.last, row->gap.last_seq);
		if (!cut(db, log_key, row, range, error) ||
		    !kn_sql_run(db,
				"INSERT INTO gap (log_key, first_seq, last_seq, reason, opened_us, "
				"filled_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
				KN_SQL_INTS(log_key, first, last, row->gap.reason, row->opened_us,
					    filled_us),
				error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_gaps_add(KnDb *db, gint64 log_key, const KnGap *gap, gint64 opened_us, GError **error)
{
	KnRange range = {gap->first_seq, gap->last_seq};
	g_autoptr(GArray) rows =
		kn_gaps_load(db, log_key, (gint64)range.first, (gint64)range.last, error);

	if (!rows)
		return FALSE;
	for (guint i = 0; i < rows->len; i++) {
		const KnGapRow *row = &g_array_index(rows, KnGapRow, i);
		opened_us = MIN(opened_us, row->opened_us);
		if (!cut(db, log_key, row, range, error))
			return FALSE;
	}
	return insert(db, log_key, gap, opened_us, error);
}
