/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What is told as lost after a restore is what is still missing, and nothing else. */

#include "history.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_US G_GINT64_CONSTANT(86400000000)
enum { SPOILED = 3, FIRST_SEQ = 61, LAST_SEQ = 90 }; /* the third thirty records */

typedef struct {
	Fixture fixture;
	gchar *path;  /* owned */
	gchar *aside; /* owned */
	GPtrArray *lines;
} Loss;

static void
lose_first_page(const gchar *path)
{
	static const guint8 nothing[4096];
	gint fd = open(path, O_WRONLY);

	g_assert_cmpint(pwrite(fd, nothing, sizeof nothing, 0), ==, sizeof nothing);
	close(fd);
}

/* a day before and a day after all that there is */
static void
loss_init(Loss *loss, gint64 spoiled_block)
{
	Fixture *fixture = &loss->fixture;
	g_autofree gchar *sql = g_strdup_printf("UPDATE loss SET from_us = %" G_GINT64_FORMAT
						", to_us = %" G_GINT64_FORMAT,
						NOW_US - DAY_US, NOW_US + DAY_US);

	loss->lines = g_ptr_array_new_with_free_func(g_free);
	fixture_init(fixture);
	tape_history(fixture);
	history_store_in_pieces(fixture, 1, tape_newest(fixture));
	loss->path = g_strdup(fixture->db->path);
	loss->aside = g_strconcat(loss->path, ".damaged-1", NULL);
	history_close_hub(fixture);
	if (spoiled_block != 0)
		history_spoil_block(loss->path, spoiled_block);
	lose_first_page(loss->path);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
	history_open_hub(fixture);
	g_test_assert_expected_messages();
	history_close_hub(fixture);
	history_run_sql(loss->path, sql);
}

static void
loss_clear(Loss *loss)
{
	history_open_hub(&loss->fixture);
	fixture_clear(&loss->fixture);
	g_ptr_array_unref(loss->lines);
	g_free(loss->path);
	g_free(loss->aside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loss, loss_clear)

/* of those that are told; the hub is closed before and after */
static GArray *
told(Loss *loss)
{
	GArray *losses;

	history_open_hub(&loss->fixture);
	losses = kn_aside_losses(loss->fixture.db, NULL);
	g_assert_nonnull(losses);
	history_close_hub(&loss->fixture);
	return losses;
}

static gint64
time_of(const Fixture *fixture, guint64 seq)
{
	const KnRecordKey *key = &g_array_index(fixture->keys, KnRecordKey, seq - 1);

	/* a boot an hour, as history.c has it */
	return NOW_US + key->boot * (DAY_US / 24) + (gint64)key->t_ms * 1000;
}

static void
one_block_that_is_lost_is_told_by_its_own_time(void)
{
	g_auto(Loss) loss = {0};

	loss_init(&loss, SPOILED);
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GArray) losses = NULL;
		const KnLoss *left;
		g_ptr_array_set_size(loss.lines, 0);
		(void)history_restore(&loss.fixture, loss.aside, loss.lines);
		losses = told(&loss);
		g_assert_cmpuint(losses->len, ==, 1);
		left = &g_array_index(losses, KnLoss, 0);
		g_assert_cmpint(left->from_us, ==, time_of(&loss.fixture, FIRST_SEQ - 1));
		g_assert_cmpint(left->to_us, ==, time_of(&loss.fixture, LAST_SEQ + 1));
		g_assert_cmpstr(left->file, ==, "knead.db.damaged-1");
		g_assert_cmpuint(loss.lines->len, ==, 1);
		g_assert_nonnull(strstr(loss.lines->pdata[0], "still lost"));
	}
	/* the one of before, and what is left of it */
	history_open_hub(&loss.fixture);
	g_assert_cmpint(fixture_count(&loss.fixture, "SELECT count(*) FROM loss"), ==, 2);
	history_close_hub(&loss.fixture);
}

/* the first of all records, of a hub that began while its clock stood at 1970 */
static void
a_loss_whose_begin_nobody_knows_says_so_and_not_1970(void)
{
	static const gint64 begins_us[] = {0, 5000000};

	for (guint i = 0; i < G_N_ELEMENTS(begins_us); i++) {
		g_auto(Loss) loss = {0};
		g_autofree gchar *sql = g_strdup_printf(
			"UPDATE loss SET from_us = %" G_GINT64_FORMAT, begins_us[i]);

		loss_init(&loss, 1);
		history_run_sql(loss.path, sql);
		(void)history_restore(&loss.fixture, loss.aside, loss.lines);
		g_assert_cmpuint(loss.lines->len, ==, 1);
		g_assert_nonnull(strstr(loss.lines->pdata[0], "nobody knows since when"));
		g_assert_null(strstr(loss.lines->pdata[0], "1970"));
	}
}

static void
what_the_massager_sent_again_is_not_lost(void)
{
	g_auto(Loss) loss = {0};
	g_autoptr(GArray) losses = NULL;

	loss_init(&loss, SPOILED);
	history_open_hub(&loss.fixture);
	history_store_in_pieces(&loss.fixture, FIRST_SEQ, LAST_SEQ);
	history_close_hub(&loss.fixture);
	g_assert_cmpuint(history_restore(&loss.fixture, loss.aside, loss.lines).n_damaged, ==, 1);
	losses = told(&loss);
	g_assert_cmpuint(losses->len, ==, 0);
}

static void
a_ledger_that_cannot_be_read_leaves_the_loss_as_it_was(void)
{
	g_auto(Loss) loss = {0};
	g_autoptr(GArray) losses = NULL;

	loss_init(&loss, 0);
	/* as if a range had been turned around on the disk: nobody knows what it was */
	{
		g_autofree gchar *copy = g_strconcat(loss.path, ".copy", NULL);
		g_autoptr(GBytes) bytes = NULL;
		history_open_hub(&loss.fixture);
		fixture_store(&loss.fixture, 1, 60);
		history_close_hub(&loss.fixture);
		bytes = history_read_file(loss.path);
		history_write_file(copy, bytes);
		history_run_sql(copy, "UPDATE coverage SET last_seq = first_seq - 1");
		g_assert_cmpint(g_rename(copy, loss.aside), ==, 0);
	}
	(void)history_restore(&loss.fixture, loss.aside, loss.lines);
	losses = told(&loss);
	g_assert_cmpuint(losses->len, ==, 1);
	g_assert_cmpint(g_array_index(losses, KnLoss, 0).from_us, ==, NOW_US - DAY_US);
}

/* the file was carried away and is brought back from there */
static void
the_file_is_known_in_another_place_and_another_hubs_is_not(void)
{
	g_auto(Loss) loss = {0};
	g_auto(Fixture) other = {0};
	g_autoptr(GArray) still = NULL;
	g_autoptr(GArray) losses = NULL;
	g_autofree gchar *elsewhere = NULL;
	g_autofree gchar *foreign = NULL;

	loss_init(&loss, 0);
	fixture_init(&other);
	foreign = g_build_filename(other.directory, "knead.db.damaged-1", NULL);
	elsewhere = g_build_filename(other.directory, "away", NULL);
	g_assert_cmpint(g_mkdir(elsewhere, 0700), ==, 0);
	g_free(g_steal_pointer(&elsewhere));
	elsewhere = g_build_filename(other.directory, "away", "knead.db.damaged-1", NULL);
	g_assert_cmpint(g_rename(loss.aside, elsewhere), ==, 0);
	{
		g_autofree gchar *path = g_strdup(other.db->path);
		g_autoptr(GBytes) bytes = NULL;
		history_close_hub(&other);
		bytes = history_read_file(path);
		history_write_file(foreign, bytes);
	}
	g_assert_true(history_restore(&loss.fixture, foreign, loss.lines).is_whole);
	still = told(&loss);
	g_assert_cmpuint(still->len, ==, 1);
	g_assert_true(history_restore(&loss.fixture, elsewhere, loss.lines).is_whole);
	losses = told(&loss);
	g_assert_cmpuint(losses->len, ==, 0);
	g_assert_cmpint(g_unlink(elsewhere), ==, 0);
	{
		g_autofree gchar *away = g_path_get_dirname(elsewhere);
		g_assert_cmpint(g_rmdir(away), ==, 0);
	}
	history_open_hub(&other);
}

/* it was carried away, so that its name was free; the one that knew of it was damaged, too */
static void
of_two_files_of_one_name_each_has_its_own_loss(void)
{
	g_auto(Loss) loss = {0};
	g_autoptr(GArray) losses = NULL;
	g_autofree gchar *copy = NULL;
	g_autoptr(GBytes) bytes = NULL;

	loss_init(&loss, 0);
	copy = g_strconcat(loss.path, ".copy", NULL);
	history_open_hub(&loss.fixture);
	fixture_store(&loss.fixture, 1, 60);
	history_close_hub(&loss.fixture);
	bytes = history_read_file(loss.path);
	history_write_file(copy, bytes);
	history_run_sql(copy, "UPDATE loss SET from_us = 1000, to_us = 2000");
	g_assert_cmpint(g_rename(copy, loss.aside), ==, 0);
	for (guint i = 0; i < 2; i++) {
		g_clear_pointer(&losses, g_array_unref);
		g_assert_true(history_restore(&loss.fixture, loss.aside, loss.lines).is_whole);
		losses = told(&loss);
		g_assert_cmpuint(losses->len, ==, 1);
		g_assert_cmpint(g_array_index(losses, KnLoss, 0).from_us, ==, 1000);
		g_assert_cmpint(g_array_index(losses, KnLoss, 0).to_us, ==, 2000);
	}
}

/* what was in the first file is missing in the third database as it was in the second */
static void
a_second_loss_reaches_back_to_the_first(void)
{
	g_auto(Loss) loss = {0};
	g_autoptr(GArray) losses = NULL;
	g_autoptr(GArray) mended = NULL;

	loss_init(&loss, 0);
	history_run_sql(loss.path, "UPDATE loss SET from_us = 1000");
	for (guint i = 0; i < 2; i++) {
		history_open_hub(&loss.fixture);
		history_close_hub(&loss.fixture);
		lose_first_page(loss.path);
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
		g_clear_pointer(&losses, g_array_unref);
		losses = told(&loss);
		g_test_assert_expected_messages();
		g_assert_cmpuint(losses->len, ==, 1);
		g_assert_cmpint(g_array_index(losses, KnLoss, 0).from_us, ==, 1000);
	}
	/* one that was mended is none */
	history_run_sql(loss.path, "UPDATE loss SET mended_us = 5");
	history_open_hub(&loss.fixture);
	history_close_hub(&loss.fixture);
	lose_first_page(loss.path);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
	mended = told(&loss);
	g_test_assert_expected_messages();
	g_assert_cmpuint(mended->len, ==, 1);
	g_assert_cmpint(g_array_index(mended, KnLoss, 0).from_us, >, 1000);
}

/* a backup on a stick that went bad; the hub of before is gone, or is another one */
static void
a_file_that_nobody_knew_to_be_damaged_leaves_a_loss_until_its_records_are_here(void)
{
	for (guint is_other = 0; is_other < 2; is_other++) {
		g_auto(Fixture) lost = {0};
		g_auto(Loss) loss = {0};
		g_autofree gchar *path = NULL;
		g_autoptr(GBytes) sound = NULL;
		g_autoptr(GArray) mended = NULL;

		loss.lines = g_ptr_array_new_with_free_func(g_free);
		fixture_init(&lost);
		tape_history(&lost);
		history_store_in_pieces(&lost, 1, tape_newest(&lost));
		path = g_strdup(lost.db->path);
		history_close_hub(&lost);
		sound = history_read_file(path);
		history_spoil_block(path, SPOILED);
		/* one that never had a massager takes the place of the hub of before */
		if (is_other)
			fixture_init(&loss.fixture);
		else
			fixture_prepare(&loss.fixture);
		if (is_other)
			history_close_hub(&loss.fixture);
		for (guint i = 0; i < 2; i++) {
			g_autoptr(GArray) losses = NULL;
			const KnLoss *left;
			g_ptr_array_set_size(loss.lines, 0);
			(void)history_restore(&loss.fixture, path, loss.lines);
			losses = told(&loss);
			g_assert_cmpuint(losses->len, ==, 1);
			left = &g_array_index(losses, KnLoss, 0);
			g_assert_cmpint(left->from_us, ==, time_of(&lost, FIRST_SEQ - 1));
			g_assert_cmpint(left->to_us, ==, time_of(&lost, LAST_SEQ + 1));
			g_assert_true(g_str_has_prefix(left->file, "restored/"));
			g_assert_true(g_str_has_suffix(left->file, "/knead.db"));
			g_assert_nonnull(strstr(loss.lines->pdata[0], "still lost"));
		}
		history_write_file(path, sound);
		(void)history_restore(&loss.fixture, path, loss.lines);
		mended = told(&loss);
		g_assert_cmpuint(mended->len, ==, 0);
		history_open_hub(&lost);
	}
}

/* the ledger that could say what is missing is what is damaged */
static void
a_file_whose_ledger_cannot_be_read_leaves_a_doubt_about_all_of_its_time(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Loss) loss = {0};
	g_autofree gchar *path = NULL;
	gint64 made_us;

	loss.lines = g_ptr_array_new_with_free_func(g_free);
	fixture_init(&lost);
	tape_history(&lost);
	history_store_in_pieces(&lost, 1, tape_newest(&lost));
	path = g_strdup(lost.db->path);
	made_us = fixture_count(&lost, "SELECT made_us FROM hub");
	history_close_hub(&lost);
	history_run_sql(path, "UPDATE coverage SET last_seq = first_seq - 1");
	fixture_prepare(&loss.fixture);
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GArray) losses = NULL;
		const KnLoss *left;
		(void)history_restore(&loss.fixture, path, loss.lines);
		losses = told(&loss);
		g_assert_cmpuint(losses->len, ==, 1);
		left = &g_array_index(losses, KnLoss, 0);
		g_assert_cmpint(left->from_us, ==, MIN(made_us, time_of(&lost, 1)));
		/* by a clock that stands before the sessions it was told of */
		g_assert_cmpint(left->to_us, >, time_of(&lost, tape_newest(&lost) - 20));
	}
	history_open_hub(&lost);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-losses/" #name, name)
	ADD(one_block_that_is_lost_is_told_by_its_own_time);
	ADD(a_loss_whose_begin_nobody_knows_says_so_and_not_1970);
	ADD(what_the_massager_sent_again_is_not_lost);
	ADD(a_ledger_that_cannot_be_read_leaves_the_loss_as_it_was);
	ADD(the_file_is_known_in_another_place_and_another_hubs_is_not);
	ADD(of_two_files_of_one_name_each_has_its_own_loss);
	ADD(a_second_loss_reaches_back_to_the_first);
	ADD(a_file_that_nobody_knew_to_be_damaged_leaves_a_loss_until_its_records_are_here);
	ADD(a_file_whose_ledger_cannot_be_read_leaves_a_doubt_about_all_of_its_time);
	return g_test_run();
}
