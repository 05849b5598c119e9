/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_US (10 * G_USEC_PER_SEC)

uid_t fake_peer_uid;
gid_t fake_peer_group;

void
fake_peer_read(gint fd, KnPeer *ret_peer)
{
	*ret_peer = (KnPeer){TRUE, fake_peer_uid, g_array_new(FALSE, FALSE, sizeof(gid_t))};
	g_array_append_val(ret_peer->groups, fake_peer_group);
}

void
fixture_set_up(Fixture *fixture, gconstpointer data)
{
	KnServerConfig config = {0};
	g_autoptr(GError) error = NULL;

	fixture->directory = g_dir_make_tmp("kn-serve-XXXXXX", &error);
	g_assert_no_error(error);
	fixture->path = g_build_filename(fixture->directory, "knead.sock", NULL);
	fake_hub_init(&fixture->hub);
	config.socket_path = fixture->path;
	fixture->server = kn_server_new(&config, fake_hub_vtable(), &fixture->hub, &error);
	g_assert_no_error(error);
}

void
fixture_tear_down(Fixture *fixture, gconstpointer data)
{
	kn_server_free(fixture->server);
	fake_hub_clear(&fixture->hub);
	g_assert_cmpint(g_access(fixture->path, F_OK), !=, 0);
	g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
	g_free(fixture->path);
	g_free(fixture->directory);
}

gint
client_connect(const gchar *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	gint fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpuint(strlen(path), <, sizeof address.sun_path);
	strcpy(address.sun_path, path);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(fcntl(fd, F_SETFL, O_NONBLOCK), ==, 0);
	return fd;
}

static void
turn(gint fd, short events)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	if (!g_main_context_iteration(NULL, FALSE))
		poll(&wanted, fd >= 0 ? 1 : 0, 1);
}

void
turn_until(DoneFunc is_done, gpointer user)
{
	gint64 until_us = g_get_monotonic_time() + PATIENCE_US;

	while (!is_done(user)) {
		g_assert_cmpint(g_get_monotonic_time(), <, until_us);
		turn(-1, 0);
	}
}

gboolean
client_send(gint fd, const gchar *bytes, gsize n_bytes)
{
	gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
	gsize at = 0;

	while (at < n_bytes) {
		gssize n = send(fd, bytes + at, n_bytes - at, MSG_NOSIGNAL);

		g_assert_cmpint(g_get_monotonic_time(), <, until_us);
		if (n < 0 && errno != EAGAIN)
			return FALSE;
		at += n > 0 ? (gsize)n : 0;
		turn(fd, POLLOUT);
	}
	return TRUE;
}

gchar *
client_read_all(gint fd)
{
	gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
	GString *answer = g_string_new(NULL);
	gboolean is_over = FALSE;

	while (!is_over) {
		gchar buffer[4096];
		gssize n = recv(fd, buffer, sizeof buffer, 0);

		g_assert_cmpint(g_get_monotonic_time(), <, until_us);
		if (n > 0)
			g_string_append_len(answer, buffer, n);
		is_over = n == 0 || (n < 0 && errno != EAGAIN);
		turn(fd, POLLIN);
	}
	close(fd);
	return g_string_free(answer, FALSE);
}

JsonNode *
parse_answer(const gchar *answer, guint *ret_status)
{
	const gchar *body = strstr(answer, "\r\n\r\n");
	const gchar *length = strstr(answer, "\r\nContent-Length: ");

	*ret_status = 0;
	if (body == NULL || sscanf(answer, "HTTP/1.%*1[01] %u", ret_status) != 1)
		return NULL;
	if (strstr(answer, "\r\nTransfer-Encoding: chunked\r\n") != NULL)
		return NULL;
	g_assert_nonnull(length);
	g_assert_cmpuint(strlen(body + 4), ==, g_ascii_strtoull(length + 18, NULL, 10));
	return json_from_string(body + 4, NULL);
}

JsonNode *
ask(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
    guint *ret_status)
{
	g_autoptr(GString) request = g_string_new(NULL);
	g_autofree gchar *answer = NULL;
	gint fd = client_connect(fixture->path);

	g_string_append_printf(request, "%s %s HTTP/1.1\r\nHost: knead\r\n", method, target);
	if (body != NULL)
		g_string_append_printf(request, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
				       strlen(body));
	g_string_append_printf(request, "\r\n%s", body != NULL ? body : "");
	g_assert_true(client_send(fd, request->str, request->len));
	answer = client_read_all(fd);
	return parse_answer(answer, ret_status);
}

JsonNode *
get(Fixture *fixture, const gchar *target)
{
	guint status = 0;
	JsonNode *node = ask(fixture, "GET", target, NULL, &status);

	g_test_message("%s", target);
	g_assert_cmpuint(status, ==, 200);
	return node;
}

void
assert_problem(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
	       guint status, const gchar *kind)
{
	guint got = 0;
	g_autoptr(JsonNode) node = ask(fixture, method, target, body, &got);
	JsonObject *object = NULL;

	g_test_message("%s %s", method, target);
	g_assert_cmpuint(got, ==, status);
	g_assert_nonnull(node);
	object = json_node_get_object(node);
	g_assert_cmpstr(json_object_get_string_member(object, "kind"), ==, kind);
	g_assert_cmpstr(json_object_get_string_member(object, "type"), ==, "about:blank");
	g_assert_cmpint(json_object_get_int_member(object, "status"), ==, status);
	g_assert_true(json_object_has_member(object, "title"));
	g_assert_true(json_object_has_member(object, "detail"));
	g_assert_true(json_object_has_member(object, "hint"));
}

void
become(Fixture *fixture, uid_t uid, gid_t group)
{
	fake_peer_uid = uid;
	fake_peer_group = group;
	fixture->server->rule = (KnPeerRule){900, TRUE, 4000, TRUE, 4001};
	g_free(fixture->server->read_group);
	g_free(fixture->server->admin_group);
	fixture->server->read_group = g_strdup("knead");
	fixture->server->admin_group = g_strdup("knead-admin");
	kn_server_set_peer_func(fixture->server, fake_peer_read);
}

void
assert_status(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
	      guint wanted)
{
	guint status = 0;
	g_autoptr(JsonNode) node = ask(fixture, method, target, body, &status);

	g_test_message("%s %s", method, target);
	g_assert_cmpuint(status, ==, wanted);
	/* a stream is no document; its first one may never come */
	if (status != 200 ||
	    (!g_str_has_prefix(target, "/v1/events") && !g_str_has_prefix(target, "/v1/captures") &&
	     !g_str_has_prefix(target, "/v1/exports") && !g_str_has_prefix(target, "/v1/backups")))
		g_assert_nonnull(node);
}
