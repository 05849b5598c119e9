/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * After a restore of a database that was set aside only what is truly missing is told as lost: the records that its ledger covers and this
 * one's does not, dated by those around them. Of a ledger that cannot be read the loss stays as it was.
 */

#include "store/restore-rows.h"
#include "store/restore.h"

/* A transaction of its own. Losses are those of this file: it lies under their name beside the hub's database, or, when nothing does, it
 * has the name and is of the same hub. */
gboolean kn_restore_losses(const KnRestore *restore, KnRestoreRows *rows, KnDb *db, KnDb *from,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
