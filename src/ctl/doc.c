/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/doc.h"

static JsonNode *
find_value(JsonObject *object, const gchar *key, GType type)
{
	JsonNode *node = object != NULL ? json_object_get_member(object, key) : NULL;

	return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type
		       ? node
		       : NULL;
}

gboolean
kn_doc_has(JsonObject *object, const gchar *key)
{
	return object != NULL && json_object_has_member(object, key);
}

gint64
kn_doc_int(JsonObject *object, const gchar *key, gint64 fallback)
{
	JsonNode *node = find_value(object, key, G_TYPE_INT64);

	return node != NULL ? json_node_get_int(node) : fallback;
}

gboolean
kn_doc_bool(JsonObject *object, const gchar *key)
{
	JsonNode *node = find_value(object, key, G_TYPE_BOOLEAN);

	return node != NULL && json_node_get_boolean(node);
}

const gchar *
kn_doc_text(JsonObject *object, const gchar *key)
{
	JsonNode *node = find_value(object, key, G_TYPE_STRING);

	return node != NULL ? json_node_get_string(node) : "";
}

JsonObject *
kn_doc_object(JsonObject *object, const gchar *key)
{
	JsonNode *node = object != NULL ? json_object_get_member(object, key) : NULL;

	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *
kn_doc_array(JsonObject *object, const gchar *key)
{
	JsonNode *node = object != NULL ? json_object_get_member(object, key) : NULL;

	return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

guint
kn_doc_length(JsonArray *array)
{
	return array != NULL ? json_array_get_length(array) : 0;
}

JsonObject *
kn_doc_at(JsonArray *array, guint index)
{
	JsonNode *node = index < kn_doc_length(array) ? json_array_get_element(array, index) : NULL;

	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonObject *
kn_doc_root(JsonNode *node)
{
	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}
