/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-people.h"

#include "store/edits.h"
#include "store/people-rows.h"
#include "store/sql.h"

typedef struct {
	KnRestoreRows *rows;
	KnDb *db;
	KnPeople *here;
	GHashTable *persons; /* id there to id here, gint64 both */
} Work;

/* A number before all that are here: of two that say something about one thing the later counts, and what was said here is later. Those
 * that are brought back come newest first, and so keep their order. */
#define BELOW(table) "(SELECT min(1, ifnull(min(" table "_id), 1)) - 1 FROM " table ")"

/* FALSE with an error: this database does not take it */
typedef gboolean (*TakeFunc)(Work *work, KnStatement *row, GError **error);

/* rows that cannot be read any more are left out */
static gboolean
each(Work *work, KnDb *from, const gchar *sql, TakeFunc take, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(KnStatement) row = kn_sql_start(from, sql, KN_SQL_NONE, &reason);
	gboolean is_row = row != NULL;

	while (is_row && kn_sql_step(row, &is_row, &reason))
		if (is_row && !take(work, row, error))
			return FALSE;
	work->rows->report.is_whole &= reason == NULL;
	return TRUE;
}

static gboolean
take_person(Work *work, KnStatement *row, GError **error)
{
	gint64 there = sqlite3_column_int64(row, 0);
	const KnPerson person = {0, (gchar *)sqlite3_column_text(row, 1),
				 (gchar *)sqlite3_column_text(row, 2),
				 sqlite3_column_int64(row, 3)};
	gint64 id = 0;

	if (!person.label || !person.external_id)
		return TRUE;
	for (guint i = 0; i < work->here->persons->len; i++) {
		const KnPerson *known = work->here->persons->pdata[i];
		if (g_str_equal(known->label, person.label))
			id = known->id;
	}
	if (id == 0 && !kn_people_rows_add(work->db, &person, &id, error))
		return FALSE;
	g_hash_table_insert(work->persons, g_memdup2(&there, sizeof there),
			    g_memdup2(&id, sizeof id));
	return TRUE;
}

static gboolean
take_handout(Work *work, KnStatement *row, GError **error)
{
	gint64 device_there = sqlite3_column_int64(row, 0);
	gint64 person_there = sqlite3_column_int64(row, 1);
	const gint64 *device_id = g_hash_table_lookup(work->rows->devices, &device_there);
	const gint64 *person_id = g_hash_table_lookup(work->persons, &person_there);

	if (!device_id || !person_id)
		return TRUE;
	return kn_sql_run(work->db,
			  "INSERT INTO handout (device_id, person_id, from_us, to_us) "
			  "SELECT ?1, ?2, ?3, nullif(?4, 0) WHERE NOT EXISTS (SELECT 1 FROM "
			  "handout WHERE device_id = ?1 AND (?4 = 0 OR from_us < ?4) AND "
			  "(to_us IS NULL OR to_us > ?3))",
			  KN_SQL_INTS(*device_id, *person_id, sqlite3_column_int64(row, 2),
				      sqlite3_column_int64(row, 3)),
			  error);
}

static gboolean
take_assignment(Work *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	gint64 person_there = sqlite3_column_int64(row, 2);
	const gint64 *person_id = g_hash_table_lookup(work->persons, &person_there);

	if (!log || (person_there != 0 && !person_id))
		return TRUE;
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
			    person_id ? *person_id : 0, sqlite3_column_int64(row, 3),
			    sqlite3_column_int64(row, 4)),
		error);
}

static gboolean
take_plan(Work *work, KnStatement *row, GError **error)
{
	gint64 person_there = sqlite3_column_int64(row, 0);
	const gint64 *person_id = g_hash_table_lookup(work->persons, &person_there);
	const gchar *text = (const gchar *)sqlite3_column_text(row, 1);
	g_autoptr(KnStatement) insert = NULL;

	if (!text || (person_there != 0 && !person_id))
		return TRUE;
	insert = kn_sql_start(
		work->db,
		"INSERT INTO plan (plan_id, person_id, from_day, at_us, uid, text) SELECT " BELOW(
			"plan") ", nullif(?1, 0), "
				"?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM plan WHERE "
				"ifnull(person_id, 0) = "
				"?1 AND from_day = ?2 AND at_us = ?3 AND text = ?5)",
		KN_SQL_INTS(person_id ? *person_id : 0, sqlite3_column_int64(row, 2),
			    sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4)),
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
take_word(Work *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));
	g_autoptr(KnStatement) insert = NULL;

	if (!log)
		return TRUE;
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
take_edit(Work *work, KnStatement *row, GError **error)
{
	const KnRestoreLog *log = kn_restore_rows_log(work->rows, sqlite3_column_int64(row, 0));

	if (!log)
		return TRUE;
	return kn_sql_run(
		work->db,
		"INSERT INTO edit (log_key, device_boot, kind, first_seq, last_seq, at_us, uid, "
		"undone_us) SELECT l.log_key, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0) FROM log AS l "
		"WHERE l.device_id = ?1 AND l.log_id = ?2 AND NOT EXISTS (SELECT 1 FROM edit AS e "
		"WHERE e.log_key = l.log_key AND e.kind = ?4 AND e.first_seq = ?5 AND e.last_seq = "
		"?6 AND e.at_us = ?7)",
		KN_SQL_INTS(log->device_id, (gint64)log->log_id, sqlite3_column_int64(row, 1),
			    sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
			    sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5),
			    sqlite3_column_int64(row, 6), sqlite3_column_int64(row, 7)),
		error);
}

static gboolean
take_edits(Work *work, KnDb *from, GError **error)
{
	return each(work, from,
		    "SELECT log_key, device_boot, kind, first_seq, last_seq, at_us, uid, "
		    "ifnull(undone_us, 0) FROM edit ORDER BY edit_id",
		    take_edit, error);
}

static gboolean
take_all(Work *work, KnDb *from, GError **error)
{
	return each(work, from,
		    "SELECT person_id, label, external_id, made_us FROM person ORDER BY person_id",
		    take_person, error) &&
	       each(work, from,
		    "SELECT device_id, person_id, from_us, to_us FROM handout ORDER BY from_us",
		    take_handout, error) &&
	       each(work, from,
		    "SELECT log_key, seq, person_id, at_us, uid FROM assignment "
		    "ORDER BY assignment_id DESC",
		    take_assignment, error) &&
	       each(work, from,
		    "SELECT ifnull(person_id, 0), text, from_day, at_us, uid FROM plan "
		    "ORDER BY plan_id DESC",
		    take_plan, error) &&
	       each(work, from,
		    "SELECT log_key, seq, ifnull(pain_before, -1), ifnull(pain_after, -1), at_us, "
		    "uid, region, note FROM word ORDER BY word_id DESC",
		    take_word, error) &&
	       take_edits(work, from, error) && kn_edits_apply(work->db, error);
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
run(Work *work, KnDb *from, gboolean (*take)(Work *, KnDb *, GError **), GError **error)
{
	if (kn_db_begin(work->db, error) && take(work, from, error) &&
	    kn_db_commit(work->db, error))
		return TRUE;
	kn_db_rollback(work->db);
	return FALSE;
}

gboolean
kn_restore_edits(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	Work work = {rows, db, NULL, NULL};

	return !has_people(from) || run(&work, from, take_edits, error);
}

gboolean
kn_restore_people(KnRestoreRows *rows, KnDb *db, KnDb *from, GError **error)
{
	g_autoptr(GHashTable) persons =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	g_autoptr(KnPeople) here = kn_people_load(db, error);
	Work work = {rows, db, here, persons};

	if (!here)
		return FALSE;
	return !has_people(from) || run(&work, from, take_all, error);
}
