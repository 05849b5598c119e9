/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the conversation of a pairing: what the massager shows, and what the person types */

#include "core/log/device.h"
#include "ctl/client.h"
#include "ctl/past.h"
#include "ctl/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 80, PASSKEY_DIGITS = 6 };

typedef struct {
	KnCall *call;
	gchar *id;   /* owned: of the job */
	gchar *step; /* owned: what was told last */
} Pairing;

/* at once, and beside the document if a program reads that */
static void
say(const Pairing *pairing, const gchar *text)
{
	FILE *to = pairing->call->is_json ? stderr : stdout;

	fputs(text, to);
	fflush(to);
}

/* A line from the person without its end; NULL: there is none. New. */
static gchar *
read_answer(const Pairing *pairing, const gchar *question)
{
	gchar line[LINE_MAX_BYTES];

	say(pairing, question);
	if (fgets(line, sizeof line, stdin) == NULL)
		return NULL;
	return g_strdup(g_strstrip(line));
}

static gboolean
is_passkey(const gchar *text)
{
	return strlen(text) == PASSKEY_DIGITS && strspn(text, "0123456789") == PASSKEY_DIGITS;
}

static gint
send_answer(const Pairing *pairing, const gchar *body)
{
	g_autofree gchar *path = g_strconcat("/v1/pairings/", pairing->id, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) node = NULL;

	node = kn_client_ask(pairing->call->socket_path, path, body, &error);
	/* it ended while the person was typing: the job tells how */
	if (node != NULL || g_error_matches(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_NOT_FOUND))
		return KN_EXIT_OK;
	return kn_call_fail(pairing->call, error);
}

static gint
ask_passkey(const Pairing *pairing)
{
	g_autofree gchar *body = NULL;
	g_autofree gchar *text = NULL;

	do {
		g_free(text);
		text = read_answer(pairing, "Type the six digits that the massager shows: ");
		if (text == NULL)
			return send_answer(pairing, "{\"confirm\": false}");
	} while (!is_passkey(text));
	body = g_strdup_printf("{\"passkey\": \"%s\"}", text);
	return send_answer(pairing, body);
}

static gint
ask_confirmation(const Pairing *pairing, const gchar *number)
{
	g_autofree gchar *question = g_strdup_printf("Does the massager show %s? [y/N] ", number);
	g_autofree gchar *text = read_answer(pairing, question);
	gboolean is_yes = text != NULL && (text[0] == 'y' || text[0] == 'Y');

	return send_answer(pairing, is_yes ? "{\"confirm\": true}" : "{\"confirm\": false}");
}

static void
show_passkey(const Pairing *pairing, const gchar *number)
{
	g_autofree gchar *text = g_strdup_printf("Type on the massager: %s\n", number);

	say(pairing, text);
}

/* tells a step once, and asks what it asks */
static gint
follow_step(Pairing *pairing, JsonObject *job)
{
	const gchar *step = kn_doc_text(job, "step");
	g_autofree gchar *number = kn_term_text(&pairing->call->term, kn_doc_text(job, "number"));

	if (g_strcmp0(step, pairing->step) == 0)
		return KN_EXIT_OK;
	g_free(pairing->step);
	pairing->step = g_strdup(step);
	if (g_str_equal(step, "searching"))
		say(pairing, "Listening for it; press its button if it has to be made ready.\n");
	else if (g_str_equal(step, "pairing"))
		say(pairing, "Pairing.\n");
	else if (g_str_equal(step, "shows-passkey"))
		show_passkey(pairing, number);
	else if (g_str_equal(step, "wants-passkey"))
		return ask_passkey(pairing);
	else if (g_str_equal(step, "wants-confirmation"))
		return ask_confirmation(pairing, number);
	return KN_EXIT_OK;
}

static void
tell_paired(const Pairing *pairing, JsonObject *result, const gchar *address)
{
	const KnTerm *term = &pairing->call->term;
	GString *out = pairing->call->out;
	gboolean was_paired_already = kn_doc_bool(result, "was_paired_already");
	g_autofree gchar *again = g_strdup_printf(
		"%s To pair it anew: sudo bluetoothctl remove %s and then: sudo knead pair %s",
		was_paired_already
			? "If it was reset since, it has forgotten that."
			: "Nobody had to confirm anything: this kind of pairing cannot tell "
			  "whether somebody else was in between. Were you not alone?",
		address, address);
	g_autofree gchar *paired =
		g_strconcat(address,
			    was_paired_already ? " was paired already; it is recorded from now on."
					       : " is paired, and recorded from now on.",
			    NULL);

	kn_print_wrapped(term, out, "", paired);
	if (was_paired_already || kn_doc_bool(result, "is_just_works"))
		kn_print_wrapped(term, out, "  ", again);
}

/* pairing has gone well whether that can be asked or not */
static void
tell_zone(KnCall *call)
{
	g_autoptr(JsonNode) status = kn_client_ask(call->socket_path, "/v1/status", NULL, NULL);

	if (status != NULL)
		kn_print_zone_hint(&call->term, call->out, kn_doc_root(status));
}

/* only of a massager that is new here, and only with a person at the terminal: without an answer all is shown */
static gint
ask_about_past(const Pairing *pairing, JsonObject *result)
{
	KnCall *call = pairing->call;
	g_autofree gchar *address = kn_device_normalize_address(kn_doc_text(result, "address"));
	g_autofree gchar *see = NULL;
	gint failed = KN_EXIT_OK;

	if (address == NULL)
		return KN_EXIT_OK;
	if (!kn_doc_bool(result, "was_recorded") && call->sessions_from == NULL &&
	    isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		say(pairing, call->out->str);
		g_string_truncate(call->out, 0);
		failed = kn_past_ask(call, address);
	}
	see = g_strdup_printf("See how it goes: knead why %s", address);
	kn_print_wrapped(&call->term, call->out, "  ", see);
	if (failed == KN_EXIT_OK)
		tell_zone(call);
	return failed;
}

static gint
tell_end(const Pairing *pairing, JsonNode *node)
{
	JsonObject *result = kn_doc_object(kn_doc_root(node), "result");
	const KnTerm *term = &pairing->call->term;
	g_autofree gchar *address = kn_term_text(term, kn_doc_text(result, "address"));
	g_autofree gchar *error = kn_term_text(term, kn_doc_text(result, "error"));

	if (pairing->call->is_json)
		kn_call_print_json(pairing->call, node);
	if (kn_doc_bool(result, "is_bonded") && !kn_doc_bool(result, "is_paired")) {
		g_printerr("knead: %s is paired, but not recorded: %s\n  As soon as that is "
			   "mended: sudo knead allow %s\n",
			   address, error, address);
		return KN_EXIT_FAILED;
	}
	if (!kn_doc_bool(result, "is_paired")) {
		g_printerr("knead: pairing %s failed: %s\n  Press its button and try again; what "
			   "is wrong with it: knead why %s\n",
			   address, error, address);
		return KN_EXIT_FAILED;
	}
	if (pairing->call->is_json)
		return KN_EXIT_OK;
	tell_paired(pairing, result, address);
	return ask_about_past(pairing, result);
}

static gint
converse(Pairing *pairing, JsonNode *first)
{
	g_autoptr(JsonNode) node = json_node_ref(first);
	gint failed = KN_EXIT_OK;

	while (failed == KN_EXIT_OK) {
		g_autofree gchar *path = NULL;
		JsonObject *job = kn_doc_root(node);

		if (g_str_equal(kn_doc_text(job, "state"), "done"))
			return tell_end(pairing, node);
		failed = follow_step(pairing, job);
		path = g_strdup_printf("/v1/jobs/%s?wait=25&step=%s", pairing->id, pairing->step);
		g_clear_pointer(&node, json_node_unref);
		if (failed == KN_EXIT_OK)
			failed = kn_call_ask(pairing->call, path, NULL, &node);
	}
	return failed;
}

gint
kn_cmd_pair(KnCall *call, const gchar *argument)
{
	g_autofree gchar *address = kn_device_normalize_address(argument);
	g_autofree gchar *body = NULL;
	g_autoptr(JsonNode) node = NULL;
	Pairing pairing = {.call = call};
	gint failed = KN_EXIT_OK;

	if (address == NULL)
		return kn_call_usage("pair",
				     "an address looks like C0:FF:EE:00:00:01; see: knead scan");
	failed = kn_past_check(call, "pair");
	if (failed != KN_EXIT_OK)
		return failed;
	body = kn_past_body(call, address);
	failed = kn_call_ask(call, "/v1/pairings", body, &node);
	if (failed != KN_EXIT_OK)
		return failed;
	pairing.id = g_uri_escape_string(kn_doc_text(kn_doc_root(node), "id"), NULL, FALSE);
	failed = converse(&pairing, node);
	g_free(pairing.id);
	g_free(pairing.step);
	return failed;
}
