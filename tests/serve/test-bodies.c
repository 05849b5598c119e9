/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "core/base/json-depth.h"
#include <string.h>

static const gchar target[] = "/v1/devices/C0:FF:EE:00:00:02/allow";

/* a label of so many brackets around nothing */
static gchar *
nested(guint depth)
{
	g_autofree gchar *opening = g_strnfill(depth - 1, '[');
	g_autofree gchar *closing = g_strnfill(depth - 1, ']');

	return g_strconcat("{\"label\":", opening, closing, "}", NULL);
}

/* 16 levels get as far as the label, which is no text */
static void
sixteen_levels_are_parsed_and_no_more_however_deep(Fixture *fixture, gconstpointer data)
{
	static const guint depths[] = {16, 17, 160, 30000};

	for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
		g_autofree gchar *body = nested(depths[i]);
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "POST", target, body, &status);
		const gchar *detail =
			json_object_get_string_member(json_node_get_object(node), "detail");

		g_test_message("%u: %s", depths[i], detail);
		g_assert_cmpuint(status, ==, 400);
		g_assert_cmpint(strstr(detail, "label") != NULL, ==, depths[i] == 16);
	}
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
}

static void
a_hundred_thousand_levels_are_too_many_bytes_to_look_at(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *body = g_strnfill(100000, '[');
	g_autofree gchar *request = g_strdup_printf(
		"POST %s HTTP/1.1\r\nHost: knead\r\nContent-Length: 100000\r\n\r\n%s", target,
		body);
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	/* the server may stop taking bytes before the end */
	if (!client_send(fd, request, strlen(request)))
		g_test_message("the server stopped reading");
	answer = client_read_all(fd);
	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 413 "));
}

static void
a_key_that_comes_twice_is_refused_at_any_depth(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bodies[] = {
		"{\"label\": \"a\", \"label\": \"b\"}", "{\"label\": \"a\", \"label\": \"a\"}",
		"{\"label\": \"a\", \"la\\u0062el\": \"b\"}", "{\"label\": {\"x\": 1, \"x\": 2}}",
		"{\"label\": [{\"x\": {\"y\": 1, \"y\": {}}}]}"};

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "POST", target, bodies[i], &status);
		const gchar *detail =
			json_object_get_string_member(json_node_get_object(node), "detail");

		g_test_message("%s: %s", bodies[i], detail);
		g_assert_cmpuint(status, ==, 400);
		g_assert_nonnull(strstr(detail, "key twice"));
	}
	/* the same key in two objects is no such thing: this gets as far as the label */
	assert_problem(fixture, "POST", target, "{\"label\": [{\"x\": 1}, {\"x\": 1}]}", 400,
		       "bad-request");
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
}

/* what of such a body a C string would keep is a good label */
static void
a_nul_ends_nothing(Fixture *fixture, gconstpointer data)
{
	static const gchar raw[] =
		"POST /v1/devices/C0:FF:EE:00:00:02/allow HTTP/1.1\r\n"
		"Host: knead\r\nContent-Length: 18\r\n\r\n{\"label\": \"a\"}\0xyz";
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	g_assert_true(client_send(fd, raw, sizeof raw - 1));
	answer = client_read_all(fd);
	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 400 "));
	assert_problem(fixture, "POST", target, "{\"label\": \"a\\u0000b\"}", 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
	assert_problem(fixture, "GET", "/v1/sessions?device=1%00", NULL, 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_calls, ==, 0);
}

static void
numbers_are_finite_and_fit(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bad[] = {"1e999",
					   "-1e999",
					   "1e400",
					   "99999999999999999999",
					   "-9223372036854775809",
					   "NaN",
					   "Infinity",
					   "-Infinity",
					   "--1",
					   "0x10",
					   "010"};
	static const gchar *const good[] = {"1", "-9223372036854775808", "9223372036854775807",
					    "1e308", "0.5"};

	for (guint i = 0; i < G_N_ELEMENTS(bad) + G_N_ELEMENTS(good); i++) {
		gboolean is_good = i >= G_N_ELEMENTS(bad);
		g_autofree gchar *body = g_strdup_printf(
			"{\"label\": %s}", is_good ? good[i - G_N_ELEMENTS(bad)] : bad[i]);
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "POST", target, body, &status);
		const gchar *detail =
			json_object_get_string_member(json_node_get_object(node), "detail");

		/* a good number is still no label */
		g_test_message("%s: %s", body, detail);
		g_assert_cmpuint(status, ==, 400);
		g_assert_cmpint(g_str_has_prefix(detail, "The label"), ==, is_good);
	}
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
}

static void
a_body_where_none_is_taken_is_refused(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {"/v1/scans", "/v1/devices/1/forget",
					       "/v1/devices/1/identify", "/v1/captures?device=1"};

	for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
		assert_problem(fixture, "POST", targets[i], "{\"seconds\": 20}", 400,
			       "bad-request");
		assert_problem(fixture, "POST", targets[i], "[]", 400, "bad-request");
	}
	g_assert_cmpint(fixture->hub.forgotten_id, ==, 0);
	g_assert_cmpint(fixture->hub.identified_id, ==, 0);
	g_assert_cmpuint(fixture->hub.duration_s, ==, 0);
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"sixteen_levels_are_parsed_and_no_more_however_deep",
		 sixteen_levels_are_parsed_and_no_more_however_deep},
		{"a_hundred_thousand_levels_are_too_many_bytes_to_look_at",
		 a_hundred_thousand_levels_are_too_many_bytes_to_look_at},
		{"a_key_that_comes_twice_is_refused_at_any_depth",
		 a_key_that_comes_twice_is_refused_at_any_depth},
		{"a_nul_ends_nothing", a_nul_ends_nothing},
		{"numbers_are_finite_and_fit", numbers_are_finite_and_fit},
		{"a_body_where_none_is_taken_is_refused", a_body_where_none_is_taken_is_refused},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/bodies/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
