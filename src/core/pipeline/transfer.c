/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/transfer.h"

void
kn_transfer_init(KnTransfer *transfer)
{
	*transfer = (KnTransfer){.pause_us = KN_TRANSFER_PAUSE_MIN_US};
	transfer->attempts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void
kn_transfer_clear(KnTransfer *transfer)
{
	g_clear_pointer(&transfer->attempts, g_hash_table_unref);
}

void
kn_transfer_start(KnTransfer *transfer, gint64 now_us)
{
	transfer->n_requests = 0;
	transfer->progress_us = now_us;
	transfer->resume_us = 0;
	transfer->again_us = 0;
	transfer->pause_us = KN_TRANSFER_PAUSE_MIN_US;
	transfer->is_caught_up = FALSE;
	transfer->wants_state = FALSE;
}

static guint
attempts_of(const KnTransfer *transfer, guint64 seq)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(transfer->attempts, &seq));
}

static void
set_attempts(KnTransfer *transfer, guint64 seq, guint attempts)
{
	guint64 *key = g_memdup2(&seq, sizeof seq);

	g_hash_table_insert(transfer->attempts, key, GUINT_TO_POINTER(attempts));
}

/* the end of an outstanding range that holds seq; 0 when none does */
static guint64
outstanding_end(const KnTransfer *transfer, guint64 seq)
{
	for (guint i = 0; i < transfer->n_requests; i++) {
		const KnRange *range = &transfer->requests[i].range;
		if (range->first <= seq && seq <= range->last)
			return range->last;
	}
	return 0;
}

/* the first missing stretch that is not asked for already */
static gboolean
next_unasked(const KnTransfer *transfer, const KnLedger *ledger, KnRange *ret_range)
{
	guint64 from = 0;
	KnRange missing;

	while (kn_ledger_next_missing(ledger, from, &missing)) {
		guint64 end = outstanding_end(transfer, missing.first);
		if (end == 0) {
			*ret_range = missing;
			return TRUE;
		}
		from = end + 1;
	}
	return FALSE;
}

gboolean
kn_transfer_next(const KnTransfer *transfer, const KnLedger *ledger, gint64 now_us,
		 KnRange *ret_range)
{
	KnRange range;
	guint64 last;

	if (transfer->n_requests == KN_TRANSFER_OUTSTANDING_MAX || now_us < transfer->resume_us ||
	    now_us < transfer->again_us || transfer->wants_state)
		return FALSE;
	if (!next_unasked(transfer, ledger, &range))
		return FALSE;
	/* one that came back wrong is asked for alone: it must not take good neighbours in its notification with it */
	last = range.first;
	if (attempts_of(transfer, range.first) == 0)
		while (last < range.last && last - range.first + 1 < KN_TRANSFER_RECORDS_MAX &&
		       outstanding_end(transfer, last + 1) == 0 &&
		       attempts_of(transfer, last + 1) == 0)
			last++;
	range.last = last;
	*ret_range = range;
	return TRUE;
}

void
kn_transfer_asked(KnTransfer *transfer, const KnRange *range, gint64 now_us)
{
	if (transfer->n_requests == KN_TRANSFER_OUTSTANDING_MAX)
		return;
	if (transfer->n_requests == 0)
		transfer->progress_us = MAX(transfer->progress_us, transfer->resume_us);
	if (transfer->is_caught_up)
		transfer->progress_us = now_us;
	transfer->is_caught_up = FALSE;
	transfer->requests[transfer->n_requests++] =
		(KnTransferRequest){.range = *range, .heard_us = now_us};
	transfer->n_fetches++;
}

void
kn_transfer_hold(KnTransfer *transfer, gint64 now_us)
{
	transfer->progress_us = MAX(transfer->progress_us, now_us);
}

void
kn_transfer_heard(KnTransfer *transfer, guint64 seq, gint64 now_us)
{
	g_hash_table_remove(transfer->attempts, &seq);
	if (outstanding_end(transfer, seq) == 0)
		return;
	/* the device serves in order: a later range is not silent while an earlier one flows */
	for (guint i = 0; i < transfer->n_requests; i++)
		transfer->requests[i].heard_us = now_us;
}

void
kn_transfer_progressed(KnTransfer *transfer, gint64 now_us)
{
	transfer->progress_us = now_us;
	transfer->resume_us = 0;
	transfer->pause_us = KN_TRANSFER_PAUSE_MIN_US;
}

void
kn_transfer_received(KnTransfer *transfer, guint64 seq)
{
	g_hash_table_remove(transfer->attempts, &seq);
}

static gboolean
is_in_gap(gpointer key, gpointer attempts, gpointer user)
{
	const KnGap *gap = user;
	guint64 seq = *(const guint64 *)key;

	return seq >= gap->first_seq && seq <= gap->last_seq;
}

void
kn_transfer_named(KnTransfer *transfer, const KnGap *gap)
{
	g_hash_table_foreach_remove(transfer->attempts, is_in_gap, (gpointer)gap);
}

void
kn_transfer_put_off(KnTransfer *transfer, const KnGap *gap, gint64 until_us)
{
	transfer->again_us = MAX(transfer->again_us, until_us);
	/* of a stretch that was overwritten nothing was tried */
	if (gap->reason == KN_GAP_UNREADABLE)
		set_attempts(transfer, gap->first_seq, KN_TRANSFER_ATTEMPTS_MAX - 1);
}

void
kn_transfer_forget(KnTransfer *transfer)
{
	g_hash_table_remove_all(transfer->attempts);
	transfer->n_requests = 0;
}

void
kn_transfer_refused(KnTransfer *transfer)
{
	/* ranges are served in order: the others have nothing to do with it */
	for (guint i = 0; i < transfer->n_requests; i++) {
		if (transfer->requests[i].is_done)
			continue;
		transfer->requests[i].n_bad++;
		return;
	}
}

void
kn_transfer_abandon(KnTransfer *transfer, gint64 now_us)
{
	transfer->n_requests = 0;
	transfer->again_us = now_us + KN_TRANSFER_SILENCE_US;
}

void
kn_transfer_done(KnTransfer *transfer, const ktp_FetchDone *done)
{
	for (guint i = 0; i < transfer->n_requests; i++) {
		KnTransferRequest *request = &transfer->requests[i];
		if (request->range.first != done->from_seq || request->range.last != done->to_seq ||
		    request->is_done)
			continue;
		request->is_done = TRUE;
		request->n_sent = done->sent;
		return;
	}
}

/* one record was asked for and did not come, though the device answered: again, or the end of it */
static void
count_attempt(KnTransfer *transfer, guint64 seq, GArray *gaps)
{
	guint attempts = attempts_of(transfer, seq) + 1;
	KnGap gap = {seq, seq, KN_GAP_UNREADABLE};

	if (attempts < KN_TRANSFER_ATTEMPTS_MAX) {
		set_attempts(transfer, seq, attempts);
		return;
	}
	g_hash_table_remove(transfer->attempts, &seq);
	g_array_append_val(gaps, gap);
}

static void
judge_request(KnTransfer *transfer, const KnTransferRequest *request, const KnLedger *ledger,
	      GArray *gaps)
{
	guint64 asked = request->range.last - request->range.first + 1;
	gboolean is_refused = request->is_done && request->n_sent < asked;
	guint64 from = request->range.first;
	KnRange missing;

	while (from <= request->range.last && kn_ledger_next_missing(ledger, from, &missing)) {
		guint64 last = MIN(missing.last, request->range.last);
		if (missing.first > request->range.last)
			return;
		transfer->n_repeated += last - missing.first + 1;
		/* silence or a full socket says nothing about a record; a refusal does */
		if (request->n_bad > 0 || is_refused)
			for (guint64 seq = missing.first; seq <= last; seq++)
				count_attempt(transfer, seq, gaps);
		transfer->wants_state |= is_refused;
		from = last + 1;
	}
}

void
kn_transfer_judge(KnTransfer *transfer, const KnLedger *ledger, gint64 now_us, GArray *gaps)
{
	guint kept = 0;

	for (guint i = 0; i < transfer->n_requests; i++) {
		KnTransferRequest request = transfer->requests[i];
		if (!request.is_done && now_us - request.heard_us < KN_TRANSFER_SILENCE_US) {
			transfer->requests[kept++] = request;
			continue;
		}
		judge_request(transfer, &request, ledger, gaps);
	}
	transfer->n_requests = kept;
}

KnVerdict
kn_transfer_verdict(KnTransfer *transfer, const KnLedger *ledger, gint64 now_us)
{
	KnRange missing;

	if (!kn_ledger_next_missing(ledger, 0, &missing)) {
		if (transfer->is_caught_up || !ledger->is_newest_known)
			return KN_VERDICT_NONE;
		transfer->is_caught_up = TRUE;
		return KN_VERDICT_CAUGHT_UP;
	}
	if (now_us < transfer->resume_us || now_us - transfer->progress_us < KN_TRANSFER_STALL_US)
		return KN_VERDICT_NONE;
	transfer->n_requests = 0;
	transfer->resume_us = now_us + transfer->pause_us;
	transfer->progress_us = transfer->resume_us;
	transfer->pause_us = MIN(transfer->pause_us * 2, KN_TRANSFER_PAUSE_MAX_US);
	return KN_VERDICT_DEVICE_STUCK;
}

gboolean
kn_transfer_is_stuck(const KnTransfer *transfer)
{
	return transfer->resume_us != 0;
}
