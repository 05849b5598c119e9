/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/words.h"

#include "store/sql.h"

/* before every number: those of what was brought back are 0 and below */
#define NEVER G_MININT64

/* what counts, of one record or of several */
typedef struct {
	KnWord word; /* its strings are owned */
	gint64 before_id;
	gint64 after_id;
	gint64 region_id;
} Said;

static void
said_clear(Said *said)
{
	g_clear_pointer(&said->word.region, g_free);
	g_clear_pointer(&said->word.note, g_free);
	*said = (Said){.word = {.pain_before = KN_PAIN_NOT_SAID, .pain_after = KN_PAIN_NOT_SAID},
		       .before_id = NEVER,
		       .after_id = NEVER,
		       .region_id = NEVER};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Said, said_clear)

static void
take_text(KnStatement *row, gint column, gchar **text)
{
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		return;
	g_free(*text);
	*text = g_strdup((const gchar *)sqlite3_column_text(row, column));
}

/* at one record, in the order of saying */
static void
take(Said *said, KnStatement *row)
{
	gint64 id = sqlite3_column_int64(row, 1);

	if (sqlite3_column_type(row, 2) != SQLITE_NULL) {
		said->word.pain_before = sqlite3_column_int(row, 2);
		said->before_id = id;
	}
	if (sqlite3_column_type(row, 3) != SQLITE_NULL) {
		said->word.pain_after = sqlite3_column_int(row, 3);
		said->after_id = id;
	}
	if (sqlite3_column_type(row, 4) != SQLITE_NULL)
		said->region_id = id;
	take_text(row, 4, &said->word.region);
	take_text(row, 5, &said->word.note);
}

/* of two records in one session */
static void
unite(Said *all, Said *at)
{
	if (at->word.pain_before >= 0 && at->before_id > all->before_id) {
		all->word.pain_before = at->word.pain_before;
		all->before_id = at->before_id;
	}
	if (at->word.pain_after >= 0 && at->after_id > all->after_id) {
		all->word.pain_after = at->word.pain_after;
		all->after_id = at->after_id;
	}
	if (at->word.region && at->word.region[0] != '\0' && at->region_id > all->region_id) {
		g_free(all->word.region);
		all->word.region = g_steal_pointer(&at->word.region);
		all->region_id = at->region_id;
	}
	if (at->word.note && at->word.note[0] != '\0') {
		gchar *both = all->word.note
				      ? g_strconcat(all->word.note, " / ", at->word.note, NULL)
				      : g_strdup(at->word.note);
		g_free(all->word.note);
		all->word.note = both;
	}
	said_clear(at);
}

gboolean
kn_words_load(KnDb *db, gint64 log_key, KnSession *session, GError **error)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db,
		"SELECT seq, word_id, pain_before, pain_after, region, note FROM word WHERE "
		"log_key = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq, word_id",
		KN_SQL_INTS(log_key, (gint64)session->span.first_seq,
			    (gint64)session->span.last_seq),
		error);
	gboolean is_row = row != NULL;
	g_auto(Said) all = {0};
	g_auto(Said) at = {0};
	gint64 seq = 0;

	g_clear_pointer(&session->word, kn_word_free);
	if (!row)
		return FALSE;
	said_clear(&all);
	said_clear(&at);
	while (is_row) {
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			break;
		if (sqlite3_column_int64(row, 0) != seq)
			unite(&all, &at);
		seq = sqlite3_column_int64(row, 0);
		take(&at, row);
	}
	unite(&all, &at);
	if (!kn_word_is_empty(&all.word))
		session->word = kn_word_copy(&all.word);
	return TRUE;
}

/* ---- saying ---- */

static gboolean
bind_word(KnStatement *insert, const KnWord *word, gint64 uid, GError **error)
{
	if ((word->pain_before != KN_PAIN_NOT_SAID &&
	     sqlite3_bind_int(insert, 5, word->pain_before) != SQLITE_OK) ||
	    (word->pain_after != KN_PAIN_NOT_SAID &&
	     sqlite3_bind_int(insert, 6, word->pain_after) != SQLITE_OK) ||
	    sqlite3_bind_int64(insert, 4, uid) != SQLITE_OK) {
		kn_sql_set_error(sqlite3_db_handle(insert), "database", error);
		return FALSE;
	}
	return (!word->region || kn_sql_bind_text(insert, 7, word->region, error)) &&
	       (!word->note || kn_sql_bind_text(insert, 8, word->note, error));
}

static gboolean
insert_at(KnDb *db, const KnSessionRow *row, gint64 seq, const KnWord *word, guint32 uid,
	  gint64 now_us, GError **error)
{
	g_autoptr(KnStatement) insert =
		kn_sql_start(db,
			     "INSERT INTO word (log_key, seq, at_us, uid, pain_before, pain_after, "
			     "region, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			     KN_SQL_INTS(row->log_key, seq, now_us), error);

	return insert && bind_word(insert, word, uid, error) && kn_sql_finish(insert, error);
}

/* of what is said now, what was said at other records of the session does not count any more */
static gboolean
take_back_others(KnDb *db, const KnSessionRow *row, const KnByHand *wish, gint64 now_us,
		 GError **error)
{
	const KnSpan *span = &row->session.span;
	const KnWord *said = wish->word;
	KnWord none = {said->pain_before == KN_PAIN_NOT_SAID ? KN_PAIN_NOT_SAID
							     : KN_PAIN_TAKEN_BACK,
		       said->pain_after == KN_PAIN_NOT_SAID ? KN_PAIN_NOT_SAID : KN_PAIN_TAKEN_BACK,
		       said->region ? (gchar *)"" : NULL, said->note ? (gchar *)"" : NULL};
	g_autoptr(GArray) seqs = kn_sql_select_ids(
		db, "SELECT DISTINCT seq FROM word WHERE log_key = ?1 AND seq > ?2 AND seq <= ?3",
		KN_SQL_INTS(row->log_key, (gint64)span->first_seq, (gint64)span->last_seq), error);

	if (!seqs)
		return FALSE;
	for (guint i = 0; i < seqs->len; i++)
		if (!insert_at(db, row, g_array_index(seqs, gint64, i), &none, wish->uid, now_us,
			       error))
			return FALSE;
	return TRUE;
}

static gboolean
say(KnDb *db, const KnByHand *wish, gint64 now_us, KnByHandDone *done, GError **error)
{
	g_autoptr(KnSessionRow) row = kn_sessions_load(db, wish->id, error);

	if (!row)
		return FALSE;
	*done = (KnByHandDone){.device_id = row->session.device_id, .session_id = wish->id};
	return take_back_others(db, row, wish, now_us, error) &&
	       insert_at(db, row, (gint64)row->session.span.first_seq, wish->word, wish->uid,
			 now_us, error) &&
	       kn_sql_run(db, "UPDATE session SET revision = revision + 1 WHERE session_id = ?1",
			  KN_SQL_INTS(wish->id), error);
}

gboolean
kn_words_say(KnDb *db, const KnByHand *wish, gint64 now_us, KnByHandDone *ret_done, GError **error)
{
	KnByHandDone done = {0};

	if (kn_db_begin(db, error) && say(db, wish, now_us, &done, error) &&
	    kn_db_commit(db, error)) {
		*ret_done = done;
		return TRUE;
	}
	kn_db_rollback(db);
	return FALSE;
}
