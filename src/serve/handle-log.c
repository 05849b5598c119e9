/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

enum { PAGE_DEFAULT = 50 };

/* the newest first, as they come; the document has the oldest of the page first, as people read */
static void
on_page(GPtrArray *owned_events, gint64 oldest_id, gboolean is_all, const GError *error,
	gpointer data)
{
	g_autoptr(GPtrArray) events = owned_events;
	g_autoptr(KnRequest) request = data;
	g_autoptr(GPtrArray) views = NULL;
	g_autoptr(JsonBuilder) builder = NULL;
	const gchar *zone = NULL;
	KnNow now = {0};

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
	json_builder_set_member_name(builder, "events");
	json_builder_begin_array(builder);
	for (guint i = events->len; i > 0; i--)
		kn_json_add_event(builder, g_ptr_array_index(events, i - 1), views, zone);
	json_builder_end_array(builder);
	if (!is_all && events->len > 0) {
		const KnEvent *last = g_ptr_array_index(events, events->len - 1);
		g_autofree gchar *cursor = g_strdup_printf("%" G_GINT64_FORMAT, last->id);

		kn_json_add_text(builder, "next_cursor", cursor);
	}
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_log(KnRequest *request)
{
	const KnServer *server = request->server;
	KnEventQuery query = {.class_mask = KN_CLASS_MASK_ALL};
	guint64 limit = PAGE_DEFAULT;
	guint64 cursor = 0;

	if (!kn_query_number(request, "limit", 1, KN_PAGE_MAX, &limit) ||
	    !kn_query_number(request, "cursor", 1, G_MAXINT64, &cursor) ||
	    !kn_query_classes(request, &query.class_mask) ||
	    !kn_query_device(request, "device", &query.device_id))
		return;
	query.limit = (guint)limit;
	query.before_id = (gint64)cursor;
	server->hub.query_events(server->user, &query, on_page, kn_request_ref(request));
}
