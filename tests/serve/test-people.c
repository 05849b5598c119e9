/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* persons, hand-outs and assignments over the socket */

#include "fake-hub.h"

static JsonObject *
object_of(const JsonNode *node, const gchar *key)
{
	return json_object_get_object_member(json_node_get_object((JsonNode *)node), key);
}

/* number 1, who has massager 1 since an hour; and number 2, called "1" */
static void
add_two(FakeHub *hub)
{
	const KnHandout handout = {1, 1, HUB_NOW_US - HUB_DAY_US / 24};

	kn_people_add(hub->people, &(KnPerson){1, (gchar *)"Mia", (gchar *)"A-7", HUB_NOW_US});
	kn_people_add(hub->people, &(KnPerson){2, (gchar *)"1", (gchar *)"", HUB_NOW_US});
	g_array_append_val(hub->people->handouts, handout);
}

static void
add_session(FakeHub *hub, gint64 id, gint64 start_us, gint64 person_id)
{
	KnSession *session = fake_hub_add_session(hub, id, start_us);
	const KnPerson *person = kn_people_get(hub->people, person_id);

	session->person_id = person_id;
	session->person_label = person != NULL ? g_strdup(person->label) : NULL;
}

static void
the_list_tells_who_has_what_and_so_do_devices(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(JsonNode) devices = NULL;
	JsonArray *persons = NULL;
	JsonObject *mia = NULL;
	JsonObject *held = NULL;

	add_two(&fixture->hub);
	node = ask(fixture, "GET", "/v1/persons", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	persons = json_object_get_array_member(json_node_get_object(node), "persons");
	g_assert_cmpuint(json_array_get_length(persons), ==, 2);
	mia = json_array_get_object_element(persons, 0);
	g_assert_cmpstr(json_object_get_string_member(mia, "external_id"), ==, "A-7");
	g_assert_false(
		json_object_has_member(json_array_get_object_element(persons, 1), "external_id"));
	held = json_array_get_object_element(json_object_get_array_member(mia, "devices"), 0);
	g_assert_cmpstr(json_object_get_string_member(held, "label"), ==, "back bed");
	g_assert_cmpstr(json_object_get_string_member(held, "since"), ==,
			"2026-11-21T08:00:00+01:00");
	devices = ask(fixture, "GET", "/v1/devices", NULL, &status);
	held = json_array_get_object_element(
		json_object_get_array_member(json_node_get_object(devices), "devices"), 0);
	g_assert_cmpint(
		json_object_get_int_member(json_object_get_object_member(held, "person"), "id"), ==,
		1);
	held = json_array_get_object_element(
		json_object_get_array_member(json_node_get_object(devices), "devices"), 1);
	g_assert_false(json_object_has_member(held, "person"));
}

static void
sessions_are_chosen_by_label_before_number_and_carry_whose_they_are(Fixture *fixture,
								    gconstpointer data)
{
	static const struct {
		const gchar *person;
		gint64 id;
	} cases[] = {{"Mia", 11}, {"A-7", 11}, {"1", 12}, {"2", 12}, {"unassigned", 13}};

	add_two(&fixture->hub);
	add_session(&fixture->hub, 13, HUB_NOW_US - 100, 0);
	add_session(&fixture->hub, 12, HUB_NOW_US - 200, 2);
	add_session(&fixture->hub, 11, HUB_NOW_US - 300, 1);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *target =
			g_strdup_printf("/v1/sessions?person=%s", cases[i].person);
		guint status = 0;
		g_autoptr(JsonNode) node = ask(fixture, "GET", target, NULL, &status);
		JsonArray *sessions =
			json_object_get_array_member(json_node_get_object(node), "sessions");
		JsonObject *session = json_array_get_object_element(sessions, 0);

		g_assert_cmpuint(json_array_get_length(sessions), ==, 1);
		g_assert_cmpint(json_object_get_int_member(session, "id"), ==, cases[i].id);
		g_assert_cmpint(json_object_has_member(session, "person"), ==, i < 4);
	}
	assert_problem(fixture, "GET", "/v1/sessions?person=Ben", NULL, 404, "no-such-person");
	assert_problem(fixture, "GET", "/v1/sessions?may_be=Ben", NULL, 404, "no-such-person");
	assert_problem(fixture, "GET", "/v1/sessions?may_be=unassigned", NULL, 404,
		       "no-such-person");
	assert_status(fixture, "GET", "/v1/sessions?may_be=A-7", NULL, 200);
	g_assert_cmpint(fixture->hub.last_query.may_be_of, ==, 1);
	assert_problem(fixture, "GET", "/v1/summary?period=week&person=Ben", NULL, 404,
		       "no-such-person");
}

static void
a_summary_by_person_has_a_part_for_each_and_one_for_nobody(Fixture *fixture, gconstpointer data)
{
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(JsonNode) one = NULL;
	JsonArray *parts = NULL;
	JsonObject *part = NULL;

	add_two(&fixture->hub);
	add_session(&fixture->hub, 13, HUB_NOW_US - HUB_DAY_US, 0);
	add_session(&fixture->hub, 12, HUB_NOW_US - 2 * HUB_DAY_US, 2);
	add_session(&fixture->hub, 11, HUB_NOW_US - 3 * HUB_DAY_US, 2);
	node = ask(fixture, "GET", "/v1/summary?period=week&by=person", NULL, &status);
	g_assert_cmpuint(status, ==, 200);
	parts = json_object_get_array_member(json_node_get_object(node), "parts");
	g_assert_cmpuint(json_array_get_length(parts), ==, 3);
	/* who has a massager and did not use it stands there, too */
	part = json_array_get_object_element(parts, 0);
	g_assert_cmpint(json_object_get_int_member(part, "n_sessions"), ==, 0);
	g_assert_false(json_object_has_member(part, "last_start"));
	part = json_array_get_object_element(parts, 1);
	g_assert_cmpint(json_object_get_int_member(part, "n_sessions"), ==, 2);
	g_assert_cmpstr(json_object_get_string_member(part, "last_start"), ==,
			"2026-11-19T09:00:00+01:00");
	part = json_array_get_object_element(parts, 2);
	g_assert_false(json_object_has_member(part, "person"));
	g_assert_cmpint(json_object_get_int_member(part, "n_sessions"), ==, 1);
	one = ask(fixture, "GET", "/v1/summary?period=week&person=2", NULL, &status);
	g_assert_cmpint(json_object_get_int_member(json_node_get_object(one), "n_sessions"), ==, 2);
	g_assert_cmpstr(json_object_get_string_member(object_of(one, "person"), "label"), ==, "1");
}

static void
a_person_is_added_and_renamed_with_a_name_that_means_one_person(Fixture *fixture,
								gconstpointer data)
{
	static const gchar *const bad[] = {"{}",
					   "{\"label\": \"\"}",
					   "{\"label\": 7}",
					   "{\"label\": \"nobody\"}",
					   "{\"label\": \"unassigned\"}",
					   "{\"label\": \"a\\u202eb\"}",
					   "{\"label\": \"Ben\", \"external_id\": false}",
					   "{\"label\": \"Ben\", \"name\": \"Ben\"}"};
	const KnPeopleWish *wish = NULL;
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(JsonNode) renamed = NULL;

	add_two(&fixture->hub);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_problem(fixture, "POST", "/v1/persons", bad[i], 400, "bad-request");
		assert_problem(fixture, "POST", "/v1/persons/Mia", bad[i], 400, "bad-request");
	}
	assert_problem(fixture, "POST", "/v1/persons/Ben", "{\"label\": \"Eva\"}", 404,
		       "no-such-person");
	g_assert_null(fixture->hub.people_wish);
	node = ask(fixture, "POST", "/v1/persons", "{\"label\": \"Ben\", \"external_id\": \"B-1\"}",
		   &status);
	wish = fixture->hub.people_wish;
	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpint(wish->what, ==, KN_PEOPLE_ADD);
	g_assert_cmpstr(wish->label, ==, "Ben");
	g_assert_cmpstr(wish->external_id, ==, "B-1");
	g_assert_cmpint(json_object_get_int_member(json_node_get_object(node), "id"), ==, 9);
	renamed = ask(fixture, "POST", "/v1/persons/1", "{\"external_id\": \"\"}", &status);
	wish = fixture->hub.people_wish;
	g_assert_nonnull(renamed);
	g_assert_cmpint(wish->what, ==, KN_PEOPLE_RENAME);
	g_assert_cmpint(wish->person_id, ==, 2);
	g_assert_null(wish->label);
	fixture->hub.error_code = KN_HUB_ERROR_CONFLICT;
	assert_problem(fixture, "POST", "/v1/persons", "{\"label\": \"Eva\"}", 409, "conflict");
}

static void
a_body_is_a_hand_out_a_return_or_an_assignment_and_nothing_between(Fixture *fixture,
								   gconstpointer data)
{
	static const gchar *const bad[] = {
		"{}",
		"{\"device\": \"1\"}",
		"{\"to\": \"Mia\"}",
		"{\"device\": 1, \"to\": \"Mia\"}",
		"{\"device\": \"1\", \"to\": \"Mia\", \"return\": \"now\"}",
		"{\"device\": \"1\", \"return\": \"now\", \"from\": \"now\"}",
		"{\"device\": \"1\", \"return\": \"soon\"}",
		"{\"device\": \"1\", \"return\": \"24:00\"}",
		"{\"device\": \"1\", \"to\": \"Mia\", \"force\": 1}",
		"{\"device\": \"1\", \"to\": \"Mia\", \"sessions\": [1]}",
		"{\"sessions\": [1]}",
		"{\"sessions\": [], \"to\": \"Mia\"}",
		"{\"sessions\": [0], \"to\": \"Mia\"}",
		"{\"sessions\": [1, \"2\"], \"to\": \"Mia\"}",
		"{\"sessions\": 1, \"to\": \"Mia\"}",
	};

	add_two(&fixture->hub);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_problem(fixture, "POST", "/v1/assignments", bad[i], 400, "bad-request");
	assert_problem(fixture, "POST", "/v1/assignments", "{\"device\": \"1\", \"to\": \"Ben\"}",
		       404, "no-such-person");
	/* only sessions can be nobody's by hand */
	assert_problem(fixture, "POST", "/v1/assignments",
		       "{\"device\": \"1\", \"to\": \"nobody\"}", 404, "no-such-person");
	assert_problem(fixture, "POST", "/v1/assignments", "{\"device\": \"7\", \"to\": \"Mia\"}",
		       404, "no-such-device");
	g_assert_null(fixture->hub.people_wish);
}

static void
a_massager_goes_out_and_comes_back_at_a_time_of_people(Fixture *fixture, gconstpointer data)
{
	/* the hub's clock stands at 09:00 of the 21st in Berlin, an hour ahead of UTC */
	static const struct {
		const gchar *text;
		gint64 before_now_s;
	} cases[] = {{"now", 0},
		     {"08:30", 1800},
		     {"yesterday 09:00", 86400},
		     {"2026-11-20 21:00", 12 * 3600},
		     {"today", 9 * 3600},
		     {"2026-11-21T07:00:00Z", 3600}};
	guint status = 0;
	g_autoptr(JsonNode) taken = NULL;

	add_two(&fixture->hub);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *body = g_strdup_printf(
			"{\"device\": \"2\", \"to\": \"Mia\", \"from\": \"%s\"}", cases[i].text);
		g_autoptr(JsonNode) node = ask(fixture, "POST", "/v1/assignments", body, &status);
		const KnPeopleWish *wish = fixture->hub.people_wish;

		g_assert_cmpuint(status, ==, 200);
		g_assert_cmpint(wish->what, ==, KN_PEOPLE_CHECKOUT);
		g_assert_cmpint(wish->device_id, ==, 2);
		g_assert_cmpint(wish->person_id, ==, 1);
		g_assert_cmpint(wish->at_us, ==,
				HUB_NOW_US - cases[i].before_now_s * G_USEC_PER_SEC);
		g_assert_false(wish->is_forced);
		g_assert_cmpint(json_object_get_int_member(json_node_get_object(node), "n_moved"),
				==, 2);
		g_assert_cmpstr(json_object_get_string_member(object_of(node, "person"), "label"),
				==, "Mia");
	}
	taken = ask(fixture, "POST", "/v1/assignments",
		    "{\"device\": \"back bed\", \"return\": \"08:59\"}", &status);
	g_assert_nonnull(taken);
	g_assert_cmpint(fixture->hub.people_wish->what, ==, KN_PEOPLE_RETURN);
	g_assert_cmpint(fixture->hub.people_wish->at_us, ==, HUB_NOW_US - 60 * G_USEC_PER_SEC);
	g_assert_cmpstr(fixture->hub.people_wish->zone, ==, "Europe/Berlin");
}

static void
as_many_sessions_as_a_page_has_are_assigned_at_once_and_one_more_is_refused(Fixture *fixture,
									    gconstpointer data)
{
	add_two(&fixture->hub);
	for (guint n = KN_PEOPLE_SESSIONS_MAX; n <= KN_PEOPLE_SESSIONS_MAX + 1; n++) {
		g_autoptr(GString) body = g_string_new("{\"to\": \"nobody\", \"sessions\": [1");
		guint status = 0;
		g_autoptr(JsonNode) node = NULL;

		for (guint i = 2; i <= n; i++)
			g_string_append_printf(body, ", %u", i);
		g_string_append(body, "]}");
		node = ask(fixture, "POST", "/v1/assignments", body->str, &status);
		g_assert_cmpuint(status, ==, n == KN_PEOPLE_SESSIONS_MAX ? 200 : 400);
	}
	g_assert_cmpint(fixture->hub.people_wish->person_id, ==, 0);
	g_assert_cmpuint(fixture->hub.people_wish->n_sessions, ==, KN_PEOPLE_SESSIONS_MAX);
	g_assert_cmpint(fixture->hub.people_wish->sessions[KN_PEOPLE_SESSIONS_MAX - 1], ==,
			KN_PEOPLE_SESSIONS_MAX);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/serve/people/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)
	ADD(the_list_tells_who_has_what_and_so_do_devices);
	ADD(sessions_are_chosen_by_label_before_number_and_carry_whose_they_are);
	ADD(a_summary_by_person_has_a_part_for_each_and_one_for_nobody);
	ADD(a_person_is_added_and_renamed_with_a_name_that_means_one_person);
	ADD(a_body_is_a_hand_out_a_return_or_an_assignment_and_nothing_between);
	ADD(a_massager_goes_out_and_comes_back_at_a_time_of_people);
	ADD(as_many_sessions_as_a_page_has_are_assigned_at_once_and_one_more_is_refused);
	return g_test_run();
}
