/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "fake-hub.h"

#include <string.h>

static JsonObject *
object_at(JsonObject *object, const gchar *key, guint index)
{
	return json_array_get_object_element(json_object_get_array_member(object, key), index);
}

static gint64
number(JsonObject *object, const gchar *key)
{
	g_assert_true(json_object_has_member(object, key));
	return json_object_get_int_member(object, key);
}

static void
a_session_has_its_numbers_with_units(Fixture *fixture, gconstpointer data)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	g_autoptr(JsonNode) node = NULL;
	JsonObject *object = NULL;

	session->metrics.has_symmetry = TRUE;
	session->metrics.symmetry_permille = -40;
	session->metrics.hold_count = 2;
	session->metrics.hold_longest_ms = 45000;
	session->metrics.hold_mean_hpa = 612;
	session->metrics.has_device_duration = TRUE;
	session->metrics.device_duration_ms = 602000;
	session->metrics.is_duration_disputed = TRUE;
	node = get(fixture, "/v1/sessions/7");
	object = json_node_get_object(node);
	g_assert_cmpint(number(object, "id"), ==, 7);
	/* 08:00 UTC is 09:00 in Berlin in November */
	g_assert_cmpstr(json_object_get_string_member(object, "start"), ==,
			"2026-11-21T09:00:00+01:00");
	g_assert_cmpint(number(object, "start_unix_us"), ==, HUB_NOW_US);
	g_assert_cmpstr(json_object_get_string_member(object, "tz"), ==, "Europe/Berlin");
	g_assert_cmpint(number(object, "duration_ms"), ==, 600000);
	g_assert_cmpint(number(object, "device_duration_ms"), ==, 602000);
	g_assert_true(json_object_get_boolean_member(object, "is_duration_disputed"));
	g_assert_cmpint(number(object, "dose_hpa_ms"), ==, 150000000);
	g_assert_cmpint(number(object, "symmetry_permille"), ==, -40);
	g_assert_cmpint(number(object, "hold_longest_ms"), ==, 45000);
	/* 101 half-cycles in 10 minutes: 10.1 a minute */
	g_assert_cmpint(number(object, "rocking_centi_per_min"), ==, 1010);
	g_assert_cmpint(number(object, "completeness_permille"), ==, 1000);
	/* as text: it is larger than a signed 64-bit number */
	g_assert_cmpstr(json_object_get_string_member(object, "log_id"), ==, "fedcba9876543210");
	g_assert_cmpstr(json_object_get_string_member(object, "state"), ==, "ended");
	g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "gaps")), ==,
			 0);
	g_assert_cmpstr(json_object_get_string_member(
				json_object_get_object_member(object, "device"), "label"),
			==, "back bed");
	g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "nodes")), ==,
			 3);
	g_assert_cmpstr(json_object_get_string_member(object_at(object, "nodes", 1), "region"), ==,
			"rhomboids");
	g_assert_cmpstr(json_object_get_string_member(object_at(object, "nodes", 1), "side"), ==,
			"right");
	g_assert_cmpint(number(object_at(object, "nodes", 2), "full_scale_hpa"), ==, 1000);
	g_assert_cmpint(number(object_at(object, "nodes", 0), "dose_hpa_ms"), ==, 80000000);
}

static void
what_is_not_known_is_absent(Fixture *fixture, gconstpointer data)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, 7, 0);
	static const gchar *const absent[] = {"start",
					      "start_unix_us",
					      "symmetry_permille",
					      "device_duration_ms",
					      "is_duration_disputed",
					      "hold_longest_ms",
					      "hold_mean_hpa",
					      "completeness_permille"};
	g_autoptr(JsonNode) node = NULL;
	g_autofree gchar *text = NULL;
	JsonObject *object = NULL;

	session->is_time_known = FALSE;
	session->is_completeness_known = FALSE;
	node = get(fixture, "/v1/sessions/7");
	object = json_node_get_object(node);
	for (guint i = 0; i < G_N_ELEMENTS(absent); i++) {
		g_test_message("%s", absent[i]);
		g_assert_false(json_object_has_member(object, absent[i]));
	}
	g_assert_false(json_object_get_boolean_member(object, "is_completeness_known"));
	g_assert_true(json_object_get_boolean_member(object, "time_uncertain"));
	g_assert_false(json_object_has_member(object_at(object, "nodes", 0), "buildup_hpa"));
	text = json_to_string(node, FALSE);
	g_assert_null(strstr(text, "null"));
}

static void
gaps_are_named_and_counted(Fixture *fixture, gconstpointer data)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	g_autoptr(JsonNode) node = NULL;
	JsonObject *object = NULL;
	JsonObject *gap = NULL;

	session->coverage = (KnCoverage){.stored = 98, .expected = 100, .unrepairable = 2};
	node = get(fixture, "/v1/sessions/7");
	object = json_node_get_object(node);
	gap = object_at(object, "gaps", 0);
	g_assert_cmpint(number(object, "completeness_permille"), ==, 980);
	g_assert_cmpint(number(gap, "first_seq"), ==, 110);
	g_assert_cmpint(number(gap, "last_seq"), ==, 111);
	g_assert_cmpint(number(gap, "n_records"), ==, 2);
	g_assert_cmpstr(json_object_get_string_member(gap, "reason"), ==, "overwritten");
}

/* the list's page by page is the whole list, each session once, as it looks alone but for the gaps */
static void
pages_join_to_the_whole_list(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *cursor = g_strdup("");
	guint n_pages = 0;
	gint64 expected = 30;

	for (gint64 id = 30; id > 0; id--)
		fake_hub_add_session(&fixture->hub, id, HUB_NOW_US - (30 - id) * HUB_DAY_US);
	while (cursor != NULL) {
		g_autofree gchar *target = g_strconcat("/v1/sessions?limit=7", cursor, NULL);
		g_autoptr(JsonNode) node = get(fixture, target);
		JsonObject *object = json_node_get_object(node);
		guint n = json_array_get_length(json_object_get_array_member(object, "sessions"));

		for (guint i = 0; i < n; i++)
			g_assert_cmpint(number(object_at(object, "sessions", i), "id"), ==,
					expected--);
		g_clear_pointer(&cursor, g_free);
		if (json_object_has_member(object, "next_cursor"))
			cursor = g_strconcat(
				"&cursor=", json_object_get_string_member(object, "next_cursor"),
				NULL);
		n_pages++;
	}
	g_assert_cmpint(expected, ==, 0);
	g_assert_cmpuint(n_pages, ==, 5);
}

/* a session that runs and has no row yet stands first, and takes no place of one that has */
static void
open_sessions_come_besides_the_page(Fixture *fixture, gconstpointer data)
{
	g_autofree gchar *cursor = g_strdup("");
	GString *ids = g_string_new(NULL);

	fake_hub_add_session(&fixture->hub, 0, HUB_NOW_US);
	for (gint64 id = 3; id > 0; id--)
		fake_hub_add_session(&fixture->hub, id, HUB_NOW_US - (4 - id) * HUB_DAY_US);
	while (cursor != NULL) {
		g_autofree gchar *target = g_strconcat("/v1/sessions?limit=1", cursor, NULL);
		g_autoptr(JsonNode) node = get(fixture, target);
		JsonObject *object = json_node_get_object(node);
		JsonArray *sessions = json_object_get_array_member(object, "sessions");

		for (guint i = 0; i < json_array_get_length(sessions); i++) {
			JsonObject *session = json_array_get_object_element(sessions, i);
			g_string_append_printf(
				ids, "%" G_GINT64_FORMAT " ",
				json_object_get_int_member_with_default(session, "id", 0));
		}
		g_string_append_c(ids, '|');
		g_clear_pointer(&cursor, g_free);
		if (json_object_has_member(object, "next_cursor"))
			cursor = g_strconcat(
				"&cursor=", json_object_get_string_member(object, "next_cursor"),
				NULL);
	}
	g_assert_cmpstr(ids->str, ==, "0 3 |2 |1 |");
	g_string_free(ids, TRUE);
}

static void
a_listed_session_is_the_same_as_alone(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) list = NULL;
	g_autoptr(JsonNode) alone = NULL;
	JsonObject *listed = NULL;

	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	list = get(fixture, "/v1/sessions");
	alone = get(fixture, "/v1/sessions/7");
	listed = object_at(json_node_get_object(list), "sessions", 0);
	g_assert_false(json_object_has_member(listed, "gaps"));
	json_object_set_array_member(listed, "gaps", json_array_new());
	g_assert_true(json_node_equal(
		json_array_get_element(
			json_object_get_array_member(json_node_get_object(list), "sessions"), 0),
		alone));
}

static void
a_curve_has_a_value_or_null_for_each_slice(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) node = NULL;
	JsonObject *object = NULL;

	fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US);
	node = get(fixture, "/v1/sessions/7/curve?slices=4");
	object = json_node_get_object(node);
	g_assert_cmpint(number(object, "n_slices"), ==, 4);
	g_assert_cmpint(number(object, "slice_ms"), ==, 150000);
	for (guint i = 0; i < 3; i++) {
		JsonArray *values =
			json_object_get_array_member(object_at(object, "nodes", i), "mean_hpa");

		g_assert_cmpuint(json_array_get_length(values), ==, 4);
		/* the fake's curve counts 10 a cell, row by row; cell 1 has no sample */
		for (guint slice = 0; slice < 4; slice++) {
			if (slice == 0 && i == 1)
				g_assert_true(json_array_get_null_element(values, slice));
			else
				g_assert_cmpint(json_array_get_int_element(values, slice), ==,
						(slice * 3 + i) * 10);
		}
	}
}

static void
devices_tell_battery_link_and_clean_texts(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) node = get(fixture, "/v1/devices");
	JsonObject *object = json_node_get_object(node);
	JsonObject *first = object_at(object, "devices", 0);
	JsonObject *second = object_at(object, "devices", 1);

	g_assert_cmpstr(json_object_get_string_member(object, "now"), ==,
			"2026-11-21T09:00:00+01:00");
	g_assert_cmpint(number(first, "device_id"), ==, 1);
	g_assert_cmpstr(json_object_get_string_member(first, "kind"), ==, "back14");
	/* the serial came with an escape sequence: ESC is out */
	g_assert_cmpstr(json_object_get_string_member(first, "serial"), ==, "S1[31m");
	g_assert_cmpint(number(json_object_get_object_member(first, "battery"), "charge_permille"),
			==, 870);
	g_assert_cmpint(number(first, "signal_dbm"), ==, -61);
	g_assert_cmpstr(json_object_get_string_member(first, "link"), ==, "connected");
	g_assert_false(json_object_has_member(first, "link_error"));
	g_assert_false(json_object_has_member(second, "battery"));
	g_assert_false(json_object_has_member(second, "synced"));
	g_assert_false(json_object_has_member(second, "signal_dbm"));
	g_assert_false(json_object_has_member(second, "kind"));
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"a_session_has_its_numbers_with_units", a_session_has_its_numbers_with_units},
		{"what_is_not_known_is_absent", what_is_not_known_is_absent},
		{"gaps_are_named_and_counted", gaps_are_named_and_counted},
		{"pages_join_to_the_whole_list", pages_join_to_the_whole_list},
		{"open_sessions_come_besides_the_page", open_sessions_come_besides_the_page},
		{"a_listed_session_is_the_same_as_alone", a_listed_session_is_the_same_as_alone},
		{"a_curve_has_a_value_or_null_for_each_slice",
		 a_curve_has_a_value_or_null_for_each_slice},
		{"devices_tell_battery_link_and_clean_texts",
		 devices_tell_battery_link_and_clean_texts},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/json/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
