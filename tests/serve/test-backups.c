/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/server-private.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const gchar request[] = "POST /v1/backups HTTP/1.1\r\nHost: knead\r\n\r\n";

/* bytes of every value, of no round size */
static void
fill(FakeHub *hub, gsize n_bytes)
{
	guint8 *bytes = g_malloc(n_bytes);

	for (gsize i = 0; i < n_bytes; i++)
		bytes[i] = (guint8)(i * 7 + i / 251);
	hub->backup = g_bytes_new_take(bytes, n_bytes);
	hub->backup_step = 100 * 1024;
}

static GByteArray *
read_raw(gint fd)
{
	GByteArray *answer = g_byte_array_new();
	guint8 chunk[4096];
	gssize n = 1;

	while (n != 0) {
		g_main_context_iteration(NULL, FALSE);
		n = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
		if (n > 0)
			g_byte_array_append(answer, chunk, (guint)n);
	}
	close(fd);
	return answer;
}

/* the body of a chunked answer */
static GByteArray *
unchunk(const GByteArray *answer)
{
	const gchar *at = g_strstr_len((const gchar *)answer->data, answer->len, "\r\n\r\n") + 4;
	GByteArray *body = g_byte_array_new();
	gulong n_bytes = 1;

	while (n_bytes > 0) {
		gchar *end;
		n_bytes = strtoul(at, &end, 16);
		g_assert_true(g_str_has_prefix(end, "\r\n"));
		g_byte_array_append(body, (const guint8 *)end + 2, (guint)n_bytes);
		at = end + 2 + n_bytes + 2;
	}
	return body;
}

static void
a_backup_is_the_file_and_its_sum(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GByteArray) answer = NULL;
	g_autoptr(GByteArray) body = NULL;
	g_autofree gchar *sum = NULL;
	gsize n_bytes = 1000 * 1000 + 1;
	gint fd;

	fill(&fixture->hub, n_bytes);
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	answer = read_raw(fd);
	g_assert_nonnull(
		g_strstr_len((const gchar *)answer->data, 1000, "X-Knead-Bytes: 1000001\r\n"));
	body = unchunk(answer);
	g_assert_cmpuint(body->len, ==, n_bytes + 65);
	g_assert_cmpmem(body->data, n_bytes, g_bytes_get_data(fixture->hub.backup, NULL), n_bytes);
	sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, fixture->hub.backup);
	g_assert_cmpmem(body->data + n_bytes, 64, sum, 64);
	g_assert_cmpint(body->data[n_bytes + 64], ==, '\n');
	g_assert_cmpuint(fixture->hub.n_begun_backups, ==, 1);
	g_assert_cmpuint(fixture->hub.n_ended_backups, ==, 1);
}

static gboolean
has_begun(gpointer data)
{
	gint fd = *(gint *)data;
	guint8 byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
}

static gboolean
has_ended(gpointer data)
{
	return ((FakeHub *)data)->n_ended_backups == 1;
}

static void
a_reader_that_leaves_or_stalls_lets_the_hub_go_on(Fixture *fixture, gconstpointer data)
{
	const KnServerTimeouts soon = {
		.read_ms = 5000, .answer_ms = 5000, .write_ms = 200, .refuse_ms = 200};
	gint fd;

	fill(&fixture->hub, 8 * 1000 * 1000);
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(has_begun, &fd);
	close(fd);
	turn_until(has_ended, &fixture->hub);
	/* and one that stays, and takes nothing */
	fixture->hub.n_ended_backups = 0;
	kn_server_set_timeouts(fixture->server, &soon);
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(has_ended, &fixture->hub);
	close(fd);
}

/* the file stays as it is for one reader: with two, the end of one would let it change under the other */
static void
a_second_backup_waits_for_the_end_of_the_first(Fixture *fixture, gconstpointer data)
{
	gint fd;

	fill(&fixture->hub, 8 * 1000 * 1000);
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(has_begun, &fd);
	assert_problem(fixture, "POST", "/v1/backups", NULL, 409, "busy");
	g_assert_cmpuint(fixture->hub.n_begun_backups, ==, 1);
	g_assert_cmpuint(fixture->hub.n_ended_backups, ==, 0);
	close(fd);
	turn_until(has_ended, &fixture->hub);
	/* one that could not begin is over, too */
	g_clear_pointer(&fixture->hub.backup, g_bytes_unref);
	assert_problem(fixture, "POST", "/v1/backups", NULL, 503, "degraded");
	fill(&fixture->hub, 1000);
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	g_byte_array_unref(read_raw(fd));
	g_assert_cmpuint(fixture->hub.n_begun_backups, ==, 2);
}

static gboolean
has_asked(gpointer data)
{
	return ((FakeHub *)data)->begin_func != NULL;
}

static gboolean
has_no_client(gpointer data)
{
	return ((KnServer *)data)->clients->len == 0;
}

static void
who_leaves_before_it_begins_lets_the_next_one_begin(Fixture *fixture, gconstpointer data)
{
	FakeHub *hub = &fixture->hub;
	g_autoptr(GError) error =
		g_error_new_literal(KN_HUB_ERROR, KN_HUB_ERROR_FAILED, "the hub is stopping");

	fill(hub, 1000);
	hub->is_deferred = TRUE;
	for (guint i = 0; i < 2; i++) {
		gint fd = client_connect(fixture->path);
		g_assert_true(client_send(fd, request, strlen(request)));
		turn_until(has_asked, hub);
		close(fd);
		turn_until(has_no_client, fixture->server);
		/* the second is asked for when the first is over, and is over only when the server is */
		if (i == 1)
			kn_server_free(g_steal_pointer(&fixture->server));
		hub->begin_func(NULL, i == 0 ? 1000 : 0, i == 0 ? NULL : error, hub->begin_request);
		hub->begin_func = NULL;
	}
}

static void
what_cannot_be_read_further_breaks_off(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GByteArray) answer = NULL;
	gint fd;

	fill(&fixture->hub, 1000);
	fixture->hub.error_code = KN_HUB_ERROR_DEGRADED;
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	answer = read_raw(fd);
	/* without the last chunk nobody takes it for whole */
	g_byte_array_append(answer, (const guint8 *)"", 1);
	g_assert_null(strstr((const gchar *)answer->data, "\r\n0\r\n\r\n"));
	g_assert_cmpuint(fixture->hub.n_ended_backups, ==, 1);
}

static void
a_hub_that_cannot_says_why(Fixture *fixture, gconstpointer data)
{
	fixture->hub.error_code = KN_HUB_ERROR_DEGRADED;
	assert_problem(fixture, "POST", "/v1/backups", NULL, 503, "degraded");
	assert_problem(fixture, "GET", "/v1/backups", NULL, 405, "wrong-method");
	g_assert_cmpuint(fixture->hub.n_ended_backups, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/serve/backups/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)
	ADD(a_backup_is_the_file_and_its_sum);
	ADD(a_second_backup_waits_for_the_end_of_the_first);
	ADD(a_reader_that_leaves_or_stalls_lets_the_hub_go_on);
	ADD(who_leaves_before_it_begins_lets_the_next_one_begin);
	ADD(what_cannot_be_read_further_breaks_off);
	ADD(a_hub_that_cannot_says_why);
	return g_test_run();
}
