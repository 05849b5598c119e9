/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* CRC-32 of IEEE 802.3: reflected, init and xorout ffffffff. kn_crc32("123456789", 9) is cbf43926. libc only. */

#include <stddef.h>
#include <stdint.h>

uint32_t kn_crc32(const void *bytes, size_t n_bytes);
/* Of what comes piece by piece: crc32 is that of all before, 0 of nothing. */
uint32_t kn_crc32_more(uint32_t crc32, const void *bytes, size_t n_bytes);
