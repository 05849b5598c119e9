/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* records that will never come get a name, and no device more names than a hub can keep */

#include "core/pipeline/pipeline-private.h"

static const KnAllowanceRate gap_rate = {KN_GAPS_BURST, KN_GAP_US};

/* the gap that it continues, in the batch that is open; NULL none */
static KnGapNote *
find_neighbour(const KnPipeline *pipeline, const KnPipelineDevice *device, const KnGap *gap)
{
	GArray *notes = pipeline->batch->gaps;

	for (guint i = notes->len; i > 0; i--) {
		KnGapNote *note = &g_array_index(notes, KnGapNote, i - 1);
		if (note->device_id == device->id && note->log_id == device->ledger->log_id &&
		    note->gap.reason == gap->reason && note->gap.first_seq <= gap->last_seq + 1 &&
		    gap->first_seq <= note->gap.last_seq + 1)
			return note;
	}
	return NULL;
}

static void
keep(KnPipeline *pipeline, KnPipelineDevice *device, const KnGap *gap, const KnNow *now)
{
	KnGapNote note = {device->id, device->ledger->log_id, *gap, now->utc_us};
	KnGapNote *neighbour = find_neighbour(pipeline, device, gap);

	if (neighbour) {
		neighbour->gap.first_seq = MIN(neighbour->gap.first_seq, gap->first_seq);
		neighbour->gap.last_seq = MAX(neighbour->gap.last_seq, gap->last_seq);
	} else {
		kn_allowance_take(&device->gaps, &gap_rate, now->boottime_us);
		g_array_append_val(pipeline->batch->gaps, note);
	}
	/* each by itself would be a commit for each bad record of a worn flash */
	kn_pipeline_keep_note(pipeline, now);
	kn_pipeline_hurry(pipeline, device, now);
	kn_pipeline_tell(pipeline, device, KN_EVENT_GAP_NAMED, now,
			 "records %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " %s", gap->first_seq,
			 gap->last_seq,
			 gap->reason == KN_GAP_OVERWRITTEN ? "overwritten" : "unreadable");
}

static gboolean
may_name(const KnPipelineDevice *device, const KnNow *now)
{
	return kn_ledger_may_name(device->ledger) &&
	       kn_allowance_has(&device->gaps, &gap_rate, now->boottime_us);
}

static void
put_off(KnPipelineDevice *device, const KnGap *gap, const KnNow *now)
{
	device->counters.n_put_off_gaps++;
	kn_transfer_put_off(&device->transfer, gap, now->boottime_us + KN_GAP_US);
}

void
kn_pipeline_name_overwritten(KnPipeline *pipeline, KnPipelineDevice *device, const ktp_State *state,
			     const KnNow *now)
{
	const KnGap unnamed = {.reason = KN_GAP_OVERWRITTEN};
	gboolean may = TRUE;
	KnGap gap;

	while (may) {
		may = may_name(device, now);
		if (!kn_ledger_state(device->ledger, state->oldest_seq, state->newest_seq,
				     state->trimmed_to_seq, may ? &gap : NULL))
			return;
		if (may) {
			kn_transfer_named(&device->transfer, &gap);
			/* one a second is slow, and no device that sends nothing */
			kn_transfer_progressed(&device->transfer, now->boottime_us);
			keep(pipeline, device, &gap, now);
		}
	}
	put_off(device, &unnamed, now);
}

void
kn_pipeline_name_unreadable(KnPipeline *pipeline, KnPipelineDevice *device, const KnGap *gap,
			    const KnNow *now)
{
	if (!find_neighbour(pipeline, device, gap) && !may_name(device, now)) {
		put_off(device, gap, now);
		return;
	}
	kn_ledger_name_gap(device->ledger, gap);
	/* a worn flash is slow work, and no device that sends nothing; one that is only put off again is */
	kn_transfer_progressed(&device->transfer, now->boottime_us);
	keep(pipeline, device, gap, now);
}
