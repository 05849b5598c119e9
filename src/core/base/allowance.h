/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* So many at once, and one more each so often: what a device may make the hub write down or keep. Pure: time is an argument. */

#include <glib.h>

typedef struct {
	gint64 ahead_us; /* when all that was taken would have been due; 0 nothing was */
} KnAllowance;

typedef struct {
	guint n_burst;   /* at once, at least 1 */
	gint64 every_us; /* then one, at least 1 */
} KnAllowanceRate;

gboolean kn_allowance_has(const KnAllowance *allowance, const KnAllowanceRate *rate, gint64 now_us);
/* TRUE: one was there, and is taken. */
gboolean kn_allowance_take(KnAllowance *allowance, const KnAllowanceRate *rate, gint64 now_us);
