/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The words behind a command: whether they are as many as it takes, and what is said when not. */

#include "ctl/command.h"

/* They are joined to one argument: any number of words, or as many as "SESSION TEXT" has, or more. */
gboolean kn_arguments_are_free(const KnCommand *command, gint n_arguments);
/* Too many words, or none where one is needed: told on standard error. Returns KN_EXIT_USAGE. */
gint kn_arguments_wrong(const KnTerm *term, const KnCommand *command, gint n_arguments,
			gchar **arguments);
