/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"
#include "store/request.h"

#include "store/sql.h"
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* answers in the order they came */
typedef struct {
	GString *log; /* owned */
	GMainLoop *loop;
	guint n_waited; /* final answers still to come */
} Listener;

static void
hear(Listener *listener, const gchar *text, gboolean is_final)
{
	g_string_append(listener->log, text);
	if (is_final && --listener->n_waited == 0)
		g_main_loop_quit(listener->loop);
}

static void
on_commit(KnCommit *commit, const GError *error, gpointer user)
{
	g_autofree gchar *text = NULL;

	if (commit)
		text = g_strdup_printf("c%" G_GUINT64_FORMAT " ", commit->batch_id);
	else
		text = g_strdup_printf("e%d ", error->code);
	hear(user, text, commit != NULL);
	kn_commit_free(commit);
}

static void
on_device(const KnDevice *device, const GError *error, gpointer user)
{
	g_autofree gchar *text = device ? g_strdup_printf("d%" G_GINT64_FORMAT " ", device->id)
					: g_strdup_printf("e%d ", error->code);

	hear(user, text, TRUE);
}

static void
on_sessions(GPtrArray *sessions, const GError *error, gpointer user)
{
	g_autofree gchar *text = g_strdup_printf("s%u ", sessions ? sessions->len : 99);

	hear(user, text, TRUE);
	g_clear_pointer(&sessions, g_ptr_array_unref);
}

static void
on_detail(KnSessionDetail *detail, const GError *error, gpointer user)
{
	hear(user, detail ? "detail " : "none ", TRUE);
	kn_session_detail_free(detail);
}

static gboolean
on_timeout(gpointer user)
{
	g_error("no answer");
	return G_SOURCE_REMOVE;
}

static void
wait_for(Listener *listener, guint n_answers)
{
	guint timeout = g_timeout_add_seconds(60, on_timeout, NULL);

	listener->n_waited = n_answers;
	g_main_loop_run(listener->loop);
	g_source_remove(timeout);
}

static void
listener_init(Listener *listener)
{
	*listener = (Listener){g_string_new(NULL), g_main_loop_new(NULL, FALSE), 0};
}

static void
listener_clear(Listener *listener)
{
	g_string_free(listener->log, TRUE);
	g_main_loop_unref(listener->loop);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listener, listener_clear)

static KnStore *
open_store(Fixture *fixture)
{
	KnStoreConfig config = {fixture->directory, "Europe/Berlin"};
	GError *error = NULL;
	KnStore *store;

	g_clear_pointer(&fixture->db, kn_db_close);
	store = kn_store_open(&config, &error);
	g_assert_no_error(error);
	return store;
}

static void
answers_in_order_on_the_main_context(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnSessionQuery query = {0, G_MAXINT64, 0, {0, 0}, 10, TRUE};
	g_autoptr(GPtrArray) loaded = NULL;
	KnStoreStats stats;
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	tape_end(&fixture, 6400);
	store = open_store(&fixture);
	g_assert_cmpuint(kn_store_hub_id(store), !=, 0);
	loaded = kn_store_load(store, NULL);
	g_assert_cmpuint(loaded->len, ==, 1);
	kn_store_commit(store, fixture_batch(&fixture, 1, 22), on_commit, &listener);
	g_assert_cmpuint(kn_store_n_pending(store), ==, 1);
	kn_store_query_sessions(store, &query, on_sessions, &listener);
	kn_store_query_session(store, 1, 5, on_detail, &listener);
	kn_store_query_session(store, 77, 5, on_detail, &listener);
	kn_store_allow(store, &(KnAllow){.address = "AA:BB:CC:DD:EE:02"}, 5, on_device, &listener);
	kn_store_forget(store, 2, on_device, &listener);
	kn_store_forget(store, 99, on_device, &listener);
	g_assert_cmpuint(listener.log->len, ==, 0);
	wait_for(&listener, 7);
	g_assert_cmpstr(listener.log->str, ==, "c1 s1 detail none d2 d2 e7 ");
	g_assert_cmpuint(kn_store_n_pending(store), ==, 0);
	kn_store_get_stats(store, &stats);
	g_assert_cmpuint(stats.n_commits, ==, 1);
	g_assert_cmpuint(stats.n_blocks, ==, 1);
	g_assert_cmpuint(stats.raw_bytes, >, 0);
	g_assert_cmpuint(stats.stored_bytes, >, 0);
	g_assert_false(stats.is_degraded);
	kn_store_close(store);
}

static void
stores_what_was_queued_before_close_without_calling_back(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_samples(&fixture, 40, 300);
	store = open_store(&fixture);
	for (guint64 seq = 1; seq <= 40; seq += 10)
		kn_store_commit(store, fixture_batch(&fixture, seq, seq + 9), on_commit, &listener);
	kn_store_close(store);
	g_assert_cmpuint(listener.log->len, ==, 0);
	fixture.db = kn_db_open(fixture.directory, NULL);
	g_assert_true(fixture.db->was_clean);
	fixture_assert_stored_once(&fixture, 1, 40);
}

static void
refuses_more_than_it_can_hold(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnSessionQuery query = {0, G_MAXINT64, 0, {0, 0}, 10, FALSE};
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_samples(&fixture, 2, 300);
	store = open_store(&fixture);
	for (guint i = 0; i < KN_STORE_REQUESTS_MAX - KN_STORE_COMMITS_RESERVED; i++)
		kn_store_query_sessions(store, &query, on_sessions, &listener);
	/* one more: answers are counted off on the main thread only, so nothing has made room */
	kn_store_allow(store, &(KnAllow){.address = "AA:BB:CC:DD:EE:02"}, 5, on_device, &listener);
	/* but for a batch there is */
	kn_store_commit(store, fixture_batch(&fixture, 1, 2), on_commit, &listener);
	wait_for(&listener, KN_STORE_REQUESTS_MAX - KN_STORE_COMMITS_RESERVED + 2);
	g_assert_nonnull(strstr(listener.log->str, "e1 "));
	g_assert_nonnull(strstr(listener.log->str, "c"));
	g_assert_cmpuint(listener.log->len, ==,
			 3 * (KN_STORE_REQUESTS_MAX - KN_STORE_COMMITS_RESERVED + 2));
	g_string_truncate(listener.log, 0);
	kn_store_allow(store, &(KnAllow){.address = "AA:BB:CC:DD:EE:02"}, 5, on_device, &listener);
	wait_for(&listener, 1);
	g_assert_cmpstr(listener.log->str, ==, "d2 ");
	kn_store_close(store);
}

/* the thread may have tried again and succeeded before the main loop hears of the failure */
static void
a_failure_that_is_told_late_leaves_the_success_for_its_own_answer(void)
{
	g_auto(Listener) listener = {0};
	g_autoptr(GError) error = g_error_new_literal(KN_STORE_ERROR, KN_STORE_ERROR_IO, "once");
	g_autoptr(KnRequest) request = kn_store_request_new(KN_REQUEST_COMMIT, &listener);

	listener_init(&listener);
	request->func.commit = on_commit;
	request->commit = g_new0(KnCommit, 1);
	request->commit->batch_id = 7;
	kn_store_request_tell(request, error);
	kn_store_request_tell(request, NULL);
	g_assert_cmpstr(listener.log->str, ==, "e4 c7 ");
}

static void
stores_nothing_of_a_batch_when_the_disk_is_full(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GError) error = NULL;
	gint64 n_pages;

	fixture_init(&fixture);
	/* more than fits into the pages that there are, compressed */
	for (guint i = 0; i < 4000; i++)
		tape_samples(&fixture, 1, (guint16)g_test_rand_int_range(20, 2000));
	fixture_store(&fixture, 1, 10);
	n_pages = fixture_count(&fixture, "PRAGMA page_count");
	g_assert_cmpint(n_pages, >, 0);
	/* as if the volume ended here; SQLite raises the limit to what there is */
	g_assert_cmpint(fixture_count(&fixture, "PRAGMA max_page_count = 1"), ==, n_pages);
	batch = fixture_batch(&fixture, 11, 4000);
	g_assert_null(kn_writer_commit(&fixture.writer, batch, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL);
	fixture_assert_stored_once(&fixture, 1, 10);
	g_assert_cmpint(fixture_count(&fixture, "SELECT sum(n_records) FROM block"), ==, 10);
	g_assert_cmpint(fixture_count(&fixture, "SELECT max(last_seq) FROM coverage"), ==, 10);
	g_assert_cmpint(fixture_count(&fixture, "PRAGMA max_page_count = 1000000"), >, n_pages);
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_nonnull(commit);
	fixture_assert_stored_once(&fixture, 1, 4000);
}

/* Files of this process may not grow: writes fail as on a broken disk. */
static void
limit_files(rlim_t n_bytes)
{
	struct rlimit limit;

	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	limit.rlim_cur = n_bytes;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void
keeps_a_batch_that_failed_and_stores_it_with_the_next(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnStoreStats stats;
	KnStore *store;

	signal(SIGXFSZ, SIG_IGN);
	fixture_init(&fixture);
	listener_init(&listener);
	tape_samples(&fixture, 900, 300);
	store = open_store(&fixture);
	kn_store_commit(store, fixture_batch(&fixture, 1, 10), on_commit, &listener);
	wait_for(&listener, 1);
	limit_files(4096);
	kn_store_commit(store, fixture_batch(&fixture, 11, 20), on_commit, &listener);
	/* the failure is no final answer */
	while (!g_str_has_prefix(listener.log->str, "c1 e"))
		g_main_context_iteration(NULL, TRUE);
	kn_store_get_stats(store, &stats);
	g_assert_true(stats.is_degraded);
	g_assert_cmpuint(stats.n_failures, ==, 1);
	g_assert_cmpuint(stats.last_error[0], !=, '\0');
	g_assert_cmpuint(kn_store_n_pending(store), ==, 1);
	limit_files(RLIM_INFINITY);
	kn_store_commit(store, fixture_batch(&fixture, 21, 900), on_commit, &listener);
	wait_for(&listener, 2);
	g_assert_cmpstr(listener.log->str, ==, "c1 e4 c11 c21 ");
	kn_store_get_stats(store, &stats);
	g_assert_false(stats.is_degraded);
	g_assert_cmpuint(stats.n_commits, ==, 3);
	kn_store_close(store);
	fixture.db = kn_db_open(fixture.directory, NULL);
	fixture_assert_stored_once(&fixture, 1, 900);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/thread/answers_in_order_on_the_main_context",
			answers_in_order_on_the_main_context);
	g_test_add_func("/store/thread/stores_what_was_queued_before_close_without_calling_back",
			stores_what_was_queued_before_close_without_calling_back);
	g_test_add_func("/store/thread/refuses_more_than_it_can_hold",
			refuses_more_than_it_can_hold);
	g_test_add_func(
		"/store/thread/a_failure_that_is_told_late_leaves_the_success_for_its_own_answer",
		a_failure_that_is_told_late_leaves_the_success_for_its_own_answer);
	g_test_add_func("/store/thread/stores_nothing_of_a_batch_when_the_disk_is_full",
			stores_nothing_of_a_batch_when_the_disk_is_full);
	g_test_add_func("/store/thread/keeps_a_batch_that_failed_and_stores_it_with_the_next",
			keeps_a_batch_that_failed_and_stores_it_with_the_next);
	return g_test_run();
}
