/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what was lost on the hub's own disk is told by all that it touches */

#include "fake-hub.h"

#define HOUR_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

/* local midnight between the 20th and the 21st is 23:00 UTC on the 20th: nine hours before now */
static void
fill(Fixture *fixture)
{
	fake_hub_add_session(&fixture->hub, 5, HUB_NOW_US - HOUR_US);
	fake_hub_add_session(&fixture->hub, 4, HUB_NOW_US - 9 * HOUR_US);
	fake_hub_add_session(&fixture->hub, 3, HUB_NOW_US - 9 * HOUR_US - 1);
	fake_hub_add_session(&fixture->hub, 2, HUB_NOW_US - 9 * HOUR_US - 6 * HUB_DAY_US);
	fake_hub_add_session(&fixture->hub, 1, HUB_NOW_US - 9 * HOUR_US - 6 * HUB_DAY_US - 1);
}

static guint
n_losses(Fixture *fixture, const gchar *target)
{
	g_autoptr(JsonNode) node = get(fixture, target);
	JsonObject *object = json_node_get_object(node);

	return json_object_has_member(object, "data_loss")
		       ? json_array_get_length(json_object_get_array_member(object, "data_loss"))
		       : 0;
}

/* found at 23:00 UTC of the 20th, which is the first instant of the 21st here */
static void
a_loss_is_told_by_every_period_and_session_that_it_touches(Fixture *fixture, gconstpointer data)
{
	KnLoss loss = {.from_us = HUB_NOW_US - 9 * HOUR_US - 2 * HUB_DAY_US,
		       .to_us = HUB_NOW_US - 9 * HOUR_US,
		       .file = "knead.db.damaged-1"};
	KnSession *short_one;

	fill(fixture);
	g_array_append_val(fixture->hub.losses, loss);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=day"), ==, 0);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=day&day=2026-11-20"), ==, 1);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=day&day=2026-11-19"), ==, 1);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=day&day=2026-11-18"), ==, 0);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=week"), ==, 1);
	/* 3 began one microsecond before: it is all here, until it is not */
	g_assert_cmpuint(n_losses(fixture, "/v1/sessions/3"), ==, 0);
	short_one = g_ptr_array_index(fixture->hub.sessions, 2);
	g_assert_cmpint(short_one->id, ==, 3);
	short_one->coverage.stored = 50;
	g_assert_cmpuint(n_losses(fixture, "/v1/sessions/3"), ==, 1);
	short_one = g_ptr_array_index(fixture->hub.sessions, 1);
	short_one->coverage.stored = 50;
	g_assert_cmpuint(n_losses(fixture, "/v1/sessions/4"), ==, 0);
}

/* its records count as stored, so that it looks as if all of it were here */
static void
a_complete_session_tells_what_cannot_be_read_of_it_any_more(Fixture *fixture, gconstpointer data)
{
	KnLoss loss = {.from_us = HUB_NOW_US - 9 * HOUR_US - 2 * HUB_DAY_US,
		       .to_us = HUB_NOW_US - 9 * HOUR_US,
		       .file = "knead.db",
		       .is_counted = TRUE};

	fill(fixture);
	g_array_append_val(fixture->hub.losses, loss);
	g_assert_cmpuint(n_losses(fixture, "/v1/sessions/3"), ==, 1);
	g_assert_cmpuint(n_losses(fixture, "/v1/sessions/4"), ==, 0);
	g_assert_cmpuint(n_losses(fixture, "/v1/summary?period=week"), ==, 1);
}

/* a hub that began while its clock stood at 1970 */
static void
a_loss_has_a_begin_only_if_somebody_knew_the_time(Fixture *fixture, gconstpointer data)
{
	static const gint64 begins_us[] = {0, 5000000, HUB_NOW_US - HUB_DAY_US};

	fill(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(begins_us); i++) {
		KnLoss loss = {begins_us[i], HUB_NOW_US, "knead.db.damaged-1"};
		g_autoptr(JsonNode) node = NULL;
		JsonArray *losses = NULL;

		g_array_set_size(fixture->hub.losses, 0);
		g_array_append_val(fixture->hub.losses, loss);
		node = get(fixture, "/v1/summary?period=day");
		losses = json_object_get_array_member(json_node_get_object(node), "data_loss");
		g_assert_cmpuint(json_array_get_length(losses), ==, 1);
		g_assert_cmpint(
			json_object_has_member(json_array_get_object_element(losses, 0), "from"),
			==, i == 2);
	}
}

/* of somebody without a massager nothing else can be missing; lost is all of the 19th and the 20th */
static void
a_day_that_a_loss_touches_is_not_called_missed(Fixture *fixture, gconstpointer data)
{
	KnLoss loss = {.from_us = HUB_NOW_US - 9 * HOUR_US - 2 * HUB_DAY_US,
		       .to_us = HUB_NOW_US - 9 * HOUR_US,
		       .file = "knead.db.damaged-1"};
	static const gchar *const states[] = {"missed", "unknown", "unknown", "open"};
	g_autoptr(JsonNode) node = NULL;
	JsonArray *days = NULL;

	kn_people_add(fixture->hub.people, &(KnPerson){1, (gchar *)"P-1", (gchar *)"", 1});
	fake_hub_add_plan(&fixture->hub, "[a]\nminutes=5\n", (KnDay)(HUB_NOW_US / HUB_DAY_US) - 9);
	g_array_append_val(fixture->hub.losses, loss);
	node = get(fixture, "/v1/adherence?person=P-1&from=2026-11-18");
	days = json_object_get_array_member(json_node_get_object(node), "days");
	g_assert_cmpuint(json_array_get_length(days), ==, G_N_ELEMENTS(states));
	for (guint i = 0; i < G_N_ELEMENTS(states); i++)
		g_assert_cmpstr(json_object_get_string_member(
					json_array_get_object_element(days, i), "state"),
				==, states[i]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) \
	g_test_add("/serve/losses/" #name, Fixture, NULL, fixture_set_up, name, fixture_tear_down)
	ADD(a_loss_is_told_by_every_period_and_session_that_it_touches);
	ADD(a_complete_session_tells_what_cannot_be_read_of_it_any_more);
	ADD(a_loss_has_a_begin_only_if_somebody_knew_the_time);
	ADD(a_day_that_a_loss_touches_is_not_called_missed);
	return g_test_run();
}
