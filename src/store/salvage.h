/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A database of another time or a damaged one, made readable in a copy: the file itself is only ever read. In the copy a lost first
 * page is replaced by that of a new database (the tables stand at the same places in all of ours), a cut end is filled with nothing,
 * its journal is played back, and an older schema is migrated.
 */

#include "store/db.h"

/* working: the copy's name; what is there is removed. Errors: FOREIGN, TOO_NEW, IO, FULL, MALFORMED (nothing can be read). */
KnDb *kn_salvage_open(const gchar *path, const gchar *working, GError **error);
/* Closes it and removes the copy. */
void kn_salvage_close(KnDb *db);
