/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What a massager sends, as a file that goes through the connection: the hub never opens a path that a client names. */

#include "core/base/text.h"
#include "serve/query.h"
#include "serve/routes.h"
#include "serve/stream.h"

enum { SECONDS_DEFAULT = 600 };

typedef struct {
	KnServer *server; /* borrowed: outlives the stream */
	KnStream *stream; /* borrowed; NULL until the owner has agreed */
	GString *early;   /* owned: what the owner wrote before that */
	gpointer capture; /* borrowed: the owner's; NULL once it has ended by itself */
} Work;

static gboolean
write_text(gpointer to, const gchar *text, gsize n_bytes)
{
	Work *work = to;

	if (work->stream != NULL)
		return kn_stream_write(work->stream, text, n_bytes);
	g_string_append_len(work->early, text, (gssize)n_bytes);
	return TRUE;
}

static void
end(gpointer to)
{
	Work *work = to;

	work->capture = NULL;
	kn_stream_end(work->stream);
}

static void
on_end(gpointer data)
{
	Work *work = data;

	if (work->capture != NULL)
		work->server->hub.stop_capture(work->server->user, work->capture);
	g_string_free(work->early, TRUE);
	g_free(work);
}

static void
begin(KnRequest *request, const KnHubCapture *what)
{
	static const KnHubCaptureSink sink = {write_text, end};
	KnServer *server = request->server;
	g_autoptr(GError) error = NULL;
	Work *work = g_new0(Work, 1);

	work->server = server;
	work->early = g_string_new(NULL);
	work->capture = server->hub.start_capture(server->user, what, &sink, work, &error);
	if (work->capture == NULL) {
		on_end(work);
		kn_request_answer_error(request, error);
		return;
	}
	work->stream = kn_stream_begin(request, "text/x-knead-capture", NULL, NULL, on_end, work);
	kn_stream_write(work->stream, work->early->str, work->early->len);
}

void
kn_handle_capture(KnRequest *request)
{
	const gchar *scenario = kn_query_get(request, "scenario");
	g_autofree gchar *clean = kn_text_clean(scenario != NULL ? scenario : "", -1);
	KnHubCapture what = {.scenario = clean};
	guint64 seconds = SECONDS_DEFAULT;
	guint64 raw = 0;

	if (kn_query_get(request, "device") == NULL) {
		kn_query_refuse(
			request, "Of which massager?",
			"Say device=, its number, address or name; knead devices lists them.");
		return;
	}
	if (!kn_query_no_body(request) || !kn_query_device(request, "device", &what.device_id) ||
	    !kn_query_number(request, "seconds", 1, KN_CAPTURE_SECONDS_MAX, &seconds) ||
	    !kn_query_number(request, "raw", 0, 1, &raw))
		return;
	what.duration_s = (guint)seconds;
	what.is_raw = raw != 0;
	begin(request, &what);
}
