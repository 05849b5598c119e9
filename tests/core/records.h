/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Records for tests of what is folded from them. seq counts up from 1 per maker; times are ticks
 * of one boot. */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include <glib.h>
#include <string.h>

typedef struct {
	ktp_Info info;
	guint64 seq;
	guint32 boot;
} Maker;

/* nodes: one letter each: l left, r right, c centre */
static inline Maker
maker_new(const gchar *nodes, guint full_scale_hpa)
{
	Maker maker = {.info = {.protocol = 1, .kind = ktp_KIND_BACK14}, .boot = 1};

	maker.info.nodes_count = (pb_size_t)strlen(nodes);
	for (guint i = 0; nodes[i]; i++) {
		maker.info.nodes[i].full_scale_hpa = full_scale_hpa;
		maker.info.nodes[i].side = nodes[i] == 'l'   ? ktp_SIDE_LEFT
					   : nodes[i] == 'r' ? ktp_SIDE_RIGHT
							     : ktp_SIDE_CENTRE;
	}
	return maker;
}

static inline ktp_Record
make_empty(Maker *maker, guint64 t_ms, pb_size_t body)
{
	ktp_Record record = {.seq = ++maker->seq, .boot = maker->boot, .t_ms = t_ms};

	record.which_body = body;
	return record;
}

static inline ktp_Record
make_start(Maker *maker, guint64 t_ms)
{
	return make_empty(maker, t_ms, ktp_Record_session_start_tag);
}

static inline ktp_Record
make_end(Maker *maker, guint64 t_ms, guint64 duration_ms)
{
	ktp_Record record = make_empty(maker, t_ms, ktp_Record_session_end_tag);

	record.body.session_end.duration_ms = duration_ms;
	return record;
}

/* values: n of the first node in the mask, then n of the next */
static inline ktp_Record
make_block(Maker *maker, guint64 t0_ms, guint32 period_us, guint32 mask, guint n,
	   const guint16 *values_hpa)
{
	ktp_Record record =
		make_empty(maker, t0_ms + (guint64)n * period_us / 1000, ktp_Record_samples_tag);
	ktp_SampleBlock *block = &record.body.samples;

	block->period_us = period_us;
	block->t0_ms = t0_ms;
	block->node_mask = mask;
	block->n = n;
	block->deltas_hpa_count = (pb_size_t)(n * (guint)__builtin_popcount(mask));
	kn_encode_deltas(block, values_hpa);
	return record;
}

/* n times the same value on node 0 */
static inline ktp_Record
make_level(Maker *maker, guint64 t0_ms, guint32 period_us, guint n, guint16 value_hpa)
{
	guint16 values_hpa[KN_VALUES_MAX];

	for (guint k = 0; k < n; k++)
		values_hpa[k] = value_hpa;
	return make_block(maker, t0_ms, period_us, 1, n, values_hpa);
}
