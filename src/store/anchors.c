/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/anchors.h"

#include "core/wire/decode.h"
#include "store/hub-boots.h"
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

/* Beyond the first anchors of a boot times go by a baseline: until the longest one is there, each new anchor may be its end. Of round
 * trips only: a banked one may not be believed. */
static gboolean
is_end_of_baseline(KnDb *db, gint64 log_key, const KnAnchor *anchor, gint64 best, gboolean *ret_is,
		   GError **error)
{
	gint64 is_there;

	if (!kn_sql_get(
		    db,
		    "SELECT EXISTS (SELECT 1 FROM anchor WHERE log_key = ?1 AND device_boot = ?2 "
		    "AND quality = ?3 AND is_banked = 0 AND t_ms < ?4 AND t_ms >= ?5 + (SELECT "
		    "t_ms FROM anchor WHERE log_key = ?1 AND device_boot = ?2 AND quality = ?3 AND "
		    "is_banked = 0 ORDER BY t_ms LIMIT 1))",
		    KN_SQL_INTS(log_key, anchor->boot, best, (gint64)anchor->t_ms,
				(gint64)kn_clock_baselines_ms[0]),
		    &is_there, 1, NULL, error))
		return FALSE;
	*ret_is = is_there == 0;
	return TRUE;
}

static gboolean
find_moved(KnDb *db, gint64 log_key, const KnAnchor *anchor, guint64 *ret_from_t_ms, GError **error)
{
	gint64 best, from = 0;
	gboolean is_found, is_end;

	if (!best_quality(db, log_key, anchor->boot, &best, error) ||
	    !is_end_of_baseline(db, log_key, anchor, best, &is_end, error))
		return FALSE;
	*ret_from_t_ms = 0;
	if (anchor->quality > best || is_end)
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
kn_anchors_add(KnDb *db, gint64 log_key, const KnAnchor *told, gboolean *ret_is_new,
	       guint64 *ret_from_t_ms, GError **error)
{
	KnAnchor anchor = *told;
	gint64 hub_boot_key;

	*ret_is_new = FALSE;
	if (!is_usable(told))
		return TRUE;
	if (!kn_hub_boots_date(db, &anchor, &hub_boot_key, error) ||
	    !find_moved(db, log_key, &anchor, ret_from_t_ms, error) ||
	    !kn_sql_run(db,
			"INSERT INTO anchor (log_key, " COLUMNS ", hub_boot_key, hub_us) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0), iif(?8, ?9, NULL)) "
			"ON CONFLICT DO NOTHING",
			KN_SQL_INTS(log_key, anchor.boot, (gint64)anchor.t_ms,
				    anchor.is_banked != FALSE, anchor.utc_us, anchor.error_us,
				    anchor.quality, hub_boot_key, anchor.hub_us),
			error))
		return FALSE;
	*ret_is_new = sqlite3_changes(db->handle) > 0;
	if (anchor.quality >= ktp_CLOCK_RESTORED)
		g_hash_table_remove(db->trusted_boots, &log_key);
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

/* the other ends of the segments whose slope may hold outside: see kn_clock_baselines_ms. Twice the same tick: banked and by round trip */
static gboolean
append_baselines(KnDb *db, const gint64 keys[3], gint64 edge_ms, gboolean is_last, GArray *anchors,
		 GError **error)
{
	for (guint i = 0; i < KN_CLOCK_N_BASELINES; i++) {
		gint64 far_ms = (gint64)kn_clock_baselines_ms[i];
		g_autoptr(KnStatement) row = NULL;
		if (is_last)
			row = kn_sql_start(db,
					   "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND "
					   "device_boot = ?2 AND quality = ?3 AND t_ms <= ?4 "
					   "ORDER BY t_ms DESC LIMIT 2",
					   KN_SQL_INTS(keys[0], keys[1], keys[2], edge_ms - far_ms),
					   error);
		else
			row = kn_sql_start(db,
					   "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND "
					   "device_boot = ?2 AND quality = ?3 AND t_ms >= ?4 "
					   "ORDER BY t_ms LIMIT 2",
					   KN_SQL_INTS(keys[0], keys[1], keys[2], edge_ms + far_ms),
					   error);
		if (!append_rows(row, anchors, error))
			return FALSE;
	}
	return TRUE;
}

/* anchors from … to - 1, the nearest first: all of one side. A banked one may not be believed, and then the next one is the edge. */
static gboolean
append_edges(KnDb *db, const gint64 keys[3], guint from, guint to, gboolean is_last,
	     GArray *anchors, GError **error)
{
	for (guint i = from; i < to; i++) {
		const KnAnchor edge = g_array_index(anchors, KnAnchor, i);
		if (!append_baselines(db, keys, (gint64)edge.t_ms, is_last, anchors, error))
			return FALSE;
		if (!edge.is_banked)
			return TRUE;
	}
	return TRUE;
}

static gboolean
has_round_trip(const GArray *anchors, guint from, guint to)
{
	for (guint i = from; i < to; i++)
		if (!g_array_index(anchors, KnAnchor, i).is_banked)
			return TRUE;
	return FALSE;
}

static gboolean
append_near(KnDb *db, gint64 log_key, gint64 boot, gint64 t_ms, GArray *anchors, GError **error)
{
	g_autoptr(KnStatement) before = NULL;
	g_autoptr(KnStatement) after = NULL;
	guint first = anchors->len, middle, end;
	gint64 keys[3] = {log_key, boot};

	if (!best_quality(db, log_key, boot, &keys[2], error))
		return FALSE;
	before = kn_sql_start(db,
			      "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND device_boot = "
			      "?2 AND quality = ?3 AND t_ms <= ?4 ORDER BY t_ms DESC LIMIT " N_NEAR,
			      KN_SQL_INTS(log_key, boot, keys[2], t_ms), error);
	if (!append_rows(before, anchors, error))
		return FALSE;
	middle = anchors->len;
	after = kn_sql_start(db,
			     "SELECT " COLUMNS " FROM anchor WHERE log_key = ?1 AND device_boot = "
			     "?2 AND quality = ?3 AND t_ms > ?4 ORDER BY t_ms LIMIT " N_NEAR,
			     KN_SQL_INTS(log_key, boot, keys[2], t_ms), error);
	if (!append_rows(after, anchors, error))
		return FALSE;
	end = anchors->len;
	if (has_round_trip(anchors, first, middle) && has_round_trip(anchors, middle, end))
		return TRUE;
	/* all that are believed may be on one side: it lies outside */
	return append_edges(db, keys, first, middle, TRUE, anchors, error) &&
	       append_edges(db, keys, middle, end, FALSE, anchors, error);
}

/* Kept, because on a hub that never learns the time each look for it walks over all anchors. */
static gboolean
newest_trusted_boot(KnDb *db, gint64 log_key, gint64 *ret_boot, GError **error)
{
	const gint64 *kept = g_hash_table_lookup(db->trusted_boots, &log_key);

	if (kept) {
		*ret_boot = *kept;
		return TRUE;
	}
	if (!kn_sql_get(db,
			"SELECT coalesce(max(device_boot), -1) FROM anchor WHERE log_key = ?1 AND "
			"quality >= 1",
			KN_SQL_INTS(log_key), ret_boot, 1, NULL, error))
		return FALSE;
	g_hash_table_insert(db->trusted_boots, g_memdup2(&log_key, sizeof log_key),
			    g_memdup2(ret_boot, sizeof *ret_boot));
	return TRUE;
}

/* -1: none */
static gboolean
find_neighbours(KnDb *db, gint64 log_key, gint64 boot, gint64 quality, gint64 *ret_before,
		gint64 *ret_after, GError **error)
{
	gint64 newest = G_MAXINT64;

	if (quality >= ktp_CLOCK_RESTORED && !newest_trusted_boot(db, log_key, &newest, error))
		return FALSE;
	if (newest < boot) {
		*ret_before = newest;
		*ret_after = -1;
		return TRUE;
	}
	return kn_sql_get(
		       db,
		       "SELECT coalesce(max(device_boot), -1) FROM anchor WHERE log_key = ?1 AND "
		       "device_boot < ?2 AND quality >= ?3",
		       KN_SQL_INTS(log_key, boot, quality), ret_before, 1, NULL, error) &&
	       kn_sql_get(
		       db,
		       "SELECT coalesce(min(device_boot), -1) FROM anchor WHERE log_key = ?1 AND "
		       "device_boot > ?2 AND quality >= ?3",
		       KN_SQL_INTS(log_key, boot, quality), ret_after, 1, NULL, error);
}

/* the nearest earlier boot by the end of its anchors, the nearest later one by their start */
static gboolean
append_neighbours(KnDb *db, gint64 log_key, gint64 boot, gint64 quality, GArray *anchors,
		  GError **error)
{
	gint64 before, after;

	if (!find_neighbours(db, log_key, boot, quality, &before, &after, error))
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
		return kn_hub_boots_is_doubted(db, log_key, boot, &ret_time->is_uncertain, error);
	if (!append_neighbours(db, log_key, boot, ktp_CLOCK_RESTORED, anchors, error) ||
	    !append_neighbours(db, log_key, boot, ktp_CLOCK_UNKNOWN, anchors, error))
		return FALSE;
	kn_clock_place(anchors, boot, t_ms, ret_time);
	return TRUE;
}
