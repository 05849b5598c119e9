/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/json-depth.h"

#include <string.h>

/* The length of the escape at `at`, or 0 when JSON has no such escape. */
static gsize
escape_length(const gchar *text, gsize n_bytes, gsize at)
{
	gsize n = n_bytes - at;

	if (n < 2)
		return 0;
	if (text[at + 1] != 'u')
		return text[at + 1] != '\0' && strchr("\"\\/bfnrt", text[at + 1]) != NULL ? 2 : 0;
	if (n < 6)
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
