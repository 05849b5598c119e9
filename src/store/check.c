/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/check.h"

#include "store/blocks.h"
#include "store/sql.h"

gboolean
kn_check_begin(KnCheck *check, KnDb *db, GError **error)
{
	*check = (KnCheck){1, 0};
	return kn_sql_get(db, "SELECT coalesce(max(block_id), 0) FROM block", KN_SQL_NONE,
			  &check->last_id, 1, NULL, error);
}

gboolean
kn_check_is_done(const KnCheck *check)
{
	return check->next_id > check->last_id;
}

gboolean
kn_check_step(KnCheck *check, KnDb *db, GError **error)
{
	g_autoptr(KnBlockReader) reader = NULL;

	return kn_check_is_done(check) ||
	       kn_blocks_try_open(db, check->next_id++, NULL, &reader, error);
}

void
kn_check_some(KnCheck *check, KnDb *db, guint n_blocks)
{
	for (guint i = 0; i < n_blocks && !kn_check_is_done(check); i++) {
		g_autoptr(GError) error = NULL;

		if (kn_check_step(check, db, &error))
			continue;
		g_message("the walk over what is stored ends early: %s", error->message);
		*check = (KnCheck){1, 0};
	}
}
