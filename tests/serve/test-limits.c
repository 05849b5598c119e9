/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- bytes ---- */

/* a request for the status whose header is exactly n_bytes long, blank line and all */
static GString *
request_of(gsize n_bytes)
{
	static const gchar first[] = "GET /v1/status HTTP/1.1\r\nHost: knead\r\nX-Fill: ";
	GString *request = g_string_new(first);

	while (request->len < n_bytes - 4)
		g_string_append_c(request, 'x');
	return g_string_append(request, "\r\n\r\n");
}

static guint
status_of(Fixture *fixture, const GString *request, const gchar *kind)
{
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;
	g_autoptr(JsonNode) node = NULL;
	guint status = 0;

	/* the server may stop taking bytes before the end: what it said before is still to be read */
	if (!client_send(fd, request->str, request->len))
		g_test_message("the server stopped reading");
	answer = client_read_all(fd);
	node = parse_answer(answer, &status);
	g_assert_nonnull(node);
	if (kind != NULL)
		g_assert_cmpstr(json_object_get_string_member(json_node_get_object(node), "kind"),
				==, kind);
	return status;
}

static void
a_header_of_8_kib_is_read_and_one_byte_more_is_not(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) at_limit = request_of(8192);
	g_autoptr(GString) above = request_of(8193);
	g_autoptr(GString) far_above = request_of(81920);

	g_assert_cmpuint(at_limit->len, ==, 8192);
	g_assert_cmpuint(status_of(fixture, at_limit, NULL), ==, 200);
	g_assert_cmpuint(status_of(fixture, above, "header-too-large"), ==, 431);
	g_assert_cmpuint(status_of(fixture, far_above, "header-too-large"), ==, 431);
}

/* allow with a label object padded by blanks, so that header and body are exactly n_bytes long */
static GString *
allow_of(gsize n_bytes)
{
	GString *request = g_string_new(NULL);
	gsize n_header = 0;

	/* five digits either way: the header has the same length for every n_bytes that is used here */
	g_string_printf(request,
			"POST /v1/devices/C0:FF:EE:00:00:02/allow HTTP/1.1\r\nHost: knead\r\n"
			"Content-Length: %06u\r\n\r\n",
			0);
	n_header = request->len;
	g_string_printf(request,
			"POST /v1/devices/C0:FF:EE:00:00:02/allow HTTP/1.1\r\nHost: knead\r\n"
			"Content-Length: %06u\r\n\r\n{",
			(guint)(n_bytes - n_header));
	while (request->len < n_bytes - 1)
		g_string_append_c(request, ' ');
	return g_string_append_c(request, '}');
}

static void
a_request_of_64_kib_is_read_and_one_byte_more_is_not(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) at_limit = allow_of(65536);
	g_autoptr(GString) above = allow_of(65537);
	g_autoptr(GString) far_above = allow_of(655360);

	g_assert_cmpuint(at_limit->len, ==, 65536);
	g_assert_cmpuint(status_of(fixture, at_limit, NULL), ==, 200);
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 1);
	g_assert_cmpuint(status_of(fixture, above, "too-large"), ==, 413);
	g_assert_cmpuint(status_of(fixture, far_above, "too-large"), ==, 413);
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 1);
}

static void
a_body_in_chunks_is_not_taken(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) request =
		g_string_new("POST /v1/devices/C0:FF:EE:00:00:02/allow HTTP/1.1\r\n"
			     "Host: knead\r\ntransfer-encoding:chunked\r\n\r\n"
			     "2\r\n{}\r\n0\r\n\r\n");

	g_assert_cmpuint(status_of(fixture, request, "length-required"), ==, 411);
	g_assert_cmpuint(fixture->hub.n_allowed, ==, 0);
}

/* ---- clients ---- */

static KnServer *counted_server;

static gboolean
are_accepted(gpointer user)
{
	KnServerStats stats;
	const guint *wanted = user;

	kn_server_get_stats(counted_server, &stats);
	return stats.n_clients == *wanted;
}

static void
wait_for_clients(Fixture *fixture, guint wanted)
{
	counted_server = fixture->server;
	turn_until(are_accepted, &wanted);
}

static void
close_all(GArray *fds)
{
	for (guint i = 0; i < fds->len; i++)
		close(g_array_index(fds, gint, i));
	g_array_unref(fds);
}

static GArray *
connect_many(Fixture *fixture, guint n)
{
	GArray *fds = g_array_new(FALSE, FALSE, sizeof(gint));

	for (guint i = 0; i < n; i++) {
		gint fd = client_connect(fixture->path);

		g_array_append_val(fds, fd);
		wait_for_clients(fixture, i + 1);
	}
	return fds;
}

static void
thirty_two_clients_are_served_and_the_next_is_told_so(Fixture *fixture, gconstpointer data)
{
	GArray *fds = connect_many(fixture, KN_CLIENTS_MAX - 1);
	KnServerStats stats;
	guint status = 0;
	g_autoptr(JsonNode) thirty_second = ask(fixture, "GET", "/v1/status", NULL, &status);
	gint last = -1;

	g_assert_cmpuint(status, ==, 200);
	wait_for_clients(fixture, KN_CLIENTS_MAX - 1);
	last = client_connect(fixture->path);
	g_array_append_val(fds, last);
	wait_for_clients(fixture, KN_CLIENTS_MAX);
	assert_problem(fixture, "GET", "/v1/status", NULL, 503, "too-many-clients");
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_refused_clients, ==, 1);
	/* and as soon as they leave there is room */
	close_all(fds);
	wait_for_clients(fixture, 0);
	g_clear_pointer(&thirty_second, json_node_unref);
	thirty_second = ask(fixture, "GET", "/v1/status", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
}

static void
three_hundred_clients_do_not_take_three_hundred_places(Fixture *fixture, gconstpointer data)
{
	GArray *fds = connect_many(fixture, KN_CLIENTS_MAX + KN_REFUSALS_MAX);

	while (fds->len < 10 * KN_CLIENTS_MAX) {
		gint fd = client_connect(fixture->path);
		/* no place even to be told: closed without a word */
		g_autofree gchar *answer = client_read_all(fd);

		g_assert_cmpstr(answer, ==, "");
		fd = dup(STDERR_FILENO);
		g_array_append_val(fds, fd);
	}
	wait_for_clients(fixture, KN_CLIENTS_MAX + KN_REFUSALS_MAX);
	close_all(fds);
	wait_for_clients(fixture, 0);
}

static void
one_user_has_eight_places_and_others_have_theirs(Fixture *fixture, gconstpointer data)
{
	GArray *fds = NULL;
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;

	fixture->server->rule.has_read_gid = TRUE;
	fixture->server->rule.read_gid = 4000;
	fake_peer_uid = 1000;
	fake_peer_group = 4000;
	kn_server_set_peer_func(fixture->server, fake_peer_read);
	fds = connect_many(fixture, KN_CLIENTS_PER_UID_MAX - 1);
	node = ask(fixture, "GET", "/v1/status", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	wait_for_clients(fixture, KN_CLIENTS_PER_UID_MAX - 1);
	{
		gint eighth = client_connect(fixture->path);

		g_array_append_val(fds, eighth);
	}
	wait_for_clients(fixture, KN_CLIENTS_PER_UID_MAX);
	assert_problem(fixture, "GET", "/v1/status", NULL, 503, "too-many-clients");
	fake_peer_uid = 1001;
	g_clear_pointer(&node, json_node_unref);
	node = ask(fixture, "GET", "/v1/status", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	close_all(fds);
	wait_for_clients(fixture, 0);
}

/* ---- time ---- */

static const KnServerTimeouts short_waits = {20, 20, 20, 20, 20};

static void
a_client_that_never_asks_is_let_go(Fixture *fixture, gconstpointer data)
{
	GArray *fds = NULL;

	kn_server_set_timeouts(fixture->server, &short_waits);
	fds = g_array_new(FALSE, FALSE, sizeof(gint));
	for (guint i = 0; i < 3; i++) {
		gint fd = client_connect(fixture->path);

		g_array_append_val(fds, fd);
	}
	g_assert_true(client_send(g_array_index(fds, gint, 1), "GET /v1/st", 10));
	g_assert_true(client_send(
		g_array_index(fds, gint, 2),
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", 57));
	for (guint i = 0; i < 3; i++)
		g_free(client_read_all(g_array_index(fds, gint, i)));
	wait_for_clients(fixture, 0);
	g_array_unref(fds);
}

static void
an_owner_that_never_answers_is_answered_for(Fixture *fixture, gconstpointer data)
{
	kn_server_set_timeouts(fixture->server, &short_waits);
	fixture->hub.is_deferred = TRUE;
	assert_problem(fixture, "GET", "/v1/sessions/7", NULL, 503, "timeout");
	wait_for_clients(fixture, 0);
	/* and then it does, into nothing */
	fake_hub_answer(&fixture->hub);
}

static void
a_client_that_does_not_read_is_let_go(Fixture *fixture, gconstpointer data)
{
	static const gchar request[] = "GET /v1/sessions?limit=400 HTTP/1.1\r\nHost: knead\r\n\r\n";
	gint fd = -1;

	for (gint64 id = 1000; id > 600; id--)
		fake_hub_add_session(&fixture->hub, id, HUB_NOW_US - HUB_DAY_US);
	fd = client_connect(fixture->path);
	kn_server_set_timeouts(fixture->server, &short_waits);
	g_assert_true(client_send(fd, request, strlen(request)));
	wait_for_clients(fixture, 1);
	wait_for_clients(fixture, 0);
	close(fd);
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"a_header_of_8_kib_is_read_and_one_byte_more_is_not",
		 a_header_of_8_kib_is_read_and_one_byte_more_is_not},
		{"a_request_of_64_kib_is_read_and_one_byte_more_is_not",
		 a_request_of_64_kib_is_read_and_one_byte_more_is_not},
		{"a_body_in_chunks_is_not_taken", a_body_in_chunks_is_not_taken},
		{"thirty_two_clients_are_served_and_the_next_is_told_so",
		 thirty_two_clients_are_served_and_the_next_is_told_so},
		{"three_hundred_clients_do_not_take_three_hundred_places",
		 three_hundred_clients_do_not_take_three_hundred_places},
		{"one_user_has_eight_places_and_others_have_theirs",
		 one_user_has_eight_places_and_others_have_theirs},
		{"a_client_that_never_asks_is_let_go", a_client_that_never_asks_is_let_go},
		{"an_owner_that_never_answers_is_answered_for",
		 an_owner_that_never_answers_is_answered_for},
		{"a_client_that_does_not_read_is_let_go", a_client_that_does_not_read_is_let_go},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/limits/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
