/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a person's own word: pain before and after, a place, a note */

#include "ctl/command.h"
#include "ctl/print.h"

#include <string.h>

/* FALSE: it is neither a number from 0 to 10 nor none, which takes one back */
static gboolean
add_pain(JsonObject *body, const gchar *key, const gchar *word)
{
	guint64 pain = 0;

	if (word == NULL)
		return TRUE;
	if (g_str_equal(word, "none")) {
		json_object_set_null_member(body, key);
		return TRUE;
	}
	if (!g_ascii_string_to_unsigned(word, 10, 0, 10, &pain, NULL))
		return FALSE;
	json_object_set_int_member(body, key, (gint64)pain);
	return TRUE;
}

/* Says it, and shows what counts now. */
static gint
say(KnCall *call, gint64 id, JsonNode *body)
{
	g_autofree gchar *session_path = g_strdup_printf("/v1/sessions/%" G_GINT64_FORMAT, id);
	g_autofree gchar *path = g_strconcat(session_path, "/notes", NULL);
	g_autofree gchar *text = json_to_string(body, FALSE);
	g_autofree gchar *head = g_strdup_printf("Session %" G_GINT64_FORMAT ": ", id);
	g_autofree gchar *said = NULL;
	g_autofree gchar *line = NULL;
	g_autoptr(JsonNode) done = NULL;
	g_autoptr(JsonNode) session = NULL;
	gint failed = kn_call_ask(call, path, text, &done);

	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, session_path, NULL, &session);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, session);
		return KN_EXIT_OK;
	}
	said = kn_print_said(&call->term, kn_doc_root(session));
	line = g_strconcat(head, said != NULL ? said : "nothing is said any more", NULL);
	kn_print_wrapped(&call->term, call->out, "", line);
	return KN_EXIT_OK;
}

gint
kn_cmd_rate(KnCall *call, const gchar *argument)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *body = json_object_new();
	gint64 id = 0;
	gint failed = KN_EXIT_OK;

	json_node_take_object(node, body);
	if (call->before == NULL && call->after == NULL && call->where == NULL)
		return kn_call_usage("rate", "give --before, --after or --where");
	if (!add_pain(body, "pain_before", call->before) ||
	    !add_pain(body, "pain_after", call->after))
		return kn_call_usage("rate", "--before and --after take 0 (no pain) to 10, or "
					     "none to take one back");
	if (call->where != NULL && !g_utf8_validate(call->where, -1, NULL))
		return kn_call_usage("rate", "--where takes a text");
	if (call->where != NULL)
		json_object_set_string_member(body, "region", call->where);
	failed = kn_call_find_session(call, "rate", argument, &id);
	return failed == KN_EXIT_OK ? say(call, id, node) : failed;
}

gint
kn_cmd_note(KnCall *call, const gchar *argument)
{
	g_auto(GStrv) words = g_strsplit(argument, " ", 2);
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *body = json_object_new();
	gint64 id = 0;
	gint failed = KN_EXIT_OK;

	json_node_take_object(node, body);
	if (words[0] == NULL || words[1] == NULL || !g_utf8_validate(words[1], -1, NULL))
		return kn_call_usage("note", "note takes a session and a text");
	json_object_set_string_member(body, "note", words[1]);
	failed = kn_call_find_session(call, "note", words[0], &id);
	return failed == KN_EXIT_OK ? say(call, id, node) : failed;
}
