/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/query-people.h"

#include "core/base/text.h"
#include "serve/query.h"
#include <string.h>

gboolean
kn_query_find_person(KnRequest *request, const gchar *text, gint64 *ret_person_id)
{
	const KnServer *server = request->server;
	const KnPerson *person = kn_people_find(server->hub.get_people(server->user), text);

	if (person != NULL) {
		*ret_person_id = person->id;
		return TRUE;
	}
	kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-person",
				  "This hub knows no person by that label, id or number.",
				  "See the persons it knows: knead person list");
	return FALSE;
}

gboolean
kn_query_person(KnRequest *request, const gchar *key, gint64 *ret_person_id)
{
	const gchar *text = kn_query_get(request, key);

	if (text == NULL)
		return TRUE;
	if (!g_str_equal(text, "unassigned"))
		return kn_query_find_person(request, text, ret_person_id);
	*ret_person_id = -1;
	return TRUE;
}

gboolean
kn_query_one_person(KnRequest *request, const gchar *key, gint64 *ret_person_id)
{
	const gchar *text = kn_query_get(request, key);

	return text == NULL || kn_query_find_person(request, text, ret_person_id);
}

/* "14:30" */
static gboolean
parse_clock(const gchar *text, gint *ret_hour, gint *ret_minute)
{
	if (strlen(text) != 5 || !g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]) ||
	    text[2] != ':' || !g_ascii_isdigit(text[3]) || !g_ascii_isdigit(text[4]))
		return FALSE;
	*ret_hour = g_ascii_digit_value(text[0]) * 10 + g_ascii_digit_value(text[1]);
	*ret_minute = g_ascii_digit_value(text[3]) * 10 + g_ascii_digit_value(text[4]);
	return *ret_hour < 24 && *ret_minute < 60;
}

/* "yesterday 14:30", or without the day today's */
static gboolean
parse_local(const KnRequest *request, const gchar *text, gint64 *ret_utc_us)
{
	const KnServer *server = request->server;
	const gchar *blank = strrchr(text, ' ');
	g_autofree gchar *day_text =
		blank != NULL ? g_strndup(text, (gsize)(blank - text)) : g_strdup("today");
	g_autoptr(GTimeZone) zone = kn_zone_hold(server->hub.get_zone(server->user));
	g_autoptr(GDateTime) midnight = NULL;
	g_autoptr(GDateTime) time = NULL;
	KnDay day = 0;
	gint hour = 0;
	gint minute = 0;

	if (!parse_clock(blank != NULL ? blank + 1 : text, &hour, &minute) ||
	    !kn_query_parse_day(request, day_text, &day))
		return FALSE;
	midnight = g_date_time_new_from_unix_utc((gint64)day * 86400);
	if (midnight != NULL)
		time = g_date_time_new(zone, g_date_time_get_year(midnight),
				       g_date_time_get_month(midnight),
				       g_date_time_get_day_of_month(midnight), hour, minute, 0);
	if (time == NULL)
		return FALSE;
	*ret_utc_us = g_date_time_to_unix(time) * G_USEC_PER_SEC;
	return TRUE;
}

gboolean
kn_query_moment(KnRequest *request, const gchar *text, gint64 *ret_utc_us)
{
	const KnServer *server = request->server;
	KnDay day = 0;
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	if (g_str_equal(text, "now")) {
		*ret_utc_us = now.utc_us;
		return TRUE;
	}
	if (kn_query_parse_time(text, ret_utc_us) || parse_local(request, text, ret_utc_us))
		return TRUE;
	if (kn_query_parse_day(request, text, &day)) {
		*ret_utc_us = kn_zone_day_start_us(day, server->hub.get_zone(server->user));
		return TRUE;
	}
	kn_query_refuse(request, "That is no time that this hub understands.",
			"Write now, 14:30, yesterday 14:30, a day like 2026-11-21, or "
			"2026-11-21T08:00:00+01:00.");
	return FALSE;
}

gboolean
kn_query_text(KnRequest *request, JsonObject *body, const gchar *key, const gchar **ret_text)
{
	JsonNode *member = json_object_get_member(body, key);
	g_autofree gchar *detail = NULL;

	*ret_text = NULL;
	if (member == NULL)
		return TRUE;
	if (JSON_NODE_HOLDS_VALUE(member) && json_node_get_value_type(member) == G_TYPE_STRING) {
		*ret_text = json_node_get_string(member);
		return TRUE;
	}
	detail = g_strdup_printf("\"%s\" is not a text.", key);
	kn_query_refuse(request, detail, "Put it between quotation marks.");
	return FALSE;
}

gboolean
kn_query_clean_text(KnRequest *request, JsonObject *body, const gchar *key, const gchar **ret_text)
{
	g_autofree gchar *clean = NULL;
	g_autofree gchar *detail = NULL;

	if (!kn_query_text(request, body, key, ret_text))
		return FALSE;
	if (*ret_text == NULL)
		return TRUE;
	clean = kn_text_clean(*ret_text, -1);
	if (g_str_equal(clean, *ret_text))
		return TRUE;
	detail = g_strdup_printf("\"%s\" is not a text of at most 64 plain characters.", key);
	kn_query_refuse(request, detail, "Send something like {\"label\": \"Mia\"}");
	return FALSE;
}
