/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What travels between the main thread and the store's: one owner at a time, by pointer through
 * the hand-over rings. */

#include "store/db.h"
#include "store/writer.h"
#include <stdatomic.h>

typedef enum {
	KN_REQUEST_COMMIT,
	KN_REQUEST_ALLOW,
	KN_REQUEST_FORGET,
	KN_REQUEST_REZONE,
	KN_REQUEST_PLAN_SET,
	KN_REQUEST_PLANS,
	KN_REQUEST_BY_HAND,
	KN_REQUEST_EDITS,
	KN_REQUEST_SESSIONS,
	KN_REQUEST_DETAIL,
	KN_REQUEST_EVENTS,
	KN_REQUEST_LOAD,
	KN_REQUEST_PEOPLE,
	KN_REQUEST_LOAD_PEOPLE,
	KN_REQUEST_BACKUP_BEGIN,
	KN_REQUEST_BACKUP_READ,
	KN_REQUEST_BACKUP_END,
	KN_REQUEST_CLOSE,
} KnRequestKind;

typedef struct {
	KnRequestKind kind;
	union {
		KnStoreCommitFunc commit;
		KnStoreDeviceFunc device;
		KnStoreRezoneFunc rezone;
		KnStorePlansFunc plans;
		KnStoreByHandFunc by_hand;
		KnStoreEditsFunc edits;
		KnStoreSessionsFunc sessions;
		KnStoreDetailFunc detail;
		KnStoreEventsFunc events;
		KnStorePagesFunc pages;
		KnStorePeopleFunc people;
	} func; /* may be NULL */
	gpointer user;

	KnBatch *batch;  /* owned */
	KnAllow allow;   /* its strings are owned, as below */
	gchar *address;  /* owned */
	gchar *label;    /* owned */
	KnRezone rezone; /* its zone is label */
	gchar *text;     /* owned */
	KnPlanWish plan; /* its text is text; of a question only the person */
	KnByHand by_hand;
	KnWord *word; /* owned: of by_hand */
	gint64 now_us;
	gint64 id; /* of a device or session */
	KnSessionQuery query;
	guint n_slices; /* or of edits */
	KnEventQuery event_query;
	guint64 offset;
	KnPeopleWish *people_wish; /* owned */

	/* the answer: written by the store's thread, handed on by the main thread */
	KnCommit *commit; /* owned */
	KnDevice *device; /* owned */
	KnRezoned rezoned;
	KnByHandDone by_hand_done;
	GPtrArray *sessions;     /* owned */
	GPtrArray *plans;        /* owned */
	KnSessionDetail *detail; /* owned */
	GPtrArray *loaded;       /* owned */
	GPtrArray *events;       /* owned */
	GPtrArray *edits;        /* owned */
	gint64 oldest_event_id;
	GBytes *pages; /* owned */
	guint64 n_total;
	KnPeople *people; /* owned */
	KnPeopleDone people_done;
	/* a failure is on its way to the main thread: bounds the answers to two a request */
	atomic_bool is_told;
} KnRequest;

KnRequest *kn_store_request_new(KnRequestKind kind, gpointer user);
void kn_store_request_free(KnRequest *request);
/* It changes rows, and is no batch: those wait by themselves. */
gboolean kn_store_request_is_write(const KnRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRequest, kn_store_request_free)

/* On the store's thread: anything but COMMIT and CLOSE. FALSE with an error: there is no answer. */
gboolean kn_store_request_run(KnRequest *request, KnDb *db,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* On the main thread: calls func with the answer, which it takes, or the error. */
void kn_store_request_tell(KnRequest *request, const GError *error);

typedef struct {
	KnRequest *request; /* owned when is_final; NULL: only the stats are news */
	gboolean is_final;  /* FALSE: a batch that will be tried again */
	GError *error;      /* owned */
	KnStoreStats stats;
	GArray *losses; /* owned: KnLoss of blocks that were found damaged, all of them; NULL: no other ones than before */
} KnAnswer;
/* Frees the request too when is_final. */
void kn_answer_free(KnAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnAnswer, kn_answer_free)
