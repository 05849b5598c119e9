/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The volume is full, becomes read-only, or the file is somebody else's for a while. */

#include "hub.h"

#include "store/reserve.h"
#include "store/sql.h"
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
has_reserve(const Hub *hub)
{
	g_autofree gchar *path = g_build_filename(hub->story.fixture.directory, "reserve", NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* until the store has looked by itself */
static void
wait_for_room(Hub *hub)
{
	hub->from_us = g_get_monotonic_time();
	while (hub_stats(hub).is_nearly_full)
		hub_iterate(hub);
}

static void
a_full_disk_is_met_with_the_reserve_and_left_without_help(void)
{
	g_auto(Hub) hub = {0};

	hub_init(&hub, 4000);
	g_assert_true(has_reserve(&hub));
	g_assert_false(hub_stats(&hub).is_nearly_full);
	disk_leave(0);
	/* what is open is stored, and the state says that it is not all well */
	g_assert_true(hub_commit(&hub, 11, 1500));
	g_assert_false(has_reserve(&hub));
	g_assert_true(hub_stats(&hub).is_nearly_full);
	g_assert_false(hub_stats(&hub).is_degraded);
	hub_assert_acked_is_durable(&hub, "the reserve is used");
	/* others took that room, too */
	disk_leave(0);
	g_assert_false(hub_commit(&hub, 1501, 3000));
	g_assert_true(hub_stats(&hub).is_degraded);
	g_assert_true(hub_answers(&hub));
	hub_assert_acked_is_durable(&hub, "the disk is full");
	/* somebody deletes something, but not much: it is stored, and there is no reserve yet */
	disk_leave(KN_RESERVE_BYTES);
	hub_settle(&hub);
	g_assert_false(hub_stats(&hub).is_degraded);
	g_assert_true(hub_stats(&hub).is_nearly_full);
	disk_leave(KN_RESERVE_BYTES + KN_RESERVE_FREE_BYTES_MIN + 65536);
	wait_for_room(&hub);
	g_assert_true(has_reserve(&hub));
	g_assert_true(hub_commit(&hub, 3001, 4000));
	hub_assert_acked_is_durable(&hub, "there is room");
}

static void
a_start_on_a_full_disk_uses_the_reserve(void)
{
	g_auto(Hub) hub = {0};
	g_autoptr(GError) error = NULL;
	KnStoreConfig config;

	hub_init(&hub, 100);
	config = (KnStoreConfig){hub.story.fixture.directory, "Europe/Berlin"};
	disk_leave(0);
	kn_store_close(g_steal_pointer(&hub.store));
	hub.store = kn_store_open(&config, &error);
	g_assert_no_error(error);
	g_assert_false(has_reserve(&hub));
	g_assert_true(hub_stats(&hub).is_nearly_full);
	g_assert_true(hub_commit(&hub, 11, 100));
	kn_store_close(g_steal_pointer(&hub.store));
	disk_leave(0);
	g_assert_null(kn_store_open(&config, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL);
	disk_limit(G_MAXUINT64);
	hub.store = kn_store_open(&config, NULL);
	g_assert_nonnull(hub.store);
	g_assert_true(has_reserve(&hub));
}

static void
a_volume_that_becomes_read_only_is_read_and_written_again_when_it_may_be(void)
{
	const DiskFault fault = {DISK_OPEN | DISK_WRITE | DISK_RESIZE | DISK_RENAME | DISK_REMOVE,
				 1, EROFS, TRUE};
	g_auto(Hub) hub = {0};

	hub_init(&hub, 100);
	disk_fail(&fault);
	g_assert_false(hub_commit(&hub, 11, 40));
	g_assert_true(hub_stats(&hub).is_degraded);
	g_assert_true(hub_answers(&hub));
	/* with the next try the database is known to be read-only */
	g_assert_false(hub_commit(&hub, 41, 60));
	g_assert_cmpstr(hub_stats(&hub).last_error, ==, "the disk is read-only");
	g_assert_true(hub_answers(&hub));
	disk_fail(NULL);
	/* no other batch: the store's own retry */
	hub_settle(&hub);
	g_assert_false(hub_stats(&hub).is_degraded);
	hub_assert_acked_is_durable(&hub, "writable again");
}

static void
a_shell_that_takes_the_file_from_a_hub_in_trouble_only_holds_it_up(void)
{
	const DiskFault fault = {DISK_CHANGES | DISK_READ, 1, EIO, TRUE};
	g_auto(Hub) hub = {0};
	g_autofree gchar *path = NULL;
	sqlite3 *shell = NULL;

	hub_init(&hub, 100);
	path = g_build_filename(hub.story.fixture.directory, "knead.db", NULL);
	disk_fail(&fault);
	g_assert_false(hub_commit(&hub, 11, 40));
	disk_fail(NULL);
	/* the hub has closed it and could not open it again */
	g_assert_cmpint(sqlite3_open(path, &shell), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(shell, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_false(hub_commit(&hub, 41, 60));
	g_assert_nonnull(strstr(hub_stats(&hub).last_error, "another program"));
	g_assert_cmpint(sqlite3_close(shell), ==, SQLITE_OK);
	g_assert_true(hub_commit(&hub, 61, 100));
	hub_assert_acked_is_durable(&hub, "the shell is gone");
}

/* As another program: its exit status is how many of the statements were carried out. */
static gint
run_shell(const gchar *path)
{
	static const gchar *const statements[] = {
		"SELECT * FROM hub",
		"DELETE FROM block",
		"UPDATE hub SET is_clean = 1",
		"DROP TABLE coverage",
		"VACUUM",
		"PRAGMA user_version = 9",
		"CREATE TABLE t (x)",
		"BEGIN IMMEDIATE",
	};
	gint status, n_done = 0;
	pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	if (pid == 0) {
		sqlite3 *shell = NULL;
		if (sqlite3_open(path, &shell) != SQLITE_OK)
			_exit(100);
		for (guint i = 0; i < G_N_ELEMENTS(statements); i++)
			n_done +=
				sqlite3_exec(shell, statements[i], NULL, NULL, NULL) != SQLITE_BUSY;
		(void)sqlite3_close(shell);
		_exit(n_done);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_shell_on_the_live_database_reads_and_changes_nothing(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;

	fixture_init(&fixture);
	path = g_build_filename(fixture.directory, "knead.db", NULL);
	tape_samples(&fixture, 40, 300);
	fixture_store(&fixture, 1, 20);
	g_assert_cmpint(run_shell(path), ==, 0);
	fixture_store(&fixture, 21, 40);
	/* its closing has taken no lock of ours with it */
	g_assert_cmpint(run_shell(path), ==, 0);
	fixture_reopen(&fixture);
	g_assert_true(fixture.db->was_clean);
	fixture_assert_stored_once(&fixture, 1, 40);
}

static void
fail_for_shared_memory(sqlite3_context *context, gint n_values, sqlite3_value **values)
{
	sqlite3_result_error_code(context, SQLITE_IOERR_SHMSIZE);
}

/* some file systems say so when they are full */
static void
no_room_for_shared_memory_is_a_full_disk(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GError) error = NULL;

	fixture_init(&fixture);
	tape_samples(&fixture, 20, 300);
	batch = fixture_batch(&fixture, 1, 20);
	g_assert_cmpint(sqlite3_create_function(fixture.db->handle, "fail", 0,
						SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL,
						fail_for_shared_memory, NULL, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(fixture.db->handle,
				     "CREATE TEMP TRIGGER t BEFORE INSERT ON block "
				     "BEGIN SELECT fail(); END",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	g_assert_null(kn_writer_commit(&fixture.writer, batch, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL);
	g_assert_cmpint(sqlite3_exec(fixture.db->handle, "DROP TRIGGER t", NULL, NULL, NULL), ==,
			SQLITE_OK);
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_nonnull(commit);
	fixture_assert_stored_once(&fixture, 1, 20);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* that storing fails is told as a warning */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	g_test_add_func(
		"/store/disk-full/a_full_disk_is_met_with_the_reserve_and_left_without_help",
		a_full_disk_is_met_with_the_reserve_and_left_without_help);
	g_test_add_func("/store/disk-full/a_start_on_a_full_disk_uses_the_reserve",
			a_start_on_a_full_disk_uses_the_reserve);
	g_test_add_func("/store/disk-full/"
			"a_volume_that_becomes_read_only_is_read_and_written_again_when_it_may_be",
			a_volume_that_becomes_read_only_is_read_and_written_again_when_it_may_be);
	g_test_add_func("/store/disk-full/"
			"a_shell_that_takes_the_file_from_a_hub_in_trouble_only_holds_it_up",
			a_shell_that_takes_the_file_from_a_hub_in_trouble_only_holds_it_up);
	g_test_add_func("/store/disk-full/a_shell_on_the_live_database_reads_and_changes_nothing",
			a_shell_on_the_live_database_reads_and_changes_nothing);
	g_test_add_func("/store/disk-full/no_room_for_shared_memory_is_a_full_disk",
			no_room_for_shared_memory_is_a_full_disk);
	return g_test_run();
}
