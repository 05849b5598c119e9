/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/output.h"
#include "ctl/print.h"
#include "ctl/progress.h"

enum { LIMIT_DEFAULT = 20 };

typedef struct {
	KnCall *call;
	gboolean is_dropped; /* the last document said so */
} Follow;

static gboolean
on_event(JsonNode *document, gpointer data)
{
	Follow *follow = data;
	KnCall *call = follow->call;

	follow->is_dropped = g_str_equal(kn_doc_text(kn_doc_root(document), "class"), "dropped");
	if (call->is_json)
		return kn_call_print_line(document);
	g_string_truncate(call->out, 0);
	kn_print_event(&call->term, call->out, kn_doc_root(document));
	if (!kn_output_put(call->out->str))
		return FALSE;
	g_string_truncate(call->out, 0);
	return TRUE;
}

/* from the last one that was shown on */
static gint
go_on(KnCall *call, JsonArray *shown)
{
	JsonObject *last = kn_doc_at(shown, kn_doc_length(shown) - 1);
	g_autofree gchar *device = kn_call_device_query(call, "&");
	g_autofree gchar *path = g_strdup_printf(
		"/v1/events?follow=1&class=session,link,alarm&since=%" G_GINT64_FORMAT "%s",
		kn_doc_int(last, "id", 0), device);
	g_autoptr(GError) error = NULL;
	Follow follow = {.call = call};
	KnEndings endings;
	gboolean is_fine = FALSE;

	/* it has no end of its own: who ends it has seen enough */
	kn_endings_begin(&endings);
	is_fine = kn_client_follow(call->socket_path, path, on_event, &follow, endings.cancellable,
				   &error);
	kn_endings_end(&endings);
	if (!is_fine)
		return kn_call_fail(call, error);
	if (follow.is_dropped)
		g_printerr("knead: whoever reads this was too slow, and the hub cut it off\n"
			   "  Run it again: it goes on behind what you saw.\n");
	return follow.is_dropped ? KN_EXIT_FAILED : KN_EXIT_OK;
}

static void
print_page(KnCall *call, JsonNode *page)
{
	JsonArray *events = kn_doc_array(kn_doc_root(page), "events");

	if (!call->is_json) {
		kn_print_log(&call->term, call->out, kn_doc_root(page));
		(void)kn_output_put(call->out->str);
		g_string_truncate(call->out, 0);
		return;
	}
	/* a stream of documents is a stream from its first one on */
	for (guint i = 0; i < kn_doc_length(events); i++)
		kn_call_print_line(json_array_get_element(events, i));
}

gint
kn_cmd_log(KnCall *call, const gchar *argument)
{
	g_autofree gchar *device = kn_call_device_query(call, "&");
	g_autofree gchar *path = g_strdup_printf(
		"/v1/log?limit=%d%s", call->limit > 0 ? call->limit : LIMIT_DEFAULT, device);
	g_autoptr(JsonNode) page = NULL;
	gint failed = kn_call_ask(call, path, NULL, &page);

	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_follow) {
		print_page(call, page);
		return go_on(call, kn_doc_array(kn_doc_root(page), "events"));
	}
	if (call->is_json)
		kn_call_print_json(call, page);
	else
		kn_print_log(&call->term, call->out, kn_doc_root(page));
	return KN_EXIT_OK;
}
