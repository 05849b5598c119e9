/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A card failed: a backup is brought back into a database that was made anew. */

#include "history.h"

#include "store/restore.h"
#include "store/sessions.h"
#include <glib/gstdio.h>

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

/* the hub's files are gone but for a copy of its database; the hub is closed */
static gchar *
keep_backup_alone(Fixture *fixture)
{
	g_autofree gchar *path = g_strdup(fixture->db->path);
	g_autofree gchar *enrolled = g_strconcat(path, ".enrolled", NULL);
	gchar *backup = g_build_filename(fixture->directory, "backup", NULL);
	g_autoptr(GBytes) bytes = NULL;

	history_close_hub(fixture);
	bytes = history_read_file(path);
	history_write_file(backup, bytes);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_unlink(enrolled), ==, 0);
	return backup;
}

static void
a_new_hub_takes_the_place_of_the_one_that_is_brought_back(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *backup = NULL;
	guint64 hub_id;

	fixture_init(&fixture);
	tape_history(&fixture);
	fixture_store(&fixture, 1, 50);
	hub_id = fixture.db->hub_id;
	backup = keep_backup_alone(&fixture);
	history_open_hub(&fixture);
	g_assert_cmpuint(fixture.db->hub_id, !=, hub_id);
	history_close_hub(&fixture);
	(void)restore(&fixture, backup);
	history_open_hub(&fixture);
	g_assert_cmpuint(fixture.db->hub_id, ==, hub_id);
}

static void
a_hub_with_massagers_of_its_own_stays_who_it_is(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *backup = NULL;
	g_autoptr(KnDevice) device = NULL;
	guint64 hub_id;

	fixture_init(&fixture);
	tape_history(&fixture);
	fixture_store(&fixture, 1, 50);
	backup = keep_backup_alone(&fixture);
	history_open_hub(&fixture);
	hub_id = fixture.db->hub_id;
	device = kn_writer_allow(fixture.db, &(KnAllow){.address = "AA:BB:CC:DD:EE:07"}, 9, NULL);
	g_assert_nonnull(device);
	history_close_hub(&fixture);
	(void)restore(&fixture, backup);
	history_open_hub(&fixture);
	g_assert_cmpuint(fixture.db->hub_id, ==, hub_id);
}

static guint
count_shown(Fixture *fixture)
{
	const KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 400, FALSE};
	g_autoptr(GPtrArray) shown = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(shown);
	return shown->len;
}

/* the massager was reset: it begins another log, of which a clock was read and nothing more */
static void
begin_another_log(Fixture *fixture)
{
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	const KnAnchor anchor = {
		.device_id = fixture->device_id, .log_id = 7, .boot = 1, .utc_us = NOW_US};

	g_array_append_val(batch->anchors, anchor);
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

/* without a clock: two sessions of somebody else, then the word, then three of one's own */
static void
bring_back_what_was_hidden(gboolean has_another_log)
{
	const KnAllow word = {
		.address = "AA:BB:CC:DD:EE:01", .has_shown_from = TRUE, .shown_from_us = NOW_US};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *backup = NULL;
	g_autoptr(KnDevice) device = NULL;
	guint64 next = 1;

	fixture_init(&fixture);
	for (guint i = 0; i < 5; i++) {
		tape_start(&fixture);
		tape_samples(&fixture, 9, 300);
		tape_end(&fixture, 2880);
		fixture_store(&fixture, next, tape_newest(&fixture));
		next = tape_newest(&fixture) + 1;
		if (i == 1)
			device = kn_writer_allow(fixture.db, &word, 9, NULL);
	}
	g_assert_nonnull(device);
	if (has_another_log)
		begin_another_log(&fixture);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
	backup = keep_backup_alone(&fixture);
	history_open_hub(&fixture);
	history_close_hub(&fixture);
	g_assert_true(restore(&fixture, backup).is_whole);
	history_open_hub(&fixture);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session"), ==, 5);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
}

static void
what_was_shown_is_shown_and_what_was_hidden_is_hidden(void)
{
	bring_back_what_was_hidden(FALSE);
	bring_back_what_was_hidden(TRUE);
}

/* as large as what was brought back, and of no use to anybody */
static void
the_copy_that_a_killed_restore_left_goes_with_the_next_start(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *copy = NULL;
	g_autofree gchar *journal = NULL;

	fixture_init(&fixture);
	copy = g_strconcat(fixture.db->path, ".restoring", NULL);
	journal = g_strconcat(copy, "-journal", NULL);
	g_assert_true(g_file_set_contents(copy, "a copy", -1, NULL));
	g_assert_true(g_file_set_contents(journal, "its journal", -1, NULL));
	fixture_reopen(&fixture);
	g_assert_false(g_file_test(copy, G_FILE_TEST_EXISTS));
	g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-new-hub/" #name, name)
	ADD(a_new_hub_takes_the_place_of_the_one_that_is_brought_back);
	ADD(a_hub_with_massagers_of_its_own_stays_who_it_is);
	ADD(the_copy_that_a_killed_restore_left_goes_with_the_next_start);
	ADD(what_was_shown_is_shown_and_what_was_hidden_is_hidden);
	return g_test_run();
}
