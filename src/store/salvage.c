/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/salvage.h"

#include "store/connection.h"
#include "store/file.h"
#include "store/first-page.h"
#include "store/migrate.h"
#include "store/sql.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 256 * 1024, AT_N_PAGES = 28, N_CACHED_MIN = 1024 * 1024 };

static void
fd_close(gint *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) gint

static gboolean
fail(const gchar *what, const gchar *path, GError **error)
{
	gint number = errno;

	g_set_error(error, KN_STORE_ERROR,
		    number == ENOSPC ? KN_STORE_ERROR_FULL : KN_STORE_ERROR_IO, "%s %s: %s", what,
		    path, g_strerror(number));
	return FALSE;
}

static gboolean
write_all(gint fd, const guint8 *bytes, gsize n_bytes)
{
	while (n_bytes > 0) {
		gssize n = write(fd, bytes, n_bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FALSE;
		bytes += n;
		n_bytes -= (gsize)n;
	}
	return TRUE;
}

gboolean
kn_salvage_source_open(KnSalvageSource *source, const gchar *path, GError **error)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);
	struct stat status;

	*source = (KnSalvageSource){open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), -1};
	if (source->fd < 0 || fstat(source->fd, &status) != 0)
		return fail("cannot read", path, error);
	if (!S_ISREG(status.st_mode)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN, "%s is not a file",
			    path);
		return FALSE;
	}
	source->journal_fd = open(journal, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return source->journal_fd >= 0 || errno == ENOENT || fail("cannot read", journal, error);
}

void
kn_salvage_source_close(KnSalvageSource *source)
{
	fd_close(&source->fd);
	fd_close(&source->journal_fd);
	*source = (KnSalvageSource){-1, -1};
}

static gboolean
copy_file(gint in, const gchar *to, GError **error)
{
	g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
	AUTO_FD out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	gint64 at = 0;
	gssize n = 1;

	if (out < 0)
		return fail("cannot write", to, error);
	while (n != 0) {
		n = pread(in, chunk, CHUNK_BYTES, (off_t)at);
		if (n < 0 && errno != EINTR)
			return fail("cannot read what is copied to", to, error);
		if (n > 0 && !write_all(out, chunk, (gsize)n))
			return fail("cannot write", to, error);
		at += MAX(n, 0);
	}
	return TRUE;
}

static gboolean
copy(const KnSalvageSource *source, const gchar *working, GError **error)
{
	g_autofree gchar *journal = g_strconcat(working, "-journal", NULL);
	g_autofree gchar *directory = g_path_get_dirname(working);
	struct stat status;

	kn_file_remove_database(working);
	if (fstat(source->fd, &status) != 0)
		return fail("cannot read what is copied to", working, error);
	if (!kn_file_has_space(directory, (guint64)status.st_size + N_CACHED_MIN, error) ||
	    !copy_file(source->fd, working, error))
		return FALSE;
	return source->journal_fd < 0 || copy_file(source->journal_fd, journal, error);
}

/* ---- mending ---- */

static guint32
read_be32(const guint8 *bytes)
{
	return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 |
	       bytes[3];
}

/* SQLite refuses a file that is shorter than it says as a whole; pages of nothing it refuses one by one */
static gboolean
fill_up(const gchar *working, GError **error)
{
	AUTO_FD fd = open(working, O_RDWR | O_CLOEXEC);
	guint8 head[AT_N_PAGES + 4] = {0};
	struct stat status;
	gint64 n_said;

	if (fd < 0 || fstat(fd, &status) != 0 || read(fd, head, sizeof head) < 0)
		return fail("cannot read", working, error);
	n_said = (gint64)read_be32(head + AT_N_PAGES) * KN_PAGE_BYTES;
	/* a damaged number must not fill the disk: what is missing at the end is less than what is there, or nothing helps */
	if (status.st_size >= n_said || n_said > 2 * (gint64)status.st_size + N_CACHED_MIN)
		return TRUE;
	return ftruncate(fd, (off_t)n_said) == 0 || fail("cannot write", working, error);
}

static gboolean
replace_first_page(const gchar *working, GError **error)
{
	g_autofree gchar *journal = g_strconcat(working, "-journal", NULL);

	/* it was played back, or cannot be */
	(void)g_unlink(journal);
	return kn_first_page_rebuild(working, error) && fill_up(working, error);
}

/* ---- opening ---- */

static gboolean
is_readable(sqlite3 *handle)
{
	static const gchar *const tables[] = {
		"SELECT block_id, data FROM block LIMIT 0", "SELECT log_id FROM log LIMIT 0",
		"SELECT address FROM device LIMIT 0", "SELECT bytes FROM info LIMIT 0"};

	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
		if (sqlite3_exec(handle, tables[i], NULL, NULL, NULL) != SQLITE_OK)
			return FALSE;
	return TRUE;
}

/* A migration may have to walk over what is damaged; the tables that are brought back were there from the first schema on. */
static gboolean
migrate_if_sound(sqlite3 *handle, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();
	g_autoptr(GError) reason = NULL;

	/* rows that belong to others that are gone would be refused; whoever brings them back looks */
	if (kn_connection_execute(handle, "PRAGMA foreign_keys=OFF", &reason) &&
	    kn_migrate_run(handle, migrations, &reason))
		return TRUE;
	if (g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
		g_message("it is read with the schema that it has: %s", reason->message);
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&reason));
	return FALSE;
}

static sqlite3 *
open_copy(const gchar *working, GError **error)
{
	sqlite3 *handle = kn_connection_open(working, KN_CONNECTION_EXISTING, error);

	if (!handle)
		return NULL;
	if (!is_readable(handle))
		kn_sql_set_error(handle, "cannot be read", error);
	else if (migrate_if_sound(handle, error))
		return handle;
	sqlite3_close(handle);
	return NULL;
}

static sqlite3 *
open_recognised(const gchar *working, GError **error)
{
	g_autoptr(GArray) migrations = kn_migrate_list();
	gboolean exists;

	if (!kn_file_recognise(working, KN_DB_APPLICATION_ID, kn_migrate_newest(migrations),
			       &exists, error))
		return NULL;
	return open_copy(working, error);
}

/* The plug was pulled in a commit: how the pages were before it stands in the journal, often the first one, too. SQLite plays it back before
 * it looks whether this is a database. */
static void
play_back(const gchar *working)
{
	sqlite3_close(kn_connection_open(working, KN_CONNECTION_EXISTING, NULL));
}

/* as it is, else as it was before a commit that was cut off, else with another first page */
static sqlite3 *
open_mended(const KnSalvageSource *source, const gchar *working, GError **error)
{
	g_autoptr(GError) reason = NULL;

	for (guint i = 0; i < 2; i++) {
		sqlite3 *handle;
		if (!copy(source, working, error) || !fill_up(working, error))
			return NULL;
		if (i == 1)
			play_back(working);
		g_clear_error(&reason);
		handle = open_recognised(working, &reason);
		if (handle)
			return handle;
		if (!g_error_matches(reason, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED)) {
			g_propagate_error(error, g_steal_pointer(&reason));
			return NULL;
		}
	}
	return replace_first_page(working, error) ? open_copy(working, error) : NULL;
}

KnDb *
kn_salvage_open(const KnSalvageSource *source, const gchar *working, GError **error)
{
	sqlite3 *handle = open_mended(source, working, error);

	if (handle)
		return kn_db_wrap(handle, working);
	kn_file_remove_database(working);
	return NULL;
}

void
kn_salvage_close(KnDb *db)
{
	g_autofree gchar *working = g_strdup(db->path);

	kn_db_close(db);
	kn_file_remove_database(working);
}
