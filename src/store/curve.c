/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/curve.h"

#include "store/blocks.h"
#include "store/infos.h"
#include "store/sessions.h"

typedef struct {
	guint64 first_us; /* ticks of the session's begin and end */
	guint64 last_us;
	guint64 slice_us;
	guint n_slices;
	guint n_nodes;
	guint64 *sum; /* owned, as count: [slice * n_nodes + node] */
	guint64 *count;
} Curve;

static void
curve_clear(Curve *curve)
{
	g_clear_pointer(&curve->sum, g_free);
	g_clear_pointer(&curve->count, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Curve, curve_clear)

static void
add_node(Curve *curve, guint node, const ktp_SampleBlock *samples, const guint16 *values)
{
	for (guint k = 0; k < samples->n; k++) {
		guint64 t_us = samples->t0_ms * 1000 + (guint64)k * samples->period_us;
		guint64 slice;
		if (t_us < curve->first_us || t_us > curve->last_us)
			continue;
		/* the end itself belongs to the last slice */
		slice = MIN((t_us - curve->first_us) / curve->slice_us, curve->n_slices - 1);
		curve->sum[slice * curve->n_nodes + node] += values[k];
		curve->count[slice * curve->n_nodes + node]++;
	}
}

static void
add_samples(Curve *curve, const ktp_SampleBlock *samples, const guint16 *values)
{
	guint at = 0;

	for (guint node = 0; node < KN_NODES_MAX; node++) {
		if (!(samples->node_mask & UINT32_C(1) << node))
			continue;
		if (node < curve->n_nodes)
			add_node(curve, node, samples, values + at);
		at += samples->n;
	}
}

static gboolean
add_block(KnDb *db, gint64 block_id, const KnSpan *span, Curve *curve, GError **error)
{
	g_autoptr(KnBlockReader) reader = NULL;
	const ktp_Info *info;
	KnBlockItem item;
	KnBlockHead head;

	if (!kn_blocks_try_open(db, block_id, &head, &reader, error))
		return FALSE;
	if (!reader)
		return TRUE;
	if (!kn_infos_get(db, head.info_id, &info, error))
		return FALSE;
	while (info && kn_block_reader_next_accepted(reader, info, &item))
		if (item.record.which_body == ktp_Record_samples_tag &&
		    item.seq >= span->first_seq && item.seq <= span->last_seq)
			add_samples(curve, &item.record.body.samples, item.values_hpa);
	return TRUE;
}

static gint32 *
means(const Curve *curve)
{
	gsize n_values = (gsize)curve->n_slices * curve->n_nodes;
	gint32 *mean_hpa = g_new(gint32, n_values + 1);

	for (gsize i = 0; i < n_values; i++) {
		guint64 count = curve->count[i];
		mean_hpa[i] = count ? (gint32)((curve->sum[i] + count / 2) / count) : -1;
	}
	return mean_hpa;
}

gboolean
kn_curve_read(KnDb *db, const KnSession *session, guint n_slices, KnSessionDetail *detail,
	      GError **error)
{
	g_autoptr(GArray) ids = kn_sessions_get_blocks(db, session->id, error);
	const KnSpan *span = &session->span;
	guint64 length_ms =
		span->last_t_ms > span->first_t_ms ? span->last_t_ms - span->first_t_ms : 0;
	g_auto(Curve) curve = {.n_slices = n_slices, .n_nodes = detail->n_nodes};

	detail->slice_ms = MAX((length_ms + n_slices - 1) / n_slices, 1);
	curve.first_us = span->first_t_ms * 1000;
	/* ticks of contact are kept in whole milliseconds */
	curve.last_us = span->last_t_ms * 1000 + 999;
	curve.slice_us = detail->slice_ms * 1000;
	curve.sum = g_new0(guint64, (gsize)n_slices * detail->n_nodes + 1);
	curve.count = g_new0(guint64, (gsize)n_slices * detail->n_nodes + 1);
	if (!ids)
		return FALSE;
	for (guint i = 0; i < ids->len; i++)
		if (!add_block(db, g_array_index(ids, gint64, i), span, &curve, error))
			return FALSE;
	detail->n_slices = n_slices;
	detail->curve_hpa = means(&curve);
	return TRUE;
}
