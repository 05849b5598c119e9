/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * KTP/1 notifications: counter byte, flags byte, then one or more { varint length, body, CRC-32 little endian }.
 * The CRC covers length and body. libc only, so that firmware can compile it; proto/README.md is the specification.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KN_FRAME_VERSION = 1,
	KN_NOTIFICATION_BYTES_MAX =
		182, /* what a device may send: ATT MTU 185 less the ATT header */
	KN_NOTIFICATION_BYTES_ACCEPTED =
		512, /* what the hub reads before it calls a packet malformed (a limit of ours) */
	KN_NOTIFICATION_HEADER_BYTES = 2,
	KN_FRAME_OVERHEAD_BYTES = 6, /* two bytes of length, four of CRC */
	KN_RECORD_BYTES_MAX =
		KN_NOTIFICATION_BYTES_MAX - KN_NOTIFICATION_HEADER_BYTES - KN_FRAME_OVERHEAD_BYTES,
};

/* low nibble of the flags byte; exactly one is set */
typedef enum {
	KN_FRAME_LIVE = 1,    /* bodies are Records, sent as they are made */
	KN_FRAME_HISTORY = 2, /* bodies are Records, sent for a Fetch */
	KN_FRAME_REPLY = 4,   /* bodies are Replies */
} KnFrameKind;

typedef enum {
	KN_FRAME_OK = 0,
	KN_FRAME_END,    /* no body is left */
	KN_FRAME_HEADER, /* too short for a header, or not exactly one kind */
	KN_FRAME_LENGTH, /* a length that is zero, overlong, or runs past the end */
	KN_FRAME_CRC,    /* the sum is wrong */
} KnFrameStatus;

typedef struct {
	const uint8_t *bytes; /* borrowed: the notification outlives the reader */
	size_t n_bytes;
	size_t at;
	uint32_t crc; /* of the body that kn_frame_next gave last, its length included */
	uint8_t counter;
	uint8_t version; /* high nibble of the flags; another than KN_FRAME_VERSION is still framed the same way */
	KnFrameKind kind;
} KnFrameReader;

/* Reads the header. KN_FRAME_OK or KN_FRAME_HEADER; the reader may be used only after OK. */
KnFrameStatus kn_frame_open(KnFrameReader *reader, const uint8_t *bytes, size_t n_bytes);

/* The next body, borrowed from the notification. After LENGTH or CRC the rest is not to be trusted: the reader then stands at
 * the end, and KN_FRAME_END follows. */
KnFrameStatus kn_frame_next(KnFrameReader *reader, const uint8_t **ret_body, size_t *ret_n_body);

/* Puts length and CRC around a body, as the device keeps it in flash. Returns the bytes written to ret_frame, or 0 when the body
 * is empty, longer than KN_RECORD_BYTES_MAX, or does not fit into n_frame bytes. */
size_t kn_frame_seal(const uint8_t *body, size_t n_body, uint8_t *ret_frame, size_t n_frame);

/* Writes the two header bytes of a notification. */
void kn_frame_write_header(uint8_t ret_header[2], uint8_t counter, KnFrameKind kind);
