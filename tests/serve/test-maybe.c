/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* What is nobody's and may be somebody's, held against their plan. The hub's today is Saturday, 21 November 2026. */
#include "fake-hub.h"

#define TODAY ((KnDay)(HUB_NOW_US / HUB_DAY_US))

/* of Thursday to Friday, as the plan of that person, or of the home, has them */
static void
assert_thursday(Fixture *fixture, const gchar *query, const gchar *state, gint64 n_maybe)
{
	g_autofree gchar *target =
		g_strconcat("/v1/adherence?from=2026-11-19&to=2026-11-20", query, NULL);
	guint status = 0;
	g_autoptr(JsonNode) node = ask(fixture, "GET", target, NULL, &status);
	JsonObject *answer = json_node_get_object(node);
	JsonArray *days = json_object_get_array_member(answer, "days");

	g_assert_cmpuint(status, ==, 200);
	g_assert_cmpstr(
		json_object_get_string_member(json_array_get_object_element(days, 0), "state"), ==,
		state);
	/* and the day after has no such session */
	g_assert_cmpstr(
		json_object_get_string_member(json_array_get_object_element(days, 1), "state"), ==,
		query[0] != '\0' ? "missed" : "unknown");
	g_assert_cmpint(json_object_get_int_member(answer, "n_maybe_sessions"), ==, n_maybe);
}

/* ten minutes of the five that were planned, which are nobody's; of the home the second massager was never read */
static void
a_day_with_a_session_that_may_be_theirs_is_not_known(Fixture *fixture, gconstpointer data)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, 7, HUB_NOW_US - 2 * HUB_DAY_US);

	session->metrics.node[0] = (KnNodeMetrics){.contact_ms = 600000, .mean_hpa = 300};
	kn_people_add(fixture->hub.people, &(KnPerson){1, (gchar *)"Mia", (gchar *)"", 1});
	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 5);
	assert_thursday(fixture, "&person=Mia", "missed", 0);
	g_assert_cmpint(fixture->hub.last_query.may_be_of, ==, 1);
	fixture->hub.is_tray_theirs = TRUE;
	assert_thursday(fixture, "&person=Mia", "unknown", 1);
	assert_thursday(fixture, "", "met", 0);
	g_assert_cmpint(fixture->hub.last_query.may_be_of, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/serve/maybe/a_day_with_a_session_that_may_be_theirs_is_not_known", Fixture,
		   NULL, fixture_set_up, a_day_with_a_session_that_may_be_theirs_is_not_known,
		   fixture_tear_down);
	return g_test_run();
}
