/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Persons, hand-outs and assignments of a database that is brought back; once, however often it is. Persons are the same by their label. A
 * hand-out that overlaps one that is here is left out: what this hub says of that time holds. A database from before there were persons has none.
 */

#include "store/restore-rows.h"

/* After the logs are here; one transaction. What cannot be read is missing, and rows->is_whole says so. */
gboolean kn_restore_people(KnRestoreRows *rows, KnDb *db, KnDb *from,
			   GError **error) G_GNUC_WARN_UNUSED_RESULT;
