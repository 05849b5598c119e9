/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/block.h"

#include "core/measure/metrics.h"
#include "core/wire/crc32.h"
#include "core/wire/encode.h"
#include "store/press.h"
#include <string.h>

struct KnBlockReader {
	KnBlockHead head;
	KnColumns columns;
	guint at;                          /* next record */
	guint at_columnar;                 /* next of the columnar ones */
	guint at_raw;                      /* next of the raw ones */
	gsize at_byte;                     /* in columns.raw */
	guint at_value;                    /* in columns.values */
	guint16 values_hpa[KN_VALUES_MAX]; /* of a raw record */
};

static void
touch(KnBlockHead *head, const ktp_SampleBlock *samples, const guint16 *values, gsize n_values)
{
	guint32 first = samples->n, last = 0;
	guint64 first_t_ms, last_t_ms;

	for (gsize at = 0; at < n_values; at += samples->n) {
		for (guint32 k = 0; k < samples->n; k++) {
			if (values[at + k] < KN_CONTACT_OFF_HPA)
				continue;
			first = MIN(first, k);
			last = MAX(last, k);
		}
	}
	if (first == samples->n)
		return;
	first_t_ms = samples->t0_ms + (guint64)first * samples->period_us / 1000;
	last_t_ms = samples->t0_ms + (guint64)last * samples->period_us / 1000;
	if (!head->has_touch || first_t_ms < head->touch_first_t_ms)
		head->touch_first_t_ms = first_t_ms;
	if (!head->has_touch || last_t_ms > head->touch_last_t_ms)
		head->touch_last_t_ms = last_t_ms;
	head->has_touch = TRUE;
}

static void
add_raw(KnColumns *columns, const guint8 *bytes, gsize n_bytes)
{
	const guint8 kind = 0;
	guint64 length = n_bytes;

	g_byte_array_append(columns->kinds, &kind, 1);
	g_array_append_val(columns->raw_lengths, length);
	g_byte_array_append(columns->raw, bytes, (guint)n_bytes);
}

static void
add_columnar(KnColumns *columns, const ktp_Record *record, const guint16 *values, gsize n_values)
{
	const ktp_SampleBlock *samples = &record->body.samples;
	guint64 row[] = {record->t_ms, record->t_ms - samples->t0_ms, samples->period_us,
			 samples->node_mask, samples->n};
	const guint8 kind = 1;

	g_byte_array_append(columns->kinds, &kind, 1);
	g_array_append_val(columns->t_ms, row[0]);
	g_array_append_val(columns->back_ms, row[1]);
	g_array_append_val(columns->period_us, row[2]);
	g_array_append_val(columns->node_mask, row[3]);
	g_array_append_val(columns->n, row[4]);
	g_array_append_vals(columns->values, values, (guint)n_values);
}

static void
note_mark(GArray *marks, const ktp_Record *record)
{
	KnBlockMark mark = {record->seq, record->which_body == ktp_Record_session_end_tag};

	if (marks && (mark.is_end || record->which_body == ktp_Record_session_start_tag))
		g_array_append_val(marks, mark);
}

static void
add_record(KnBlockHead *head, KnColumns *columns, const guint8 *bytes, gsize n_bytes,
	   const ktp_Info *info, GArray *marks)
{
	guint64 seq = head->first_seq + columns->kinds->len;
	guint16 values[KN_VALUES_MAX];
	ktp_Record record;
	bool is_canonical;
	gsize n_values;

	if (!info ||
	    kn_decode_record(bytes, n_bytes, info, &record, &is_canonical) != KN_DECODE_OK ||
	    record.seq != seq || record.boot != head->boot) {
		add_raw(columns, bytes, n_bytes);
		return;
	}
	if (record.which_body != ktp_Record_samples_tag) {
		note_mark(marks, &record);
		add_raw(columns, bytes, n_bytes);
		return;
	}
	n_values = kn_decode_values(&record.body.samples, values);
	touch(head, &record.body.samples, values, n_values);
	if (is_canonical)
		add_columnar(columns, &record, values, n_values);
	else
		add_raw(columns, bytes, n_bytes);
}

static GByteArray *
pack(KnBlockHead *head, const GByteArray *records, const ktp_Info *info, GArray *marks,
     GError **error)
{
	g_auto(KnColumns) columns = {0};
	g_autoptr(GByteArray) stream = g_byte_array_new();
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	kn_columns_init(&columns);
	head->has_touch = FALSE;
	while (kn_block_next(records, &at, &bytes, &n_bytes))
		add_record(head, &columns, bytes, n_bytes, info, marks);
	head->n_records = columns.kinds->len;
	head->codec = KN_BLOCK_CODEC_COLUMNS;
	head->raw_bytes = records->len;
	kn_columns_write(&columns, stream);
	return kn_press_pack(stream, error);
}

/* this is the only copy once the device has trimmed: what goes to disk has been read back once */
static gboolean
comes_back(const KnBlockHead *head, const GByteArray *data, const GByteArray *records)
{
	KnBlockHead sealed = *head;
	g_autoptr(GByteArray) again = NULL;

	sealed.crc32 = kn_block_crc32(&sealed, data->data, data->len);
	again = kn_block_unpack(&sealed, data->data, data->len, NULL);
	return again && again->len == records->len &&
	       memcmp(again->data, records->data, records->len) == 0;
}

GByteArray *
kn_block_pack(KnBlockHead *head, const GByteArray *records, const ktp_Info *info, GArray *marks,
	      GError **error)
{
	g_autoptr(GByteArray) data = pack(head, records, info, marks, error);
	KnBlockHead plain = *head;

	if (!data || comes_back(head, data, records))
		return g_steal_pointer(&data);
	g_warning("a block of records from %" G_GUINT64_FORMAT " on did not come back from its "
		  "columns: kept raw",
		  head->first_seq);
	g_byte_array_unref(data);
	data = pack(&plain, records, NULL, NULL, error);
	return g_steal_pointer(&data);
}

static void
put_u64(GByteArray *bytes, guint64 value)
{
	guint64 little = GUINT64_TO_LE(value);

	g_byte_array_append(bytes, (const guint8 *)&little, sizeof little);
}

guint32
kn_block_crc32(const KnBlockHead *head, const guint8 *data, gsize n_data)
{
	const guint64 fields[] = {head->boot,
				  head->first_seq,
				  head->last_seq,
				  head->first_t_ms,
				  head->last_t_ms,
				  head->n_records,
				  head->has_touch,
				  head->has_touch ? head->touch_first_t_ms : 0,
				  head->has_touch ? head->touch_last_t_ms : 0,
				  head->codec,
				  head->raw_bytes};
	g_autoptr(GByteArray) bytes = g_byte_array_sized_new((guint)(sizeof fields + n_data));

	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
		put_u64(bytes, fields[i]);
	g_byte_array_append(bytes, data, (guint)n_data);
	return kn_crc32(bytes->data, bytes->len);
}

static gboolean
corrupt(const KnBlockHead *head, const gchar *what, GError **error)
{
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT, "block %" G_GINT64_FORMAT ": %s",
		    head->block_id, what);
	return FALSE;
}

static gboolean
decompress(const KnBlockHead *head, const guint8 *data, gsize n_data, KnColumns *ret_columns,
	   GError **error)
{
	gsize n_stream;
	g_autofree guint8 *stream =
		kn_press_unpack(data, n_data, KN_BLOCK_STREAM_BYTES_MAX, &n_stream);

	if (!stream)
		return corrupt(head, "it cannot be unpacked", error);
	return kn_columns_read(ret_columns, stream, n_stream, error);
}

KnBlockReader *
kn_block_reader_new(const KnBlockHead *head, const guint8 *data, gsize n_data, GError **error)
{
	g_autoptr(KnBlockReader) reader = g_new0(KnBlockReader, 1);

	reader->head = *head;
	kn_columns_init(&reader->columns);
	if (head->codec != KN_BLOCK_CODEC_COLUMNS) {
		corrupt(head, "its codec is not known", error);
		return NULL;
	}
	if (kn_block_crc32(head, data, n_data) != head->crc32) {
		corrupt(head, "its CRC-32 is wrong", error);
		return NULL;
	}
	if (!decompress(head, data, n_data, &reader->columns, error))
		return NULL;
	if (reader->columns.kinds->len != head->n_records) {
		corrupt(head, "it does not hold the records it says", error);
		return NULL;
	}
	return g_steal_pointer(&reader);
}

void
kn_block_reader_free(KnBlockReader *reader)
{
	if (!reader)
		return;
	kn_columns_clear(&reader->columns);
	g_free(reader);
}

void
kn_block_reader_rewind(KnBlockReader *reader)
{
	reader->at = reader->at_columnar = reader->at_raw = reader->at_value = 0;
	reader->at_byte = 0;
}

/* field by field: it runs for every record, and most of one are the deltas that nobody asks for */
static void
read_columnar(KnBlockReader *reader, KnBlockItem *ret_item)
{
	const KnColumns *columns = &reader->columns;
	guint i = reader->at_columnar++;
	ktp_Record *record = &ret_item->record;
	ktp_SampleBlock *samples = &record->body.samples;

	ret_item->is_record = TRUE;
	record->seq = ret_item->seq;
	record->boot = reader->head.boot;
	record->t_ms = g_array_index(columns->t_ms, guint64, i);
	record->which_body = ktp_Record_samples_tag;
	samples->t0_ms = record->t_ms - g_array_index(columns->back_ms, guint64, i);
	samples->period_us = (uint32_t)g_array_index(columns->period_us, guint64, i);
	samples->node_mask = (uint32_t)g_array_index(columns->node_mask, guint64, i);
	samples->n = (uint32_t)g_array_index(columns->n, guint64, i);
	samples->deltas_hpa_count = 0;
	ret_item->values_hpa = &g_array_index(columns->values, guint16, reader->at_value);
	reader->at_value += samples->n * (guint)__builtin_popcount(samples->node_mask);
}

gboolean
kn_block_reader_next(KnBlockReader *reader, KnBlockItem *ret_item)
{
	const KnColumns *columns = &reader->columns;

	if (reader->at == columns->kinds->len)
		return FALSE;
	ret_item->seq = reader->head.first_seq + reader->at;
	if (columns->kinds->data[reader->at++]) {
		read_columnar(reader, ret_item);
		return TRUE;
	}
	ret_item->is_record = FALSE;
	ret_item->bytes = columns->raw->data + reader->at_byte;
	ret_item->n_bytes = (gsize)g_array_index(columns->raw_lengths, guint64, reader->at_raw++);
	reader->at_byte += ret_item->n_bytes;
	return TRUE;
}

static gboolean
has_nodes(const ktp_Info *info, guint32 node_mask)
{
	return info->nodes_count >= KN_NODES_MAX || node_mask >> info->nodes_count == 0;
}

/* what is kept raw: newer or odd, and everything but samples */
static gboolean
is_accepted(KnBlockReader *reader, const ktp_Info *info, KnBlockItem *item)
{
	if (kn_decode_record(item->bytes, item->n_bytes, info, &item->record, NULL) !=
		    KN_DECODE_OK ||
	    item->record.seq != item->seq || item->record.boot != reader->head.boot)
		return FALSE;
	if (item->record.which_body == ktp_Record_samples_tag)
		kn_decode_values(&item->record.body.samples, reader->values_hpa);
	item->values_hpa = reader->values_hpa;
	return TRUE;
}

gboolean
kn_block_reader_next_accepted(KnBlockReader *reader, const ktp_Info *info, KnBlockItem *ret_item)
{
	while (kn_block_reader_next(reader, ret_item))
		if (ret_item->is_record ? has_nodes(info, ret_item->record.body.samples.node_mask)
					: is_accepted(reader, info, ret_item))
			return TRUE;
	return FALSE;
}

static gboolean
append_item(GByteArray *records, KnBlockItem *item)
{
	guint8 bytes[2 + KN_RECORD_ACCEPTED_BYTES];
	gsize n_bytes = item->n_bytes;

	if (item->is_record)
		kn_encode_deltas(&item->record.body.samples, item->values_hpa);
	if (item->is_record)
		n_bytes = kn_encode_record(&item->record, bytes + 2, KN_RECORD_ACCEPTED_BYTES);
	else if (n_bytes <= KN_RECORD_ACCEPTED_BYTES)
		memcpy(bytes + 2, item->bytes, n_bytes);
	if (n_bytes == 0 || n_bytes > KN_RECORD_ACCEPTED_BYTES)
		return FALSE;
	bytes[0] = (guint8)n_bytes;
	bytes[1] = (guint8)(n_bytes >> 8);
	g_byte_array_append(records, bytes, (guint)n_bytes + 2);
	return TRUE;
}

GByteArray *
kn_block_unpack(const KnBlockHead *head, const guint8 *data, gsize n_data, GError **error)
{
	g_autoptr(KnBlockReader) reader = kn_block_reader_new(head, data, n_data, error);
	g_autoptr(GByteArray) records = g_byte_array_new();
	KnBlockItem item;

	if (!reader)
		return NULL;
	while (kn_block_reader_next(reader, &item)) {
		if (!append_item(records, &item)) {
			corrupt(head, "a record in it is not one", error);
			return NULL;
		}
	}
	if (records->len != head->raw_bytes) {
		corrupt(head, "its records are not as long as they were", error);
		return NULL;
	}
	return g_steal_pointer(&records);
}
