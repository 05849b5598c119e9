/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/limit-stream.h"

#include "serve/header-check.h"
#include <string.h>

/* ---- the counting half ---- */

typedef struct {
	GInputStream parent;
	GPollableInputStream *base; /* owned */
	gsize n_header_max;
	gsize n_total_max;
	gsize n_total;
	GString *header; /* owned: as far as it came, at most n_header_max */
	gboolean is_header_over;
	gboolean is_refused;
	KnLimitFunc func;
	gpointer user; /* borrowed: of the stream that owns this */
} LimitInput;
typedef GInputStreamClass LimitInputClass;

static void limit_input_pollable_init(GPollableInputStreamInterface *iface);
static GType limit_input_get_type(void);
G_DEFINE_TYPE_WITH_CODE(LimitInput, limit_input, G_TYPE_INPUT_STREAM,
			G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM,
					      limit_input_pollable_init))

/* the end of the header as libsoup sees it: LF LF or LF CR LF. There may be NULs in it. */
static gboolean
ends_header(const GString *header)
{
	const gchar *end = header->str + header->len;

	return (header->len >= 2 && memcmp(end - 2, "\n\n", 2) == 0) ||
	       (header->len >= 3 && memcmp(end - 3, "\n\r\n", 3) == 0);
}

/* FALSE when the header is too long */
static gboolean
gather_header(LimitInput *input, const gchar *bytes, gsize n_bytes)
{
	for (gsize i = 0; i < n_bytes && !input->is_header_over; i++) {
		if (input->header->len >= input->n_header_max)
			return FALSE;
		g_string_append_c(input->header, bytes[i]);
		input->is_header_over = bytes[i] == '\n' && ends_header(input->header);
	}
	return TRUE;
}

static gssize
refuse(LimitInput *input, KnLimitEvent event, GError **error)
{
	if (!input->is_refused && input->func != NULL)
		input->func(event, input->user);
	input->is_refused = TRUE;
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "request refused");
	return -1;
}

static gssize
account_header(LimitInput *input, const gchar *bytes, gssize n_bytes, GError **error)
{
	KnHeaderShape shape = KN_HEADER_FINE;

	/* libsoup would take the part for the whole; nothing at all is just a client that has nothing to ask */
	if (n_bytes == 0)
		return input->header->len == 0 ? 0 : refuse(input, KN_LIMIT_MALFORMED, error);
	if (!gather_header(input, bytes, (gsize)n_bytes))
		return refuse(input, KN_LIMIT_HEADER, error);
	if (input->is_header_over)
		shape = kn_header_check(input->header->str, input->header->len);
	if (shape != KN_HEADER_FINE)
		return refuse(input,
			      shape == KN_HEADER_NO_LENGTH ? KN_LIMIT_NO_LENGTH
							   : KN_LIMIT_MALFORMED,
			      error);
	return n_bytes;
}

static gssize
account(LimitInput *input, const gchar *bytes, gssize n_bytes, GError **error)
{
	if (n_bytes < 0)
		return n_bytes;
	if (!input->is_header_over && account_header(input, bytes, n_bytes, error) < 0)
		return -1;
	input->n_total += (gsize)n_bytes;
	if (input->n_total > input->n_total_max)
		return refuse(input, KN_LIMIT_TOTAL, error);
	return n_bytes;
}

static gssize
limit_input_read(GInputStream *stream, void *buffer, gsize n_bytes, GCancellable *cancellable,
		 GError **error)
{
	LimitInput *input = (LimitInput *)stream;
	gssize n = 0;

	if (input->is_refused)
		return refuse(input, KN_LIMIT_TOTAL, error);
	n = g_input_stream_read(G_INPUT_STREAM(input->base), buffer, n_bytes, cancellable, error);
	return account(input, buffer, n, error);
}

static gssize
limit_input_read_nonblocking(GPollableInputStream *stream, void *buffer, gsize n_bytes,
			     GError **error)
{
	LimitInput *input = (LimitInput *)stream;
	gssize n = 0;

	if (input->is_refused)
		return refuse(input, KN_LIMIT_TOTAL, error);
	n = g_pollable_input_stream_read_nonblocking(input->base, buffer, n_bytes, NULL, error);
	return account(input, buffer, n, error);
}

static gboolean
limit_input_is_readable(GPollableInputStream *stream)
{
	return g_pollable_input_stream_is_readable(((LimitInput *)stream)->base);
}

static GSource *
limit_input_create_source(GPollableInputStream *stream, GCancellable *cancellable)
{
	g_autoptr(GSource) base =
		g_pollable_input_stream_create_source(((LimitInput *)stream)->base, cancellable);

	return g_pollable_source_new_full(stream, base, NULL);
}

static void
limit_input_pollable_init(GPollableInputStreamInterface *iface)
{
	iface->is_readable = limit_input_is_readable;
	iface->create_source = limit_input_create_source;
	iface->read_nonblocking = limit_input_read_nonblocking;
}

static void
limit_input_finalize(GObject *object)
{
	LimitInput *input = (LimitInput *)object;

	g_clear_object(&input->base);
	g_string_free(input->header, TRUE);
	G_OBJECT_CLASS(limit_input_parent_class)->finalize(object);
}

static void
limit_input_class_init(LimitInputClass *klass)
{
	G_OBJECT_CLASS(klass)->finalize = limit_input_finalize;
	klass->read_fn = limit_input_read;
}

static void
limit_input_init(LimitInput *input)
{
	input->header = g_string_new(NULL);
}

/* ---- the stream ---- */

typedef struct {
	GIOStream parent;
	GIOStream *base;   /* owned */
	LimitInput *input; /* owned */
	KnLimitFunc func;
	gpointer user; /* owned by way of user_free */
	GDestroyNotify user_free;
} LimitStream;
typedef GIOStreamClass LimitStreamClass;

static GType limit_stream_get_type(void);
G_DEFINE_TYPE(LimitStream, limit_stream, G_TYPE_IO_STREAM)

static GInputStream *
limit_stream_get_input(GIOStream *stream)
{
	return G_INPUT_STREAM(((LimitStream *)stream)->input);
}

static GOutputStream *
limit_stream_get_output(GIOStream *stream)
{
	return g_io_stream_get_output_stream(((LimitStream *)stream)->base);
}

static gboolean
limit_stream_close(GIOStream *stream, GCancellable *cancellable, GError **error)
{
	LimitStream *limit = (LimitStream *)stream;
	KnLimitFunc func = g_steal_pointer(&limit->func);
	gboolean is_closed = g_io_stream_close(limit->base, cancellable, error);

	limit->input->func = NULL;
	if (func != NULL) {
		func(KN_LIMIT_CLOSED, limit->user);
		limit->user_free(g_steal_pointer(&limit->user));
	}
	return is_closed;
}

static void
limit_stream_finalize(GObject *object)
{
	LimitStream *limit = (LimitStream *)object;

	g_clear_object(&limit->input);
	g_clear_object(&limit->base);
	G_OBJECT_CLASS(limit_stream_parent_class)->finalize(object);
}

static void
limit_stream_class_init(LimitStreamClass *klass)
{
	G_OBJECT_CLASS(klass)->finalize = limit_stream_finalize;
	klass->get_input_stream = limit_stream_get_input;
	klass->get_output_stream = limit_stream_get_output;
	klass->close_fn = limit_stream_close;
}

static void
limit_stream_init(LimitStream *stream)
{
}

GIOStream *
kn_limit_stream_new(GIOStream *base, gsize n_header_max, gsize n_total_max, KnLimitFunc func,
		    gpointer user, GDestroyNotify user_free)
{
	LimitStream *stream = g_object_new(limit_stream_get_type(), NULL);
	LimitInput *input = g_object_new(limit_input_get_type(), NULL);

	input->base = G_POLLABLE_INPUT_STREAM(g_object_ref(g_io_stream_get_input_stream(base)));
	input->n_header_max = n_header_max;
	input->n_total_max = n_total_max;
	input->func = func;
	input->user = user;
	stream->base = g_object_ref(base);
	stream->input = input;
	stream->func = func;
	stream->user = user;
	stream->user_free = user_free;
	return G_IO_STREAM(stream);
}
