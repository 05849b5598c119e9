/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/frame.h"
#include "core/wire/crc32.h"

#include <string.h>

enum { CRC_BYTES = 4, LENGTH_BYTES_MAX = 2 };

static uint32_t
read_u32_le(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

KnFrameStatus
kn_frame_open(KnFrameReader *reader, const uint8_t *bytes, size_t n_bytes)
{
	uint8_t kind;

	if (n_bytes <= KN_NOTIFICATION_HEADER_BYTES || n_bytes > KN_NOTIFICATION_BYTES_ACCEPTED)
		return KN_FRAME_HEADER;
	kind = bytes[1] & 0x0f;
	if (kind != KN_FRAME_LIVE && kind != KN_FRAME_HISTORY && kind != KN_FRAME_REPLY)
		return KN_FRAME_HEADER;
	*reader = (KnFrameReader){
		.bytes = bytes,
		.n_bytes = n_bytes,
		.at = KN_NOTIFICATION_HEADER_BYTES,
		.counter = bytes[0],
		.version = bytes[1] >> 4,
		.kind = (KnFrameKind)kind,
	};
	return KN_FRAME_OK;
}

/* one or two bytes, in the shortest form only; 0 is no length. Returns the bytes read, 0 when it is refused */
static size_t
read_length(const uint8_t *at, size_t n_left, size_t *ret_length)
{
	size_t length;

	if (n_left < 1 || at[0] == 0)
		return 0;
	if (at[0] < 0x80) {
		*ret_length = at[0];
		return 1;
	}
	if (n_left < 2 || at[1] >= 0x80 || at[1] == 0)
		return 0;
	length = (size_t)(at[0] & 0x7f) | (size_t)at[1] << 7;
	*ret_length = length;
	return 2;
}

KnFrameStatus
kn_frame_next(KnFrameReader *reader, const uint8_t **ret_body, size_t *ret_n_body)
{
	const uint8_t *frame = reader->bytes + reader->at;
	size_t n_left = reader->n_bytes - reader->at;
	size_t n_length, n_body = 0;

	if (n_left == 0)
		return KN_FRAME_END;
	/* whatever is refused below ends the notification; undone on success */
	reader->at = reader->n_bytes;
	n_length = read_length(frame, n_left, &n_body);
	if (n_length == 0 || n_left - n_length < CRC_BYTES ||
	    n_body > n_left - n_length - CRC_BYTES)
		return KN_FRAME_LENGTH;
	reader->crc = kn_crc32(frame, n_length + n_body);
	if (reader->crc != read_u32_le(frame + n_length + n_body))
		return KN_FRAME_CRC;
	reader->at = (size_t)(frame - reader->bytes) + n_length + n_body + CRC_BYTES;
	*ret_body = frame + n_length;
	*ret_n_body = n_body;
	return KN_FRAME_OK;
}

size_t
kn_frame_seal(const uint8_t *body, size_t n_body, uint8_t *ret_frame, size_t n_frame)
{
	size_t n_length = n_body < 0x80 ? 1 : LENGTH_BYTES_MAX;
	size_t n_total = n_length + n_body + CRC_BYTES;
	uint32_t crc;

	if (n_body == 0 || n_body > KN_RECORD_BYTES_MAX || n_total > n_frame)
		return 0;
	if (n_length == 1) {
		ret_frame[0] = (uint8_t)n_body;
	} else {
		ret_frame[0] = (uint8_t)(n_body | 0x80);
		ret_frame[1] = (uint8_t)(n_body >> 7);
	}
	memcpy(ret_frame + n_length, body, n_body);
	crc = kn_crc32(ret_frame, n_length + n_body);
	for (size_t i = 0; i < CRC_BYTES; i++)
		ret_frame[n_length + n_body + i] = (uint8_t)(crc >> (8 * i));
	return n_total;
}

void
kn_frame_write_header(uint8_t ret_header[2], uint8_t counter, KnFrameKind kind)
{
	ret_header[0] = counter;
	ret_header[1] = (uint8_t)(KN_FRAME_VERSION << 4 | kind);
}
