/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the database file for a client: batches wait meanwhile, and massagers keep what they have */

#include "daemon/app-private.h"

static void
on_pages(GBytes *bytes, guint64 n_total, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = error ? kn_app_translate(error) : NULL;

	ask->on_pages(bytes, n_total, translated, ask->request);
}

static KnAsk *
ask_for(KnApp *app, KnHubPagesFunc func, gpointer request)
{
	g_autoptr(GError) error = NULL;

	if (kn_app_has_room(app, &error))
		return kn_app_ask_new(&(KnAsk){.app = app, .on_pages = func, .request = request});
	func(NULL, 0, error, request);
	return NULL;
}

void
kn_app_begin_backup(gpointer user, KnHubPagesFunc func, gpointer request)
{
	KnApp *app = user;
	KnAsk *ask = ask_for(app, func, request);

	if (ask)
		kn_store_backup_begin(app->store, on_pages, ask);
}

void
kn_app_read_backup(gpointer user, guint64 offset, KnHubPagesFunc func, gpointer request)
{
	KnApp *app = user;
	KnAsk *ask = ask_for(app, func, request);

	if (ask)
		kn_store_backup_read(app->store, offset, on_pages, ask);
}

void
kn_app_end_backup(gpointer user)
{
	KnApp *app = user;

	kn_store_backup_end(app->store);
}
