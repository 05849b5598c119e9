/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One connection: who it is, its one request, its deadline. Lives as long as its stream or its request, whichever ends later. */

#include "serve/server-private.h"

typedef struct {
	KnServer *
		server; /* borrowed; NULL once the stream is closed: nothing may be sent any more */
	KnPeer peer;
	KnRight right;
	gboolean is_trusted;
	gboolean is_over_limit; /* is told so and gets nothing else */
	GSocket *socket;        /* owned */
	GSource *deadline;      /* owned or NULL */
	GSource *hangup;        /* owned or NULL: only while its request waits for the owner */
	KnRequest *request;     /* borrowed: takes itself out */
} KnClient;

/* Takes a connection that was just accepted; it is given to libsoup, or closed when even refusing it is too much. */
void kn_client_accept(KnServer *server, GSocket *socket);
KnClient *
kn_client_of(SoupServerMessage *message); /* borrowed; NULL never for our own connections */
KnClient *kn_client_ref(KnClient *client);
void kn_client_unref(KnClient *client);

/* The deadline starts anew. When it passes: an open request is answered with 503, else the connection ends. */
void kn_client_set_deadline(KnClient *client, guint timeout_ms);
/* While libsoup is paused it does not look at the socket: this does, and ends the request of a client that has left. */
void kn_client_watch_hangup(KnClient *client);

/* Destroys a source and lets it go, if there is one. */
void kn_source_clear(GSource **source);
