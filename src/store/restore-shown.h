/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What massagers had brought along when a person said which sessions are theirs: of two databases that know it the earlier word counts, so
 * that nothing is hidden that came after it. */

#include "store/restore-rows.h"

/* After the bounds of the logs, which make such a word of what is there now. What cannot be read is left out; the report says so. */
gboolean kn_restore_shown_take(KnRestoreRows *rows, KnDb *db, KnDb *from,
			       GError **error) G_GNUC_WARN_UNUSED_RESULT;
