/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What this hub has of one flash log: (device, log_id). Pure; the store keeps it as rows, the pipeline asks it what to fetch and
 * how far the device may forget.
 */

#include "core/base/rangeset.h"

/* why records will never come: a gap that is named no longer asks to be fetched */
typedef enum {
	KN_GAP_OPEN = 0,        /* not named: to be fetched */
	KN_GAP_OVERWRITTEN = 1, /* the device's flash went round before the hub came */
	KN_GAP_UNREADABLE = 2,  /* three fetches gave a wrong CRC, or the device has it no more */
	KN_GAP_ERASED = 3,      /* a person erased it: never fetched again */
} KnGapReason;

typedef struct {
	guint64 first_seq;
	guint64 last_seq;
	KnGapReason reason;
} KnGap;

/* of each set: a device that leaves out every second record must not fill the memory, nor be searched through at every packet */
enum { KN_LEDGER_RANGES_MAX = 1024 };

typedef struct {
	guint64 log_id;
	KnRangeSet received; /* in memory or stored */
	KnRangeSet durable;  /* stored, by a commit that has returned */
	KnRangeSet named;    /* gaps with a reason */
	KnRangeSet erased;   /* of those, by a person: refused when they come again */
	KnRangeSet
		settled; /* durable records and gaps whose name is durable: what the device may forget */
	/* Up to here all is settled, and no longer told apart: received and not in the other sets, but for erased and settled. 0: told apart. */
	guint64 folded_to_seq;
	guint n_folded_gaps; /* of named */
	guint64 first_seq;   /* the oldest record this hub is to have; 0 until the first State */
	guint64 newest_seq;  /* the newest record known to exist; 0 none */
	gboolean is_newest_known; /* a State of this log was read */
} KnLedger;

void kn_ledger_init(KnLedger *ledger, guint64 log_id);
void kn_ledger_clear(KnLedger *ledger);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnLedger, kn_ledger_clear)

/* The device told its State: sets newest, and at the first contact the start: what another hub trimmed is not ours to miss.
 * Returns TRUE and the gap when records from first_seq on are no longer in flash (reason OVERWRITTEN, now named). */
/* ret_gap NULL: TRUE when there is such a gap; it gets no name, and stays missing. */
gboolean kn_ledger_state(KnLedger *ledger, guint64 oldest_seq, guint64 newest_seq,
			 guint64 trimmed_to_seq, KnGap *ret_gap);

/* FALSE: so much before seq is missing that it is not to be taken: it is missing, too, until what is before it came. */
gboolean kn_ledger_has_room(const KnLedger *ledger, guint64 seq);
/* FALSE: so many gaps have names that no more can be told apart. */
gboolean kn_ledger_may_name(const KnLedger *ledger);
guint kn_ledger_n_gaps(const KnLedger *ledger); /* named ones */

/* TRUE when seq is new: also one that was given up, and comes after all, unless it was folded. FALSE for a duplicate or one that was erased.
 * newest_seq follows. */
gboolean kn_ledger_receive(KnLedger *ledger, guint64 seq);
/* A commit holds these records. */
void kn_ledger_commit(KnLedger *ledger, guint64 first_seq, guint64 last_seq);
/* A commit holds the name of this gap. Of records that came after all since it was named it says nothing. */
void kn_ledger_settle_gap(KnLedger *ledger, const KnGap *gap);
/* After first_seq, durable, named and erased were filled from the store: all of it is received and settled. */
void kn_ledger_loaded(KnLedger *ledger);
void kn_ledger_name_gap(KnLedger *ledger, const KnGap *gap);

/* The first stretch at or above from_seq that is neither received nor named, up to newest_seq. */
gboolean kn_ledger_next_missing(const KnLedger *ledger, guint64 from_seq, KnRange *ret_missing);
guint64 kn_ledger_n_missing(const KnLedger *ledger);
/* The end of the gap-free durable prefix: what Trim may name. 0 when there is none. */
guint64 kn_ledger_trim_to(const KnLedger *ledger);

/* which ends of a session are known for certain: by its SessionStart, by its SessionEnd */
typedef enum {
	KN_EDGE_NONE = 0,
	KN_EDGE_START = 1 << 0,
	KN_EDGE_END = 1 << 1,
} KnEdges;

typedef struct {
	guint64 stored;
	guint64 expected;
	guint64 unrepairable; /* of expected: named gaps within the range */
} KnCoverage;

/* Stored and expected records of a session [first_seq, last_seq]. Open gaps inside count into expected, and so does, in full, an
 * open gap directly beside an edge that no mark fixes: it may hide more of the session. Named gaps count inside the range only.
 * durable, named and the bounds are those of the log. */
void kn_ledger_coverage(const KnRangeSet *durable, const KnRangeSet *named, const KnRange *log,
			const KnRange *session, KnEdges fixed, KnCoverage *ret_coverage);
/* floor(1000 * stored / expected), 1000 only if equal. */
gint kn_ledger_completeness_permille(const KnCoverage *coverage);
