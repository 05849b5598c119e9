/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What is said of a database file without a hub: and the ledger, made anew from the blocks. */

#include "history.h"

#include "store/verify.h"
#include <string.h>
#include <unistd.h>

static gchar *
faults_of(const gchar *path)
{
	g_auto(KnVerified) verified = {0};
	GString *text = g_string_new(NULL);

	g_assert_true(kn_verify_file(path, NULL, NULL, &verified, NULL));
	for (guint i = 0; i < verified.faults->len; i++)
		g_string_append_printf(text, "%s\n", (const gchar *)verified.faults->pdata[i]);
	return g_string_free(text, FALSE);
}

/* records in any order, some twice, in batches of any size, over restarts of massager and hub */
static void
store_at_random(Fixture *fixture, GRand *rand)
{
	guint64 newest = tape_newest(fixture);

	for (guint i = 0; i < 60; i++) {
		guint64 first = (guint64)g_rand_int_range(rand, 1, (gint32)newest + 1);
		guint64 n = (guint64)g_rand_int_range(rand, 1, 41);
		guint64 last = MIN(newest, first + n - 1);
		if (g_rand_int_range(rand, 0, 10) == 0)
			fixture_reopen(fixture);
		fixture_store(fixture, first, last);
	}
}

static void
the_ledger_made_anew_from_the_blocks_is_the_one_that_was_kept(void)
{
	guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *sound = NULL, *path = NULL;
	static const struct {
		const gchar *sql;
		const gchar *told;
	} changes[] = {
		{"UPDATE coverage SET last_seq = last_seq - 1 WHERE first_seq = (SELECT "
		 "min(first_seq) "
		 "FROM coverage)",
		 "coverage is not"},
		{"DELETE FROM mark WHERE seq = (SELECT max(seq) FROM mark)", "marks are not"},
		{"UPDATE log SET newest_boot = 77", "its newest block"},
		{"UPDATE log SET newest_block_id = 1", "its newest block"},
		{"UPDATE log SET newest_seq = 1", "its newest record"},
		{"UPDATE block SET prev_block_id = 1 WHERE block_id = 5", "1 blocks do not know"},
	};

	g_test_message("seed %u", seed);
	fixture_init(&fixture);
	tape_history(&fixture);
	store_at_random(&fixture, rand);
	path = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	sound = faults_of(path);
	g_assert_cmpstr(sound, ==, "");
	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autoptr(GBytes) bytes = history_read_file(path);
		g_autofree gchar *faults = NULL;
		history_run_sql(path, changes[i].sql);
		faults = faults_of(path);
		g_assert_nonnull(strstr(faults, changes[i].told));
		history_write_file(path, bytes);
	}
	history_open_hub(&fixture);
}

static void
verify_names_the_block_and_changes_nothing(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *sound = NULL, *block = NULL, *cut = NULL, *path = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GBytes) after = NULL;
	KnVerified none;
	g_autoptr(GError) error = NULL;

	fixture_init(&fixture);
	tape_history(&fixture);
	history_store_in_pieces(&fixture, 1, tape_newest(&fixture));
	path = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	sound = faults_of(path);
	g_assert_cmpstr(sound, ==, "");
	history_spoil_block(path, 4);
	bytes = history_read_file(path);
	block = faults_of(path);
	g_assert_true(g_str_has_prefix(block, "block 4: "));
	after = history_read_file(path);
	g_assert_true(g_bytes_equal(bytes, after));
	g_assert_cmpint(truncate(path, 8192), ==, 0);
	cut = faults_of(path);
	g_assert_cmpstr(cut, ==, "it is cut short\n");
	history_write_file(path, bytes);
	history_run_sql(path, "PRAGMA application_id = 12");
	g_assert_false(kn_verify_file(path, NULL, NULL, &none, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN);
	kn_verified_clear(&none);
	history_write_file(path, bytes);
	history_open_hub(&fixture);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/verify/" #name, name)
	ADD(the_ledger_made_anew_from_the_blocks_is_the_one_that_was_kept);
	ADD(verify_names_the_block_and_changes_nothing);
	return g_test_run();
}
