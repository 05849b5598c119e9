/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "../records.h"
#include "core/measure/session.h"

static GArray *
split(const Maker *maker, const ktp_Record *records, guint n, gboolean is_boot_over)
{
	g_autoptr(KnSplitter) splitter = kn_splitter_new(&maker->info);

	for (guint i = 0; i < n; i++)
		kn_splitter_push(splitter, &records[i]);
	return kn_splitter_finish(splitter, is_boot_over);
}

static void
assert_span(const GArray *spans, guint i, guint64 first_seq, guint64 last_seq, guint64 first_t_ms,
	    guint64 last_t_ms, KnSessionState state)
{
	const KnSpan *span = &g_array_index(spans, KnSpan, i);

	g_assert_cmpuint(i, <, spans->len);
	g_assert_cmpuint(span->first_seq, ==, first_seq);
	g_assert_cmpuint(span->last_seq, ==, last_seq);
	g_assert_cmpuint(span->first_t_ms, ==, first_t_ms);
	g_assert_cmpuint(span->last_t_ms, ==, last_t_ms);
	g_assert_cmpint(span->state, ==, state);
}

static void
goes_from_start_to_end(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {
		make_empty(&maker, 5, ktp_Record_battery_tag), make_start(&maker, 1000),
		make_level(&maker, 1000, 1000000, 3, 50), make_end(&maker, 9000, 8000),
		make_empty(&maker, 9500, ktp_Record_event_tag)};
	g_autoptr(GArray) spans = split(&maker, records, 5, FALSE);

	g_assert_cmpuint(spans->len, ==, 1);
	assert_span(spans, 0, 2, 4, 1000, 9000, KN_SESSION_ENDED);
	g_assert_true(g_array_index(spans, KnSpan, 0).has_start);
	g_assert_true(g_array_index(spans, KnSpan, 0).has_end);
}

/* contact at ticks 1, 2, 3 s; the record after it belongs to it as well, for nothing told that
 * the session is over */
static void
without_an_end_lasts_to_the_last_record_of_the_boot(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_start(&maker, 1000),
				      make_level(&maker, 1000, 1000000, 3, 50),
				      make_level(&maker, 4000, 1000000, 150, 0)};
	g_autoptr(GArray) running = split(&maker, records, 3, FALSE);
	g_autoptr(GArray) over = split(&maker, records, 3, TRUE);
	g_autoptr(GArray) bare = split(&maker, records, 1, FALSE);

	assert_span(running, 0, 1, 3, 1000, 3000, KN_SESSION_OPEN);
	assert_span(over, 0, 1, 3, 1000, 3000, KN_SESSION_INTERRUPTED);
	assert_span(bare, 0, 1, 1, 1000, 1000, KN_SESSION_OPEN);
}

static void
a_new_start_interrupts(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_start(&maker, 1000),
				      make_level(&maker, 1000, 1000000, 3, 50),
				      make_start(&maker, 7000), make_end(&maker, 8000, 1000)};
	g_autoptr(GArray) spans = split(&maker, records, 4, FALSE);

	g_assert_cmpuint(spans->len, ==, 2);
	assert_span(spans, 0, 1, 2, 1000, 3000, KN_SESSION_INTERRUPTED);
	assert_span(spans, 1, 3, 4, 7000, 8000, KN_SESSION_ENDED);
}

/* contact is [10, 12) s, the next at 132 s: exactly 120 s without. At 131 s it is one session */
static void
without_a_start_is_split_at_two_minutes_without_contact(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record apart[] = {make_level(&maker, 0, 1000000, 10, 3),
				    make_level(&maker, 10000, 1000000, 2, 50),
				    make_level(&maker, 12000, 1000000, 120, 3),
				    make_level(&maker, 132000, 1000000, 1, 50)};
	const ktp_Record near[] = {make_level(&maker, 10000, 1000000, 2, 50),
				   make_level(&maker, 131999, 1000000, 1, 50)};
	g_autoptr(GArray) two = split(&maker, apart, 4, FALSE);
	g_autoptr(GArray) one = split(&maker, near, 2, TRUE);

	g_assert_cmpuint(two->len, ==, 2);
	assert_span(two, 0, 2, 2, 10000, 11000, KN_SESSION_QUIET);
	assert_span(two, 1, 4, 4, 132000, 132000, KN_SESSION_OPEN);
	g_assert_cmpuint(one->len, ==, 1);
	assert_span(one, 0, 5, 6, 10000, 131999, KN_SESSION_INTERRUPTED);
}

static void
is_over_once_two_minutes_of_any_record_were_quiet(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_level(&maker, 10000, 1000000, 2, 50),
				      make_empty(&maker, 131999, ktp_Record_battery_tag),
				      make_empty(&maker, 132000, ktp_Record_battery_tag)};
	g_autoptr(GArray) open = split(&maker, records, 2, FALSE);
	g_autoptr(GArray) quiet = split(&maker, records, 3, FALSE);

	assert_span(open, 0, 1, 1, 10000, 11000, KN_SESSION_OPEN);
	assert_span(quiet, 0, 1, 1, 10000, 11000, KN_SESSION_QUIET);
}

/* node 1's block comes after node 0's of the same ticks and has the earlier contact */
static void
nodes_of_one_tick_may_come_in_two_records(void)
{
	const guint16 late[] = {0, 0, 50, 50};
	const guint16 early[] = {0, 50, 50, 0};
	Maker maker = maker_new("cc", 4000);
	const ktp_Record records[] = {make_block(&maker, 0, 1000000, 1, 4, late),
				      make_block(&maker, 0, 1000000, 2, 4, early)};
	g_autoptr(GArray) spans = split(&maker, records, 2, FALSE);

	g_assert_cmpuint(spans->len, ==, 1);
	assert_span(spans, 0, 1, 2, 1000, 3000, KN_SESSION_OPEN);
}

static void
an_end_without_a_start_closes_what_runs(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_end(&maker, 100, 90),
				      make_level(&maker, 10000, 1000000, 2, 50),
				      make_end(&maker, 15000, 90000), make_end(&maker, 15001, 1),
				      make_level(&maker, 16000, 1000000, 2, 50)};
	g_autoptr(GArray) spans = split(&maker, records, 5, FALSE);

	g_assert_cmpuint(spans->len, ==, 2);
	assert_span(spans, 0, 2, 3, 10000, 15000, KN_SESSION_ENDED);
	g_assert_false(g_array_index(spans, KnSpan, 0).has_start);
	assert_span(spans, 1, 5, 5, 16000, 17000, KN_SESSION_OPEN);
}

static void
an_end_after_two_quiet_minutes_is_nobodys(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record records[] = {make_level(&maker, 10000, 1000000, 2, 50),
				      make_end(&maker, 132000, 90000)};
	g_autoptr(GArray) spans = split(&maker, records, 2, FALSE);

	assert_span(spans, 0, 1, 1, 10000, 11000, KN_SESSION_QUIET);
	g_assert_false(g_array_index(spans, KnSpan, 0).has_end);
}

static void
pressure_below_contact_is_no_session(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record record = make_level(&maker, 0, 1000000, 100, 19);
	g_autoptr(GArray) spans = split(&maker, &record, 1, TRUE);

	g_assert_cmpuint(spans->len, ==, 0);
}

static void
more_may_be_pushed_after_finish(void)
{
	Maker maker = maker_new("c", 4000);
	const ktp_Record start = make_start(&maker, 0);
	const ktp_Record end = make_end(&maker, 5000, 5000);
	g_autoptr(KnSplitter) splitter = kn_splitter_new(&maker.info);
	g_autoptr(GArray) before = NULL;
	g_autoptr(GArray) after = NULL;

	kn_splitter_push(splitter, &start);
	before = kn_splitter_finish(splitter, FALSE);
	kn_splitter_push(splitter, &end);
	after = kn_splitter_finish(splitter, FALSE);
	assert_span(before, 0, 1, 1, 0, 0, KN_SESSION_OPEN);
	assert_span(after, 0, 1, 2, 0, 5000, KN_SESSION_ENDED);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/session/" #name, name)
	ADD(goes_from_start_to_end);
	ADD(without_an_end_lasts_to_the_last_record_of_the_boot);
	ADD(a_new_start_interrupts);
	ADD(without_a_start_is_split_at_two_minutes_without_contact);
	ADD(is_over_once_two_minutes_of_any_record_were_quiet);
	ADD(nodes_of_one_tick_may_come_in_two_records);
	ADD(an_end_without_a_start_closes_what_runs);
	ADD(an_end_after_two_quiet_minutes_is_nobodys);
	ADD(pressure_below_contact_is_no_session);
	ADD(more_may_be_pushed_after_finish);
	return g_test_run();
}
