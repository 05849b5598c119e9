/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "walks.h"

#include <string.h>

/* rows of these come with use; of the others there are as many as devices, or one */
static const gchar *const growing[] = {"anchor",
				       "assignment",
				       "block",
				       "conflict",
				       "coverage",
				       "edit",
				       "event",
				       "gap",
				       "handout",
				       "hub_boot",
				       "mark",
				       "plan",
				       "person",
				       "session",
				       "session_block",
				       "session_node",
				       "word",
				       "zone_change",
				       "a",
				       "b",
				       "e",
				       "h",
				       "j",
				       "n",
				       "p",
				       "s",
				       "x"};

static gboolean
is_growing(const gchar *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(growing); i++)
		if (g_str_equal(growing[i], name))
			return TRUE;
	return FALSE;
}

/* one massager makes one log and may run for years: all of a log, or all anchors of a boot, is a walk, too. The ranges of
 * coverage melt together, gaps are few, and two indexes hold only what is not settled yet. */
static gboolean
is_walk_of_log(const gchar *table, const gchar *step)
{
	if (g_str_equal(table, "coverage") || g_str_equal(table, "gap") ||
	    strstr(step, "session_open") || strstr(step, "session_uncertain"))
		return FALSE;
	return g_str_has_suffix(step, "(log_key=?)") ||
	       g_str_equal(step, "SEARCH anchor USING PRIMARY KEY (log_key=? AND device_boot=?)");
}

/* "SCAN block", "SCAN s", "SCAN t USING COVERING INDEX i": a walk over all rows, sorted or not */
static gboolean
is_walk(const gchar *step)
{
	g_auto(GStrv) words = g_strsplit(step, " ", 3);

	if (g_strv_length(words) < 2 || !is_growing(words[1]))
		return FALSE;
	return g_str_equal(words[0], "SCAN") || is_walk_of_log(words[1], step);
}

void
walks_find(sqlite3 *handle, const gchar *sql, GString *walks)
{
	g_autofree gchar *question = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
	sqlite3_stmt *row = NULL;

	g_assert_cmpint(sqlite3_prepare_v2(handle, question, -1, &row, NULL), ==, SQLITE_OK);
	while (sqlite3_step(row) == SQLITE_ROW) {
		const gchar *step = (const gchar *)sqlite3_column_text(row, 3);
		if (is_walk(step))
			g_string_append_printf(walks, "%s: %s\n", step, sql);
	}
	sqlite3_finalize(row);
}

static gboolean
is_exempt(const gchar *sql)
{
	/* once a process and log, and back to the newest that is trusted */
	if (g_str_has_suffix(sql, "FROM anchor WHERE log_key = ?1 AND quality >= 1"))
		return TRUE;
	/* all that a hub has of them is held in memory, and read for it */
	if (g_str_has_suffix(sql, " FROM person"))
		return TRUE;
	/* a page of the newest: as many rows as it asks for */
	if (g_str_has_suffix(sql, "ORDER BY e.edit_id DESC LIMIT ?1"))
		return TRUE;
	/* one row a boot of the hub's machine, and only for a session whose time is in doubt */
	if (g_str_has_prefix(sql, "SELECT NOT EXISTS (SELECT 1 FROM anchor AS b WHERE"))
		return TRUE;
	/* the newest and the oldest row, of all or of a log, and whether there is one: SQLite calls it SCAN or SEARCH, and reads one */
	return g_str_has_prefix(sql, "SELECT iif(start_utc_us = ") ||
	       g_str_has_prefix(sql, "SELECT coalesce(max(block_id), 0) FROM block") ||
	       g_str_has_prefix(sql, "SELECT min(event_id) FROM event");
}

void
walks_assert_none(KnDb *db, guint n_min)
{
	g_autoptr(GString) walks = g_string_new(NULL);
	GHashTableIter iter;
	gpointer sql;

	g_assert_cmpuint(g_hash_table_size(db->statements), >=, n_min);
	g_hash_table_iter_init(&iter, db->statements);
	while (g_hash_table_iter_next(&iter, &sql, NULL))
		if (!is_exempt(sql))
			walks_find(db->handle, sql, walks);
	g_assert_cmpstr(walks->str, ==, "");
}
