/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/routes.h"

#include "serve/query.h"
#include <string.h>

static const KnRoute routes[] = {
	{"GET", "/v1/status", KN_RIGHT_READ, "", kn_handle_status},
	{"GET", "/v1/devices", KN_RIGHT_READ, "device", kn_handle_devices},
	{"GET", "/v1/sessions", KN_RIGHT_READ, "from to device person may_be limit cursor deleted",
	 kn_handle_sessions},
	{"GET", "/v1/sessions/{id}", KN_RIGHT_READ, "", kn_handle_session},
	{"GET", "/v1/sessions/{id}/curve", KN_RIGHT_READ, "slices", kn_handle_curve},
	{"POST", "/v1/sessions/{id}/notes", KN_RIGHT_READ, "", kn_handle_note},
	{"POST", "/v1/sessions/{id}/split", KN_RIGHT_ADMIN, "", kn_handle_split},
	{"POST", "/v1/sessions/{id}/merge", KN_RIGHT_ADMIN, "", kn_handle_merge},
	{"POST", "/v1/sessions/{id}/delete", KN_RIGHT_ADMIN, "", kn_handle_delete},
	{"GET", "/v1/edits", KN_RIGHT_READ, "limit", kn_handle_edits},
	{"POST", "/v1/edits/{id}/undo", KN_RIGHT_ADMIN, "", kn_handle_undo},
	{"GET", "/v1/summary", KN_RIGHT_READ, "period day from to device person by",
	 kn_handle_summary},
	{"GET", "/v1/log", KN_RIGHT_READ, "limit cursor device class", kn_handle_log},
	{"GET", "/v1/events", KN_RIGHT_READ, "since follow device class", kn_handle_events},
	{"POST", "/v1/captures", KN_RIGHT_ADMIN, "device seconds raw scenario", kn_handle_capture},
	{"POST", "/v1/exports", KN_RIGHT_ADMIN, "format from to device person", kn_handle_export},
	{"POST", "/v1/backups", KN_RIGHT_ADMIN, "", kn_handle_backup},
	{"GET", "/v1/devices/{device}/why", KN_RIGHT_READ, "", kn_handle_why},
	{"POST", "/v1/devices/{device}/forget", KN_RIGHT_ADMIN, "", kn_handle_forget},
	{"POST", "/v1/devices/{device}/identify", KN_RIGHT_ADMIN, "seconds", kn_handle_identify},
	{"POST", "/v1/zone", KN_RIGHT_ADMIN, "", kn_handle_zone},
	{"GET", "/v1/persons", KN_RIGHT_READ, "", kn_handle_persons},
	{"POST", "/v1/persons", KN_RIGHT_ADMIN, "", kn_handle_person_add},
	{"POST", "/v1/persons/{id}", KN_RIGHT_ADMIN, "", kn_handle_person_rename},
	{"POST", "/v1/assignments", KN_RIGHT_ADMIN, "", kn_handle_assignment},
	{"GET", "/v1/plans", KN_RIGHT_READ, "person", kn_handle_plans},
	{"POST", "/v1/plans", KN_RIGHT_ADMIN, "", kn_handle_plan_set},
	{"GET", "/v1/adherence", KN_RIGHT_READ, "person from to", kn_handle_adherence},
	{"POST", "/v1/scans", KN_RIGHT_ADMIN, "seconds", kn_handle_scan},
	{"POST", "/v1/pairings", KN_RIGHT_ADMIN, "", kn_handle_pair},
	{"POST", "/v1/pairings/{id}", KN_RIGHT_ADMIN, "", kn_handle_pairing_answer},
	{"GET", "/v1/jobs/{id}", KN_RIGHT_READ, "wait step", kn_handle_job},
	{"POST", "/v1/devices/{address}/allow", KN_RIGHT_ADMIN, "", kn_handle_allow},
	{"GET", "/v1/openapi.json", KN_RIGHT_READ, "", kn_handle_openapi},
};

const KnRoute *
kn_routes_get(gsize *ret_n_routes)
{
	*ret_n_routes = G_N_ELEMENTS(routes);
	return routes;
}

/* ret_argument: the segment that stood for {…}, or NULL */
static gboolean
matches(const KnRoute *route, const gchar *path, gchar **ret_argument)
{
	const gchar *open = strchr(route->path, '{');
	const gchar *rest = NULL;
	gsize n_before = 0;
	gsize n_argument = 0;

	if (open == NULL) {
		*ret_argument = NULL;
		return g_str_equal(route->path, path);
	}
	n_before = (gsize)(open - route->path);
	if (strncmp(route->path, path, n_before) != 0)
		return FALSE;
	n_argument = strcspn(path + n_before, "/");
	rest = strchr(open, '}') + 1;
	if (n_argument == 0 || !g_str_equal(rest, path + n_before + n_argument))
		return FALSE;
	/* paths come as they were sent, so that a name may have a slash in it */
	*ret_argument = g_uri_unescape_segment(path + n_before, path + n_before + n_argument, NULL);
	if (*ret_argument != NULL && g_utf8_validate(*ret_argument, -1, NULL))
		return TRUE;
	g_clear_pointer(ret_argument, g_free);
	return FALSE;
}

static const KnRoute *
find_route(const gchar *method, const gchar *path, gchar **ret_argument, GString *allowed)
{
	/* HEAD is GET without the body, which libsoup leaves out by itself */
	const gchar *wanted = g_str_equal(method, "HEAD") ? "GET" : method;

	for (gsize i = 0; i < G_N_ELEMENTS(routes); i++) {
		g_autofree gchar *argument = NULL;

		if (!matches(&routes[i], path, &argument))
			continue;
		if (g_str_equal(routes[i].method, wanted)) {
			*ret_argument = g_steal_pointer(&argument);
			return &routes[i];
		}
		g_string_append_printf(allowed, "%s%s", allowed->len > 0 ? ", " : "",
				       g_str_equal(routes[i].method, "GET") ? "GET, HEAD"
									    : routes[i].method);
	}
	return NULL;
}

static void
answer_no_route(KnRequest *request, const gchar *allowed)
{
	if (allowed[0] == '\0') {
		kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-path",
					  "There is nothing at this path.",
					  "Paths begin with /v1/, for example /v1/status");
		return;
	}
	soup_message_headers_replace(soup_server_message_get_response_headers(request->message),
				     "Allow", allowed);
	kn_request_answer_problem(request, SOUP_STATUS_METHOD_NOT_ALLOWED, "wrong-method",
				  "This path does not take that method.", "See the Allow header.");
}

static void
answer_denied(KnRequest *request, KnRight wanted)
{
	const KnServer *server = request->server;
	const gchar *group = wanted == KN_RIGHT_ADMIN ? server->admin_group : server->read_group;
	gboolean is_there =
		wanted == KN_RIGHT_ADMIN ? server->rule.has_admin_gid : server->rule.has_read_gid;
	g_autofree gchar *hint = NULL;

	request->server->stats.n_denied++;
	if (is_there)
		hint = g_strdup_printf(
			"Run: sudo adduser \"$USER\" %s   then log out and in again; or put sudo "
			"before the command.",
			group);
	else
		hint = g_strdup("Put sudo before the command.");
	kn_request_answer_problem(request, SOUP_STATUS_FORBIDDEN, "denied",
				  wanted == KN_RIGHT_ADMIN
					  ? "You may not change things on this hub."
					  : "You may not read this hub.",
				  hint);
}

void
kn_routes_dispatch(KnRequest *request, const gchar *method, const gchar *path, const gchar *query)
{
	g_autoptr(GString) allowed = g_string_new(NULL);
	const KnRoute *route = NULL;
	KnRight right = request->client->right;

	/* who may not even read learns nothing, not even which paths there are */
	if (right < KN_RIGHT_READ) {
		answer_denied(request, KN_RIGHT_READ);
		return;
	}
	route = find_route(method, path, &request->argument, allowed);
	if (route == NULL) {
		answer_no_route(request, allowed->str);
		return;
	}
	if (right < route->right) {
		answer_denied(request, route->right);
		return;
	}
	if (kn_query_parse(request, query, route->keys))
		route->handle(request);
}
