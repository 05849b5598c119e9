/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Databases that are damaged and of an older schema, too: as those that are set aside by an upgrade. */

#include "history.h"

#include "store/restore.h"
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

static KnRestored
restore(Fixture *fixture, const gchar *path)
{
	KnRestore what = {.directory = fixture->directory,
			  .path = path,
			  .zone = "Europe/Berlin",
			  .now_us = NOW_US};
	g_auto(KnSalvageSource) source = {-1, -1};
	g_autoptr(GError) error = NULL;
	KnRestored restored = {0};

	g_assert_true(kn_salvage_source_open(&source, path, &error));
	what.source = source;
	g_assert_true(kn_restore_run(&what, &restored, &error));
	g_assert_no_error(error);
	return restored;
}

/* the first bytes of the page that a table begins with */
static void
spoil_table(const gchar *path, const gchar *table)
{
	g_autofree gchar *sql =
		g_strdup_printf("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
	static const guint8 nonsense[64] = {0xff, 0xff, 0xff, 0xff};
	sqlite3 *handle = NULL;
	sqlite3_stmt *row = NULL;
	gint64 page;
	gint fd;

	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
	page = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	fd = open(path, O_WRONLY);
	g_assert_cmpint(pwrite(fd, nonsense, sizeof nonsense, (off_t)((page - 1) * 4096)), ==,
			sizeof nonsense);
	close(fd);
}

/* a migration reads both of these tables, and cannot */
static void
a_damaged_database_of_an_older_schema_gives_back_its_records(void)
{
	static const gchar *const names[] = {"v0001.sqlite", "v0002.sqlite", "v0003.sqlite",
					     "v0004.sqlite"};
	static const gchar *const tables[] = {"session", "anchor"};

	for (gsize i = 0; i < G_N_ELEMENTS(names) * G_N_ELEMENTS(tables); i++) {
		g_auto(Fixture) fixture = {0};
		const gchar *name = names[i / G_N_ELEMENTS(tables)];
		const gchar *table = tables[i % G_N_ELEMENTS(tables)];
		g_autofree gchar *old = g_build_filename(g_getenv("KN_OLD_DATABASES"), name, NULL);
		g_autofree gchar *copy = NULL;
		g_autoptr(GBytes) before = history_read_file(old);
		KnRestored restored;

		fixture_init(&fixture);
		history_close_hub(&fixture);
		copy = g_build_filename(fixture.directory, name, NULL);
		history_write_file(copy, before);
		spoil_table(copy, table);
		restored = restore(&fixture, copy);
		g_assert_cmpuint(restored.n_new_records, ==, 1788);
		g_assert_false(restored.is_whole);
		history_open_hub(&fixture);
		/* when they were is known as long as the anchors are */
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session WHERE "
							"start_utc_us <> 9223372036854775807"),
				==, g_str_equal(table, "session") ? 3 : 0);
	}
}

static const gchar *const schemas[] = {"v0001.sqlite", "v0002.sqlite", "v0003.sqlite",
				       "v0004.sqlite"};

static void
lose_first_page(const gchar *path)
{
	static const guint8 nothing[4096];
	gint fd = open(path, O_WRONLY);

	g_assert_cmpint(pwrite(fd, nothing, sizeof nothing, 0), ==, sizeof nothing);
	close(fd);
}

static gchar *
copy_old(Fixture *fixture, const gchar *name, const gchar *to)
{
	g_autofree gchar *old = g_build_filename(g_getenv("KN_OLD_DATABASES"), name, NULL);
	g_autoptr(GBytes) bytes = history_read_file(old);
	gchar *copy = g_build_filename(fixture->directory, to, NULL);

	history_write_file(copy, bytes);
	return copy;
}

static void
a_database_of_an_older_schema_needs_no_first_page(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(schemas); i++) {
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *copy = NULL;
		KnRestored restored;

		fixture_init(&fixture);
		history_close_hub(&fixture);
		copy = copy_old(&fixture, schemas[i], "old.db");
		lose_first_page(copy);
		restored = restore(&fixture, copy);
		g_assert_cmpuint(restored.n_new_records, ==, 1788);
		g_assert_true(restored.is_whole);
		history_open_hub(&fixture);
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session WHERE "
							"start_utc_us <> 9223372036854775807"),
				==, 3);
	}
}

/* its tables lie on other pages than those of a database that was made with this schema */
static void
a_database_that_was_migrated_needs_no_first_page(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(schemas); i++) {
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *path = NULL, *aside = NULL, *copy = NULL;
		KnRestored restored;

		fixture_init(&fixture);
		path = g_strdup(fixture.db->path);
		aside = g_strconcat(path, ".damaged-1", NULL);
		history_close_hub(&fixture);
		copy = copy_old(&fixture, schemas[i], "knead.db");
		g_assert_cmpstr(copy, ==, path);
		history_open_hub(&fixture);
		history_close_hub(&fixture);
		lose_first_page(path);
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
		history_open_hub(&fixture);
		g_test_assert_expected_messages();
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM block"), ==, 0);
		history_close_hub(&fixture);
		restored = restore(&fixture, aside);
		g_assert_cmpuint(restored.n_new_records, ==, 1788);
		g_assert_cmpuint(restored.n_sessions, ==, 3);
		g_assert_true(restored.is_whole);
		history_open_hub(&fixture);
	}
}

/* As when the plug is pulled in a commit: some of it is in the file, and how that was before in the journal. */
static void
cut_off(Fixture *fixture, const gchar *sql, const gchar *cut)
{
	g_autofree gchar *live = copy_old(fixture, "v0003.sqlite", "live.db");
	g_autofree gchar *live_journal = g_strconcat(live, "-journal", NULL);
	g_autofree gchar *cut_journal = g_strconcat(cut, "-journal", NULL);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GBytes) journal = NULL;
	sqlite3 *handle = NULL;

	g_assert_cmpint(sqlite3_open(live, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_db_cacheflush(handle), ==, SQLITE_OK);
	bytes = history_read_file(live);
	journal = history_read_file(live_journal);
	history_write_file(cut, bytes);
	history_write_file(cut_journal, journal);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	lose_first_page(cut);
}

static void
a_commit_that_was_cut_off_is_played_back_though_the_first_page_is_lost(void)
{
	/* the first page is written at the end of a commit, and then is in the journal */
	static const gchar *const commits[] = {
		"BEGIN IMMEDIATE; DELETE FROM coverage; DELETE FROM log",
		"BEGIN IMMEDIATE; DELETE FROM coverage; DELETE FROM log; PRAGMA user_version = 9"};

	for (gsize i = 0; i < G_N_ELEMENTS(commits); i++) {
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *cut = NULL;

		fixture_init(&fixture);
		history_close_hub(&fixture);
		cut = g_build_filename(fixture.directory, "cut.db", NULL);
		cut_off(&fixture, commits[i], cut);
		/* without the logs nobody would know whose the records are */
		g_assert_cmpuint(restore(&fixture, cut).n_new_records, ==, 1788);
		history_open_hub(&fixture);
	}
}

static void
rows_whose_owners_are_lost_stop_no_migration(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(schemas); i++) {
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *copy = NULL;
		KnRestored restored;

		fixture_init(&fixture);
		history_close_hub(&fixture);
		copy = copy_old(&fixture, schemas[i], "old.db");
		history_run_sql(copy, "DELETE FROM log");
		restored = restore(&fixture, copy);
		g_assert_cmpuint(restored.n_records, ==, 0);
		g_assert_cmpuint(restored.n_damaged, ==, restored.n_blocks);
		g_assert_false(restored.is_whole);
		history_open_hub(&fixture);
	}
}

/* nothing in the file says that it was one of ours */
static void
pages_without_a_list_of_tables_are_refused(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(KnSalvageSource) source = {-1, -1};
	g_autoptr(GError) error = NULL;
	g_autofree guint8 *noise = g_malloc0(40 * 4096);
	g_autofree gchar *path = NULL;
	g_autoptr(GBytes) bytes = NULL;
	KnRestore what = {.zone = "UTC", .now_us = NOW_US};
	KnRestored restored;

	fixture_init(&fixture);
	history_close_hub(&fixture);
	for (guint i = 0; i < 40 * 4096; i++)
		noise[i] = i % 4096 == 0 ? 0x0d : (guint8)(i * 2654435761u >> 24);
	bytes = g_bytes_new_static(noise, 40 * 4096);
	path = g_build_filename(fixture.directory, "noise", NULL);
	history_write_file(path, bytes);
	g_assert_true(kn_salvage_source_open(&source, path, NULL));
	what.source = source;
	what.directory = fixture.directory;
	what.path = path;
	g_assert_false(kn_restore_run(&what, &restored, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
	history_open_hub(&fixture);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/restore-old/"
			"a_damaged_database_of_an_older_schema_gives_back_its_records",
			a_damaged_database_of_an_older_schema_gives_back_its_records);
	g_test_add_func("/store/restore-old/a_database_of_an_older_schema_needs_no_first_page",
			a_database_of_an_older_schema_needs_no_first_page);
	g_test_add_func("/store/restore-old/a_database_that_was_migrated_needs_no_first_page",
			a_database_that_was_migrated_needs_no_first_page);
	g_test_add_func("/store/restore-old/"
			"a_commit_that_was_cut_off_is_played_back_though_the_first_page_is_lost",
			a_commit_that_was_cut_off_is_played_back_though_the_first_page_is_lost);
	g_test_add_func("/store/restore-old/rows_whose_owners_are_lost_stop_no_migration",
			rows_whose_owners_are_lost_stop_no_migration);
	g_test_add_func("/store/restore-old/pages_without_a_list_of_tables_are_refused",
			pages_without_a_list_of_tables_are_refused);
	return g_test_run();
}
