/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a person's own word and edits, as clients send them */

#include "fake-hub.h"

#include <string.h>

static void
a_word_takes_what_it_may_be_and_nothing_else(Fixture *fixture, gconstpointer data)
{
	static const gchar *const wrong[] = {
		"{}",
		"{\"pain_before\": 11}",
		"{\"pain_before\": -1}",
		"{\"pain_after\": 3.5}",
		"{\"pain_after\": \"3\"}",
		"{\"note\": 3}",
		"{\"region\": true}",
		"{\"pain\": 3}",
	};
	guint status = 0;
	g_autoptr(JsonNode) done = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
		assert_problem(fixture, "POST", "/v1/sessions/3/notes", wrong[i], 400,
			       "bad-request");
	assert_problem(fixture, "POST", "/v1/sessions/x/notes", "{\"pain_after\": 3}", 404,
		       "no-such-session");
	g_assert_cmpuint(fixture->hub.n_by_hand, ==, 0);
	done = ask(fixture, "POST", "/v1/sessions/3/notes",
		   "{\"pain_before\": 10, \"pain_after\": null, \"note\": \" a\\u202eb\\u001b \"}",
		   &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.by_hand.id, ==, 3);
	g_assert_cmpint(fixture->hub.said->pain_before, ==, 10);
	g_assert_cmpint(fixture->hub.said->pain_after, ==, KN_PAIN_TAKEN_BACK);
	g_assert_null(fixture->hub.said->region);
	g_assert_cmpstr(fixture->hub.said->note, ==, "ab");
}

static void
a_note_of_280_characters_is_taken_and_one_more_is_not(Fixture *fixture, gconstpointer data)
{
	static const guint lengths[] = {280, 281, 2800};

	for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autoptr(GString) body = g_string_new("{\"note\": \"");
		g_autoptr(JsonNode) done = NULL;
		guint status = 0;
		for (guint k = 0; k < lengths[i]; k++)
			g_string_append(body, "ü");
		g_string_append(body, "\"}");
		done = ask(fixture, "POST", "/v1/sessions/3/notes", body->str, &status);
		g_assert_cmpuint(status, ==, lengths[i] <= 280 ? 200 : 400);
	}
	g_assert_cmpint(g_utf8_strlen(fixture->hub.said->note, -1), ==, 280);
}

static void
edits_say_which_moment_and_which_sessions(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) cut = NULL;
	g_autoptr(JsonNode) merged = NULL;
	g_autoptr(JsonNode) undone = NULL;
	g_autoptr(JsonNode) books = NULL;

	assert_problem(fixture, "POST", "/v1/sessions/3/split", "{}", 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/sessions/3/split", "{\"after_ms\": 0}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", "/v1/sessions/3/split", "{\"at\": \"2026-11-21T07:40:00\"}",
		       400, "bad-request");
	assert_problem(fixture, "POST", "/v1/sessions/3/merge", "{}", 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/sessions/3/delete", "{\"yes\": true}", 400,
		       "bad-request");
	assert_problem(fixture, "POST", "/v1/edits/x/undo", NULL, 404, "no-such-edit");
	g_assert_cmpuint(fixture->hub.n_by_hand, ==, 0);
	cut = ask(fixture, "POST", "/v1/sessions/3/split",
		  "{\"at\": \"2026-11-21T09:00:00+01:00\"}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.by_hand.at_us, ==, HUB_NOW_US);
	g_assert_cmpint(json_object_get_int_member(json_node_get_object(cut), "other_session_id"),
			==, 9);
	merged = ask(fixture, "POST", "/v1/sessions/3/merge", "{\"session_id\": 4}", &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.by_hand.other_id, ==, 4);
	undone = ask(fixture, "POST", "/v1/edits/last/undo", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(fixture->hub.by_hand.id, ==, 0);
	books = ask(fixture, "GET", "/v1/edits", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	fixture->hub.error_code = KN_HUB_ERROR_CONFLICT;
	assert_problem(fixture, "POST", "/v1/sessions/3/delete", NULL, 409, "conflict");
}

#define ADD(name) \
	g_test_add("/serve/by-hand/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_word_takes_what_it_may_be_and_nothing_else);
	ADD(a_note_of_280_characters_is_taken_and_one_more_is_not);
	ADD(edits_say_which_moment_and_which_sessions);
	return g_test_run();
}
