/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How far long work is: one line of standard error that is written over itself, and gone when the work is over. Only on a terminal that can
 * write over a line; elsewhere all of this does nothing.
 */

#include "ctl/command.h"

typedef struct {
	KnTerm term;       /* of standard error */
	gboolean is_shown; /* somebody sees it */
	gint64 told_us;
} KnProgress;

void kn_progress_begin(KnProgress *ret_progress);
/* Whether the next one may be shown, some time after the last; so that nobody makes words for nothing. */
gboolean kn_progress_is_due(const KnProgress *progress);
/* Words, a bar of value of max (max 0: none), words; cut to the terminal. */
void kn_progress_show(KnProgress *progress, const gchar *before, guint64 value, guint64 max,
		      const gchar *after);
/* The line is gone, also when nothing was shown. */
void kn_progress_end(KnProgress *progress);

/*
 * Asks for a job until it is over, with a bar behind the word what. *ret_job: its document, with a result. On failure it is told, and the exit code
 * is returned, as by kn_call_ask. Ctrl-C ends knead as it ends any program, behind a clean line and the words last (borrowed for ever, a line
 * with its line feed; NULL: none).
 */
gint kn_progress_wait_for_job(KnCall *call, const gchar *what, const gchar *last, JsonNode *begun,
			      JsonNode **ret_job);

/* Ctrl-C, while a file is made that is written only when all of it is here, ends knead as it ends any program, and nothing of the file is left. */
void kn_progress_guard_file(gboolean is_guarded);

/* Signals that end a command which runs the default main context: the cancellable is cancelled. */
enum { KN_ENDINGS = 3 };
typedef struct KnEndings KnEndings;
typedef struct {
	KnEndings *all;
	gint number;
	guint source; /* 0: it was ignored when knead began, and stays so */
} KnEnding;
struct KnEndings {
	GCancellable *cancellable; /* owned */
	gint exit_code;            /* 0: none came; else that of a program which the signal ended */
	KnEnding one[KN_ENDINGS];
};
void kn_endings_begin(KnEndings *endings);
void kn_endings_end(KnEndings *endings);
