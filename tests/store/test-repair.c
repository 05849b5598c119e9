/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/sessions.h"
#include "store/sql.h"

static const KnSession *
session_at(const GPtrArray *sessions, guint i)
{
	g_assert_cmpuint(i, <, sessions->len);
	return sessions->pdata[i];
}

static void
repairs_a_session_with_late_records(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 95, 300);
	tape_end(&fixture, 30400);
	fixture_store(&fixture, 1, 40);
	fixture_store(&fixture, 64, 97);
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(before->len, ==, 1);
	/* 23 of 97 are missing */
	g_assert_cmpuint(session_at(before, 0)->coverage.stored, ==, 74);
	g_assert_cmpuint(session_at(before, 0)->coverage.expected, ==, 97);
	g_assert_cmpint(kn_session_completeness_permille(session_at(before, 0)), ==,
			1000 * 74 / 97);
	fixture_store(&fixture, 41, 63);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 1);
	g_assert_cmpint(session_at(after, 0)->id, ==, session_at(before, 0)->id);
	g_assert_cmpint(session_at(after, 0)->revision, ==, session_at(before, 0)->revision + 1);
	g_assert_cmpint(kn_session_completeness_permille(session_at(after, 0)), ==, 1000);
	g_assert_cmpuint(session_at(after, 0)->metrics.n_samples, ==, 95 * 16);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM session_block"), ==, 3);
}

static void
a_repair_is_told_and_what_changes_nothing_is_not(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;
	g_autoptr(KnCommit) first = NULL;
	g_autoptr(KnCommit) repair = NULL;
	g_autoptr(KnCommit) again = NULL;
	const KnChangedSession *changed;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 95, 300);
	tape_end(&fixture, 30400);
	first = fixture_commit(&fixture, 1, 40);
	g_assert_cmpuint(first->sessions->len, ==, 1);
	repair = fixture_commit(&fixture, 41, 97);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(repair->sessions->len, ==, 1);
	changed = &g_array_index(repair->sessions, KnChangedSession, 0);
	g_assert_cmpint(changed->session_id, ==, session_at(sessions, 0)->id);
	g_assert_cmpint(changed->device_id, ==, fixture.device_id);
	again = fixture_commit(&fixture, 1, 97);
	g_assert_cmpuint(again->sessions->len, ==, 0);
	g_assert_cmpint(fixture_count(&fixture, "SELECT revision FROM session"), ==,
			session_at(sessions, 0)->revision);
}

static void
goes_on_beside_a_damaged_block(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 95, 300);
	tape_end(&fixture, 30400);
	fixture_store(&fixture, 1, 40);
	g_assert_true(kn_sql_run(
		fixture.db, "UPDATE block SET data = zeroblob(length(data)) WHERE block_id = 1",
		KN_SQL_NONE, NULL));
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*damaged*block 1*");
	fixture_store(&fixture, 41, 97);
	g_test_assert_expected_messages();
	sessions = fixture_sessions(&fixture);
	/* the mark of the start was in the damaged block, and is a row of its own */
	g_assert_cmpuint(sessions->len, ==, 1);
	g_assert_cmpuint(session_at(sessions, 0)->metrics.n_samples, ==, (95 - 39) * 16);
	g_assert_cmpuint(g_hash_table_size(fixture.db->damaged), ==, 1);
}

static void
reads_each_block_with_the_description_of_its_time(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) first = NULL;
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(KnCommit) one = NULL;
	g_autoptr(KnCommit) two = NULL;
	KnBlock *old, *opaque;

	fixture_init(&fixture);
	tape_samples(&fixture, 60, 300);
	first = fixture_batch(&fixture, 1, 20);
	one = kn_writer_commit(&fixture.writer, first, NULL);
	g_assert_nonnull(one);
	/* firmware update: the new description comes in the batch that still holds records from before it */
	fixture.info.nodes[0].full_scale_hpa--;
	batch = fixture_batch(&fixture, 21, 40);
	old = batch->blocks->pdata[0];
	old->info = g_bytes_ref(((const KnInfoNote *)first->infos->pdata[0])->info);
	opaque = fixture_block(&fixture, 41, 60);
	opaque->is_opaque = TRUE;
	g_ptr_array_add(batch->blocks, opaque);
	two = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_nonnull(two);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM info"), ==, 2);
	g_assert_cmpint(fixture_count(&fixture, "SELECT info_id FROM block WHERE first_seq = 21"),
			==,
			fixture_count(&fixture, "SELECT info_id FROM block WHERE first_seq = 1"));
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM block WHERE info_id IS NULL "
						"AND first_seq = 41"),
			==, 1);
	fixture_assert_stored_once(&fixture, 1, 60);
}

static void
gives_the_same_rows_in_any_order(void)
{
	g_auto(Fixture) fixture = {0};
	g_auto(Fixture) other = {0};
	g_autoptr(GPtrArray) one = NULL;
	g_autoptr(GPtrArray) two = NULL;
	Fixture *both[] = {&fixture, &other};

	for (guint i = 0; i < 2; i++) {
		fixture_init(both[i]);
		for (guint k = 0; k < 4; k++) {
			tape_start(both[i]);
			tape_samples(both[i], 30 + k, (guint16)(200 + 100 * k));
			tape_end(both[i], 9600);
			tape_samples(both[i], 10, 0);
		}
	}
	fixture_store(&fixture, 1, tape_newest(&fixture));
	for (guint64 seq = tape_newest(&other); seq > 0; seq--)
		fixture_store(&other, seq, seq);
	fixture_assert_stored_once(&other, 1, tape_newest(&other));
	one = fixture_sessions(&fixture);
	two = fixture_sessions(&other);
	g_assert_cmpuint(one->len, ==, 4);
	g_assert_cmpuint(two->len, ==, 4);
	for (guint i = 0; i < 4; i++) {
		const KnSession *a = session_at(one, i), *b = session_at(two, i);
		g_assert_cmpuint(a->span.first_seq, ==, b->span.first_seq);
		g_assert_cmpuint(a->span.last_seq, ==, b->span.last_seq);
		g_assert_cmpint(a->span.state, ==, b->span.state);
		g_assert_cmpmem(&a->metrics, sizeof a->metrics, &b->metrics, sizeof b->metrics);
		g_assert_cmpint(kn_session_completeness_permille(b), ==, 1000);
	}
}

static void
merges_a_session_whose_start_was_lost(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	/* 160 s without contact: without the SessionStart these are two sessions */
	tape_samples(&fixture, 500, 0);
	tape_samples(&fixture, 30, 400);
	tape_end(&fixture, 176000);
	fixture_store(&fixture, 2, tape_newest(&fixture));
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(before->len, ==, 2);
	g_assert_cmpint(session_at(before, 0)->span.state, ==, KN_SESSION_QUIET);
	g_assert_cmpint(session_at(before, 1)->span.state, ==, KN_SESSION_ENDED);
	g_assert_cmpint(kn_session_completeness_permille(session_at(before, 0)), ==,
			1000 * 20 / 21);
	fixture_store(&fixture, 1, 1);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 1);
	g_assert_cmpuint(session_at(after, 0)->span.first_seq, ==, 1);
	g_assert_true(session_at(after, 0)->span.has_start);
	g_assert_cmpint(kn_session_completeness_permille(session_at(after, 0)), ==, 1000);
	/* the second shared 31 records with it, the first 20 */
	g_assert_cmpint(session_at(after, 0)->id, ==, session_at(before, 1)->id);
}

static void
counts_a_gap_beside_an_open_end_until_it_is_named(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;
	KnGapNote note;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 99, 300);
	fixture_store(&fixture, 1, 60);
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(session_at(before, 0)->coverage.expected, ==, 100);
	g_assert_cmpint(kn_session_completeness_permille(session_at(before, 0)), ==, 600);
	note = (KnGapNote){fixture.device_id, LOG_ID, {61, 100, KN_GAP_UNREADABLE}, 77};
	g_array_append_val(batch->gaps, note);
	commit = kn_writer_commit(&fixture.writer, batch, &error);
	g_assert_no_error(error);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(session_at(after, 0)->coverage.expected, ==, 60);
	g_assert_cmpint(session_at(after, 0)->revision, ==, 2);
}

static void
judges_a_session_again_when_the_gap_beside_it_shrinks(void)
{
	const guint expected[] = {60, 55, 50};
	const KnRange filled[] = {{61, 70}, {56, 60}, {51, 55}};
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 49, 300);
	tape_reboot(&fixture);
	tape_samples(&fixture, 20, 300);
	fixture_store(&fixture, 1, 50);
	for (guint i = 0; i < 3; i++) {
		g_autoptr(GPtrArray) sessions = NULL;
		fixture_store(&fixture, filled[i].first, filled[i].last);
		sessions = fixture_sessions(&fixture);
		/* what is missing may have been of the first boot, whose end was not seen */
		g_assert_cmpuint(session_at(sessions, 0)->span.last_seq, ==, 50);
		g_assert_cmpuint(session_at(sessions, 0)->coverage.expected, ==, expected[i]);
	}
}

static void
reads_on_over_a_pause_that_was_not_known_to_be_long(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) open = NULL;
	g_autoptr(GPtrArray) quiet = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_samples(&fixture, 10, 300);
	tape_samples(&fixture, 370, 0); /* 118.4 s */
	tape_samples(&fixture, 20, 0);  /* and 6.4 s */
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, 1, 10);
	fixture_store(&fixture, 11, 380);
	open = fixture_sessions(&fixture);
	g_assert_cmpint(session_at(open, 0)->span.state, ==, KN_SESSION_OPEN);
	fixture_store(&fixture, 381, 400);
	quiet = fixture_sessions(&fixture);
	g_assert_cmpuint(quiet->len, ==, 1);
	g_assert_cmpint(session_at(quiet, 0)->span.state, ==, KN_SESSION_QUIET);
	fixture_store(&fixture, 401, 410);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 2);
	g_assert_cmpint(session_at(after, 0)->revision, ==, session_at(quiet, 0)->revision);
}

static void
splits_a_session_at_a_start_that_comes_late(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_samples(&fixture, 10, 300);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	tape_end(&fixture, 6400);
	fixture_store(&fixture, 1, 10);
	fixture_store(&fixture, 12, 32);
	before = fixture_sessions(&fixture);
	g_assert_cmpuint(before->len, ==, 1);
	fixture_store(&fixture, 11, 11);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 2);
	g_assert_cmpuint(session_at(after, 0)->span.last_seq, ==, 10);
	g_assert_cmpint(session_at(after, 0)->span.state, ==, KN_SESSION_INTERRUPTED);
	g_assert_cmpuint(session_at(after, 1)->span.first_seq, ==, 11);
	/* 21 records in common against 10 */
	g_assert_cmpint(session_at(after, 1)->id, ==, session_at(before, 0)->id);
}

static void
knows_that_a_later_start_ended_a_repaired_session(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, 1, 5);
	fixture_store(&fixture, 22, 32);
	fixture_store(&fixture, 6, 21);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 2);
	g_assert_cmpuint(session_at(sessions, 0)->span.last_seq, ==, 21);
	g_assert_cmpint(session_at(sessions, 0)->span.state, ==, KN_SESSION_INTERRUPTED);
	g_assert_cmpint(session_at(sessions, 1)->span.state, ==, KN_SESSION_OPEN);
}

/* boot 5, and behind it boot 3, which may not be; the very first record comes last */
static void
a_massager_that_counts_its_boots_backwards_has_its_sessions_all_the_same(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&fixture);
	fixture.boot = 5;
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture.boot = 3;
	fixture.t_ms = 0;
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, 2, 22);
	fixture_store(&fixture, 1, 1);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 2);
	for (guint i = 0; i < 2; i++) {
		g_assert_true(session_at(sessions, i)->span.has_start);
		g_assert_cmpuint(session_at(sessions, i)->metrics.n_samples, ==, 10 * 16);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/repair/repairs_a_session_with_late_records",
			repairs_a_session_with_late_records);
	g_test_add_func("/store/repair/a_repair_is_told_and_what_changes_nothing_is_not",
			a_repair_is_told_and_what_changes_nothing_is_not);
	g_test_add_func("/store/repair/goes_on_beside_a_damaged_block",
			goes_on_beside_a_damaged_block);
	g_test_add_func("/store/repair/reads_each_block_with_the_description_of_its_time",
			reads_each_block_with_the_description_of_its_time);
	g_test_add_func("/store/repair/gives_the_same_rows_in_any_order",
			gives_the_same_rows_in_any_order);
	g_test_add_func("/store/repair/merges_a_session_whose_start_was_lost",
			merges_a_session_whose_start_was_lost);
	g_test_add_func("/store/repair/counts_a_gap_beside_an_open_end_until_it_is_named",
			counts_a_gap_beside_an_open_end_until_it_is_named);
	g_test_add_func("/store/repair/judges_a_session_again_when_the_gap_beside_it_shrinks",
			judges_a_session_again_when_the_gap_beside_it_shrinks);
	g_test_add_func("/store/repair/reads_on_over_a_pause_that_was_not_known_to_be_long",
			reads_on_over_a_pause_that_was_not_known_to_be_long);
	g_test_add_func("/store/repair/splits_a_session_at_a_start_that_comes_late",
			splits_a_session_at_a_start_that_comes_late);
	g_test_add_func("/store/repair/knows_that_a_later_start_ended_a_repaired_session",
			knows_that_a_later_start_ended_a_repaired_session);
	g_test_add_func("/store/repair/"
			"a_massager_that_counts_its_boots_backwards_has_its_sessions_all_the_same",
			a_massager_that_counts_its_boots_backwards_has_its_sessions_all_the_same);
	return g_test_run();
}
