/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/log/device.h"
#include "ctl/past.h"
#include "ctl/print.h"

gint
kn_cmd_allow(KnCall *call, const gchar *argument)
{
	g_autofree gchar *address = kn_device_normalize_address(argument);
	g_autofree gchar *path = NULL;
	g_autofree gchar *body = NULL;
	g_autofree gchar *name = NULL;
	g_autofree gchar *text = NULL;
	g_autofree gchar *hint = NULL;
	g_autoptr(JsonNode) node = NULL;
	gint failed = KN_EXIT_OK;

	if (address == NULL)
		return kn_call_usage("allow",
				     "an address looks like C0:FF:EE:00:00:01; see: knead devices");
	failed = kn_past_check(call, "allow");
	if (failed != KN_EXIT_OK)
		return failed;
	path = g_strdup_printf("/v1/devices/%s/allow", address);
	body = kn_past_body(call, NULL);
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
	hint = g_strdup_printf("Not paired yet? sudo knead pair %s", address);
	kn_print_wrapped(&call->term, call->out, "  ", hint);
	kn_print_wrapped(&call->term, call->out, "  ", "See how it goes: knead devices");
	return KN_EXIT_OK;
}
