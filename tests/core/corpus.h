/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Records that are wrong, or that only newer firmware would send, each in another way; written by hand from the rules of protobuf. What
 * is to become of each is part of it. */

#include "core/wire/decode.h"
#include <glib.h>
#include <string.h>

/* seq 7, boot 2, t_ms 5; and a whole SessionStart behind it */
#define CORPUS_KEY   "08 07 10 02 18 05 "
#define CORPUS_START CORPUS_KEY "4a 00 "

typedef struct {
	const gchar *what;
	const gchar *hex;
	KnDecodeStatus status;
	/* of a refused one: its place can be read, so it is kept as it came; else it cannot be covered. One that is understood is kept as
	 * well, and none of these is canonical. */
	gboolean has_key;
} CorpusRow;

static const CorpusRow corpus[] = {
	{"varint of 11 bytes", CORPUS_KEY "52 0c 08 80 80 80 80 80 80 80 80 80 80 01",
	 KN_DECODE_PROTOBUF, TRUE},
	{"varint of 11 bytes as seq", "08 80 80 80 80 80 80 80 80 80 80 01 4a 00",
	 KN_DECODE_PROTOBUF, FALSE},
	{"varint of 2^64", CORPUS_KEY "52 0b 08 80 80 80 80 80 80 80 80 80 02", KN_DECODE_PROTOBUF,
	 TRUE},
	{"varint that ends early", CORPUS_KEY "52 02 08 80", KN_DECODE_PROTOBUF, TRUE},
	{"varint longer than it need be", CORPUS_KEY "52 03 08 81 00", KN_DECODE_OK, TRUE},
	{"the same in samples", CORPUS_KEY "42 0e 08 c0 b8 02 10 85 00 18 01 20 01 2a 01 14",
	 KN_DECODE_OK, TRUE},
	{"key of more than 32 bits", CORPUS_START "ff ff ff ff ff 01", KN_DECODE_PROTOBUF, TRUE},
	{"length beyond the end", CORPUS_KEY "4a 7f", KN_DECODE_PROTOBUF, TRUE},
	{"length of 4 GiB", CORPUS_KEY "4a ff ff ff ff 0f", KN_DECODE_PROTOBUF, TRUE},
	{"length of 2^63", CORPUS_KEY "4a 80 80 80 80 80 80 80 80 80 01", KN_DECODE_PROTOBUF, TRUE},
	{"samples as a number", CORPUS_KEY "40 01", KN_DECODE_PROTOBUF, TRUE},
	{"duration as bytes", CORPUS_KEY "52 02 0a 00", KN_DECODE_PROTOBUF, TRUE},
	{"hub_id as a number", CORPUS_KEY "62 02 18 01", KN_DECODE_PROTOBUF, TRUE},
	{"deltas as 32 bits each", CORPUS_KEY "42 05 2d 00 00 00 00", KN_DECODE_PROTOBUF, TRUE},
	{"deltas one by one", CORPUS_KEY "42 0e 08 c0 b8 02 10 05 18 01 20 02 28 14 28 02",
	 KN_DECODE_OK, TRUE},
	{"seq as 64 bits", "09 07 00 00 00 00 00 00 00 4a 00", KN_DECODE_PROTOBUF, FALSE},
	{"seq as bytes", "0a 01 07 4a 00", KN_DECODE_PROTOBUF, FALSE},
	{"wire type 6", CORPUS_START "a6 01", KN_DECODE_PROTOBUF, TRUE},
	{"wire type 7", CORPUS_START "a7 01", KN_DECODE_PROTOBUF, TRUE},
	{"field 0", CORPUS_START "00", KN_DECODE_PROTOBUF, TRUE},
	{"field 0 with a value", CORPUS_START "02 01 00", KN_DECODE_PROTOBUF, TRUE},
	{"field 0 before all", "00 00 " CORPUS_START, KN_DECODE_PROTOBUF, FALSE},
	{"field 0 in a body", CORPUS_KEY "4a 02 00 00", KN_DECODE_PROTOBUF, TRUE},
	{"a group that nobody knows", CORPUS_START "a3 01 a4 01", KN_DECODE_PROTOBUF, TRUE},
	{"a group as samples", CORPUS_KEY "43 44", KN_DECODE_PROTOBUF, TRUE},
	{"the end of a group that never began", CORPUS_START "a4 01", KN_DECODE_PROTOBUF, TRUE},
	{"a group that never ends", CORPUS_START "a3 01 08 01", KN_DECODE_PROTOBUF, TRUE},
	{"a group before all", "a3 01 a4 01 " CORPUS_START, KN_DECODE_PROTOBUF, FALSE},
	{"unknown number", CORPUS_START "a0 01 05", KN_DECODE_OK, TRUE},
	{"unknown bytes", CORPUS_START "aa 01 02 de ad", KN_DECODE_OK, TRUE},
	{"unknown 64 bits", CORPUS_START "b1 01 01 02 03 04 05 06 07 08", KN_DECODE_OK, TRUE},
	{"unknown 32 bits", CORPUS_START "bd 01 01 02 03 04", KN_DECODE_OK, TRUE},
	{"the largest field there can be", CORPUS_START "f8 ff ff ff 0f 01", KN_DECODE_OK, TRUE},
	{"unknown number in a body", CORPUS_KEY "4a 02 48 01", KN_DECODE_OK, TRUE},
	{"unknown bytes beyond the end", CORPUS_START "aa 01 7f 00", KN_DECODE_PROTOBUF, TRUE},
	{"unknown kind", CORPUS_KEY "7a 01 00", KN_DECODE_UNSUPPORTED, TRUE},
	{"no body", CORPUS_KEY, KN_DECODE_UNSUPPORTED, TRUE},
	{"two bodies", CORPUS_START "52 00", KN_DECODE_OK, TRUE},
	{"nothing but a body", "4a 00", KN_DECODE_PROTOBUF, FALSE},
	{"the key behind the body", "4a 00 " CORPUS_KEY, KN_DECODE_PROTOBUF, FALSE},
};

/* Returns how many bytes. */
static inline gsize
corpus_bytes(const gchar *hex, guint8 ret_bytes[64])
{
	gsize n = 0;

	for (const gchar *at = hex; *at != '\0'; at++) {
		if (*at == ' ')
			continue;
		g_assert_cmpuint(n, <, 64);
		g_assert_true(g_ascii_isxdigit(at[0]) && g_ascii_isxdigit(at[1]));
		ret_bytes[n++] =
			(guint8)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
		at++;
	}
	return n;
}
