/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the conversation on a link: what is asked when, and what the answers mean */

#include "core/pipeline/pipeline-private.h"
#include "core/wire/encode.h"

#include <string.h>

gboolean
kn_pipeline_send(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Control *control)
{
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(control, bytes, sizeof bytes);

	return n_bytes > 0 && pipeline->sink.control(pipeline->user, device->id, bytes, n_bytes);
}

void
kn_pipeline_ask_state(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	const ktp_Control control = {.which_op = ktp_Control_get_state_tag};

	if (device->state_asked_us != 0 && now->boottime_us - device->state_asked_us < KN_REPLY_US)
		return;
	if (!kn_pipeline_send(pipeline, device, &control))
		return;
	device->state_asked_us = now->boottime_us;
	device->n_state_asked++;
}

void
kn_pipeline_trim(KnPipeline *pipeline, KnPipelineDevice *device)
{
	ktp_Control control = {.which_op = ktp_Control_trim_tag};
	guint64 to_seq;

	if (!device->is_up || !device->ledger || device->is_foreign_owned)
		return;
	to_seq = kn_ledger_trim_to(device->ledger);
	if (to_seq == 0 || to_seq <= device->trimmed_to_seq)
		return;
	control.op.trim = (ktp_Trim){device->ledger->log_id, to_seq, pipeline->config.hub_id};
	if (!kn_pipeline_send(pipeline, device, &control))
		return;
	device->trimmed_to_seq = to_seq;
	device->counters.n_trims++;
}

/* whether a batch, open or on its way, holds anything of a log */
static gboolean
is_promised(const KnPipeline *pipeline, gint64 device_id, guint64 log_id)
{
	for (guint i = 0; i < pipeline->batch->blocks->len; i++) {
		const KnBlock *block = pipeline->batch->blocks->pdata[i];
		if (block->device_id == device_id && block->log_id == log_id)
			return TRUE;
	}
	for (guint i = 0; i < pipeline->flights->len; i++) {
		const KnFlight *flight = pipeline->flights->pdata[i];
		for (guint k = 0; k < flight->promises->len; k++) {
			const KnPromise *promise = &g_array_index(flight->promises, KnPromise, k);
			if (promise->device_id == device_id && promise->log_id == log_id)
				return TRUE;
		}
	}
	return FALSE;
}

/* Out of memory, not of the store: should the device ever write that log again, all of it is fetched, and found to be there. */
static gboolean
drop_oldest_ledger(KnPipeline *pipeline, KnPipelineDevice *device)
{
	for (guint i = 0; i < device->ledgers->len; i++) {
		const KnLedger *ledger = device->ledgers->pdata[i];
		if (ledger == device->ledger || is_promised(pipeline, device->id, ledger->log_id))
			continue;
		g_ptr_array_remove_index(device->ledgers, i);
		return TRUE;
	}
	return FALSE;
}

/* The ledger of the log that the device writes now; a log_id never seen starts an empty one. NULL: not now, or not from this device. */
static KnLedger *
choose_ledger(KnPipeline *pipeline, KnPipelineDevice *device, guint64 log_id, const KnNow *now)
{
	KnLedger *ledger;

	for (guint i = 0; i < device->ledgers->len; i++) {
		ledger = device->ledgers->pdata[i];
		if (ledger->log_id == log_id)
			return ledger;
	}
	if (!kn_pipeline_may_begin_log(pipeline, device, now) ||
	    (device->ledgers->len >= KN_LOGS_MAX && !drop_oldest_ledger(pipeline, device)))
		return NULL;
	ledger = g_new(KnLedger, 1);
	kn_ledger_init(ledger, log_id);
	g_ptr_array_add(device->ledgers, ledger);
	kn_pipeline_emit(pipeline, device, KN_EVENT_NEW_LOG, "log %016" G_GINT64_MODIFIER "x",
			 log_id);
	return ledger;
}

static void
take_ownership(KnPipeline *pipeline, KnPipelineDevice *device, guint64 owner_hub_id,
	       const KnNow *now)
{
	gboolean is_foreign = owner_hub_id != 0 && owner_hub_id != pipeline->config.hub_id;
	ktp_Control control = {.which_op = ktp_Control_own_tag};

	if (is_foreign && !device->is_foreign_owned)
		kn_pipeline_tell(pipeline, device, KN_EVENT_FOREIGN_OWNER, now,
				 "hub %016" G_GINT64_MODIFIER "x trims it", owner_hub_id);
	device->is_foreign_owned = is_foreign;
	control.op.own.hub_id = pipeline->config.hub_id;
	if (owner_hub_id == 0)
		kn_pipeline_send(pipeline, device, &control);
}

/* Which one it was does not matter: all may be said twice. Live above all: a device that was never told to send is heard no more. */
void
kn_pipeline_control_failed(KnPipeline *pipeline, gint64 device_id, const KnNow *now)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (!device || !device->is_up)
		return;
	device->is_control_lost = TRUE;
	device->transfer.wants_state = TRUE;
	kn_transfer_abandon(&device->transfer, now->boottime_us);
	/* as if it had been asked: a device that refuses every write must not be asked without end */
	device->state_asked_us = now->boottime_us;
}

static gboolean
is_state_plausible(const ktp_State *state)
{
	return state->newest_seq <= KN_SEQ_MAX && state->oldest_seq <= KN_SEQ_MAX &&
	       state->trimmed_to_seq <= KN_SEQ_MAX;
}

/* It counts as not answered, so that it is asked again after a while and not at once. */
static void
refuse_state(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	device->counters.n_bad_seq++;
	device->n_malformed++;
	if (device->is_state_refused)
		return;
	device->is_state_refused = TRUE;
	kn_pipeline_tell(pipeline, device, KN_EVENT_DEVICE_ERROR, now,
			 "what it says of its memory cannot be");
}

static void
handle_state(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_State *state,
	     const KnNow *now)
{
	const ktp_Control live_on = {.which_op = ktp_Control_live_tag, .op.live.is_on = true};
	KnBatteryNote battery = {device->id, MIN(state->charge_permille, 1000), FALSE, now->utc_us};
	KnLedger *ledger = is_state_plausible(state)
				   ? choose_ledger(pipeline, device, state->log_id, now)
				   : NULL;

	if (device->is_refused)
		return;
	if (!ledger) {
		refuse_state(pipeline, device, now);
		return;
	}
	device->state_asked_us = 0;
	device->n_state_asked = 0;
	device->is_silent = FALSE;
	device->is_state_refused = FALSE;
	device->transfer.wants_state = FALSE;
	if (device->is_control_lost) {
		device->is_control_lost = FALSE;
		device->is_live_on = FALSE;
		device->clock_given = ktp_CLOCK_UNKNOWN;
	}
	if (device->log_id != ledger->log_id) {
		device->log_id = ledger->log_id;
		memset(device->recent, 0, KN_RECENT_RECORDS * sizeof *device->recent);
		kn_transfer_forget(&device->transfer);
	}
	device->ledger = ledger;
	device->trimmed_to_seq = state->trimmed_to_seq;
	take_ownership(pipeline, device, state->owner_hub_id, now);
	kn_pipeline_name_overwritten(pipeline, device, state, now);
	kn_pipeline_keep_log(pipeline, device);
	kn_pipeline_keep_battery(pipeline, &battery, now);
	if (!device->is_live_on) {
		device->is_live_on = kn_pipeline_send(pipeline, device, &live_on);
		/* what is banked between this State and Live is told by neither */
		if (device->is_live_on)
			kn_pipeline_ask_state(pipeline, device, now);
	}
	/* an earlier commit may have made records durable while no link was there to say so */
	kn_pipeline_trim(pipeline, device);
}

static void
handle_error(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Error *error,
	     const KnNow *now)
{
	kn_pipeline_tell_error(pipeline, device, error, now);
	if (error->operation == ktp_OPERATION_TRIM)
		device->trimmed_to_seq = 0;
	if (error->operation == ktp_OPERATION_FETCH)
		kn_transfer_abandon(&device->transfer, now->boottime_us);
	/* another log or owner than State told: the only cure is to ask again */
	if (error->code == ktp_ERROR_FOREIGN_LOG || error->code == ktp_ERROR_NOT_OWNER)
		kn_pipeline_ask_state(pipeline, device, now);
}

void
kn_pipeline_handle_reply(KnPipeline *pipeline, KnPipelineDevice *device, const guint8 *bytes,
			 gsize n_bytes, const KnNow *now)
{
	ktp_Reply reply;

	if (kn_decode_reply(bytes, n_bytes, &reply) != KN_DECODE_OK) {
		device->counters.n_bad_protobuf++;
		device->n_malformed++;
		return;
	}
	switch (reply.which_body) {
	case ktp_Reply_state_tag:
		handle_state(pipeline, device, &reply.body.state, now);
		break;
	case ktp_Reply_clock_tag:
		kn_pipeline_handle_clock(pipeline, device, &reply.body.clock, now);
		break;
	case ktp_Reply_fetch_done_tag:
		kn_transfer_done(&device->transfer, &reply.body.fetch_done);
		break;
	case ktp_Reply_error_tag:
		handle_error(pipeline, device, &reply.body.error, now);
		break;
	}
}

static void
judge_transfer(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(KnGap));

	kn_transfer_judge(&device->transfer, device->ledger, now->boottime_us, gaps);
	for (guint i = 0; i < gaps->len; i++)
		kn_pipeline_name_unreadable(pipeline, device, &g_array_index(gaps, KnGap, i), now);
}

static void
drive_transfer(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	ktp_Control control = {.which_op = ktp_Control_fetch_tag};
	KnRange range;

	if (device->transfer.n_requests > 0)
		judge_transfer(pipeline, device, now);
	if (device->transfer.wants_state)
		kn_pipeline_ask_state(pipeline, device, now);
	if (!kn_pipeline_has_room(pipeline)) {
		kn_transfer_hold(&device->transfer, now->boottime_us);
		return;
	}
	while (kn_transfer_next(&device->transfer, device->ledger, now->boottime_us, &range)) {
		control.op.fetch = (ktp_Fetch){device->ledger->log_id, range.first, range.last};
		if (!kn_pipeline_send(pipeline, device, &control))
			break;
		kn_transfer_asked(&device->transfer, &range, now->boottime_us);
		kn_trust_ask(&device->trust, range.last - range.first + 1);
	}
}

/* a live record that was lost and came again while all is still in memory is no reason to write, nor news */
static void
note_caught_up(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	kn_pipeline_keep_synced(pipeline, device, now);
	if (!device->has_news && device->was_caught_up)
		return;
	pipeline->is_urgent = TRUE;
	device->was_caught_up = TRUE;
	kn_pipeline_tell(pipeline, device, KN_EVENT_CAUGHT_UP, now, "to record %" G_GUINT64_FORMAT,
			 device->ledger->newest_seq);
}

/* A link over which no answer comes brings nothing, however long it stands. */
static void
drive_state(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	gboolean is_silent = !device->ledger && device->n_state_asked >= KN_QUESTIONS_MAX &&
			     now->boottime_us - device->state_asked_us >= KN_REPLY_US;
	if (is_silent && !device->is_silent && !pipeline->config.is_replay) {
		device->is_silent = TRUE;
		kn_pipeline_tell(pipeline, device, KN_EVENT_DEVICE_STUCK, now,
				 "it answers nothing");
	}
	if (!device->ledger || device->n_state_asked > 0)
		kn_pipeline_ask_state(pipeline, device, now);
}

/* Both ends may take for a link what is none any more, and nobody but who waits for an answer can know. */
static void
drive_silence(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	gint64 wait_us = MAX(device->silence_us, KN_SILENCE_US);
	/* one more than those that had time to be answered */
	gboolean is_asked = device->n_state_asked > KN_QUESTIONS_MAX ||
			    (device->ledger && kn_transfer_is_stuck(&device->transfer) &&
			     !device->transfer.is_caught_up);

	if (!is_asked || !pipeline->sink.renew || now->boottime_us - device->heard_us < wait_us)
		return;
	device->silence_us = MIN(2 * wait_us, KN_SILENCE_MAX_US);
	/* once: its end is on the way */
	device->heard_us = now->boottime_us;
	device->counters.n_renewals++;
	pipeline->sink.renew(pipeline->user, device->id);
}

void
kn_pipeline_drive(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	kn_pipeline_hurry_later(pipeline, device, now);
	drive_state(pipeline, device, now);
	drive_silence(pipeline, device, now);
	if (!device->ledger)
		return;
	if (device->live.fold && device->live.span.state == KN_SESSION_OPEN &&
	    now->boottime_us - device->live_us >= KN_LIVE_SILENCE_US) {
		device->live_us = now->boottime_us;
		kn_pipeline_ask_state(pipeline, device, now);
	}
	kn_pipeline_drive_clock(pipeline, device, now);
	drive_transfer(pipeline, device, now);
	switch (kn_transfer_verdict(&device->transfer, device->ledger, now->boottime_us)) {
	case KN_VERDICT_NONE:
		break;
	case KN_VERDICT_CAUGHT_UP:
		note_caught_up(pipeline, device, now);
		break;
	case KN_VERDICT_DEVICE_STUCK:
		device->was_caught_up = FALSE;
		kn_pipeline_tell(pipeline, device, KN_EVENT_DEVICE_STUCK, now,
				 "%" G_GUINT64_FORMAT " records missing",
				 kn_ledger_n_missing(device->ledger));
		break;
	}
}
