/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What people decided and said in a database that is brought back: persons, hand-outs, assignments, plans, words and edits; once, however often
 * it is; and what the hub itself noted beside its sessions. What was said here counts more: it is later. restore-work.h says who is the same person.
 * A database from before there were persons has none of it.
 */

#include "store/restore-rows.h"

/* All but edits, after the logs are here; one transaction. What cannot be read is missing, and the report says so. */
gboolean kn_restore_people(KnRestoreRows *rows, KnDb *db, KnDb *from,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Edits alone, before the blocks: sessions are derived with them. Those of a log that is not here yet are left to a second run. */
gboolean kn_restore_edits(KnRestoreRows *rows, KnDb *db, KnDb *from,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
