/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* stored sessions are moved to another time zone, by a person, and no other way */

#include "fixture.h"

#include "store/rezone.h"

#define S    G_GINT64_CONSTANT(1000000)
#define HOUR (3600 * S)
/* 2026-11-20 22:30 in Berlin, which is 21:30 UTC */
#define LATE (G_GINT64_CONSTANT(1795210200) * S)

/* sessions of 11 records that begin half an hour, three and 27 hours after LATE, one a boot */
static const gint64 begins[] = {LATE + HOUR / 2, LATE + 3 * HOUR, LATE + 27 * HOUR};

static void
record(Fixture *fixture)
{
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;

	fixture_init(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(begins); i++) {
		const KnAnchor anchor = {.device_id = fixture->device_id,
					 .log_id = LOG_ID,
					 .boot = fixture->boot,
					 .utc_us = begins[i],
					 .quality = 2};
		fixture->t_ms = 0;
		tape_start(fixture);
		tape_samples(fixture, 10, 300);
		tape_reboot(fixture);
		g_array_append_val(batch->anchors, anchor);
	}
	fixture_store(fixture, 1, tape_newest(fixture));
	commit = kn_writer_commit(&fixture->writer, batch, NULL);
	g_assert_nonnull(commit);
}

static KnRezoned
rezone(Fixture *fixture, const KnRezone *wish)
{
	KnRezoned done = {0};
	GError *error = NULL;

	g_assert_true(kn_rezone_run(fixture->db, wish, 77, &done, &error));
	g_assert_no_error(error);
	return done;
}

static void
assert_zone(Fixture *fixture, guint i, const gchar *zone, gint revisions_more)
{
	static gint first[G_N_ELEMENTS(begins)];
	g_autoptr(GPtrArray) sessions = fixture_sessions(fixture);
	const KnSession *session = sessions->pdata[i];

	if (revisions_more < 0)
		first[i] = session->revision;
	else
		g_assert_cmpint(session->revision, ==, first[i] + revisions_more);
	g_assert_cmpint(session->start_utc_us, ==, begins[i]);
	g_assert_cmpstr(session->zone, ==, zone);
}

static void
a_new_zone_of_the_hub_leaves_stored_sessions_where_they_are(void)
{
	g_auto(Fixture) fixture = {0};

	record(&fixture);
	fixture.writer.zone = "Europe/Lisbon";
	fixture.t_ms = 0;
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, tape_newest(&fixture) - 10, tape_newest(&fixture));
	g_assert_cmpint(fixture_count(&fixture,
				      "SELECT count(*) FROM session WHERE zone = 'Europe/Berlin'"),
			==, 3);
	g_assert_cmpint(fixture_count(&fixture,
				      "SELECT count(*) FROM session WHERE zone = 'Europe/Lisbon'"),
			==, 1);
}

/* Of 22 records, a SessionStart in the middle comes late: the hub has moved meanwhile, and what was pressed has not. */
static void
both_halves_of_a_session_that_late_records_split_keep_its_zone(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, 1, 11);
	fixture_store(&fixture, 13, 22);
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(before->len, ==, 1);
	rezone(&fixture, &(KnRezone){.zone = "Asia/Tokyo"});
	fixture.writer.zone = "Europe/Lisbon";
	fixture_store(&fixture, 12, 12);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 2);
	for (guint i = 0; i < 2; i++)
		g_assert_cmpstr(((KnSession *)after->pdata[i])->zone, ==, "Asia/Tokyo");
}

static void
how_far_it_is_can_be_seen_meanwhile(void)
{
	g_auto(Fixture) fixture = {0};
	gint permille = -1;

	record(&fixture);
	rezone(&fixture, &(KnRezone){.zone = "Asia/Tokyo", .permille = &permille});
	/* when the third of three was begun, two were done */
	g_assert_cmpint(permille, ==, 666);
}

static void
a_dry_run_counts_and_changes_nothing(void)
{
	g_auto(Fixture) fixture = {0};
	KnRezoned done;

	record(&fixture);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "Europe/Berlin", -1);
	done = rezone(&fixture, &(KnRezone){.zone = "America/New_York", .is_dry_run = TRUE});
	g_assert_cmpuint(done.n_sessions, ==, 3);
	/* 00:30 UTC of the 21st and of the 22nd are the evening before in New York; 22:00 UTC is the same day in both */
	g_assert_cmpuint(done.n_other_day, ==, 2);
	g_assert_cmpint(done.oldest_us, ==, begins[0]);
	g_assert_cmpint(done.newest_us, ==, begins[2]);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "Europe/Berlin", 0);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM zone_change"), ==, 0);
}

static void
a_session_that_moves_has_a_new_revision_and_a_line_in_the_books(void)
{
	g_auto(Fixture) fixture = {0};
	KnRezoned done;

	record(&fixture);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "Europe/Berlin", -1);
	done = rezone(&fixture, &(KnRezone){.zone = "America/New_York", .uid = 1000});
	g_assert_cmpuint(done.n_sessions, ==, 3);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "America/New_York", 1);
	g_assert_cmpint(fixture_count(&fixture,
				      "SELECT count(*) FROM zone_change WHERE uid = 1000 AND "
				      "changed_us = 77 AND old_zone = 'Europe/Berlin' AND "
				      "new_zone = 'America/New_York'"),
			==, 3);
	/* again: they are there already */
	done = rezone(&fixture, &(KnRezone){.zone = "America/New_York", .uid = 1000});
	g_assert_cmpuint(done.n_sessions, ==, 0);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "America/New_York", 1);
	/* what is derived anew keeps it */
	fixture_store(&fixture, 1, tape_newest(&fixture));
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "America/New_York", 1);
}

static void
days_and_devices_bound_what_moves(void)
{
	g_auto(Fixture) fixture = {0};
	KnDay day = 0;

	record(&fixture);
	for (guint i = 0; i < 3; i++)
		assert_zone(&fixture, i, "Europe/Berlin", -1);
	g_assert_true(kn_zone_parse_day("2026-11-21", &day));
	rezone(&fixture, &(KnRezone){.zone = "Asia/Tokyo", .device_id = fixture.device_id + 1});
	rezone(&fixture, &(KnRezone){.zone = "Asia/Tokyo",
				     .has_from = TRUE,
				     .from_day = day,
				     .has_to = TRUE,
				     .to_day = day});
	assert_zone(&fixture, 0, "Europe/Berlin", 0);
	assert_zone(&fixture, 1, "Asia/Tokyo", 1);
	assert_zone(&fixture, 2, "Europe/Berlin", 0);
	rezone(&fixture, &(KnRezone){.zone = "Asia/Tokyo", .has_from = TRUE, .from_day = day + 1});
	assert_zone(&fixture, 0, "Europe/Berlin", 0);
	assert_zone(&fixture, 2, "Asia/Tokyo", 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/rezone/" #name, name)
	ADD(a_new_zone_of_the_hub_leaves_stored_sessions_where_they_are);
	ADD(both_halves_of_a_session_that_late_records_split_keep_its_zone);
	ADD(how_far_it_is_can_be_seen_meanwhile);
	ADD(a_dry_run_counts_and_changes_nothing);
	ADD(a_session_that_moves_has_a_new_revision_and_a_line_in_the_books);
	ADD(days_and_devices_bound_what_moves);
	return g_test_run();
}
