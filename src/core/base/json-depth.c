/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/json-depth.h"

#include <math.h>
#include <string.h>

enum { NUMBER_BYTES_MAX = 64 };

/* The length of the escape at `at`, or 0 when JSON has no such escape. */
static gsize
escape_length(const gchar *text, gsize n_bytes, gsize at)
{
	gsize n = n_bytes - at;

	if (n < 2)
		return 0;
	if (text[at + 1] != 'u')
		return text[at + 1] != '\0' && strchr("\"\\/bfnrt", text[at + 1]) != NULL ? 2 : 0;
	/* a NUL would end the text for whoever reads it as a C string */
	if (n < 6 || strncmp(text + at + 2, "0000", 4) == 0)
		return 0;
	for (gsize i = at + 2; i < at + 6; i++) {
		if (!g_ascii_isxdigit(text[i]))
			return 0;
	}
	return 6;
}

/* Moves *at from the opening quote to behind the closing one. FALSE when the string never ends, or holds an escape or a control
 * byte that JSON does not have: a lenient parser may then see its end elsewhere than we do. */
static gboolean
skip_string(const gchar *text, gsize n_bytes, gsize *at)
{
	gsize i = *at + 1;

	while (i < n_bytes && text[i] != '"') {
		gsize n = text[i] == '\\' ? escape_length(text, n_bytes, i) : 1;

		if (n == 0 || (guchar)text[i] < 0x20)
			return FALSE;
		i += n;
	}
	*at = i + 1;
	return i < n_bytes;
}

/* The length of the number at `at`, or 0 when it is more than 64 bits hold, not finite, or in hexadecimal or octal: parsers then make
 * something else of it, and each another thing. */
static gsize
number_length(const gchar *text, gsize n_bytes, gsize at)
{
	gchar number[NUMBER_BYTES_MAX + 1];
	const gchar *digits = NULL;
	gsize n = 0;

	while (at + n < n_bytes && text[at + n] != '\0' &&
	       strchr("+-.0123456789eE", text[at + n]) != NULL)
		n++;
	if (n > NUMBER_BYTES_MAX)
		return 0;
	memcpy(number, text + at, n);
	number[n] = '\0';
	digits = number[0] == '-' ? number + 1 : number;
	if ((at + n < n_bytes && g_ascii_isalpha(text[at + n])) ||
	    (digits[0] == '0' && g_ascii_isdigit(digits[1])))
		return 0;
	if (strpbrk(number, ".eE") != NULL)
		return isfinite(g_ascii_strtod(number, NULL)) ? n : 0;
	return g_ascii_string_to_signed(number, 10, G_MININT64, G_MAXINT64, NULL, NULL) ? n : 0;
}

/* json-glib before 1.10 reads with a scanner that also takes comments: a quote inside one would hide brackets from us, so what
 * could begin a comment or a single-quoted text outside of a string is refused. Neither is JSON. */
gboolean
kn_json_depth_is_within(const gchar *text, gsize n_bytes, guint max_depth)
{
	guint depth = 0;
	gsize at = 0;

	while (at < n_bytes) {
		gchar c = text[at];

		if (c == '"') {
			if (!skip_string(text, n_bytes, &at))
				return FALSE;
			continue;
		}
		if (c == '-' || g_ascii_isdigit(c)) {
			gsize n = number_length(text, n_bytes, at);

			if (n == 0)
				return FALSE;
			at += n;
			continue;
		}
		if (c == '\'' || c == '/' || c == '#' || c == '\0')
			return FALSE;
		if ((c == '[' || c == '{') && ++depth > max_depth)
			return FALSE;
		if ((c == ']' || c == '}') && depth-- == 0)
			return FALSE;
		at++;
	}
	return TRUE;
}
