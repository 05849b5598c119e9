/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/rangeset.h"

#include <string.h>

enum { UNIVERSE = 200 };

/* the slow truth beside the set: one flag a value */
static void
compare(const KnRangeSet *set, const gboolean *truth)
{
	guint64 count = 0;

	for (guint64 v = 0; v < UNIVERSE; v++) {
		g_assert_cmpint(kn_rangeset_contains(set, v), ==, truth[v]);
		count += truth[v] ? 1 : 0;
	}
	g_assert_cmpuint(kn_rangeset_count(set, 0, UNIVERSE - 1), ==, count);
	for (guint i = 1; i < set->ranges->len; i++)
		g_assert_cmpuint(g_array_index(set->ranges, KnRange, i).first, >,
				 g_array_index(set->ranges, KnRange, i - 1).last + 1);
	for (guint64 from = 0; from < UNIVERSE; from += 7) {
		guint64 first = from, last;
		KnRange hole;
		while (first < UNIVERSE && truth[first])
			first++;
		for (last = first; last + 1 < UNIVERSE && !truth[last + 1];)
			last++;
		g_assert_cmpint(kn_rangeset_next_hole(set, from, UNIVERSE - 1, &hole), ==,
				first < UNIVERSE);
		if (first < UNIVERSE) {
			g_assert_cmpuint(hole.first, ==, first);
			g_assert_cmpuint(hole.last, ==, last);
		}
	}
}

static void
agrees_with_a_table_of_flags_over_random_edits(void)
{
	gboolean truth[UNIVERSE] = {FALSE};
	g_auto(KnRangeSet) set;

	kn_rangeset_init(&set);
	for (guint round = 0; round < 3000; round++) {
		guint64 first = (guint64)g_test_rand_int_range(0, UNIVERSE);
		guint64 length = (guint64)g_test_rand_int_range(0, 20);
		guint64 last = MIN(first + length, UNIVERSE - 1);
		gboolean is_add = g_test_rand_bit();
		for (guint64 v = first; v <= last; v++)
			truth[v] = is_add;
		if (is_add)
			kn_rangeset_add(&set, first, last);
		else
			kn_rangeset_remove(&set, first, last);
		if (round % 10 == 0)
			compare(&set, truth);
	}
}

static void
melts_neighbours_into_one_range(void)
{
	g_auto(KnRangeSet) set;
	KnRange range;

	kn_rangeset_init(&set);
	kn_rangeset_add(&set, 1, 3);
	kn_rangeset_add(&set, 5, 9);
	kn_rangeset_add(&set, 4, 4);
	g_assert_cmpuint(set.ranges->len, ==, 1);
	g_assert_true(kn_rangeset_find(&set, 7, &range));
	g_assert_cmpuint(range.first, ==, 1);
	g_assert_cmpuint(range.last, ==, 9);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/rangeset/agrees_with_a_table_of_flags_over_random_edits",
			agrees_with_a_table_of_flags_over_random_edits);
	g_test_add_func("/core/rangeset/melts_neighbours_into_one_range",
			melts_neighbours_into_one_range);
	return g_test_run();
}
