/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what was planned, from the store and into it */

#include "daemon/app-private.h"

static void
on_plans(GPtrArray *plans, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = error ? kn_app_translate(error) : NULL;

	ask->on_plans(plans, translated, ask->request);
}

void
kn_app_query_plans(gpointer user, gint64 person_id, KnHubPlansFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	kn_store_query_plans(
		app->store, person_id, on_plans,
		kn_app_ask_new(&(KnAsk){.app = app, .on_plans = func, .request = request}));
}

void
kn_app_set_plan(gpointer user, const KnPlanWish *wish, KnHubPlansFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnNow now;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	kn_hub_clock_read(&app->clock, &now);
	kn_store_set_plan(
		app->store, wish, now.utc_us, on_plans,
		kn_app_ask_new(&(KnAsk){.app = app, .on_plans = func, .request = request}));
}
