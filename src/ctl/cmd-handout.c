/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* who has which massager, and whose a session is when that does not tell */

#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/people.h"
#include "ctl/print.h"

#include <string.h>

static gchar *
to_text(JsonObject *object)
{
	g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), NULL);

	json_node_take_object(node, object);
	return json_to_string(node, FALSE);
}

static void
append_moved(KnCall *call, JsonObject *done)
{
	gint64 n = kn_doc_int(done, "n_moved", 0);
	g_autofree gchar *sessions = kn_format_plural((guint64)MAX(n, 0), "session", "sessions");
	g_autofree gchar *line = g_strdup_printf("%s that %s here already changed hands by that.",
						 sessions, n == 1 ? "was" : "were");

	if (n > 0)
		kn_print_wrapped(&call->term, call->out, "  ", line);
}

/* "Mia has pad 7 since Sat 21 Nov 08:15.", "Mia gave pad 7 back, Sat 21 Nov 08:15." */
static gint
ask(KnCall *call, gchar *owned_body, const gchar *device, gboolean is_return)
{
	g_autofree gchar *body = owned_body;
	g_autofree gchar *name = NULL;
	g_autofree gchar *shown = kn_term_text(&call->term, device);
	g_autofree gchar *day = NULL;
	g_autofree gchar *clock = NULL;
	g_autofree gchar *line = NULL;
	g_autoptr(JsonNode) node = NULL;
	JsonObject *done = NULL;
	gint failed = kn_call_ask(call, "/v1/assignments", body, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	done = kn_doc_root(node);
	name = kn_term_text(&call->term, kn_doc_text(kn_doc_object(done, "person"), "label"));
	day = kn_format_day(kn_doc_text(done, "at"));
	clock = kn_format_clock(kn_doc_text(done, "at"));
	line = is_return ? g_strdup_printf("%s gave %s back, %s %s.", name, shown, day, clock)
			 : g_strdup_printf("%s has %s since %s %s.", name, shown, day, clock);
	kn_print_wrapped(&call->term, call->out, "", line);
	append_moved(call, done);
	return KN_EXIT_OK;
}

static gboolean
is_text(const gchar *text)
{
	return text == NULL || g_utf8_validate(text, -1, NULL);
}

gint
kn_cmd_checkout(KnCall *call, const gchar *argument)
{
	JsonObject *body = NULL;

	if (call->to == NULL)
		return kn_call_usage("checkout", "say to whom: --to PERSON");
	if (!is_text(argument) || !is_text(call->to) || !is_text(call->from))
		return kn_call_usage("checkout", "that is not UTF-8");
	body = json_object_new();
	json_object_set_string_member(body, "device", argument);
	json_object_set_string_member(body, "to", call->to);
	if (call->from != NULL)
		json_object_set_string_member(body, "from", call->from);
	if (call->is_forced)
		json_object_set_boolean_member(body, "force", TRUE);
	return ask(call, to_text(body), argument, FALSE);
}

gint
kn_cmd_return(KnCall *call, const gchar *argument)
{
	if (!is_text(argument) || !is_text(call->people.at))
		return kn_call_usage("return", "that is not UTF-8");
	return ask(call,
		   kn_people_body("device", argument, "return",
				  call->people.at != NULL ? call->people.at : "now"),
		   argument, TRUE);
}

/* NULL: one of them is no number */
static JsonArray *
read_sessions(const KnCall *call)
{
	g_autoptr(JsonArray) sessions = json_array_new();

	for (guint i = 0; i < call->n_words; i++) {
		guint64 id = 0;

		if (!g_ascii_string_to_unsigned(call->words[i], 10, 1, G_MAXINT64, &id, NULL))
			return NULL;
		json_array_add_int_element(sessions, (gint64)id);
	}
	return g_steal_pointer(&sessions);
}

gint
kn_cmd_assign(KnCall *call, const gchar *argument)
{
	g_autoptr(JsonArray) sessions = read_sessions(call);
	g_autoptr(JsonNode) node = NULL;
	g_autofree gchar *body = NULL;
	g_autofree gchar *name = NULL;
	g_autofree gchar *count = NULL;
	JsonObject *object = NULL;
	gint failed = KN_EXIT_OK;

	if (call->to == NULL || !is_text(call->to))
		return kn_call_usage("assign", "say whose: --to PERSON, or --to nobody");
	if (sessions == NULL || json_array_get_length(sessions) == 0)
		return kn_call_usage("assign", "say which sessions, by their numbers: see knead "
					       "sessions --person unassigned");
	object = json_object_new();
	json_object_set_array_member(object, "sessions", g_steal_pointer(&sessions));
	json_object_set_string_member(object, "to", call->to);
	body = to_text(object);
	failed = kn_call_ask(call, "/v1/assignments", body, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	object = kn_doc_root(node);
	name = kn_term_text(&call->term, kn_doc_text(kn_doc_object(object, "person"), "label"));
	count = kn_format_plural(call->n_words, "session is", "sessions are");
	g_string_append_printf(call->out, "%s %s%s now.\n", count, name[0] != '\0' ? "with " : "",
			       name[0] != '\0' ? name : "nobody's");
	return KN_EXIT_OK;
}
