/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/ledger.h"

void
kn_ledger_init(KnLedger *ledger, guint64 log_id)
{
	*ledger = (KnLedger){.log_id = log_id};
	kn_rangeset_init(&ledger->received);
	kn_rangeset_init(&ledger->durable);
	kn_rangeset_init(&ledger->named);
	kn_rangeset_init(&ledger->erased);
	kn_rangeset_init(&ledger->settled);
}

void
kn_ledger_clear(KnLedger *ledger)
{
	kn_rangeset_clear(&ledger->received);
	kn_rangeset_clear(&ledger->durable);
	kn_rangeset_clear(&ledger->named);
	kn_rangeset_clear(&ledger->erased);
	kn_rangeset_clear(&ledger->settled);
}

/* the first stretch of [from, limit] in neither set */
static gboolean
next_hole(const KnRangeSet *have, const KnRangeSet *named, guint64 from, guint64 limit,
	  KnRange *ret_hole)
{
	KnRange hole, open;

	while (from <= limit && kn_rangeset_next_hole(have, from, limit, &hole)) {
		if (kn_rangeset_next_hole(named, hole.first, hole.last, &open)) {
			*ret_hole = open;
			return TRUE;
		}
		from = hole.last + 1;
	}
	return FALSE;
}

gboolean
kn_ledger_state(KnLedger *ledger, guint64 oldest_seq, guint64 newest_seq, guint64 trimmed_to_seq,
		KnGap *ret_gap)
{
	KnRange hole;
	guint64 lost_to;

	if (ledger->first_seq == 0) {
		ledger->first_seq = MIN(oldest_seq, trimmed_to_seq + 1);
		if (ledger->first_seq == 0)
			ledger->first_seq = 1;
	}
	ledger->newest_seq = MAX(ledger->newest_seq, newest_seq);
	ledger->is_newest_known = TRUE;
	lost_to = MIN(oldest_seq, ledger->newest_seq + 1);
	if (lost_to <= ledger->first_seq)
		return FALSE;
	if (!next_hole(&ledger->received, &ledger->named, ledger->first_seq, lost_to - 1, &hole))
		return FALSE;
	if (!ret_gap)
		return TRUE;
	ret_gap->first_seq = hole.first;
	ret_gap->last_seq = hole.last;
	ret_gap->reason = KN_GAP_OVERWRITTEN;
	kn_ledger_name_gap(ledger, ret_gap);
	return TRUE;
}

gboolean
kn_ledger_receive(KnLedger *ledger, guint64 seq)
{
	if (kn_rangeset_contains(&ledger->received, seq) ||
	    kn_rangeset_contains(&ledger->erased, seq))
		return FALSE;
	kn_rangeset_remove(&ledger->named, seq, seq);
	/* a name that is durable does not make it so: it may not be forgotten before it is stored itself */
	kn_rangeset_remove(&ledger->settled, seq, seq);
	kn_rangeset_add(&ledger->received, seq, seq);
	ledger->newest_seq = MAX(ledger->newest_seq, seq);
	return TRUE;
}

/* Past half of what it may hold, what is settled from the start on is one range: neither missing nor new. A gap in it is still a row of the
 * store; only a record of it that comes after all is not taken any more. */
static void
fold(KnLedger *ledger)
{
	guint64 to_seq;
	guint n_named = ledger->named.ranges->len;

	if (MAX(ledger->received.ranges->len, n_named) <= KN_LEDGER_RANGES_MAX / 2)
		return;
	to_seq = kn_ledger_trim_to(ledger);
	if (to_seq <= MAX(ledger->folded_to_seq, ledger->first_seq))
		return;
	kn_rangeset_add(&ledger->received, ledger->first_seq, to_seq);
	kn_rangeset_remove(&ledger->named, ledger->first_seq, to_seq);
	kn_rangeset_remove(&ledger->durable, ledger->first_seq, to_seq);
	ledger->n_folded_gaps += n_named - ledger->named.ranges->len;
	ledger->folded_to_seq = to_seq;
}

gboolean
kn_ledger_has_room(const KnLedger *ledger, guint64 seq)
{
	const KnRangeSet *received = &ledger->received;
	KnRange missing;

	if (received->ranges->len < KN_LEDGER_RANGES_MAX || kn_rangeset_contains(received, seq) ||
	    kn_rangeset_contains(received, seq + 1) ||
	    (seq > 0 && kn_rangeset_contains(received, seq - 1)))
		return TRUE;
	/* what is missing first always comes in, or nothing would ever be mended */
	return received->ranges->len < 2 * KN_LEDGER_RANGES_MAX &&
	       kn_ledger_next_missing(ledger, 0, &missing) && missing.first == seq;
}

gboolean
kn_ledger_may_name(const KnLedger *ledger)
{
	return ledger->named.ranges->len < KN_LEDGER_RANGES_MAX;
}

guint
kn_ledger_n_gaps(const KnLedger *ledger)
{
	return ledger->n_folded_gaps + ledger->named.ranges->len;
}

void
kn_ledger_commit(KnLedger *ledger, guint64 first_seq, guint64 last_seq)
{
	kn_rangeset_add(&ledger->durable, first_seq, last_seq);
	kn_rangeset_add(&ledger->received, first_seq, last_seq);
	kn_rangeset_add(&ledger->settled, first_seq, last_seq);
	fold(ledger);
}

void
kn_ledger_settle_gap(KnLedger *ledger, const KnGap *gap)
{
	guint64 from = gap->first_seq;
	KnRange absent;

	/* what has come since is settled by the commit that holds it, or was by an earlier one */
	while (from <= gap->last_seq &&
	       kn_rangeset_next_hole(&ledger->received, from, gap->last_seq, &absent)) {
		kn_rangeset_add(&ledger->settled, absent.first, absent.last);
		from = absent.last + 1;
	}
	fold(ledger);
}

void
kn_ledger_loaded(KnLedger *ledger)
{
	kn_rangeset_unite(&ledger->received, &ledger->durable);
	kn_rangeset_unite(&ledger->settled, &ledger->durable);
	kn_rangeset_unite(&ledger->settled, &ledger->named);
	fold(ledger);
}

void
kn_ledger_name_gap(KnLedger *ledger, const KnGap *gap)
{
	kn_rangeset_add(&ledger->named, gap->first_seq, gap->last_seq);
	if (gap->reason == KN_GAP_ERASED)
		kn_rangeset_add(&ledger->erased, gap->first_seq, gap->last_seq);
}

gboolean
kn_ledger_next_missing(const KnLedger *ledger, guint64 from_seq, KnRange *ret_missing)
{
	guint64 from = MAX(from_seq, ledger->first_seq);

	if (ledger->first_seq == 0)
		return FALSE;
	return next_hole(&ledger->received, &ledger->named, from, ledger->newest_seq, ret_missing);
}

guint64
kn_ledger_n_missing(const KnLedger *ledger)
{
	guint64 from = 0, n_missing = 0;
	KnRange hole;

	while (kn_ledger_next_missing(ledger, from, &hole)) {
		n_missing += hole.last - hole.first + 1;
		from = hole.last + 1;
	}
	return n_missing;
}

guint64
kn_ledger_trim_to(const KnLedger *ledger)
{
	KnRange prefix;

	if (ledger->first_seq == 0 ||
	    !kn_rangeset_find(&ledger->settled, ledger->first_seq, &prefix))
		return 0;
	return prefix.last;
}

/* the end of the open gap that begins at first, not above limit */
static guint64
gap_end(const KnRangeSet *durable, const KnRangeSet *named, guint64 first, guint64 limit)
{
	KnRange hole;

	if (first > limit || !next_hole(durable, named, first, limit, &hole) || hole.first != first)
		return first - 1;
	return hole.last;
}

/* the start of the open gap that ends at last, not below limit */
static guint64
gap_start(const KnRangeSet *durable, const KnRangeSet *named, guint64 last, guint64 limit)
{
	guint64 from = limit;
	KnRange hole;

	while (from <= last && next_hole(durable, named, from, last, &hole)) {
		if (hole.last == last)
			return hole.first;
		from = hole.last + 1;
	}
	return last + 1;
}

void
kn_ledger_coverage(const KnRangeSet *durable, const KnRangeSet *named, const KnRange *log,
		   const KnRange *session, KnEdges fixed, KnCoverage *ret_coverage)
{
	guint64 from = session->first, to = session->last;

	if (!(fixed & KN_EDGE_START) && from > log->first)
		from = gap_start(durable, named, from - 1, log->first);
	if (!(fixed & KN_EDGE_END))
		to = gap_end(durable, named, to + 1, log->last);
	ret_coverage->stored = kn_rangeset_count(durable, session->first, session->last);
	ret_coverage->expected = to - from + 1;
	ret_coverage->unrepairable = kn_rangeset_count(named, session->first, session->last);
}

gint
kn_ledger_completeness_permille(const KnCoverage *coverage)
{
	if (coverage->expected == 0)
		return 1000;
	return (gint)(coverage->stored * 1000 / coverage->expected);
}
