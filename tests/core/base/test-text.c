/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"

#include <string.h>

static void
assert_clean(const gchar *bytes, gssize n_bytes, const gchar *wanted)
{
	g_autofree gchar *clean = kn_text_clean(bytes, n_bytes);

	g_assert_cmpstr(clean, ==, wanted);
}

static void
keeps_plain_words(void)
{
	assert_clean("living room", -1, "living room");
	assert_clean("K\xc3\xbc"
		     "che \xf0\x9f\x92\x86",
		     -1,
		     "K\xc3\xbc"
		     "che \xf0\x9f\x92\x86");
	assert_clean("", -1, "");
	assert_clean("", 0, "");
	assert_clean(NULL, -1, "");
	assert_clean("abc", 2, "ab");
}

/* the classic attack: clear the screen, set the title, write to the clipboard */
static void
takes_terminal_escapes_out(void)
{
	assert_clean("\x1b[2J\x1b]52;c;aGk=\x07"
		     "back",
		     -1, "[2J]52;c;aGk=back");
	assert_clean("a\tb\nc\rd\x7f"
		     "e",
		     -1, "abcde");
	/* C1: CSI as one code point */
	assert_clean("x\xc2\x9b"
		     "31m",
		     -1, "x31m");
}

static void
takes_nul_padding_out(void)
{
	assert_clean("roller\0\0\0", 9, "roller");
	assert_clean("a\0b", 3, "ab");
}

/* every code point there is: what is taken out is exactly the list in the design, told here as ranges */
static void
takes_out_exactly_the_listed_code_points(void)
{
	static const struct {
		gunichar first;
		gunichar last;
	} unwanted[] = {{0x0, 0x1f},      {0x7f, 0x9f},     {0x200b, 0x200f},
			{0x202a, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}};

	for (gunichar c = 1; c <= 0x10ffff; c++) {
		gchar text[8] = "";
		gboolean is_unwanted = FALSE;
		gint n = 0;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = g_unichar_to_utf8(c, text);
		text[n] = '\0';
		for (guint i = 0; i < G_N_ELEMENTS(unwanted); i++)
			is_unwanted |= c >= unwanted[i].first && c <= unwanted[i].last;
		assert_clean(text, n, is_unwanted ? "" : text);
	}
}

static void
shows_bad_utf8_as_hex(void)
{
	assert_clean("\xff\xfe", -1, "fffe");
	/* overlong slash, surrogate, truncated */
	assert_clean("\xc0\xaf", -1, "c0af");
	assert_clean("\xed\xa0\x80", -1, "eda080");
	assert_clean("ok\xe2\x82", -1, "6f6be282");
	/* good before and after a NUL, bad in the middle */
	assert_clean("a\0\x80\0b", 5, "6100800062");
}

static void
keeps_at_most_64_code_points(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree gchar *clean = NULL;
	g_autofree gchar *hex = NULL;
	gchar bytes[200];

	for (guint i = 0; i < 65; i++)
		g_string_append(text, "\xe2\x82\xac");
	clean = kn_text_clean(text->str, -1);
	g_assert_cmpint(g_utf8_strlen(clean, -1), ==, 64);
	g_string_truncate(text, 64 * 3);
	g_assert_cmpstr(clean, ==, text->str);
	memset(bytes, 0x80, sizeof bytes);
	hex = kn_text_clean(bytes, sizeof bytes);
	g_assert_cmpuint(strlen(hex), ==, 64);
	/* what is taken out does not count */
	g_string_prepend(text, "\x1b\x1b\x1b");
	assert_clean(text->str, -1, clean);
}

static void
a_sentence_is_cleaned_word_by_word_and_bounded(void)
{
	g_autofree gchar *word = g_strnfill(70, 'w');
	g_autofree gchar *cut = g_strnfill(64, 'w');
	g_autofree gchar *text = g_strconcat(word, " a\x1b[31mb ", word, NULL);
	g_autofree gchar *wanted = g_strconcat(cut, " a[31mb ", cut, NULL);
	g_autofree gchar *clean = kn_text_clean_words(text);
	g_autofree gchar *blanks = g_strnfill(1000, ' ');
	g_autofree gchar *few = kn_text_clean_words(blanks);
	g_autofree gchar *empty = kn_text_clean_words("");

	g_assert_cmpstr(clean, ==, wanted);
	g_assert_cmpuint(strlen(few), ==, KN_TEXT_WORDS_MAX - 1);
	g_assert_cmpstr(empty, ==, "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/text/keeps_plain_words", keeps_plain_words);
	g_test_add_func("/core/text/takes_terminal_escapes_out", takes_terminal_escapes_out);
	g_test_add_func("/core/text/takes_nul_padding_out", takes_nul_padding_out);
	g_test_add_func("/core/text/takes_out_exactly_the_listed_code_points",
			takes_out_exactly_the_listed_code_points);
	g_test_add_func("/core/text/shows_bad_utf8_as_hex", shows_bad_utf8_as_hex);
	g_test_add_func("/core/text/keeps_at_most_64_code_points", keeps_at_most_64_code_points);
	g_test_add_func("/core/text/a_sentence_is_cleaned_word_by_word_and_bounded",
			a_sentence_is_cleaned_word_by_word_and_bounded);
	return g_test_run();
}
