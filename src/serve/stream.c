/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/stream.h"

#include <string.h>

struct KnStream {
	KnRequest *request; /* borrowed: owns the stream */
	gsize n_waiting;    /* bytes of the body that have not left */
	const gchar *last;  /* static; NULL: cut off when it is dropped */
	KnStreamFunc on_drained;
	KnStreamFunc on_end;
	gpointer data; /* borrowed: the owner's */
};

static void
stream_free(gpointer data)
{
	KnStream *stream = data;

	stream->on_end(stream->data);
	g_free(stream);
}

KnStream *
kn_stream_begin(KnRequest *request, const gchar *type, const gchar *last, KnStreamFunc on_drained,
		KnStreamFunc on_end, gpointer data)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers(request->message);
	SoupMessageBody *body = soup_server_message_get_response_body(request->message);
	KnStream *stream = g_new0(KnStream, 1);

	stream->request = request;
	stream->last = last;
	stream->on_drained = on_drained;
	stream->on_end = on_end;
	stream->data = data;
	if (request->work_free != NULL)
		request->work_free(request->work);
	request->work = stream;
	request->work_free = stream_free;
	request->stream = stream;
	soup_message_headers_replace(headers, "Connection", "close");
	soup_message_headers_replace(headers, "Cache-Control", "no-store");
	soup_message_headers_replace(headers, "Content-Type", type);
	/* the problem document that stood there in case the request was no HTTP */
	soup_message_headers_remove(headers, "Content-Length");
	soup_message_body_truncate(body);
	soup_message_body_set_accumulate(body, FALSE);
	soup_message_headers_set_encoding(headers, SOUP_ENCODING_CHUNKED);
	soup_server_message_set_status(request->message, SOUP_STATUS_OK, NULL);
	kn_source_clear(&request->client->deadline);
	if (request->is_paused)
		soup_server_message_unpause(request->message);
	return stream;
}

gpointer
kn_stream_data(KnStream *stream)
{
	return stream->data;
}

static void
append(KnStream *stream, const gchar *text, gsize n_bytes)
{
	SoupMessageBody *body = soup_server_message_get_response_body(stream->request->message);

	if (stream->n_waiting == 0)
		kn_client_set_deadline(stream->request->client,
				       stream->request->server->timeouts.write_ms);
	stream->n_waiting += n_bytes;
	soup_message_body_append(body, SOUP_MEMORY_COPY, text, n_bytes);
	soup_server_message_unpause(stream->request->message);
}

gboolean
kn_stream_write(KnStream *stream, const gchar *text, gsize n_bytes)
{
	if (stream->n_waiting + n_bytes <= KN_STREAM_BYTES_MAX) {
		append(stream, text, n_bytes);
		return TRUE;
	}
	kn_stream_drop(stream);
	return FALSE;
}

/* the request is closed, and the stream with it; libsoup still sends what it has */
static void
finish(KnStream *stream, guint timeout_ms)
{
	KnRequest *request = stream->request;
	SoupServerMessage *message = g_object_ref(request->message);
	KnClient *client = kn_client_ref(request->client);

	soup_message_body_complete(soup_server_message_get_response_body(message));
	kn_source_clear(&client->hangup);
	kn_request_abandon(request);
	kn_client_set_deadline(client, timeout_ms);
	soup_server_message_unpause(message);
	kn_client_unref(client);
	g_object_unref(message);
}

void
kn_stream_end(KnStream *stream)
{
	finish(stream, stream->request->server->timeouts.write_ms);
}

void
kn_stream_break(KnStream *stream)
{
	/* the end of all chunks then goes nowhere */
	g_socket_shutdown(stream->request->client->socket, TRUE, TRUE, NULL);
	finish(stream, stream->request->server->timeouts.refuse_ms);
}

void
kn_stream_drop(KnStream *stream)
{
	stream->request->server->stats.n_dropped_readers++;
	if (stream->last == NULL) {
		kn_stream_break(stream);
		return;
	}
	append(stream, stream->last, strlen(stream->last));
	finish(stream, stream->request->server->timeouts.refuse_ms);
}

void
kn_stream_wrote(KnStream *stream, gsize n_bytes)
{
	KnClient *client = stream->request->client;

	stream->n_waiting -= MIN(stream->n_waiting, n_bytes);
	if (stream->n_waiting > 0) {
		kn_client_set_deadline(client, stream->request->server->timeouts.write_ms);
		return;
	}
	kn_source_clear(&client->deadline);
	if (stream->on_drained != NULL)
		stream->on_drained(stream->data);
}
