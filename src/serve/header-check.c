/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/header-check.h"

#include <string.h>

enum { LENGTH_DIGITS_MAX = 18 }; /* fits gint64 */

static gboolean
is_named(const gchar *line, const gchar *name)
{
	gsize n = strlen(name);

	return g_ascii_strncasecmp(line, name, n) == 0 && line[n] == ':';
}

static gboolean
is_number(const gchar *value)
{
	gsize n = 0;

	value += strspn(value, " \t");
	n = strspn(value, "0123456789");
	return n >= 1 && n <= LENGTH_DIGITS_MAX && value[n + strspn(value + n, " \t")] == '\0';
}

KnHeaderShape
kn_header_check(const gchar *header, gsize n_bytes)
{
	g_autofree gchar *text = NULL;
	g_auto(GStrv) lines = NULL;
	guint n_lengths = 0;

	if (memchr(header, '\0', n_bytes) != NULL)
		return KN_HEADER_MALFORMED;
	text = g_strndup(header, n_bytes);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
		gchar *line = lines[i];
		gsize n = strlen(line);

		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		if (line[0] == ' ' || line[0] == '\t' || strchr(line, '\r') != NULL)
			return KN_HEADER_MALFORMED;
		if (is_named(line, "Transfer-Encoding"))
			return KN_HEADER_NO_LENGTH;
		if (is_named(line, "Content-Length") &&
		    (++n_lengths > 1 || !is_number(line + strlen("Content-Length:"))))
			return KN_HEADER_MALFORMED;
	}
	return KN_HEADER_FINE;
}
