/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Looks at a request's header before libsoup does. Not an HTTP parser: it refuses shapes that no honest client sends and that libsoup
 * (3.2 at least) handles badly: it leaks the path of a request whose length it can not read, and joins folded lines. */

#include <glib.h>

typedef enum {
	KN_HEADER_FINE = 0,
	KN_HEADER_MALFORMED, /* a NUL, a folded line, a Content-Length that is no number or comes twice */
	KN_HEADER_NO_LENGTH, /* a Transfer-Encoding: bodies come with a Content-Length here */
} KnHeaderShape;

/* header: all of it, up to and with the blank line. */
KnHeaderShape kn_header_check(const gchar *header, gsize n_bytes);
