/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Where sessions begin and end within one boot of one log. SessionStart … SessionEnd; Start without
 * End: up to the next Start or the last record of the boot; records without Start: from first to
 * last contact sample, split at >= 120 s of device time without contact.
 *
 * What that leaves open is read so:
 * - "Without contact" is the time from what the last contact sample stands for (its tick and
 *   period) to the next contact sample.
 * - A record is never divided: one with contact on both sides of a quiet stretch goes whole to the
 *   session that it begins in.
 * - A span without Start goes from the first to the last record with contact; other records in
 *   between belong to it.
 * - SessionEnd closes a running session without Start as well, unless 120 s were quiet by then.
 *   Without a running session it is nobody's, and contact after it begins a session without Start:
 *   a device sends SessionEnd last.
 */

#include "core/base/rangeset.h"
#include "core/wire/decode.h"
#include <glib.h>

#define KN_SESSION_QUIET_MS 120000

typedef enum {
	KN_SESSION_OPEN = 0,        /* a later record may still belong to it */
	KN_SESSION_ENDED = 1,       /* SessionEnd */
	KN_SESSION_INTERRUPTED = 2, /* a new Start or a later boot came without an End */
	KN_SESSION_QUIET = 3,       /* no contact for 120 s */
	KN_SESSION_CUT = 4,         /* split by hand: what follows is another one */
} KnSessionState;

typedef struct {
	guint64 first_seq;
	guint64 last_seq;
	guint64 first_t_ms; /* tick of SessionStart, or of the first contact sample */
	guint64 last_t_ms;  /* of SessionEnd, else the last contact sample, else the last record */
	gboolean has_start;
	gboolean has_end;
	KnSessionState state;
	gboolean is_by_hand; /* an edge of it is, or it is joined: not stored */
} KnSpan;

/* What a person put right, of one boot of one log; where both say something of one place, the caller has decided. */
typedef struct {
	GArray *cuts; /* owned: guint64, rising: a session ends before each, and if it had a Start it goes on as another */
	GArray *joins; /* owned: KnRange: no session begins behind its first record, or ends before its last one */
} KnSplitEdits;
void kn_split_edits_init(KnSplitEdits *edits);
void kn_split_edits_clear(KnSplitEdits *edits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnSplitEdits, kn_split_edits_clear)

typedef struct KnSplitter KnSplitter;

KnSplitter *kn_splitter_new(const ktp_Info *info);
void kn_splitter_free(KnSplitter *splitter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnSplitter, kn_splitter_free)
/* Before the first record; edits is borrowed. */
void kn_splitter_set_edits(KnSplitter *splitter, const KnSplitEdits *edits);
/* Accepted records of one boot in seq order; seq may have holes. */
void kn_splitter_push(KnSplitter *splitter, const ktp_Record *record);
/* The same; values_hpa: of a record with samples, node after node, if known: its deltas are then not looked at. */
void kn_splitter_push_values(KnSplitter *splitter, const ktp_Record *record,
			     const guint16 *values_hpa);
/* is_boot_over: a record of a later boot is known, so nothing more can come. Returns KnSpan, in
 * seq order; the caller owns it. More may be pushed afterwards. */
GArray *kn_splitter_finish(const KnSplitter *splitter, gboolean is_boot_over);
