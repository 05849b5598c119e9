/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/pages.h"

static gboolean
find_file(KnDb *db, sqlite3_file **ret_file, guint64 *ret_bytes, GError **error)
{
	sqlite3_int64 n_bytes = 0;

	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, ret_file) ==
		    SQLITE_OK &&
	    (*ret_file)->pMethods &&
	    (*ret_file)->pMethods->xFileSize(*ret_file, &n_bytes) == SQLITE_OK && n_bytes > 0) {
		*ret_bytes = (guint64)n_bytes;
		return TRUE;
	}
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO, "the database file cannot be read");
	return FALSE;
}

gboolean
kn_pages_size(KnDb *db, guint64 *ret_bytes, GError **error)
{
	sqlite3_file *file = NULL;

	return find_file(db, &file, ret_bytes, error);
}

GBytes *
kn_pages_read(KnDb *db, guint64 offset, GError **error)
{
	sqlite3_file *file = NULL;
	g_autofree guint8 *bytes = NULL;
	guint64 n_file;
	gsize n_bytes;

	if (!find_file(db, &file, &n_file, error))
		return NULL;
	n_bytes = (gsize)MIN(n_file - MIN(n_file, offset), (guint64)KN_STORE_PAGES_BYTES);
	bytes = g_malloc(KN_STORE_PAGES_BYTES);
	if (n_bytes > 0 &&
	    file->pMethods->xRead(file, bytes, (int)n_bytes, (sqlite3_int64)offset) == SQLITE_OK)
		return g_bytes_new_take(g_steal_pointer(&bytes), n_bytes);
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO,
		    "the database file cannot be read at %" G_GUINT64_FORMAT, offset);
	return NULL;
}
