/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The database: one SQLite connection on one thread of its own. Everything here is called on the
 * main thread; answers come back there as callbacks from the default main context, in the order of
 * the calls (but a batch that failed answers when it succeeds). A callback is never called after
 * kn_store_close, and none may call it. At most KN_STORE_REQUESTS_MAX calls wait, the last
 * KN_STORE_COMMITS_RESERVED places being for batches; one more is answered BUSY.
 */

#include "core/log/batch.h"
#include "core/log/clock.h"
#include "core/log/device.h"
#include "core/measure/summary.h"
#include <gio/gio.h>

enum {
	KN_STORE_REQUESTS_MAX =
		256, /* the daemon bounds its questions far below: a guess with room */
	/* of these, places that only batches may take: questions must never keep records from the disk */
	KN_STORE_COMMITS_RESERVED = 16,
	KN_STORE_RETRY_MS = 5000,     /* a full disk is looked at again this often: a guess */
	KN_STORE_EVENTS_AHEAD = 1000, /* ids that may be given out before their events are stored */
	KN_STORE_EVENTS_KEPT =
		100000, /* newest ids whose events are kept: years of a home, weeks of a clinic */
};

#define KN_STORE_ERROR (kn_store_error_quark())
typedef enum {
	KN_STORE_ERROR_BUSY =
		1, /* another kneadd or a sqlite3 shell holds it; or too many requests wait */
	KN_STORE_ERROR_FOREIGN, /* not a knead database; it was not touched */
	KN_STORE_ERROR_TOO_NEW, /* made by a newer knead; it was not touched */
	KN_STORE_ERROR_IO,      /* directory or file cannot be read or written */
	KN_STORE_ERROR_FULL,    /* disk full: nothing of the batch is stored */
	KN_STORE_ERROR_CORRUPT, /* the database is damaged */
	KN_STORE_ERROR_NOT_FOUND,
} KnStoreError;
GQuark kn_store_error_quark(void);

typedef struct KnStore KnStore;

typedef struct {
	const gchar *
		directory; /* exists or can be made; gets knead.db, its journal and the lock file */
	const gchar *
		zone; /* IANA zone for new sessions of batches that name none; known to kn_zone_is_known */
} KnStoreConfig;

/* Locks the directory, opens or makes the database, migrates it, starts the thread. Blocks;
 * before the main loop runs. */
KnStore *kn_store_open(const KnStoreConfig *config, GError **error);
/* Finishes what was queued (a batch that failed is tried once more), closes, unlocks, joins the
 * thread. Blocks; answers that were not delivered yet are dropped. */
void kn_store_close(KnStore *store);
/* Random, made with the database. */
guint64 kn_store_hub_id(const KnStore *store);
/* The first id for events of this run; KN_STORE_EVENTS_AHEAD of them may wait to be stored. */
gint64 kn_store_first_event_id(const KnStore *store);

/* ---- what the pipeline needs to start: called once, after open and before the first commit;
 * blocks ---- */

typedef struct {
	KnDevice *device; /* owned */
	GPtrArray
		*ledgers; /* owned: KnLedger (received == durable), with kn_ledger_clear + g_free */
} KnStoredDevice;
void kn_stored_device_free(KnStoredDevice *stored);
GPtrArray *kn_store_load(KnStore *store, GError **error); /* KnStoredDevice */

/* ---- writing ---- */

/* commit: owned by the callee, NULL with an error. The whole batch is durable, or none of it. */
typedef void (*KnStoreCommitFunc)(KnCommit *commit, const GError *error, gpointer user);
/*
 * Takes the batch. Blocks and sessions are written in one transaction; sessions that the new
 * records touch are folded anew. A batch that fails is kept and tried again, at the next
 * kn_store_commit and every KN_STORE_RETRY_MS; batches behind it wait, so that they are stored in
 * order. func is called with an error for failures (each, unless the one before was not delivered
 * yet) and exactly once with a commit, in the end. Only BUSY means that the batch was not taken: it
 * is freed, and its records are to be fetched again. How many are kept is the caller's bound: see
 * kn_store_n_pending.
 */
void kn_store_commit(KnStore *store, KnBatch *batch, KnStoreCommitFunc func, gpointer user);
guint kn_store_n_pending(const KnStore *store); /* batches not answered yet */
/* For how long the thread has been at what it does now; 0: it is idle. One that fails again and again is not at it for long. */
guint64 kn_store_busy_ms(const KnStore *store);

typedef void (*KnStoreDeviceFunc)(const KnDevice *device, const GError *error, gpointer user);
/* Enrols an address, or allows it anew. */
void kn_store_allow(KnStore *store, const KnAllow *allow, gint64 now_us, KnStoreDeviceFunc func,
		    gpointer user);
/* Forgets a device: no longer connected; what it gave stays. */
void kn_store_forget(KnStore *store, gint64 device_id, KnStoreDeviceFunc func, gpointer user);

/* ---- reading ---- */

/* Sessions whose time is not known have none that is in a range: they come when to_us is
 * G_MAXINT64, as the newest. Those before their device's shown_from_us never come. */
typedef struct {
	gint64 from_us;       /* start_utc_us >= from_us */
	gint64 to_us;         /* start_utc_us < to_us */
	gint64 device_id;     /* 0: all */
	KnSessionPlace after; /* paging: only those behind this place; id 0 from the newest */
	guint limit;          /* 1 … 400 */
	gboolean is_with_nodes;
} KnSessionQuery;

/* KnSession, newest start first; sessions without a known time come first of all. Owned by the
 * callee. */
typedef void (*KnStoreSessionsFunc)(GPtrArray *sessions, const GError *error, gpointer user);
void kn_store_query_sessions(KnStore *store, const KnSessionQuery *query, KnStoreSessionsFunc func,
			     gpointer user);

typedef struct {
	KnSession *session; /* owned, with nodes */
	KnDevice *device;   /* owned */
	GBytes *info;       /* owned: the description its records were read with */
	GArray *gaps;       /* owned: KnGap within or touching it; OPEN: still to be fetched */
	/* mean pressure per node and slice: curve_hpa[slice * n_nodes + node]; -1 where the node
	 * had no sample */
	guint n_slices;
	guint n_nodes;
	guint64 slice_ms;
	gint32 *curve_hpa; /* owned; NULL when no curve was asked for */
} KnSessionDetail;
void kn_session_detail_free(KnSessionDetail *detail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnSessionDetail, kn_session_detail_free)

/* detail: owned by the callee; NULL with an error (NOT_FOUND). n_slices 0: no curve; else 1 …
 * 400. */
typedef void (*KnStoreDetailFunc)(KnSessionDetail *detail, const GError *error, gpointer user);
void kn_store_query_session(KnStore *store, gint64 session_id, guint n_slices,
			    KnStoreDetailFunc func, gpointer user);

/* events: KnEvent, owned by the callee. oldest_id: of all that are kept; 0 none. */
typedef void (*KnStoreEventsFunc)(GPtrArray *events, gint64 oldest_id, const GError *error,
				  gpointer user);
void kn_store_query_events(KnStore *store, const KnEventQuery *query, KnStoreEventsFunc func,
			   gpointer user);

/* for status; kept up to date on the main thread, no query */
typedef struct {
	guint64 n_commits;
	guint64 n_failures;
	guint64 n_blocks;
	guint64 n_damaged;    /* blocks that cannot be read any more, as far as anybody tried */
	guint64 raw_bytes;    /* of records handed in since start */
	guint64 stored_bytes; /* of block data written since start */
	gboolean is_degraded; /* the last commit failed; devices are not told to forget anything */
	gchar last_error[160];
} KnStoreStats;
void kn_store_get_stats(const KnStore *store, KnStoreStats *ret_stats);
