/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* Events as they happen, one JSON document a line: first those that were kept, then, for a follower, the rest of its life. */

#include "serve/json.h"
#include "serve/query.h"
#include "serve/routes.h"
#include "serve/stream.h"
#include <string.h>

/* a page is asked for when the one before it was taken, so that a log of any length needs room for one */
enum { PAGE = 200 };

static const gchar dropped_line[] = "{\"class\":\"dropped\"}\n";

typedef struct {
	KnServer *server;   /* borrowed: outlives the stream */
	KnRequest *request; /* borrowed: owns the stream */
	KnStream *stream;   /* borrowed */
	KnEventQuery query; /* after_id: the last event that was written or passed over */
	gboolean is_follow_wanted;
	gboolean is_following; /* is in server->followers */
	gboolean is_asking;    /* the owner has not answered yet */
	gboolean is_first_page;
} KnFollower;

static void
on_end(gpointer data)
{
	KnFollower *follower = data;

	g_ptr_array_remove_fast(follower->server->followers, follower);
	g_free(follower);
}

/* FALSE: the follower is gone */
static gboolean
write_document(KnFollower *follower, JsonBuilder *builder)
{
	g_autoptr(JsonNode) root = json_builder_get_root(builder);
	g_autofree gchar *text = json_to_string(root, FALSE);
	g_autofree gchar *line = g_strconcat(text, "\n", NULL);

	return kn_stream_write(follower->stream, line, strlen(line));
}

static gboolean
write_event(KnFollower *follower, const KnEvent *event, const GPtrArray *views)
{
	const KnServer *server = follower->server;
	g_autoptr(JsonBuilder) builder = json_builder_new();

	follower->query.after_id = event->id;
	kn_json_add_event(builder, event, views, server->hub.get_zone(server->user));
	return write_document(follower, builder);
}

static gboolean
write_lost(KnFollower *follower, gint64 oldest_id)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "class", "alarm");
	kn_json_add_text(builder, "kind", "events_lost");
	kn_json_add_int(builder, "oldest_id", oldest_id);
	kn_json_add_sentence(builder, "detail", "older events are not kept any more");
	json_builder_end_object(builder);
	return write_document(follower, builder);
}

static void ask(KnFollower *follower);

/* all that was kept is written */
static void
join_or_end(KnFollower *follower)
{
	if (!follower->is_follow_wanted) {
		kn_stream_end(follower->stream);
		return;
	}
	follower->is_following = TRUE;
	g_ptr_array_add(follower->server->followers, follower);
}

static void
write_page(KnFollower *follower, const GPtrArray *events, gint64 oldest_id, gboolean is_all)
{
	const KnServer *server = follower->server;
	g_autoptr(GPtrArray) views = server->hub.get_devices(server->user);
	gint64 since = follower->query.after_id;

	if (follower->is_first_page && since > 0 && oldest_id > since &&
	    !write_lost(follower, oldest_id))
		return;
	follower->is_first_page = FALSE;
	for (guint i = 0; i < events->len; i++)
		if (!write_event(follower, g_ptr_array_index(events, i), views))
			return;
	if (is_all)
		join_or_end(follower);
	else if (events->len == 0)
		ask(follower);
	/* else when this page was taken */
}

/* what was read so far must not pass for all there is */
static void
end_with(KnFollower *follower, const GError *error)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "class", "dropped");
	kn_json_add_text(builder, "kind", "failed");
	kn_json_add_sentence(builder, "detail", error->message);
	json_builder_end_object(builder);
	if (write_document(follower, builder))
		kn_stream_end(follower->stream);
}

static void
on_page(GPtrArray *owned_events, gint64 oldest_id, gboolean is_all, const GError *error,
	gpointer data)
{
	g_autoptr(GPtrArray) events = owned_events;
	g_autoptr(KnRequest) request = data;
	KnFollower *follower = NULL;

	/* the client has left meanwhile, and its follower with it */
	if (!kn_request_is_open(request))
		return;
	follower = kn_stream_data(request->stream);
	follower->is_asking = FALSE;
	if (error != NULL)
		end_with(follower, error);
	else
		write_page(follower, events, oldest_id, is_all);
}

static void
ask(KnFollower *follower)
{
	const KnServer *server = follower->server;

	follower->is_asking = TRUE;
	server->hub.query_events(server->user, &follower->query, on_page,
				 kn_request_ref(follower->request));
}

static void
on_drained(gpointer data)
{
	KnFollower *follower = data;

	if (!follower->is_following && !follower->is_asking)
		ask(follower);
}

void
kn_handle_events(KnRequest *request)
{
	KnEventQuery query = {.is_ascending = TRUE, .class_mask = KN_CLASS_MASK_ALL, .limit = PAGE};
	gboolean has_since = kn_query_get(request, "since") != NULL;
	KnFollower *follower = NULL;
	guint64 since = 0;
	guint64 follow = 0;

	if (!kn_query_number(request, "since", 0, G_MAXINT64, &since) ||
	    !kn_query_number(request, "follow", 0, 1, &follow) ||
	    !kn_query_classes(request, &query.class_mask) ||
	    !kn_query_device(request, "device", &query.device_id))
		return;
	query.after_id = (gint64)since;
	follower = g_new0(KnFollower, 1);
	follower->server = request->server;
	follower->request = request;
	follower->query = query;
	follower->is_follow_wanted = follow != 0;
	follower->is_first_page = TRUE;
	follower->stream = kn_stream_begin(request, "application/x-ndjson", dropped_line,
					   on_drained, on_end, follower);
	if (has_since || follow == 0)
		ask(follower);
	else
		join_or_end(follower);
}

/* ---- what happens ---- */

/* each may be dropped while it is told, and takes itself out then */
static void
each_follower(KnServer *server, guint class_mask, gint64 device_id,
	      gboolean (*write)(KnFollower *follower, gconstpointer what, const GPtrArray *views),
	      gconstpointer what)
{
	g_autoptr(GPtrArray) views = NULL;

	for (guint i = server->followers->len; i > 0; i--) {
		KnFollower *follower = g_ptr_array_index(server->followers, i - 1);

		if ((follower->query.class_mask & class_mask) == 0 ||
		    (follower->query.device_id != 0 && follower->query.device_id != device_id))
			continue;
		if (views == NULL && class_mask != 1u << KN_CLASS_LIVE)
			views = server->hub.get_devices(server->user);
		write(follower, what, views);
	}
}

static gboolean
tell_event(KnFollower *follower, gconstpointer event, const GPtrArray *views)
{
	return write_event(follower, event, views);
}

void
kn_server_publish(KnServer *server, const KnEvent *event)
{
	each_follower(server, 1u << kn_event_class(event->kind), event->device_id, tell_event,
		      event);
}

gboolean
kn_server_wants_live(const KnServer *server)
{
	for (guint i = 0; i < server->followers->len; i++) {
		const KnFollower *follower = g_ptr_array_index(server->followers, i);

		if (follower->query.class_mask & 1u << KN_CLASS_LIVE)
			return TRUE;
	}
	return FALSE;
}

static gboolean
tell_live(KnFollower *follower, gconstpointer live, const GPtrArray *views)
{
	const KnServer *server = follower->server;
	g_autoptr(JsonBuilder) builder = json_builder_new();
	KnNow now = {0};

	server->hub.get_now(server->user, &now);
	kn_json_add_live(builder, live, now.utc_us, server->hub.get_zone(server->user));
	return write_document(follower, builder);
}

void
kn_server_publish_live(KnServer *server, const KnLiveView *live)
{
	each_follower(server, 1u << KN_CLASS_LIVE, live->device->id, tell_live, live);
}
