/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/sql.h"
#include <string.h>

/* as schema/dump.py writes it */
static gchar *
dump(Fixture *fixture)
{
	g_autoptr(KnStatement) row = kn_sql_start(
		fixture->db,
		"SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name",
		KN_SQL_NONE, NULL);
	GString *text = g_string_new("-- SPDX-FileCopyrightText: 2026 the knead authors\n"
				     "-- SPDX-License-Identifier: MIT\n"
				     "-- made by: ninja -C build update-schema; a test keeps it "
				     "equal to the migrations\n");
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
equals_current_sql(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *made = NULL;
	g_autofree gchar *kept = NULL;
	GError *error = NULL;

	g_assert_nonnull(g_getenv("KN_SCHEMA_CURRENT"));
	fixture_init(&fixture);
	made = dump(&fixture);
	g_file_get_contents(g_getenv("KN_SCHEMA_CURRENT"), &kept, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(made, ==, kept);
}

/* the line of a CREATE TABLE that begins with the column's name; what was added later begins with a comma */
static gchar *
line_of(const gchar *sql, const gchar *column)
{
	g_auto(GStrv) lines = g_strsplit(sql, "\n", -1);
	g_autofree gchar *start = g_strconcat(column, " ", NULL);

	for (guint i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i] + strspn(lines[i], " ,"), start))
			return g_strdup(lines[i]);
	return NULL;
}

static void
has_a_comment_on_every_column(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnStatement) row = NULL;
	gboolean is_row = TRUE;
	guint n_columns = 0;

	fixture_init(&fixture);
	row = kn_sql_start(
		fixture.db,
		"SELECT s.sql, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) "
		"AS c WHERE s.type = 'table'",
		KN_SQL_NONE, NULL);
	while (is_row) {
		g_autofree gchar *line = NULL;
		g_assert_true(kn_sql_step(row, &is_row, NULL));
		if (!is_row)
			break;
		line = line_of((const gchar *)sqlite3_column_text(row, 0),
			       (const gchar *)sqlite3_column_text(row, 1));
		g_assert_nonnull(line);
		g_assert_nonnull(strstr(line, " -- "));
		n_columns++;
	}
	g_assert_cmpuint(n_columns, >, 80);
}

static void
has_only_strict_tables(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM pragma_table_list "
						"WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
						"AND strict = 0"),
			==, 0);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM pragma_table_list "
						"WHERE type = 'table' AND strict = 1"),
			>, 10);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/schema/equals_current_sql", equals_current_sql);
	g_test_add_func("/store/schema/has_a_comment_on_every_column",
			has_a_comment_on_every_column);
	g_test_add_func("/store/schema/has_only_strict_tables", has_only_strict_tables);
	return g_test_run();
}
