/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Databases of every schema there was: what becomes of them, and of a hub that is killed or out of room meanwhile. */

#include "history.h"

#include "store/migrate.h"
#include "store/sql.h"
#include "store/verify.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const gchar *const names[] = {"v0001.sqlite", "v0002.sqlite", "v0003.sqlite",
				     "v0004.sqlite"};
enum { PAGE_BYTES = 4096, MORE_PAGES = 6 };

typedef struct {
	gchar *directory; /* owned */
	gchar *path;      /* owned: of the database */
	gchar *copy;      /* owned: of the one from before */
	GBytes *old;      /* owned: as it was */
	guint32 version;
} Place;

static void
place_init(Place *place, guint at)
{
	g_autofree gchar *from = g_build_filename(g_getenv("KN_OLD_DATABASES"), names[at], NULL);

	place->version = at + 1;
	place->directory = fixture_make_directory();
	place->path = g_build_filename(place->directory, "knead.db", NULL);
	place->copy = g_strdup_printf("%s.v%04u", place->path, place->version);
	place->old = history_read_file(from);
	history_write_file(place->path, place->old);
}

static void
place_clear(Place *place)
{
	fixture_remove_directory(place->directory);
	g_bytes_unref(place->old);
	g_free(place->directory);
	g_free(place->path);
	g_free(place->copy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gchar *
schema_of(KnDb *db)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name",
		KN_SQL_NONE, NULL);
	GString *text = g_string_new(NULL);
	gboolean is_row = TRUE;

	while (is_row) {
		g_assert_true(kn_sql_step(row, &is_row, NULL));
		if (is_row)
			g_string_append_printf(text, "%s;\n",
					       (const gchar *)sqlite3_column_text(row, 0));
	}
	return g_string_free(text, FALSE);
}

static void
assert_sound(const gchar *path, guint32 version)
{
	g_auto(KnVerified) verified = {0};
	g_autoptr(GError) error = NULL;

	g_assert_true(kn_verify_file(path, NULL, NULL, &verified, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(verified.faults->len, ==, 0);
	g_assert_cmpuint(verified.version, ==, version);
	g_assert_cmpuint(verified.n_records, ==, 1788);
	g_assert_cmpuint(verified.n_sessions, ==, 3);
}

static guint32
newest(void)
{
	g_autoptr(GArray) migrations = kn_migrate_list();

	return kn_migrate_newest(migrations);
}

/* the start after all that happened */
static void
assert_migrates(const Place *place)
{
	g_autoptr(GError) error = NULL;
	KnDb *db = kn_db_open(place->directory, &error);

	g_assert_no_error(error);
	kn_db_close(db);
	assert_sound(place->path, newest());
	assert_sound(place->copy, place->version);
}

static void
every_older_schema_becomes_that_of_a_new_database(void)
{
	g_auto(Fixture) fresh = {0};
	g_autofree gchar *wanted = NULL;

	fixture_init(&fresh);
	wanted = schema_of(fresh.db);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_auto(Place) place = {0};
		g_autofree gchar *made = NULL;
		KnDb *db;
		place_init(&place, i);
		db = kn_db_open(place.directory, NULL);
		g_assert_nonnull(db);
		made = schema_of(db);
		g_assert_cmpstr(made, ==, wanted);
		kn_db_close(db);
		assert_sound(place.path, newest());
		assert_sound(place.copy, place.version);
	}
	/* a schema that is not the newest has its database here */
	g_assert_cmpuint(newest(), ==, G_N_ELEMENTS(names) + 1);
}

/* In a child whose files may not grow beyond limit_bytes: writing further kills it, or is an error. Returns what waitpid does. */
static gint
open_with_limit(const Place *place, gsize limit_bytes, gboolean is_killed)
{
	gint status = 0;
	pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	if (pid == 0) {
		struct rlimit limit = {limit_bytes, limit_bytes};
		struct rlimit no_core = {0, 0};
		KnDb *db;
		signal(SIGXFSZ, is_killed ? SIG_DFL : SIG_IGN);
		if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(9);
		db = kn_db_open(place->directory, NULL);
		_exit(db ? 0 : 1);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	return status;
}

/* what there is now: the old state or the new one, and no copy under its name that is not whole */
static void
assert_old_or_new(const Place *place)
{
	g_autoptr(GBytes) bytes = history_read_file(place->path);
	g_autofree gchar *journal = g_strconcat(place->path, "-journal", NULL);

	/* before the first commit not a byte of it is other than it was; in a commit there is a journal */
	if (!g_bytes_equal(bytes, place->old))
		g_assert_true(g_file_test(journal, G_FILE_TEST_EXISTS));
	if (g_file_test(place->copy, G_FILE_TEST_EXISTS))
		assert_sound(place->copy, place->version);
}

static void
try_all_limits(gboolean is_killed)
{
	guint n_stopped = 0, n_copied = 0;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		/* all pages of the newest, and every fourth of the others, which are copied by the same code */
		guint step = i + 1 == G_N_ELEMENTS(names) ? 1 : 4, n_pages = 0;
		for (guint page = 0; page <= n_pages + MORE_PAGES; page += step) {
			g_auto(Place) place = {0};
			gint status;
			place_init(&place, i);
			n_pages = (guint)(g_bytes_get_size(place.old) / PAGE_BYTES);
			status = open_with_limit(&place, page * PAGE_BYTES + 1, is_killed);
			if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
				n_stopped++;
			if (is_killed && WIFSIGNALED(status))
				g_assert_cmpint(WTERMSIG(status), ==, SIGXFSZ);
			assert_old_or_new(&place);
			n_copied += g_file_test(place.copy, G_FILE_TEST_EXISTS);
			assert_migrates(&place);
		}
	}
	g_test_message("%u were stopped, %u behind their copy", n_stopped, n_copied);
	/* each page of the newest one's copy at least */
	g_assert_cmpuint(n_stopped, >=, 56);
	g_assert_cmpuint(n_copied, >=, 1);
}

static void
killed_at_any_page_it_leaves_the_old_state_or_the_new_one(void)
{
	try_all_limits(TRUE);
}

static void
out_of_room_at_any_page_it_leaves_the_old_state_or_the_new_one(void)
{
	try_all_limits(FALSE);
}

/* where the tree of a table begins, in the file */
static gsize
root_of(const gchar *path, const gchar *table)
{
	g_autofree gchar *sql =
		g_strdup_printf("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
	sqlite3 *handle = NULL;
	sqlite3_stmt *row = NULL;
	gint64 page;

	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
	page = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(handle);
	return (gsize)(page - 1) * PAGE_BYTES;
}

/* a page that no migration walks over: it would be a database of the new schema, with the damage, and its copy of no use */
static void
a_copy_that_is_not_sound_is_none_and_nothing_is_migrated(void)
{
	for (guint at = 0; at < G_N_ELEMENTS(names); at++) {
		g_auto(Place) place = {0};
		g_autofree gchar *aside = NULL;
		g_autofree guint8 *bytes = NULL;
		g_autoptr(GBytes) damaged = NULL;
		g_autoptr(GBytes) kept = NULL;
		g_autoptr(GError) error = NULL;
		gsize n_bytes;
		KnDb *db;

		place_init(&place, at);
		aside = g_strconcat(place.path, ".damaged-1", NULL);
		bytes = g_memdup2(g_bytes_get_data(place.old, NULL), g_bytes_get_size(place.old));
		n_bytes = g_bytes_get_size(place.old);
		memset(bytes + root_of(place.path, "conflict"), 0xff, 64);
		damaged = g_bytes_new(bytes, n_bytes);
		history_write_file(place.path, damaged);
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*a new one was begun*");
		db = kn_db_open(place.directory, &error);
		g_assert_no_error(error);
		g_test_assert_expected_messages();
		kn_db_close(db);
		kept = history_read_file(aside);
		g_assert_true(g_bytes_equal(kept, damaged));
		g_assert_false(g_file_test(place.copy, G_FILE_TEST_EXISTS));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/migrate/" #name, name)
	ADD(every_older_schema_becomes_that_of_a_new_database);
	ADD(a_copy_that_is_not_sound_is_none_and_nothing_is_migrated);
	ADD(killed_at_any_page_it_leaves_the_old_state_or_the_new_one);
	ADD(out_of_room_at_any_page_it_leaves_the_old_state_or_the_new_one);
	return g_test_run();
}
