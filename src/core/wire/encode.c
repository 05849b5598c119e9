/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/encode.h"
#include "core/wire/samples.h"

#include <pb_encode.h>

/* nanopb writes fields in number order, leaves defaults out and packs repeated numbers: the canonical form */
static size_t
encode(const pb_msgdesc_t *fields, const void *message, uint8_t *ret_bytes, size_t n_bytes)
{
	pb_ostream_t stream = pb_ostream_from_buffer(ret_bytes, n_bytes);

	return pb_encode(&stream, fields, message) ? stream.bytes_written : 0;
}

size_t
kn_encode_record(const ktp_Record *record, uint8_t *ret_bytes, size_t n_bytes)
{
	return record->which_body == ktp_Record_samples_tag
		       ? kn_samples_write(record, ret_bytes, n_bytes)
		       : encode(ktp_Record_fields, record, ret_bytes, n_bytes);
}

size_t
kn_encode_control(const ktp_Control *control, uint8_t *ret_bytes, size_t n_bytes)
{
	return encode(ktp_Control_fields, control, ret_bytes, n_bytes);
}

size_t
kn_encode_reply(const ktp_Reply *reply, uint8_t *ret_bytes, size_t n_bytes)
{
	return encode(ktp_Reply_fields, reply, ret_bytes, n_bytes);
}

size_t
kn_encode_info(const ktp_Info *info, uint8_t *ret_bytes, size_t n_bytes)
{
	return encode(ktp_Info_fields, info, ret_bytes, n_bytes);
}

void
kn_encode_deltas(ktp_SampleBlock *block, const uint16_t *values_hpa)
{
	size_t n_nodes = (size_t)__builtin_popcount(block->node_mask);
	size_t at = 0;

	for (size_t node = 0; node < n_nodes; node++) {
		int32_t before = 0;
		for (uint32_t k = 0; k < block->n; k++, at++) {
			block->deltas_hpa[at] = values_hpa[at] - before;
			before = values_hpa[at];
		}
	}
	block->deltas_hpa_count = (pb_size_t)at;
}
