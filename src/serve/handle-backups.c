/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * The database through the connection: the hub never opens a path that a client names, and the card has no room for a second copy. Behind
 * the X-Knead-Bytes bytes of the file come the 64 digits of its SHA-256 and a line feed.
 */

#include "serve/query.h"
#include "serve/routes.h"
#include "serve/stream.h"
#include <string.h>

typedef struct {
	KnServer *server;   /* borrowed: outlives the stream and whatever the owner answers well */
	gboolean *is_read;  /* owned, a reference: the server's is_backup_read */
	KnRequest *request; /* owned, until the stream begins */
	KnStream *stream;   /* borrowed; NULL before it begins, and when it is gone */
	GChecksum *sum;     /* owned */
	guint64 n_total;
	guint64 n_written;
	gboolean is_asking; /* the owner has not answered yet */
} Work;

static void
work_free(Work *work)
{
	g_checksum_free(work->sum);
	g_rc_box_release(work->is_read);
	g_free(work);
}

/* whoever ends last, the stream or the owner's answer, takes it away */
static void
on_end(gpointer data)
{
	Work *work = data;

	work->stream = NULL;
	*work->is_read = FALSE;
	work->server->hub.end_backup(work->server->user);
	if (!work->is_asking)
		work_free(work);
}

static void
finish(Work *work)
{
	g_autofree gchar *end = g_strconcat(g_checksum_get_string(work->sum), "\n", NULL);

	if (kn_stream_write(work->stream, end, strlen(end)))
		kn_stream_end(work->stream);
}

static void
on_pages(GBytes *bytes, guint64 n_total, const GError *error, gpointer data)
{
	g_autoptr(GBytes) owned = bytes;
	Work *work = data;
	gsize n_bytes = 0;
	const guint8 *page = owned ? g_bytes_get_data(owned, &n_bytes) : NULL;

	work->is_asking = FALSE;
	if (work->stream == NULL) {
		work_free(work);
		return;
	}
	/* what was begun cannot become an error any more: it breaks off */
	if (error != NULL || n_total != work->n_total) {
		g_message("a backup broke off: %s", error ? error->message : "the file has grown");
		kn_stream_drop(work->stream);
		return;
	}
	g_checksum_update(work->sum, page, (gssize)n_bytes);
	work->n_written += n_bytes;
	kn_stream_write(work->stream, (const gchar *)page, n_bytes);
}

static void
on_drained(gpointer data)
{
	Work *work = data;

	if (work->is_asking)
		return;
	if (work->n_written >= work->n_total) {
		finish(work);
		return;
	}
	work->is_asking = TRUE;
	work->server->hub.read_backup(work->server->user, work->n_written, on_pages, work);
}

static void
on_begun(GBytes *bytes, guint64 n_total, const GError *error, gpointer data)
{
	Work *work = data;
	g_autoptr(KnRequest) request = g_steal_pointer(&work->request);
	g_autofree gchar *size = g_strdup_printf("%" G_GUINT64_FORMAT, n_total);

	work->is_asking = FALSE;
	if (error != NULL || !kn_request_is_open(request)) {
		*work->is_read = FALSE;
		if (error == NULL)
			work->server->hub.end_backup(work->server->user);
		else
			kn_request_answer_error(request, error);
		work_free(work);
		return;
	}
	work->n_total = n_total;
	soup_message_headers_replace(soup_server_message_get_response_headers(request->message),
				     "X-Knead-Bytes", size);
	work->stream = kn_stream_begin(request, "application/octet-stream", NULL, on_drained,
				       on_end, work);
	on_drained(work);
}

void
kn_handle_backup(KnRequest *request)
{
	KnServer *server = request->server;
	Work *work = NULL;

	if (!kn_query_no_body(request))
		return;
	if (*server->is_backup_read) {
		kn_request_answer_problem(request, SOUP_STATUS_CONFLICT, "busy",
					  "Another backup is being read.",
					  "Try again when it is done.");
		return;
	}
	*server->is_backup_read = TRUE;
	work = g_new0(Work, 1);
	work->server = server;
	work->is_read = g_rc_box_acquire(server->is_backup_read);
	work->request = kn_request_ref(request);
	work->sum = g_checksum_new(G_CHECKSUM_SHA256);
	work->is_asking = TRUE;
	server->hub.begin_backup(server->user, on_begun, work);
}
