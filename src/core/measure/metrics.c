/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/metrics.h"

#include "core/measure/motion.h"
#include "core/measure/node-fold.h"
#include <string.h>

struct KnFold {
	KnCover cover; /* union of contact over nodes */
	KnContactSpan contact;
	KnMotion motion;
	guint64 samples_end_us; /* what the latest sample stands for, contact or not */
	gboolean has_origin;
	guint64 origin_us; /* of the windows of holds */
	gboolean has_start;
	guint64 start_t_ms;
	gboolean has_end;
	guint64 end_t_ms;
	guint64 device_duration_ms;
	guint n_nodes;
	ktp_Region region[KN_NODES_MAX];
	ktp_Side side[KN_NODES_MAX];
	KnNodeFold node[]; /* n_nodes */
};

/* sums over several nodes */
typedef struct {
	guint64 n;
	guint64 sum_hpa;
	guint64 n_saturated;
	guint64 dose_hpa_us;
	guint64 left_hpa_us;
	guint64 right_hpa_us;
	guint64 hold_n;
	guint64 hold_sum_hpa;
	guint64 bins[KN_BINS];
} Totals;

KnFold *
kn_fold_new(const ktp_Info *info)
{
	guint n_nodes = MIN(info->nodes_count, KN_NODES_MAX);
	KnFold *fold = g_malloc0(sizeof *fold + n_nodes * sizeof fold->node[0]);

	kn_cover_init(&fold->cover);
	fold->n_nodes = n_nodes;
	for (guint i = 0; i < n_nodes; i++) {
		fold->region[i] = info->nodes[i].region;
		fold->side[i] = info->nodes[i].side;
		kn_node_fold_init(&fold->node[i], info->nodes[i].full_scale_hpa);
	}
	return fold;
}

void
kn_fold_free(KnFold *fold)
{
	if (!fold)
		return;
	kn_cover_clear(&fold->cover);
	g_free(fold);
}

/* contact first, for all nodes: without a SessionStart it says where the windows of holds begin */
static void
push_samples(KnFold *fold, const ktp_SampleBlock *block, const guint16 *values_hpa)
{
	guint n_repeated[KN_NODES_MAX] = {0};
	guint64 t0_us = block->t0_ms * 1000;
	guint32 mask = block->node_mask;
	guint64 floor_us;
	guint at = 0;

	for (guint i = 0; i < fold->n_nodes; i++) {
		if (!(mask & 1u << i))
			continue;
		n_repeated[i] = kn_node_fold_push(&fold->node[i], t0_us, block->period_us, block->n,
						  values_hpa + at, &fold->cover, &fold->contact);
		at += block->n;
	}
	fold->samples_end_us =
		MAX(fold->samples_end_us, t0_us + (guint64)block->n * block->period_us);
	if (!fold->has_origin && fold->contact.has_any) {
		fold->has_origin = TRUE;
		fold->origin_us = fold->contact.first_us;
	}
	at = 0;
	for (guint i = 0; fold->has_origin && i < fold->n_nodes; i++) {
		guint skip = n_repeated[i];
		if (!(mask & 1u << i))
			continue;
		if (skip < block->n)
			kn_hold_push(&fold->node[i].hold, fold->origin_us,
				     t0_us + (guint64)skip * block->period_us, block->period_us,
				     block->n - skip, values_hpa + at + skip);
		at += block->n;
	}
	if (kn_cover_is_full(&fold->cover, &floor_us)) {
		kn_motion_settle(&fold->motion, &fold->cover, floor_us);
		kn_cover_trim(&fold->cover);
	}
}

static void
push_start(KnFold *fold, guint64 t_ms)
{
	/* a second one, or one after contact, does not begin a session that has begun */
	if (fold->has_start || fold->has_origin)
		return;
	fold->has_start = TRUE;
	fold->start_t_ms = t_ms;
	fold->has_origin = TRUE;
	fold->origin_us = t_ms * 1000;
}

static void
push_end(KnFold *fold, guint64 t_ms, guint64 duration_ms)
{
	/* of sessions that a person joined the last one */
	fold->has_end = TRUE;
	fold->end_t_ms = t_ms;
	fold->device_duration_ms = duration_ms;
}

void
kn_fold_push_values(KnFold *fold, const ktp_Record *record, const guint16 *values_hpa)
{
	g_return_if_fail(record->body.samples.n > 0 && record->body.samples.period_us > 0);
	push_samples(fold, &record->body.samples, values_hpa);
}

void
kn_fold_push(KnFold *fold, const ktp_Record *record)
{
	uint16_t values_hpa[KN_VALUES_MAX];

	switch (record->which_body) {
	case ktp_Record_samples_tag:
		kn_decode_values(&record->body.samples, values_hpa);
		kn_fold_push_values(fold, record, values_hpa);
		break;
	case ktp_Record_motion_tag:
		kn_motion_push(&fold->motion, &record->body.motion, &fold->cover);
		break;
	case ktp_Record_session_start_tag:
		push_start(fold, record->t_ms);
		break;
	case ktp_Record_session_end_tag:
		push_end(fold, record->t_ms, record->body.session_end.duration_ms);
		break;
	default:
		break;
	}
}

void
kn_fold_get_contact(const KnFold *fold, KnContactSpan *ret_span)
{
	*ret_span = fold->contact;
}

static guint32
mean_half_up(guint64 sum, guint64 n)
{
	/* 2 * sum fits: see KnNodeFold */
	return n == 0 ? 0 : (guint32)((2 * sum + n) / (2 * n));
}

static guint32
permille(guint64 part, guint64 whole)
{
	return whole == 0 ? 0 : (guint32)(1000 * part / whole);
}

gboolean
kn_metrics_symmetry(guint64 left, guint64 right, gint32 *ret_permille)
{
	guint64 whole = left + right;
	guint64 rest = left > right ? left - right : right - left;
	guint64 rounded = 0;

	if (whole == 0)
		return FALSE;
	/* three decimal digits by long division: 1000 * rest may not fit */
	for (guint digit = 0; digit < 3; digit++) {
		rest *= 10;
		rounded = rounded * 10 + rest / whole;
		rest %= whole;
	}
	rounded += 2 * rest >= whole ? 1 : 0;
	*ret_permille = left >= right ? (gint32)rounded : -(gint32)rounded;
	return TRUE;
}

static void
finish_node(const KnNodeFold *node, const KnHoldResult *hold, KnNodeMetrics *metrics)
{
	guint64 bins[KN_BINS];

	for (guint bin = 0; bin < KN_BINS; bin++)
		bins[bin] = node->bins[bin];
	metrics->contact_ms = node->contact_us / 1000;
	metrics->n_samples = node->n;
	metrics->mean_hpa = mean_half_up(node->sum_hpa, node->n);
	metrics->peak_hpa = node->peak_hpa;
	metrics->p95_hpa = kn_node_fold_p95(bins, node->n, node->peak_hpa);
	metrics->dose_hpa_ms = node->dose_hpa_us / 1000;
	metrics->hold_count = hold->count;
	metrics->hold_longest_ms = hold->longest_ms;
	metrics->hold_mean_hpa = hold->n == 0 ? 0 : (guint32)(hold->sum_hpa / hold->n);
	metrics->saturation_permille = permille(node->n_saturated, node->n);
}

static void
add_node(Totals *totals, const KnNodeFold *node, ktp_Side side, const KnHoldResult *hold)
{
	totals->n += node->n;
	totals->sum_hpa += node->sum_hpa;
	totals->n_saturated += node->n_saturated;
	totals->dose_hpa_us += node->dose_hpa_us;
	totals->left_hpa_us += side == ktp_SIDE_LEFT ? node->dose_hpa_us : 0;
	totals->right_hpa_us += side == ktp_SIDE_RIGHT ? node->dose_hpa_us : 0;
	totals->hold_n += hold->n;
	totals->hold_sum_hpa += hold->sum_hpa;
	for (guint bin = 0; bin < KN_BINS; bin++)
		totals->bins[bin] += node->bins[bin];
}

static guint64
session_end_us(const KnFold *fold)
{
	if (fold->has_end)
		return MAX(fold->end_t_ms * 1000, fold->contact.end_us);
	return fold->has_start ? fold->samples_end_us : fold->contact.end_us;
}

static void
finish_duration(const KnFold *fold, KnSessionMetrics *metrics)
{
	guint64 difference_ms;

	if (fold->has_start && fold->has_end && fold->end_t_ms >= fold->start_t_ms)
		metrics->duration_ms = fold->end_t_ms - fold->start_t_ms;
	else
		metrics->duration_ms = (fold->contact.last_us - fold->contact.first_us) / 1000;
	metrics->active_ms = kn_cover_length_us(&fold->cover) / 1000;
	if (!fold->has_end)
		return;
	difference_ms = metrics->duration_ms > fold->device_duration_ms
				? metrics->duration_ms - fold->device_duration_ms
				: fold->device_duration_ms - metrics->duration_ms;
	metrics->has_device_duration = TRUE;
	metrics->device_duration_ms = fold->device_duration_ms;
	metrics->is_duration_disputed = difference_ms > KN_DURATION_TOLERANCE_MS;
}

void
kn_fold_finish(const KnFold *fold, KnSessionMetrics *ret_metrics)
{
	Totals totals = {0};
	KnSessionMetrics *metrics = ret_metrics;

	memset(metrics, 0, sizeof *metrics);
	metrics->n_nodes = fold->n_nodes;
	for (guint i = 0; i < fold->n_nodes; i++) {
		const KnNodeFold *node = &fold->node[i];
		KnHoldResult hold;
		kn_hold_finish(&node->hold, fold->origin_us, session_end_us(fold), &hold);
		finish_node(node, &hold, &metrics->node[i]);
		metrics->node[i].region = fold->region[i];
		metrics->node[i].side = fold->side[i];
		add_node(&totals, node, fold->side[i], &hold);
		metrics->peak_hpa = MAX(metrics->peak_hpa, node->peak_hpa);
		metrics->hold_count += hold.count;
		metrics->hold_longest_ms = MAX(metrics->hold_longest_ms, hold.longest_ms);
	}
	finish_duration(fold, metrics);
	metrics->n_samples = totals.n;
	metrics->mean_hpa = mean_half_up(totals.sum_hpa, totals.n);
	metrics->p95_hpa = kn_node_fold_p95(totals.bins, totals.n, metrics->peak_hpa);
	metrics->dose_hpa_ms = totals.dose_hpa_us / 1000;
	metrics->dose_left_hpa_ms = totals.left_hpa_us / 1000;
	metrics->dose_right_hpa_ms = totals.right_hpa_us / 1000;
	metrics->has_symmetry = kn_metrics_symmetry(
		metrics->dose_left_hpa_ms, metrics->dose_right_hpa_ms, &metrics->symmetry_permille);
	metrics->saturation_permille = permille(totals.n_saturated, totals.n);
	metrics->hold_mean_hpa =
		totals.hold_n == 0 ? 0 : (guint32)(totals.hold_sum_hpa / totals.hold_n);
	metrics->rocking_half_cycles = fold->motion.half_cycles;
	metrics->strokes = kn_motion_strokes(&fold->motion, &fold->cover);
}
