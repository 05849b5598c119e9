/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/node-fold.h"

void
kn_node_fold_init(KnNodeFold *node, guint32 full_scale_hpa)
{
	*node = (KnNodeFold){.saturated_hpa = (98 * full_scale_hpa + 99) / 100};
}

/* values[from … to) were all taken in contact */
static void
push_contact(KnNodeFold *node, const guint16 *values_hpa, guint from, guint to)
{
	guint32 sum_hpa = 0; /* at most 160 values of 16 bits */
	guint32 peak_hpa = node->peak_hpa;
	guint32 n_saturated = 0;

	for (guint k = from; k < to; k++) {
		guint32 value = values_hpa[k];
		sum_hpa += value;
		peak_hpa = MAX(peak_hpa, value);
		n_saturated += value >= node->saturated_hpa;
	}
	/* apart from the others, which the compiler then does several at a time */
	for (guint k = from; k < to; k++)
		node->bins[MIN(values_hpa[k], KN_PRESSURE_MAX_HPA) / KN_BIN_HPA]++;
	node->n += to - from;
	node->sum_hpa += sum_hpa;
	node->peak_hpa = peak_hpa;
	node->n_saturated += n_saturated;
}

/* the first sample from k on that is not like the ones before */
static guint
end_of_run(const guint16 *values_hpa, guint k, guint n, gboolean is_on)
{
	guint16 edge_hpa = is_on ? KN_CONTACT_OFF_HPA : KN_CONTACT_ON_HPA;

	if (is_on)
		while (k < n && values_hpa[k] >= edge_hpa)
			k++;
	else
		while (k < n && values_hpa[k] < edge_hpa)
			k++;
	return k;
}

guint
kn_node_fold_push(KnNodeFold *node, guint64 t0_us, guint32 period_us, guint n,
		  const guint16 *values_hpa, KnCover *cover, KnContactSpan *span)
{
	guint64 sum_before_hpa = node->sum_hpa;
	guint64 n_before = node->n;
	guint n_repeated = kn_contact_enter(&node->contact, t0_us, period_us, n);
	guint k = n_repeated;

	while (k < n) {
		guint from = k;
		gboolean is_on = kn_contact_step(node->contact.is_on, values_hpa[k]);
		k = end_of_run(values_hpa, k + 1, n, is_on);
		node->contact.is_on = is_on;
		if (!is_on)
			continue;
		push_contact(node, values_hpa, from, k);
		guint64 first_us = t0_us + (guint64)from * period_us;
		guint64 last_us = t0_us + (guint64)(k - 1) * period_us;
		kn_cover_add(cover, first_us, last_us + period_us);
		kn_contact_span_add(span, first_us, last_us, period_us);
	}
	node->dose_hpa_us += (node->sum_hpa - sum_before_hpa) * period_us;
	node->contact_us += (node->n - n_before) * period_us;
	return n_repeated;
}

guint32
kn_node_fold_p95(const guint64 bins[KN_BINS], guint64 n, guint32 peak_hpa)
{
	guint64 cumulative = 0;

	for (guint32 bin = 0; n > 0 && bin < KN_BINS; bin++) {
		cumulative += bins[bin];
		if (100 * cumulative >= 95 * n)
			return MIN(KN_BIN_HPA * bin + KN_BIN_HPA - 1, peak_hpa);
	}
	return 0;
}
