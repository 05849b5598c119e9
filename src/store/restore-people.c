/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-people.h"

#include "store/edits.h"
#include "store/people-rows.h"
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

static gboolean
take_edit(KnRestoreWork *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));

	if (!log)
		return leave(work);
	return kn_sql_run(
		work->db,
		"INSERT INTO edit (edit_id, log_key, device_boot, kind, first_seq, last_seq, "
		"at_us, uid, "
		"undone_us) SELECT " BELOW(
			"edit") ", l.log_key, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0) FROM log AS l "
				"WHERE l.device_id = ?1 AND l.log_id = ?2 AND NOT EXISTS (SELECT 1 "
				"FROM edit AS e "
				"WHERE e.log_key = l.log_key AND e.kind = ?4 AND e.first_seq = ?5 "
				"AND e.last_seq = "
				"?6 AND e.at_us = ?7)",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 1),
			    sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
			    sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5),
			    sqlite3_column_int64(row, 6), sqlite3_column_int64(row, 7)),
		error);
}

/* An edit is taken back by its number, which is none below 1: all of them move up, and keep their order. The way there is far, for no two may
 * have one number meanwhile. */
static gboolean
number_edits(KnDb *db, GError **error)
{
	gint64 first = 1;

	if (!kn_sql_get(db, "SELECT coalesce(min(edit_id), 1) FROM edit", KN_SQL_NONE, &first, 1,
			NULL, error))
		return FALSE;
	return first >= 1 ||
	       (kn_sql_run(db, "UPDATE edit SET edit_id = edit_id + 1000000000000", KN_SQL_NONE,
			   error) &&
		kn_sql_run(db, "UPDATE edit SET edit_id = edit_id - 1000000000000 + 1 - ?1",
			   KN_SQL_INTS(first), error));
}

static gboolean
take_edits(KnRestoreWork *work, GError **error)
{
	return kn_restore_work_each(work, "edits",
				    "SELECT log_key, device_boot, kind, first_seq, last_seq, "
				    "at_us, uid, ifnull(undone_us, 0) FROM edit "
				    "ORDER BY edit_id DESC",
				    take_edit, error) &&
	       number_edits(work->db, error);
}

/* Of what was brought back, from however many databases, the later counts: each goes to its place among them, by way of numbers that nobody has. */
#define FAR "1000000000000"
#define PUT_IN_PLACE(table)                                                                     \
	"UPDATE " table " SET " table "_id = o.place - " FAR " FROM (SELECT " table             \
	"_id AS id, 1 - row_number() OVER (ORDER BY at_us DESC, " table                         \
	"_id DESC) AS place FROM " table " WHERE " table "_id < 1) AS o WHERE " table "." table \
	"_id = o.id"
#define COME_BACK(table)                                                                         \
	"UPDATE " table " SET " table "_id = " table "_id + " FAR " WHERE " table "_id <= -" FAR \
	"/2"

static gboolean
order_sayings(KnDb *db, GError **error)
{
	static const gchar *const statements[] = {
		PUT_IN_PLACE("assignment"), COME_BACK("assignment"), PUT_IN_PLACE("plan"),
		COME_BACK("plan"),          PUT_IN_PLACE("word"),    COME_BACK("word")};

	for (gsize i = 0; i < G_N_ELEMENTS(statements); i++)
		if (!kn_sql_run(db, statements[i], KN_SQL_NONE, error))
			return FALSE;
	return TRUE;
}

static gboolean
take_sayings(KnRestoreWork *work, GError **error)
{
	return kn_restore_work_each(work, "assignments",
				    "SELECT log_key, seq, person_id, at_us, uid FROM assignment "
				    "ORDER BY assignment_id DESC",
				    take_assignment, error) &&
	       kn_restore_work_each(work, "plans",
				    "SELECT ifnull(person_id, 0), text, from_day, at_us, uid "
				    "FROM plan ORDER BY plan_id DESC",
				    take_plan, error) &&
	       kn_restore_work_each(work, "words about sessions",
				    "SELECT log_key, seq, ifnull(pain_before, -1), "
				    "ifnull(pain_after, -1), at_us, uid, region, note FROM word "
				    "ORDER BY word_id DESC",
				    take_word, error) &&
	       order_sayings(work->db, error);
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
