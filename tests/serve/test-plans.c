/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* Plans, and what is delivered of them. The hub's today is Saturday, 21 November 2026. */
#include "fake-hub.h"

#define HOUR_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define TODAY   ((KnDay)(HUB_NOW_US / HUB_DAY_US))

static JsonObject *
ask_well(Fixture *fixture, const gchar *method, const gchar *target, const gchar *body,
	 JsonNode **ret_owner)
{
	guint status = 0;

	*ret_owner = ask(fixture, method, target, body, &status);
	g_assert_cmpuint(status, ==, 200);
	return json_node_get_object(*ret_owner);
}

static JsonObject *
at(JsonObject *object, const gchar *key, guint i)
{
	return json_array_get_object_element(json_object_get_array_member(object, key), i);
}

/* at 09:00 of that day, so many minutes on all nodes */
static KnSession *
press(Fixture *fixture, gint64 days_ago, guint minutes)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, 100 - days_ago,
						  HUB_NOW_US - days_ago * HUB_DAY_US - HOUR_US);

	for (guint i = 0; i < 3; i++)
		session->metrics.node[i] = (KnNodeMetrics){
			.contact_ms = minutes * 60000, .mean_hpa = 300, .n_samples = 1};
	return session;
}

static void
add_persons(FakeHub *hub)
{
	kn_people_add(hub->people, &(KnPerson){1, (gchar *)"P-1", (gchar *)"A-7", 1});
	kn_people_add(hub->people, &(KnPerson){2, (gchar *)"1", (gchar *)"", 1});
}

static void
a_plan_is_stored_from_today_on_and_told(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	g_autoptr(JsonNode) again = NULL;
	JsonObject *answer = ask_well(
		fixture, "POST", "/v1/plans",
		"{\"text\":\"[plan]\\ngrace_days=1\\n[back]\\nregions=rhomboids\\nside=left\\n"
		"min_kpa=20.5\\nminutes=10\\ntimes_per_day=2\\ndays=mon,sun\\n\"}",
		&owner);
	JsonObject *plan = at(answer, "plans", 0);
	JsonObject *item = at(plan, "items", 0);

	g_assert_cmpuint(fixture->hub.n_plans_set, ==, 1);
	g_assert_cmpint(fixture->hub.plan_from_day, ==, TODAY);
	g_assert_cmpstr(json_object_get_string_member(plan, "from_day"), ==, "2026-11-21");
	g_assert_cmpint(json_object_get_int_member(plan, "grace_days"), ==, 1);
	g_assert_cmpstr(json_object_get_string_member(item, "name"), ==, "back");
	g_assert_cmpint(json_object_get_int_member(item, "min_hpa"), ==, 205);
	g_assert_false(json_object_has_member(item, "max_hpa"));
	g_assert_cmpint(json_object_get_int_member(item, "contact_ms"), ==, 600000);
	g_assert_cmpint(json_object_get_int_member(item, "times_per_day"), ==, 2);
	answer = ask_well(fixture, "GET", "/v1/plans", NULL, &again);
	g_assert_true(g_str_has_prefix(
		json_object_get_string_member(at(answer, "plans", 0), "text"), "[plan]\ngrace"));
}

static void
a_new_plan_ends_the_one_before_and_an_empty_one_all(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	g_autoptr(JsonNode) ended = NULL;
	JsonObject *answer = NULL;

	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 10);
	/* as the first that a restore brings back */
	((KnPlanRow *)fixture->hub.plans->pdata[0])->plan_id = 0;
	answer = ask_well(fixture, "POST", "/v1/plans",
			  "{\"text\":\"[plan]\\nfrom=2026-11-23\\n[b]\\nholds=2\\n\"}", &owner);
	g_assert_cmpstr(json_object_get_string_member(at(answer, "plans", 0), "from_day"), ==,
			"2026-11-23");
	g_assert_cmpstr(json_object_get_string_member(at(answer, "plans", 1), "to_day"), ==,
			"2026-11-22");
	g_assert_true(json_object_has_member(at(answer, "plans", 1), "plan_id"));
	answer = ask_well(fixture, "POST", "/v1/plans", "{\"text\":\"\"}", &ended);
	g_assert_true(json_object_get_boolean_member(at(answer, "plans", 0), "is_end"));
	g_assert_false(json_object_has_member(at(answer, "plans", 0), "items"));
}

static void
what_is_wrong_is_named_whole_and_nothing_is_stored(Fixture *fixture, gconstpointer data)
{
	static const gchar *const bodies[] = {
		"{}",
		"{\"text\":5}",
		"{\"text\":\"[a]\\nminutes=5\\n\",\"dry_run\":1}",
		"{\"text\":\"[a]\\nminutes=5\\n\",\"person\":7}",
		"{\"text\":\"[a]\\nminutes=0\\n\"}",
	};
	guint status = 0;
	g_autoptr(JsonNode) node = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++)
		assert_problem(fixture, "POST", "/v1/plans", bodies[i], 400, "bad-request");
	node = ask(fixture, "POST", "/v1/plans",
		   "{\"text\":\"[a]\\nminutes=0\\nside=up\\n[b]\\nholds=x\\n\"}", &status);
	g_assert_cmpuint(status, ==, 400);
	g_assert_cmpstr(json_object_get_string_member(json_node_get_object(node), "detail"), ==,
			"line 2: [a] minutes: write a whole number from 1 to 240; line 3: [a] "
			"side: write left, right or centre; without the key any side counts; line "
			"5: [b] holds: write a whole number from 1 to 100");
	g_assert_cmpuint(fixture->hub.n_plans_set, ==, 0);
}

static void
a_dry_run_tells_and_stores_nothing(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	JsonObject *answer = ask_well(fixture, "POST", "/v1/plans",
				      "{\"text\":\"[a]\\nminutes=5\\n\",\"dry_run\":true}", &owner);

	g_assert_true(json_object_get_boolean_member(answer, "is_dry_run"));
	g_assert_false(json_object_has_member(at(answer, "plans", 0), "plan_id"));
	g_assert_cmpstr(
		json_object_get_string_member(at(at(answer, "plans", 0), "items", 0), "name"), ==,
		"a");
	g_assert_cmpuint(fixture->hub.n_plans_set, ==, 0);
}

static void
a_hub_that_does_not_know_the_day_wants_it_named(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;

	fixture->hub.is_clock_unset = TRUE;
	assert_problem(fixture, "POST", "/v1/plans", "{\"text\":\"[a]\\nminutes=5\\n\"}", 400,
		       "bad-request");
	ask_well(fixture, "POST", "/v1/plans",
		 "{\"text\":\"[plan]\\nfrom=2026-11-23\\n[a]\\nminutes=5\\n\"}", &owner);
}

static void
a_person_nobody_knows_has_no_plan(Fixture *fixture, gconstpointer data)
{
	/* as any other route says it, and nothing is asked of the store */
	static const gchar *const strangers[] = {"X", "unassigned", "nobody", "3", ""};
	static const gchar *const bodies[] = {
		"{\"text\":\"[a]\\nminutes=5\\n\",\"person\":\"X\"}",
		"{\"text\":\"[a]\\nminutes=5\\n\",\"person\":\"X\",\"dry_run\":true}",
		"{\"text\":\"\",\"person\":\"\"}"};

	add_persons(&fixture->hub);
	for (gsize i = 0; i < G_N_ELEMENTS(strangers); i++) {
		g_autofree gchar *plans = g_strconcat("/v1/plans?person=", strangers[i], NULL);
		g_autofree gchar *held = g_strconcat("/v1/adherence?person=", strangers[i], NULL);

		assert_problem(fixture, "GET", plans, NULL, 404, "no-such-person");
		assert_problem(fixture, "GET", held, NULL, 404, "no-such-person");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++)
		assert_problem(fixture, "POST", "/v1/plans", bodies[i], 404, "no-such-person");
	g_assert_cmpuint(fixture->hub.n_plan_queries, ==, 0);
	g_assert_cmpuint(fixture->hub.n_plans_set, ==, 0);
}

/* by label, by external id, by number; and who is called 1 is meant, not number 1 */
static void
every_answer_names_the_person_that_was_asked_for(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *asked;
		gint64 id;
		const gchar *label;
	} cases[] = {{"P-1", 1, "P-1"}, {"A-7", 1, "P-1"}, {"1", 2, "1"}, {"2", 2, "1"}};

	add_persons(&fixture->hub);
	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 4);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree gchar *body = g_strdup_printf(
			"{\"text\":\"[a]\\nminutes=5\\n\",\"person\":\"%s\"}", cases[i].asked);
		g_autofree gchar *dry = g_strdup_printf(
			"{\"text\":\"\",\"person\":\"%s\",\"dry_run\":true}", cases[i].asked);
		g_autofree gchar *plans = g_strconcat("/v1/plans?person=", cases[i].asked, NULL);
		g_autofree gchar *held = g_strconcat("/v1/adherence?person=", cases[i].asked, NULL);
		const struct {
			const gchar *method, *target, *body;
		} routes[] = {{"GET", plans, NULL},
			      {"GET", held, NULL},
			      {"POST", "/v1/plans", body},
			      {"POST", "/v1/plans", dry}};

		for (gsize k = 0; k < G_N_ELEMENTS(routes); k++) {
			g_autoptr(JsonNode) owner = NULL;
			JsonObject *person = json_object_get_object_member(
				ask_well(fixture, routes[k].method, routes[k].target,
					 routes[k].body, &owner),
				"person");

			g_assert_cmpint(json_object_get_int_member(person, "id"), ==, cases[i].id);
			g_assert_cmpstr(json_object_get_string_member(person, "label"), ==,
					cases[i].label);
		}
		g_assert_cmpint(fixture->hub.plan_person_id, ==, cases[i].id);
	}
	g_assert_cmpuint(fixture->hub.n_plans_set, ==, G_N_ELEMENTS(cases));
}

static void
the_home_itself_is_no_person(Fixture *fixture, gconstpointer data)
{
	static const gchar *const targets[] = {"/v1/plans", "/v1/adherence"};

	add_persons(&fixture->hub);
	for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
		g_autoptr(JsonNode) owner = NULL;

		g_assert_false(json_object_has_member(
			ask_well(fixture, "GET", targets[i], NULL, &owner), "person"));
		g_assert_cmpint(fixture->hub.plan_person_id, ==, 0);
	}
}

static gchar *
states_of(JsonObject *answer)
{
	JsonArray *days = json_object_get_array_member(answer, "days");
	GString *row = g_string_new(NULL);

	for (guint i = 0; i < json_array_get_length(days); i++)
		g_string_append_printf(row, "%s ",
				       json_object_get_string_member(
					       json_array_get_object_element(days, i), "state"));
	return g_string_free(row, FALSE);
}

/* device 2 was enrolled 30 days ago and never read: what was not done is not known */
static void
the_last_week_is_held_against_the_plan(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	g_autofree gchar *states = NULL;
	JsonObject *answer = NULL;
	JsonObject *today = NULL;

	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\ntimes_per_day=2\n", TODAY - 4);
	press(fixture, 0, 5);
	press(fixture, 1, 10);
	press(fixture, 3, 12);
	answer = ask_well(fixture, "GET", "/v1/adherence", NULL, &owner);
	states = states_of(answer);
	g_assert_cmpstr(states, ==, "unplanned unplanned unknown met unknown met open ");
	today = json_object_get_object_member(answer, "today");
	g_assert_cmpint(json_object_get_int_member(today, "n_delivered"), ==, 1);
	g_assert_cmpint(json_object_get_int_member(at(today, "items", 0), "done_ms"), ==, 300000);
	g_assert_cmpint(json_object_get_int_member(answer, "n_met_days"), ==, 2);
	g_assert_cmpint(json_object_get_int_member(answer, "n_due_days"), ==, 5);
	g_assert_cmpint(json_object_get_int_member(answer, "n_data_days"), ==, 3);
	g_assert_cmpint(json_object_get_int_member(answer, "delivered_permille"), ==, 1000);
	g_assert_cmpint(json_object_get_int_member(answer, "streak_days"), ==, 2);
	g_assert_false(json_object_get_boolean_member(answer, "is_streak_cut"));
	g_assert_cmpint(json_object_get_int_member(at(answer, "unread", 0), "device_id"), ==, 2);
	/* no more was read than the plan is old */
	g_assert_cmpint(fixture->hub.last_query.from_us, >, HUB_NOW_US - 7 * HUB_DAY_US);
}

/* P-1, who gave massager 2, which was never read, back yesterday at noon after two days */
static void
of_a_person_the_days_of_a_massager_that_went_back_unread_are_not_known(Fixture *fixture,
								       gconstpointer data)
{
	const KnHandout returned = {2, 1, HUB_NOW_US - 3 * HUB_DAY_US, HUB_NOW_US - HUB_DAY_US};
	const KnHandout others = {2, 2, HUB_NOW_US - 9 * HUB_DAY_US, HUB_NOW_US - 4 * HUB_DAY_US};
	g_autoptr(JsonNode) owner = NULL;
	g_autoptr(JsonNode) without = NULL;
	g_autofree gchar *states = NULL;
	g_autofree gchar *missed = NULL;
	JsonObject *answer = NULL;

	add_persons(&fixture->hub);
	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 5);
	g_array_append_val(fixture->hub.people->returned, others);
	answer = ask_well(fixture, "GET", "/v1/adherence?person=P-1", NULL, &without);
	missed = states_of(answer);
	g_assert_cmpstr(missed, ==, "unplanned missed missed missed missed missed open ");
	g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "unread")), ==,
			 0);
	g_array_append_val(fixture->hub.people->returned, returned);
	answer = ask_well(fixture, "GET", "/v1/adherence?person=P-1", NULL, &owner);
	states = states_of(answer);
	g_assert_cmpstr(states, ==, "unplanned missed missed unknown unknown unknown open ");
	g_assert_cmpint(json_object_get_int_member(at(answer, "unread", 0), "device_id"), ==, 2);
	g_assert_cmpint(json_object_get_int_member(answer, "n_missed_days"), ==, 2);
}

/* and what P-1 has had since the day before yesterday says nothing of days before */
static void
of_a_person_the_days_before_a_massager_was_handed_out_are_known(Fixture *fixture,
								gconstpointer data)
{
	const KnHandout held = {2, 1, HUB_NOW_US - 2 * HUB_DAY_US, 0};
	g_autoptr(JsonNode) owner = NULL;
	g_autofree gchar *states = NULL;
	JsonObject *answer = NULL;

	add_persons(&fixture->hub);
	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 5);
	g_array_append_val(fixture->hub.people->handouts, held);
	answer = ask_well(fixture, "GET", "/v1/adherence?person=P-1", NULL, &owner);
	states = states_of(answer);
	g_assert_cmpstr(states, ==, "unplanned missed missed missed unknown unknown open ");
}

static void
without_a_plan_no_session_is_read(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	g_autofree gchar *states = NULL;
	JsonObject *answer = NULL;

	press(fixture, 0, 5);
	answer = ask_well(fixture, "GET", "/v1/adherence?from=yesterday&to=today", NULL, &owner);
	states = states_of(answer);
	g_assert_cmpstr(states, ==, "unplanned unplanned ");
	g_assert_false(json_object_has_member(answer, "plan"));
	g_assert_cmpuint(fixture->hub.n_calls, ==, 0);
}

static void
days_that_are_to_come_or_long_gone_are_refused(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;

	ask_well(fixture, "GET", "/v1/adherence?from=2025-11-01", NULL, &owner);
	assert_problem(fixture, "GET", "/v1/adherence?from=2025-10-01", NULL, 400, "bad-request");
	assert_problem(fixture, "GET", "/v1/adherence?from=2026-11-22", NULL, 400, "bad-request");
	assert_problem(fixture, "GET", "/v1/adherence?from=today&to=yesterday", NULL, 400,
		       "bad-request");
}

/* 20 a page more than are looked at: weeks that are not all here are left out, and it is said that the streak may be longer */
static void
of_too_many_sessions_the_newest_weeks_are_told(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	JsonObject *answer = NULL;

	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", TODAY - 300);
	for (gint i = 0; i < 9000; i++) {
		KnSession *session = press(fixture, 0, 5);

		session->id = 10000 - i;
		session->start_utc_us = HUB_NOW_US - HOUR_US - i * (HUB_DAY_US / 90);
	}
	answer = ask_well(fixture, "GET", "/v1/adherence", NULL, &owner);
	g_assert_true(json_object_get_boolean_member(answer, "is_streak_cut"));
	/* 8,001 and up to a page more reach 88.9 to 93.4 days back; the two weeks at the end are cut */
	g_assert_cmpint(json_object_get_int_member(answer, "streak_days"), >=, 75);
	g_assert_cmpint(json_object_get_int_member(answer, "streak_days"), <=, 94);
}

static void
an_error_of_the_store_is_told(Fixture *fixture, gconstpointer data)
{
	fixture->hub.error_code = KN_HUB_ERROR_DEGRADED;
	assert_problem(fixture, "GET", "/v1/plans", NULL, 503, "degraded");
	assert_problem(fixture, "GET", "/v1/adherence", NULL, 503, "degraded");
	assert_problem(fixture, "POST", "/v1/plans", "{\"text\":\"[a]\\nminutes=5\\n\"}", 503,
		       "degraded");
}

#define TEST(name) \
	g_test_add("/serve/plans/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(a_plan_is_stored_from_today_on_and_told);
	TEST(a_new_plan_ends_the_one_before_and_an_empty_one_all);
	TEST(what_is_wrong_is_named_whole_and_nothing_is_stored);
	TEST(a_dry_run_tells_and_stores_nothing);
	TEST(a_hub_that_does_not_know_the_day_wants_it_named);
	TEST(a_person_nobody_knows_has_no_plan);
	TEST(every_answer_names_the_person_that_was_asked_for);
	TEST(the_home_itself_is_no_person);
	TEST(the_last_week_is_held_against_the_plan);
	TEST(of_a_person_the_days_of_a_massager_that_went_back_unread_are_not_known);
	TEST(of_a_person_the_days_before_a_massager_was_handed_out_are_known);
	TEST(without_a_plan_no_session_is_read);
	TEST(days_that_are_to_come_or_long_gone_are_refused);
	TEST(of_too_many_sessions_the_newest_weeks_are_told);
	TEST(an_error_of_the_store_is_told);
	return g_test_run();
}
