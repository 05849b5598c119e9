/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/capture/capture.h"
#include "core/wire/crc32.h"
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/format.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS_DEFAULT = 600, TELL_MS = 200 };

typedef struct {
	KnCall *call;
	const gchar *path;
	gchar *making; /* owned: the name until it is whole */
	FILE *file;    /* owned */
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
	if (fprintf(capture->file, "%s\n", line) < 0 || fflush(capture->file) != 0) {
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
fail_on_file(const Capture *capture, const gchar *what)
{
	g_printerr("knead: %s %s: %s\n  Choose another place with -o FILE.\n", what, capture->path,
		   g_strerror(errno));
	return KN_EXIT_FAILED;
}

static gint
open_file(Capture *capture)
{
	gint fd = -1;

	if (!capture->call->is_forced && g_access(capture->path, F_OK) == 0) {
		g_printerr("knead: %s is there already\n  Choose another name, or write over it "
			   "with --force.\n",
			   capture->path);
		return KN_EXIT_FAILED;
	}
	capture->making = g_strconcat(capture->path, ".XXXXXX", NULL);
	/* a new file under a name that nobody could plant (this is often root), and nobody else reads it: it is of somebody's body */
	fd = g_mkstemp_full(capture->making, O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fail_on_file(capture, "cannot write");
	capture->file = fdopen(fd, "w");
	return KN_EXIT_OK;
}

/* Whatever was put there meanwhile is not written over, unless that was asked for; what was captured is kept in any case. */
static gint
put_in_place(const Capture *capture)
{
	gboolean is_free = !capture->call->is_forced;
	gint failed = renameat2(AT_FDCWD, capture->making, AT_FDCWD, capture->path,
				is_free ? RENAME_NOREPLACE : 0);

	/* not every file system knows the flag */
	if (failed != 0 && is_free && errno == EINVAL)
		failed =
			link(capture->making, capture->path) != 0 || g_unlink(capture->making) != 0;
	if (failed == 0)
		return KN_EXIT_OK;
	g_printerr("knead: cannot put it at %s: %s\n  What was captured is in %s.\n", capture->path,
		   g_strerror(errno), capture->making);
	return KN_EXIT_FAILED;
}

static gint
close_file(Capture *capture)
{
	g_autoptr(GString) end = g_string_new(NULL);
	gboolean is_written;

	kn_capture_append_end(end, capture->text->len,
			      kn_crc32(capture->text->str, capture->text->len));
	is_written = !capture->is_unwritable && fputs(end->str, capture->file) >= 0 &&
		     fflush(capture->file) == 0 && fsync(fileno(capture->file)) == 0;
	fclose(g_steal_pointer(&capture->file));
	if (!is_written) {
		gint failed = fail_on_file(capture, "cannot write");
		g_unlink(capture->making);
		return failed;
	}
	return put_in_place(capture);
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
		   capture->is_terminal ? "\r\x1b[K" : "", capture->path, capture->n_notifications,
		   bytes);
	if (capture->n_notifications == 0)
		g_printerr("  Nothing came: is the massager in range? See: knead devices\n");
	if (!is_whole && !is_ours)
		g_printerr("  The hub ended it early; what came is in the file.\n");
	g_printerr("  Replay it: kneadd --replay %s\n", capture->path);
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
	fclose(g_steal_pointer(&capture->file));
	g_unlink(capture->making);
	return kn_call_fail(capture->call, error);
}

gint
kn_cmd_capture(KnCall *call, const gchar *argument)
{
	Capture capture = {.call = call, .path = call->output};
	gint result;

	if (call->output == NULL)
		return kn_call_usage("capture",
				     "capture needs a file: knead capture DEVICE -o FILE");
	result = open_file(&capture);
	if (result == KN_EXIT_OK) {
		capture.text = g_string_new(NULL);
		capture.cancellable = g_cancellable_new();
		capture.is_terminal = isatty(STDERR_FILENO) != 0;
		result = run(&capture, argument);
		g_string_free(capture.text, TRUE);
		g_object_unref(capture.cancellable);
	}
	g_free(capture.making);
	return result;
}
