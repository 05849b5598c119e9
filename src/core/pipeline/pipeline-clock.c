/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what the hub's clock does, for the store and for those who are told the time */

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
