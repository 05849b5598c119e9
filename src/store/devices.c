/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/devices.h"

#include "store/sql.h"

static KnDevice *
read_device(KnStatement *row)
{
	KnDevice *device = g_new0(KnDevice, 1);

	device->id = sqlite3_column_int64(row, 0);
	device->address = g_strdup((const gchar *)sqlite3_column_text(row, 1));
	device->label = g_strdup((const gchar *)sqlite3_column_text(row, 2));
	device->is_allowed = sqlite3_column_int64(row, 3) != 0;
	device->enrolled_us = sqlite3_column_int64(row, 4);
	device->has_battery = sqlite3_column_type(row, 5) != SQLITE_NULL;
	device->charge_permille = (guint)sqlite3_column_int64(row, 5);
	device->is_charging = sqlite3_column_int64(row, 6) != 0;
	device->battery_us = sqlite3_column_int64(row, 7);
	device->synced_us = sqlite3_column_int64(row, 8);
	device->shown_from_us = sqlite3_column_int64(row, 9);
	if (sqlite3_column_type(row, 10) != SQLITE_NULL)
		device->info = kn_sql_column_bytes(row, 10);
	return device;
}

KnDevice *
kn_devices_load(KnDb *db, gint64 device_id, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db,
			     "SELECT d.device_id, d.address, d.label, d.is_allowed, d.enrolled_us, "
			     "d.charge_permille, d.is_charging, d.battery_us, d.synced_us, "
			     "d.shown_from_us, i.bytes "
			     "FROM device AS d LEFT JOIN info AS i ON i.info_id = d.info_id "
			     "WHERE d.device_id = ?1",
			     KN_SQL_INTS(device_id), error);
	g_autoptr(KnDevice) device = NULL;
	gboolean is_row;

	if (!row || !kn_sql_step(row, &is_row, error))
		return NULL;
	if (!is_row) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND, "no such device");
		return NULL;
	}
	device = read_device(row);
	if (!kn_sql_finish(row, error) ||
	    !kn_devices_get_used(db, device_id, &device->used_us, error))
		return NULL;
	return g_steal_pointer(&device);
}

/* the last by its place in the log: a doubtful clock must not put an older one behind it */
gboolean
kn_devices_get_used(KnDb *db, gint64 device_id, gint64 *ret_used_us, GError **error)
{
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT iif(start_utc_us = 9223372036854775807 OR is_time_uncertain, "
			"9223372036854775807, start_utc_us + (last_t_ms - first_t_ms) * 1000) "
			"FROM session WHERE log_key = (SELECT max(l.log_key) FROM log AS l "
			"WHERE l.device_id = ?1 AND EXISTS (SELECT 1 FROM session AS s "
			"WHERE s.log_key = l.log_key)) ORDER BY first_seq DESC LIMIT 1",
			KN_SQL_INTS(device_id), ret_used_us, 1, &is_found, error))
		return FALSE;
	if (!is_found)
		*ret_used_us = 0;
	return TRUE;
}

GArray *
kn_devices_list(KnDb *db, GError **error)
{
	return kn_sql_select_ids(db, "SELECT device_id FROM device ORDER BY device_id", KN_SQL_NONE,
				 error);
}

gboolean
kn_devices_enrol(KnDb *db, const KnAllow *allow, gint64 now_us, gint64 *ret_device_id,
		 GError **error)
{
	/* the order of enrolment is no matter of the clock: a machine may well have none */
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"INSERT INTO device (address, label, is_allowed, enrolled_us, shown_from_us) "
		"VALUES (?4, coalesce(?5, ''), 1, "
		"max(?1, (SELECT coalesce(max(enrolled_us) + 1, ?1) FROM device "
		"WHERE address <> ?4)), ?3) "
		"ON CONFLICT (address) DO UPDATE SET "
		"is_allowed = 1, label = coalesce(?5, label), "
		"enrolled_us = iif(is_allowed, enrolled_us, excluded.enrolled_us), "
		"shown_from_us = iif(?2, ?3, shown_from_us) RETURNING device_id",
		KN_SQL_INTS(now_us, allow->has_shown_from != FALSE,
			    allow->has_shown_from ? allow->shown_from_us : 0),
		error);
	gboolean is_row;

	if (!row || !kn_sql_bind_text(row, 4, allow->address, error) ||
	    !kn_sql_bind_text(row, 5, allow->label, error) || !kn_sql_step(row, &is_row, error))
		return FALSE;
	if (is_row)
		*ret_device_id = sqlite3_column_int64(row, 0);
	return kn_sql_finish(row, error);
}

gboolean
kn_devices_forget(KnDb *db, gint64 device_id, GError **error)
{
	return kn_sql_run(db, "UPDATE device SET is_allowed = 0 WHERE device_id = ?1",
			  KN_SQL_INTS(device_id), error);
}

gboolean
kn_devices_note_battery(KnDb *db, const KnBatteryNote *note, GError **error)
{
	return kn_sql_run(db,
			  "UPDATE device SET charge_permille = ?2, is_charging = ?3, "
			  "battery_us = ?4 WHERE device_id = ?1",
			  KN_SQL_INTS(note->device_id, note->charge_permille,
				      note->is_charging != FALSE, note->at_us),
			  error);
}

gboolean
kn_devices_note_synced(KnDb *db, gint64 device_id, gint64 synced_us, GError **error)
{
	return kn_sql_run(db, "UPDATE device SET synced_us = ?2 WHERE device_id = ?1",
			  KN_SQL_INTS(device_id, synced_us), error);
}
