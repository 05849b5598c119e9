/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-plan.h"

#include "example-sessions.h"

static const gchar text[] = "[plan]\n"
			    "from=2026-10-26\n"
			    "grace_days=1\n"
			    "\n"
			    "[lower back]\n"
			    "regions=erector-spinae-lumbar,quadratus-lumborum\n"
			    "min_kpa=20\n"
			    "max_kpa=60\n"
			    "minutes=9\n"
			    "\n"
			    "[upper back holds]\n"
			    "regions=erector-spinae-thoracic\n"
			    "side=left\n"
			    "holds=2\n"
			    "times_per_week=3\n";

static void
answer(const gchar *plan, KnDay from_day, KnHubPlansFunc func, gpointer request)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_row_free);
	KnPlanRow *row = g_new(KnPlanRow, 1);

	*row = (KnPlanRow){1, g_strdup(plan), from_day, EXAMPLE_NOW_US, 0};
	g_ptr_array_add(rows, row);
	func(rows, NULL, request);
}

void
example_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request)
{
	KnDay from_day = 0;

	(void)kn_zone_parse_day("2026-10-26", &from_day);
	answer(text, from_day, func, request);
}

void
example_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request)
{
	answer(wish->text, wish->from_day, func, request);
}
