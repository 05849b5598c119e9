/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "../corpus.h"
#include "core/wire/encode.h"

static const ktp_Info info = {.protocol = 1,
			      .nodes_count = 1,
			      .nodes = {{.full_scale_hpa = 4000}},
			      .serial = {.size = 1, .bytes = "x"}};

static void
every_broken_record_is_refused_and_keeps_its_place_if_that_can_be_read(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(corpus); i++) {
		guint8 bytes[64];
		gsize n_bytes = corpus_bytes(corpus[i].hex, bytes);
		/* the sanitizers see a byte too far only behind an exact allocation */
		g_autofree guint8 *exact = g_memdup2(bytes, n_bytes);
		bool is_canonical = true;
		KnRecordKey key;
		ktp_Record record;
		KnDecodeStatus status;

		g_test_message("%s", corpus[i].what);
		g_assert_cmpint(kn_decode_key(exact, n_bytes, &key), ==, corpus[i].has_key);
		status = kn_decode_record(exact, n_bytes, &info, &record, &is_canonical);
		g_assert_cmpint(status, ==, corpus[i].status);
		g_assert_false(is_canonical);
		if (!corpus[i].has_key)
			continue;
		g_assert_cmpuint(key.seq, ==, 7);
		g_assert_cmpuint(key.boot, ==, 2);
		g_assert_cmpuint(key.t_ms, ==, 5);
	}
}

static void
deltas_one_by_one_are_the_same_values(void)
{
	guint8 bytes[64];
	guint16 values_hpa[KN_VALUES_MAX];
	bool is_canonical;
	ktp_Record record;

	for (gsize i = 0; i < G_N_ELEMENTS(corpus); i++) {
		if (!g_str_equal(corpus[i].what, "deltas one by one"))
			continue;
		g_assert_cmpint(kn_decode_record(bytes, corpus_bytes(corpus[i].hex, bytes), &info,
						 &record, &is_canonical),
				==, KN_DECODE_OK);
		g_assert_cmpuint(kn_decode_values(&record.body.samples, values_hpa), ==, 2);
		g_assert_cmpuint(values_hpa[0], ==, 10);
		g_assert_cmpuint(values_hpa[1], ==, 11);
		return;
	}
	g_assert_not_reached();
}

static void
broken_replies_are_refused(void)
{
	static const struct {
		const gchar *hex;
		KnDecodeStatus status;
	} rows[] = {
		{"1a 02 08 01", KN_DECODE_OK}, /* FetchDone from 1 */
		{"1a 0c 08 80 80 80 80 80 80 80 80 80 80 01", KN_DECODE_PROTOBUF},
		{"18 01", KN_DECODE_PROTOBUF},       /* FetchDone as a number */
		{"1a 02 0a 00", KN_DECODE_PROTOBUF}, /* from_seq as bytes */
		{"1a 7f", KN_DECODE_PROTOBUF},
		{"00", KN_DECODE_PROTOBUF},
		{"1b 1c", KN_DECODE_PROTOBUF},       /* a group */
		{"0a 02 08 01", KN_DECODE_PROTOBUF}, /* log_id is 64 bits, not a number */
		{"", KN_DECODE_UNSUPPORTED},
		{"7a 00", KN_DECODE_UNSUPPORTED}, /* one that only newer firmware sends */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint8 bytes[64];
		ktp_Reply reply;

		g_test_message("%s", rows[i].hex);
		g_assert_cmpint(kn_decode_reply(bytes, corpus_bytes(rows[i].hex, bytes), &reply),
				==, rows[i].status);
	}
}

/* a length-delimited field of n bytes 1 (tags below 16, n below 2^14) */
static void
append_field(GByteArray *to, guint tag, const guint8 *bytes, guint n)
{
	const guint8 head[] = {(guint8)(tag << 3 | 2), (guint8)(n | 0x80), (guint8)(n >> 7)};

	g_byte_array_append(to, head, sizeof head);
	g_byte_array_append(to, bytes, n);
}

static KnDecodeStatus
decode_body(guint tag, const GByteArray *body)
{
	const guint8 key[] = {0x08, 0x01, 0x18, 0x05};
	g_autoptr(GByteArray) all = g_byte_array_new();
	bool is_canonical;
	ktp_Record record;

	g_byte_array_append(all, key, sizeof key);
	append_field(all, tag, body->data, body->len);
	return kn_decode_record(all->data, all->len, &info, &record, &is_canonical);
}

/* n values of two deltas each 0: all of them 0 hPa */
static KnDecodeStatus
decode_samples(guint n)
{
	const guint8 head[] = {0x08,
			       0xc0,
			       0xb8,
			       0x02,
			       0x10,
			       0x05,
			       0x18,
			       0x01,
			       0x20,
			       (guint8)(n | 0x80),
			       (guint8)(n >> 7)};
	const guint8 zeros[256] = {0};
	g_autoptr(GByteArray) body = g_byte_array_new();

	g_byte_array_append(body, head, sizeof head);
	append_field(body, 5, zeros, n);
	return decode_body(ktp_Record_samples_tag, body);
}

static KnDecodeStatus
decode_motion(guint n_angles, guint n_directions)
{
	const guint8 head[] = {0x08, 0xc0, 0xb8, 0x02, 0x10, 0x05};
	const guint8 zeros[256] = {0};
	g_autoptr(GByteArray) body = g_byte_array_new();

	g_byte_array_append(body, head, sizeof head);
	append_field(body, 3, zeros, n_angles);
	append_field(body, 4, zeros, n_directions);
	return decode_body(ktp_Record_motion_tag, body);
}

static KnDecodeStatus
decode_text(guint n)
{
	guint8 text[256];
	g_autoptr(GByteArray) body = g_byte_array_new();

	memset(text, 'a', sizeof text);
	append_field(body, 3, text, n);
	return decode_body(ktp_Record_event_tag, body);
}

static KnDecodeStatus
decode_info(guint tag, guint n_text, guint n_nodes)
{
	const guint8 protocol[] = {0x08, 0x01}, node[] = {0x3a, 0x03, 0x18, 0xa0, 0x1f};
	g_autoptr(GByteArray) all = g_byte_array_new();
	guint8 text[64];
	ktp_Info back;

	memset(text, 'a', sizeof text);
	g_byte_array_append(all, protocol, sizeof protocol);
	append_field(all, 4, text, 1);
	if (tag != 0)
		append_field(all, tag, text, n_text);
	for (guint i = 0; i < n_nodes; i++)
		g_byte_array_append(all, node, sizeof node);
	return kn_decode_info(all->data, all->len, &back);
}

static void
what_fits_to_the_last_is_taken_and_one_more_refuses_the_whole(void)
{
	g_assert_cmpint(decode_samples(160), ==, KN_DECODE_OK);
	g_assert_cmpint(decode_samples(161), ==, KN_DECODE_PROTOBUF);
	g_assert_cmpint(decode_motion(64, 64), ==, KN_DECODE_OK);
	g_assert_cmpint(decode_motion(65, 64), ==, KN_DECODE_PROTOBUF);
	g_assert_cmpint(decode_motion(64, 65), ==, KN_DECODE_PROTOBUF);
	g_assert_cmpint(decode_text(64), ==, KN_DECODE_OK);
	g_assert_cmpint(decode_text(65), ==, KN_DECODE_PROTOBUF);
	g_assert_cmpint(decode_info(0, 0, 32), ==, KN_DECODE_OK);
	g_assert_cmpint(decode_info(0, 0, 33), ==, KN_DECODE_PROTOBUF);
	/* model, serial, firmware */
	for (guint tag = 3; tag <= 5; tag++) {
		g_assert_cmpint(decode_info(tag, 32, 1), ==, KN_DECODE_OK);
		g_assert_cmpint(decode_info(tag, 33, 1), ==, KN_DECODE_PROTOBUF);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/corpus/" #name, name)
	ADD(every_broken_record_is_refused_and_keeps_its_place_if_that_can_be_read);
	ADD(deltas_one_by_one_are_the_same_values);
	ADD(broken_replies_are_refused);
	ADD(what_fits_to_the_last_is_taken_and_one_more_refuses_the_whole);
#undef ADD
	return g_test_run();
}
