/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/sql.h"

#include <errno.h>

G_DEFINE_QUARK(kn_store_error_quark, kn_store_error)

void
kn_statement_reset(KnStatement *statement)
{
	if (!statement)
		return;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

/* SQLite calls a page that the disk could not read corrupt: but another cable may be all it takes */
static gboolean
is_read_error(sqlite3 *handle)
{
	sqlite3_file *journal = NULL;
	gint of_database = 0, of_journal = 0;

	(void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &of_database);
	if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) ==
		    SQLITE_OK &&
	    journal && journal->pMethods)
		(void)journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO,
						      &of_journal);
	return of_database == EIO || of_database == ENXIO || of_journal == EIO ||
	       of_journal == ENXIO;
}

static KnStoreError
code_of(sqlite3 *handle, gint extended)
{
	/* a file system without room for the shared memory file says so in its own way */
	if (extended == SQLITE_IOERR_SHMSIZE)
		return KN_STORE_ERROR_FULL;
	switch (extended & 0xff) {
	case SQLITE_FULL:
		return KN_STORE_ERROR_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return KN_STORE_ERROR_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return is_read_error(handle) ? KN_STORE_ERROR_IO : KN_STORE_ERROR_MALFORMED;
	default:
		return KN_STORE_ERROR_IO;
	}
}

void
kn_sql_set_error(sqlite3 *handle, const gchar *what, GError **error)
{
	gint extended = sqlite3_extended_errcode(handle);

	g_set_error(error, KN_STORE_ERROR, code_of(handle, extended), "%s: %s (SQLite %d)", what,
		    sqlite3_errmsg(handle), extended);
}

static void
set_statement_error(KnStatement *statement, GError **error)
{
	kn_sql_set_error(sqlite3_db_handle(statement), "database", error);
}

static KnStatement *
prepared(KnDb *db, const gchar *sql, GError **error)
{
	KnStatement *statement = g_hash_table_lookup(db->statements, sql);

	if (statement) {
		kn_statement_reset(statement);
		return statement;
	}
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
	    SQLITE_OK) {
		kn_sql_set_error(db->handle, "database", error);
		return NULL;
	}
	g_hash_table_insert(db->statements, (gpointer)sql, statement);
	return statement;
}

KnStatement *
kn_sql_start(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints, GError **error)
{
	KnStatement *statement = prepared(db, sql, error);

	if (!statement)
		return NULL;
	for (guint i = 0; i < n_ints; i++) {
		if (sqlite3_bind_int64(statement, (gint)i + 1, ints[i]) != SQLITE_OK) {
			set_statement_error(statement, error);
			return NULL;
		}
	}
	return statement;
}

gboolean
kn_sql_bind_text(KnStatement *statement, guint at, const gchar *text, GError **error)
{
	if (sqlite3_bind_text(statement, (gint)at, text, -1, SQLITE_TRANSIENT) == SQLITE_OK)
		return TRUE;
	set_statement_error(statement, error);
	return FALSE;
}

gboolean
kn_sql_bind_blob(KnStatement *statement, guint at, gconstpointer bytes, gsize n_bytes,
		 GError **error)
{
	/* an empty blob with a NULL pointer would be bound as NULL */
	gconstpointer data = n_bytes > 0 ? bytes : "";

	if (sqlite3_bind_blob64(statement, (gint)at, data, n_bytes, SQLITE_TRANSIENT) == SQLITE_OK)
		return TRUE;
	set_statement_error(statement, error);
	return FALSE;
}

gboolean
kn_sql_bind_null(KnStatement *statement, guint at, GError **error)
{
	if (sqlite3_bind_null(statement, (gint)at) == SQLITE_OK)
		return TRUE;
	set_statement_error(statement, error);
	return FALSE;
}

gboolean
kn_sql_step(KnStatement *statement, gboolean *ret_is_row, GError **error)
{
	gint code = sqlite3_step(statement);

	if (code == SQLITE_ROW) {
		*ret_is_row = TRUE;
		return TRUE;
	}
	if (code != SQLITE_DONE) {
		set_statement_error(statement, error);
		kn_statement_reset(statement);
		return FALSE;
	}
	kn_statement_reset(statement);
	*ret_is_row = FALSE;
	return TRUE;
}

gboolean
kn_sql_finish(KnStatement *statement, GError **error)
{
	gboolean is_row = TRUE;

	while (is_row)
		if (!kn_sql_step(statement, &is_row, error))
			return FALSE;
	return TRUE;
}

gboolean
kn_sql_run(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints, GError **error)
{
	g_autoptr(KnStatement) statement = kn_sql_start(db, sql, ints, n_ints, error);

	return statement && kn_sql_finish(statement, error);
}

gboolean
kn_sql_get(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints, gint64 *ret_values,
	   guint n_values, gboolean *ret_is_found, GError **error)
{
	g_autoptr(KnStatement) statement = kn_sql_start(db, sql, ints, n_ints, error);
	gboolean is_row;

	if (!statement || !kn_sql_step(statement, &is_row, error))
		return FALSE;
	if (ret_is_found)
		*ret_is_found = is_row;
	if (!is_row) {
		if (ret_is_found)
			return TRUE;
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND, "no such row");
		return FALSE;
	}
	for (guint i = 0; i < n_values; i++)
		ret_values[i] = sqlite3_column_int64(statement, (gint)i);
	return kn_sql_finish(statement, error);
}

GBytes *
kn_sql_column_bytes(KnStatement *statement, gint column)
{
	gconstpointer bytes = sqlite3_column_blob(statement, column);

	return g_bytes_new(bytes, (gsize)sqlite3_column_bytes(statement, column));
}

GArray *
kn_sql_select_ids(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(KnStatement) row = kn_sql_start(db, sql, ints, n_ints, error);
	gboolean is_row = row != NULL;

	while (is_row) {
		gint64 id;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&ids);
		id = sqlite3_column_int64(row, 0);
		g_array_append_val(ids, id);
	}
	return NULL;
}
