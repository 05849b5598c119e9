/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
/* Summaries by their days, beside what was before, and by place. The hub's today is Saturday, 21 November 2026. */
#include "fake-hub.h"

#define HOUR_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

static JsonObject *
get_object(Fixture *fixture, const gchar *target, JsonNode **ret_owner)
{
	*ret_owner = get(fixture, target);
	return json_node_get_object(*ret_owner);
}

/* a session at 09:00 of the hub's day that lies so many days back */
static KnSession *
add(Fixture *fixture, gint64 id, gint64 days_ago, guint64 dose_hpa_ms)
{
	KnSession *session = fake_hub_add_session(&fixture->hub, id,
						  HUB_NOW_US - days_ago * HUB_DAY_US - HOUR_US);

	session->metrics.dose_hpa_ms = dose_hpa_ms;
	for (guint i = 0; i < 3; i++)
		session->metrics.node[i] = (KnNodeMetrics){
			.n_samples = 10,
			.mean_hpa = 100,
			.peak_hpa = 200 + i,
			.contact_ms = 400,
			.dose_hpa_ms = dose_hpa_ms / 4,
			.region = i < 2 ? ktp_REGION_RHOMBOIDS : ktp_REGION_SEMISPINALIS,
			.side = i == 0   ? ktp_SIDE_LEFT
				: i == 1 ? ktp_SIDE_RIGHT
					 : ktp_SIDE_CENTRE,
		};
	return session;
}

static void
assert_days(Fixture *fixture, const gchar *query, const gchar *wanted)
{
	g_autoptr(JsonNode) owner = NULL;
	g_autofree gchar *target = g_strconcat("/v1/summary?period=", query, NULL);
	JsonObject *summary = get_object(fixture, target, &owner);
	JsonObject *previous = json_object_get_object_member(summary, "previous");
	g_autofree gchar *got =
		g_strdup_printf("%s %s, %s %s", json_object_get_string_member(summary, "first_day"),
				json_object_get_string_member(summary, "last_day"),
				json_object_get_string_member(previous, "first_day"),
				json_object_get_string_member(previous, "last_day"));

	g_assert_cmpstr(got, ==, wanted);
}

static void
every_period_has_its_days_and_those_before(Fixture *fixture, gconstpointer data)
{
	assert_days(fixture, "day", "2026-11-21 2026-11-21, 2026-11-20 2026-11-20");
	assert_days(fixture, "day&day=monday", "2026-11-16 2026-11-16, 2026-11-15 2026-11-15");
	assert_days(fixture, "week", "2026-11-15 2026-11-21, 2026-11-08 2026-11-14");
	/* as far as the month has come, and the same days of the month before */
	assert_days(fixture, "month", "2026-11-01 2026-11-21, 2026-10-01 2026-10-21");
	assert_days(fixture, "month&day=last%20month",
		    "2026-10-01 2026-10-31, 2026-09-01 2026-09-30");
	assert_days(fixture, "month&day=2026-02", "2026-02-01 2026-02-28, 2026-01-01 2026-01-31");
	assert_days(fixture, "month&day=2026-03-15",
		    "2026-03-01 2026-03-31, 2026-02-01 2026-02-28");
	assert_days(fixture, "range&from=yesterday",
		    "2026-11-20 2026-11-21, 2026-11-18 2026-11-19");
	assert_days(fixture, "range&from=last-week&to=last-week",
		    "2026-11-09 2026-11-15, 2026-11-02 2026-11-08");
	assert_days(fixture, "range&from=2026-10&to=2026-10",
		    "2026-10-01 2026-10-31, 2026-09-01 2026-09-30");
	assert_days(fixture, "range&from=3+days+ago&to=yesterday",
		    "2026-11-18 2026-11-20, 2026-11-15 2026-11-17");
}

/* this week 3 * 400 on three days, before 3 * 300 on three days: a third more */
static void
what_changed_by_a_fifth_is_told(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	JsonObject *summary = NULL;
	JsonObject *change = NULL;

	for (gint64 i = 0; i < 3; i++)
		add(fixture, 10 - i, i, 400);
	for (gint64 i = 3; i < 6; i++)
		add(fixture, 10 - i, 4 + i, 300);
	summary = get_object(fixture, "/v1/summary?period=week", &owner);
	g_assert_cmpint(json_object_get_int_member(summary, "dose_hpa_ms"), ==, 1200);
	g_assert_cmpint(json_object_get_int_member(
				json_object_get_object_member(summary, "previous"), "dose_hpa_ms"),
			==, 900);
	change = json_object_get_object_member(summary, "change_permille");
	g_assert_cmpint(json_object_get_int_member(change, "dose_hpa_ms"), ==, 333);
	/* what stayed is not told */
	g_assert_cmpuint(json_object_get_size(change), ==, 1);
}

static void
two_data_days_are_too_few_to_compare(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	JsonObject *summary = NULL;

	for (gint64 i = 0; i < 3; i++)
		add(fixture, 10 - i, i, 400);
	for (gint64 i = 3; i < 6; i++)
		add(fixture, 10 - i, 4 + i, 100)->coverage.stored = i == 5 ? 50 : 100;
	summary = get_object(fixture, "/v1/summary?period=week", &owner);
	g_assert_cmpint(json_object_get_int_member(
				json_object_get_object_member(summary, "previous"), "n_data_days"),
			==, 2);
	g_assert_cmpuint(
		json_object_get_size(json_object_get_object_member(summary, "change_permille")), ==,
		0);
}

typedef struct {
	guint n_of_sums; /* of all, of each massager and of each person: each has its own records that may be missing */
	guint n_of_parts; /* of regions and nodes */
} Changes;

static Changes
count_changes(Fixture *fixture)
{
	static const struct {
		const gchar *by;
		gboolean is_sum;
	} ways[] = {{"place", FALSE}, {"node", FALSE}, {"device", TRUE}, {"person", TRUE}};
	Changes changes = {0, 0};

	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autoptr(JsonNode) owner = NULL;
		g_autofree gchar *target =
			g_strconcat("/v1/summary?period=week&by=", ways[i].by, NULL);
		JsonObject *summary = get_object(fixture, target, &owner);
		JsonArray *parts = json_object_get_array_member(summary, "parts");

		changes.n_of_sums += json_object_get_size(
			json_object_get_object_member(summary, "change_permille"));
		for (guint j = 0; j < json_array_get_length(parts); j++)
			*(ways[i].is_sum ? &changes.n_of_sums : &changes.n_of_parts) +=
				json_object_get_size(json_object_get_object_member(
					json_array_get_object_element(parts, j),
					"change_permille"));
	}
	return changes;
}

/* four days on each side, so that one less leaves enough; twice as much as before */
static void
add_two_weeks(Fixture *fixture)
{
	for (gint64 i = 0; i < 4; i++)
		add(fixture, 10 - i, i, 400);
	for (gint64 i = 4; i < 8; i++)
		add(fixture, 10 - i, 4 + i, 200);
}

static void
assert_changes_are_told(Fixture *fixture, gboolean of_sums, gboolean of_parts)
{
	Changes changes = count_changes(fixture);

	g_assert_cmpint(changes.n_of_sums > 0, ==, of_sums);
	g_assert_cmpint(changes.n_of_parts > 0, ==, of_parts);
}

/* each week has four sessions of 100 records */
static void
what_may_be_a_loss_is_not_told_as_a_change(Fixture *fixture, gconstpointer data)
{
	/* the session of one of the days of this week, and one of the week before */
	static const guint places[] = {2, 5};

	add_two_weeks(fixture);
	assert_changes_are_told(fixture, TRUE, TRUE);
	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		KnSession *session = fixture->hub.sessions->pdata[places[i]];

		/* 4 of 400 */
		session->coverage = (KnCoverage){.stored = 96, .expected = 100};
		assert_changes_are_told(fixture, FALSE, FALSE);
		/* 3 of 400, but all in one */
		session->coverage = (KnCoverage){.stored = 97, .expected = 100};
		assert_changes_are_told(fixture, TRUE, FALSE);
		session->coverage = (KnCoverage){.stored = 100, .expected = 101};
		assert_changes_are_told(fixture, TRUE, TRUE);
		session->is_completeness_known = FALSE;
		assert_changes_are_told(fixture, FALSE, FALSE);
		session->is_completeness_known = TRUE;
		session->coverage = (KnCoverage){.stored = 100, .expected = 100};
	}
	assert_changes_are_told(fixture, TRUE, TRUE);
}

static void
a_database_that_was_lost_in_either_week_leaves_nothing_to_compare(Fixture *fixture,
								  gconstpointer data)
{
	/* found so many days ago, twelve hours after the last that is known to be whole */
	static const struct {
		gint64 days_ago;
		gboolean is_told;
	} rows[] = {{0, FALSE}, {3, FALSE}, {8, FALSE}, {13, FALSE}, {15, TRUE}};

	add_two_weeks(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		gint64 to_us = HUB_NOW_US - rows[i].days_ago * HUB_DAY_US;
		const KnLoss loss = {to_us - 12 * HOUR_US, to_us, "knead.db.damaged-1"};

		g_array_set_size(fixture->hub.losses, 0);
		g_array_append_val(fixture->hub.losses, loss);
		g_test_message("%d days ago", (gint)rows[i].days_ago);
		assert_changes_are_told(fixture, rows[i].is_told, rows[i].is_told);
	}
}

/* "region side dose before change", one after the other */
static gchar *
parts_of(JsonObject *summary)
{
	JsonArray *parts = json_object_get_array_member(summary, "parts");
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < json_array_get_length(parts); i++) {
		JsonObject *part = json_array_get_object_element(parts, i);
		JsonObject *before = json_object_get_object_member(part, "previous");
		JsonObject *change = json_object_get_object_member(part, "change_permille");
		JsonObject *device = json_object_has_member(part, "device")
					     ? json_object_get_object_member(part, "device")
					     : NULL;

		g_string_append_printf(
			text, "%s%s%s%s %s %d %d %d", i > 0 ? "; " : "",
			device != NULL ? json_object_get_string_member(device, "label") : "",
			device != NULL ? " " : "",
			json_object_get_string_member_with_default(part, "region", "-"),
			json_object_get_string_member_with_default(part, "side", "-"),
			(gint)json_object_get_int_member(part, "dose_hpa_ms"),
			(gint)json_object_get_int_member(before, "dose_hpa_ms"),
			(gint)json_object_get_int_member_with_default(change, "dose_hpa_ms", 0));
	}
	return g_string_free(text, FALSE);
}

static void
each_part_is_beside_what_it_was(Fixture *fixture, gconstpointer data)
{
	static const struct {
		const gchar *by;
		const gchar *wanted;
	} rows[] = {
		{"", "rhomboids left 300 75 3000; rhomboids right 300 75 3000; semispinalis centre "
		     "300 0 0; gluteus centre 0 75 -1000"},
		{"&by=region", "rhomboids - 600 150 3000; semispinalis - 300 0 0; gluteus - 0 75 "
			       "-1000"},
		{"&by=side", "- centre 300 75 3000; - left 300 75 3000; - right 300 75 3000"},
		{"&by=node", "back bed rhomboids left 300 75 3000; back bed rhomboids right 300 75 "
			     "3000; back bed semispinalis centre 300 0 0; back bed gluteus centre "
			     "0 75 -1000"},
		{"&by=device", "back bed - - 1200 300 3000"},
	};

	for (gint64 i = 0; i < 3; i++)
		add(fixture, 10 - i, i, 400);
	/* the third node stood elsewhere the week before */
	for (gint64 i = 3; i < 6; i++)
		add(fixture, 10 - i, 4 + i, 100)->metrics.node[2].region = ktp_REGION_GLUTEUS;
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(JsonNode) owner = NULL;
		g_autofree gchar *target = g_strconcat("/v1/summary?period=week", rows[i].by, NULL);
		JsonObject *summary = get_object(fixture, target, &owner);
		g_autofree gchar *got = parts_of(summary);

		g_assert_cmpstr(json_object_get_string_member(summary, "by"), ==,
				rows[i].by[0] != '\0' ? rows[i].by + 4 : "place");
		g_assert_cmpstr(got, ==, rows[i].wanted);
	}
}

static void
a_year_and_more_has_nothing_beside(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) year = NULL;
	g_autoptr(JsonNode) more = NULL;
	JsonObject *summary = NULL;

	add(fixture, 1, 0, 400);
	summary = get_object(fixture, "/v1/summary?period=range&from=2025-11-21", &year);
	g_assert_true(json_object_has_member(summary, "previous"));
	summary = get_object(fixture, "/v1/summary?period=range&from=2025-11-20", &more);
	g_assert_false(json_object_has_member(summary, "previous"));
	g_assert_false(json_object_has_member(summary, "change_permille"));
	g_assert_cmpint(json_object_get_int_member(summary, "n_sessions"), ==, 1);
}

/* the period itself is told all the same */
static void
too_much_before_is_only_not_told(Fixture *fixture, gconstpointer data)
{
	g_autoptr(JsonNode) owner = NULL;
	JsonObject *summary = NULL;

	fake_hub_add_session(&fixture->hub, 9000, HUB_NOW_US);
	for (gint64 id = 8000; id > 0; id--)
		fake_hub_add_session(&fixture->hub, id,
				     HUB_NOW_US - 8 * HUB_DAY_US - (8001 - id) * G_USEC_PER_SEC);
	summary = get_object(fixture, "/v1/summary?period=week", &owner);
	g_assert_cmpint(json_object_get_int_member(summary, "n_sessions"), ==, 1);
	g_assert_false(json_object_has_member(summary, "previous"));
}

int
main(int argc, char **argv)
{
	static const struct {
		const gchar *name;
		void (*run)(Fixture *, gconstpointer);
	} tests[] = {
		{"every_period_has_its_days_and_those_before",
		 every_period_has_its_days_and_those_before},
		{"what_changed_by_a_fifth_is_told", what_changed_by_a_fifth_is_told},
		{"two_data_days_are_too_few_to_compare", two_data_days_are_too_few_to_compare},
		{"what_may_be_a_loss_is_not_told_as_a_change",
		 what_may_be_a_loss_is_not_told_as_a_change},
		{"a_database_that_was_lost_in_either_week_leaves_nothing_to_compare",
		 a_database_that_was_lost_in_either_week_leaves_nothing_to_compare},
		{"each_part_is_beside_what_it_was", each_part_is_beside_what_it_was},
		{"a_year_and_more_has_nothing_beside", a_year_and_more_has_nothing_beside},
		{"too_much_before_is_only_not_told", too_much_before_is_only_not_told},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree gchar *path = g_strconcat("/serve/compare/", tests[i].name, NULL);

		g_test_add(path, Fixture, NULL, fixture_set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
