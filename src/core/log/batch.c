/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/batch.h"

static void
conflict_free(gpointer data)
{
	KnConflict *conflict = data;

	g_bytes_unref(conflict->bytes);
	g_free(conflict);
}

static void
info_note_free(gpointer data)
{
	KnInfoNote *note = data;

	g_bytes_unref(note->info);
	g_free(note);
}

KnBatch *
kn_batch_new(guint64 id)
{
	KnBatch *batch = g_new0(KnBatch, 1);

	batch->id = id;
	batch->infos = g_ptr_array_new_with_free_func(info_note_free);
	batch->blocks = g_ptr_array_new_with_free_func((GDestroyNotify)kn_block_free);
	batch->gaps = g_array_new(FALSE, FALSE, sizeof(KnGapNote));
	batch->logs = g_array_new(FALSE, FALSE, sizeof(KnLogNote));
	batch->anchors = g_array_new(FALSE, FALSE, sizeof(KnAnchor));
	batch->hub_anchors = g_array_new(FALSE, FALSE, sizeof(KnHubAnchor));
	batch->batteries = g_array_new(FALSE, FALSE, sizeof(KnBatteryNote));
	batch->conflicts = g_ptr_array_new_with_free_func(conflict_free);
	batch->events = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);
	batch->synced = g_array_new(FALSE, FALSE, sizeof(gint64));
	return batch;
}

void
kn_batch_free(KnBatch *batch)
{
	if (!batch)
		return;
	g_ptr_array_unref(batch->infos);
	g_ptr_array_unref(batch->blocks);
	g_array_unref(batch->gaps);
	g_array_unref(batch->logs);
	g_array_unref(batch->anchors);
	g_array_unref(batch->hub_anchors);
	g_array_unref(batch->batteries);
	g_ptr_array_unref(batch->conflicts);
	g_array_unref(batch->synced);
	g_ptr_array_unref(batch->events);
	g_free(batch->zone);
	g_free(batch);
}

gboolean
kn_batch_is_empty(const KnBatch *batch)
{
	return batch->infos->len + batch->blocks->len + batch->gaps->len + batch->logs->len +
		       batch->anchors->len + batch->batteries->len + batch->conflicts->len +
		       batch->synced->len + batch->hub_anchors->len ==
	       0;
}

KnBlock *
kn_block_new(gint64 device_id, guint64 log_id, guint32 boot)
{
	KnBlock *block = g_new0(KnBlock, 1);

	block->device_id = device_id;
	block->log_id = log_id;
	block->boot = boot;
	block->records = g_byte_array_new();
	return block;
}

void
kn_block_free(KnBlock *block)
{
	if (!block)
		return;
	g_byte_array_unref(block->records);
	g_clear_pointer(&block->info, g_bytes_unref);
	g_free(block);
}

void
kn_block_append(KnBlock *block, guint64 seq, guint64 t_ms, const guint8 *bytes, gsize n_bytes)
{
	const guint8 length[2] = {(guint8)n_bytes, (guint8)(n_bytes >> 8)};

	if (block->records->len == 0) {
		block->first_seq = seq;
		block->first_t_ms = t_ms;
	}
	block->last_seq = seq;
	block->last_t_ms = t_ms;
	g_byte_array_append(block->records, length, sizeof length);
	g_byte_array_append(block->records, bytes, (guint)n_bytes);
}

gboolean
kn_block_next(const GByteArray *records, gsize *at, const guint8 **ret_bytes, gsize *ret_n_bytes)
{
	gsize n_left = records->len - *at;
	gsize n_bytes;

	if (n_left < 2)
		return FALSE;
	n_bytes = records->data[*at] | (gsize)records->data[*at + 1] << 8;
	if (n_bytes > n_left - 2)
		return FALSE;
	*ret_bytes = records->data + *at + 2;
	*ret_n_bytes = n_bytes;
	*at += 2 + n_bytes;
	return TRUE;
}

void
kn_commit_free(KnCommit *commit)
{
	if (!commit)
		return;
	g_clear_pointer(&commit->sessions, g_array_unref);
	g_clear_pointer(&commit->uses, g_array_unref);
	g_free(commit);
}
