/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* questions of clients that wait for the store */

#include "daemon/app-private.h"

/* Clients that went take their place with them, their questions stay until the store has seen them. */
gboolean
kn_app_has_room(const KnApp *app, GError **error)
{
	if (g_hash_table_size(app->asks) < KN_APP_ASKS_MAX)
		return TRUE;
	g_set_error_literal(error, KN_HUB_ERROR, KN_HUB_ERROR_DEGRADED,
			    "the hub is busy: too many questions wait for its disk");
	return FALSE;
}

KnAsk *
kn_app_ask_new(const KnAsk *values)
{
	KnAsk *ask = g_memdup2(values, sizeof *values);

	g_hash_table_add(ask->app->asks, ask);
	return ask;
}

KnAsk *
kn_app_take_ask(KnAsk *ask)
{
	g_hash_table_remove(ask->app->asks, ask);
	return ask;
}

GError *
kn_app_translate(const GError *error)
{
	gint code = KN_HUB_ERROR_FAILED;

	if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_NOT_FOUND))
		code = KN_HUB_ERROR_NOT_FOUND;
	else if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_REFUSED))
		code = KN_HUB_ERROR_CONFLICT;
	else if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_BUSY))
		code = KN_HUB_ERROR_BUSY;
	else if (g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_FULL) ||
		 g_error_matches(error, KN_STORE_ERROR, KN_STORE_ERROR_IO))
		code = KN_HUB_ERROR_DEGRADED;
	return g_error_new_literal(KN_HUB_ERROR, code, error->message);
}

void
kn_app_refuse_asks(KnApp *app)
{
	g_autoptr(GError) error =
		g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_FAILED, "the hub is stopping");
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, app->asks);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		g_autofree KnAsk *ask = key;
		g_hash_table_iter_remove(&iter);
		if (ask->on_sessions)
			ask->on_sessions(NULL, 0, error, ask->request);
		if (ask->on_session)
			ask->on_session(NULL, error, ask->request);
		if (ask->on_events)
			ask->on_events(NULL, 0, FALSE, error, ask->request);
		if (ask->on_device)
			ask->on_device(NULL, error, ask->request);
		if (ask->on_rezoned)
			ask->on_rezoned(NULL, error, ask->request);
		if (ask->on_people)
			ask->on_people(NULL, error, ask->request);
		if (ask->on_plans)
			ask->on_plans(NULL, error, ask->request);
		if (ask->on_edits)
			ask->on_edits(NULL, error, ask->request);
		if (ask->on_by_hand)
			ask->on_by_hand(NULL, error, ask->request);
		if (ask->on_pages)
			ask->on_pages(NULL, 0, error, ask->request);
	}
}
