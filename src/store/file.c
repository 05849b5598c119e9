/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* offsets in the header of a database: https://www.sqlite.org/fileformat.html 1.3 */
enum {
	HEADER_BYTES = 100,
	AT_PAGE_SIZE = 16,
	AT_N_PAGES = 28,
	AT_USER_VERSION = 60,
	AT_APPLICATION_ID = 68,
};
static const guint8 magic[16] = "SQLite format 3";
static const guint8 journal_magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

static void
set_io_error(const gchar *what, const gchar *path, GError **error)
{
	gint number = errno;
	KnStoreError code = number == ENOSPC ? KN_STORE_ERROR_FULL : KN_STORE_ERROR_IO;

	g_set_error(error, KN_STORE_ERROR, code, "%s %s: %s", what, path, g_strerror(number));
}

static void
fd_close(gint *fd)
{
	if (*fd >= 0)
		close(*fd);
}

gint
kn_file_lock_directory(const gchar *directory, GError **error)
{
	g_autofree gchar *path = g_build_filename(directory, "lock", NULL);
	gint fd;

	if (g_mkdir_with_parents(directory, 0700) != 0) {
		set_io_error("cannot make directory", directory, error);
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		set_io_error("cannot write in", directory, error);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY,
			    "%s is in use by another kneadd", directory);
	else
		set_io_error("cannot lock", path, error);
	close(fd);
	return -1;
}

gboolean
kn_file_has_space(const gchar *directory, guint64 n_bytes, GError **error)
{
	struct statvfs stat;

	if (statvfs(directory, &stat) != 0) {
		set_io_error("cannot look at", directory, error);
		return FALSE;
	}
	if ((guint64)stat.f_bavail * stat.f_frsize >= n_bytes)
		return TRUE;
	g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL,
		    "the disk that holds %s is full: free at least %" G_GUINT64_FORMAT " bytes",
		    directory, n_bytes);
	return FALSE;
}

static guint32
read_be32(const guint8 *bytes)
{
	return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 |
	       bytes[3];
}

/* a crash inside a commit leaves a journal that will be played back: until then the file may be
 * short */
static gboolean
has_hot_journal(const gchar *path)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);
	__attribute__((cleanup(fd_close))) gint fd = open(journal, O_RDONLY | O_CLOEXEC);
	guint8 head[sizeof journal_magic];

	return fd >= 0 && read(fd, head, sizeof head) == (gssize)sizeof head &&
	       memcmp(head, journal_magic, sizeof head) == 0;
}

/* A database with the name of another program in it is that program's. What is no database at all was ours: it is where ours is kept.
 * So was one whose name differs from ours by one bit. */
static gboolean
is_ours(const guint8 *header, guint32 application_id)
{
	guint32 other_bits = read_be32(header + AT_APPLICATION_ID) ^ application_id;

	return memcmp(header, magic, sizeof magic) != 0 || __builtin_popcount(other_bits) <= 1;
}

static gboolean
judge_header(const gchar *path, const guint8 *header, guint64 n_file, guint32 application_id,
	     guint32 newest_version, GError **error)
{
	guint32 page_size = (guint32)header[AT_PAGE_SIZE] << 8 | header[AT_PAGE_SIZE + 1];
	guint64 n_said =
		(page_size == 1 ? 65536 : (guint64)page_size) * read_be32(header + AT_N_PAGES);
	guint32 version = read_be32(header + AT_USER_VERSION);

	if (!is_ours(header, application_id)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN,
			    "%s is not a knead database: move it away, or choose another directory",
			    path);
		return FALSE;
	}
	if (memcmp(header, magic, sizeof magic) != 0 ||
	    read_be32(header + AT_APPLICATION_ID) != application_id) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "its first page is no database's");
		return FALSE;
	}
	if (version > newest_version) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_TOO_NEW,
			    "%s was made by a newer knead (schema %u, this one knows %u): update "
			    "knead",
			    path, version, newest_version);
		return FALSE;
	}
	if (n_file < n_said && !has_hot_journal(path)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED, "it is cut short");
		return FALSE;
	}
	return TRUE;
}

/* FALSE: with errno */
static gboolean
read_header(gint fd, guint8 *header)
{
	gssize n_read = 1;

	for (gsize n = 0; n < HEADER_BYTES && n_read != 0; n += (gsize)MAX(n_read, 0)) {
		n_read = read(fd, header + n, HEADER_BYTES - n);
		if (n_read < 0 && errno != EINTR)
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_file_recognise(const gchar *path, guint32 application_id, guint32 newest_version,
		  gboolean *ret_exists, GError **error)
{
	__attribute__((cleanup(fd_close))) gint fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	guint8 header[HEADER_BYTES] = {0};
	struct stat stat;

	if (fd < 0 && errno == ENOENT) {
		*ret_exists = FALSE;
		return TRUE;
	}
	if (fd < 0 || fstat(fd, &stat) != 0) {
		set_io_error("cannot read", path, error);
		return FALSE;
	}
	if (!S_ISREG(stat.st_mode)) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN, "%s is not a file",
			    path);
		return FALSE;
	}
	/* a short file keeps zeros, which are no header */
	if (!read_header(fd, header)) {
		set_io_error("cannot read", path, error);
		return FALSE;
	}
	if (!judge_header(path, header, (guint64)stat.st_size, application_id, newest_version,
			  error))
		return FALSE;
	*ret_exists = TRUE;
	return TRUE;
}

static gboolean
sync_path(const gchar *path, GError **error)
{
	__attribute__((cleanup(fd_close))) gint fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fsync(fd) == 0)
		return TRUE;
	set_io_error("cannot write", path, error);
	return FALSE;
}

gboolean
kn_file_publish(const gchar *made, const gchar *path, GError **error)
{
	g_autofree gchar *directory = g_path_get_dirname(path);

	if (!sync_path(made, error))
		return FALSE;
	if (g_rename(made, path) != 0) {
		set_io_error("cannot write", path, error);
		return FALSE;
	}
	return sync_path(directory, error);
}

static void
forget_cached(const gchar *path)
{
	__attribute__((cleanup(fd_close))) gint fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

void
kn_file_forget_cached(const gchar *path)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);

	forget_cached(path);
	forget_cached(journal);
}

gboolean
kn_file_put_orphan_away(const gchar *path, GError **error)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);
	g_autofree gchar *orphan = g_strconcat(path, "-journal.orphan", NULL);

	if (g_rename(journal, orphan) == 0 || errno == ENOENT)
		return TRUE;
	set_io_error("cannot rename", journal, error);
	return FALSE;
}

void
kn_file_remove_database(const gchar *path)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);

	(void)g_unlink(path);
	(void)g_unlink(journal);
}
