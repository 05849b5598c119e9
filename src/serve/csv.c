/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/csv.h"

#include <string.h>

static void
append_text(GString *row, const gchar *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
	g_autofree gchar *doubled = g_strjoinv("\"\"", parts);
	const gchar *apostrophe = text[0] != '\0' && strchr("=+-@\t\r", text[0]) ? "'" : "";

	if (strpbrk(text, ",\"\r\n") != NULL)
		g_string_append_printf(row, "\"%s%s\"", apostrophe, doubled);
	else
		g_string_append_printf(row, "%s%s", apostrophe, text);
}

void
kn_csv_append(GString *row, JsonNode *value)
{
	if (value == NULL || !JSON_NODE_HOLDS_VALUE(value))
		return;
	if (json_node_get_value_type(value) == G_TYPE_STRING)
		append_text(row, json_node_get_string(value));
	else if (json_node_get_value_type(value) == G_TYPE_BOOLEAN)
		g_string_append(row, json_node_get_boolean(value) ? "true" : "false");
	else
		g_string_append_printf(row, "%" G_GINT64_FORMAT, json_node_get_int(value));
}
