/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* CRC-32 of IEEE 802.3: reflected, init and xorout ffffffff. kn_crc32("123456789", 9) is cbf43926. libc only. */

#include <stddef.h>
#include <stdint.h>

uint32_t kn_crc32(const void *bytes, size_t n_bytes);
