/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* persons: add, list, show, rename */

#include "ctl/command.h"
#include "ctl/nearest.h"
#include "ctl/people.h"
#include "ctl/print.h"

static gint
usage(const gchar *what, guint n_words)
{
	static const gchar *const verbs[] = {"add", "list", "show", "rename", NULL};
	g_autofree gchar *meant =
		g_strv_contains(verbs, what) ? g_strdup("") : kn_nearest_meant(what, verbs);
	g_autofree gchar *message = g_strconcat(
		meant, "say add LABEL, list, show PERSON or rename PERSON LABEL",
		n_words > 2 ? "\n  A label of several words needs quotation marks." : "", NULL);

	return kn_call_usage("person", message);
}

gchar *
kn_people_body(const gchar *first_key, const gchar *first, const gchar *second_key,
	       const gchar *second)
{
	g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), NULL);
	JsonObject *object = json_object_new();

	json_node_take_object(node, object);
	if (first != NULL)
		json_object_set_string_member(object, first_key, first);
	if (second != NULL)
		json_object_set_string_member(object, second_key, second);
	return json_to_string(node, FALSE);
}

static gint
change(KnCall *call, const gchar *path, const gchar *label)
{
	g_autofree gchar *body =
		kn_people_body("label", label, "external_id", call->people.external_id);
	g_autofree gchar *name = NULL;
	g_autofree gchar *line = NULL;
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, body, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	name = kn_term_text(&call->term, kn_doc_text(kn_doc_root(node), "label"));
	line = g_strdup_printf("%s is person %" G_GINT64_FORMAT ".", name,
			       kn_doc_int(kn_doc_root(node), "id", 0));
	kn_print_wrapped(&call->term, call->out, "", line);
	return KN_EXIT_OK;
}

static gint
rename_person(KnCall *call, const gchar *person, const gchar *label)
{
	g_autofree gchar *escaped = g_uri_escape_string(person, NULL, FALSE);
	g_autofree gchar *path = g_strconcat("/v1/persons/", escaped, NULL);

	return change(call, path, label);
}

static gint
list(KnCall *call)
{
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, "/v1/persons", NULL, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, node);
	else
		kn_print_persons(&call->term, call->out, kn_doc_root(node));
	return KN_EXIT_OK;
}

static JsonObject *
find(JsonObject *persons, gint64 id)
{
	JsonArray *array = kn_doc_array(persons, "persons");

	for (guint i = 0; i < kn_doc_length(array); i++)
		if (kn_doc_int(kn_doc_at(array, i), "id", 0) == id)
			return kn_doc_at(array, i);
	return NULL;
}

static gint
show(KnCall *call, const gchar *text)
{
	g_autofree gchar *escaped = g_uri_escape_string(text, NULL, FALSE);
	g_autofree gchar *week = g_strconcat("/v1/summary?period=week&person=", escaped, NULL);
	g_autofree gchar *last = g_strconcat("/v1/sessions?limit=1&person=", escaped, NULL);
	g_autofree gchar *plan = g_strconcat("/v1/adherence?person=", escaped, NULL);
	g_autofree gchar *maybe = g_strconcat("/v1/sessions?limit=5&may_be=", escaped, NULL);
	g_autoptr(JsonNode) all = json_node_init_object(json_node_alloc(), NULL);
	JsonObject *object = json_object_new();
	JsonNode *nodes[5] = {NULL};
	const gchar *const names[] = {"week", "sessions", "persons", "plan", "unassigned"};
	JsonObject *person = NULL;
	gint failed = kn_call_ask(call, week, NULL, &nodes[0]);

	json_node_take_object(all, object);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, last, NULL, &nodes[1]);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, "/v1/persons", NULL, &nodes[2]);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, plan, NULL, &nodes[3]);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, maybe, NULL, &nodes[4]);
	if (failed == KN_EXIT_OK)
		person = find(kn_doc_root(nodes[2]),
			      kn_doc_int(kn_doc_object(kn_doc_root(nodes[0]), "person"), "id", 0));
	for (guint i = 0; i < G_N_ELEMENTS(nodes); i++)
		if (nodes[i] != NULL)
			json_object_set_member(object, names[i], nodes[i]);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, all);
	else
		kn_print_person(&call->term, call->out, person, object);
	return KN_EXIT_OK;
}

gint
kn_cmd_person(KnCall *call, const gchar *argument)
{
	const gchar *what = call->n_words > 0 ? call->words[0] : "list";
	guint n = call->n_words;

	for (guint i = 0; i < n; i++)
		if (!g_utf8_validate(call->words[i], -1, NULL))
			return kn_call_usage("person", "that is not UTF-8");
	if (call->people.external_id != NULL && !g_str_equal(what, "add") &&
	    !g_str_equal(what, "rename"))
		return kn_call_usage("person", "--external-id goes with add and rename");
	if (g_str_equal(what, "list") && n <= 1)
		return list(call);
	if (g_str_equal(what, "add") && n == 2)
		return change(call, "/v1/persons", call->words[1]);
	if (g_str_equal(what, "show") && n == 2)
		return show(call, call->words[1]);
	if (g_str_equal(what, "rename") && (n == 3 || (n == 2 && call->people.external_id != NULL)))
		return rename_person(call, call->words[1], n == 3 ? call->words[2] : NULL);
	return usage(what, n);
}
