/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "core/wire/encode.h"
#include <string.h>

/* a small back bed: two nodes left and right, one in the middle */
static GBytes *
fake_info(void)
{
	ktp_Info info = ktp_Info_init_zero;
	guint8 bytes[KN_INFO_BYTES_MAX];

	info.protocol = 1;
	info.kind = ktp_KIND_BACK14;
	info.sample_period_us = 40000;
	memcpy(info.serial.bytes, "S1\x1b[31m", 7);
	info.serial.size = 7;
	memcpy(info.model.bytes, "bed", 3);
	info.model.size = 3;
	info.nodes_count = 3;
	info.nodes[0] = (ktp_Node){ktp_REGION_RHOMBOIDS, ktp_SIDE_LEFT, 2000};
	info.nodes[1] = (ktp_Node){ktp_REGION_RHOMBOIDS, ktp_SIDE_RIGHT, 2000};
	info.nodes[2] = (ktp_Node){ktp_REGION_SEMISPINALIS, ktp_SIDE_CENTRE, 1000};
	return g_bytes_new(bytes, kn_encode_info(&info, bytes, sizeof bytes));
}

static KnDevice *
new_device(gint64 id)
{
	KnDevice *device = g_new0(KnDevice, 1);

	device->id = id;
	device->address = g_strdup(id == 1 ? "C0:FF:EE:00:00:01" : "C0:FF:EE:00:00:02");
	device->label = g_strdup(id == 1 ? "back bed" : "");
	device->info = id == 1 ? fake_info() : NULL;
	device->is_allowed = TRUE;
	device->enrolled_us = HUB_NOW_US - 30 * HUB_DAY_US;
	device->has_battery = id == 1;
	device->charge_permille = 870;
	device->battery_us = HUB_NOW_US;
	device->synced_us = id == 1 ? HUB_NOW_US : 0;
	return device;
}

void
fake_hub_init(FakeHub *hub)
{
	*hub = (FakeHub){0};
	hub->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	hub->losses = g_array_new(FALSE, TRUE, sizeof(KnLoss));
	hub->people = kn_people_new();
	hub->plans = g_ptr_array_new_with_free_func((GDestroyNotify)kn_plan_row_free);
	g_queue_init(&hub->calls);
}

void
fake_hub_clear(FakeHub *hub)
{
	fake_hub_answer(hub);
	g_clear_pointer(&hub->sessions, g_ptr_array_unref);
	g_clear_pointer(&hub->losses, g_array_unref);
	g_clear_pointer(&hub->people, kn_people_free);
	g_free(hub->people_wish);
	g_clear_pointer(&hub->plans, g_ptr_array_unref);
	g_clear_pointer(&hub->backup, g_bytes_unref);
	g_free(hub->allowed_address);
	g_free(hub->allowed_label);
	g_free(hub->pairing_address);
	g_clear_pointer(&hub->said, kn_word_free);
	g_free(hub->pairing_label);
}

KnSession *
fake_hub_add_session(FakeHub *hub, gint64 id, gint64 start_us)
{
	KnSession *session = g_new0(KnSession, 1);

	session->id = id;
	session->device_id = 1;
	session->log_id = G_GUINT64_CONSTANT(0xfedcba9876543210);
	session->boot = 4;
	session->span = (KnSpan){.first_seq = 100, .last_seq = 199, .state = KN_SESSION_ENDED};
	session->start_utc_us = start_us;
	session->is_time_known = TRUE;
	session->zone = g_strdup("Europe/Berlin");
	session->revision = 2;
	session->coverage = (KnCoverage){.stored = 100, .expected = 100};
	session->is_completeness_known = TRUE;
	session->metrics.duration_ms = 600000;
	session->metrics.active_ms = 500000;
	session->metrics.n_samples = 12500;
	session->metrics.mean_hpa = 300;
	session->metrics.peak_hpa = 900;
	session->metrics.dose_hpa_ms = 150000000;
	session->metrics.rocking_half_cycles = 101;
	session->metrics.n_nodes = 3;
	session->metrics.node[0].dose_hpa_ms = 80000000;
	g_ptr_array_add(hub->sessions, session);
	return session;
}

/* ---- the vtable ---- */

static void
get_now(gpointer user, KnNow *ret_now)
{
	*ret_now = (KnNow){.utc_us = HUB_NOW_US,
			   .quality = ((const FakeHub *)user)->is_clock_unset ? ktp_CLOCK_UNKNOWN
									      : ktp_CLOCK_SYNCED};
}

static const gchar *
get_zone(gpointer user)
{
	return "Europe/Berlin";
}

static const GArray *
get_losses(gpointer user)
{
	return ((FakeHub *)user)->losses;
}

static const KnPeople *
get_people(gpointer user)
{
	return ((FakeHub *)user)->people;
}

static void
show_holder(const FakeHub *hub, KnDeviceView *view)
{
	const KnHandout *handout = kn_people_holder(hub->people, view->device->id);

	if (!handout)
		return;
	view->person = kn_people_get(hub->people, handout->person_id);
	view->person_from_us = handout->from_us;
}

static GPtrArray *
get_devices(gpointer user)
{
	GPtrArray *views = g_ptr_array_new_with_free_func((GDestroyNotify)kn_device_view_free);

	((FakeHub *)user)->n_device_queries++;
	for (gint64 id = 1; id <= 2; id++) {
		KnDeviceView *view = g_new0(KnDeviceView, 1);

		view->device = new_device(id);
		view->address = g_strdup(view->device->address);
		view->name = g_strdup("");
		view->link = "connected";
		view->link_error = g_strdup("");
		view->has_signal = id == 1;
		view->signal_dbm = -61;
		view->seen_us = HUB_NOW_US;
		show_holder(user, view);
		g_ptr_array_add(views, view);
	}
	return views;
}

static KnSession *
copy_session(const KnSession *session)
{
	KnSession *copy = g_memdup2(session, sizeof *session);

	copy->zone = g_strdup(session->zone);
	copy->person_label = g_strdup(session->person_label);
	copy->word = session->word ? kn_word_copy(session->word) : NULL;
	return copy;
}

static GPtrArray *
select_sessions(const FakeHub *hub, const KnHubQuery *query, guint *ret_n_stored)
{
	GPtrArray *page = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	gboolean is_after = query->after.id == 0;

	*ret_n_stored = 0;
	for (guint i = 0; i < hub->sessions->len && *ret_n_stored < query->limit; i++) {
		const KnSession *session = g_ptr_array_index(hub->sessions, i);
		guint n_before = page->len;

		if (is_after && session->start_utc_us >= query->from_us &&
		    session->start_utc_us < query->to_us &&
		    (query->device_id == 0 || session->device_id == query->device_id) &&
		    (query->may_be_of != 0
			     ? hub->is_tray_theirs && session->person_id == 0
			     : query->person_id == 0 ||
				       session->person_id == MAX(query->person_id, 0)))
			g_ptr_array_add(page, copy_session(session));
		*ret_n_stored += session->id != 0 && page->len > n_before;
		is_after |= session->id == query->after.id;
	}
	return page;
}

static KnSessionView *
find_session(const FakeHub *hub, gint64 id, guint n_slices)
{
	KnSessionView *view = NULL;

	for (guint i = 0; i < hub->sessions->len && view == NULL; i++) {
		const KnSession *session = g_ptr_array_index(hub->sessions, i);
		KnGap gap = {110, 111, KN_GAP_OVERWRITTEN};

		if (session->id != id)
			continue;
		view = g_new0(KnSessionView, 1);
		view->session = copy_session(session);
		view->device = new_device(1);
		view->info = fake_info();
		view->gaps = g_array_new(FALSE, FALSE, sizeof(KnGap));
		if (session->coverage.stored < session->coverage.expected)
			g_array_append_val(view->gaps, gap);
		view->n_slices = n_slices;
		view->n_nodes = 3;
		view->slice_ms = n_slices > 0 ? 600000 / n_slices : 0;
		view->curve_hpa = n_slices > 0 ? g_new0(gint32, n_slices * 3) : NULL;
		for (guint k = 0; k < n_slices * 3; k++)
			view->curve_hpa[k] = k == 1 ? -1 : (gint32)k * 10;
	}
	return view;
}

KnEvent *
fake_event(gint64 id)
{
	KnEvent *event =
		kn_event_new(id % 10 == 0 ? KN_EVENT_GAP_NAMED : KN_EVENT_LINK_UP, 1, "as told");

	event->id = id;
	event->at_us = HUB_NOW_US;
	return event;
}

static GPtrArray *
select_events(const FakeHub *hub, const KnEventQuery *query, gboolean *ret_is_all)
{
	GPtrArray *page = g_ptr_array_new_with_free_func((GDestroyNotify)kn_event_free);
	gint64 first = query->is_ascending    ? query->after_id + 1
		       : query->before_id > 0 ? query->before_id - 1
					      : hub->n_events;
	gint64 step = query->is_ascending ? 1 : -1;
	gint64 id = first;

	for (; id >= 1 && id <= hub->n_events && page->len < query->limit; id += step) {
		g_autoptr(KnEvent) event = fake_event(id);

		if (kn_event_is_wanted(event, query->class_mask, query->device_id))
			g_ptr_array_add(page, g_steal_pointer(&event));
	}
	*ret_is_all = id < 1 || id > hub->n_events;
	return page;
}

static void
answer_call(FakeHub *hub, FakeCall *call)
{
	g_autoptr(GError) error = NULL;

	if (hub->error_code != 0)
		error = g_error_new_literal(KN_HUB_ERROR, hub->error_code, "as the test wanted");
	if (call->kind == FAKE_CALL_SESSIONS) {
		guint n_stored = 0;
		GPtrArray *page = error ? NULL : select_sessions(hub, &call->query, &n_stored);

		((KnHubSessionsFunc)call->func)(page, n_stored, error, call->request);
	} else if (call->kind == FAKE_CALL_SESSION) {
		KnSessionView *view = error ? NULL : find_session(hub, call->id, call->n_slices);

		if (view == NULL && error == NULL)
			error = g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_NOT_FOUND,
						    "no such session");
		((KnHubSessionFunc)call->func)(view, error, call->request);
	} else if (call->kind == FAKE_CALL_EVENTS) {
		gboolean is_all = FALSE;
		GPtrArray *events = error ? NULL : select_events(hub, &call->event_query, &is_all);

		((KnHubEventsFunc)call->func)(events, hub->oldest_event_id, is_all, error,
					      call->request);
	} else {
		g_autoptr(KnDevice) device = error ? NULL : new_device(2);

		((KnHubDeviceFunc)call->func)(device, error, call->request);
	}
	g_free(call);
}

void
fake_hub_answer(FakeHub *hub)
{
	FakeCall *call = NULL;

	while ((call = g_queue_pop_head(&hub->calls)) != NULL)
		answer_call(hub, call);
}

static void
take_call(FakeHub *hub, FakeCall call)
{
	FakeCall *own = g_memdup2(&call, sizeof call);

	hub->n_calls++;
	if (hub->is_deferred)
		g_queue_push_tail(&hub->calls, own);
	else
		answer_call(hub, own);
}

static void
query_sessions(gpointer user, const KnHubQuery *query, KnHubSessionsFunc func, gpointer request)
{
	FakeHub *hub = user;

	hub->last_query = *query;
	take_call(hub, (FakeCall){FAKE_CALL_SESSIONS, (gpointer)func, request, .query = *query});
}

static void
query_session(gpointer user, gint64 id, guint n_slices, KnHubSessionFunc func, gpointer request)
{
	take_call(user, (FakeCall){FAKE_CALL_SESSION, (gpointer)func, request, .id = id,
				   .n_slices = n_slices});
}

static void
query_events(gpointer user, const KnEventQuery *query, KnHubEventsFunc func, gpointer request)
{
	take_call(user,
		  (FakeCall){FAKE_CALL_EVENTS, (gpointer)func, request, .event_query = *query});
}

static void
allow(gpointer user, const KnAllow *wish, KnHubDeviceFunc func, gpointer request)
{
	FakeHub *hub = user;

	hub->n_allowed++;
	g_free(hub->allowed_address);
	g_free(hub->allowed_label);
	hub->allowed = *wish;
	hub->allowed_address = g_strdup(wish->address);
	hub->allowed_label = g_strdup(wish->label);
	take_call(hub, (FakeCall){FAKE_CALL_ALLOW, (gpointer)func, request});
}

static void
forget(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request)
{
	FakeHub *hub = user;

	hub->forgotten_id = device_id;
	take_call(hub, (FakeCall){FAKE_CALL_ALLOW, (gpointer)func, request});
}

const KnHub *
fake_hub_vtable(void)
{
	static const KnHub hub = {
		.get_now = get_now,
		.get_zone = get_zone,
		.get_status = fake_get_status,
		.get_devices = get_devices,
		.get_losses = get_losses,
		.query_sessions = query_sessions,
		.query_session = query_session,
		.query_events = query_events,
		.start_capture = fake_start_capture,
		.stop_capture = fake_stop_capture,
		.begin_backup = fake_begin_backup,
		.read_backup = fake_read_backup,
		.end_backup = fake_end_backup,
		.allow = allow,
		.forget = forget,
		.get_people = get_people,
		.change_people = fake_change_people,
		.rezone = fake_rezone,
		.get_rezone_permille = fake_get_rezone_permille,
		.query_plans = fake_query_plans,
		.set_plan = fake_set_plan,
		.by_hand = fake_by_hand,
		.query_edits = fake_query_edits,
		.identify = fake_identify,
		.scan = fake_scan,
		.since_listened_ms = fake_since_listened_ms,
		.explain = fake_explain,
		.pair = fake_pair,
		.answer_pairing = fake_answer_pairing,
		.cancel_pairing = fake_cancel_pairing,
		.get_pairing = fake_get_pairing,
	};

	return &hub;
}
