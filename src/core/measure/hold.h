/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Holds of one node (ischaemic compression): pressure that stays in a band for 30 s or longer.
 *
 * Time is cut into windows of 5 s from an origin. A window's mean is floor(sum / n) of all its
 * samples, contact or not. It counts when the samples stand for at least half of it, its mean is >=
 * 500 hPa, and the session lasted to its end. A hold is a greedy run of at least six neighbouring
 * windows that count, with (max - min) * 100 <= 30 * max over their means: a window that does not
 * fit ends the run and begins the next one.
 */

#include <glib.h>

enum {
	KN_HOLD_WINDOW_MS = 5000,
	KN_HOLD_WINDOWS_MIN = 6, /* 30 s */
	KN_HOLD_MIN_HPA = 500,
	KN_HOLD_SPREAD_PERCENT = 30,
};

typedef struct {
	gboolean is_used;
	guint64 index;
	guint64 n;
	guint64 sum_hpa;
	guint64 covered_us; /* what the samples stand for */
} KnHoldWindow;

typedef struct {
	KnHoldWindow current;
	KnHoldWindow pending; /* closed, good, but perhaps beyond the end of the session */
	/* the run in progress */
	guint64 run_last;
	guint64 run_windows;
	guint64 run_n;
	guint64 run_sum_hpa;
	guint32 run_min_hpa;
	guint32 run_max_hpa;
	/* holds found */
	guint32 count;
	guint64 longest_windows;
	guint64 n;
	guint64 sum_hpa;
} KnHold;

typedef struct {
	guint32 count;
	guint64 longest_ms;
	guint64 n;       /* samples in the windows of all holds */
	guint64 sum_hpa; /* of those samples: mean = floor(sum / n) */
} KnHoldResult;

/* n > 0 samples from t0_us on, ticks later than all before. Samples before origin_us lie in no
 * window. A zeroed KnHold is empty. Sums fit: 2^64 / 4000 hPa is more samples than 2^50 ms at 1
 * kHz hold. */
void kn_hold_push(KnHold *hold, guint64 origin_us, guint64 t0_us, guint32 period_us, guint n,
		  const guint16 *values_hpa);
/* end_us: where the session ends, not before the end of its last contact sample. More may be
 * pushed afterwards. */
void kn_hold_finish(const KnHold *hold, guint64 origin_us, guint64 end_us,
		    KnHoldResult *ret_result);
