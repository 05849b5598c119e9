/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* stored sessions to another time zone: what it would change first, then the question, then it is done */

#include "ctl/format.h"
#include "ctl/print.h"
#include "ctl/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 80 };

static gchar *
new_body(const KnCall *call, const gchar *zone, gboolean is_dry_run)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();

	json_node_take_object(node, object);
	json_object_set_string_member(object, "zone", zone);
	if (call->from != NULL)
		json_object_set_string_member(object, "from", call->from);
	if (call->to != NULL)
		json_object_set_string_member(object, "to", call->to);
	if (call->device != NULL)
		json_object_set_string_member(object, "device", call->device);
	json_object_set_boolean_member(object, "dry_run", is_dry_run);
	return json_to_string(node, FALSE);
}

/* "12 sessions", and how many of them change their day. New. */
static gchar *
extent_of(JsonObject *document)
{
	guint64 n_other_day = (guint64)MAX(kn_doc_int(document, "n_other_day", 0), 0);
	g_autofree gchar *n = kn_format_plural(
		(guint64)MAX(kn_doc_int(document, "n_sessions", 0), 0), "session", "sessions");
	g_autofree gchar *other = kn_format_count(n_other_day);

	return n_other_day > 0 ? g_strdup_printf("%s (%s of them to another day)", n, other)
			       : g_strdup_printf("%s (none to another day)", n);
}

static void
print_extent(const KnTerm *term, GString *out, const gchar *start, JsonObject *document)
{
	g_autofree gchar *extent = extent_of(document);
	g_autofree gchar *zone = kn_term_text(term, kn_doc_text(document, "tz"));
	g_autofree gchar *oldest = kn_format_full_day(kn_doc_text(document, "oldest"), "");
	g_autofree gchar *newest = kn_format_full_day(kn_doc_text(document, "newest"), "");
	g_autofree gchar *days = kn_doc_has(document, "oldest")
					 ? g_strdup_printf(", from %s to %s", oldest, newest)
					 : g_strdup("");
	g_autofree gchar *text = g_strdup_printf("%s %s: %s%s.", start, zone, extent, days);

	kn_print_wrapped(term, out, "", text);
}

void
kn_print_rezone(const KnTerm *term, GString *out, JsonObject *document)
{
	gboolean is_dry_run = kn_doc_bool(document, "is_dry_run");

	if (kn_doc_int(document, "n_sessions", 0) == 0)
		g_string_append(out, "All of those sessions are in that time zone already.\n");
	else
		print_extent(term, out, is_dry_run ? "Would move to" : "Moved to", document);
}

/* *ret_is_wanted: the person at the terminal says so */
static gint
confirm(KnCall *call, JsonObject *preview, gboolean *ret_is_wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);
	gchar line[LINE_MAX_BYTES];

	*ret_is_wanted = FALSE;
	if (isatty(STDIN_FILENO) == 0)
		return kn_call_usage("rezone", "nobody is there to be asked: give --yes, or "
					       "--dry-run to see what it would change");
	kn_print_rezone(&call->term, text, preview);
	fprintf(stderr, "%sGo on? [y/N] ", text->str);
	*ret_is_wanted =
		fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
	if (!*ret_is_wanted)
		g_string_append(call->out, "Nothing was changed.\n");
	return KN_EXIT_OK;
}

static gint
ask_first(KnCall *call, const gchar *zone, gboolean *ret_is_wanted)
{
	g_autofree gchar *body = new_body(call, zone, TRUE);
	g_autoptr(JsonNode) preview = NULL;
	gint failed = kn_call_ask(call, "/v1/zone", body, &preview);

	*ret_is_wanted = FALSE;
	if (failed != KN_EXIT_OK)
		return failed;
	if (!call->is_dry_run && kn_doc_int(kn_doc_root(preview), "n_sessions", 0) > 0)
		return confirm(call, kn_doc_root(preview), ret_is_wanted);
	if (call->is_json)
		kn_call_print_json(call, preview);
	else
		kn_print_rezone(&call->term, call->out, kn_doc_root(preview));
	return KN_EXIT_OK;
}

/* with a bar: years of sessions take their time */
static gint
move(KnCall *call, const gchar *zone)
{
	static const gchar last[] = "knead: the hub goes on moving them\n"
				    "  When it is done, it stands in: knead log\n"
				    "  If it does not in a while, type the same again.\n";
	g_autofree gchar *body = new_body(call, zone, FALSE);
	g_autoptr(JsonNode) begun = NULL;
	g_autoptr(JsonNode) job = NULL;
	gint failed = kn_call_ask(call, "/v1/zone", body, &begun);

	if (failed == KN_EXIT_OK)
		failed = kn_progress_wait_for_job(call, "Moving", last, begun, &job);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		kn_call_print_json(call, job);
	else
		kn_print_rezone(&call->term, call->out, kn_doc_object(kn_doc_root(job), "result"));
	return KN_EXIT_OK;
}

gint
kn_cmd_rezone(KnCall *call, const gchar *argument)
{
	gboolean is_wanted = call->is_yes;
	gint failed = KN_EXIT_OK;

	if (call->is_yes && call->is_dry_run)
		return kn_call_usage("rezone", "--dry-run and --yes are opposites");
	if (!g_utf8_validate(argument, -1, NULL))
		return kn_call_usage("rezone", "a time zone is a name like Europe/Berlin");
	if (!call->is_yes)
		failed = ask_first(call, argument, &is_wanted);
	return failed == KN_EXIT_OK && is_wanted ? move(call, argument) : failed;
}
