/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* sessions put right by hand: split, merged, deleted, and all of that taken back */

#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/moment.h"
#include "ctl/print.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 80, MINUTES_MAX = 24 * 60, EDITS_DEFAULT = 20, NARROW = 72 };

static void
print_done(KnCall *call, JsonObject *done)
{
	const gchar *kind = kn_doc_text(done, "kind");
	gint64 id = kn_doc_int(done, "session_id", 0);
	gint64 other = kn_doc_int(done, "other_session_id", 0);
	g_autoptr(GString) line = g_string_new(NULL);

	if (g_str_equal(kind, "split") && other != 0)
		g_string_append_printf(line,
				       "Split: sessions %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
				       id, other);
	else
		g_string_append_printf(line, "%s: session %" G_GINT64_FORMAT,
				       g_str_equal(kind, "merge") ? "Merged" : "Deleted", id);
	g_string_append_printf(line, ". To take it back: sudo knead undo %" G_GINT64_FORMAT,
			       kn_doc_int(done, "edit_id", 0));
	kn_print_wrapped(&call->term, call->out, "", line->str);
}

static gint
send(KnCall *call, const gchar *path, JsonNode *body, JsonNode **ret_done)
{
	g_autofree gchar *text = body != NULL ? json_to_string(body, FALSE) : g_strdup("");
	gint failed = kn_call_ask(call, path, text, ret_done);

	if (failed == KN_EXIT_OK && call->is_json)
		kn_call_print_json(call, *ret_done);
	return failed;
}

static gint
edit(KnCall *call, gint64 id, const gchar *verb, JsonNode *body)
{
	g_autofree gchar *path = g_strdup_printf("/v1/sessions/%" G_GINT64_FORMAT "/%s", id, verb);
	g_autoptr(JsonNode) done = NULL;
	gint failed = send(call, path, body, &done);

	if (failed == KN_EXIT_OK && !call->is_json)
		print_done(call, kn_doc_root(done));
	return failed;
}

/* ---- split ---- */

static gint
read_moment(KnCall *call, gint64 id, JsonObject *body)
{
	g_autofree gchar *path = g_strdup_printf("/v1/sessions/%" G_GINT64_FORMAT, id);
	g_autofree gchar *at = NULL;
	g_autoptr(JsonNode) session = NULL;
	guint64 minutes = 0;
	gint failed = KN_EXIT_OK;

	if (call->after != NULL) {
		if (!g_ascii_string_to_unsigned(call->after, 10, 1, MINUTES_MAX, &minutes, NULL))
			return kn_call_usage("split", "--after takes a number of minutes");
		json_object_set_int_member(body, "after_ms", (gint64)minutes * 60000);
		return KN_EXIT_OK;
	}
	failed = kn_call_ask(call, path, NULL, &session);
	if (failed != KN_EXIT_OK)
		return failed;
	if (!kn_doc_has(kn_doc_root(session), "start"))
		return kn_call_usage("split", "nobody knows when the session was: give --after");
	at = kn_moment_within(kn_doc_root(session), call->at);
	if (at == NULL)
		return kn_call_usage("split", "--at takes a time of day like 07:40 or 07:40:30");
	json_object_set_string_member(body, "at", at);
	return KN_EXIT_OK;
}

gint
kn_cmd_split(KnCall *call, const gchar *argument)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *body = json_object_new();
	gint64 id = 0;
	gint failed = KN_EXIT_OK;

	json_node_take_object(node, body);
	if ((call->at == NULL) == (call->after == NULL))
		return kn_call_usage(
			"split", "say where to cut it, in one way: --after MINUTES or --at TIME");
	failed = kn_call_find_session(call, "split", argument, &id);
	if (failed == KN_EXIT_OK)
		failed = read_moment(call, id, body);
	return failed == KN_EXIT_OK ? edit(call, id, "split", node) : failed;
}

/* ---- merge, delete ---- */

gint
kn_cmd_merge(KnCall *call, const gchar *argument)
{
	g_auto(GStrv) words = g_strsplit(argument, " ", -1);
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *body = json_object_new();
	gint64 ids[2] = {0};

	json_node_take_object(node, body);
	if (g_strv_length(words) != 2)
		return kn_call_usage("merge", "merge takes two sessions");
	for (guint i = 0; i < 2; i++) {
		gint failed = kn_call_find_session(call, "merge", words[i], &ids[i]);

		if (failed != KN_EXIT_OK)
			return failed;
	}
	json_object_set_int_member(body, "session_id", ids[1]);
	return edit(call, ids[0], "merge", node);
}

/* *ret_is_wanted: the person at the terminal says so */
static gint
confirm(KnCall *call, gint64 id, gboolean *ret_is_wanted)
{
	g_autofree gchar *path = g_strdup_printf("/v1/sessions/%" G_GINT64_FORMAT, id);
	g_autoptr(JsonNode) session = NULL;
	g_autofree gchar *when = NULL;
	g_autofree gchar *time = NULL;
	g_autofree gchar *device = NULL;
	g_autofree gchar *who = NULL;
	gchar line[LINE_MAX_BYTES];
	gint failed = KN_EXIT_OK;

	if (isatty(STDIN_FILENO) == 0)
		return kn_call_usage("delete", "nobody is there to be asked: give --yes");
	failed = kn_call_ask(call, path, NULL, &session);
	if (failed != KN_EXIT_OK)
		return failed;
	when = kn_format_when(kn_doc_text(kn_doc_root(session), "start"), "");
	time = kn_format_duration(
		(guint64)MAX(kn_doc_int(kn_doc_root(session), "duration_ms", 0), 0));
	device = kn_print_device_name(&call->term, kn_doc_object(kn_doc_root(session), "device"));
	who = kn_term_text(&call->term,
			   kn_doc_text(kn_doc_object(kn_doc_root(session), "person"), "label"));
	fprintf(stderr,
		"Session %" G_GINT64_FORMAT
		"%s%s, %s, %s, %s: would be in no list and no sum any more.\nGo on? [y/N] ",
		id, who[0] != '\0' ? " of " : "", who, device, when, time);
	*ret_is_wanted =
		fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
	if (!*ret_is_wanted)
		g_string_append(call->out, "Nothing was changed.\n");
	return KN_EXIT_OK;
}

gint
kn_cmd_delete(KnCall *call, const gchar *argument)
{
	gboolean is_wanted = call->is_yes;
	gint64 id = 0;
	gint failed = kn_call_find_session(call, "delete", argument, &id);

	if (failed == KN_EXIT_OK && !is_wanted)
		failed = confirm(call, id, &is_wanted);
	if (failed != KN_EXIT_OK || !is_wanted)
		return failed;
	return edit(call, id, "delete", NULL);
}

/* ---- undo, edits ---- */

gint
kn_cmd_undo(KnCall *call, const gchar *argument)
{
	g_autofree gchar *path = NULL;
	g_autoptr(JsonNode) done = NULL;
	guint64 id = 0;
	gint failed = KN_EXIT_OK;

	if (!g_str_equal(argument, "last") &&
	    !g_ascii_string_to_unsigned(argument, 10, 1, G_MAXINT64, &id, NULL))
		return kn_call_usage("undo", "EDIT is last, or a number that knead edits lists");
	path = g_strdup_printf("/v1/edits/%s/undo", argument);
	failed = send(call, path, NULL, &done);
	if (failed == KN_EXIT_OK && !call->is_json)
		g_string_append_printf(call->out, "Taken back: %s %" G_GINT64_FORMAT ".\n",
				       kn_doc_text(kn_doc_root(done), "kind"),
				       kn_doc_int(kn_doc_root(done), "edit_id", 0));
	return failed;
}

static void
append_edit(KnCall *call, JsonObject *edit)
{
	g_autofree gchar *day = kn_format_day(kn_doc_text(edit, "at"));
	g_autofree gchar *clock = kn_format_clock(kn_doc_text(edit, "at"));
	g_autofree gchar *when = g_strconcat(day, " ", clock, NULL);
	g_autofree gchar *when_fit = kn_term_fit(&call->term, when, 17);
	g_autofree gchar *kind = kn_term_fit(&call->term, kn_doc_text(edit, "kind"), 6);
	gint64 session = kn_doc_int(edit, "session_id", 0);
	g_autofree gchar *number = g_strdup_printf("session %" G_GINT64_FORMAT, session);
	g_autofree gchar *rest = g_strdup_printf(
		"%s, by user %" G_GINT64_FORMAT "%s", session > 0 ? number : "no session any more",
		kn_doc_int(edit, "uid", 0), kn_doc_has(edit, "undone") ? " (taken back)" : "");

	g_string_append_printf(call->out, "%5" G_GINT64_FORMAT "  %s  %s",
			       kn_doc_int(edit, "id", 0), when_fit, kind);
	if (call->term.width >= NARROW) {
		g_string_append_printf(call->out, "  %s\n", rest);
		return;
	}
	g_string_append_c(call->out, '\n');
	kn_print_wrapped(&call->term, call->out, "       ", rest);
}

gint
kn_cmd_edits(KnCall *call, const gchar *argument)
{
	g_autofree gchar *path = g_strdup_printf("/v1/edits?limit=%d",
						 call->limit > 0 ? call->limit : EDITS_DEFAULT);
	g_autoptr(JsonNode) node = NULL;
	JsonArray *edits = NULL;
	gint failed = kn_call_ask(call, path, NULL, &node);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json) {
		kn_call_print_json(call, node);
		return KN_EXIT_OK;
	}
	edits = kn_doc_array(kn_doc_root(node), "edits");
	if (kn_doc_length(edits) == 0)
		g_string_append(call->out, "No session was split, merged or deleted by hand.\n");
	for (guint i = 0; i < kn_doc_length(edits); i++)
		append_edit(call, kn_doc_at(edits, i));
	return KN_EXIT_OK;
}
