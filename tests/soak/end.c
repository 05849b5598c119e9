/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what must be so when nothing has been wrong for some hours */

#include "soak.h"

#include "core/pipeline/pipeline-private.h"
#include "store/blocks.h"
#include "store/sql.h"

/* ---- everybody has caught up ---- */

static void
check_covered(SoakNode *node, const SoakLog *log, guint64 newest_seq)
{
	guint64 from = 1;
	KnRange hole, open;

	while (from <= newest_seq &&
	       kn_rangeset_next_hole(&log->durable, from, newest_seq, &hole)) {
		if (kn_rangeset_next_hole(&log->named, hole.first, hole.last, &open))
			soak_fail(node->world, node,
				  "record %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
				  " is neither stored nor named",
				  open.first, newest_seq);
		from = hole.last + 1;
	}
}

static void
check_caught_up(SoakNode *node)
{
	SoakWorld *world = node->world;
	const KnPipelineDevice *device = kn_pipeline_lookup(world->pipeline, node->id);
	KnPipelineDeviceStatus status;
	KnMassagerStatus massager;

	kn_massager_get_status(node->massager, soak_device_us(node), &massager);
	kn_pipeline_get_status(world->pipeline, node->id, &status);
	if (node->link.state != KN_LINK_AT_STREAMING || !status.is_up)
		soak_fail(world, node, "is not back");
	if (status.log_id != massager.firmware.log_id || status.n_missing || status.n_open)
		soak_fail(world, node, "has not caught up: %" G_GUINT64_FORMAT " missing",
			  status.n_missing);
	if (!massager.firmware.is_live)
		soak_fail(world, node, "was never told to send what it records");
	if (massager.firmware.trimmed_to_seq != massager.firmware.newest_seq)
		soak_fail(world, node,
			  "was told to forget up to %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
			  massager.firmware.trimmed_to_seq, massager.firmware.newest_seq);
	check_covered(node, soak_books_log(node, status.log_id), massager.firmware.newest_seq);
	if (!g_queue_is_empty(&node->writes) || g_hash_table_size(device->transfer.attempts) > 0)
		soak_fail(world, node, "something is left over: %u writes, %u attempts",
			  g_queue_get_length(&node->writes),
			  g_hash_table_size(device->transfer.attempts));
}

void
soak_end_check_caught_up(SoakWorld *world)
{
	for (guint i = 0; i < SOAK_NODES; i++)
		check_caught_up(&world->nodes[i]);
	if (!g_queue_is_empty(&world->commits) || world->pipeline->batch->blocks->len > 0 ||
	    world->pipeline->batch->gaps->len > 0)
		soak_fail(world, NULL, "something is not on the disk yet");
}

/* ---- the disk has the massagers' truth, once ---- */

static gint64
ask(SoakWorld *world, const gchar *sql, gint64 value)
{
	GError *error = NULL;
	gint64 answer = -1;

	if (!kn_sql_get(world->db, sql, KN_SQL_INTS(value), &answer, 1, NULL, &error))
		soak_fail(world, NULL, "the database does not answer: %s", error->message);
	return answer;
}

/* what is in this block is of log: there once, and to the byte */
static void
read_block(SoakNode *node, const SoakLog *log, gint64 block_id, KnRangeSet *found)
{
	GError *error = NULL;
	g_autoptr(GByteArray) records = kn_blocks_unpack(node->world->db, block_id, &error);
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	g_assert_no_error(error);
	while (kn_block_next(records, &at, &bytes, &n_bytes)) {
		g_autoptr(GBytes) stored = g_bytes_new_static(bytes, n_bytes);
		KnRecordKey key;
		if (!kn_decode_key(bytes, n_bytes, &key) || kn_rangeset_contains(found, key.seq))
			soak_fail(node->world, node, "a record is in two blocks");
		if (!g_bytes_equal(stored, soak_books_truth(node, log, key.seq)))
			soak_fail(node->world, node, "the disk has another record");
		kn_rangeset_add(found, key.seq, key.seq);
	}
}

static void
check_log(SoakNode *node, const SoakLog *log)
{
	SoakWorld *world = node->world;
	const gint64 ids[] = {node->id, (gint64)log->log_id};
	g_auto(KnRangeSet) found = {0};
	g_autoptr(GArray) blocks = NULL;
	GError *error = NULL;

	kn_rangeset_init(&found);
	blocks = kn_sql_select_ids(world->db,
				   "SELECT block_id FROM block JOIN log USING (log_key) "
				   "WHERE device_id = ?1 AND log_id = ?2",
				   ids, 2, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < blocks->len; i++)
		read_block(node, log, g_array_index(blocks, gint64, i), &found);
	if (kn_rangeset_count(&found, 0, KN_SEQ_MAX) !=
	    kn_rangeset_count(&log->durable, 0, KN_SEQ_MAX))
		soak_fail(world, node, "the disk has other records than were committed");
}

/* ---- sums ---- */

typedef struct {
	gboolean is_on;
	gint64 end_us; /* what its last sample stood for */
} Contact;

/* ARCHITECTURE.md, definitions: on at 20 hPa, off below 15; off at the start and after more than 2 s without a sample */
static guint64
count_contact(const ktp_SampleBlock *block, Contact *nodes)
{
	gint64 start_us = (gint64)block->t0_ms * 1000, n_contact = 0;
	guint at = 0;

	for (guint node = 0; node < 32; node++) {
		gint64 hpa = 0;
		if (!(block->node_mask >> node & 1))
			continue;
		if (start_us - nodes[node].end_us > 2 * SOAK_SECOND)
			nodes[node].is_on = FALSE;
		for (guint k = 0; k < block->n; k++) {
			hpa += block->deltas_hpa[at++];
			nodes[node].is_on = hpa >= (nodes[node].is_on ? 15 : 20);
			n_contact += nodes[node].is_on;
		}
		nodes[node].end_us = start_us + (gint64)block->n * block->period_us;
	}
	return (guint64)n_contact;
}

/* contact samples in what is stored of a log; each session begins without contact */
static guint64
count_log(const SoakNode *node, const SoakLog *log)
{
	const KnRangeSet *durable = &log->durable;
	Contact nodes[32] = {{0}};
	guint64 n_contact = 0;
	guint32 boot = 0;

	for (guint i = 0; i < durable->ranges->len; i++) {
		const KnRange *range = &g_array_index(durable->ranges, KnRange, i);
		for (guint64 seq = range->first; seq <= range->last; seq++) {
			gsize n_bytes;
			gconstpointer bytes = g_bytes_get_data(
				(GBytes *)soak_books_truth(node, log, seq), &n_bytes);
			ktp_Record record;
			bool is_canonical;
			if (kn_decode_record(bytes, n_bytes, kn_massager_info(node->massager),
					     &record, &is_canonical) != KN_DECODE_OK)
				continue;
			if (record.boot != boot ||
			    record.which_body == ktp_Record_session_start_tag ||
			    record.which_body == ktp_Record_session_end_tag)
				memset(nodes, 0, sizeof nodes);
			boot = record.boot;
			if (record.which_body == ktp_Record_samples_tag)
				n_contact += count_contact(&record.body.samples, nodes);
		}
	}
	return n_contact;
}

static void
check_sums(SoakNode *node)
{
	guint64 n_expected = 0;
	gint64 n_stored = ask(
		node->world, "SELECT coalesce(sum(n_samples), 0) FROM session WHERE device_id = ?1",
		node->id);

	for (guint i = 0; i < node->logs->len; i++)
		n_expected += count_log(node, node->logs->pdata[i]);
	if (n_stored != (gint64)n_expected)
		soak_fail(node->world, node,
			  "its sessions have %" G_GINT64_FORMAT
			  " samples, its records %" G_GUINT64_FORMAT,
			  n_stored, n_expected);
}

/* a session that begins between two anchors of its boot begins between what they say */
#define OUTSIDE_ANCHORS                                                                        \
	"WITH good AS (SELECT a.* FROM anchor AS a WHERE quality = (SELECT max(quality) FROM " \
	"anchor AS b WHERE b.log_key = a.log_key AND b.device_boot = a.device_boot)), "        \
	"placed AS (SELECT start_utc_us AS at, "                                               \
	"(SELECT utc_us FROM good AS g WHERE g.log_key = s.log_key AND "                       \
	"g.device_boot = s.device_boot AND g.t_ms <= s.first_t_ms "                            \
	"ORDER BY t_ms DESC, error_us LIMIT 1) AS early, "                                     \
	"(SELECT utc_us FROM good AS g WHERE g.log_key = s.log_key AND "                       \
	"g.device_boot = s.device_boot AND g.t_ms > s.first_t_ms "                             \
	"ORDER BY t_ms, error_us LIMIT 1) AS late "                                            \
	"FROM session AS s WHERE is_time_uncertain = ?1) "                                     \
	"SELECT count(*) FROM placed WHERE at NOT BETWEEN min(early, late) AND max(early, late)"

void
soak_end_check_store(SoakWorld *world)
{
	for (guint i = 0; i < SOAK_NODES; i++) {
		SoakNode *node = &world->nodes[i];
		for (guint k = 0; k < node->logs->len; k++)
			check_log(node, node->logs->pdata[k]);
		check_sums(node);
	}
	if (ask(world, OUTSIDE_ANCHORS, 0) != 0)
		soak_fail(world, NULL, "a session lies outside its anchors");
	if (ask(world,
		"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok' AND ?1",
		1) != 1)
		soak_fail(world, NULL, "the database is damaged");
}
