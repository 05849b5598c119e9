/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The one record that matters for speed, a SampleBlock in a Record, to and from its canonical bytes without the generic protobuf walk:
 * nearly every record is one, and a hub reads each several times. Strict: whatever is not exactly what nanopb would have written is left
 * to nanopb, so there is one answer to what a record says. libc only; tests/bytes/test-samples.c holds both against each other.
 */

#include "telemetry.pb.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True: the bytes are the canonical form of a record with samples, and *ret_record is what they say, plausible or not. False: ask nanopb;
 * *ret_record holds no meaning. */
bool kn_samples_read(const uint8_t *bytes, size_t n_bytes, ktp_Record *ret_record);

/* record->which_body is samples. Returns the bytes written; 0 when they do not fit or deltas_hpa_count is more than its array holds. */
size_t kn_samples_write(const ktp_Record *record, uint8_t *ret_bytes, size_t n_bytes);
