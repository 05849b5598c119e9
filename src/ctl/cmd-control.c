/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is done about one massager: why, forget, identify */

#include "ctl/command.h"
#include "ctl/print.h"

/* the name as it stands: the hub knows numbers, addresses and names alike */
static gchar *
path_of(const gchar *device, const gchar *what)
{
	g_autofree gchar *escaped = g_uri_escape_string(device, NULL, FALSE);

	return g_strdup_printf("/v1/devices/%s/%s", escaped, what);
}

static void
print_why(const KnTerm *term, GString *out, JsonObject *why)
{
	g_autofree gchar *text = kn_term_text(term, kn_doc_text(why, "text"));
	g_autofree gchar *next = kn_term_text(term, kn_doc_text(why, "next_action"));

	kn_print_wrapped(term, out, "", text);
	if (next[0] == '\0')
		return;
	kn_print_wrapped(term, out, "  ", next);
}

gint
kn_cmd_why(KnCall *call, const gchar *argument)
{
	g_autofree gchar *path = path_of(argument, "why");
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, NULL, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else
		print_why(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}

gint
kn_cmd_forget(KnCall *call, const gchar *argument)
{
	g_autofree gchar *path = path_of(argument, "forget");
	g_autofree gchar *name = NULL;
	g_autofree gchar *address = NULL;
	g_autofree gchar *text = NULL;
	g_autofree gchar *hint = NULL;
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, "{}", &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	name = kn_print_device_name(&call->term, kn_doc_root(node));
	address = kn_term_text(&call->term, kn_doc_text(kn_doc_root(node), "address"));
	text = g_strdup_printf("%s is not recorded any more. What it gave is kept.", name);
	kn_print_wrapped(&call->term, call->out, "", text);
	hint = g_strdup_printf("Take it back: sudo knead allow %s", address);
	kn_print_wrapped(&call->term, call->out, "  ", hint);
	return KN_EXIT_OK;
}

gint
kn_cmd_identify(KnCall *call, const gchar *argument)
{
	g_autofree gchar *base = path_of(argument, "identify");
	g_autofree gchar *path = call->seconds > 0
					 ? g_strdup_printf("%s?seconds=%d", base, call->seconds)
					 : g_strdup(base);
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, "{}", &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else
		g_string_append_printf(call->out,
				       "Look for it: it shows itself for %" G_GINT64_FORMAT " s.\n",
				       kn_doc_int(kn_doc_root(node), "duration_s", 0));
	return KN_EXIT_OK;
}
