/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Room on the volume that is kept for the day it is full: a file beside the database, given back
 * when a commit finds no room, so that what is open can still be stored and the plug may be pulled;
 * made again when there is plenty.
 */

#include "store/store.h"

enum {
	/* a MiB of backfill, its journal and the sessions it touches, several times over: a guess */
	KN_RESERVE_BYTES = 8 * 1024 * 1024,
	/* and so much must be left beside it, or it would be given back at once: a guess */
	KN_RESERVE_FREE_BYTES_MIN = 8 * 1024 * 1024,
};

/* TRUE: it is there. FALSE: FULL, there is no room for it; IO. */
gboolean kn_reserve_make(const gchar *directory, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE: it was there, and is room now. */
gboolean kn_reserve_release(const gchar *directory);
