/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Statements: prepared once, values only by bound parameters, every loop ends with SQLITE_DONE
 * or an error. */

#include "store/db.h"

/* borrowed from the database; leaving its scope resets it, so that no read stays open */
typedef sqlite3_stmt KnStatement;
void kn_statement_reset(KnStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnStatement, kn_statement_reset)

/* integer parameters 1 … n; unsigned 64-bit values keep their bits */
#define KN_SQL_INTS(...) \
	(const gint64[]){__VA_ARGS__}, G_N_ELEMENTS(((const gint64[]){__VA_ARGS__}))
#define KN_SQL_NONE NULL, 0

/* sql: a literal, which is also the key of the prepared statement. One use of a literal at a
 * time. */
KnStatement *kn_sql_start(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_sql_bind_text(KnStatement *statement, guint at, const gchar *text,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_sql_bind_blob(KnStatement *statement, guint at, gconstpointer bytes, gsize n_bytes,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_sql_bind_null(KnStatement *statement, guint at,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE with *ret_is_row TRUE: a row; FALSE: SQLITE_DONE, and the statement is reset. */
gboolean kn_sql_step(KnStatement *statement, gboolean *ret_is_row,
		     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Steps to SQLITE_DONE. */
gboolean kn_sql_finish(KnStatement *statement, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* start and finish */
gboolean kn_sql_run(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints,
		    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first row's first n_values columns; NULL is 0. *ret_is_found may be NULL: then no row is
 * NOT_FOUND. */
gboolean kn_sql_get(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints,
		    gint64 *ret_values, guint n_values, gboolean *ret_is_found,
		    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first column of every row: gint64. NULL with an error. */
GArray *kn_sql_select_ids(KnDb *db, const gchar *sql, const gint64 *ints, guint n_ints,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The code by what the caller can do, the text with SQLite's own. For errors before there is a
 * statement. */
void kn_sql_set_error(sqlite3 *handle, const gchar *what, GError **error);
GBytes *kn_sql_column_bytes(KnStatement *statement, gint column);
