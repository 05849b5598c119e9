/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what others see of a device: its state, and the session that goes on */

#include "core/pipeline/pipeline-private.h"

gboolean
kn_pipeline_get_status(const KnPipeline *pipeline, gint64 device_id,
		       KnPipelineDeviceStatus *ret_status)
{
	const KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (!device)
		return FALSE;
	*ret_status = (KnPipelineDeviceStatus){
		.is_up = device->is_up,
		.is_newest_known = device->ledger && device->ledger->is_newest_known,
		.is_foreign_owned = device->is_foreign_owned,
		.is_clock_unset = device->is_up && device->is_clock_unset,
		.is_clock_untold = device->is_up && device->n_clock_asked > KN_QUESTIONS_MAX,
		.sends_newer = device->is_up && device->sends_newer,
		.refusal = device->refusal,
		.log_id = device->ledger ? device->ledger->log_id : 0,
		.n_missing = device->ledger ? kn_ledger_n_missing(device->ledger) : 0,
		.n_open = device->n_open,
		.trimmed_to_seq = device->trimmed_to_seq,
		.counters = device->counters,
	};
	ret_status->is_stuck =
		device->is_up && (device->is_silent || (kn_transfer_is_stuck(&device->transfer) &&
							ret_status->n_missing > 0));
	ret_status->counters.n_fetches = device->transfer.n_fetches;
	for (guint i = 0; i < device->ledgers->len; i++)
		ret_status->n_gaps += kn_ledger_n_gaps(device->ledgers->pdata[i]);
	return TRUE;
}

const KnLive *
kn_pipeline_get_live(const KnPipeline *pipeline, gint64 device_id)
{
	const KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	return device && device->live.fold ? &device->live : NULL;
}

gboolean
kn_pipeline_is_live_stored(const KnPipeline *pipeline, gint64 device_id)
{
	const KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	for (guint i = 0; device && device->live.fold && i < device->ledgers->len; i++) {
		const KnLedger *ledger = device->ledgers->pdata[i];
		guint64 seq = device->live.span.first_seq;
		if (ledger->log_id == device->live.log_id)
			return seq <= ledger->folded_to_seq ||
			       kn_rangeset_contains(&ledger->durable, seq);
	}
	return FALSE;
}

void
kn_pipeline_drop_ended_live(KnPipeline *pipeline, gint64 device_id)
{
	KnPipelineDevice *device = kn_pipeline_lookup(pipeline, device_id);

	if (device && device->live.fold && device->live.span.state != KN_SESSION_OPEN)
		kn_live_clear(&device->live);
}
