/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The stream inside a block of codec 1, before zstd. All numbers little endian:
 *   u32 n_records · u32 n_columnar · u32 n_raw_bytes · u32 n_values
 *   n_records bytes: 1 columnar, 0 raw, in seq order
 *   column raw_lengths, then n_raw_bytes of raw records
 *   columns t_ms, back_ms, period_us, node_mask, n (one item for each columnar record)
 *   n_values low bytes, then n_values high bytes
 * A column is a byte w (0 … 8), then w planes of one byte for each item, lowest first, of
 * zigzag(item - item before). Values go node after node over the whole block, as zigzag(value -
 * value before of that node), 16 bits.
 */

#include "core/wire/decode.h"
#include "store/store.h"

typedef struct {
	GByteArray *kinds;   /* owned: 1 columnar, 0 raw, for each record */
	GArray *raw_lengths; /* owned: guint64, for each raw record */
	GByteArray *raw;     /* owned: their bytes */
	GArray *t_ms;        /* owned: guint64, for each columnar record, as the following */
	GArray *back_ms;     /* owned: t_ms - t0_ms, wrapping */
	GArray *period_us;   /* owned */
	GArray *node_mask;   /* owned */
	GArray *n;           /* owned: samples of each node */
	GArray *values;      /* owned: guint16 hPa, record after record, in each node after node */
} KnColumns;

void kn_columns_init(KnColumns *columns);
void kn_columns_clear(KnColumns *columns);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnColumns, kn_columns_clear)

void kn_columns_write(const KnColumns *columns, GByteArray *ret_stream);
/* Trusts nothing. *columns is initialised; on CORRUPT it holds no meaning but may be cleared.
 * Afterwards every count fits every other: n * popcount(node_mask) is 1 … KN_VALUES_MAX, the
 * sums are the lengths of values and raw, and ticks, periods and values are within the bounds of
 * core/wire/decode.h. */
gboolean kn_columns_read(KnColumns *columns, const guint8 *stream, gsize n_stream,
			 GError **error) G_GNUC_WARN_UNUSED_RESULT;
