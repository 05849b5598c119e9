/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/client.h"

#include "serve/limit-stream.h"
#include "serve/problem.h"
#include "serve/stream.h"
#include <string.h>

/* libsoup asks the local address for a host when an HTTP/1.0 client sends none, and takes it for an Internet address unasked */
static GSocketAddress *
new_local_address(void)
{
	g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);

	return g_inet_socket_address_new(loopback, 80);
}

void
kn_source_clear(GSource **source)
{
	if (*source == NULL)
		return;
	g_source_destroy(*source);
	g_clear_pointer(source, g_source_unref);
}

static void
client_clear(gpointer data)
{
	KnClient *client = data;

	kn_source_clear(&client->deadline);
	kn_source_clear(&client->hangup);
	kn_peer_clear(&client->peer);
	g_clear_object(&client->socket);
}

KnClient *
kn_client_ref(KnClient *client)
{
	return g_rc_box_acquire(client);
}

void
kn_client_unref(KnClient *client)
{
	g_rc_box_release_full(client, client_clear);
}

KnClient *
kn_client_of(SoupServerMessage *message)
{
	return g_object_get_data(G_OBJECT(soup_server_message_get_remote_address(message)),
				 "kn-client");
}

static gboolean
on_deadline(gpointer data)
{
	KnClient *client = data;

	kn_source_clear(&client->deadline);
	if (client->request != NULL && client->request->stream != NULL)
		kn_stream_drop(client->request->stream);
	else if (client->request != NULL)
		kn_request_answer_problem(
			client->request, SOUP_STATUS_SERVICE_UNAVAILABLE, "timeout",
			"The hub did not have the answer in time.",
			"Try again in a minute; if it stays so, look at: knead status");
	else
		g_socket_shutdown(client->socket, TRUE, TRUE, NULL);
	return G_SOURCE_REMOVE;
}

void
kn_client_set_deadline(KnClient *client, guint timeout_ms)
{
	kn_source_clear(&client->deadline);
	client->deadline = g_timeout_source_new(timeout_ms);
	g_source_set_callback(client->deadline, on_deadline, client, NULL);
	g_source_attach(client->deadline, NULL);
}

static gboolean
on_hangup(GSocket *socket, GIOCondition condition, gpointer data)
{
	KnClient *client = data;

	kn_source_clear(&client->hangup);
	/* libsoup finds out by itself when it writes this */
	if (client->request != NULL && client->request->stream != NULL)
		kn_stream_end(client->request->stream);
	else if (client->request != NULL)
		kn_request_answer_problem(client->request, SOUP_STATUS_SERVICE_UNAVAILABLE, "gone",
					  "The client has left.", NULL);
	return G_SOURCE_REMOVE;
}

void
kn_client_watch_hangup(KnClient *client)
{
	kn_source_clear(&client->hangup);
	client->hangup = g_socket_create_source(client->socket, G_IO_HUP, NULL);
	g_source_set_callback(client->hangup, G_SOURCE_FUNC(on_hangup), client, NULL);
	g_source_attach(client->hangup, NULL);
}

/* below HTTP: libsoup can not answer before it has read the whole request. Best effort, never blocks. */
static void
send_raw_problem(KnClient *client, guint status, const gchar *kind, const gchar *detail,
		 const gchar *hint)
{
	g_autofree gchar *body = kn_problem_new_text(status, kind, detail, hint);
	g_autofree gchar *answer = g_strdup_printf(
		"HTTP/1.1 %u %s\r\nContent-Type: " KN_PROBLEM_TYPE
		"\r\nContent-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n%s",
		status, soup_status_get_phrase(status), strlen(body), body);

	g_socket_send_with_blocking(client->socket, answer, strlen(answer), FALSE, NULL, NULL);
}

static void
on_closed(KnClient *client)
{
	kn_source_clear(&client->deadline);
	kn_source_clear(&client->hangup);
	if (client->server != NULL)
		g_ptr_array_remove_fast(client->server->clients, client);
	client->server = NULL;
	if (client->request != NULL)
		kn_request_abandon(client->request);
}

static void
on_limit(KnLimitEvent event, gpointer data)
{
	KnClient *client = data;

	switch (event) {
	case KN_LIMIT_CLOSED:
		on_closed(client);
		break;
	case KN_LIMIT_HEADER:
		send_raw_problem(client, 431, "header-too-large",
				 "The request's header is longer than 8 KiB.",
				 "Send fewer or shorter headers.");
		break;
	case KN_LIMIT_TOTAL:
		send_raw_problem(client, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too-large",
				 "The request is longer than 64 KiB.", "Send a shorter request.");
		break;
	case KN_LIMIT_NO_LENGTH:
		send_raw_problem(client, SOUP_STATUS_LENGTH_REQUIRED, "length-required",
				 "A body in chunks is not taken.",
				 "Send it with a Content-Length.");
		break;
	case KN_LIMIT_MALFORMED:
		send_raw_problem(client, SOUP_STATUS_BAD_REQUEST, "bad-request",
				 "The request is not well-formed HTTP/1.1.", KN_PROBLEM_HTTP_HINT);
		break;
	}
}

static void
count_clients(const KnServer *server, uid_t uid, guint *ret_n_served, guint *ret_n_of_uid,
	      guint *ret_n_refused)
{
	guint n_served = 0;
	guint n_of_uid = 0;

	for (guint i = 0; i < server->clients->len; i++) {
		const KnClient *client = g_ptr_array_index(server->clients, i);

		if (client->is_over_limit)
			continue;
		n_served++;
		if (client->peer.uid == uid)
			n_of_uid++;
	}
	*ret_n_served = n_served;
	*ret_n_of_uid = n_of_uid;
	*ret_n_refused = server->clients->len - n_served;
}

/* TRUE when the client may stay, be it to hear that there are too many */
static gboolean
admit(KnServer *server, KnClient *client)
{
	guint n_served = 0;
	guint n_of_uid = 0;
	guint n_refused = 0;

	count_clients(server, client->peer.uid, &n_served, &n_of_uid, &n_refused);
	client->is_over_limit = n_served >= KN_CLIENTS_MAX ||
				(!client->is_trusted && n_of_uid >= KN_CLIENTS_PER_UID_MAX);
	if (!client->is_over_limit)
		return TRUE;
	server->stats.n_refused_clients++;
	return n_refused < KN_REFUSALS_MAX;
}

void
kn_client_accept(KnServer *server, GSocket *socket)
{
	g_autoptr(GSocketConnection) connection = NULL;
	g_autoptr(GSocketAddress) local = new_local_address();
	/* an address of its own for each connection: libsoup hands it back with each message */
	g_autoptr(GSocketAddress) remote = new_local_address();
	g_autoptr(GIOStream) stream = NULL;
	KnClient *client = g_rc_box_new0(KnClient);

	client->server = server;
	client->socket = g_object_ref(socket);
	server->read_peer(g_socket_get_fd(socket), &client->peer);
	client->right = kn_peer_right(&client->peer, &server->rule);
	client->is_trusted = kn_peer_is_trusted(&client->peer, &server->rule);
	if (!admit(server, client)) {
		kn_client_unref(client);
		return;
	}
	g_ptr_array_add(server->clients, client);
	kn_client_set_deadline(client, client->is_over_limit ? server->timeouts.refuse_ms
							     : server->timeouts.read_ms);
	g_object_set_data_full(G_OBJECT(remote), "kn-client", client,
			       (GDestroyNotify)kn_client_unref);
	connection = g_socket_connection_factory_create_connection(socket);
	stream = kn_limit_stream_new(G_IO_STREAM(connection), KN_HEADER_BYTES_MAX,
				     KN_REQUEST_BYTES_MAX, on_limit, kn_client_ref(client),
				     (GDestroyNotify)kn_client_unref);
	if (!soup_server_accept_iostream(server->soup, stream, local, remote, NULL))
		g_io_stream_close(stream, NULL, NULL);
}
