/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is on the disk, kept a second time and compared with what the massager wrote */

#include "soak.h"

#include "core/wire/decode.h"

enum { FAILURES_MIN = 3 /* proto/README.md, section 8: asked for three times in all */ };

void
soak_log_free(gpointer data)
{
	SoakLog *log = data;

	kn_rangeset_clear(&log->durable);
	kn_rangeset_clear(&log->named);
	g_byte_array_unref(log->failed);
	g_array_unref(log->spoiled);
	g_free(log);
}

void
soak_books_open_log(SoakNode *node)
{
	const GPtrArray *truth = kn_massager_truth(node->massager);
	SoakLog *log = g_new0(SoakLog, 1);
	KnMassagerStatus status;

	if (node->logs->len > 0)
		((SoakLog *)node->logs->pdata[node->logs->len - 1])->truth_end = truth->len;
	kn_massager_get_status(node->massager, soak_device_us(node), &status);
	log->log_id = status.firmware.log_id;
	log->truth_at = truth->len;
	log->truth_end = G_MAXUINT;
	kn_rangeset_init(&log->durable);
	kn_rangeset_init(&log->named);
	log->failed = g_byte_array_new();
	log->spoiled = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_ptr_array_add(node->logs, log);
}

SoakLog *
soak_books_log(const SoakNode *node, guint64 log_id)
{
	for (guint i = node->logs->len; i > 0; i--) {
		SoakLog *log = node->logs->pdata[i - 1];
		if (log->log_id == log_id)
			return log;
	}
	soak_fail(node->world, node, "log %016" G_GINT64_MODIFIER "x was never written", log_id);
}

const GBytes *
soak_books_truth(const SoakNode *node, const SoakLog *log, guint64 seq)
{
	const GPtrArray *truth = kn_massager_truth(node->massager);
	guint64 n = MIN(log->truth_end, truth->len) - log->truth_at;

	if (seq < 1 || seq > n)
		soak_fail(node->world, node, "record %" G_GUINT64_FORMAT " was never written", seq);
	return truth->pdata[log->truth_at + seq - 1];
}

/* ---- on the way ---- */

static guint8 *
failures_of(SoakLog *log, guint64 seq)
{
	guint n_before = log->failed->len;

	if (seq >= n_before) {
		g_byte_array_set_size(log->failed, (guint)seq + 64);
		memset(log->failed->data + n_before, 0, log->failed->len - n_before);
	}
	return &log->failed->data[seq];
}

void
soak_books_failed(SoakNode *node, const guint8 *bytes, gsize n_bytes)
{
	SoakLog *log = node->logs->pdata[node->logs->len - 1];
	KnFrameReader reader;
	const guint8 *body;
	KnRecordKey key;
	gsize n_body;

	if (kn_frame_open(&reader, bytes, n_bytes) != KN_FRAME_OK ||
	    reader.kind != KN_FRAME_HISTORY)
		return;
	while (kn_frame_next(&reader, &body, &n_body) == KN_FRAME_OK) {
		guint8 *failures;
		if (!kn_decode_key(body, n_body, &key))
			continue;
		failures = failures_of(log, key.seq);
		*failures = (guint8)MIN(*failures + 1, 255);
	}
}

/* ---- what is durable ---- */

static void
store_record(SoakNode *node, SoakLog *log, guint64 seq, const guint8 *bytes, gsize n_bytes)
{
	const GBytes *truth = soak_books_truth(node, log, seq);
	gsize n_truth;
	gconstpointer written = g_bytes_get_data((GBytes *)truth, &n_truth);

	if (n_truth != n_bytes || memcmp(written, bytes, n_bytes) != 0)
		soak_fail(node->world, node,
			  "record %" G_GUINT64_FORMAT " is not what the massager wrote", seq);
	if (kn_rangeset_contains(&log->durable, seq))
		soak_fail(node->world, node, "record %" G_GUINT64_FORMAT " in two blocks", seq);
	if (kn_rangeset_contains(&log->named, seq))
		soak_fail(node->world, node,
			  "record %" G_GUINT64_FORMAT " was called lost, and is here", seq);
	kn_rangeset_add(&log->durable, seq, seq);
	node->world->stats.n_stored++;
}

static void
store_block(SoakNode *node, const KnBlock *block)
{
	SoakLog *log = soak_books_log(node, block->log_id);
	guint64 seq = block->first_seq;
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	while (kn_block_next(block->records, &at, &bytes, &n_bytes))
		store_record(node, log, seq++, bytes, n_bytes);
	if (seq != block->last_seq + 1 || block->is_opaque)
		soak_fail(node->world, node, "a block is not what it says it is");
}

static gboolean
is_spoiled(const SoakLog *log, guint64 seq)
{
	for (guint i = 0; i < log->spoiled->len; i++)
		if (g_array_index(log->spoiled, guint64, i) == seq)
			return TRUE;
	return FALSE;
}

/* only what is really lost may be called so */
static void
check_name(SoakNode *node, SoakLog *log, guint64 seq, KnGapReason reason)
{
	const KnFlash *flash = kn_massager_flash(node->massager);
	gboolean is_gone = log->truth_end != G_MAXUINT || seq < kn_flash_oldest_seq(flash);
	gboolean is_bad = is_spoiled(log, seq) || *failures_of(log, seq) >= FAILURES_MIN;

	if (reason == KN_GAP_OVERWRITTEN ? is_gone : reason == KN_GAP_UNREADABLE && is_bad)
		return;
	soak_fail(node->world, node,
		  "record %" G_GUINT64_FORMAT " is called lost (%u) after %u failures", seq,
		  (guint)reason, (guint)*failures_of(log, seq));
}

static void
store_gap(SoakNode *node, const KnGapNote *note)
{
	SoakLog *log = soak_books_log(node, note->log_id);

	if (note->gap.reason == KN_GAP_OVERWRITTEN)
		node->world->stats.n_overwritten++;
	else
		node->world->stats.n_unreadable++;
	for (guint64 seq = note->gap.first_seq; seq <= note->gap.last_seq; seq++) {
		check_name(node, log, seq, note->gap.reason);
		if (kn_rangeset_contains(&log->durable, seq))
			soak_fail(node->world, node,
				  "record %" G_GUINT64_FORMAT " is here, and called lost", seq);
	}
	kn_rangeset_add(&log->named, note->gap.first_seq, note->gap.last_seq);
}

static SoakNode *
node_of(SoakWorld *world, gint64 device_id)
{
	for (guint i = 0; i < SOAK_NODES; i++)
		if (world->nodes[i].id == device_id)
			return &world->nodes[i];
	soak_fail(world, NULL, "nobody is device %" G_GINT64_FORMAT, device_id);
}

void
soak_books_commit(SoakWorld *world, const KnBatch *batch)
{
	for (guint i = 0; i < batch->blocks->len; i++) {
		const KnBlock *block = batch->blocks->pdata[i];
		store_block(node_of(world, block->device_id), block);
	}
	for (guint i = 0; i < batch->gaps->len; i++) {
		const KnGapNote *note = &g_array_index(batch->gaps, KnGapNote, i);
		store_gap(node_of(world, note->device_id), note);
	}
	if (batch->conflicts->len > 0) {
		const KnConflict *conflict = batch->conflicts->pdata[0];
		soak_fail(world, node_of(world, conflict->device_id),
			  "record %" G_GUINT64_FORMAT " contradicts itself", conflict->seq);
	}
}

/* from the moment that it is asked for a massager may forget */
void
soak_books_trim(SoakNode *node, const ktp_Trim *trim)
{
	const SoakLog *log = soak_books_log(node, trim->log_id);
	guint64 from = 1;
	KnRange hole, open;

	node->world->stats.n_trims++;
	soak_note(node, "trim to %" G_GUINT64_FORMAT, trim->to_seq);
	while (from <= trim->to_seq &&
	       kn_rangeset_next_hole(&log->durable, from, trim->to_seq, &hole)) {
		if (kn_rangeset_next_hole(&log->named, hole.first, hole.last, &open))
			soak_fail(node->world, node,
				  "Trim to %" G_GUINT64_FORMAT ", and %" G_GUINT64_FORMAT
				  " is neither stored nor named",
				  trim->to_seq, open.first);
		from = hole.last + 1;
	}
}

static gboolean
is_same(const KnRangeSet *a, const KnRangeSet *b)
{
	return a->ranges->len == b->ranges->len &&
	       (a->ranges->len == 0 ||
		memcmp(a->ranges->data, b->ranges->data, a->ranges->len * sizeof(KnRange)) == 0);
}

void
soak_books_loaded(SoakNode *node, const GPtrArray *ledgers)
{
	guint n_empty = 0;

	for (guint i = 0; i < ledgers->len; i++) {
		const KnLedger *ledger = ledgers->pdata[i];
		const SoakLog *log = soak_books_log(node, ledger->log_id);
		if (!is_same(&ledger->durable, &log->durable) ||
		    !is_same(&ledger->named, &log->named))
			soak_fail(node->world, node,
				  "the database has other records than were "
				  "committed");
	}
	for (guint i = 0; i < node->logs->len; i++) {
		const SoakLog *log = node->logs->pdata[i];
		n_empty += log->durable.ranges->len == 0 && log->named.ranges->len == 0;
	}
	if (ledgers->len + n_empty < node->logs->len)
		soak_fail(node->world, node, "the database has lost a log");
}
