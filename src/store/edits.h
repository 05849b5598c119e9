/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Sessions put right by hand. An edit is a row, and sessions are derived from records and these rows: late records and repairs
 * keep it, taking it back is a mark in the row, and no record is touched. Of two edits about one place the later one counts.
 */

#include "core/measure/by-hand.h"
#include "core/measure/session.h"
#include "store/db.h"

/* What holds in one boot of one log; ret_edits is initialised. */
gboolean kn_edits_load(KnDb *db, gint64 log_key, guint32 boot, KnSplitEdits *ret_edits,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The range and every join that holds and overlaps it. */
gboolean kn_edits_widen(KnDb *db, gint64 log_key, guint32 boot, KnRange *range,
			GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A transaction of its own: SPLIT, MERGE, DELETE or UNDO, with the sessions derived anew. NOT_FOUND, or REFUSED with the reason. */
gboolean kn_edits_do(KnDb *db, const KnByHand *wish, gint64 now_us, KnByHandDone *ret_done,
		     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Derives anew wherever a split or a join holds, or did: for edits that came from elsewhere. In a transaction. */
gboolean kn_edits_apply(KnDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* KnEdit, newest first, at most limit. */
GPtrArray *kn_edits_list(KnDb *db, guint limit, GError **error);
/* of the session s, in a statement: an edit that holds deletes half of its records or more, so that a repair which joins it with
 * another one never hides what nobody deleted */
#define KN_EDITS_IS_DELETED                                                                \
	"EXISTS (SELECT 1 FROM edit AS e WHERE e.log_key = s.log_key AND e.device_boot = " \
	"s.device_boot AND e.kind = 3 AND e.undone_us IS NULL AND "                        \
	"2 * (min(e.last_seq, s.last_seq) - max(e.first_seq, s.first_seq) + 1) >= "        \
	"s.last_seq - s.first_seq + 1) "
gboolean kn_edits_is_deleted(KnDb *db, gint64 session_id, gboolean *ret_is_deleted,
			     GError **error) G_GNUC_WARN_UNUSED_RESULT;
