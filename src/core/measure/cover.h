/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How long a union of intervals is, when they come nearly in order: nodes of one tick arrive in
 * different blocks. Exact as long as an interval lies at most KN_COVER_RANGES_MAX disjoint
 * stretches behind the newest; what lies further back counts as covered already, so memory is
 * bounded and nothing is counted twice.
 */

#include <glib.h>

/* half a minute of a contact that flickers at every sample of 50 Hz; one is usual */
enum { KN_COVER_RANGES_MAX = 1024 };

typedef struct {
	guint64 first_us;
	guint64 end_us; /* not in it */
} KnStretch;

typedef struct {
	GArray *stretches; /* owned: KnStretch, sorted, disjoint, not adjacent */
	guint64 closed_us; /* length of those that were let go */
	guint64 floor_us;  /* what begins before is cut off here */
} KnCover;

void kn_cover_init(KnCover *cover);
void kn_cover_clear(KnCover *cover);
/* first_us < end_us */
void kn_cover_add(KnCover *cover, guint64 first_us, guint64 end_us);
guint64 kn_cover_length_us(const KnCover *cover);
/* Exact from floor_us on; before it the answer is no. */
gboolean kn_cover_contains(const KnCover *cover, guint64 t_us);

/* TRUE when kn_cover_trim is due; *ret_floor_us is then the floor that it will set. */
gboolean kn_cover_is_full(const KnCover *cover, guint64 *ret_floor_us);
/* Lets the older half go. */
void kn_cover_trim(KnCover *cover);
