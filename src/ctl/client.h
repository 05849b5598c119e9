/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Talks to kneadd over its socket; blocks, which a command line tool may. */

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* what to do about a hub that does not run */
#define KN_CLIENT_START_HINT                    \
	"Start it: sudo systemctl start kneadd" \
	"   (why it ended: journalctl -u kneadd)"

#define KN_CLIENT_ERROR (kn_client_error_quark())
/* the numbers are the exit codes of knead */
typedef enum {
	KN_CLIENT_ERROR_FAILED = 1,
	KN_CLIENT_ERROR_USAGE = 2, /* the hub did not like what was asked */
	KN_CLIENT_ERROR_NOT_FOUND = 3,
	KN_CLIENT_ERROR_DENIED = 4,
	KN_CLIENT_ERROR_NOT_RUNNING = 5,
} KnClientError;
GQuark kn_client_error_quark(void);

/* The document at path ("/v1/…", escaped). body: JSON to POST, or NULL to GET. NULL with an error whose message says what happened
 * and, after a line feed, what to do. */
JsonNode *kn_client_ask(const gchar *socket_path, const gchar *path, const gchar *body,
			GError **error);
/* A problem document as the error that kn_client_ask would give of it. */
void kn_client_judge(JsonObject *problem, GError **error);
/* An answer's status and body as a document or an error: kn_client_ask without the socket. */
JsonNode *kn_client_read(guint status, GBytes *body, GError **error);

/* One line of a stream without its line feed; FALSE ends it. */
typedef gboolean (*KnClientLineFunc)(const gchar *line, gsize n_bytes, gpointer data);
/*
 * POSTs to path and reads what comes, running the default main context meanwhile. TRUE: it is all there (*ret_is_whole TRUE), or func or
 * the cancellable ended it, or the hub did (FALSE). An error as kn_client_ask when nothing came at all.
 */
gboolean kn_client_post_stream(const gchar *socket_path, const gchar *path, KnClientLineFunc func,
			       gpointer data, GCancellable *cancellable, gboolean *ret_is_whole,
			       GError **error);

/* The next bytes of a stream; n_total: what the hub announced, 0 nothing. FALSE ends it. */
typedef gboolean (*KnClientBytesFunc)(GBytes *bytes, guint64 n_total, gpointer data);
/* The same for what is not text. */
gboolean kn_client_post_bytes(const gchar *socket_path, const gchar *path, KnClientBytesFunc func,
			      gpointer data, GCancellable *cancellable, gboolean *ret_is_whole,
			      GError **error);

/* One document of a stream; FALSE ends it. */
typedef gboolean (*KnClientFunc)(JsonNode *document, gpointer data);
/*
 * Follows path (a stream without an end), a document a line, running the default main context meanwhile. TRUE: the hub dropped us with a
 * last document of class dropped, func ended it, or the cancellable did; FALSE with an error as kn_client_ask. A hub that ends is an error: NOT_RUNNING.
 */
gboolean kn_client_follow(const gchar *socket_path, const gchar *path, KnClientFunc func,
			  gpointer data, GCancellable *cancellable, GError **error);
