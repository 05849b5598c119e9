/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* knead plan: what is planned for a person, and what was done of it */

#include "core/measure/plan.h"
#include "ctl/command.h"
#include "ctl/nearest.h"
#include "ctl/print.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "show", "set FILE" …: how many words, by which one is told from the other */
typedef struct {
	const gchar *verb;
	gboolean has_file;
	gint (*run)(KnCall *call, const gchar *file);
} Verb;

/* ---- a file ---- */

/* at most a byte more than a plan may have, so that too much is seen; new, NULL: told */
static gchar *
read_plan_file(const KnCall *call, const gchar *path, gsize *ret_n_text)
{
	gboolean is_input = g_str_equal(path, "-");
	g_autofree gchar *shown = kn_term_text(&call->term, path);
	g_autofree gchar *text = g_malloc(KN_PLAN_BYTES_MAX + 2);
	FILE *file = NULL;
	gboolean is_read = FALSE;

	errno = 0;
	file = is_input ? stdin : fopen(path, "re");
	if (file != NULL) {
		*ret_n_text = fread(text, 1, KN_PLAN_BYTES_MAX + 1, file);
		is_read = ferror(file) == 0;
		text[*ret_n_text] = '\0';
	}
	if (!is_read)
		fprintf(stderr,
			"knead: cannot read %s: %s\n  An example of a plan: man knead-plan\n",
			shown, g_strerror(errno));
	if (file != NULL && !is_input)
		fclose(file);
	return is_read ? g_steal_pointer(&text) : NULL;
}

/* Every problem on a line of its own. FALSE: told. */
static gboolean
check(const KnCall *call, const gchar *path, const gchar *text, gsize n_text, guint *ret_n_items)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KnPlan) plan = kn_plan_parse(text, n_text, problems);
	g_autofree gchar *shown = kn_term_text(&call->term, path);
	g_autofree gchar *where = NULL;
	g_autofree gchar *elsewhere = NULL;

	if (plan != NULL) {
		*ret_n_items = plan->n_items;
		return TRUE;
	}
	where = g_strconcat(shown, ":", NULL);
	elsewhere = g_strconcat(shown, ": ", NULL);
	fprintf(stderr, "knead: %s is no plan yet:\n", shown);
	for (guint i = 0; i < problems->len; i++) {
		g_autofree gchar *told = kn_plan_problem_at(problems->pdata[i], where, elsewhere);
		g_autofree gchar *problem = kn_term_text(&call->term, told);

		fprintf(stderr, "  %s\n", problem);
	}
	fprintf(stderr, "  All groups and keys: man knead-plan\n");
	return FALSE;
}

/* ---- the verbs ---- */

static gint
run_check(KnCall *call, const gchar *path)
{
	gsize n_text = 0;
	guint n_items = 0;
	g_autofree gchar *line = NULL;
	g_autofree gchar *text = read_plan_file(call, path, &n_text);

	if (text == NULL || !check(call, path, text, n_text, &n_items))
		return KN_EXIT_FAILED;
	line = g_strdup_printf(call->is_json ? "{\"is_valid\":true,\"n_items\":%u}"
					     : "A plan that can be set, with %u of at most 16 "
					       "items.",
			       n_items);
	if (call->is_json)
		g_string_append_printf(call->out, "%s\n", line);
	else
		kn_print_wrapped(&call->term, call->out, "", line);
	return KN_EXIT_OK;
}

static gint
post(KnCall *call, const gchar *text)
{
	g_autoptr(JsonNode) body = json_node_new(JSON_NODE_OBJECT);
	g_autoptr(JsonNode) answer = NULL;
	g_autofree gchar *sent = NULL;
	JsonObject *object = json_object_new();
	gint failed = KN_EXIT_OK;

	json_node_take_object(body, object);
	json_object_set_string_member(object, "text", text);
	if (call->people.person != NULL)
		json_object_set_string_member(object, "person", call->people.person);
	sent = json_to_string(body, FALSE);
	failed = kn_call_ask(call, "/v1/plans", sent, &answer);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, answer);
	else
		kn_print_plan_set(&call->term, call->out, kn_doc_root(answer), call->people.person);
	return KN_EXIT_OK;
}

static gint
run_set(KnCall *call, const gchar *path)
{
	gsize n_text = 0;
	guint n_items = 0;
	g_autofree gchar *text = read_plan_file(call, path, &n_text);

	if (text == NULL || !check(call, path, text, n_text, &n_items))
		return KN_EXIT_FAILED;
	return post(call, text);
}

static gint
run_end(KnCall *call, const gchar *path)
{
	return post(call, "");
}

static gint
run_show(KnCall *call, const gchar *path)
{
	g_autoptr(GString) question = g_string_new("/v1/adherence");
	g_autoptr(JsonNode) answer = NULL;
	gint failed = KN_EXIT_OK;

	if (call->people.person != NULL) {
		g_autofree gchar *person = g_uri_escape_string(call->people.person, NULL, FALSE);

		g_string_append_printf(question, "?person=%s", person);
	}
	failed = kn_call_ask(call, question->str, NULL, &answer);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, answer);
	else
		kn_print_plan(&call->term, call->out, kn_doc_root(answer), call->people.person);
	return KN_EXIT_OK;
}

gint
kn_cmd_plan(KnCall *call, const gchar *argument)
{
	static const Verb verbs[] = {{"show", FALSE, run_show},
				     {"set", TRUE, run_set},
				     {"check", TRUE, run_check},
				     {"end", FALSE, run_end}};
	static const gchar *const names[] = {"show", "set", "check", "end", NULL};
	g_autofree gchar *meant = NULL;
	g_autofree gchar *message = NULL;
	g_auto(GStrv) words = g_strsplit(argument != NULL ? argument : "show", " ", 2);

	if (call->people.person != NULL && !g_utf8_validate(call->people.person, -1, NULL))
		return kn_call_usage("plan", "a person is a label, an external id or a number");
	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (!g_str_equal(words[0], verbs[i].verb))
			continue;
		if (verbs[i].has_file != (words[1] != NULL))
			return kn_call_usage("plan", verbs[i].has_file
							     ? "say which file; - is standard input"
							     : "show and end take no further word");
		return verbs[i].run(call, words[1]);
	}
	meant = kn_nearest_meant(words[0], names);
	message = g_strconcat(meant, "say show, set FILE, check FILE or end", NULL);
	return kn_call_usage("plan", message);
}
