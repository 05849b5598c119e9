/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/hub-boots.h"

#include "store/anchors.h"
#include "store/sql.h"

/* a setting by less moves nothing that anybody would notice */
#define MOVE_US G_GINT64_CONSTANT(1000000)

typedef struct {
	gint64 key;
	KnHubAnchor best;
} HubBoot;

static gint64
offset_us(const KnHubAnchor *reading)
{
	return reading->utc_us - reading->boottime_us;
}

/* *ret_boot->key 0: there is none */
static gboolean
load(KnDb *db, guint64 hub_boot_id, HubBoot *ret_boot, GError **error)
{
	gint64 values[4] = {0};
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT hub_boot_key, boottime_us, utc_us, quality FROM hub_boot "
			"WHERE hub_boot_id = ?1",
			KN_SQL_INTS((gint64)hub_boot_id), values, 4, &is_found, error))
		return FALSE;
	*ret_boot = (HubBoot){is_found ? values[0] : 0,
			      {hub_boot_id, values[1], values[2], (guint8)values[3]}};
	return TRUE;
}

/* SQLite's own choice would be 0 behind those that a restore brought back, which are below: and 0 means none */
static gboolean
save(KnDb *db, const KnHubAnchor *reading, GError **error)
{
	return kn_sql_run(
		db,
		"INSERT INTO hub_boot (hub_boot_key, hub_boot_id, boottime_us, utc_us, "
		"quality) VALUES ((SELECT 1 + max(0, coalesce(max(hub_boot_key), 0)) FROM "
		"hub_boot), ?1, ?2, ?3, ?4) ON CONFLICT (hub_boot_id) DO UPDATE SET "
		"boottime_us = ?2, utc_us = ?3, quality = ?4",
		KN_SQL_INTS((gint64)reading->hub_boot_id, reading->boottime_us, reading->utc_us,
			    reading->quality),
		error);
}

static gboolean
touch(KnDb *db, gint64 key, KnTouched *touched, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db,
			     "SELECT DISTINCT log_key, device_boot FROM anchor "
			     "WHERE hub_boot_key = ?1 AND quality < 2",
			     KN_SQL_INTS(key), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (is_row)
			kn_touched_add_times(touched, sqlite3_column_int64(row, 0),
					     (guint32)sqlite3_column_int64(row, 1), 0);
	}
	return row != NULL;
}

static gboolean
date_all(KnDb *db, const HubBoot *boot, KnTouched *touched, GError **error)
{
	const KnHubAnchor *best = &boot->best;

	g_hash_table_remove_all(db->trusted_boots);
	return touch(db, boot->key, touched, error) &&
	       kn_sql_run(db,
			  "UPDATE anchor SET utc_us = hub_us + ?2, quality = ?3 "
			  "WHERE hub_boot_key = ?1 AND quality < 2",
			  KN_SQL_INTS(boot->key, offset_us(best), best->quality), error);
}

static gboolean
is_other_time(const KnHubAnchor *old, const KnHubAnchor *reading)
{
	/* synced twice: the times of before were right, too, and what is read from now on is dated by its own clock */
	if (old->quality >= ktp_CLOCK_SYNCED)
		return FALSE;
	return reading->quality > old->quality ||
	       ABS(offset_us(reading) - offset_us(old)) >= MOVE_US;
}

gboolean
kn_hub_boots_note(KnDb *db, const KnHubAnchor *reading, KnTouched *touched, GError **error)
{
	HubBoot boot;
	gboolean is_moving;

	if (reading->hub_boot_id == 0 || !load(db, reading->hub_boot_id, &boot, error))
		return reading->hub_boot_id == 0;
	if (boot.key != 0 && reading->quality < boot.best.quality)
		return TRUE;
	is_moving = boot.key != 0 && is_other_time(&boot.best, reading);
	if (!save(db, reading, error))
		return FALSE;
	if (!is_moving)
		return TRUE;
	boot.best = *reading;
	return date_all(db, &boot, touched, error);
}

gboolean
kn_hub_boots_date(KnDb *db, KnAnchor *anchor, gint64 *ret_hub_boot_key, GError **error)
{
	const KnHubAnchor own = {anchor->hub_boot_id, anchor->hub_us, anchor->utc_us,
				 anchor->quality};
	HubBoot boot;

	*ret_hub_boot_key = 0;
	if (anchor->is_banked || anchor->hub_boot_id == 0)
		return TRUE;
	if (!load(db, anchor->hub_boot_id, &boot, error))
		return FALSE;
	if (boot.key == 0 &&
	    (!save(db, &own, error) || !load(db, anchor->hub_boot_id, &boot, error)))
		return FALSE;
	*ret_hub_boot_key = boot.key;
	if (anchor->quality < boot.best.quality) {
		anchor->utc_us = anchor->hub_us + offset_us(&boot.best);
		anchor->quality = boot.best.quality;
	}
	return TRUE;
}

gboolean
kn_hub_boots_is_doubted(KnDb *db, gint64 log_key, guint32 boot, gboolean *ret_is_doubted,
			GError **error)
{
	gint64 is_doubted;

	if (!kn_sql_get(db,
			"SELECT NOT EXISTS (SELECT 1 FROM anchor AS b WHERE b.log_key = ?1 AND "
			"b.device_boot = ?2 AND b.quality = 2) AND EXISTS (SELECT 1 FROM hub_boot "
			"AS h WHERE h.quality < 2 AND h.hub_boot_key > (SELECT min(hub_boot_key) "
			"FROM hub_boot WHERE quality = 2) AND EXISTS (SELECT 1 FROM anchor AS a "
			"WHERE a.hub_boot_key = h.hub_boot_key AND a.quality < 2 AND "
			"a.log_key = ?1 AND a.device_boot = ?2))",
			KN_SQL_INTS(log_key, boot), &is_doubted, 1, NULL, error))
		return FALSE;
	*ret_is_doubted = is_doubted != 0;
	return TRUE;
}
