/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The disk that the tests of pulled plugs stand on, against what each small history may leave. */

#include "disk.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N_SECTORS = 4, N_BYTES = N_SECTORS * DISK_SECTOR_BYTES, N_SEEDS = 200 };

typedef struct {
	gchar *directory; /* owned */
	gchar *left;      /* owned: after the cut */
	gchar *path;      /* owned */
	gint fd;
} Desk;

static void
fill(gint fd, gchar letter)
{
	gchar bytes[N_BYTES];

	memset(bytes, letter, sizeof bytes);
	g_assert_cmpint(pwrite(fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
}

/* a file of the letter a, synced with its name */
static void
desk_init(Desk *desk)
{
	gint fd;

	desk->directory = fixture_make_directory();
	desk->left = fixture_make_directory();
	desk->path = g_build_filename(desk->directory, "file", NULL);
	disk_watch(desk->directory);
	desk->fd = open(desk->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	fill(desk->fd, 'a');
	g_assert_cmpint(fsync(desk->fd), ==, 0);
	fd = open(desk->directory, O_RDONLY | O_CLOEXEC);
	g_assert_cmpint(fsync(fd), ==, 0);
	close(fd);
}

static void
desk_clear(Desk *desk)
{
	if (!desk->directory)
		return;
	close(desk->fd);
	disk_tape_free(disk_unwatch());
	fixture_remove_directory(desk->directory);
	fixture_remove_directory(desk->left);
	g_free(desk->directory);
	g_free(desk->left);
	g_free(desk->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_clear)

/* The file of that name after a cut now; NULL: there is none. */
static gchar *
cut_now(const Desk *desk, const gchar *name, gboolean keeps_some, guint32 seed, gsize *ret_n_bytes)
{
	g_autofree gchar *path = g_build_filename(desk->left, name, NULL);
	DiskLoss loss = {keeps_some, FALSE, seed};
	gchar *bytes = NULL;

	fixture_remove_directory(desk->left);
	g_assert_cmpint(g_mkdir_with_parents(desk->left, 0700), ==, 0);
	disk_lay_out(disk_tape(), disk_tape()->calls->len, &loss, desk->left);
	if (!g_file_get_contents(path, &bytes, ret_n_bytes, NULL))
		return NULL;
	return bytes;
}

static void
assert_all(const gchar *bytes, gsize n_bytes, gchar letter)
{
	g_assert_cmpuint(n_bytes, ==, N_BYTES);
	for (gsize i = 0; i < n_bytes; i++)
		g_assert_cmpint(bytes[i], ==, letter);
}

static void
what_was_synced_stays_and_what_was_not_goes(void)
{
	g_auto(Desk) desk = {0};
	g_autofree gchar *before = NULL;
	g_autofree gchar *after = NULL;
	gsize n_bytes;

	desk_init(&desk);
	fill(desk.fd, 'b');
	before = cut_now(&desk, "file", FALSE, 0, &n_bytes);
	assert_all(before, n_bytes, 'a');
	g_assert_cmpint(fdatasync(desk.fd), ==, 0);
	after = cut_now(&desk, "file", FALSE, 0, &n_bytes);
	assert_all(after, n_bytes, 'b');
}

/* each sector but the last, which may be torn, is old or new as a whole; every mixture comes */
static void
any_sectors_stay_of_what_was_not_synced_and_the_last_is_torn(void)
{
	g_auto(Desk) desk = {0};
	gboolean mixtures[1 << (N_SECTORS - 1)] = {FALSE};
	guint n_torn = 0;

	desk_init(&desk);
	fill(desk.fd, 'b');
	for (guint32 seed = 0; seed < N_SEEDS; seed++) {
		gsize n_bytes;
		g_autofree gchar *bytes = cut_now(&desk, "file", TRUE, seed, &n_bytes);
		const gchar *last = bytes + N_BYTES - DISK_SECTOR_BYTES;
		guint mixture = 0;
		g_assert_cmpuint(n_bytes, ==, N_BYTES);
		for (guint i = 0; i + 1 < N_SECTORS; i++) {
			const gchar *sector = bytes + i * DISK_SECTOR_BYTES;
			mixture |= (sector[0] == 'b') << i;
			for (guint k = 0; k < DISK_SECTOR_BYTES; k++)
				g_assert_cmpint(sector[k], ==, sector[0]);
		}
		mixtures[mixture] = TRUE;
		n_torn += last[0] == 'b' && last[DISK_SECTOR_BYTES - 1] == 'a';
	}
	for (guint i = 0; i < G_N_ELEMENTS(mixtures); i++)
		g_assert_true(mixtures[i]);
	g_assert_cmpuint(n_torn, >, 0);
}

static void
a_length_that_was_not_synced_is_the_old_or_the_new_one(void)
{
	g_auto(Desk) desk = {0};
	guint n_old = 0, n_new = 0;

	desk_init(&desk);
	g_assert_cmpint(ftruncate(desk.fd, 100), ==, 0);
	for (guint32 seed = 0; seed < N_SEEDS; seed++) {
		gsize n_bytes;
		g_autofree gchar *bytes = cut_now(&desk, "file", TRUE, seed, &n_bytes);
		n_old += n_bytes == N_BYTES;
		n_new += n_bytes == 100;
		g_assert_cmpint(bytes[99], ==, 'a');
	}
	g_assert_cmpuint(n_old, >, 0);
	g_assert_cmpuint(n_new, >, 0);
	g_assert_cmpuint(n_old + n_new, ==, N_SEEDS);
}

static void
a_name_is_durable_only_with_its_directory(void)
{
	g_auto(Desk) desk = {0};
	g_autofree gchar *other = NULL;
	g_autofree gchar *old = NULL;
	g_autofree gchar *new = NULL;
	gsize n_bytes;
	gint fd;

	desk_init(&desk);
	other = g_build_filename(desk.directory, "other", NULL);
	g_assert_cmpint(rename(desk.path, other), ==, 0);
	g_assert_cmpint(fsync(desk.fd), ==, 0);
	g_assert_null(cut_now(&desk, "other", FALSE, 0, &n_bytes));
	old = cut_now(&desk, "file", FALSE, 0, &n_bytes);
	g_assert_nonnull(old);
	fd = open(desk.directory, O_RDONLY | O_CLOEXEC);
	g_assert_cmpint(fsync(fd), ==, 0);
	close(fd);
	g_assert_null(cut_now(&desk, "file", FALSE, 0, &n_bytes));
	new = cut_now(&desk, "other", FALSE, 0, &n_bytes);
	assert_all(new, n_bytes, 'a');
}

/* the kernel calls pages clean whose sync failed: the next sync does not write them, and once they
 * are forgotten the old ones are read */
static void
what_failed_to_sync_is_not_synced_later(void)
{
	g_auto(Desk) desk = {0};
	const DiskFault fault = {DISK_SYNC, 1, EIO, FALSE};
	g_autofree gchar *left = NULL;
	gsize n_bytes;
	gchar bytes[N_BYTES];

	desk_init(&desk);
	fill(desk.fd, 'b');
	disk_fail(&fault);
	g_assert_cmpint(fsync(desk.fd), ==, -1);
	g_assert_cmpint(errno, ==, EIO);
	g_assert_cmpint(fsync(desk.fd), ==, 0);
	left = cut_now(&desk, "file", FALSE, 0, &n_bytes);
	assert_all(left, n_bytes, 'a');
	g_assert_cmpint(pread(desk.fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
	assert_all(bytes, sizeof bytes, 'b');
	g_assert_cmpint(posix_fadvise(desk.fd, 0, 0, POSIX_FADV_DONTNEED), ==, 0);
	g_assert_cmpint(pread(desk.fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
	assert_all(bytes, sizeof bytes, 'a');
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/disk/what_was_synced_stays_and_what_was_not_goes",
			what_was_synced_stays_and_what_was_not_goes);
	g_test_add_func("/store/disk/any_sectors_stay_of_what_was_not_synced_and_the_last_is_torn",
			any_sectors_stay_of_what_was_not_synced_and_the_last_is_torn);
	g_test_add_func("/store/disk/a_length_that_was_not_synced_is_the_old_or_the_new_one",
			a_length_that_was_not_synced_is_the_old_or_the_new_one);
	g_test_add_func("/store/disk/a_name_is_durable_only_with_its_directory",
			a_name_is_durable_only_with_its_directory);
	g_test_add_func("/store/disk/what_failed_to_sync_is_not_synced_later",
			what_failed_to_sync_is_not_synced_later);
	return g_test_run();
}
