/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Which losses are about the file that is brought back: those whose name it lies under beside the hub's database, or, when nothing does, that have
 * its name and are of the same hub.
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
