/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The calls of libc about the room on the volume, and about what the kernel keeps in memory. */

/* both names of each call are defined here, whatever the build says of large files */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#ifndef _LARGEFILE64_SOURCE
#define _LARGEFILE64_SOURCE
#endif

#include "disk-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int
allocate_hooked(int fd, off64_t offset, off64_t n_bytes)
{
	int (*real)(int, off64_t, off64_t) =
		DISK_REAL("posix_fallocate64", int (*)(int, off64_t, off64_t));
	int code = 0;
	gint file;

	pthread_mutex_lock(&disk.lock);
	file = disk_file_of(fd);
	if (file > 0 && disk_fails(DISK_WRITE))
		code = disk.fault.number ? disk.fault.number : ENOSPC;
	else if (file > 0 && disk_n_bytes_left() < (guint64)n_bytes)
		code = ENOSPC;
	else
		code = real(fd, offset, n_bytes);
	if (file > 0 && code == 0)
		disk_record(DISK_RESIZE, (guint)file - 1, (guint64)(offset + n_bytes), NULL, NULL,
			    NULL);
	pthread_mutex_unlock(&disk.lock);
	return code;
}

int
posix_fallocate64(int fd, off64_t offset, off64_t n_bytes)
{
	return allocate_hooked(fd, offset, n_bytes);
}

int
posix_fallocate(int fd, off_t offset, off_t n_bytes)
{
	return allocate_hooked(fd, offset, n_bytes);
}

int
statvfs64(const char *path, struct statvfs64 *ret_stat)
{
	int (*real)(const char *, struct statvfs64 *) =
		DISK_REAL("statvfs64", int (*)(const char *, struct statvfs64 *));
	int code = real(path, ret_stat);

	pthread_mutex_lock(&disk.lock);
	if (code == 0 && disk_name_within(path) && disk.limit_bytes != G_MAXUINT64)
		ret_stat->f_bavail = disk_n_bytes_left() / ret_stat->f_frsize;
	pthread_mutex_unlock(&disk.lock);
	return code;
}

/* a page whose sync failed is called clean, so it is forgotten with the others: what the disk has is read again */
static void
forget_failed(int fd, guint file)
{
	int (*open_real)(const char *, int, ...) =
		DISK_REAL("open64", int (*)(const char *, int, ...));
	int (*truncate_real)(int, off64_t) = DISK_REAL("ftruncate64", int (*)(int, off64_t));
	ssize_t (*write_real)(int, const void *, size_t, off64_t) =
		DISK_REAL("pwrite64", ssize_t(*)(int, const void *, size_t, off64_t));
	int (*close_real)(int) = DISK_REAL("close", int (*)(int));
	g_autoptr(GByteArray) content = disk_read_back(disk.tape, file);
	gchar path[32];
	int real_fd;

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	real_fd = open_real(path, O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(real_fd, >=, 0);
	g_assert_cmpint(truncate_real(real_fd, content->len), ==, 0);
	g_assert_cmpint(write_real(real_fd, content->data, content->len, 0), ==, content->len);
	close_real(real_fd);
}

int
posix_fadvise64(int fd, off64_t offset, off64_t n_bytes, int advice)
{
	pthread_mutex_lock(&disk.lock);
	if (disk_file_of(fd) > 0 && advice == POSIX_FADV_DONTNEED)
		forget_failed(fd, (guint)disk_file_of(fd) - 1);
	pthread_mutex_unlock(&disk.lock);
	return 0;
}
