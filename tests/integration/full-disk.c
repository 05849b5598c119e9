/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A disk that is full: loaded before libc, there is no room for anything while the file KN_FULL_FILE is there. */

#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#define _LARGEFILE64_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int
is_full(void)
{
	const char *file = getenv("KN_FULL_FILE");

	return file != NULL && access(file, F_OK) == 0;
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off64_t) =
		(ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");

	if (!is_full())
		return real(fd, bytes, n, offset);
	errno = ENOSPC;
	return -1;
}

int
statvfs64(const char *path, struct statvfs64 *ret_stat)
{
	int (*real)(const char *, struct statvfs64 *) =
		(int (*)(const char *, struct statvfs64 *))dlsym(RTLD_NEXT, "statvfs64");
	int code = real(path, ret_stat);

	if (code == 0 && is_full())
		ret_stat->f_bavail = 0;
	return code;
}
