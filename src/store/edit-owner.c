/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "store/edit-owner.h"

#include "store/sql.h"

static gboolean
assign(const KnEditOwner *owner, const KnSessionRow *row, gint64 person_id, GError **error)
{
	return kn_sql_run(owner->db,
			  "INSERT INTO assignment (log_key, seq, person_id, at_us, uid) "
			  "VALUES (?1, ?2, nullif(?3, 0), ?4, ?5)",
			  KN_SQL_INTS(row->log_key, (gint64)row->session.span.first_seq, person_id,
				      owner->now_us, owner->uid),
			  error);
}

gboolean
kn_edit_owner_part(const KnEditOwner *owner, const KnSessionRow *whole, const GPtrArray *parts,
		   GError **error)
{
	const KnSpan *span = &whole->session.span;
	gint64 n_assigned = 0;

	if (!kn_sql_get(
		    owner->db,
		    "SELECT count(*) FROM assignment WHERE log_key = ?1 AND seq BETWEEN ?2 "
		    "AND ?3",
		    KN_SQL_INTS(whole->log_key, (gint64)span->first_seq, (gint64)span->last_seq),
		    &n_assigned, 1, NULL, error))
		return FALSE;
	for (guint i = 0; n_assigned > 0 && i < parts->len; i++) {
		const KnSessionRow *part = parts->pdata[i];

		if (part->session.person_id != whole->session.person_id &&
		    !assign(owner, part, whole->session.person_id, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_edit_owner_join(const KnEditOwner *owner, const KnSessionRow *part, const KnSessionRow *whole,
		   GError **error)
{
	return whole->session.person_id == part->session.person_id ||
	       assign(owner, whole, part->session.person_id, error);
}
