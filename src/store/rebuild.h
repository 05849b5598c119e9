/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The ledger is a table of contents: all of it can be made again from the blocks, because no block spans a hole. Here it is made, and
 * held against the rows that are kept along the way. Only bounds that a massager told, and the names of gaps, are nowhere else.
 */

#include "store/block.h"
#include "store/db.h"

/* what the blocks of one log say */
typedef struct {
	gint64 log_key;
	KnRangeSet durable;
	guint64 newest_seq;
	gint64 newest_boot;
	gint64 newest_block_id;
	GString *
		marks; /* owned: "boot:seq:is_end " of each SessionStart and SessionEnd, as they came */
	guint n_twice; /* records that are in more than one block */
} KnRebuiltLog;

typedef struct {
	GHashTable *logs; /* owned: log_key to KnRebuiltLog */
} KnRebuilt;
void kn_rebuilt_init(KnRebuilt *rebuilt);
void kn_rebuilt_clear(KnRebuilt *rebuilt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnRebuilt, kn_rebuilt_clear)

/* In the order of block ids. reader: of the block; info: what it is read with, or NULL. */
void kn_rebuilt_add(KnRebuilt *rebuilt, const KnBlockHead *head, KnBlockReader *reader,
		    const ktp_Info *info);
/* Each difference to the rows of the ledger as a line. */
GPtrArray *kn_rebuilt_compare(const KnRebuilt *rebuilt, KnDb *db, GError **error);
