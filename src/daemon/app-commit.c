/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* pipeline → store and back */

#include "daemon/app-private.h"

#define DAY_US (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)

void
kn_app_note_room(KnApp *app)
{
	KnStoreStats stats;

	kn_store_get_stats(app->store, &stats);
	if (stats.is_nearly_full == app->is_nearly_full)
		return;
	app->is_nearly_full = stats.is_nearly_full;
	kn_app_emit(app, stats.is_nearly_full ? KN_EVENT_STORAGE_FULL : KN_EVENT_STORAGE_ROOM, 0,
		    "");
}

void
kn_app_note_damage(gpointer user)
{
	KnApp *app = user;
	KnStoreStats stats;

	kn_app_note_room(app);
	kn_store_get_stats(app->store, &stats);
	if (stats.n_damaged > app->n_damaged) {
		g_autofree gchar *detail =
			g_strdup_printf("%" G_GUINT64_FORMAT " blocks", stats.n_damaged);
		app->n_damaged = stats.n_damaged;
		kn_app_emit(app, KN_EVENT_STORAGE_DAMAGED, 0, detail);
	}
	if (!stats.is_malformed || app->is_damaged)
		return;
	g_warning("the database is damaged: it is set aside, and the hub begins anew");
	app->is_damaged = TRUE;
	g_main_loop_quit(app->loop);
}

void
kn_app_note_storage(KnApp *app, const GError *error)
{
	if (error) {
		g_warning("records not stored yet, no massager is told to forget any: %s",
			  error->message);
		if (!app->is_storage_degraded)
			kn_app_emit(app, KN_EVENT_STORAGE_DEGRADED, 0, error->message);
	} else if (app->is_storage_degraded) {
		kn_app_emit(app, KN_EVENT_STORAGE_RECOVERED, 0, "");
	}
	app->is_storage_degraded = error != NULL;
}

/* once for each such time: for most it only means that nobody felt like it */
static void
tell_idle(KnApp *app, const KnNow *now)
{
	for (guint i = 0; i < app->devices->len; i++) {
		KnDevice *device = app->devices->pdata[i];
		gint64 idle_us = device->is_idle_told ? -1 : kn_app_idle_us(app, device, now);
		g_autofree gchar *detail = NULL;
		if (idle_us < KN_WHY_IDLE_MS * 1000)
			continue;
		device->is_idle_told = TRUE;
		detail = g_strdup_printf("%" G_GINT64_FORMAT " days", idle_us / DAY_US);
		kn_app_emit(app, KN_EVENT_NOTHING_BANKED, device->id, detail);
	}
}

static void
note_uses(KnApp *app, const GArray *uses)
{
	for (guint i = 0; i < uses->len; i++) {
		const KnDeviceUse *use = &g_array_index(uses, KnDeviceUse, i);
		KnDevice *device = kn_app_find_device(app, use->device_id);
		if (!device || device->used_us == use->used_us)
			continue;
		device->used_us = use->used_us;
		device->is_idle_told = FALSE;
	}
}

static void
on_committed(KnCommit *commit, const GError *error, gpointer user)
{
	g_autoptr(KnCommit) owned = commit;
	KnApp *app = user;
	KnNow now;

	/* BUSY, which would drop the batch, cannot come: the store keeps places for more batches than the pipeline has under way */
	kn_app_note_storage(app, error);
	if (!owned)
		return;
	kn_hub_clock_read(&app->clock, &now);
	kn_app_events_stored(app, owned->last_event_id);
	kn_pipeline_committed(app->pipeline, owned->batch_id, &now);
	kn_app_emit_sessions(app, owned);
	note_uses(app, owned->uses);
	tell_idle(app, &now);
}

/* what clients see of a device changes with the batch, not with its commit: it is shown, not promised */
static void
show_batch(KnApp *app, const KnBatch *batch)
{
	for (guint i = 0; i < batch->batteries->len; i++) {
		const KnBatteryNote *note = &g_array_index(batch->batteries, KnBatteryNote, i);
		KnDevice *device = kn_app_find_device(app, note->device_id);
		if (!device)
			continue;
		device->has_battery = TRUE;
		device->charge_permille = note->charge_permille;
		device->is_charging = note->is_charging;
		device->battery_us = note->at_us;
	}
	for (guint i = 0; i < batch->synced->len; i++) {
		KnDevice *device = kn_app_find_device(app, g_array_index(batch->synced, gint64, i));
		if (device)
			device->synced_us = batch->synced_us;
	}
	for (guint i = 0; i < batch->infos->len; i++) {
		const KnInfoNote *note = batch->infos->pdata[i];
		KnDevice *device = kn_app_find_device(app, note->device_id);
		if (!device)
			continue;
		g_clear_pointer(&device->info, g_bytes_unref);
		device->info = g_bytes_ref(note->info);
	}
}

void
kn_app_commit(gpointer user, KnBatch *batch)
{
	KnApp *app = user;

	batch->zone = g_strdup(app->config->zone);
	show_batch(app, batch);
	kn_app_attach_events(app, batch);
	kn_store_commit(app->store, batch, on_committed, app);
}
