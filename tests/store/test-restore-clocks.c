/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* What was known of clocks is brought back with the records that they date. */

#include "history.h"

#define S    G_GINT64_CONSTANT(1000000)
#define NOON (G_GINT64_CONSTANT(1795262400) * S)

enum { HUB_BOOT = 77, RESTORED = 1, SYNCED = 2 };

static void
commit(Fixture *fixture, const KnAnchor *anchor, const KnHubAnchor *reading)
{
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) done = NULL;

	if (anchor)
		g_array_append_vals(batch->anchors, anchor, 1);
	if (reading)
		g_array_append_vals(batch->hub_anchors, reading, 1);
	done = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(done);
}

/* a session at tick 0 of the massager's next boot, read in that boot of the hub 1000 s after its begin */
static void
record(Fixture *fixture, guint64 hub_boot_id, gint64 utc_us, guint8 quality)
{
	guint64 next = tape_newest(fixture) + 1;
	const KnAnchor anchor = {.device_id = fixture->device_id,
				 .log_id = LOG_ID,
				 .boot = fixture->boot,
				 .utc_us = utc_us,
				 .quality = quality,
				 .hub_boot_id = hub_boot_id,
				 .hub_us = 1000 * S};

	fixture->t_ms = 0;
	tape_start(fixture);
	tape_samples(fixture, 10, 300);
	tape_end(fixture, 3200);
	tape_reboot(fixture);
	commit(fixture, &anchor, NULL);
	fixture_store(fixture, next, tape_newest(fixture));
}

/* the hub's database is lost while it runs, and brought back in the same boot of the machine */
static void
a_boot_that_learns_the_time_dates_what_was_brought_back(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	const KnHubAnchor told = {HUB_BOOT, 5000 * S, NOON + 4000 * S, SYNCED};
	const KnSession *session;

	fixture_init(&lost);
	record(&lost, HUB_BOOT, 5 * S, 0);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);
	fixture_init(&fixture);
	history_close_hub(&fixture);
	g_assert_true(history_restore(&fixture, path, NULL).is_whole);
	history_open_hub(&fixture);
	commit(&fixture, NULL, &told);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 1);
	session = sessions->pdata[0];
	g_assert_cmpint(session->start_utc_us, ==, NOON);
	g_assert_false(session->is_time_uncertain);
	history_open_hub(&lost);
}

/* a new card: what was brought back is all that is known of boots, and the next one is like any other */
static void
the_first_boot_of_a_new_hub_learns_the_time_too(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	g_autoptr(GPtrArray) sessions = NULL;
	const KnHubAnchor told = {99, 5000 * S, NOON + 8000 * S, SYNCED};
	const KnSession *session;

	fixture_init(&lost);
	record(&lost, HUB_BOOT, NOON, SYNCED);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);
	fixture_init(&fixture);
	history_close_hub(&fixture);
	g_assert_true(history_restore(&fixture, path, NULL).is_whole);
	history_open_hub(&fixture);
	/* the massager has these records, too, and then new ones */
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	tape_end(&fixture, 3200);
	tape_reboot(&fixture);
	record(&fixture, told.hub_boot_id, 5 * S, 0);
	commit(&fixture, NULL, &told);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 2);
	session = sessions->pdata[1];
	/* read at 1000 s of that boot */
	g_assert_cmpint(session->start_utc_us, ==, NOON + 4000 * S);
	g_assert_false(session->is_time_uncertain);
	history_open_hub(&lost);
}

/* a clock that was restored from a file says something until a hub has once had the time from the network */
static void
what_was_uncertain_stays_so_and_what_was_certain_too(void)
{
	g_auto(Fixture) lost = {0};
	g_auto(Fixture) fixture = {0};
	g_autofree gchar *path = NULL;
	const KnHubAnchor own = {99, 7 * S, NOON + 9000 * S, SYNCED};

	fixture_init(&lost);
	record(&lost, 76, NOON, RESTORED);
	record(&lost, 77, NOON + 100 * S, SYNCED);
	record(&lost, 78, NOON + 200 * S, RESTORED);
	path = g_strdup(lost.db->path);
	history_close_hub(&lost);
	fixture_init(&fixture);
	commit(&fixture, NULL, &own);
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GPtrArray) sessions = NULL;
		history_close_hub(&fixture);
		g_assert_true(history_restore(&fixture, path, NULL).is_whole);
		history_open_hub(&fixture);
		sessions = fixture_sessions(&fixture);
		g_assert_cmpuint(sessions->len, ==, 3);
		for (guint k = 0; k < sessions->len; k++) {
			const KnSession *session = sessions->pdata[k];
			g_assert_cmpint(session->start_utc_us, ==, NOON + 100 * S * k);
			g_assert_cmpint(session->is_time_uncertain, ==, k == 2);
		}
		g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM hub_boot"), ==, 4);
	}
	history_open_hub(&lost);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/restore-clocks/" #name, name)
	ADD(a_boot_that_learns_the_time_dates_what_was_brought_back);
	ADD(the_first_boot_of_a_new_hub_learns_the_time_too);
	ADD(what_was_uncertain_stays_so_and_what_was_certain_too);
	return g_test_run();
}
