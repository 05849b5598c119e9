/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a stream of documents, read as it comes */

#include "ctl/client-private.h"
#include "ctl/doc.h"
#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

typedef struct {
	const gchar *socket_path;
	KnClientFunc func;
	gpointer data;
	GCancellable *cancellable; /* borrowed or NULL */
	GMainLoop *loop;           /* owned */
	SoupSession *session;      /* owned */
	SoupMessage *message;      /* owned */
	GDataInputStream *lines;   /* owned */
	gboolean is_dropped;       /* the last document said so */
	GError *error;             /* owned */
} Follow;

static void
stop(Follow *follow, GError *error /* owned or NULL */)
{
	follow->error = error;
	g_main_loop_quit(follow->loop);
}

static void read_next(Follow *follow);

/* FALSE: it was the last one */
static gboolean
take_line(Follow *follow, const gchar *line, gsize n_bytes)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(line, n_bytes);
	g_autoptr(JsonNode) document = NULL;

	if (n_bytes == 0)
		return TRUE;
	document = kn_client_parse(bytes);
	if (document == NULL) {
		stop(follow, g_error_new_literal(KN_CLIENT_ERROR, KN_CLIENT_ERROR_FAILED,
						 "What the hub sent can not be read.\n"
						 "Are knead and kneadd of the same version?"));
		return FALSE;
	}
	follow->is_dropped = g_str_equal(kn_doc_text(kn_doc_root(document), "class"), "dropped");
	if (follow->func(document, follow->data))
		return TRUE;
	stop(follow, NULL);
	return FALSE;
}

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
	Follow *follow = data;
	g_autoptr(GError) reason = NULL;
	gsize n_bytes = 0;
	g_autofree gchar *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								      result, &n_bytes, &reason);

	if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
	    (line == NULL && follow->is_dropped))
		stop(follow, NULL);
	else if (line == NULL)
		/* a hub goes on for ever; one that is stopped may have no time for a last chunk */
		stop(follow, g_error_new_literal(KN_CLIENT_ERROR, KN_CLIENT_ERROR_NOT_RUNNING,
						 "The hub has ended.\nStart it: sudo kneadd"));
	else if (take_line(follow, line, n_bytes))
		read_next(follow);
}

static void
read_next(Follow *follow)
{
	g_data_input_stream_read_line_async(follow->lines, G_PRIORITY_DEFAULT, follow->cancellable,
					    on_line, follow);
}

/* a refusal is a document of its own, not a stream */
static void
read_refusal(Follow *follow, GInputStream *body, guint status)
{
	g_autoptr(GBytes) bytes =
		g_input_stream_read_bytes(body, 64 * 1024, follow->cancellable, NULL);
	g_autoptr(JsonNode) node = NULL;
	GError *error = NULL;

	if (bytes == NULL)
		bytes = g_bytes_new_static("", 0);
	node = kn_client_read(status, bytes, &error);
	stop(follow, error);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	Follow *follow = data;
	g_autoptr(GError) reason = NULL;
	g_autoptr(GInputStream) body =
		soup_session_send_finish(SOUP_SESSION(source), result, &reason);
	GError *error = NULL;

	if (body == NULL) {
		if (!g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
			kn_client_explain(follow->socket_path, reason, &error);
		stop(follow, error);
		return;
	}
	if (soup_message_get_status(follow->message) != SOUP_STATUS_OK) {
		read_refusal(follow, body, soup_message_get_status(follow->message));
		return;
	}
	follow->lines = g_data_input_stream_new(body);
	read_next(follow);
}

gboolean
kn_client_follow(const gchar *socket_path, const gchar *path, KnClientFunc func, gpointer data,
		 GCancellable *cancellable, GError **error)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(socket_path);
	g_autofree gchar *url = g_strconcat("http://knead", path, NULL);
	Follow follow = {
		.socket_path = socket_path, .func = func, .data = data, .cancellable = cancellable};

	/* no timeout: an hour without an event is a quiet hour */
	follow.session = soup_session_new_with_options("remote-connectable", address, "timeout", 0,
						       "proxy-resolver", NULL, NULL);
	follow.message = soup_message_new("GET", url);
	follow.loop = g_main_loop_new(NULL, FALSE);
	soup_session_send_async(follow.session, follow.message, G_PRIORITY_DEFAULT, cancellable,
				on_answer, &follow);
	g_main_loop_run(follow.loop);
	g_clear_object(&follow.lines);
	g_clear_object(&follow.message);
	g_clear_object(&follow.session);
	g_main_loop_unref(follow.loop);
	if (follow.error == NULL)
		return TRUE;
	g_propagate_error(error, follow.error);
	return FALSE;
}
