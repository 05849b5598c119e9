/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/write-block.h"

#include "store/blocks.h"
#include "store/infos.h"
#include "store/sql.h"

/* The records of block in range, as a block of its own. NULL when they are not what the block
 * says they are. */
static KnBlock *
cut(const KnBlock *block, KnRange range)
{
	g_autoptr(KnBlock) part = kn_block_new(block->device_id, block->log_id, block->boot);
	guint64 seq = block->first_seq;
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	part->info = block->info ? g_bytes_ref(block->info) : NULL;
	part->is_opaque = block->is_opaque;
	for (; kn_block_next(block->records, &at, &bytes, &n_bytes); seq++) {
		KnRecordKey key;
		if (!kn_decode_key(bytes, n_bytes, &key) || key.seq != seq ||
		    key.boot != block->boot)
			return NULL;
		if (seq >= range.first && seq <= range.last)
			kn_block_append(part, seq, key.t_ms, bytes, n_bytes);
	}
	return seq == block->last_seq + 1 ? g_steal_pointer(&part) : NULL;
}

static gboolean
note_marks(KnDb *db, const KnBlockHead *head, const GArray *marks, GError **error)
{
	for (guint i = 0; i < marks->len; i++) {
		const KnBlockMark *mark = &g_array_index(marks, KnBlockMark, i);
		if (!kn_sql_run(db,
				"INSERT INTO mark (log_key, device_boot, seq, is_end) "
				"VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
				KN_SQL_INTS(head->log_key, head->boot, (gint64)mark->seq,
					    mark->is_end != FALSE),
				error))
			return FALSE;
	}
	return TRUE;
}

/* 0: none, so that nobody reads the records */
static gboolean
find_info(KnDb *db, gint64 device_id, const KnBlock *block, gint64 *ret_info_id, GError **error)
{
	*ret_info_id = 0;
	if (block->is_opaque)
		return TRUE;
	return block->info ? kn_infos_find(db, device_id, block->info, ret_info_id, error)
			   : kn_infos_get_current(db, device_id, ret_info_id, error);
}

static gboolean
append(KnDb *db, const KnLogState *log, const KnBlock *part, KnBlockCounts *counts, GError **error)
{
	KnBlockHead head = {.log_key = log->log_key,
			    .boot = part->boot,
			    .first_seq = part->first_seq,
			    .last_seq = part->last_seq,
			    .first_t_ms = part->first_t_ms,
			    .last_t_ms = part->last_t_ms};
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(KnBlockMark));
	g_autoptr(GByteArray) data = NULL;
	const ktp_Info *info;

	if (!find_info(db, log->device_id, part, &head.info_id, error) ||
	    !kn_infos_get(db, head.info_id, &info, error))
		return FALSE;
	data = kn_block_pack(&head, part->records, info, marks, error);
	if (!data || !kn_blocks_append(db, &head, data, error) ||
	    !note_marks(db, &head, marks, error))
		return FALSE;
	counts->n_blocks++;
	counts->raw_bytes += head.raw_bytes;
	counts->stored_bytes += data->len;
	return TRUE;
}

gboolean
kn_write_block(KnDb *db, const KnLogState *log, const KnBlock *block, gint64 now_us,
	       KnTouched *touched, KnBlockCounts *counts, GError **error)
{
	guint64 from = block->first_seq;
	KnRangeSet have;
	KnRange missing;
	gboolean is_written = TRUE;

	kn_rangeset_init(&have);
	kn_rangeset_unite(&have, &log->durable);
	kn_rangeset_unite(&have, &log->erased);
	while (is_written && from <= block->last_seq &&
	       kn_rangeset_next_hole(&have, from, block->last_seq, &missing)) {
		g_autoptr(KnBlock) part = cut(block, missing);
		from = missing.last + 1;
		if (!part) {
			/* it would be called durable otherwise, and the device told to forget */
			g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT,
				    "a block does not hold the records it says");
			is_written = FALSE;
			break;
		}
		is_written = append(db, log, part, counts, error) &&
			     kn_logs_cover(db, log->log_key, missing, now_us, error);
		if (is_written)
			kn_touched_add_records(touched, log, block->boot, missing);
	}
	kn_rangeset_clear(&have);
	return is_written;
}
