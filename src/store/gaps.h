/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Gap rows. The rows that are not filled never overlap. */

#include "store/db.h"

typedef struct {
	gint64 gap_id;
	KnGap gap;
	gint64 opened_us;
} KnGapRow;

/* KnGapRow, not filled, overlapping [first_seq, last_seq], in seq order. */
GArray *kn_gaps_load(KnDb *db, gint64 log_key, gint64 first_seq, gint64 last_seq, GError **error);
/* Records of it were stored: the part of each row that is filled becomes a row with filled_us. */
gboolean kn_gaps_fill(KnDb *db, gint64 log_key, KnRange range, gint64 filled_us,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Overlaps no name and no stored record. An open row under a new name gives way to it. */
gboolean kn_gaps_add(KnDb *db, gint64 log_key, const KnGap *gap, gint64 opened_us,
		     GError **error) G_GNUC_WARN_UNUSED_RESULT;
