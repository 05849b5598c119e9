/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/progress.h"

#include "ctl/client.h"
#include "ctl/doc.h"
#include "ctl/file.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { BAR_COLUMNS = 30, TELL_MS = 100, SIGNAL_EXIT = 128 };
#define CLEAR_LINE "\r\x1b[K"

static const gint numbers[KN_ENDINGS] = {SIGINT, SIGTERM, SIGHUP};

void
kn_progress_begin(KnProgress *ret_progress)
{
	*ret_progress = (KnProgress){.is_shown = isatty(STDERR_FILENO) &&
						 g_strcmp0(g_getenv("TERM"), "dumb") != 0};
	kn_term_detect(KN_COLOR_NEVER, STDERR_FILENO, &ret_progress->term);
}

gboolean
kn_progress_is_due(const KnProgress *progress)
{
	return progress->is_shown &&
	       g_get_monotonic_time() - progress->told_us >= TELL_MS * G_GINT64_CONSTANT(1000);
}

void
kn_progress_show(KnProgress *progress, const gchar *before, guint64 value, guint64 max,
		 const gchar *after)
{
	const KnTerm *term = &progress->term;
	/* the last column stays free: a line that fills it may be two */
	guint n_room = term->width - 1;
	guint n_words = kn_term_columns(before) + kn_term_columns(after);
	guint n_bar = max > 0 && n_words < n_room ? MIN(BAR_COLUMNS, n_room - n_words) : 0;
	g_autofree gchar *bar = kn_term_bar(term, value, max, n_bar);
	g_autofree gchar *line = g_strconcat(before, bar, after, NULL);
	g_autofree gchar *fit = kn_term_fit(term, line, MIN(kn_term_columns(line), n_room));

	if (!progress->is_shown)
		return;
	progress->told_us = g_get_monotonic_time();
	g_printerr("\r%s\x1b[K", fit);
}

void
kn_progress_end(KnProgress *progress)
{
	if (progress->is_shown)
		g_printerr(CLEAR_LINE);
}

/* ---- a clean end ---- */

/* for a handler of signals: what it leaves behind */
static gboolean has_file;
static gboolean has_line;
static const gchar *last_words;

static void
on_ended(gint number)
{
	kn_file_unlink_unfinished();
	if (has_line)
		(void)!write(STDERR_FILENO, CLEAR_LINE, strlen(CLEAR_LINE));
	if (last_words != NULL)
		(void)!write(STDERR_FILENO, last_words, strlen(last_words));
	/* ended by the signal after all, so that a shell sees it; the handler was for once */
	(void)raise(number);
}

/* what was begun to outlive its terminal (nohup) does */
static gboolean
is_ignored(gint number)
{
	struct sigaction before;

	return sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
}

static void
set_handlers(gboolean is_ours)
{
	const struct sigaction action = {.sa_handler = is_ours ? on_ended : SIG_DFL,
					 .sa_flags = (gint)(SA_RESETHAND | SA_NODEFER)};

	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (!is_ignored(numbers[i]))
			(void)sigaction(numbers[i], &action, NULL);
}

void
kn_progress_guard_file(gboolean is_guarded)
{
	has_file = is_guarded;
	set_handlers(is_guarded);
}

/* ---- jobs ---- */

static gint
follow_job(KnCall *call, const gchar *what, KnProgress *progress, JsonNode **job)
{
	g_autofree gchar *before = g_strconcat(what, " ", NULL);
	gint failed = KN_EXIT_OK;

	while (failed == KN_EXIT_OK) {
		JsonObject *document = kn_doc_root(*job);
		gint64 permille = kn_doc_int(document, "progress_permille", 0);
		g_autofree gchar *percent =
			g_strdup_printf(" %3u %%", (guint)CLAMP(permille, 0, 1000) / 10);
		g_autofree gchar *id =
			g_uri_escape_string(kn_doc_text(document, "id"), NULL, FALSE);
		g_autofree gchar *path = g_strdup_printf("/v1/jobs/%s?wait=1", id);

		kn_progress_show(progress, before, (guint64)MAX(permille, 0), 1000, percent);
		if (!g_str_equal(kn_doc_text(document, "state"), "running"))
			break;
		g_clear_pointer(job, json_node_unref);
		failed = kn_call_ask(call, path, NULL, job);
	}
	return failed;
}

gint
kn_progress_wait_for_job(KnCall *call, const gchar *what, const gchar *last, JsonNode *begun,
			 JsonNode **ret_job)
{
	g_autoptr(JsonNode) job = json_node_ref(begun);
	g_autoptr(GError) error = NULL;
	KnProgress progress;
	gint failed = KN_EXIT_OK;

	kn_progress_begin(&progress);
	has_line = progress.is_shown;
	last_words = last;
	set_handlers(TRUE);
	failed = follow_job(call, what, &progress, &job);
	kn_progress_end(&progress);
	has_line = FALSE;
	last_words = NULL;
	set_handlers(has_file);
	if (failed == KN_EXIT_OK && kn_doc_has(kn_doc_root(job), "problem")) {
		kn_client_judge(kn_doc_object(kn_doc_root(job), "problem"), &error);
		failed = kn_call_fail(call, error);
	}
	if (failed == KN_EXIT_OK)
		*ret_job = g_steal_pointer(&job);
	return failed;
}

/* ---- endings ---- */

static gboolean
on_signal(gpointer data)
{
	KnEnding *ending = data;

	ending->all->exit_code = SIGNAL_EXIT + ending->number;
	g_cancellable_cancel(ending->all->cancellable);
	return G_SOURCE_CONTINUE;
}

void
kn_endings_begin(KnEndings *endings)
{
	*endings = (KnEndings){.cancellable = g_cancellable_new()};
	for (guint i = 0; i < KN_ENDINGS; i++) {
		endings->one[i] = (KnEnding){endings, numbers[i], 0};
		if (!is_ignored(numbers[i]))
			endings->one[i].source =
				g_unix_signal_add(numbers[i], on_signal, &endings->one[i]);
	}
}

void
kn_endings_end(KnEndings *endings)
{
	for (guint i = 0; i < KN_ENDINGS; i++)
		g_clear_handle_id(&endings->one[i].source, g_source_remove);
	g_clear_object(&endings->cancellable);
}
