/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Sums over the contact samples of one node, from which its metrics follow. */

#include "core/measure/contact.h"
#include "core/measure/cover.h"
#include "core/measure/hold.h"

enum {
	KN_BIN_HPA = 10, /* width of a bin of the histogram that p95 is read from */
	KN_BINS = KN_PRESSURE_MAX_HPA / KN_BIN_HPA + 1,
};

/*
 * What fits: 7 days of samples at 4000 hPa make a dose of 2.4e15 hPa * us for a node, 7.7e16 for 32
 * nodes, of 1.8e19; at 1 kHz they are 6.0e8 samples, of 4.3e9 in a bin. Ticks that a device invents
 * could go beyond in months; unsigned sums then wrap, nothing else.
 */
typedef struct {
	guint32 saturated_hpa; /* smallest value with p * 100 >= 98 * full scale */
	KnContact contact;
	guint64 n;
	guint64 sum_hpa;
	guint64 dose_hpa_us;
	guint64 contact_us;
	guint64 n_saturated;
	guint32 peak_hpa;
	KnHold hold;
	guint32 bins[KN_BINS];
} KnNodeFold;

void kn_node_fold_init(KnNodeFold *node, guint32 full_scale_hpa);
/* n > 0 samples from t0_us on; adds contact to cover and span. Returns how many of the first
 * ones were repetitions. */
guint kn_node_fold_push(KnNodeFold *node, guint64 t0_us, guint32 period_us, guint n,
			const guint16 *values_hpa, KnCover *cover, KnContactSpan *span);

/* min(10 * b + 9, peak) of the first bin b where 100 * cumulative >= 95 * n; 0 when n is 0. */
guint32 kn_node_fold_p95(const guint64 bins[KN_BINS], guint64 n, guint32 peak_hpa);
