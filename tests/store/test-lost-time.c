/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Blocks of the database in use that cannot be read any more: when what they held was, also of a session of which nothing is left. */

#include "history.h"

#include "store/blocks.h"
#include "store/damage.h"
#include "store/derive.h"
#include "store/logs.h"
#include "store/sql.h"
#include "store/store.h"
#include <glib/gstdio.h>

#define HOUR_US G_GINT64_CONSTANT(3600000000)
/* of tape_history: a Start, its samples, an End, and samples without contact */
enum { RECORDS_OF_ONE = RECORDS_A_SESSION + 2 + 20 };

/* each session a block of its own, as if the plug had been pulled after it */
static void
record(Fixture *fixture)
{
	fixture_init(fixture);
	tape_history(fixture);
	for (guint64 i = 0; i < N_SESSIONS; i++) {
		guint64 first = i * RECORDS_OF_ONE + 1;
		const KnRecordKey *key = &g_array_index(fixture->keys, KnRecordKey, first - 1);
		const KnAnchor anchor = {.device_id = fixture->device_id,
					 .log_id = LOG_ID,
					 .boot = key->boot,
					 .utc_us = NOW_US + key->boot * HOUR_US,
					 .quality = 2};
		g_autoptr(KnBatch) batch =
			fixture_batch(fixture, first, first + RECORDS_OF_ONE - 1);
		g_autoptr(KnCommit) commit = NULL;
		g_array_append_val(batch->anchors, anchor);
		commit = kn_writer_commit(&fixture->writer, batch, NULL);
		g_assert_nonnull(commit);
	}
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM block"), ==, N_SESSIONS);
	g_assert_cmpint(fixture_count(fixture, "SELECT count(*) FROM session"), ==, N_SESSIONS);
}

/* by the tape, which the store does not know */
static gint64
time_of(const Fixture *fixture, guint64 seq)
{
	const KnRecordKey *key = &g_array_index(fixture->keys, KnRecordKey, seq - 1);

	return NOW_US + key->boot * HOUR_US + (gint64)key->t_ms * 1000;
}

static void
spoil(Fixture *fixture, gint64 block_id)
{
	g_autofree gchar *path = g_strdup(fixture->db->path);

	history_close_hub(fixture);
	history_spoil_block(path, block_id);
	history_open_hub(fixture);
}

/* a better look at all of the boot, as a repair or an edit takes it */
static void
derive_anew(Fixture *fixture, guint64 seq)
{
	g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(KnChangedSession));
	const KnDeriver deriver = {fixture->db, "Europe/Berlin", changed, FALSE};
	g_autoptr(KnLogState) log = kn_logs_load(fixture->db, 1, NULL);
	const KnRange range = {seq, seq};
	KnRange done;

	g_assert_nonnull(log);
	g_assert_true(kn_db_begin(fixture->db, NULL));
	g_assert_true(kn_derive_region(&deriver, log, fixture->boot - 1, range, &done, NULL));
	g_assert_true(kn_db_commit(fixture->db, NULL));
}

static GArray *
losses_of(Fixture *fixture)
{
	KnDamage damage;
	GArray *losses;

	kn_damage_init(&damage);
	g_assert_true(kn_blocks_check_newest(fixture->db, N_SESSIONS, NULL));
	losses = kn_damage_news(&damage, fixture->db);
	/* which is no news a second time */
	g_assert_null(kn_damage_news(&damage, fixture->db));
	kn_damage_clear(&damage);
	return losses;
}

static void
a_session_that_is_lost_whole_between_two_that_are_here_is_told_by_its_time(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GArray) losses = NULL;
	const KnLoss *loss;
	gint64 first, last;

	record(&fixture);
	spoil(&fixture, 2);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 2:*");
	derive_anew(&fixture, RECORDS_OF_ONE + 5);
	/* nothing says any more that it was: those beside it are complete, and so is the ledger */
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session"), ==,
			N_SESSIONS - 1);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session WHERE stored < "
						"expected"),
			==, 0);
	losses = losses_of(&fixture);
	g_test_assert_expected_messages();
	g_assert_cmpuint(losses->len, ==, 1);
	loss = &g_array_index(losses, KnLoss, 0);
	first = time_of(&fixture, RECORDS_OF_ONE + 1);
	last = time_of(&fixture, 2 * RECORDS_OF_ONE);
	g_assert_true(kn_loss_touches(loss, first, first + 1));
	g_assert_true(kn_loss_touches(loss, last, last + 1));
	g_assert_false(kn_loss_touches(loss, first - HOUR_US, first));
	g_assert_false(kn_loss_touches(loss, last + 1, last + HOUR_US));
	g_assert_true(loss->is_counted);
	g_assert_cmpstr(loss->file, ==, "knead.db");
}

/* what it says of itself cannot be read: the session that has it says when it was */
static void
a_block_that_is_gone_is_told_by_the_sessions_that_had_records_in_it(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	g_autoptr(GArray) losses = NULL;
	const KnLoss *loss;
	gint64 first;

	record(&fixture);
	path = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	history_run_sql(path, "PRAGMA foreign_keys=OFF; DELETE FROM block WHERE block_id = 4");
	history_open_hub(&fixture);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 4*");
	losses = losses_of(&fixture);
	g_test_assert_expected_messages();
	g_assert_cmpuint(losses->len, ==, 1);
	loss = &g_array_index(losses, KnLoss, 0);
	first = time_of(&fixture, 3 * RECORDS_OF_ONE + 1);
	g_assert_cmpint(loss->from_us, ==, first);
	g_assert_cmpint(loss->to_us, >=, first + RECORDS_A_SESSION * 320000);
	g_assert_cmpint(loss->to_us, <, first + 2 * RECORDS_A_SESSION * 320000);
}

/* The head is under the checksum, too: a bit of a tick moves it by millennia, and no summary is to be in doubt for that. */
static void
a_head_that_is_what_is_damaged_casts_no_doubt_on_another_time(void)
{
	static const gchar *const heads[] = {
		"last_t_ms = last_t_ms + (1 << 48)",
		"first_t_ms = first_t_ms - (1 << 62) - (1 << 62)",
		"first_t_ms = first_t_ms + (1 << 45)",
	};

	for (guint is_derived = 0; is_derived < 2; is_derived++)
		for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
			g_auto(Fixture) fixture = {0};
			g_autoptr(GArray) losses = NULL;
			g_autofree gchar *path = NULL;
			g_autofree gchar *sql =
				g_strdup_printf("UPDATE block SET %s WHERE block_id = 2", heads[i]);
			const KnLoss *loss;
			gint64 first;

			record(&fixture);
			path = g_strdup(fixture.db->path);
			history_close_hub(&fixture);
			history_run_sql(path, sql);
			history_open_hub(&fixture);
			g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING,
					      "*damaged*block 2:*");
			/* nothing is left of its session but the other end of the head */
			if (is_derived)
				derive_anew(&fixture, RECORDS_OF_ONE + 5);
			losses = losses_of(&fixture);
			g_test_assert_expected_messages();
			g_assert_cmpuint(losses->len, ==, 1);
			loss = &g_array_index(losses, KnLoss, 0);
			first = time_of(&fixture, RECORDS_OF_ONE + 1);
			g_assert_cmpint(loss->from_us, >=, first);
			g_assert_cmpint(loss->to_us, <=, time_of(&fixture, 2 * RECORDS_OF_ONE) + 1);
			g_assert_true(is_derived || loss->from_us == first);
		}
}

static gint
refuse(gpointer user)
{
	return 1;
}

static void
what_cannot_be_asked_for_a_moment_is_told_at_the_next_call(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GArray) losses = NULL;
	KnDamage damage;

	record(&fixture);
	spoil(&fixture, 2);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 2:*");
	g_assert_true(kn_blocks_check_newest(fixture.db, N_SESSIONS, NULL));
	g_test_assert_expected_messages();
	kn_damage_init(&damage);
	sqlite3_progress_handler(fixture.db->handle, 1, refuse, NULL);
	g_assert_null(kn_damage_news(&damage, fixture.db));
	sqlite3_progress_handler(fixture.db->handle, 0, NULL, NULL);
	losses = kn_damage_news(&damage, fixture.db);
	g_assert_nonnull(losses);
	g_assert_cmpuint(losses->len, ==, 1);
	g_assert_null(kn_damage_news(&damage, fixture.db));
	kn_damage_clear(&damage);
}

/* or each answer of a hub would ask a disk that is gone */
static void
what_can_never_be_asked_is_given_up(void)
{
	g_auto(Fixture) fixture = {0};
	KnDamage damage;
	guint n_calls = 0;

	record(&fixture);
	spoil(&fixture, 2);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 2:*");
	g_assert_true(kn_blocks_check_newest(fixture.db, N_SESSIONS, NULL));
	g_test_assert_expected_messages();
	kn_damage_init(&damage);
	sqlite3_progress_handler(fixture.db->handle, 1, refuse, NULL);
	for (; damage.n_told == 0 && n_calls < 100; n_calls++)
		g_assert_null(kn_damage_news(&damage, fixture.db));
	sqlite3_progress_handler(fixture.db->handle, 0, NULL, NULL);
	g_assert_cmpuint(n_calls, <, 100);
	g_assert_null(kn_damage_news(&damage, fixture.db));
	kn_damage_clear(&damage);
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

static void
the_store_tells_it_beside_what_was_set_aside(void)
{
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	KnStoreConfig config = {.zone = "Europe/Berlin", .on_damage = on_damage, .user = loop};
	const GArray *losses = NULL;
	KnStore *store;
	guint hang;

	record(&fixture);
	path = g_strdup(fixture.db->path);
	history_close_hub(&fixture);
	history_spoil_block(path, 1);
	history_run_sql(path, "INSERT INTO loss (from_us, to_us, file) VALUES (10, 20, 'f')");
	config.directory = fixture.directory;
	/* it warns on its own thread, where GLib's expectations do not reach */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	store = kn_store_open(&config, NULL);
	g_assert_nonnull(store);
	losses = kn_store_losses(store);
	g_assert_cmpuint(losses->len, ==, 1);
	hang = g_timeout_add_seconds(60, on_hang, NULL);
	g_main_loop_run(loop);
	g_source_remove(hang);
	losses = kn_store_losses(store);
	g_assert_cmpuint(losses->len, ==, 2);
	g_assert_false(g_array_index(losses, KnLoss, 0).is_counted);
	g_assert_true(g_array_index(losses, KnLoss, 1).is_counted);
	g_assert_cmpint(g_array_index(losses, KnLoss, 1).from_us, ==, time_of(&fixture, 1));
	kn_store_close(store);
}

/* as the manual has it: neither of the two has all of it */
static void
a_backup_and_then_the_damaged_one_make_a_new_database_with_all_of_it(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Fixture) new_hub = {0};
	g_autofree gchar *path = NULL;
	g_autofree gchar *backup = NULL;

	record(&fixture);
	path = g_strdup(fixture.db->path);
	backup = g_strconcat(path, ".backup", NULL);
	history_close_hub(&fixture);
	{
		g_autoptr(GBytes) bytes = history_read_file(path);
		history_write_file(backup, bytes);
	}
	/* since the backup another session came, and the second block went bad */
	history_open_hub(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, RECORDS_A_SESSION, 300);
	tape_end(&fixture, 320 * RECORDS_A_SESSION);
	fixture_store(&fixture, N_SESSIONS * RECORDS_OF_ONE + 1, tape_newest(&fixture));
	history_close_hub(&fixture);
	history_spoil_block(path, 2);
	fixture_prepare(&new_hub);
	g_assert_true(history_restore(&new_hub, backup, NULL).is_whole);
	g_assert_false(history_restore(&new_hub, path, NULL).is_whole);
	history_open_hub(&new_hub);
	g_assert_cmpint(fixture_count(&new_hub, "SELECT count(*) FROM session"), ==,
			N_SESSIONS + 1);
	g_assert_cmpint(fixture_count(&new_hub, "SELECT count(*) FROM loss"), ==, 0);
	g_assert_true(kn_blocks_check_newest(new_hub.db, 2 * N_SESSIONS, NULL));
	g_assert_cmpuint(g_hash_table_size(new_hub.db->damaged), ==, 0);
	g_assert_cmpint(
		fixture_count(&new_hub, "SELECT sum(last_seq - first_seq + 1) FROM coverage"), ==,
		(gint64)tape_newest(&fixture));
	g_assert_cmpint(g_remove(backup), ==, 0);
	history_open_hub(&fixture);
}

/* more than a summary can list: the last holds the rest, and none of it is left out */
static void
many_are_told_as_few_that_hold_all_of_them(void)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(KnLossSpan));
	enum { N = 10 * KN_LOSS_SPANS_MAX };

	for (gint64 i = N; i-- > 0;) {
		const KnLossSpan span = {100 * i, 100 * i + (i % 2 ? 50 : 1)};
		g_array_append_val(spans, span);
	}
	kn_loss_spans_join(spans);
	g_assert_cmpuint(spans->len, ==, KN_LOSS_SPANS_MAX);
	for (gint64 i = 0; i < N; i++) {
		guint n_holding = 0;
		for (guint k = 0; k < spans->len; k++) {
			const KnLossSpan *span = &g_array_index(spans, KnLossSpan, k);
			n_holding += span->from_us <= 100 * i &&
				     100 * i + (i % 2 ? 50 : 1) <= span->to_us;
		}
		g_assert_cmpuint(n_holding, ==, 1);
	}
	/* and those that touch are one */
	g_array_set_size(spans, 0);
	g_array_append_vals(spans, ((KnLossSpan[]){{5, 9}, {1, 5}, {20, 30}, {22, 25}}), 4);
	kn_loss_spans_join(spans);
	g_assert_cmpuint(spans->len, ==, 2);
	g_assert_cmpint(g_array_index(spans, KnLossSpan, 0).to_us, ==, 9);
	g_assert_cmpint(g_array_index(spans, KnLossSpan, 1).to_us, ==, 30);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/lost-time/" #name, name)
	ADD(a_session_that_is_lost_whole_between_two_that_are_here_is_told_by_its_time);
	ADD(a_block_that_is_gone_is_told_by_the_sessions_that_had_records_in_it);
	ADD(a_head_that_is_what_is_damaged_casts_no_doubt_on_another_time);
	ADD(what_cannot_be_asked_for_a_moment_is_told_at_the_next_call);
	ADD(what_can_never_be_asked_is_given_up);
	ADD(a_backup_and_then_the_damaged_one_make_a_new_database_with_all_of_it);
	ADD(many_are_told_as_few_that_hold_all_of_them);
	ADD(the_store_tells_it_beside_what_was_set_aside);
	return g_test_run();
}
