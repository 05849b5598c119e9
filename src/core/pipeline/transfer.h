/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What to ask a device for, and what to make of the answers: ranges of at most 64 records from the ledger's holes, two outstanding,
 * judged by progress. Pure; one for each link.
 */

#include "core/log/ledger.h"
#include "telemetry.pb.h"

enum {
	KN_TRANSFER_RECORDS_MAX =
		64, /* a Fetch: two of them never fill half of bluetoothd's 278-packet socket */
	KN_TRANSFER_OUTSTANDING_MAX = 2,
	KN_TRANSFER_ATTEMPTS_MAX =
		3, /* fetches of a record that comes back wrong, before its gap is named */
};
#define KN_TRANSFER_SILENCE_US \
	G_GINT64_CONSTANT(1000000) /* then a range is judged without its FetchDone */
#define KN_TRANSFER_STALL_US \
	G_GINT64_CONSTANT(10000000) /* without any record: the device is stuck */
#define KN_TRANSFER_PAUSE_MIN_US \
	G_GINT64_CONSTANT(5000000) /* doubles to the maximum, and back with progress */
#define KN_TRANSFER_PAUSE_MAX_US G_GINT64_CONSTANT(300000000)

typedef struct {
	KnRange range;
	gint64 heard_us; /* the request, or the last record of it */
	guint n_bad;     /* refusals on the link while it was served */
	gboolean is_done;
	guint n_sent; /* as FetchDone said */
} KnTransferRequest;

typedef enum {
	KN_VERDICT_NONE,
	KN_VERDICT_CAUGHT_UP,
	KN_VERDICT_DEVICE_STUCK,
} KnVerdict;

typedef struct {
	KnTransferRequest requests[KN_TRANSFER_OUTSTANDING_MAX];
	guint n_requests;
	GHashTable
		*attempts; /* owned: guint64 seq (owned) to count of fetches that came back wrong */
	gint64 progress_us; /* the last record that filled a hole, or gap that was named; or the start */
	gint64 resume_us; /* paused until then; 0 not paused */
	gint64 again_us; /* nothing is asked before: a refusal is no progress, and no pause either */
	gint64 pause_us;
	gboolean is_caught_up;
	gboolean wants_state; /* the device did not have what it should: its bounds moved */
	guint64 n_fetches;
	guint64 n_repeated; /* records asked for again */
} KnTransfer;

void kn_transfer_init(KnTransfer *transfer);
void kn_transfer_clear(KnTransfer *transfer);
/* The link came up: nothing is outstanding, what came back wrong before stays known. */
void kn_transfer_start(KnTransfer *transfer, gint64 now_us);

/* The next range to ask for now; FALSE: nothing, or not now. It is outstanding once kn_transfer_asked was told that it is on its way. */
gboolean kn_transfer_next(const KnTransfer *transfer, const KnLedger *ledger, gint64 now_us,
			  KnRange *ret_range);
void kn_transfer_asked(KnTransfer *transfer, const KnRange *range, gint64 now_us);
/* Nothing is asked for now, for a reason of the hub's own: silence is not the device's fault. */
void kn_transfer_hold(KnTransfer *transfer, gint64 now_us);

/* A history record with this seq arrived, whatever it holds, here or not: what is served is not silent. */
void kn_transfer_heard(KnTransfer *transfer, guint64 seq, gint64 now_us);
/* A hole that was known was filled, or is a gap that has a name now: only that is progress, else a device that repeats itself would never be stuck. */
void kn_transfer_progressed(KnTransfer *transfer, gint64 now_us);
/* It is here, by whatever way: what came back wrong before is forgotten. */
void kn_transfer_received(KnTransfer *transfer, guint64 seq);
/* These will never come: a gap that was named for another reason than the attempts at it. */
void kn_transfer_named(KnTransfer *transfer, const KnGap *gap);
/* Was to be named, and is not yet: asked for once more, and nothing at all before until_us. */
void kn_transfer_put_off(KnTransfer *transfer, const KnGap *gap, gint64 until_us);
/* The log is another one: its records have nothing to do with those of the last. */
void kn_transfer_forget(KnTransfer *transfer);
/* Something that was sent as history was refused before its seq could be read. */
void kn_transfer_refused(KnTransfer *transfer);
/* The device refused a range, or a write did not get to it: which of the outstanding ones it serves is not known, so none is judged. They
 * are asked for again in a moment. */
void kn_transfer_abandon(KnTransfer *transfer, gint64 now_us);
/* FetchDone. */
void kn_transfer_done(KnTransfer *transfer, const ktp_FetchDone *done);

/* Judges what is finished or silent; gaps to name are appended to gaps (KnGap; the caller names them in the ledger). */
void kn_transfer_judge(KnTransfer *transfer, const KnLedger *ledger, gint64 now_us, GArray *gaps);
/* It was found stuck, and nothing came since. */
gboolean kn_transfer_is_stuck(const KnTransfer *transfer);
/* What has just become true: each verdict once, until the opposite was seen. */
KnVerdict kn_transfer_verdict(KnTransfer *transfer, const KnLedger *ledger, gint64 now_us);
