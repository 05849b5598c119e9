/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* sessions that a massager brought along, when nobody knows from what time they are */

#include "fixture.h"

#include "store/sessions.h"
#include "store/sql.h"

/* an afternoon of 2023, and the hour after the epoch that a hub without a clock believes in */
#define NOON_US  G_GINT64_CONSTANT(1700000000000000)
#define EPOCH_US G_GINT64_CONSTANT(3600000000)

/* n sessions of 11 records, ten minutes apart, stored as they come */
static void
record_sessions(Fixture *fixture, guint n)
{
	guint64 from_seq = tape_newest(fixture) + 1;

	for (guint i = 0; i < n; i++) {
		fixture->t_ms += 600000;
		tape_start(fixture);
		tape_samples(fixture, 9, 300);
		tape_end(fixture, 2880);
	}
	fixture_store(fixture, from_seq, tape_newest(fixture));
}

static void
add_anchor(Fixture *fixture, guint64 t_ms, gint64 utc_us, ktp_ClockQuality quality)
{
	g_autoptr(KnBatch) batch = kn_batch_new(999);
	g_autoptr(KnCommit) commit = NULL;
	const KnAnchor anchor = {.device_id = fixture->device_id,
				 .log_id = LOG_ID,
				 .boot = fixture->boot,
				 .t_ms = t_ms,
				 .utc_us = utc_us,
				 .quality = (guint8)quality};

	g_array_append_val(batch->anchors, anchor);
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

static void
say_shown_from(Fixture *fixture, gint64 from_us)
{
	const KnAllow allow = {
		.address = "AA:BB:CC:DD:EE:01", .has_shown_from = TRUE, .shown_from_us = from_us};
	g_autoptr(KnDevice) device = kn_writer_allow(fixture->db, &allow, 2, NULL);

	g_assert_nonnull(device);
}

static guint
count_shown(Fixture *fixture)
{
	const KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 400, FALSE};
	g_autoptr(GPtrArray) shown = kn_sessions_query(fixture->db, &query, NULL);

	g_assert_nonnull(shown);
	return shown->len;
}

static void
what_was_there_at_the_word_is_hidden_without_a_clock_and_what_came_later_is_not(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	record_sessions(&fixture, 3);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
	say_shown_from(&fixture, NOON_US);
	g_assert_cmpuint(count_shown(&fixture), ==, 0);
	record_sessions(&fixture, 2);
	g_assert_cmpuint(count_shown(&fixture), ==, 2);
	/* said once more, it hides nothing that came after the first time */
	say_shown_from(&fixture, NOON_US + 1);
	g_assert_cmpuint(count_shown(&fixture), ==, 2);
	say_shown_from(&fixture, 0);
	g_assert_cmpuint(count_shown(&fixture), ==, 5);
	say_shown_from(&fixture, NOON_US);
	g_assert_cmpuint(count_shown(&fixture), ==, 0);
}

static void
a_word_before_the_first_link_counts_for_what_the_massager_brings_along(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	say_shown_from(&fixture, NOON_US);
	record_sessions(&fixture, 3);
	g_assert_cmpuint(count_shown(&fixture), ==, 0);
	record_sessions(&fixture, 1);
	g_assert_cmpuint(count_shown(&fixture), ==, 1);
}

static void
a_session_that_was_under_way_at_the_word_is_shown_once_it_goes_on(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 5, 300);
	fixture_store(&fixture, 1, 6);
	say_shown_from(&fixture, NOON_US);
	tape_samples(&fixture, 5, 300);
	tape_end(&fixture, 3200);
	fixture_store(&fixture, 7, 12);
	g_assert_cmpuint(count_shown(&fixture), ==, 1);
}

static void
a_log_that_begins_later_was_not_brought_along(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) commit = NULL;

	fixture_init(&fixture);
	record_sessions(&fixture, 3);
	say_shown_from(&fixture, NOON_US);
	/* a factory reset: all of it again, under another log */
	batch = fixture_batch(&fixture, 1, tape_newest(&fixture));
	((KnBlock *)batch->blocks->pdata[0])->log_id = 77;
	g_array_index(batch->logs, KnLogNote, 0).log_id = 77;
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_cmpuint(count_shown(&fixture), ==, 3);
}

/* said to an older knead, which did not write down what was there */
static void
a_word_of_which_nobody_knows_when_it_was_said_hides_nothing_without_a_clock(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	record_sessions(&fixture, 3);
	say_shown_from(&fixture, NOON_US);
	g_assert_cmpint(sqlite3_exec(fixture.db->handle, "DELETE FROM brought", NULL, NULL, NULL),
			==, SQLITE_OK);
	record_sessions(&fixture, 1);
	g_assert_cmpuint(count_shown(&fixture), ==, 4);
}

/* the hub's own clock was at 1970 when they were recorded, so they seem to be from long before the word */
static void
a_clock_that_nobody_trusts_hides_nothing_that_was_recorded_after_the_word(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	record_sessions(&fixture, 3);
	say_shown_from(&fixture, NOON_US);
	record_sessions(&fixture, 2);
	add_anchor(&fixture, 0, EPOCH_US, ktp_CLOCK_UNKNOWN);
	g_assert_cmpuint(count_shown(&fixture), ==, 2);
	/* once the time is known it decides: of sessions every ten minutes the last one began after noon */
	add_anchor(&fixture, 3000000, NOON_US, ktp_CLOCK_SYNCED);
	g_assert_cmpuint(count_shown(&fixture), ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/shown/" #name, name)
	ADD(what_was_there_at_the_word_is_hidden_without_a_clock_and_what_came_later_is_not);
	ADD(a_word_before_the_first_link_counts_for_what_the_massager_brings_along);
	ADD(a_session_that_was_under_way_at_the_word_is_shown_once_it_goes_on);
	ADD(a_log_that_begins_later_was_not_brought_along);
	ADD(a_word_of_which_nobody_knows_when_it_was_said_hides_nothing_without_a_clock);
	ADD(a_clock_that_nobody_trusts_hides_nothing_that_was_recorded_after_the_word);
#undef ADD
	return g_test_run();
}
