/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/columns.h"

enum { HEADER_BYTES = 16 };

/* what is left of a stream that is being read */
typedef struct {
	const guint8 *at;
	gsize n_left;
} Cursor;

void
kn_columns_init(KnColumns *columns)
{
	columns->kinds = g_byte_array_new();
	columns->raw = g_byte_array_new();
	columns->raw_lengths = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->t_ms = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->back_ms = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->period_us = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->node_mask = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->n = g_array_new(FALSE, FALSE, sizeof(guint64));
	columns->values = g_array_new(FALSE, FALSE, sizeof(guint16));
}

void
kn_columns_clear(KnColumns *columns)
{
	g_clear_pointer(&columns->kinds, g_byte_array_unref);
	g_clear_pointer(&columns->raw, g_byte_array_unref);
	g_clear_pointer(&columns->raw_lengths, g_array_unref);
	g_clear_pointer(&columns->t_ms, g_array_unref);
	g_clear_pointer(&columns->back_ms, g_array_unref);
	g_clear_pointer(&columns->period_us, g_array_unref);
	g_clear_pointer(&columns->node_mask, g_array_unref);
	g_clear_pointer(&columns->n, g_array_unref);
	g_clear_pointer(&columns->values, g_array_unref);
}

static guint64
zigzag(guint64 difference)
{
	return difference << 1 ^ (0 - (difference >> 63));
}

static guint64
unzigzag(guint64 code)
{
	return code >> 1 ^ (0 - (code & 1));
}

static guint64
item(const GArray *column, guint i)
{
	return g_array_index(column, guint64, i);
}

static void
put_u32(GByteArray *stream, guint32 value)
{
	guint8 bytes[4] = {(guint8)value, (guint8)(value >> 8), (guint8)(value >> 16),
			   (guint8)(value >> 24)};

	g_byte_array_append(stream, bytes, sizeof bytes);
}

static void
put_column(GByteArray *stream, const GArray *column)
{
	g_autofree guint64 *codes = g_new(guint64, column->len + 1);
	guint64 before = 0, all = 0;
	guint8 width = 0, *planes;
	guint n_start;

	for (guint i = 0; i < column->len; i++) {
		codes[i] = zigzag(item(column, i) - before);
		before = item(column, i);
		all |= codes[i];
	}
	for (; width < 8 && all >> 8 * width; width++)
		;
	g_byte_array_append(stream, &width, 1);
	n_start = stream->len;
	g_byte_array_set_size(stream, n_start + width * column->len);
	planes = stream->data + n_start;
	for (guint plane = 0; plane < width; plane++)
		for (guint i = 0; i < column->len; i++)
			planes[plane * column->len + i] = (guint8)(codes[i] >> 8 * plane);
}

static guint *
first_values(const KnColumns *columns)
{
	guint *first = g_new(guint, columns->n->len + 1);
	guint start = 0;

	for (guint i = 0; i < columns->n->len; i++) {
		guint32 mask = (guint32)item(columns->node_mask, i);
		first[i] = start;
		start += (guint)item(columns->n, i) * (guint)__builtin_popcount(mask);
	}
	return first;
}

/* Steps through the values in the order they are stored in: calls for node 0 of all records,
 * then node 1 … */
typedef void (*ValueFunc)(guint16 *value, guint16 *before, guint16 *difference);

static inline void
take_difference(guint16 *value, guint16 *before, guint16 *difference)
{
	*difference = (guint16)(*value - *before);
	*before = *value;
}

static inline void
add_difference(guint16 *value, guint16 *before, guint16 *difference)
{
	*before = (guint16)(*before + *difference);
	*value = *before;
}

/* always inline: then func is, too, which runs for every value */
static inline __attribute__((always_inline)) void
walk_values(const KnColumns *columns, guint16 *differences, ValueFunc func)
{
	guint16 *values = (guint16 *)(gpointer)columns->values->data;
	guint at = 0;
	/* of each record: where the values of its next node are */
	g_autofree guint *next = first_values(columns);

	for (guint node = 0; node < KN_NODES_MAX; node++) {
		guint16 before = 0;
		for (guint i = 0; i < columns->n->len; i++) {
			guint n = (guint)item(columns->n, i);
			if (!(item(columns->node_mask, i) >> node & 1))
				continue;
			for (guint k = 0; k < n; k++, at++)
				func(&values[next[i] + k], &before, &differences[at]);
			next[i] += n;
		}
	}
}

/* Differences and their bytes apart from the walk: each is like the other, so that compilers do several at once. */
static void
split_differences(const guint16 *differences, guint n, guint8 *low, guint8 *high)
{
	for (guint i = 0; i < n; i++) {
		guint16 code = (guint16)(differences[i] << 1 ^ (0 - (differences[i] >> 15)));
		low[i] = (guint8)code;
		high[i] = (guint8)(code >> 8);
	}
}

static void
join_differences(const guint8 *low, const guint8 *high, guint n, guint16 *ret_differences)
{
	for (guint i = 0; i < n; i++) {
		guint16 code = (guint16)(low[i] | high[i] << 8);
		ret_differences[i] = (guint16)(code >> 1 ^ (0 - (code & 1)));
	}
}

void
kn_columns_write(const KnColumns *columns, GByteArray *ret_stream)
{
	g_autofree guint16 *differences = g_new(guint16, columns->values->len + 1);
	guint n_values = columns->values->len;
	guint8 *planes;

	put_u32(ret_stream, columns->kinds->len);
	put_u32(ret_stream, columns->n->len);
	put_u32(ret_stream, columns->raw->len);
	put_u32(ret_stream, columns->values->len);
	g_byte_array_append(ret_stream, columns->kinds->data, columns->kinds->len);
	put_column(ret_stream, columns->raw_lengths);
	g_byte_array_append(ret_stream, columns->raw->data, columns->raw->len);
	put_column(ret_stream, columns->t_ms);
	put_column(ret_stream, columns->back_ms);
	put_column(ret_stream, columns->period_us);
	put_column(ret_stream, columns->node_mask);
	put_column(ret_stream, columns->n);
	walk_values(columns, differences, take_difference);
	g_byte_array_set_size(ret_stream, ret_stream->len + 2 * n_values);
	planes = ret_stream->data + ret_stream->len - 2 * (gsize)n_values;
	split_differences(differences, n_values, planes, planes + n_values);
}

static gboolean
take(Cursor *cursor, gsize n_bytes, const guint8 **ret_bytes)
{
	if (n_bytes > cursor->n_left)
		return FALSE;
	*ret_bytes = cursor->at;
	cursor->at += n_bytes;
	cursor->n_left -= n_bytes;
	return TRUE;
}

static guint32
u32_at(const guint8 *bytes)
{
	return bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 |
	       (guint32)bytes[3] << 24;
}

static gboolean
take_column(Cursor *cursor, guint32 n_items, GArray *ret_column)
{
	const guint8 *width, *planes;
	guint64 before = 0;

	if (!take(cursor, 1, &width) || *width > 8 ||
	    !take(cursor, (gsize)*width * n_items, &planes))
		return FALSE;
	g_array_set_size(ret_column, n_items);
	for (guint32 i = 0; i < n_items; i++) {
		guint64 code = 0;
		for (guint plane = 0; plane < *width; plane++)
			code |= (guint64)planes[(gsize)plane * n_items + i] << 8 * plane;
		before += unzigzag(code);
		g_array_index(ret_column, guint64, i) = before;
	}
	return TRUE;
}

static gboolean
take_raw(Cursor *cursor, guint32 n_raw, guint32 n_raw_bytes, KnColumns *columns)
{
	const guint8 *bytes;
	guint64 sum = 0;

	if (!take_column(cursor, n_raw, columns->raw_lengths) || !take(cursor, n_raw_bytes, &bytes))
		return FALSE;
	for (guint32 i = 0; i < n_raw; i++) {
		if (item(columns->raw_lengths, i) > n_raw_bytes)
			return FALSE;
		sum += item(columns->raw_lengths, i);
	}
	g_byte_array_append(columns->raw, bytes, n_raw_bytes);
	return sum == n_raw_bytes;
}

static gboolean
is_shape_right(const KnColumns *columns, guint32 n_values)
{
	guint64 sum = 0;

	for (guint i = 0; i < columns->n->len; i++) {
		guint64 mask = item(columns->node_mask, i), n = item(columns->n, i);
		guint64 t_ms = item(columns->t_ms, i), period_us = item(columns->period_us, i);
		if (mask == 0 || mask > G_MAXUINT32 || n == 0 || n > KN_VALUES_MAX ||
		    period_us < KN_PERIOD_MIN_US || period_us > KN_PERIOD_MAX_US ||
		    t_ms > KN_TICK_MAX_MS || t_ms - item(columns->back_ms, i) > KN_TICK_MAX_MS)
			return FALSE;
		guint64 count = n * (guint64)__builtin_popcountll(mask);
		if (count > KN_VALUES_MAX)
			return FALSE;
		sum += count;
	}
	return sum == n_values;
}

static gboolean
are_values_right(const KnColumns *columns)
{
	for (guint i = 0; i < columns->values->len; i++)
		if (g_array_index(columns->values, guint16, i) > KN_PRESSURE_MAX_HPA)
			return FALSE;
	return TRUE;
}

static gboolean
read_all(Cursor *cursor, KnColumns *columns)
{
	const guint8 *header, *kinds, *planes;
	guint32 n_records, n_columnar, n_values, n_ones = 0;
	g_autofree guint16 *differences = NULL;

	if (!take(cursor, HEADER_BYTES, &header))
		return FALSE;
	n_records = u32_at(header);
	n_columnar = u32_at(header + 4);
	n_values = u32_at(header + 12);
	if (!take(cursor, n_records, &kinds))
		return FALSE;
	for (guint32 i = 0; i < n_records; i++) {
		if (kinds[i] > 1)
			return FALSE;
		n_ones += kinds[i];
	}
	if (n_ones != n_columnar ||
	    !take_raw(cursor, n_records - n_columnar, u32_at(header + 8), columns) ||
	    !take_column(cursor, n_columnar, columns->t_ms) ||
	    !take_column(cursor, n_columnar, columns->back_ms) ||
	    !take_column(cursor, n_columnar, columns->period_us) ||
	    !take_column(cursor, n_columnar, columns->node_mask) ||
	    !take_column(cursor, n_columnar, columns->n) || !is_shape_right(columns, n_values) ||
	    !take(cursor, 2 * (gsize)n_values, &planes) || cursor->n_left != 0)
		return FALSE;
	g_byte_array_append(columns->kinds, kinds, n_records);
	g_array_set_size(columns->values, n_values);
	differences = g_new(guint16, (gsize)n_values + 1);
	join_differences(planes, planes + n_values, n_values, differences);
	walk_values(columns, differences, add_difference);
	return are_values_right(columns);
}

gboolean
kn_columns_read(KnColumns *columns, const guint8 *stream, gsize n_stream, GError **error)
{
	Cursor cursor = {stream, n_stream};

	if (read_all(&cursor, columns))
		return TRUE;
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT,
		    "a block's columns do not fit each other");
	return FALSE;
}
