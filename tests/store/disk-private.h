/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What the parts of the disk share. But for the lock, all of it is used under the lock. */

#include "disk.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sys/types.h>

enum { DISK_FDS_MAX = 1024, DISK_NO_FILE = 0, DISK_DIRECTORY = -1 };

typedef struct {
	pthread_mutex_t lock;
	gchar *directory;  /* owned; NULL: nothing is watched */
	DiskTape *tape;    /* owned */
	GHashTable *names; /* owned: as in the tape, but of now */
	guint n_files;
	gint files[DISK_FDS_MAX]; /* by descriptor: number + 1, DISK_DIRECTORY or DISK_NO_FILE */
	DiskFault fault;
	guint n_counted, n_failed;
	guint64 limit_bytes;
} Disk;
extern Disk disk;

/* libc's own */
#define DISK_REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

/* Takes bytes. */
void disk_record(DiskKind kind, guint file, guint64 offset, GBytes *bytes, const gchar *name,
		 const gchar *to);
/* Counts the call; TRUE with errno: it is to fail. */
gboolean disk_fails(DiskKind kind);
/* NULL: not of the watched directory; "": the directory itself. Borrowed from path. */
const gchar *disk_name_within(const gchar *path);
/* number + 1; 0: none of that name */
guint disk_file_of_name(const gchar *name);
/* as Disk.files */
gint disk_file_of(gint fd);
/* How much of a write to [offset, offset + n) the disk takes; 0 with errno. */
gsize disk_n_taken(gint fd, guint64 offset, gsize n);
guint64 disk_n_bytes_left(void);

DiskTape *disk_tape_new(void);
GHashTable *disk_names_copy(GHashTable *names);
/* How file looks when the kernel forgets the pages that it failed to sync. The caller frees. */
GByteArray *disk_read_back(const DiskTape *tape, guint file);
