/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include "serve/stream.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gint
begin(Fixture *fixture, const gchar *target)
{
	g_autofree gchar *request =
		g_strdup_printf("GET %s HTTP/1.1\r\nHost: knead\r\n\r\n", target);
	gint fd = client_connect(fixture->path);

	g_assert_true(client_send(fd, request, strlen(request)));
	return fd;
}

/* the ids in a whole answer, in the order in which they came; other lines by their kind or class */
static gchar *
ids_of(const gchar *answer)
{
	g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
	g_autoptr(GString) ids = g_string_new(NULL);

	for (guint i = 0; lines[i] != NULL; i++) {
		gint64 id = 0;

		if (lines[i][0] != '{')
			continue;
		if (sscanf(lines[i], "{\"id\":%" G_GINT64_FORMAT ",", &id) == 1)
			g_string_append_printf(ids, "%" G_GINT64_FORMAT " ", id);
		else if (strstr(lines[i], "events_lost") != NULL)
			g_string_append(ids, "lost ");
		else if (strstr(lines[i], "\"dropped\"") != NULL)
			g_string_append(ids, "dropped ");
		else
			g_string_append(ids, "? ");
	}
	return g_strdup(ids->str);
}

typedef struct {
	gint fd;
	const gchar *wanted;
	GString *text; /* owned */
} Reading;

static gboolean
has_read(gpointer data)
{
	Reading *reading = data;
	gchar buffer[4096];
	gssize n = recv(reading->fd, buffer, sizeof buffer, MSG_DONTWAIT);

	if (n > 0)
		g_string_append_len(reading->text, buffer, n);
	return strstr(reading->text->str, reading->wanted) != NULL;
}

/* what came until wanted did; closes */
static gchar *
read_until(gint fd, const gchar *wanted)
{
	Reading reading = {fd, wanted, g_string_new(NULL)};

	turn_until(has_read, &reading);
	close(fd);
	return g_string_free(reading.text, FALSE);
}

static gboolean
has_follower(gpointer data)
{
	KnServerStats stats;

	kn_server_get_stats(data, &stats);
	return stats.n_followers == 1;
}

static gboolean
has_no_follower(gpointer data)
{
	KnServerStats stats;

	kn_server_get_stats(data, &stats);
	return stats.n_followers == 0;
}

static void
publish(Fixture *fixture, gint64 id)
{
	g_autoptr(KnEvent) event = fake_event(id);

	kn_server_publish(fixture->server, event);
}

static void
what_was_kept_comes_whole_and_in_order_over_many_pages(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = NULL;
	g_autofree gchar *ids = NULL;
	g_autoptr(GString) wanted = g_string_new(NULL);

	fixture->hub.n_events = 1234;
	fixture->hub.oldest_event_id = 1;
	answer = client_read_all(begin(fixture, "/v1/events?since=7"));
	for (gint64 id = 8; id <= 1234; id++)
		g_string_append_printf(wanted, "%" G_GINT64_FORMAT " ", id);
	ids = ids_of(answer);
	g_assert_cmpstr(ids, ==, wanted->str);
	g_assert_nonnull(strstr(answer, "Content-Type: application/x-ndjson"));
}

static void
a_follower_misses_nothing_at_the_seam(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = NULL;
	g_autofree gchar *ids = NULL;
	gint fd;

	fixture->hub.n_events = 3;
	fixture->hub.oldest_event_id = 1;
	fixture->hub.is_deferred = TRUE;
	fd = begin(fixture, "/v1/events?follow=1&since=1");
	/* it happens while the owner looks: the owner's answer holds it, so it must not be told twice */
	while (fixture->hub.calls.length == 0)
		g_main_context_iteration(NULL, TRUE);
	publish(fixture, 4);
	fixture->hub.n_events = 4;
	fake_hub_answer(&fixture->hub);
	turn_until(has_follower, fixture->server);
	publish(fixture, 5);
	answer = read_until(fd, "\"id\":5,");
	ids = ids_of(answer);
	g_assert_cmpstr(ids, ==, "2 3 4 5 ");
}

static void
only_what_was_asked_for_is_told(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = NULL;
	g_autofree gchar *ids = NULL;

	fixture->hub.n_events = 25;
	fixture->hub.oldest_event_id = 1;
	answer = client_read_all(begin(fixture, "/v1/events?since=0&class=alarm,session"));
	ids = ids_of(answer);
	g_assert_cmpstr(ids, ==, "10 20 ");
}

static void
who_comes_too_late_is_told_so_first(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *answer = NULL;
	g_autofree gchar *ids = NULL;

	fixture->hub.n_events = 12;
	fixture->hub.oldest_event_id = 11;
	answer = client_read_all(begin(fixture, "/v1/events?since=10"));
	ids = ids_of(answer);
	g_assert_cmpstr(ids, ==, "lost 11 12 ");
}

static void
a_reader_that_takes_nothing_is_dropped_and_others_feel_nothing(Fixture *fixture, gconstpointer data)
{
	KnServerTimeouts timeouts = {10000, 200, 10000, 10000, 10000};
	KnServerStats stats;
	g_autofree gchar *answer = NULL;
	g_autofree gchar *ids = NULL;
	g_auto(GStrv) numbers = NULL;
	gint64 id = 0;
	guint n_numbers = 0;
	guint status = 0;
	g_autoptr(JsonNode) other = NULL;
	gint fd;

	kn_server_set_timeouts(fixture->server, &timeouts);
	fd = begin(fixture, "/v1/events?follow=1");
	turn_until(has_follower, fixture->server);
	/* the socket takes some of it, the queue the rest; ten times both is far beyond */
	while (!has_no_follower(fixture->server) && id < 100000) {
		publish(fixture, ++id);
		while (g_main_context_iteration(NULL, FALSE)) {
		}
	}
	g_assert_true(has_no_follower(fixture->server));
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_dropped_readers, ==, 1);
	/* told nobody: must not be remembered */
	publish(fixture, ++id);
	other = ask(fixture, "GET", "/v1/status", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	/* who reads on after all gets every event up to the cut, and then the reason */
	answer = client_read_all(fd);
	ids = ids_of(answer);
	numbers = g_strsplit(g_strchomp(ids), " ", -1);
	n_numbers = g_strv_length(numbers);
	g_assert_cmpuint(n_numbers, >, 100);
	g_assert_cmpstr(numbers[n_numbers - 1], ==, "dropped");
	for (guint i = 0; i + 1 < n_numbers; i++)
		g_assert_cmpint(g_ascii_strtoll(numbers[i], NULL, 10), ==, i + 1);
}

static void
a_reader_that_stalls_is_dropped_by_time_too(Fixture *fixture, gconstpointer data)
{
	KnServerTimeouts timeouts = {10000, 20, 10000, 20, 10000};
	KnServerStats stats;
	gint fd;

	kn_server_set_timeouts(fixture->server, &timeouts);
	fd = begin(fixture, "/v1/events?follow=1");
	turn_until(has_follower, fixture->server);
	/* more than the socket takes, less than the queue holds */
	for (gint64 id = 1; id < 10000; id++) {
		kn_server_get_stats(fixture->server, &stats);
		if (stats.n_followers == 0)
			break;
		publish(fixture, id);
		if (id % 500 == 0)
			g_main_context_iteration(NULL, FALSE);
	}
	turn_until(has_no_follower, fixture->server);
	kn_server_get_stats(fixture->server, &stats);
	g_assert_cmpuint(stats.n_dropped_readers, ==, 1);
	close(fd);
}

static void
a_follower_that_leaves_is_forgotten(Fixture *fixture, gconstpointer data)
{
	gint fd = begin(fixture, "/v1/events?follow=1");

	turn_until(has_follower, fixture->server);
	close(fd);
	turn_until(has_no_follower, fixture->server);
	publish(fixture, 1);
}

static void
who_leaves_while_the_owner_looks_is_forgotten_too(Fixture *fixture, gconstpointer data)
{
	gint fd;

	fixture->hub.n_events = 3;
	fixture->hub.is_deferred = TRUE;
	fd = begin(fixture, "/v1/events?follow=1&since=1");
	while (fixture->hub.calls.length == 0)
		g_main_context_iteration(NULL, TRUE);
	close(fd);
	for (guint i = 0; i < 100; i++)
		g_main_context_iteration(NULL, FALSE);
	fake_hub_answer(&fixture->hub);
	turn_until(has_no_follower, fixture->server);
}

static void
live_pressures_are_made_only_for_those_who_watch(Fixture *fixture, gconstpointer data)
{
	g_autoptr(KnDevice) device = g_new0(KnDevice, 1);
	const guint32 node_hpa[] = {0, 321};
	KnLiveView live = {device, NULL, node_hpa, 2};
	g_autofree gchar *answer = NULL;
	gint fd;

	device->id = 1;
	device->address = g_strdup("C0:FF:EE:00:00:01");
	device->label = g_strdup("");
	g_assert_false(kn_server_wants_live(fixture->server));
	fd = begin(fixture, "/v1/events?follow=1&class=live&device=1");
	turn_until(has_follower, fixture->server);
	g_assert_true(kn_server_wants_live(fixture->server));
	publish(fixture, 1);
	kn_server_publish_live(fixture->server, &live);
	answer = read_until(fd, "\"hpa\":321");
	g_assert_null(strstr(answer, "\"id\":"));
}

static gboolean
has_stopped(gpointer data)
{
	return ((FakeHub *)data)->n_stopped_captures == 1;
}

static void
a_capture_is_text_that_ends_and_stops_when_nobody_listens(Fixture *fixture, gconstpointer data)
{
	static const gchar request[] =
		"POST /v1/captures?device=1&seconds=5&raw=1 HTTP/1.1\r\nHost: knead\r\n\r\n";
	g_autofree gchar *answer = NULL;
	gint fd = client_connect(fixture->path);

	g_assert_true(client_send(fd, request, strlen(request)));
	answer = client_read_all(fd);
	g_assert_nonnull(strstr(answer, "\r\none\ntwo\n\r\n0\r\n\r\n"));
	g_assert_cmpuint(fixture->hub.last_capture.duration_s, ==, 5);
	g_assert_true(fixture->hub.last_capture.is_raw);
	g_assert_cmpuint(fixture->hub.n_stopped_captures, ==, 0);
	/* and one whose reader leaves */
	fixture->hub.is_deferred = TRUE;
	fd = client_connect(fixture->path);
	g_assert_true(client_send(fd, request, strlen(request)));
	g_free(read_until(fd, "two"));
	turn_until(has_stopped, &fixture->hub);
	assert_problem(fixture, "POST", "/v1/captures", NULL, 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/captures?device=9", NULL, 404, "no-such-device");
	fixture->hub.error_code = KN_HUB_ERROR_BUSY;
	assert_problem(fixture, "POST", "/v1/captures?device=1", NULL, 409, "busy");
}

static void
the_log_is_a_page_with_the_newest_last(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;
	JsonArray *events = NULL;

	fixture->hub.n_events = 30;
	node = ask(fixture, "GET", "/v1/log?limit=5", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	events = json_object_get_array_member(json_node_get_object(node), "events");
	g_assert_cmpuint(json_array_get_length(events), ==, 5);
	for (guint i = 0; i < 5; i++)
		g_assert_cmpint(
			json_object_get_int_member(json_array_get_object_element(events, i), "id"),
			==, 26 + i);
	g_assert_cmpstr(json_object_get_string_member(json_node_get_object(node), "next_cursor"),
			==, "26");
	json_node_unref(node);
	node = ask(fixture, "GET", "/v1/log?limit=400", NULL, &status);
	g_assert_false(json_object_has_member(json_node_get_object(node), "next_cursor"));
}

static void
what_cannot_be_meant_is_refused(Fixture *fixture, gconstpointer data)
{
	assert_problem(fixture, "GET", "/v1/events?class=noise", NULL, 400, "bad-request");
	assert_problem(fixture, "GET", "/v1/events?since=-1", NULL, 400, "bad-request");
	assert_problem(fixture, "GET", "/v1/events?follow=2", NULL, 400, "bad-request");
	assert_problem(fixture, "GET", "/v1/log?limit=401", NULL, 400, "bad-request");
}

#define ADD(name) \
	g_test_add("/serve/events/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(what_was_kept_comes_whole_and_in_order_over_many_pages);
	ADD(a_follower_misses_nothing_at_the_seam);
	ADD(only_what_was_asked_for_is_told);
	ADD(who_comes_too_late_is_told_so_first);
	ADD(a_reader_that_takes_nothing_is_dropped_and_others_feel_nothing);
	ADD(a_reader_that_stalls_is_dropped_by_time_too);
	ADD(a_follower_that_leaves_is_forgotten);
	ADD(who_leaves_while_the_owner_looks_is_forgotten_too);
	ADD(live_pressures_are_made_only_for_those_who_watch);
	ADD(a_capture_is_text_that_ends_and_stops_when_nobody_listens);
	ADD(the_log_is_a_page_with_the_newest_last);
	ADD(what_cannot_be_meant_is_refused);
	return g_test_run();
}
