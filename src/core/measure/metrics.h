/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The metrics of a session: one fold over its records in (log, seq) order, in integers. It runs
 * when a session is stored, again when late records land, and on live records (provisional).
 * ARCHITECTURE.md has the definitions; tests/golden recomputes them.
 *
 * What the definitions leave open is read so:
 * - Contact, its reset and repeated samples: contact.h. Windows of holds: hold.h. Rocking and
 *   strokes: motion.h.
 * - Windows of holds begin at the SessionStart tick; without one, at the earliest contact sample of
 *   the first record that has any.
 * - A window is whole when the session does not end before it. The session ends at the SessionEnd
 *   tick; without one, with what its last sample stands for, or its last contact sample when it has
 *   no SessionStart either. It never ends before what its last contact sample stands for.
 * - A sample belongs to the session by its record's place in the log, also when its tick is before
 *   SessionStart's.
 * - Left and right are sums over their nodes, floored to hPa * ms once, and symmetry is taken from
 *   those two.
 * - "last - first contact sample" is floor((tick - tick) / 1000) of microseconds: of two ticks, not
 *   of what the last stands for.
 * - The means in build-up are rounded half up like every mean. It is a walk of its own: buildup.h.
 * - The union of contact is exact as long as nodes are less than 1024 separate stretches of contact
 *   apart in the log.
 */

#include "core/measure/contact.h"
#include "core/measure/hold.h"
#include "core/wire/decode.h"
#include <glib.h>

enum {
	KN_BUILDUP_MIN_MS = 30000,
	KN_DURATION_TOLERANCE_MS = 1000,
};

typedef struct {
	guint64 contact_ms;
	guint64 n_samples; /* contact samples */
	guint32 mean_hpa;
	guint32 peak_hpa;
	guint32 p95_hpa;
	guint64 dose_hpa_ms;
	guint32 hold_count;
	guint64 hold_longest_ms;
	guint32 hold_mean_hpa; /* of all holds; 0 when there is none */
	gboolean has_buildup;  /* 30 s of contact or more, and the session is over: buildup.h */
	gint32 buildup_hpa;
	guint32 saturation_permille;
	/* where it is, by the description that it was read with */
	ktp_Region region;
	ktp_Side side;
} KnNodeMetrics;

typedef struct {
	guint64 duration_ms; /* SessionEnd - SessionStart, else last - first contact sample */
	guint64 active_ms;   /* union of contact over nodes */
	gboolean has_device_duration;
	guint64 device_duration_ms;    /* as SessionEnd said */
	gboolean is_duration_disputed; /* the two differ by more than 1 s */
	/* over all contact samples of all nodes */
	guint64 n_samples;
	guint32 mean_hpa;
	guint32 peak_hpa;
	guint32 p95_hpa;
	guint64 dose_hpa_ms; /* floor of the sum, not the sum of floors */
	guint64 dose_left_hpa_ms;
	guint64 dose_right_hpa_ms;
	gboolean has_symmetry;
	gint32 symmetry_permille; /* -1000 … 1000, left positive */
	guint32 saturation_permille;
	guint32 hold_count;      /* sum over nodes */
	guint64 hold_longest_ms; /* largest over nodes */
	guint32 hold_mean_hpa;
	guint32 rocking_half_cycles;
	guint32 strokes;
	guint n_nodes;
	KnNodeMetrics node[KN_NODES_MAX];
} KnSessionMetrics;

typedef struct KnFold KnFold;

/* info: node count, sides and full scales; copied. */
KnFold *kn_fold_new(const ktp_Info *info);
void kn_fold_free(KnFold *fold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnFold, kn_fold_free)

/* Records that kn_decode_record accepted, in seq order; kinds without a metric are ignored. */
void kn_fold_push(KnFold *fold, const ktp_Record *record);
/* The same for a record with samples whose values are known already, node after node; its deltas are not looked at. */
void kn_fold_push_values(KnFold *fold, const ktp_Record *record, const guint16 *values_hpa);
/* The metrics of all that was pushed, but build-up. More may be pushed afterwards. */
void kn_fold_finish(const KnFold *fold, KnSessionMetrics *ret_metrics);
/* First and last contact sample so far; has_any FALSE: none yet. */
void kn_fold_get_contact(const KnFold *fold, KnContactSpan *ret_span);

/* round(1000 * (left - right) / (left + right)), half away from zero; FALSE when both are 0.
 * Each below 2^59. */
gboolean kn_metrics_symmetry(guint64 left, guint64 right, gint32 *ret_permille);
