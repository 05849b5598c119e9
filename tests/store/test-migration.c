/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A database of an older schema is migrated, with the power going at every sync: see cuts.h. */

#include "cuts.h"
#include "torture.h"

#include "store/migrate.h"
#include "store/sql.h"
#include <string.h>

typedef struct {
	guint version;
	gchar *content; /* owned: what was in it, in columns that each version has */
	gchar *schema;  /* owned: of a database made today */
} Old;

static void
old_clear(Old *old)
{
	g_free(old->content);
	g_free(old->schema);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Old, old_clear)

static void
append_rows(sqlite3 *handle, const gchar *sql, GString *out)
{
	sqlite3_stmt *row = NULL;
	gint code = sqlite3_prepare_v2(handle, sql, -1, &row, NULL);

	while (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
		for (gint i = 0; i < sqlite3_column_count(row); i++)
			g_string_append_printf(out, "%s ", sqlite3_column_text(row, i));
		g_string_append_c(out, '\n');
		code = SQLITE_OK;
	}
	if (code != SQLITE_DONE)
		g_string_append_printf(out, "%s: %s\n", sql, sqlite3_errmsg(handle));
	sqlite3_finalize(row);
}

static gchar *
content_of(sqlite3 *handle)
{
	GString *out = g_string_new(NULL);

	append_rows(handle, "PRAGMA integrity_check", out);
	append_rows(handle, "PRAGMA foreign_key_check", out);
	append_rows(handle, "SELECT hub_id FROM hub", out);
	append_rows(handle, "SELECT device_id, address, label, is_allowed FROM device", out);
	append_rows(handle,
		    "SELECT block_id, log_key, device_boot, first_seq, last_seq, crc32, hex(data) "
		    "FROM block ORDER BY block_id",
		    out);
	append_rows(handle, "SELECT * FROM coverage ORDER BY log_key, first_seq", out);
	append_rows(handle,
		    "SELECT session_id, revision, first_seq, last_seq, state, stored, expected, "
		    "duration_ms, active_ms, n_samples, mean_hpa FROM session ORDER BY session_id",
		    out);
	return g_string_free(out, FALSE);
}

static gchar *
schema_of(sqlite3 *handle)
{
	GString *out = g_string_new(NULL);

	append_rows(handle, "PRAGMA user_version", out);
	append_rows(handle, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name", out);
	return g_string_free(out, FALSE);
}

/* NULL: there is no such file */
static gchar *
content_at(const gchar *path)
{
	sqlite3 *handle = NULL;
	gchar *content = NULL;

	if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		content = content_of(handle);
	sqlite3_close(handle);
	return content;
}

static StoryVerdict
judge_open(const Old *old, KnDb *db, gchar **ret_text)
{
	g_autofree gchar *content = content_of(db->handle);
	g_autofree gchar *schema = schema_of(db->handle);

	if (!g_str_equal(content, old->content)) {
		*ret_text = g_strdup("other content than before");
		return STORY_LOST;
	}
	if (!g_str_equal(schema, old->schema)) {
		*ret_text = g_strdup_printf("a schema between the old and the new: %s", schema);
		return STORY_CORRUPT;
	}
	return STORY_SOUND;
}

/* Step 1: the migrated database was open. */
static StoryVerdict
judge(gpointer data, const gchar *directory, guint n_steps, gchar **ret_text)
{
	const Old *old = data;
	g_autofree gchar *path = g_strdup_printf("%s/knead.db.v%04u", directory, old->version);
	g_autofree gchar *before = content_at(path);
	g_autofree gchar *copy = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(KnDb) db = NULL;

	/* what has the name of a copy is one; and where there is none, nothing was migrated yet */
	if (before ? !g_str_equal(before, old->content) : n_steps >= 1) {
		*ret_text = g_strdup_printf("the copy is %s", before ? "another one" : "gone");
		return STORY_CORRUPT;
	}
	db = kn_db_open(directory, &error);
	if (!db) {
		*ret_text = g_strdup_printf("it does not open: %s", error->message);
		return STORY_CORRUPT;
	}
	copy = content_at(path);
	if (g_strcmp0(copy, old->content) != 0) {
		*ret_text = g_strdup("there is no copy");
		return STORY_LOST;
	}
	return judge_open(old, db, ret_text);
}

static void
put_old(const gchar *directory, guint version)
{
	g_autofree gchar *from =
		g_strdup_printf("%s/v%04u.sqlite", g_getenv("KN_OLD_DATABASES"), version);
	g_autofree gchar *path = g_build_filename(directory, "knead.db", NULL);
	g_autofree gchar *bytes = NULL;
	gsize n_bytes;

	g_assert_true(g_file_get_contents(from, &bytes, &n_bytes, NULL));
	g_assert_true(g_file_set_contents(path, bytes, (gssize)n_bytes, NULL));
}

static gchar *
schema_of_today(void)
{
	g_autofree gchar *directory = fixture_make_directory();
	g_autoptr(GError) error = NULL;
	KnDb *db = kn_db_open(directory, &error);
	gchar *schema;

	g_assert_no_error(error);
	schema = schema_of(db->handle);
	kn_db_close(db);
	fixture_remove_directory(directory);
	return schema;
}

static void
migrate_and_cut(guint version, GRand *rand, CutTally *tally)
{
	g_auto(Old) old = {version, NULL, schema_of_today()};
	g_autofree gchar *directory = fixture_make_directory();
	g_autofree gchar *path = g_build_filename(directory, "knead.db", NULL);
	g_autoptr(DiskTape) tape = NULL;
	g_autoptr(GError) error = NULL;
	KnDb *db;

	put_old(directory, version);
	old.content = content_at(path);
	disk_watch(directory);
	db = kn_db_open(directory, &error);
	g_assert_no_error(error);
	disk_note(1);
	kn_db_close(db);
	tape = disk_unwatch();
	cut_everywhere(tape, &(CutSubject){judge, &old}, rand, tally);
	fixture_remove_directory(directory);
}

static void
a_migration_that_is_cut_off_leaves_the_old_state_or_the_new(void)
{
	g_autoptr(GArray) migrations = kn_migrate_list();
	guint n_runs = torture_number("KN_TORTURE_RUNS", 500);
	guint32 seed = torture_seed();
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	gint64 from_us = g_get_monotonic_time();
	CutTally tally = {0};

	g_assert_cmpuint(kn_migrate_newest(migrations), >, 1);
	while (tally.n_runs[0] < n_runs)
		for (guint version = 1; version < kn_migrate_newest(migrations); version++)
			migrate_and_cut(version, rand, &tally);
	cut_tell(&tally, seed, from_us);
	g_assert_cmpuint(tally.n_wrong[STORY_LOST] + tally.n_wrong[STORY_CORRUPT], ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/store/migration/a_migration_that_is_cut_off_leaves_the_old_state_or_the_new",
		a_migration_that_is_cut_off_leaves_the_old_state_or_the_new);
	return g_test_run();
}
