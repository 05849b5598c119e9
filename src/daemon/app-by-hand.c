/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person says of a session, or puts right in the list of sessions */

#include "daemon/app-private.h"

/* What was said is not told: who follows may ask for the session. */
static void
tell(const KnAsk *ask, const KnByHandDone *done)
{
	gboolean is_word = ask->by_hand_kind == KN_BY_HAND_SAY;
	g_autofree gchar *edit =
		is_word ? NULL
			: g_strdup_printf(", %s %" G_GINT64_FORMAT "%s",
					  kn_edit_kind_name(done->edit_kind), done->edit_id,
					  ask->by_hand_kind == KN_BY_HAND_UNDO ? " undone" : "");
	g_autofree gchar *detail = g_strdup_printf("session %" G_GINT64_FORMAT "%s, by user %u",
						   done->session_id, edit ? edit : "", ask->uid);

	kn_app_emit(ask->app, is_word ? KN_EVENT_RATED : KN_EVENT_SESSION_EDITED, done->device_id,
		    detail);
}

static void
on_done(const KnByHandDone *done, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_by_hand(NULL, translated, ask->request);
		return;
	}
	if (ask->by_hand_kind != KN_BY_HAND_SAY)
		kn_pipeline_drop_ended_live(ask->app->pipeline, done->device_id);
	tell(ask, done);
	ask->on_by_hand(done, NULL, ask->request);
}

void
kn_app_by_hand(gpointer user, const KnByHand *wish, KnHubByHandFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;
	KnNow now;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	kn_hub_clock_read(&app->clock, &now);
	ask = kn_app_ask_new(&(KnAsk){.app = app,
				      .on_by_hand = func,
				      .by_hand_kind = wish->kind,
				      .uid = wish->uid,
				      .request = request});
	kn_store_by_hand(app->store, wish, now.utc_us, on_done, ask);
}

static void
on_edits(GPtrArray *edits, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = error ? kn_app_translate(error) : NULL;

	ask->on_edits(edits, translated, ask->request);
}

void
kn_app_query_edits(gpointer user, guint limit, KnHubEditsFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	ask = kn_app_ask_new(&(KnAsk){.app = app, .on_edits = func, .request = request});
	kn_store_query_edits(app->store, limit, on_edits, ask);
}
