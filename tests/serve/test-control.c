/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/jobs.h"
#include <string.h>

static const gchar *
text_of(JsonNode *node, const gchar *key)
{
	return json_object_get_string_member(json_node_get_object(node), key);
}

static void
why_is_answered_for_a_name_a_number_and_a_strangers_address(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *target;
		const gchar *text;
	} rows[] = {
		{"/v1/devices/back%20bed/why", "C0:FF:EE:00:00:01 is silent."},
		{"/v1/devices/1/why", "C0:FF:EE:00:00:01 is silent."},
		{"/v1/devices/c0:ff:ee:00:00:02/why", "C0:FF:EE:00:00:02 is silent."},
		{"/v1/devices/AA:BB:CC:DD:EE:FF/why", "AA:BB:CC:DD:EE:FF is silent."},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "GET", rows[i].target, NULL, &status);

		g_assert_cmpuint(status, ==, 200);
		g_assert_cmpstr(text_of(node, "text"), ==, rows[i].text);
		g_assert_cmpstr(text_of(node, "cause"), ==, "not-heard");
		g_assert_cmpstr(text_of(node, "next_action"), ==, "Switch it on.");
	}
	assert_problem(fixture, "GET", "/v1/devices/nobody/why", NULL, 404, "no-such-device");
}

static void
one_massager_of_all_is_asked_for_as_everywhere(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {
		"/v1/devices?device=back%20bed", "/v1/devices?device=1",
		"/v1/devices?device=C0:FF:EE:00:00:01", "/v1/devices"};

	for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "GET", targets[i], NULL, &status);
		JsonArray *devices =
			json_object_get_array_member(json_node_get_object(node), "devices");

		g_assert_cmpuint(status, ==, 200);
		g_assert_cmpint(json_object_get_int_member(
					json_array_get_object_element(devices, 0), "device_id"),
				==, 1);
		if (i < 3)
			g_assert_cmpuint(json_array_get_length(devices), ==, 1);
		else
			g_assert_cmpuint(json_array_get_length(devices), >, 1);
	}
	assert_problem(fixture, "GET", "/v1/devices?device=nobody", NULL, 404, "no-such-device");
}

static void
forget_and_identify_name_their_device(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) forgotten = NULL;
	g_autoptr(JsonNode) shown = NULL;

	forgotten = ask(fixture, "POST", "/v1/devices/back%20bed/forget", "{}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.forgotten_id, ==, 1);
	shown = ask(fixture, "POST", "/v1/devices/2/identify?seconds=9", "{}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.identified_id, ==, 2);
	g_assert_cmpuint(fixture->hub.duration_s, ==, 9);
	assert_problem(fixture, "POST", "/v1/devices/2/identify?seconds=61", "{}", 400,
		       "bad-request");
	fixture->hub.error_code = KN_HUB_ERROR_NOT_READY;
	assert_problem(fixture, "POST", "/v1/devices/2/identify", "{}", 409, "not-ready");
	assert_problem(fixture, "POST", "/v1/scans", "{}", 409, "not-ready");
}

static void
a_zone_is_moved_to_only_when_it_is_one(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bad[] = {
		"{}",
		"{\"zone\": 1}",
		"{\"zone\": \"Mars/Olympus\"}",
		"{\"zone\": \"../../etc/passwd\"}",
		"{\"zone\": \"Europe/Berlin\", \"from\": 3}",
		"{\"zone\": \"Europe/Berlin\", \"to\": \"2026-02-30\"}",
		"{\"zone\": \"Europe/Berlin\", \"dry_run\": \"yes\"}",
		"{\"zone\": \"Europe/Berlin\", \"device\": 1}",
		"{\"zone\": \"Europe/Berlin\", \"more\": 1}",
	};
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_problem(fixture, "POST", "/v1/zone", bad[i], 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/zone",
		       "{\"zone\": \"Europe/Berlin\", \"device\": \"nobody\"}", 404,
		       "no-such-device");
	g_assert_cmpuint(fixture->hub.n_rezones, ==, 0);
	node = ask(fixture, "POST", "/v1/zone",
		   "{\"zone\": \"Asia/Tokyo\", \"from\": \"1970-01-11\", \"device\": \"back bed\", "
		   "\"dry_run\": true}",
		   &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpstr(fixture->hub.rezone_zone, ==, "Asia/Tokyo");
	g_assert_true(fixture->hub.rezone.has_from && !fixture->hub.rezone.has_to);
	g_assert_cmpint(fixture->hub.rezone.from_day, ==, 10);
	g_assert_cmpint(fixture->hub.rezone.device_id, ==, 1);
	g_assert_true(fixture->hub.rezone.is_dry_run);
	g_assert_cmpint(json_object_get_int_member(json_node_get_object(node), "n_sessions"), ==,
			7);
	/* 2026-01-01 00:00 UTC */
	g_assert_cmpstr(text_of(node, "oldest"), ==, "2026-01-01T09:00:00+09:00");
}

static void
of_several_days_a_zone_begins_at_the_first_and_ends_at_the_last(Fixture *fixture,
								gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) node = ask(
		fixture, "POST", "/v1/zone",
		"{\"zone\": \"Asia/Tokyo\", \"from\": \"1970-02\", \"to\": \"1970-02\"}", &status);

	/* sessions are not only counted: a job, and one that is over here before anybody asks */
	g_assert_cmpuint(status, ==, 202);
	g_assert_cmpstr(text_of(node, "state"), ==, "done");
	g_assert_cmpstr(
		json_object_get_string_member(
			json_object_get_object_member(json_node_get_object(node), "result"), "tz"),
		==, "Asia/Tokyo");
	g_assert_true(fixture->hub.rezone.has_from && fixture->hub.rezone.has_to);
	/* from 1970-02-01, behind the 31 days of January, to 1970-02-28 */
	g_assert_cmpint(fixture->hub.rezone.from_day, ==, 31);
	g_assert_cmpint(fixture->hub.rezone.to_day, ==, 31 + 27);
}

static gint64
progress_of(Fixture *fixture)
{
	guint status = 0;
	g_autoptr(JsonNode) job = ask(fixture, "GET", "/v1/jobs/1", NULL, &status);

	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpstr(text_of(job, "state"), ==, "running");
	return json_object_get_int_member(json_node_get_object(job), "progress_permille");
}

/* longer than an answer may take, as with years of sessions on a slow card */
static void
moving_sessions_is_a_job_that_tells_how_far_it_is(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) begun = NULL;
	g_autoptr(JsonNode) done = NULL;
	JsonObject *result = NULL;

	fixture->hub.is_rezone_slow = TRUE;
	begun = ask(fixture, "POST", "/v1/zone", "{\"zone\": \"Asia/Tokyo\"}", &status);
	g_assert_cmpuint(status, ==, 202);
	g_assert_cmpstr(text_of(begun, "kind"), ==, "rezone");
	g_assert_cmpint(progress_of(fixture), ==, 0);
	fixture->hub.rezone_permille = 413;
	g_assert_cmpint(progress_of(fixture), ==, 413);
	/* the last one is moved, but not stored yet */
	fixture->hub.rezone_permille = 1000;
	g_assert_cmpint(progress_of(fixture), ==, 999);
	fake_end_rezone(&fixture->hub, NULL);
	done = ask(fixture, "GET", "/v1/jobs/1?wait=20", NULL, &status);
	g_assert_cmpstr(text_of(done, "state"), ==, "done");
	result = json_object_get_object_member(json_node_get_object(done), "result");
	g_assert_cmpint(json_object_get_int_member(result, "n_sessions"), ==, 4000);
	g_assert_false(json_object_get_boolean_member(result, "is_dry_run"));
}

static void
what_a_job_failed_of_is_its_problem_with_what_to_do(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) full =
		g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_DEGRADED, "the disk is full");
	guint status = 0;
	g_autoptr(JsonNode) begun = NULL;
	g_autoptr(JsonNode) failed = NULL;
	JsonObject *problem = NULL;

	fixture->hub.is_rezone_slow = TRUE;
	begun = ask(fixture, "POST", "/v1/zone", "{\"zone\": \"Asia/Tokyo\"}", &status);
	fake_end_rezone(&fixture->hub, full);
	failed = ask(fixture, "GET", "/v1/jobs/1?wait=20", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpstr(text_of(failed, "state"), ==, "failed");
	g_assert_false(json_object_has_member(json_node_get_object(failed), "result"));
	problem = json_object_get_object_member(json_node_get_object(failed), "problem");
	g_assert_cmpstr(json_object_get_string_member(problem, "kind"), ==, "degraded");
	g_assert_cmpstr(json_object_get_string_member(problem, "detail"), ==, "the disk is full");
	g_assert_cmpint(json_object_get_int_member(problem, "status"), ==, 503);
	g_assert_nonnull(strstr(json_object_get_string_member(problem, "hint"), "knead status"));
}

static void
a_job_may_end_when_its_server_is_gone(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) begun = NULL;

	fixture->hub.is_rezone_slow = TRUE;
	begun = ask(fixture, "POST", "/v1/zone", "{\"zone\": \"Asia/Tokyo\"}", &status);
	g_assert_cmpuint(status, ==, 202);
	kn_server_free(g_steal_pointer(&fixture->server));
	/* the sanitizers judge */
	fake_end_rezone(&fixture->hub, NULL);
}

static JsonObject *
result_of(JsonNode *job)
{
	return json_object_get_object_member(json_node_get_object(job), "result");
}

static void
a_scan_is_a_job_that_is_waited_for(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) begun = ask(fixture, "POST", "/v1/scans?seconds=1", "{}", &status);
	g_autoptr(JsonNode) done = NULL;
	g_autofree gchar *target = g_strdup_printf("/v1/jobs/%s?wait=20", text_of(begun, "id"));

	g_assert_cmpuint(status, ==, 202);
	g_assert_cmpstr(text_of(begun, "state"), ==, "running");
	g_assert_cmpuint(fixture->hub.duration_s, ==, 1);
	/* answered by the end of the job: the test would run out of patience with the whole wait */
	done = ask(fixture, "GET", target, NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpstr(text_of(done, "state"), ==, "done");
	g_assert_cmpint(json_object_get_int_member(json_node_get_object(done), "progress_permille"),
			==, 1000);
	g_assert_true(json_object_get_boolean_member(result_of(done), "has_listened"));
}

static void
a_scan_in_which_nothing_was_listened_to_says_so(Fixture *fixture, gconstpointer data)
{
	static const gint64 ago_ms[] = {-1, 3600000};

	for (guint i = 0; i < G_N_ELEMENTS(ago_ms); i++) {
		guint status = 0;
		g_autoptr(JsonNode) begun = NULL;
		g_autoptr(JsonNode) done = NULL;
		g_autofree gchar *target = NULL;

		fixture->hub.since_listened_ms = ago_ms[i];
		begun = ask(fixture, "POST", "/v1/scans?seconds=1", "{}", &status);
		target = g_strdup_printf("/v1/jobs/%s?wait=20", text_of(begun, "id"));
		done = ask(fixture, "GET", target, NULL, &status);
		g_assert_false(json_object_get_boolean_member(result_of(done), "has_listened"));
	}
}

static void
only_so_many_jobs_run_at_once_and_the_oldest_that_are_done_make_room(Fixture *fixture,
								     gconstpointer data)
{
	guint status = 0;

	for (guint i = 0; i < KN_JOBS_MAX; i++) {
		g_autoptr(JsonNode) job =
			ask(fixture, "POST",
			    i == 0 ? "/v1/scans?seconds=1" : "/v1/scans?seconds=60", "{}", &status);
		g_assert_nonnull(job);
		g_assert_cmpuint(status, ==, 202);
	}
	assert_problem(fixture, "POST", "/v1/scans", "{}", 409, "busy");
	g_clear_pointer(&(JsonNode *){ask(fixture, "GET", "/v1/jobs/1?wait=20", NULL, &status)},
			json_node_unref);
	g_clear_pointer(&(JsonNode *){ask(fixture, "POST", "/v1/scans", "{}", &status)},
			json_node_unref);
	g_assert_cmpuint(status, ==, 202);
	assert_problem(fixture, "GET", "/v1/jobs/1", NULL, 404, "no-such-job");
	assert_problem(fixture, "GET", "/v1/jobs/x", NULL, 404, "no-such-job");
}

#define ADD(name) \
	g_test_add("/serve/control/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(why_is_answered_for_a_name_a_number_and_a_strangers_address);
	ADD(one_massager_of_all_is_asked_for_as_everywhere);
	ADD(forget_and_identify_name_their_device);
	ADD(a_zone_is_moved_to_only_when_it_is_one);
	ADD(of_several_days_a_zone_begins_at_the_first_and_ends_at_the_last);
	ADD(moving_sessions_is_a_job_that_tells_how_far_it_is);
	ADD(what_a_job_failed_of_is_its_problem_with_what_to_do);
	ADD(a_job_may_end_when_its_server_is_gone);
	ADD(a_scan_is_a_job_that_is_waited_for);
	ADD(a_scan_in_which_nothing_was_listened_to_says_so);
	ADD(only_so_many_jobs_run_at_once_and_the_oldest_that_are_done_make_room);
	return g_test_run();
}
