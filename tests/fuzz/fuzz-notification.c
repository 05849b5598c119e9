/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * A hostile device against the whole pipeline: { length of the next packet, packet }… with commits, reconnects and time in between.
 * Whatever it sends: nothing is to be forgotten by it that was not committed, memory stays bounded, and what is committed is in order.
 */

#include "fuzz.h"

#include "core/pipeline/pipeline.h"
#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include <string.h>

enum { DEVICE = 1, OP_COMMIT = 0xff, OP_TICK = 0xfe, OP_RELINK = 0xfd, HUB_ID = 99 };

typedef struct {
	KnPipeline *pipeline;
	GPtrArray *batches;  /* owned: KnBatch handed over and not committed */
	GHashTable *durable; /* owned: log_id to KnRangeSet of committed or named records */
	KnNow now;
} World;

static void
ranges_free(gpointer data)
{
	kn_rangeset_clear(data);
	g_free(data);
}

static KnRangeSet *
durable_of(World *world, guint64 log_id)
{
	KnRangeSet *ranges = g_hash_table_lookup(world->durable, &log_id);

	if (!ranges) {
		ranges = g_new0(KnRangeSet, 1);
		kn_rangeset_init(ranges);
		g_hash_table_insert(world->durable, g_memdup2(&log_id, sizeof log_id), ranges);
	}
	return ranges;
}

/* the one promise of the house */
static gboolean
on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes)
{
	World *world = user;
	ktp_Control control;
	KnRange hole;

	g_assert(kn_decode_control(bytes, n_bytes, &control) == KN_DECODE_OK);
	if (control.which_op != ktp_Control_trim_tag)
		return TRUE;
	g_assert(control.op.trim.hub_id == HUB_ID);
	/* what stands before the first record that the hub is to have was never promised */
	g_assert(!kn_rangeset_next_hole(durable_of(world, control.op.trim.log_id), 1,
					control.op.trim.to_seq, &hole));
	return TRUE;
}

static void
check_block(const KnBlock *block)
{
	guint64 seq = block->first_seq;
	const guint8 *bytes;
	gsize n_bytes;
	gsize at = 0;

	g_assert(block->first_seq >= 1 && block->last_seq <= KN_SEQ_MAX);
	while (kn_block_next(block->records, &at, &bytes, &n_bytes)) {
		KnRecordKey key;
		g_assert(kn_decode_key(bytes, n_bytes, &key));
		g_assert(key.seq == seq++ && key.boot == block->boot);
	}
	g_assert(seq == block->last_seq + 1);
}

static void
on_commit(gpointer user, KnBatch *batch)
{
	World *world = user;

	g_assert(world->batches->len < KN_BATCHES_IN_FLIGHT_MAX + 1);
	for (guint i = 0; i < batch->blocks->len; i++)
		check_block(batch->blocks->pdata[i]);
	g_ptr_array_add(world->batches, batch);
}

static void
on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail)
{
	g_assert(g_utf8_validate(detail, -1, NULL));
}

static void
commit_one(World *world)
{
	g_autoptr(KnBatch) batch = NULL;

	if (world->batches->len == 0)
		return;
	batch = g_ptr_array_steal_index(world->batches, 0);
	for (guint i = 0; i < batch->blocks->len; i++) {
		const KnBlock *block = batch->blocks->pdata[i];
		kn_rangeset_add(durable_of(world, block->log_id), block->first_seq,
				block->last_seq);
	}
	for (guint i = 0; i < batch->gaps->len; i++) {
		const KnGapNote *note = &g_array_index(batch->gaps, KnGapNote, i);
		if (note->gap.reason != KN_GAP_OPEN)
			kn_rangeset_add(durable_of(world, note->log_id), note->gap.first_seq,
					note->gap.last_seq);
	}
	for (guint i = 0; i < batch->logs->len; i++) {
		const KnLogNote *note = &g_array_index(batch->logs, KnLogNote, i);
		if (note->first_seq > 1)
			kn_rangeset_add(durable_of(world, note->log_id), 1, note->first_seq - 1);
	}
	kn_pipeline_committed(world->pipeline, batch->id, &world->now);
}

static void
on_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news)
{
	g_assert_not_reached();
}

static void
link_up(World *world)
{
	ktp_Info info = {.protocol = 1, .kind = ktp_KIND_BACK14, .nodes_count = 14};
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n;

	info.serial.size = 1;
	info.serial.bytes[0] = 'x';
	for (guint i = 0; i < info.nodes_count; i++)
		info.nodes[i].full_scale_hpa = 1580;
	n = kn_encode_info(&info, bytes, sizeof bytes);
	g_assert(kn_pipeline_link_up(world->pipeline, DEVICE, bytes, n, &world->now));
}

static void
play(World *world, const uint8_t *bytes, size_t n_bytes)
{
	size_t at = 0;

	while (at < n_bytes) {
		guint8 op = bytes[at++];
		gsize n = MIN((gsize)op, n_bytes - at);

		world->now.boottime_us += 10000;
		world->now.utc_us += 10000;
		if (op == OP_COMMIT) {
			commit_one(world);
		} else if (op == OP_TICK) {
			world->now.boottime_us += G_USEC_PER_SEC * 3;
			world->now.utc_us += G_USEC_PER_SEC * 3;
			kn_pipeline_tick(world->pipeline, &world->now);
		} else if (op == OP_RELINK) {
			kn_pipeline_link_down(world->pipeline, DEVICE, &world->now);
			link_up(world);
		} else {
			kn_pipeline_packet(world->pipeline, DEVICE, bytes + at, n, &world->now);
			at += n;
		}
		g_assert(kn_pipeline_n_open_bytes(world->pipeline) <=
			 KN_BATCH_BYTES_MAX + KN_BLOCK_BYTES_MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static const KnPipelineSink sink = {on_control, on_commit, on_event, on_refuse};
	/* nobody is put in quarantine: all of the input is to be read */
	static const KnPipelineConfig config = {
		.hub_id = HUB_ID, .timer_scale = 1.0, .is_replay = TRUE};
	World world = {.now = {G_USEC_PER_SEC, G_GINT64_CONSTANT(1780000000000000), 2}};

	world.batches = g_ptr_array_new_with_free_func((GDestroyNotify)kn_batch_free);
	world.durable = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, ranges_free);
	world.pipeline = kn_pipeline_new(&config, &sink, &world);
	kn_pipeline_add_device(world.pipeline, DEVICE, NULL, NULL);
	link_up(&world);
	play(&world, bytes, n_bytes);
	kn_pipeline_link_down(world.pipeline, DEVICE, &world.now);
	while (world.batches->len > 0)
		commit_one(&world);
	kn_pipeline_free(world.pipeline);
	g_ptr_array_unref(world.batches);
	g_hash_table_unref(world.durable);
	return 0;
}
