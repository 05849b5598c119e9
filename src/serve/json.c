/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"

#include "core/base/text.h"
#include "core/measure/names.h"
#include "core/wire/decode.h"

void
kn_json_add_int(JsonBuilder *builder, const gchar *key, gint64 value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_int_value(builder, value);
}

void
kn_json_add_bool(JsonBuilder *builder, const gchar *key, gboolean value)
{
	json_builder_set_member_name(builder, key);
	json_builder_add_boolean_value(builder, value);
}

void
kn_json_add_text(JsonBuilder *builder, const gchar *key, const gchar *text)
{
	g_autofree gchar *clean = kn_text_clean(text, -1);

	if (clean[0] == '\0')
		return;
	json_builder_set_member_name(builder, key);
	json_builder_add_string_value(builder, clean);
}

void
kn_json_add_sentence(JsonBuilder *builder, const gchar *key, const gchar *text)
{
	g_autofree gchar *clean = kn_text_clean_words(text != NULL ? text : "");

	if (clean[0] == '\0')
		return;
	json_builder_set_member_name(builder, key);
	json_builder_add_string_value(builder, clean);
}

void
kn_json_add_time(JsonBuilder *builder, const gchar *key, gint64 utc_us, const gchar *zone)
{
	g_autofree gchar *text = NULL;

	if (utc_us == 0)
		return;
	text = kn_zone_format_time(utc_us, zone);
	kn_json_add_text(builder, key, text);
}

/* random and 64 bits wide: as a number it would lose its end in many JSON readers */
void
kn_json_add_log_id(JsonBuilder *builder, guint64 log_id)
{
	g_autofree gchar *text = g_strdup_printf("%016" G_GINT64_MODIFIER "x", log_id);

	kn_json_add_text(builder, "log_id", text);
}

gboolean
kn_json_read_info(GBytes *info, ktp_Info *ret_info)
{
	gsize n_bytes = 0;
	const guint8 *bytes = NULL;

	if (info == NULL)
		return FALSE;
	bytes = g_bytes_get_data(info, &n_bytes);
	return bytes != NULL && kn_decode_info(bytes, n_bytes, ret_info) == KN_DECODE_OK;
}

const KnDevice *
kn_json_find_device(const GPtrArray *views, gint64 device_id)
{
	for (guint i = 0; i < views->len; i++) {
		const KnDeviceView *view = g_ptr_array_index(views, i);

		if (view->device != NULL && view->device->id == device_id)
			return view->device;
	}
	return NULL;
}

void
kn_json_add_node_place(JsonBuilder *builder, guint node, const ktp_Info *info)
{
	kn_json_add_int(builder, "node", node);
	if (info == NULL || node >= info->nodes_count)
		return;
	kn_json_add_text(builder, "region", kn_name_region(info->nodes[node].region));
	kn_json_add_text(builder, "side", kn_name_side(info->nodes[node].side));
	kn_json_add_int(builder, "full_scale_hpa", info->nodes[node].full_scale_hpa);
}

void
kn_json_add_gap(JsonBuilder *builder, const KnGap *gap)
{
	kn_json_add_int(builder, "first_seq", (gint64)gap->first_seq);
	kn_json_add_int(builder, "last_seq", (gint64)gap->last_seq);
	kn_json_add_int(builder, "n_records", (gint64)(gap->last_seq - gap->first_seq + 1));
	kn_json_add_text(builder, "reason", kn_name_gap_reason(gap->reason));
}

void
kn_json_add_person(JsonBuilder *builder, gint64 person_id, const gchar *label)
{
	json_builder_set_member_name(builder, "person");
	json_builder_begin_object(builder);
	kn_json_add_int(builder, "id", person_id);
	kn_json_add_text(builder, "label", label);
	json_builder_end_object(builder);
}

static void
add_holder(JsonBuilder *builder, const KnDeviceView *view, const gchar *zone)
{
	if (view->person == NULL)
		return;
	kn_json_add_person(builder, view->person->id, view->person->label);
	kn_json_add_time(builder, "person_since", view->person_from_us, zone);
}

static void
add_description(JsonBuilder *builder, const ktp_Info *info)
{
	g_autofree gchar *model = kn_text_clean((const gchar *)info->model.bytes, info->model.size);
	g_autofree gchar *serial =
		kn_text_clean((const gchar *)info->serial.bytes, info->serial.size);
	g_autofree gchar *firmware =
		kn_text_clean((const gchar *)info->firmware.bytes, info->firmware.size);

	kn_json_add_text(builder, "kind", kn_name_kind(info->kind));
	kn_json_add_text(builder, "model", model);
	kn_json_add_text(builder, "serial", serial);
	kn_json_add_text(builder, "firmware", firmware);
	kn_json_add_int(builder, "n_nodes", info->nodes_count);
}

static void
add_enrolment(JsonBuilder *builder, const KnDevice *device, const gchar *zone)
{
	ktp_Info info = ktp_Info_init_zero;

	kn_json_add_int(builder, "device_id", device->id);
	kn_json_add_text(builder, "label", device->label);
	kn_json_add_time(builder, "enrolled", device->enrolled_us, zone);
	kn_json_add_time(builder, "synced", device->synced_us, zone);
	kn_json_add_time(builder, "sessions_from", device->shown_from_us, zone);
	if (kn_json_read_info(device->info, &info))
		add_description(builder, &info);
	if (!device->has_battery)
		return;
	json_builder_set_member_name(builder, "battery");
	json_builder_begin_object(builder);
	kn_json_add_int(builder, "charge_permille", device->charge_permille);
	kn_json_add_bool(builder, "is_charging", device->is_charging);
	kn_json_add_time(builder, "at", device->battery_us, zone);
	json_builder_end_object(builder);
}

void
kn_json_add_device(JsonBuilder *builder, const KnDeviceView *view, const gchar *zone)
{
	const KnDevice *device = view->device;

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "address",
			 view->address != NULL ? view->address : device->address);
	kn_json_add_text(builder, "name", view->name);
	kn_json_add_bool(builder, "is_enrolled", device != NULL && device->is_allowed);
	kn_json_add_bool(builder, "is_bonded", view->is_bonded);
	kn_json_add_text(builder, "link", view->link);
	kn_json_add_sentence(builder, "link_error", view->link_error);
	if (view->has_signal)
		kn_json_add_int(builder, "signal_dbm", view->signal_dbm);
	kn_json_add_time(builder, "seen", view->seen_us, zone);
	if (device != NULL) {
		add_enrolment(builder, device, zone);
		kn_json_add_bool(builder, "is_newest_known", view->is_newest_known);
		kn_json_add_int(builder, "n_unsynced", (gint64)view->n_unsynced);
		kn_json_add_int(builder, "n_gaps", (gint64)view->n_gaps);
		add_holder(builder, view, zone);
	}
	json_builder_end_object(builder);
}

/* shared by sessions and periods: how much of what was there is here */
static void
add_completeness(JsonBuilder *builder, guint64 stored, guint64 expected, gint permille,
		 gboolean is_known)
{
	if (permille >= 0)
		kn_json_add_int(builder, "completeness_permille", permille);
	kn_json_add_bool(builder, "is_completeness_known", is_known);
	kn_json_add_int(builder, "stored", (gint64)stored);
	kn_json_add_int(builder, "expected", (gint64)expected);
}

void
kn_json_add_period(JsonBuilder *builder, const KnPeriod *period)
{
	KnCoverage coverage = {.stored = period->stored, .expected = period->expected};
	gboolean is_known = period->is_completeness_known && period->n_sessions > 0;

	kn_json_add_int(builder, "n_sessions", period->n_sessions);
	kn_json_add_int(builder, "n_open", period->n_open);
	kn_json_add_bool(builder, "is_provisional", period->n_open > 0);
	kn_json_add_int(builder, "n_time_uncertain", period->n_time_uncertain);
	kn_json_add_bool(builder, "time_uncertain", period->n_time_uncertain > 0);
	kn_json_add_int(builder, "duration_ms", (gint64)period->duration_ms);
	kn_json_add_int(builder, "active_ms", (gint64)period->active_ms);
	kn_json_add_int(builder, "mean_hpa", period->mean_hpa);
	kn_json_add_int(builder, "peak_hpa", period->peak_hpa);
	kn_json_add_int(builder, "dose_hpa_ms", (gint64)period->dose_hpa_ms);
	kn_json_add_int(builder, "dose_left_hpa_ms", (gint64)period->dose_left_hpa_ms);
	kn_json_add_int(builder, "dose_right_hpa_ms", (gint64)period->dose_right_hpa_ms);
	if (period->has_symmetry)
		kn_json_add_int(builder, "symmetry_permille", period->symmetry_permille);
	kn_json_add_int(builder, "hold_count", period->hold_count);
	kn_json_add_int(builder, "hold_longest_ms", (gint64)period->hold_longest_ms);
	kn_json_add_int(builder, "n_data_days", period->n_data_days);
	kn_json_add_int(builder, "revision", (gint64)period->revision);
	add_completeness(builder, period->stored, period->expected,
			 is_known ? kn_ledger_completeness_permille(&coverage) : -1, is_known);
}
