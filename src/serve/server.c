/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/server.h"

#include "serve/client.h"
#include "serve/jobs.h"
#include "serve/problem.h"
#include "serve/routes.h"
#include "serve/stream.h"
#include <string.h>
#include <unistd.h>

enum { ACCEPTS_A_TURN = 16, RESUME_MS = 1000 };

G_DEFINE_QUARK(kn_serve_error_quark, kn_serve_error)
G_DEFINE_QUARK(kn_hub_error_quark, kn_hub_error)

void
kn_device_view_free(KnDeviceView *view)
{
	if (view == NULL)
		return;
	g_clear_pointer(&view->device, kn_device_free);
	g_free(view->address);
	g_free(view->name);
	g_free(view->link_error);
	g_free(view);
}

void
kn_session_view_free(KnSessionView *view)
{
	if (view == NULL)
		return;
	g_clear_pointer(&view->session, kn_session_free);
	g_clear_pointer(&view->device, kn_device_free);
	g_clear_pointer(&view->info, g_bytes_unref);
	g_clear_pointer(&view->gaps, g_array_unref);
	g_free(view->curve_hpa);
	g_free(view);
}

/* ---- requests ---- */

/* what libsoup answers by itself, because the request is not HTTP, gets at least a problem document: it is there before the
 * request is read, and whatever is answered later replaces it */
static void
on_request_started(SoupServer *soup, SoupServerMessage *message, gpointer data)
{
	gchar *text = kn_problem_new_text(SOUP_STATUS_BAD_REQUEST, "bad-request",
					  "The request is not well-formed HTTP/1.1.",
					  KN_PROBLEM_HTTP_HINT);

	soup_server_message_set_response(message, KN_PROBLEM_TYPE, SOUP_MEMORY_TAKE, text,
					 strlen(text));
	soup_message_headers_replace(soup_server_message_get_response_headers(message),
				     "Connection", "close");
}

static void
on_wrote_data(SoupServerMessage *message, guint n_bytes, gpointer data)
{
	KnServer *server = data;
	KnClient *client = kn_client_of(message);

	if (client->request != NULL && client->request->stream != NULL)
		kn_stream_wrote(client->request->stream, n_bytes);
	else if (client->server != NULL)
		kn_client_set_deadline(client, server->timeouts.write_ms);
}

static void
on_request(SoupServer *soup, SoupServerMessage *message, const gchar *path,
	   GHashTable *decoded_query, gpointer data)
{
	KnServer *server = data;
	KnClient *client = kn_client_of(message);
	g_autoptr(KnRequest) request = NULL;

	if (client->server == NULL)
		return;
	server->stats.n_requests++;
	/* libsoup would cut the answer into as many overlapping pieces as a client wants */
	soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
	g_signal_connect(message, "wrote-body-data", G_CALLBACK(on_wrote_data), server);
	request = kn_request_ref(kn_request_new(server, client, message));
	if (client->is_over_limit)
		kn_request_answer_problem(request, SOUP_STATUS_SERVICE_UNAVAILABLE,
					  "too-many-clients",
					  "Too many programs are talking to the hub at once.",
					  "Try again in a few seconds.");
	else
		kn_routes_dispatch(request, soup_server_message_get_method(message), path,
				   g_uri_get_query(soup_server_message_get_uri(message)));
	if (kn_request_is_open(request))
		kn_request_pause(request);
}

/* ---- connections ---- */

static gboolean on_connections(GSocket *listening, GIOCondition condition, gpointer data);

static void
start_accepting(KnServer *server)
{
	server->accept_source = g_socket_create_source(server->listener.socket, G_IO_IN, NULL);
	g_source_set_callback(server->accept_source, G_SOURCE_FUNC(on_connections), server, NULL);
	g_source_attach(server->accept_source, NULL);
}

static gboolean
on_resume(gpointer data)
{
	KnServer *server = data;

	kn_source_clear(&server->resume_source);
	start_accepting(server);
	return G_SOURCE_REMOVE;
}

/* out of descriptors or memory: the connection stays in the backlog, and asking again at once would only burn the processor */
static void
rest_accepting(KnServer *server)
{
	kn_source_clear(&server->accept_source);
	server->stats.n_refused_clients++;
	server->resume_source = g_timeout_source_new(RESUME_MS);
	g_source_set_callback(server->resume_source, on_resume, server, NULL);
	g_source_attach(server->resume_source, NULL);
}

static gboolean
on_connections(GSocket *listening, GIOCondition condition, gpointer data)
{
	KnServer *server = data;

	for (guint i = 0; i < ACCEPTS_A_TURN; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GSocket) socket = g_socket_accept(listening, NULL, &error);

		if (socket != NULL) {
			kn_client_accept(server, socket);
			continue;
		}
		if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
			rest_accepting(server);
		break;
	}
	return server->accept_source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- the server ---- */

static void
fill_rule(KnServer *server, const gchar *read_group, const gchar *admin_group)
{
	server->rule.own_uid = geteuid();
	server->rule.has_read_gid = kn_peer_find_group(read_group, &server->rule.read_gid);
	server->rule.has_admin_gid = kn_peer_find_group(admin_group, &server->rule.admin_gid);
	g_free(server->read_group);
	server->read_group = g_strdup(read_group);
	g_free(server->admin_group);
	server->admin_group = g_strdup(admin_group);
}

void
kn_server_set_groups(KnServer *server, const gchar *read_group, const gchar *admin_group)
{
	fill_rule(server, read_group, admin_group);
	kn_listener_give(&server->listener, server->rule.has_read_gid, server->rule.read_gid);
}

KnServer *
kn_server_new(const KnServerConfig *config, const KnHub *hub, gpointer user, GError **error)
{
	KnServer *server = g_new0(KnServer, 1);

	server->hub = *hub;
	server->user = user;
	server->read_peer = kn_peer_read;
	server->timeouts =
		(KnServerTimeouts){KN_READ_TIMEOUT_MS, KN_REFUSE_TIMEOUT_MS, KN_ANSWER_TIMEOUT_MS,
				   KN_WRITE_TIMEOUT_MS, KN_PATIENCE_MS};
	server->clients = g_ptr_array_new();
	server->followers = g_ptr_array_new();
	server->jobs = kn_jobs_new();
	server->is_backup_read = g_rc_box_new0(gboolean);
	server->requests = g_ptr_array_new_with_free_func((GDestroyNotify)kn_request_unref);
	fill_rule(server, config->read_group, config->admin_group);
	if (!kn_listener_open(config->socket_path, server->rule.has_read_gid, server->rule.read_gid,
			      &server->listener, error)) {
		kn_server_free(server);
		return NULL;
	}
	server->soup = soup_server_new("server-header", NULL, "raw-paths", TRUE, NULL);
	g_signal_connect(server->soup, "request-started", G_CALLBACK(on_request_started), NULL);
	soup_server_add_handler(server->soup, "/", on_request, server, NULL);
	soup_server_add_handler(server->soup, "*", on_request, server, NULL);
	start_accepting(server);
	return server;
}

void
kn_server_free(KnServer *server)
{
	if (server == NULL)
		return;
	kn_source_clear(&server->accept_source);
	kn_source_clear(&server->resume_source);
	kn_listener_close(&server->listener);
	/* closes every stream, which takes the clients and their requests out of the lists */
	if (server->soup != NULL)
		soup_server_disconnect(server->soup);
	g_clear_object(&server->soup);
	g_clear_pointer(&server->requests, g_ptr_array_unref);
	g_clear_pointer(&server->clients, g_ptr_array_unref);
	g_clear_pointer(&server->followers, g_ptr_array_unref);
	g_clear_pointer(&server->jobs, g_ptr_array_unref);
	g_clear_pointer(&server->is_backup_read, g_rc_box_release);
	g_free(server->read_group);
	g_free(server->admin_group);
	g_free(server);
}

void
kn_server_get_stats(const KnServer *server, KnServerStats *ret_stats)
{
	*ret_stats = server->stats;
	ret_stats->n_clients = server->clients->len;
	ret_stats->n_followers = server->followers->len;
}

void
kn_server_set_peer_func(KnServer *server, KnPeerFunc func)
{
	server->read_peer = func;
}

void
kn_server_set_timeouts(KnServer *server, const KnServerTimeouts *timeouts)
{
	server->timeouts = *timeouts;
}
