/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Numbered, forward only, one transaction each; schema/NNNN-*.sql, compiled in. Each file sets
 * user_version to its own number. */

#include "store/store.h"
#include <sqlite3.h>

typedef struct {
	guint32 number;   /* 1, 2, 3 … without a hole */
	const gchar *sql; /* borrowed: outlives the list */
} KnMigration;

/* the built-in ones, in order */
GArray *kn_migrate_list(void); /* KnMigration */
guint32 kn_migrate_newest(const GArray *migrations);

/* Runs those above the database's user_version. A failed one leaves no trace. */
gboolean kn_migrate_run(sqlite3 *handle, const GArray *migrations,
			GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_migrate_get_version(sqlite3 *handle, guint32 *ret_version,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A verified copy beside the database, "PATH.v0001", there under its name only when whole.
 * Replaces an older one of that version. */
gboolean kn_migrate_backup(sqlite3 *handle, const gchar *path, guint32 version,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
