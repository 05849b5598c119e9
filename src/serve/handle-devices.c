/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

void
kn_handle_status(KnRequest *request)
{
	kn_request_answer(request, request->server->hub.get_status(request->server->user));
}

void
kn_handle_devices(KnRequest *request)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	gint64 device_id = 0;
	KnNow now = {0};

	if (!kn_query_device(request, "device", &device_id))
		return;
	server->hub.get_now(server->user, &now);
	json_builder_begin_object(builder);
	kn_json_add_time(builder, "now", now.utc_us, zone);
	kn_json_add_text(builder, "tz", zone);
	json_builder_set_member_name(builder, "devices");
	json_builder_begin_array(builder);
	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = g_ptr_array_index(views, i);

		if (device_id == 0 || (view->device != NULL && view->device->id == device_id))
			kn_json_add_device(builder, view, zone);
	}
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- allow ---- */

static void
on_allowed(const KnDevice *device, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	g_autoptr(JsonBuilder) builder = NULL;
	KnDeviceView view = {0};

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	/* the link has not heard of it yet: only what enrolment knows */
	builder = json_builder_new();
	view.device = (KnDevice *)device;
	kn_json_add_device(builder, &view, request->server->hub.get_zone(request->server->user));
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_allow(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autofree gchar *address = kn_device_normalize_address(request->argument);
	g_autoptr(JsonNode) body = NULL;
	KnAllow allow = {.address = address};

	if (address == NULL) {
		kn_query_refuse(
			request, "That is not a Bluetooth address.",
			"It looks like C0:FF:EE:00:00:01; knead devices shows those in range.");
		return;
	}
	if (kn_query_body(request, "label sessions_from", &body) &&
	    kn_query_allow(request, json_node_get_object(body), &allow))
		server->hub.allow(server->user, &allow, on_allowed, kn_request_ref(request));
}
