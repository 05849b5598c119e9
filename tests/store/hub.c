/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "hub.h"

enum { FIRST_SEQ = 10, PATIENCE_US = 60 * 1000000 };

static KnStore *
open_store(const gchar *directory)
{
	KnStoreConfig config = {directory, "Europe/Berlin"};
	GError *error = NULL;
	KnStore *store = kn_store_open(&config, &error);

	g_assert_no_error(error);
	return store;
}

void
hub_init(Hub *hub, guint n_records)
{
	Fixture *fixture = &hub->story.fixture;

	*hub = (Hub){0};
	story_init(&hub->story);
	story_begin(&hub->story);
	tape_start(fixture);
	for (guint i = 0; i + 1 < n_records; i++)
		tape_samples(fixture, 1, (guint16)g_test_rand_int_range(0, 2000));
	story_commit(&hub->story, 1, FIRST_SEQ);
	hub->n_acked = 1;
	g_clear_pointer(&fixture->db, kn_db_close);
	hub->store = open_store(fixture->directory);
}

DiskTape *
hub_stop(Hub *hub)
{
	if (!hub->store)
		return NULL;
	disk_fail(NULL);
	disk_limit(G_MAXUINT64);
	kn_store_close(g_steal_pointer(&hub->store));
	return disk_unwatch();
}

void
hub_clear(Hub *hub)
{
	disk_tape_free(hub_stop(hub));
	story_clear(&hub->story);
}

static void
on_commit(KnCommit *commit, const GError *error, gpointer user)
{
	Hub *hub = user;

	if (commit)
		disk_note(STORY_STEPS_BEFORE_BATCHES + ++hub->n_acked);
	else
		hub->n_errors++;
	hub->n_corrupt += g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT) ||
			  g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED);
	kn_commit_free(commit);
}

/* the store's own retry comes after seconds: a hub that goes on handing batches over is faster */
void
hub_iterate(Hub *hub)
{
	if (!g_main_context_iteration(NULL, FALSE))
		(void)g_main_context_iteration(NULL, TRUE);
	g_assert_cmpint(g_get_monotonic_time() - hub->from_us, <, PATIENCE_US);
}

gboolean
hub_commit(Hub *hub, guint64 first_seq, guint64 last_seq)
{
	StoryBatch handed = {first_seq, last_seq};
	guint n_errors = hub->n_errors;

	g_array_append_val(hub->story.batches, handed);
	hub->from_us = g_get_monotonic_time();
	kn_store_commit(hub->store, story_batch(&hub->story, hub->story.batches->len), on_commit,
			hub);
	while (hub->n_acked < hub->story.batches->len && hub->n_errors == n_errors)
		hub_iterate(hub);
	return hub->n_acked == hub->story.batches->len;
}

void
hub_settle(Hub *hub)
{
	hub->from_us = g_get_monotonic_time();
	while (kn_store_n_pending(hub->store) > 0)
		hub_iterate(hub);
	g_assert_cmpuint(hub->n_acked, ==, hub->story.batches->len);
}

static void
on_sessions(GPtrArray *sessions, const GError *error, gpointer user)
{
	gint *n_sessions = user;

	*n_sessions = sessions ? (gint)sessions->len : -1;
	g_clear_pointer(&sessions, g_ptr_array_unref);
}

gboolean
hub_answers(Hub *hub)
{
	KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 10, FALSE};
	gint n_sessions = -2;

	hub->from_us = g_get_monotonic_time();
	kn_store_query_sessions(hub->store, &query, on_sessions, &n_sessions);
	while (n_sessions == -2)
		hub_iterate(hub);
	return n_sessions == 1;
}

KnStoreStats
hub_stats(const Hub *hub)
{
	KnStoreStats stats;

	kn_store_get_stats(hub->store, &stats);
	return stats;
}

void
hub_assert_acked_is_durable(Hub *hub, const gchar *why)
{
	static const DiskLoss all_unsynced;
	g_autofree gchar *left = fixture_make_directory();
	g_autofree gchar *text = NULL;
	StoryVerdict verdict;

	disk_lay_out(disk_tape(), disk_tape()->calls->len, &all_unsynced, left);
	verdict = story_judge(&hub->story, left, STORY_STEPS_BEFORE_BATCHES + hub->n_acked, &text);
	if (verdict != STORY_SOUND)
		g_error("%s: %u of %u batches acked: %s", why, hub->n_acked,
			hub->story.batches->len, text);
	fixture_remove_directory(left);
}
