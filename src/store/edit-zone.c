/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/edit-zone.h"

#include "store/sql.h"

static gboolean
note(const KnEditZone *zone, gint64 session_id, const gchar *old_zone, const gchar *new_zone,
     GError **error)
{
	g_autoptr(KnStatement) books =
		kn_sql_start(zone->db,
			     "INSERT INTO zone_change (session_id, changed_us, uid, old_zone, "
			     "new_zone) VALUES (?1, ?2, ?3, ?4, ?5)",
			     KN_SQL_INTS(session_id, zone->now_us, zone->uid), error);

	return books && kn_sql_bind_text(books, 4, old_zone, error) &&
	       kn_sql_bind_text(books, 5, new_zone, error) && kn_sql_finish(books, error);
}

gboolean
kn_edit_zone_join(const KnEditZone *zone, const KnSessionRow *second, const KnSessionRow *whole,
		  GError **error)
{
	return g_str_equal(second->session.zone, whole->session.zone) ||
	       note(zone, whole->session.id, second->session.zone, whole->session.zone, error);
}

static gboolean
move(const KnEditZone *zone, KnSessionRow *part, const gchar *to, GError **error)
{
	g_autoptr(KnStatement) update = NULL;

	if (!note(zone, part->session.id, part->session.zone, to, error))
		return FALSE;
	update = kn_sql_start(zone->db, "UPDATE session SET zone = ?2 WHERE session_id = ?1",
			      KN_SQL_INTS(part->session.id), error);
	if (!update || !kn_sql_bind_text(update, 2, to, error) || !kn_sql_finish(update, error))
		return FALSE;
	g_free(part->session.zone);
	part->session.zone = g_strdup(to);
	return TRUE;
}

/* What it had before the join; NULL: the same, or a person has moved the whole since. The whole may have got another number meanwhile, as part of
 * a longer one. */
static gchar *
find(const KnEditZone *zone, gint64 joined_us, const KnSessionRow *whole, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(zone->db,
			     "SELECT old_zone FROM zone_change WHERE changed_us = ?1 AND new_zone "
			     "= ?3 ORDER BY session_id = ?2 DESC LIMIT 1",
			     KN_SQL_INTS(joined_us, whole->session.id), error);
	gboolean is_row = FALSE;

	if (!row || !kn_sql_bind_text(row, 3, whole->session.zone, error) ||
	    !kn_sql_step(row, &is_row, error) || !is_row)
		return NULL;
	return g_strdup((const gchar *)sqlite3_column_text(row, 0));
}

gboolean
kn_edit_zone_part(const KnEditZone *zone, gint64 joined_us, guint64 last_seq,
		  const KnSessionRow *whole, const GPtrArray *parts, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autofree gchar *own = find(zone, joined_us, whole, &reason);

	if (reason) {
		g_propagate_error(error, g_steal_pointer(&reason));
		return FALSE;
	}
	/* the first is the session that there was */
	for (guint i = 1; own && i < parts->len; i++) {
		KnSessionRow *part = parts->pdata[i];

		if (part->session.span.first_seq <= last_seq &&
		    part->session.span.last_seq >= last_seq)
			return move(zone, part, own, error);
	}
	return TRUE;
}
