/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

const KnTerm utf8 = {.width = 80, .is_utf8 = TRUE};
const KnTerm ascii = {.width = 80};

JsonNode *
parse(const gchar *text)
{
	GError *error = NULL;
	JsonNode *node = json_from_string(text, &error);

	g_assert_no_error(error);
	return node;
}

gchar *
print(void (*printer)(const KnTerm *, GString *, JsonObject *), const KnTerm *term,
      const gchar *text)
{
	g_autoptr(JsonNode) node = parse(text);
	GString *out = g_string_new(NULL);

	printer(term, out, json_node_get_object(node));
	return g_string_free(out, FALSE);
}

void
assert_has(const gchar *text, const gchar *wanted)
{
	if (strstr(text, wanted) == NULL)
		g_error("no \"%s\" in:\n%s", wanted, text);
}

guint
assert_lines_fit(const gchar *text, guint n_columns)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint n = 0;

	for (; lines[n] != NULL; n++) {
		if (kn_term_columns(lines[n]) > n_columns)
			g_error("longer than %u columns: %s", n_columns, lines[n]);
	}
	g_assert_true(g_str_has_suffix(text, "\n"));
	return n - 1;
}

void
assert_ascii(const gchar *text)
{
	for (const gchar *at = text; *at != '\0'; at++)
		g_assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
}
