/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#ifndef _LARGEFILE64_SOURCE
#define _LARGEFILE64_SOURCE
#endif

#include "disk-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

Disk disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit_bytes = G_MAXUINT64};

void
disk_record(DiskKind kind, guint file, guint64 offset, GBytes *bytes, const gchar *name,
	    const gchar *to)
{
	DiskCall *call = g_new0(DiskCall, 1);

	*call = (DiskCall){kind, file, offset, bytes, g_strdup(name), g_strdup(to)};
	g_ptr_array_add(disk.tape->calls, call);
}

gboolean
disk_fails(DiskKind kind)
{
	if (!(disk.fault.kinds & kind))
		return FALSE;
	disk.n_counted++;
	if (disk.n_counted != disk.fault.nth &&
	    !(disk.fault.is_lasting && disk.n_counted > disk.fault.nth))
		return FALSE;
	disk.n_failed++;
	errno = disk.fault.number;
	return TRUE;
}

/* NULL: not of the watched directory; "": the directory itself. Borrowed from path. */
const gchar *
disk_name_within(const gchar *path)
{
	gsize n = disk.directory ? strlen(disk.directory) : 0;

	if (n == 0 || strncmp(path, disk.directory, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path[n] ? path + n + 1 : path + n;
}

guint
disk_file_of_name(const gchar *name)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(disk.names, name));
}

gint
disk_file_of(gint fd)
{
	return disk.tape && fd >= 0 && fd < DISK_FDS_MAX ? disk.files[fd] : DISK_NO_FILE;
}

static guint64
size_of(const gchar *name)
{
	g_autofree gchar *path = g_build_filename(disk.directory, name, NULL);
	struct stat64 stat;

	return stat64(path, &stat) == 0 ? (guint64)stat.st_size : 0;
}

static guint64
n_bytes_used(void)
{
	guint64 n_used = 0;
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, disk.names);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		n_used += size_of(name);
	return n_used;
}

guint64
disk_n_bytes_left(void)
{
	guint64 n_used;

	if (disk.limit_bytes == G_MAXUINT64)
		return G_MAXUINT64;
	n_used = n_bytes_used();
	return disk.limit_bytes > n_used ? disk.limit_bytes - n_used : 0;
}

/* how much of a write to [offset, offset + n) the disk takes; 0 with errno */
gsize
disk_n_taken(gint fd, guint64 offset, gsize n)
{
	guint64 n_left = disk_n_bytes_left();
	struct stat64 stat;
	guint64 n_room;

	if (disk_fails(DISK_WRITE))
		return disk.fault.number == 0 ? (n + 1) / 2 : 0;
	if (n_left == G_MAXUINT64 || fstat64(fd, &stat) != 0)
		return n;
	n_room = (guint64)stat.st_size + n_left;
	if (n_room > offset)
		return (gsize)MIN(n, n_room - offset);
	errno = ENOSPC;
	return 0;
}

void
disk_watch(const gchar *directory)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	DiskTape *tape = disk_tape_new();
	const gchar *name;

	g_assert_nonnull(dir);
	g_assert_null(disk.directory);
	while ((name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(directory, name, NULL);
		gchar *bytes;
		gsize n_bytes;
		g_assert_true(g_file_get_contents(path, &bytes, &n_bytes, NULL));
		g_ptr_array_add(tape->files, g_bytes_new_take(bytes, n_bytes));
		g_hash_table_insert(tape->names, g_strdup(name),
				    GUINT_TO_POINTER(tape->files->len));
	}
	pthread_mutex_lock(&disk.lock);
	disk.names = disk_names_copy(tape->names);
	disk.n_files = tape->files->len;
	memset(disk.files, 0, sizeof disk.files);
	disk.tape = tape;
	disk.directory = g_strdup(directory);
	pthread_mutex_unlock(&disk.lock);
}

DiskTape *
disk_unwatch(void)
{
	DiskTape *tape;

	disk_fail(NULL);
	disk_limit(G_MAXUINT64);
	pthread_mutex_lock(&disk.lock);
	tape = g_steal_pointer(&disk.tape);
	g_clear_pointer(&disk.directory, g_free);
	g_clear_pointer(&disk.names, g_hash_table_unref);
	pthread_mutex_unlock(&disk.lock);
	return tape;
}

const DiskTape *
disk_tape(void)
{
	return disk.tape;
}

void
disk_note(guint64 number)
{
	pthread_mutex_lock(&disk.lock);
	disk_record(DISK_NOTE, G_MAXUINT, number, NULL, NULL, NULL);
	pthread_mutex_unlock(&disk.lock);
}

void
disk_fail(const DiskFault *fault)
{
	pthread_mutex_lock(&disk.lock);
	disk.fault = fault ? *fault : (DiskFault){0};
	disk.n_counted = 0;
	disk.n_failed = 0;
	pthread_mutex_unlock(&disk.lock);
}

guint
disk_n_failed(void)
{
	guint n_failed;

	pthread_mutex_lock(&disk.lock);
	n_failed = disk.n_failed;
	pthread_mutex_unlock(&disk.lock);
	return n_failed;
}

void
disk_limit(guint64 n_bytes)
{
	pthread_mutex_lock(&disk.lock);
	disk.limit_bytes = n_bytes;
	pthread_mutex_unlock(&disk.lock);
}

void
disk_leave(guint64 n_bytes)
{
	pthread_mutex_lock(&disk.lock);
	disk.limit_bytes = n_bytes_used() + n_bytes;
	pthread_mutex_unlock(&disk.lock);
}
