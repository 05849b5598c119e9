/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/file.h"
#include "ctl/format.h"
#include "ctl/print.h"
#include "ctl/progress.h"
#include <string.h>

/* behind the database: 64 digits of its SHA-256, and a line feed */
enum { END_BYTES = 65 };

typedef struct {
	KnCall *call;
	KnFile file;
	GChecksum *sum; /* owned */
	guint64 n_total;
	guint64 n_bytes;
	gchar end[END_BYTES + 1]; /* what came behind it */
	guint n_end;
	gboolean is_unwritable;
	KnProgress progress;
	KnEndings endings;
} Backup;

static void
tell(Backup *backup)
{
	g_autofree gchar *done = NULL;
	g_autofree gchar *total = NULL;
	g_autofree gchar *words = NULL;

	/* the last one in any case: a bar that stops before its end looks like one that broke off */
	if (backup->n_bytes < backup->n_total && !kn_progress_is_due(&backup->progress))
		return;
	done = kn_format_bytes(backup->n_bytes);
	total = kn_format_bytes(backup->n_total);
	words = g_strdup_printf(" %s of %s", done, total);
	kn_progress_show(&backup->progress, "", backup->n_bytes, backup->n_total, words);
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
is_as_sent(const Backup *backup)
{
	const gchar *sum = g_checksum_get_string(backup->sum);

	return backup->n_total > 0 && backup->n_bytes == backup->n_total &&
	       backup->n_end == END_BYTES && strncmp(backup->end, sum, END_BYTES - 1) == 0;
}

static gint
give_up(Backup *backup)
{
	gint ended = backup->endings.exit_code;

	kn_file_discard(&backup->file);
	g_printerr("knead: %s: no backup was made\n  %s\n",
		   ended != KN_EXIT_OK ? "ended" : "what came is not what the hub sent",
		   "Nothing is left of it; run it again.");
	return ended != KN_EXIT_OK ? ended : KN_EXIT_FAILED;
}

/* a command stays whole, since it is copied: on a line of its own where both do not fit */
static void
append_step(const KnTerm *term, GString *out, const gchar *what, const gchar *command)
{
	gboolean fits = 4 + kn_term_columns(what) + kn_term_columns(command) <= term->width;

	g_string_append_printf(out, "  %s%s%s\n", what, fits ? "  " : "\n    ", command);
}

static void
tell_end(const Backup *backup)
{
	const KnTerm *term = &backup->progress.term;
	g_autofree gchar *size = kn_format_bytes(backup->n_bytes);
	g_autofree gchar *verify = g_strconcat("kneadd --verify ", backup->file.path, NULL);
	g_autofree gchar *made =
		g_strdup_printf("%s: %s, as the hub sent it", backup->file.path, size);
	g_autoptr(GString) text = g_string_new(NULL);

	kn_print_wrapped(term, text, "", made);
	append_step(term, text, "Check all that is in it:", verify);
	append_step(term, text, "Bring it back, some day:", "man kneadd, --restore");
	kn_print_wrapped(term, text, "",
			 "It is about the bodies of people: keep it where only you can read it.");
	g_printerr("%s", text->str);
}

static void
print_json(const Backup *backup)
{
	g_autoptr(JsonNode) node = kn_file_describe(&backup->file);
	JsonObject *object = json_node_get_object(node);

	json_object_set_int_member(object, "n_bytes", (gint64)backup->n_bytes);
	json_object_set_string_member(object, "sha256", g_checksum_get_string(backup->sum));
	kn_call_print_json(backup->call, node);
}

static gint
finish(Backup *backup, gboolean is_whole)
{
	gint failed = KN_EXIT_OK;

	if (backup->is_unwritable)
		return kn_file_close(&backup->file, FALSE);
	if (!is_whole || !is_as_sent(backup))
		return give_up(backup);
	failed = kn_file_close(&backup->file, TRUE);
	if (failed == KN_EXIT_OK && backup->call->is_json)
		print_json(backup);
	else if (failed == KN_EXIT_OK)
		tell_end(backup);
	return failed;
}

static gint
run(Backup *backup)
{
	g_autoptr(GError) error = NULL;
	gboolean is_whole = FALSE;

	kn_progress_begin(&backup->progress);
	(void)kn_client_post_bytes(backup->call->socket_path, "/v1/backups", on_bytes, backup,
				   backup->endings.cancellable, &is_whole, &error);
	kn_progress_end(&backup->progress);
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
		kn_endings_begin(&backup.endings);
		result = run(&backup);
		kn_endings_end(&backup.endings);
		g_checksum_free(backup.sum);
	}
	call->output = NULL;
	return result;
}
