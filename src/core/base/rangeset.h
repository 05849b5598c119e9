/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A set of u64 as sorted, disjoint, non-adjacent inclusive ranges. */

#include <glib.h>

typedef struct {
	guint64 first;
	guint64 last; /* inclusive */
} KnRange;

typedef struct {
	GArray *ranges; /* owned: KnRange, sorted */
} KnRangeSet;

void kn_rangeset_init(KnRangeSet *set);
void kn_rangeset_clear(KnRangeSet *set); /* frees; init again before use */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnRangeSet, kn_rangeset_clear)

/* first <= last in all of these; last < G_MAXUINT64. */
void kn_rangeset_add(KnRangeSet *set, guint64 first, guint64 last);
void kn_rangeset_remove(KnRangeSet *set, guint64 first, guint64 last);
gboolean kn_rangeset_contains(const KnRangeSet *set, guint64 value);
/* How many members lie in [first, last]. */
guint64 kn_rangeset_count(const KnRangeSet *set, guint64 first, guint64 last);
/* The first hole at or above from and not above limit: false when [from, limit] is full. */
gboolean kn_rangeset_next_hole(const KnRangeSet *set, guint64 from, guint64 limit,
			       KnRange *ret_hole);
/* The range that holds value; false when it is not a member. */
gboolean kn_rangeset_find(const KnRangeSet *set, guint64 value, KnRange *ret_range);
/* Adds all members of other. */
void kn_rangeset_unite(KnRangeSet *set, const KnRangeSet *other);
