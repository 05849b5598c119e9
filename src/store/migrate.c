/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/migrate.h"

#include "kn-schema.h"
#include "store/file.h"
#include "store/sql.h"
#include <stdlib.h>

#define SCHEMA_PATH "/org/knead/schema"

static gint
compare_names(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(const gchar *const *)a, *(const gchar *const *)b);
}

GArray *
kn_migrate_list(void)
{
	/* referring to the resource keeps the linker from dropping it */
	GResource *resource = kn_schema_get_resource();
	g_auto(GStrv) names = g_resource_enumerate_children(resource, SCHEMA_PATH, 0, NULL);
	GArray *migrations = g_array_new(FALSE, FALSE, sizeof(KnMigration));

	if (!names)
		return migrations;
	qsort(names, g_strv_length(names), sizeof(gchar *), compare_names);
	for (guint i = 0; names[i]; i++) {
		g_autofree gchar *path = g_strconcat(SCHEMA_PATH "/", names[i], NULL);
		g_autoptr(GBytes) bytes = g_resource_lookup_data(resource, path, 0, NULL);
		KnMigration migration = {(guint32)g_ascii_strtoull(names[i], NULL, 10), NULL};
		if (!bytes)
			continue;
		/* data of a resource lies in the program itself and ends with a zero byte */
		migration.sql = g_bytes_get_data(bytes, NULL);
		g_array_append_val(migrations, migration);
	}
	return migrations;
}

guint32
kn_migrate_newest(const GArray *migrations)
{
	if (migrations->len == 0)
		return 0;
	return g_array_index(migrations, KnMigration, migrations->len - 1).number;
}

static gboolean
execute(sqlite3 *handle, const gchar *sql, const gchar *what, GError **error)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return TRUE;
	kn_sql_set_error(handle, what, error);
	return FALSE;
}

gboolean
kn_migrate_get_version(sqlite3 *handle, guint32 *ret_version, GError **error)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_read = FALSE;

	if (sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		*ret_version = (guint32)sqlite3_column_int64(statement, 0);
		is_read = sqlite3_step(statement) == SQLITE_DONE;
	}
	if (!is_read)
		kn_sql_set_error(handle, "cannot read the schema's version", error);
	sqlite3_finalize(statement);
	return is_read;
}

static gboolean
run_inside(sqlite3 *handle, const KnMigration *migration, GError **error)
{
	guint32 version;

	if (!execute(handle, migration->sql, "migration", error) ||
	    !kn_migrate_get_version(handle, &version, error))
		return FALSE;
	if (version != migration->number) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT,
			    "migration %u leaves the schema at %u", migration->number, version);
		return FALSE;
	}
	return execute(handle, "COMMIT", "migration", error);
}

static gboolean
run_one(sqlite3 *handle, const KnMigration *migration, GError **error)
{
	if (!execute(handle, "BEGIN IMMEDIATE", "migration", error))
		return FALSE;
	if (run_inside(handle, migration, error))
		return TRUE;
	/* full disks and the like have rolled back already */
	if (!sqlite3_get_autocommit(handle))
		(void)sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	return FALSE;
}

gboolean
kn_migrate_run(sqlite3 *handle, const GArray *migrations, GError **error)
{
	guint32 version;

	if (!kn_migrate_get_version(handle, &version, error))
		return FALSE;
	for (guint i = 0; i < migrations->len; i++) {
		const KnMigration *migration = &g_array_index(migrations, KnMigration, i);
		if (migration->number > version && !run_one(handle, migration, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
is_sound(sqlite3 *copy, GError **error)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_ok = FALSE;

	if (sqlite3_prepare_v2(copy, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		is_ok = g_strcmp0((const gchar *)sqlite3_column_text(statement, 0), "ok") == 0;
		is_ok = sqlite3_step(statement) == SQLITE_DONE && is_ok;
	}
	sqlite3_finalize(statement);
	if (!is_ok)
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "a copy of it is not sound");
	return is_ok;
}

static gboolean
copy_pages(sqlite3 *handle, sqlite3 *copy, GError **error)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy, "main", handle, "main");
	gint code;

	if (!backup) {
		kn_sql_set_error(copy, "cannot copy the database", error);
		return FALSE;
	}
	code = sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE)
		return is_sound(copy, error);
	kn_sql_set_error(copy, "cannot copy the database", error);
	return FALSE;
}

gboolean
kn_migrate_backup(sqlite3 *handle, const gchar *path, guint32 version, GError **error)
{
	g_autofree gchar *name = g_strdup_printf("%s.v%04u", path, version);
	g_autofree gchar *making = g_strconcat(name, ".new", NULL);
	sqlite3 *copy = NULL;
	gboolean is_copied;

	kn_file_remove_database(making);
	if (sqlite3_open_v2(making, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK) {
		kn_sql_set_error(copy, "cannot copy the database", error);
		sqlite3_close(copy);
		return FALSE;
	}
	sqlite3_extended_result_codes(copy, 1);
	is_copied = copy_pages(handle, copy, error);
	sqlite3_close(copy);
	if (is_copied && kn_file_publish(making, name, error)) {
		g_message(
			"the database gets a new schema: as it was with schema %u it is kept as %s",
			version, name);
		return TRUE;
	}
	kn_file_remove_database(making);
	return FALSE;
}
