/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * An answer whose end is not known when it begins: events, a capture. What a client has not taken yet is bounded; one that is too slow
 * is dropped, and no other client feels it.
 */

#include "serve/request.h"

enum { KN_STREAM_BYTES_MAX = 256 * 1024 }; /* not taken yet */

/*
 * Begins the answer of an open request, with status 200. Instead of kn_request_answer, at once or later. on_end is called exactly
 * once: after kn_stream_end, when the client leaves or is dropped, when the server goes; the stream is gone with it. It must not write.
 * last: what a client that is dropped reads as its last line (static); NULL: it reads an answer that breaks off, because one that was cut
 * must not pass for whole.
 * on_drained is called whenever the client has taken all that was written; it may write and end. The stream is owned by its request.
 */
typedef void (*KnStreamFunc)(gpointer data);
KnStream *kn_stream_begin(KnRequest *request, const gchar *type, const gchar *last,
			  KnStreamFunc on_drained, KnStreamFunc on_end, gpointer data);
/* FALSE: the client was too slow, and the stream is gone. */
gboolean kn_stream_write(KnStream *stream, const gchar *text, gsize n_bytes);
/* What on_end gets. */
gpointer kn_stream_data(KnStream *stream);
/* What was written is still sent. The stream is gone. */
void kn_stream_end(KnStream *stream);

/* It can not be made whole: the client reads an answer that breaks off. The stream is gone. */
void kn_stream_break(KnStream *stream);

/* ---- for the client and the server ---- */

/* n_bytes of the body have left. */
void kn_stream_wrote(KnStream *stream, gsize n_bytes);
/* Nothing was taken for the time that is granted. The stream is gone. */
void kn_stream_drop(KnStream *stream);
