/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/plans.h"

#include "store/sql.h"

/* 0, the home itself, always is */
static gboolean
is_person_there(KnDb *db, gint64 person_id, GError **error)
{
	gboolean is_found = TRUE;
	gint64 id;

	if (person_id != 0 && !kn_sql_get(db, "SELECT person_id FROM person WHERE person_id = ?1",
					  KN_SQL_INTS(person_id), &id, 1, &is_found, error))
		return FALSE;
	if (!is_found)
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND, "no such person");
	return is_found;
}

GPtrArray *
kn_plans_query(KnDb *db, gint64 person_id, GError **error)
{
	g_autoptr(GPtrArray) plans =
		g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_row_free);
	g_autoptr(KnStatement) row = NULL;
	gboolean is_row = TRUE;

	if (!is_person_there(db, person_id, error))
		return NULL;
	row = kn_sql_start(
		db,
		"SELECT plan_id, text, from_day, at_us, uid FROM plan AS p "
		"WHERE person_id IS nullif(?1, 0) AND NOT EXISTS (SELECT 1 FROM plan AS n "
		"WHERE n.person_id IS p.person_id AND n.plan_id > p.plan_id "
		"AND n.from_day <= p.from_day) ORDER BY plan_id DESC LIMIT ?2",
		KN_SQL_INTS(person_id, KN_PLANS_MAX), error);
	while (row) {
		KnPlanRow *plan = NULL;

		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&plans);
		plan = g_new(KnPlanRow, 1);
		*plan = (KnPlanRow){sqlite3_column_int64(row, 0),
				    g_strdup((const gchar *)sqlite3_column_text(row, 1)),
				    (KnDay)sqlite3_column_int64(row, 2),
				    sqlite3_column_int64(row, 3),
				    (guint32)sqlite3_column_int64(row, 4)};
		g_ptr_array_add(plans, plan);
	}
	return NULL;
}

static gboolean
insert(KnDb *db, const KnPlanWish *wish, gint64 now_us, GError **error)
{
	g_autoptr(KnStatement) row = NULL;

	if (!is_person_there(db, wish->person_id, error))
		return FALSE;
	row = kn_sql_start(db,
			   "INSERT INTO plan (person_id, from_day, at_us, uid, text) "
			   "VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5)",
			   KN_SQL_INTS(wish->person_id, wish->from_day, now_us, wish->uid), error);
	return row && kn_sql_bind_text(row, 5, wish->text, error) && kn_sql_finish(row, error);
}

gboolean
kn_plans_add(KnDb *db, const KnPlanWish *wish, gint64 now_us, GError **error)
{
	if (kn_db_begin(db, error) && insert(db, wish, now_us, error) && kn_db_commit(db, error))
		return TRUE;
	kn_db_rollback(db);
	return FALSE;
}
