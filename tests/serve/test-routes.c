/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/routes.h"
#include <string.h>

static const gchar allow_target[] = "/v1/devices/C0:FF:EE:00:00:02/allow";

static void
a_stranger_may_read_nothing_and_hears_how_to_be_let_in(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) node = NULL;
	guint status = 0;
	KnServerStats stats;

	become(fixture, 1000, 7);
	assert_problem(fixture, "GET", "/v1/status", NULL, 403, "denied");
	/* nor learns which paths there are */
	assert_problem(fixture, "GET", "/v1/nothing", NULL, 403, "denied");
	node = ask(fixture, "GET", "/v1/sessions", NULL, &status);
	g_assert_nonnull(strstr(json_object_get_string_member(json_node_get_object(node), "hint"),
				"sudo adduser \"$USER\" knead "));
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_denied, ==, 3);
	g_assert_cmpuint(fixture->hub.n_calls, ==, 0);
}

static void
a_reader_may_read_and_not_change(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) node = NULL;
	guint status = 0;

	become(fixture, 1000, 4000);
	assert_status(fixture, "GET", "/v1/status", NULL, 200);
	assert_status(fixture, "GET", "/v1/devices", NULL, 200);
	assert_status(fixture, "GET", "/v1/sessions", NULL, 200);
	assert_status(fixture, "GET", "/v1/summary?period=day", NULL, 200);
	node = ask(fixture, "POST", allow_target, NULL, &status);
	g_assert_cmpuint(status, ==, 403);
	g_assert_nonnull(strstr(json_object_get_string_member(json_node_get_object(node), "hint"),
				"knead-admin"));
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
}

static void
admins_by_group_and_by_uid_may_change(Fixture *fixture, gconstpointer data)
{
	become(fixture, 1000, 4001);
	assert_status(fixture, "POST", allow_target, NULL, 200);
	become(fixture, 900, 7);
	assert_status(fixture, "POST", allow_target, NULL, 200);
	become(fixture, 0, 7);
	assert_status(fixture, "POST", allow_target, NULL, 200);
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 3);
}

static void
a_name_in_a_path_may_have_a_slash(Fixture *fixture, gconstpointer data)
{
	assert_problem(fixture, "GET", "/v1/devices/a%2Fb/why", NULL, 404, "no-such-device");
	assert_problem(fixture, "GET", "/v1/devices/a/b/why", NULL, 404, "no-such-path");
	assert_problem(fixture, "GET", "/v1/devices/a%00b/why", NULL, 404, "no-such-path");
	assert_problem(fixture, "GET", "/v1/devices/a%ffb/why", NULL, 404, "no-such-path");
	assert_status(fixture, "GET", "/v1/devices/back%20bed/why", NULL, 200);
}

static void
a_path_that_is_not_there_is_404(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {"/",
					       "/v1",
					       "/v1/",
					       "/v1/statu",
					       "/v1/status/",
					       "/v1/status/x",
					       "/v2/status",
					       "/v1/sessions/",
					       "/v1/sessions/1/",
					       "/v1/sessions/1/curve/",
					       "/v1/sessions//curve",
					       "/v1/sessions/1/2/curve",
					       "/v1/status%00",
					       "//v1/status"};

	for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "GET", targets[i], NULL, &status);

		g_test_message("%s", targets[i]);
		g_assert_nonnull(node);
		/* a path with a NUL is no path at all */
		g_assert_cmpuint(status, ==, 404);
	}
	assert_problem(fixture, "GET", "/v1/nothing", NULL, 404, "no-such-path");
	assert_problem(fixture, "OPTIONS", "*", NULL, 404, "no-such-path");
	assert_problem(fixture, "GET", "/v1/sessions/7", NULL, 404, "not-found");
	assert_problem(fixture, "GET", "/v1/sessions/abc", NULL, 404, "no-such-session");
	assert_problem(fixture, "GET", "/v1/sessions/0", NULL, 404, "no-such-session");
	assert_problem(fixture, "GET", "/v1/sessions/-1", NULL, 404, "no-such-session");
	assert_problem(fixture, "GET", "/v1/sessions/9223372036854775808", NULL, 404,
		       "no-such-session");
}

static void
a_wrong_method_is_405_with_allow(Fixture *fixture, gconstpointer data)
{
	static const gchar request[] = "DELETE /v1/status HTTP/1.1\r\nHost: knead\r\n\r\n";
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	g_assert_true(client_send(fd, request, strlen(request)));
	answer = client_read_all(fd);
	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 405 "));
	g_assert_nonnull(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
	assert_problem(fixture, "DELETE", "/v1/status", NULL, 405, "wrong-method");
	assert_problem(fixture, "GET", allow_target, NULL, 405, "wrong-method");
	assert_problem(fixture, "POST", "/v1/sessions/7", NULL, 405, "wrong-method");
}

static void
keys_are_known_and_come_once(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {
		"/v1/status?x=1",
		"/v1/sessions?limit=1&limit=1",
		"/v1/sessions?Limit=1",
		"/v1/sessions?=1",
		"/v1/sessions?limit",
		"/v1/sessions?li%6dit=",
		"/v1/sessions?limit=%zz",
		"/v1/sessions?device=%ff",
		"/v1/sessions?limit=0",
		"/v1/sessions?limit=401",
		"/v1/sessions?limit=-1",
		"/v1/sessions?limit=+1",
		"/v1/sessions?limit=%201",
		"/v1/sessions?limit=1e1",
		"/v1/sessions?limit=0x10",
		"/v1/sessions?limit=NaN",
		"/v1/sessions?limit=99999999999999999999",
		"/v1/sessions?cursor=0",
		"/v1/sessions?cursor=abc",
		"/v1/sessions?cursor=1_0",
		"/v1/sessions?cursor=1_2_3",
		"/v1/sessions?from=someday",
		"/v1/sessions?from=2026-02-30",
		"/v1/sessions?from=2026-11-21T08:00:00",
		"/v1/sessions?to=2026-11-21T25:00:00Z",
		"/v1/sessions?to=",
		"/v1/sessions/7/curve?slices=0",
		"/v1/sessions/7/curve?slices=401",
	};

	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	for (guint i = 0; i < G_N_ELEMENTS(targets); i++)
		assert_problem(fixture, "GET", targets[i], NULL, 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_calls, ==, 0);
	assert_problem(fixture, "GET", "/v1/sessions?device=nobody", NULL, 404, "no-such-device");
	assert_status(fixture, "GET", "/v1/sessions?limit=1", NULL, 200);
	assert_status(fixture, "GET", "/v1/sessions?limit=400", NULL, 200);
	assert_status(fixture, "GET", "/v1/sessions/7/curve?slices=400", NULL, 200);
	assert_status(fixture, "GET", "/v1/sessions?", NULL, 200);
}

static void
times_are_instants_or_local_days(Fixture *fixture, gconstpointer data)
{
	const KnHubQuery *query = &fixture->hub.last_query;

	/* 2026-11-21 in Berlin begins at 23:00 UTC of the day before */
	assert_status(fixture, "GET", "/v1/sessions?from=2026-11-21&to=2026-11-21", NULL, 200);
	g_assert_cmpint(query->from_us, ==, HUB_NOW_US - 9 * G_GINT64_CONSTANT(3600000000));
	g_assert_cmpint(query->to_us, ==, query->from_us + HUB_DAY_US);
	assert_status(fixture, "GET",
		      "/v1/sessions?from=2026-11-21T09:00:00+01:00&to=2026-11-21T08:00:00.25Z",
		      NULL, 200);
	g_assert_cmpint(query->from_us, ==, HUB_NOW_US);
	g_assert_cmpint(query->to_us, ==, HUB_NOW_US + 250000);
	assert_status(fixture, "GET", "/v1/sessions?from=2026-11-21T09:00:00%2B01:00", NULL, 200);
	g_assert_cmpint(query->from_us, ==, HUB_NOW_US);
	g_assert_cmpint(query->to_us, ==, G_MAXINT64);
}

static void
a_device_is_named_by_number_address_or_label(Fixture *fixture, gconstpointer data)
{
	static const gchar *const names[] = {"1", "c0:ff:ee:00:00:01",
					     "C0%3AFF%3AEE%3A00%3A00%3A01", "back%20bed"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree gchar *target = g_strconcat("/v1/sessions?device=", names[i], NULL);

		fixture->hub.last_query.device_id = 0;
		assert_status(fixture, "GET", target, NULL, 200);
		g_assert_cmpint(fixture->hub.last_query.device_id, ==, 1);
	}
	/* the other device has no label: an empty word is nobody's */
	assert_problem(fixture, "GET", "/v1/sessions?device=", NULL, 404, "no-such-device");
}

static void
allows_with_and_without_a_label(Fixture *fixture, gconstpointer data)
{
	assert_status(fixture, "POST", "/v1/devices/c0:ff:ee:00:00:02/allow", NULL, 200);
	g_assert_cmpstr(fixture->hub.allowed_address, ==, "C0:FF:EE:00:00:02");
	g_assert_null(fixture->hub.allowed_label);
	assert_status(fixture, "POST", allow_target, "{\"label\": \"K\xc3\xbc\x63he\"}", 200);
	g_assert_cmpstr(fixture->hub.allowed_label, ==, "K\xc3\xbc\x63he");
	assert_status(fixture, "POST", allow_target, "{\"label\": \"\"}", 200);
	g_assert_cmpstr(fixture->hub.allowed_label, ==, "");
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 3);
}

static void
a_body_is_one_plain_object_with_known_keys(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bodies[] = {"[]",
					      "1",
					      "\"x\"",
					      "null",
					      "{",
					      "{}x",
					      "{\"label\": \"a\"} {}",
					      "{}, {}",
					      "{\"lable\": \"a\"}",
					      "{\"label\": 1}",
					      "{\"label\": null}",
					      "{\"label\": [\"a\"]}",
					      "{\"label\": \"a\\nb\"}",
					      "{\"label\": \"\\u001b[31m\"}",
					      "{\"label\": \"\\u202e\"}",
					      "{\"label\": \"\xff\"}",
					      "{\"label\": \"\xc0\xaf\"}",
					      "{\"label\": \"\xed\xa0\x80\"}",
					      "var x = {}",
					      "{label: \"a\"}",
					      "/* */ {}",
					      "label=a"};
	g_autofree gchar *name = g_strnfill(65, 'x');
	g_autofree gchar *too_long = g_strdup_printf("{\"label\": \"%s\"}", name);
	g_autofree gchar *longest = g_strdup_printf("{\"label\": \"%s\"}", name + 1);

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_test_message("%s", bodies[i]);
		assert_problem(fixture, "POST", allow_target, bodies[i], 400, "bad-request");
	}
	assert_problem(fixture, "POST", allow_target, too_long, 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/devices/C0:FF:EE:00:00/allow", "{}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", "/v1/devices/x/allow", "{}", 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
	assert_status(fixture, "POST", allow_target, longest, 200);
}

static void
an_owners_error_is_a_problem(Fixture *fixture, gconstpointer data)
{
	static const struct {
		gint code;
		guint status;
		const gchar *kind;
	} errors[] = {{KN_HUB_ERROR_NOT_FOUND, 404, "not-found"},
		      {KN_HUB_ERROR_BUSY, 409, "busy"},
		      {KN_HUB_ERROR_DEGRADED, 503, "degraded"},
		      {KN_HUB_ERROR_FAILED, 500, "failed"}};
	static const gchar *const targets[] = {"/v1/sessions", "/v1/sessions/7",
					       "/v1/sessions/7/curve", "/v1/summary?period=week"};

	for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
		fixture->hub.error_code = errors[i].code;
		for (guint k = 0; k < G_N_ELEMENTS(targets); k++)
			assert_problem(fixture, "GET", targets[k], NULL, errors[i].status,
				       errors[i].kind);
		assert_problem(fixture, "POST", allow_target, NULL, errors[i].status,
			       errors[i].kind);
	}
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"a_stranger_may_read_nothing_and_hears_how_to_be_let_in",
		 a_stranger_may_read_nothing_and_hears_how_to_be_let_in},
		{"a_reader_may_read_and_not_change", a_reader_may_read_and_not_change},
		{"admins_by_group_and_by_uid_may_change", admins_by_group_and_by_uid_may_change},
		{"a_name_in_a_path_may_have_a_slash", a_name_in_a_path_may_have_a_slash},
		{"a_path_that_is_not_there_is_404", a_path_that_is_not_there_is_404},
		{"a_wrong_method_is_405_with_allow", a_wrong_method_is_405_with_allow},
		{"keys_are_known_and_come_once", keys_are_known_and_come_once},
		{"times_are_instants_or_local_days", times_are_instants_or_local_days},
		{"a_device_is_named_by_number_address_or_label",
		 a_device_is_named_by_number_address_or_label},
		{"allows_with_and_without_a_label", allows_with_and_without_a_label},
		{"a_body_is_one_plain_object_with_known_keys",
		 a_body_is_one_plain_object_with_known_keys},
		{"an_owners_error_is_a_problem", an_owners_error_is_a_problem},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/routes/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
