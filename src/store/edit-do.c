/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* edits as a person makes them, and takes them back */

#include "store/derive.h"
#include "store/edit-owner.h"
#include "store/edit-zone.h"
#include "store/edits.h"
#include "store/infos.h"
#include "store/sessions.h"
#include "store/sql.h"

typedef struct {
	KnDb *db; /* borrowed */
	const KnByHand *wish;
	gint64 now_us;
	KnEditOwner owner;
	KnEditZone zone;
	KnByHandDone done;
} Work;

static gboolean
refuse(GError **error, const gchar *reason)
{
	g_set_error_literal(error, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED, reason);
	return FALSE;
}

/* One that is stored, over, and not deleted. NULL with an error. */
static KnSessionRow *
load(Work *work, gint64 id, GError **error)
{
	g_autoptr(KnSessionRow) row = kn_sessions_load(work->db, id, error);
	gboolean is_deleted;

	if (!row || !kn_edits_is_deleted(work->db, id, &is_deleted, error))
		return NULL;
	if (is_deleted || row->session.span.state == KN_SESSION_OPEN) {
		refuse(error, is_deleted ? "the session is deleted: take that back first"
					 : "the session is still going, or may be: it can be put "
					   "right when the massager was used again");
		return NULL;
	}
	return g_steal_pointer(&row);
}

static gboolean
insert(Work *work, const KnSessionRow *row, KnEditKind kind, KnRange range, GError **error)
{
	work->done.device_id = row->session.device_id;
	work->done.edit_kind = kind;
	if (!kn_sql_run(work->db,
			"INSERT INTO edit (log_key, device_boot, kind, first_seq, last_seq, at_us, "
			"uid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			KN_SQL_INTS(row->log_key, row->session.boot, kind, (gint64)range.first,
				    (gint64)range.last, work->now_us, work->wish->uid),
			error))
		return FALSE;
	work->done.edit_id = sqlite3_last_insert_rowid(work->db->handle);
	return TRUE;
}

/* ret_sessions: KnSessionRow of the range as they are then, in seq order */
static gboolean
derive(Work *work, gint64 log_key, guint32 boot, KnRange range, const gchar *zone,
       GPtrArray **ret_sessions, GError **error)
{
	g_autoptr(KnLogState) log = kn_logs_load(work->db, log_key, error);
	g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(KnChangedSession));
	KnDeriver deriver = {work->db, zone, changed, TRUE};
	KnRange done;

	if (!log || !kn_derive_region(&deriver, log, boot, range, &done, error))
		return FALSE;
	*ret_sessions = kn_sessions_find(work->db, log_key, boot, range, error);
	return *ret_sessions != NULL;
}

static void
note_sessions(Work *work, const GPtrArray *sessions)
{
	if (sessions->len > 0)
		work->done.session_id = ((const KnSessionRow *)sessions->pdata[0])->session.id;
	if (sessions->len > 1)
		work->done.other_id = ((const KnSessionRow *)sessions->pdata[1])->session.id;
}

/* ---- split ---- */

/* the first pressures at or behind a tick; 0 there are none */
static gboolean
find_seq(Work *work, const KnSessionRow *row, guint64 t_ms, guint64 *ret_seq, GError **error)
{
	const KnSession *session = &row->session;
	KnRange range = {session->span.first_seq, session->span.last_seq};
	g_auto(KnRegion) region = {0};
	g_auto(KnRegionReader) reader = {0};
	const ktp_Info *info;
	gboolean is_record = TRUE;
	KnBlockItem item;

	*ret_seq = 0;
	if (!kn_region_find(work->db, row->log_key, session->boot, range, &region, error) ||
	    !kn_infos_get(work->db, row->info_id, &info, error))
		return FALSE;
	if (!info)
		return TRUE;
	kn_region_reader_init(&reader, work->db, &region, range, info);
	while (is_record) {
		if (!kn_region_reader_next(&reader, &item, &is_record, error))
			return FALSE;
		if (is_record && item.record.which_body == ktp_Record_samples_tag &&
		    item.record.body.samples.t0_ms >= t_ms) {
			*ret_seq = item.seq;
			return TRUE;
		}
	}
	return TRUE;
}

static gboolean
split_at(Work *work, const KnSessionRow *row, guint64 seq, GError **error)
{
	const KnSpan *span = &row->session.span;
	KnRange range = {span->first_seq, span->last_seq};
	g_autoptr(GPtrArray) sessions = NULL;

	if (seq <= span->first_seq || seq > span->last_seq)
		return refuse(error, "that moment is not inside the session");
	if (!insert(work, row, KN_EDIT_SPLIT, (KnRange){seq, seq}, error) ||
	    !derive(work, row->log_key, row->session.boot, range, row->session.zone, &sessions,
		    error))
		return FALSE;
	if (sessions->len != 2)
		return refuse(error, "nothing was pressed on one side of that moment");
	note_sessions(work, sessions);
	return kn_edit_owner_part(&work->owner, row, sessions, error);
}

static gboolean
split(Work *work, GError **error)
{
	const KnByHand *wish = work->wish;
	g_autoptr(KnSessionRow) row = load(work, wish->id, error);
	guint64 after_ms = wish->after_ms;
	guint64 seq;

	if (!row)
		return FALSE;
	if (wish->is_at && !row->session.is_time_known)
		return refuse(error, "nobody knows when the session was: split it so many minutes "
				     "after its beginning");
	if (wish->is_at && wish->at_us <= row->session.start_utc_us)
		return refuse(error, "that moment is not inside the session");
	if (wish->is_at)
		after_ms = (guint64)(wish->at_us - row->session.start_utc_us) / 1000;
	return find_seq(work, row, row->session.span.first_t_ms + after_ms, &seq, error) &&
	       split_at(work, row, seq, error);
}

/* ---- merge ---- */

static gboolean
are_neighbours(Work *work, const KnSessionRow *a, const KnSessionRow *b, GError **error)
{
	gint64 n_between = 0;

	if (a->session.id == b->session.id || a->log_key != b->log_key ||
	    a->session.boot != b->session.boot)
		return refuse(error, "only two sessions of one massager, and without it being "
				     "switched off between them, can be merged");
	if (!kn_sql_get(work->db,
			"SELECT count(*) FROM session WHERE log_key = ?1 AND device_boot = ?2 AND "
			"first_seq > ?3 AND first_seq < ?4",
			KN_SQL_INTS(a->log_key, a->session.boot, (gint64)a->session.span.first_seq,
				    (gint64)b->session.span.first_seq),
			&n_between, 1, NULL, error))
		return FALSE;
	return n_between == 0 ||
	       refuse(error, "there is another session between the two, deleted or not");
}

static gboolean
merge(Work *work, GError **error)
{
	g_autoptr(KnSessionRow) one = load(work, work->wish->id, error);
	g_autoptr(KnSessionRow) other = one ? load(work, work->wish->other_id, error) : NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	const KnSessionRow *a = one, *b = other;
	KnRange range;

	if (!one || !other)
		return FALSE;
	if (a->session.span.first_seq > b->session.span.first_seq) {
		a = other;
		b = one;
	}
	range = (KnRange){a->session.span.first_seq, b->session.span.last_seq};
	/* one of them would change hands without a word */
	if (a->session.person_id != b->session.person_id)
		return refuse(error, "they are not one person's: assign both to one first");
	if (!are_neighbours(work, a, b, error) || !insert(work, a, KN_EDIT_MERGE, range, error) ||
	    !derive(work, a->log_key, a->session.boot, range, a->session.zone, &sessions, error))
		return FALSE;
	note_sessions(work, sessions);
	if (sessions->len != 1)
		return refuse(error, "they can not be merged");
	return kn_edit_zone_join(&work->zone, b, sessions->pdata[0], error) &&
	       kn_edit_owner_join(&work->owner, a, sessions->pdata[0], error);
}

/* ---- delete, undo ---- */

static gboolean
touch(Work *work, gint64 log_key, KnRange range, GError **error)
{
	return kn_sql_run(work->db,
			  "UPDATE session SET revision = revision + 1 WHERE log_key = ?1 AND "
			  "first_seq <= ?3 AND last_seq >= ?2",
			  KN_SQL_INTS(log_key, (gint64)range.first, (gint64)range.last), error);
}

static gboolean
remove_session(Work *work, GError **error)
{
	g_autoptr(KnSessionRow) row = load(work, work->wish->id, error);
	KnRange range;

	if (!row)
		return FALSE;
	range = (KnRange){row->session.span.first_seq, row->session.span.last_seq};
	work->done.session_id = row->session.id;
	return insert(work, row, KN_EDIT_DELETE, range, error) &&
	       touch(work, row->log_key, range, error);
}

static gboolean
find_edit(Work *work, gint64 values[8], GError **error)
{
	gboolean is_found;

	if (!kn_sql_get(work->db,
			"SELECT e.edit_id, e.kind, e.log_key, e.device_boot, e.first_seq, "
			"e.last_seq, e.undone_us IS NOT NULL, e.at_us FROM edit AS e WHERE "
			"e.edit_id = ?1 "
			"OR (?1 = 0 AND e.undone_us IS NULL) ORDER BY e.edit_id DESC LIMIT 1",
			KN_SQL_INTS(work->wish->id), values, 8, &is_found, error))
		return FALSE;
	if (is_found)
		return values[6] == 0 || refuse(error, "that was taken back already");
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND,
		    work->wish->id != 0 ? "no such edit" : "nothing was put right by hand");
	return FALSE;
}

/* what was done later to the same records was done to what they were then; and no time changes hands without a word */
static gboolean
may_undo(Work *work, const gint64 edit[8], const GPtrArray *before, GError **error)
{
	const KnSessionRow *first = before->len > 0 ? before->pdata[0] : NULL;
	const KnSessionRow *last = before->len > 0 ? before->pdata[before->len - 1] : NULL;
	gint64 n_later = 0;

	if (!first)
		return TRUE;
	if (!kn_sql_get(work->db,
			"SELECT count(*) FROM edit WHERE log_key = ?1 AND device_boot = ?2 AND "
			"edit_id > ?3 AND undone_us IS NULL AND first_seq <= ?5 AND last_seq >= ?4",
			KN_SQL_INTS(edit[2], edit[3], edit[0],
				    (gint64)first->session.span.first_seq,
				    (gint64)last->session.span.last_seq),
			&n_later, 1, NULL, error))
		return FALSE;
	if (n_later > 0)
		return refuse(error, "something was put right there later: take that back first");
	for (guint i = 1; edit[1] == KN_EDIT_SPLIT && i < before->len; i++)
		if (((KnSessionRow *)before->pdata[i])->session.person_id !=
		    first->session.person_id)
			return refuse(error, "the parts are not one person's: assign them to one "
					     "first");
	return TRUE;
}

static gboolean
undo(Work *work, GError **error)
{
	gint64 edit[8] = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	const KnSessionRow *row = NULL;
	KnRange range;

	if (!find_edit(work, edit, error))
		return FALSE;
	work->done.edit_id = edit[0];
	work->done.edit_kind = (KnEditKind)edit[1];
	range = (KnRange){(guint64)edit[4], (guint64)edit[5]};
	/* the record before a cut is in the other part */
	if (edit[1] == KN_EDIT_SPLIT && range.first > 0)
		range.first--;
	before = kn_sessions_find(work->db, edit[2], edit[3], range, error);
	if (!before || !may_undo(work, edit, before, error) ||
	    !kn_sql_run(work->db, "UPDATE edit SET undone_us = ?2 WHERE edit_id = ?1",
			KN_SQL_INTS(edit[0], work->now_us), error))
		return FALSE;
	row = before->len > 0 ? before->pdata[0] : NULL;
	work->done.device_id = row ? row->session.device_id : 0;
	if (edit[1] == KN_EDIT_DELETE) {
		note_sessions(work, before);
		work->done.other_id = 0;
		return touch(work, edit[2], range, error);
	}
	if (!derive(work, edit[2], (guint32)edit[3], range, row ? row->session.zone : "UTC",
		    &sessions, error))
		return FALSE;
	note_sessions(work, sessions);
	if (!row || sessions->len == 0)
		return TRUE;
	if (edit[1] == KN_EDIT_SPLIT)
		return kn_edit_owner_join(&work->owner, row, sessions->pdata[0], error);
	return kn_edit_zone_part(&work->zone, edit[7], range.last, row, sessions, error) &&
	       kn_edit_owner_part(&work->owner, row, sessions, error);
}

static gboolean
run(Work *work, GError **error)
{
	switch (work->wish->kind) {
	case KN_BY_HAND_SPLIT:
		return split(work, error);
	case KN_BY_HAND_MERGE:
		return merge(work, error);
	case KN_BY_HAND_DELETE:
		return remove_session(work, error);
	case KN_BY_HAND_UNDO:
		return undo(work, error);
	case KN_BY_HAND_SAY:
		break;
	}
	return refuse(error, "that is no edit");
}

gboolean
kn_edits_do(KnDb *db, const KnByHand *wish, gint64 now_us, KnByHandDone *ret_done, GError **error)
{
	Work work = {.db = db,
		     .wish = wish,
		     .now_us = now_us,
		     .owner = {db, wish->uid, now_us},
		     .zone = {db, wish->uid, now_us}};

	if (kn_db_begin(db, error) && run(&work, error) && kn_db_commit(db, error)) {
		*ret_done = work.done;
		return TRUE;
	}
	kn_db_rollback(db);
	return FALSE;
}

gboolean
kn_edits_apply(KnDb *db, GError **error)
{
	g_autoptr(GArray) ids = kn_sql_select_ids(
		db, "SELECT edit_id FROM edit WHERE kind IN (1, 2)", KN_SQL_NONE, error);
	Work work = {.db = db};

	for (guint i = 0; ids && i < ids->len; i++) {
		gint64 edit[4] = {0};
		g_autoptr(GPtrArray) before = NULL;
		g_autoptr(GPtrArray) after = NULL;
		KnRange range;

		if (!kn_sql_get(db,
				"SELECT log_key, device_boot, first_seq, last_seq FROM edit "
				"WHERE edit_id = ?1",
				KN_SQL_INTS(g_array_index(ids, gint64, i)), edit, 4, NULL, error))
			return FALSE;
		range = (KnRange){(guint64)edit[2], (guint64)edit[3]};
		before = kn_sessions_find(db, edit[0], edit[1], range, error);
		if (!before)
			return FALSE;
		if (before->len > 0 &&
		    !derive(&work, edit[0], (guint32)edit[1], range,
			    ((KnSessionRow *)before->pdata[0])->session.zone, &after, error))
			return FALSE;
	}
	return ids != NULL;
}
