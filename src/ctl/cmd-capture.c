/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/capture/capture.h"
#include "core/wire/crc32.h"
#include "ctl/client.h"
#include "ctl/file.h"
#include "ctl/format.h"
#include "ctl/progress.h"
#include <string.h>

enum { SECONDS_DEFAULT = 600 };

typedef struct {
	KnCall *call;
	KnFile file;
	GString *text; /* owned: all of it, for the sum at the end; a capture is some MiB */
	guint64 n_notifications;
	gboolean is_ended; /* the hub's last line has come: what is before it is all */
	gboolean is_unwritable;
	gint64 began_us; /* monotonic */
	KnProgress progress;
	KnEndings endings;
} Capture;

static void
tell(Capture *capture)
{
	g_autofree gchar *bytes = NULL;
	g_autofree gchar *words = NULL;

	if (!kn_progress_is_due(&capture->progress))
		return;
	bytes = kn_format_bytes(capture->text->len);
	words = g_strdup_printf("%" G_GUINT64_FORMAT " notifications, %s; Ctrl-C ends it",
				capture->n_notifications, bytes);
	kn_progress_show(&capture->progress, words, 0, 0, "");
}

static void
append_end(const Capture *capture, GString *end)
{
	kn_capture_append_end(end, capture->text->len,
			      kn_crc32(capture->text->str, capture->text->len));
}

/* an answer that breaks off between two lines looks whole to HTTP's client */
static gboolean
is_end(const Capture *capture, const gchar *line)
{
	g_autoptr(GString) end = g_string_new(NULL);

	if (!g_str_has_prefix(line, "end "))
		return FALSE;
	append_end(capture, end);
	return strncmp(line, end->str, end->len - 1) == 0;
}

static gboolean
on_line(const gchar *line, gsize n_bytes, gpointer data)
{
	Capture *capture = data;

	capture->is_ended = is_end(capture, line);
	/* written when the file is closed, as behind one that a person ends */
	if (capture->is_ended)
		return TRUE;
	g_string_append_len(capture->text, line, (gssize)n_bytes);
	g_string_append_c(capture->text, '\n');
	capture->n_notifications += g_str_has_prefix(line, "n ");
	if (fprintf(capture->file.file, "%s\n", line) < 0 || fflush(capture->file.file) != 0) {
		capture->is_unwritable = TRUE;
		return FALSE;
	}
	tell(capture);
	return TRUE;
}

/* one that broke off has no end: then a replay says so, too */
static gint
close_file(Capture *capture, gboolean is_whole)
{
	gsize n_before = capture->text->len;

	if (is_whole)
		append_end(capture, capture->text);
	return kn_file_close(&capture->file,
			     !capture->is_unwritable &&
				     fputs(capture->text->str + n_before, capture->file.file) >= 0);
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

static void
print_json(const Capture *capture, gboolean is_whole)
{
	g_autoptr(JsonNode) node = kn_file_describe(&capture->file);
	JsonObject *object = json_node_get_object(node);

	json_object_set_int_member(object, "n_notifications", (gint64)capture->n_notifications);
	json_object_set_int_member(object, "n_bytes", (gint64)capture->text->len);
	json_object_set_boolean_member(object, "is_whole", is_whole);
	kn_call_print_json(capture->call, node);
}

/* The hub has no line for it, since none may stand in the file: one that is as old as the capture has cut it off. */
static const gchar *
why_broken(const Capture *capture)
{
	g_autoptr(JsonNode) status =
		kn_client_ask(capture->call->socket_path, "/v1/status", NULL, NULL);
	gint64 taken_ms = (g_get_monotonic_time() - capture->began_us) / 1000;

	if (kn_doc_int(kn_doc_root(status), "uptime_ms", 0) < taken_ms)
		return "The hub has ended, or does not answer: journalctl -u kneadd";
	return "The hub cut it off: more came than was written down here, and 256 KiB may wait.\n"
	       "  Run it again when this machine has less to do.";
}

static gint
finish(Capture *capture)
{
	gboolean is_whole = capture->is_ended || capture->endings.exit_code != KN_EXIT_OK;
	gint failed = close_file(capture, is_whole);
	/* with its last line: all that is in the file */
	g_autofree gchar *bytes = kn_format_bytes(capture->text->len);

	if (failed != KN_EXIT_OK)
		return failed;
	if (capture->call->is_json) {
		print_json(capture, is_whole);
		return is_whole ? KN_EXIT_OK : KN_EXIT_FAILED;
	}
	g_printerr("%s: %" G_GUINT64_FORMAT " notifications, %s\n", capture->call->output,
		   capture->n_notifications, bytes);
	if (capture->n_notifications == 0)
		g_printerr("  Nothing came: is the massager in range? See: knead devices\n");
	if (!is_whole)
		g_printerr("  It broke off before its end; what came is in the file.\n  %s\n",
			   why_broken(capture));
	g_printerr("  Replay it: kneadd --replay %s\n", capture->call->output);
	return is_whole ? KN_EXIT_OK : KN_EXIT_FAILED;
}

static gint
run(Capture *capture, const gchar *device)
{
	g_autofree gchar *path = make_path(capture->call, device);
	g_autoptr(GError) error = NULL;
	gboolean is_whole = FALSE; /* as HTTP sees it: what it sees is not enough */

	if (capture->call->is_raw)
		g_printerr("This file will say whose massager it is and when it was used: it is "
			   "health data.\n");
	capture->began_us = g_get_monotonic_time();
	kn_progress_begin(&capture->progress);
	(void)kn_client_post_stream(capture->call->socket_path, path, on_line, capture,
				    capture->endings.cancellable, &is_whole, &error);
	kn_progress_end(&capture->progress);
	if (error == NULL)
		return finish(capture);
	kn_file_discard(&capture->file);
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
	result = kn_file_open(call, &capture.file);
	if (result == KN_EXIT_OK) {
		capture.text = g_string_new(NULL);
		kn_endings_begin(&capture.endings);
		result = run(&capture, argument);
		kn_endings_end(&capture.endings);
		g_string_free(capture.text, TRUE);
	}
	return result;
}
