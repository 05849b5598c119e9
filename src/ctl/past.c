/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/past.h"

#include "ctl/format.h"
#include "ctl/print.h"

#include <stdio.h>

enum {
	LOOK_US = 500000, /* between two looks at what is still to come */
	LOOKS_MAX =
		120, /* a minute: a person waits, and a full flash takes longer over some links */
	LINE_MAX_BYTES = 80,
	PAGE_MAX = 400,
};

gchar *
kn_past_body(const KnCall *call, const gchar *address)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();

	json_node_take_object(node, object);
	if (address != NULL)
		json_object_set_string_member(object, "address", address);
	if (call->label != NULL)
		json_object_set_string_member(object, "label", call->label);
	if (call->sessions_from != NULL)
		json_object_set_string_member(object, "sessions_from", call->sessions_from);
	return json_to_string(node, FALSE);
}

gint
kn_past_check(const KnCall *call, const gchar *command)
{
	if (call->label != NULL && !g_utf8_validate(call->label, -1, NULL))
		return kn_call_usage(command, "the label is not UTF-8 text");
	if (call->sessions_from != NULL && !g_utf8_validate(call->sessions_from, -1, NULL))
		return kn_call_usage(command, "--sessions-from is all, today, or a day");
	return KN_EXIT_OK;
}

/* its document in the list of devices, or NULL */
static JsonObject *
find_device(JsonNode *devices, const gchar *address)
{
	JsonArray *array = kn_doc_array(kn_doc_root(devices), "devices");

	for (guint i = 0; i < kn_doc_length(array); i++) {
		JsonObject *device = kn_doc_at(array, i);

		if (g_str_equal(kn_doc_text(device, "address"), address))
			return device;
	}
	return NULL;
}

static void
show_progress(JsonObject *device)
{
	g_autofree gchar *n = kn_format_count((guint64)kn_doc_int(device, "n_unsynced", 0));

	if (kn_doc_bool(device, "is_newest_known"))
		printf("\rFetching what it holds: %s records to come.\033[K", n);
	else
		printf("\rWaiting for it to tell what it holds.\033[K");
	fflush(stdout);
}

/* *ret_is_all: whether its history is here now */
static gint
wait_for_history(KnCall *call, const gchar *address, gboolean *ret_is_all)
{
	gint failed = KN_EXIT_OK;

	*ret_is_all = FALSE;
	for (guint i = 0; i < LOOKS_MAX && failed == KN_EXIT_OK && !*ret_is_all; i++) {
		g_autoptr(JsonNode) devices = NULL;
		JsonObject *device = NULL;

		if (i > 0)
			g_usleep(LOOK_US);
		failed = kn_call_ask(call, "/v1/devices", NULL, &devices);
		if (failed == KN_EXIT_OK)
			device = find_device(devices, address);
		*ret_is_all = kn_doc_bool(device, "is_newest_known") &&
			      kn_doc_int(device, "n_unsynced", 1) == 0;
		if (device != NULL && !*ret_is_all)
			show_progress(device);
	}
	printf("\r\033[K");
	return failed;
}

/* *ret_is_known: whether the hub knows what day it is */
static gint
look_at_clock(KnCall *call, gboolean *ret_is_known)
{
	g_autoptr(JsonNode) status = NULL;
	gint failed = kn_call_ask(call, "/v1/status", NULL, &status);

	if (failed == KN_EXIT_OK)
		*ret_is_known = !g_str_equal(kn_doc_text(kn_doc_root(status), "clock"), "unknown");
	return failed;
}

static gint
tell_no_day(KnCall *call, const gchar *address)
{
	g_autofree gchar *text = g_strdup_printf(
		"This machine does not know what day it is, so all sessions that the massager "
		"brought along are shown. If they are not yours, set its clock (sudo timedatectl "
		"set-ntp true) and then: sudo knead allow %s --sessions-from today",
		address);

	kn_print_wrapped(&call->term, call->out, "  ", text);
	return KN_EXIT_OK;
}

/* sessions whose date nobody knows: in no range of days, and the first of all without one */
static gint
count_undated(KnCall *call, const gchar *address, guint *ret_n)
{
	g_autofree gchar *path =
		g_strdup_printf("/v1/sessions?limit=%d&device=%s", PAGE_MAX, address);
	g_autoptr(JsonNode) node = NULL;
	gint failed = kn_call_ask(call, path, NULL, &node);
	JsonArray *sessions = kn_doc_array(kn_doc_root(node), "sessions");

	*ret_n = 0;
	for (guint i = 0; failed == KN_EXIT_OK && i < kn_doc_length(sessions); i++)
		*ret_n += !kn_doc_has(kn_doc_at(sessions, i), "start");
	return failed;
}

/* NULL: there is nothing from before today. New. */
static gchar *
new_question(JsonNode *node, guint n_undated, gboolean is_all)
{
	JsonObject *document = kn_doc_root(node);
	JsonArray *sessions = kn_doc_array(document, "sessions");
	guint n = kn_doc_length(sessions);
	const gchar *ending = "Are they yours? [Y/n] ";
	g_autofree gchar *count = kn_format_plural(n, "session", "sessions");
	g_autofree gchar *undated = kn_format_plural(n_undated, "session", "sessions");
	g_autofree gchar *more = g_strdup_printf(", and %s without a date", undated);
	g_autofree gchar *oldest = NULL;

	if (!is_all)
		return g_strdup_printf("Its older sessions are still coming. %s", ending);
	if (n == 0 && n_undated == 0)
		return NULL;
	if (n == 0)
		return g_strdup_printf("It holds %s without a date. %s", undated, ending);
	if (kn_doc_has(document, "next_cursor"))
		return g_strdup_printf("It holds more than %u sessions from before today%s. %s", n,
				       n_undated > 0 ? more : "", ending);
	oldest = kn_format_long_day(kn_doc_text(kn_doc_at(sessions, n - 1), "start"));
	return g_strdup_printf("It holds %s from before today, the first of %s%s. %s", count,
			       oldest, n_undated > 0 ? more : "", ending);
}

static gboolean
is_no(const gchar *question)
{
	gchar line[LINE_MAX_BYTES];

	fputs(question, stdout);
	fflush(stdout);
	/* without an answer everything stays as it is */
	if (fgets(line, sizeof line, stdin) == NULL)
		return FALSE;
	g_strstrip(line);
	return line[0] == 'n' || line[0] == 'N';
}

gint
kn_past_ask(KnCall *call, const gchar *address)
{
	KnCall wish = *call;
	g_autofree gchar *from =
		g_strdup_printf("/v1/sessions?to=yesterday&limit=%d&device=%s", PAGE_MAX, address);
	g_autofree gchar *path = g_strdup_printf("/v1/devices/%s/allow", address);
	g_autofree gchar *question = NULL;
	g_autofree gchar *body = NULL;
	g_autoptr(JsonNode) sessions = NULL;
	g_autoptr(JsonNode) answer = NULL;
	gboolean is_all = FALSE, is_day_known = FALSE;
	guint n_undated = 0;
	gint failed = wait_for_history(call, address, &is_all);

	if (failed == KN_EXIT_OK)
		failed = look_at_clock(call, &is_day_known);
	if (failed == KN_EXIT_OK && !is_day_known)
		return tell_no_day(call, address);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, from, NULL, &sessions);
	if (failed == KN_EXIT_OK)
		failed = count_undated(call, address, &n_undated);
	if (failed != KN_EXIT_OK)
		return failed;
	question = new_question(sessions, n_undated, is_all);
	if (question == NULL || !is_no(question))
		return KN_EXIT_OK;
	wish.label = NULL;
	wish.sessions_from = "today";
	body = kn_past_body(&wish, NULL);
	failed = kn_call_ask(call, path, body, &answer);
	if (failed == KN_EXIT_OK)
		g_string_append_printf(call->out,
				       "  They are kept, but not shown. To show them after all:\n"
				       "  sudo knead allow %s --sessions-from all\n",
				       address);
	return failed;
}
