/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A file that a command writes for a person: whole or not at all, readable by nobody else, and never over one that is there unless that was
 * asked for. What goes wrong is told on standard error with what to do; exit codes as of command.h. */

#include "ctl/command.h"

#include <stdio.h>

typedef struct {
	const gchar *path; /* borrowed */
	gboolean is_forced;
	gchar *making; /* owned: its name until it is whole */
	FILE *file;    /* owned; NULL once it is closed */
} KnFile;

/* call->output, with its call->is_forced. Asked for before anything else is done, so that nothing is done in vain. */
gint kn_file_open(const KnCall *call, KnFile *ret_file);
/* To the disk and in its place, if is_written and all of it can be. */
gint kn_file_close(KnFile *file, gboolean is_written);
/* Nothing came of it. */
void kn_file_discard(KnFile *file);
/* Of the last one that was opened and neither closed nor discarded nothing is left. For a handler of signals: it may be called at any time. */
void kn_file_unlink_unfinished(void);
/* What --json tells of a file that was written: its path, whole; the command adds what is in it. New: an object. */
JsonNode *kn_file_describe(const KnFile *file);
