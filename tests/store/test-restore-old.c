/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Databases that are damaged and of an older schema, too: as those that are set aside by an upgrade. */

#include "history.h"

#include "store/restore.h"
#include <fcntl.h>
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
	static const gchar *const names[] = {"v0001.sqlite", "v0002.sqlite", "v0003.sqlite"};
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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/restore-old/"
			"a_damaged_database_of_an_older_schema_gives_back_its_records",
			a_damaged_database_of_an_older_schema_gives_back_its_records);
	return g_test_run();
}
