/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* plans as rows: the newest that holds on a day */

#include "fixture.h"

#include "store/plans.h"
#include "store/sql.h"

enum { HOME = 0 };

static void
set(Fixture *fixture, gint64 person_id, KnDay from_day, const gchar *text)
{
	const KnPlanWish wish = {person_id, text, from_day, 1000};
	GError *error = NULL;

	g_assert_true(kn_plans_add(fixture->db, &wish, 77, &error));
	g_assert_no_error(error);
}

/* "text@day text@day", newest first */
static gchar *
plans_of(Fixture *fixture, gint64 person_id)
{
	GString *told = g_string_new(NULL);
	g_autoptr(GPtrArray) rows = kn_plans_query(fixture->db, person_id, NULL);

	g_assert_nonnull(rows);
	for (guint i = 0; i < rows->len; i++) {
		const KnPlanRow *row = rows->pdata[i];

		g_assert_cmpint(row->at_us, ==, 77);
		g_assert_cmpuint(row->uid, ==, 1000);
		g_string_append_printf(told, "%s@%d ", row->text, row->from_day);
	}
	return g_string_free(told, FALSE);
}

#define ASSERT_PLANS(person_id, wanted)                                 \
	do {                                                            \
		g_autofree gchar *told = plans_of(&fixture, person_id); \
		g_assert_cmpstr(told, ==, wanted);                      \
	} while (0)

static void
a_new_plan_leaves_the_old_one_its_days(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	ASSERT_PLANS(HOME, "");
	set(&fixture, HOME, 10, "a");
	set(&fixture, HOME, 20, "b");
	set(&fixture, HOME, 30, "");
	ASSERT_PLANS(HOME, "@30 b@20 a@10 ");
	fixture_reopen(&fixture);
	ASSERT_PLANS(HOME, "@30 b@20 a@10 ");
}

static void
of_those_that_begin_on_or_before_a_day_the_newest_counts(void)
{
	g_auto(Fixture) fixture = {0};

	fixture_init(&fixture);
	set(&fixture, HOME, 10, "a");
	set(&fixture, HOME, 30, "b");
	set(&fixture, HOME, 20, "c"); /* b would begin later, but was said before */
	set(&fixture, HOME, 20, "d");
	ASSERT_PLANS(HOME, "d@20 a@10 ");
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM plan"), ==, 4);
}

static void
a_person_has_plans_of_their_own(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GError) error = NULL;
	const KnPlanWish wish = {9, "a", 1, 1000};

	fixture_init(&fixture);
	g_assert_true(kn_sql_run(fixture.db,
				 "INSERT INTO person (person_id, label, external_id, made_us) "
				 "VALUES (7, 'P-1', '', 1), (8, '7', '', 1)",
				 KN_SQL_NONE, NULL));
	set(&fixture, HOME, 10, "home");
	set(&fixture, 7, 10, "one");
	set(&fixture, 8, 10, "seven");
	ASSERT_PLANS(HOME, "home@10 ");
	ASSERT_PLANS(7, "one@10 ");
	ASSERT_PLANS(8, "seven@10 ");
	g_assert_null(kn_plans_query(fixture.db, 9, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
	g_clear_error(&error);
	g_assert_false(kn_plans_add(fixture.db, &wish, 77, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM plan"), ==, 3);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/plans/a-new-plan-leaves-the-old-one-its-days",
			a_new_plan_leaves_the_old_one_its_days);
	g_test_add_func("/store/plans/of-those-that-begin-on-or-before-a-day-the-newest-counts",
			of_those_that_begin_on_or_before_a_day_the_newest_counts);
	g_test_add_func("/store/plans/a-person-has-plans-of-their-own",
			a_person_has_plans_of_their_own);
	return g_test_run();
}
