/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is planned, and what is delivered of it */

#include "adherence-fixture.h"

static void
a_day_counts_from_exactly_eighty_percent_on(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=2\ntimes_per_day=5\n");
	press(&test, 0, 8, 0);
	press(&test, 1, 7, 0);
	press(&test, 2, 20, 0);
	assert_row(&test, "mxmxo");
	/* 4 of 5, 3 whole ones of 5, and not more than planned */
	g_assert_cmpuint(fold(&test, 4)[0].n_delivered, ==, 4);
	g_assert_cmpuint(fold(&test, 4)[1].n_delivered, ==, 3);
	g_assert_cmpuint(fold(&test, 4)[2].n_delivered, ==, 5);
	g_assert_cmpuint(fold(&test, 4)[3].n_planned, ==, 5);
}

static void
eighty_percent_is_of_all_items_together(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0,
	     "[a]\nminutes=2\ntimes_per_day=4\n[b]\nholds=2\nside=left\n[c]\nholds=1\nside="
	     "right\n");
	press(&test, 0, 8, 2); /* 4 + 1 + 0 of 6: 83 % */
	press(&test, 1, 8, 1); /* 4 + 0 + 0 of 6: 67 % */
	assert_row(&test, "mxo");
}

/* 20 of 24 are 83 %, 19 of 24 are 79.2 % */
static void
a_share_just_below_eighty_percent_does_not_count(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=1\ntimes_per_day=12\n[b]\nholds=1\ntimes_per_day=12\n");
	press(&test, 0, 12, 8);
	press(&test, 1, 12, 7);
	assert_row(&test, "mxo");
}

static void
sessions_of_a_day_and_of_all_massagers_are_added_up(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=10\n[b]\nholds=3\n");
	press(&test, 0, 4, 1);
	press(&test, 0, 6, 2)->device_id = 2;
	press(&test, 1, 9, 3);
	assert_row(&test, "mxo");
	/* of nodes that press at once the longest counts, not their sum */
	g_assert_cmpuint(fold(&test, 1)[0].items[0].done_ms, ==, 10 * 60000);
}

/* done; not known, for one that may be theirs; missed, for one that nobody knows the day of; and today */
static void
a_day_with_a_session_that_may_be_theirs_is_not_missed(void)
{
	g_auto(Case) test = {0};
	g_auto(Case) nobodys = {0};
	const KnDayState wanted[] = {KN_DAY_MET, KN_DAY_UNKNOWN, KN_DAY_MISSED, KN_DAY_OPEN};
	KnAdherenceInput input;

	case_init(&test);
	case_init(&nobodys);
	plan(&test, 0, "[a]\nminutes=5\n");
	press(&test, 0, 5, 0);
	for (gint day = 0; day < 4; day++)
		press(&nobodys, day, 10, 0)->is_time_known = day != 2;
	input = (KnAdherenceInput){test.sessions, test.plans,      test.reaches,    ZONE,
				   test.monday,   test.monday + 3, nobodys.sessions};
	test.days = kn_adherence_fold(&input);
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const KnPlanDay *day = &g_array_index(test.days, KnPlanDay, i);

		g_assert_cmpint(day->state, ==, wanted[i]);
		g_assert_cmpuint(day->n_delivered, ==, i == 0);
	}
}

/* lost from Monday's last second on, all of Tuesday, up to Wednesday's first; what is here of Tuesday is enough, of Monday it is not */
static void
a_day_of_which_the_hub_lost_records_is_not_missed(void)
{
	g_auto(Case) test = {0};
	g_autoptr(GArray) losses = g_array_new(FALSE, TRUE, sizeof(KnLoss));
	const KnDayState wanted[] = {KN_DAY_UNKNOWN, KN_DAY_MET, KN_DAY_UNKNOWN, KN_DAY_MISSED,
				     KN_DAY_OPEN};
	KnLoss lost = {0};
	KnAdherenceInput input;

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\n");
	press(&test, 1, 5, 0);
	lost.from_us = kn_zone_day_start_us(test.monday + 1, ZONE) - G_USEC_PER_SEC;
	lost.to_us = lost.from_us + DAY_US + 2 * G_USEC_PER_SEC;
	g_array_append_val(losses, lost);
	input = (KnAdherenceInput){.sessions = test.sessions,
				   .plans = test.plans,
				   .reaches = test.reaches,
				   .zone = ZONE,
				   .first_day = test.monday,
				   .today = test.monday + 4,
				   .losses = losses};
	test.days = kn_adherence_fold(&input);
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
		g_assert_cmpint(g_array_index(test.days, KnPlanDay, i).state, ==, wanted[i]);
}

static void
only_the_nodes_that_are_meant_count(void)
{
	static const struct {
		const gchar *keys;
		guint minutes;
	} rows[] = {
		{"regions=rhomboids", 7},
		{"regions=gluteus", 9},
		{"regions=semispinalis", 0},
		{"regions=semispinalis,gluteus", 9},
		{"nodes=0,1", 7},
		{"nodes=3", 0},
		{"side=right", 5},
		{"side=centre", 0},
		{"regions=gluteus\nside=right", 0},
		{"device=1", 9},
		{"device=2", 0},
		/* nodes have means of 10, 20 and 30 kPa: from the lower to the upper bound, both in it */
		{"min_kpa=30", 9},
		{"min_kpa=30.1", 0},
		{"max_kpa=10", 7},
		{"max_kpa=9.9", 0},
		{"min_kpa=20\nmax_kpa=20", 5},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(Case) test = {0};
		g_autofree gchar *text = g_strdup_printf("[a]\nminutes=1\n%s\n", rows[i].keys);
		KnSession *session;

		case_init(&test);
		plan(&test, 0, text);
		session = press(&test, 0, 0, 0);
		for (guint k = 0; k < 3; k++) {
			session->metrics.node[k].contact_ms = (guint64[]){7, 5, 9}[k] * 60000;
			session->metrics.node[k].mean_hpa = 100 * (k + 1);
		}
		g_test_message("%s", text);
		g_assert_cmpuint(fold(&test, 0)[0].items[0].done_ms, ==, rows[i].minutes * 60000);
	}
}

static void
the_band_of_holds_is_that_of_their_own_mean(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nholds=2\nmin_kpa=50\nmax_kpa=70\n");
	press(&test, 0, 5, 2);
	press(&test, 1, 5, 2)->metrics.node[0].hold_mean_hpa = 499;
	press(&test, 2, 5, 2)->metrics.node[0].hold_mean_hpa = 701;
	press(&test, 3, 5, 1)->metrics.node[2].hold_count = 1;
	assert_row(&test, "mxxmo");
}

static void
weekdays_are_those_of_the_item(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\ndays=mon,wed,sun\n");
	press(&test, 1, 5, 0);
	press(&test, 2, 5, 0);
	press(&test, 6, 5, 0);
	assert_row(&test, "x-m---mo");
}

static void
what_is_due_in_a_week_is_missed_only_when_it_cannot_be_done_any_more(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	plan(&test, 0, "[a]\nminutes=5\ntimes_per_week=3\n");
	/* once on Tuesday: two of Saturday and Sunday are left, both go by; then three days of the next week and a fourth */
	press(&test, 1, 5, 0);
	for (gint day = 7; day <= 10; day++)
		press(&test, day, 5, 0);
	assert_row(&test, "-m---xxmmm-----");
	g_assert_cmpuint(fold(&test, 9)[9].items[0].n_week_delivered, ==, 3);
	g_assert_cmpuint(fold(&test, 9)[9].items[0].n_week_planned, ==, 3);
	/* twice on one day is once */
	press(&test, 1, 30, 0);
	assert_row(&test, "-m---xxmmm-");
	/* of the last chance something is planned today, and it is open */
	assert_row(&test, "-m---o");
}

static void
of_a_week_that_a_plan_shares_its_part_is_due(void)
{
	g_auto(Case) test = {0};

	case_init(&test);
	/* from Friday: three days of seven, 3 * 5 / 7 = 2 */
	plan(&test, 4, "[a]\nminutes=5\ntimes_per_week=5\n");
	assert_row(&test, "    -xx-");
	/* replaced on Sunday: two days, 2 * 5 / 7 = 1, still to be had on Saturday; of one day nothing */
	plan(&test, 6, "[b]\nminutes=5\ntimes_per_week=5\n");
	assert_row(&test, "    -x---xxxxx-");
}

#define TEST(name) g_test_add_func("/core/adherence/" #name, name)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(a_day_counts_from_exactly_eighty_percent_on);
	TEST(eighty_percent_is_of_all_items_together);
	TEST(a_share_just_below_eighty_percent_does_not_count);
	TEST(sessions_of_a_day_and_of_all_massagers_are_added_up);
	TEST(a_day_with_a_session_that_may_be_theirs_is_not_missed);
	TEST(a_day_of_which_the_hub_lost_records_is_not_missed);
	TEST(only_the_nodes_that_are_meant_count);
	TEST(the_band_of_holds_is_that_of_their_own_mean);
	TEST(weekdays_are_those_of_the_item);
	TEST(what_is_due_in_a_week_is_missed_only_when_it_cannot_be_done_any_more);
	TEST(of_a_week_that_a_plan_shares_its_part_is_due);
	return g_test_run();
}
