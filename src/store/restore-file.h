/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Which losses are about the file that is brought back: those whose name it lies under beside the hub's database, or, when nothing does, that have
 * its name and are of the same hub. A file that lies elsewhere is called restored/NAME, one of another hub restored/HUB/NAME, both cut to what a
 * loss has room for.
 */

#include "store/restore-rows.h"
#include "store/restore.h"

/* all borrowed */
typedef struct {
	const KnRestore *restore;
	const KnRestoreRows *rows;
	KnDb *db;
	KnDb *from;
} KnRestoreFile;

/* The names of losses that are about it, each once; NULL with an error. */
GPtrArray *kn_restore_file_losses(const KnRestoreFile *file, GError **error);
/* What a new loss calls it; the caller's. */
gchar *kn_restore_file_name(const KnRestoreFile *file);
/* What it is called here, if the other database called the file of a loss this; the caller's. */
gchar *kn_restore_file_carried(const KnRestoreRows *rows, KnDb *db, KnDb *from, const gchar *name);
