/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a stream of lines, read as it comes */

#include "ctl/client-private.h"
#include "ctl/doc.h"
#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

enum { BYTES_AT_ONCE = 64 * 1024 };

typedef enum { END_CALLER, END_STREAM, END_BROKEN, END_ERROR } End;

typedef struct {
	const gchar *socket_path;
	KnClientLineFunc func;
	KnClientBytesFunc bytes_func; /* instead of func */
	guint64 n_total;              /* as the hub announced it; 0: it did not */
	gpointer data;
	GCancellable *cancellable; /* borrowed or NULL */
	GMainLoop *loop;           /* owned */
	SoupSession *session;      /* owned */
	SoupMessage *message;      /* owned */
	GDataInputStream *lines;   /* owned */
	GInputStream *body;        /* owned: for bytes */
	End end;
	GError *error; /* owned: END_ERROR */
} Stream;

static void
stop(Stream *stream, End end, GError *error /* owned or NULL */)
{
	stream->end = end;
	stream->error = error;
	g_main_loop_quit(stream->loop);
}

static void read_next(Stream *stream);

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
	Stream *stream = data;
	g_autoptr(GError) reason = NULL;
	gsize n_bytes = 0;
	g_autofree gchar *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								      result, &n_bytes, &reason);

	if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		stop(stream, END_CALLER, NULL);
	else if (line == NULL)
		stop(stream, reason != NULL ? END_BROKEN : END_STREAM, NULL);
	else if (stream->func(line, n_bytes, stream->data))
		read_next(stream);
	else
		stop(stream, END_CALLER, NULL);
}

static void
read_next(Stream *stream)
{
	g_data_input_stream_read_line_async(stream->lines, G_PRIORITY_DEFAULT, stream->cancellable,
					    on_line, stream);
}

static void read_next_bytes(Stream *stream);

static void
on_bytes(GObject *source, GAsyncResult *result, gpointer data)
{
	Stream *stream = data;
	g_autoptr(GError) reason = NULL;
	g_autoptr(GBytes) bytes =
		g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &reason);

	if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		stop(stream, END_CALLER, NULL);
	else if (bytes == NULL)
		stop(stream, END_BROKEN, NULL);
	else if (g_bytes_get_size(bytes) == 0)
		stop(stream, END_STREAM, NULL);
	else if (stream->bytes_func(bytes, stream->n_total, stream->data))
		read_next_bytes(stream);
	else
		stop(stream, END_CALLER, NULL);
}

static void
read_next_bytes(Stream *stream)
{
	g_input_stream_read_bytes_async(stream->body, BYTES_AT_ONCE, G_PRIORITY_DEFAULT,
					stream->cancellable, on_bytes, stream);
}

static void
begin_bytes(Stream *stream, GInputStream *body)
{
	const gchar *total = soup_message_headers_get_one(
		soup_message_get_response_headers(stream->message), "X-Knead-Bytes");

	if (total == NULL ||
	    !g_ascii_string_to_unsigned(total, 10, 0, G_MAXINT64, &stream->n_total, NULL))
		stream->n_total = 0;
	stream->body = g_object_ref(body);
	read_next_bytes(stream);
}

/* a refusal is a document of its own, not a stream */
static void
read_refusal(Stream *stream, GInputStream *body, guint status)
{
	g_autoptr(GBytes) bytes =
		g_input_stream_read_bytes(body, 64 * 1024, stream->cancellable, NULL);
	g_autoptr(JsonNode) node = NULL;
	GError *error = NULL;

	if (bytes == NULL)
		bytes = g_bytes_new_static("", 0);
	node = kn_client_read(status, bytes, &error);
	stop(stream, END_ERROR, error);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	Stream *stream = data;
	g_autoptr(GError) reason = NULL;
	g_autoptr(GInputStream) body =
		soup_session_send_finish(SOUP_SESSION(source), result, &reason);
	GError *error = NULL;

	if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		stop(stream, END_CALLER, NULL);
	} else if (body == NULL) {
		kn_client_explain(stream->socket_path, reason, &error);
		stop(stream, END_ERROR, error);
	} else if (soup_message_get_status(stream->message) != SOUP_STATUS_OK) {
		read_refusal(stream, body, soup_message_get_status(stream->message));
	} else if (stream->bytes_func != NULL) {
		begin_bytes(stream, body);
	} else {
		stream->lines = g_data_input_stream_new(body);
		read_next(stream);
	}
}

static void
run(Stream *stream, const gchar *method, const gchar *path)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(stream->socket_path);
	g_autofree gchar *url = g_strconcat("http://knead", path, NULL);

	/* no timeout: an hour without an event is a quiet hour */
	stream->session = soup_session_new_with_options("remote-connectable", address, "timeout", 0,
							"proxy-resolver", NULL, NULL);
	stream->message = soup_message_new(method, url);
	stream->loop = g_main_loop_new(NULL, FALSE);
	soup_session_send_async(stream->session, stream->message, G_PRIORITY_DEFAULT,
				stream->cancellable, on_answer, stream);
	g_main_loop_run(stream->loop);
	g_clear_object(&stream->lines);
	g_clear_object(&stream->body);
	g_clear_object(&stream->message);
	g_clear_object(&stream->session);
	g_main_loop_unref(stream->loop);
}

static gboolean
post(Stream *stream, const gchar *path, gboolean *ret_is_whole, GError **error)
{
	run(stream, "POST", path);
	if (stream->end == END_ERROR) {
		g_propagate_error(error, stream->error);
		return FALSE;
	}
	*ret_is_whole = stream->end == END_STREAM;
	return TRUE;
}

gboolean
kn_client_post_bytes(const gchar *socket_path, const gchar *path, KnClientBytesFunc func,
		     gpointer data, GCancellable *cancellable, gboolean *ret_is_whole,
		     GError **error)
{
	Stream stream = {.socket_path = socket_path,
			 .bytes_func = func,
			 .data = data,
			 .cancellable = cancellable};

	return post(&stream, path, ret_is_whole, error);
}

gboolean
kn_client_post_stream(const gchar *socket_path, const gchar *path, KnClientLineFunc func,
		      gpointer data, GCancellable *cancellable, gboolean *ret_is_whole,
		      GError **error)
{
	Stream stream = {
		.socket_path = socket_path, .func = func, .data = data, .cancellable = cancellable};

	return post(&stream, path, ret_is_whole, error);
}

/* ---- documents ---- */

typedef struct {
	KnClientFunc func;
	gpointer data;
	gboolean is_dropped;    /* the last document said so */
	gchar *reason;          /* owned: why, if it said that, too; NULL */
	gboolean is_unreadable; /* it was no document */
} Follow;

static gboolean
on_document_line(const gchar *line, gsize n_bytes, gpointer data)
{
	Follow *follow = data;
	g_autoptr(GBytes) bytes = g_bytes_new_static(line, n_bytes);
	g_autoptr(JsonNode) document = NULL;

	if (n_bytes == 0)
		return TRUE;
	document = kn_client_parse(bytes);
	follow->is_unreadable = document == NULL;
	if (document == NULL)
		return FALSE;
	follow->is_dropped = g_str_equal(kn_doc_text(kn_doc_root(document), "class"), "dropped");
	if (follow->is_dropped && kn_doc_has(kn_doc_root(document), "detail")) {
		g_free(follow->reason);
		follow->reason = g_strdup(kn_doc_text(kn_doc_root(document), "detail"));
	}
	return follow->func(document, follow->data);
}

gboolean
kn_client_follow(const gchar *socket_path, const gchar *path, KnClientFunc func, gpointer data,
		 GCancellable *cancellable, GError **error)
{
	Follow follow = {.func = func, .data = data};
	gboolean is_fine = FALSE;
	Stream stream = {.socket_path = socket_path,
			 .func = on_document_line,
			 .data = &follow,
			 .cancellable = cancellable};

	run(&stream, "GET", path);
	if (stream.end == END_ERROR)
		g_propagate_error(error, stream.error);
	else if (follow.is_unreadable)
		g_set_error_literal(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_FAILED,
				    "What the hub sent can not be read.\n"
				    "Are knead and kneadd of the same version?");
	else if (follow.reason != NULL)
		g_set_error(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_FAILED,
			    "The hub could not go on: %s\nTry again in a minute.", follow.reason);
	else if (stream.end != END_CALLER && !follow.is_dropped)
		/* a hub goes on for ever; one that is stopped may have no time for a last chunk */
		g_set_error_literal(error, KN_CLIENT_ERROR, KN_CLIENT_ERROR_NOT_RUNNING,
				    "The hub has ended.\n" KN_CLIENT_START_HINT);
	else
		is_fine = TRUE;
	g_free(follow.reason);
	return is_fine;
}
