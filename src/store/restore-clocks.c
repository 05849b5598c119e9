/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-clocks.h"

#include "store/migrate.h"
#include "store/sql.h"

enum { FIRST_SCHEMA = 4 }; /* with boots of the hub */

/* a schema that stayed old because its migration runs into damage */
static gboolean
has_boots(KnDb *from)
{
	guint32 version = 0;

	return kn_migrate_get_version(from->handle, &version, NULL) && version >= FIRST_SCHEMA;
}

/* ---- boots of the hub ---- */

/* *ret_quality -1: this boot is not known here */
static gboolean
find_boot(KnDb *db, gint64 hub_boot_id, gint64 *ret_quality, GError **error)
{
	return kn_sql_get(
		db, "SELECT coalesce((SELECT quality FROM hub_boot WHERE hub_boot_id = ?1), -1)",
		KN_SQL_INTS(hub_boot_id), ret_quality, 1, NULL, error);
}

static gboolean
take_boot(KnRestoreRows *rows, KnDb *db, KnStatement *row, GError **error)
{
	const KnHubAnchor reading = {(guint64)sqlite3_column_int64(row, 1),
				     sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
				     (guint8)sqlite3_column_int64(row, 4)};
	gint64 key = sqlite3_column_int64(row, 0), id = sqlite3_column_int64(row, 1), quality = 0;

	g_hash_table_insert(rows->hub_boots, g_memdup2(&key, sizeof key),
			    g_memdup2(&id, sizeof id));
	if (!find_boot(db, id, &quality, error))
		return FALSE;
	if (quality >= 0) {
		if (reading.quality > quality)
			g_array_append_val(rows->hub_anchors, reading);
		return TRUE;
	}
	/* no key is 0: that means none */
	return kn_sql_run(db,
			  "INSERT INTO hub_boot (hub_boot_key, hub_boot_id, boottime_us, utc_us, "
			  "quality) SELECT coalesce(min(0, min(hub_boot_key)), 0) - 1, ?1, ?2, ?3, "
			  "?4 FROM hub_boot",
			  KN_SQL_INTS(id, reading.boottime_us, reading.utc_us, reading.quality),
			  error);
}

gboolean
kn_restore_clocks_take_boots(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnStatement) row = NULL;
	gboolean is_row;

	if (!has_boots(from))
		return TRUE;
	row = kn_sql_start(from,
			   "SELECT hub_boot_key, hub_boot_id, boottime_us, utc_us, quality "
			   "FROM hub_boot ORDER BY hub_boot_key DESC",
			   KN_SQL_NONE, &reason);
	is_row = row != NULL;
	while (is_row && kn_sql_step(row, &is_row, &reason))
		if (is_row && !take_boot(rows, db, row, error))
			return FALSE;
	if (reason)
		kn_restore_report_unreadable(&rows->report, "boots of the hub", reason);
	return TRUE;
}

/* ---- anchors ---- */

static gboolean
take_anchor(KnRestoreRows *rows, KnStatement *row)
{
	const KnRestoreLog *log = kn_restore_rows_log(rows, sqlite3_column_int64(row, 0));
	gint64 hub_boot_key = sqlite3_column_int64(row, 7);
	const gint64 *hub_boot_id = g_hash_table_lookup(rows->hub_boots, &hub_boot_key);
	KnAnchor anchor;

	if (!log)
		return FALSE;
	anchor = (KnAnchor){
		.device_id = log->device_id,
		.log_id = log->log_id,
		.boot = (guint32)sqlite3_column_int64(row, 1),
		.t_ms = (guint64)sqlite3_column_int64(row, 2),
		.is_banked = sqlite3_column_int64(row, 3) != 0,
		.utc_us = sqlite3_column_int64(row, 4),
		.error_us = sqlite3_column_int64(row, 5),
		.quality = (guint8)sqlite3_column_int64(row, 6),
		/* of a boot that cannot be read it keeps its own time */
		.hub_boot_id = hub_boot_id ? (guint64)*hub_boot_id : 0,
		.hub_us = sqlite3_column_int64(row, 8),
	};
	g_array_append_val(rows->anchors, anchor);
	return TRUE;
}

void
kn_restore_clocks_take_anchors(KnRestoreRows *rows, KnDb *from)
{
	kn_restore_rows_each(
		rows, from, "readings of clocks",
		has_boots(from) ? "SELECT log_key, device_boot, t_ms, is_banked, utc_us, error_us, "
				  "quality, ifnull(hub_boot_key, 0), ifnull(hub_us, 0) FROM anchor"
				: "SELECT log_key, device_boot, t_ms, is_banked, utc_us, error_us, "
				  "quality, 0, 0 FROM anchor",
		take_anchor);
}

void
kn_restore_clocks_add(const KnRestoreRows *rows, KnBatch *batch)
{
	g_array_append_vals(batch->hub_anchors, rows->hub_anchors->data, rows->hub_anchors->len);
	g_array_append_vals(batch->anchors, rows->anchors->data, rows->anchors->len);
}
