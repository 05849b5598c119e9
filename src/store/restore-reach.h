/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Up to when a database that was brought back can say that nothing is missing: to the newest record that its ledger covers, dated by this database, in
 * which what can be read of it is by now. */

#include "store/restore-rows.h"

/* UTC us; 0: it covers nothing, or its ledger cannot be read; G_MAXINT64: it has records, and nobody knows when they were. */
gboolean kn_restore_reach(const KnRestoreRows *rows, KnDb *db, KnDb *from, gint64 *ret_us,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
