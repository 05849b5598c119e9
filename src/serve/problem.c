/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/problem.h"

#include <libsoup/soup.h>

JsonNode *
kn_problem_new(guint status, const gchar *kind, const gchar *detail, const gchar *hint)
{
	JsonObject *object = json_object_new();
	JsonNode *node = json_node_new(JSON_NODE_OBJECT);

	json_object_set_string_member(object, "type", "about:blank");
	json_object_set_string_member(object, "title", soup_status_get_phrase(status));
	json_object_set_int_member(object, "status", status);
	json_object_set_string_member(object, "kind", kind);
	json_object_set_string_member(object, "detail", detail);
	if (hint != NULL)
		json_object_set_string_member(object, "hint", hint);
	json_node_take_object(node, object);
	return node;
}

gchar *
kn_problem_new_text(guint status, const gchar *kind, const gchar *detail, const gchar *hint)
{
	g_autoptr(JsonNode) node = kn_problem_new(status, kind, detail, hint);

	return json_to_string(node, FALSE);
}
