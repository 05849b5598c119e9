/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A hub's store with its thread, over the disk of disk.h, telling a story: what it acks is noted on
 * the disk's tape at that instant. */

#include "disk.h"
#include "store/store.h"
#include "story.h"

typedef struct {
	Story story;
	KnStore *store;  /* owned */
	guint n_acked;   /* batches */
	guint n_errors;  /* answers that were one */
	gint64 from_us;  /* of the wait under way */
	guint n_corrupt; /* of the errors: that called the database damaged */
} Hub;

/* Two of the story's steps and a first batch, then the store over the same directory. The tape has
 * n_records, in one session. */
void hub_init(Hub *hub, guint n_records);
void hub_clear(Hub *hub);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hub, hub_clear)

/* Hands it over, and waits until it is acked or was tried in vain. TRUE: acked. */
gboolean hub_commit(Hub *hub, guint64 first_seq, guint64 last_seq);
/* One turn of the main loop within a wait that began at from_us, and ends the test when that is long ago. */
void hub_iterate(Hub *hub);
/* Waits until all that was handed over is acked. */
void hub_settle(Hub *hub);
/* Whether what was stored is shown. */
gboolean hub_answers(Hub *hub);
KnStoreStats hub_stats(const Hub *hub);
/* Power goes, and what was not synced with it: all that was acked until now must be there. */
void hub_assert_acked_is_durable(Hub *hub, const gchar *why);
/* The store is closed and the disk watched no more; the caller owns the tape. */
DiskTape *hub_stop(Hub *hub);
