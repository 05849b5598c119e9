/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* one record: admitted, kept, decoded, and what it means besides */

#include "core/pipeline/pipeline-private.h"

static void
count_status(KnPipelineCounters *counters, KnDecodeStatus status)
{
	switch (status) {
	case KN_DECODE_OK:
		break;
	case KN_DECODE_PROTOBUF:
		counters->n_bad_protobuf++;
		break;
	case KN_DECODE_VERSION:
		counters->n_bad_version++;
		break;
	case KN_DECODE_RANGE:
		counters->n_bad_range++;
		break;
	case KN_DECODE_UNSUPPORTED:
		counters->n_unsupported++;
		break;
	}
}

/* what a decoded record means besides being kept */
static void
apply_record(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Record *record,
	     KnFrameKind kind, const KnNow *now)
{
	if (record->which_body == ktp_Record_clock_anchor_tag) {
		const ktp_ClockAnchor *banked = &record->body.clock_anchor;
		KnAnchor anchor = {.device_id = device->id,
				   .log_id = device->ledger->log_id,
				   .boot = record->boot,
				   .t_ms = record->t_ms,
				   .utc_us = (gint64)banked->unix_us,
				   .quality = (guint8)banked->quality,
				   .is_banked = TRUE};
		g_array_append_val(pipeline->batch->anchors, anchor);
	}
	if (record->which_body == ktp_Record_battery_tag && kind == KN_FRAME_LIVE) {
		KnBatteryNote note = {device->id, record->body.battery.charge_permille,
				      record->body.battery.is_charging, now->utc_us};
		kn_pipeline_keep_battery(pipeline, &note, now);
	}
	if (record->which_body == ktp_Record_samples_tag)
		device->counters.n_values += record->body.samples.deltas_hpa_count;
	/* who just got up looks now; an end that was lost and comes as history waits for the rest of its stretch */
	if (record->which_body == ktp_Record_session_end_tag) {
		if (kind == KN_FRAME_LIVE)
			kn_pipeline_hurry(pipeline, device, now);
		device->has_news = TRUE;
	}
	if (kind == KN_FRAME_LIVE &&
	    kn_live_push(&device->live, &device->info, device->ledger->log_id, record)) {
		kn_pipeline_tell(pipeline, device, KN_EVENT_SESSION_ENDED, now,
				 "at record %" G_GUINT64_FORMAT, record->seq);
		kn_pipeline_hurry(pipeline, device, now);
	}
}

/* the same record twice is the rule (live beside history); two different ones are the device's fault, and both are kept */
static void
note_duplicate(KnPipeline *pipeline, KnPipelineDevice *device, guint64 seq, guint32 crc,
	       const guint8 *bytes, gsize n_bytes, const KnNow *now)
{
	KnRecent *recent = &device->recent[seq % KN_RECENT_RECORDS];
	KnConflict *conflict;

	device->counters.n_duplicates++;
	if (recent->seq != seq || recent->crc == crc)
		return;
	device->counters.n_conflicts++;
	if (pipeline->batch->conflicts->len >= KN_CONFLICTS_MAX)
		return;
	/* the same once more is then no news */
	recent->crc = crc;
	kn_pipeline_keep_note(pipeline, now);
	conflict = g_new(KnConflict, 1);
	*conflict = (KnConflict){device->id, device->ledger->log_id, seq,
				 g_bytes_new(bytes, n_bytes), now->utc_us};
	g_ptr_array_add(pipeline->batch->conflicts, conflict);
	kn_pipeline_tell(pipeline, device, KN_EVENT_CONFLICT, now,
			 "record %" G_GUINT64_FORMAT " came with other content", seq);
}

/* FALSE: not to be kept, for a reason that was counted */
static gboolean
admit_record(KnPipeline *pipeline, KnPipelineDevice *device, const KnRecordKey *key, guint32 crc,
	     const guint8 *bytes, gsize n_bytes, const KnNow *now)
{
	KnLedger *ledger = device->ledger;

	if (key->seq > ledger->newest_seq + KN_SEQ_JUMP_MAX) {
		device->counters.n_bad_seq++;
		device->n_malformed++;
		kn_pipeline_ask_state(pipeline, device, now);
		return FALSE;
	}
	if (key->seq < ledger->first_seq) {
		device->counters.n_duplicates++;
		return FALSE;
	}
	if (!kn_pipeline_has_room(pipeline)) {
		ledger->newest_seq = MAX(ledger->newest_seq, key->seq);
		device->counters.n_refused_memory++;
		return FALSE;
	}
	if (!kn_ledger_has_room(ledger, key->seq)) {
		ledger->newest_seq = MAX(ledger->newest_seq, key->seq);
		device->counters.n_refused_holes++;
		return FALSE;
	}
	if (!kn_ledger_receive(ledger, key->seq)) {
		note_duplicate(pipeline, device, key->seq, crc, bytes, n_bytes, now);
		return FALSE;
	}
	return TRUE;
}

/* newest_seq: before it came */
static void
note_new(KnPipelineDevice *device, const KnFrameReader *frame, guint64 seq, guint64 newest_seq,
	 const KnNow *now)
{
	device->counters.n_records++;
	device->recent[seq % KN_RECENT_RECORDS] = (KnRecent){seq, frame->crc};
	kn_transfer_received(&device->transfer, seq);
	if (frame->kind != KN_FRAME_HISTORY) {
		if (seq > newest_seq + 1)
			device->counters.n_live_missed += seq - newest_seq - 1;
		return;
	}
	device->counters.n_fetched++;
	if (seq <= newest_seq)
		kn_transfer_progressed(&device->transfer, now->boottime_us);
}

void
kn_pipeline_handle_record(KnPipeline *pipeline, KnPipelineDevice *device,
			  const KnFrameReader *frame, const guint8 *bytes, gsize n_bytes,
			  const KnNow *now)
{
	gboolean is_opaque = frame->version != KN_FRAME_VERSION;
	bool is_canonical = false;
	KnDecodeStatus status;
	guint64 newest_seq;
	ktp_Record record;
	KnRecordKey key;

	if (!device->ledger) {
		device->counters.n_unplaced++;
		return;
	}
	if (!kn_decode_key(bytes, n_bytes, &key)) {
		device->counters.n_bad_key++;
		device->n_malformed++;
		if (frame->kind == KN_FRAME_HISTORY)
			kn_transfer_refused(&device->transfer);
		return;
	}
	if (frame->kind == KN_FRAME_HISTORY)
		kn_transfer_heard(&device->transfer, key.seq, now->boottime_us);
	newest_seq = device->ledger->newest_seq;
	if (!admit_record(pipeline, device, &key, frame->crc, bytes, n_bytes, now))
		return;
	note_new(device, frame, key.seq, newest_seq, now);
	device->sends_newer |= is_opaque;
	kn_pipeline_keep_record(pipeline, device, &key, bytes, n_bytes, is_opaque, now);
	status = is_opaque
			 ? KN_DECODE_VERSION
			 : kn_decode_record(bytes, n_bytes, &device->info, &record, &is_canonical);
	count_status(&device->counters, status);
	if (status != KN_DECODE_OK)
		return;
	if (!is_canonical)
		device->counters.n_noncanonical++;
	apply_record(pipeline, device, &record, frame->kind, now);
}
