/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client-private.h"

#include "core/base/json-depth.h"
#include "ctl/doc.h"
#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

G_DEFINE_QUARK(kn_client_error_quark, kn_client_error)

enum { TIMEOUT_S = 45 }; /* the hub itself gives up after 30 */

JsonNode *
kn_client_parse(GBytes *body)
{
	gsize n_bytes = 0;
	const gchar *text = g_bytes_get_data(body, &n_bytes);
	g_autoptr(JsonParser) parser = json_parser_new();

	if (text == NULL || !g_utf8_validate_len(text, n_bytes, NULL) ||
	    !kn_json_depth_is_within(text, n_bytes, KN_JSON_DEPTH_MAX) ||
	    !json_parser_load_from_data(parser, text, (gssize)n_bytes, NULL))
		return NULL;
	return json_parser_steal_root(parser);
}

static KnClientError
code_of(guint status)
{
	switch (status) {
	case SOUP_STATUS_BAD_REQUEST:
		return KN_CLIENT_ERROR_USAGE;
	case SOUP_STATUS_FORBIDDEN:
		return KN_CLIENT_ERROR_DENIED;
	case SOUP_STATUS_NOT_FOUND:
		return KN_CLIENT_ERROR_NOT_FOUND;
	default:
		return KN_CLIENT_ERROR_FAILED;
	}
}

static void
judge(guint status, JsonObject *problem, GError **error)
{
	const gchar *detail = kn_doc_text(problem, "detail");

	g_set_error(error, KN_CLIENT_ERROR, (gint)code_of(status), "%s\n%s",
		    detail[0] != '\0' ? detail : "The hub refused.", kn_doc_text(problem, "hint"));
}

void
kn_client_judge(JsonObject *problem, GError **error)
{
	judge((guint)MAX(kn_doc_int(problem, "status", 0), 0), problem, error);
}

JsonNode *
kn_client_read(guint status, GBytes *body, GError **error)
{
	g_autoptr(JsonNode) node = kn_client_parse(body);
	JsonObject *object = kn_doc_root(node);

	if (object == NULL) {
		g_set_error_literal(
			error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_FAILED,
			"What answered on the socket is not knead.\nIs --socket right?");
		return NULL;
	}
	if (SOUP_STATUS_IS_SUCCESSFUL(status))
		return g_steal_pointer(&node);
	judge(status, object, error);
	return NULL;
}

void
kn_client_explain(const gchar *socket_path, const GError *reason, GError **error)
{
	if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
	    g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
		g_set_error(
			error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_NOT_RUNNING,
			"The hub is not running (nothing answers on %s).\n" KN_CLIENT_START_HINT,
			socket_path);
	else if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
		g_set_error(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_DENIED,
			    "You may not talk to the hub.\n"
			    "Run: sudo adduser \"$USER\" knead   then log out and in again; "
			    "or put sudo before the command.");
	else
		g_set_error(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_FAILED,
			    "The hub did not answer: %s.\nTry again in a minute.", reason->message);
}

static SoupMessage *
new_message(const gchar *path, const gchar *body)
{
	g_autofree gchar *url = g_strconcat("http://knead", path, NULL);
	SoupMessage *message = soup_message_new(body != NULL ? "POST" : "GET", url);
	g_autoptr(GBytes) bytes = NULL;

	if (message == NULL || body == NULL)
		return message;
	bytes = g_bytes_new(body, strlen(body));
	soup_message_set_request_body_from_bytes(message, "application/json", bytes);
	return message;
}

JsonNode *
kn_client_ask(const gchar *socket_path, const gchar *path, const gchar *body, GError **error)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(socket_path);
	g_autoptr(SoupSession) session = soup_session_new_with_options(
		"remote-connectable", address, "timeout", TIMEOUT_S, "proxy-resolver", NULL, NULL);
	g_autoptr(SoupMessage) message = new_message(path, body);
	g_autoptr(GError) reason = NULL;
	g_autoptr(GBytes) answer = NULL;

	if (message == NULL) {
		g_set_error_literal(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_USAGE,
				    "That can not be asked.\nSee knead --help");
		return NULL;
	}
	answer = soup_session_send_and_read(session, message, NULL, &reason);
	if (answer == NULL) {
		kn_client_explain(socket_path, reason, error);
		return NULL;
	}
	return kn_client_read(soup_message_get_status(message), answer, error);
}
