/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/jobs.h"
#include <string.h>

#define ADDRESS "AA:BB:CC:DD:EE:FF"
#define BODY    "{\"address\": \"aa:bb:cc:dd:ee:ff\", \"label\": \"sofa\"}"

static const gchar *
text_of(JsonNode *node, const gchar *key)
{
	return json_object_get_string_member(json_node_get_object(node), key);
}

/* id of the job; new */
static gchar *
begin(Fixture *fixture)
{
	guint status = 0;
	g_autoptr(JsonNode) begun = ask(fixture, "POST", "/v1/pairings", BODY, &status);

	g_assert_cmpuint(status, ==, 202);
	g_assert_cmpstr(text_of(begun, "kind"), ==, "pairing");
	g_assert_cmpstr(text_of(begun, "step"), ==, "searching");
	return g_strdup(text_of(begun, "id"));
}

/* new */
static JsonNode *
wait_for_step(Fixture *fixture, const gchar *id, const gchar *known)
{
	guint status = 0;
	g_autofree gchar *target = g_strdup_printf("/v1/jobs/%s?wait=20&step=%s", id, known);
	JsonNode *node = ask(fixture, "GET", target, NULL, &status);

	g_assert_cmpuint(status, ==, 200);
	return node;
}

static gboolean
on_asked(gpointer data)
{
	Fixture *fixture = data;

	fixture->hub.pairing.state = "wants-passkey";
	kn_server_pairing_changed(fixture->server);
	return G_SOURCE_REMOVE;
}

static void
who_waits_hears_of_each_step_and_the_digits_reach_the_hub(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autofree gchar *target = g_strconcat("/v1/pairings/", id, NULL);
	guint status = 0;
	g_autoptr(JsonNode) asked = NULL;
	g_autoptr(JsonNode) answered = NULL;
	g_autoptr(JsonNode) done = NULL;
	JsonObject *result = NULL;

	g_assert_cmpstr(fixture->hub.pairing_address, ==, ADDRESS);
	g_assert_cmpstr(fixture->hub.pairing_label, ==, "sofa");
	g_idle_add(on_asked, fixture);
	asked = wait_for_step(fixture, id, "searching");
	g_assert_cmpstr(text_of(asked, "step"), ==, "wants-passkey");
	answered = ask(fixture, "POST", target, "{\"passkey\": \"012345\"}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpuint(fixture->hub.n_pairing_answers, ==, 1);
	g_assert_true(fixture->hub.pairing_answer.has_passkey);
	g_assert_cmpuint(fixture->hub.pairing_answer.passkey, ==, 12345);
	fixture->hub.pairing.state = "done";
	fixture->hub.pairing.is_over = fixture->hub.pairing.is_paired = TRUE;
	kn_server_pairing_changed(fixture->server);
	done = wait_for_step(fixture, id, "wants-passkey");
	g_assert_cmpstr(text_of(done, "state"), ==, "done");
	result = json_object_get_object_member(json_node_get_object(done), "result");
	g_assert_true(json_object_get_boolean_member(result, "is_paired"));
	g_assert_cmpstr(json_object_get_string_member(result, "address"), ==, ADDRESS);
	g_assert_false(json_object_has_member(result, "error"));
	/* nobody is asked any more */
	assert_problem(fixture, "POST", target, "{\"confirm\": true}", 404, "no-such-pairing");
}

static void
a_number_is_told_with_its_zeros_and_confirmed_or_not(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autofree gchar *target = g_strconcat("/v1/pairings/", id, NULL);
	guint status = 0;
	g_autoptr(JsonNode) asked = NULL;
	g_autoptr(JsonNode) refused = NULL;

	fixture->hub.pairing.state = "wants-confirmation";
	fixture->hub.pairing.has_number = TRUE;
	fixture->hub.pairing.number = 42;
	kn_server_pairing_changed(fixture->server);
	asked = wait_for_step(fixture, id, "searching");
	g_assert_cmpstr(text_of(asked, "number"), ==, "000042");
	refused = ask(fixture, "POST", target, "{\"confirm\": false}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_false(fixture->hub.pairing_answer.has_passkey);
	g_assert_false(fixture->hub.pairing_answer.is_yes);
}

static void
bad_words_begin_and_answer_nothing(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bodies[] = {
		NULL,
		"{}",
		"{\"address\": \"nowhere\"}",
		"{\"address\": 7}",
		"{\"address\": \"" ADDRESS "\", \"label\": 7}",
		"{\"address\": \"" ADDRESS "\", \"label\": \"a\\u001bb\"}",
		"{\"address\": \"" ADDRESS "\", \"name\": \"x\"}",
	};
	static const gchar *const answers[] = {
		"{}",
		"{\"passkey\": \"12345\"}",
		"{\"passkey\": \"1234567\"}",
		"{\"passkey\": \"12345x\"}",
		"{\"passkey\": \"+12345\"}",
		"{\"passkey\": 123456}",
		"{\"confirm\": \"yes\"}",
	};
	g_autofree gchar *id = NULL;
	g_autofree gchar *target = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++)
		assert_problem(fixture, "POST", "/v1/pairings", bodies[i], 400, "bad-request");
	g_assert_null(fixture->hub.pairing_address);
	id = begin(fixture);
	target = g_strconcat("/v1/pairings/", id, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
		assert_problem(fixture, "POST", target, answers[i], 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_pairing_answers, ==, 0);
	assert_problem(fixture, "POST", "/v1/pairings/999", "{\"confirm\": true}", 404,
		       "no-such-pairing");
}

static void
why_it_failed_is_told_in_words(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autoptr(JsonNode) done = NULL;
	JsonObject *result = NULL;

	fake_cancel_pairing(&fixture->hub);
	kn_server_pairing_changed(fixture->server);
	done = wait_for_step(fixture, id, "searching");
	result = json_object_get_object_member(json_node_get_object(done), "result");
	g_assert_false(json_object_get_boolean_member(result, "is_paired"));
	g_assert_cmpstr(json_object_get_string_member(result, "error"), ==, "it was given up");
}

static void
one_is_paired_at_a_time(Fixture *fixture, gconstpointer data)
{
	fixture->hub.error_code = KN_HUB_ERROR_BUSY;
	assert_problem(fixture, "POST", "/v1/pairings", BODY, 409, "busy");
	fixture->hub.error_code = KN_HUB_ERROR_NOT_READY;
	assert_problem(fixture, "POST", "/v1/pairings", BODY, 409, "not-ready");
}

static gboolean
is_given_up(gpointer user)
{
	return ((Fixture *)user)->hub.pairing.is_over;
}

static void
nobody_asks_any_more_and_it_is_given_up(Fixture *fixture, gconstpointer data)
{
	KnServerTimeouts timeouts = {10000, 10000, 10000, 10000, 20};
	g_autofree gchar *id = NULL;
	g_autoptr(JsonNode) done = NULL;

	kn_server_set_timeouts(fixture->server, &timeouts);
	fixture->hub.server = fixture->server;
	id = begin(fixture);
	turn_until(is_given_up, fixture);
	done = wait_for_step(fixture, id, "searching");
	g_assert_cmpstr(text_of(done, "state"), ==, "done");
}

static void
who_left_and_comes_back_begins_anew(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autofree gchar *second = begin(fixture);
	g_autoptr(JsonNode) first = wait_for_step(fixture, id, "nothing");

	g_assert_cmpstr(id, !=, second);
	g_assert_cmpstr(text_of(first, "state"), ==, "done");
	g_assert_cmpuint(fixture->hub.n_pairing_cancels, ==, 1);
	g_assert_false(fixture->hub.pairing.is_over);
}

static void
who_may_only_read_does_not_see_the_number(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autoptr(JsonNode) seen = NULL;
	g_autoptr(JsonNode) shown = NULL;

	fixture->hub.pairing.state = "wants-confirmation";
	fixture->hub.pairing.has_number = TRUE;
	fixture->hub.pairing.number = 42;
	shown = wait_for_step(fixture, id, "searching");
	g_assert_cmpstr(text_of(shown, "number"), ==, "000042");
	fake_peer_uid = 4242;
	fake_peer_group = 4343;
	fixture->server->rule = (KnPeerRule){.own_uid = 1, .has_read_gid = TRUE, .read_gid = 4343};
	kn_server_set_peer_func(fixture->server, fake_peer_read);
	seen = wait_for_step(fixture, id, "searching");
	g_assert_cmpstr(text_of(seen, "step"), ==, "wants-confirmation");
	g_assert_false(json_object_has_member(json_node_get_object(seen), "number"));
}

static void
one_that_was_paired_already_is_said_to_be(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *id = begin(fixture);
	g_autoptr(JsonNode) done = NULL;
	JsonObject *result = NULL;

	fixture->hub.pairing.is_over = fixture->hub.pairing.is_paired = TRUE;
	fixture->hub.pairing.was_paired_already = TRUE;
	kn_server_pairing_changed(fixture->server);
	done = wait_for_step(fixture, id, "searching");
	result = json_object_get_object_member(json_node_get_object(done), "result");
	g_assert_true(json_object_get_boolean_member(result, "was_paired_already"));
}

/* the hub's zone is one hour ahead: today began at 23:00 UTC */
static void
sessions_are_shown_from_a_day_that_is_told(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *body;
		gboolean has_shown_from;
		gint64 hours_ago;
	} rows[] = {
		{"{}", FALSE, 0},
		{"{\"sessions_from\": \"today\"}", TRUE, 9},
		{"{\"sessions_from\": \"2026-11-19\"}", TRUE, 57},
	};
	const gchar *target = "/v1/devices/" ADDRESS "/allow";
	guint status = 0;

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		json_node_unref(ask(fixture, "POST", target, rows[i].body, &status));
		g_assert_cmpuint(status, ==, 200);
		g_assert_cmpint(fixture->hub.allowed.has_shown_from, ==, rows[i].has_shown_from);
		if (rows[i].has_shown_from)
			g_assert_cmpint(fixture->hub.allowed.shown_from_us, ==,
					HUB_NOW_US - rows[i].hours_ago * HUB_DAY_US / 24);
	}
	json_node_unref(ask(fixture, "POST", target, "{\"sessions_from\": \"all\"}", &status));
	g_assert_true(fixture->hub.allowed.has_shown_from);
	g_assert_cmpint(fixture->hub.allowed.shown_from_us, ==, 0);
	assert_problem(fixture, "POST", target, "{\"sessions_from\": \"once\"}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", target, "{\"sessions_from\": 7}", 400, "bad-request");
	/* and with the pairing */
	json_node_unref(ask(fixture, "POST", "/v1/pairings",
			    "{\"address\": \"" ADDRESS "\", \"sessions_from\": \"today\"}",
			    &status));
	g_assert_cmpint(fixture->hub.allowed.shown_from_us, ==, HUB_NOW_US - 9 * HUB_DAY_US / 24);
}

/* today by a clock at 1970 would hide nothing, and by one at 2100 everything */
static void
a_hub_that_does_not_know_the_day_takes_no_day_by_its_clock(Fixture *fixture, gconstpointer data)
{
	const gchar *target = "/v1/devices/" ADDRESS "/allow";
	guint status = 0;

	fixture->hub.is_clock_unset = TRUE;
	assert_problem(fixture, "POST", target, "{\"sessions_from\": \"today\"}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", target, "{\"sessions_from\": \"yesterday\"}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", "/v1/pairings",
		       "{\"address\": \"" ADDRESS "\", \"sessions_from\": \"today\"}", 400,
		       "bad-request");
	g_assert_false(fixture->hub.allowed.has_shown_from);
	json_node_unref(
		ask(fixture, "POST", target, "{\"sessions_from\": \"2026-11-19\"}", &status));
	g_assert_cmpuint(status, ==, 200);
	g_assert_true(fixture->hub.allowed.has_shown_from);
}

#define ADD(name) \
	g_test_add("/serve/pairing/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(who_waits_hears_of_each_step_and_the_digits_reach_the_hub);
	ADD(a_number_is_told_with_its_zeros_and_confirmed_or_not);
	ADD(bad_words_begin_and_answer_nothing);
	ADD(why_it_failed_is_told_in_words);
	ADD(one_is_paired_at_a_time);
	ADD(nobody_asks_any_more_and_it_is_given_up);
	ADD(who_left_and_comes_back_begins_anew);
	ADD(who_may_only_read_does_not_see_the_number);
	ADD(one_that_was_paired_already_is_said_to_be);
	ADD(sessions_are_shown_from_a_day_that_is_told);
	ADD(a_hub_that_does_not_know_the_day_takes_no_day_by_its_clock);
	return g_test_run();
}
