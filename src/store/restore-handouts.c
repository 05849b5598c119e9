/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/restore-work.h"

#include "store/devices.h"

/* [from_us, to_us); of one that is not over to_us is G_MAXINT64 */
typedef struct {
	gint64 person_id; /* here */
	gint64 from_us;
	gint64 to_us;
} Span;

/* Span, in their order */
static GArray *
load_here(KnDb *db, gint64 device_id, GError **error)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT person_id, from_us, ifnull(to_us, 9223372036854775807) FROM handout "
		"WHERE device_id = ?1 ORDER BY from_us",
		KN_SQL_INTS(device_id), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		Span span;
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&spans);
		span = (Span){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
			      sqlite3_column_int64(row, 2)};
		g_array_append_val(spans, span);
	}
	return NULL;
}

/* What of it is not here: Span, in pieces. *ret_is_disputed: somebody else had it then. */
static GArray *
subtract(const Span *there, const GArray *here, gboolean *ret_is_disputed)
{
	GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Span));
	Span left = *there;

	*ret_is_disputed = FALSE;
	for (guint i = 0; i < here->len && left.from_us < left.to_us; i++) {
		const Span *other = &g_array_index(here, Span, i);
		Span piece = left;
		if (other->to_us <= left.from_us || other->from_us >= left.to_us)
			continue;
		*ret_is_disputed |= other->person_id != there->person_id;
		piece.to_us = other->from_us;
		if (piece.from_us < piece.to_us)
			g_array_append_val(pieces, piece);
		/* nobody said there that it came back; that it was handed out here says so */
		left.from_us = there->to_us == G_MAXINT64 ? G_MAXINT64 : other->to_us;
	}
	if (left.from_us < left.to_us)
		g_array_append_val(pieces, left);
	return pieces;
}

static gboolean
insert(KnDb *db, gint64 device_id, const GArray *pieces, GError **error)
{
	for (guint i = 0; i < pieces->len; i++) {
		const Span *span = &g_array_index(pieces, Span, i);
		if (!kn_sql_run(db,
				"INSERT INTO handout (device_id, person_id, from_us, to_us) "
				"VALUES (?1, ?2, ?3, nullif(?4, 9223372036854775807))",
				KN_SQL_INTS(device_id, span->person_id, span->from_us, span->to_us),
				error))
			return FALSE;
	}
	return TRUE;
}

static gchar *
label_of(KnDb *db, gint64 person_id)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db, "SELECT label FROM person WHERE person_id = ?1", KN_SQL_INTS(person_id), NULL);
	gboolean is_row = FALSE;

	if (!row || !kn_sql_step(row, &is_row, NULL) || !is_row)
		return g_strdup("?");
	return g_strdup((const gchar *)sqlite3_column_text(row, 0));
}

static gchar *
name_of(const KnRestoreWork *work, gint64 device_id)
{
	g_autoptr(KnDevice) device = kn_devices_load(work->db, device_id, NULL);

	if (!device)
		return g_strdup("?");
	return g_strdup(device->label[0] != '\0' ? device->label : device->address);
}

static void
tell_dispute(const KnRestoreWork *work, gint64 device_id, const Span *there, guint n_pieces)
{
	g_autofree gchar *name = name_of(work, device_id);
	g_autofree gchar *person = label_of(work->db, there->person_id);
	g_autofree gchar *since = kn_restore_report_time(there->from_us);

	kn_restore_report_say(
		&work->rows->report,
		"hand-outs: %s to %s from %s: somebody else had it %s of that time by "
		"what this hub says, so %s",
		name, person, since, n_pieces > 0 ? "some" : "all",
		n_pieces > 0 ? "only the rest is brought back" : "it is left out");
}

static gboolean
end_open(const KnRestoreWork *work, const gchar *sql, const gint64 ints[4], GError **error)
{
	g_autofree gchar *name = name_of(work, ints[0]);
	g_autofree gchar *time = kn_restore_report_time(ints[3]);

	if (!kn_sql_run(work->db, sql, ints, 4, error))
		return FALSE;
	if (sqlite3_changes(work->db->handle) > 0)
		kn_restore_report_say(&work->rows->report,
				      "hand-outs: %s was out here, and had come back by %s", name,
				      time);
	return TRUE;
}

/* One that is not over here, and of which that database knows the end: because it says so, or because somebody else got it later. */
static gboolean
end_here(const KnRestoreWork *work, gint64 device_id, const Span *there, GError **error)
{
	const gint64 said[] = {device_id, there->person_id, there->from_us, there->to_us};
	const gint64 later[] = {device_id, there->person_id, there->from_us, there->from_us};

	return (there->to_us == G_MAXINT64 ||
		end_open(work,
			 "UPDATE handout SET to_us = ?4 WHERE device_id = ?1 AND person_id = ?2 "
			 "AND from_us = ?3 AND to_us IS NULL",
			 said, error)) &&
	       end_open(work,
			"UPDATE handout SET to_us = ?4 WHERE device_id = ?1 AND person_id <> ?2 "
			"AND from_us < ?3 AND to_us IS NULL",
			later, error);
}

static gboolean
take_handout(KnRestoreWork *work, KnStatement *row, GError **error)
{
	gint64 device_there = sqlite3_column_int64(row, 0);
	const gint64 *device_id = g_hash_table_lookup(work->rows->devices, &device_there);
	const Span there = {kn_restore_work_person(work, sqlite3_column_int64(row, 1)),
			    sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)};
	g_autoptr(GArray) here = NULL;
	g_autoptr(GArray) pieces = NULL;
	gboolean is_disputed;

	if (!device_id || there.person_id == 0) {
		work->n_left++;
		return TRUE;
	}
	if (!end_here(work, *device_id, &there, error))
		return FALSE;
	here = load_here(work->db, *device_id, error);
	if (!here)
		return FALSE;
	pieces = subtract(&there, here, &is_disputed);
	if (is_disputed)
		tell_dispute(work, *device_id, &there, pieces->len);
	return insert(work->db, *device_id, pieces, error);
}

gboolean
kn_restore_handouts(KnRestoreWork *work, GError **error)
{
	return kn_restore_work_each(work, "hand-outs",
				    "SELECT device_id, person_id, from_us, "
				    "ifnull(to_us, 9223372036854775807) FROM handout "
				    "ORDER BY from_us",
				    take_handout, error);
}
