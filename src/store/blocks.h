/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Rows of the block table: append, read back, and walk the chain of a log's blocks (there is no
 * index, see schema/0001-initial.sql). */

#include "store/block.h"
#include "store/db.h"

/* Appends head and data to its log's chain; sets head->block_id and crc32. */
gboolean kn_blocks_append(KnDb *db, KnBlockHead *head, const GByteArray *data,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Heads (KnBlockHead) of the log's blocks of this boot that hold records at or above from_seq,
 * in seq order. MALFORMED: the chain breaks off or leads into another log. */
GArray *kn_blocks_find(KnDb *db, gint64 log_key, guint32 boot, guint64 from_seq, GError **error);

/* Opens a block for reading: CRC and all lengths are checked. head may be NULL. */
KnBlockReader *kn_blocks_open(KnDb *db, gint64 block_id, KnBlockHead *ret_head, GError **error);
/* The same for those who go on without it: *ret_reader is NULL when the block is damaged or gone, which is told once and counted in
 * db->damaged. What is stored besides, and what is still to come, must not suffer from one bad sector. FALSE: any other error. */
gboolean kn_blocks_try_open(KnDb *db, gint64 block_id, KnBlockHead *ret_head,
			    KnBlockReader **ret_reader, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All records of the block as they came, and its head. CORRUPT or MALFORMED: it is damaged or gone, and nobody is told. */
GByteArray *kn_blocks_read(KnDb *db, gint64 block_id, KnBlockHead *ret_head, GError **error);
/* All records of the block as they came. */
GByteArray *kn_blocks_unpack(KnDb *db, gint64 block_id, GError **error);

/* Opens the n blocks appended last; what is damaged is told and counted. */
gboolean kn_blocks_check_newest(KnDb *db, guint n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
