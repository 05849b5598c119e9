/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person does about massagers: look what is in range, forget one, find one, ask why */

#include "serve/jobs.h"
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

enum { SCAN_DEFAULT_S = 10, SCAN_MAX_S = 60, IDENTIFY_DEFAULT_S = 5, IDENTIFY_MAX_S = 60 };

/* ---- why ---- */

static gchar *
find_address(KnRequest *request, gint64 device_id)
{
	g_autoptr(GPtrArray) views = request->server->hub.get_devices(request->server->user);

	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = g_ptr_array_index(views, i);

		if (view->device != NULL && view->device->id == device_id)
			return g_strdup(view->address);
	}
	return NULL;
}

void
kn_handle_why(KnRequest *request)
{
	const KnServer *server = request->server;
	/* an address needs no enrolment: "nobody has allowed it" is an answer, too */
	g_autofree gchar *address = kn_device_normalize_address(request->argument);
	g_autoptr(JsonBuilder) builder = NULL;
	g_auto(KnWhy) why = {0};
	gint64 device_id = 0;

	if (address == NULL) {
		if (!kn_query_find_device(request, request->argument, &device_id))
			return;
		address = find_address(request, device_id);
	}
	server->hub.explain(server->user, address, &why);
	builder = json_builder_new();
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "address", address);
	kn_json_add_text(builder, "cause", kn_why_name(why.cause));
	kn_json_add_bool(builder, "is_well", why.cause == KN_WHY_WELL);
	kn_json_add_sentence(builder, "text", why.text);
	kn_json_add_sentence(builder, "next_action", why.next);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- forget ---- */

static void
on_forgotten(const KnDevice *device, const GError *error, gpointer data)
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
	builder = json_builder_new();
	view.device = (KnDevice *)device;
	kn_json_add_device(builder, &view, request->server->hub.get_zone(request->server->user));
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_forget(KnRequest *request)
{
	const KnServer *server = request->server;
	gint64 device_id = 0;

	if (kn_query_no_body(request) &&
	    kn_query_find_device(request, request->argument, &device_id))
		server->hub.forget(server->user, device_id, on_forgotten, kn_request_ref(request));
}

/* ---- identify ---- */

void
kn_handle_identify(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autoptr(JsonBuilder) builder = NULL;
	g_autoptr(GError) error = NULL;
	guint64 seconds = IDENTIFY_DEFAULT_S;
	gint64 device_id = 0;

	if (!kn_query_no_body(request) ||
	    !kn_query_number(request, "seconds", 1, IDENTIFY_MAX_S, &seconds) ||
	    !kn_query_find_device(request, request->argument, &device_id))
		return;
	if (!server->hub.identify(server->user, device_id, (guint)seconds, &error)) {
		kn_request_answer_error(request, error);
		return;
	}
	builder = json_builder_new();
	json_builder_begin_object(builder);
	kn_json_add_int(builder, "device_id", device_id);
	kn_json_add_int(builder, "duration_s", (gint64)seconds);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- scan ---- */

/* a hub that did not come to it can not say that nobody is there */
static gboolean
has_listened(KnServer *server, const KnJob *job)
{
	gint64 since_ms = server->hub.since_listened_ms(server->user);

	return since_ms >= 0 && since_ms < kn_job_passed_ms(job);
}

static JsonNode *
finish_scan(KnServer *server, const KnJob *job)
{
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "devices");
	json_builder_begin_array(builder);
	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = g_ptr_array_index(views, i);

		/* one that is connected does not advertise, and is here all the same */
		if (view->seen_us >= kn_job_begun_us(job) || g_strcmp0(view->link, "ready") == 0)
			kn_json_add_device(builder, view, zone);
	}
	json_builder_end_array(builder);
	kn_json_add_bool(builder, "has_listened", has_listened(server, job));
	json_builder_end_object(builder);
	return json_builder_get_root(builder);
}

void
kn_handle_scan(KnRequest *request)
{
	KnServer *server = request->server;
	g_autoptr(GError) error = NULL;
	guint64 seconds = SCAN_DEFAULT_S;
	KnJob *job = NULL;

	if (!kn_query_no_body(request) ||
	    !kn_query_number(request, "seconds", 1, SCAN_MAX_S, &seconds))
		return;
	if (!kn_jobs_have_room(server)) {
		kn_request_answer_problem(request, SOUP_STATUS_CONFLICT, "busy",
					  "Too much is going on already.",
					  "Try again in a minute.");
		return;
	}
	if (!server->hub.scan(server->user, (guint)seconds, &error)) {
		kn_request_answer_error(request, error);
		return;
	}
	job = kn_job_begin(server, "scan", (guint)seconds, finish_scan);
	kn_request_answer_status(request, SOUP_STATUS_ACCEPTED,
				 kn_job_describe(job, request->client->right));
}

void
kn_handle_job(KnRequest *request)
{
	guint64 wait_s = 0;
	guint64 id = 0;
	KnJob *job = NULL;

	if (!kn_query_number(request, "wait", 0, KN_JOB_WAIT_MAX_S, &wait_s))
		return;
	if (g_ascii_string_to_unsigned(request->argument, 10, 1, G_MAXUINT64, &id, NULL))
		job = kn_jobs_find(request->server, id);
	if (job == NULL)
		kn_request_answer_problem(
			request, SOUP_STATUS_NOT_FOUND, "no-such-job",
			"There is no job with that number; only the newest are kept.",
			"Begin it again.");
	else
		kn_job_wait(job, request, (guint)wait_s, kn_query_get(request, "step"));
}
