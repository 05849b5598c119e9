/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* KTP/1 messages to canonical bytes. libc and nanopb only. Each returns the bytes written, or 0 when they do not fit. */

#include "telemetry.pb.h"
#include <stddef.h>
#include <stdint.h>

enum { KN_CONTROL_BYTES_MAX = 64, KN_INFO_BYTES_MAX = 512 };

/* n_bytes: the room in ret_bytes */
size_t kn_encode_record(const ktp_Record *record, uint8_t *ret_bytes, size_t n_bytes);
size_t kn_encode_control(const ktp_Control *control, uint8_t *ret_bytes, size_t n_bytes);
size_t kn_encode_reply(const ktp_Reply *reply, uint8_t *ret_bytes, size_t n_bytes);
size_t kn_encode_info(const ktp_Info *info, uint8_t *ret_bytes, size_t n_bytes);

/* Fills deltas_hpa from absolute values: values_hpa holds n samples of the first node in the mask, then of the next. The caller
 * has set node_mask and n; n * popcount(node_mask) <= 160. */
void kn_encode_deltas(ktp_SampleBlock *block, const uint16_t *values_hpa);
