/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what must hold after every event, whatever happened */

#include "soak.h"

#include "core/pipeline/pipeline-private.h"
#include "core/pipeline/trust.h"

enum {
	QUEUE_MAX = 400 *
		    SOAK_NODES, /* planned events, most of them void: what is planned is bounded */
	NOTES_MAX = 4096,       /* in an open batch, while a disk is full for hours */
};
#define QUEUED_MAX_US   SOAK_HOUR /* nine others at their worst */
#define DEADLINE_MAX_US (11 * SOAK_MINUTE)

/* ---- every wait has an end: by the clock, or by a fact that may come ---- */

/* somebody connects there, scans, or will */
static gboolean
is_adapter_active(const SoakNode *node)
{
	const SoakAdapter *adapter = node->adapter;

	for (guint i = 0; i < SOAK_NODES; i++)
		if (node->world->nodes[i].adapter == adapter &&
		    kn_link_holds_adapter(&node->world->nodes[i].link))
			return TRUE;
	return adapter->is_scanning || adapter->planned_us != G_MAXINT64;
}

/* NULL when what the link waits for is not the case yet */
static const gchar *
find_idleness(const SoakNode *node)
{
	const SoakWorld *world = node->world;
	gboolean is_radio_up =
		world->is_daemon_up && !world->is_bus_cut && node->adapter->is_powered;

	switch (node->link.state) {
	case KN_LINK_AT_DOWN:
		return is_radio_up ? "down, and the radio is up" : NULL;
	case KN_LINK_AT_SEARCHING:
		if (node->is_present && world->is_daemon_up)
			return "searches what is there";
		return is_adapter_active(node) || !is_radio_up ? NULL
							       : "searches, and no scan is planned";
	case KN_LINK_AT_NOT_BONDED:
		return node->is_present && node->is_bonded ? "is bonded" : NULL;
	case KN_LINK_AT_BOND_LOST:
		return node->is_present && node->is_bonded ? NULL : "is no longer bonded";
	case KN_LINK_AT_QUEUED:
		return world->now_us - node->queued_us > QUEUED_MAX_US ? "is never served" : NULL;
	case KN_LINK_AT_STREAMING:
		return node->is_connected && node->is_bonded && node->is_complete
			       ? NULL
			       : "streams without a link";
	default:
		return "waits for nothing";
	}
}

/* a quarantine is longer each time, up to an hour */
static gint64
deadline_max_us(const SoakNode *node)
{
	return node->link.state == KN_LINK_AT_UNSUPPORTED &&
			       node->link.cause == KN_LINK_CAUSE_REFUSED
		       ? KN_TRUST_QUARANTINE_MAX_US
		       : DEADLINE_MAX_US;
}

static void
check_waits(SoakNode *node)
{
	SoakWorld *world = node->world;
	gint64 deadline_us = node->link.deadline_us;
	const gchar *idle = deadline_us == G_MAXINT64 ? find_idleness(node) : NULL;

	if (idle)
		soak_fail(world, node, "state %u: %s", (guint)node->link.state, idle);
	/* of this very instant, it may still be to come */
	if (deadline_us < world->now_us)
		soak_fail(world, node, "state %u has outlived its deadline",
			  (guint)node->link.state);
	if (deadline_us != G_MAXINT64 &&
	    (deadline_us > world->now_us + deadline_max_us(node) || node->armed_us > deadline_us))
		soak_fail(world, node, "state %u waits too long", (guint)node->link.state);
	if (node->is_told_up != (node->link.is_up && !node->is_refused) && !node->is_refused)
		soak_fail(world, node, "the pipeline does not know that the link is %s",
			  node->link.is_up ? "up" : "down");
}

/* ---- each record that is known of is here, asked for, or called lost ---- */

/* of one log: in the open batch or on the way to the disk */
static guint64
count_open(const KnPipeline *pipeline, const KnPipelineDevice *device, gboolean is_named)
{
	const KnBatch *batch = pipeline->batch;
	guint64 log_id = device->ledger->log_id, n = 0;

	for (guint i = 0; !is_named && i < batch->blocks->len; i++) {
		const KnBlock *block = batch->blocks->pdata[i];
		if (block->device_id == device->id && block->log_id == log_id)
			n += block->last_seq - block->first_seq + 1;
	}
	for (guint i = 0; is_named && i < batch->gaps->len; i++) {
		const KnGapNote *note = &g_array_index(batch->gaps, KnGapNote, i);
		if (note->device_id == device->id && note->log_id == log_id)
			n += note->gap.last_seq - note->gap.first_seq + 1;
	}
	for (guint i = 0; i < pipeline->flights->len; i++) {
		const GArray *promises = ((KnFlight *)pipeline->flights->pdata[i])->promises;
		for (guint k = 0; k < promises->len; k++) {
			const KnPromise *promise = &g_array_index(promises, KnPromise, k);
			if (promise->device_id == device->id && promise->log_id == log_id &&
			    (promise->span.reason != KN_GAP_OPEN) == is_named)
				n += promise->span.last_seq - promise->span.first_seq + 1;
		}
	}
	return n;
}

/* pauses of the conversation end, too */
static void
check_pauses(SoakNode *node, const KnPipelineDevice *device)
{
	gint64 now_us = soak_now(node->world).boottime_us;

	if (!device->is_up)
		return;
	if (device->transfer.resume_us > now_us + KN_TRANSFER_PAUSE_MAX_US ||
	    device->clock_due_us > now_us + KN_CLOCK_US || device->state_asked_us > now_us ||
	    device->clock_asked_us > now_us)
		soak_fail(node->world, node, "the conversation rests for too long");
	for (guint i = 0; i < device->transfer.n_requests; i++)
		if (now_us - device->transfer.requests[i].heard_us > SOAK_MINUTE)
			soak_fail(node->world, node, "a range is outstanding for a minute");
}

static guint64
count(const KnRangeSet *set)
{
	return kn_rangeset_count(set, 0, G_MAXUINT64 - 1);
}

static void
check_ledger(SoakNode *node)
{
	SoakWorld *world = node->world;
	const KnPipelineDevice *device = kn_pipeline_lookup(world->pipeline, node->id);
	const KnLedger *ledger = device->ledger;
	const SoakLog *log;

	if (device->ledgers->len > KN_LOGS_MAX)
		soak_fail(world, node, "%u logs in memory", device->ledgers->len);
	check_pauses(node, device);
	if (!ledger)
		return;
	log = soak_books_log(node, ledger->log_id);
	if (count(&ledger->durable) != count(&log->durable))
		soak_fail(world, node, "the ledger's disk is another one");
	if (count(&ledger->received) !=
	    count(&log->durable) + count_open(world->pipeline, device, FALSE))
		soak_fail(world, node, "a record counts as received, and is nowhere");
	if (count(&ledger->named) != count(&log->named) + count_open(world->pipeline, device, TRUE))
		soak_fail(world, node, "a gap is named, and its name is nowhere");
	if (ledger->first_seq != 0 &&
	    ledger->newest_seq + 1 - ledger->first_seq !=
		    count(&ledger->received) + count(&ledger->named) + kn_ledger_n_missing(ledger))
		soak_fail(world, node, "a record is neither here, nor asked for, nor called lost");
}

void
soak_check_node(SoakNode *node)
{
	if (!node->world->is_hub_up)
		return;
	check_waits(node);
	check_ledger(node);
}

/* ---- one connect at a time, and nothing grows ---- */

/* one that is tried although there is no room counts as soon as it is settled */
static void
check_slots(SoakWorld *world)
{
	for (guint i = 0; i < SOAK_ADAPTERS; i++) {
		const SoakAdapter *adapter = &world->adapters[i];
		guint n = soak_count_connected(world, adapter);
		gboolean is_held =
			!adapter->is_powered || !world->is_daemon_up || world->is_bus_cut;
		for (guint k = 0; k < SOAK_NODES; k++)
			is_held |= world->nodes[k].adapter == adapter &&
				   kn_link_holds_adapter(&world->nodes[k].link);
		if (!is_held && adapter->watch.slots.n_max && n > adapter->watch.slots.n_max)
			soak_fail(world, NULL, "adapter %u has %u links of %u", i, n,
				  adapter->watch.slots.n_max);
	}
}

static void
check_attempts(SoakWorld *world)
{
	const SoakNode *at_it[SOAK_ADAPTERS] = {NULL};

	for (guint i = 0; i < SOAK_NODES; i++) {
		const SoakNode *node = &world->nodes[i];
		if (!node->is_attempt)
			continue;
		if (at_it[node->adapter->number])
			soak_fail(world, node, "adapter %u connects device %u at the same time",
				  node->adapter->number, at_it[node->adapter->number]->number);
		at_it[node->adapter->number] = node;
		if (node->adapter->is_scanning)
			soak_fail(world, node, "adapter %u scans while it connects",
				  node->adapter->number);
	}
}

void
soak_check_world(SoakWorld *world)
{
	const KnPipeline *pipeline = world->pipeline;
	const KnBatch *batch;

	if (world->stats.n_queue_max > QUEUE_MAX)
		soak_fail(world, NULL, "%u events are planned", world->stats.n_queue_max);
	if (!world->is_hub_up)
		return;
	check_attempts(world);
	check_slots(world);
	batch = pipeline->batch;
	if (pipeline->flights->len > KN_BATCHES_IN_FLIGHT_MAX ||
	    pipeline->flights->len != g_queue_get_length(&world->commits))
		soak_fail(world, NULL, "%u batches on their way", pipeline->flights->len);
	if (batch->n_bytes > KN_BATCH_BYTES_MAX + 512 ||
	    batch->blocks->len > KN_OPEN_BLOCKS_MAX + KN_BATCH_BYTES_MAX / KN_BLOCK_BYTES_MAX)
		soak_fail(world, NULL, "the open batch has %" G_GSIZE_FORMAT " bytes, %u blocks",
			  batch->n_bytes, batch->blocks->len);
	if (batch->gaps->len + batch->anchors->len + batch->logs->len > NOTES_MAX)
		soak_fail(world, NULL, "the open batch has %u notes", batch->gaps->len);
}
