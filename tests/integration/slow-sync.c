/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * A card that stalls: loaded before libc, one fdatasync or fsync takes KN_STALL_MS once the file KN_STALL_FILE is there. The file is
 * removed when the stall begins, so that a test sees it, and each file makes one.
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
stall(void)
{
	const char *file = getenv("KN_STALL_FILE");
	const char *ms = getenv("KN_STALL_MS");
	struct timespec left = {0};

	if (file == NULL || ms == NULL || unlink(file) != 0)
		return;
	left.tv_sec = atoi(ms) / 1000;
	left.tv_nsec = atoi(ms) % 1000 * 1000000L;
	while (nanosleep(&left, &left) != 0) {
	}
}

int
fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	stall();
	return real(fd);
}

int
fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	stall();
	return real(fd);
}
