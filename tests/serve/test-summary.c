/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <string.h>

#define HOUR_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

static gint64
number(JsonNode *node, const gchar *key)
{
	g_assert_true(json_object_has_member(json_node_get_object(node), key));
	return json_object_get_int_member(json_node_get_object(node), key);
}

static const gchar *
text(JsonNode *node, const gchar *key)
{
	return json_object_get_string_member(json_node_get_object(node), key);
}

static void
assert_same_answer(Fixture *fixture, const gchar *a, const gchar *b)
{
	g_autoptr(JsonNode) first = get(fixture, a);
	g_autoptr(JsonNode) second = get(fixture, b);

	g_assert_true(json_node_equal(first, second));
}

/* local midnight between the 20th and the 21st is 23:00 UTC on the 20th: nine hours before now */
static void
fill(Fixture *fixture)
{
	fake_hub_add_session(&fixture->hub, 5, HUB_NOW_US - HOUR_US);
	fake_hub_add_session(&fixture->hub, 4, HUB_NOW_US - 9 * HOUR_US);
	fake_hub_add_session(&fixture->hub, 3, HUB_NOW_US - 9 * HOUR_US - 1);
	fake_hub_add_session(&fixture->hub, 2, HUB_NOW_US - 9 * HOUR_US - 6 * HUB_DAY_US);
	fake_hub_add_session(&fixture->hub, 1, HUB_NOW_US - 9 * HOUR_US - 6 * HUB_DAY_US - 1);
}

static void
a_day_is_local_and_half_open(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) today = NULL;
	g_autoptr(JsonNode) yesterday = NULL;

	fill(fixture);
	today = get(fixture, "/v1/summary?period=day");
	g_assert_cmpint(number(today, "n_sessions"), ==, 2);
	g_assert_cmpint(number(today, "active_ms"), ==, 1000000);
	g_assert_cmpint(number(today, "revision"), ==, 4);
	g_assert_cmpstr(text(today, "first_day"), ==, "2026-11-21");
	g_assert_cmpstr(text(today, "from"), ==, "2026-11-21T00:00:00+01:00");
	g_assert_cmpstr(text(today, "to"), ==, "2026-11-22T00:00:00+01:00");
	yesterday = get(fixture, "/v1/summary?period=day&day=2026-11-20");
	assert_same_answer(fixture, "/v1/summary?period=day&day=today",
			   "/v1/summary?period=day&day=2026-11-21");
	assert_same_answer(fixture, "/v1/summary?period=day&day=yesterday",
			   "/v1/summary?period=day&day=2026-11-20");
	g_assert_cmpint(number(yesterday, "n_sessions"), ==, 1);
}

static void
a_week_is_the_last_seven_local_days(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) week = NULL;
	g_autoptr(JsonNode) earlier = NULL;
	JsonArray *days = NULL;
	gint64 n = 0;

	fill(fixture);
	week = get(fixture, "/v1/summary?period=week");
	g_assert_cmpstr(text(week, "first_day"), ==, "2026-11-15");
	g_assert_cmpstr(text(week, "last_day"), ==, "2026-11-21");
	g_assert_cmpint(number(week, "n_sessions"), ==, 4);
	g_assert_cmpint(number(week, "n_data_days"), ==, 3);
	days = json_object_get_array_member(json_node_get_object(week), "days");
	g_assert_cmpuint(json_array_get_length(days), ==, 7);
	for (guint i = 0; i < 7; i++) {
		g_autofree gchar *day = g_strdup_printf("2026-11-%u", 15 + i);
		JsonNode *element = json_array_get_element(days, i);

		g_assert_cmpstr(text(element, "day"), ==, day);
		n += number(element, "n_sessions");
	}
	g_assert_cmpint(n, ==, 4);
	earlier = get(fixture, "/v1/summary?period=week&day=2026-11-14");
	g_assert_cmpstr(text(earlier, "first_day"), ==, "2026-11-08");
	g_assert_cmpint(number(earlier, "n_sessions"), ==, 1);
}

static void
a_range_holds_both_its_days(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) range = NULL;
	g_autoptr(JsonNode) longest = NULL;
	g_autoptr(JsonNode) empty = NULL;

	fill(fixture);
	range = get(fixture, "/v1/summary?period=range&from=2026-11-14&to=2026-11-15");
	g_assert_cmpint(number(range, "n_sessions"), ==, 2);
	/* 3700 days are the most, and have no list of days */
	longest = get(fixture, "/v1/summary?period=range&from=2016-10-05&to=2026-11-21");
	g_assert_cmpint(number(longest, "n_sessions"), ==, 5);
	g_assert_false(json_object_has_member(json_node_get_object(longest), "days"));
	assert_problem(fixture, "GET", "/v1/summary?period=range&from=2016-10-04&to=2026-11-21",
		       NULL, 400, "bad-request");
	empty = get(fixture, "/v1/summary?period=range&from=2025-01-01&to=2025-01-02");
	g_assert_cmpint(number(empty, "n_sessions"), ==, 0);
	/* of nothing nothing is known */
	g_assert_false(
		json_object_has_member(json_node_get_object(empty), "completeness_permille"));
}

static void
keys_that_do_not_fit_are_refused(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {
		"/v1/summary",
		"/v1/summary?period=",
		"/v1/summary?period=year",
		"/v1/summary?period=month&from=2026-11-01",
		"/v1/summary?period=month&day=2026",
		"/v1/summary?period=week&by=colour",
		"/v1/summary?period=day&day=last%20week",
		"/v1/summary?period=day&from=2026-11-01",
		"/v1/summary?period=week&from=2026-11-01&to=2026-11-02",
		"/v1/summary?period=range",
		"/v1/summary?period=range&from=2026-11-22",
		"/v1/summary?period=range&to=2026-11-01",
		"/v1/summary?period=range&from=2026-11-01&to=2026-11-02&day=2026-11-01",
		"/v1/summary?period=range&from=2026-11-02&to=2026-11-01",
		"/v1/summary?period=day&day=21.11.2026",
		"/v1/summary?period=day&day=2026-11-31",
		"/v1/summary?period=day&day=2026-11-21T00:00:00Z",
	};

	for (guint i = 0; i < G_N_ELEMENTS(targets); i++)
		assert_problem(fixture, "GET", targets[i], NULL, 400, "bad-request");
	g_assert_cmpuint(fixture->hub.n_calls, ==, 0);
}

static void
more_sessions_than_a_page_are_all_added_up(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) week = NULL;

	for (gint64 id = 801; id > 0; id--)
		fake_hub_add_session(&fixture->hub, id,
				     HUB_NOW_US - (802 - id) * 600 * G_USEC_PER_SEC);
	week = get(fixture, "/v1/summary?period=week");
	g_assert_cmpint(number(week, "n_sessions"), ==, 801);
	g_assert_cmpint(number(week, "duration_ms"), ==, 801 * 600000);
	/* three pages, and one of the seven days before */
	g_assert_cmpuint(fixture->hub.n_calls, ==, 4);
}

static void
too_many_sessions_are_refused_and_not_summed_in_part(Fixture *fixture, gconstpointer data)
{
	for (gint64 id = 8001; id > 0; id--)
		fake_hub_add_session(&fixture->hub, id, HUB_NOW_US - (8002 - id) * G_USEC_PER_SEC);
	assert_problem(fixture, "GET", "/v1/summary?period=week", NULL, 400, "bad-request");
}

static void
gaps_of_incomplete_sessions_are_named(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) week = NULL;
	JsonArray *gaps = NULL;

	fill(fixture);
	for (guint i = 0; i < 4; i += 2) {
		KnSession *session = g_ptr_array_index(fixture->hub.sessions, i);

		session->coverage = (KnCoverage){.stored = 98, .expected = 100};
	}
	week = get(fixture, "/v1/summary?period=week");
	gaps = json_object_get_array_member(json_node_get_object(week), "gaps");
	g_assert_cmpuint(json_array_get_length(gaps), ==, 2);
	g_assert_cmpint(number(json_array_get_element(gaps, 0), "session_id"), ==, 5);
	g_assert_cmpint(number(json_array_get_element(gaps, 1), "session_id"), ==, 3);
	g_assert_cmpint(number(json_array_get_element(gaps, 1), "n_records"), ==, 2);
	/* four sessions of 100 records, 4 of 400 missing */
	g_assert_cmpint(number(week, "completeness_permille"), ==, 990);
	g_assert_cmpint(number(week, "stored"), ==, 396);
	g_assert_false(json_object_get_boolean_member(json_node_get_object(week), "is_gaps_cut"));
}

static void
an_open_session_makes_it_provisional(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) today = NULL;
	KnSession *session = fake_hub_add_session(&fixture->hub, 9, HUB_NOW_US - HOUR_US);

	session->is_provisional = TRUE;
	session->is_time_uncertain = TRUE;
	today = get(fixture, "/v1/summary?period=day&device=back%20bed");
	g_assert_true(
		json_object_get_boolean_member(json_node_get_object(today), "is_provisional"));
	g_assert_true(
		json_object_get_boolean_member(json_node_get_object(today), "time_uncertain"));
	g_assert_cmpint(number(today, "device_id"), ==, 1);
	g_assert_cmpint(fixture->hub.last_query.device_id, ==, 1);
}

static gboolean
is_answered(gpointer user)
{
	fake_hub_answer(user);
	return ((FakeHub *)user)->n_calls >= 4;
}

/* the owner answers later each time: page, page of what was before, then the gaps of one session after the other */
static void
is_summed_up_over_many_turns(Fixture *fixture, gconstpointer data)
{
	static const gchar request[] = "GET /v1/summary?period=day HTTP/1.1\r\nHost: a\r\n\r\n";
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	fill(fixture);
	for (guint i = 0; i < 2; i++)
		((KnSession *)g_ptr_array_index(fixture->hub.sessions, i))->coverage.stored = 50;
	fixture->hub.is_deferred = TRUE;
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(is_answered, &fixture->hub);
	fake_hub_answer(&fixture->hub);
	answer = client_read_all(fd);
	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 OK\r\n"));
	g_assert_cmpuint(fixture->hub.n_calls, ==, 4);
}

/* of six sessions of which two were told of, one in these days */
static void
what_was_said_is_told_and_changes_no_number(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) before = NULL;
	g_autoptr(JsonNode) after = NULL;
	JsonArray *said = NULL;
	KnWord *words[] = {kn_word_new(), kn_word_new()};

	fill(fixture);
	before = get(fixture, "/v1/summary?period=day");
	g_assert_false(json_object_has_member(json_node_get_object(before), "said"));
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		words[i]->pain_before = 6;
		words[i]->note = g_strdup("better");
		((KnSession *)fixture->hub.sessions->pdata[2 * i])->word = words[i];
	}
	after = get(fixture, "/v1/summary?period=day");
	said = json_object_get_array_member(json_node_get_object(after), "said");
	g_assert_cmpuint(json_array_get_length(said), ==, 1);
	g_assert_cmpint(
		json_object_get_int_member(json_array_get_object_element(said, 0), "session_id"),
		==, 5);
	json_object_remove_member(json_node_get_object(after), "said");
	g_assert_false(json_object_get_boolean_member(json_node_get_object(after), "is_said_cut"));
	json_object_remove_member(json_node_get_object(after), "is_said_cut");
	g_assert_true(json_node_equal(before, after));
}

static void
of_more_than_32_sessions_what_was_said_is_cut_and_that_is_told(Fixture *fixture, gconstpointer data)
{
	for (guint n = 32; n <= 33; n++) {
		g_autoptr(JsonNode) answer = NULL;
		JsonArray *said = NULL;

		while (fixture->hub.sessions->len < n) {
			KnSession *session = fake_hub_add_session(
				&fixture->hub, 100 - fixture->hub.sessions->len,
				HUB_NOW_US - HOUR_US - fixture->hub.sessions->len);
			session->word = kn_word_new();
			session->word->pain_after = 0;
		}
		answer = get(fixture, "/v1/summary?period=day");
		said = json_object_get_array_member(json_node_get_object(answer), "said");
		g_assert_cmpuint(json_array_get_length(said), ==, 32);
		g_assert_cmpint(
			json_object_get_boolean_member(json_node_get_object(answer), "is_said_cut"),
			==, n > 32);
	}
}

/* how a massager is takes a look at its link: beside sixty of them all else of a summary is little */
static void
massagers_are_looked_at_only_where_they_are_named(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *by;
		guint n_queries;
	} ways[] = {{"place", 0}, {"region", 0}, {"side", 0},
		    {"node", 1},  {"device", 1}, {"person", 0}};

	fill(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autofree gchar *target =
			g_strconcat("/v1/summary?period=week&by=", ways[i].by, NULL);
		g_autoptr(JsonNode) summary = NULL;

		fixture->hub.n_device_queries = 0;
		summary = get(fixture, target);
		g_assert_cmpstr(text(summary, "by"), ==, ways[i].by);
		g_assert_cmpuint(fixture->hub.n_device_queries, ==, ways[i].n_queries);
	}
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"a_day_is_local_and_half_open", a_day_is_local_and_half_open},
		{"a_week_is_the_last_seven_local_days", a_week_is_the_last_seven_local_days},
		{"a_range_holds_both_its_days", a_range_holds_both_its_days},
		{"keys_that_do_not_fit_are_refused", keys_that_do_not_fit_are_refused},
		{"more_sessions_than_a_page_are_all_added_up",
		 more_sessions_than_a_page_are_all_added_up},
		{"too_many_sessions_are_refused_and_not_summed_in_part",
		 too_many_sessions_are_refused_and_not_summed_in_part},
		{"gaps_of_incomplete_sessions_are_named", gaps_of_incomplete_sessions_are_named},
		{"an_open_session_makes_it_provisional", an_open_session_makes_it_provisional},
		{"what_was_said_is_told_and_changes_no_number",
		 what_was_said_is_told_and_changes_no_number},
		{"of_more_than_32_sessions_what_was_said_is_cut_and_that_is_told",
		 of_more_than_32_sessions_what_was_said_is_cut_and_that_is_told},
		{"is_summed_up_over_many_turns", is_summed_up_over_many_turns},
		{"massagers_are_looked_at_only_where_they_are_named",
		 massagers_are_looked_at_only_where_they_are_named},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/summary/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
