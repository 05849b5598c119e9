/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "store/reader.h"
#include "store/sessions.h"
#include "store/sql.h"

/* n sessions of 11 records, a minute apart; an anchor makes their times known */
static void
tape_sessions(Fixture *fixture, guint n)
{
	for (guint i = 0; i < n; i++) {
		fixture->t_ms = (guint64)i * 60000;
		tape_start(fixture);
		tape_samples(fixture, 9, 300);
		tape_end(fixture, 2880);
	}
}

static void
store_with_anchor(Fixture *fixture)
{
	g_autoptr(KnBatch) batch = fixture_batch(fixture, 1, tape_newest(fixture));
	g_autoptr(KnCommit) commit = NULL;
	KnAnchor anchor = {
		fixture->device_id, LOG_ID, 1, 0, G_GINT64_CONSTANT(1700000000000000), 0, 2, FALSE};
	GError *error = NULL;

	g_array_append_val(batch->anchors, anchor);
	commit = kn_writer_commit(&fixture->writer, batch, &error);
	g_assert_no_error(error);
}

static void
pages_through_all_sessions_newest_first(void)
{
	g_auto(Fixture) fixture = {0};
	KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 3, FALSE};
	gint64 before_us = G_MAXINT64;
	guint n_seen = 0;

	fixture_init(&fixture);
	tape_sessions(&fixture, 10);
	store_with_anchor(&fixture);
	while (TRUE) {
		g_autoptr(GPtrArray) page = kn_sessions_query(fixture.db, &query, NULL);
		g_assert_nonnull(page);
		for (guint i = 0; i < page->len; i++) {
			const KnSession *session = page->pdata[i];
			g_assert_cmpint(session->start_utc_us, <, before_us);
			before_us = session->start_utc_us;
			query.after = kn_session_place(session);
		}
		n_seen += page->len;
		if (page->len < 3)
			break;
	}
	g_assert_cmpuint(n_seen, ==, 10);
	g_assert_cmpint(before_us, ==, G_GINT64_CONSTANT(1700000000000000));
}

static void
bounds_a_range_by_start(void)
{
	g_auto(Fixture) fixture = {0};
	KnSessionQuery query = {G_GINT64_CONSTANT(1700000060000000),
				G_GINT64_CONSTANT(1700000180000000),
				0,
				{0, 0},
				400,
				TRUE};
	g_autoptr(GPtrArray) two = NULL;
	g_autoptr(GPtrArray) none = NULL;
	const KnSession *session;

	fixture_init(&fixture);
	tape_sessions(&fixture, 5);
	store_with_anchor(&fixture);
	two = kn_sessions_query(fixture.db, &query, NULL);
	g_assert_cmpuint(two->len, ==, 2);
	session = two->pdata[1];
	g_assert_cmpint(session->start_utc_us, ==, query.from_us);
	g_assert_cmpuint(session->metrics.node[1].n_samples, ==, 72);
	/* where the description says, which no row of a node has */
	g_assert_cmpint(session->metrics.node[1].region, ==, ktp_REGION_RHOMBOIDS);
	g_assert_cmpint(session->metrics.node[0].side, ==, ktp_SIDE_LEFT);
	g_assert_cmpint(session->metrics.node[1].side, ==, ktp_SIDE_RIGHT);
	query.device_id = fixture.device_id + 1;
	none = kn_sessions_query(fixture.db, &query, NULL);
	g_assert_cmpuint(none->len, ==, 0);
}

/* five sessions begin a minute apart; what was fetched before the person said so is not shown either */
static void
keeps_what_is_not_to_be_shown_and_shows_it_when_asked(void)
{
	g_auto(Fixture) fixture = {0};
	KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 400, FALSE};
	KnAllow allow = {.address = "AA:BB:CC:DD:EE:01",
			 .has_shown_from = TRUE,
			 .shown_from_us = G_GINT64_CONSTANT(1700000120000000)};
	const gint64 device_ids[] = {0, 1};

	fixture_init(&fixture);
	tape_sessions(&fixture, 5);
	store_with_anchor(&fixture);
	for (guint is_all = 0; is_all < 2; is_all++) {
		g_autoptr(KnDevice) device = kn_writer_allow(fixture.db, &allow, 2, NULL);

		g_assert_cmpint(device->shown_from_us, ==, allow.shown_from_us);
		for (guint i = 0; i < G_N_ELEMENTS(device_ids); i++) {
			g_autoptr(GPtrArray) shown = NULL;

			query.device_id = device_ids[i] * fixture.device_id;
			shown = kn_sessions_query(fixture.db, &query, NULL);
			g_assert_cmpuint(shown->len, ==, is_all ? 5 : 3);
		}
		allow.shown_from_us = 0;
	}
	allow.shown_from_us = 7;
	kn_device_free(kn_writer_allow(fixture.db, &allow, 3, NULL));
	allow.has_shown_from = FALSE;
	allow.shown_from_us = 9;
	g_autoptr(KnDevice) again = kn_writer_allow(fixture.db, &allow, 4, NULL);
	g_assert_cmpint(again->shown_from_us, ==, 7);
}

static void
shows_sessions_without_a_time_as_the_newest(void)
{
	g_auto(Fixture) fixture = {0};
	KnSessionQuery query = {0, G_MAXINT64, 0, {0, 0}, 400, FALSE};
	g_autoptr(GPtrArray) open = NULL;
	g_autoptr(GPtrArray) bounded = NULL;

	fixture_init(&fixture);
	tape_sessions(&fixture, 2);
	fixture_store(&fixture, 1, tape_newest(&fixture));
	open = kn_sessions_query(fixture.db, &query, NULL);
	g_assert_cmpuint(open->len, ==, 2);
	query.to_us = G_MAXINT64 - 1;
	bounded = kn_sessions_query(fixture.db, &query, NULL);
	g_assert_cmpuint(bounded->len, ==, 0);
}

static void
shows_a_session_with_gaps_and_curve(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnSessionDetail) detail = NULL;
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;
	KnGapNote note;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 50, 100);
	tape_samples(&fixture, 50, 500);
	tape_end(&fixture, 32000);
	fixture_store(&fixture, 1, 20);
	fixture_store(&fixture, 31, 60);
	fixture_store(&fixture, 63, 102);
	note = (KnGapNote){fixture.device_id, LOG_ID, {61, 62, KN_GAP_UNREADABLE}, 7};
	g_array_append_val(batch->gaps, note);
	commit = kn_writer_commit(&fixture.writer, batch, &error);
	g_assert_no_error(error);
	detail = kn_reader_detail(fixture.db, 1, 4, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(detail->gaps->len, ==, 2);
	g_assert_cmpuint(g_array_index(detail->gaps, KnGap, 0).first_seq, ==, 21);
	g_assert_cmpuint(g_array_index(detail->gaps, KnGap, 0).last_seq, ==, 30);
	g_assert_cmpint(g_array_index(detail->gaps, KnGap, 0).reason, ==, KN_GAP_OPEN);
	g_assert_cmpuint(g_array_index(detail->gaps, KnGap, 1).first_seq, ==, 61);
	g_assert_cmpint(g_array_index(detail->gaps, KnGap, 1).reason, ==, KN_GAP_UNREADABLE);
	g_assert_cmpuint(detail->n_slices, ==, 4);
	g_assert_cmpuint(detail->n_nodes, ==, 2);
	/* 32 s in quarters: values 100 … 104 in the first two, 500 … 504 in the others */
	g_assert_cmpuint(detail->slice_ms, ==, 8000);
	for (guint i = 0; i < 8; i++)
		g_assert_cmpint(detail->curve_hpa[i], ==, i < 4 ? 102 : 502);
	g_assert_cmpuint(g_bytes_get_size(detail->info), >, 0);
	g_assert_cmpstr(detail->device->label, ==, "back");
}

static void
puts_the_last_sample_into_the_last_slice(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnSessionDetail) detail = NULL;

	fixture_init(&fixture);
	/* without a SessionEnd the session ends with the last sample: 31,960 ms */
	tape_samples(&fixture, 99, 100);
	tape_samples(&fixture, 1, 900);
	fixture_store(&fixture, 1, 100);
	detail = kn_reader_detail(fixture.db, 1, 400, NULL);
	g_assert_nonnull(detail);
	g_assert_cmpuint(detail->slice_ms, ==, 80);
	g_assert_cmpint(detail->curve_hpa[2 * 398], >=, 900);
	/* 31,960 / 80 is 399.5: 400 slices hold it, and nothing lies behind */
	g_assert_cmpint(detail->curve_hpa[2 * 399], >=, 900);
	kn_session_detail_free(g_steal_pointer(&detail));
	detail = kn_reader_detail(fixture.db, 1, 4, NULL);
	/* 31,960 / 7,990 is exactly 4 */
	g_assert_cmpuint(detail->slice_ms, ==, 7990);
	g_assert_cmpint(detail->curve_hpa[2 * 3], >, 104);
}

static void
says_so_when_there_is_no_such_session(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GError) error = NULL;

	fixture_init(&fixture);
	g_assert_null(kn_reader_detail(fixture.db, 42, 10, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
}

static void
enrols_forgets_and_allows_again(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnDevice) forgotten = NULL;
	g_autoptr(KnDevice) again = NULL;
	g_autoptr(GError) error = NULL;

	fixture_init(&fixture);
	forgotten = kn_writer_forget(fixture.db, fixture.device_id, &error);
	g_assert_no_error(error);
	g_assert_false(forgotten->is_allowed);
	again = kn_writer_allow(fixture.db, &(KnAllow){.address = "AA:BB:CC:DD:EE:01"}, 99, &error);
	g_assert_no_error(error);
	g_assert_cmpint(again->id, ==, fixture.device_id);
	g_assert_true(again->is_allowed);
	g_assert_cmpstr(again->label, ==, "back");
	g_assert_cmpint(again->enrolled_us, ==, 99);
	kn_device_free(again);
	again = kn_writer_allow(fixture.db, &(KnAllow){.address = "AA:BB:CC:DD:EE:01"}, 100,
				&error);
	g_assert_cmpint(again->enrolled_us, ==, 99);
	g_assert_null(kn_writer_forget(fixture.db, 42, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
}

/* of two that tell one serial the earlier one counts, on a machine that may have no clock */
static void
enrols_in_an_order_that_no_clock_changes(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnDevice) first = NULL;
	g_autoptr(KnDevice) second = NULL;
	g_autoptr(KnDevice) again = NULL;
	g_autoptr(GError) error = NULL;
	const KnAllow one = {.address = "AA:BB:CC:DD:EE:02"};
	const KnAllow other = {.address = "AA:BB:CC:DD:EE:03"};

	fixture_init(&fixture);
	first = kn_writer_allow(fixture.db, &one, G_GINT64_CONSTANT(1800000000000000), &error);
	g_assert_no_error(error);
	g_assert_cmpint(first->enrolled_us, ==, G_GINT64_CONSTANT(1800000000000000));
	second = kn_writer_allow(fixture.db, &other, 7000000, &error);
	g_assert_no_error(error);
	g_assert_cmpint(second->enrolled_us, >, first->enrolled_us);
	/* forgotten and allowed again: from then on */
	kn_device_free(kn_writer_forget(fixture.db, first->id, &error));
	again = kn_writer_allow(fixture.db, &one, 8000000, &error);
	g_assert_no_error(error);
	g_assert_cmpint(again->id, ==, first->id);
	g_assert_cmpint(again->enrolled_us, >, second->enrolled_us);
}

static void
finds_pages_by_index(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnStatement) row = NULL;
	gboolean is_row = TRUE;

	fixture_init(&fixture);
	row = kn_sql_start(fixture.db,
			   "EXPLAIN QUERY PLAN SELECT * FROM session WHERE start_utc_us BETWEEN 1 "
			   "AND 2 AND (start_utc_us, session_id) < (2, 5) "
			   "ORDER BY start_utc_us DESC, session_id DESC LIMIT 3",
			   KN_SQL_NONE, NULL);
	while (is_row) {
		const gchar *step;
		g_assert_true(kn_sql_step(row, &is_row, NULL));
		if (!is_row)
			break;
		step = (const gchar *)sqlite3_column_text(row, 3);
		g_assert_null(g_strstr_len(step, -1, "TEMP B-TREE"));
		g_assert_nonnull(g_strstr_len(step, -1, "session_by_time"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/read/pages_through_all_sessions_newest_first",
			pages_through_all_sessions_newest_first);
	g_test_add_func("/store/read/bounds_a_range_by_start", bounds_a_range_by_start);
	g_test_add_func("/store/read/keeps_what_is_not_to_be_shown_and_shows_it_when_asked",
			keeps_what_is_not_to_be_shown_and_shows_it_when_asked);
	g_test_add_func("/store/read/shows_sessions_without_a_time_as_the_newest",
			shows_sessions_without_a_time_as_the_newest);
	g_test_add_func("/store/read/shows_a_session_with_gaps_and_curve",
			shows_a_session_with_gaps_and_curve);
	g_test_add_func("/store/read/puts_the_last_sample_into_the_last_slice",
			puts_the_last_sample_into_the_last_slice);
	g_test_add_func("/store/read/says_so_when_there_is_no_such_session",
			says_so_when_there_is_no_such_session);
	g_test_add_func("/store/read/enrols_forgets_and_allows_again",
			enrols_forgets_and_allows_again);
	g_test_add_func("/store/read/enrols_in_an_order_that_no_clock_changes",
			enrols_in_an_order_that_no_clock_changes);
	g_test_add_func("/store/read/finds_pages_by_index", finds_pages_by_index);
	return g_test_run();
}
