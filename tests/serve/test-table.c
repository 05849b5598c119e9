/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/routes.h"
#include <string.h>

/* of those that take one */
static const struct {
	const gchar *path;
	const gchar *body;
} taken[] = {
	{"/v1/pairings", "{\"address\": \"C0:FF:EE:00:00:03\"}"},
	{"/v1/pairings/{id}", "{\"confirm\": true}"},
	{"/v1/zone", "{\"zone\": \"Asia/Tokyo\"}"},
	{"/v1/assignments", "{\"sessions\": [7], \"to\": \"nobody\"}"},
	{"/v1/persons", "{\"label\": \"Ben\"}"},
	{"/v1/persons/{id}", "{\"label\": \"Eva\"}"},
	{"/v1/plans", "{\"text\": \"\"}"},
	{"/v1/sessions/{id}/notes", "{\"pain_after\": 3}"},
	{"/v1/sessions/{id}/split", "{\"after_ms\": 1000}"},
	{"/v1/sessions/{id}/merge", "{\"session_id\": 4}"},
};

static const gchar *
body_of(const KnRoute *route)
{
	for (guint i = 0; i < G_N_ELEMENTS(taken); i++)
		if (g_str_equal(route->method, "POST") && g_str_equal(route->path, taken[i].path))
			return taken[i].body;
	return NULL;
}

static void
every_route_of_the_table_is_served_with_its_right(Fixture *fixture, gconstpointer data)
{
	gsize n_routes = 0;
	const KnRoute *routes = kn_routes_get(&n_routes);

	guint status = 0;

	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	kn_people_add(fixture->hub.people, &(KnPerson){7, (gchar *)"Mia", (gchar *)"", 0});
	become(fixture, 0, 0);
	/* four jobs, then a move to a zone, a scan and a pairing of the table: 7 stands for every {id} */
	for (guint i = 0; i < 4; i++) {
		g_autoptr(JsonNode) job = ask(fixture, "POST", "/v1/scans", NULL, &status);
		g_assert_nonnull(job);
		g_assert_cmpuint(status, ==, 202);
	}
	g_assert_cmpuint(n_routes, >, 0);
	fixture->hub.backup = g_bytes_new_static("x", 1);
	fixture->hub.backup_step = 1;
	for (gsize i = 0; i < n_routes; i++) {
		const gchar *keys = strstr(routes[i].keys, "period") != NULL   ? "?period=day"
				    : strstr(routes[i].keys, "raw") != NULL    ? "?device=1"
				    : strstr(routes[i].keys, "format") != NULL ? "?format=json"
									       : "";
		g_auto(GStrv) parts = g_regex_split_simple("\\{[a-z]+\\}", routes[i].path, 0, 0);
		g_autofree gchar *path = g_strjoinv(
			strstr(routes[i].path, "{id}") ? "7" : "C0:FF:EE:00:00:02", parts);
		g_autofree gchar *target = g_strconcat(path, keys, NULL);

		const gchar *body = body_of(&routes[i]);

		become(fixture, 0, 0);
		assert_status(fixture, routes[i].method, target, body,
			      g_str_equal(path, "/v1/scans") || g_str_equal(path, "/v1/pairings") ||
					      g_str_equal(path, "/v1/zone")
				      ? 202
				      : 200);
		become(fixture, 1000, 4000);
		assert_status(fixture, routes[i].method, target, body,
			      routes[i].right == KN_RIGHT_READ ? 200 : 403);
		become(fixture, 1000, 1);
		assert_status(fixture, routes[i].method, target, body, 403);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/serve/table/every_route_of_the_table_is_served_with_its_right", Fixture, NULL,
		   fixture_set_up, every_route_of_the_table_is_served_with_its_right,
		   fixture_tear_down);
	return g_test_run();
}
