/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Sessions as a file for other programs. It goes through the connection: the hub never opens a path that a client names. */

#include "serve/csv.h"
#include "serve/json.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/routes.h"
#include "serve/stream.h"

/* sessions of 32 nodes are 10 KiB: a page fits into what a client may leave lying */
enum { PAGE = 20, EXPORT_VERSION = 1 };

/* of a session's document; those behind a stop are of its device or person, or of what was said */
static const gchar *const columns[] = {"id",
				       "start",
				       "tz",
				       "time_uncertain",
				       "device_id",
				       "device.address",
				       "device.label",
				       "device.kind",
				       "duration_ms",
				       "active_ms",
				       "mean_hpa",
				       "peak_hpa",
				       "p95_hpa",
				       "dose_hpa_ms",
				       "dose_left_hpa_ms",
				       "dose_right_hpa_ms",
				       "symmetry_permille",
				       "saturation_permille",
				       "hold_count",
				       "hold_longest_ms",
				       "hold_mean_hpa",
				       "rocking_half_cycles",
				       "strokes",
				       "state",
				       "is_provisional",
				       "revision",
				       "completeness_permille",
				       "stored",
				       "expected",
				       "person.id",
				       "person.label",
				       "words.pain_before",
				       "words.pain_after",
				       "words.region",
				       "words.note"};

typedef struct {
	KnRequest *request; /* borrowed: owns this, first as its work, then by its stream */
	KnStream *stream;   /* borrowed; NULL until the first page is here */
	KnHubQuery query;
	gboolean is_csv;
	gboolean is_asking;
	guint64 n_sessions;
} Export;

/* ---- what it looks like ---- */

static void
append_csv(GString *text, JsonObject *session)
{
	for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_auto(GStrv) names = g_strsplit(columns[i], ".", 2);
		JsonObject *of = session;

		if (i > 0)
			g_string_append_c(text, ',');
		if (names[1] != NULL)
			of = json_object_has_member(session, names[0])
				     ? json_object_get_object_member(session, names[0])
				     : NULL;
		if (of != NULL)
			kn_csv_append(text,
				      json_object_get_member(of, names[names[1] != NULL ? 1 : 0]));
	}
	g_string_append_c(text, '\n');
}

static void
append_session(const Export *export, GString *text, const KnSession *session,
	       const GPtrArray *views)
{
	const KnDevice *device = kn_json_find_device(views, session->device_id);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	ktp_Info info = ktp_Info_init_zero;
	gboolean has_info = device != NULL && kn_json_read_info(device->info, &info);
	g_autoptr(JsonNode) node = NULL;
	g_autofree gchar *json = NULL;

	kn_json_add_session(builder, session, device, has_info ? &info : NULL, NULL, NULL);
	node = json_builder_get_root(builder);
	if (export->is_csv) {
		append_csv(text, json_node_get_object(node));
		return;
	}
	json = json_to_string(node, FALSE);
	g_string_append_printf(text, "%s\n%s", export->n_sessions > 0 ? "," : "", json);
}

static void
append_beginning(const Export *export, GString *text)
{
	const KnServer *server = export->request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autofree gchar *time = NULL;
	KnNow now = {0};

	if (export->is_csv) {
		for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
			g_string_append_printf(text, "%s%s", i > 0 ? "," : "", columns[i]);
		g_string_append_c(text, '\n');
		return;
	}
	server->hub.get_now(server->user, &now);
	time = kn_zone_format_time(now.utc_us, zone);
	g_string_append_printf(text,
			       "{\"format\":\"knead-export\",\"version\":%d,\"now\":\"%s\",\"tz\":"
			       "\"%s\",\"sessions\":[",
			       EXPORT_VERSION, time, zone);
}

/* ---- page after page ---- */

static void ask(Export *export);

static void
on_drained(gpointer data)
{
	Export *export = data;

	if (!export->is_asking)
		ask(export);
}

static void
begin_stream(Export *export, GString *text)
{
	KnRequest *request = export->request;

	/* from now on it goes with the stream, and not before */
	request->work_free = NULL;
	export->stream = kn_stream_begin(request, export->is_csv ? "text/csv" : "application/json",
					 NULL, on_drained, g_free, export);
	append_beginning(export, text);
}

static void
write_page(Export *export, const GPtrArray *sessions, gboolean is_last)
{
	const KnServer *server = export->request->server;
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	g_autoptr(GString) text = g_string_new(NULL);

	if (export->stream == NULL)
		begin_stream(export, text);
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(sessions, i);

		/* one without a row yet is still being made */
		if (session->id == 0)
			continue;
		append_session(export, text, session, views);
		export->n_sessions++;
		export->query.after = kn_session_place(session);
	}
	/* HTTP libraries take an answer that breaks off between two chunks for whole: the last line tells */
	if (is_last)
		g_string_append(text, export->is_csv ? "\n" : "\n]}\n");
	if (kn_stream_write(export->stream, text->str, text->len) && is_last)
		kn_stream_end(export->stream);
}

static void
on_page(GPtrArray *owned_sessions, guint n_stored, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	g_autoptr(KnRequest) request = data;
	Export *export = NULL;

	if (!kn_request_is_open(request))
		return;
	export = request->stream != NULL ? kn_stream_data(request->stream) : request->work;
	export->is_asking = FALSE;
	if (error == NULL)
		write_page(export, sessions, n_stored < export->query.limit);
	else if (export->stream == NULL)
		kn_request_answer_error(request, error);
	else
		kn_stream_break(export->stream);
}

static void
ask(Export *export)
{
	const KnServer *server = export->request->server;

	export->is_asking = TRUE;
	server->hub.query_sessions(server->user, &export->query, on_page,
				   kn_request_ref(export->request));
}

void
kn_handle_export(KnRequest *request)
{
	const gchar *format = kn_query_get(request, "format");
	KnHubQuery query = {.from_us = G_MININT64, .to_us = G_MAXINT64, .limit = PAGE};
	Export *export = NULL;

	if (g_strcmp0(format, "csv") != 0 && g_strcmp0(format, "json") != 0) {
		kn_query_refuse(request, "\"format\" is not csv or json.",
				"Ask for example POST /v1/exports?format=csv");
		return;
	}
	if (!kn_query_no_body(request) ||
	    !kn_query_time(request, "from", KN_QUERY_FROM, &query.from_us) ||
	    !kn_query_time(request, "to", KN_QUERY_TO, &query.to_us) ||
	    !kn_query_device(request, "device", &query.device_id) ||
	    !kn_query_person(request, "person", &query.person_id))
		return;
	export = g_new0(Export, 1);
	export->request = request;
	export->query = query;
	export->is_csv = g_str_equal(format, "csv");
	request->work = export;
	request->work_free = g_free;
	ask(export);
}
