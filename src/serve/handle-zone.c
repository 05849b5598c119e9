/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* stored sessions to another time zone: counted first, or done */

#include "serve/jobs.h"
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

typedef struct {
	KnRequest *request; /* a reference; NULL with a job */
	KnJob *job;         /* a reference; NULL: only counted */
	gchar *zone;        /* owned */
} Wish;

static void
wish_free(Wish *wish)
{
	g_free(wish->zone);
	g_clear_pointer(&wish->request, kn_request_unref);
	g_clear_pointer(&wish->job, kn_job_unref);
	g_free(wish);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

/* new */
static JsonNode *
describe(const KnRezoned *done, const Wish *wish)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "tz", wish->zone);
	kn_json_add_bool(builder, "is_dry_run", wish->job == NULL);
	kn_json_add_int(builder, "n_sessions", done->n_sessions);
	kn_json_add_int(builder, "n_other_day", done->n_other_day);
	if (done->oldest_us != 0) {
		g_autofree gchar *oldest = kn_zone_format_time(done->oldest_us, wish->zone);
		g_autofree gchar *newest = kn_zone_format_time(done->newest_us, wish->zone);

		kn_json_add_text(builder, "oldest", oldest);
		kn_json_add_text(builder, "newest", newest);
	}
	json_builder_end_object(builder);
	return json_builder_get_root(builder);
}

static void
on_rezoned(const KnRezoned *done, const GError *error, gpointer data)
{
	g_autoptr(Wish) wish = data;
	JsonNode *result = error == NULL ? describe(done, wish) : NULL;

	if (wish->job != NULL)
		kn_job_end_with(wish->job, result, error);
	else if (error != NULL)
		kn_request_answer_error(wish->request, error);
	else
		kn_request_answer(wish->request, result);
}

static guint
get_permille(KnServer *server)
{
	return server->hub.get_rezone_permille(server->user);
}

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
read_zone(KnRequest *request, JsonObject *body, KnRezone *wish)
{
	if (get_text(body, "zone", &wish->zone) && wish->zone != NULL &&
	    kn_zone_is_known(wish->zone))
		return TRUE;
	kn_query_refuse(request, "zone is not a time zone that this machine knows.",
			"Names are like Europe/Berlin: timedatectl list-timezones");
	return FALSE;
}

/* of several days from takes the first and to the last */
static gboolean
read_days(KnRequest *request, JsonObject *body, KnRezone *wish)
{
	const gchar *from = NULL;
	const gchar *to = NULL;
	KnDay today = kn_query_today(request);
	KnDays first = {0};
	KnDays last = {0};

	if (!get_text(body, "from", &from) || !get_text(body, "to", &to) ||
	    (from != NULL && !kn_days_parse(from, today, &first)) ||
	    (to != NULL && !kn_days_parse(to, today, &last))) {
		kn_query_refuse(request, "from and to are days.", "Write " KN_DAYS_MANY_WORDS ".");
		return FALSE;
	}
	wish->has_from = from != NULL;
	wish->from_day = first.first_day;
	wish->has_to = to != NULL;
	wish->to_day = last.last_day;
	return TRUE;
}

static gboolean
read_dry_run(KnRequest *request, JsonObject *body, KnRezone *wish)
{
	JsonNode *member = json_object_get_member(body, "dry_run");

	if (member == NULL)
		return TRUE;
	if (JSON_NODE_HOLDS_VALUE(member) && json_node_get_value_type(member) == G_TYPE_BOOLEAN) {
		wish->is_dry_run = json_node_get_boolean(member);
		return TRUE;
	}
	kn_query_refuse(request, "dry_run is true or false.", "Send {\"dry_run\": true}");
	return FALSE;
}

static gboolean
read_device(KnRequest *request, JsonObject *body, KnRezone *wish)
{
	const gchar *text = NULL;

	if (get_text(body, "device", &text))
		return text == NULL || kn_query_find_device(request, text, &wish->device_id);
	kn_query_refuse(request, "device is the number, address or name of a massager, as a text.",
			"Send something like {\"device\": \"living room\"}");
	return FALSE;
}

/* Years of sessions take longer than an answer may. */
static void
move(KnRequest *request, const KnRezone *rezone)
{
	KnServer *server = request->server;
	KnJob *job = kn_job_begin_open(server, "rezone", get_permille);
	Wish *wish = NULL;

	if (job == NULL) {
		kn_request_answer_problem(request, SOUP_STATUS_CONFLICT, "busy",
					  "Too much is going on already.",
					  "Try again in a minute.");
		return;
	}
	wish = g_new(Wish, 1);
	*wish = (Wish){NULL, kn_job_ref(job), g_strdup(rezone->zone)};
	server->hub.rezone(server->user, rezone, on_rezoned, wish);
	kn_request_answer_status(request, SOUP_STATUS_ACCEPTED,
				 kn_job_describe(job, request->client->right));
}

void
kn_handle_zone(KnRequest *request)
{
	KnServer *server = request->server;
	g_autoptr(JsonNode) node = NULL;
	JsonObject *body = NULL;
	KnRezone rezone = {.uid = (guint32)request->client->peer.uid};
	Wish *wish = NULL;

	if (!kn_query_body(request, "zone from to device dry_run", &node))
		return;
	body = json_node_get_object(node);
	if (!read_zone(request, body, &rezone) || !read_days(request, body, &rezone) ||
	    !read_dry_run(request, body, &rezone) || !read_device(request, body, &rezone))
		return;
	if (rezone.is_dry_run) {
		wish = g_new(Wish, 1);
		*wish = (Wish){kn_request_ref(request), NULL, g_strdup(rezone.zone)};
		server->hub.rezone(server->user, &rezone, on_rezoned, wish);
	} else {
		move(request, &rezone);
	}
}
