/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* persons; massagers that are handed out and come back; sessions that are somebody's by hand */

#include "serve/json.h"
#include "serve/query-people.h"
#include "serve/query.h"
#include "serve/routes.h"
#include <string.h>

/* ---- the list ---- */

static void
add_held(JsonBuilder *builder, const KnPeople *people, const GPtrArray *views, gint64 person_id,
	 const gchar *zone)
{
	json_builder_set_member_name(builder, "devices");
	json_builder_begin_array(builder);
	for (guint i = 0; i < people->handouts->len; i++) {
		const KnHandout *handout = &g_array_index(people->handouts, KnHandout, i);
		const KnDevice *device = kn_json_find_device(views, handout->device_id);

		if (handout->person_id != person_id)
			continue;
		json_builder_begin_object(builder);
		kn_json_add_int(builder, "device_id", handout->device_id);
		kn_json_add_text(builder, "address", device != NULL ? device->address : NULL);
		kn_json_add_text(builder, "label", device != NULL ? device->label : NULL);
		kn_json_add_time(builder, "since", handout->from_us, zone);
		json_builder_end_object(builder);
	}
	json_builder_end_array(builder);
}

static void
add_person(JsonBuilder *builder, const KnServer *server, const KnPerson *person,
	   const GPtrArray *views)
{
	const gchar *zone = server->hub.get_zone(server->user);

	json_builder_begin_object(builder);
	kn_json_add_int(builder, "id", person->id);
	kn_json_add_text(builder, "label", person->label);
	kn_json_add_text(builder, "external_id", person->external_id);
	kn_json_add_time(builder, "made", person->made_us, zone);
	add_held(builder, server->hub.get_people(server->user), views, person->id, zone);
	json_builder_end_object(builder);
}

void
kn_handle_persons(KnRequest *request)
{
	const KnServer *server = request->server;
	const KnPeople *people = server->hub.get_people(server->user);
	const gchar *zone = server->hub.get_zone(server->user);
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	g_autoptr(JsonBuilder) builder = json_builder_new();
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	json_builder_begin_object(builder);
	kn_json_add_time(builder, "now", now.utc_us, zone);
	kn_json_add_text(builder, "tz", zone);
	json_builder_set_member_name(builder, "persons");
	json_builder_begin_array(builder);
	for (guint i = 0; i < people->persons->len; i++)
		add_person(builder, server, g_ptr_array_index(people->persons, i), views);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

/* ---- a person is added or renamed ---- */

static void
on_person(const KnPeopleDone *done, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	g_autoptr(GPtrArray) views = NULL;
	g_autoptr(JsonBuilder) builder = NULL;
	const KnServer *server = request->server;
	const KnPerson *person = NULL;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	person = kn_people_get(server->hub.get_people(server->user), done->person_id);
	views = server->hub.get_devices(server->user);
	builder = json_builder_new();
	add_person(builder, server, person, views);
	kn_request_answer(request, json_builder_get_root(builder));
}

static gboolean
read_person(KnRequest *request, JsonObject *body, KnPeopleWish *ret_wish)
{
	if (!kn_query_clean_text(request, body, "label", &ret_wish->label) ||
	    !kn_query_clean_text(request, body, "external_id", &ret_wish->external_id))
		return FALSE;
	if (ret_wish->label == NULL ||
	    (ret_wish->label[0] != '\0' && !kn_people_is_reserved(ret_wish->label)))
		return TRUE;
	kn_query_refuse(request, "A person cannot be called that.",
			"Any other name or number will do: {\"label\": \"Mia\"}");
	return FALSE;
}

void
kn_handle_person_add(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autoptr(JsonNode) node = NULL;
	KnPeopleWish wish = {.what = KN_PEOPLE_ADD, .uid = (guint32)request->client->peer.uid};

	if (!kn_query_body(request, "label external_id", &node) ||
	    !read_person(request, json_node_get_object(node), &wish))
		return;
	if (wish.label == NULL) {
		kn_query_refuse(request, "A person needs a label.", "Send {\"label\": \"Mia\"}");
		return;
	}
	server->hub.change_people(server->user, &wish, on_person, kn_request_ref(request));
}

void
kn_handle_person_rename(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autoptr(JsonNode) node = NULL;
	KnPeopleWish wish = {.what = KN_PEOPLE_RENAME, .uid = (guint32)request->client->peer.uid};

	if (!kn_query_body(request, "label external_id", &node) ||
	    !read_person(request, json_node_get_object(node), &wish) ||
	    !kn_query_find_person(request, request->argument, &wish.person_id))
		return;
	if (wish.label == NULL && wish.external_id == NULL) {
		kn_query_refuse(request, "Nothing is to be changed.", "Send {\"label\": \"Mia\"}");
		return;
	}
	server->hub.change_people(server->user, &wish, on_person, kn_request_ref(request));
}

/* ---- hand-outs and assignments ---- */

/* what the answer repeats */
typedef struct {
	gint64 device_id;
	gint64 at_us;
	guint n_sessions;
	gint64 sessions[KN_PEOPLE_SESSIONS_MAX];
} Work;

static void
on_assigned(const KnPeopleDone *done, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	g_autoptr(JsonBuilder) builder = NULL;
	const KnServer *server = request->server;
	const Work *work = request->work;
	const KnPerson *person = NULL;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	person = kn_people_get(server->hub.get_people(server->user), done->person_id);
	builder = json_builder_new();
	json_builder_begin_object(builder);
	if (person != NULL)
		kn_json_add_person(builder, person->id, person->label);
	if (work->device_id != 0) {
		kn_json_add_int(builder, "device_id", work->device_id);
		kn_json_add_time(builder, "at", work->at_us, server->hub.get_zone(server->user));
	}
	if (work->n_sessions > 0)
		kn_json_add_int(builder, "n_sessions", work->n_sessions);
	kn_json_add_int(builder, "n_moved", done->n_moved);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

static gboolean
refuse_body(KnRequest *request)
{
	kn_query_refuse(request, "That is no hand-out, no return and no assignment.",
			"Send {\"device\": \"pad 7\", \"to\": \"Mia\"}, {\"device\": \"pad 7\", "
			"\"return\": \"now\"} or {\"sessions\": [17, 18], \"to\": \"Mia\"}");
	return FALSE;
}

static gboolean
read_sessions(KnRequest *request, JsonNode *member, Work *work)
{
	JsonArray *array = JSON_NODE_HOLDS_ARRAY(member) ? json_node_get_array(member) : NULL;
	guint n = array != NULL ? json_array_get_length(array) : 0;

	for (guint i = 0; i < MIN(n, (guint)KN_PEOPLE_SESSIONS_MAX); i++) {
		JsonNode *id = json_array_get_element(array, i);

		work->sessions[i] =
			JSON_NODE_HOLDS_VALUE(id) && json_node_get_value_type(id) == G_TYPE_INT64
				? json_node_get_int(id)
				: 0;
		if (work->sessions[i] <= 0)
			n = 0;
	}
	work->n_sessions = n;
	if (n > 0 && n <= KN_PEOPLE_SESSIONS_MAX)
		return TRUE;
	kn_query_refuse(request, "\"sessions\" is not a list of 1 to 400 numbers of sessions.",
			"See the sessions there are: knead sessions");
	return FALSE;
}

static gboolean
read_assignment(KnRequest *request, JsonObject *body, const gchar *to, Work *work,
		KnPeopleWish *wish)
{
	if (to == NULL || json_object_get_size(body) != 2)
		return refuse_body(request);
	if (!read_sessions(request, json_object_get_member(body, "sessions"), work) ||
	    (!g_str_equal(to, "nobody") && !kn_query_find_person(request, to, &wish->person_id)))
		return FALSE;
	wish->what = KN_PEOPLE_ASSIGN;
	wish->sessions = work->sessions;
	wish->n_sessions = work->n_sessions;
	return TRUE;
}

static gboolean
read_handout(KnRequest *request, JsonObject *body, const gchar *to, Work *work, KnPeopleWish *wish)
{
	const gchar *device = NULL;
	const gchar *from = NULL;
	const gchar *back = NULL;
	JsonNode *force = json_object_get_member(body, "force");
	gboolean is_flag = force == NULL || (JSON_NODE_HOLDS_VALUE(force) &&
					     json_node_get_value_type(force) == G_TYPE_BOOLEAN);

	if (!kn_query_text(request, body, "device", &device) ||
	    !kn_query_text(request, body, "from", &from) ||
	    !kn_query_text(request, body, "return", &back))
		return FALSE;
	if (device == NULL || !is_flag || (to == NULL) == (back == NULL) ||
	    (back != NULL && (from != NULL || force != NULL)))
		return refuse_body(request);
	if (back == NULL)
		back = from != NULL ? from : "now";
	if (!kn_query_find_device(request, device, &work->device_id) ||
	    (to != NULL && !kn_query_find_person(request, to, &wish->person_id)) ||
	    !kn_query_moment(request, back, &work->at_us))
		return FALSE;
	wish->what = to != NULL ? KN_PEOPLE_CHECKOUT : KN_PEOPLE_RETURN;
	wish->is_forced = force != NULL && json_node_get_boolean(force);
	wish->device_id = work->device_id;
	wish->at_us = work->at_us;
	return TRUE;
}

void
kn_handle_assignment(KnRequest *request)
{
	const KnServer *server = request->server;
	g_autoptr(JsonNode) node = NULL;
	JsonObject *body = NULL;
	Work *work = g_new0(Work, 1);
	KnPeopleWish wish = {.uid = (guint32)request->client->peer.uid,
			     .zone = server->hub.get_zone(server->user)};
	const gchar *to = NULL;

	request->work = work;
	request->work_free = g_free;
	if (!kn_query_body(request, "device to from return force sessions", &node))
		return;
	body = json_node_get_object(node);
	if (!kn_query_text(request, body, "to", &to))
		return;
	if (json_object_has_member(body, "sessions")
		    ? read_assignment(request, body, to, work, &wish)
		    : read_handout(request, body, to, work, &wish))
		server->hub.change_people(server->user, &wish, on_assigned,
					  kn_request_ref(request));
}
