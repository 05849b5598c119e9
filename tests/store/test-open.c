/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/migrate.h"
#include "store/sql.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
	gchar *directory; /* owned */
	gchar *path;      /* owned: of the database */
} Place;

static void
place_init(Place *place)
{
	place->directory = fixture_make_directory();
	place->path = g_build_filename(place->directory, "knead.db", NULL);
}

static void
place_clear(Place *place)
{
	fixture_remove_directory(place->directory);
	g_free(place->directory);
	g_free(place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static void
put(const Place *place, const gchar *bytes, gssize n_bytes)
{
	g_assert_true(g_file_set_contents(place->path, bytes, n_bytes, NULL));
}

/* Opening must fail with this code and text, and leave the file as it is. */
static void
assert_refused(const Place *place, KnStoreError code, const gchar *text)
{
	g_autofree gchar *before = NULL;
	g_autofree gchar *after = NULL;
	g_autofree gchar *journal = g_strconcat(place->path, "-journal", NULL);
	g_autoptr(GError) error = NULL;
	gsize n_before, n_after;

	g_assert_true(g_file_get_contents(place->path, &before, &n_before, NULL));
	g_assert_null(kn_db_open(place->directory, &error));
	g_assert_error(error, KN_STORE_ERROR, (gint)code);
	g_assert_nonnull(strstr(error->message, text));
	g_assert_true(g_file_get_contents(place->path, &after, &n_after, NULL));
	g_assert_cmpmem(before, n_before, after, n_after);
	g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
}

static void
make_with_shell(const Place *place, const gchar *sql)
{
	sqlite3 *handle = NULL;

	g_assert_cmpint(sqlite3_open(place->path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

static void
make_own(const Place *place)
{
	g_autoptr(GError) error = NULL;
	KnDb *db = kn_db_open(place->directory, &error);
	g_autofree gchar *journal = g_strconcat(place->path, "-journal", NULL);

	g_assert_no_error(error);
	kn_db_close(db);
	/* what PERSIST leaves has no meaning after a clean stop */
	g_unlink(journal);
}

static void
refuses_a_database_of_somebody_else(void)
{
	g_auto(Place) place = {0};

	place_init(&place);
	make_with_shell(&place, "CREATE TABLE t (x); PRAGMA application_id = 7;");
	assert_refused(&place, KN_STORE_ERROR_FOREIGN, "not a knead database");
}

static void
refuses_a_newer_schema(void)
{
	g_auto(Place) place = {0};

	place_init(&place);
	make_own(&place);
	make_with_shell(&place, "PRAGMA user_version = 9999;");
	assert_refused(&place, KN_STORE_ERROR_TOO_NEW, "update knead");
}

static void
tells_of_a_directory_that_cannot_be_written(void)
{
	g_auto(Place) place = {0};
	g_autofree gchar *below = NULL;
	g_autoptr(GError) error = NULL;

	place_init(&place);
	put(&place, "a file", -1);
	below = g_build_filename(place.path, "state", NULL);
	g_assert_null(kn_db_open(below, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_IO);
	g_assert_nonnull(strstr(error->message, below));
}

static void
lets_only_one_in(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GError) error = NULL;
	g_autofree gchar *path = NULL;
	sqlite3 *shell = NULL;

	fixture_init(&fixture);
	g_assert_null(kn_db_open(fixture.directory, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY);
	g_assert_nonnull(strstr(error->message, "in use by another kneadd"));
	/* in this process a second connection must not be closed on the same file: SQLite tracks
	 * that, and only says locked */
	path = g_build_filename(fixture.directory, "knead.db", NULL);
	g_assert_cmpint(sqlite3_open(path, &shell), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(shell, "SELECT * FROM hub", NULL, NULL, NULL), ==,
			SQLITE_BUSY);
	g_assert_cmpint(sqlite3_close(shell), ==, SQLITE_OK);
}

static void
tells_of_a_shell_that_holds_the_file(void)
{
	g_auto(Place) place = {0};
	g_autoptr(GError) error = NULL;
	sqlite3 *shell = NULL;

	place_init(&place);
	make_own(&place);
	g_assert_cmpint(sqlite3_open(place.path, &shell), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(shell, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_null(kn_db_open(place.directory, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY);
	g_assert_nonnull(strstr(error->message, "another program"));
	g_assert_cmpint(sqlite3_close(shell), ==, SQLITE_OK);
}

static void
knows_a_clean_stop_from_another(void)
{
	g_auto(Fixture) fixture = {0};
	guint64 hub_id;

	fixture_init(&fixture);
	g_assert_true(fixture.db->was_clean);
	hub_id = fixture.db->hub_id;
	g_assert_cmpuint(hub_id, !=, 0);
	fixture_reopen(&fixture);
	g_assert_true(fixture.db->was_clean);
	g_assert_cmpuint(fixture.db->hub_id, ==, hub_id);
	/* a stop that did not get to its end */
	g_assert_cmpint(sqlite3_exec(fixture.db->handle,
				     "CREATE TEMP TRIGGER t BEFORE UPDATE OF is_clean ON hub "
				     "BEGIN SELECT RAISE(ABORT, 'pulled plug'); END",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*stays marked as in use*");
	fixture_reopen(&fixture);
	g_test_assert_expected_messages();
	g_assert_false(fixture.db->was_clean);
}

static void
finds_a_damaged_block_after_an_unclean_stop(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	tape_samples(&fixture, 40, 300);
	fixture_store(&fixture, 1, 20);
	fixture_store(&fixture, 21, 40);
	g_assert_cmpint(sqlite3_exec(fixture.db->handle,
				     "UPDATE block SET data = zeroblob(length(data)) "
				     "WHERE block_id = 1;"
				     "CREATE TEMP TRIGGER t BEFORE UPDATE OF is_clean ON hub "
				     "BEGIN SELECT RAISE(ABORT, 'pulled plug'); END",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*stays marked as in use*");
	kn_db_close(g_steal_pointer(&fixture.db));
	g_test_assert_expected_messages();
	/* told, and gone on with: what is still to come must not be lost, too */
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 1*");
	fixture.db = kn_db_open(fixture.directory, NULL);
	g_test_assert_expected_messages();
	g_assert_nonnull(fixture.db);
	g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 1);
}

static gint64
pragma(Fixture *fixture, const gchar *sql)
{
	return fixture_count(fixture, sql);
}

static void
sets_the_database_up_for_a_pulled_plug(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnStatement) row = NULL;
	gboolean is_row;

	fixture_init(&fixture);
	g_assert_cmpint(pragma(&fixture, "PRAGMA synchronous"), ==, 2);
	g_assert_cmpint(pragma(&fixture, "PRAGMA secure_delete"), ==, 1);
	g_assert_cmpint(pragma(&fixture, "PRAGMA foreign_keys"), ==, 1);
	g_assert_cmpint(pragma(&fixture, "PRAGMA cell_size_check"), ==, 1);
	g_assert_cmpint(pragma(&fixture, "PRAGMA trusted_schema"), ==, 0);
	g_assert_cmpint(pragma(&fixture, "PRAGMA temp_store"), ==, 2);
	g_assert_cmpint(pragma(&fixture, "PRAGMA journal_size_limit"), ==, 4 * 1024 * 1024);
	g_assert_cmphex((guint64)pragma(&fixture, "PRAGMA application_id"), ==, 0x4B4E4541);
	row = kn_sql_start(fixture.db, "PRAGMA journal_mode", KN_SQL_NONE, NULL);
	g_assert_true(kn_sql_step(row, &is_row, NULL));
	g_assert_cmpstr((const gchar *)sqlite3_column_text(row, 0), ==, "persist");
	kn_statement_reset(g_steal_pointer(&row));
	row = kn_sql_start(fixture.db, "PRAGMA locking_mode", KN_SQL_NONE, NULL);
	g_assert_true(kn_sql_step(row, &is_row, NULL));
	g_assert_cmpstr((const gchar *)sqlite3_column_text(row, 0), ==, "exclusive");
}

/* how many migrations there are, and the numbers of two more */
#define BUILT_IN   5
#define NEXT       6
#define AFTER_NEXT 7
G_STATIC_ASSERT(NEXT == BUILT_IN + 1 && AFTER_NEXT == BUILT_IN + 2);

/* the built-in ones, and others that only tests have: the first NEXT, the second AFTER_NEXT */
static GArray *
migrations_with(const gchar *next, const gchar *last)
{
	GArray *migrations = kn_migrate_list();
	KnMigration one = {NEXT, next}, two = {AFTER_NEXT, last};

	g_assert_cmpuint(migrations->len, ==, BUILT_IN);
	g_array_append_val(migrations, one);
	if (last)
		g_array_append_val(migrations, two);
	return migrations;
}

static void
migrates_an_older_database_after_a_copy(void)
{
	g_auto(Place) place = {0};
	g_autoptr(GArray) migrations = migrations_with(
		"CREATE TABLE extra (x INTEGER) STRICT; PRAGMA user_version = " G_STRINGIFY(NEXT),
		"ALTER TABLE extra ADD COLUMN y INTEGER; PRAGMA user_version = " G_STRINGIFY(
			AFTER_NEXT));
	g_autofree gchar *copy = NULL;
	g_autoptr(GError) error = NULL;
	KnDb *db;
	guint32 version;
	sqlite3 *handle = NULL;

	place_init(&place);
	make_own(&place);
	db = kn_db_open_with(place.directory, migrations, &error);
	g_assert_no_error(error);
	g_assert_true(kn_migrate_get_version(db->handle, &version, NULL));
	g_assert_cmpuint(version, ==, AFTER_NEXT);
	kn_db_close(db);
	copy = g_strdup_printf("%s.v%04d", place.path, BUILT_IN);
	g_assert_cmpint(sqlite3_open(copy, &handle), ==, SQLITE_OK);
	g_assert_true(kn_migrate_get_version(handle, &version, NULL));
	g_assert_cmpuint(version, ==, BUILT_IN);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	/* the build that does not know it */
	g_assert_null(kn_db_open(place.directory, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_TOO_NEW);
}

static void
leaves_the_old_state_when_a_migration_fails(void)
{
	g_auto(Place) place = {0};
	g_autoptr(GArray) bad = migrations_with(
		"CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1); "
		"PRAGMA user_version = " G_STRINGIFY(NEXT),
		NULL);
	g_autoptr(GArray) forgetful =
		migrations_with("CREATE TABLE extra (x INTEGER) STRICT;", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) other = NULL;
	KnDb *db;
	guint32 version;

	place_init(&place);
	make_own(&place);
	g_assert_null(kn_db_open_with(place.directory, bad, &error));
	g_assert_nonnull(error);
	g_assert_null(kn_db_open_with(place.directory, forgetful, &other));
	g_assert_nonnull(strstr(
		other->message,
		"migration " G_STRINGIFY(NEXT) " leaves the schema at " G_STRINGIFY(BUILT_IN)));
	db = kn_db_open(place.directory, NULL);
	g_assert_nonnull(db);
	g_assert_true(kn_migrate_get_version(db->handle, &version, NULL));
	g_assert_cmpuint(version, ==, BUILT_IN);
	g_assert_cmpint(sqlite3_exec(db->handle, "SELECT * FROM extra", NULL, NULL, NULL), ==,
			SQLITE_ERROR);
	kn_db_close(db);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/open/refuses_a_database_of_somebody_else",
			refuses_a_database_of_somebody_else);
	g_test_add_func("/store/open/refuses_a_newer_schema", refuses_a_newer_schema);
	g_test_add_func("/store/open/tells_of_a_directory_that_cannot_be_written",
			tells_of_a_directory_that_cannot_be_written);
	g_test_add_func("/store/open/lets_only_one_in", lets_only_one_in);
	g_test_add_func("/store/open/tells_of_a_shell_that_holds_the_file",
			tells_of_a_shell_that_holds_the_file);
	g_test_add_func("/store/open/knows_a_clean_stop_from_another",
			knows_a_clean_stop_from_another);
	g_test_add_func("/store/open/finds_a_damaged_block_after_an_unclean_stop",
			finds_a_damaged_block_after_an_unclean_stop);
	g_test_add_func("/store/open/sets_the_database_up_for_a_pulled_plug",
			sets_the_database_up_for_a_pulled_plug);
	g_test_add_func("/store/open/migrates_an_older_database_after_a_copy",
			migrates_an_older_database_after_a_copy);
	g_test_add_func("/store/open/leaves_the_old_state_when_a_migration_fails",
			leaves_the_old_state_when_a_migration_fails);
	return g_test_run();
}
