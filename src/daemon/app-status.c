/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* the status document: every state, every queue and every drop as a number */

#include "core/base/zone.h"
#include "core/measure/names.h"
#include "daemon/app-private.h"
#include "daemon/counters.h"

#include <string.h>

/* one piece of work of the disk; a commit takes seconds on a bad card */
#define SLOW_MS 30000.0

static void
add_string(JsonBuilder *builder, const gchar *key, const gchar *value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_string_value(builder, value);
}

static void
add_int(JsonBuilder *builder, const gchar *key, gint64 value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_int_value(builder, value);
}

static void
add_bool(JsonBuilder *builder, const gchar *key, gboolean value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_boolean_value(builder, value);
}

static void
begin(JsonBuilder *builder, const gchar *key)
{
	json_builder_set_member_name(builder, key);
	json_builder_begin_object(builder);
}

/* what was tried when it did not work */
static void
add_ladder(JsonBuilder *builder, const KnRadioAdapterStatus *status)
{
	begin(builder, "rescue");
	add_bool(builder, "is_failed", status->is_failed);
	if (status->trouble_ms >= 0)
		add_int(builder, "trouble_ms", status->trouble_ms);
	if (status->last_step != KN_LADDER_NOTHING) {
		add_string(builder, "last_step", kn_ladder_step_name(status->last_step));
		add_int(builder, "since_step_ms", status->since_step_ms);
	}
	for (guint i = 0; i < KN_LADDER_STEPS; i++) {
		g_autofree gchar *key = g_strconcat("n_", kn_ladder_step_name(i), NULL);
		add_int(builder, key, (gint64)status->n_steps[i]);
	}
	json_builder_end_object(builder);
}

/* listening costs a machine with one antenna its Wi-Fi */
static void
add_listening(JsonBuilder *builder, const KnListenStatus *listen)
{
	add_bool(builder, "is_listening", listen->is_on);
	add_int(builder, "n_listens", (gint64)listen->n_starts);
	add_int(builder, "n_listens_last_hour", listen->n_starts_hour);
	add_int(builder, "n_listen_errors", (gint64)listen->n_errors);
	add_int(builder, "listened_ms", listen->listened_ms);
	add_int(builder, "listened_last_hour_ms", listen->listened_hour_ms);
	if (listen->since_listened_ms >= 0)
		add_int(builder, "since_listened_ms", listen->since_listened_ms);
	if (listen->since_heard_ms >= 0)
		add_int(builder, "since_heard_ms", listen->since_heard_ms);
}

static void
add_adapter(const KnRadioAdapterStatus *adapter, gpointer data)
{
	JsonBuilder *builder = data;

	json_builder_begin_object(builder);
	add_string(builder, "name", adapter->name);
	add_string(builder, "address", adapter->address);
	add_bool(builder, "is_powered", adapter->is_powered);
	add_int(builder, "n_links", adapter->n_links);
	add_int(builder, "n_waiting", adapter->n_waiting);
	if (adapter->n_links_max > 0)
		add_int(builder, "n_links_max", adapter->n_links_max);
	add_listening(builder, &adapter->listen);
	if (adapter->listen.is_refused)
		add_string(builder, "listen_error", adapter->listen_error);
	add_ladder(builder, adapter);
	json_builder_end_object(builder);
}

static void
add_radio(JsonBuilder *builder, const KnApp *app)
{
	KnRadioAdapterStatus daemon;
	KnRadioStats stats;

	kn_radio_get_stats(app->radio, &stats);
	begin(builder, "radio");
	add_string(builder, "state", kn_radio_state_name(kn_radio_get_state(app->radio)));
	add_int(builder, "n_packets", (gint64)stats.n_packets);
	add_int(builder, "packet_bytes", (gint64)stats.n_bytes);
	add_int(builder, "n_ring_full", (gint64)stats.n_ring_full);
	add_int(builder, "ring_peak_bytes", (gint64)stats.ring_peak_bytes);
	add_int(builder, "n_truncated", (gint64)stats.n_truncated);
	add_int(builder, "n_empty", (gint64)stats.n_empty);
	add_int(builder, "n_connects", (gint64)stats.n_connects);
	add_int(builder, "n_connect_errors", (gint64)stats.n_connect_errors);
	add_int(builder, "n_unknown_errors", (gint64)stats.n_unknown_errors);
	add_int(builder, "n_listen_errors", (gint64)stats.n_listen_errors);
	kn_radio_get_daemon(app->radio, &daemon);
	add_ladder(builder, &daemon);
	json_builder_set_member_name(builder, "adapters");
	json_builder_begin_array(builder);
	kn_radio_each_adapter(app->radio, add_adapter, builder);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
}

static void
add_storage(JsonBuilder *builder, const KnApp *app)
{
	KnStoreStats stats;
	gboolean is_slow =
		(gdouble)kn_store_busy_ms(app->store) >= SLOW_MS * app->config->timer_scale;

	kn_store_get_stats(app->store, &stats);
	begin(builder, "storage");
	add_string(builder, "state",
		   stats.is_degraded || stats.is_nearly_full ? "degraded"
		   : is_slow                                 ? "slow"
							     : "ok");
	add_bool(builder, "is_nearly_full", stats.is_nearly_full);
	add_int(builder, "busy_ms", (gint64)kn_store_busy_ms(app->store));
	if (stats.is_degraded)
		add_string(builder, "last_error", stats.last_error);
	add_int(builder, "n_commits", (gint64)stats.n_commits);
	add_int(builder, "n_failures", (gint64)stats.n_failures);
	add_int(builder, "n_blocks", (gint64)stats.n_blocks);
	add_int(builder, "n_damaged_blocks", (gint64)stats.n_damaged);
	add_int(builder, "raw_bytes", (gint64)stats.raw_bytes);
	add_int(builder, "stored_bytes", (gint64)stats.stored_bytes);
	add_int(builder, "n_pending", kn_store_n_pending(app->store));
	add_int(builder, "open_bytes", (gint64)kn_pipeline_n_open_bytes(app->pipeline));
	add_int(builder, "n_dropped_events", (gint64)app->events.n_dropped);
	json_builder_end_object(builder);
}

static void
add_clients(JsonBuilder *builder, const KnApp *app)
{
	KnServerStats stats;

	kn_server_get_stats(app->server, &stats);
	begin(builder, "clients");
	add_int(builder, "n_clients", stats.n_clients);
	add_int(builder, "n_requests", (gint64)stats.n_requests);
	add_int(builder, "n_refused_clients", (gint64)stats.n_refused_clients);
	add_int(builder, "n_denied", (gint64)stats.n_denied);
	add_int(builder, "n_followers", stats.n_followers);
	add_int(builder, "n_dropped_readers", (gint64)stats.n_dropped_readers);
	json_builder_end_object(builder);
}

static void
add_link(JsonBuilder *builder, const KnApp *app, const KnDevice *device)
{
	KnRefusal refusal;
	KnLinkStatus link;

	if (!kn_radio_get_link(app->radio, device->address, &link))
		return;
	add_string(builder, "link", kn_app_link_name(app, device, &link));
	add_int(builder, "attempts", link.attempts);
	if (link.up_us > 0)
		add_int(builder, "link_up_ms", link.up_us / 1000);
	if (*link.last_error)
		add_string(builder, "link_error", link.last_error);
	if (link.has_signal)
		add_int(builder, "signal_dbm", link.signal_dbm);
	if (!kn_app_get_refusal(app, device, &link, &refusal))
		return;
	add_string(builder, "refusal", kn_refusal_name(refusal.kind));
	if (refusal.kind == KN_REFUSAL_QUARANTINE) {
		g_autofree gchar *until = kn_app_format_until(app, &refusal);
		add_string(builder, "offence", kn_offence_name(refusal.offence));
		add_string(builder, "quarantined_until", until);
	}
}

static void
add_device(JsonBuilder *builder, const KnApp *app, const KnDevice *device)
{
	KnPipelineDeviceStatus status;

	json_builder_begin_object(builder);
	add_int(builder, "id", device->id);
	add_string(builder, "address", device->address);
	if (device->label && *device->label)
		add_string(builder, "label", device->label);
	add_bool(builder, "is_allowed", device->is_allowed);
	add_link(builder, app, device);
	if (kn_pipeline_get_status(app->pipeline, device->id, &status)) {
		g_autofree gchar *log_id =
			g_strdup_printf("%016" G_GINT64_MODIFIER "x", status.log_id);
		add_string(builder, "log_id", log_id);
		add_bool(builder, "is_newest_known", status.is_newest_known);
		add_bool(builder, "is_foreign_owned", status.is_foreign_owned);
		add_bool(builder, "is_stuck", status.is_stuck);
		add_bool(builder, "is_clock_unset", status.is_clock_unset);
		add_bool(builder, "is_clock_untold", status.is_clock_untold);
		add_bool(builder, "sends_newer", status.sends_newer);
		add_int(builder, "n_missing", (gint64)status.n_missing);
		add_int(builder, "n_open", (gint64)status.n_open);
		add_int(builder, "n_gaps", status.n_gaps);
		add_int(builder, "trimmed_to_seq", (gint64)status.trimmed_to_seq);
		kn_counters_add(builder, &status.counters);
	}
	json_builder_end_object(builder);
}

JsonNode *
kn_app_build_status(KnApp *app)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree gchar *hub_id =
		g_strdup_printf("%016" G_GINT64_MODIFIER "x", kn_store_hub_id(app->store));
	g_autofree gchar *time = NULL;
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	time = kn_zone_format_time(now.utc_us, app->config->zone);
	json_builder_begin_object(builder);
	add_string(builder, "version", KN_VERSION);
	add_string(builder, "hub_id", hub_id);
	add_string(builder, "now", time);
	add_string(builder, "tz", app->config->zone);
	add_string(builder, "clock", kn_name_quality(now.quality));
	add_int(builder, "uptime_ms", (now.boottime_us - app->started_boottime_us) / 1000);
	add_radio(builder, app);
	add_storage(builder, app);
	add_clients(builder, app);
	json_builder_set_member_name(builder, "devices");
	json_builder_begin_array(builder);
	for (guint i = 0; i < app->devices->len; i++)
		add_device(builder, app, app->devices->pdata[i]);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	return json_builder_get_root(builder);
}
