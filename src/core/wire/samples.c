/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/samples.h"

#include <string.h>

enum {
	WIRE_VARINT = 0,
	WIRE_BYTES = 2,
	VARINT_BYTES_MAX = 10,
	DELTAS_MAX = sizeof((ktp_SampleBlock *)0)->deltas_hpa / sizeof(int32_t),
	/* all scalars of both messages, their keys, two lengths, and the deltas of at most five bytes */
	RECORD_BYTES_MAX = 10 * (1 + VARINT_BYTES_MAX) + 5 * DELTAS_MAX,
};

typedef struct {
	const uint8_t *at;
	const uint8_t *end;
} Input;

static uint8_t
key_of(uint32_t tag, uint8_t wire_type)
{
	return (uint8_t)(tag << 3 | wire_type);
}

/* The shortest form only: the last of several bytes is not zero. */
static bool
read_varint(Input *input, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && input->at < input->end; shift += 7) {
		uint8_t byte = *input->at++;
		uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1)
			return false;
		value |= bits << shift;
		if (byte < 0x80) {
			*ret_value = value;
			return value <= max && (bits != 0 || shift == 0);
		}
	}
	return false;
}

static bool
is_next(const Input *input, uint8_t key)
{
	return input->at < input->end && *input->at == key;
}

/* A field that is not there is 0, and 0 is never written. */
static bool
read_scalar(Input *input, uint32_t tag, uint64_t max, uint64_t *ret_value)
{
	*ret_value = 0;
	if (!is_next(input, key_of(tag, WIRE_VARINT)))
		return true;
	input->at++;
	return read_varint(input, max, ret_value) && *ret_value != 0;
}

/* The bytes of a length-delimited field, as an input of their own. */
static bool
read_inner(Input *input, uint32_t tag, Input *ret_inner)
{
	uint64_t n_bytes;

	if (!is_next(input, key_of(tag, WIRE_BYTES)))
		return false;
	input->at++;
	if (!read_varint(input, (uint64_t)UINT16_MAX, &n_bytes) ||
	    n_bytes > (uint64_t)(input->end - input->at))
		return false;
	*ret_inner = (Input){input->at, input->at + n_bytes};
	input->at += n_bytes;
	return true;
}

static bool
read_deltas(Input *input, ktp_SampleBlock *ret_block)
{
	pb_size_t count = 0;
	Input deltas;

	ret_block->deltas_hpa_count = 0;
	if (input->at == input->end)
		return true;
	if (!read_inner(input, ktp_SampleBlock_deltas_hpa_tag, &deltas) || deltas.at == deltas.end)
		return false;
	for (; deltas.at < deltas.end; count++) {
		uint64_t code;
		if (count == DELTAS_MAX)
			return false;
		if (*deltas.at < 0x80)
			code = *deltas.at++;
		else if (!read_varint(&deltas, UINT32_MAX, &code))
			return false;
		ret_block->deltas_hpa[count] =
			(int32_t)((uint32_t)code >> 1 ^ (0 - ((uint32_t)code & 1)));
	}
	ret_block->deltas_hpa_count = count;
	return input->at == input->end;
}

static bool
read_block(Input *input, ktp_SampleBlock *ret_block)
{
	uint64_t period_us, t0_ms, node_mask, n;

	if (!read_scalar(input, ktp_SampleBlock_period_us_tag, UINT32_MAX, &period_us) ||
	    !read_scalar(input, ktp_SampleBlock_t0_ms_tag, UINT64_MAX, &t0_ms) ||
	    !read_scalar(input, ktp_SampleBlock_node_mask_tag, UINT32_MAX, &node_mask) ||
	    !read_scalar(input, ktp_SampleBlock_n_tag, UINT32_MAX, &n))
		return false;
	ret_block->period_us = (uint32_t)period_us;
	ret_block->t0_ms = t0_ms;
	ret_block->node_mask = (uint32_t)node_mask;
	ret_block->n = (uint32_t)n;
	return read_deltas(input, ret_block);
}

bool
kn_samples_read(const uint8_t *bytes, size_t n_bytes, ktp_Record *ret_record)
{
	Input input = {bytes, bytes + n_bytes}, inner;
	uint64_t seq, boot, t_ms;

	if (!read_scalar(&input, ktp_Record_seq_tag, UINT64_MAX, &seq) ||
	    !read_scalar(&input, ktp_Record_boot_tag, UINT32_MAX, &boot) ||
	    !read_scalar(&input, ktp_Record_t_ms_tag, UINT64_MAX, &t_ms) ||
	    !read_inner(&input, ktp_Record_samples_tag, &inner) || input.at != input.end)
		return false;
	ret_record->seq = seq;
	ret_record->boot = (uint32_t)boot;
	ret_record->t_ms = t_ms;
	ret_record->which_body = ktp_Record_samples_tag;
	return read_block(&inner, &ret_record->body.samples);
}

static uint8_t *
write_varint(uint8_t *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *
write_scalar(uint8_t *at, uint32_t tag, uint64_t value)
{
	if (value == 0)
		return at;
	*at++ = key_of(tag, WIRE_VARINT);
	return write_varint(at, value);
}

static uint8_t *
write_inner(uint8_t *at, uint32_t tag, const uint8_t *bytes, size_t n_bytes)
{
	*at++ = key_of(tag, WIRE_BYTES);
	at = write_varint(at, n_bytes);
	memcpy(at, bytes, n_bytes);
	return at + n_bytes;
}

static size_t
write_block(const ktp_SampleBlock *block, uint8_t *ret_bytes)
{
	uint8_t deltas[5 * DELTAS_MAX];
	uint8_t *at_delta = deltas, *at = ret_bytes;

	for (pb_size_t i = 0; i < block->deltas_hpa_count; i++) {
		uint32_t value = (uint32_t)block->deltas_hpa[i];
		at_delta = write_varint(at_delta, value << 1 ^ (0 - (value >> 31)));
	}
	at = write_scalar(at, ktp_SampleBlock_period_us_tag, block->period_us);
	at = write_scalar(at, ktp_SampleBlock_t0_ms_tag, block->t0_ms);
	at = write_scalar(at, ktp_SampleBlock_node_mask_tag, block->node_mask);
	at = write_scalar(at, ktp_SampleBlock_n_tag, block->n);
	if (at_delta > deltas)
		at = write_inner(at, ktp_SampleBlock_deltas_hpa_tag, deltas,
				 (size_t)(at_delta - deltas));
	return (size_t)(at - ret_bytes);
}

size_t
kn_samples_write(const ktp_Record *record, uint8_t *ret_bytes, size_t n_bytes)
{
	uint8_t block[RECORD_BYTES_MAX], all[RECORD_BYTES_MAX];
	uint8_t *at = all;
	size_t n;

	if (record->body.samples.deltas_hpa_count > DELTAS_MAX)
		return 0;
	n = write_block(&record->body.samples, block);
	at = write_scalar(at, ktp_Record_seq_tag, record->seq);
	at = write_scalar(at, ktp_Record_boot_tag, record->boot);
	at = write_scalar(at, ktp_Record_t_ms_tag, record->t_ms);
	at = write_inner(at, ktp_Record_samples_tag, block, n);
	n = (size_t)(at - all);
	if (n > n_bytes)
		return 0;
	memcpy(ret_bytes, all, n);
	return n;
}
