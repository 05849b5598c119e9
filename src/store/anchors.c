/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/anchors.h"

#include "core/wire/decode.h"
#include "store/sql.h"

#define UTC_MAX_US (G_GINT64_CONSTANT(1) << 60) /* what kn_clock_place looks at */

/* Two distinct ticks on either side give the slopes; the same tick may come twice, banked and by
 * round trip. */
#define N_NEAR "4"
/* A new anchor moves times back to the second before it; with the same tick twice that is four
 * rows. */
#define N_MOVED "3"

#define COLUMNS "device_boot, t_ms, is_banked, utc_us, error_us, quality"

static gboolean
is_usable(const KnAnchor *anchor)
{
	return anchor->t_ms <= KN_TICK_MAX_MS && anchor->utc_us > -UTC_MAX_US &&
	       anchor->utc_us < UTC_MAX_US && anchor->quality <= ktp_CLOCK_SYNCED;
}

static gboolean
best_quality(KnDb *db, gint64 log_key, gint64 boot, gint64 *ret_quality, GError **error)
{
	return kn_sql_get(db,
			  "SELECT coalesce(max(quality), -1) FROM anchor "
			  "WHERE log_key = ?1 AND device_boot = ?2",
			  KN_SQL_INTS(log_key, boot), ret_quality, 1, NULL, error);
}

static gboolean
find_moved(KnDb *db, gint64 log_key, const KnAnchor *anchor, guint64 *ret_from_t_ms, GError **error)
{
	gint64 best, from = 0;
	gboolean is_found;

	if (!best_quality(db, log_key, anchor->boot, &best, error))
		return FALSE;
	*ret_from_t_ms = 0;
	if (anchor->quality > best)
		return TRUE;
	if (!kn_sql_get(db,
			"SELECT t_ms FROM anchor WHERE log_key = ?1 AND device_boot = ?2 AND "
			"quality = ?3 AND t_ms < ?4 ORDER BY t_ms DESC LIMIT 1 OFFSET " N_MOVED,
			KN_SQL_INTS(log_key, anchor->boot, best, (gint64)anchor->t_ms), &from, 1,
			&is_found, error))
		return FALSE;
	*ret_from_t_ms = (guint64)from;
	return TRUE;
}

gboolean
kn_anchors_add(KnDb *db, gint64 log_key, const KnAnchor *anchor, gboolean *ret_is_new,
	       guint64 *ret_from_t_ms, GError **error)
{
	*ret_is_new = FALSE;
	if (!is_usable(anchor))
		return TRUE;
	if (!find_moved(db, log_key, anchor, ret_from_t_ms, error) ||
	    !kn_sql_run(db,
			"INSERT INTO anchor (log_key, " COLUMNS ") "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
			KN_SQL_INTS(log_key, anchor->boot, (gint64)anchor->t_ms,
				    anchor->is_banked != FALSE, anchor->utc_us, anchor->error_us,
				    anchor->quality),
			error))
		return FALSE;
	*ret_is_new = sqlite3_changes(db->handle) > 0;
	return TRUE;
}

static gboolean
append_rows(KnStatement *row, GArray *anchors, GError **error)
{
	gboolean is_row = row != NULL;

	while (is_row) {
		KnAnchor anchor = {0};
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		anchor.boot = (guint32)sqlite3_column_int64(row, 0);
		anchor.t_ms = (guint64)sqlite3_column_int64(row, 1);
		anchor.is_banked = sqlite3_column_int64(row, 2) != 0;
		anchor.utc_us = sqlite3_column_int64(row, 3);
		anchor.error_us = sqlite3_column_int64(row, 4);
		anchor.quality = (guint8)sqlite3_column_int64(row, 5);
		g_array_append_val(anchors, anchor);
	}
	return FALSE;
}

static gboolean
append_near(KnDb *db, gint64 log_key, gint64 boot, gint64 t_ms, GArray *anchors, GError **error)
{
	g_autoptr(KnStatement) before = NULL;
	g_autoptr(KnStatement) after = NULL;
	gint64 best;

	if (!best_quality(db, log_key, boot, &best, error))
		return FALSE;
	before = kn_sql_start(db,
			      "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND device_boot = "
			      "?2 AND quality = ?3 AND t_ms <= ?4 ORDER BY t_ms DESC LIMIT " N_NEAR,
			      KN_SQL_INTS(log_key, boot, best, t_ms), error);
	if (!append_rows(before, anchors, error))
		return FALSE;
	after = kn_sql_start(db,
			     "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND device_boot = "
			     "?2 AND quality = ?3 AND t_ms > ?4 ORDER BY t_ms LIMIT " N_NEAR,
			     KN_SQL_INTS(log_key, boot, best, t_ms), error);
	return append_rows(after, anchors, error);
}

/* the nearest earlier boot by the end of its anchors, the nearest later one by their start */
static gboolean
append_neighbours(KnDb *db, gint64 log_key, gint64 boot, gint64 quality, GArray *anchors,
		  GError **error)
{
	gint64 before, after;

	if (!kn_sql_get(db,
			"SELECT coalesce(max(device_boot), -1) FROM anchor WHERE log_key = ?1 AND "
			"device_boot < ?2 AND quality >= ?3",
			KN_SQL_INTS(log_key, boot, quality), &before, 1, NULL, error) ||
	    !kn_sql_get(db,
			"SELECT coalesce(min(device_boot), -1) FROM anchor WHERE log_key = ?1 AND "
			"device_boot > ?2 AND quality >= ?3",
			KN_SQL_INTS(log_key, boot, quality), &after, 1, NULL, error))
		return FALSE;
	if (before >= 0 && !append_near(db, log_key, before, G_MAXINT64, anchors, error))
		return FALSE;
	return after < 0 || append_near(db, log_key, after, 0, anchors, error);
}

gboolean
kn_anchors_place(KnDb *db, gint64 log_key, guint32 boot, guint64 t_ms, KnWallTime *ret_time,
		 GError **error)
{
	g_autoptr(GArray) anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));

	if (!append_near(db, log_key, boot, (gint64)t_ms, anchors, error))
		return FALSE;
	kn_clock_place(anchors, boot, t_ms, ret_time);
	if (!ret_time->is_uncertain)
		return TRUE;
	if (!append_neighbours(db, log_key, boot, ktp_CLOCK_RESTORED, anchors, error) ||
	    !append_neighbours(db, log_key, boot, ktp_CLOCK_UNKNOWN, anchors, error))
		return FALSE;
	kn_clock_place(anchors, boot, t_ms, ret_time);
	return TRUE;
}
