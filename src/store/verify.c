/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/verify.h"

#include "store/blocks.h"
#include "store/file.h"
#include "store/infos.h"
#include "store/migrate.h"
#include "store/rebuild.h"
#include "store/sql.h"

enum { FAULTS_MAX = 20, PROGRESS_BLOCKS = 64 };

void
kn_verified_clear(KnVerified *verified)
{
	g_clear_pointer(&verified->faults, g_ptr_array_unref);
}

G_GNUC_PRINTF(2, 3)
static void
fault(KnVerified *verified, const gchar *format, ...)
{
	va_list words;

	va_start(words, format);
	if (verified->faults->len < FAULTS_MAX)
		g_ptr_array_add(verified->faults, g_strdup_vprintf(format, words));
	else if (verified->faults->len == FAULTS_MAX)
		g_ptr_array_add(verified->faults, g_strdup("and more"));
	va_end(words);
}

/* FALSE: it cannot be read further, which is a fault */
static gboolean
check_structure(KnDb *db, KnVerified *verified)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(db, "PRAGMA quick_check(5)", KN_SQL_NONE, &error);
	gboolean is_row = row != NULL;

	while (is_row && kn_sql_step(row, &is_row, &error)) {
		const gchar *text = is_row ? (const gchar *)sqlite3_column_text(row, 0) : "ok";
		if (g_strcmp0(text, "ok") != 0)
			fault(verified, "%s", text);
	}
	if (error)
		fault(verified, "%s", error->message);
	return error == NULL;
}

static gint64
count(KnDb *db, const gchar *sql, KnVerified *verified)
{
	g_autoptr(GError) error = NULL;
	gint64 n = 0;

	if (!kn_sql_get(db, sql, KN_SQL_NONE, &n, 1, NULL, &error))
		fault(verified, "%s", error->message);
	return n;
}

static void
check_block(KnDb *db, gint64 block_id, KnRebuilt *rebuilt, KnVerified *verified)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KnBlockReader) reader = NULL;
	const ktp_Info *info = NULL;
	KnBlockHead head;

	reader = kn_blocks_open(db, block_id, &head, &error);
	if (!reader || !kn_infos_get(db, head.info_id, &info, &error)) {
		fault(verified, "%s", error->message);
		return;
	}
	verified->n_records += head.n_records;
	kn_rebuilt_add(rebuilt, &head, reader, info);
}

static void
check_ledger(KnDb *db, const KnRebuilt *rebuilt, KnVerified *verified)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = kn_rebuilt_compare(rebuilt, db, &error);

	if (!lines)
		fault(verified, "%s", error->message);
	for (guint i = 0; lines && i < lines->len; i++)
		fault(verified, "%s", (const gchar *)lines->pdata[i]);
}

static void
check_all(KnDb *db, KnVerifyFunc progress, gpointer user, KnVerified *verified)
{
	g_auto(KnRebuilt) rebuilt = {0};

	kn_rebuilt_init(&rebuilt);
	if (!check_structure(db, verified))
		return;
	verified->n_blocks =
		(guint64)count(db, "SELECT coalesce(max(block_id), 0) FROM block", verified);
	verified->n_devices = (guint)count(db, "SELECT count(*) FROM device", verified);
	verified->n_sessions = (guint)count(db, "SELECT count(*) FROM session", verified);
	for (guint64 id = 1; id <= verified->n_blocks; id++) {
		check_block(db, (gint64)id, &rebuilt, verified);
		if (progress && (id % PROGRESS_BLOCKS == 0 || id == verified->n_blocks))
			progress(id, verified->n_blocks, user);
	}
	/* a block that cannot be read is missing there, too: once is enough */
	if (verified->faults->len == 0)
		check_ledger(db, &rebuilt, verified);
}

static KnDb *
open_file(const gchar *path, GError **error)
{
	g_autofree gchar *escaped = g_uri_escape_string(path, "/", TRUE);
	g_autofree gchar *uri = g_strdup_printf("file:%s?mode=ro&immutable=1", escaped);
	sqlite3 *handle = NULL;

	if (sqlite3_open_v2(uri, &handle,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK)
		return kn_db_wrap(handle, path);
	kn_sql_set_error(handle, path, error);
	sqlite3_close(handle);
	return NULL;
}

gboolean
kn_verify_file(const gchar *path, KnVerifyFunc progress, gpointer user, KnVerified *ret_verified,
	       GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnDb) db = NULL;
	gboolean exists = FALSE;

	*ret_verified = (KnVerified){.faults = g_ptr_array_new_with_free_func(g_free)};
	if (!kn_file_recognise(path, KN_DB_APPLICATION_ID, kn_migrate_newest(migrations), &exists,
			       &reason)) {
		if (!g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
			g_propagate_error(error, g_steal_pointer(&reason));
			return FALSE;
		}
		fault(ret_verified, "%s", reason->message);
		return TRUE;
	}
	if (!exists) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO, "there is no %s", path);
		return FALSE;
	}
	db = open_file(path, error);
	if (!db)
		return FALSE;
	if (!kn_migrate_get_version(db->handle, &ret_verified->version, &reason))
		fault(ret_verified, "%s", reason->message);
	else
		check_all(db, progress, user, ret_verified);
	return TRUE;
}
