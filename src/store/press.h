/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* zstd, level 3, for blocks. What it works in is made once a thread and kept: its tables are larger than a block, and clean
 * pages for them at each block cost as much as the packing. */

#include "store/store.h"

/* One frame. IO when zstd fails. */
GByteArray *kn_press_pack(const GByteArray *bytes, GError **error);
/* What a frame holds; the caller owns it. NULL: it is none, is damaged, or holds more than n_max bytes. */
guint8 *kn_press_unpack(const guint8 *frame, gsize n_frame, gsize n_max, gsize *ret_n_bytes);
