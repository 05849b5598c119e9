/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/counters.h"
#include "daemon/replay-private.h"
#include "serve/json.h"
#include <stdio.h>

enum { PAGE = 400 };

typedef struct {
	KnReplay *replay;
	GArray *ids; /* owned: gint64, newest first */
	JsonBuilder *builder;
	KnSessionPlace last;
	guint n_page;
	gboolean is_answered;
} Print;

static void
on_sessions(GPtrArray *owned_sessions, const GError *error, gpointer user)
{
	g_autoptr(GPtrArray) sessions = owned_sessions;
	Print *print = user;

	print->is_answered = TRUE;
	print->n_page = sessions ? sessions->len : 0;
	if (error && !print->replay->error)
		print->replay->error = g_error_copy(error);
	for (guint i = 0; i < print->n_page; i++) {
		const KnSession *session = sessions->pdata[i];
		g_array_append_val(print->ids, session->id);
		print->last = kn_session_place(session);
	}
}

static void
on_detail(KnSessionDetail *owned_detail, const GError *error, gpointer user)
{
	g_autoptr(KnSessionDetail) detail = owned_detail;
	Print *print = user;
	ktp_Info info = ktp_Info_init_zero;

	print->is_answered = TRUE;
	if (!detail) {
		if (!print->replay->error)
			print->replay->error = g_error_copy(error);
		return;
	}
	kn_json_add_session(print->builder, detail->session, detail->device,
			    kn_json_read_info(detail->info, &info) ? &info : NULL, detail->gaps,
			    NULL);
}

static gboolean
wait_for(Print *print)
{
	while (!print->is_answered)
		g_main_context_iteration(NULL, TRUE);
	print->is_answered = FALSE;
	return print->replay->error == NULL;
}

static gboolean
list_sessions(Print *print)
{
	KnSessionQuery query = {.from_us = G_MININT64, .to_us = G_MAXINT64, .limit = PAGE};

	do {
		kn_store_query_sessions(print->replay->store, &query, on_sessions, print);
		if (!wait_for(print))
			return FALSE;
		query.after = print->last;
	} while (print->n_page == PAGE);
	return TRUE;
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
	gint64 first = *(const gint64 *)a;
	gint64 second = *(const gint64 *)b;

	return first < second ? -1 : first > second;
}

static gboolean
add_all(Print *print)
{
	JsonBuilder *builder = print->builder;
	KnPipelineDeviceStatus status = {0};

	if (!list_sessions(print))
		return FALSE;
	g_array_sort(print->ids, compare_ids);
	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "sessions");
	json_builder_begin_array(builder);
	for (guint i = 0; i < print->ids->len; i++) {
		kn_store_query_session(print->replay->store, g_array_index(print->ids, gint64, i),
				       0, on_detail, print);
		if (!wait_for(print))
			return FALSE;
	}
	json_builder_end_array(builder);
	(void)kn_pipeline_get_status(print->replay->pipeline, print->replay->device_id, &status);
	kn_json_add_int(builder, "n_missing", (gint64)status.n_missing);
	kn_json_add_int(builder, "n_gaps", status.n_gaps);
	kn_counters_add(builder, &status.counters);
	json_builder_end_object(builder);
	return TRUE;
}

gboolean
kn_replay_print(KnReplay *replay)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree gchar *text = NULL;
	Print print = {.replay = replay,
		       .ids = g_array_new(FALSE, FALSE, sizeof(gint64)),
		       .builder = builder};
	gboolean is_added = add_all(&print);

	g_array_unref(print.ids);
	if (!is_added)
		return FALSE;
	root = json_builder_get_root(builder);
	text = json_to_string(root, TRUE);
	puts(text);
	return TRUE;
}
