/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/app-private.h"

#include <glib-unix.h>
#include <systemd/sd-daemon.h>

/* ---- devices ---- */

KnDevice *
kn_app_find_device(const KnApp *app, gint64 device_id)
{
	for (guint i = 0; i < app->devices->len; i++) {
		KnDevice *device = app->devices->pdata[i];
		if (device->id == device_id)
			return device;
	}
	return NULL;
}

KnDevice *
kn_app_find_address(const KnApp *app, const gchar *address)
{
	return g_hash_table_lookup(app->by_address, address);
}

void
kn_app_add_device(KnApp *app, const KnDevice *device, const GPtrArray *ledgers)
{
	KnDevice *known = kn_app_find_device(app, device->id);
	KnDevice *copy = kn_device_copy(device);

	if (known) {
		g_hash_table_remove(app->by_address, known->address);
		g_ptr_array_remove(app->devices, known);
	}
	g_ptr_array_add(app->devices, copy);
	g_hash_table_insert(app->by_address, copy->address, copy);
	kn_pipeline_add_device(app->pipeline, device->id, device->info, ledgers);
	kn_pipeline_set_enrolled(app->pipeline, device->id,
				 device->is_allowed ? device->enrolled_us : 0);
	if (device->is_allowed)
		kn_radio_allow(app->radio, device->address);
}

/* ---- pipeline → radio, store, log ---- */

static gboolean
on_control(gpointer user, gint64 device_id, const guint8 *bytes, gsize n_bytes)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_device(app, device_id);

	return device && kn_radio_write_control(app->radio, device->address, bytes, n_bytes);
}

static void
on_event(gpointer user, gint64 device_id, KnEventKind kind, const gchar *detail)
{
	kn_app_emit(user, kind, device_id, detail);
}

/* ---- time ---- */

static gboolean
on_tick(gpointer user)
{
	KnApp *app = user;
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	kn_pipeline_tick(app->pipeline, &now);
	kn_app_note_room(app);
	if (app->n_links_up > 0 || kn_pipeline_n_open_bytes(app->pipeline) > 0 ||
	    kn_pipeline_is_clock_settling(app->pipeline, &now))
		return G_SOURCE_CONTINUE;
	/* nothing is open and nobody is there: an idle hub sleeps */
	app->tick_source = 0;
	return G_SOURCE_REMOVE;
}

static void
ensure_tick(KnApp *app)
{
	if (app->tick_source == 0)
		app->tick_source = g_timeout_add_seconds(1, on_tick, app);
}

static void
on_clock(gpointer user)
{
	KnApp *app = user;
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	kn_pipeline_clock(app->pipeline, &now);
	ensure_tick(app);
}

/* ---- radio → pipeline ---- */

static void
on_radio_state(gpointer user, KnRadioState state)
{
	kn_app_emit(user, KN_EVENT_RADIO_STATE, 0, kn_radio_state_name(state));
}

static void
on_rescue(gpointer user, KnLadderStep step, const gchar *words)
{
	kn_app_emit(user, step == KN_LADDER_FAILED ? KN_EVENT_RADIO_FAILED : KN_EVENT_RADIO_RESCUE,
		    0, words);
}

static void
on_seen(gpointer user, const gchar *address, const gchar *name, gint16 signal_dbm,
	gboolean is_bonded)
{
	KnApp *app = user;
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	kn_seen_list_note(app->seen, &(KnSeen){(gchar *)address, (gchar *)name, signal_dbm,
					       is_bonded, now.utc_us});
}

static void
on_link_up(gpointer user, const gchar *address, const guint8 *info, gsize n_info)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnNow now;

	if (!device)
		return;
	kn_hub_clock_read(&app->clock, &now);
	kn_app_capture_link_up(app, device->id, info, n_info, &now);
	if (!kn_pipeline_link_up(app->pipeline, device->id, info, n_info, &now)) {
		kn_app_capture_link_down(app, device->id, "refused", &now);
		return;
	}
	app->n_links_up++;
	ensure_tick(app);
}

static void
on_link_down(gpointer user, const gchar *address, const gchar *reason)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnPipelineDeviceStatus status;
	KnNow now;

	if (!device || !kn_pipeline_get_status(app->pipeline, device->id, &status) || !status.is_up)
		return;
	kn_hub_clock_read(&app->clock, &now);
	g_message("device %" G_GINT64_FORMAT ": link ended: %s", device->id, reason);
	kn_app_capture_link_down(app, device->id, reason, &now);
	kn_pipeline_link_down(app->pipeline, device->id, &now);
	app->n_links_up--;
}

static void
on_packet(gpointer user, const gchar *address, const guint8 *bytes, gsize n_bytes)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnNow now;

	if (!device)
		return;
	kn_hub_clock_read(&app->clock, &now);
	kn_app_capture_packet(app, device->id, bytes, n_bytes, &now);
	kn_pipeline_packet(app->pipeline, device->id, bytes, n_bytes, &now);
	if (kn_server_wants_live(app->server))
		kn_app_show_live(app, device, &now);
}

static void
on_control_failed(gpointer user, const gchar *address, const gchar *reason)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnNow now;

	g_message("%s: a write failed: %s", address, reason);
	if (!device)
		return;
	kn_hub_clock_read(&app->clock, &now);
	kn_pipeline_control_failed(app->pipeline, device->id, &now);
}

/* ---- life ---- */

static gboolean
on_terminate(gpointer user)
{
	KnApp *app = user;

	g_main_loop_quit(app->loop);
	return G_SOURCE_CONTINUE;
}

static gboolean
load_devices(KnApp *app, GError **error)
{
	g_autoptr(GPtrArray) stored = kn_store_load(app->store, error);

	app->people = stored ? kn_store_load_people(app->store, error) : NULL;
	if (!app->people)
		return FALSE;
	for (guint i = 0; i < stored->len; i++) {
		const KnStoredDevice *device = stored->pdata[i];
		kn_app_add_device(app, device->device, device->ledgers);
	}
	return TRUE;
}

static gboolean
start(KnApp *app, GError **error)
{
	g_autofree gchar *switched_off =
		g_build_filename(app->config->state_directory, "adapter-off", NULL);
	const KnStoreConfig store_config = {app->config->state_directory, app->config->zone,
					    app->is_damaged, kn_app_note_damage, app};
	const KnServerConfig server_config = {app->config->socket_path, app->config->read_group,
					      app->config->admin_group};
	const KnRadioConfig radio_config = {
		app->config->bus_address,           (const gchar *const *)app->config->adapters,
		app->config->timer_scale,           app->config->may_power_cycle,
		app->config->may_restart_bluetooth, switched_off};
	const KnPipelineSink pipeline_sink = {on_control, kn_app_commit, on_event, kn_app_refuse,
					      kn_app_renew};
	const KnRadioSink radio_sink = {on_radio_state,      on_seen,        on_link_up,
					on_link_down,        on_packet,      on_control_failed,
					kn_app_pair_changed, kn_app_is_idle, on_rescue};
	KnPipelineConfig pipeline_config = {.timer_scale = app->config->timer_scale};
	KnHub hub;

	app->store = kn_store_open(&store_config, error);
	app->is_damaged = FALSE;
	if (!app->store)
		return FALSE;
	kn_app_events_init(app);
	kn_app_captures_init(app);
	kn_app_fill_hub(&hub);
	app->server = kn_server_new(&server_config, &hub, app, error);
	if (!app->server)
		return FALSE;
	pipeline_config.hub_id = kn_store_hub_id(app->store);
	pipeline_config.hub_boot_id = kn_hub_boot_id();
	app->pipeline = kn_pipeline_new(&pipeline_config, &pipeline_sink, app);
	app->radio = kn_radio_new(&radio_config, &radio_sink, app);
	if (!app->radio) {
		g_set_error_literal(error, KN_STORE_ERROR, KN_STORE_ERROR_IO,
				    "no thread can be started for the radio: the system is out of "
				    "tasks or memory");
		return FALSE;
	}
	if (!load_devices(app, error))
		return FALSE;
	app->clock_watch = kn_clock_watch_new(app->config->bus_address, &app->clock, on_clock, app);
	on_clock(app);
	kn_app_emit(app, KN_EVENT_STARTED, 0, KN_VERSION);
	kn_app_note_room(app);
	return TRUE;
}

KnApp *
kn_app_new(KnConfig *config, gboolean is_damaged, GError **error)
{
	KnApp *app = g_new0(KnApp, 1);
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	app->config = config;
	app->is_damaged = is_damaged;
	app->started_boottime_us = now.boottime_us;
	app->zone = kn_zone_hold(config->zone);
	app->loop = g_main_loop_new(NULL, FALSE);
	app->devices = g_ptr_array_new_with_free_func((GDestroyNotify)kn_device_free);
	app->by_address = g_hash_table_new(g_str_hash, g_str_equal);
	app->asks = g_hash_table_new(NULL, NULL);
	app->shown = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	app->seen = kn_seen_list_new();
	app->signal_sources[0] = g_unix_signal_add(SIGTERM, on_terminate, app);
	app->signal_sources[1] = g_unix_signal_add(SIGINT, on_terminate, app);
	app->signal_sources[2] = g_unix_signal_add(SIGHUP, kn_app_reload, app);
	if (!start(app, error)) {
		kn_app_free(app);
		return NULL;
	}
	return app;
}

gboolean
kn_app_run(KnApp *app)
{
	kn_app_watchdog_start(app);
	sd_notify(0, "READY=1");
	if (!app->is_damaged)
		g_main_loop_run(app->loop);
	if (!app->is_damaged)
		sd_notify(0, "STOPPING=1");
	return app->is_damaged;
}

void
kn_app_free(KnApp *app)
{
	KnNow now;

	kn_server_free(g_steal_pointer(&app->server));
	kn_clock_watch_free(app->clock_watch);
	kn_radio_free(app->radio);
	if (app->pipeline) {
		kn_hub_clock_read(&app->clock, &now);
		kn_pipeline_flush(app->pipeline, &now);
	}
	if (app->store) {
		kn_app_flush_events(app);
		kn_store_close(app->store);
	}
	kn_app_refuse_asks(app);
	kn_pipeline_free(app->pipeline);
	kn_app_events_clear(app);
	g_clear_pointer(&app->captures, g_ptr_array_unref);
	g_free(app->pairing.label);
	g_free(app->pairing.error);
	g_clear_handle_id(&app->tick_source, g_source_remove);
	g_clear_handle_id(&app->watchdog_source, g_source_remove);
	for (guint i = 0; i < G_N_ELEMENTS(app->signal_sources); i++)
		g_source_remove(app->signal_sources[i]);
	g_hash_table_unref(app->by_address);
	g_ptr_array_unref(app->devices);
	kn_people_free(app->people);
	g_hash_table_unref(app->asks);
	g_hash_table_unref(app->shown);
	kn_seen_list_free(app->seen);
	g_main_loop_unref(app->loop);
	g_time_zone_unref(app->zone);
	g_free(app);
}
