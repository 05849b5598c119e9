/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/routes.h"

enum { PAGE_DEFAULT = 50, SLICES_DEFAULT = 60 };

/* ---- the list ---- */

typedef struct {
	guint limit;       /* as asked */
	guint limit_asked; /* of the owner: one more tells whether there is a next page */
} ListWork;

static void
add_listed(JsonBuilder *builder, const KnSession *session, const GPtrArray *views)
{
	const KnDevice *device = kn_json_find_device(views, session->device_id);
	ktp_Info info = ktp_Info_init_zero;
	gboolean has_info = device != NULL && kn_json_read_info(device->info, &info);

	kn_json_add_session(builder, session, device, has_info ? &info : NULL, NULL, NULL);
}

static void
on_listed(GPtrArray *owned_sessions, guint n_stored, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	g_autoptr(KnRequest) request = data;
	g_autoptr(GPtrArray) views = NULL;
	g_autoptr(JsonBuilder) builder = NULL;
	const ListWork *work = request->work;
	const gchar *zone = NULL;
	KnNow now = {0};
	KnSessionPlace last = {0};
	guint n_shown = 0;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	request->server->hub.get_now(request->server->user, &now);
	zone = request->server->hub.get_zone(request->server->user);
	views = request->server->hub.get_devices(request->server->user);
	builder = json_builder_new();
	json_builder_begin_object(builder);
	kn_json_add_time(builder, "now", now.utc_us, zone);
	kn_json_add_text(builder, "tz", zone);
	json_builder_set_member_name(builder, "sessions");
	json_builder_begin_array(builder);
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(sessions, i);

		/* those without a row yet come besides */
		if (session->id != 0 && n_shown++ == work->limit)
			break;
		add_listed(builder, session, views);
		if (session->id != 0)
			last = kn_session_place(session);
	}
	json_builder_end_array(builder);
	/* a full page of the largest size may be the last one: the next is empty then */
	if (last.id != 0 && n_stored == work->limit_asked) {
		g_autofree gchar *cursor = kn_query_format_place(&last);

		kn_json_add_text(builder, "next_cursor", cursor);
	}
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_sessions(KnRequest *request)
{
	const KnServer *server = request->server;
	KnHubQuery query = {.from_us = G_MININT64, .to_us = G_MAXINT64};
	guint64 limit = PAGE_DEFAULT;
	guint64 is_deleted = 0;
	ListWork *work = NULL;

	if (!kn_query_time(request, "from", KN_QUERY_FROM, &query.from_us) ||
	    !kn_query_time(request, "to", KN_QUERY_TO, &query.to_us) ||
	    !kn_query_number(request, "limit", 1, KN_PAGE_MAX, &limit) ||
	    !kn_query_number(request, "deleted", 0, 1, &is_deleted) ||
	    !kn_query_place(request, "cursor", &query.after) ||
	    !kn_query_device(request, "device", &query.device_id) ||
	    !kn_query_person(request, "person", &query.person_id) ||
	    !kn_query_one_person(request, "may_be", &query.may_be_of))
		return;
	work = g_new0(ListWork, 1);
	work->limit = (guint)limit;
	work->limit_asked = MIN(work->limit + 1, (guint)KN_PAGE_MAX);
	request->work = work;
	request->work_free = g_free;
	query.limit = work->limit_asked;
	query.is_deleted = is_deleted != 0;
	server->hub.query_sessions(server->user, &query, on_listed, kn_request_ref(request));
}

/* ---- one ---- */

/* FALSE when it was answered: only whole numbers are session ids */
static gboolean
read_id(KnRequest *request, gint64 *ret_id)
{
	guint64 id = 0;

	if (!g_ascii_string_to_unsigned(request->argument, 10, 1, G_MAXINT64, &id, NULL)) {
		kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-session",
					  "There is no session with that number.",
					  "See the sessions there are: knead sessions");
		return FALSE;
	}
	*ret_id = (gint64)id;
	return TRUE;
}

static void
on_session(KnSessionView *view, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	g_autoptr(JsonBuilder) builder = NULL;
	ktp_Info info = ktp_Info_init_zero;

	if (kn_request_is_open(request) && error != NULL)
		kn_request_answer_error(request, error);
	if (kn_request_is_open(request)) {
		gboolean has_info = kn_json_read_info(view->info, &info);

		builder = json_builder_new();
		kn_json_add_session(builder, view->session, view->device, has_info ? &info : NULL,
				    view->gaps,
				    request->server->hub.get_losses(request->server->user));
		kn_request_answer(request, json_builder_get_root(builder));
	}
	kn_session_view_free(view);
}

void
kn_handle_session(KnRequest *request)
{
	const KnServer *server = request->server;
	gint64 id = 0;

	if (read_id(request, &id))
		server->hub.query_session(server->user, id, 0, on_session, kn_request_ref(request));
}

/* ---- the curve ---- */

static void
add_curve_node(JsonBuilder *builder, const KnSessionView *view, guint node, const ktp_Info *info)
{
	json_builder_begin_object(builder);
	kn_json_add_node_place(builder, node, info);
	json_builder_set_member_name(builder, "mean_hpa");
	json_builder_begin_array(builder);
	for (guint slice = 0; slice < view->n_slices; slice++) {
		gint32 mean_hpa = view->curve_hpa[(gsize)slice * view->n_nodes + node];

		/* the one place with null: an element of an array can not be absent */
		if (mean_hpa < 0)
			json_builder_add_null_value(builder);
		else
			json_builder_add_int_value(builder, mean_hpa);
	}
	json_builder_end_array(builder);
	json_builder_end_object(builder);
}

static void
add_curve(JsonBuilder *builder, const KnSessionView *view)
{
	ktp_Info info = ktp_Info_init_zero;
	gboolean has_info = kn_json_read_info(view->info, &info);
	guint n_nodes = view->curve_hpa != NULL ? view->n_nodes : 0;

	json_builder_begin_object(builder);
	kn_json_add_int(builder, "session_id", view->session->id);
	kn_json_add_int(builder, "revision", view->session->revision);
	kn_json_add_bool(builder, "is_provisional", view->session->is_provisional);
	kn_json_add_int(builder, "n_slices", view->n_slices);
	kn_json_add_int(builder, "slice_ms", (gint64)view->slice_ms);
	json_builder_set_member_name(builder, "nodes");
	json_builder_begin_array(builder);
	for (guint node = 0; node < n_nodes; node++)
		add_curve_node(builder, view, node, has_info ? &info : NULL);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
}

static void
on_curve(KnSessionView *view, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;

	if (kn_request_is_open(request) && error != NULL)
		kn_request_answer_error(request, error);
	if (kn_request_is_open(request)) {
		g_autoptr(JsonBuilder) builder = json_builder_new();

		add_curve(builder, view);
		kn_request_answer(request, json_builder_get_root(builder));
	}
	kn_session_view_free(view);
}

void
kn_handle_curve(KnRequest *request)
{
	const KnServer *server = request->server;
	guint64 n_slices = SLICES_DEFAULT;
	gint64 id = 0;

	if (read_id(request, &id) && kn_query_number(request, "slices", 1, KN_PAGE_MAX, &n_slices))
		server->hub.query_session(server->user, id, (guint)n_slices, on_curve,
					  kn_request_ref(request));
}
