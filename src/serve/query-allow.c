/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a client says of a massager that is to be recorded */

#include "core/base/text.h"
#include "serve/query.h"

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
read_label(KnRequest *request, JsonObject *body, KnAllow *ret_allow)
{
	g_autofree gchar *clean = NULL;
	gboolean is_text = get_text(body, "label", &ret_allow->label);

	if (ret_allow->label != NULL)
		clean = kn_text_clean(ret_allow->label, -1);
	if (is_text && g_strcmp0(ret_allow->label, clean) == 0)
		return TRUE;
	kn_query_refuse(request, "The label is not a text of at most 64 plain characters.",
			"Send something like {\"label\": \"living room\"}");
	return FALSE;
}

/* a day by the hub's clock, which does not know it: the word would hide all or nothing */
static gboolean
is_day_unknown(const KnServer *server, const gchar *text)
{
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	return now.quality == ktp_CLOCK_UNKNOWN &&
	       (g_str_equal(text, "today") || g_str_equal(text, "yesterday"));
}

static gboolean
read_shown_from(KnRequest *request, JsonObject *body, KnAllow *ret_allow)
{
	const KnServer *server = request->server;
	const gchar *text = NULL;
	KnDay day = 0;
	gboolean is_text = get_text(body, "sessions_from", &text);

	if (is_text && text == NULL)
		return TRUE;
	ret_allow->has_shown_from = TRUE;
	if (g_strcmp0(text, "all") == 0)
		return TRUE;
	if (text != NULL && is_day_unknown(server, text)) {
		kn_query_refuse(request, "The hub does not know what day it is; nothing is hidden.",
				"Name the day, or set the clock: sudo timedatectl set-ntp true");
		return FALSE;
	}
	if (text != NULL && kn_query_parse_day(request, text, &day)) {
		ret_allow->shown_from_us =
			kn_zone_day_start_us(day, server->hub.get_zone(server->user));
		return TRUE;
	}
	kn_query_refuse(request, "sessions_from is all, today, yesterday or a day.",
			"Send something like {\"sessions_from\": \"2026-11-21\"}");
	return FALSE;
}

gboolean
kn_query_allow(KnRequest *request, JsonObject *body, KnAllow *ret_allow)
{
	return read_label(request, body, ret_allow) && read_shown_from(request, body, ret_allow);
}
