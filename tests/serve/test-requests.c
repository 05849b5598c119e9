/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const gchar status_request[] = "GET /v1/status HTTP/1.1\r\nHost: knead\r\n\r\n";
static const gchar session_request[] = "GET /v1/sessions/7 HTTP/1.1\r\nHost: knead\r\n\r\n";

static gchar *
exchange(Fixture *fixture, const gchar *request)
{
	gint fd = client_connect(fixture->path);

	g_assert_true(client_send(fd, request, strlen(request)));
	return client_read_all(fd);
}

static gboolean
is_asked(gpointer user)
{
	return ((FakeHub *)user)->n_calls > 0;
}

static gboolean
is_empty(gpointer user)
{
	KnServerStats stats;

	kn_server_get_stats(user, &stats);
	return stats.n_clients == 0;
}

static void
one_connection_is_one_request(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *two = g_strconcat(status_request, status_request, NULL);
	g_autofree gchar *answer = exchange(fixture, two);
	KnServerStats stats;

	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 OK\r\n"));
	g_assert_nonnull(strstr(answer, "\r\nConnection: close\r\n"));
	g_assert_null(strstr(answer + 1, "HTTP/1.1"));
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_requests, ==, 1);
}

static void
what_is_not_http_is_told_so(Fixture *fixture, gconstpointer data)
{
	static const gchar *const requests[] = {
		"hello\r\n\r\n",
		"GET\r\n\r\n",
		"GET /v1/status HTTP/1.1\r\n\r\n", /* no host */
		"GET /v1/status HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n 2\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: "
		"0\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\r\n\r\n",
		"POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: "
		"9999999999999999999\r\n\r\n",
		"GET http:// HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT x HTTP/1.1\r\nHost: a\r\n\r\n",
		"\r\n\r\n\r\n\r\n",
	};

	for (guint i = 0; i < G_N_ELEMENTS(requests); i++) {
		g_autofree gchar *answer = exchange(fixture, requests[i]);
		guint status = 0;
		g_autoptr(JsonNode) node = parse_answer(answer, &status);

		g_test_message("%s: %s", requests[i], answer);
		g_assert_cmpuint(status, >=, 400);
		g_assert_cmpuint(status, <=, 501);
		/* a body whose length is in doubt never gets as far as the routes (405) */
		if (g_str_has_prefix(requests[i], "POST"))
			g_assert_true(status == 400 || status == 411);
		g_assert_nonnull(node);
	}
	turn_until(is_empty, fixture->server);
}

/* libsoup would take the part for the whole, and strips a NUL to find a name behind it */
static void
half_a_header_and_a_nul_are_refused(Fixture *fixture, gconstpointer data)
{
	static const gchar half[] = "GET /v1/status HTTP/1.1\r\nHost: a\r\n";
	static const gchar nul[] = "GET /v1/status HTTP/1.1\r\nHo\0st: a\r\n\r\n";
	gint fds[] = {client_connect(fixture->path), client_connect(fixture->path)};
	KnServerStats stats;

	g_assert_true(client_send(fds[0], half, sizeof half - 1));
	g_assert_cmpint(shutdown(fds[0], SHUT_WR), ==, 0);
	g_assert_true(client_send(fds[1], nul, sizeof nul - 1));
	for (guint i = 0; i < 2; i++) {
		g_autofree gchar *answer = client_read_all(fds[i]);

		g_test_message("%u: %s", i, answer);
		g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 400 "));
	}
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_requests, ==, 0);
}

static void
http_1_0_without_a_host_is_served(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = exchange(fixture, "GET /v1/status HTTP/1.0\r\n\r\n");

	g_assert_true(g_str_has_prefix(answer, "HTTP/1.0 200 OK\r\n"));
}

static void
head_is_get_without_the_body(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = exchange(fixture, "HEAD /v1/status HTTP/1.1\r\nHost: a\r\n\r\n");

	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 OK\r\n"));
	g_assert_true(g_str_has_suffix(answer, "\r\n\r\n"));
	g_assert_null(strchr(answer, '{'));
}

static void
a_range_is_ignored(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = exchange(
		fixture,
		"GET /v1/status HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,0-2,0-3,0-4\r\n\r\n");
	guint status = 0;
	g_autoptr(JsonNode) node = parse_answer(answer, &status);

	g_assert_cmpuint(status, ==, 200);
	g_assert_nonnull(node);
}

static void
a_client_that_asks_first_is_told_to_go_on(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer =
		exchange(fixture, "POST /v1/devices/C0:FF:EE:00:00:02/allow HTTP/1.1\r\nHost: a\r\n"
				  "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}");
	const gchar *second = strstr(answer + 1, "HTTP/1.1 ");
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;

	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 100 Continue\r\n"));
	g_assert_nonnull(second);
	g_assert_nonnull(strstr(second, "\r\nConnection: close\r\n"));
	node = parse_answer(second, &status);
	g_assert_cmpuint(status, ==, 200);
	g_assert_nonnull(node);
}

/* the owner answers later, after the client has left: into nothing, and the place is free before */
static void
a_client_that_leaves_while_it_waits_is_forgotten(Fixture *fixture, gconstpointer data)
{
	gint fd = client_connect(fixture->path);

	fixture->hub.is_deferred = TRUE;
	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	g_assert_true(client_send(fd, session_request, strlen(session_request)));
	turn_until(is_asked, &fixture->hub);
	close(fd);
	turn_until(is_empty, fixture->server);
	fake_hub_answer(&fixture->hub);
}

static void
a_client_that_has_said_all_still_gets_its_answer(Fixture *fixture, gconstpointer data)
{
	gint fd = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	fixture->hub.is_deferred = TRUE;
	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	g_assert_true(client_send(fd, session_request, strlen(session_request)));
	g_assert_cmpint(shutdown(fd, SHUT_WR), ==, 0);
	turn_until(is_asked, &fixture->hub);
	fake_hub_answer(&fixture->hub);
	answer = client_read_all(fd);
	g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 OK\r\n"));
}

/* the answer is larger than the socket holds: the server is in the middle of it when the reader goes */
static void
a_client_that_leaves_mid_reply_is_forgotten(Fixture *fixture, gconstpointer data)
{
	static const gchar request[] = "GET /v1/sessions?limit=400 HTTP/1.1\r\nHost: knead\r\n\r\n";
	gint fd = client_connect(fixture->path);
	gchar first[100];

	for (gint64 id = 1000; id > 600; id--)
		fake_hub_add_session(&fixture->hub, id, HUB_NOW_US - HUB_DAY_US);
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(is_asked, &fixture->hub);
	g_assert_cmpint(recv(fd, first, sizeof first, MSG_DONTWAIT), >, 0);
	close(fd);
	turn_until(is_empty, fixture->server);
}

static void
a_server_may_end_while_clients_wait(Fixture *fixture, gconstpointer data)
{
	gint waiting = client_connect(fixture->path);
	gint idle = client_connect(fixture->path);
	gint half = client_connect(fixture->path);
	g_autofree gchar *answer = NULL;

	fixture->hub.is_deferred = TRUE;
	g_assert_true(client_send(half, "GET /v1/st", 10));
	g_assert_true(client_send(waiting, session_request, strlen(session_request)));
	turn_until(is_asked, &fixture->hub);
	kn_server_free(g_steal_pointer(&fixture->server));
	/* exactly once, at once or later: later than the server */
	fake_hub_answer(&fixture->hub);
	answer = client_read_all(waiting);
	g_assert_cmpstr(answer, ==, "");
	close(idle);
	close(half);
}

/* ---- the kernel's word on who asks ---- */

/* runs as another user; 200, 403 or whatever the server says */
static gint
status_for_another(const gchar *path, gid_t group)
{
	gchar answer[64] = "";
	gint fd = -1;

	if (setgroups(1, &group) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
		return 1;
	fd = client_connect(path);
	if (send(fd, status_request, sizeof status_request - 1, MSG_NOSIGNAL) < 0)
		return 2;
	for (gsize n = 0; n < 12;) {
		gssize got = recv(fd, answer + n, sizeof answer - 1 - n, 0);

		n += got > 0 ? (gsize)got : 0;
		if (got == 0)
			return 3;
	}
	/* exit statuses are bytes: 403 is 43, 200 is 20 */
	return atoi(answer + 9) / 10 == 40 ? 43 : atoi(answer + 9) / 10;
}

typedef struct {
	pid_t pid;
	gint status;
} Child;

static gboolean
has_ended(gpointer user)
{
	Child *child = user;

	return waitpid(child->pid, &child->status, WNOHANG) == child->pid;
}

static gint
ask_as_another(Fixture *fixture, gid_t group)
{
	Child child = {fork(), 0};

	if (child.pid == 0)
		_exit(status_for_another(fixture->path, group));
	turn_until(has_ended, &child);
	g_assert_true(WIFEXITED(child.status));
	return WEXITSTATUS(child.status);
}

static void
another_user_is_known_by_the_kernels_word(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *own = exchange(fixture, status_request);

	/* whoever runs this test is the server's own uid */
	g_assert_true(g_str_has_prefix(own, "HTTP/1.1 200 OK\r\n"));
	if (geteuid() != 0) {
		fixture->server->rule.own_uid = (uid_t)-2;
		g_free(own);
		own = exchange(fixture, status_request);
		g_assert_true(g_str_has_prefix(own, "HTTP/1.1 403 "));
		return;
	}
	/* as root also with another uid and a supplementary group, past the file's mode on purpose */
	fixture->server->rule.has_read_gid = TRUE;
	fixture->server->rule.read_gid = 54321;
	g_assert_cmpint(chmod(fixture->directory, 0755), ==, 0);
	g_assert_cmpint(chmod(fixture->path, 0666), ==, 0);
	g_assert_cmpint(ask_as_another(fixture, 54322), ==, 43);
	g_assert_cmpint(ask_as_another(fixture, 54321), ==, 20);
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"one_connection_is_one_request", one_connection_is_one_request},
		{"what_is_not_http_is_told_so", what_is_not_http_is_told_so},
		{"half_a_header_and_a_nul_are_refused", half_a_header_and_a_nul_are_refused},
		{"http_1_0_without_a_host_is_served", http_1_0_without_a_host_is_served},
		{"head_is_get_without_the_body", head_is_get_without_the_body},
		{"a_range_is_ignored", a_range_is_ignored},
		{"a_client_that_asks_first_is_told_to_go_on",
		 a_client_that_asks_first_is_told_to_go_on},
		{"a_client_that_leaves_while_it_waits_is_forgotten",
		 a_client_that_leaves_while_it_waits_is_forgotten},
		{"a_client_that_has_said_all_still_gets_its_answer",
		 a_client_that_has_said_all_still_gets_its_answer},
		{"a_client_that_leaves_mid_reply_is_forgotten",
		 a_client_that_leaves_mid_reply_is_forgotten},
		{"a_server_may_end_while_clients_wait", a_server_may_end_while_clients_wait},
		{"another_user_is_known_by_the_kernels_word",
		 another_user_is_known_by_the_kernels_word},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/requests/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
