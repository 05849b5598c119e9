/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The ledger as rows: one log, its coverage, its gaps. All inside the caller's transaction. */

#include "store/db.h"

typedef struct {
	gint64 log_key;
	gint64 device_id;
	guint64 log_id;
	guint64 first_seq;
	guint64 newest_seq;
	gboolean is_newest_known;
	gint64 newest_boot; /* -1 none */
	KnRangeSet durable;
	KnRangeSet named;  /* gaps with a reason */
	KnRangeSet erased; /* of those, by a person: refused when they come again */
} KnLogState;
void kn_log_state_free(KnLogState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnLogState, kn_log_state_free)

/* The key of (device, log_id), a new one when there is none. */
gboolean kn_logs_get_key(KnDb *db, gint64 device_id, guint64 log_id, gint64 *ret_log_key,
			 GError **error) G_GNUC_WARN_UNUSED_RESULT;
KnLogState *kn_logs_load(KnDb *db, gint64 log_key, GError **error);

/* A person said since when sessions of a device are shown (FALSE: all are): records that are there by now are before that, whatever their
 * clock. The first such word counts. */
gboolean kn_logs_note_shown(KnDb *db, gint64 device_id, gboolean is_limited,
			    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the device told of its bounds: newest_seq never shrinks. If it was said before its first log came, that log is what it brought along,
 * and any later one is not. */
gboolean kn_logs_note(KnDb *db, gint64 log_key, const KnLogNote *note,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The records are in blocks now: coverage grows, gaps that they fill are closed at now_us,
 * newest_seq follows. */
gboolean kn_logs_cover(KnDb *db, gint64 log_key, KnRange range, gint64 now_us,
		       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The part of it that is not there. A name takes over what was open, and the time since when; an
 * open one never covers a name. */
gboolean kn_logs_note_gap(KnDb *db, gint64 log_key, const KnGapNote *note,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The range, stretched over open gaps beside it: whoever touches it may be complete now, or not
 * any more. */
KnRange kn_log_state_stretch(const KnLogState *state, KnRange range);
