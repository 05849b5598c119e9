/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/db.h"

#include "store/aside.h"
#include "store/blocks.h"
#include "store/connection.h"
#include "store/enrolled.h"
#include "store/events.h"
#include "store/file.h"
#include "store/migrate.h"
#include "store/reserve.h"
#include "store/running.h"
#include "store/sql.h"
#include <unistd.h>

#define DATABASE_NAME "knead.db"

static void
statement_finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

static gboolean
make(const gchar *making, const GArray *migrations, GError **error)
{
	sqlite3 *handle;
	gboolean is_made;

	kn_file_remove_database(making);
	handle = kn_connection_open(making, KN_CONNECTION_NEW, error);
	if (!handle)
		return FALSE;
	is_made = kn_migrate_run(handle, migrations, error);
	sqlite3_close(handle);
	return is_made;
}

/* A new database gets its name when it is whole: an empty or half-made knead.db is then never
 * ours, and never guessed about. */
static gboolean
create(const gchar *path, const GArray *migrations, GError **error)
{
	g_autofree gchar *making = g_strconcat(path, ".new", NULL);
	gboolean is_made = make(making, migrations, error) &&
			   kn_file_put_orphan_away(path, error) &&
			   kn_file_publish(making, path, error);

	/* the journal that PERSIST left under the first name */
	kn_file_remove_database(making);
	return is_made;
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
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED, "%s has lost its hub",
			    db->path);
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

/* a hub that starts on a full disk may use what was kept for that */
static gboolean
has_space(const gchar *directory, GError **error)
{
	if (kn_file_has_space(directory, KN_DB_FREE_BYTES_MIN, NULL))
		return TRUE;
	(void)kn_reserve_release(directory);
	return kn_file_has_space(directory, KN_DB_FREE_BYTES_MIN, error);
}

static gboolean
open_file(KnDb *db, const gchar *directory, const GArray *migrations, GError **error)
{
	gboolean exists;

	if (!has_space(directory, error) ||
	    !kn_file_recognise(db->path, KN_DB_APPLICATION_ID, kn_migrate_newest(migrations),
			       &exists, error))
		return FALSE;
	if (!exists && !create(db->path, migrations, error))
		return FALSE;
	db->handle = kn_connection_open(db->path, KN_CONNECTION_EXISTING, error);
	return db->handle && migrate(db, migrations, error) && start(db, error);
}

static gboolean
set_aside(KnDb *db, const GArray *migrations, const gchar *reason, GError **error)
{
	g_autofree gchar *making = g_strconcat(db->path, ".new", NULL);
	gboolean is_replaced;

	g_hash_table_remove_all(db->statements);
	g_hash_table_remove_all(db->infos);
	sqlite3_close(g_steal_pointer(&db->handle));
	is_replaced = make(making, migrations, error) &&
		      kn_aside_replace(db->path, making, g_get_real_time(), reason, error);
	kn_file_remove_database(making);
	return is_replaced;
}

/* A database that cannot be used makes room for a new one; what is not ours, or newer, is left alone. */
static gboolean
open_or_set_aside(KnDb *db, const gchar *directory, const GArray *migrations, gboolean is_damaged,
		  GError **error)
{
	g_autoptr(GError) reason = NULL;

	if (!kn_aside_go_on(db->path, error))
		return FALSE;
	if (is_damaged || kn_aside_is_begun(db->path))
		g_set_error(&reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "found while it was in use");
	else if (open_file(db, directory, migrations, &reason))
		return TRUE;
	if (!g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
		g_propagate_error(error, g_steal_pointer(&reason));
		return FALSE;
	}
	return set_aside(db, migrations, reason->message, error) &&
	       open_file(db, directory, migrations, error);
}

static void
db_free(KnDb *db)
{
	g_clear_pointer(&db->statements, g_hash_table_unref);
	g_clear_pointer(&db->infos, g_hash_table_unref);
	g_clear_pointer(&db->damaged, g_hash_table_unref);
	g_clear_pointer(&db->running, g_hash_table_unref);
	g_clear_pointer(&db->trusted_boots, g_hash_table_unref);
	sqlite3_close(db->handle);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	g_free(db->path);
	g_free(db);
}

static KnDb *
db_new(const gchar *path)
{
	KnDb *db = g_new0(KnDb, 1);

	db->path = g_strdup(path);
	db->lock_fd = -1;
	db->statements =
		g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, statement_finalize);
	db->infos = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	db->damaged = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	db->trusted_boots = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	db->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify)kn_running_free);
	return db;
}

KnDb *
kn_db_wrap(sqlite3 *handle, const gchar *path)
{
	KnDb *db = db_new(path);

	db->handle = handle;
	return db;
}

static KnDb *
open_directory(const gchar *directory, const GArray *migrations, gboolean is_damaged,
	       GError **error)
{
	g_autofree gchar *path = g_build_filename(directory, DATABASE_NAME, NULL);
	g_autofree gchar *copy = g_strconcat(path, KN_DB_RESTORING, NULL);
	KnDb *db = db_new(path);

	db->lock_fd = kn_file_lock_directory(directory, error);
	/* of a restore that was killed: as large as what it read, and nobody's now */
	if (db->lock_fd >= 0)
		kn_file_remove_database(copy);
	if (db->lock_fd < 0 || !open_or_set_aside(db, directory, migrations, is_damaged, error)) {
		db_free(db);
		return NULL;
	}
	kn_enrolled_keep(db);
	return db;
}

KnDb *
kn_db_open_with(const gchar *directory, const GArray *migrations, GError **error)
{
	return open_directory(directory, migrations, FALSE, error);
}

KnDb *
kn_db_open(const gchar *directory, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();

	return open_directory(directory, migrations, FALSE, error);
}

KnDb *
kn_db_open_anew(const gchar *directory, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();

	return open_directory(directory, migrations, TRUE, error);
}

void
kn_db_close(KnDb *db)
{
	g_autoptr(GError) error = NULL;

	if (!db)
		return;
	if (db->handle && db->lock_fd >= 0 &&
	    !kn_sql_run(db, "UPDATE hub SET is_clean = 1", KN_SQL_NONE, &error))
		g_warning("the database stays marked as in use: %s", error->message);
	db_free(db);
}

gboolean
kn_db_reopen(KnDb *db, GError **error)
{
	g_hash_table_remove_all(db->statements);
	g_hash_table_remove_all(db->infos);
	g_hash_table_remove_all(db->running);
	g_hash_table_remove_all(db->trusted_boots);
	if (sqlite3_close(db->handle) != SQLITE_OK) {
		kn_sql_set_error(db->handle, "cannot close", error);
		return FALSE;
	}
	db->handle = NULL;
	kn_file_forget_cached(db->path);
	db->handle = kn_connection_open(db->path, KN_CONNECTION_EXISTING, error);
	return db->handle != NULL;
}

gboolean
kn_db_is_writable(const KnDb *db)
{
	return db->handle && sqlite3_db_readonly(db->handle, "main") == 0;
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
	g_hash_table_remove_all(db->trusted_boots);
	/* full disks and the like have rolled back already */
	if (!db->handle || sqlite3_get_autocommit(db->handle))
		return;
	if (!kn_sql_run(db, "ROLLBACK", KN_SQL_NONE, &error))
		g_warning("cannot roll back: %s", error->message);
}
