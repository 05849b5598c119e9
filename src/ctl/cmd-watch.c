/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "ctl/client.h"
#include "ctl/command.h"
#include "ctl/output.h"
#include "ctl/print.h"
#include "ctl/screen.h"
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum {
	SILENT_S = 5, /* a massager that said nothing for so long is not shown as in use */
	CLOCK_S = 10, /* how often a hub that does not know the time is asked again */
	LINE_S = 1,   /* without a terminal: how often a line is worth reading */
};

typedef struct {
	KnCall *call;
	GCancellable *cancellable; /* owned: a signal ends the watch */
	GHashTable *live;          /* owned: device id to Seen */
	JsonNode *sessions;        /* owned or NULL: the newest one */
	JsonNode *status;          /* owned or NULL */
	gint64 status_us;          /* monotonic: when it was asked */
	gboolean is_screen;
	gboolean is_dropped;
} Watch;

typedef struct {
	JsonNode *document; /* owned */
	gint64 at_us;       /* monotonic */
} Seen;

static void
seen_free(gpointer data)
{
	Seen *seen = data;

	json_node_unref(seen->document);
	g_free(seen);
}

static void
forget_silent(Watch *watch)
{
	GHashTableIter iter;
	gpointer value = NULL;

	g_hash_table_iter_init(&iter, watch->live);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Seen *seen = value;

		if (g_get_monotonic_time() - seen->at_us > SILENT_S * G_USEC_PER_SEC)
			g_hash_table_iter_remove(&iter);
	}
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
	gint64 first = *(const gint64 *)a;
	gint64 second = *(const gint64 *)b;

	return first < second ? -1 : first > second;
}

/* one that knows the time does not forget it */
static gboolean
is_clock_unset(Watch *watch)
{
	gint64 now_us = g_get_monotonic_time();
	gboolean is_unset = kn_print_is_clock_unset(kn_doc_root(watch->status));

	if ((watch->status != NULL && !is_unset) ||
	    (watch->status_us != 0 && now_us - watch->status_us < CLOCK_S * G_USEC_PER_SEC))
		return is_unset;
	g_clear_pointer(&watch->status, json_node_unref);
	watch->status = kn_client_ask(watch->call->socket_path, "/v1/status", NULL, NULL);
	watch->status_us = now_us;
	return kn_print_is_clock_unset(kn_doc_root(watch->status));
}

static void
draw(Watch *watch)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GList) ids = NULL;

	kn_term_detect(watch->call->color, STDOUT_FILENO, &watch->call->term);
	forget_silent(watch);
	if (is_clock_unset(watch))
		(void)kn_print_clock_hint(&watch->call->term, out, kn_doc_root(watch->status));
	ids = g_list_sort(g_hash_table_get_keys(watch->live), compare_ids);
	for (GList *item = ids; item != NULL; item = item->next) {
		const Seen *seen = g_hash_table_lookup(watch->live, item->data);

		kn_print_live(&watch->call->term, out, kn_doc_root(seen->document));
		g_string_append_c(out, '\n');
	}
	if (ids == NULL)
		kn_print_idle(&watch->call->term, out, kn_doc_root(watch->sessions));
	else
		kn_term_paint(&watch->call->term, out, KN_STYLE_DIM, "  Ctrl-C ends this view.\n");
	kn_screen_draw(out->str, "(the window is too small for the rest)");
}

static void
keep_live(Watch *watch, JsonNode *document)
{
	gint64 id = kn_doc_int(kn_doc_root(document), "device_id", 0);
	Seen *seen = g_new0(Seen, 1);

	seen->document = json_node_ref(document);
	seen->at_us = g_get_monotonic_time();
	g_hash_table_replace(watch->live, g_memdup2(&id, sizeof id), seen);
}

/* FALSE: nobody reads it any more */
static gboolean
print_line(Watch *watch, JsonNode *document)
{
	JsonObject *live = kn_doc_root(document);
	gint64 id = kn_doc_int(live, "device_id", 0);
	const Seen *before = g_hash_table_lookup(watch->live, &id);
	g_autoptr(GString) out = g_string_new(NULL);

	/* of each massager: two must not take each other's turn */
	if (before != NULL && g_get_monotonic_time() - before->at_us < LINE_S * G_USEC_PER_SEC)
		return TRUE;
	keep_live(watch, document);
	if (is_clock_unset(watch))
		json_object_remove_member(live, "at");
	kn_print_live_line(&watch->call->term, out, live);
	return kn_output_put(out->str);
}

static void
load_last_session(Watch *watch)
{
	g_autofree gchar *device = kn_call_device_query(watch->call, "&");
	g_autofree gchar *path = g_strconcat("/v1/sessions?limit=1", device, NULL);
	JsonNode *node = kn_client_ask(watch->call->socket_path, path, NULL, NULL);

	if (node == NULL)
		return;
	g_clear_pointer(&watch->sessions, json_node_unref);
	watch->sessions = node;
}

static gboolean
on_document(JsonNode *document, gpointer data)
{
	Watch *watch = data;
	JsonObject *object = kn_doc_root(document);
	const gchar *event_class = kn_doc_text(object, "class");
	gint64 id = kn_doc_int(object, "device_id", 0);
	gboolean is_live = g_str_equal(event_class, "live");

	watch->is_dropped = g_str_equal(event_class, "dropped");
	if (watch->call->is_json)
		return !is_live || kn_call_print_line(document);
	if (!watch->is_screen)
		return !is_live || print_line(watch, document);
	if (is_live)
		keep_live(watch, document);
	else if (g_str_equal(kn_doc_text(object, "kind"), "session_ended"))
		g_hash_table_remove(watch->live, &id);
	else if (g_str_equal(kn_doc_text(object, "kind"), "session_stored"))
		load_last_session(watch);
	draw(watch);
	return TRUE;
}

/* ---- signals and time ---- */

static gboolean
on_end(gpointer data)
{
	Watch *watch = data;

	g_cancellable_cancel(watch->cancellable);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_redraw(gpointer data)
{
	draw(data);
	return G_SOURCE_CONTINUE;
}

static gint
run(Watch *watch)
{
	const gint endings[] = {SIGINT, SIGTERM, SIGHUP};
	g_autofree gchar *device = kn_call_device_query(watch->call, "&");
	g_autofree gchar *path =
		g_strconcat("/v1/events?follow=1&class=live,session", device, NULL);
	guint sources[G_N_ELEMENTS(endings) + 2] = {0};
	g_autoptr(GError) error = NULL;
	guint n = 0;

	for (; n < G_N_ELEMENTS(endings); n++)
		sources[n] = g_unix_signal_add(endings[n], on_end, watch);
	if (watch->is_screen) {
		sources[n++] = g_unix_signal_add(SIGWINCH, on_redraw, watch);
		sources[n++] = g_timeout_add_seconds(1, on_redraw, watch);
		kn_screen_open();
		draw(watch);
	}
	kn_client_follow(watch->call->socket_path, path, on_document, watch, watch->cancellable,
			 &error);
	if (watch->is_screen)
		kn_screen_close();
	while (n > 0)
		g_source_remove(sources[--n]);
	if (error != NULL)
		return kn_call_fail(watch->call, error);
	if (watch->is_dropped)
		g_printerr("knead: this terminal was too slow, and the hub cut it off\n"
			   "  Run it again; over a slow line try: knead watch | cat\n");
	return watch->is_dropped ? KN_EXIT_FAILED : KN_EXIT_OK;
}

gint
kn_cmd_watch(KnCall *call, const gchar *argument)
{
	Watch watch = {.call = call};
	g_autoptr(JsonNode) devices = NULL;
	/* asks first what can be asked at once: a hub that is not there, a right that is missing */
	gint result = kn_call_ask(call, "/v1/devices", NULL, &devices);

	if (result != KN_EXIT_OK)
		return result;
	watch.is_screen = !call->is_json && isatty(STDOUT_FILENO);
	watch.cancellable = g_cancellable_new();
	watch.live = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, seen_free);
	load_last_session(&watch);
	result = run(&watch);
	g_hash_table_unref(watch.live);
	g_object_unref(watch.cancellable);
	g_clear_pointer(&watch.sessions, json_node_unref);
	g_clear_pointer(&watch.status, json_node_unref);
	return result;
}
