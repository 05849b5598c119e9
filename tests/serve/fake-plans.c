/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

static KnPlanRow *
copy_row(const KnPlanRow *row)
{
	KnPlanRow *copy = g_memdup2(row, sizeof *row);

	copy->text = g_strdup(row->text);
	return copy;
}

void
fake_hub_add_plan(FakeHub *hub, const gchar *text, KnDay from_day)
{
	const KnPlanRow row = {hub->plans->len + 1, (gchar *)text, from_day, HUB_NOW_US, 0};

	g_ptr_array_insert(hub->plans, 0, copy_row(&row));
}

void
fake_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request)
{
	FakeHub *hub = user;
	g_autoptr(GError) error = NULL;
	GPtrArray *rows = NULL;

	hub->n_plan_queries++;
	hub->plan_person_id = person_id;
	if (hub->error_code != 0)
		error = g_error_new_literal(KN_HUB_ERROR, hub->error_code, "as the test wanted");
	else
		rows = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_row_free);
	for (guint i = 0; rows != NULL && i < hub->plans->len; i++)
		g_ptr_array_add(rows, copy_row(hub->plans->pdata[i]));
	func(rows, error, request);
}

void
fake_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request)
{
	FakeHub *hub = user;

	hub->n_plans_set++;
	hub->plan_from_day = wish->from_day;
	if (hub->error_code == 0)
		fake_hub_add_plan(hub, wish->text, wish->from_day);
	fake_query_plans(user, wish->person_id, func, request);
}
