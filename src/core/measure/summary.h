/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sessions as rows, and periods of local days as folds over those rows. */

#include "core/base/zone.h"
#include "core/log/ledger.h"
#include "core/measure/by-hand.h"
#include "core/measure/metrics.h"
#include "core/measure/session.h"

/* one session as stored (or, provisional, as seen live) */
typedef struct {
	gint64 id; /* 0: not stored yet */
	gint64 device_id;
	guint64 log_id;
	guint32 boot;
	KnSpan span;
	gint64 start_utc_us;
	gboolean is_time_known;
	gboolean is_time_uncertain;
	gchar *zone;         /* owned: IANA name in force when it was first stored */
	gint revision;       /* +1 whenever stored rows of it change, or whose it is by hand */
	gint64 person_id;    /* whose it is; 0 nobody's */
	gchar *person_label; /* owned; NULL nobody's */
	KnCoverage coverage;
	gboolean is_completeness_known; /* the device's newest seq was read */
	gboolean is_provisional;        /* still open: numbers will grow */
	KnSessionMetrics metrics;       /* node[] filled only when asked for */
	KnWord *word;                   /* owned: what was said of it; NULL nothing */
	gboolean is_deleted;            /* by hand: in no list and no sum */
} KnSession;
/* where a session stands in lists, which go from the newest start to the oldest; id 0: before all. It holds also when the session is
 * folded into another meanwhile. */
typedef struct {
	gint64 start_us; /* UTC; G_MAXINT64 when its time is not known: those come first */
	gint64 id;
} KnSessionPlace;
void kn_session_free(KnSession *session);
KnSessionPlace kn_session_place(const KnSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnSession, kn_session_free)

/* 0 … 1000, or -1: unknown */
gint kn_session_completeness_permille(const KnSession *session);
/* Closed, and all there (or less than 1 % lost for good). Only such sessions make a data day. */
gboolean kn_session_is_complete(const KnSession *session);

typedef struct {
	KnDay first_day;
	KnDay last_day; /* inclusive */
	guint n_sessions;
	guint n_open; /* of those, provisional */
	guint n_time_uncertain;
	guint n_lacking; /* 1 % of its records or more are not here, or nobody knows */
	guint64 duration_ms; /* of each person the union of their intervals: two devices at once count once, two persons twice */
	guint64 active_ms; /* sum over sessions */
	guint64 dose_hpa_ms;
	guint64 dose_left_hpa_ms;
	guint64 dose_right_hpa_ms;
	gboolean has_symmetry;
	gint32 symmetry_permille;
	guint32 peak_hpa;
	guint32 mean_hpa; /* sessions' means by contact samples: right within 1 hPa */
	guint32 hold_count;
	guint64 hold_longest_ms;
	guint n_data_days; /* local days with at least one complete session */
	guint64 stored;
	guint64 expected;
	gboolean is_completeness_known; /* of every session; FALSE when there is none */
	guint64 revision; /* sum over sessions of revision: changes when any of them does */
} KnPeriod;

/* sessions: KnSession pointers, any order; those whose own local day (in their own zone) lies
 * outside, or whose time is not known, are left out. A session counts as a whole to the day it
 * started. */
void kn_summary_period(const GPtrArray *sessions, KnDay first_day, KnDay last_day,
		       KnPeriod *ret_period);
/* Those that it counts: a new array of borrowed pointers, in the same order. */
GPtrArray *kn_summary_select(const GPtrArray *sessions, KnDay first_day, KnDay last_day);
