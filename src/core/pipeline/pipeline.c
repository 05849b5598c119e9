/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/pipeline-private.h"

#include <stdarg.h>
#include <string.h>

static void
ledger_free(gpointer data)
{
	kn_ledger_clear(data);
	g_free(data);
}

static void
device_free(gpointer data)
{
	KnPipelineDevice *device = data;

	g_clear_pointer(&device->info_bytes, g_bytes_unref);
	g_ptr_array_unref(device->ledgers);
	kn_transfer_clear(&device->transfer);
	kn_live_clear(&device->live);
	g_free(device->recent);
	g_free(device);
}

static void
flight_free(gpointer data)
{
	KnFlight *flight = data;

	g_array_unref(flight->promises);
	g_free(flight);
}

KnPipeline *
kn_pipeline_new(const KnPipelineConfig *config, const KnPipelineSink *sink, gpointer user)
{
	KnPipeline *pipeline = g_new0(KnPipeline, 1);

	pipeline->config = *config;
	pipeline->sink = *sink;
	pipeline->user = user;
	pipeline->devices = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, device_free);
	pipeline->next_batch_id = 1;
	pipeline->batch = kn_batch_new(pipeline->next_batch_id++);
	pipeline->flights = g_ptr_array_new_with_free_func(flight_free);
	return pipeline;
}

void
kn_pipeline_free(KnPipeline *pipeline)
{
	if (!pipeline)
		return;
	g_hash_table_unref(pipeline->devices);
	kn_batch_free(pipeline->batch);
	g_ptr_array_unref(pipeline->flights);
	g_free(pipeline);
}

KnPipelineDevice *
kn_pipeline_lookup(const KnPipeline *pipeline, gint64 device_id)
{
	return g_hash_table_lookup(pipeline->devices, &device_id);
}

void
kn_pipeline_emit(KnPipeline *pipeline, const KnPipelineDevice *device, KnEventKind kind,
		 const gchar *format, ...)
{
	g_autofree gchar *detail = NULL;
	va_list args;

	va_start(args, format);
	detail = g_strdup_vprintf(format, args);
	va_end(args);
	pipeline->sink.event(pipeline->user, device->id, kind, detail);
}

void
kn_pipeline_tell(KnPipeline *pipeline, KnPipelineDevice *device, KnEventKind kind, const KnNow *now,
		 const gchar *format, ...)
{
	const KnAllowanceRate rate = {KN_EVENTS_BURST, KN_EVENT_US};
	g_autofree gchar *detail = NULL;
	va_list args;

	if (!kn_allowance_take(&device->events[kind], &rate, now->boottime_us)) {
		device->counters.n_untold_events++;
		return;
	}
	va_start(args, format);
	detail = g_strdup_vprintf(format, args);
	va_end(args);
	pipeline->sink.event(pipeline->user, device->id, kind, detail);
}

void
kn_pipeline_add_device(KnPipeline *pipeline, gint64 device_id, GBytes *info,
		       const GPtrArray *ledgers)
{
	KnPipelineDevice *device;

	if (kn_pipeline_lookup(pipeline, device_id))
		return;
	device = g_new0(KnPipelineDevice, 1);
	device->id = device_id;
	device->info_bytes = info ? g_bytes_ref(info) : NULL;
	device->ledgers = g_ptr_array_new_with_free_func(ledger_free);
	for (guint i = 0; ledgers && i < ledgers->len; i++) {
		const KnLedger *stored = ledgers->pdata[i];
		KnLedger *ledger = g_new(KnLedger, 1);
		kn_ledger_init(ledger, stored->log_id);
		kn_rangeset_unite(&ledger->durable, &stored->durable);
		kn_rangeset_unite(&ledger->named, &stored->named);
		kn_rangeset_unite(&ledger->erased, &stored->erased);
		/* of what was folded nothing else is left */
		kn_rangeset_unite(&ledger->received, &stored->received);
		kn_rangeset_unite(&ledger->settled, &stored->settled);
		ledger->folded_to_seq = stored->folded_to_seq;
		ledger->n_folded_gaps = stored->n_folded_gaps;
		ledger->first_seq = stored->first_seq;
		kn_ledger_loaded(ledger);
		ledger->newest_seq = stored->newest_seq;
		ledger->is_newest_known = stored->is_newest_known;
		g_ptr_array_add(device->ledgers, ledger);
	}
	kn_transfer_init(&device->transfer);
	kn_trust_init(&device->trust, pipeline->config.timer_scale);
	kn_live_init(&device->live);
	device->recent = g_new0(KnRecent, KN_RECENT_RECORDS);
	g_hash_table_insert(pipeline->devices, &device->id, device);
}

gboolean
kn_pipeline_link_up(KnPipeline *pipeline, gint64 device_id, const guint8 *info, gsize n_info,
		    const KnNow *now)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);
	g_autoptr(GBytes) bytes = g_bytes_new(info, n_info);
	ktp_Info decoded;

	if (!device || !kn_pipeline_admit(pipeline, device, info, n_info, &decoded, now))
		return FALSE;
	kn_pipeline_clock(pipeline, now);
	device->info = decoded;
	if (!device->info_bytes || !g_bytes_equal(device->info_bytes, bytes)) {
		KnInfoNote *note = g_new(KnInfoNote, 1);
		*note = (KnInfoNote){device_id, g_bytes_ref(bytes), now->utc_us};
		g_ptr_array_add(pipeline->batch->infos, note);
		g_clear_pointer(&device->info_bytes, g_bytes_unref);
		device->info_bytes = g_steal_pointer(&bytes);
	}
	device->is_up = TRUE;
	device->is_refused = FALSE;
	device->sends_newer = FALSE;
	device->is_clock_unset = FALSE;
	device->has_counter = FALSE;
	device->ledger = NULL;
	device->is_live_on = FALSE;
	device->is_control_lost = FALSE;
	device->was_caught_up = FALSE;
	device->state_asked_us =
		0; /* a question of the link before will not be answered on this one */
	device->n_state_asked = 0;
	device->is_silent = FALSE;
	device->clock_asked_us = 0;
	device->n_clock_asked = 0;
	device->heard_us = now->boottime_us;
	device->clock_due_us = now->boottime_us;
	device->clock_given = ktp_CLOCK_UNKNOWN;
	kn_transfer_start(&device->transfer, now->boottime_us);
	kn_trust_start(&device->trust);
	kn_pipeline_emit(pipeline, device, KN_EVENT_LINK_UP, "%u nodes",
			 (guint)decoded.nodes_count);
	/* the clock first: the anchor that the device banks for it is then part of what its State tells */
	kn_pipeline_give_clock(pipeline, device, now);
	kn_pipeline_ask_state(pipeline, device, now);
	return TRUE;
}

void
kn_pipeline_link_down(KnPipeline *pipeline, gint64 device_id, const KnNow *now)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (!device || !device->is_up)
		return;
	device->is_up = FALSE;
	kn_live_clear(&device->live);
	kn_live_init(&device->live);
	pipeline->is_urgent = TRUE;
	kn_pipeline_emit(pipeline, device, KN_EVENT_LINK_DOWN,
			 "%" G_GUINT64_FORMAT " records missing",
			 device->ledger ? kn_ledger_n_missing(device->ledger) : 0);
	kn_pipeline_commit_if_due(pipeline, now);
}

gboolean
kn_pipeline_can_identify(const KnPipeline *pipeline, gint64 device_id)
{
	const KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	return device && device->is_up &&
	       (device->info.capabilities & ktp_CAPABILITY_IDENTIFY) != 0;
}

gboolean
kn_pipeline_identify(KnPipeline *pipeline, gint64 device_id, guint duration_s)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);
	const ktp_Control identify = {.which_op = ktp_Control_identify_tag,
				      .op.identify = {CLAMP(duration_s, 1, 60)}};

	return kn_pipeline_can_identify(pipeline, device_id) &&
	       kn_pipeline_send(pipeline, device, &identify);
}

void
kn_pipeline_set_enrolled(KnPipeline *pipeline, gint64 device_id, gint64 since)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (device)
		device->enrolled = since;
}

GBytes *
kn_pipeline_get_info(const KnPipeline *pipeline, gint64 device_id)
{
	const KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	return device ? device->info_bytes : NULL;
}

void
kn_pipeline_refresh(KnPipeline *pipeline, gint64 device_id, const KnNow *now)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (!device || !device->is_up)
		return;
	/* whatever was asked before may be answered before the one who wants to hear it listens */
	device->state_asked_us = 0;
	kn_pipeline_ask_state(pipeline, device, now);
}

/* TRUE: some were lost */
static gboolean
count_lost_notifications(KnPipelineDevice *device, guint8 counter)
{
	gboolean is_jump = device->has_counter && counter != (guint8)(device->counter + 1);

	device->counters.n_counter_jumps += is_jump;
	device->has_counter = TRUE;
	device->counter = counter;
	return is_jump;
}

/* TRUE: it was history that was asked for */
static gboolean
take_packet(KnPipeline *pipeline, KnPipelineDevice *device, const guint8 *bytes, gsize n_bytes,
	    const KnNow *now)
{
	const guint8 *body;
	KnFrameStatus status;
	KnFrameReader frame;
	gboolean is_lossy;
	guint n_frames = 0;
	gsize n_body;

	if (kn_frame_open(&frame, bytes, n_bytes) != KN_FRAME_OK) {
		/* nothing at all: the radio counts those */
		device->counters.n_bad_header += n_bytes > 0;
		device->n_malformed++;
		return FALSE;
	}
	is_lossy = count_lost_notifications(device, frame.counter);
	if (frame.kind == KN_FRAME_LIVE)
		device->live_us = now->boottime_us;
	while ((status = kn_frame_next(&frame, &body, &n_body)) == KN_FRAME_OK) {
		n_frames++;
		if (frame.kind == KN_FRAME_REPLY)
			kn_pipeline_handle_reply(pipeline, device, body, n_body, now);
		else
			kn_pipeline_handle_record(pipeline, device, &frame, body, n_body, now);
	}
	if (status != KN_FRAME_END) {
		device->counters.n_bad_length += status == KN_FRAME_LENGTH;
		device->counters.n_bad_crc += status == KN_FRAME_CRC;
		device->n_malformed++;
		if (frame.kind == KN_FRAME_HISTORY)
			kn_transfer_refused(&device->transfer);
	}
	/* a live record that was lost shows as a hole below the next one; only State tells of the last one */
	if (frame.kind == KN_FRAME_LIVE ? status != KN_FRAME_END : is_lossy)
		kn_pipeline_ask_state(pipeline, device, now);
	n_frames += status != KN_FRAME_END;
	return frame.kind == KN_FRAME_HISTORY && kn_trust_take(&device->trust, n_frames);
}

void
kn_pipeline_packet(KnPipeline *pipeline, gint64 device_id, const guint8 *bytes, gsize n_bytes,
		   const KnNow *now)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);
	gboolean is_asked;

	if (!device || !device->is_up)
		return;
	device->counters.n_notifications++;
	device->heard_us = now->boottime_us;
	device->silence_us = 0;
	if (device->is_refused) {
		device->counters.n_ignored++;
		return;
	}
	device->n_malformed = 0;
	is_asked = take_packet(pipeline, device, bytes, n_bytes, now);
	if (!device->is_refused)
		kn_pipeline_weigh(pipeline, device, is_asked, now);
	if (!device->is_refused)
		kn_pipeline_drive(pipeline, device, now);
	kn_pipeline_commit_if_due(pipeline, now);
}

void
kn_pipeline_tick(KnPipeline *pipeline, const KnNow *now)
{
	GHashTableIter iter;
	gpointer value;

	kn_pipeline_clock(pipeline, now);
	g_hash_table_iter_init(&iter, pipeline->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((KnPipelineDevice *)value)->is_up && !((KnPipelineDevice *)value)->is_refused)
			kn_pipeline_drive(pipeline, value, now);
	kn_pipeline_commit_if_due(pipeline, now);
}
