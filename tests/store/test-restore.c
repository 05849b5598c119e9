/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What another database holds is brought back, once. */

#include "history.h"

#include "core/log/loss.h"
#include "store/aside.h"
#include "store/devices.h"
#include "store/restore.h"
#include "store/sql.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---- files and dumps ---- */

/* every row of these tables, in the order of their keys */
static gchar *
dump(const gchar *path)
{
	static const gchar *const tables[] = {
		"device", "info",    "log",          "coverage",      "gap",  "anchor", "block",
		"mark",   "session", "session_node", "session_block", "loss", "event"};
	GString *text = g_string_new(NULL);
	sqlite3 *handle = NULL;

	g_assert_cmpint(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree gchar *sql = g_strdup_printf("SELECT * FROM %s", tables[i]);
		sqlite3_stmt *row = NULL;
		g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), ==, SQLITE_OK);
		while (sqlite3_step(row) == SQLITE_ROW) {
			g_string_append(text, tables[i]);
			for (gint k = 0; k < sqlite3_column_count(row); k++)
				g_string_append_printf(text, "|%s",
						       (const gchar *)sqlite3_column_text(row, k));
			g_string_append_c(text, '\n');
		}
		sqlite3_finalize(row);
	}
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	return g_string_free(text, FALSE);
}

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

static void
assert_same_sessions(GPtrArray *one, GPtrArray *two)
{
	g_assert_cmpuint(one->len, ==, two->len);
	for (guint i = 0; i < one->len; i++) {
		const KnSession *a = one->pdata[i], *b = two->pdata[i];
		g_assert_cmpuint(a->span.first_seq, ==, b->span.first_seq);
		g_assert_cmpuint(a->span.last_seq, ==, b->span.last_seq);
		g_assert_cmpint(a->start_utc_us, ==, b->start_utc_us);
		g_assert_cmpstr(a->zone, ==, b->zone);
		g_assert_cmpmem(&a->metrics, sizeof a->metrics, &b->metrics, sizeof b->metrics);
		g_assert_cmpint(kn_session_completeness_permille(a), ==,
				kn_session_completeness_permille(b));
	}
}

/* ---- tests ---- */

typedef struct {
	Fixture fixture;
	GPtrArray *before; /* owned: its sessions, as they were */
	gchar *path;       /* owned */
	gchar *aside;      /* owned: the first page of this one is gone */
	guint64 newest;
} Loss;

/* the hub has gone on meanwhile: the massager still had its newest hundred records */
static void
loss_init(Loss *loss)
{
	Fixture *fixture = &loss->fixture;
	guint8 zeros[4096] = {0};
	FILE *file;

	fixture_init(fixture);
	tape_history(fixture);
	loss->newest = tape_newest(fixture);
	fixture->writer.zone = "Australia/Lord_Howe";
	history_store_in_pieces(fixture, 1, loss->newest);
	loss->before = fixture_sessions(fixture);
	g_assert_cmpuint(loss->before->len, ==, N_SESSIONS);
	loss->path = g_strdup(fixture->db->path);
	loss->aside = g_strconcat(loss->path, ".damaged-1", NULL);
	history_close_hub(fixture);
	file = fopen(loss->path, "r+b");
	g_assert_nonnull(file);
	g_assert_cmpuint(fwrite(zeros, 1, sizeof zeros, file), ==, sizeof zeros);
	fclose(file);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*");
	history_open_hub(fixture);
	g_test_assert_expected_messages();
	history_store_in_pieces(fixture, loss->newest - 99, loss->newest);
	history_close_hub(fixture);
}

static void
loss_clear(Loss *loss)
{
	fixture_clear(&loss->fixture);
	g_ptr_array_unref(loss->before);
	g_free(loss->path);
	g_free(loss->aside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loss, loss_clear)

/* what came again before was stored in this hub's zone of now, which its sessions keep */
static void
take_over_zones(GPtrArray *sessions, guint64 from_seq)
{
	for (guint i = 0; i < sessions->len; i++) {
		KnSession *session = sessions->pdata[i];
		if (session->span.last_seq < from_seq)
			continue;
		g_assert_cmpstr(session->zone, ==, "Europe/Berlin");
		g_free(session->zone);
		session->zone = g_strdup("Australia/Lord_Howe");
	}
}

static void
all_of_a_damaged_database_comes_back(void)
{
	g_auto(Loss) loss = {0};
	g_autoptr(GPtrArray) after = NULL;
	g_autoptr(GArray) losses = NULL;
	KnRestored restored;

	loss_init(&loss);
	restored = restore(&loss.fixture, loss.aside);
	g_assert_true(restored.is_whole);
	g_assert_cmpuint(restored.n_damaged, ==, 0);
	g_assert_cmpuint(restored.n_records, ==, loss.newest);
	g_assert_cmpuint(restored.n_new_records, ==, loss.newest - 100);
	g_assert_cmpuint(restored.n_devices, ==, 0);
	history_open_hub(&loss.fixture);
	fixture_assert_stored_once(&loss.fixture, 1, loss.newest);
	after = fixture_sessions(&loss.fixture);
	take_over_zones(after, loss.newest - 99);
	assert_same_sessions(after, loss.before);
	/* nothing is lost any more */
	losses = kn_aside_losses(loss.fixture.db, NULL);
	g_assert_cmpuint(losses->len, ==, 0);
}

static void
twice_is_once_and_the_file_stays_as_it_was(void)
{
	g_auto(Loss) loss = {0};
	g_autofree gchar *once = NULL;
	g_autofree gchar *twice = NULL;
	g_autoptr(GBytes) damaged = NULL;
	g_autoptr(GBytes) still = NULL;

	loss_init(&loss);
	damaged = history_read_file(loss.aside);
	g_assert_cmpuint(restore(&loss.fixture, loss.aside).n_new_records, >, 0);
	once = dump(loss.path);
	g_assert_cmpuint(restore(&loss.fixture, loss.aside).n_new_records, ==, 0);
	twice = dump(loss.path);
	g_assert_cmpstr(once, ==, twice);
	still = history_read_file(loss.aside);
	g_assert_true(g_bytes_equal(still, damaged));
	history_open_hub(&loss.fixture);
}

static void
what_cannot_be_read_is_counted_and_the_loss_stays(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GArray) losses = NULL;
	g_autofree gchar *path = NULL, *aside = NULL;
	g_autoptr(GBytes) bytes = NULL;
	KnRestored restored;
	guint64 newest;

	fixture_init(&fixture);
	tape_history(&fixture);
	newest = tape_newest(&fixture);
	history_store_in_pieces(&fixture, 1, newest);
	path = g_strdup(fixture.db->path);
	aside = g_strconcat(path, ".damaged-1", NULL);
	history_close_hub(&fixture);
	history_spoil_block(path, 3);
	/* and without its last page */
	bytes = history_read_file(path);
	g_assert_cmpint(truncate(path, (off_t)g_bytes_get_size(bytes) - 4096), ==, 0);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*cut short*");
	history_open_hub(&fixture);
	g_test_assert_expected_messages();
	history_close_hub(&fixture);
	restored = restore(&fixture, aside);
	g_assert_false(restored.is_whole);
	g_assert_cmpuint(restored.n_damaged, >=, 1);
	g_assert_cmpuint(restored.n_new_records, >=, newest / 2);
	g_assert_cmpuint(restored.n_new_records, <=, newest - 30);
	history_open_hub(&fixture);
	g_assert_cmpint(fixture_count(&fixture,
				      "SELECT count(*) FROM coverage WHERE first_seq <= 61 "
				      "AND last_seq >= 61"),
			==, 0);
	losses = kn_aside_losses(fixture.db, NULL);
	g_assert_cmpuint(losses->len, ==, 1);
}

static void
a_backup_brings_back_what_is_gone_and_the_present_wins(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnDevice) other = NULL;
	g_autoptr(KnDevice) forgotten = NULL;
	g_autoptr(KnDevice) here = NULL;
	g_autoptr(KnDevice) back = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autofree gchar *backup = NULL, *path = NULL;
	KnRestored restored;

	fixture_init(&fixture);
	tape_history(&fixture);
	history_store_in_pieces(&fixture, 1, 200);
	other = kn_writer_allow(
		fixture.db, &(KnAllow){.address = "AA:BB:CC:DD:EE:07", .label = "lent"}, 3, NULL);
	path = g_strdup(fixture.db->path);
	backup = g_build_filename(fixture.directory, "backup", NULL);
	history_close_hub(&fixture);
	bytes = history_read_file(path);
	history_write_file(backup, bytes);

	/* another hub in the same place: it forgot the massager, named it anew, and hides its past */
	g_assert_cmpint(g_unlink(path), ==, 0);
	history_open_hub(&fixture);
	here = kn_writer_allow(fixture.db,
			       &(KnAllow){.address = "AA:BB:CC:DD:EE:01",
					  .label = "new name",
					  .has_shown_from = TRUE,
					  .shown_from_us = NOW_US},
			       9, NULL);
	fixture.device_id = here->id;
	fixture_store(&fixture, 150, 250);
	forgotten = kn_writer_forget(fixture.db, here->id, NULL);
	g_assert_nonnull(forgotten);
	history_close_hub(&fixture);
	restored = restore(&fixture, backup);
	g_assert_cmpuint(restored.n_records, ==, 200);
	g_assert_cmpuint(restored.n_new_records, ==, 149);
	g_assert_cmpuint(restored.n_devices, ==, 1);
	history_open_hub(&fixture);
	fixture_assert_stored_once(&fixture, 1, 250);
	g_clear_pointer(&here, kn_device_free);
	here = kn_devices_load(fixture.db, fixture.device_id, NULL);
	g_assert_cmpstr(here->label, ==, "new name");
	g_assert_false(here->is_allowed);
	g_assert_cmpint(here->shown_from_us, ==, NOW_US);
	back = kn_devices_load(fixture.db, fixture.device_id + 1, NULL);
	g_assert_cmpstr(back->address, ==, other->address);
	g_assert_cmpstr(back->label, ==, "lent");
	g_assert_true(back->is_allowed);
}

static void
what_a_person_erased_does_not_come_back(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = kn_batch_new(5);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autofree gchar *backup = NULL, *path = NULL;
	KnGapNote note;

	fixture_init(&fixture);
	tape_history(&fixture);
	history_store_in_pieces(&fixture, 1, 100);
	path = g_strdup(fixture.db->path);
	backup = g_build_filename(fixture.directory, "backup", NULL);
	history_close_hub(&fixture);
	bytes = history_read_file(path);
	history_write_file(backup, bytes);
	g_assert_cmpint(g_unlink(path), ==, 0);
	history_open_hub(&fixture);
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	{
		g_autoptr(KnDevice) device = kn_writer_allow(
			fixture.db, &(KnAllow){.address = "AA:BB:CC:DD:EE:01"}, 9, NULL);
		g_autoptr(KnBatch) erased = kn_batch_new(6);
		g_autoptr(KnCommit) done = NULL;
		note = (KnGapNote){device->id, LOG_ID, {11, 20, KN_GAP_ERASED}, 77};
		g_array_append_val(erased->gaps, note);
		done = kn_writer_commit(&fixture.writer, erased, NULL);
		g_assert_nonnull(done);
	}
	history_close_hub(&fixture);
	g_assert_cmpuint(restore(&fixture, backup).n_new_records, ==, 90);
}

static void
databases_of_every_older_schema_can_be_brought_back(void)
{
	static const gchar *const names[] = {"v0001.sqlite", "v0002.sqlite", "v0003.sqlite",
					     "v0004.sqlite"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_auto(Fixture) fixture = {0};
		g_autofree gchar *old =
			g_build_filename(g_getenv("KN_OLD_DATABASES"), names[i], NULL);
		g_autofree gchar *copy = NULL;
		g_autoptr(GBytes) before = history_read_file(old);
		g_autoptr(GBytes) after = NULL;
		KnRestored restored;

		fixture_init(&fixture);
		history_close_hub(&fixture);
		copy = g_build_filename(fixture.directory, names[i], NULL);
		history_write_file(copy, before);
		restored = restore(&fixture, copy);
		g_assert_cmpuint(restored.n_records, ==, 1788);
		g_assert_cmpuint(restored.n_sessions, ==, 3);
		g_assert_true(restored.is_whole);
		after = history_read_file(copy);
		g_assert_true(g_bytes_equal(before, after));
		history_open_hub(&fixture);
	}
}

static void
a_running_hub_and_its_own_file_are_refused(void)
{
	g_auto(Fixture) fixture = {0};
	KnRestore what = {.zone = "UTC", .now_us = NOW_US};
	g_auto(KnSalvageSource) source = {-1, -1};
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) own = NULL;
	g_autofree gchar *path = NULL;
	KnRestored restored;

	fixture_init(&fixture);
	path = g_strdup(fixture.db->path);
	g_assert_true(kn_salvage_source_open(&source, path, NULL));
	what.source = source;
	what.directory = fixture.directory;
	what.path = path;
	g_assert_false(kn_restore_run(&what, &restored, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY);
	history_close_hub(&fixture);
	g_assert_false(kn_restore_run(&what, &restored, &own));
	g_assert_error(own, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN);
	history_open_hub(&fixture);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore/" #name, name)
	ADD(all_of_a_damaged_database_comes_back);
	ADD(twice_is_once_and_the_file_stays_as_it_was);
	ADD(what_cannot_be_read_is_counted_and_the_loss_stays);
	ADD(a_backup_brings_back_what_is_gone_and_the_present_wins);
	ADD(what_a_person_erased_does_not_come_back);
	ADD(databases_of_every_older_schema_can_be_brought_back);
	ADD(a_running_hub_and_its_own_file_are_refused);
	return g_test_run();
}
