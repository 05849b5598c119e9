/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "serve/json.h"

#include "core/measure/names.h"

static void
add_device(JsonBuilder *builder, const KnDevice *device)
{
	ktp_Info info = ktp_Info_init_zero;

	json_builder_set_member_name(builder, "device");
	json_builder_begin_object(builder);
	kn_json_add_text(builder, "address", device->address);
	kn_json_add_text(builder, "label", device->label);
	if (kn_json_read_info(device->info, &info))
		kn_json_add_text(builder, "kind", kn_name_kind(info.kind));
	json_builder_end_object(builder);
}

void
kn_json_add_event(JsonBuilder *builder, const KnEvent *event, const GPtrArray *views,
		  const gchar *zone)
{
	const KnDevice *device = kn_json_find_device(views, event->device_id);

	json_builder_begin_object(builder);
	kn_json_add_int(builder, "id", event->id);
	kn_json_add_text(builder, "class", kn_event_class_name(kn_event_class(event->kind)));
	kn_json_add_text(builder, "kind", kn_event_kind_name(event->kind));
	kn_json_add_time(builder, "at", event->at_us, zone);
	if (event->device_id != 0)
		kn_json_add_int(builder, "device_id", event->device_id);
	if (device != NULL)
		add_device(builder, device);
	if (event->session_id != 0)
		kn_json_add_int(builder, "session_id", event->session_id);
	kn_json_add_sentence(builder, "detail", event->detail);
	json_builder_end_object(builder);
}

static void
add_live_node(JsonBuilder *builder, const KnLiveView *live, guint node, const ktp_Info *info)
{
	json_builder_begin_object(builder);
	kn_json_add_node_place(builder, node, info);
	kn_json_add_int(builder, "hpa", live->node_hpa[node]);
	if (live->session != NULL) {
		const KnNodeMetrics *metrics = &live->session->metrics.node[node];

		kn_json_add_int(builder, "peak_hpa", metrics->peak_hpa);
		kn_json_add_int(builder, "dose_hpa_ms", (gint64)metrics->dose_hpa_ms);
	}
	json_builder_end_object(builder);
}

void
kn_json_add_live(JsonBuilder *builder, const KnLiveView *live, gint64 now_us, const gchar *zone)
{
	ktp_Info info = ktp_Info_init_zero;
	gboolean has_info = kn_json_read_info(live->device->info, &info);

	json_builder_begin_object(builder);
	kn_json_add_text(builder, "class", kn_event_class_name(KN_CLASS_LIVE));
	kn_json_add_text(builder, "kind", "pressures");
	kn_json_add_time(builder, "at", now_us, zone);
	kn_json_add_int(builder, "device_id", live->device->id);
	add_device(builder, live->device);
	if (live->session != NULL) {
		const KnSessionMetrics *metrics = &live->session->metrics;

		kn_json_add_int(builder, "duration_ms", (gint64)metrics->duration_ms);
		kn_json_add_int(builder, "active_ms", (gint64)metrics->active_ms);
		kn_json_add_int(builder, "peak_hpa", metrics->peak_hpa);
		kn_json_add_int(builder, "dose_hpa_ms", (gint64)metrics->dose_hpa_ms);
		kn_json_add_int(builder, "hold_count", metrics->hold_count);
	}
	json_builder_set_member_name(builder, "nodes");
	json_builder_begin_array(builder);
	for (guint i = 0; i < MIN(live->n_nodes, (guint)KN_NODES_MAX); i++)
		add_live_node(builder, live, i, has_info ? &info : NULL);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
}
