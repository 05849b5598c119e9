/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One block of a batch: cut to what is not stored yet, packed, appended, covered; its marks
 * noted. */

#include "store/touched.h"

typedef struct {
	guint64 n_blocks;
	guint64 raw_bytes;
	guint64 stored_bytes;
} KnBlockCounts;

/* log: as it is now. Counts go up by what was written. */
gboolean kn_write_block(KnDb *db, const KnLogState *log, const KnBlock *block, gint64 now_us,
			KnTouched *touched, KnBlockCounts *counts,
			GError **error) G_GNUC_WARN_UNUSED_RESULT;
