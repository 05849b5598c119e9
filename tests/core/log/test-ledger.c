/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/ledger.h"

static void
first_contact_takes_everything_the_device_still_has(void)
{
	g_auto(KnLedger) ledger;
	KnRange missing;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	g_assert_false(kn_ledger_state(&ledger, 1, 100, 0, &gap));
	g_assert_true(kn_ledger_next_missing(&ledger, 0, &missing));
	g_assert_cmpuint(missing.first, ==, 1);
	g_assert_cmpuint(missing.last, ==, 100);
}

static void
records_overwritten_before_the_hub_came_are_a_named_gap_that_trim_passes(void)
{
	g_auto(KnLedger) ledger;
	KnRange missing;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	g_assert_true(kn_ledger_state(&ledger, 17, 100, 0, &gap));
	g_assert_cmpuint(gap.first_seq, ==, 1);
	g_assert_cmpuint(gap.last_seq, ==, 16);
	g_assert_cmpint(gap.reason, ==, KN_GAP_OVERWRITTEN);
	g_assert_false(kn_ledger_state(&ledger, 17, 100, 0, &gap));
	g_assert_true(kn_ledger_next_missing(&ledger, 0, &missing));
	g_assert_cmpuint(missing.first, ==, 17);
	for (guint64 seq = 17; seq <= 20; seq++)
		g_assert_true(kn_ledger_receive(&ledger, seq));
	kn_ledger_commit(&ledger, 17, 20);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 0); /* the gap's name is not durable yet */
	kn_ledger_settle_gap(&ledger, &gap);
	gap = (KnGap){1, 16, KN_GAP_OVERWRITTEN};
	kn_ledger_settle_gap(&ledger, &gap);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 20);
}

static void
what_another_hub_trimmed_is_not_ours_to_miss(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	g_assert_false(kn_ledger_state(&ledger, 51, 100, 50, &gap));
	g_assert_cmpuint(ledger.first_seq, ==, 51);
	g_assert_cmpuint(kn_ledger_n_missing(&ledger), ==, 50);
}

static void
holes_between_what_came_are_lost_one_by_one_when_flash_goes_round(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	g_assert_false(kn_ledger_state(&ledger, 1, 30, 0, &gap));
	kn_ledger_commit(&ledger, 5, 9);
	g_assert_true(kn_ledger_state(&ledger, 20, 40, 0, &gap));
	g_assert_cmpuint(gap.first_seq, ==, 1);
	g_assert_cmpuint(gap.last_seq, ==, 4);
	g_assert_true(kn_ledger_state(&ledger, 20, 40, 0, &gap));
	g_assert_cmpuint(gap.first_seq, ==, 10);
	g_assert_cmpuint(gap.last_seq, ==, 19);
	g_assert_false(kn_ledger_state(&ledger, 20, 40, 0, &gap));
}

static void
trim_goes_only_to_the_end_of_the_durable_prefix(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	kn_ledger_state(&ledger, 1, 10, 0, &gap);
	for (guint64 seq = 1; seq <= 10; seq++)
		kn_ledger_receive(&ledger, seq);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 0); /* received is not durable */
	kn_ledger_commit(&ledger, 1, 3);
	kn_ledger_commit(&ledger, 5, 10);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 3);
	kn_ledger_commit(&ledger, 4, 4);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 10);
}

static void
a_record_is_new_once_and_never_when_named(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap = {7, 8, KN_GAP_ERASED};

	kn_ledger_init(&ledger, 1);
	ledger.first_seq = 1;
	kn_ledger_name_gap(&ledger, &gap);
	g_assert_true(kn_ledger_receive(&ledger, 6));
	g_assert_false(kn_ledger_receive(&ledger, 6));
	g_assert_false(kn_ledger_receive(&ledger, 7));
}

static void
a_record_that_was_given_up_and_comes_after_all_is_taken(void)
{
	const KnGap gap = {4, 6, KN_GAP_UNREADABLE};
	g_auto(KnLedger) ledger;

	kn_ledger_init(&ledger, 1);
	ledger.first_seq = 1;
	ledger.newest_seq = 6;
	kn_ledger_name_gap(&ledger, &gap);
	g_assert_true(kn_ledger_receive(&ledger, 5));
	g_assert_false(kn_ledger_receive(&ledger, 5));
	/* and the others are no more asked for than before */
	g_assert_cmpuint(kn_rangeset_count(&ledger.named, 1, 6), ==, 2);
	g_assert_cmpuint(kn_ledger_n_missing(&ledger), ==, 3);
}

typedef struct {
	const gchar *what;
	guint64 stored[2][2];
	guint64 named[2];
	KnRange session;
	KnEdges fixed;
	guint64 expect_stored, expect_expected;
	gint permille;
} CoverageCase;

/* the log is 1 … 100 throughout; expectations are counted by hand */
static const CoverageCase coverage_cases[] = {
	{"whole", {{1, 100}}, {0}, {11, 20}, KN_EDGE_START | KN_EDGE_END, 10, 10, 1000},
	{"one of ten missing",
	 {{1, 14}, {16, 100}},
	 {0},
	 {11, 20},
	 KN_EDGE_START | KN_EDGE_END,
	 9,
	 10,
	 900},
	{"a third missing rounds down",
	 {{1, 12}, {14, 100}},
	 {0},
	 {12, 14},
	 KN_EDGE_START | KN_EDGE_END,
	 2,
	 3,
	 666},
	{"gap after an end that a mark fixes",
	 {{1, 20}},
	 {0},
	 {11, 20},
	 KN_EDGE_START | KN_EDGE_END,
	 10,
	 10,
	 1000},
	{"gap after an end that nothing fixes",
	 {{1, 20}},
	 {0},
	 {11, 20},
	 KN_EDGE_START,
	 10,
	 90,
	 111},
	{"gap before a start that nothing fixes",
	 {{1, 5}, {11, 100}},
	 {0},
	 {11, 20},
	 KN_EDGE_END,
	 10,
	 15,
	 666},
	{"gap before a start that a mark fixes",
	 {{1, 5}, {11, 100}},
	 {0},
	 {11, 20},
	 KN_EDGE_START | KN_EDGE_END,
	 10,
	 10,
	 1000},
	{"a named gap beside it is not counted",
	 {{1, 5}, {11, 100}},
	 {6, 10},
	 {11, 20},
	 KN_EDGE_END,
	 10,
	 10,
	 1000},
	{"a named gap inside is counted",
	 {{1, 14}, {16, 100}},
	 {15, 15},
	 {11, 20},
	 KN_EDGE_START | KN_EDGE_END,
	 9,
	 10,
	 900},
	{"one missing of very many is not 1000",
	 {{1, 49}, {51, 100}},
	 {0},
	 {1, 100},
	 KN_EDGE_NONE,
	 99,
	 100,
	 990},
};

static void
completeness_counts_gaps_that_touch_the_session(void)
{
	const KnRange log = {1, 100};

	for (guint i = 0; i < G_N_ELEMENTS(coverage_cases); i++) {
		const CoverageCase *c = &coverage_cases[i];
		g_auto(KnRangeSet) durable, named;
		KnCoverage coverage;
		kn_rangeset_init(&durable);
		kn_rangeset_init(&named);
		for (guint k = 0; k < 2; k++)
			if (c->stored[k][0])
				kn_rangeset_add(&durable, c->stored[k][0], c->stored[k][1]);
		if (c->named[0])
			kn_rangeset_add(&named, c->named[0], c->named[1]);
		g_test_message("%s", c->what);
		kn_ledger_coverage(&durable, &named, &log, &c->session, c->fixed, &coverage);
		g_assert_cmpuint(coverage.stored, ==, c->expect_stored);
		g_assert_cmpuint(coverage.expected, ==, c->expect_expected);
		g_assert_cmpint(kn_ledger_completeness_permille(&coverage), ==, c->permille);
	}
}

/* whichever comes first, the record or the commit of its gap's name */
static void
what_was_given_up_and_came_after_all_is_settled_by_its_own_commit_only(void)
{
	const KnGap gap = {4, 6, KN_GAP_UNREADABLE};

	for (guint came_first = 0; came_first < 2; came_first++) {
		g_auto(KnLedger) ledger;
		KnGap none;
		kn_ledger_init(&ledger, 1);
		kn_ledger_state(&ledger, 1, 10, 0, &none);
		for (guint64 seq = 1; seq <= 10; seq++)
			if (seq < gap.first_seq || seq > gap.last_seq)
				g_assert_true(kn_ledger_receive(&ledger, seq));
		kn_ledger_commit(&ledger, 1, 3);
		kn_ledger_commit(&ledger, 7, 10);
		kn_ledger_name_gap(&ledger, &gap);
		if (came_first)
			g_assert_true(kn_ledger_receive(&ledger, 5));
		kn_ledger_settle_gap(&ledger, &gap);
		if (!came_first)
			g_assert_true(kn_ledger_receive(&ledger, 5));
		g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 4);
		kn_ledger_commit(&ledger, 5, 5);
		g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 10);
	}
}

/* every second record is here and durable, the others are named and durable as far as named_to */
static void
fill_with_holes(KnLedger *ledger, guint64 newest, guint64 named_to)
{
	for (guint64 seq = 2; seq <= newest; seq += 2) {
		const KnGap gap = {seq - 1, seq - 1, KN_GAP_UNREADABLE};
		if (!kn_ledger_has_room(ledger, seq))
			continue;
		g_assert_true(kn_ledger_receive(ledger, seq));
		kn_ledger_commit(ledger, seq, seq);
		if (seq > named_to || !kn_ledger_may_name(ledger))
			continue;
		kn_ledger_name_gap(ledger, &gap);
		kn_ledger_settle_gap(ledger, &gap);
	}
}

static guint
longest(const KnLedger *ledger)
{
	guint n = MAX(ledger->received.ranges->len, ledger->named.ranges->len);

	return MAX(n, MAX(ledger->durable.ranges->len, ledger->settled.ranges->len));
}

static void
settled_holes_without_end_take_no_more_memory_and_count_as_gaps(void)
{
	g_auto(KnLedger) ledger;
	KnRange missing;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	kn_ledger_state(&ledger, 1, 100000, 0, &gap);
	fill_with_holes(&ledger, 100000, 100000);
	g_assert_cmpuint(longest(&ledger), <=, KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(kn_ledger_n_gaps(&ledger), ==, 50000);
	g_assert_cmpuint(kn_ledger_n_missing(&ledger), ==, 0);
	g_assert_false(kn_ledger_next_missing(&ledger, 0, &missing));
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 100000);
	/* what is told apart no more is taken for here, as long as it is a row with a name; what is new is new */
	g_assert_false(kn_ledger_receive(&ledger, 1));
	g_assert_true(kn_ledger_receive(&ledger, 100001));
}

static void
open_holes_without_end_are_bounded_and_all_of_them_stay_missing(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	kn_ledger_state(&ledger, 1, 100000, 0, &gap);
	fill_with_holes(&ledger, 100000, 0);
	g_assert_cmpuint(longest(&ledger), ==, KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(kn_ledger_n_missing(&ledger), ==, 100000 - KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 0);
	/* one hole after the other, from the first on, it all comes in */
	for (guint64 seq = 1; seq <= 100000; seq++) {
		g_assert_true(kn_ledger_has_room(&ledger, seq));
		kn_ledger_receive(&ledger, seq);
		kn_ledger_commit(&ledger, seq, seq);
	}
	g_assert_cmpuint(kn_ledger_n_missing(&ledger), ==, 0);
	g_assert_cmpuint(longest(&ledger), ==, 1);
}

static void
names_behind_a_hole_that_stays_open_are_bounded_too(void)
{
	g_auto(KnLedger) ledger;
	KnGap gap;

	kn_ledger_init(&ledger, 1);
	kn_ledger_state(&ledger, 1, 2000000, 0, &gap);
	for (guint64 seq = 3; seq < 100000 && kn_ledger_may_name(&ledger); seq += 2) {
		const KnGap one = {seq, seq, KN_GAP_UNREADABLE};
		kn_ledger_name_gap(&ledger, &one);
		kn_ledger_settle_gap(&ledger, &one);
	}
	g_assert_cmpuint(ledger.named.ranges->len, ==, KN_LEDGER_RANGES_MAX);
	g_assert_cmpuint(kn_ledger_trim_to(&ledger), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/ledger/" #name, name)
	ADD(first_contact_takes_everything_the_device_still_has);
	ADD(a_record_that_was_given_up_and_comes_after_all_is_taken);
	ADD(what_was_given_up_and_came_after_all_is_settled_by_its_own_commit_only);
	ADD(records_overwritten_before_the_hub_came_are_a_named_gap_that_trim_passes);
	ADD(what_another_hub_trimmed_is_not_ours_to_miss);
	ADD(holes_between_what_came_are_lost_one_by_one_when_flash_goes_round);
	ADD(trim_goes_only_to_the_end_of_the_durable_prefix);
	ADD(a_record_is_new_once_and_never_when_named);
	ADD(settled_holes_without_end_take_no_more_memory_and_count_as_gaps);
	ADD(open_holes_without_end_are_bounded_and_all_of_them_stay_missing);
	ADD(names_behind_a_hole_that_stays_open_are_bounded_too);
	ADD(completeness_counts_gaps_that_touch_the_session);
#undef ADD
	return g_test_run();
}
