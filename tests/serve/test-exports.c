/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/csv.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gint
begin(Fixture *fixture, const gchar *query)
{
	g_autofree gchar *request = g_strdup_printf(
		"POST /v1/exports?%s HTTP/1.1\r\nHost: knead\r\nContent-Length: 0\r\n\r\n", query);
	gint fd = client_connect(fixture->path);

	g_assert_true(client_send(fd, request, strlen(request)));
	return fd;
}

/* the text without header and chunks; *ret_is_whole: the last chunk is there. New. */
static gchar *
text_of(const gchar *answer, gboolean *ret_is_whole)
{
	const gchar *at = strstr(answer, "\r\n\r\n");
	GString *text = g_string_new(NULL);

	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 OK\r\n"));
	g_assert_nonnull(at);
	*ret_is_whole = FALSE;
	for (at += 4; *at != '\0';) {
		gsize n = g_ascii_strtoull(at, NULL, 16);
		const gchar *body = strstr(at, "\r\n");

		*ret_is_whole = n == 0;
		if (n == 0 || body == NULL || strlen(body + 2) < n + 2)
			break;
		g_string_append_len(text, body + 2, (gssize)n);
		at = body + 2 + n + 2;
	}
	return g_string_free(text, FALSE);
}

static gchar *export(Fixture *fixture, const gchar *query, gboolean *ret_is_whole)
{
	g_autofree gchar *answer = client_read_all(begin(fixture, query));

	return text_of(answer, ret_is_whole);
}

/* ids 1 to n, the highest the newest */
static void
add_sessions(Fixture *fixture, guint n)
{
	for (guint i = n; i > 0; i--)
		fake_hub_add_session(&fixture->hub, i, HUB_NOW_US - (gint64)(n - i) * 1000000);
}

static void
every_session_is_in_both_forms_once_and_newest_first(Fixture *fixture, gconstpointer data)
{
	static const guint counts[] = {0, 1, 19, 20, 21, 123};
	guint n_there = 0;

	for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
		gboolean is_whole = FALSE;
		g_autofree gchar *csv = NULL;
		g_autofree gchar *json = NULL;
		g_auto(GStrv) lines = NULL;
		g_autoptr(JsonNode) node = NULL;
		JsonArray *sessions = NULL;

		g_ptr_array_set_size(fixture->hub.sessions, 0);
		add_sessions(fixture, counts[i]);
		n_there = counts[i];
		csv = export(fixture, "format=csv", &is_whole);
		g_assert_true(is_whole);
		lines = g_strsplit(csv, "\n", -1);
		g_assert_true(g_str_has_prefix(lines[0], "id,start,tz,"));
		/* the names, the sessions, the empty line that says that this is all */
		g_assert_cmpuint(g_strv_length(lines), ==, n_there + 3);
		g_assert_true(g_str_has_suffix(csv, "\n\n"));
		json = export(fixture, "format=json", &is_whole);
		g_assert_true(is_whole);
		node = json_from_string(json, NULL);
		g_assert_nonnull(node);
		sessions = json_object_get_array_member(json_node_get_object(node), "sessions");
		g_assert_cmpuint(json_array_get_length(sessions), ==, n_there);
		for (guint k = 0; k < n_there; k++) {
			g_autofree gchar *start = g_strdup_printf("%u,2026-", n_there - k);
			JsonObject *session = json_array_get_object_element(sessions, k);

			g_assert_true(g_str_has_prefix(lines[k + 1], start));
			g_assert_cmpint(json_object_get_int_member(session, "id"), ==, n_there - k);
		}
	}
}

static void
only_what_was_asked_for_is_in_it(Fixture *fixture, gconstpointer data)
{
	const KnHubQuery *query = &fixture->hub.last_query;
	gboolean is_whole = FALSE;
	g_autofree gchar *text = export(
		fixture, "format=csv&from=2026-11-21&to=2026-11-21&device=back%20bed", &is_whole);

	g_assert_true(is_whole && g_str_has_prefix(text, "id,"));
	g_assert_cmpint(query->from_us, ==, HUB_NOW_US - 9 * G_GINT64_CONSTANT(3600000000));
	g_assert_cmpint(query->to_us, ==, query->from_us + HUB_DAY_US);
	g_assert_cmpint(query->device_id, ==, 1);
	assert_problem(fixture, "POST", "/v1/exports", NULL, 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/exports?format=fhir", NULL, 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/exports?format=csv&path=%2Ftmp%2Fx", NULL, 400,
		       "bad-request");
}

static void
one_that_runs_and_has_no_row_yet_is_not_in_it(Fixture *fixture, gconstpointer data)
{
	gboolean is_whole = FALSE;
	g_autofree gchar *csv = NULL;
	g_auto(GStrv) lines = NULL;

	fake_hub_add_session(&fixture->hub, 0, HUB_NOW_US);
	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US - HUB_DAY_US);
	csv = export(fixture, "format=csv", &is_whole);
	lines = g_strsplit(csv, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 4);
	g_assert_true(g_str_has_prefix(lines[1], "7,"));
}

/* ---- trouble ---- */

static void
an_error_before_the_first_line_is_a_problem(Fixture *fixture, gconstpointer data)
{
	fixture->hub.error_code = KN_HUB_ERROR_DEGRADED;
	assert_problem(fixture, "POST", "/v1/exports?format=csv", NULL, 503, "degraded");
}

typedef struct {
	FakeHub *hub;
	guint n_wanted;
} Asked;

static gboolean
was_asked(gpointer data)
{
	const Asked *asked = data;

	return asked->hub->n_calls >= asked->n_wanted;
}

static void
an_error_later_breaks_the_answer_off(Fixture *fixture, gconstpointer data)
{
	gboolean is_whole = TRUE;
	g_autofree gchar *answer = NULL;
	g_autofree gchar *text = NULL;
	Asked asked = {&fixture->hub, 1};
	gint fd = -1;

	add_sessions(fixture, 50);
	fixture->hub.is_deferred = TRUE;
	fd = begin(fixture, "format=csv");
	turn_until(was_asked, &asked);
	fake_hub_answer(&fixture->hub);
	asked.n_wanted = 2;
	turn_until(was_asked, &asked);
	fixture->hub.error_code = KN_HUB_ERROR_DEGRADED;
	fake_hub_answer(&fixture->hub);
	answer = client_read_all(fd);
	text = text_of(answer, &is_whole);
	g_assert_false(is_whole);
	g_assert_true(g_str_has_prefix(text, "id,"));
	g_assert_false(g_str_has_suffix(text, "\n\n"));
}

static gboolean
has_dropped(gpointer data)
{
	KnServerStats stats;

	kn_server_get_stats(data, &stats);
	return stats.n_dropped_readers == 1;
}

static gboolean
is_alone(gpointer data)
{
	KnServerStats stats;

	kn_server_get_stats(data, &stats);
	return stats.n_clients == 0;
}

/* ten thousand sessions are 20 MB: what the sockets hold is full long before */
static void
a_reader_that_takes_nothing_is_dropped_and_the_others_hear_the_same(Fixture *fixture,
								    gconstpointer data)
{
	static const KnServerTimeouts waits = {10000, 2000, 30000, 300, 75000};
	g_autofree gchar *before = NULL;
	gint fd = -1;
	guint n_asked = 0;
	guint status = 0;

	add_sessions(fixture, 10000);
	kn_server_set_timeouts(fixture->server, &waits);
	{
		g_autoptr(JsonNode) node = ask(fixture, "GET", "/v1/sessions", NULL, &status);
		before = json_to_string(node, FALSE);
	}
	fixture->hub.n_calls = 0;
	fd = begin(fixture, "format=json");
	for (guint i = 0; i < 20; i++) {
		g_autoptr(JsonNode) node = ask(fixture, "GET", "/v1/sessions", NULL, &status);
		g_autofree gchar *now = json_to_string(node, FALSE);

		g_assert_cmpuint(status, ==, 200);
		g_assert_cmpstr(now, ==, before);
	}
	turn_until(has_dropped, fixture->server);
	n_asked = fixture->hub.n_calls - 20;
	g_test_message("%u pages of 500 were read", n_asked);
	g_assert_cmpuint(n_asked, <, 100);
	turn_until(is_alone, fixture->server);
	close(fd);
}

static void
a_client_that_leaves_ends_it(Fixture *fixture, gconstpointer data)
{
	Asked asked = {&fixture->hub, 1};
	gint fd = -1;

	add_sessions(fixture, 50);
	fixture->hub.is_deferred = TRUE;
	fd = begin(fixture, "format=csv");
	turn_until(was_asked, &asked);
	close(fd);
	turn_until(is_alone, fixture->server);
	fake_hub_answer(&fixture->hub);
	g_assert_cmpuint(fixture->hub.n_calls, ==, 1);
}

/* ---- cells ---- */

static void
what_a_spreadsheet_would_calculate_is_text(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *text;
		const gchar *cell;
	} rows[] = {
		{"back bed", "back bed"},
		{"", ""},
		{"=1+1", "'=1+1"},
		{"+49 30", "'+49 30"},
		{"-2", "'-2"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "\"'\r=1\""},
		{"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
		{"a=b", "a=b"},
		{"a,b", "\"a,b\""},
		{"a\"b", "\"a\"\"b\""},
		{"a\nb", "\"a\nb\""},
		{"'=1", "'=1"},
	};
	g_autoptr(JsonNode) number = json_node_init_int(json_node_alloc(), -52);
	g_autoptr(GString) numbers = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), rows[i].text);
		g_autoptr(GString) row = g_string_new(NULL);

		kn_csv_append(row, node);
		g_assert_cmpstr(row->str, ==, rows[i].cell);
	}
	/* our own numbers keep their sign, and what is not there is nothing */
	kn_csv_append(numbers, number);
	kn_csv_append(numbers, NULL);
	g_assert_cmpstr(numbers->str, ==, "-52");
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"every_session_is_in_both_forms_once_and_newest_first",
		 every_session_is_in_both_forms_once_and_newest_first},
		{"only_what_was_asked_for_is_in_it", only_what_was_asked_for_is_in_it},
		{"one_that_runs_and_has_no_row_yet_is_not_in_it",
		 one_that_runs_and_has_no_row_yet_is_not_in_it},
		{"an_error_before_the_first_line_is_a_problem",
		 an_error_before_the_first_line_is_a_problem},
		{"an_error_later_breaks_the_answer_off", an_error_later_breaks_the_answer_off},
		{"a_reader_that_takes_nothing_is_dropped_and_the_others_hear_the_same",
		 a_reader_that_takes_nothing_is_dropped_and_the_others_hear_the_same},
		{"a_client_that_leaves_ends_it", a_client_that_leaves_ends_it},
		{"what_a_spreadsheet_would_calculate_is_text",
		 what_a_spreadsheet_would_calculate_is_text},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/exports/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
