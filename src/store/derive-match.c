/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/derive-match.h"

#include "store/sessions.h"

static guint64
overlap(const KnSpan *a, const KnSpan *b)
{
	guint64 first = MAX(a->first_seq, b->first_seq);
	guint64 last = MIN(a->last_seq, b->last_seq);

	return first <= last ? last - first + 1 : 0;
}

typedef struct {
	guint64 shared;    /* records in common */
	KnSessionRow *row; /* borrowed */
	KnSessionRow *old; /* borrowed */
} Pair;

static gint
compare_first(gconstpointer a, gconstpointer b)
{
	const KnSpan *first = &((const Pair *)a)->old->session.span;
	const KnSpan *second = &((const Pair *)b)->old->session.span;
	const KnSpan *first_row = &((const Pair *)a)->row->session.span;
	const KnSpan *second_row = &((const Pair *)b)->row->session.span;

	if (first->first_seq != second->first_seq)
		return first->first_seq > second->first_seq ? 1 : -1;
	return (first_row->first_seq > second_row->first_seq) -
	       (first_row->first_seq < second_row->first_seq);
}

static gint
compare_pairs(gconstpointer a, gconstpointer b)
{
	const Pair *first = a, *second = b;
	guint64 first_seq = first->old->session.span.first_seq;
	guint64 second_seq = second->old->session.span.first_seq;

	if (first->shared != second->shared)
		return first->shared > second->shared ? -1 : 1;
	return (first_seq > second_seq) - (first_seq < second_seq);
}

/* both in seq order and each without overlaps, so that a merge finds all pairs */
static GArray *
find_pairs(const GPtrArray *rows, const GPtrArray *old)
{
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
	guint i = 0, j = 0;

	while (i < rows->len && j < old->len) {
		Pair pair = {0, rows->pdata[i], old->pdata[j]};
		pair.shared = overlap(&pair.row->session.span, &pair.old->session.span);
		if (pair.shared > 0)
			g_array_append_val(pairs, pair);
		if (pair.row->session.span.last_seq < pair.old->session.span.last_seq)
			i++;
		else
			j++;
	}
	return pairs;
}

/* The other parts of a session that fell apart were in it when it got its zone. Those that share least come first, so that
 * the best one stays. */
static void
keep_zones(const GArray *pairs)
{
	for (guint i = pairs->len; i-- > 0;) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		if (pair->row->session.id != 0)
			continue;
		g_free(pair->row->session.zone);
		pair->row->session.zone = g_strdup(pair->old->session.zone);
	}
}

void
kn_derive_match(const GPtrArray *rows, const GPtrArray *old, gboolean is_by_hand)
{
	g_autoptr(GArray) pairs = find_pairs(rows, old);

	g_array_sort(pairs, is_by_hand ? compare_first : compare_pairs);

	for (guint i = 0; i < pairs->len; i++) {
		Pair *pair = &g_array_index(pairs, Pair, i);
		if (pair->row->session.id != 0 || pair->old->session.id == 0)
			continue;
		pair->row->session.id = pair->old->session.id;
		pair->old->session.id = 0;
	}
	keep_zones(pairs);
}
