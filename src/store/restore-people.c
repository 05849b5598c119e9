/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-people.h"

#include "store/edits.h"
#include "store/people-rows.h"
#include "store/restore-order.h"
#include "store/restore-work.h"

/* A number before all that are here: of two that say something about one thing the later counts, and what was said here is later. Those
 * that are brought back come newest first, and so keep their order. */
#define BELOW(table) "(SELECT min(1, ifnull(min(" table "_id), 1)) - 1 FROM " table ")"

/* rows that cannot be read any more are left out */
gboolean
kn_restore_work_each(KnRestoreWork *work, const gchar *what, const gchar *sql,
		     KnRestoreTakeFunc take, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(work->from, sql, KN_SQL_NONE, &reason);
	gboolean is_row = row != NULL;

	work->n_left = 0;
	while (is_row && kn_sql_step(row, &is_row, &reason))
		if (is_row && !take(work, row, error))
			return FALSE;
	if (work->is_silent)
		return TRUE;
	if (reason)
		kn_restore_report_unreadable(&work->rows->report, what, reason);
	kn_restore_report_left_out(&work->rows->report, what, work->n_left);
	return TRUE;
}

static gboolean
leave(KnRestoreWork *work)
{
	work->n_left++;
	return TRUE;
}

static gboolean
take_assignment(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	gint64 person_there = sqlite3_column_int64(row, 2);
	gint64 person_id = kn_restore_work_person(work, person_there);

	if (!log || (person_there != 0 && person_id == 0))
		return leave(work);
	return kn_sql_run(
		work->db,
		"INSERT INTO assignment (assignment_id, log_key, seq, person_id, at_us, uid) "
		"SELECT " BELOW("assignment") ", l.log_key, ?3, nullif(?4, 0), ?5, ?6 FROM log AS "
					      "l WHERE l.device_id = ?1 "
					      "AND l.log_id = ?2 AND NOT EXISTS (SELECT 1 FROM "
					      "assignment AS a WHERE a.log_key = "
					      "l.log_key AND a.seq = ?3 AND a.at_us = ?5 AND "
					      "ifnull(a.person_id, 0) = ?4)",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 1),
			    person_id, sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)),
		error);
}

static gboolean
take_plan(KnRestoreWork *work, KnStatement *row, GError **error)
{
	gint64 person_there = sqlite3_column_int64(row, 0);
	gint64 person_id = kn_restore_work_person(work, person_there);
	const gchar *text = (const gchar *)sqlite3_column_text(row, 1);
	g_autoptr(KnStatement) insert = NULL;

	if (!text || (person_there != 0 && person_id == 0))
		return leave(work);
	insert = kn_sql_start(
		work->db,
		"INSERT INTO plan (plan_id, person_id, from_day, at_us, uid, text) SELECT " BELOW(
			"plan") ", nullif(?1, 0), "
				"?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM plan WHERE "
				"ifnull(person_id, 0) = "
				"?1 AND from_day = ?2 AND at_us = ?3 AND text = ?5)",
		KN_SQL_INTS(person_id, sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
			    sqlite3_column_int64(row, 4)),
		error);
	return insert && kn_sql_bind_text(insert, 5, text, error) && kn_sql_finish(insert, error);
}

static gboolean
bind_text_or_null(KnStatement *statement, guint at, const gchar *text, GError **error)
{
	/* what is not bound is NULL */
	return !text || kn_sql_bind_text(statement, at, text, error);
}

static gboolean
take_word(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	g_autoptr(KnStatement) insert = NULL;

	if (!log)
		return leave(work);
	insert = kn_sql_start(
		work->db,
		"INSERT INTO word (word_id, log_key, seq, pain_before, pain_after, at_us, uid, "
		"region, "
		"note) SELECT " BELOW("word") ", l.log_key, ?3, nullif(?4, -1), nullif(?5, -1), "
					      "?6, ?7, ?8, ?9 FROM "
					      "log AS l WHERE l.device_id = ?1 AND l.log_id = ?2 "
					      "AND NOT EXISTS (SELECT 1 FROM "
					      "word AS w WHERE w.log_key = l.log_key AND w.seq = "
					      "?3 AND w.at_us = ?6 AND "
					      "w.pain_before IS nullif(?4, -1) AND w.pain_after IS "
					      "nullif(?5, -1) AND "
					      "w.region IS ?8 AND w.note IS ?9)",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 1),
			    sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
			    sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5)),
		error);
	return insert &&
	       bind_text_or_null(insert, 8, (const gchar *)sqlite3_column_text(row, 6), error) &&
	       bind_text_or_null(insert, 9, (const gchar *)sqlite3_column_text(row, 7), error) &&
	       kn_sql_finish(insert, error);
}

/* Of an edit that is here, too: that it was taken back there is the later word, for none comes back into force. */
static gboolean
take_back(KnRestoreWork *work, const KnRestoreLog *log, KnStatement *row, GError **error)
{
	return kn_sql_run(
		work->db,
		"UPDATE edit SET undone_us = ?7 WHERE log_key = (SELECT log_key FROM log WHERE "
		"device_id = ?1 AND log_id = ?2) AND kind = ?3 AND first_seq = ?4 AND last_seq = "
		"?5 AND at_us = ?6 AND ?7 > 0 AND undone_us IS NULL",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 2),
			    sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
			    sqlite3_column_int64(row, 5), sqlite3_column_int64(row, 7)),
		error);
}

/* who keeps sessions by revision must see that one that was here is deleted, or no more */
static gboolean
revise_deleted(KnRestoreWork *work, const KnRestoreLog *log, KnStatement *row, GError **error)
{
	return sqlite3_column_int(row, 2) != KN_EDIT_DELETE ||
	       kn_sql_run(work->db,
			  "UPDATE session SET revision = revision + 1 WHERE log_key = (SELECT "
			  "log_key FROM log WHERE device_id = ?1 AND log_id = ?2) AND first_seq <= "
			  "?4 AND last_seq >= ?3 AND session_id <= ?5",
			  KN_SQL_INTS(log->device_id, (gint64)log->log_id,
				      sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
				      work->rows->newest_session_id),
			  error);
}

static gboolean
take_edit(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	gint64 undone_us = sqlite3_column_int64(row, 7);
	gboolean is_new;

	if (!log)
		return leave(work);
	if (!kn_sql_run(work->db,
			"INSERT INTO edit (edit_id, log_key, device_boot, kind, first_seq, "
			"last_seq, at_us, uid, undone_us) SELECT " BELOW(
				"edit") ", l.log_key, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0) FROM "
					"log AS l WHERE l.device_id = ?1 AND l.log_id = ?2 AND NOT "
					"EXISTS (SELECT 1 FROM edit AS e WHERE e.log_key = "
					"l.log_key AND e.kind = ?4 AND e.first_seq = ?5 AND "
					"e.last_seq = ?6 AND e.at_us = ?7)",
			KN_SQL_INTS(log->device_id, (gint64)log->log_id,
				    sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2),
				    sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
				    sqlite3_column_int64(row, 5), sqlite3_column_int64(row, 6),
				    undone_us),
			error))
		return FALSE;
	is_new = sqlite3_changes(work->db->handle) > 0;
	if (!is_new && !take_back(work, log, row, error))
		return FALSE;
	/* one that was taken back before it came here has never held here */
	if (is_new ? undone_us != 0 : sqlite3_changes(work->db->handle) == 0)
		return TRUE;
	return revise_deleted(work, log, row, error);
}

static gboolean
take_in_order(KnRestoreWork *work, KnRestoreTable table, const gchar *what, const gchar *sql,
	      KnRestoreTakeFunc take, GError **error)
{
	gint64 first;

	return kn_restore_order_begin(work->db, table, &first, error) &&
	       kn_restore_work_each(work, what, sql, take, error) &&
	       kn_restore_order_end(work->db, table, first, error);
}

static gboolean
take_edits(KnRestoreWork *work, GError **error)
{
	return take_in_order(work, KN_RESTORE_EDITS, "edits",
			     "SELECT log_key, device_boot, kind, first_seq, last_seq, "
			     "at_us, uid, ifnull(undone_us, 0) FROM edit "
			     "ORDER BY edit_id DESC",
			     take_edit, error);
}

static gboolean
take_sayings(KnRestoreWork *work, GError **error)
{
	return take_in_order(work, KN_RESTORE_ASSIGNMENTS, "assignments",
			     "SELECT log_key, seq, person_id, at_us, uid FROM assignment "
			     "ORDER BY assignment_id DESC",
			     take_assignment, error) &&
	       take_in_order(work, KN_RESTORE_PLANS, "plans",
			     "SELECT ifnull(person_id, 0), text, from_day, at_us, uid "
			     "FROM plan ORDER BY plan_id DESC",
			     take_plan, error) &&
	       take_in_order(work, KN_RESTORE_WORDS, "words about sessions",
			     "SELECT log_key, seq, ifnull(pain_before, -1), "
			     "ifnull(pain_after, -1), at_us, uid, region, note FROM word "
			     "ORDER BY word_id DESC",
			     take_word, error);
}

/* who keeps sessions by revision must see that one that was here before is another one's now */
static gboolean
take_owners(KnRestoreWork *work, GError **error)
{
	g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	GHashTableIter iter;
	gpointer id;
	guint n_moved, i = 0;

	g_hash_table_iter_init(&iter, work->rows->devices);
	while (g_hash_table_iter_next(&iter, NULL, &id)) {
		GArray *owners = kn_people_rows_owners(work->db, *(gint64 *)id, G_MININT64, error);
		if (!owners)
			return FALSE;
		g_ptr_array_add(before, owners);
	}
	if (!kn_restore_handouts(work, error) || !take_sayings(work, error))
		return FALSE;
	g_hash_table_iter_init(&iter, work->rows->devices);
	while (g_hash_table_iter_next(&iter, NULL, &id))
		if (!kn_people_rows_revise(work->db, *(gint64 *)id, G_MININT64, before->pdata[i++],
					   &n_moved, error))
			return FALSE;
	return TRUE;
}

static gboolean
take_all(KnRestoreWork *work, GError **error)
{
	return kn_restore_persons(work, error) && take_owners(work, error) &&
	       take_edits(work, error) && kn_edits_apply(work->db, error) &&
	       kn_restore_books(work, error);
}

/* when not even this can be read, there is nothing that could be */
static gboolean
has_people(KnDb *from)
{
	gint64 n_tables = 0;

	return kn_sql_get(from,
			  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN "
			  "('person', 'handout', 'assignment', 'plan', 'word', 'edit')",
			  KN_SQL_NONE, &n_tables, 1, NULL, NULL) &&
	       n_tables == 6;
}

static gboolean
run(KnRestoreWork *work, gboolean (*take)(KnRestoreWork *, GError **), GError **error)
{
	if (kn_db_begin(work->db, error) && take(work, error) && kn_db_commit(work->db, error))
		return TRUE;
	kn_db_rollback(work->db);
	return FALSE;
}

gboolean
kn_restore_edits(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	KnRestoreWork work = {.rows = rows, .db = db, .from = from, .is_silent = TRUE};

	return !has_people(from) || run(&work, take_edits, error);
}

gboolean
kn_restore_people(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(GHashTable) persons =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	KnRestoreWork work = {.rows = rows, .db = db, .from = from, .persons = persons};

	return !has_people(from) || run(&work, take_all, error);
}
