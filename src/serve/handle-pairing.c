/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Pairing with a massager: a job whose steps ask the person, and an address for the answers. */

#include "serve/jobs.h"
#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"
#include <string.h>

enum { PAIRING_MAX_S = 180, PASSKEY_MAX = 999999 };

/* ---- the job ---- */

static void
add_number(JsonBuilder *builder, guint32 number)
{
	/* digits as they are shown: the zeros in front belong to them */
	g_autofree gchar *digits = g_strdup_printf("%06u", number % (PASSKEY_MAX + 1));

	kn_json_add_text(builder, "number", digits);
}

static const gchar *
tell_step(KnServer *server, JsonBuilder *builder, KnRight right)
{
	KnPairingView view = {.state = "failed"};

	server->hub.get_pairing(server->user, &view);
	/* who knows the number could confirm a massager in between */
	if (view.has_number && right >= KN_RIGHT_ADMIN)
		add_number(builder, view.number);
	return view.state;
}

static JsonNode *
finish(KnServer *server, const KnJob *job)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	KnPairingView view = {.error = "the hub has forgotten it"};

	server->hub.get_pairing(server->user, &view);
	if (!view.is_over) {
		server->hub.cancel_pairing(server->user);
		server->hub.get_pairing(server->user, &view);
	}
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "address", view.address != NULL ? view.address : "");
	kn_json_add_bool(builder, "is_bonded", view.is_bonded);
	kn_json_add_bool(builder, "is_paired", view.is_paired);
	kn_json_add_bool(builder, "is_just_works", view.is_just_works);
	kn_json_add_bool(builder, "was_recorded", view.was_recorded);
	kn_json_add_bool(builder, "was_paired_already", view.was_paired_already);
	if (view.error[0] != '\0')
		kn_json_add_sentence(builder, "error", view.error);
	else if (!view.is_over)
		kn_json_add_sentence(builder, "error",
				     "it is paired, but the store is slow to record that");
	json_builder_end_object(builder);
	return json_builder_get_root(builder);
}

void
kn_server_pairing_changed(KnServer *server)
{
	KnPairingView view = {0};
	KnJob *job = kn_jobs_find(server, server->pairing_job_id);

	if (job == NULL || kn_job_is_done(job) || !server->hub.get_pairing(server->user, &view))
		return;
	if (view.is_over)
		kn_job_end(job);
	else
		kn_job_changed(job);
}

/* ---- requests ---- */

static const gchar *
member_text(JsonObject *object, const gchar *key)
{
	JsonNode *node = json_object_get_member(object, key);

	if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
	    json_node_get_value_type(node) != G_TYPE_STRING)
		return NULL;
	return json_node_get_string(node);
}

/* whoever began it has left, and is back, most likely */
static void
end_if_left_alone(KnServer *server, const gchar *address)
{
	KnJob *job = kn_jobs_find(server, server->pairing_job_id);
	KnPairingView view = {0};

	if (job == NULL || kn_job_is_done(job) || kn_job_is_waited_for(job))
		return;
	if (server->hub.get_pairing(server->user, &view) && g_str_equal(view.address, address))
		kn_job_end(job);
}

static void
begin(KnRequest *request, const KnAllow *allow)
{
	KnServer *server = request->server;
	g_autoptr(GError) error = NULL;
	KnJob *job = NULL;

	end_if_left_alone(server, allow->address);
	if (!kn_jobs_have_room(server)) {
		kn_request_answer_problem(request, SOUP_STATUS_CONFLICT, "busy",
					  "Too much is going on already.",
					  "Try again in a minute.");
		return;
	}
	if (!server->hub.pair(server->user, allow, &error)) {
		kn_request_answer_error(request, error);
		return;
	}
	job = kn_job_begin(server, "pairing", PAIRING_MAX_S, finish);
	kn_job_set_steps(job, tell_step);
	server->pairing_job_id = kn_job_id(job);
	kn_request_answer_status(request, SOUP_STATUS_ACCEPTED,
				 kn_job_describe(job, request->client->right));
}

void
kn_handle_pair(KnRequest *request)
{
	g_autoptr(JsonNode) body = NULL;
	g_autofree gchar *address = NULL;
	const gchar *wanted = NULL;
	KnAllow allow = {0};

	if (!kn_query_body(request, "address label sessions_from", &body))
		return;
	wanted = member_text(json_node_get_object(body), "address");
	address = wanted != NULL ? kn_device_normalize_address(wanted) : NULL;
	allow.address = address;
	if (address == NULL)
		kn_query_refuse(request, "That is not a Bluetooth address.",
				"Send {\"address\": \"C0:FF:EE:00:00:01\"}; knead scan shows "
				"those in range.");
	else if (kn_query_allow(request, json_node_get_object(body), &allow))
		begin(request, &allow);
}

static gboolean
read_passkey(JsonObject *object, guint32 *ret_passkey)
{
	const gchar *text = member_text(object, "passkey");
	guint64 passkey = 0;

	if (text == NULL || strlen(text) != 6 ||
	    !g_ascii_string_to_unsigned(text, 10, 0, PASSKEY_MAX, &passkey, NULL))
		return FALSE;
	*ret_passkey = (guint32)passkey;
	return TRUE;
}

void
kn_handle_pairing_answer(KnRequest *request)
{
	KnServer *server = request->server;
	g_autoptr(JsonNode) body = NULL;
	KnPairingAnswer answer = {0};
	JsonObject *object = NULL;
	JsonNode *confirm = NULL;
	guint64 id = 0;
	KnJob *job = NULL;

	if (!kn_query_body(request, "passkey confirm", &body))
		return;
	object = json_node_get_object(body);
	confirm = json_object_get_member(object, "confirm");
	if (g_ascii_string_to_unsigned(request->argument, 10, 1, G_MAXUINT64, &id, NULL) &&
	    id == server->pairing_job_id)
		job = kn_jobs_find(server, id);
	answer.has_passkey = read_passkey(object, &answer.passkey);
	if (job == NULL || kn_job_is_done(job)) {
		kn_request_answer_problem(request, SOUP_STATUS_NOT_FOUND, "no-such-pairing",
					  "That pairing does not run any more.", "Begin it again.");
		return;
	}
	if (!answer.has_passkey && (confirm == NULL || !JSON_NODE_HOLDS_VALUE(confirm) ||
				    json_node_get_value_type(confirm) != G_TYPE_BOOLEAN)) {
		kn_query_refuse(request, "The answer is six digits, or yes or no.",
				"Send {\"passkey\": \"012345\"} or {\"confirm\": true}");
		return;
	}
	answer.is_yes = !answer.has_passkey && json_node_get_boolean(confirm);
	kn_job_touch(job);
	server->hub.answer_pairing(server->user, &answer);
	kn_request_answer(request, kn_job_describe(job, request->client->right));
}
