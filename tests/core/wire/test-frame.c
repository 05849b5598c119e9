/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/crc32.h"
#include "core/wire/frame.h"

#include <glib.h>
#include <string.h>

/* seals each body into one notification; returns its length */
static gsize
build(guint8 *notification, gsize n_notification, guint n_bodies, const gchar *const *bodies)
{
	gsize at = KN_NOTIFICATION_HEADER_BYTES;

	kn_frame_write_header(notification, 9, KN_FRAME_HISTORY);
	for (guint i = 0; i < n_bodies; i++) {
		gsize n = kn_frame_seal((const guint8 *)bodies[i], strlen(bodies[i]),
					notification + at, n_notification - at);
		g_assert_cmpuint(n, >, 0);
		at += n;
	}
	return at;
}

static void
crc_matches_the_published_check_value(void)
{
	g_assert_cmphex(kn_crc32("123456789", 9), ==, 0xcbf43926);
	g_assert_cmphex(kn_crc32("", 0), ==, 0);
	for (gsize i = 0; i <= 9; i++)
		g_assert_cmphex(kn_crc32_more(kn_crc32("123456789", i), &"123456789"[i], 9 - i), ==,
				0xcbf43926);
}

static void
reads_back_several_bodies_in_order(void)
{
	const gchar *bodies[] = {"a", "two", "the third"};
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes = build(bytes, sizeof bytes, 3, bodies);
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;

	g_assert_cmpint(kn_frame_open(&reader, bytes, n_bytes), ==, KN_FRAME_OK);
	g_assert_cmpuint(reader.counter, ==, 9);
	g_assert_cmpuint(reader.version, ==, KN_FRAME_VERSION);
	g_assert_cmpint(reader.kind, ==, KN_FRAME_HISTORY);
	for (guint i = 0; i < 3; i++) {
		g_assert_cmpint(kn_frame_next(&reader, &body, &n_body), ==, KN_FRAME_OK);
		g_assert_cmpmem(body, n_body, bodies[i], strlen(bodies[i]));
	}
	g_assert_cmpint(kn_frame_next(&reader, &body, &n_body), ==, KN_FRAME_END);
}

static void
carries_the_longest_record_and_refuses_one_byte_more(void)
{
	guint8 body[KN_RECORD_BYTES_MAX + 1] = {1}, frame[KN_NOTIFICATION_BYTES_MAX];

	g_assert_cmpuint(kn_frame_seal(body, KN_RECORD_BYTES_MAX, frame, sizeof frame), ==,
			 KN_RECORD_BYTES_MAX + 6);
	g_assert_cmpuint(kn_frame_seal(body, KN_RECORD_BYTES_MAX + 1, frame, sizeof frame), ==, 0);
	g_assert_cmpuint(kn_frame_seal(body, 0, frame, sizeof frame), ==, 0);
	g_assert_cmpuint(kn_frame_seal(body, 10, frame, 14), ==, 0);
}

static void
every_prefix_is_refused_or_ends_early(void)
{
	const gchar *bodies[] = {"first body", "second body"};
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes = build(bytes, sizeof bytes, 2, bodies);
	gsize n_first = 2 + 1 + strlen(bodies[0]) + 4;

	for (gsize n = 0; n < n_bytes; n++) {
		g_autofree guint8 *copy =
			g_memdup2(bytes, MAX(n, 1)); /* exact size: a read past the end is seen */
		KnFrameReader reader;
		const guint8 *body;
		gsize n_body;
		guint n_good = 0;
		KnFrameStatus status;
		if (kn_frame_open(&reader, copy, n) != KN_FRAME_OK) {
			g_assert_cmpuint(n, <=, 2);
			continue;
		}
		while ((status = kn_frame_next(&reader, &body, &n_body)) == KN_FRAME_OK)
			n_good++;
		g_assert_cmpuint(n_good, ==, n >= n_first ? 1 : 0);
		g_assert_cmpint(status, ==, n == n_first ? KN_FRAME_END : KN_FRAME_LENGTH);
	}
}

static void
every_flipped_bit_of_a_frame_is_refused(void)
{
	const gchar *bodies[] = {"a body of some length"};
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes = build(bytes, sizeof bytes, 1, bodies);

	for (gsize bit = 16; bit < n_bytes * 8; bit++) {
		KnFrameReader reader;
		const guint8 *body;
		gsize n_body;
		KnFrameStatus status;
		bytes[bit / 8] ^= (guint8)(1 << bit % 8);
		g_assert_cmpint(kn_frame_open(&reader, bytes, n_bytes), ==, KN_FRAME_OK);
		status = kn_frame_next(&reader, &body, &n_body);
		g_assert_true(status == KN_FRAME_LENGTH || status == KN_FRAME_CRC);
		g_assert_cmpint(kn_frame_next(&reader, &body, &n_body), ==, KN_FRAME_END);
		bytes[bit / 8] ^= (guint8)(1 << bit % 8);
	}
}

/* a length that runs past the end is the body's matter, not the header's */
static void
takes_notifications_of_512_bytes_and_no_longer_ones(void)
{
	static const gsize too_long[] = {513, 517, 5120, 65536};
	guint8 bytes[65536] = {0, 0x11};
	KnFrameReader reader;

	g_assert_cmpint(kn_frame_open(&reader, bytes, 512), ==, KN_FRAME_OK);
	for (guint i = 0; i < G_N_ELEMENTS(too_long); i++)
		g_assert_cmpint(kn_frame_open(&reader, bytes, too_long[i]), ==, KN_FRAME_HEADER);
}

static void
refuses_headers_that_are_not_exactly_one_kind(void)
{
	guint8 bytes[] = {0, 0, 1, 2, 3, 4, 5, 6};
	KnFrameReader reader;

	for (guint flags = 0; flags < 256; flags++) {
		guint kind = flags & 15;
		bytes[1] = (guint8)flags;
		g_assert_cmpint(kn_frame_open(&reader, bytes, sizeof bytes), ==,
				kind == 1 || kind == 2 || kind == 4 ? KN_FRAME_OK
								    : KN_FRAME_HEADER);
	}
}

static void
refuses_zero_overlong_and_runaway_lengths(void)
{
	static const guint8 lengths[][2] = {{0x00, 0x00}, {0x80, 0x00}, {0x81, 0x00},
					    {0x80, 0x80}, {0x7f, 0x01}, {0xff, 0x7f}};

	for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
		guint8 bytes[64] = {0, 0x11, lengths[i][0], lengths[i][1]};
		KnFrameReader reader;
		const guint8 *body;
		gsize n_body;
		g_assert_cmpint(kn_frame_open(&reader, bytes, sizeof bytes), ==, KN_FRAME_OK);
		g_assert_cmpint(kn_frame_next(&reader, &body, &n_body), ==, KN_FRAME_LENGTH);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/frame/crc_matches_the_published_check_value",
			crc_matches_the_published_check_value);
	g_test_add_func("/core/frame/reads_back_several_bodies_in_order",
			reads_back_several_bodies_in_order);
	g_test_add_func("/core/frame/carries_the_longest_record_and_refuses_one_byte_more",
			carries_the_longest_record_and_refuses_one_byte_more);
	g_test_add_func("/core/frame/every_prefix_is_refused_or_ends_early",
			every_prefix_is_refused_or_ends_early);
	g_test_add_func("/core/frame/every_flipped_bit_of_a_frame_is_refused",
			every_flipped_bit_of_a_frame_is_refused);
	g_test_add_func("/core/frame/takes_notifications_of_512_bytes_and_no_longer_ones",
			takes_notifications_of_512_bytes_and_no_longer_ones);
	g_test_add_func("/core/frame/refuses_headers_that_are_not_exactly_one_kind",
			refuses_headers_that_are_not_exactly_one_kind);
	g_test_add_func("/core/frame/refuses_zero_overlong_and_runaway_lengths",
			refuses_zero_overlong_and_runaway_lengths);
	return g_test_run();
}
