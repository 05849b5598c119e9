/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what the socket asks for, answered from store, pipeline and radio */

#include "core/measure/names.h"
#include "daemon/app-private.h"

#include <string.h>

static void
get_now(gpointer user, KnNow *ret_now)
{
	kn_hub_clock_read(&((KnApp *)user)->clock, ret_now);
}

static const gchar *
get_zone(gpointer user)
{
	return ((KnApp *)user)->config->zone;
}

static JsonNode *
get_status(gpointer user)
{
	return kn_app_build_status(user);
}

static const GArray *
get_losses(gpointer user)
{
	return kn_store_losses(((KnApp *)user)->store);
}

/* ---- devices ---- */

static void
add_radio_view(const KnApp *app, KnDeviceView *view)
{
	const KnSeen *seen = kn_seen_list_find(app->seen, view->address);
	KnLinkStatus link;

	view->name = g_strdup(seen && seen->name ? seen->name : "");
	view->link = kn_link_phase_name(KN_LINK_IDLE);
	view->link_error = g_strdup("");
	if (seen) {
		view->is_bonded = seen->is_bonded;
		view->has_signal = seen->signal_dbm != 0;
		view->signal_dbm = seen->signal_dbm;
		view->seen_us = seen->seen_us;
	}
	if (!kn_radio_get_link(app->radio, view->address, &link))
		return;
	view->link = kn_app_link_name(app, view->device, &link);
	g_free(view->link_error);
	view->link_error = g_strdup(link.last_error);
}

typedef struct {
	const KnApp *app;
	GPtrArray *views;
} Known;

/* bonded by hand and not heard yet: the list is where a person finds the address to allow */
static void
add_known(const gchar *address, const gchar *name, gboolean is_bonded, gpointer data)
{
	const Known *known = data;
	KnDeviceView *view;

	if (kn_app_find_address(known->app, address) ||
	    kn_seen_list_find(known->app->seen, address))
		return;
	view = g_new0(KnDeviceView, 1);
	view->address = g_strdup(address);
	add_radio_view(known->app, view);
	g_free(view->name);
	view->name = g_strdup(name);
	view->is_bonded = is_bonded;
	g_ptr_array_add(known->views, view);
}

static GPtrArray *
get_devices(gpointer user)
{
	const KnApp *app = user;
	GPtrArray *views = g_ptr_array_new_with_free_func((GDestroyNotify)kn_device_view_free);
	Known known = {app, views};

	for (guint i = 0; i < app->devices->len; i++) {
		const KnDevice *device = app->devices->pdata[i];
		KnDeviceView *view = g_new0(KnDeviceView, 1);
		KnPipelineDeviceStatus status;
		view->device = kn_device_copy(device);
		view->address = g_strdup(device->address);
		add_radio_view(app, view);
		kn_app_show_holder(app, view);
		if (kn_pipeline_get_status(app->pipeline, device->id, &status)) {
			view->is_newest_known = status.is_newest_known;
			view->n_unsynced = status.n_missing + status.n_open;
			view->n_gaps = status.n_gaps;
		}
		g_ptr_array_add(views, view);
	}
	for (const GList *item = kn_seen_list_all(app->seen)->head; item; item = item->next) {
		const KnSeen *seen = item->data;
		KnDeviceView *view;
		if (kn_app_find_address(app, seen->address))
			continue;
		view = g_new0(KnDeviceView, 1);
		view->address = g_strdup(seen->address);
		add_radio_view(app, view);
		g_ptr_array_add(views, view);
	}
	kn_radio_each_known(app->radio, add_known, &known);
	return views;
}

/* ---- sessions ---- */

static gboolean
is_same_session(const KnSession *a, const KnSession *b)
{
	return a->device_id == b->device_id && a->log_id == b->log_id && a->boot == b->boot &&
	       a->span.first_seq == b->span.first_seq;
}

/* a session that goes on is not what the massager brought along, unless the day is still to come */
static gboolean
is_shown(const KnDevice *device, const KnSession *live)
{
	return live->start_utc_us >= device->shown_from_us || live->is_time_uncertain;
}

/* One that has no row yet is theirs who has the massager. Of one that has, only the row tells whose it is: the list that was asked for has
 * it, or it is not theirs. */
static gboolean
is_of_person(const KnAsk *ask, const KnSession *live)
{
	if (ask->query.may_be_of != 0 || ask->query.person_id == 0)
		return ask->query.may_be_of == 0;
	return live->person_id == MAX(ask->query.person_id, 0) &&
	       !kn_pipeline_is_live_stored(ask->app->pipeline, live->device_id);
}

/* an open session's rows are as old as the last commit; what was seen live since its start says more */
static void
merge_live(const KnAsk *ask, GPtrArray *sessions)
{
	KnNow now;

	kn_hub_clock_read(&ask->app->clock, &now);
	for (guint i = 0; i < ask->app->devices->len; i++) {
		const KnDevice *device = ask->app->devices->pdata[i];
		g_autoptr(KnSession) live = kn_app_sketch_live(ask->app, device, &now);
		gboolean is_wanted =
			live && !ask->query.is_deleted && ask->query.after.id == 0 &&
			is_shown(device, live) &&
			(ask->query.device_id == 0 || ask->query.device_id == device->id) &&
			live->start_utc_us >= ask->query.from_us &&
			live->start_utc_us < ask->query.to_us;
		if (!is_wanted)
			continue;
		for (guint k = 0; k < sessions->len; k++) {
			const KnSession *stored = sessions->pdata[k];
			if (!is_same_session(stored, live))
				continue;
			if (stored->span.state != KN_SESSION_OPEN) {
				g_clear_pointer(&live, kn_session_free);
				break;
			}
			live->id = stored->id;
			live->revision = stored->revision;
			live->start_utc_us = stored->start_utc_us;
			live->is_time_uncertain = stored->is_time_uncertain;
			g_free(live->zone);
			live->zone = g_strdup(stored->zone);
			live->person_id = stored->person_id;
			g_free(live->person_label);
			live->person_label = g_strdup(stored->person_label);
			live->word = stored->word ? kn_word_copy(stored->word) : NULL;
			kn_app_fold_live(ask->app, live);
			/* in its place: who pages on must find the last row last */
			kn_session_free(sessions->pdata[k]);
			sessions->pdata[k] = g_steal_pointer(&live);
			break;
		}
		if (!live || !is_of_person(ask, live))
			continue;
		kn_app_fold_live(ask->app, live);
		g_ptr_array_insert(sessions, 0, g_steal_pointer(&live));
	}
}

static void
on_stored_sessions(GPtrArray *sessions, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;
	guint n_stored = 0;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_sessions(NULL, 0, translated, ask->request);
		return;
	}
	n_stored = sessions->len;
	merge_live(ask, sessions);
	ask->on_sessions(sessions, n_stored, NULL, ask->request);
}

static void
query_sessions(gpointer user, const KnHubQuery *query, KnHubSessionsFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;
	const KnSessionQuery stored = {
		.from_us = query->from_us,
		.to_us = query->to_us,
		.device_id = query->device_id,
		.after = query->after,
		.limit = query->limit,
		.person_id = query->person_id,
		.may_be_of = query->may_be_of,
		.is_with_nodes = TRUE,
		.is_deleted = query->is_deleted,
	};

	if (!kn_app_has_room(app, &error)) {
		func(NULL, 0, error, request);
		return;
	}
	ask = kn_app_ask_new(
		&(KnAsk){.app = app, .query = *query, .on_sessions = func, .request = request});
	kn_store_query_sessions(app->store, &stored, on_stored_sessions, ask);
}

static void
on_stored_session(KnSessionDetail *detail, const GError *error, gpointer user)
{
	g_autoptr(KnSessionDetail) owned = detail;
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;
	KnSessionView *view;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_session(NULL, translated, ask->request);
		return;
	}
	view = g_new0(KnSessionView, 1);
	view->session = g_steal_pointer(&owned->session);
	view->device = g_steal_pointer(&owned->device);
	view->info = g_steal_pointer(&owned->info);
	view->gaps = g_steal_pointer(&owned->gaps);
	view->n_slices = owned->n_slices;
	view->n_nodes = owned->n_nodes;
	view->slice_ms = owned->slice_ms;
	view->curve_hpa = g_steal_pointer(&owned->curve_hpa);
	ask->on_session(view, NULL, ask->request);
}

static void
query_session(gpointer user, gint64 id, guint n_slices, KnHubSessionFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	ask = kn_app_ask_new(&(KnAsk){.app = app, .on_session = func, .request = request});
	kn_store_query_session(app->store, id, n_slices, on_stored_session, ask);
}

/* ---- enrolment ---- */

static void
on_allowed(const KnDevice *device, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_device(NULL, translated, ask->request);
		return;
	}
	kn_app_add_device(ask->app, device, NULL);
	kn_app_emit(ask->app, KN_EVENT_ALLOWED, device->id, "");
	ask->on_device(device, NULL, ask->request);
}

/* those that are allowed, and those that are about to be; forgotten ones make room */
gboolean
kn_app_may_allow(const KnApp *app, const gchar *address, GError **error)
{
	const KnDevice *known = kn_app_find_address(app, address);
	guint n = 0;
	GHashTableIter iter;
	gpointer ask;

	for (guint i = 0; i < app->devices->len; i++)
		n += ((const KnDevice *)app->devices->pdata[i])->is_allowed;
	g_hash_table_iter_init(&iter, app->asks);
	while (g_hash_table_iter_next(&iter, &ask, NULL))
		n += ((const KnAsk *)ask)->is_allowing;
	if (n < KN_APP_DEVICES_MAX || (known && known->is_allowed))
		return TRUE;
	g_set_error(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_READY,
		    "this hub has %d massagers, which is its limit: forget one first",
		    KN_APP_DEVICES_MAX);
	return FALSE;
}

void
kn_app_allow(gpointer user, const KnAllow *allow, KnHubDeviceFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnNow now;
	KnAsk *ask;

	if (!kn_app_has_room(app, &error) || !kn_app_may_allow(app, allow->address, &error)) {
		func(NULL, error, request);
		return;
	}
	kn_hub_clock_read(&app->clock, &now);
	ask = kn_app_ask_new(
		&(KnAsk){.app = app, .on_device = func, .request = request, .is_allowing = TRUE});
	kn_store_allow(app->store, allow, now.utc_us, on_allowed, ask);
}

void
kn_app_fill_hub(KnHub *ret_hub)
{
	*ret_hub = (KnHub){
		.get_now = get_now,
		.get_zone = get_zone,
		.get_status = get_status,
		.get_devices = get_devices,
		.get_losses = get_losses,
		.query_sessions = query_sessions,
		.query_session = query_session,
		.query_events = kn_app_query_events,
		.start_capture = kn_app_start_capture,
		.stop_capture = kn_app_stop_capture,
		.begin_backup = kn_app_begin_backup,
		.read_backup = kn_app_read_backup,
		.end_backup = kn_app_end_backup,
		.allow = kn_app_allow,
		.pair = kn_app_pair,
		.answer_pairing = kn_app_answer_pairing,
		.cancel_pairing = kn_app_cancel_pairing,
		.get_pairing = kn_app_get_pairing,
		.forget = kn_app_forget,
		.rezone = kn_app_rezone,
		.get_rezone_permille = kn_app_get_rezone_permille,
		.get_people = kn_app_get_people,
		.change_people = kn_app_change_people,
		.query_plans = kn_app_query_plans,
		.set_plan = kn_app_set_plan,
		.by_hand = kn_app_by_hand,
		.query_edits = kn_app_query_edits,
		.identify = kn_app_identify,
		.scan = kn_app_scan,
		.since_listened_ms = kn_app_since_listened_ms,
		.explain = kn_app_explain,
	};
}
