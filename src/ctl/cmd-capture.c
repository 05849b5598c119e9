/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/capture/capture.h"
#include "core/wire/crc32.h"
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/output.h"
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

enum { SECONDS_DEFAULT = 600, TELL_MS = 200 };

typedef struct {
	KnCall *call;
	KnOutput output;
	GString *text; /* owned: all of it, for the sum at the end; a capture is some MiB */
	guint64 n_notifications;
	gint64 told_us;
	gboolean is_terminal;
	gboolean is_unwritable;
	GCancellable *cancellable; /* owned */
} Capture;

static void
tell(Capture *capture)
{
	g_autofree gchar *bytes = kn_format_bytes(capture->text->len);

	if (!capture->is_terminal ||
	    g_get_monotonic_time() - capture->told_us < TELL_MS * G_GINT64_CONSTANT(1000))
		return;
	capture->told_us = g_get_monotonic_time();
	g_printerr("\r%" G_GUINT64_FORMAT " notifications, %s; Ctrl-C ends it\x1b[K",
		   capture->n_notifications, bytes);
}

static gboolean
on_line(const gchar *line, gsize n_bytes, gpointer data)
{
	Capture *capture = data;

	g_string_append_len(capture->text, line, (gssize)n_bytes);
	g_string_append_c(capture->text, '\n');
	capture->n_notifications += g_str_has_prefix(line, "n ");
	if (fprintf(capture->output.file, "%s\n", line) < 0 || fflush(capture->output.file) != 0) {
		capture->is_unwritable = TRUE;
		return FALSE;
	}
	tell(capture);
	return TRUE;
}

static gboolean
on_signal(gpointer data)
{
	Capture *capture = data;

	g_cancellable_cancel(capture->cancellable);
	return G_SOURCE_CONTINUE;
}

/* ---- the file ---- */

static gint
close_file(Capture *capture)
{
	g_autoptr(GString) end = g_string_new(NULL);

	kn_capture_append_end(end, capture->text->len,
			      kn_crc32(capture->text->str, capture->text->len));
	if (capture->is_unwritable || fputs(end->str, capture->output.file) < 0)
		return kn_output_fail(&capture->output);
	return kn_output_commit(&capture->output, "captured");
}

/* ---- the command ---- */

static gchar *
make_path(const KnCall *call, const gchar *device)
{
	g_autofree gchar *which = g_uri_escape_string(device, NULL, FALSE);
	g_autofree gchar *scenario = g_uri_escape_string(
		call->scenario != NULL ? call->scenario : "not said", NULL, FALSE);

	return g_strdup_printf("/v1/captures?device=%s&seconds=%d&raw=%d&scenario=%s", which,
			       call->seconds > 0 ? call->seconds : SECONDS_DEFAULT,
			       call->is_raw ? 1 : 0, scenario);
}

static gint
finish(Capture *capture, gboolean is_whole)
{
	gboolean is_ours = g_cancellable_is_cancelled(capture->cancellable);
	g_autofree gchar *bytes = kn_format_bytes(capture->text->len);
	gint failed = close_file(capture);

	if (failed != KN_EXIT_OK)
		return failed;
	g_printerr("%s%s: %" G_GUINT64_FORMAT " notifications, %s\n",
		   capture->is_terminal ? "\r\x1b[K" : "", capture->output.path,
		   capture->n_notifications, bytes);
	if (capture->n_notifications == 0)
		g_printerr("  Nothing came: is the massager in range? See: knead devices\n");
	if (!is_whole && !is_ours)
		g_printerr("  The hub ended it early; what came is in the file.\n");
	g_printerr("  Replay it: kneadd --replay %s\n", capture->output.path);
	return is_whole || is_ours ? KN_EXIT_OK : KN_EXIT_FAILED;
}

static gint
run(Capture *capture, const gchar *device)
{
	const gint endings[] = {SIGINT, SIGTERM, SIGHUP};
	guint sources[G_N_ELEMENTS(endings)];
	g_autofree gchar *path = make_path(capture->call, device);
	g_autoptr(GError) error = NULL;
	gboolean is_whole = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
		sources[i] = g_unix_signal_add(endings[i], on_signal, capture);
	if (capture->call->is_raw)
		g_printerr("This file will say whose massager it is and when it was used: it is "
			   "health data.\n");
	(void)kn_client_post_stream(capture->call->socket_path, path, on_line, capture,
				    capture->cancellable, &is_whole, &error);
	for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
		g_source_remove(sources[i]);
	if (error == NULL)
		return finish(capture, is_whole);
	kn_output_discard(&capture->output);
	return kn_call_fail(capture->call, error);
}

gint
kn_cmd_capture(KnCall *call, const gchar *argument)
{
	Capture capture = {.call = call};
	gint result;

	if (call->output == NULL)
		return kn_call_usage("capture",
				     "capture needs a file: knead capture DEVICE -o FILE");
	result = kn_output_open(&capture.output, call->output, call->is_forced);
	if (result == KN_EXIT_OK) {
		capture.text = g_string_new(NULL);
		capture.cancellable = g_cancellable_new();
		capture.is_terminal = isatty(STDERR_FILENO) != 0;
		result = run(&capture, argument);
		g_string_free(capture.text, TRUE);
		g_object_unref(capture.cancellable);
	}
	kn_output_clear(&capture.output);
	return result;
}
