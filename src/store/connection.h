/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One connection with our settings. */

#include "store/store.h"
#include <sqlite3.h>

typedef enum {
	KN_CONNECTION_EXISTING, /* the file is there */
	KN_CONNECTION_NEW,      /* makes it */
} KnConnectionMode;

/* NULL: BUSY when somebody else holds the file, IO, CORRUPT. */
sqlite3 *kn_connection_open(const gchar *path, KnConnectionMode mode, GError **error);
gboolean kn_connection_execute(sqlite3 *handle, const gchar *sql,
			       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The rollback journal keeps erased bytes under PERSIST: sql runs as one commit under TRUNCATE,
 * which empties it. */
gboolean kn_connection_execute_scrubbed(sqlite3 *handle, const gchar *sql,
					GError **error) G_GNUC_WARN_UNUSED_RESULT;
