/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The calls of libc that change files, taken over: a program's own definition goes before libc's, in
 * SQLite and GLib, too. */

/* both names of each call are defined here, whatever the build says of large files */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#ifndef _LARGEFILE64_SOURCE
#define _LARGEFILE64_SOURCE
#endif

#include "disk-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
note_open(gint fd, const gchar *name, gint flags)
{
	guint file = disk_file_of_name(name);

	if (fd >= DISK_FDS_MAX)
		return;
	if (name[0] == '\0') {
		disk.files[fd] = DISK_DIRECTORY;
		return;
	}
	if (!file) {
		file = ++disk.n_files;
		g_hash_table_insert(disk.names, g_strdup(name), GUINT_TO_POINTER(file));
		disk_record(DISK_OPEN, file - 1, 0, NULL, name, NULL);
	} else if (flags & O_TRUNC) {
		disk_record(DISK_RESIZE, file - 1, 0, NULL, NULL, NULL);
	}
	disk.files[fd] = (gint)file;
}

static int
open_hooked(const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...) = DISK_REAL("open64", int (*)(const char *, int, ...));
	const gchar *name;
	gboolean writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;
	int fd = -1;

	pthread_mutex_lock(&disk.lock);
	name = disk_name_within(path);
	if (!name || !disk_fails(writes ? DISK_OPEN : DISK_READ)) {
		fd = real(path, flags, mode);
		if (name && fd >= 0)
			note_open(fd, name, flags);
	}
	pthread_mutex_unlock(&disk.lock);
	return fd;
}

static mode_t
mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(arguments, int) : 0;
}

int
open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_hooked(path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_hooked(path, flags | O_LARGEFILE, mode);
}

int
close(int fd)
{
	int (*real)(int) = DISK_REAL("close", int (*)(int));

	pthread_mutex_lock(&disk.lock);
	if (fd >= 0 && fd < DISK_FDS_MAX)
		disk.files[fd] = DISK_NO_FILE;
	pthread_mutex_unlock(&disk.lock);
	return real(fd);
}

static ssize_t
pwrite_hooked(int fd, const void *bytes, size_t n, off64_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off64_t) =
		DISK_REAL("pwrite64", ssize_t(*)(int, const void *, size_t, off64_t));
	ssize_t n_done = -1;
	size_t n_may;
	gint file;

	pthread_mutex_lock(&disk.lock);
	file = disk_file_of(fd);
	n_may = file > 0 ? disk_n_taken(fd, (guint64)offset, n) : n;
	if (n_may > 0 || n == 0)
		n_done = real(fd, bytes, n_may, offset);
	if (file > 0 && n_done > 0)
		disk_record(DISK_WRITE, (guint)file - 1, (guint64)offset,
			    g_bytes_new(bytes, (gsize)n_done), NULL, NULL);
	pthread_mutex_unlock(&disk.lock);
	return n_done;
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	return pwrite_hooked(fd, bytes, n, offset);
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
	return pwrite_hooked(fd, bytes, n, offset);
}

/* 0 with errno */
static size_t
n_readable(int fd, size_t n)
{
	size_t n_may = n;

	pthread_mutex_lock(&disk.lock);
	if (disk_file_of(fd) > 0 && disk_fails(DISK_READ))
		n_may = disk.fault.number == 0 ? (n + 1) / 2 : 0;
	pthread_mutex_unlock(&disk.lock);
	return n_may;
}

ssize_t
pread64(int fd, void *bytes, size_t n, off64_t offset)
{
	ssize_t (*real)(int, void *, size_t, off64_t) =
		DISK_REAL("pread64", ssize_t(*)(int, void *, size_t, off64_t));
	size_t n_may = n_readable(fd, n);

	return n_may > 0 || n == 0 ? real(fd, bytes, n_may, offset) : -1;
}

ssize_t
read(int fd, void *bytes, size_t n)
{
	ssize_t (*real)(int, void *, size_t) = DISK_REAL("read", ssize_t(*)(int, void *, size_t));
	size_t n_may = n_readable(fd, n);

	return n_may > 0 || n == 0 ? real(fd, bytes, n_may) : -1;
}

static int
truncate_hooked(int fd, off64_t n_bytes)
{
	int (*real)(int, off64_t) = DISK_REAL("ftruncate64", int (*)(int, off64_t));
	int code = -1;
	gint file;

	pthread_mutex_lock(&disk.lock);
	file = disk_file_of(fd);
	if (file <= 0 || !disk_fails(DISK_RESIZE))
		code = real(fd, n_bytes);
	if (file > 0 && code == 0)
		disk_record(DISK_RESIZE, (guint)file - 1, (guint64)n_bytes, NULL, NULL, NULL);
	pthread_mutex_unlock(&disk.lock);
	return code;
}

int
ftruncate64(int fd, off64_t n_bytes)
{
	return truncate_hooked(fd, n_bytes);
}

int
ftruncate(int fd, off_t n_bytes)
{
	return truncate_hooked(fd, n_bytes);
}

static int
sync_hooked(int fd)
{
	int code = 0;
	gint file;

	pthread_mutex_lock(&disk.lock);
	file = disk_file_of(fd);
	if (file != DISK_NO_FILE && disk_fails(DISK_SYNC))
		code = -1;
	if (file > 0)
		disk_record(code == 0 ? DISK_SYNC : DISK_SYNC_FAILED, (guint)file - 1, 0, NULL,
			    NULL, NULL);
	if (file == DISK_DIRECTORY && code == 0)
		disk_record(DISK_SYNC_DIRECTORY, G_MAXUINT, 0, NULL, NULL, NULL);
	pthread_mutex_unlock(&disk.lock);
	return code;
}

int
fsync(int fd)
{
	return sync_hooked(fd);
}

int
fdatasync(int fd)
{
	return sync_hooked(fd);
}

int
unlink(const char *path)
{
	int (*real)(const char *) = DISK_REAL("unlink", int (*)(const char *));
	const gchar *name;
	int code = -1;

	pthread_mutex_lock(&disk.lock);
	name = disk_name_within(path);
	if (!name || !disk_file_of_name(name) || !disk_fails(DISK_REMOVE))
		code = real(path);
	if (name && code == 0 && disk_file_of_name(name)) {
		disk_record(DISK_REMOVE, disk_file_of_name(name) - 1, 0, NULL, name, NULL);
		g_hash_table_remove(disk.names, name);
	}
	pthread_mutex_unlock(&disk.lock);
	return code;
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) =
		DISK_REAL("rename", int (*)(const char *, const char *));
	const gchar *name, *other;
	int code = -1;

	pthread_mutex_lock(&disk.lock);
	name = disk_name_within(from);
	other = disk_name_within(to);
	if (!name || !other || !disk_fails(DISK_RENAME))
		code = real(from, to);
	if (name && other && code == 0 && disk_file_of_name(name)) {
		guint file = disk_file_of_name(name);
		disk_record(DISK_RENAME, file - 1, 0, NULL, name, other);
		g_hash_table_remove(disk.names, name);
		g_hash_table_insert(disk.names, g_strdup(other), GUINT_TO_POINTER(file));
	}
	pthread_mutex_unlock(&disk.lock);
	return code;
}
