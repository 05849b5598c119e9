/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What is looked at before SQLite may touch anything: the directory, its lock, its space, the
 * first bytes of the database. */

#include "store/store.h"

/* Makes the directory, takes its lock. Returns the descriptor to keep, -1 with BUSY or IO. */
gint kn_file_lock_directory(const gchar *directory, GError **error);
gboolean kn_file_has_space(const gchar *directory, guint64 n_bytes,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* *ret_exists FALSE: there is no file. FOREIGN (a database of another program, or no file), TOO_NEW, IO: leave it alone. MALFORMED: no
 * database any more, or shorter than it says. */
gboolean kn_file_recognise(const gchar *path, guint32 application_id, guint32 newest_version,
			   gboolean *ret_exists, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A file made by us is there under its name only when it is whole: fsync, rename, fsync of the
 * directory. */
gboolean kn_file_publish(const gchar *made, const gchar *path,
			 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What could not be synced is called clean by the kernel, and read from memory as if it were on the
 * disk: after this path and its journal are read from the disk. Nobody may have them open. */
void kn_file_forget_cached(const gchar *path);
/* There is no database, but a journal of one: it would be played back into a new one. It is kept under another name. */
gboolean kn_file_put_orphan_away(const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes path and its journal, if they are there. */
void kn_file_remove_database(const gchar *path);
