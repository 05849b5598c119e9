/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/request.h"

#include "serve/problem.h"
#include <string.h>

static void
request_clear(gpointer data)
{
	KnRequest *request = data;

	if (request->work_free != NULL)
		request->work_free(request->work);
	g_clear_pointer(&request->query, g_hash_table_unref);
	g_clear_pointer(&request->argument, g_free);
	g_clear_pointer(&request->client, kn_client_unref);
	g_clear_object(&request->message);
}

KnRequest *
kn_request_ref(KnRequest *request)
{
	return g_rc_box_acquire(request);
}

void
kn_request_unref(KnRequest *request)
{
	g_rc_box_release_full(request, request_clear);
}

KnRequest *
kn_request_new(KnServer *server, KnClient *client, SoupServerMessage *message)
{
	KnRequest *request = g_rc_box_new0(KnRequest);

	request->server = server;
	request->client = kn_client_ref(client);
	request->message = g_object_ref(message);
	client->request = request;
	g_ptr_array_add(server->requests, request);
	return request;
}

gboolean
kn_request_is_open(const KnRequest *request)
{
	return request->server != NULL;
}

void
kn_request_pause(KnRequest *request)
{
	kn_client_watch_hangup(request->client);
	/* a stream that has begun pauses by itself whenever it has nothing to say */
	if (request->stream != NULL)
		return;
	request->is_paused = TRUE;
	soup_server_message_pause(request->message);
	kn_client_set_deadline(request->client, request->server->timeouts.answer_ms);
}

void
kn_request_abandon(KnRequest *request)
{
	KnServer *server = g_steal_pointer(&request->server);

	request->client->request = NULL;
	/* now, not with the last reference: a stream's owner must not write to it any more */
	if (g_steal_pointer(&request->stream) != NULL) {
		request->work_free(g_steal_pointer(&request->work));
		request->work_free = NULL;
	}
	if (server != NULL)
		g_ptr_array_remove_fast(server->requests, request);
}

static void
send_text(KnRequest *request, guint status, const gchar *type, gchar *text /* owned */)
{
	SoupServerMessage *message = request->message;
	SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
	KnClient *client = request->client;

	soup_message_headers_replace(headers, "Connection", "close");
	soup_message_headers_replace(headers, "Cache-Control", "no-store");
	/* set_response appends */
	soup_message_body_truncate(soup_server_message_get_response_body(message));
	soup_server_message_set_response(message, type, SOUP_MEMORY_TAKE, text, strlen(text));
	soup_server_message_set_status(message, status, NULL);
	if (status == SOUP_STATUS_SERVICE_UNAVAILABLE)
		soup_message_headers_replace(headers, "Retry-After", "5");
	kn_client_set_deadline(client, request->server->timeouts.write_ms);
	if (client->hangup != NULL) {
		g_source_destroy(client->hangup);
		g_clear_pointer(&client->hangup, g_source_unref);
	}
	if (request->is_paused)
		soup_server_message_unpause(message);
	kn_request_abandon(request);
}

void
kn_request_answer(KnRequest *request, JsonNode *document)
{
	kn_request_answer_status(request, SOUP_STATUS_OK, document);
}

void
kn_request_answer_status(KnRequest *request, guint status, JsonNode *document)
{
	if (kn_request_is_open(request))
		send_text(request, status, "application/json", json_to_string(document, FALSE));
	json_node_unref(document);
}

void
kn_request_answer_text(KnRequest *request, gchar *text)
{
	if (kn_request_is_open(request))
		send_text(request, SOUP_STATUS_OK, "application/json", text);
	else
		g_free(text);
}

void
kn_request_answer_problem(KnRequest *request, guint status, const gchar *kind, const gchar *detail,
			  const gchar *hint)
{
	if (kn_request_is_open(request))
		send_text(request, status, KN_PROBLEM_TYPE,
			  kn_problem_new_text(status, kind, detail, hint));
}

JsonNode *
kn_request_problem_of(const GError *error)
{
	static const struct {
		gint code;
		guint status;
		const gchar *kind;
		const gchar *hint;
	} rows[] = {
		{KN_HUB_ERROR_NOT_FOUND, SOUP_STATUS_NOT_FOUND, "not-found",
		 "See what there is: knead sessions, knead devices, knead edits"},
		{KN_HUB_ERROR_BUSY, SOUP_STATUS_CONFLICT, "busy", "Try again when it is done."},
		{KN_HUB_ERROR_NOT_READY, SOUP_STATUS_CONFLICT, "not-ready",
		 "See how the hub is: knead status; one massager: knead why DEVICE"},
		{KN_HUB_ERROR_CONFLICT, SOUP_STATUS_CONFLICT, "conflict",
		 "See how things are: knead sessions, knead edits, knead person list"},
		{KN_HUB_ERROR_DEGRADED, SOUP_STATUS_SERVICE_UNAVAILABLE, "degraded",
		 "See what is wrong: knead status"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_error_matches(error, KN_HUB_ERROR, rows[i].code))
			return kn_problem_new(rows[i].status, rows[i].kind, error->message,
					      rows[i].hint);
	return kn_problem_new(SOUP_STATUS_INTERNAL_SERVER_ERROR, "failed", error->message,
			      "See what is wrong: knead status");
}

void
kn_request_answer_error(KnRequest *request, const GError *error)
{
	g_autoptr(JsonNode) problem = kn_request_problem_of(error);
	guint status = (guint)json_object_get_int_member(json_node_get_object(problem), "status");

	if (kn_request_is_open(request))
		send_text(request, status, KN_PROBLEM_TYPE, json_to_string(problem, FALSE));
}
