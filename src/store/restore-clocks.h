/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Which clock read what in a database that is brought back: the boots of the hub, and the anchors of the massagers with the boot they were
 * read in. So what was uncertain there is uncertain here, and a boot that goes on may still learn the time for all of it.
 */

#include "store/restore-rows.h"

/* Boots that are not known here come before all that are, as they were earlier; of those that are here the better reading counts. In a
 * transaction. */
gboolean kn_restore_clocks_take_boots(KnRestoreRows *rows, KnDb *db, KnDb *from,
				      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Anchors, after boots and logs. */
void kn_restore_clocks_take_anchors(KnRestoreRows *rows, KnDb *from);
void kn_restore_clocks_add(const KnRestoreRows *rows, KnBatch *batch);
