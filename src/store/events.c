/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/events.h"

#include "store/sql.h"

gboolean
kn_events_reserve(KnDb *db, GError **error)
{
	return kn_sql_get(db, "SELECT next_event_id FROM event_number", KN_SQL_NONE,
			  &db->first_event_id, 1, NULL, error) &&
	       kn_sql_run(db, "UPDATE event_number SET next_event_id = ?1",
			  KN_SQL_INTS(db->first_event_id + KN_STORE_EVENTS_AHEAD), error);
}

static gboolean
write_one(KnDb *db, const KnEvent *event, GError **error)
{
	g_autoptr(KnStatement) insert = kn_sql_start(
		db,
		"INSERT INTO event (event_id, at_us, class, device_id, session_id, kind, detail) "
		"VALUES (?1, ?2, ?3, nullif(?4, 0), nullif(?5, 0), ?6, ?7) "
		/* a commit may have failed behind the point where it was durable: the batch comes again */
		"ON CONFLICT (event_id) DO NOTHING",
		KN_SQL_INTS(event->id, event->at_us, kn_event_class(event->kind), event->device_id,
			    event->session_id),
		error);

	return insert && kn_sql_bind_text(insert, 6, kn_event_kind_name(event->kind), error) &&
	       kn_sql_bind_text(insert, 7, event->detail, error) && kn_sql_finish(insert, error);
}

gboolean
kn_events_write(KnDb *db, const GPtrArray *events, GError **error)
{
	const KnEvent *last = NULL;

	for (guint i = 0; i < events->len; i++) {
		last = events->pdata[i];
		if (!write_one(db, last, error))
			return FALSE;
	}
	if (!last)
		return TRUE;
	return kn_sql_run(db, "UPDATE event_number SET next_event_id = max(next_event_id, ?1)",
			  KN_SQL_INTS(last->id + KN_STORE_EVENTS_AHEAD), error) &&
	       kn_sql_run(db, "DELETE FROM event WHERE event_id <= ?1",
			  KN_SQL_INTS(last->id - KN_STORE_EVENTS_KEPT), error);
}

/* FALSE: a kind that only a newer knead knows; it is passed over, not guessed about */
static gboolean
read_row(KnStatement *row, KnEvent *ret_event)
{
	KnEvent event = {
		.id = sqlite3_column_int64(row, 0),
		.at_us = sqlite3_column_int64(row, 1),
		.device_id = sqlite3_column_int64(row, 3),
		.session_id = sqlite3_column_int64(row, 4),
	};

	if (!kn_event_kind_of((const gchar *)sqlite3_column_text(row, 2), &event.kind))
		return FALSE;
	event.detail = g_strdup((const gchar *)sqlite3_column_text(row, 5));
	*ret_event = event;
	return TRUE;
}

#define COLUMNS "SELECT event_id, at_us, kind, device_id, session_id, detail FROM event "
#define CHOICE  "AND (1 << class & ?2) != 0 AND (?3 = 0 OR device_id = ?3) "

static KnStatement *
start_query(KnDb *db, const KnEventQuery *query, GError **error)
{
	if (query->is_ascending)
		return kn_sql_start(
			db, COLUMNS "WHERE event_id > ?1 " CHOICE "ORDER BY event_id LIMIT ?4",
			KN_SQL_INTS(query->after_id, query->class_mask, query->device_id,
				    query->limit),
			error);
	return kn_sql_start(db,
			    COLUMNS "WHERE event_id < ?1 " CHOICE "ORDER BY event_id DESC LIMIT ?4",
			    KN_SQL_INTS(query->before_id > 0 ? query->before_id : G_MAXINT64,
					query->class_mask, query->device_id, query->limit),
			    error);
}

GPtrArray *
kn_events_query(KnDb *db, const KnEventQuery *query, gint64 *ret_oldest_id, GError **error)
{
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);
	g_autoptr(KnStatement) row = NULL;
	gint64 oldest_id = 0;
	gboolean is_row;

	if (!kn_sql_get(db, "SELECT min(event_id) FROM event", KN_SQL_NONE, &oldest_id, 1, NULL,
			error))
		return NULL;
	row = start_query(db, query, error);
	is_row = row != NULL;
	while (is_row) {
		KnEvent event;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row) {
			*ret_oldest_id = oldest_id;
			return g_steal_pointer(&events);
		}
		if (read_row(row, &event))
			g_ptr_array_add(events, g_memdup2(&event, sizeof event));
	}
	return NULL;
}
