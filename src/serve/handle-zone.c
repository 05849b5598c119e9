/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* stored sessions to another time zone: counted first, or done */

#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

typedef struct {
	KnRequest *request; /* a reference */
	gchar *zone;        /* owned */
	gboolean is_dry_run;
} Wish;

static void
wish_free(Wish *wish)
{
	g_free(wish->zone);
	kn_request_unref(wish->request);
	g_free(wish);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

static void
on_rezoned(const KnRezoned *done, const GError *error, gpointer data)
{
	g_autoptr(Wish) wish = data;
	g_autoptr(JsonBuilder) builder = NULL;

	if (!kn_request_is_open(wish->request))
		return;
	if (error != NULL) {
		kn_request_answer_error(wish->request, error);
		return;
	}
	builder = json_builder_new();
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "tz", wish->zone);
	kn_json_add_bool(builder, "is_dry_run", wish->is_dry_run);
	kn_json_add_int(builder, "n_sessions", done->n_sessions);
	kn_json_add_int(builder, "n_other_day", done->n_other_day);
	if (done->oldest_us != 0) {
		g_autofree gchar *oldest = kn_zone_format_time(done->oldest_us, wish->zone);
		g_autofree gchar *newest = kn_zone_format_time(done->newest_us, wish->zone);

		kn_json_add_text(builder, "oldest", oldest);
		kn_json_add_text(builder, "newest", newest);
	}
	json_builder_end_object(builder);
	kn_request_answer(wish->request, json_builder_get_root(builder));
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
	wish = g_new(Wish, 1);
	*wish = (Wish){kn_request_ref(request), g_strdup(rezone.zone), rezone.is_dry_run};
	server->hub.rezone(server->user, &rezone, on_rezoned, wish);
}
