/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* A bit anywhere in the file is another one: in a page of rows, of a list, of an index, in the header, in the journal of a commit that was
 * cut off. Whatever the hub makes of it, no record is another one, and nothing ends it. */

#include "history.h"

#include "store/blocks.h"
#include "store/sessions.h"
#include <glib/gstdio.h>
#include <string.h>

enum { N_FLIPS = 120, N_RESTORES = 40 };

typedef struct {
	Fixture whole;
	GBytes *file;    /* owned: the database, closed well */
	GBytes *cut;     /* owned: the same, with a commit cut off in the middle */
	GBytes *journal; /* owned: of that */
	GRand *rand;     /* owned */
} Scene;

static GBytes *
read_journal(const gchar *path)
{
	g_autofree gchar *journal = g_strconcat(path, "-journal", NULL);

	return history_read_file(journal);
}

/* what is damaged is told, in words that have bytes of the file in them, which is no line of a test */
static void
be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
	if ((level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_CRITICAL)
		g_log_default_handler(domain, level, message, user);
}

static void
scene_init(Scene *scene)
{
	guint32 seed = (guint32)g_test_rand_int_range(1, G_MAXINT32);
	Fixture *fixture = &scene->whole;
	gchar *path = NULL;

	g_test_message("seed %u", seed);
	scene->rand = g_rand_new_with_seed(seed);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	fixture_init(fixture);
	tape_history(fixture);
	history_store_in_pieces(fixture, 1, tape_newest(fixture));
	path = g_strdup(fixture->db->path);
	history_close_hub(fixture);
	scene->file = history_read_file(path);
	/* a cache of few pages writes some before the commit, and the journal before those */
	history_open_hub(fixture);
	g_assert_cmpint(sqlite3_exec(fixture->db->handle,
				     "PRAGMA cache_size=2; BEGIN IMMEDIATE; UPDATE session SET "
				     "zone = 'UTC'; UPDATE block SET log_max_seq = log_max_seq;",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_db_cacheflush(fixture->db->handle), ==, SQLITE_OK);
	scene->cut = history_read_file(path);
	scene->journal = read_journal(path);
	g_assert_cmpuint(g_bytes_get_size(scene->journal), >, 4096);
	g_assert_cmpint(sqlite3_exec(fixture->db->handle, "ROLLBACK", NULL, NULL, NULL), ==,
			SQLITE_OK);
	g_free(path);
}

static void
scene_clear(Scene *scene)
{
	fixture_clear(&scene->whole);
	g_bytes_unref(scene->file);
	g_bytes_unref(scene->cut);
	g_bytes_unref(scene->journal);
	g_rand_free(scene->rand);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static GBytes *
flip(Scene *scene, GBytes *bytes, gsize *ret_at)
{
	gsize n_bytes;
	const guint8 *data = g_bytes_get_data(bytes, &n_bytes);
	guint8 *copy = g_memdup2(data, n_bytes);

	/* most of a small database is empty, where a bit says nothing */
	do
		*ret_at = (gsize)g_rand_int_range(scene->rand, 0, (gint32)n_bytes);
	while (copy[*ret_at] == 0);
	copy[*ret_at] ^= (guint8)(1u << g_rand_int_range(scene->rand, 0, 8));
	return g_bytes_new_take(copy, n_bytes);
}

/* a directory with this as its database */
static gchar *
make_hub(GBytes *file, GBytes *journal)
{
	gchar *directory = fixture_make_directory();
	g_autofree gchar *path = g_build_filename(directory, "knead.db", NULL);
	g_autofree gchar *journal_path = g_strconcat(path, "-journal", NULL);

	history_write_file(path, file);
	if (journal)
		history_write_file(journal_path, journal);
	return directory;
}

/* each record that is read is that of the tape; returns how many are */
static guint
count_true(Scene *scene, KnDb *db)
{
	guint n = 0;

	for (gint64 id = 1; id < 200; id++) {
		g_autoptr(GByteArray) records = NULL;
		KnBlockHead head;
		const guint8 *bytes;
		gsize at = 0, n_bytes, n_tape;
		guint64 seq;

		records = kn_blocks_read(db, id, &head, NULL);
		if (!records)
			continue;
		for (seq = head.first_seq; kn_block_next(records, &at, &bytes, &n_bytes); seq++) {
			const guint8 *tape;
			g_assert_cmpuint(seq, >=, 1);
			g_assert_cmpuint(seq, <=, tape_newest(&scene->whole));
			tape = g_bytes_get_data(scene->whole.tape->pdata[seq - 1], &n_tape);
			g_assert_cmpmem(bytes, n_bytes, tape, n_tape);
			n++;
		}
		g_assert_cmpuint(seq, ==, head.last_seq + 1);
	}
	return n;
}

/* As a hub does: open, list, store what comes. It is refused, set aside, or used. */
static void
use(Scene *scene, const gchar *directory)
{
	const KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, .limit = 400};
	g_autoptr(GPtrArray) sessions = NULL;
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(KnBatch) batch = fixture_batch(&scene->whole, 1, 30);
	g_autoptr(KnDb) db = kn_db_open(directory, NULL);
	KnWriter writer = {.db = db, .zone = "Europe/Berlin"};

	if (!db)
		return;
	(void)count_true(scene, db);
	sessions = kn_sessions_query(db, &query, NULL);
	commit = kn_writer_commit(&writer, batch, NULL);
	(void)count_true(scene, db);
}

static void
a_bit_anywhere_makes_no_other_record(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	for (guint i = 0; i < N_FLIPS; i++) {
		gsize at;
		g_autoptr(GBytes) flipped = flip(&scene, scene.file, &at);
		g_autofree gchar *directory = make_hub(flipped, NULL);

		g_test_message("bit in page %u", (guint)(at / 4096 + 1));
		use(&scene, directory);
		fixture_remove_directory(directory);
	}
}

static void
a_bit_in_the_journal_makes_no_other_record(void)
{
	g_auto(Scene) scene = {0};

	scene_init(&scene);
	{
		/* as it is, it is played back */
		g_autofree gchar *directory = make_hub(scene.cut, scene.journal);
		g_autoptr(KnDb) db = kn_db_open(directory, NULL);
		g_assert_nonnull(db);
		g_assert_cmpuint(count_true(&scene, db), ==, tape_newest(&scene.whole));
		kn_db_close(g_steal_pointer(&db));
		fixture_remove_directory(directory);
	}
	for (guint i = 0; i < N_FLIPS; i++) {
		gsize at;
		g_autoptr(GBytes) flipped = flip(&scene, scene.journal, &at);
		g_autofree gchar *directory = make_hub(scene.cut, flipped);

		g_test_message("bit at %u of the journal", (guint)at);
		use(&scene, directory);
		fixture_remove_directory(directory);
	}
}

/* what was set aside, or copied from a bad disk */
static void
of_a_file_with_another_bit_only_true_records_come_back(void)
{
	g_auto(Scene) scene = {0};
	guint n_all = 0;

	scene_init(&scene);
	for (guint i = 0; i < N_RESTORES; i++) {
		gsize at;
		g_autoptr(GBytes) flipped = flip(&scene, scene.file, &at);
		g_autofree gchar *directory = make_hub(flipped, NULL);
		g_autofree gchar *path = g_build_filename(directory, "knead.db", NULL);
		g_autofree gchar *empty = fixture_make_directory();
		g_auto(KnSalvageSource) source = {-1, -1};
		KnRestore what = {.directory = empty,
				  .path = path,
				  .zone = "Europe/Berlin",
				  .now_us = NOW_US};
		KnRestored restored = {0};

		g_test_message("bit in page %u", (guint)(at / 4096 + 1));
		g_assert_true(kn_salvage_source_open(&source, path, NULL));
		what.source = source;
		if (kn_restore_run(&what, &restored, NULL)) {
			g_autoptr(KnDb) db = kn_db_open(empty, NULL);
			guint n;
			g_assert_nonnull(db);
			n = count_true(&scene, db);
			g_assert_cmpuint(n, ==, restored.n_new_records);
			n_all += n == tape_newest(&scene.whole);
		}
		fixture_remove_directory(directory);
		fixture_remove_directory(empty);
	}
	/* one bit takes one block at most from most files */
	g_assert_cmpuint(n_all, >, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_default_handler(be_silent, NULL);
#define ADD(name) g_test_add_func("/store/flips/" #name, name)
	ADD(a_bit_anywhere_makes_no_other_record);
	ADD(a_bit_in_the_journal_makes_no_other_record);
	ADD(of_a_file_with_another_bit_only_true_records_come_back);
	return g_test_run();
}
