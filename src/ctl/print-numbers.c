/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/format.h"
#include "ctl/print.h"
#include <string.h>

/* Every number of a document that is the daemon's and grows with it: as it comes, with the units that its keys name. */

enum { LABEL_COLUMNS = 26, DEPTH_MAX = 4 };

static gchar *
label_of(const gchar *key)
{
	GString *label = g_string_new(key);

	g_string_replace(label, "_", " ", 0);
	return g_string_free(label, FALSE);
}

/* the key without its unit, and the value with it */
static gchar *
format_number(const KnTerm *term, GString *label, const gchar *key, gint64 value)
{
	gsize n = strlen(key);
	guint64 size = (guint64)MAX(value, 0);

	if (g_str_has_suffix(key, "_ms")) {
		g_string_truncate(label, n - 3);
		return kn_format_duration(size);
	}
	if (g_str_has_suffix(key, "_permille")) {
		g_string_truncate(label, n - 9);
		return kn_format_percent(value);
	}
	if (g_str_has_suffix(key, "_bytes")) {
		g_string_truncate(label, n - 6);
		return kn_format_bytes(size);
	}
	if (g_str_has_prefix(key, "n_"))
		g_string_erase(label, 0, 2);
	return value < 0 ? g_strdup_printf("%" G_GINT64_FORMAT, value) : kn_format_count(size);
}

static gchar *
format_value(const KnTerm *term, GString *label, const gchar *key, JsonNode *node)
{
	switch (json_node_get_value_type(node)) {
	case G_TYPE_INT64:
		return format_number(term, label, key, json_node_get_int(node));
	case G_TYPE_BOOLEAN:
		if (g_str_has_prefix(key, "is_"))
			g_string_erase(label, 0, 3);
		return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
	case G_TYPE_STRING:
		return kn_term_text(term, json_node_get_string(node));
	case G_TYPE_DOUBLE:
		return g_strdup_printf("%g", json_node_get_double(node));
	default:
		return g_strdup("?");
	}
}

static void append_object(const KnTerm *term, GString *out, JsonObject *object, guint depth);

static void
append_value(const KnTerm *term, GString *out, const gchar *key, JsonNode *node, guint depth)
{
	g_autoptr(GString) label = g_string_new(key);
	g_autofree gchar *value = format_value(term, label, key, node);
	g_autofree gchar *words = label_of(label->str);
	guint n_columns = LABEL_COLUMNS > 2 * depth ? LABEL_COLUMNS - 2 * depth : 1;
	guint n_words = kn_term_columns(words);
	g_autofree gchar *fit = kn_term_fit(term, words, MAX(n_words, n_columns));
	g_autofree gchar *start = g_strdup_printf("%*s%s ", (gint)(2 * depth), "", fit);
	gboolean is_advice = g_str_equal(key, "hint") || g_str_equal(key, "problem") ||
			     g_str_equal(key, "error");
	g_autoptr(GString) shown = g_string_new(value);

	if (kn_term_columns(start) + kn_term_columns(value) > term->width) {
		g_autofree gchar *indent = g_strnfill(2 * depth + 4, ' ');

		/* below it, however many lines that takes */
		g_string_assign(shown, "\n");
		kn_print_wrapped(term, shown, indent, value);
		g_strchomp(start);
	}
	g_string_append(out, value[0] != '\0' ? start : g_strchomp(start));
	if (is_advice)
		kn_term_paint(term, out, KN_STYLE_WARN, g_strchomp(shown->str));
	else
		g_string_append(out, g_strchomp(shown->str));
	g_string_append_c(out, '\n');
}

static void
append_member(const KnTerm *term, GString *out, const gchar *key, JsonNode *node, guint depth)
{
	g_autofree gchar *words = label_of(key);
	g_autofree gchar *title = kn_term_text(term, words);

	if (JSON_NODE_HOLDS_VALUE(node)) {
		append_value(term, out, key, node, depth);
		return;
	}
	if (depth >= DEPTH_MAX || JSON_NODE_HOLDS_NULL(node))
		return;
	g_string_append_printf(out, "%*s", (gint)(2 * depth), "");
	kn_term_paint(term, out, KN_STYLE_TITLE, title);
	g_string_append_c(out, '\n');
	if (JSON_NODE_HOLDS_OBJECT(node)) {
		append_object(term, out, json_node_get_object(node), depth + 1);
		return;
	}
	for (guint i = 0; i < json_array_get_length(json_node_get_array(node)); i++) {
		JsonNode *element = json_array_get_element(json_node_get_array(node), i);

		if (JSON_NODE_HOLDS_OBJECT(element))
			append_object(term, out, json_node_get_object(element), depth + 1);
		else
			append_member(term, out, "", element, depth + 1);
	}
}

static void
append_object(const KnTerm *term, GString *out, JsonObject *object, guint depth)
{
	JsonObjectIter iter;
	const gchar *key = NULL;
	JsonNode *node = NULL;

	json_object_iter_init_ordered(&iter, object);
	while (json_object_iter_next_ordered(&iter, &key, &node))
		append_member(term, out, key, node, depth);
}

void
kn_print_numbers(const KnTerm *term, GString *out, JsonObject *document)
{
	if (document != NULL)
		append_object(term, out, document, 0);
}
