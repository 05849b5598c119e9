/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "../records.h"
#include "core/measure/live.h"

static KnLive live;
static Maker maker;

static gboolean
push(const ktp_Record record)
{
	return kn_live_push(&live, &maker.info, 7, &record);
}

static void
set_up(void)
{
	maker = maker_new("lr", 4000);
	kn_live_init(&live);
}

static void
a_session_seen_from_its_start_is_whole(void)
{
	const guint16 values[] = {30, 40, 50, 60};
	KnSessionMetrics m;

	set_up();
	g_assert_false(push(make_empty(&maker, 5, ktp_Record_battery_tag)));
	g_assert_null(live.fold);
	g_assert_false(push(make_start(&maker, 1000)));
	g_assert_false(push(make_block(&maker, 1000, 1000000, 3, 2, values)));
	g_assert_true(live.is_whole);
	g_assert_cmpuint(live.n_records, ==, 2);
	g_assert_cmpuint(live.node_hpa[0], ==, 40);
	g_assert_cmpuint(live.node_hpa[1], ==, 60);
	kn_fold_finish(live.fold, &m);
	g_assert_cmpuint(m.active_ms, ==, 2000);
	g_assert_true(push(make_end(&maker, 4000, 3000)));
	g_assert_cmpint(live.span.state, ==, KN_SESSION_ENDED);
	g_assert_cmpuint(live.span.first_seq, ==, 2);
	g_assert_cmpuint(live.span.last_seq, ==, 4);
	g_assert_nonnull(live.fold);
	/* what follows without contact belongs to nobody */
	g_assert_false(push(make_empty(&maker, 4001, ktp_Record_battery_tag)));
	g_assert_cmpuint(live.span.last_seq, ==, 4);
	kn_live_clear(&live);
}

static void
a_hole_makes_it_less_than_whole(void)
{
	set_up();
	push(make_start(&maker, 1000));
	maker.seq++;
	g_assert_false(push(make_level(&maker, 1000, 1000000, 2, 50)));
	g_assert_false(live.is_whole);
	g_assert_cmpuint(live.n_records, ==, 2);
	kn_live_clear(&live);
}

static void
late_and_repeated_records_are_left_to_the_store(void)
{
	ktp_Record start;
	ktp_Record block;

	set_up();
	start = make_start(&maker, 1000);
	block = make_level(&maker, 1000, 1000000, 2, 50);
	push(start);
	push(block);
	g_assert_false(push(block));
	g_assert_false(push(start));
	g_assert_cmpuint(live.n_records, ==, 2);
	g_assert_true(live.is_whole);
	kn_live_clear(&live);
}

static void
contact_begins_a_session_that_has_no_start(void)
{
	set_up();
	g_assert_false(push(make_level(&maker, 0, 1000000, 2, 19)));
	g_assert_null(live.fold);
	g_assert_false(push(make_level(&maker, 2000, 1000000, 2, 20)));
	g_assert_nonnull(live.fold);
	g_assert_false(live.is_whole);
	g_assert_cmpuint(live.span.first_t_ms, ==, 2000);
	/* contact ended at 4 s; made at 123.999 s and at 124 s */
	g_assert_false(push(make_empty(&maker, 123999, ktp_Record_battery_tag)));
	g_assert_true(push(make_empty(&maker, 124000, ktp_Record_battery_tag)));
	g_assert_cmpint(live.span.state, ==, KN_SESSION_QUIET);
	kn_live_clear(&live);
}

static void
a_new_start_ends_one_and_begins_the_next(void)
{
	set_up();
	push(make_start(&maker, 1000));
	g_assert_true(push(make_start(&maker, 9000)));
	g_assert_cmpint(live.span.state, ==, KN_SESSION_OPEN);
	g_assert_cmpuint(live.span.first_seq, ==, 2);
	g_assert_cmpuint(live.n_records, ==, 1);
	kn_live_clear(&live);
}

static void
another_boot_ends_it(void)
{
	set_up();
	push(make_start(&maker, 1000));
	maker.boot++;
	g_assert_true(push(make_empty(&maker, 5, ktp_Record_battery_tag)));
	g_assert_cmpint(live.span.state, ==, KN_SESSION_INTERRUPTED);
	g_assert_false(push(make_start(&maker, 10)));
	g_assert_cmpuint(live.boot, ==, 2);
	kn_live_clear(&live);
}

static void
another_log_ends_it_though_its_seq_is_lower(void)
{
	ktp_Record record;

	set_up();
	maker.seq = 500;
	push(make_start(&maker, 1000));
	maker.seq = 0;
	record = make_start(&maker, 10);
	g_assert_true(kn_live_push(&live, &maker.info, 8, &record));
	g_assert_cmpuint(live.log_id, ==, 8);
	g_assert_cmpuint(live.span.first_seq, ==, 1);
	kn_live_clear(&live);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/live/" #name, name)
	ADD(a_session_seen_from_its_start_is_whole);
	ADD(a_hole_makes_it_less_than_whole);
	ADD(late_and_repeated_records_are_left_to_the_store);
	ADD(contact_begins_a_session_that_has_no_start);
	ADD(a_new_start_ends_one_and_begins_the_next);
	ADD(another_boot_ends_it);
	ADD(another_log_ends_it_though_its_seq_is_lower);
	return g_test_run();
}
