/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* stored sessions are moved to another time zone */

#include "daemon/app-private.h"

static void
on_rezoned(const KnRezoned *done, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autofree gchar *detail = NULL;
	g_autoptr(GError) translated = NULL;

	ask->app->is_rezoning &= ask->is_dry_run;
	if (error) {
		/* whoever asked may have left: then nobody else says that nothing came of it */
		if (!ask->is_dry_run)
			g_warning("sessions were not moved to %s: %s", ask->zone, error->message);
		translated = kn_app_translate(error);
		ask->on_rezoned(NULL, translated, ask->request);
		return;
	}
	/* one event for all: a follower that keeps sessions asks for them again */
	if (done->n_sessions > 0 && !ask->is_dry_run) {
		detail = g_strdup_printf("%u sessions to %s, by user %u", done->n_sessions,
					 ask->zone, ask->uid);
		kn_app_emit(ask->app, KN_EVENT_REZONED, ask->query.device_id, detail);
	}
	ask->on_rezoned(done, NULL, ask->request);
}

void
kn_app_rezone(gpointer user, const KnRezone *wish, KnHubRezonedFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnRezone watched = *wish;
	KnAsk *ask;
	KnNow now;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	if (!wish->is_dry_run && app->is_rezoning) {
		g_set_error_literal(&error, KN_HUB_ERROR, KN_HUB_ERROR_BUSY,
				    "sessions are being moved to another time zone already");
		func(NULL, error, request);
		return;
	}
	if (!wish->is_dry_run) {
		app->is_rezoning = TRUE;
		g_atomic_int_set(&app->rezone_permille, 0);
		watched.permille = &app->rezone_permille;
	}
	kn_hub_clock_read(&app->clock, &now);
	ask = kn_app_ask_new(&(KnAsk){.app = app,
				      .query.device_id = wish->device_id,
				      .on_rezoned = func,
				      .uid = wish->uid,
				      .is_dry_run = wish->is_dry_run,
				      .request = request});
	g_strlcpy(ask->zone, wish->zone, sizeof ask->zone);
	kn_store_rezone(app->store, &watched, now.utc_us, on_rezoned, ask);
}

guint
kn_app_get_rezone_permille(gpointer user)
{
	KnApp *app = user;

	return (guint)g_atomic_int_get(&app->rezone_permille);
}
