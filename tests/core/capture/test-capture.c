/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/capture/capture.h"
#include "core/wire/crc32.h"
#include <string.h>

#define HEAD "# knead-capture: 1\n# model: bed\nclock 0 1780000000000000 2\n"

static KnCapture *
parse(const gchar *text)
{
	g_autoptr(GError) error = NULL;
	KnCapture *capture = kn_capture_parse(text, strlen(text), &error);

	g_assert_no_error(error);
	return capture;
}

static void
assert_refused(const gchar *text, KnCaptureError code, const gchar *line)
{
	g_autoptr(GError) error = NULL;

	g_test_message("%s", text);
	g_assert_null(kn_capture_parse(text, strlen(text), &error));
	g_assert_error(error, KN_CAPTURE_ERROR, (gint)code);
	g_assert_true(g_str_has_prefix(error->message, line));
}

static void
what_is_written_is_read_back(void)
{
	const guint8 info[] = {1, 2, 255};
	const guint8 packet[] = {0, 0x11};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(KnCapture) capture = NULL;
	const KnCaptureEntry *entry;

	kn_capture_append_header(text, "model", "bed\x1b[31m");
	kn_capture_append_clock(text, 0, -5, ktp_CLOCK_RESTORED);
	kn_capture_append_bytes(text, KN_ENTRY_UP, 7, info, sizeof info);
	kn_capture_append_bytes(text, KN_ENTRY_NOTIFICATION, 9, packet, sizeof packet);
	kn_capture_append_down(text, 9, "out of\nrange");
	kn_capture_append_down(text, 9, "");
	g_string_truncate(text, text->len - strlen("down 9 -\n"));
	kn_capture_append_end(text, text->len, kn_crc32(text->str, text->len));
	capture = parse(text->str);
	g_assert_true(capture->is_whole);
	g_assert_cmpstr(kn_capture_get(capture, "model"), ==, "bed[31m");
	g_assert_cmpstr(kn_capture_get(capture, "nothing"), ==, "");
	g_assert_cmpuint(capture->entries->len, ==, 4);
	entry = &g_array_index(capture->entries, KnCaptureEntry, 0);
	g_assert_cmpint(entry->utc_us, ==, -5);
	g_assert_cmpuint(entry->quality, ==, ktp_CLOCK_RESTORED);
	entry = &g_array_index(capture->entries, KnCaptureEntry, 1);
	g_assert_cmpuint(entry->kind, ==, KN_ENTRY_UP);
	g_assert_cmpmem(g_bytes_get_data(entry->bytes, NULL), g_bytes_get_size(entry->bytes), info,
			sizeof info);
	entry = &g_array_index(capture->entries, KnCaptureEntry, 2);
	g_assert_cmpuint(entry->t_us, ==, 9);
	g_assert_cmpmem(g_bytes_get_data(entry->bytes, NULL), g_bytes_get_size(entry->bytes),
			packet, sizeof packet);
	entry = &g_array_index(capture->entries, KnCaptureEntry, 3);
	g_assert_cmpstr(entry->text, ==, "out ofrange");
}

static void
a_file_that_was_cut_anywhere_gives_the_lines_that_are_whole(void)
{
	static const gchar whole[] = HEAD "up 1 0102\nn 2 0011\nn 3 0012\ndown 4 gone\n";

	for (gsize n = strlen("# knead-capture: 1\n"); n < strlen(whole); n++) {
		g_autofree gchar *cut = g_strndup(whole, n);
		g_autoptr(KnCapture) capture = parse(cut);
		guint n_lines = 0;

		for (gsize i = 0; i < n; i++)
			n_lines += whole[i] == '\n';
		/* two lines of header, or what is there of them */
		g_assert_cmpuint(capture->entries->len, ==, n_lines > 2 ? n_lines - 2 : 0);
		g_assert_false(capture->is_whole);
	}
}

static void
every_single_wrong_byte_before_the_end_is_noticed(void)
{
	g_autoptr(GString) text = g_string_new(HEAD "up 1 0102\nn 2 0011\ndown 4 gone\n");
	gsize n_before = text->len;

	kn_capture_append_end(text, n_before, kn_crc32(text->str, n_before));
	for (gsize i = 0; i < n_before; i++) {
		for (guint bit = 0; bit < 8; bit++) {
			g_autoptr(KnCapture) capture = NULL;

			text->str[i] = (gchar)(text->str[i] ^ 1 << bit);
			capture = kn_capture_parse(text->str, text->len, NULL);
			text->str[i] = (gchar)(text->str[i] ^ 1 << bit);
			/* a lost line feed may swallow the end: then it is told as cut */
			g_assert_true(capture == NULL || !capture->is_whole);
		}
	}
}

static void
what_is_no_capture_is_refused_by_its_line(void)
{
	assert_refused("", KN_CAPTURE_ERROR_SYNTAX, "line 1: ");
	assert_refused("# knead-capture: 2\n", KN_CAPTURE_ERROR_SYNTAX, "line 1: ");
	assert_refused("hello\n", KN_CAPTURE_ERROR_SYNTAX, "line 1: ");
	assert_refused(HEAD "# no colon\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "up 1\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "up 1 010\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "up 1 01 02\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "up 1 0A\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "sideways 1 01\n", KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
	assert_refused(HEAD "clock 1 x 2\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "clock 1 5 3\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "up -1 01\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "up 1125899906842625 01\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "end 3 00000000\n", KN_CAPTURE_ERROR_DAMAGED, "line 4: ");
}

static void
an_order_that_cannot_be_is_refused(void)
{
	assert_refused("# knead-capture: 1\nup 1 01\n", KN_CAPTURE_ERROR_RANGE, "line 2: ");
	assert_refused(HEAD "n 1 01\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "down 1 x\n", KN_CAPTURE_ERROR_RANGE, "line 4: ");
	assert_refused(HEAD "up 2 01\nn 1 01\n", KN_CAPTURE_ERROR_RANGE, "line 5: ");
	assert_refused(HEAD "up 2 01\nup 3 01\n", KN_CAPTURE_ERROR_RANGE, "line 5: ");
	assert_refused(HEAD "up 2 01\ndown 3 x\nn 4 01\n", KN_CAPTURE_ERROR_RANGE, "line 6: ");
}

static void
a_line_of_2048_bytes_is_read_and_one_more_is_not(void)
{
	g_autoptr(GString) text = g_string_new(HEAD "up 1 ");
	gsize n_line = strlen("up 1 ");
	g_autoptr(KnCapture) capture = NULL;

	for (; n_line + 1 < KN_CAPTURE_LINE_BYTES_MAX; n_line += 2)
		g_string_append(text, "00");
	/* 5 + 2 n is odd: the time takes the one byte that is left */
	g_string_insert(text, (gssize)strlen(HEAD "up "), "1");
	g_string_append_c(text, '\n');
	capture = parse(text->str);
	g_assert_cmpuint(capture->entries->len, ==, 2);
	g_string_insert(text, (gssize)strlen(HEAD "up "), "1");
	assert_refused(text->str, KN_CAPTURE_ERROR_SYNTAX, "line 4: ");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/capture/what_is_written_is_read_back", what_is_written_is_read_back);
	g_test_add_func("/core/capture/a_file_that_was_cut_anywhere_gives_the_lines_that_are_whole",
			a_file_that_was_cut_anywhere_gives_the_lines_that_are_whole);
	g_test_add_func("/core/capture/every_single_wrong_byte_before_the_end_is_noticed",
			every_single_wrong_byte_before_the_end_is_noticed);
	g_test_add_func("/core/capture/what_is_no_capture_is_refused_by_its_line",
			what_is_no_capture_is_refused_by_its_line);
	g_test_add_func("/core/capture/an_order_that_cannot_be_is_refused",
			an_order_that_cannot_be_is_refused);
	g_test_add_func("/core/capture/a_line_of_2048_bytes_is_read_and_one_more_is_not",
			a_line_of_2048_bytes_is_read_and_one_more_is_not);
	return g_test_run();
}
