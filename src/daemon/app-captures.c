/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a device sends, written down while it is worked on */

#include "core/base/zone.h"
#include "core/capture/capture.h"
#include "core/capture/redact.h"
#include "core/measure/names.h"
#include "core/wire/crc32.h"
#include "core/wire/decode.h"
#include "core/wire/frame.h"
#include "daemon/app-private.h"
#include <stdlib.h>

enum { CAPTURES_MAX = 4 }; /* at once, of one hub: each copies what comes (a guess) */
/* reading two clocks one after the other takes a moment; a step is larger */
#define CLOCK_JITTER_US G_GINT64_CONSTANT(1000)

struct KnAppCapture {
	KnApp *app; /* borrowed */
	gint64 device_id;
	KnRedact *redact; /* owned; NULL: raw */
	KnHubCaptureSink sink;
	gpointer to; /* borrowed */
	gint64 began_boottime_us;
	KnNow clock;        /* as it was written last */
	gboolean is_placed; /* a State was written since the link came up: records have their log */
	guint64 n_bytes;    /* written so far */
	guint32 crc32;      /* of them */
	guint end_source;
};

static void
capture_free(gpointer data)
{
	KnAppCapture *capture = data;

	g_clear_handle_id(&capture->end_source, g_source_remove);
	g_clear_pointer(&capture->redact, kn_redact_free);
	g_free(capture);
}

void
kn_app_captures_init(KnApp *app)
{
	app->captures = g_ptr_array_new_with_free_func(capture_free);
}

/* FALSE: nobody listens any more, and the capture is gone */
static gboolean
put(KnAppCapture *capture, const GString *text)
{
	capture->n_bytes += text->len;
	capture->crc32 = kn_crc32_more(capture->crc32, text->str, text->len);
	return capture->sink.write(capture->to, text->str, text->len);
}

/* ---- entries ---- */

static guint64
time_of(const KnAppCapture *capture, const KnNow *now)
{
	return (guint64)MAX(now->boottime_us - capture->began_boottime_us, 0);
}

static void
append_clock(KnAppCapture *capture, GString *text, const KnNow *now)
{
	gint64 expected_us = capture->clock.utc_us + now->boottime_us - capture->clock.boottime_us;
	gboolean is_first = capture->clock.boottime_us == 0;

	if (!is_first && now->quality == capture->clock.quality &&
	    llabs(now->utc_us - expected_us) <= CLOCK_JITTER_US)
		return;
	capture->clock = *now;
	kn_capture_append_clock(text, time_of(capture, now),
				capture->redact ? kn_redact_time(capture->redact, now->utc_us)
						: now->utc_us,
				now->quality);
}

static gboolean
is_state(const guint8 *bytes, gsize n_bytes)
{
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;

	if (kn_frame_open(&reader, bytes, n_bytes) != KN_FRAME_OK || reader.kind != KN_FRAME_REPLY)
		return FALSE;
	while (kn_frame_next(&reader, &body, &n_body) == KN_FRAME_OK) {
		ktp_Reply reply;
		if (kn_decode_reply(body, n_body, &reply) == KN_DECODE_OK &&
		    reply.which_body == ktp_Reply_state_tag)
			return TRUE;
	}
	return FALSE;
}

static gboolean
put_bytes(KnAppCapture *capture, KnEntryKind kind, const guint8 *bytes, gsize n_bytes,
	  const KnNow *now)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GBytes) redacted = NULL;

	append_clock(capture, text, now);
	if (capture->redact)
		redacted = kind == KN_ENTRY_UP
				   ? kn_redact_info(capture->redact, bytes, n_bytes)
				   : kn_redact_notification(capture->redact, bytes, n_bytes);
	if (redacted)
		bytes = g_bytes_get_data(redacted, &n_bytes);
	/* an empty notification is no entry: nothing can be made of it */
	if (n_bytes > 0)
		kn_capture_append_bytes(text, kind, time_of(capture, now), bytes, n_bytes);
	return put(capture, text);
}

/* a capture takes itself out of the list while it is told, when nobody listens any more */
#define FOR_EACH(app, id, capture)                       \
	for (guint i = (app)->captures->len; i > 0; i--) \
		if ((capture = (app)->captures->pdata[i - 1])->device_id == (id))

void
kn_app_capture_link_up(KnApp *app, gint64 device_id, const guint8 *info, gsize n_info,
		       const KnNow *now)
{
	KnAppCapture *capture;

	FOR_EACH(app, device_id, capture)
	{
		capture->is_placed = TRUE;
		put_bytes(capture, KN_ENTRY_UP, info, n_info, now);
	}
}

void
kn_app_capture_packet(KnApp *app, gint64 device_id, const guint8 *bytes, gsize n_bytes,
		      const KnNow *now)
{
	KnAppCapture *capture;

	FOR_EACH(app, device_id, capture)
	{
		capture->is_placed |= is_state(bytes, n_bytes);
		if (capture->is_placed)
			put_bytes(capture, KN_ENTRY_NOTIFICATION, bytes, n_bytes, now);
	}
}

void
kn_app_capture_link_down(KnApp *app, gint64 device_id, const gchar *reason, const KnNow *now)
{
	KnAppCapture *capture;

	FOR_EACH(app, device_id, capture)
	{
		g_autoptr(GString) text = g_string_new(NULL);
		append_clock(capture, text, now);
		kn_capture_append_down(text, time_of(capture, now), reason);
		put(capture, text);
	}
}

/* ---- begin and end ---- */

static void
put_header(KnAppCapture *capture, const KnHubCapture *what, const KnDevice *device,
	   const KnNow *now)
{
	const KnApp *app = capture->app;
	guint64 hub_id = what->is_raw ? kn_store_hub_id(app->store) : KN_REDACT_HUB_ID;
	g_autofree gchar *time = kn_zone_format_time(now->utc_us, app->config->zone);
	g_autofree gchar *date = g_strndup(time, what->is_raw ? 10 : 7);
	g_autofree gchar *hub = g_strdup_printf("%016" G_GINT64_MODIFIER "x", hub_id);
	g_autoptr(GString) text = g_string_new(NULL);
	ktp_Info info = ktp_Info_init_zero;
	g_autofree gchar *model = NULL;
	g_autofree gchar *firmware = NULL;
	GBytes *bytes = kn_pipeline_get_info(app->pipeline, device->id);

	if (bytes && kn_decode_info(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
				    &info) == KN_DECODE_OK) {
		model = g_strndup((const gchar *)info.model.bytes, info.model.size);
		firmware = g_strndup((const gchar *)info.firmware.bytes, info.firmware.size);
	}
	kn_capture_append_header(text, "model", model ? model : "unknown");
	kn_capture_append_header(text, "kind", kn_name_kind(info.kind));
	kn_capture_append_header(text, "firmware", firmware ? firmware : "unknown");
	kn_capture_append_header(text, "date", date);
	kn_capture_append_header(text, "by", "kneadd " KN_VERSION);
	kn_capture_append_header(text, "scenario", what->scenario);
	kn_capture_append_header(text, "zone", what->is_raw ? app->config->zone : "UTC");
	kn_capture_append_header(text, "redacted", what->is_raw ? "no" : "yes");
	kn_capture_append_header(text, "hub_id", hub);
	append_clock(capture, text, now);
	put(capture, text);
}

static gboolean
on_over(gpointer user)
{
	KnAppCapture *capture = user;
	KnHubCaptureSink sink = capture->sink;
	gpointer to = capture->to;
	g_autoptr(GString) text = g_string_new(NULL);

	capture->end_source = 0;
	/* so that whoever reads it knows that it did not break off */
	kn_capture_append_end(text, capture->n_bytes, capture->crc32);
	if (!put(capture, text))
		return G_SOURCE_REMOVE;
	g_ptr_array_remove(capture->app->captures, capture);
	sink.end(to);
	return G_SOURCE_REMOVE;
}

gpointer
kn_app_start_capture(gpointer user, const KnHubCapture *what, const KnHubCaptureSink *sink,
		     gpointer to, GError **error)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_device(app, what->device_id);
	KnPipelineDeviceStatus status;
	KnAppCapture *capture;
	GBytes *info;
	KnNow now;

	if (!device || app->captures->len >= CAPTURES_MAX) {
		g_set_error(error, KN_HUB_ERROR,
			    device ? KN_HUB_ERROR_BUSY : KN_HUB_ERROR_NOT_FOUND,
			    device ? "%d captures are running already" : "no such massager",
			    CAPTURES_MAX);
		return NULL;
	}
	kn_hub_clock_read(&app->clock, &now);
	capture = g_new0(KnAppCapture, 1);
	capture->app = app;
	capture->device_id = device->id;
	capture->sink = *sink;
	capture->to = to;
	capture->began_boottime_us = now.boottime_us;
	if (!what->is_raw)
		capture->redact = kn_redact_new(now.utc_us, kn_store_hub_id(app->store));
	g_ptr_array_add(app->captures, capture);
	put_header(capture, what, device, &now);
	info = kn_pipeline_get_info(app->pipeline, device->id);
	if (kn_pipeline_get_status(app->pipeline, device->id, &status) && status.is_up && info) {
		put_bytes(capture, KN_ENTRY_UP, g_bytes_get_data(info, NULL),
			  g_bytes_get_size(info), &now);
		kn_pipeline_refresh(app->pipeline, device->id, &now);
	}
	capture->end_source = g_timeout_add_seconds(what->duration_s, on_over, capture);
	return capture;
}

void
kn_app_stop_capture(gpointer user, gpointer capture)
{
	KnApp *app = user;

	g_ptr_array_remove(app->captures, capture);
}
