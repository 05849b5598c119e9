/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/people.h"

#include "core/base/zone.h"
#include "store/edits.h"
#include "store/people-rows.h"
#include "store/sessions.h"
#include "store/sql.h"

static gboolean refuse(GError **error, const gchar *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean
refuse(GError **error, const gchar *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error)
		*error = g_error_new_valist(KN_STORE_ERROR, KN_STORE_ERROR_REFUSED, format,
					    arguments);
	va_end(arguments);
	return FALSE;
}

/* as the clock beside the hub shows it, and every list */
static gchar *
format_time(gint64 utc_us, const KnPeopleWish *wish)
{
	g_autoptr(GTimeZone) zone = kn_zone_hold(wish->zone ? wish->zone : "UTC");
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(utc_us / G_USEC_PER_SEC);
	g_autoptr(GDateTime) time = utc ? g_date_time_to_timezone(utc, zone) : NULL;

	return time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("?");
}

/* ---- persons ---- */

static gboolean
is_free(const KnPeople *people, const KnPeopleWish *wish, GError **error)
{
	for (guint i = 0; wish->label && i < people->persons->len; i++) {
		const KnPerson *person = people->persons->pdata[i];
		if (person->id != wish->person_id && g_str_equal(person->label, wish->label))
			return refuse(error, "there is a person called %s already", wish->label);
	}
	return TRUE;
}

static gboolean
add(KnDb *db, const KnPeopleWish *wish, gint64 now_us, KnPeopleDone *done, GError **error)
{
	g_autoptr(KnPeople) people = kn_people_load(db, error);
	const KnPerson person = {0, (gchar *)wish->label,
				 (gchar *)(wish->external_id ? wish->external_id : ""), now_us};

	if (!people || !is_free(people, wish, error))
		return FALSE;
	if (people->persons->len >= KN_PEOPLE_MAX)
		return refuse(error, "this hub has %d persons, which is its limit", KN_PEOPLE_MAX);
	return kn_people_rows_add(db, &person, &done->person_id, error);
}

static gboolean
rename_person(KnDb *db, const KnPeopleWish *wish, const KnPeople *people, GError **error)
{
	const KnPerson *old = kn_people_get(people, wish->person_id);
	const KnPerson person = {old->id, wish->label ? (gchar *)wish->label : old->label,
				 wish->external_id ? (gchar *)wish->external_id : old->external_id,
				 old->made_us};

	return is_free(people, wish, error) && kn_people_rows_rename(db, &person, error);
}

/* ---- hand-outs ---- */

static gboolean
is_device_there(KnDb *db, gint64 device_id, GError **error)
{
	gint64 id;

	return kn_sql_get(db, "SELECT device_id FROM device WHERE device_id = ?1",
			  KN_SQL_INTS(device_id), &id, 1, NULL, error);
}

/* the last there was of this massager: none can begin before its end. id 0: there was none */
typedef struct {
	gint64 id;
	gint64 person_id;
	gint64 from_us;
	gint64 to_us; /* 0: it is out */
} Last;

static gboolean
find_last(KnDb *db, gint64 device_id, Last *ret_last, GError **error)
{
	gint64 values[4] = {0};
	gboolean is_found;

	if (!kn_sql_get(db,
			"SELECT handout_id, person_id, from_us, to_us FROM handout "
			"WHERE device_id = ?1 ORDER BY from_us DESC LIMIT 1",
			KN_SQL_INTS(device_id), values, 4, &is_found, error))
		return FALSE;
	*ret_last = is_found ? (Last){values[0], values[1], values[2], values[3]} : (Last){0};
	return TRUE;
}

static gboolean
end_handout(KnDb *db, const KnPeopleWish *wish, const Last *last, GError **error)
{
	g_autofree gchar *since = format_time(last->from_us, wish);

	if (wish->at_us <= last->from_us)
		return refuse(error, "it was handed out at %s: it can only come back later", since);
	return kn_sql_run(db, "UPDATE handout SET to_us = ?2 WHERE handout_id = ?1",
			  KN_SQL_INTS(last->id, wish->at_us), error);
}

static gboolean
check_out(KnDb *db, const KnPeopleWish *wish, const KnPeople *people, GError **error)
{
	Last last;
	g_autofree gchar *time = NULL;
	const KnPerson *holder;

	if (!find_last(db, wish->device_id, &last, error))
		return FALSE;
	holder = kn_people_get(people, last.person_id);
	time = format_time(last.to_us != 0 ? last.to_us : last.from_us, wish);
	if (last.id != 0 && last.to_us == 0 && last.person_id == wish->person_id)
		return refuse(error, "%s has it since %s already",
			      holder ? holder->label : "somebody", time);
	if (last.id != 0 && last.to_us == 0 && !wish->is_forced)
		return refuse(error,
			      "%s has it since %s: let it come back first (knead return), or take "
			      "it with --force",
			      holder ? holder->label : "somebody", time);
	if (last.to_us > wish->at_us)
		return refuse(error, "%s had it until %s: say a later time",
			      holder ? holder->label : "somebody", time);
	if (last.id != 0 && last.to_us == 0 && !end_handout(db, wish, &last, error))
		return FALSE;
	return kn_sql_run(db,
			  "INSERT INTO handout (device_id, person_id, from_us) VALUES (?1, ?2, ?3)",
			  KN_SQL_INTS(wish->device_id, wish->person_id, wish->at_us), error);
}

static gboolean
give_back(KnDb *db, const KnPeopleWish *wish, KnPeopleDone *done, GError **error)
{
	Last last;

	if (!find_last(db, wish->device_id, &last, error))
		return FALSE;
	if (last.id == 0 || last.to_us != 0)
		return refuse(error, "nobody has it");
	done->person_id = last.person_id;
	return end_handout(db, wish, &last, error);
}

static gboolean
hand(KnDb *db, const KnPeopleWish *wish, const KnPeople *people, gint64 now_us, KnPeopleDone *done,
     GError **error)
{
	g_autoptr(GArray) before = NULL;

	if (wish->at_us > now_us)
		return refuse(error, "that is still to come: say a time that has been");
	if (!is_device_there(db, wish->device_id, error))
		return FALSE;
	before = kn_people_rows_owners(db, wish->device_id, wish->at_us, error);
	if (!before)
		return FALSE;
	if (wish->what == KN_PEOPLE_CHECKOUT ? !check_out(db, wish, people, error)
					     : !give_back(db, wish, done, error))
		return FALSE;
	return kn_people_rows_revise(db, wish->device_id, wish->at_us, before, &done->n_moved,
				     error);
}

/* ---- assignments ---- */

static gboolean
assign_one(KnDb *db, const KnPeopleWish *wish, gint64 session_id, gint64 now_us, guint *n_moved,
	   GError **error)
{
	gint64 was[4], owner;

	if (!kn_sql_get(db,
			"SELECT log_key, first_seq, " KN_PEOPLE_OWNER ", " KN_PEOPLE_ROWS_IS_LISTED
			"FROM session AS s WHERE session_id = ?1",
			KN_SQL_INTS(session_id), was, 4, NULL, error))
		return FALSE;
	if (!kn_sql_run(db,
			"INSERT INTO assignment (log_key, seq, person_id, at_us, uid) "
			"VALUES (?1, ?2, nullif(?3, 0), ?4, ?5)",
			KN_SQL_INTS(was[0], was[1], wish->person_id, now_us, wish->uid), error))
		return FALSE;
	owner = wish->person_id;
	*n_moved += owner != was[2] && was[3] != 0;
	return owner == was[2] ||
	       kn_sql_run(db, "UPDATE session SET revision = revision + 1 WHERE session_id = ?1",
			  KN_SQL_INTS(session_id), error);
}

static gboolean
assign(KnDb *db, const KnPeopleWish *wish, gint64 now_us, KnPeopleDone *done, GError **error)
{
	for (guint i = 0; i < wish->n_sessions; i++)
		if (!assign_one(db, wish, wish->sessions[i], now_us, &done->n_moved, error))
			return FALSE;
	return TRUE;
}

/* ---- any of it ---- */

static gboolean
run(KnDb *db, const KnPeopleWish *wish, gint64 now_us, KnPeopleDone *done, GError **error)
{
	g_autoptr(KnPeople) people = NULL;

	if (wish->what == KN_PEOPLE_ADD)
		return add(db, wish, now_us, done, error);
	people = kn_people_load(db, error);
	if (!people)
		return FALSE;
	done->person_id = wish->person_id;
	if (wish->person_id != 0 && !kn_people_get(people, wish->person_id)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND, "no such person");
		return FALSE;
	}
	switch (wish->what) {
	case KN_PEOPLE_RENAME:
		return rename_person(db, wish, people, error);
	case KN_PEOPLE_CHECKOUT:
	case KN_PEOPLE_RETURN:
		return hand(db, wish, people, now_us, done, error);
	case KN_PEOPLE_ASSIGN:
		return assign(db, wish, now_us, done, error);
	case KN_PEOPLE_ADD:
		break;
	}
	return TRUE;
}

gboolean
kn_people_run(KnDb *db, const KnPeopleWish *wish, gint64 now_us, KnPeopleDone *ret_done,
	      GError **error)
{
	KnPeopleDone done = {0};

	if (kn_db_begin(db, error) && run(db, wish, now_us, &done, error) &&
	    kn_db_commit(db, error)) {
		*ret_done = done;
		return TRUE;
	}
	kn_db_rollback(db);
	return FALSE;
}
