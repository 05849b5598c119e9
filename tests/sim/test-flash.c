/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/flash.h"

#include <string.h>

enum { CAPACITY = 4096 };

/* a frame that tells its own seq, so that a mixed-up read shows */
static gsize
make_frame(guint64 seq, guint8 frame[180])
{
	gsize n_frame = 12 + seq * 37 % 160;

	memset(frame, (int)(seq % 251), n_frame);
	memcpy(frame, &seq, sizeof seq);
	return n_frame;
}

static void
append(KnFlash *flash, guint64 expected_seq)
{
	guint8 frame[180];
	gsize n_frame = make_frame(expected_seq, frame);
	guint64 seq = 0;

	g_assert_true(kn_flash_append(flash, frame, n_frame, &seq));
	g_assert_cmpuint(seq, ==, expected_seq);
}

static void
assert_holds(const KnFlash *flash, guint64 seq)
{
	guint8 frame[180];
	gsize n_frame = make_frame(seq, frame);
	gsize n_read;
	const guint8 *read = kn_flash_read(flash, seq, &n_read);

	g_assert_nonnull(read);
	g_assert_cmpmem(read, n_read, frame, n_frame);
}

static void
test_starts_empty(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	gsize n_frame;

	g_assert_cmpuint(kn_flash_oldest_seq(flash), ==, 1);
	g_assert_cmpuint(kn_flash_newest_seq(flash), ==, 0);
	g_assert_null(kn_flash_read(flash, 1, &n_frame));
	g_assert_null(kn_flash_read(flash, 0, &n_frame));
}

static void
test_overwrites_the_oldest_when_full(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	guint8 frame[180];

	for (guint64 seq = 1; seq <= 5000; seq++) {
		gsize n_kept = 0;
		append(flash, seq);
		g_assert_cmpuint(kn_flash_newest_seq(flash), ==, seq);
		for (guint64 at = kn_flash_oldest_seq(flash); at <= seq; at++) {
			assert_holds(flash, at);
			n_kept += make_frame(at, frame);
		}
		g_assert_cmpuint(n_kept, <=, CAPACITY);
		/* no more is lost than the new frame, the rest at the wrap, and the frame that lay across either need */
		if (kn_flash_oldest_seq(flash) > 1)
			g_assert_cmpuint(n_kept, >, CAPACITY - 4 * 180);
		g_assert_cmpuint(n_kept, ==, kn_flash_used_bytes_after(flash, 0));
	}
	g_assert_cmpuint(kn_flash_oldest_seq(flash), >, 4900);
}

static void
test_an_overwritten_record_is_not_there(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	gsize n_frame;

	for (guint64 seq = 1; seq <= 100; seq++)
		append(flash, seq);
	g_assert_null(kn_flash_read(flash, kn_flash_oldest_seq(flash) - 1, &n_frame));
	g_assert_null(kn_flash_read(flash, 101, &n_frame));
}

static void
test_a_seq_is_never_used_again(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);

	for (guint64 seq = 1; seq <= 10; seq++)
		append(flash, seq);
	kn_flash_drop_oldest(flash, 1000);
	g_assert_cmpuint(kn_flash_oldest_seq(flash), ==, 11);
	g_assert_cmpuint(kn_flash_newest_seq(flash), ==, 10);
	append(flash, 11);
	assert_holds(flash, 11);
}

static void
test_a_format_starts_a_new_log(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	gsize n_frame;

	for (guint64 seq = 1; seq <= 70; seq++)
		append(flash, seq);
	kn_flash_format(flash, 1);
	g_assert_null(kn_flash_read(flash, 70, &n_frame));
	append(flash, 1);
	assert_holds(flash, 1);
}

static void
test_refuses_what_cannot_fit(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	g_autofree guint8 *big = g_malloc0(CAPACITY + 1);
	guint64 seq = 77;

	g_assert_false(kn_flash_append(flash, big, 0, &seq));
	g_assert_false(kn_flash_append(flash, big, CAPACITY + 1, &seq));
	g_assert_cmpuint(seq, ==, 77);
	/* the second one has to wrap */
	g_assert_true(kn_flash_append(flash, big, CAPACITY, &seq));
	g_assert_true(kn_flash_append(flash, big, CAPACITY, &seq));
	g_assert_cmpuint(seq, ==, 2);
	g_assert_cmpuint(kn_flash_oldest_seq(flash), ==, 2);
}

static void
test_replaces_only_by_the_same_length(void)
{
	g_autoptr(KnFlash) flash = kn_flash_new(CAPACITY);
	guint8 other[180];
	gsize n_frame;

	append(flash, 1);
	append(flash, 2);
	memset(other, 0xee, sizeof other);
	kn_flash_read(flash, 1, &n_frame);
	g_assert_false(kn_flash_replace(flash, 1, other, n_frame + 1));
	g_assert_false(kn_flash_replace(flash, 3, other, n_frame));
	g_assert_true(kn_flash_replace(flash, 1, other, n_frame));
	g_assert_cmpmem(kn_flash_read(flash, 1, &n_frame), n_frame, other, n_frame);
	assert_holds(flash, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/flash/starts_empty", test_starts_empty);
	g_test_add_func("/sim/flash/overwrites_the_oldest_when_full",
			test_overwrites_the_oldest_when_full);
	g_test_add_func("/sim/flash/an_overwritten_record_is_not_there",
			test_an_overwritten_record_is_not_there);
	g_test_add_func("/sim/flash/a_seq_is_never_used_again", test_a_seq_is_never_used_again);
	g_test_add_func("/sim/flash/a_format_starts_a_new_log", test_a_format_starts_a_new_log);
	g_test_add_func("/sim/flash/refuses_what_cannot_fit", test_refuses_what_cannot_fit);
	g_test_add_func("/sim/flash/replaces_only_by_the_same_length",
			test_replaces_only_by_the_same_length);
	return g_test_run();
}
