/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/file.h"
#include "ctl/format.h"
#include "ctl/output.h"
#include "ctl/people.h"
#include "ctl/progress.h"
#include <string.h>

typedef struct {
	KnCall *call;
	KnFile file; /* where to; its file is NULL for standard output */
	gboolean is_csv;
	gboolean is_ended; /* the last line has come */
	guint64 n_lines;
	gboolean is_unwritable;
	KnProgress progress;
	KnEndings endings;
} Export;

/* one line is no session: the names of the columns, or the beginning of the document */
static guint64
n_sessions(const Export *export)
{
	return export->n_lines > 0 ? export->n_lines - 1 : 0;
}

/* new */
static gchar *
count_words(const Export *export)
{
	return kn_format_plural(n_sessions(export), "session", "sessions");
}

static void
tell(Export *export)
{
	g_autofree gchar *words = NULL;

	if (export->file.file == NULL || !kn_progress_is_due(&export->progress))
		return;
	words = count_words(export);
	kn_progress_show(&export->progress, words, 0, 0, "");
}

static gboolean
on_line(const gchar *line, gsize n_bytes, gpointer data)
{
	Export *export = data;
	FILE *to = export->file.file != NULL ? export->file.file : stdout;

	export->is_ended = export->is_csv ? n_bytes == 0 : strcmp(line, "]}") == 0;
	if (export->is_ended && export->is_csv)
		return TRUE;
	export->n_lines += export->is_ended ? 0 : 1;
	if (fwrite(line, 1, n_bytes, to) != n_bytes || fputc('\n', to) == EOF) {
		export->is_unwritable = TRUE;
		if (to == stdout)
			kn_output_fail();
		return FALSE;
	}
	tell(export);
	return TRUE;
}

/* new */
static gchar *
make_path(const KnCall *call, const gchar *format)
{
	g_autofree gchar *device = kn_call_device_query(call, "&");
	g_autofree gchar *person = kn_people_query(call);
	g_autofree gchar *from =
		g_uri_escape_string(call->from != NULL ? call->from : "", NULL, FALSE);
	g_autofree gchar *to = g_uri_escape_string(call->to != NULL ? call->to : "", NULL, FALSE);

	return g_strconcat("/v1/exports?format=", format, call->from != NULL ? "&from=" : "", from,
			   call->to != NULL ? "&to=" : "", to, device, person, NULL);
}

static gint
give_up(Export *export)
{
	gint ended = export->endings.exit_code;

	if (export->file.file != NULL)
		kn_file_discard(&export->file);
	g_printerr("knead: %s%s\n  %s\n",
		   ended != KN_EXIT_OK ? "ended" : "it broke off before the end",
		   export->call->output != NULL ? ", and nothing was written" : "",
		   ended != KN_EXIT_OK ? "Run it again for all of it."
				       : "Try again; if it stays so, look at: knead status");
	return ended != KN_EXIT_OK ? ended : KN_EXIT_FAILED;
}

static void
print_json(const Export *export)
{
	g_autoptr(JsonNode) node = kn_file_describe(&export->file);

	json_object_set_int_member(json_node_get_object(node), "n_sessions",
				   (gint64)n_sessions(export));
	kn_call_print_json(export->call, node);
}

/* only what is whole is put in place: half a table looks like a table */
static gint
finish(Export *export, gboolean is_whole)
{
	g_autofree gchar *words = count_words(export);
	gint failed = KN_EXIT_OK;

	if (!is_whole && !export->is_unwritable)
		return give_up(export);
	if (export->file.file == NULL)
		return export->is_unwritable ? KN_EXIT_FAILED : KN_EXIT_OK;
	failed = kn_file_close(&export->file, !export->is_unwritable);
	if (failed == KN_EXIT_OK && export->call->is_json)
		print_json(export);
	else if (failed == KN_EXIT_OK)
		g_printerr("%s: %s\n", export->call->output, words);
	return failed;
}

static gint
run(Export *export, const gchar *format)
{
	g_autofree gchar *path = make_path(export->call, format);
	g_autoptr(GError) error = NULL;
	gboolean is_whole = FALSE;

	kn_progress_begin(&export->progress);
	(void)kn_client_post_stream(export->call->socket_path, path, on_line, export,
				    export->endings.cancellable, &is_whole, &error);
	if (export->file.file != NULL)
		kn_progress_end(&export->progress);
	if (error == NULL)
		return finish(export, is_whole && export->is_ended);
	if (export->file.file != NULL)
		kn_file_discard(&export->file);
	return kn_call_fail(export->call, error);
}

gint
kn_cmd_export(KnCall *call, const gchar *argument)
{
	Export export = {.call = call};
	gint result = KN_EXIT_OK;

	if (!g_str_equal(argument, "csv") && !g_str_equal(argument, "json"))
		return kn_call_usage("export",
				     "say as what: knead export csv, or knead export json");
	export.is_csv = g_str_equal(argument, "csv");
	if (call->output != NULL)
		result = kn_file_open(call, &export.file);
	if (result != KN_EXIT_OK)
		return result;
	kn_endings_begin(&export.endings);
	result = run(&export, argument);
	kn_endings_end(&export.endings);
	return result;
}
