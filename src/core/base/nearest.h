/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Which word a person meant: what "did you mean" says of commands, options and keys. */

#include <glib.h>

typedef struct {
	const gchar *word;    /* borrowed: the wrong one, in small letters */
	const gchar *nearest; /* borrowed from what was tried; NULL: nothing is near */
	guint best;
} KnNearest;
/* FALSE: the word is too long to be meant for anything. */
gboolean kn_nearest_begin(KnNearest *nearest, const gchar *word);
void kn_nearest_try(KnNearest *nearest, const gchar *right);
