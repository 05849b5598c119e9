/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Whether a database file is sound, all of it: for backups, and for one that was set aside. It is only read, and not locked. */

#include "store/store.h"

typedef struct {
	guint32 version; /* of its schema */
	guint64 n_blocks;
	guint64 n_records;
	guint n_devices;
	guint n_sessions;
	GPtrArray *faults; /* owned: lines; none: it is sound */
} KnVerified;
void kn_verified_clear(KnVerified *verified);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnVerified, kn_verified_clear)

typedef void (*KnVerifyFunc)(guint64 n, guint64 n_blocks, gpointer user);

/* Its structure by SQLite, the CRC of every block, and the ledger against the blocks. Errors: FOREIGN, TOO_NEW, IO: it was not looked at;
 * whatever is wrong inside is a fault. */
gboolean kn_verify_file(const gchar *path, KnVerifyFunc progress, gpointer user,
			KnVerified *ret_verified, GError **error) G_GNUC_WARN_UNUSED_RESULT;
