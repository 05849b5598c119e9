/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What every harness has: libFuzzer's entry. With libFuzzer it is called with what the fuzzer thinks of, as a normal test with the
 * seeds, by driver.c. A finding is an abort. */

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);
