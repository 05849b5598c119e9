/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what happened: to the journal, to those who follow, and with the next batch into the database */

#include "daemon/app-private.h"

void
kn_app_events_init(KnApp *app)
{
	KnAppEvents *events = &app->events;

	events->next_id = kn_store_first_event_id(app->store);
	events->end_id = events->next_id + KN_STORE_EVENTS_AHEAD;
	g_queue_init(&events->recent);
	events->waiting = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);
}

void
kn_app_events_clear(KnApp *app)
{
	KnAppEvents *events = &app->events;

	g_clear_handle_id(&events->flush_source, g_source_remove);
	g_queue_clear_full(&events->recent, (GDestroyNotify)kn_event_free);
	g_clear_pointer(&events->waiting, g_ptr_array_unref);
}

/* ---- to the database ---- */

void
kn_app_attach_events(KnApp *app, KnBatch *batch)
{
	KnAppEvents *events = &app->events;

	g_ptr_array_extend_and_steal(batch->events, g_steal_pointer(&events->waiting));
	events->waiting = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);
	g_clear_handle_id(&events->flush_source, g_source_remove);
}

static void plan_flush(KnApp *app);

void
kn_app_events_stored(KnApp *app, gint64 last_id)
{
	if (last_id != 0)
		app->events.end_id = MAX(app->events.end_id, last_id + KN_STORE_EVENTS_AHEAD);
}

static void
on_flushed(KnCommit *commit, const GError *error, gpointer user)
{
	g_autoptr(KnCommit) owned = commit;
	KnApp *app = user;

	kn_app_note_storage(app, error);
	/* the store keeps what failed, and answers again when it succeeds */
	if (!owned)
		return;
	kn_app_events_stored(app, owned->last_event_id);
	app->events.is_flushing = FALSE;
	plan_flush(app);
}

void
kn_app_flush_events(KnApp *app)
{
	KnBatch *batch;
	KnNow now;

	if (app->events.waiting->len == 0)
		return;
	kn_hub_clock_read(&app->clock, &now);
	/* no batch of the pipeline: those count from 1 */
	batch = kn_batch_new(0);
	batch->at_us = now.utc_us;
	kn_app_attach_events(app, batch);
	app->events.is_flushing = TRUE;
	kn_store_commit(app->store, batch, on_flushed, app);
}

static gboolean
on_flush_due(gpointer user)
{
	KnApp *app = user;

	app->events.flush_source = 0;
	kn_app_flush_events(app);
	return G_SOURCE_REMOVE;
}

/* by the newest that waits: each shortens the time, none lengthens it */
static void
plan_flush(KnApp *app)
{
	KnAppEvents *events = &app->events;
	const KnEvent *newest;
	guint seconds;
	KnNow now;

	if (events->is_flushing || events->waiting->len == 0)
		return;
	newest = events->waiting->pdata[events->waiting->len - 1];
	seconds = kn_event_class(newest->kind) == KN_CLASS_LINK ? KN_APP_EVENTS_LATE_S
								: KN_APP_EVENTS_SOON_S;
	if (events->waiting->len >= KN_APP_EVENTS_FLUSH)
		seconds = 0;
	kn_hub_clock_read(&app->clock, &now);
	if (events->flush_source &&
	    events->flush_boottime_us <= now.boottime_us + seconds * G_USEC_PER_SEC)
		return;
	g_clear_handle_id(&events->flush_source, g_source_remove);
	events->flush_boottime_us = now.boottime_us + seconds * G_USEC_PER_SEC;
	events->flush_source = g_timeout_add_seconds(seconds, on_flush_due, app);
}

/* ---- what happens ---- */

static void
keep(KnApp *app, KnEvent *event)
{
	KnAppEvents *events = &app->events;

	if (events->waiting->len >= KN_APP_EVENTS_WAITING_MAX) {
		g_ptr_array_remove_index(events->waiting, 0);
		events->n_dropped++;
	}
	g_ptr_array_add(events->waiting, kn_event_copy(event));
	g_queue_push_tail(&events->recent, event);
	if (events->recent.length > KN_APP_EVENTS_RECENT_MAX) {
		g_autoptr(KnEvent) oldest = g_queue_pop_head(&events->recent);
		events->evicted_id = oldest->id;
	}
	plan_flush(app);
}

static void
emit(KnApp *app, KnEvent *event)
{
	KnNow now;

	/* nothing could be stored for long: an id that may be given again after the next start must not be seen */
	if (app->events.next_id >= app->events.end_id) {
		app->events.n_dropped++;
		kn_event_free(event);
		return;
	}
	kn_hub_clock_read(&app->clock, &now);
	event->id = app->events.next_id++;
	event->at_us = now.utc_us;
	keep(app, event);
	/* it is not there yet at the start, and no more at the end */
	if (app->server)
		kn_server_publish(app->server, event);
}

void
kn_app_emit(KnApp *app, KnEventKind kind, gint64 device_id, const gchar *detail)
{
	if (device_id != 0)
		g_message("device %" G_GINT64_FORMAT ": %s %s", device_id, kn_event_kind_name(kind),
			  detail);
	else
		g_message("%s %s", kn_event_kind_name(kind), detail);
	emit(app, kn_event_new(kind, device_id, detail));
}

void
kn_app_emit_sessions(KnApp *app, const KnCommit *commit)
{
	for (guint i = 0; i < commit->sessions->len; i++) {
		const KnChangedSession *changed =
			&g_array_index(commit->sessions, KnChangedSession, i);
		KnEvent *event = kn_event_new(KN_EVENT_SESSION_STORED, changed->device_id, "");
		event->session_id = changed->session_id;
		emit(app, event);
	}
}

/* ---- asked for ---- */

/* the rows, and behind them what has no row yet; the ring holds all of that */
static void
add_recent(const KnAsk *ask, GPtrArray *events)
{
	const KnEventQuery *query = &ask->event_query;
	const KnEvent *last = events->len > 0 ? events->pdata[events->len - 1] : NULL;
	gint64 from_id = last ? last->id : query->after_id;

	for (GList *item = ask->app->events.recent.head; item; item = item->next) {
		const KnEvent *event = item->data;
		if (event->id > from_id &&
		    kn_event_is_wanted(event, query->class_mask, query->device_id))
			g_ptr_array_add(events, kn_event_copy(event));
	}
}

/* newest first: what has no row yet stands before the rows */
static void
put_recent_first(const KnAsk *ask, GPtrArray *events)
{
	const KnEventQuery *query = &ask->event_query;
	const KnEvent *newest = events->len > 0 ? events->pdata[0] : NULL;
	guint at = 0;

	for (GList *item = ask->app->events.recent.tail; item; item = item->prev) {
		const KnEvent *event = item->data;
		if (newest && event->id <= newest->id)
			break;
		if ((query->before_id == 0 || event->id < query->before_id) &&
		    kn_event_is_wanted(event, query->class_mask, query->device_id))
			g_ptr_array_insert(events, (gint)at++, kn_event_copy(event));
	}
	if (events->len > query->limit)
		g_ptr_array_set_size(events, (gint)query->limit);
}

static void
on_stored_events(GPtrArray *events, gint64 oldest_id, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	const KnEventQuery *query = &ask->event_query;
	g_autoptr(GError) translated = NULL;
	gboolean is_all;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_events(NULL, 0, FALSE, translated, ask->request);
		return;
	}
	is_all = events->len < query->limit;
	if (!query->is_ascending) {
		put_recent_first(ask, events);
		is_all = is_all && events->len < query->limit;
	} else if (is_all) {
		/* something may have got its row after the rows were read, and left the ring since */
		is_all = ask->app->events.evicted_id <= ask->asked_at_id;
		if (is_all)
			add_recent(ask, events);
	}
	ask->on_events(events, oldest_id, is_all, NULL, ask->request);
}

void
kn_app_query_events(gpointer user, const KnEventQuery *query, KnHubEventsFunc func,
		    gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, 0, FALSE, error, request);
		return;
	}
	ask = kn_app_ask_new(&(KnAsk){
		.app = app,
		.event_query = *query,
		.asked_at_id = app->events.next_id - 1,
		.on_events = func,
		.request = request,
	});

	kn_store_query_events(app->store, query, on_stored_events, ask);
}

/* ---- live ---- */

void
kn_app_show_live(KnApp *app, const KnDevice *device, const KnNow *now)
{
	const KnLive *live = kn_pipeline_get_live(app->pipeline, device->id);
	g_autoptr(KnSession) session = NULL;
	gint64 *shown_us;

	if (!live || live->span.state != KN_SESSION_OPEN)
		return;
	shown_us = g_hash_table_lookup(app->shown, &device->id);
	if (!shown_us) {
		gint64 *key = g_memdup2(&device->id, sizeof device->id);
		shown_us = g_new0(gint64, 1);
		g_hash_table_insert(app->shown, key, shown_us);
	} else if (now->boottime_us - *shown_us < KN_APP_LIVE_MS * G_GINT64_CONSTANT(1000)) {
		return;
	}
	*shown_us = now->boottime_us;
	session = kn_app_live_session(app, device, now);
	kn_server_publish_live(app->server,
			       &(KnLiveView){device, session, live->node_hpa, live->n_nodes});
}
