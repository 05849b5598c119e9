/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/rangeset.h"

void
kn_rangeset_init(KnRangeSet *set)
{
	set->ranges = g_array_new(FALSE, FALSE, sizeof(KnRange));
}

void
kn_rangeset_clear(KnRangeSet *set)
{
	g_clear_pointer(&set->ranges, g_array_unref);
}

static KnRange *
range_at(const KnRangeSet *set, guint i)
{
	return &g_array_index(set->ranges, KnRange, i);
}

/* the first range that ends at or above value; ranges->len when there is none */
static guint
lower_bound(const KnRangeSet *set, guint64 value)
{
	guint low = 0, high = set->ranges->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (range_at(set, middle)->last < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
kn_rangeset_add(KnRangeSet *set, guint64 first, guint64 last)
{
	/* from the one that ends directly before first: neighbours melt together */
	guint from = lower_bound(set, first > 0 ? first - 1 : 0);
	guint to = from;
	KnRange merged = {first, last};

	while (to < set->ranges->len && range_at(set, to)->first <= last + 1) {
		merged.first = MIN(merged.first, range_at(set, to)->first);
		merged.last = MAX(merged.last, range_at(set, to)->last);
		to++;
	}
	if (to == from) {
		g_array_insert_val(set->ranges, from, merged);
		return;
	}
	*range_at(set, from) = merged;
	if (to - from > 1)
		g_array_remove_range(set->ranges, from + 1, to - from - 1);
}

void
kn_rangeset_remove(KnRangeSet *set, guint64 first, guint64 last)
{
	guint i = lower_bound(set, first);

	while (i < set->ranges->len && range_at(set, i)->first <= last) {
		KnRange *range = range_at(set, i);
		KnRange tail = {last + 1, range->last};
		gboolean has_head = range->first < first;
		gboolean has_tail = range->last > last;

		if (!has_head && !has_tail) {
			g_array_remove_index(set->ranges, i);
			continue;
		}
		if (has_head)
			range->last = first - 1;
		else
			*range = tail;
		i++;
		if (has_head && has_tail)
			g_array_insert_val(set->ranges, i, tail);
		if (has_tail)
			return;
	}
}

gboolean
kn_rangeset_find(const KnRangeSet *set, guint64 value, KnRange *ret_range)
{
	guint i = lower_bound(set, value);

	if (i == set->ranges->len || range_at(set, i)->first > value)
		return FALSE;
	*ret_range = *range_at(set, i);
	return TRUE;
}

gboolean
kn_rangeset_contains(const KnRangeSet *set, guint64 value)
{
	KnRange range;

	return kn_rangeset_find(set, value, &range);
}

guint64
kn_rangeset_count(const KnRangeSet *set, guint64 first, guint64 last)
{
	guint64 count = 0;

	for (guint i = lower_bound(set, first); i < set->ranges->len; i++) {
		const KnRange *range = range_at(set, i);
		if (range->first > last)
			break;
		count += MIN(range->last, last) - MAX(range->first, first) + 1;
	}
	return count;
}

gboolean
kn_rangeset_next_hole(const KnRangeSet *set, guint64 from, guint64 limit, KnRange *ret_hole)
{
	guint i = lower_bound(set, from);
	guint64 first = from;

	if (i < set->ranges->len && range_at(set, i)->first <= from) {
		first = range_at(set, i)->last + 1;
		i++;
	}
	if (first > limit)
		return FALSE;
	ret_hole->first = first;
	ret_hole->last = limit;
	if (i < set->ranges->len && range_at(set, i)->first <= limit)
		ret_hole->last = range_at(set, i)->first - 1;
	return TRUE;
}

void
kn_rangeset_unite(KnRangeSet *set, const KnRangeSet *other)
{
	for (guint i = 0; i < other->ranges->len; i++)
		kn_rangeset_add(set, range_at(other, i)->first, range_at(other, i)->last);
}
