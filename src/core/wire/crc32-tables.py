#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Writes the tables of core/wire/crc32.c: row k takes a byte that k zero bytes follow. usage: crc32-tables.py OUTPUT"""
import sys

POLYNOMIAL = 0xEDB88320  # 04c11db7, reflected
ROWS = 8


def push(crc, byte):
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc


rows = [[push(0, byte) for byte in range(256)]]
for _ in range(ROWS - 1):
    rows.append([push(crc, 0) for crc in rows[-1]])
with open(sys.argv[1], "w", encoding="utf-8") as out:
    print(f"static const uint32_t tables[{ROWS}][256] = {{", file=out)
    for row in rows:
        print("\t{" + ", ".join(f"0x{crc:08x}" for crc in row) + "},", file=out)
    print("};", file=out)
