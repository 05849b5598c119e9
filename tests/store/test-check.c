/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Bits that rot on the disk: each is found, and the block named. */

#include "fixture.h"

#include "store/check.h"
#include "store/sql.h"
#include "store/store.h"

enum { N_BLOCKS = 40, RECORDS_A_BLOCK = 25, N_FLIPS = 1000 };

static void
fill(Fixture *fixture)
{
	fixture_init(fixture);
	tape_start(fixture);
	tape_samples(fixture, N_BLOCKS * RECORDS_A_BLOCK, 300);
	for (guint64 i = 0; i < N_BLOCKS; i++)
		fixture_store(fixture, i * RECORDS_A_BLOCK + 1, (i + 1) * RECORDS_A_BLOCK);
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM block"), ==, N_BLOCKS);
}

/* one bit of one block's data */
static void
flip(Fixture *fixture, GRand *rand, gint64 block_id)
{
	g_autoptr(KnStatement) update = NULL;
	g_autoptr(KnStatement) row =
		kn_sql_start(fixture->db, "SELECT data FROM block WHERE block_id = ?1",
			     KN_SQL_INTS(block_id), NULL);
	g_autoptr(GByteArray) data = g_byte_array_new();
	gboolean is_row;
	guint at;

	g_assert_true(kn_sql_step(row, &is_row, NULL) && is_row);
	g_byte_array_append(data, sqlite3_column_blob(row, 0), (guint)sqlite3_column_bytes(row, 0));
	g_assert_true(kn_sql_finish(row, NULL));
	at = (guint)g_rand_int_range(rand, 0, (gint32)data->len);
	data->data[at] ^= (guint8)(1u << g_rand_int_range(rand, 0, 8));
	update = kn_sql_start(fixture->db, "UPDATE block SET data = ?2 WHERE block_id = ?1",
			      KN_SQL_INTS(block_id), NULL);
	g_assert_true(kn_sql_bind_blob(update, 2, data->data, data->len, NULL));
	g_assert_true(kn_sql_finish(update, NULL));
}

static void
walk(Fixture *fixture)
{
	KnCheck check;
	guint n_steps = 0;

	g_assert_true(kn_check_begin(&check, fixture->db, NULL));
	while (!kn_check_is_done(&check)) {
		g_assert_true(kn_check_step(&check, fixture->db, NULL));
		n_steps++;
	}
	/* a step is one block: more would hold up what comes meanwhile */
	g_assert_cmpuint(n_steps, ==, N_BLOCKS);
}

static void
each_of_a_thousand_flipped_bits_is_found_and_its_block_named(void)
{
	g_auto(Fixture) fixture = {0};
	guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	g_test_message("seed %u", seed);
	fill(&fixture);
	walk(&fixture);
	g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 0);
	for (guint i = 0; i < N_FLIPS; i++) {
		gint64 block_id = g_rand_int_range(rand, 1, N_BLOCKS + 1);
		g_autofree gchar *name =
			g_strdup_printf("*damaged*block %" G_GINT64_FORMAT ":*", block_id);
		g_assert_true(kn_db_begin(fixture.db, NULL));
		flip(&fixture, rand, block_id);
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, name);
		walk(&fixture);
		g_test_assert_expected_messages();
		g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 1);
		g_assert_true(g_hash_table_contains(fixture.db->damaged, &block_id));
		g_hash_table_remove_all(fixture.db->damaged);
		kn_db_rollback(fixture.db);
	}
}

static void
what_is_damaged_is_told_once(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);

	fill(&fixture);
	flip(&fixture, rand, 7);
	flip(&fixture, rand, 8);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 7:*");
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 8:*");
	walk(&fixture);
	walk(&fixture);
	g_test_assert_expected_messages();
	g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 2);
}

/* so a store that is idle wakes once for several, and is held up by no more than those */
static void
some_blocks_at_a_time_are_read_and_none_is_left_out(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	KnCheck check;

	fill(&fixture);
	flip(&fixture, rand, 3);
	flip(&fixture, rand, N_BLOCKS);
	g_assert_true(kn_check_begin(&check, fixture.db, NULL));
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 3:*");
	for (guint n_read = 0; n_read < N_BLOCKS - 1; n_read += 3) {
		g_assert_cmpint(check.next_id, ==, n_read + 1);
		kn_check_some(&check, fixture.db, 3);
		g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 1);
	}
	g_assert_false(kn_check_is_done(&check));
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 40:*");
	kn_check_some(&check, fixture.db, 3);
	g_assert_true(kn_check_is_done(&check));
	g_test_assert_expected_messages();
	g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 2);
}

static void
on_damage(gpointer user)
{
	g_main_loop_quit(user);
}

static gboolean
on_hang(gpointer user)
{
	g_assert_not_reached();
	return G_SOURCE_REMOVE;
}

/* the oldest block of a database that was closed well: nobody asks for it */
static void
an_idle_store_tells_of_an_old_block_unasked(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GRand) rand = g_rand_new_with_seed(2);
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	KnStoreConfig config = {.zone = "Europe/Berlin", .on_damage = on_damage, .user = loop};
	KnStoreStats stats;
	KnStore *store;
	guint hang;

	fill(&fixture);
	flip(&fixture, rand, 1);
	kn_db_close(g_steal_pointer(&fixture.db));
	config.directory = fixture.directory;
	/* it warns on its own thread, where GLib's expectations do not reach */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	store = kn_store_open(&config, NULL);
	g_assert_nonnull(store);
	hang = g_timeout_add_seconds(60, on_hang, NULL);
	g_main_loop_run(loop);
	g_source_remove(hang);
	kn_store_get_stats(store, &stats);
	g_assert_cmpuint(stats.n_damaged, ==, 1);
	g_assert_false(stats.is_malformed);
	kn_store_close(store);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/check/" #name, name)
	ADD(each_of_a_thousand_flipped_bits_is_found_and_its_block_named);
	ADD(what_is_damaged_is_told_once);
	ADD(some_blocks_at_a_time_are_read_and_none_is_left_out);
	ADD(an_idle_store_tells_of_an_old_block_unasked);
	return g_test_run();
}
