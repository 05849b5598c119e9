/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/people-rows.h"

#include "store/edits.h"
#include "store/sessions.h"
#include "store/sql.h"

/* ---- persons ---- */

static gboolean
load_persons(KnDb *db, KnPeople *people, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db, "SELECT person_id, label, external_id, made_us FROM person",
			     KN_SQL_NONE, error);
	gboolean is_row = row != NULL;

	while (is_row) {
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		kn_people_add(people, &(KnPerson){sqlite3_column_int64(row, 0),
						  (gchar *)sqlite3_column_text(row, 1),
						  (gchar *)sqlite3_column_text(row, 2),
						  sqlite3_column_int64(row, 3)});
	}
	return FALSE;
}

static gboolean
load_handouts(KnStatement *row, GArray *handouts, GError **error)
{
	gboolean is_row = row != NULL;

	while (is_row) {
		KnHandout handout;
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		handout = (KnHandout){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
				      sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)};
		g_array_append_val(handouts, handout);
	}
	return FALSE;
}

KnPeople *
kn_people_load(KnDb *db, GError **error)
{
	g_autoptr(KnPeople) people = kn_people_new();
	g_autoptr(KnStatement) out =
		kn_sql_start(db,
			     "SELECT h.device_id, h.person_id, h.from_us, 0 FROM device AS d "
			     "CROSS JOIN handout AS h ON h.device_id = d.device_id "
			     "AND h.to_us IS NULL ORDER BY d.device_id",
			     KN_SQL_NONE, error);
	g_autoptr(KnStatement) returned = NULL;

	if (!load_persons(db, people, error) || !load_handouts(out, people->handouts, error))
		return NULL;
	/* what was pressed just before a massager came back may still be on it, and nowhere else */
	returned =
		kn_sql_start(db,
			     "SELECT h.device_id, h.person_id, h.from_us, h.to_us FROM device AS d "
			     "CROSS JOIN handout AS h ON h.device_id = d.device_id "
			     "AND h.to_us > d.synced_us ORDER BY h.to_us DESC LIMIT ?1",
			     KN_SQL_INTS(KN_PEOPLE_RETURNED_MAX), error);
	if (!load_handouts(returned, people->returned, error))
		return NULL;
	kn_people_sort(people);
	return g_steal_pointer(&people);
}

gboolean
kn_people_rows_add(KnDb *db, const KnPerson *person, gint64 *ret_person_id, GError **error)
{
	g_autoptr(KnStatement) insert = kn_sql_start(
		db, "INSERT INTO person (made_us, label, external_id) VALUES (?1, ?2, ?3)",
		KN_SQL_INTS(person->made_us), error);

	if (!insert || !kn_sql_bind_text(insert, 2, person->label, error) ||
	    !kn_sql_bind_text(insert, 3, person->external_id, error) ||
	    !kn_sql_finish(insert, error))
		return FALSE;
	*ret_person_id = sqlite3_last_insert_rowid(db->handle);
	return TRUE;
}

gboolean
kn_people_rows_rename(KnDb *db, const KnPerson *person, GError **error)
{
	g_autoptr(KnStatement) update = kn_sql_start(
		db, "UPDATE person SET label = ?2, external_id = ?3 WHERE person_id = ?1",
		KN_SQL_INTS(person->id), error);

	return update && kn_sql_bind_text(update, 2, person->label, error) &&
	       kn_sql_bind_text(update, 3, person->external_id, error) &&
	       kn_sql_finish(update, error);
}

/* ---- whose sessions are ---- */

typedef struct {
	gint64 session_id;
	gint64 person_id;
	gint64 is_listed;
} Owner;

GArray *
kn_people_rows_owners(KnDb *db, gint64 device_id, gint64 from_us, GError **error)
{
	g_autoptr(GArray) owners = g_array_new(FALSE, FALSE, sizeof(Owner));
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT s.session_id, " KN_PEOPLE_OWNER ", " KN_PEOPLE_ROWS_IS_LISTED
		"FROM session AS s WHERE s.device_id = ?1 "
		"AND s.start_utc_us < 9223372036854775807 "
		"AND s.start_utc_us + s.duration_ms * 1000 >= ?2 ORDER BY s.session_id",
		KN_SQL_INTS(device_id, from_us), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		Owner owner;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&owners);
		owner = (Owner){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
				sqlite3_column_int64(row, 2)};
		g_array_append_val(owners, owner);
	}
	return NULL;
}

gboolean
kn_people_rows_revise(KnDb *db, gint64 device_id, gint64 from_us, const GArray *before,
		      guint *ret_n_moved, GError **error)
{
	g_autoptr(GArray) after = kn_people_rows_owners(db, device_id, from_us, error);

	*ret_n_moved = 0;
	/* hand-outs make and end no session: the same ones in the same order */
	for (guint i = 0; after && i < MIN(before->len, after->len); i++) {
		const Owner *now = &g_array_index(after, Owner, i);
		if (now->person_id == g_array_index(before, Owner, i).person_id)
			continue;
		*ret_n_moved += now->is_listed != 0;
		if (!kn_sql_run(db,
				"UPDATE session SET revision = revision + 1 WHERE session_id = ?1",
				KN_SQL_INTS(now->session_id), error))
			return FALSE;
	}
	return after != NULL;
}
