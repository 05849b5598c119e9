/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/pipeline-private.h"

gboolean
kn_pipeline_has_room(const KnPipeline *pipeline)
{
	return pipeline->batch->n_bytes < KN_BATCH_BYTES_MAX &&
	       (pipeline->flights->len < KN_BATCHES_IN_FLIGHT_MAX ||
		pipeline->batch->blocks->len < KN_OPEN_BLOCKS_MAX);
}

/* the open block that this record continues, or a new one */
static KnBlock *
block_for(KnPipeline *pipeline, const KnPipelineDevice *device, const KnRecordKey *key,
	  gsize n_bytes, gboolean is_opaque)
{
	GPtrArray *blocks = pipeline->batch->blocks;
	KnBlock *block;

	for (guint i = blocks->len; i > 0; i--) {
		block = blocks->pdata[i - 1];
		if (block->device_id == device->id && block->log_id == device->ledger->log_id &&
		    block->boot == key->boot && block->last_seq + 1 == key->seq &&
		    block->last_t_ms <= key->t_ms && block->is_opaque == is_opaque &&
		    block->info == device->info_bytes &&
		    block->records->len + 2 + n_bytes <= KN_BLOCK_BYTES_MAX)
			return block;
	}
	block = kn_block_new(device->id, device->ledger->log_id, key->boot);
	block->info = device->info_bytes ? g_bytes_ref(device->info_bytes) : NULL;
	block->is_opaque = is_opaque;
	g_ptr_array_add(blocks, block);
	return block;
}

/* below something that is stored: a hole in the history that clients may have seen */
static gboolean
is_late(const KnLedger *ledger, guint64 seq)
{
	const GArray *ranges = ledger->durable.ranges;

	return ranges->len > 0 && seq < g_array_index(ranges, KnRange, ranges->len - 1).last;
}

void
kn_pipeline_keep_record(KnPipeline *pipeline, KnPipelineDevice *device, const KnRecordKey *key,
			const guint8 *bytes, gsize n_bytes, gboolean is_opaque, const KnNow *now)
{
	KnBlock *block = block_for(pipeline, device, key, n_bytes, is_opaque);

	kn_block_append(block, key->seq, key->t_ms, bytes, n_bytes);
	pipeline->has_full_block |=
		block->records->len + KN_RECORD_ACCEPTED_BYTES > KN_BLOCK_BYTES_MAX;
	pipeline->batch->n_bytes += 2 + n_bytes;
	device->n_open++;
	device->has_news |= is_late(device->ledger, key->seq);
	kn_pipeline_keep_note(pipeline, now);
}

void
kn_pipeline_keep_note(KnPipeline *pipeline, const KnNow *now)
{
	if (pipeline->batch_since_us == 0)
		pipeline->batch_since_us = now->boottime_us;
}

void
kn_pipeline_keep_battery(KnPipeline *pipeline, const KnBatteryNote *note, const KnNow *now)
{
	GArray *notes = pipeline->batch->batteries;

	kn_pipeline_keep_note(pipeline, now);
	for (guint i = 0; i < notes->len; i++) {
		KnBatteryNote *old = &g_array_index(notes, KnBatteryNote, i);
		if (old->device_id != note->device_id)
			continue;
		*old = *note;
		return;
	}
	g_array_append_vals(notes, note, 1);
}

void
kn_pipeline_keep_synced(KnPipeline *pipeline, const KnPipelineDevice *device, const KnNow *now)
{
	GArray *synced = pipeline->batch->synced;

	pipeline->batch->synced_us = now->utc_us;
	for (guint i = 0; i < synced->len; i++)
		if (g_array_index(synced, gint64, i) == device->id)
			return;
	g_array_append_val(synced, device->id);
}

void
kn_pipeline_hurry(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	if (device->hurried_us != 0 && now->boottime_us - device->hurried_us < KN_HURRY_US) {
		device->is_hurry_due = TRUE;
		return;
	}
	device->hurried_us = now->boottime_us;
	device->is_hurry_due = FALSE;
	pipeline->is_urgent = TRUE;
}

void
kn_pipeline_hurry_later(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	if (!device->is_hurry_due || now->boottime_us - device->hurried_us < KN_HURRY_US)
		return;
	device->is_hurry_due = FALSE;
	pipeline->is_urgent = TRUE;
}

void
kn_pipeline_keep_log(KnPipeline *pipeline, KnPipelineDevice *device)
{
	const KnLedger *ledger = device->ledger;
	KnLogNote note = {device->id, ledger->log_id, ledger->first_seq, ledger->newest_seq,
			  ledger->is_newest_known};
	GArray *logs = pipeline->batch->logs;

	for (guint i = 0; i < logs->len; i++) {
		KnLogNote *old = &g_array_index(logs, KnLogNote, i);
		if (old->device_id == note.device_id && old->log_id == note.log_id) {
			*old = note;
			return;
		}
	}
	g_array_append_val(logs, note);
}

static gboolean
look_for_backfill(const KnPipeline *pipeline, const KnNow *now)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, pipeline->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnPipelineDevice *device = value;
		if (device->is_up && device->ledger && !device->transfer.is_caught_up &&
		    device->transfer.resume_us <= now->boottime_us)
			return TRUE;
	}
	return FALSE;
}

/* asked for every packet once a batch is 10 s old: all devices are looked at ten times a second, not for each */
static gboolean
is_backfilling(KnPipeline *pipeline, const KnNow *now)
{
	if (pipeline->looked_us == 0 || now->boottime_us - pipeline->looked_us >= KN_LOOK_US) {
		pipeline->is_backfilling = look_for_backfill(pipeline, now);
		pipeline->looked_us = now->boottime_us;
	}
	return pipeline->is_backfilling;
}

static gint64
scaled(const KnPipeline *pipeline, gint64 interval_us)
{
	return (gint64)((gdouble)interval_us * pipeline->config.timer_scale);
}

static gboolean
is_due(KnPipeline *pipeline, const KnNow *now)
{
	gint64 age_us = pipeline->batch_since_us ? now->boottime_us - pipeline->batch_since_us : 0;
	gboolean is_due_live, is_due_backfill;

	if (pipeline->is_urgent || pipeline->batch->blocks->len >= KN_OPEN_BLOCKS_MAX)
		return TRUE;
	is_due_live = age_us >= scaled(pipeline, KN_COMMIT_LIVE_US) ||
		      (pipeline->has_full_block && pipeline->batch->n_bytes >= KN_BATCH_LIVE_BYTES);
	is_due_backfill = age_us >= scaled(pipeline, KN_COMMIT_BACKFILL_US) ||
			  pipeline->batch->n_bytes >= KN_BATCH_BACKFILL_BYTES;
	if (is_due_live == is_due_backfill)
		return is_due_live;
	return is_backfilling(pipeline, now) ? is_due_backfill : is_due_live;
}

static KnFlight *
flight_new(const KnBatch *batch)
{
	KnFlight *flight = g_new(KnFlight, 1);

	flight->batch_id = batch->id;
	flight->promises = g_array_new(FALSE, FALSE, sizeof(KnPromise));
	for (guint i = 0; i < batch->blocks->len; i++) {
		const KnBlock *block = batch->blocks->pdata[i];
		KnPromise promise = {block->device_id,
				     block->log_id,
				     {block->first_seq, block->last_seq, KN_GAP_OPEN}};
		g_array_append_val(flight->promises, promise);
	}
	for (guint i = 0; i < batch->gaps->len; i++) {
		const KnGapNote *note = &g_array_index(batch->gaps, KnGapNote, i);
		KnPromise promise = {note->device_id, note->log_id, note->gap};
		g_array_append_val(flight->promises, promise);
	}
	return flight;
}

/* the newest seq of every log in the batch goes with it: a session's completeness is judged against it */
static void
note_logs(KnPipeline *pipeline)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, pipeline->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		KnPipelineDevice *device = value;
		device->has_news = FALSE;
		if (device->ledger && device->n_open > 0)
			kn_pipeline_keep_log(pipeline, device);
	}
}

static void
hand_over(KnPipeline *pipeline, const KnNow *now)
{
	KnBatch *batch;

	note_logs(pipeline);
	pipeline->is_urgent = FALSE;
	if (kn_batch_is_empty(pipeline->batch))
		return;
	batch = pipeline->batch;
	batch->at_us = now->utc_us;
	g_ptr_array_add(pipeline->flights, flight_new(batch));
	pipeline->batch = kn_batch_new(pipeline->next_batch_id++);
	pipeline->batch_since_us = 0;
	pipeline->has_full_block = FALSE;
	pipeline->sink.commit(pipeline->user, batch);
}

void
kn_pipeline_commit_if_due(KnPipeline *pipeline, const KnNow *now)
{
	if (pipeline->flights->len < KN_BATCHES_IN_FLIGHT_MAX && is_due(pipeline, now))
		hand_over(pipeline, now);
}

void
kn_pipeline_flush(KnPipeline *pipeline, const KnNow *now)
{
	hand_over(pipeline, now);
}

static KnLedger *
ledger_of(const KnPipelineDevice *device, guint64 log_id)
{
	for (guint i = 0; i < device->ledgers->len; i++) {
		KnLedger *ledger = device->ledgers->pdata[i];
		if (ledger->log_id == log_id)
			return ledger;
	}
	return NULL;
}

static void
keep_promise(KnPipeline *pipeline, const KnPromise *promise)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, promise->device_id);
	KnLedger *ledger = device ? ledger_of(device, promise->log_id) : NULL;

	if (!ledger)
		return;
	if (promise->span.reason != KN_GAP_OPEN) {
		kn_ledger_settle_gap(ledger, &promise->span);
		return;
	}
	kn_ledger_commit(ledger, promise->span.first_seq, promise->span.last_seq);
	device->n_open -= MIN(device->n_open, promise->span.last_seq - promise->span.first_seq + 1);
}

void
kn_pipeline_committed(KnPipeline *pipeline, guint64 batch_id, const KnNow *now)
{
	GHashTableIter iter;
	gpointer value;

	for (guint i = 0; i < pipeline->flights->len; i++) {
		const KnFlight *flight = pipeline->flights->pdata[i];
		if (flight->batch_id != batch_id)
			continue;
		for (guint k = 0; k < flight->promises->len; k++)
			keep_promise(pipeline, &g_array_index(flight->promises, KnPromise, k));
		g_ptr_array_remove_index(pipeline->flights, i);
		break;
	}
	g_hash_table_iter_init(&iter, pipeline->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		kn_pipeline_trim(pipeline, value);
	kn_pipeline_commit_if_due(pipeline, now);
}

gsize
kn_pipeline_n_open_bytes(const KnPipeline *pipeline)
{
	return pipeline->batch->n_bytes;
}
