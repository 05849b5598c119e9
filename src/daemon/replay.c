/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/replay.h"
#include "daemon/app.h"

#include "core/base/zone.h"
#include "core/capture/capture.h"
#include "daemon/replay-private.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

/* a second, as the hub's own tick */
#define TICK_US G_GUINT64_CONSTANT(1000000)
/* a device that is nobody's: locally administered, and all zero but for that */
#define REPLAY_ADDRESS "02:00:00:00:00:01"
enum { FILE_BYTES_MAX = 512 * 1024 * 1024 };

/* ---- pipeline → store ---- */

/* as a radio that takes every write: the answers are in the capture */
static gboolean
on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes)
{
	return TRUE;
}

static void
on_committed(KnCommit *commit, const GError *error, gpointer user)
{
	g_autoptr(KnCommit) owned = commit;
	KnReplay *replay = user;

	if (owned)
		g_array_append_val(replay->committed, owned->batch_id);
	else if (!replay->error)
		replay->error = g_error_copy(error);
}

static void
on_commit(gpointer user, KnBatch *batch)
{
	KnReplay *replay = user;

	replay->n_waiting++;
	kn_store_commit(replay->store, batch, on_committed, replay);
}

static void
on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail)
{
	g_info("%s %s", kn_event_kind_name(kind), detail);
}

/* the caller of link_up counts it */
static void
on_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news)
{
}

/* the store answers at the same virtual instant: nothing depends on how fast this machine is */
static gboolean
settle(KnReplay *replay)
{
	while (replay->n_waiting > 0 && !replay->error) {
		while (replay->committed->len == 0 && !replay->error)
			g_main_context_iteration(NULL, TRUE);
		while (replay->committed->len > 0) {
			guint64 batch_id = g_array_index(replay->committed, guint64, 0);
			g_array_remove_index(replay->committed, 0);
			replay->n_waiting--;
			kn_pipeline_committed(replay->pipeline, batch_id, &replay->now);
		}
	}
	return replay->error == NULL;
}

/* ---- time ---- */

static void
set_time(KnReplay *replay, guint64 t_us)
{
	replay->t_us = t_us;
	replay->now.boottime_us = (gint64)(t_us + TICK_US);
	replay->now.utc_us = replay->clock_utc_us + (gint64)(t_us - replay->clock_t_us);
}

static gboolean
pass_time(KnReplay *replay, guint64 until_us)
{
	while (replay->t_us + TICK_US <= until_us &&
	       (replay->is_up || kn_pipeline_n_open_bytes(replay->pipeline) > 0)) {
		set_time(replay, replay->t_us - replay->t_us % TICK_US + TICK_US);
		kn_pipeline_tick(replay->pipeline, &replay->now);
		if (!settle(replay))
			return FALSE;
	}
	set_time(replay, until_us);
	return TRUE;
}

static void
take_entry(KnReplay *replay, const KnCaptureEntry *entry)
{
	gsize n_bytes = 0;
	const guint8 *bytes = entry->bytes ? g_bytes_get_data(entry->bytes, &n_bytes) : NULL;

	switch (entry->kind) {
	case KN_ENTRY_CLOCK:
		replay->clock_t_us = entry->t_us;
		replay->clock_utc_us = entry->utc_us;
		replay->now.quality = entry->quality;
		set_time(replay, entry->t_us);
		return;
	case KN_ENTRY_UP:
		replay->is_up = kn_pipeline_link_up(replay->pipeline, replay->device_id, bytes,
						    n_bytes, &replay->now);
		replay->n_refused_links += !replay->is_up;
		return;
	case KN_ENTRY_NOTIFICATION:
		if (replay->is_up)
			kn_pipeline_packet(replay->pipeline, replay->device_id, bytes, n_bytes,
					   &replay->now);
		return;
	case KN_ENTRY_DOWN:
		if (replay->is_up)
			kn_pipeline_link_down(replay->pipeline, replay->device_id, &replay->now);
		replay->is_up = FALSE;
		return;
	}
}

static gboolean
play(KnReplay *replay, const KnCapture *capture)
{
	for (guint i = 0; i < capture->entries->len; i++) {
		const KnCaptureEntry *entry = &g_array_index(capture->entries, KnCaptureEntry, i);
		/* the first clock says when it begins */
		if (i > 0 && !pass_time(replay, entry->t_us))
			return FALSE;
		take_entry(replay, entry);
		if (!settle(replay))
			return FALSE;
	}
	if (replay->is_up)
		kn_pipeline_link_down(replay->pipeline, replay->device_id, &replay->now);
	if (!settle(replay))
		return FALSE;
	kn_pipeline_flush(replay->pipeline, &replay->now);
	return settle(replay);
}

/* ---- the scratch database ---- */

static void
on_enrolled(const KnDevice *device, const GError *error, gpointer user)
{
	KnReplay *replay = user;

	if (device)
		replay->device_id = device->id;
	else
		replay->error = g_error_copy(error);
}

static gboolean
prepare(KnReplay *replay, const KnCapture *capture, const gchar *zone)
{
	const KnPipelineSink sink = {on_control, on_commit, on_event, on_refuse};
	const KnCaptureEntry *first = &g_array_index(capture->entries, KnCaptureEntry, 0);
	const KnStoreConfig config = {replay->directory, zone};
	const KnAllow allow = {.address = REPLAY_ADDRESS,
			       .label = kn_capture_get(capture, "model")};
	KnPipelineConfig pipeline_config = {
		.timer_scale = 1.0, .is_replay = TRUE, .hub_boot_id = 1};
	g_autoptr(GPtrArray) stored = NULL;

	replay->store = kn_store_open(&config, &replay->error);
	if (!replay->store)
		return FALSE;
	stored = kn_store_load(replay->store, &replay->error);
	if (!stored || stored->len > 0) {
		if (stored)
			g_set_error(&replay->error, KN_STORE_ERROR, KN_STORE_ERROR_FOREIGN,
				    "%s has massagers in it already; give a new directory, or none",
				    replay->directory);
		return FALSE;
	}
	(void)g_ascii_string_to_unsigned(kn_capture_get(capture, "hub_id"), 16, 1, G_MAXUINT64,
					 &pipeline_config.hub_id, NULL);
	replay->pipeline = kn_pipeline_new(&pipeline_config, &sink, replay);
	kn_store_allow(replay->store, &allow, first->utc_us, on_enrolled, replay);
	while (replay->device_id == 0 && !replay->error)
		g_main_context_iteration(NULL, TRUE);
	if (replay->error)
		return FALSE;
	kn_pipeline_add_device(replay->pipeline, replay->device_id, NULL, NULL);
	return TRUE;
}

static void
replay_clear(KnReplay *replay)
{
	if (replay->store)
		kn_store_close(replay->store);
	kn_pipeline_free(replay->pipeline);
	g_clear_pointer(&replay->committed, g_array_unref);
	g_clear_error(&replay->error);
	g_free(replay->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KnReplay, replay_clear)

static KnCapture *
load(const gchar *path, GError **error)
{
	g_autofree gchar *text = NULL;
	KnCapture *capture;
	gsize n_bytes = 0;
	struct stat status;

	if (stat(path, &status) == 0 && status.st_size > FILE_BYTES_MAX) {
		g_set_error(error, KN_CAPTURE_ERROR, KN_CAPTURE_ERROR_RANGE,
			    "%s is larger than %d MiB: no capture is", path,
			    FILE_BYTES_MAX / 1024 / 1024);
		return NULL;
	}
	if (!g_file_get_contents(path, &text, &n_bytes, error))
		return NULL;
	capture = kn_capture_parse(text, n_bytes, error);
	if (!capture)
		g_prefix_error(error, "%s, ", path);
	else if (capture->entries->len == 0)
		g_set_error(error, KN_CAPTURE_ERROR, KN_CAPTURE_ERROR_RANGE, "%s: nothing is in it",
			    path);
	else
		return capture;
	kn_capture_free(capture);
	return NULL;
}

static gint
fail(const GError *error, gint status)
{
	fprintf(stderr, "kneadd: %s\n", error->message);
	return status;
}

gint
kn_replay_run(const KnConfig *config)
{
	g_auto(KnReplay) replay = {.committed = g_array_new(FALSE, FALSE, sizeof(guint64))};
	g_autoptr(GError) error = NULL;
	g_autoptr(KnCapture) capture = load(config->replay_path, &error);
	const gchar *zone;

	if (!capture)
		return fail(error, EX_DATAERR);
	replay.directory = config->state_directory
				   ? g_strdup(config->state_directory)
				   : g_dir_make_tmp("knead-replay-XXXXXX", &replay.error);
	if (!replay.directory)
		return fail(replay.error, EX_IOERR);
	zone = kn_capture_get(capture, "zone");
	umask(S_IRWXG | S_IRWXO);
	if (!prepare(&replay, capture, kn_zone_is_known(zone) ? zone : config->zone) ||
	    !play(&replay, capture) || !kn_replay_print(&replay))
		return fail(replay.error, kn_app_exit_status(replay.error));
	if (!capture->is_whole)
		fprintf(stderr,
			"kneadd: the end of %s is missing: it was cut. What is there was "
			"read.\n",
			config->replay_path);
	if (replay.n_refused_links > 0)
		fprintf(stderr, "kneadd: %u links could not be read: their INFO is refused\n",
			replay.n_refused_links);
	fprintf(stderr, "kneadd: the database is in %s\n", replay.directory);
	return EX_OK;
}
