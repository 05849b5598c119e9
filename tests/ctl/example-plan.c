/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-hub.h"
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

typedef struct {
	gint64 person_id; /* 0: the home */
	KnPlanRow row;
} Planned;

static void
planned_free(gpointer data)
{
	Planned *planned = data;

	g_free(planned->row.text);
	g_free(planned);
}

static void
add(Example *example, gint64 person_id, const gchar *plan, KnDay from_day)
{
	Planned *planned = g_new(Planned, 1);

	*planned = (Planned){
		person_id, {example->plans->len + 1, g_strdup(plan), from_day, EXAMPLE_NOW_US, 0}};
	g_ptr_array_insert(example->plans, 0, planned);
}

void
example_begin_plans(Example *example)
{
	KnDay from_day = 0;

	(void)kn_zone_parse_day("2026-10-26", &from_day);
	example->plans = g_ptr_array_new_with_free_func(planned_free);
	add(example, 0, text, from_day);
}

void
example_end_plans(Example *example)
{
	g_ptr_array_unref(example->plans);
}

void
example_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request)
{
	const Example *example = user;
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_row_free);

	for (guint i = 0; i < example->plans->len; i++) {
		const Planned *planned = example->plans->pdata[i];
		KnPlanRow *row = NULL;

		if (planned->person_id != person_id)
			continue;
		row = g_memdup2(&planned->row, sizeof planned->row);
		row->text = g_strdup(planned->row.text);
		g_ptr_array_add(rows, row);
	}
	func(rows, NULL, request);
}

void
example_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request)
{
	add(user, wish->person_id, wish->text, wish->from_day);
	example_query_plans(user, wish->person_id, func, request);
}
