/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a request may have at most: as much, one more, ten times as much */

#include "fake-hub.h"

#include "core/measure/by-hand.h"
#include "serve/stream.h"
#include <string.h>
#include <unistd.h>

/* the other tests go by the names of the limits */
static void
the_limits_are_those_that_are_told(Fixture *fixture, gconstpointer data)
{
	g_assert_cmpuint(KN_CLIENTS_MAX, ==, 32);
	g_assert_cmpuint(KN_CLIENTS_PER_UID_MAX, ==, 8);
	g_assert_cmpuint(KN_REQUEST_BYTES_MAX, ==, 65536);
	g_assert_cmpuint(KN_HEADER_BYTES_MAX, ==, 8192);
	g_assert_cmpuint(KN_PAGE_MAX, ==, 400);
	g_assert_cmpuint(KN_ANSWER_TIMEOUT_MS, ==, 30000);
	g_assert_cmpuint(KN_WRITE_TIMEOUT_MS, ==, 10000);
}

static void
numbers_are_taken_up_to_their_largest(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *method, *target;
		guint max;
		guint status;
	} cases[] = {
		{"GET", "/v1/sessions?limit=", 400, 200},
		{"GET", "/v1/log?limit=", 400, 200},
		{"GET", "/v1/edits?limit=", 400, 200},
		{"GET", "/v1/sessions/7/curve?slices=", 400, 200},
		{"POST", "/v1/devices/1/identify?seconds=", 60, 200},
		{"POST", "/v1/scans?seconds=", 60, 202},
	};

	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US - HUB_DAY_US);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const guint numbers[] = {cases[i].max, cases[i].max + 1, 10 * cases[i].max, 0};

		for (gsize k = 0; k < G_N_ELEMENTS(numbers); k++) {
			g_autofree gchar *target =
				g_strdup_printf("%s%u", cases[i].target, numbers[k]);
			guint status = 0;
			g_autoptr(JsonNode) node =
				ask(fixture, cases[i].method, target, NULL, &status);

			g_test_message("%s: %u", target, status);
			g_assert_nonnull(node);
			g_assert_cmpuint(status, ==, k == 0 ? cases[i].status : 400);
		}
	}
}

static void
texts_and_lists_are_taken_up_to_their_longest(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *target, *before, *one, *after;
		guint max;
	} cases[] = {
		{"/v1/persons", "{\"label\":\"", "\303\274", "\"}", 64},
		{"/v1/persons", "{\"label\":\"a\",\"external_id\":\"", "\303\274", "\"}", 64},
		{"/v1/devices/C0:FF:EE:00:00:02/allow", "{\"label\":\"", "\303\274", "\"}", 64},
		{"/v1/sessions/7/notes", "{\"region\":\"", "\303\274", "\"}", 64},
		{"/v1/sessions/7/notes", "{\"note\":\"", "\303\274", "\"}",
		 KN_NOTE_CODE_POINTS_MAX},
		{"/v1/assignments", "{\"to\":\"nobody\",\"sessions\":[1", ",2", "]}",
		 KN_PEOPLE_SESSIONS_MAX - 1},
		{"/v1/plans", "{\"dry_run\":true,\"text\":\"[a]\\nminutes=5\\n", "#", "\"}",
		 KN_PLAN_BYTES_MAX - 14},
	};

	kn_people_add(fixture->hub.people, &(KnPerson){1, (gchar *)"Mia", (gchar *)"", 1});
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const guint lengths[] = {cases[i].max, cases[i].max + 1, 10 * cases[i].max};

		for (gsize k = 0; k < G_N_ELEMENTS(lengths); k++) {
			g_autoptr(GString) body = g_string_new(cases[i].before);
			guint status = 0;
			g_autoptr(JsonNode) node = NULL;

			for (guint n = 0; n < lengths[k]; n++)
				g_string_append(body, cases[i].one);
			g_string_append(body, cases[i].after);
			/* ten plans are more than a request may have */
			if (body->len > 60 * 1024)
				continue;
			node = ask(fixture, "POST", cases[i].target, body->str, &status);
			g_test_message("%s, %u: %u", cases[i].target, lengths[k], status);
			g_assert_cmpuint(status / 100, ==, k == 0 ? 2 : 4);
		}
	}
}

/* ---- a stream ---- */

static gboolean
has_capture(gpointer data)
{
	return ((FakeHub *)data)->capture_to != NULL;
}

/* of one that has begun, and whose reader has all there was until now */
static gint
begin_capture(Fixture *fixture)
{
	static const gchar request[] = "POST /v1/captures?device=1 HTTP/1.1\r\nHost: knead\r\n\r\n";
	gint fd = client_connect(fixture->path);

	fixture->hub.is_deferred = TRUE;
	fixture->hub.capture_to = NULL;
	g_assert_true(client_send(fd, request, strlen(request)));
	turn_until(has_capture, &fixture->hub);
	while (g_main_context_iteration(NULL, FALSE)) {
	}
	return fd;
}

static gboolean
write_more(Fixture *fixture, gsize n_bytes)
{
	g_autofree gchar *text = g_strnfill(n_bytes, 'x');

	return fixture->hub.capture_sink.write(fixture->hub.capture_to, text, n_bytes);
}

static gboolean
has_stopped(gpointer data)
{
	return ((FakeHub *)data)->n_stopped_captures > 0;
}

static void
a_stream_holds_256_kib_and_a_byte_more_drops_its_reader(Fixture *fixture, gconstpointer data)
{
	/* what is written in one go, while nothing can leave */
	static const struct {
		gsize first, then;
		gboolean is_first_held, is_then_held;
	} cases[] = {
		{KN_STREAM_BYTES_MAX - 1, 1, TRUE, TRUE},
		{KN_STREAM_BYTES_MAX, 1, TRUE, FALSE},
		{KN_STREAM_BYTES_MAX + 1, 0, FALSE, FALSE},
		{10 * KN_STREAM_BYTES_MAX, 0, FALSE, FALSE},
	};
	guint n_dropped = 0;

	g_assert_cmpuint(KN_STREAM_BYTES_MAX, ==, 262144);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint fd = begin_capture(fixture);
		KnServerStats stats;

		fixture->hub.n_stopped_captures = 0;
		g_assert_cmpint(write_more(fixture, cases[i].first), ==, cases[i].is_first_held);
		if (cases[i].is_first_held)
			g_assert_cmpint(write_more(fixture, cases[i].then), ==,
					cases[i].is_then_held);
		n_dropped += !cases[i].is_then_held;
		kn_server_get_stats(fixture->server, &stats);
		g_assert_cmpuint(stats.n_dropped_readers, ==, n_dropped);
		close(fd);
		turn_until(has_stopped, &fixture->hub);
	}
}

/* ---- places ---- */

static gboolean
are_eight(gpointer data)
{
	KnServerStats stats;

	kn_server_get_stats(data, &stats);
	return stats.n_clients == KN_CLIENTS_PER_UID_MAX;
}

static void
eighty_of_one_user_have_eight_places_between_them(Fixture *fixture, gconstpointer data)
{
	gint fds[KN_CLIENTS_PER_UID_MAX];
	guint status = 0;
	g_autoptr(JsonNode) other = NULL;

	become(fixture, 1000, 4000);
	for (guint i = 0; i < KN_CLIENTS_PER_UID_MAX; i++)
		fds[i] = client_connect(fixture->path);
	turn_until(are_eight, fixture->server);
	for (guint i = KN_CLIENTS_PER_UID_MAX; i < 10 * KN_CLIENTS_PER_UID_MAX; i++)
		assert_problem(fixture, "GET", "/v1/status", NULL, 503, "too-many-clients");
	become(fixture, 1001, 4000);
	other = ask(fixture, "GET", "/v1/status", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	for (guint i = 0; i < KN_CLIENTS_PER_UID_MAX; i++)
		close(fds[i]);
}

#define TEST(name)                                                                 \
	g_test_add("/serve/at-limits/" #name, Fixture, NULL, fixture_set_up, name, \
		   fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(the_limits_are_those_that_are_told);
	TEST(numbers_are_taken_up_to_their_largest);
	TEST(texts_and_lists_are_taken_up_to_their_longest);
	TEST(a_stream_holds_256_kib_and_a_byte_more_drops_its_reader);
	TEST(eighty_of_one_user_have_eight_places_between_them);
	return g_test_run();
}
