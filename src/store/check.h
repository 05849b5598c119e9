/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Reads back what was stored, a block at a time while nothing else is to be done: SQLite's own check passes over a quarter of single
 * flipped bits, and takes seconds of a start. */

#include "store/db.h"

typedef struct {
	gint64 next_id;
	gint64 last_id; /* the newest there was at the begin */
} KnCheck;

gboolean kn_check_begin(KnCheck *check, KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean kn_check_is_done(const KnCheck *check);
/* Reads one block; one that is damaged is told and counted in db->damaged. */
gboolean kn_check_step(KnCheck *check, KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Up to n_blocks of them. Where the database cannot be read, that is told and the check is done. */
void kn_check_some(KnCheck *check, KnDb *db, guint n_blocks);
