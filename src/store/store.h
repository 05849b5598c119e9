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
#include "core/log/loss.h"
#include "core/log/people.h"
#include "core/measure/by-hand.h"
#include "core/measure/plan.h"
#include "core/measure/rezone.h"
#include "core/measure/summary.h"
#include <gio/gio.h>

enum {
	KN_STORE_REQUESTS_MAX =
		256, /* the daemon bounds its questions far below: a guess with room */
	/* of these, places that only batches may take: questions must never keep records from the disk */
	KN_STORE_COMMITS_RESERVED = 16,
	KN_STORE_RETRY_MS =
		5000, /* a failed commit is tried again, and a full disk looked at, this often: a guess */
	/* so many blocks at a time are read back, and so often, while nothing else is to be done: an idle hub is to wake less than once a second */
	KN_STORE_CHECK_BLOCKS = 4,
	KN_STORE_CHECK_MS = 4000,
	/* of one device, the newest: what it wrote before it was reset so often is fetched again if it ever turns up */
	KN_STORE_LOGS_LOADED = 16,
	KN_STORE_PAGES_BYTES = 128 * 1024, /* of a backup at a time */
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
	KN_STORE_ERROR_CORRUPT, /* a block, or what was handed in, is not what it says */
	KN_STORE_ERROR_NOT_FOUND,
	KN_STORE_ERROR_REFUSED, /* it does not go with what is there: the message says why, and what to do */
	KN_STORE_ERROR_MALFORMED, /* the database as a whole is damaged: it has to be set aside */
} KnStoreError;
GQuark kn_store_error_quark(void);

typedef struct KnStore KnStore;

typedef struct {
	const gchar *
		directory; /* exists or can be made; gets knead.db, its journal, the lock file and the reserve */
	const gchar *
		zone; /* IANA zone for new sessions of batches that name none; known to kn_zone_is_known */
	gboolean is_damaged; /* stats.is_malformed of the run before: the database is set aside */
	/* n_damaged, is_malformed or is_nearly_full of the stats is other than it was; NULL: nobody wants to know. As the callbacks below. */
	void (*on_damage)(gpointer user);
	gpointer user;
} KnStoreConfig;

/* Locks the directory, opens or makes the database (a damaged one is set aside first, see kn_store_losses), migrates it, starts the
 * thread. Blocks; before the main loop runs. */
KnStore *kn_store_open(const KnStoreConfig *config, GError **error);
/* Finishes what was queued (a batch that failed is tried once more), closes, unlocks, joins the
 * thread. Blocks; answers that were not delivered yet are dropped. */
void kn_store_close(KnStore *store);
/* Random, made with the database. */
guint64 kn_store_hub_id(const KnStore *store);
/* KnLoss: what damaged databases took with them, and nobody brought back yet; and what cannot be read any more in the one in use, as far as anybody
 * tried. Borrowed; on_damage tells that it is another one. */
const GArray *kn_store_losses(const KnStore *store);
/* The first id for events of this run; KN_STORE_EVENTS_AHEAD of them may wait to be stored. */
gint64 kn_store_first_event_id(const KnStore *store);

/* ---- what the pipeline needs to start: called once, after open and before the first commit;
 * blocks ---- */

typedef struct {
	KnDevice *device; /* owned */
	GPtrArray *
		ledgers; /* owned: the newest KN_STORE_LOGS_LOADED KnLedger (received == durable), oldest first; with kn_ledger_clear + g_free */
} KnStoredDevice;
GPtrArray *kn_store_load(KnStore *store, GError **error); /* KnStoredDevice */
KnPeople *kn_store_load_people(KnStore *store, GError **error);

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

/* done: NULL with an error. */
typedef void (*KnStoreRezoneFunc)(const KnRezoned *done, const GError *error, gpointer user);
/* Moves stored sessions to another zone: their revision rises, and each change is kept in the books. wish is copied. */
void kn_store_rezone(KnStore *store, const KnRezone *wish, gint64 now_us, KnStoreRezoneFunc func,
		     gpointer user);

/* people: as it is from now on; owned by the callee. Both NULL with an error: NOT_FOUND, REFUSED or of the disk. */
typedef void (*KnStorePeopleFunc)(KnPeople *people, const KnPeopleDone *done, const GError *error,
				  gpointer user);
/* Persons, hand-outs, assignments: see store/people.h. wish is copied. */
void kn_store_change_people(KnStore *store, const KnPeopleWish *wish, gint64 now_us,
			    KnStorePeopleFunc func, gpointer user);
/* plans: KnPlanRow, newest first, owned by the callee; NULL with an error (NOT_FOUND: there is no such person). */
typedef void (*KnStorePlansFunc)(GPtrArray *plans, const GError *error, gpointer user);
/* Stores a plan, and answers with all that hold on some day, as the query does. wish is copied. */
void kn_store_set_plan(KnStore *store, const KnPlanWish *wish, gint64 now_us, KnStorePlansFunc func,
		       gpointer user);
/* done: NULL with an error. */
typedef void (*KnStoreByHandFunc)(const KnByHandDone *done, const GError *error, gpointer user);
/* What a person says of a session or puts right in the list; NOT_FOUND, or REFUSED with the reason. wish is copied. */
void kn_store_by_hand(KnStore *store, const KnByHand *wish, gint64 now_us, KnStoreByHandFunc func,
		      gpointer user);

/* KnEdit, newest first. Owned by the callee; NULL with an error. */
typedef void (*KnStoreEditsFunc)(GPtrArray *edits, const GError *error, gpointer user);
void kn_store_query_edits(KnStore *store, guint limit, KnStoreEditsFunc func, gpointer user);

/* ---- reading ---- */

/* person_id 0: the home's own. */
void kn_store_query_plans(KnStore *store, gint64 person_id, KnStorePlansFunc func, gpointer user);

/* Sessions whose time is not known have none that is in a range: they come when to_us is
 * G_MAXINT64, as the newest. Those from before their device's shown_from_us never
 * come; of those whose time is not known or uncertain, what was there when that was said (table brought). By its id any session is told:
 * who knows the id may know the session. */
typedef struct {
	gint64 from_us;       /* start_utc_us >= from_us */
	gint64 to_us;         /* start_utc_us < to_us */
	gint64 device_id;     /* 0: all */
	KnSessionPlace after; /* paging: only those behind this place; id 0 from the newest */
	guint limit;          /* 1 … 400 */
	gboolean is_with_nodes;
	gint64 person_id;    /* 0: all; -1: nobody's */
	gboolean is_deleted; /* those that a person deleted, instead of all others */
	/* not 0, instead of person_id: nobody's, without a word by hand, of a massager that this person had less than a day before or after */
	gint64 may_be_of;
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

/* ---- a backup ---- */

/* bytes: owned by the callee; NULL from begin, and with an error. n_total: of the whole file. */
typedef void (*KnStorePagesFunc)(GBytes *bytes, guint64 n_total, const GError *error,
				 gpointer user);
/* From now on batches wait and other writing is BUSY, so that the file stays as it is, until end is called; or until nothing was read for ten
 * seconds, or it took a quarter of an hour: then reading fails. One at a time: BUSY. */
void kn_store_backup_begin(KnStore *store, KnStorePagesFunc func, gpointer user);
/* The bytes from offset on, KN_STORE_PAGES_BYTES of them, or what is left. */
void kn_store_backup_read(KnStore *store, guint64 offset, KnStorePagesFunc func, gpointer user);
void kn_store_backup_end(KnStore *store);

/* for status; kept up to date on the main thread, no query */
typedef struct {
	guint64 n_commits;
	guint64 n_failures;
	guint64 n_blocks;
	guint64 n_damaged;    /* blocks that cannot be read any more, as far as anybody tried */
	guint64 raw_bytes;    /* of records handed in since start */
	guint64 stored_bytes; /* of block data written since start */
	/* neither read nor written any more: close the store, and open it with is_damaged */
	gboolean is_malformed;
	gboolean is_degraded; /* the last commit failed; devices are not told to forget anything */
	/* what is kept for a full disk could not be made, or is in use: soon nothing can be stored */
	gboolean is_nearly_full;
	gchar last_error[160];
} KnStoreStats;
void kn_store_get_stats(const KnStore *store, KnStoreStats *ret_stats);
