/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/reserve.h"

#include "store/file.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gchar *
path_of(const gchar *directory)
{
	return g_build_filename(directory, "reserve", NULL);
}

static gboolean
is_there(const gchar *path)
{
	struct stat stat;

	return lstat(path, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size == KN_RESERVE_BYTES;
}

gboolean
kn_reserve_make(const gchar *directory, GError **error)
{
	g_autofree gchar *path = path_of(directory);
	gint fd, number;

	if (is_there(path))
		return TRUE;
	if (!kn_file_has_space(directory, KN_RESERVE_BYTES + KN_RESERVE_FREE_BYTES_MIN, error))
		return FALSE;
	/* half of one, of a plug that was pulled */
	(void)g_unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	number = fd < 0 ? errno : posix_fallocate(fd, 0, KN_RESERVE_BYTES);
	if (fd >= 0)
		close(fd);
	if (number == 0)
		return TRUE;
	(void)g_unlink(path);
	g_set_error(error, KN_STORE_ERROR,
		    number == ENOSPC ? KN_STORE_ERROR_FULL : KN_STORE_ERROR_IO,
		    "cannot make %s: %s", path, g_strerror(number));
	return FALSE;
}

gboolean
kn_reserve_release(const gchar *directory)
{
	g_autofree gchar *path = path_of(directory);

	return is_there(path) && g_unlink(path) == 0;
}
