/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/sessions.h"

#include "store/edits.h"
#include "store/infos.h"
#include "store/session-columns.h"
#include "store/sql.h"
#include "store/words.h"

void
kn_session_row_free(KnSessionRow *row)
{
	if (!row)
		return;
	g_free(row->session.zone);
	g_free(row->session.person_label);
	kn_word_free(row->session.word);
	g_free(row);
}

/* takes its nodes in */
static gboolean
load_nodes(KnDb *db, KnSession *session, GError **error)
{
	g_autoptr(KnStatement) row =
		kn_sql_start(db,
			     "SELECT " KN_NODE_COLUMNS ", node FROM session_node "
			     "WHERE session_id = ?1 ORDER BY node",
			     KN_SQL_INTS(session->id), error);
	gboolean is_row = row != NULL;

	while (is_row) {
		gint64 node;
		if (!kn_sql_step(row, &is_row, error))
			return FALSE;
		if (!is_row)
			return TRUE;
		node = sqlite3_column_int64(row, KN_NODE_N_COLUMNS);
		if (node >= 0 && node < KN_NODES_MAX)
			kn_node_columns_read(row, &session->metrics.node[node]);
	}
	return FALSE;
}

static GPtrArray *
collect(KnStatement *statement, GError **error)
{
	g_autoptr(GPtrArray) rows =
		g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_row_free);
	gboolean is_row = statement != NULL;

	while (is_row) {
		KnSessionRow *row;
		if (!kn_sql_step(statement, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&rows);
		row = g_new0(KnSessionRow, 1);
		kn_session_columns_read(statement, row);
		g_ptr_array_add(rows, row);
	}
	return NULL;
}

/* where its nodes were then, which a later description may say otherwise */
static gboolean
load_places(KnDb *db, KnSessionRow *row, GError **error)
{
	const ktp_Info *info = NULL;

	if (!kn_infos_get(db, row->info_id, &info, error))
		return FALSE;
	for (guint i = 0; info && i < MIN(info->nodes_count, (guint)KN_NODES_MAX); i++) {
		row->session.metrics.node[i].region = info->nodes[i].region;
		row->session.metrics.node[i].side = info->nodes[i].side;
	}
	return TRUE;
}

static gboolean
load_all_nodes(KnDb *db, GPtrArray *rows, GError **error)
{
	for (guint i = 0; i < rows->len; i++) {
		KnSessionRow *row = rows->pdata[i];
		if (!load_nodes(db, &row->session, error) || !load_places(db, row, error))
			return FALSE;
	}
	return TRUE;
}

KnSessionRow *
kn_sessions_load(KnDb *db, gint64 session_id, GError **error)
{
	g_autoptr(KnStatement) statement = kn_sql_start(
		db, KN_SESSION_SELECT "WHERE s.session_id = ?1", KN_SQL_INTS(session_id), error);
	g_autoptr(GPtrArray) rows = collect(statement, error);

	if (!rows || !load_all_nodes(db, rows, error))
		return NULL;
	if (rows->len == 0) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND, "no such session");
		return NULL;
	}
	return g_ptr_array_steal_index(rows, 0);
}

static gint
compare_first_seq(gconstpointer a, gconstpointer b)
{
	const KnSessionRow *first = *(const KnSessionRow *const *)a;
	const KnSessionRow *second = *(const KnSessionRow *const *)b;
	guint64 first_seq = first->session.span.first_seq;
	guint64 second_seq = second->session.span.first_seq;

	return (first_seq > second_seq) - (first_seq < second_seq);
}

/* From the newest that may overlap down to the first that ends below: sessions do not overlap each
 * other, nor do boots, and so a log of years is not walked through for records at its end.
 * boot: -1 all */
static GPtrArray *
collect_down_to(KnStatement *statement, gint64 boot, guint64 first_seq, GError **error)
{
	g_autoptr(GPtrArray) rows =
		g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_row_free);
	gboolean is_row = statement != NULL;

	while (is_row) {
		g_autoptr(KnSessionRow) row = NULL;
		if (!kn_sql_step(statement, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&rows);
		row = g_new0(KnSessionRow, 1);
		kn_session_columns_read(statement, row);
		if (row->session.span.last_seq < first_seq) {
			kn_statement_reset(statement);
			return g_steal_pointer(&rows);
		}
		if (boot == -1 || row->session.boot == boot)
			g_ptr_array_add(rows, g_steal_pointer(&row));
	}
	return NULL;
}

GPtrArray *
kn_sessions_find(KnDb *db, gint64 log_key, gint64 boot, KnRange range, GError **error)
{
	g_autoptr(KnStatement) statement =
		kn_sql_start(db,
			     KN_SESSION_SELECT "WHERE s.log_key = ?1 AND s.first_seq <= ?2 "
					       "AND s.device_boot <= ?3 ORDER BY s.first_seq DESC",
			     KN_SQL_INTS(log_key, (gint64)MIN(range.last, G_MAXINT64),
					 boot == -1 ? G_MAXINT64 : boot),
			     error);
	g_autoptr(GPtrArray) rows = collect_down_to(statement, boot, range.first, error);

	if (!rows || !load_all_nodes(db, rows, error))
		return NULL;
	g_ptr_array_sort(rows, compare_first_seq);
	return g_steal_pointer(&rows);
}

/* a page: of those behind the place, and, when ?7, nobody's */
#define IS_OF_PAGE                                                                           \
	"AND (s.start_utc_us, s.session_id) < (?3, ?4) AND (?7 = 0 OR p.person_id IS NULL) " \
	"AND " KN_SESSIONS_IS_SHOWN "AND ?8 = " KN_EDITS_IS_DELETED                          \
	"ORDER BY s.start_utc_us DESC, s.session_id DESC LIMIT ?5"
/* A person's are few among all: looked up by their hand-outs and assignments, and then held against the rules. */
#define MAY_BE_OF_PERSON                                                                           \
	"s.session_id IN (SELECT x.session_id FROM handout AS h CROSS JOIN session AS x "          \
	"INDEXED BY session_by_device ON x.device_id = h.device_id AND x.start_utc_us "            \
	"BETWEEN max(h.from_us, ?1) AND min(ifnull(h.to_us, 9223372036854775807), ?2) "            \
	"WHERE h.person_id = ?7 UNION SELECT (SELECT x.session_id FROM session AS x "              \
	"WHERE x.log_key = a.log_key AND x.first_seq <= a.seq ORDER BY x.first_seq DESC LIMIT 1) " \
	"FROM assignment AS a WHERE a.person_id = ?7) "

#define IS_OF_ONE                                                                 \
	"AND s.start_utc_us BETWEEN ?1 AND ?2 AND (?6 = 0 OR s.device_id = ?6) "  \
	"AND (s.start_utc_us, s.session_id) < (?3, ?4) AND " KN_SESSIONS_IS_SHOWN \
	"AND ?8 = " KN_EDITS_IS_DELETED "ORDER BY s.start_utc_us DESC, s.session_id DESC LIMIT ?5"

static KnStatement *
start_query(KnDb *db, const KnSessionQuery *query, GError **error)
{
	gint64 to_us = query->to_us == G_MAXINT64 ? G_MAXINT64 : query->to_us - 1;
	gboolean is_first = query->after.id == 0;
	const gint64 ints[] = {query->from_us,
			       to_us,
			       is_first ? G_MAXINT64 : query->after.start_us,
			       is_first ? G_MAXINT64 : query->after.id,
			       CLAMP(query->limit, 1, 400),
			       query->device_id,
			       query->may_be_of > 0   ? query->may_be_of
			       : query->person_id > 0 ? query->person_id
						      : query->person_id < 0,
			       query->is_deleted != FALSE};

	if (query->may_be_of > 0)
		return kn_sql_start(db, KN_SESSION_SELECT "WHERE " KN_PEOPLE_MAY_BE IS_OF_ONE, ints,
				    G_N_ELEMENTS(ints), error);
	if (query->person_id > 0)
		return kn_sql_start(db,
				    KN_SESSION_SELECT "WHERE " MAY_BE_OF_PERSON
						      "AND p.person_id = ?7 " IS_OF_ONE,
				    ints, G_N_ELEMENTS(ints), error);
	if (query->device_id != 0)
		return kn_sql_start(db,
				    KN_SESSION_SELECT "WHERE s.device_id = ?6 AND s.start_utc_us "
						      "BETWEEN ?1 AND ?2 " IS_OF_PAGE,
				    ints, G_N_ELEMENTS(ints), error);
	return kn_sql_start(db,
			    KN_SESSION_SELECT "WHERE s.start_utc_us BETWEEN ?1 AND ?2 " IS_OF_PAGE,
			    ints, G_N_ELEMENTS(ints), error);
}

GPtrArray *
kn_sessions_query(KnDb *db, const KnSessionQuery *query, GError **error)
{
	g_autoptr(KnStatement) statement = start_query(db, query, error);
	g_autoptr(GPtrArray) rows = collect(statement, error);
	g_autoptr(GPtrArray) sessions = NULL;

	if (!rows || (query->is_with_nodes && !load_all_nodes(db, rows, error)))
		return NULL;
	sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	for (guint i = 0; i < rows->len; i++) {
		KnSessionRow *row = rows->pdata[i];
		KnSession *session = NULL;
		if (!kn_words_load(db, row->log_key, &row->session, error))
			return NULL;
		session = g_memdup2(&row->session, sizeof row->session);
		row->session.zone = NULL;
		row->session.person_label = NULL;
		row->session.word = NULL;
		session->is_deleted = query->is_deleted;
		g_ptr_array_add(sessions, session);
	}
	return g_steal_pointer(&sessions);
}

static gboolean
save_nodes(KnDb *db, const KnSession *session, GError **error)
{
	if (!kn_sql_run(db, "DELETE FROM session_node WHERE session_id = ?1",
			KN_SQL_INTS(session->id), error))
		return FALSE;
	for (guint i = 0; i < session->metrics.n_nodes && i < KN_NODES_MAX; i++) {
		g_autoptr(KnStatement) insert = kn_sql_start(
			db,
			"INSERT INTO session_node (session_id, node, " KN_NODE_COLUMNS ") "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
			KN_SQL_INTS(session->id, i), error);
		if (!insert || !kn_node_columns_bind(insert, 3, &session->metrics.node[i], error) ||
		    !kn_sql_finish(insert, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
insert_row(KnDb *db, KnSessionRow *row, GError **error)
{
	g_autoptr(KnStatement) insert =
		kn_sql_start(db,
			     "INSERT INTO session (" KN_SESSION_COLUMNS ", zone, revision) "
			     "VALUES (" KN_SESSION_PARAMETERS ", ?37, 1)",
			     KN_SQL_NONE, error);

	if (!insert || !kn_session_columns_bind(insert, row, error) ||
	    !kn_sql_bind_text(insert, KN_SESSION_N_COLUMNS + 1, row->session.zone, error) ||
	    !kn_sql_finish(insert, error))
		return FALSE;
	row->session.id = sqlite3_last_insert_rowid(db->handle);
	row->session.revision = 1;
	return TRUE;
}

static gboolean
update_row(KnDb *db, const KnSessionRow *stored, KnSessionRow *row, GError **error)
{
	static const gchar *const all =
		"UPDATE session SET revision = revision + 1, (" KN_SESSION_COLUMNS
		") = (" KN_SESSION_PARAMETERS ") WHERE session_id = ?37";
	static const gchar *const plain =
		"UPDATE session SET revision = revision + 1, (" KN_SESSION_PLAIN_COLUMNS
		") = (" KN_SESSION_PLAIN_PARAMETERS ") WHERE session_id = ?37";
	g_autoptr(KnStatement) update = kn_sql_start(
		db, kn_session_columns_is_plain(stored, row) ? plain : all, KN_SQL_NONE, error);

	if (!update || !kn_session_columns_bind(update, row, error))
		return FALSE;
	if (sqlite3_bind_int64(update, KN_SESSION_N_COLUMNS + 1, row->session.id) != SQLITE_OK) {
		kn_sql_set_error(db->handle, "database", error);
		return FALSE;
	}
	return kn_sql_finish(update, error);
}

gboolean
kn_sessions_save(KnDb *db, KnSessionRow *row, gboolean *ret_is_changed, GError **error)
{
	g_autoptr(KnSessionRow) stored = NULL;

	*ret_is_changed = TRUE;
	if (row->session.id == 0)
		return insert_row(db, row, error) && save_nodes(db, &row->session, error);
	stored = kn_sessions_load(db, row->session.id, error);
	if (!stored)
		return FALSE;
	*ret_is_changed = !kn_session_columns_equal(stored, row);
	if (!*ret_is_changed)
		return TRUE;
	row->session.revision = stored->session.revision + 1;
	return update_row(db, stored, row, error) && save_nodes(db, &row->session, error);
}

gboolean
kn_sessions_delete(KnDb *db, gint64 session_id, GError **error)
{
	return kn_sql_run(db, "DELETE FROM session WHERE session_id = ?1", KN_SQL_INTS(session_id),
			  error);
}

GArray *
kn_sessions_get_blocks(KnDb *db, gint64 session_id, GError **error)
{
	return kn_sql_select_ids(
		db, "SELECT block_id FROM session_block WHERE session_id = ?1 ORDER BY block_id",
		KN_SQL_INTS(session_id), error);
}

static gboolean
has_id(const GArray *ids, gint64 id)
{
	for (guint i = 0; i < ids->len; i++)
		if (g_array_index(ids, gint64, i) == id)
			return TRUE;
	return FALSE;
}

gboolean
kn_sessions_set_blocks(KnDb *db, gint64 session_id, const GArray *block_ids, GError **error)
{
	g_autoptr(GArray) stored = kn_sessions_get_blocks(db, session_id, error);

	if (!stored)
		return FALSE;
	for (guint i = 0; i < stored->len; i++) {
		gint64 id = g_array_index(stored, gint64, i);
		if (!has_id(block_ids, id) &&
		    !kn_sql_run(db,
				"DELETE FROM session_block WHERE session_id = ?1 AND block_id = ?2",
				KN_SQL_INTS(session_id, id), error))
			return FALSE;
	}
	for (guint i = 0; i < block_ids->len; i++) {
		gint64 id = g_array_index(block_ids, gint64, i);
		if (!has_id(stored, id) &&
		    !kn_sql_run(db,
				"INSERT INTO session_block (session_id, block_id) VALUES (?1, ?2)",
				KN_SQL_INTS(session_id, id), error))
			return FALSE;
	}
	return TRUE;
}

/* Boots without a trusted anchor lie between the nearest ones that have one as good as this boot's: beyond those, nothing moves. Before this
 * boot only its first tick counts. */
#define AS_GOOD                                                                                   \
	"quality >= (SELECT min(max(quality), 1) FROM anchor WHERE log_key = ?1 AND device_boot " \
	"= ?2)"
#define NEXT_BOOT                                                                    \
	"SELECT coalesce(min(device_boot), 1 << 32) FROM anchor WHERE log_key = ?1 " \
	"AND device_boot > ?2 AND " AS_GOOD
#define BOOT_BEFORE                                                             \
	"SELECT coalesce(max(device_boot), -1) FROM anchor WHERE log_key = ?1 " \
	"AND device_boot < ?2 AND " AS_GOOD

GArray *
kn_sessions_find_dated(KnDb *db, gint64 log_key, guint32 boot, guint64 from_t_ms, GError **error)
{
	return kn_sql_select_ids(
		db,
		"SELECT session_id FROM session WHERE log_key = ?1 AND device_boot = ?2 AND "
		"first_t_ms >= ?3 "
		"UNION SELECT session_id FROM session WHERE log_key = ?1 AND +is_time_uncertain "
		"AND device_boot > ?2 AND device_boot < (" NEXT_BOOT ") "
		"UNION SELECT session_id FROM session WHERE log_key = ?1 AND +is_time_uncertain "
		"AND ?3 = 0 AND device_boot < ?2 AND device_boot > (" BOOT_BEFORE ")",
		KN_SQL_INTS(log_key, boot, (gint64)from_t_ms), error);
}
