/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "soak.h"

#include <math.h>

/* of one instant the one that was planned first: a run is a function of its seed */
typedef struct {
	gint64 at_us;
	guint64 order;
	SoakFunc func;
	SoakNode *node;
	guint64 arg;
} Entry;

GArray *
soak_queue_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(Entry));
}

static gboolean
is_before(const Entry *a, const Entry *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void
soak_at(SoakWorld *world, gint64 at_us, SoakFunc func, SoakNode *node, guint64 arg)
{
	Entry entry = {MAX(at_us, world->now_us), world->n_queued++, func, node, arg};
	GArray *heap = world->queue;
	guint at = heap->len;
	Entry *all;

	g_array_append_val(heap, entry);
	all = (Entry *)(gpointer)heap->data;
	while (at > 0 && is_before(&entry, &all[(at - 1) / 2])) {
		all[at] = all[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	all[at] = entry;
	world->stats.n_queue_max = MAX(world->stats.n_queue_max, heap->len);
}

static void
sink_first(GArray *heap, const Entry *entry)
{
	Entry *all = (Entry *)(gpointer)heap->data;
	guint at = 0;

	while (2 * at + 1 < heap->len) {
		guint child = 2 * at + 1;
		if (child + 1 < heap->len && is_before(&all[child + 1], &all[child]))
			child++;
		if (!is_before(&all[child], entry))
			break;
		all[at] = all[child];
		at = child;
	}
	all[at] = *entry;
}

gboolean
soak_next(SoakWorld *world, SoakFunc *ret_func, SoakNode **ret_node, guint64 *ret_arg)
{
	GArray *heap = world->queue;
	Entry first, last;

	if (heap->len == 0)
		return FALSE;
	first = g_array_index(heap, Entry, 0);
	last = g_array_index(heap, Entry, heap->len - 1);
	g_array_set_size(heap, heap->len - 1);
	if (heap->len > 0)
		sink_first(heap, &last);
	world->now_us = first.at_us;
	*ret_func = first.func;
	*ret_node = first.node;
	*ret_arg = first.arg;
	return TRUE;
}

gboolean
soak_chance(SoakWorld *world, guint permille)
{
	return (guint)g_rand_int_range(world->rand, 0, 1000) < permille;
}

gint64
soak_between(SoakWorld *world, gint64 min_us, gint64 max_us)
{
	return min_us + (gint64)(g_rand_double(world->rand) * (gdouble)(max_us - min_us));
}

gint64
soak_span(SoakWorld *world, gint64 min_us, gint64 max_us)
{
	return (gint64)((gdouble)min_us *
			pow((gdouble)max_us / (gdouble)min_us, g_rand_double(world->rand)));
}
