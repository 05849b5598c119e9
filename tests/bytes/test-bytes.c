/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * What one wrong byte, or a cut, can do to what a device sent: never another record. Whatever of a golden notification is accepted after
 * it was changed is a part of what was in it before, byte for byte.
 */

#include "golden.h"

#include "core/wire/decode.h"
#include "core/wire/frame.h"
#include <string.h>

enum { BODIES_MAX = 64 };

typedef struct {
	KnFrameStatus opened;
	KnFrameStatus ended; /* END, or what stopped it */
	KnFrameKind kind;
	guint8 version;
	guint n_bodies;
	gsize start[BODIES_MAX]; /* of the body in the notification */
	gsize n_bytes[BODIES_MAX];
} Reading;

static void
read_all(const guint8 *bytes, gsize n_bytes, Reading *ret_reading)
{
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;

	memset(ret_reading, 0, sizeof *ret_reading);
	ret_reading->opened = kn_frame_open(&reader, bytes, n_bytes);
	if (ret_reading->opened != KN_FRAME_OK)
		return;
	ret_reading->kind = reader.kind;
	ret_reading->version = reader.version;
	while ((ret_reading->ended = kn_frame_next(&reader, &body, &n_body)) == KN_FRAME_OK) {
		g_assert_cmpuint(ret_reading->n_bodies, <, BODIES_MAX);
		g_assert_true(body >= bytes && body + n_body <= bytes + n_bytes);
		ret_reading->start[ret_reading->n_bodies] = (gsize)(body - bytes);
		ret_reading->n_bytes[ret_reading->n_bodies++] = n_body;
	}
}

/* the bodies of b are the first ones of a, at the same places */
static void
assert_beginning_of(const Reading *a, const Reading *b)
{
	g_assert_cmpuint(b->n_bodies, <=, a->n_bodies);
	for (guint i = 0; i < b->n_bodies; i++) {
		g_assert_cmpuint(b->start[i], ==, a->start[i]);
		g_assert_cmpuint(b->n_bytes[i], ==, a->n_bytes[i]);
	}
}

/* how many bodies end, with their sum, at or before this place */
static guint
n_whole_before(const Reading *reading, gsize at)
{
	guint n = 0;

	while (n < reading->n_bodies && reading->start[n] + reading->n_bytes[n] + 4 <= at)
		n++;
	return n;
}

static void
every_prefix_gives_the_bodies_that_are_whole_in_it(void)
{
	g_autoptr(GPtrArray) golden = golden_notifications();

	g_assert_cmpuint(golden->len, >, 1000);
	for (guint i = 0; i < golden->len; i++) {
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(golden->pdata[i], &n_bytes);
		Reading whole;

		read_all(bytes, n_bytes, &whole);
		for (gsize n = 0; n < n_bytes; n++) {
			/* of its own size, so that a sanitizer sees a byte too many */
			g_autofree guint8 *cut = g_memdup2(bytes, MAX(n, 1));
			Reading part;

			read_all(cut, n, &part);
			/* a header alone is a notification of nothing */
			if (n <= KN_NOTIFICATION_HEADER_BYTES) {
				g_assert_cmpuint(part.opened, ==, KN_FRAME_HEADER);
				continue;
			}
			assert_beginning_of(&whole, &part);
			g_assert_cmpuint(part.n_bodies, ==, n_whole_before(&whole, n));
			/* cut between two bodies it is a shorter notification; within one it is refused */
			if (part.ended != KN_FRAME_END)
				g_assert_true(part.ended == KN_FRAME_LENGTH ||
					      part.ended == KN_FRAME_CRC);
		}
	}
}

static void
assert_body_change(const Reading *whole, const Reading *changed, gsize at)
{
	g_assert_cmpuint(changed->opened, ==, KN_FRAME_OK);
	g_assert_cmpuint(changed->kind, ==, whole->kind);
	assert_beginning_of(whole, changed);
	/* nothing of the body that was hit, nor of those behind it */
	g_assert_cmpuint(changed->n_bodies, ==, MIN(n_whole_before(whole, at), whole->n_bodies));
	g_assert_true(changed->ended == KN_FRAME_LENGTH || changed->ended == KN_FRAME_CRC);
}

/* A change of the two header bytes may change how the bodies are understood, never what they are. */
static void
assert_header_change(const Reading *whole, const Reading *changed)
{
	if (changed->opened == KN_FRAME_HEADER)
		return;
	assert_beginning_of(whole, changed);
	g_assert_cmpuint(changed->n_bodies, ==, whole->n_bodies);
}

static void
change_one(const guint8 *bytes, gsize n_bytes, const Reading *whole, gsize at, guint8 value)
{
	g_autofree guint8 *copy = g_memdup2(bytes, n_bytes);
	Reading changed;

	copy[at] = value;
	read_all(copy, n_bytes, &changed);
	if (at < KN_NOTIFICATION_HEADER_BYTES)
		assert_header_change(whole, &changed);
	else
		assert_body_change(whole, &changed, at);
}

/* is_whole: every other value of every byte; else each of its bits, which is what a radio does */
static guint64
change_every_byte(GPtrArray *golden, gboolean is_every_value)
{
	guint64 n_changes = 0;

	for (guint i = 0; i < golden->len; i++) {
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(golden->pdata[i], &n_bytes);
		Reading whole;

		read_all(bytes, n_bytes, &whole);
		/* a vector of what is refused has nothing to keep */
		if (whole.opened != KN_FRAME_OK || whole.ended != KN_FRAME_END)
			continue;
		for (gsize at = 0; at < n_bytes; at++) {
			for (guint k = 1; k < 256; k = is_every_value ? k + 1 : k * 2, n_changes++)
				change_one(bytes, n_bytes, &whole, at, (guint8)(bytes[at] ^ k));
		}
	}
	return n_changes;
}

static void
every_value_of_every_byte_of_every_kind_of_body_is_refused_or_the_same(void)
{
	g_autoptr(GPtrArray) vectors = golden_vectors();

	g_assert_cmpuint(change_every_byte(vectors, TRUE), >, 100000);
}

static void
every_bit_of_every_golden_notification_is_refused_or_the_same(void)
{
	g_autoptr(GPtrArray) golden = golden_notifications();

	g_assert_cmpuint(change_every_byte(golden, FALSE), >, 1000000);
}

/* INFO has no sum: what is accepted must at least be possible */
static void
assert_possible(const ktp_Info *info)
{
	g_assert_cmpuint(info->nodes_count, >, 0);
	g_assert_cmpuint(info->nodes_count, <=, KN_NODES_MAX);
	g_assert_cmpuint(info->serial.size, >, 0);
	for (guint node = 0; node < info->nodes_count; node++) {
		g_assert_cmpuint(info->nodes[node].full_scale_hpa, >, 0);
		g_assert_cmpuint(info->nodes[node].full_scale_hpa, <=, KN_PRESSURE_MAX_HPA);
	}
}

/* every other value of one byte */
static void
change_description(const guint8 *bytes, gsize n_bytes, gsize at)
{
	for (guint k = 1; k < 256; k++) {
		g_autofree guint8 *copy = g_memdup2(bytes, n_bytes);
		ktp_Info info;

		copy[at] = (guint8)(copy[at] ^ k);
		if (kn_decode_info(copy, n_bytes, &info) == KN_DECODE_OK)
			assert_possible(&info);
	}
}

static void
every_prefix_and_every_changed_byte_of_a_description_is_survived(void)
{
	g_autoptr(GPtrArray) infos = golden_infos();

	g_assert_cmpuint(infos->len, >, 3);
	for (guint i = 0; i < infos->len; i++) {
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(infos->pdata[i], &n_bytes);

		for (gsize n = 0; n < n_bytes; n++) {
			g_autofree guint8 *cut = g_memdup2(bytes, MAX(n, 1));
			ktp_Info info;
			(void)kn_decode_info(cut, n, &info);
		}
		for (gsize at = 0; at < n_bytes; at++)
			change_description(bytes, n_bytes, at);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bytes/every_prefix_gives_the_bodies_that_are_whole_in_it",
			every_prefix_gives_the_bodies_that_are_whole_in_it);
	g_test_add_func(
		"/bytes/every_value_of_every_byte_of_every_kind_of_body_is_refused_or_the_same",
		every_value_of_every_byte_of_every_kind_of_body_is_refused_or_the_same);
	g_test_add_func("/bytes/every_bit_of_every_golden_notification_is_refused_or_the_same",
			every_bit_of_every_golden_notification_is_refused_or_the_same);
	g_test_add_func("/bytes/every_prefix_and_every_changed_byte_of_a_description_is_survived",
			every_prefix_and_every_changed_byte_of_a_description_is_survived);
	return g_test_run();
}
