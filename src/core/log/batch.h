/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What goes to the store in one transaction, and what comes back. A batch is built by the pipeline, immutable once handed over,
 * and freed by whoever holds it last.
 */

#include "core/log/event.h"
#include "core/log/ledger.h"
#include <glib.h>

enum {
	KN_BLOCK_BYTES_MAX = 64 * 1024
}; /* raw bytes of one block: bounds what a crash makes the hub fetch again */

/* a gap-free run of records of one boot in one log */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint32 boot;
	guint64 first_seq;
	guint64 last_seq;
	guint64 first_t_ms;
	guint64 last_t_ms;
	GByteArray *records; /* owned: { u16 little endian length, Record bytes }, in seq order */
	/* owned: the description that was in force when they came; NULL: the device's newest */
	GBytes *info;
	gboolean is_opaque; /* of a protocol that this hub does not speak: kept, and never read */
} KnBlock;

typedef struct {
	gint64 device_id;
	guint64 log_id;
	KnGap gap;
	gint64 at_us; /* hub's UTC when it was named or seen */
} KnGapNote;

typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint64 first_seq;
	guint64 newest_seq;
	gboolean is_newest_known;
} KnLogNote;

/* at device tick t_ms of boot it was utc_us */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint32 boot;
	guint64 t_ms;
	gint64 utc_us;
	gint64 error_us; /* half the round trip; for a banked anchor 0 */
	guint8 quality;  /* ktp_ClockQuality of the hub's clock at that moment */
	gboolean
		is_banked; /* made by the device from a SetClock of some hub, not by this hub's round trip */
	/* of a round trip: the hub's boottime, and of which of its boots; 0: not known. With it the store dates the anchor anew when the
	 * hub learns the time. */
	guint64 hub_boot_id;
	gint64 hub_us;
} KnAnchor;

/* what the hub's own clocks said at one moment: when in doubt, all that was dated in this boot of it is dated by that */
typedef struct {
	guint64 hub_boot_id;
	gint64 boottime_us;
	gint64 utc_us;
	guint8 quality; /* ktp_ClockQuality */
} KnHubAnchor;

typedef struct {
	gint64 device_id;
	guint charge_permille;
	gboolean is_charging;
	gint64 at_us;
} KnBatteryNote;

/* (log_id, seq) came twice with different bytes */
typedef struct {
	gint64 device_id;
	guint64 log_id;
	guint64 seq;
	GBytes *bytes; /* owned: the later one */
	gint64 at_us;
} KnConflict;

/* a new description of a device: firmware, layout; blocks of this and later batches are read with it */
typedef struct {
	gint64 device_id;
	GBytes *info; /* owned: INFO as read */
	gint64 at_us;
} KnInfoNote;

typedef struct {
	guint64 id;
	gint64 at_us;         /* hub's UTC when it was handed over */
	gchar *zone;          /* owned: IANA zone for new sessions; NULL: the store's */
	GPtrArray *infos;     /* owned: KnInfoNote */
	GPtrArray *blocks;    /* owned: KnBlock */
	GArray *gaps;         /* owned: KnGapNote */
	GArray *logs;         /* owned: KnLogNote, at most one a log */
	GArray *anchors;      /* owned: KnAnchor */
	GArray *hub_anchors;  /* owned: KnHubAnchor */
	GArray *batteries;    /* owned: KnBatteryNote */
	GPtrArray *conflicts; /* owned: KnConflict */
	GArray *synced; /* owned: gint64 device_id whose log was found complete at synced_us */
	gint64 synced_us;
	GPtrArray *events; /* owned: KnEvent, ids rising; the owner of the batch adds them */
	gsize n_bytes;     /* raw bytes in all blocks */
} KnBatch;

/* Empty means nothing at all to store: no block, and no note either. */
KnBatch *kn_batch_new(guint64 id);
void kn_batch_free(KnBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnBatch, kn_batch_free)
gboolean kn_batch_is_empty(const KnBatch *batch);

KnBlock *kn_block_new(gint64 device_id, guint64 log_id, guint32 boot);
void kn_block_free(KnBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnBlock, kn_block_free)
/* The record follows the last one: seq is last_seq + 1 (or the block is empty), n_bytes <= 512. */
void kn_block_append(KnBlock *block, guint64 seq, guint64 t_ms, const guint8 *bytes, gsize n_bytes);
/* Steps through records; *at starts at 0. FALSE at the end. Bytes are borrowed from the block. */
gboolean kn_block_next(const GByteArray *records, gsize *at, const guint8 **ret_bytes,
		       gsize *ret_n_bytes);

typedef struct {
	gint64 session_id;
	gint64 device_id;
} KnChangedSession;

typedef struct {
	gint64 device_id;
	gint64 used_us; /* as in KnDevice */
} KnDeviceUse;

/* what the store answers for a batch that is durable */
typedef struct {
	guint64 batch_id;
	GArray *sessions; /* owned: KnChangedSession: rows that are new or other than they were */
	GArray *uses;     /* owned: KnDeviceUse of the devices of these sessions */
	gint64 last_event_id; /* of the events that were stored with it; 0 none */
} KnCommit;
void kn_commit_free(KnCommit *commit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnCommit, kn_commit_free)
