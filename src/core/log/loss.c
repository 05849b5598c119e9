/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/loss.h"

static gint
compare_spans(gconstpointer a, gconstpointer b)
{
	const KnLossSpan *one = a, *two = b;

	return one->from_us < two->from_us ? -1 : one->from_us > two->from_us;
}

void
kn_loss_spans_join(GArray *spans)
{
	guint n_apart = 0;

	g_array_sort(spans, compare_spans);
	for (guint i = 0; i < spans->len; i++) {
		const KnLossSpan span = g_array_index(spans, KnLossSpan, i);
		KnLossSpan *last =
			n_apart > 0 ? &g_array_index(spans, KnLossSpan, n_apart - 1) : NULL;

		if (last && (span.from_us <= last->to_us || n_apart == KN_LOSS_SPANS_MAX))
			last->to_us = MAX(last->to_us, span.to_us);
		else
			g_array_index(spans, KnLossSpan, n_apart++) = span;
	}
	g_array_set_size(spans, n_apart);
}
