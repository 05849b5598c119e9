/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/connection.h"

#include "store/sql.h"

/* what no statement of ours comes near: an attacker's file cannot make SQLite work harder than
 * this */
static const struct {
	gint id;
	gint value;
} limits[] = {
	{SQLITE_LIMIT_LENGTH, 8 * 1024 * 1024},
	{SQLITE_LIMIT_SQL_LENGTH, 256 * 1024},
	{SQLITE_LIMIT_COLUMN, 100},
	{SQLITE_LIMIT_EXPR_DEPTH, 50},
	{SQLITE_LIMIT_COMPOUND_SELECT, 10},
	{SQLITE_LIMIT_FUNCTION_ARG, 10},
	{SQLITE_LIMIT_ATTACHED, 0},
	{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
	{SQLITE_LIMIT_VARIABLE_NUMBER, 100},
	{SQLITE_LIMIT_TRIGGER_DEPTH, 5},
	{SQLITE_LIMIT_WORKER_THREADS, 0},
};

/* locking_mode first: it decides that no shared memory is ever used. journal_mode is read back
 * below. */
static const gchar *const settings = "PRAGMA locking_mode=EXCLUSIVE;"
				     "PRAGMA synchronous=FULL;"
				     "PRAGMA secure_delete=ON;"
				     "PRAGMA foreign_keys=ON;"
				     "PRAGMA cell_size_check=ON;"
				     "PRAGMA trusted_schema=OFF;"
				     "PRAGMA mmap_size=0;"
				     "PRAGMA temp_store=MEMORY;"
				     "PRAGMA journal_size_limit=4194304;";

gboolean
kn_connection_execute(sqlite3 *handle, const gchar *sql, GError **error)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return TRUE;
	kn_sql_set_error(handle, "database", error);
	return FALSE;
}

/* sql answers with the mode in force, which may be another than asked for */
static gboolean
set_journal_mode(sqlite3 *handle, const gchar *sql, const gchar *mode, GError **error)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_set = FALSE;

	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		is_set = g_strcmp0((const gchar *)sqlite3_column_text(statement, 0), mode) == 0;
		is_set = sqlite3_step(statement) == SQLITE_DONE && is_set;
	}
	if (!is_set)
		kn_sql_set_error(handle, "cannot set the journal's mode", error);
	sqlite3_finalize(statement);
	return is_set;
}

static gboolean
set_up(sqlite3 *handle, GError **error)
{
	sqlite3_extended_result_codes(handle, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
		sqlite3_limit(handle, limits[i].id, limits[i].value);
	if (sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) != SQLITE_OK) {
		kn_sql_set_error(handle, "cannot set up the database", error);
		return FALSE;
	}
	return kn_connection_execute(handle, settings, error) &&
	       set_journal_mode(handle, "PRAGMA journal_mode=PERSIST", "persist", error) &&
	       /* EXCLUSIVE takes the lock for good with the first write: who has it is found now */
	       kn_connection_execute(handle, "BEGIN EXCLUSIVE; COMMIT", error);
}

sqlite3 *
kn_connection_open(const gchar *path, KnConnectionMode mode, GError **error)
{
	gint flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		     (mode == KN_CONNECTION_NEW ? SQLITE_OPEN_CREATE : 0);
	sqlite3 *handle = NULL;
	g_autoptr(GError) reason = NULL;

	if (sqlite3_open_v2(path, &handle, flags, NULL) != SQLITE_OK)
		kn_sql_set_error(handle, "cannot open", &reason);
	else if (set_up(handle, &reason))
		return handle;
	sqlite3_close(handle);
	if (g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_BUSY))
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY,
			    "%s is open in another program (a sqlite3 shell?): close it first",
			    path);
	else
		g_set_error(error, KN_STORE_ERROR, reason->code, "%s: %s", path, reason->message);
	return NULL;
}

gboolean
kn_connection_execute_scrubbed(sqlite3 *handle, const gchar *sql, GError **error)
{
	return set_journal_mode(handle, "PRAGMA journal_mode=TRUNCATE", "truncate", error) &&
	       kn_connection_execute(handle, sql, error) &&
	       set_journal_mode(handle, "PRAGMA journal_mode=PERSIST", "persist", error);
}
