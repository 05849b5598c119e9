/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What has to be read again when records arrive: from the SessionStart or SessionEnd before them to
 * the one after them, within one boot of one log. No session crosses the edges of a region.
 */

#include "store/block.h"
#include "store/db.h"

typedef struct {
	gint64 log_key;
	guint32 boot;
	guint64 first_seq;
	guint64 last_seq; /* G_MAXINT64: to the end of the boot */
	/* last_seq, or the SessionStart behind it: it tells how the last session ended */
	guint64 read_to_seq;
	GArray *heads; /* owned: KnBlockHead that hold its records, in seq order */
	/* owned: KnBlockReader of the first of them, kept unpacked because a region is read twice: to
	 * find its sessions, and to measure each */
	GPtrArray *kept;
	gsize kept_bytes;
} KnRegion;
void kn_region_clear(KnRegion *region);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnRegion, kn_region_clear)

/* touched: records stored since the region was last derived. */
gboolean kn_region_find(KnDb *db, gint64 log_key, guint32 boot, KnRange touched,
			KnRegion *ret_region, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records of a region in seq order, read with the description in force when they came. Besides those
 * that the region keeps, one block is in memory at a time. */
typedef struct {
	KnDb *db;         /* borrowed */
	KnRegion *region; /* borrowed */
	KnRange range;
	guint at;              /* next head */
	KnBlockReader *reader; /* of the head before at; NULL between blocks */
	gboolean is_owned;     /* or the region's */
	const ktp_Info *info;  /* borrowed: of that block */
	guint32 nodes; /* mask of the nodes that there are; samples of others are passed over */
} KnRegionReader;
void kn_region_reader_init(KnRegionReader *reader, KnDb *db, KnRegion *region, KnRange range,
			   const ktp_Info *info);
void kn_region_reader_clear(KnRegionReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnRegionReader, kn_region_reader_clear)
/* *ret_is_record FALSE: the end. */
gboolean kn_region_reader_next(KnRegionReader *reader, KnBlockItem *ret_item,
			       gboolean *ret_is_record, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The newest description among the blocks that overlap the range; 0 none. */
gint64 kn_region_info_id(const KnRegion *region, KnRange range);
