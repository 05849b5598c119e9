/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/crc32.h"

/* tables[k][byte]: the sum of a byte that k zero bytes follow; written by crc32-tables.py */
#include "crc32-tables.h"

uint32_t
kn_crc32_more(uint32_t crc32, const void *bytes, size_t n_bytes)
{
	const uint8_t *at = bytes;
	uint32_t crc = ~crc32;

	/* eight bytes at a time: each is looked up with those behind it as zeros */
	for (; n_bytes >= 8; at += 8, n_bytes -= 8)
		crc = tables[7][(crc ^ at[0]) & 0xff] ^ tables[6][(crc >> 8 ^ at[1]) & 0xff] ^
		      tables[5][(crc >> 16 ^ at[2]) & 0xff] ^ tables[4][crc >> 24 ^ at[3]] ^
		      tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
	for (; n_bytes > 0; at++, n_bytes--)
		crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
	return ~crc;
}

uint32_t
kn_crc32(const void *bytes, size_t n_bytes)
{
	return kn_crc32_more(0, bytes, n_bytes);
}
