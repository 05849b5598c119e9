/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/output.h"

#include <stdio.h>

gint
kn_call_usage(const gchar *command, const gchar *message)
{
	fprintf(stderr, "knead: %s\n  See: knead %s%s--help\n", message,
		command != NULL ? command : "", command != NULL ? " " : "");
	return KN_EXIT_USAGE;
}

gint
kn_call_fail(const KnCall *call, const GError *error)
{
	g_auto(GStrv) lines = g_strsplit(error->message, "\n", 2);
	g_autofree gchar *what = kn_term_text(&call->term, lines[0] != NULL ? lines[0] : "");
	g_autofree gchar *hint =
		kn_term_text(&call->term, lines[0] != NULL && lines[1] != NULL ? lines[1] : "");

	fprintf(stderr, "knead: %s\n", what);
	if (hint[0] != '\0')
		fprintf(stderr, "  %s\n", hint);
	return error->domain == KN_CLIENT_ERROR ? error->code : KN_EXIT_FAILED;
}

gint
kn_call_ask(KnCall *call, const gchar *path, const gchar *body, JsonNode **ret_node)
{
	g_autoptr(GError) error = NULL;
	JsonNode *node = kn_client_ask(call->socket_path, path, body, &error);

	if (node == NULL)
		return kn_call_fail(call, error);
	*ret_node = node;
	return KN_EXIT_OK;
}

void
kn_call_print_json(KnCall *call, JsonNode *node)
{
	g_autofree gchar *text = json_to_string(node, TRUE);

	g_string_append(call->out, text);
	g_string_append_c(call->out, '\n');
}

gboolean
kn_call_print_line(JsonNode *node)
{
	g_autofree gchar *text = json_to_string(node, FALSE);
	g_autofree gchar *line = g_strconcat(text, "\n", NULL);

	return kn_output_put(line);
}

gchar *
kn_call_device_query(const KnCall *call, const gchar *first)
{
	g_autofree gchar *device = NULL;

	if (call->device == NULL)
		return g_strdup("");
	device = g_uri_escape_string(call->device, NULL, FALSE);
	return g_strconcat(first, "device=", device, NULL);
}
