/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/buildup.h"

typedef struct {
	KnContact contact;
	guint64 n;         /* contact samples so far */
	guint64 third;     /* of all of them */
	guint64 last_from; /* index of the first of the last third */
	guint64 first_sum; /* 2^50 values of 4000 fit */
	guint64 last_sum;
} Node;

struct KnBuildup {
	guint n_nodes;
	Node node[]; /* n_nodes */
};

KnBuildup *
kn_buildup_new(const KnSessionMetrics *metrics)
{
	KnBuildup *buildup =
		g_malloc0(sizeof *buildup + metrics->n_nodes * sizeof buildup->node[0]);

	buildup->n_nodes = metrics->n_nodes;
	for (guint i = 0; i < metrics->n_nodes; i++) {
		guint64 n = metrics->node[i].n_samples;
		buildup->node[i].third = n / 3;
		buildup->node[i].last_from = n - n / 3;
	}
	return buildup;
}

void
kn_buildup_free(KnBuildup *buildup)
{
	g_free(buildup);
}

/* in contact exactly when the fold says so: node-fold.c */
static void
push_node(Node *node, const ktp_SampleBlock *block, const guint16 *values_hpa)
{
	gboolean is_on;

	for (guint k = kn_contact_enter(&node->contact, block->t0_ms * 1000, block->period_us,
					block->n);
	     k < block->n; k++) {
		is_on = kn_contact_step(node->contact.is_on, values_hpa[k]);
		node->contact.is_on = is_on;
		node->first_sum += is_on && node->n < node->third ? values_hpa[k] : 0;
		node->last_sum += is_on && node->n >= node->last_from ? values_hpa[k] : 0;
		node->n += is_on ? 1 : 0;
	}
}

void
kn_buildup_push_values(KnBuildup *buildup, const ktp_Record *record, const guint16 *values_hpa)
{
	const ktp_SampleBlock *block = &record->body.samples;
	guint at = 0;

	g_return_if_fail(block->n > 0 && block->period_us > 0);
	for (guint i = 0; i < buildup->n_nodes; i++) {
		if (!(block->node_mask & 1u << i))
			continue;
		push_node(&buildup->node[i], block, values_hpa + at);
		at += block->n;
	}
}

void
kn_buildup_push(KnBuildup *buildup, const ktp_Record *record)
{
	uint16_t values_hpa[KN_VALUES_MAX];

	if (record->which_body != ktp_Record_samples_tag)
		return;
	kn_decode_values(&record->body.samples, values_hpa);
	kn_buildup_push_values(buildup, record, values_hpa);
}

static guint64
mean_half_up(guint64 sum, guint64 n)
{
	return (2 * sum + n) / (2 * n);
}

gboolean
kn_buildup_finish(const KnBuildup *buildup, KnSessionMetrics *metrics)
{
	for (guint i = 0; i < buildup->n_nodes; i++)
		if (buildup->node[i].n != metrics->node[i].n_samples)
			return FALSE;
	for (guint i = 0; i < buildup->n_nodes; i++) {
		const Node *node = &buildup->node[i];
		KnNodeMetrics *told = &metrics->node[i];
		told->has_buildup = told->contact_ms >= KN_BUILDUP_MIN_MS && node->third > 0;
		if (told->has_buildup)
			told->buildup_hpa = (gint32)mean_half_up(node->last_sum, node->third) -
					    (gint32)mean_half_up(node->first_sum, node->third);
	}
	return TRUE;
}
