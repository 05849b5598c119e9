/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"

#include <string.h>

/* Bluetooth names and firmware strings are often padded with NUL, which is a C0 control and not a wrong encoding: the stretches
 * between NULs are checked one by one */
static gboolean
is_utf8(const gchar *bytes, gsize n_bytes)
{
	gsize at = 0;

	while (at < n_bytes) {
		const gchar *nul = memchr(bytes + at, '\0', n_bytes - at);
		gsize end = nul != NULL ? (gsize)(nul - bytes) : n_bytes;

		if (!g_utf8_validate(bytes + at, (gssize)(end - at), NULL))
			return FALSE;
		at = end + 1;
	}
	return TRUE;
}

/* controls, and the characters that turn or hide what stands beside them */
static gboolean
is_unwanted(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static gchar *
to_hex(const gchar *bytes, gsize n_bytes)
{
	static const gchar digits[] = "0123456789abcdef";
	gsize n = MIN(n_bytes, (gsize)KN_TEXT_CODE_POINTS_MAX / 2);
	gchar *hex = g_malloc(2 * n + 1);

	for (gsize i = 0; i < n; i++) {
		hex[2 * i] = digits[(guchar)bytes[i] >> 4];
		hex[2 * i + 1] = digits[(guchar)bytes[i] & 0xf];
	}
	hex[2 * n] = '\0';
	return hex;
}

gchar *
kn_text_clean_up_to(const gchar *bytes, gssize n_bytes, guint n_code_points_max)
{
	GString *clean = NULL;
	const gchar *end = NULL;
	guint n_kept = 0;

	if (bytes == NULL)
		return g_strdup("");
	end = bytes + (n_bytes < 0 ? strlen(bytes) : (gsize)n_bytes);
	if (!is_utf8(bytes, (gsize)(end - bytes)))
		return to_hex(bytes, (gsize)(end - bytes));
	clean = g_string_new(NULL);
	for (const gchar *at = bytes; at < end && n_kept < n_code_points_max;
	     at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (is_unwanted(c))
			continue;
		g_string_append_unichar(clean, c);
		n_kept++;
	}
	return g_string_free(clean, FALSE);
}

gchar *
kn_text_clean(const gchar *bytes, gssize n_bytes)
{
	return kn_text_clean_up_to(bytes, n_bytes, KN_TEXT_CODE_POINTS_MAX);
}

gchar *
kn_text_clean_words(const gchar *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", KN_TEXT_WORDS_MAX + 1);

	for (guint i = 0; words[i]; i++) {
		gchar *clean = kn_text_clean(words[i], -1);
		g_free(words[i]);
		words[i] = clean;
	}
	/* what was not split any more is more than a sentence */
	if (g_strv_length(words) > KN_TEXT_WORDS_MAX)
		g_clear_pointer(&words[KN_TEXT_WORDS_MAX], g_free);
	return g_strjoinv(" ", words);
}
