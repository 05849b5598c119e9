/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Build-up of one node: mean of the last third of its contact samples less mean of the first third.
 * Which samples those are is known only at the end, so all are kept, as one or two bytes each (the
 * difference to the one before).
 */

#include <glib.h>

/* 11 hours of contact at 25 Hz; a node with more has no build-up, so that memory is bounded
 * (about 1 MiB) */
enum { KN_BUILDUP_SAMPLES_MAX = 1 << 20 };

typedef struct {
	guint8 *bytes; /* owned: zigzag differences, below 0xc0 one byte, else two (big endian) */
	gsize n_bytes;
	gsize n_allocated;
	guint64 n; /* samples seen, kept or not */
	gint last_hpa;
} KnBuildup;

void kn_buildup_clear(KnBuildup *buildup);
/* n further samples, each at most KN_PRESSURE_MAX_HPA */
void kn_buildup_push(KnBuildup *buildup, const guint16 *values_hpa, guint n);
/* FALSE when there are fewer than three samples or more than KN_BUILDUP_SAMPLES_MAX. Means are
 * rounded half up. */
gboolean kn_buildup_finish(const KnBuildup *buildup, gint32 *ret_buildup_hpa);
