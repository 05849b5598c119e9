/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/bodymap.h"
#include "ctl/command.h"
#include "ctl/print.h"

enum { PAGES_MAX = 50, SLICES_OF_JSON = 60 };

static gint
not_found(const gchar *message)
{
	g_printerr("knead: %s\n  See: knead sessions\n", message);
	return KN_EXIT_NOT_FOUND;
}

typedef struct {
	gint64 id; /* 0: none */
	gint64 duration_ms;
	gboolean is_dated;
} Best;

/* sessions come newest first, but those whose time is not known before all others */
static void
look_at(Best *best, JsonObject *session, gboolean is_longest)
{
	gint64 id = kn_doc_int(session, "id", 0);
	gint64 duration_ms = kn_doc_int(session, "duration_ms", 0);
	gboolean is_dated = kn_doc_has(session, "start");
	gboolean is_better =
		is_longest ? duration_ms > best->duration_ms : is_dated && !best->is_dated;

	if (id == 0 || (best->id != 0 && !is_better))
		return;
	*best = (Best){id, duration_ms, is_dated};
}

static gint
find_best(KnCall *call, gboolean is_longest, gint64 *ret_id)
{
	g_autofree gchar *cursor = NULL;
	Best best = {0};

	for (guint i = 0; i < PAGES_MAX; i++) {
		g_autofree gchar *path =
			g_strconcat("/v1/sessions?limit=", is_longest ? "400" : "20",
				    cursor != NULL ? "&cursor=" : "", cursor, NULL);
		g_autoptr(JsonNode) node = NULL;
		JsonArray *sessions = NULL;
		gint failed = kn_call_ask(call, path, NULL, &node);

		if (failed != KN_EXIT_OK)
			return failed;
		sessions = kn_doc_array(kn_doc_root(node), "sessions");
		for (guint k = 0; k < kn_doc_length(sessions); k++)
			look_at(&best, kn_doc_at(sessions, k), is_longest);
		g_free(cursor);
		cursor = g_uri_escape_string(kn_doc_text(kn_doc_root(node), "next_cursor"), NULL,
					     FALSE);
		if (cursor[0] == '\0' || (!is_longest && best.is_dated))
			break;
	}
	*ret_id = best.id;
	return best.id != 0 ? KN_EXIT_OK : not_found("there is no session yet");
}

gint
kn_call_find_session(KnCall *call, const gchar *command, const gchar *word, gint64 *ret_id)
{
	guint64 id = 0;

	if (g_str_equal(word, "last") || g_str_equal(word, "longest"))
		return find_best(call, g_str_equal(word, "longest"), ret_id);
	if (!g_ascii_string_to_unsigned(word, 10, 1, G_MAXINT64, &id, NULL))
		return kn_call_usage(
			command, "SESSION is a number, last or longest; knead sessions lists them");
	*ret_id = (gint64)id;
	return KN_EXIT_OK;
}

static void
print_both(KnCall *call, JsonNode *session, JsonNode *curve)
{
	g_autoptr(JsonNode) both = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();

	json_node_take_object(both, object);
	json_object_set_member(object, "session", json_node_ref(session));
	json_object_set_member(object, "curve", json_node_ref(curve));
	kn_call_print_json(call, both);
}

gint
kn_cmd_show(KnCall *call, const gchar *argument)
{
	/* what a program reads does not depend on somebody's screen */
	guint n_slices = call->is_json ? SLICES_OF_JSON : kn_print_curve_columns(&call->term);
	KnBodymapView view = KN_BODYMAP_DOSE;
	g_autoptr(JsonNode) session = NULL;
	g_autoptr(JsonNode) curve = NULL;
	g_autofree gchar *path = NULL;
	g_autofree gchar *curve_path = NULL;
	gint64 id = 0;
	gint failed = KN_EXIT_OK;

	if (!kn_call_read_view(call, &view))
		return kn_call_usage("show", "--by takes dose or peak");
	failed = kn_call_find_session(call, "show", argument, &id);
	if (failed != KN_EXIT_OK)
		return failed;
	path = g_strdup_printf("/v1/sessions/%" G_GINT64_FORMAT, id);
	curve_path = g_strdup_printf("%s/curve?slices=%u", path, n_slices);
	failed = kn_call_ask(call, path, NULL, &session);
	if (failed == KN_EXIT_OK)
		failed = kn_call_ask(call, curve_path, NULL, &curve);
	if (failed != KN_EXIT_OK)
		return failed;
	if (call->is_json)
		print_both(call, session, curve);
	else
		kn_print_session(&call->term, call->out, view, kn_doc_root(session),
				 kn_doc_root(curve));
	return KN_EXIT_OK;
}
