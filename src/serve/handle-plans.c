/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what is planned for a person: told, checked, stored */

#include "serve/json-plan.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/routes.h"
#include <string.h>

/* *person_id, which may be 0, is asked about from now on */
static void
hold_person(KnRequest *request, gint64 person_id)
{
	request->work = g_memdup2(&person_id, sizeof person_id);
	request->work_free = g_free;
}

static void
begin_answer(const KnRequest *request, JsonBuilder *builder, gboolean is_dry_run)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	const gint64 *person_id = request->work;
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	json_builder_begin_object(builder);
	kn_json_add_time(builder, "now", now.utc_us, zone);
	kn_json_add_text(builder, "tz", zone);
	kn_json_add_planned_for(builder, server->hub.get_people(server->user), *person_id);
	kn_json_add_bool(builder, "is_dry_run", is_dry_run);
	json_builder_set_member_name(builder, "plans");
	json_builder_begin_array(builder);
}

static void
answer_plans(KnRequest *request, const GPtrArray *rows)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();

	begin_answer(request, builder, FALSE);
	for (guint i = 0; i < rows->len; i++) {
		json_builder_begin_object(builder);
		kn_json_add_plan(builder, rows->pdata[i], i > 0 ? rows->pdata[i - 1] : NULL, zone);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

static void
on_plans(GPtrArray *owned_rows, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) rows = owned_rows;
	g_autoptr(KnRequest) request = data;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL)
		kn_request_answer_error(request, error);
	else
		answer_plans(request, rows);
}

void
kn_handle_plans(KnRequest *request)
{
	const KnServer *server = request->server;
	const gchar *who = kn_query_get(request, "person");
	gint64 person_id = 0;

	if (who != NULL && !kn_query_find_person(request, who, &person_id))
		return;
	hold_person(request, person_id);
	server->hub.query_plans(server->user, person_id, on_plans, kn_request_ref(request));
}

/* ---- a new one ---- */

/* FALSE: it is there, and no text. *ret_text: NULL when it is absent. */
static gboolean
get_text(JsonObject *body, const gchar *key, const gchar **ret_text)
{
	JsonNode *member = json_object_get_member(body, key);

	*ret_text = NULL;
	if (member == NULL)
		return TRUE;
	if (!JSON_NODE_HOLDS_VALUE(member) || json_node_get_value_type(member) != G_TYPE_STRING)
		return FALSE;
	*ret_text = json_node_get_string(member);
	return TRUE;
}

static gboolean
refuse_body(KnRequest *request)
{
	kn_query_refuse(request,
			"text is a plan (\"\" ends all), person a number or label, dry_run true or "
			"false.",
			"Send something like {\"text\": \"[lower back]\\nminutes=10\\n\"}");
	return FALSE;
}

static gboolean
read_body(KnRequest *request, JsonObject *body, KnPlanWish *wish, gboolean *ret_is_dry_run)
{
	JsonNode *dry_run = json_object_get_member(body, "dry_run");
	const gchar *who = NULL;

	if (!get_text(body, "text", &wish->text) || wish->text == NULL ||
	    !get_text(body, "person", &who) ||
	    (dry_run != NULL && (!JSON_NODE_HOLDS_VALUE(dry_run) ||
				 json_node_get_value_type(dry_run) != G_TYPE_BOOLEAN)))
		return refuse_body(request);
	*ret_is_dry_run = dry_run != NULL && json_node_get_boolean(dry_run);
	return who == NULL || kn_query_find_person(request, who, &wish->person_id);
}

static gchar *
join_problems(const GPtrArray *problems)
{
	GString *detail = g_string_new(NULL);

	for (guint i = 0; i < problems->len; i++) {
		g_autofree gchar *told = kn_plan_problem_at(problems->pdata[i], "line ", "");

		g_string_append_printf(detail, "%s%s", i > 0 ? "; " : "", told);
	}
	return g_string_free(detail, FALSE);
}

/* From which day on: what the plan says, else today. A hub that does not know the day takes only a day that is named. */
static gboolean
read_plan(KnRequest *request, KnPlanWish *wish)
{
	const KnServer *server = request->server;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KnPlan) plan = kn_plan_parse(wish->text, strlen(wish->text), problems);
	g_autofree gchar *detail = NULL;
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	if (plan == NULL && wish->text[0] != '\0') {
		detail = join_problems(problems);
		kn_query_refuse(request, detail, "See: man knead-plan");
		return FALSE;
	}
	wish->from_day = plan != NULL && plan->has_from ? plan->from_day : kn_query_today(request);
	if ((plan != NULL && plan->has_from) || now.quality != ktp_CLOCK_UNKNOWN)
		return TRUE;
	kn_query_refuse(request, "The hub does not know what day it is, and the plan names none.",
			"Write from=2026-11-21 into [plan], or set the clock: sudo timedatectl "
			"set-ntp true");
	return FALSE;
}

static void
answer_dry_run(KnRequest *request, const KnPlanWish *wish)
{
	const KnServer *server = request->server;
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree gchar *text = g_strdup(wish->text);
	const KnPlanRow row = {.text = text, .from_day = wish->from_day};

	begin_answer(request, builder, TRUE);
	json_builder_begin_object(builder);
	kn_json_add_plan(builder, &row, NULL, zone);
	json_builder_end_object(builder);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_plan_set(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autoptr(JsonNode) node = NULL;
	KnPlanWish wish = {.uid = (guint32)request->client->peer.uid};
	gboolean is_dry_run = FALSE;

	if (!kn_query_body(request, "person text dry_run", &node) ||
	    !read_body(request, json_node_get_object(node), &wish, &is_dry_run) ||
	    !read_plan(request, &wish))
		return;
	hold_person(request, wish.person_id);
	if (is_dry_run)
		answer_dry_run(request, &wish);
	else
		server->hub.set_plan(server->user, &wish, on_plans, kn_request_ref(request));
}
