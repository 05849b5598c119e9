/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A client's stream that counts what comes in and looks at its header: libsoup has no header limit worth the name and no request
 * limit. The only place where bytes of a client are seen before libsoup parses them.
 */

#include <gio/gio.h>

typedef enum {
	KN_LIMIT_HEADER,    /* the header is longer than n_header_max */
	KN_LIMIT_TOTAL,     /* header and body are longer than n_total_max */
	KN_LIMIT_MALFORMED, /* see header-check.h; or the stream ended within the header */
	KN_LIMIT_NO_LENGTH,
	KN_LIMIT_CLOSED, /* not a refusal: the stream was closed, by whomever */
} KnLimitEvent;
typedef void (*KnLimitFunc)(KnLimitEvent event, gpointer user);

/* Reads fail with G_IO_ERROR_INVALID_DATA once something was refused. func is called once for the refusal and once for the
 * close; user is given up after the close. One request a stream: counters never start anew. */
GIOStream *kn_limit_stream_new(GIOStream *base, gsize n_header_max, gsize n_total_max,
			       KnLimitFunc func, gpointer user, GDestroyNotify user_free);
