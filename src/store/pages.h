/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The bytes of the database file, for a backup. They are read through SQLite's own handle of it: a second one in this process would
 * take SQLite's locks with it when it is closed. Between commits the file is whole, because nothing is written but by commits.
 */

#include "store/db.h"

gboolean kn_pages_size(KnDb *db, guint64 *ret_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* At most KN_STORE_PAGES_BYTES from offset on, which is below the size. NULL with IO. */
GBytes *kn_pages_read(KnDb *db, guint64 offset, GError **error);
