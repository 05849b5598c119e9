/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person says of a session, and what they put right in the list of sessions */

#include "core/base/text.h"
#include "core/measure/names.h"
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"

/* FALSE when it was answered: only whole numbers are ids */
static gboolean
read_session(KnRequest *request, gint64 *ret_id)
{
	guint64 id = 0;

	if (g_ascii_string_to_unsigned(request->argument, 10, 1, G_MAXINT64, &id, NULL)) {
		*ret_id = (gint64)id;
		return TRUE;
	}
	kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-session",
				  "There is no session with that number.",
				  "See the sessions there are: knead sessions");
	return FALSE;
}

/* the same; last is the newest, 0 */
static gboolean
read_edit(KnRequest *request, gint64 *ret_id)
{
	guint64 id = 0;

	if (g_str_equal(request->argument, "last") ||
	    g_ascii_string_to_unsigned(request->argument, 10, 1, G_MAXINT64, &id, NULL)) {
		*ret_id = (gint64)id;
		return TRUE;
	}
	kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-edit",
				  "There is no edit with that number.",
				  "See what was put right by hand: knead edits");
	return FALSE;
}

static void
on_done(const KnByHandDone *done, const GError *error, gpointer data)
{
	g_autoptr(KnRequest) request = data;
	g_autoptr(JsonBuilder) builder = NULL;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	builder = json_builder_new();
	json_builder_begin_object(builder);
	if (done->session_id != 0)
		kn_json_add_int(builder, "session_id", done->session_id);
	if (done->other_id != 0)
		kn_json_add_int(builder, "other_session_id", done->other_id);
	if (done->edit_id != 0) {
		kn_json_add_int(builder, "edit_id", done->edit_id);
		kn_json_add_text(builder, "kind", kn_edit_kind_name(done->edit_kind));
	}
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

static void
ask_hub(KnRequest *request, KnByHand *wish)
{
	const KnServer *server = request->server;

	wish->uid = (guint32)request->client->peer.uid;
	server->hub.by_hand(server->user, wish, on_done, kn_request_ref(request));
}

/* ---- a word ---- */

/* null takes back what was said */
static gboolean
read_pain(KnRequest *request, JsonObject *body, const gchar *key, gint *ret_pain)
{
	JsonNode *member = json_object_get_member(body, key);
	gint64 pain = -1;

	if (member == NULL)
		return TRUE;
	if (JSON_NODE_HOLDS_NULL(member)) {
		*ret_pain = KN_PAIN_TAKEN_BACK;
		return TRUE;
	}
	if (JSON_NODE_HOLDS_VALUE(member) && json_node_get_value_type(member) == G_TYPE_INT64)
		pain = json_node_get_int(member);
	if (pain >= 0 && pain <= KN_PAIN_MAX) {
		*ret_pain = (gint)pain;
		return TRUE;
	}
	kn_query_refuse(request, "pain_before and pain_after are whole numbers from 0 to 10.",
			"Send something like {\"pain_before\": 6, \"pain_after\": 3}; null takes "
			"one back");
	return FALSE;
}

/* cleaned; "" or null takes back what was said */
static gboolean
read_text(KnRequest *request, JsonObject *body, const gchar *key, guint n_max, gchar **ret_text)
{
	JsonNode *member = json_object_get_member(body, key);
	g_autofree gchar *detail = NULL;
	const gchar *text = NULL;

	if (member == NULL)
		return TRUE;
	if (JSON_NODE_HOLDS_NULL(member))
		text = "";
	else if (JSON_NODE_HOLDS_VALUE(member) && json_node_get_value_type(member) == G_TYPE_STRING)
		text = json_node_get_string(member);
	if (text != NULL && (guint64)g_utf8_strlen(text, -1) <= n_max) {
		*ret_text = kn_text_clean_up_to(text, -1, n_max);
		g_strstrip(*ret_text);
		return TRUE;
	}
	detail = g_strdup_printf("%s is a text of at most %u characters.", key, n_max);
	kn_query_refuse(request, detail, "Make it shorter; an empty one takes it back");
	return FALSE;
}

void
kn_handle_note(KnRequest *request)
{
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(KnWord) word = kn_word_new();
	KnByHand wish = {.kind = KN_BY_HAND_SAY, .word = word};
	JsonObject *body = NULL;

	if (!read_session(request, &wish.id) ||
	    !kn_query_body(request, "pain_before pain_after region note", &node))
		return;
	body = json_node_get_object(node);
	if (!read_pain(request, body, "pain_before", &word->pain_before) ||
	    !read_pain(request, body, "pain_after", &word->pain_after) ||
	    !read_text(request, body, "region", KN_TEXT_CODE_POINTS_MAX, &word->region) ||
	    !read_text(request, body, "note", KN_NOTE_CODE_POINTS_MAX, &word->note))
		return;
	if (json_object_get_size(body) == 0) {
		kn_query_refuse(request, "Nothing is said.",
				"Send pain_before, pain_after, region or note");
		return;
	}
	ask_hub(request, &wish);
}

/* ---- sessions put right ---- */

static void
refuse_split(KnRequest *request)
{
	kn_query_refuse(request, "at is a time with an offset, after_ms a number of milliseconds.",
			"Send {\"at\": \"2026-11-21T07:40:00+01:00\"} or {\"after_ms\": 600000}");
}

static gboolean
read_moment(KnRequest *request, JsonObject *body, KnByHand *wish)
{
	JsonNode *at = json_object_get_member(body, "at");
	JsonNode *after = json_object_get_member(body, "after_ms");
	g_autoptr(GDateTime) time = NULL;

	if ((at == NULL) == (after == NULL)) {
		refuse_split(request);
		return FALSE;
	}
	if (after != NULL && JSON_NODE_HOLDS_VALUE(after) &&
	    json_node_get_value_type(after) == G_TYPE_INT64 && json_node_get_int(after) > 0 &&
	    json_node_get_int(after) <= (gint64)KN_SESSION_MAX_MS) {
		wish->after_ms = (guint64)json_node_get_int(after);
		return TRUE;
	}
	/* without an offset nobody knows which clock is meant */
	if (at != NULL && JSON_NODE_HOLDS_VALUE(at) &&
	    json_node_get_value_type(at) == G_TYPE_STRING)
		time = g_date_time_new_from_iso8601(json_node_get_string(at), NULL);
	if (time == NULL) {
		refuse_split(request);
		return FALSE;
	}
	wish->is_at = TRUE;
	wish->at_us = g_date_time_to_unix(time) * G_USEC_PER_SEC;
	return TRUE;
}

void
kn_handle_split(KnRequest *request)
{
	g_autoptr(JsonNode) node = NULL;
	KnByHand wish = {.kind = KN_BY_HAND_SPLIT};

	if (read_session(request, &wish.id) && kn_query_body(request, "at after_ms", &node) &&
	    read_moment(request, json_node_get_object(node), &wish))
		ask_hub(request, &wish);
}

void
kn_handle_merge(KnRequest *request)
{
	g_autoptr(JsonNode) node = NULL;
	KnByHand wish = {.kind = KN_BY_HAND_MERGE};
	JsonNode *other = NULL;

	if (!read_session(request, &wish.id) || !kn_query_body(request, "session_id", &node))
		return;
	other = json_object_get_member(json_node_get_object(node), "session_id");
	if (other != NULL && JSON_NODE_HOLDS_VALUE(other) &&
	    json_node_get_value_type(other) == G_TYPE_INT64)
		wish.other_id = json_node_get_int(other);
	if (wish.other_id > 0)
		ask_hub(request, &wish);
	else
		kn_query_refuse(request, "session_id is the number of the other session.",
				"Send something like {\"session_id\": 143}");
}

void
kn_handle_delete(KnRequest *request)
{
	KnByHand wish = {.kind = KN_BY_HAND_DELETE};

	if (read_session(request, &wish.id) && kn_query_no_body(request))
		ask_hub(request, &wish);
}

void
kn_handle_undo(KnRequest *request)
{
	KnByHand wish = {.kind = KN_BY_HAND_UNDO};

	if (read_edit(request, &wish.id) && kn_query_no_body(request))
		ask_hub(request, &wish);
}

/* ---- the books ---- */

static void
add_edit(JsonBuilder *builder, const KnEdit *edit, const gchar *zone)
{
	json_builder_begin_object(builder);
	kn_json_add_int(builder, "id", edit->id);
	kn_json_add_text(builder, "kind", kn_edit_kind_name(edit->kind));
	kn_json_add_int(builder, "device_id", edit->device_id);
	if (edit->session_id != 0)
		kn_json_add_int(builder, "session_id", edit->session_id);
	kn_json_add_int(builder, "first_seq", (gint64)edit->first_seq);
	kn_json_add_int(builder, "last_seq", (gint64)edit->last_seq);
	kn_json_add_time(builder, "at", edit->at_us, zone);
	kn_json_add_int(builder, "uid", edit->uid);
	kn_json_add_time(builder, "undone", edit->undone_us, zone);
	json_builder_end_object(builder);
}

static void
on_edits(GPtrArray *owned_edits, const GError *error, gpointer data)
{
	g_autoptr(GPtrArray) edits = owned_edits;
	g_autoptr(KnRequest) request = data;
	g_autoptr(JsonBuilder) builder = NULL;
	const gchar *zone = NULL;

	if (!kn_request_is_open(request))
		return;
	if (error != NULL) {
		kn_request_answer_error(request, error);
		return;
	}
	zone = request->server->hub.get_zone(request->server->user);
	builder = json_builder_new();
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "tz", zone);
	json_builder_set_member_name(builder, "edits");
	json_builder_begin_array(builder);
	for (guint i = 0; i < edits->len; i++)
		add_edit(builder, edits->pdata[i], zone);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	kn_request_answer(request, json_builder_get_root(builder));
}

void
kn_handle_edits(KnRequest *request)
{
	const KnServer *server = request->server;
	guint64 limit = 50;

	if (kn_query_number(request, "limit", 1, KN_PAGE_MAX, &limit))
		server->hub.query_edits(server->user, (guint)limit, on_edits,
					kn_request_ref(request));
}
