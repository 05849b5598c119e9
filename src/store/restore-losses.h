/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * After a restore only what is truly missing is told as lost: the records that the ledger of the file covers and this one's does not, dated by
 * those around them. Of a ledger that cannot be read the loss stays as it was. A file that was not known to be damaged (a backup from a bad
 * stick, the database of a card that failed) leaves a loss, too: no summary would say otherwise that a session is missing between two others.
 * Given again when its records are here, or as a better copy of the same name, it leaves none; an older copy leaves what is lost of the time
 * behind its newest record. Whatever brings the records otherwise (another file, the massager) does not take the loss back, because only the
 * ledger of the file it is about knows what that had: what is told names those files that are to be given once more.
 */

#include "store/restore-rows.h"
#include "store/restore.h"

/* A transaction of its own. */
gboolean kn_restore_losses(const KnRestore *restore, KnRestoreRows *rows, KnDb *db, KnDb *from,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
