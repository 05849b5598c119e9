/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A database of another time or a damaged one, made readable in a copy: the file itself is only ever read. In the copy a lost first
 * page is made anew from the others (first-page.h), a cut end is filled with nothing, its journal is played back, and an older schema is
 * migrated, unless damage is in the way: then it stays as it is.
 */

#include "store/db.h"

/* Opened before, because who may read it may be somebody else than who writes the copy. */
typedef struct {
	gint fd;         /* owned; -1: none */
	gint journal_fd; /* owned; -1: there is none */
} KnSalvageSource;
/* FALSE with IO, or FOREIGN when it is no file. */
gboolean kn_salvage_source_open(KnSalvageSource *source, const gchar *path,
				GError **error) G_GNUC_WARN_UNUSED_RESULT;
void kn_salvage_source_close(KnSalvageSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnSalvageSource, kn_salvage_source_close)

/* working: the copy's name; what is there is removed. Errors: FOREIGN, TOO_NEW, IO, FULL, MALFORMED (nothing can be read). */
KnDb *kn_salvage_open(const KnSalvageSource *source, const gchar *working, GError **error);
/* Closes it and removes the copy. */
void kn_salvage_close(KnDb *db);
