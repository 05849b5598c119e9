/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/file.h"
#include "ctl/format.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* behind the database: 64 digits of its SHA-256, and a line feed */
enum { END_BYTES = 65, BAR_COLUMNS = 30, TELL_MS = 100 };

typedef struct {
	KnCall *call;
	KnFile file;
	GChecksum *sum; /* owned */
	guint64 n_total;
	guint64 n_bytes;
	gchar end[END_BYTES + 1]; /* what came behind it */
	guint n_end;
	gint64 told_us;
	gboolean is_terminal;
	gboolean is_unwritable;
	GCancellable *cancellable; /* owned */
} Backup;

static void
tell(Backup *backup)
{
	g_autofree gchar *done = kn_format_bytes(backup->n_bytes);
	g_autofree gchar *total = kn_format_bytes(backup->n_total);
	g_autofree gchar *bar = NULL;

	if (!backup->is_terminal ||
	    g_get_monotonic_time() - backup->told_us < TELL_MS * G_GINT64_CONSTANT(1000))
		return;
	backup->told_us = g_get_monotonic_time();
	bar = kn_term_bar(&backup->call->term, backup->n_bytes, backup->n_total, BAR_COLUMNS);
	g_printerr("\r%s %s of %s\x1b[K", bar, done, total);
}

/* of the last bytes some are the database's and some are its sum */
static gboolean
on_bytes(GBytes *bytes, guint64 n_total, gpointer data)
{
	Backup *backup = data;
	gsize n_bytes = 0;
	const guint8 *text = g_bytes_get_data(bytes, &n_bytes);
	gsize n_file = (gsize)MIN((guint64)n_bytes, n_total - backup->n_bytes);
	gsize n_end = n_bytes - n_file;

	backup->n_total = n_total;
	if (n_end > END_BYTES - backup->n_end)
		return FALSE;
	if (fwrite(text, 1, n_file, backup->file.file) != n_file) {
		backup->is_unwritable = TRUE;
		return FALSE;
	}
	g_checksum_update(backup->sum, text, (gssize)n_file);
	backup->n_bytes += n_file;
	memcpy(backup->end + backup->n_end, text + n_file, n_end);
	backup->n_end += (guint)n_end;
	tell(backup);
	return TRUE;
}

static gboolean
on_signal(gpointer data)
{
	Backup *backup = data;

	g_cancellable_cancel(backup->cancellable);
	return G_SOURCE_CONTINUE;
}

static gboolean
is_as_sent(const Backup *backup)
{
	const gchar *sum = g_checksum_get_string(backup->sum);

	return backup->n_total > 0 && backup->n_bytes == backup->n_total &&
	       backup->n_end == END_BYTES && strncmp(backup->end, sum, END_BYTES - 1) == 0;
}

static gint
finish(Backup *backup, gboolean is_whole)
{
	g_autofree gchar *size = kn_format_bytes(backup->n_bytes);
	const gchar *path = backup->file.path;
	gint failed = KN_EXIT_OK;

	if (backup->is_terminal)
		g_printerr("\r\x1b[K");
	if (backup->is_unwritable)
		return kn_file_close(&backup->file, FALSE);
	if (!is_whole || !is_as_sent(backup)) {
		gboolean is_ours = g_cancellable_is_cancelled(backup->cancellable);
		kn_file_discard(&backup->file);
		g_printerr("knead: %s: no backup was made\n  %s\n",
			   is_ours ? "ended" : "what came is not what the hub sent",
			   "Nothing is left of it; run it again.");
		return KN_EXIT_FAILED;
	}
	failed = kn_file_close(&backup->file, TRUE);
	if (failed != KN_EXIT_OK)
		return failed;
	g_printerr("%s: %s, as the hub sent it\n  Check all that is in it:  kneadd --verify %s\n"
		   "  Bring it back, some day:  man kneadd, --restore\n"
		   "It is about the bodies of people: keep it where only you can read it.\n",
		   path, size, path);
	return KN_EXIT_OK;
}

static gint
run(Backup *backup)
{
	const gint endings[] = {SIGINT, SIGTERM, SIGHUP};
	guint sources[G_N_ELEMENTS(endings)];
	g_autoptr(GError) error = NULL;
	gboolean is_whole = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
		sources[i] = g_unix_signal_add(endings[i], on_signal, backup);
	(void)kn_client_post_bytes(backup->call->socket_path, "/v1/backups", on_bytes, backup,
				   backup->cancellable, &is_whole, &error);
	for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
		g_source_remove(sources[i]);
	if (error == NULL)
		return finish(backup, is_whole);
	kn_file_discard(&backup->file);
	return kn_call_fail(backup->call, error);
}

static gchar *
name_of_today(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();

	return g_date_time_format(now, "knead-%Y-%m-%d.db");
}

gint
kn_cmd_backup(KnCall *call, const gchar *argument)
{
	g_autofree gchar *path = call->output != NULL ? g_strdup(call->output) : name_of_today();
	Backup backup = {.call = call};
	gint result = KN_EXIT_OK;

	call->output = path;
	result = kn_file_open(call, &backup.file);

	if (result == KN_EXIT_OK) {
		backup.sum = g_checksum_new(G_CHECKSUM_SHA256);
		backup.cancellable = g_cancellable_new();
		backup.is_terminal = isatty(STDERR_FILENO) != 0;
		result = run(&backup);
		g_checksum_free(backup.sum);
		g_object_unref(backup.cancellable);
	}
	call->output = NULL;
	return result;
}
