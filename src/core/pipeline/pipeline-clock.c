/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what the hub's clock does, for the store and for those who are told the time; and what they say of theirs */

#include "core/measure/names.h"
#include "core/pipeline/pipeline-private.h"

/* less is within what a round trip is off by: not worth telling anybody again */
#define TELL_US G_GINT64_CONSTANT(1000000)

static void
tell_again(KnPipeline *pipeline, const KnNow *now, gboolean is_far)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, pipeline->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		KnPipelineDevice *device = value;
		device->clock_due_us = now->boottime_us;
		if (is_far)
			device->clock_given = ktp_CLOCK_UNKNOWN;
	}
}

static void
emit(const KnPipeline *pipeline, gint64 step_us, ktp_ClockQuality quality)
{
	const gint64 step_s = step_us / G_USEC_PER_SEC;
	gint64 n = step_s;
	const gchar *unit = "s";
	g_autofree gchar *detail = NULL;

	if (ABS(step_s) >= 2 * 86400) {
		n = step_s / 86400;
		unit = "days";
	} else if (ABS(step_s) >= 2 * 3600) {
		n = step_s / 3600;
		unit = "h";
	}
	detail = g_strdup_printf("%+" G_GINT64_FORMAT " %s, it is %s", n, unit,
				 kn_name_quality(quality));
	pipeline->sink.event(pipeline->user, 0, KN_EVENT_CLOCK_SET, detail);
}

void
kn_pipeline_clock(KnPipeline *pipeline, const KnNow *now)
{
	ktp_ClockQuality best = pipeline->hub_time.best;
	gboolean is_first = !pipeline->hub_time.is_begun;
	gboolean is_far;
	KnHubAnchor anchor;
	gint64 step_us;

	if (!kn_hub_time_feed(&pipeline->hub_time, now, &step_us))
		return;
	anchor = (KnHubAnchor){pipeline->config.hub_boot_id, now->boottime_us, now->utc_us,
			       (guint8)now->quality};
	g_array_append_val(pipeline->batch->hub_anchors, anchor);
	if (is_first)
		return;
	is_far = ABS(step_us) >= TELL_US;
	tell_again(pipeline, now, is_far);
	kn_pipeline_keep_note(pipeline, now);
	emit(pipeline, step_us, now->quality);
	/* what was dated before may be wrong by years: nobody should have to look at that for five minutes */
	if (is_far || now->quality > best)
		pipeline->is_urgent = TRUE;
	kn_pipeline_commit_if_due(pipeline, now);
}

gboolean
kn_pipeline_is_clock_settling(const KnPipeline *pipeline, const KnNow *now)
{
	return kn_hub_time_is_settling(&pipeline->hub_time, now);
}

/* ---- one device ---- */

/* whenever the hub knows better than what was given on this link; that begins at unknown, so a guess is never given */
void
kn_pipeline_give_clock(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	ktp_Control control = {.which_op = ktp_Control_set_clock_tag};

	if (now->quality <= device->clock_given)
		return;
	control.op.set_clock =
		(ktp_SetClock){(guint64)now->utc_us, now->quality, pipeline->config.hub_id};
	if (!kn_pipeline_send(pipeline, device, &control))
		return;
	device->clock_given = now->quality;
	device->clock_due_us = now->boottime_us;
}

/* one that never answers is asked ever more seldom, down to as often as one that does */
static gint64
answer_wait_us(const KnPipelineDevice *device)
{
	gint64 wait_us = KN_REPLY_US;

	for (guint i = 1; i < device->n_clock_asked && wait_us < KN_CLOCK_US; i++)
		wait_us *= 2;
	return MIN(wait_us, KN_CLOCK_US);
}

/* read back at once and each hour: a device may take a write and not the time in it */
void
kn_pipeline_drive_clock(KnPipeline *pipeline, KnPipelineDevice *device, const KnNow *now)
{
	const ktp_Control get = {.which_op = ktp_Control_get_clock_tag};

	kn_pipeline_give_clock(pipeline, device, now);
	if (now->boottime_us < device->clock_due_us)
		return;
	if (device->clock_asked_us != 0 &&
	    now->boottime_us - device->clock_asked_us < answer_wait_us(device))
		return;
	if (!kn_pipeline_send(pipeline, device, &get))
		return;
	device->clock_asked_us = now->boottime_us;
	device->n_clock_asked++;
	/* it may be this question that it does not answer, or nothing at all: State tells */
	if (device->n_clock_asked > KN_QUESTIONS_MAX &&
	    now->boottime_us - device->heard_us >= KN_LIVE_SILENCE_US)
		kn_pipeline_ask_state(pipeline, device, now);
}

void
kn_pipeline_handle_clock(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_Clock *clock,
			 const KnNow *now)
{
	gint64 round_trip_us = now->boottime_us - device->clock_asked_us;
	KnAnchor anchor;

	if (device->clock_asked_us == 0 || !device->ledger || clock->t_ms > KN_TICK_MAX_MS)
		return;
	device->clock_asked_us = 0;
	device->n_clock_asked = 0;
	device->clock_due_us = now->boottime_us + KN_CLOCK_US;
	device->is_clock_unset = clock->quality == ktp_CLOCK_UNKNOWN;
	anchor = (KnAnchor){
		.device_id = device->id,
		.log_id = device->ledger->log_id,
		.boot = clock->boot,
		.t_ms = clock->t_ms,
		.utc_us = now->utc_us - round_trip_us / 2,
		.error_us = round_trip_us / 2,
		.quality = (guint8)now->quality,
		.hub_boot_id = pipeline->config.hub_boot_id,
		.hub_us = now->boottime_us - round_trip_us / 2,
	};
	g_array_append_val(pipeline->batch->anchors, anchor);
	if (pipeline->batch_since_us == 0)
		pipeline->batch_since_us = now->boottime_us;
}
