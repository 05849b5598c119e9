/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/log/device.h"
#include "ctl/command.h"
#include "ctl/print.h"

static gchar *
new_body(const gchar *label)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();

	json_node_take_object(node, object);
	if (label != NULL)
		json_object_set_string_member(object, "label", label);
	return json_to_string(node, FALSE);
}

gint
kn_cmd_allow(KnCall *call, const gchar *argument)
{
	g_autofree gchar *address = kn_device_normalize_address(argument);
	g_autofree gchar *path = NULL;
	g_autofree gchar *body = NULL;
	g_autofree gchar *name = NULL;
	g_autofree gchar *text = NULL;
	g_autoptr(JsonNode) node = NULL;
	gint failed = KN_EXIT_OK;

	if (address == NULL)
		return kn_call_usage("allow",
				     "an address looks like C0:FF:EE:00:00:01; see: knead devices");
	if (call->label != NULL && !g_utf8_validate(call->label, -1, NULL))
		return kn_call_usage("allow", "the label is not UTF-8 text");
	path = g_strdup_printf("/v1/devices/%s/allow", address);
	body = new_body(call->label);
	failed = kn_call_ask(call, path, body, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	name = kn_print_device_name(&call->term, kn_doc_root(node));
	text = g_strdup_printf("%s is allowed: it is recorded whenever it is paired and in range.",
			       name);
	kn_print_wrapped(&call->term, call->out, "", text);
	g_string_append_printf(call->out,
			       "  Not paired yet? sudo knead pair %s\n"
			       "  See how it goes: knead devices\n",
			       address);
	return KN_EXIT_OK;
}
