/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/enrolled.h"

#include "core/wire/crc32.h"
#include "store/file.h"
#include "store/sql.h"
#include <string.h>

/* the last line of the file: over all before it */
#define CRC_LINE       "# crc32 "
#define CRC_LINE_BYTES (sizeof CRC_LINE - 1 + 8 + 1)
enum { DEVICES_MAX = 4096, BROUGHT_MAX = 4096, FILE_BYTES_MAX = 1024 * 1024 };

KnEnrolled *
kn_enrolled_new(void)
{
	KnEnrolled *enrolled = g_new0(KnEnrolled, 1);

	enrolled->devices = g_ptr_array_new_with_free_func((GDestroyNotify)kn_device_free);
	enrolled->brought = g_array_new(FALSE, FALSE, sizeof(KnBrought));
	return enrolled;
}

void
kn_enrolled_free(KnEnrolled *enrolled)
{
	if (!enrolled)
		return;
	g_ptr_array_unref(enrolled->devices);
	g_array_unref(enrolled->brought);
	g_free(enrolled);
}

/* ---- from a database that may be damaged ---- */

static gint64
read_int(KnEnrolled *enrolled, sqlite3 *handle, const gchar *sql, gint64 otherwise)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_read = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
			   sqlite3_step(statement) == SQLITE_ROW;
	gint64 value = is_read ? sqlite3_column_int64(statement, 0) : otherwise;

	enrolled->is_sound &= is_read;
	sqlite3_finalize(statement);
	return value;
}

/* FALSE: not an address, so that nothing of this row is to be believed */
static gboolean
add_row(KnEnrolled *enrolled, sqlite3_stmt *row)
{
	const gchar *text = (const gchar *)sqlite3_column_text(row, 1);
	const gchar *label = (const gchar *)sqlite3_column_text(row, 2);
	g_autofree gchar *address = text ? kn_device_normalize_address(text) : NULL;
	KnDevice *device;

	if (!address || !label || !g_utf8_validate(label, -1, NULL))
		return FALSE;
	device = g_new0(KnDevice, 1);
	device->id = sqlite3_column_int64(row, 0);
	device->address = g_steal_pointer(&address);
	device->label = g_strdup(label);
	device->is_allowed = sqlite3_column_int64(row, 3) != 0;
	device->enrolled_us = sqlite3_column_int64(row, 4);
	device->shown_from_us = sqlite3_column_int64(row, 5);
	g_ptr_array_add(enrolled->devices, device);
	return TRUE;
}

/* shown_from_us is younger than the table: without it nothing is hidden */
static void
load_devices(KnEnrolled *enrolled, sqlite3 *handle)
{
	static const gchar *const selects[] = {
		"SELECT device_id, address, label, is_allowed, enrolled_us, shown_from_us "
		"FROM device",
		"SELECT device_id, address, label, is_allowed, enrolled_us, 0 FROM device",
	};
	sqlite3_stmt *row = NULL;
	gboolean is_each_right = TRUE;
	gint code = SQLITE_ERROR;

	for (gsize i = 0; i < G_N_ELEMENTS(selects) && !row; i++)
		(void)sqlite3_prepare_v2(handle, selects[i], -1, &row, NULL);
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW &&
	       enrolled->devices->len < DEVICES_MAX)
		is_each_right &= add_row(enrolled, row);
	enrolled->is_whole = code == SQLITE_DONE && is_each_right;
	enrolled->is_sound &= enrolled->is_whole || enrolled->devices->len == DEVICES_MAX;
	sqlite3_finalize(row);
}

/* of an older schema there is none */
static void
load_brought(KnEnrolled *enrolled, sqlite3 *handle)
{
	sqlite3_stmt *row = NULL;
	gint code = SQLITE_ERROR;

	(void)sqlite3_prepare_v2(handle,
				 "SELECT l.device_id, l.log_id, b.to_seq FROM brought AS b JOIN "
				 "log AS l ON l.log_key = b.log_key ORDER BY b.log_key",
				 -1, &row, NULL);
	while (row && (code = sqlite3_step(row)) == SQLITE_ROW &&
	       enrolled->brought->len < BROUGHT_MAX) {
		KnBrought brought = {sqlite3_column_int64(row, 0),
				     (guint64)sqlite3_column_int64(row, 1),
				     sqlite3_column_int64(row, 2)};
		g_array_append_val(enrolled->brought, brought);
	}
	enrolled->is_sound &= code == SQLITE_DONE || enrolled->brought->len == BROUGHT_MAX;
	sqlite3_finalize(row);
}

/* A massager brings sessions that are older than the hub; and what was lost with a database that is not back yet would be lost here, too. */
static void
load_since(KnEnrolled *enrolled, sqlite3 *handle)
{
	gint64 made_us = read_int(enrolled, handle, "SELECT made_us FROM hub", 0);
	gint64 first_us =
		read_int(enrolled, handle, "SELECT coalesce(min(start_utc_us), 0) FROM session", 0);
	gint64 lost_us =
		read_int(enrolled, handle,
			 "SELECT coalesce(min(from_us), -1) FROM loss WHERE mended_us IS NULL", -1);

	enrolled->since_us = made_us > 0 && first_us > 0 ? MIN(made_us, first_us) : made_us;
	if (lost_us >= 0)
		enrolled->since_us = MIN(enrolled->since_us, lost_us);
}

KnEnrolled *
kn_enrolled_load(sqlite3 *handle)
{
	KnEnrolled *enrolled = kn_enrolled_new();

	enrolled->is_sound = TRUE;
	enrolled->hub_id = (guint64)read_int(enrolled, handle, "SELECT hub_id FROM hub", 0);
	enrolled->next_event_id =
		read_int(enrolled, handle, "SELECT next_event_id FROM event_number", 0);
	load_since(enrolled, handle);
	load_devices(enrolled, handle);
	load_brought(enrolled, handle);
	return enrolled;
}

/* ---- the file ---- */

static gchar *
path_of(const gchar *database_path)
{
	return g_strconcat(database_path, ".enrolled", NULL);
}

/* "LOG:SEQ" for each log of this massager */
static void
write_brought(GKeyFile *file, const KnDevice *device, const GArray *brought)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) texts = NULL;

	for (guint i = 0; i < brought->len; i++) {
		const KnBrought *one = &g_array_index(brought, KnBrought, i);
		g_autofree gchar *text = g_strdup_printf(
			"%016" G_GINT64_MODIFIER "x:%" G_GINT64_FORMAT, one->log_id, one->to_seq);
		if (one->device_id == device->id)
			g_strv_builder_add(builder, text);
	}
	texts = g_strv_builder_end(builder);
	if (texts[0])
		g_key_file_set_string_list(file, device->address, "brought",
					   (const gchar *const *)texts, g_strv_length(texts));
}

static void
read_brought(GKeyFile *file, const KnDevice *device, GArray *brought)
{
	g_auto(GStrv) texts =
		g_key_file_get_string_list(file, device->address, "brought", NULL, NULL);

	for (guint i = 0; texts && texts[i] && brought->len < BROUGHT_MAX; i++) {
		gchar *end = NULL;
		KnBrought one = {device->id, g_ascii_strtoull(texts[i], &end, 16), 0};
		if (*end != ':')
			continue;
		one.to_seq = g_ascii_strtoll(end + 1, NULL, 10);
		g_array_append_val(brought, one);
	}
}

static gchar *
write_text(const KnEnrolled *enrolled)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree gchar *body = NULL;

	g_key_file_set_comment(file, NULL, NULL,
			       " of kneadd: read when its database is damaged; do not edit", NULL);
	g_key_file_set_uint64(file, "hub", "hub_id", enrolled->hub_id);
	g_key_file_set_int64(file, "hub", "since_us", enrolled->since_us);
	for (guint i = 0; i < enrolled->devices->len; i++) {
		const KnDevice *device = enrolled->devices->pdata[i];
		g_key_file_set_int64(file, device->address, "device_id", device->id);
		g_key_file_set_string(file, device->address, "label", device->label);
		g_key_file_set_boolean(file, device->address, "is_allowed", device->is_allowed);
		g_key_file_set_int64(file, device->address, "enrolled_us", device->enrolled_us);
		g_key_file_set_int64(file, device->address, "shown_from_us", device->shown_from_us);
		write_brought(file, device, enrolled->brought);
	}
	body = g_key_file_to_data(file, NULL, NULL);
	return g_strdup_printf("%s" CRC_LINE "%08x\n", body, kn_crc32(body, strlen(body)));
}

void
kn_enrolled_keep(KnDb *db)
{
	g_autoptr(KnEnrolled) enrolled = kn_enrolled_load(db->handle);
	g_autofree gchar *path = path_of(db->path);
	g_autofree gchar *text = write_text(enrolled);
	g_autofree gchar *old = NULL;
	g_autofree gchar *making = g_strconcat(path, ".new", NULL);
	g_autoptr(GError) error = NULL;

	db->is_brought_new = FALSE;
	/* it is for the day on which the database cannot be read, which may be this one */
	if (!enrolled->is_sound) {
		g_message("%s stays as it was: the database cannot be read", path);
		return;
	}
	if (g_file_get_contents(path, &old, NULL, NULL) && g_str_equal(old, text))
		return;
	if (g_file_set_contents_full(making, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error) &&
	    kn_file_publish(making, path, &error))
		return;
	/* the next commit tries again */
	db->is_brought_new = TRUE;
	g_message("%s could not be written: %s", path, error->message);
}

static KnEnrolled *
parse(const gchar *text, gsize n_bytes)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(KnEnrolled) enrolled = kn_enrolled_new();
	g_auto(GStrv) groups = NULL;

	if (!g_key_file_load_from_data(file, text, n_bytes, G_KEY_FILE_NONE, NULL))
		return NULL;
	enrolled->hub_id = g_key_file_get_uint64(file, "hub", "hub_id", NULL);
	enrolled->since_us = g_key_file_get_int64(file, "hub", "since_us", NULL);
	groups = g_key_file_get_groups(file, NULL);
	for (guint i = 0; groups[i]; i++) {
		gchar *address = kn_device_normalize_address(groups[i]);
		KnDevice *device;
		if (!address)
			continue;
		device = g_new0(KnDevice, 1);
		device->address = address;
		device->id = g_key_file_get_int64(file, address, "device_id", NULL);
		device->label = g_key_file_get_string(file, address, "label", NULL);
		device->is_allowed = g_key_file_get_boolean(file, address, "is_allowed", NULL);
		device->enrolled_us = g_key_file_get_int64(file, address, "enrolled_us", NULL);
		device->shown_from_us = g_key_file_get_int64(file, address, "shown_from_us", NULL);
		g_ptr_array_add(enrolled->devices, device);
		read_brought(file, device, enrolled->brought);
	}
	return g_steal_pointer(&enrolled);
}

KnEnrolled *
kn_enrolled_read(const gchar *database_path)
{
	g_autofree gchar *path = path_of(database_path);
	g_autofree gchar *text = NULL;
	g_autofree gchar *line = NULL;
	gsize n_bytes;

	if (!g_file_get_contents(path, &text, &n_bytes, NULL) || n_bytes < CRC_LINE_BYTES ||
	    n_bytes > FILE_BYTES_MAX)
		return NULL;
	n_bytes -= CRC_LINE_BYTES;
	line = g_strdup_printf(CRC_LINE "%08x\n", kn_crc32(text, n_bytes));
	return g_str_equal(text + n_bytes, line) ? parse(text, n_bytes) : NULL;
}

/* ---- into a new database ---- */

static gboolean
insert_device(sqlite3 *handle, const KnDevice *device, GError **error)
{
	static const gchar sql[] =
		"INSERT INTO device (device_id, address, label, is_allowed, enrolled_us, "
		"shown_from_us) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6) "
		"ON CONFLICT DO NOTHING";
	sqlite3_stmt *insert = NULL;
	gboolean is_done =
		sqlite3_prepare_v2(handle, sql, -1, &insert, NULL) == SQLITE_OK &&
		sqlite3_bind_int64(insert, 1, device->id) == SQLITE_OK &&
		sqlite3_bind_text(insert, 2, device->address, -1, SQLITE_STATIC) == SQLITE_OK &&
		sqlite3_bind_text(insert, 3, device->label ? device->label : "", -1,
				  SQLITE_STATIC) == SQLITE_OK &&
		sqlite3_bind_int64(insert, 4, device->is_allowed) == SQLITE_OK &&
		sqlite3_bind_int64(insert, 5, device->enrolled_us) == SQLITE_OK &&
		sqlite3_bind_int64(insert, 6, device->shown_from_us) == SQLITE_OK &&
		sqlite3_step(insert) == SQLITE_DONE;

	if (!is_done)
		kn_sql_set_error(handle, "cannot keep a massager", error);
	sqlite3_finalize(insert);
	return is_done;
}

static gboolean
set_int(sqlite3 *handle, const gchar *sql, gint64 value, GError **error)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_done = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
			   sqlite3_bind_int64(statement, 1, value) == SQLITE_OK &&
			   sqlite3_step(statement) == SQLITE_DONE;

	if (!is_done)
		kn_sql_set_error(handle, "cannot set up the database", error);
	sqlite3_finalize(statement);
	return is_done;
}

/* the log has nothing yet; its row is what the word about it hangs on */
static gboolean
insert_brought(sqlite3 *handle, const KnBrought *brought, GError **error)
{
	static const gchar *const statements[] = {
		"INSERT INTO log (device_id, log_id, first_seq, newest_seq, is_newest_known, "
		"newest_boot) SELECT ?1, ?2, 0, 0, 0, -1 FROM device WHERE device_id = ?1 AND ?3 "
		">= 0 ON CONFLICT DO NOTHING",
		"INSERT INTO brought (log_key, to_seq) SELECT log_key, ?3 FROM log WHERE "
		"device_id = ?1 AND log_id = ?2 ON CONFLICT DO NOTHING",
	};
	gboolean is_done = TRUE;

	for (gsize i = 0; i < G_N_ELEMENTS(statements) && is_done; i++) {
		sqlite3_stmt *insert = NULL;
		is_done =
			sqlite3_prepare_v2(handle, statements[i], -1, &insert, NULL) == SQLITE_OK &&
			sqlite3_bind_int64(insert, 1, brought->device_id) == SQLITE_OK &&
			sqlite3_bind_int64(insert, 2, (gint64)brought->log_id) == SQLITE_OK &&
			sqlite3_bind_int64(insert, 3, brought->to_seq) == SQLITE_OK &&
			sqlite3_step(insert) == SQLITE_DONE;
		if (!is_done)
			kn_sql_set_error(handle, "cannot keep what is not shown", error);
		sqlite3_finalize(insert);
	}
	return is_done;
}

gboolean
kn_enrolled_fill(sqlite3 *handle, const KnEnrolled *enrolled, GError **error)
{
	for (guint i = 0; i < enrolled->devices->len; i++)
		if (!insert_device(handle, enrolled->devices->pdata[i], error))
			return FALSE;
	for (guint i = 0; i < enrolled->brought->len; i++)
		if (!insert_brought(handle, &g_array_index(enrolled->brought, KnBrought, i), error))
			return FALSE;
	if (enrolled->hub_id != 0 &&
	    !set_int(handle, "UPDATE hub SET hub_id = ?1", (gint64)enrolled->hub_id, error))
		return FALSE;
	return set_int(handle, "UPDATE event_number SET next_event_id = max(next_event_id, ?1)",
		       enrolled->next_event_id, error);
}
