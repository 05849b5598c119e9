/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/db.h"

#include "store/blocks.h"
#include "store/connection.h"
#include "store/events.h"
#include "store/file.h"
#include "store/migrate.h"
#include "store/running.h"
#include "store/sql.h"
#include <unistd.h>

#define DATABASE_NAME "knead.db"

static void
statement_finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

/* A new database gets its name when it is whole: an empty or half-made knead.db is then never
 * ours, and never guessed about. */
static gboolean
create(const gchar *path, const GArray *migrations, GError **error)
{
	g_autofree gchar *making = g_strconcat(path, ".new", NULL);
	sqlite3 *handle;
	gboolean is_made;

	kn_file_remove_database(making);
	handle = kn_connection_open(making, KN_CONNECTION_NEW, error);
	if (!handle)
		return FALSE;
	is_made = kn_migrate_run(handle, migrations, error);
	sqlite3_close(handle);
	if (!is_made || !kn_file_publish(making, path, error)) {
		kn_file_remove_database(making);
		return FALSE;
	}
	/* the journal that PERSIST left under the first name */
	kn_file_remove_database(making);
	return TRUE;
}

static gboolean
migrate(KnDb *db, const GArray *migrations, GError **error)
{
	guint32 version;

	if (!kn_migrate_get_version(db->handle, &version, error))
		return FALSE;
	if (version >= kn_migrate_newest(migrations))
		return TRUE;
	return kn_migrate_backup(db->handle, db->path, version, error) &&
	       kn_migrate_run(db->handle, migrations, error);
}

/* ready only after the newest blocks were read back (what is damaged is told), and the journal of the crash holds no
 * erased bytes any more */
static gboolean
recover(KnDb *db, GError **error)
{
	return kn_blocks_check_newest(db, KN_DB_CHECKED_BLOCKS, error) &&
	       kn_connection_execute_scrubbed(db->handle, "UPDATE hub SET is_clean = 0", error);
}

static gboolean
start(KnDb *db, GError **error)
{
	gint64 hub[2];
	gboolean is_found;

	if (!kn_sql_get(db, "SELECT hub_id, is_clean FROM hub", KN_SQL_NONE, hub, 2, &is_found,
			error))
		return FALSE;
	if (!is_found) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT,
			    "%s has lost its hub: restore it from a backup", db->path);
		return FALSE;
	}
	db->hub_id = (guint64)hub[0];
	db->was_clean = hub[1] != 0;
	if (!db->was_clean && !recover(db, error))
		return FALSE;
	return kn_db_begin(db, error) &&
	       kn_sql_run(db, "UPDATE hub SET is_clean = 0", KN_SQL_NONE, error) &&
	       kn_events_reserve(db, error) && kn_db_commit(db, error);
}

static gboolean
open_file(KnDb *db, const gchar *directory, const GArray *migrations, GError **error)
{
	gboolean exists;

	if (!kn_file_has_space(directory, KN_DB_FREE_BYTES_MIN, error) ||
	    !kn_file_recognise(db->path, KN_DB_APPLICATION_ID, kn_migrate_newest(migrations),
			       &exists, error))
		return FALSE;
	if (!exists && !create(db->path, migrations, error))
		return FALSE;
	db->handle = kn_connection_open(db->path, KN_CONNECTION_EXISTING, error);
	return db->handle && migrate(db, migrations, error) && start(db, error);
}

static void
db_free(KnDb *db)
{
	g_clear_pointer(&db->statements, g_hash_table_unref);
	g_clear_pointer(&db->infos, g_hash_table_unref);
	g_clear_pointer(&db->damaged, g_hash_table_unref);
	g_clear_pointer(&db->running, g_hash_table_unref);
	sqlite3_close(db->handle);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	g_free(db->path);
	g_free(db);
}

KnDb *
kn_db_open_with(const gchar *directory, const GArray *migrations, GError **error)
{
	KnDb *db = g_new0(KnDb, 1);

	db->path = g_build_filename(directory, DATABASE_NAME, NULL);
	db->statements =
		g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, statement_finalize);
	db->infos = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	db->damaged = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	db->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify)kn_running_free);
	db->lock_fd = kn_file_lock_directory(directory, error);
	if (db->lock_fd < 0 || !open_file(db, directory, migrations, error)) {
		db_free(db);
		return NULL;
	}
	return db;
}

KnDb *
kn_db_open(const gchar *directory, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();

	return kn_db_open_with(directory, migrations, error);
}

void
kn_db_close(KnDb *db)
{
	g_autoptr(GError) error = NULL;

	if (!db)
		return;
	if (db->handle && !kn_sql_run(db, "UPDATE hub SET is_clean = 1", KN_SQL_NONE, &error))
		g_warning("the database stays marked as in use: %s", error->message);
	db_free(db);
}

gboolean
kn_db_reopen(KnDb *db, GError **error)
{
	g_hash_table_remove_all(db->statements);
	g_hash_table_remove_all(db->infos);
	g_hash_table_remove_all(db->running);
	if (sqlite3_close(db->handle) != SQLITE_OK) {
		kn_sql_set_error(db->handle, "cannot close", error);
		return FALSE;
	}
	db->handle = kn_connection_open(db->path, KN_CONNECTION_EXISTING, error);
	return db->handle != NULL;
}

gboolean
kn_db_begin(KnDb *db, GError **error)
{
	return kn_sql_run(db, "BEGIN IMMEDIATE", KN_SQL_NONE, error);
}

gboolean
kn_db_commit(KnDb *db, GError **error)
{
	return kn_sql_run(db, "COMMIT", KN_SQL_NONE, error);
}

void
kn_db_rollback(KnDb *db)
{
	g_autoptr(GError) error = NULL;

	/* what was read inside the transaction may never have been */
	g_hash_table_remove_all(db->infos);
	g_hash_table_remove_all(db->running);
	/* full disks and the like have rolled back already */
	if (!db->handle || sqlite3_get_autocommit(db->handle))
		return;
	if (!kn_sql_run(db, "ROLLBACK", KN_SQL_NONE, &error))
		g_warning("cannot roll back: %s", error->message);
}
