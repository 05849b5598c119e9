/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What of a massager's history is somebody else's is known after the database was damaged, too. */

#include "history.h"

#include "store/sessions.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

static guint
count_shown(Fixture *fixture)
{
	const KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 400, FALSE};
	g_autoptr(GPtrArray) shown = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(shown);
	return shown->len;
}

/* no clock is known, so that only the order of the records says whose they are */
static void
record(Fixture *fixture, guint n_sessions)
{
	guint64 next = tape_newest(fixture) + 1;

	for (guint i = 0; i < n_sessions; i++) {
		tape_start(fixture);
		tape_samples(fixture, 9, 300);
		tape_end(fixture, 2880);
	}
	fixture_store(fixture, next, tape_newest(fixture));
}

static void
say(Fixture *fixture)
{
	const KnAllow word = {
		.address = "AA:BB:CC:DD:EE:01", .has_shown_from = TRUE, .shown_from_us = NOW_US};
	g_autoptr(KnDevice) device = kn_writer_allow(fixture->db, &word, 9, NULL);

	g_assert_nonnull(device);
}

/* the database begins anew, and the massager sends all again */
static void
lose_and_send_again(Fixture *fixture)
{
	static const guint8 nothing[4096];
	g_autofree gchar *path = g_strdup(fixture->db->path);
	gint fd;

	history_close_hub(fixture);
	fd = open(path, O_WRONLY);
	g_assert_cmpint(pwrite(fd, nothing, sizeof nothing, 0), ==, sizeof nothing);
	close(fd);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
	history_open_hub(fixture);
	g_test_assert_expected_messages();
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM session"), ==, 0);
	fixture_store(fixture, 1, tape_newest(fixture));
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM session"), ==, 5);
}

static void
what_was_there_when_a_person_said_so_stays_hidden_and_no_more(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	record(&fixture, 2);
	say(&fixture);
	record(&fixture, 3);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
	lose_and_send_again(&fixture);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
}

static void
what_came_with_a_massager_that_was_paired_before_stays_hidden_and_no_more(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	say(&fixture);
	record(&fixture, 2);
	record(&fixture, 3);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
	lose_and_send_again(&fixture);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
}

/* the table's first page is no page any more */
static void
spoil_devices(const gchar *path)
{
	static const guint8 nonsense[64] = {0xff, 0xff, 0xff, 0xff};
	sqlite3 *handle = NULL;
	sqlite3_stmt *row = NULL;
	gint64 page;
	gint fd;

	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(
				handle, "SELECT rootpage FROM sqlite_schema WHERE name = 'device'",
				-1, &row, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
	page = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	fd = open(path, O_WRONLY);
	g_assert_cmpint(pwrite(fd, nonsense, sizeof nonsense, (off_t)((page - 1) * 4096)), ==,
			sizeof nonsense);
	close(fd);
}

/* the damage is met when the hub reads in its massagers, and it was open before */
static void
what_is_kept_is_not_written_over_from_a_database_that_cannot_be_read(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;

	fixture_init(&fixture);
	path = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	spoil_devices(path);
	history_open_hub(&fixture);
	history_close_hub(&fixture);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*with 1 massagers*");
	fixture.db = kn_db_open_anew(fixture.directory, NULL);
	g_test_assert_expected_messages();
	g_assert_nonnull(fixture.db);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM device WHERE is_allowed"), ==,
			1);
}

static gboolean
keeps(const gchar *path, const gchar *words)
{
	g_autofree gchar *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return strstr(text, words) != NULL;
}

static void
what_could_not_be_kept_is_with_the_next_commit(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnDevice) device = NULL;
	g_autofree gchar *kept = NULL;
	g_autofree gchar *in_the_way = NULL;

	fixture_init(&fixture);
	kept = g_strconcat(fixture.db->path, ".enrolled", NULL);
	in_the_way = g_strconcat(kept, ".new", NULL);
	g_assert_cmpint(g_mkdir(in_the_way, 0700), ==, 0);
	device = kn_writer_forget(fixture.db, fixture.device_id, NULL);
	g_assert_nonnull(device);
	g_assert_true(keeps(kept, "is_allowed=true"));
	g_assert_cmpint(g_rmdir(in_the_way), ==, 0);
	record(&fixture, 1);
	g_assert_true(keeps(kept, "is_allowed=false"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/enrolled/" #name, name)
	ADD(what_was_there_when_a_person_said_so_stays_hidden_and_no_more);
	ADD(what_is_kept_is_not_written_over_from_a_database_that_cannot_be_read);
	ADD(what_could_not_be_kept_is_with_the_next_commit);
	ADD(what_came_with_a_massager_that_was_paired_before_stays_hidden_and_no_more);
	return g_test_run();
}
