/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/aside.h"

#include "core/log/loss.h"
#include "store/connection.h"
#include "store/enrolled.h"
#include "store/file.h"
#include "store/sql.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the names ---- */

static gchar *
name_of(const gchar *path, guint number)
{
	return g_strdup_printf("%s.damaged-%u", path, number);
}

static gchar *
journal_of(const gchar *path)
{
	return g_strconcat(path, "-journal", NULL);
}

static gboolean
is_same_file(const gchar *a, const gchar *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

gboolean
kn_aside_is_begun(const gchar *path)
{
	for (guint number = 1; number <= KN_ASIDE_MAX; number++) {
		g_autofree gchar *name = name_of(path, number);
		if (is_same_file(path, name))
			return TRUE;
	}
	return FALSE;
}

/* the name that path has already, or the first that is free; NULL: none is */
static gchar *
choose_name(const gchar *path)
{
	g_autofree gchar *free_name = NULL;

	for (guint number = 1; number <= KN_ASIDE_MAX; number++) {
		gchar *name = name_of(path, number);
		if (is_same_file(path, name)) {
			g_free(g_steal_pointer(&free_name));
			return name;
		}
		if (!free_name && !g_file_test(name, G_FILE_TEST_EXISTS))
			free_name = name;
		else
			g_free(name);
	}
	return g_steal_pointer(&free_name);
}

static gboolean
fail(const gchar *path, GError **error)
{
	gint number = errno;

	g_set_error(error, KN_STORE_ERROR,
		    number == ENOSPC ? KN_STORE_ERROR_FULL : KN_STORE_ERROR_IO,
		    "%s is damaged, and cannot be set aside: %s", path, g_strerror(number));
	return FALSE;
}

/* A journal that was left would be played back into the new database. */
static gboolean
move_journal(const gchar *path, const gchar *name, GError **error)
{
	g_autofree gchar *from = journal_of(path);
	g_autofree gchar *to = journal_of(name);

	if (g_rename(from, to) == 0 || errno == ENOENT)
		return TRUE;
	return fail(path, error);
}

/* The name of the new one while there may be none. */
static gchar *
waiting_of(const gchar *path)
{
	return g_strconcat(path, ".replacing", NULL);
}

/* Nothing is ever written over. Where the kernel or the file system cannot promise it, the directory is locked, and choose_name has looked. */
static gboolean
rename_to_free(const gchar *path, const gchar *name)
{
	if (renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
		return TRUE;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return FALSE;
	if (g_file_test(name, G_FILE_TEST_EXISTS)) {
		errno = EEXIST;
		return FALSE;
	}
	return g_rename(path, name) == 0;
}

/* on file systems that know one name only: sticks have them. For a moment there is none; the next start goes on by the one that waits */
static gboolean
take_place_by_turns(const gchar *making, const gchar *path, const gchar *name, GError **error)
{
	g_autofree gchar *waiting = waiting_of(path);

	if (!kn_file_publish(making, waiting, error))
		return FALSE;
	if (rename_to_free(path, name))
		return move_journal(path, name, error) && kn_file_publish(waiting, path, error);
	(void)fail(path, error);
	(void)g_unlink(waiting);
	return FALSE;
}

/* a second name, so that the first can be taken over without an instant in which there is none */
static gboolean
take_place(const gchar *making, const gchar *path, const gchar *name, GError **error)
{
	gint number = link(path, name) == 0 ? 0 : errno;

	if (number == 0 || is_same_file(path, name))
		return move_journal(path, name, error) && kn_file_publish(making, path, error);
	if (number == EPERM || number == ENOTSUP || number == EMLINK || number == ENOSYS)
		return take_place_by_turns(making, path, name, error);
	errno = number;
	return fail(path, error);
}

/* where the damaged one went, by the database that waits; NULL: it does not tell */
static gchar *
read_name(const gchar *path, const gchar *waiting)
{
	g_autofree gchar *directory = g_path_get_dirname(path);
	sqlite3 *handle = NULL;
	sqlite3_stmt *row = NULL;
	gchar *name = NULL;

	if (sqlite3_open_v2(waiting, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(handle, "SELECT file FROM loss ORDER BY loss_id DESC LIMIT 1", -1,
			       &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		name = g_build_filename(directory, (const gchar *)sqlite3_column_text(row, 0),
					NULL);
	sqlite3_finalize(row);
	sqlite3_close(handle);
	return name;
}

gboolean
kn_aside_go_on(const gchar *path, GError **error)
{
	g_autofree gchar *waiting = waiting_of(path);
	g_autofree gchar *name = NULL;

	if (!g_file_test(waiting, G_FILE_TEST_EXISTS))
		return TRUE;
	/* it had not come so far: what is damaged is found to be once more */
	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		(void)g_unlink(waiting);
		return TRUE;
	}
	/* the journal of the damaged one may not have gone with it */
	name = read_name(path, waiting);
	return (!name || move_journal(path, name, error)) && kn_file_put_orphan_away(path, error) &&
	       kn_file_publish(waiting, path, error);
}

/* ---- what the new one is to know ---- */

static KnEnrolled *
load_from(const gchar *path)
{
	g_autofree gchar *escaped = g_uri_escape_string(path, "/", TRUE);
	/* neither locked nor written, and its journal is left alone */
	g_autofree gchar *uri = g_strdup_printf("file:%s?mode=ro&immutable=1", escaped);
	KnEnrolled *enrolled = NULL;
	sqlite3 *handle = NULL;

	if (sqlite3_open_v2(uri, &handle,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK)
		enrolled = kn_enrolled_load(handle);
	sqlite3_close(handle);
	return enrolled ? enrolled : kn_enrolled_new();
}

/* The file with the CRC is believed first; the numbers of events are only in the database. */
static KnEnrolled *
recall(const gchar *path)
{
	KnEnrolled *damaged = load_from(path);
	KnEnrolled *kept = kn_enrolled_read(path);

	if (!kept)
		return damaged;
	kept->next_event_id = damaged->next_event_id;
	kn_enrolled_free(damaged);
	return kept;
}

static gboolean
run_with(sqlite3 *handle, const gchar *sql, const KnLoss *loss, GError **error)
{
	sqlite3_stmt *statement = NULL;
	gboolean is_done =
		sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_bind_int64(statement, 1, loss->from_us) == SQLITE_OK &&
		sqlite3_bind_int64(statement, 2, loss->to_us) == SQLITE_OK &&
		sqlite3_bind_text(statement, 3, loss->file, -1, SQLITE_STATIC) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_DONE;

	if (!is_done)
		kn_sql_set_error(handle, "cannot note a loss", error);
	sqlite3_finalize(statement);
	return is_done;
}

/* the event as if the hub had told it that is about to start */
static gboolean
note_loss(sqlite3 *handle, const KnLoss *loss, GError **error)
{
	return run_with(handle, "INSERT INTO loss (from_us, to_us, file) VALUES (?1, ?2, ?3)", loss,
			error) &&
	       run_with(handle,
			"INSERT INTO event (event_id, at_us, class, kind, detail) "
			"SELECT next_event_id, max(?1, ?2), 3, 'data_loss', 'kept as ' || ?3 "
			"FROM event_number",
			loss, error) &&
	       kn_connection_execute(
		       handle, "UPDATE event_number SET next_event_id = next_event_id + 1", error);
}

static gboolean
fill(const gchar *making, const KnEnrolled *enrolled, const KnLoss *loss, GError **error)
{
	sqlite3 *handle = kn_connection_open(making, KN_CONNECTION_EXISTING, error);
	gboolean is_filled;

	if (!handle)
		return FALSE;
	is_filled = kn_connection_execute(handle, "BEGIN IMMEDIATE", error) &&
		    kn_enrolled_fill(handle, enrolled, error) && note_loss(handle, loss, error) &&
		    kn_connection_execute(handle, "COMMIT", error);
	sqlite3_close(handle);
	return is_filled;
}

gboolean
kn_aside_replace(const gchar *path, const gchar *making, gint64 now_us, const gchar *reason,
		 GError **error)
{
	g_autofree gchar *name = choose_name(path);
	g_autofree gchar *file = name ? g_path_get_basename(name) : NULL;
	g_autoptr(KnEnrolled) enrolled = NULL;
	KnLoss loss = {0};
	struct stat stat_of;

	if (!name) {
		g_set_error(
			error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			"%s is damaged (%s), and so were %d before it: the disk damages what is "
			"written. Move the files %s.damaged-* away and replace the disk",
			path, reason, KN_ASIDE_MAX, path);
		return FALSE;
	}
	enrolled = recall(path);
	/* no number comes again as something else, even where the old ones cannot be read: nobody has an event a second for years */
	enrolled->next_event_id = MAX(enrolled->next_event_id, now_us / G_USEC_PER_SEC);
	loss.from_us = enrolled->since_us;
	/* a clock that was never set must not say that nothing was lost */
	loss.to_us = stat(path, &stat_of) == 0
			     ? MAX(now_us, (gint64)stat_of.st_mtime * G_USEC_PER_SEC)
			     : now_us;
	g_strlcpy(loss.file, file, sizeof loss.file);
	if (!fill(making, enrolled, &loss, error) || !take_place(making, path, name, error))
		return FALSE;
	g_warning("the database is damaged (%s): it is kept as %s, a new one was begun with %u "
		  "massagers, and they are asked for all they still have",
		  reason, name, enrolled->devices->len);
	return TRUE;
}

/* ---- later ---- */

GArray *
kn_aside_losses(KnDb *db, GError **error)
{
	g_autoptr(GArray) losses = g_array_new(FALSE, TRUE, sizeof(KnLoss));
	g_autoptr(KnStatement) row = kn_sql_start(db,
						  "SELECT from_us, to_us, file FROM loss "
						  "WHERE mended_us IS NULL ORDER BY loss_id",
						  KN_SQL_NONE, error);
	gboolean is_row = row != NULL;

	while (is_row) {
		KnLoss loss = {0};
		if (!kn_sql_step(row, &is_row, error))
			return NULL;
		if (!is_row)
			return g_steal_pointer(&losses);
		loss.from_us = sqlite3_column_int64(row, 0);
		loss.to_us = sqlite3_column_int64(row, 1);
		g_strlcpy(loss.file, (const gchar *)sqlite3_column_text(row, 2), sizeof loss.file);
		g_array_append_val(losses, loss);
	}
	return NULL;
}
