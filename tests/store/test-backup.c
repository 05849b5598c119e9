/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* The database file, read while the hub runs: nothing is written meanwhile, and not for long. */

#include "history.h"

#include "store/pause.h"
#include "store/store.h"
#include "store/verify.h"

typedef struct {
	GString *log;      /* owned: what was answered, in order */
	GByteArray *bytes; /* owned: what was read */
	guint64 n_total;
	GMainLoop *loop; /* owned */
} Listener;

static void
listener_init(Listener *listener)
{
	listener->log = g_string_new(NULL);
	listener->bytes = g_byte_array_new();
	listener->loop = g_main_loop_new(NULL, FALSE);
}

static void
listener_clear(Listener *listener)
{
	g_string_free(listener->log, TRUE);
	g_byte_array_unref(listener->bytes);
	g_main_loop_unref(listener->loop);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listener, listener_clear)

static void
on_commit(KnCommit *commit, const GError *error, gpointer user)
{
	g_string_append(((Listener *)user)->log, commit ? "commit " : "failed ");
	kn_commit_free(commit);
	g_main_loop_quit(((Listener *)user)->loop);
}

static void
on_device(const KnDevice *device, const GError *error, gpointer user)
{
	g_string_append(((Listener *)user)->log, device                               ? "device "
						 : error->code == KN_STORE_ERROR_BUSY ? "busy "
										      : "failed ");
	g_main_loop_quit(((Listener *)user)->loop);
}

static void
on_pages(GBytes *bytes, guint64 n_total, const GError *error, gpointer user)
{
	g_autoptr(GBytes) owned = bytes;
	Listener *listener = user;
	gsize n_bytes = 0;
	gconstpointer data = owned ? g_bytes_get_data(owned, &n_bytes) : NULL;

	g_string_append(listener->log, !error ? owned ? "pages " : "begun "
				       : error->code == KN_STORE_ERROR_BUSY ? "busy "
									    : "failed ");
	g_byte_array_append(listener->bytes, data, (guint)n_bytes);
	listener->n_total = n_total;
	g_main_loop_quit(listener->loop);
}

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
read_all(KnStore *store, Listener *listener)
{
	while (listener->bytes->len < listener->n_total) {
		kn_store_backup_read(store, listener->bytes->len, on_pages, listener);
		g_main_loop_run(listener->loop);
	}
}

static void
a_backup_is_one_instant_and_what_comes_meanwhile_waits(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	g_auto(KnVerified) verified = {0};
	g_autofree gchar *copy = NULL;
	g_autofree gchar *path = NULL;
	g_autoptr(GBytes) as_it_is = NULL;
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_history(&fixture);
	history_store_in_pieces(&fixture, 1, 300);
	path = g_strdup(fixture.db->path);
	copy = g_build_filename(fixture.directory, "copy", NULL);
	store = open_store(&fixture);
	kn_store_backup_begin(store, on_pages, &listener);
	g_main_loop_run(listener.loop);
	as_it_is = history_read_file(path);
	g_assert_cmpuint(listener.n_total, ==, g_bytes_get_size(as_it_is));
	kn_store_commit(store, fixture_batch(&fixture, 301, 400), on_commit, &listener);
	kn_store_allow(store, &(KnAllow){.address = "AA:BB:CC:DD:EE:02"}, 5, on_device, &listener);
	kn_store_backup_begin(store, on_pages, &listener);
	while (listener.log->len < strlen("begun busy busy "))
		g_main_loop_run(listener.loop);
	g_assert_cmpstr(listener.log->str, ==, "begun busy busy ");
	listener.n_total = g_bytes_get_size(as_it_is);
	read_all(store, &listener);
	g_assert_cmpmem(listener.bytes->data, listener.bytes->len, g_bytes_get_data(as_it_is, NULL),
			g_bytes_get_size(as_it_is));
	g_assert_null(strstr(listener.log->str, "commit"));
	kn_store_backup_end(store);
	while (!strstr(listener.log->str, "commit"))
		g_main_loop_run(listener.loop);
	kn_store_close(store);
	/* the copy is sound, and does not have what came meanwhile; the hub does */
	g_assert_true(g_file_set_contents(copy, (const gchar *)listener.bytes->data,
					  (gssize)listener.bytes->len, NULL));
	g_assert_true(kn_verify_file(copy, NULL, NULL, &verified, NULL));
	g_assert_cmpuint(verified.faults->len, ==, 0);
	g_assert_cmpuint(verified.n_records, ==, 300);
	history_open_hub(&fixture);
	fixture_assert_stored_once(&fixture, 1, 400);
}

static void
a_hub_that_is_told_to_stop_stores_what_waited(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_history(&fixture);
	store = open_store(&fixture);
	kn_store_backup_begin(store, on_pages, &listener);
	g_main_loop_run(listener.loop);
	kn_store_commit(store, fixture_batch(&fixture, 1, 100), on_commit, &listener);
	kn_store_close(store);
	history_open_hub(&fixture);
	fixture_assert_stored_once(&fixture, 1, 100);
}

static void
without_a_backup_there_is_nothing_to_read(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Listener) listener = {0};
	KnStore *store;

	fixture_init(&fixture);
	listener_init(&listener);
	tape_history(&fixture);
	store = open_store(&fixture);
	kn_store_backup_read(store, 0, on_pages, &listener);
	g_main_loop_run(listener.loop);
	g_assert_cmpstr(listener.log->str, ==, "busy ");
	kn_store_backup_end(store);
	kn_store_commit(store, fixture_batch(&fixture, 1, 10), on_commit, &listener);
	g_main_loop_run(listener.loop);
	g_assert_cmpstr(listener.log->str, ==, "busy commit ");
	kn_store_close(store);
}

#define S G_GINT64_CONSTANT(1000000)

static void
a_reader_that_stalls_or_never_ends_does_not_stop_recording(void)
{
	KnPause pause = {0};

	g_assert_cmpint(kn_pause_left_us(&pause, 5 * S), ==, -1);
	kn_pause_begin(&pause, 5 * S);
	g_assert_true(kn_pause_is_on(&pause));
	g_assert_cmpint(kn_pause_left_us(&pause, 5 * S), ==, 10 * S);
	g_assert_cmpint(kn_pause_left_us(&pause, 15 * S - 1), ==, 1);
	g_assert_cmpint(kn_pause_left_us(&pause, 15 * S), ==, 0);
	kn_pause_touch(&pause, 14 * S);
	g_assert_cmpint(kn_pause_left_us(&pause, 15 * S), ==, 9 * S);
	/* each of a hundred thousand reads in time does not help for ever */
	for (gint64 now_us = 20 * S; now_us < 905 * S; now_us += S / 100)
		kn_pause_touch(&pause, now_us);
	g_assert_cmpint(kn_pause_left_us(&pause, 905 * S), ==, 0);
	kn_pause_end(&pause);
	g_assert_false(kn_pause_is_on(&pause));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/backup/" #name, name)
	ADD(a_backup_is_one_instant_and_what_comes_meanwhile_waits);
	ADD(a_hub_that_is_told_to_stop_stores_what_waited);
	ADD(without_a_backup_there_is_nothing_to_read);
	ADD(a_reader_that_stalls_or_never_ends_does_not_stop_recording);
	return g_test_run();
}
