/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/infos.h"

#include "core/wire/decode.h"
#include "store/sql.h"

gboolean
kn_infos_get_bytes(KnDb *db, gint64 info_id, GBytes **ret_bytes, GError **error)
{
	g_autoptr(KnStatement) statement = kn_sql_start(
		db, "SELECT bytes FROM info WHERE info_id = ?1", KN_SQL_INTS(info_id), error);
	g_autoptr(GBytes) bytes = NULL;
	gboolean is_row;

	if (!statement || !kn_sql_step(statement, &is_row, error))
		return FALSE;
	if (!is_row) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "a device description is missing");
		return FALSE;
	}
	bytes = kn_sql_column_bytes(statement, 0);
	if (!kn_sql_finish(statement, error))
		return FALSE;
	*ret_bytes = g_steal_pointer(&bytes);
	return TRUE;
}

gboolean
kn_infos_get(KnDb *db, gint64 info_id, const ktp_Info **ret_info, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree ktp_Info *info = NULL;
	gconstpointer data;
	gpointer known;
	gsize n_data;

	*ret_info = NULL;
	if (info_id == 0)
		return TRUE;
	if (g_hash_table_lookup_extended(db->infos, &info_id, NULL, &known)) {
		*ret_info = known;
		return TRUE;
	}
	if (!kn_infos_get_bytes(db, info_id, &bytes, error))
		return FALSE;
	data = g_bytes_get_data(bytes, &n_data);
	info = g_new(ktp_Info, 1);
	if (kn_decode_info(data, n_data, info) != KN_DECODE_OK)
		g_clear_pointer(&info, g_free);
	*ret_info = info;
	g_hash_table_insert(db->infos, g_memdup2(&info_id, sizeof info_id), g_steal_pointer(&info));
	return TRUE;
}

gboolean
kn_infos_get_current(KnDb *db, gint64 device_id, gint64 *ret_info_id, GError **error)
{
	return kn_sql_get(db, "SELECT info_id FROM device WHERE device_id = ?1",
			  KN_SQL_INTS(device_id), ret_info_id, 1, NULL, error);
}

gboolean
kn_infos_find(KnDb *db, gint64 device_id, GBytes *bytes, gint64 *ret_info_id, GError **error)
{
	g_autoptr(KnStatement) statement =
		kn_sql_start(db,
			     "SELECT info_id FROM info WHERE device_id = ?1 AND bytes = ?2 "
			     "ORDER BY info_id DESC LIMIT 1",
			     KN_SQL_INTS(device_id), error);
	gsize n_bytes;
	gconstpointer data = g_bytes_get_data(bytes, &n_bytes);
	gboolean is_row;

	if (!statement || !kn_sql_bind_blob(statement, 2, data, n_bytes, error) ||
	    !kn_sql_step(statement, &is_row, error))
		return FALSE;
	if (!is_row)
		return kn_infos_get_current(db, device_id, ret_info_id, error);
	*ret_info_id = sqlite3_column_int64(statement, 0);
	return kn_sql_finish(statement, error);
}

static gboolean
insert(KnDb *db, const KnInfoNote *note, GError **error)
{
	g_autoptr(KnStatement) statement =
		kn_sql_start(db, "INSERT INTO info (device_id, read_us, bytes) VALUES (?1, ?2, ?3)",
			     KN_SQL_INTS(note->device_id, note->at_us), error);
	gsize n_bytes;
	gconstpointer bytes = g_bytes_get_data(note->info, &n_bytes);

	return statement && kn_sql_bind_blob(statement, 3, bytes, n_bytes, error) &&
	       kn_sql_finish(statement, error) &&
	       kn_sql_run(db, "UPDATE device SET info_id = ?2 WHERE device_id = ?1",
			  KN_SQL_INTS(note->device_id, sqlite3_last_insert_rowid(db->handle)),
			  error);
}

gboolean
kn_infos_add(KnDb *db, const KnInfoNote *note, GError **error)
{
	g_autoptr(GBytes) current = NULL;
	gint64 info_id;

	if (!kn_infos_get_current(db, note->device_id, &info_id, error))
		return FALSE;
	if (info_id != 0 && !kn_infos_get_bytes(db, info_id, &current, error))
		return FALSE;
	if (current && g_bytes_equal(current, note->info))
		return TRUE;
	return insert(db, note, error);
}
