/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The thread that owns the database: takes requests, gives answers, keeps batches that failed. */

#include "core/base/handoff.h"
#include "store/check.h"
#include "store/damage.h"
#include "store/pause.h"
#include "store/request.h"
#include "store/room.h"
#include <pthread.h>

typedef struct {
	pthread_t id;
	KnDb *db;            /* owned: the thread's from start to end */
	gchar *zone;         /* owned */
	KnHandoff *requests; /* owned: KnRequest pointers to the thread */
	KnHandoff *answers;  /* owned: KnAnswer pointers from it */
	/* of the thread alone */
	KnWriter writer;
	KnStoreStats stats;
	GQueue commits;  /* owned: KnRequest not durable yet, in order */
	gint64 retry_us; /* monotonic; when commits is not empty */
	KnRoom room;
	KnCheck check;
	KnDamage damage;
	KnPause pause;
	/* of both: a message without a request is on its way */
	atomic_bool is_news_told;
} KnStoreThread;

/* Takes db. *ret_stats: as at the start. */
KnStoreThread *kn_store_thread_start(KnDb *db, const gchar *zone, KnStoreStats *ret_stats,
				     GError **error);
/* Takes the request; FALSE: no room, it is still the caller's. */
gboolean kn_store_thread_push(KnStoreThread *thread, KnRequest *request) G_GNUC_WARN_UNUSED_RESULT;
/* Asks it to finish, waits until it has, frees all but what the caller popped. */
void kn_store_thread_stop(KnStoreThread *thread);
/* NULL: none now. */
KnAnswer *kn_store_thread_pop(KnStoreThread *thread);
