/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Bytes from the air to KTP/1 messages. Refusal goes in order: (frame: length, CRC), protobuf, version, plausibility; each its own
 * status. libc and nanopb only. A record whose CRC is right is stored whatever this says; only OK ones enter metrics.
 */

#include "telemetry.pb.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KN_PROTOCOL = 1,
	KN_RECORD_ACCEPTED_BYTES =
		512, /* a body never is longer: kn_frame_open refuses longer notifications */
	KN_NODES_MAX = 32,
	KN_VALUES_MAX = 160, /* samples in one SampleBlock over all nodes */
	KN_PRESSURE_MAX_HPA = 4000,
	KN_PERIOD_MIN_US = 1000, /* 1 kHz; devices sample at 10 to 50 Hz: a guess with room */
	KN_PERIOD_MAX_US = 1000000,
	KN_ANGLE_MAX_CENTIDEG = 9000,
};
#define KN_SEQ_MAX     (UINT64_C(1) << 62) /* fits SQLite's signed integers with room for arithmetic */
#define KN_TICK_MAX_MS (UINT64_C(1) << 50) /* 35,000 years */
#define KN_SESSION_MAX_MS \
	(UINT64_C(7) * 24 * 3600 * 1000) /* a longer "duration" is a fault of the device */

typedef enum {
	KN_DECODE_OK = 0,
	KN_DECODE_PROTOBUF,    /* not a message of this type */
	KN_DECODE_VERSION,     /* INFO of a protocol this hub does not speak */
	KN_DECODE_UNSUPPORTED, /* a record kind this hub does not know: kept raw */
	KN_DECODE_RANGE,       /* well formed, but not plausible for this device */
} KnDecodeStatus;

/* where a record belongs; readable also from records that are refused */
typedef struct {
	uint64_t seq; /* 1 … KN_SEQ_MAX */
	uint32_t boot;
	uint64_t t_ms; /* 0 … KN_TICK_MAX_MS */
} KnRecordKey;

/* True when seq, boot and t_ms could be read and are within range. Needs only the first fields, so it works on unknown kinds. */
bool kn_decode_key(const uint8_t *bytes, size_t n_bytes, KnRecordKey *ret_key);

/* info: of the device that sent it, for node count and full scale. *ret_record is valid for OK and, key and kind only, for RANGE.
 * ret_is_canonical: encode(decode(bytes)) == bytes; false means that the bytes hold more than the record says. NULL: not
 * asked; of all but samples it takes longer than the rest. */
KnDecodeStatus kn_decode_record(const uint8_t *bytes, size_t n_bytes, const ktp_Info *info,
				ktp_Record *ret_record, bool *ret_is_canonical);
KnDecodeStatus kn_decode_reply(const uint8_t *bytes, size_t n_bytes, ktp_Reply *ret_reply);
KnDecodeStatus kn_decode_control(const uint8_t *bytes, size_t n_bytes, ktp_Control *ret_control);

/* RANGE: no node, more than KN_NODES_MAX, a full scale of 0 or above 4000, an empty serial. VERSION: protocol is not 1. */
KnDecodeStatus kn_decode_info(const uint8_t *bytes, size_t n_bytes, ktp_Info *ret_info);

/* Absolute values of a block that kn_decode_record accepted, node after node. Returns how many: n * popcount(node_mask). */
size_t kn_decode_values(const ktp_SampleBlock *block, uint16_t ret_values_hpa[KN_VALUES_MAX]);
