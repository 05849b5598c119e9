/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A request from the moment it was read to its answer. A handler answers exactly once, at once or later; a request whose client
 * left, whose deadline passed or whose server is gone is closed, and answering it then does nothing.
 */

#include "serve/client.h"

struct KnRequest {
	KnServer *server;           /* borrowed; NULL when closed */
	KnClient *client;           /* owned reference */
	SoupServerMessage *message; /* owned reference */
	gboolean is_paused;
	GHashTable *query; /* owned: gchar* to gchar*, only keys that the route knows */
	gchar *argument;   /* owned or NULL: what stood for {…} in the path */
	gpointer work;     /* the handler's own, freed with the request */
	KnStream *stream;  /* borrowed: the work, once the answer is a stream; else NULL */
	GDestroyNotify work_free;
};

KnRequest *kn_request_ref(KnRequest *request);
void kn_request_unref(KnRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRequest, kn_request_unref)

/* is in server->requests, which holds the first reference, until it is answered. */
KnRequest *kn_request_new(KnServer *server, KnClient *client, SoupServerMessage *message);
gboolean kn_request_is_open(const KnRequest *request);
/* libsoup waits from now on: the handler returned without an answer. */
void kn_request_pause(KnRequest *request);
/* The stream is closed: no answer can be sent. */
void kn_request_abandon(KnRequest *request);

void kn_request_answer(KnRequest *request, JsonNode *document /* owned */);
/* With another status than 200: 202 for what has only begun. */
void kn_request_answer_status(KnRequest *request, guint status, JsonNode *document /* owned */);
/* The same for a document that is text already. */
void kn_request_answer_text(KnRequest *request, gchar *text /* owned */);
void kn_request_answer_problem(KnRequest *request, guint status, const gchar *kind,
			       const gchar *detail, const gchar *hint);
/* An owner's error as its problem document. New. */
JsonNode *kn_request_problem_of(const GError *error);
void kn_request_answer_error(KnRequest *request, const GError *error);
