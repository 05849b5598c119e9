/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/query.h"

#include "core/base/json-depth.h"
#include "core/base/text.h"
#include <string.h>

void
kn_query_refuse(KnRequest *request, const gchar *detail, const gchar *hint)
{
	kn_request_answer_problem(request, SOUP_STATUS_BAD_REQUEST, "bad-request", detail, hint);
}

static gboolean
is_known(const gchar *key, const gchar *keys)
{
	g_auto(GStrv) known = g_strsplit(keys, " ", -1);

	return key[0] != '\0' && g_strv_contains((const gchar *const *)known, key);
}

static gboolean
refuse_key(KnRequest *request, const gchar *what, const gchar *key, const gchar *keys)
{
	g_autofree gchar *clean = kn_text_clean(key, -1);
	g_autofree gchar *detail = g_strdup_printf("%s: \"%s\".", what, clean);
	g_autofree gchar *hint = keys[0] != '\0' ? g_strdup_printf("Known here: %s", keys)
						 : g_strdup("None is known here.");

	kn_query_refuse(request, detail, hint);
	return FALSE;
}

static gboolean
refuse_value(KnRequest *request, const gchar *key, const gchar *wanted)
{
	g_autofree gchar *clean = kn_text_clean(kn_query_get(request, key), -1);
	g_autofree gchar *detail =
		g_strdup_printf("\"%s\" is not a good value for \"%s\".", clean, key);
	g_autofree gchar *hint = g_strdup_printf("It must be %s.", wanted);

	kn_query_refuse(request, detail, hint);
	return FALSE;
}

gboolean
kn_query_parse(KnRequest *request, const gchar *query, const gchar *keys)
{
	GUriParamsIter iter;
	g_autoptr(GError) error = NULL;
	gchar *key = NULL;
	gchar *value = NULL;

	request->query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	/* "+" stays "+": times with an offset are written as they are */
	g_uri_params_iter_init(&iter, query != NULL ? query : "", -1, "&", G_URI_PARAMS_NONE);
	while (g_uri_params_iter_next(&iter, &key, &value, &error)) {
		g_autofree gchar *own_key = g_steal_pointer(&key);
		g_autofree gchar *own_value = g_steal_pointer(&value);

		if (!is_known(own_key, keys))
			return refuse_key(request, "Unknown key", own_key, keys);
		if (g_hash_table_contains(request->query, own_key))
			return refuse_key(request, "Key given twice", own_key, keys);
		g_hash_table_insert(request->query, g_steal_pointer(&own_key),
				    g_steal_pointer(&own_value));
	}
	if (error != NULL) {
		kn_query_refuse(request, "The query part of the path can not be read.",
				"Write ?key=value&key=value in percent-encoded UTF-8.");
		return FALSE;
	}
	return TRUE;
}

const gchar *
kn_query_get(const KnRequest *request, const gchar *key)
{
	return g_hash_table_lookup(request->query, key);
}

gboolean
kn_query_number(KnRequest *request, const gchar *key, guint64 min, guint64 max, guint64 *ret_number)
{
	const gchar *text = kn_query_get(request, key);
	g_autofree gchar *wanted = NULL;

	if (text == NULL || g_ascii_string_to_unsigned(text, 10, min, max, ret_number, NULL))
		return TRUE;
	wanted = g_strdup_printf("a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
				 min, max);
	return refuse_value(request, key, wanted);
}

KnDay
kn_query_today(const KnRequest *request)
{
	const KnServer *server = request->server;
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	return kn_zone_day(now.utc_us, server->hub.get_zone(server->user));
}

gboolean
kn_query_parse_day(const KnRequest *request, const gchar *text, KnDay *ret_day)
{
	return kn_days_parse_one(text, kn_query_today(request), ret_day);
}

gboolean
kn_query_day(KnRequest *request, const gchar *key, KnDay *ret_day)
{
	const gchar *text = kn_query_get(request, key);

	if (text == NULL || kn_query_parse_day(request, text, ret_day))
		return TRUE;
	return refuse_value(request, key, KN_DAYS_ONE_WORDS);
}

gboolean
kn_query_days(KnRequest *request, const gchar *key, KnDays *ret_days)
{
	const gchar *text = kn_query_get(request, key);

	if (text == NULL || kn_days_parse(text, kn_query_today(request), ret_days))
		return TRUE;
	return refuse_value(request, key, KN_DAYS_MANY_WORDS);
}

/* GDateTime reads many shapes of ISO 8601; only those with date, time and offset are times here */
gboolean
kn_query_parse_time(const gchar *text, gint64 *ret_utc_us)
{
	g_autoptr(GDateTime) time = NULL;

	if (!g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?(Z|[+-]"
				  "\\d\\d:\\d\\d)$",
				  text, 0, 0))
		return FALSE;
	time = g_date_time_new_from_iso8601(text, NULL);
	if (time == NULL)
		return FALSE;
	*ret_utc_us =
		g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
	return TRUE;
}

gchar *
kn_query_format_place(const KnSessionPlace *place)
{
	return g_strdup_printf("%" G_GINT64_FORMAT "_%" G_GINT64_FORMAT, place->start_us,
			       place->id);
}

gboolean
kn_query_place(KnRequest *request, const gchar *key, KnSessionPlace *ret_place)
{
	const gchar *text = kn_query_get(request, key);
	g_auto(GStrv) parts = text != NULL ? g_strsplit(text, "_", 3) : NULL;
	KnSessionPlace place = {0};

	if (text == NULL)
		return TRUE;
	if (g_strv_length(parts) != 2 ||
	    !g_ascii_string_to_signed(parts[0], 10, G_MININT64, G_MAXINT64, &place.start_us,
				      NULL) ||
	    !g_ascii_string_to_signed(parts[1], 10, 1, G_MAXINT64, &place.id, NULL))
		return refuse_value(request, key, "what \"next_cursor\" of the page before was");
	*ret_place = place;
	return TRUE;
}

gboolean
kn_query_time(KnRequest *request, const gchar *key, KnQueryEdge edge, gint64 *ret_utc_us)
{
	const gchar *text = kn_query_get(request, key);
	const gchar *zone = request->server->hub.get_zone(request->server->user);
	KnDays days = {0};

	if (text == NULL || kn_query_parse_time(text, ret_utc_us))
		return TRUE;
	if (!kn_days_parse(text, kn_query_today(request), &days))
		return refuse_value(request, key,
				    KN_DAYS_MANY_WORDS
				    ", or a time like 2026-11-21T08:00:00+01:00");
	*ret_utc_us = kn_zone_day_start_us(edge == KN_QUERY_TO ? days.last_day + 1 : days.first_day,
					   zone);
	return TRUE;
}

static gboolean
is_device(const KnDevice *device, const gchar *text, const gchar *address)
{
	g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, device->id);

	return g_str_equal(id, text) || g_strcmp0(device->address, address) == 0 ||
	       (text[0] != '\0' && g_strcmp0(device->label, text) == 0);
}

gboolean
kn_query_find_device(KnRequest *request, const gchar *text, gint64 *ret_device_id)
{
	g_autofree gchar *address = kn_device_normalize_address(text);
	g_autoptr(GPtrArray) views = request->server->hub.get_devices(request->server->user);
	gint64 found_id = 0;
	guint n_found = 0;

	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = g_ptr_array_index(views, i);

		if (view->device == NULL ||
		    !is_device(view->device, text, address != NULL ? address : ""))
			continue;
		found_id = view->device->id;
		n_found++;
	}
	if (n_found == 1) {
		*ret_device_id = found_id;
		return TRUE;
	}
	if (n_found > 1)
		kn_request_answer_problem(request, SOUP_STATUS_CONFLICT, "ambiguous",
					  "Several massagers have that name.",
					  "Say which by number or address: knead devices");
	else
		kn_request_answer_problem(
			request, SOUP_STATUS_NOT_FOUND, "no-such-device",
			"This hub knows no massager by that number, address or name.",
			"See the massagers it knows: knead devices");
	return FALSE;
}

gboolean
kn_query_device(KnRequest *request, const gchar *key, gint64 *ret_device_id)
{
	const gchar *text = kn_query_get(request, key);

	return text == NULL || kn_query_find_device(request, text, ret_device_id);
}

/* what a parser saw: a member that comes twice is told twice and kept once */
typedef struct {
	guint n_told;
	guint n_kept;
} Members;

static void
on_member(JsonParser *parser, JsonObject *object, const gchar *name, gpointer data)
{
	((Members *)data)->n_told++;
}

static void
on_object_end(JsonParser *parser, JsonObject *object, gpointer data)
{
	((Members *)data)->n_kept += json_object_get_size(object);
}

/* json-glib takes several values one after the other and keeps the last: as the one element of an array they are an error. That the
 * brackets of the text match was seen before, so it can not close this array itself. */
static JsonNode *
parse_object(const gchar *text, gsize n_bytes)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree gchar *wrapped = g_strdup_printf("[%.*s]", (gint)n_bytes, text);
	JsonArray *array = NULL;
	JsonNode *only = NULL;
	Members members = {0};

	g_signal_connect(parser, "object-member", G_CALLBACK(on_member), &members);
	g_signal_connect(parser, "object-end", G_CALLBACK(on_object_end), &members);
	if (!json_parser_load_from_data(parser, wrapped, -1, NULL) ||
	    !JSON_NODE_HOLDS_ARRAY(json_parser_get_root(parser)) ||
	    members.n_told != members.n_kept)
		return NULL;
	array = json_node_get_array(json_parser_get_root(parser));
	if (json_array_get_length(array) != 1)
		return NULL;
	only = json_array_get_element(array, 0);
	return JSON_NODE_HOLDS_OBJECT(only) ? json_node_copy(only) : NULL;
}

gboolean
kn_query_body(KnRequest *request, const gchar *keys, JsonNode **ret_node)
{
	SoupMessageBody *body = soup_server_message_get_request_body(request->message);
	g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
	gsize n_bytes = 0;
	const gchar *text = g_bytes_get_data(bytes, &n_bytes);
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(GList) members = NULL;

	if (n_bytes == 0) {
		text = "{}";
		n_bytes = 2;
	}
	if (!g_utf8_validate_len(text, n_bytes, NULL)) {
		kn_query_refuse(request, "The body is not UTF-8.", "Send JSON in UTF-8.");
		return FALSE;
	}
	/* before the parser, which recurses for every bracket */
	if (!kn_json_depth_is_within(text, n_bytes, KN_JSON_DEPTH_MAX)) {
		kn_query_refuse(request, "The body is not plain JSON, or nests deeper than 16.",
				"Send one JSON object.");
		return FALSE;
	}
	node = parse_object(text, n_bytes);
	if (node == NULL) {
		kn_query_refuse(request, "The body is not a JSON object, or has a key twice.",
				"Send something like {\"label\": \"living room\"}");
		return FALSE;
	}
	members = json_object_get_members(json_node_get_object(node));
	for (GList *at = members; at != NULL; at = at->next) {
		if (!is_known(at->data, keys))
			return refuse_key(request, "Unknown key in the body", at->data, keys);
	}
	*ret_node = g_steal_pointer(&node);
	return TRUE;
}

gboolean
kn_query_no_body(KnRequest *request)
{
	g_autoptr(JsonNode) unused = NULL;

	return kn_query_body(request, "", &unused);
}

gboolean
kn_query_classes(KnRequest *request, guint *ret_mask)
{
	const gchar *words = kn_query_get(request, "class");

	if (words == NULL || kn_event_classes_parse(words, ret_mask))
		return TRUE;
	kn_query_refuse(request, "The class is not a list of those that there are.",
			"Write some of session,link,alarm,live with commas between.");
	return FALSE;
}
