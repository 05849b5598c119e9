/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/rezone.h"

#include "store/sql.h"

typedef struct {
	gint64 id;
	gint64 start_us;
	gchar *zone; /* owned */
} Candidate;

static void
candidate_clear(gpointer data)
{
	g_free(((Candidate *)data)->zone);
}

static GArray *
find_candidates(KnDb *db, const KnRezone *wish, GError **error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Candidate));
	g_autoptr(KnStatement) row =
		kn_sql_start(db,
			     "SELECT session_id, start_utc_us, zone FROM session WHERE "
			     "(?1 = 0 OR device_id = ?1) AND zone <> ?2 ORDER BY session_id",
			     KN_SQL_INTS(wish->device_id), error);
	gboolean is_row = row != NULL && kn_sql_bind_text(row, 2, wish->zone, error);

	g_array_set_clear_func(found, candidate_clear);
	while (is_row) {
		Candidate candidate;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&found);
		candidate = (Candidate){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
					g_strdup((const gchar *)sqlite3_column_text(row, 2))};
		g_array_append_val(found, candidate);
	}
	return NULL;
}

static gboolean
is_wanted(const KnRezone *wish, const Candidate *candidate)
{
	KnDay day;

	if (!wish->has_from && !wish->has_to)
		return TRUE;
	/* a time that is not known is on no day */
	if (candidate->start_us == G_MAXINT64)
		return FALSE;
	day = kn_zone_day(candidate->start_us, candidate->zone);
	return (!wish->has_from || day >= wish->from_day) && (!wish->has_to || day <= wish->to_day);
}

static void
count(const KnRezone *wish, const Candidate *candidate, KnRezoned *done)
{
	gint64 start_us = candidate->start_us;

	done->n_sessions++;
	if (start_us == G_MAXINT64)
		return;
	done->n_other_day +=
		kn_zone_day(start_us, candidate->zone) != kn_zone_day(start_us, wish->zone);
	done->oldest_us = done->oldest_us == 0 ? start_us : MIN(done->oldest_us, start_us);
	done->newest_us = MAX(done->newest_us, start_us);
}

static gboolean
move(KnDb *db, const KnRezone *wish, const Candidate *candidate, gint64 now_us, GError **error)
{
	g_autoptr(KnStatement) books =
		kn_sql_start(db,
			     "INSERT INTO zone_change (session_id, changed_us, uid, old_zone, "
			     "new_zone) VALUES (?1, ?2, ?3, ?4, ?5)",
			     KN_SQL_INTS(candidate->id, now_us, wish->uid), error);
	g_autoptr(KnStatement) update = NULL;

	if (!books || !kn_sql_bind_text(books, 4, candidate->zone, error) ||
	    !kn_sql_bind_text(books, 5, wish->zone, error) || !kn_sql_finish(books, error))
		return FALSE;
	update = kn_sql_start(db,
			      "UPDATE session SET zone = ?2, revision = revision + 1 "
			      "WHERE session_id = ?1",
			      KN_SQL_INTS(candidate->id), error);
	return update && kn_sql_bind_text(update, 2, wish->zone, error) &&
	       kn_sql_finish(update, error);
}

/* for as long as it is the same: most sessions of a massager are of one */
static void
hold_zone(const gchar *zone, const gchar **held_name, GTimeZone **held)
{
	if (g_strcmp0(zone, *held_name) == 0)
		return;
	g_clear_pointer(held, g_time_zone_unref);
	*held = kn_zone_hold(zone);
	*held_name = zone;
}

static gboolean
move_all(KnDb *db, const KnRezone *wish, gint64 now_us, KnRezoned *done, GError **error)
{
	g_autoptr(GArray) candidates = find_candidates(db, wish, error);
	/* held, so that a day does not read the file of the zone each time */
	g_autoptr(GTimeZone) held = kn_zone_hold(wish->zone);
	g_autoptr(GTimeZone) old = NULL;
	const gchar *old_zone = NULL;

	(void)held;
	if (!candidates)
		return FALSE;
	for (guint i = 0; i < candidates->len; i++) {
		const Candidate *candidate = &g_array_index(candidates, Candidate, i);
		if (wish->permille)
			g_atomic_int_set(wish->permille,
					 (gint)(i * G_GINT64_CONSTANT(1000) / candidates->len));
		hold_zone(candidate->zone, &old_zone, &old);
		if (!is_wanted(wish, candidate))
			continue;
		count(wish, candidate, done);
		if (!wish->is_dry_run && !move(db, wish, candidate, now_us, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_rezone_run(KnDb *db, const KnRezone *wish, gint64 now_us, KnRezoned *ret_done, GError **error)
{
	KnRezoned done = {0};

	if (kn_db_begin(db, error) && move_all(db, wish, now_us, &done, error) &&
	    kn_db_commit(db, error)) {
		*ret_done = done;
		return TRUE;
	}
	kn_db_rollback(db);
	return FALSE;
}
