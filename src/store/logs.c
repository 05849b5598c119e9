/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/logs.h"

#include "store/gaps.h"
#include "store/sql.h"

void
kn_log_state_free(KnLogState *state)
{
	if (!state)
		return;
	kn_rangeset_clear(&state->durable);
	kn_rangeset_clear(&state->named);
	kn_rangeset_clear(&state->erased);
	g_free(state);
}

gboolean
kn_logs_get_key(KnDb *db, gint64 device_id, guint64 log_id, gint64 *ret_log_key, GError **error)
{
	return kn_sql_run(db,
			  "INSERT INTO log (device_id, log_id, first_seq, newest_seq, "
			  "is_newest_known, newest_boot) VALUES (?1, ?2, 0, 0, 0, -1) "
			  "ON CONFLICT DO NOTHING",
			  KN_SQL_INTS(device_id, (gint64)log_id), error) &&
	       kn_sql_get(db, "SELECT log_key FROM log WHERE device_id = ?1 AND log_id = ?2",
			  KN_SQL_INTS(device_id, (gint64)log_id), ret_log_key, 1, NULL, error);
}

/* a damaged row must not reach arithmetic that asserts */
static gboolean
is_range(gint64 first, gint64 last)
{
	return first >= 0 && first <= last && last < G_MAXINT64;
}

static gboolean
load_coverage(KnDb *db, KnLogState *state, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db, "SELECT first_seq, last_seq FROM coverage WHERE log_key = ?1",
			     KN_SQL_INTS(state->log_key), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		gint64 first, last;
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		first = sqlite3_column_int64(row, 0);
		last = sqlite3_column_int64(row, 1);
		if (is_range(first, last))
			kn_rangeset_add(&state->durable, (guint64)first, (guint64)last);
	}
	return FALSE;
}

static gboolean
load_names(KnDb *db, KnLogState *state, GError **error)
{
	g_autoptr(GArray) gaps = kn_gaps_load(db, state->log_key, 0, G_MAXINT64, error);

	if (!gaps)
		return FALSE;
	for (guint i = 0; i < gaps->len; i++) {
		const KnGapRow *row = &g_array_index(gaps, KnGapRow, i);
		if (row->gap.reason == KN_GAP_OPEN)
			continue;
		kn_rangeset_add(&state->named, row->gap.first_seq, row->gap.last_seq);
		if (row->gap.reason == KN_GAP_ERASED)
			kn_rangeset_add(&state->erased, row->gap.first_seq, row->gap.last_seq);
	}
	return TRUE;
}

KnLogState *
kn_logs_load(KnDb *db, gint64 log_key, GError **error)
{
	g_autoptr(KnLogState) state = g_new0(KnLogState, 1);
	gint64 values[6];

	state->log_key = log_key;
	kn_rangeset_init(&state->durable);
	kn_rangeset_init(&state->named);
	kn_rangeset_init(&state->erased);
	if (!kn_sql_get(db,
			"SELECT device_id, log_id, first_seq, newest_seq, is_newest_known, "
			"newest_boot FROM log WHERE log_key = ?1",
			KN_SQL_INTS(log_key), values, 6, NULL, error))
		return NULL;
	state->device_id = values[0];
	state->log_id = (guint64)values[1];
	state->first_seq = (guint64)values[2];
	state->newest_seq = (guint64)values[3];
	state->is_newest_known = values[4] != 0;
	state->newest_boot = values[5];
	if (!load_coverage(db, state, error) || !load_names(db, state, error))
		return NULL;
	return g_steal_pointer(&state);
}

gboolean
kn_logs_note_shown(KnDb *db, gint64 device_id, gboolean is_limited, GError **error)
{
	if (is_limited)
		return kn_sql_run(
			db,
			"INSERT INTO brought (log_key, to_seq) SELECT log_key, newest_seq "
			"FROM log WHERE device_id = ?1 ON CONFLICT DO NOTHING",
			KN_SQL_INTS(device_id), error);
	return kn_sql_run(db,
			  "DELETE FROM brought WHERE log_key IN "
			  "(SELECT log_key FROM log WHERE device_id = ?1)",
			  KN_SQL_INTS(device_id), error);
}

/* the first that the device tells of this log */
static gboolean
note_brought(KnDb *db, gint64 log_key, const KnLogNote *note, GError **error)
{
	if (!note->is_newest_known)
		return TRUE;
	if (!kn_sql_run(
		    db,
		    "INSERT INTO brought (log_key, to_seq) SELECT log_key, "
		    "iif(EXISTS (SELECT 1 FROM log AS o WHERE o.device_id = l.device_id "
		    "AND o.log_key < l.log_key), 0, ?2) FROM log AS l "
		    "WHERE l.log_key = ?1 AND l.is_newest_known = 0 AND (SELECT d.shown_from_us "
		    "FROM device AS d WHERE d.device_id = l.device_id) <> 0 ON CONFLICT DO NOTHING",
		    KN_SQL_INTS(log_key, (gint64)note->newest_seq), error))
		return FALSE;
	db->is_brought_new |= sqlite3_changes(db->handle) > 0;
	return TRUE;
}

gboolean
kn_logs_note(KnDb *db, gint64 log_key, const KnLogNote *note, GError **error)
{
	return note_brought(db, log_key, note, error) &&
	       kn_sql_run(db,
			  "UPDATE log SET first_seq = CASE ?2 WHEN 0 THEN first_seq ELSE ?2 END, "
			  "newest_seq = max(newest_seq, ?3), "
			  "is_newest_known = max(is_newest_known, ?4) WHERE log_key = ?1",
			  KN_SQL_INTS(log_key, (gint64)note->first_seq, (gint64)note->newest_seq,
				      note->is_newest_known != FALSE),
			  error);
}

/* melts the range with those it overlaps or touches */
static gboolean
merge(KnDb *db, gint64 log_key, KnRange range, GError **error)
{
	gint64 first = (gint64)range.first, last = (gint64)range.last;
	gint64 merged[2];

	if (!kn_sql_get(db,
			"SELECT coalesce(min(min(first_seq), ?2), ?2), "
			"coalesce(max(max(last_seq), ?3), ?3) FROM coverage "
			"WHERE log_key = ?1 AND first_seq <= ?3 + 1 AND last_seq >= ?2 - 1",
			KN_SQL_INTS(log_key, first, last), merged, 2, NULL, error))
		return FALSE;
	return kn_sql_run(db,
			  "DELETE FROM coverage WHERE log_key = ?1 AND first_seq > ?2 "
			  "AND first_seq <= ?3",
			  KN_SQL_INTS(log_key, merged[0], merged[1]), error) &&
	       kn_sql_run(db,
			  "INSERT INTO coverage (log_key, first_seq, last_seq) VALUES (?1, ?2, ?3) "
			  "ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq",
			  KN_SQL_INTS(log_key, merged[0], merged[1]), error);
}

gboolean
kn_logs_cover(KnDb *db, gint64 log_key, KnRange range, gint64 now_us, GError **error)
{
	return merge(db, log_key, range, error) &&
	       kn_gaps_fill(db, log_key, range, now_us, error) &&
	       kn_sql_run(db, "UPDATE log SET newest_seq = max(newest_seq, ?2) WHERE log_key = ?1",
			  KN_SQL_INTS(log_key, (gint64)range.last), error);
}

gboolean
kn_logs_note_gap(KnDb *db, gint64 log_key, const KnGapNote *note, GError **error)
{
	g_autoptr(KnLogState) state = kn_logs_load(db, log_key, error);
	guint64 from = note->gap.first_seq;
	KnRange missing;

	if (!state)
		return FALSE;
	if (from > note->gap.last_seq || note->gap.last_seq > KN_SEQ_MAX)
		return TRUE;
	kn_rangeset_unite(&state->durable, &state->named);
	while (from <= note->gap.last_seq &&
	       kn_rangeset_next_hole(&state->durable, from, note->gap.last_seq, &missing)) {
		KnGap gap = {missing.first, missing.last, note->gap.reason};
		if (!kn_gaps_add(db, log_key, &gap, note->at_us, error))
			return FALSE;
		from = missing.last + 1;
	}
	return TRUE;
}

KnRange
kn_log_state_stretch(const KnLogState *state, KnRange range)
{
	KnRangeSet settled;
	KnRange hole;
	guint64 from;

	kn_rangeset_init(&settled);
	kn_rangeset_unite(&settled, &state->durable);
	kn_rangeset_unite(&settled, &state->named);
	if (kn_rangeset_next_hole(&settled, range.last + 1, G_MAXINT64, &hole) &&
	    hole.first == range.last + 1)
		range.last = hole.last;
	for (from = 0; from < range.first; from = hole.last + 1) {
		if (!kn_rangeset_next_hole(&settled, from, range.first - 1, &hole))
			break;
		if (hole.last == range.first - 1)
			range.first = hole.first;
	}
	kn_rangeset_clear(&settled);
	return range;
}
