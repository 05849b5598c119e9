/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "example-sessions.h"

#include "core/wire/encode.h"

#include <string.h>

enum { DAYS = 49, PERIOD_MS = 40 };

static const struct {
	const gchar *label;
	const gchar *model;
	ktp_Kind kind;
	guint n_nodes;
} models[] = {
	[EXAMPLE_BED] = {"back bed", "Back 14", ktp_KIND_BACK14, 14},
	[EXAMPLE_ROLLER] = {"hand roller", "Roller", ktp_KIND_ROLLER, 1},
	[EXAMPLE_SLEEVE] = {"foam roll", "Foam Roll", ktp_KIND_FOAM_ROLL, 4},
};

static const ktp_Region back_regions[7] = {
	ktp_REGION_SEMISPINALIS,       ktp_REGION_UPPER_TRAPEZIUS,
	ktp_REGION_RHOMBOIDS,          ktp_REGION_ERECTOR_SPINAE_THORACIC,
	ktp_REGION_LATISSIMUS_DORSI,   ktp_REGION_ERECTOR_SPINAE_LUMBAR,
	ktp_REGION_QUADRATUS_LUMBORUM,
};

static ktp_Node
place_of(gint64 device_id, guint node)
{
	ktp_Node place = {.full_scale_hpa = 2000};

	if (device_id != EXAMPLE_BED)
		return place;
	place.region = back_regions[node % 7];
	place.side = node < 7 ? ktp_SIDE_LEFT : ktp_SIDE_RIGHT;
	return place;
}

GBytes *
example_describe(gint64 device_id)
{
	ktp_Info info = ktp_Info_init_zero;
	guint8 bytes[KN_INFO_BYTES_MAX];

	info.protocol = 1;
	info.kind = models[device_id].kind;
	info.sample_period_us = PERIOD_MS * 1000;
	info.serial.size = 2;
	memcpy(info.serial.bytes, "S1", 2);
	info.model.size = (pb_size_t)strlen(models[device_id].model);
	memcpy(info.model.bytes, models[device_id].model, info.model.size);
	info.firmware.size = 5;
	memcpy(info.firmware.bytes, "1.4.2", 5);
	info.nodes_count = (pb_size_t)models[device_id].n_nodes;
	for (guint i = 0; i < models[device_id].n_nodes; i++)
		info.nodes[i] = place_of(device_id, i);
	return g_bytes_new(bytes, kn_encode_info(&info, bytes, sizeof bytes));
}

KnDevice *
example_device(gint64 id)
{
	KnDevice *device = g_new0(KnDevice, 1);

	device->id = id;
	device->address = g_strdup_printf("C0:FF:EE:00:00:%02X", (guint)id);
	device->label = g_strdup(models[id].label);
	device->info = example_describe(id);
	device->is_allowed = TRUE;
	device->enrolled_us = EXAMPLE_NOW_US - 60 * EXAMPLE_DAY_US;
	device->has_battery = TRUE;
	device->charge_permille = id == EXAMPLE_ROLLER ? 140 : 870;
	device->battery_us = EXAMPLE_NOW_US - 5 * EXAMPLE_MINUTE_US;
	device->synced_us = id == EXAMPLE_SLEEVE ? EXAMPLE_NOW_US - 5 * EXAMPLE_DAY_US
						 : EXAMPLE_NOW_US - 5 * EXAMPLE_MINUTE_US;
	return device;
}

/* ---- sessions: numbers without a law to them, the same each time ---- */

static guint
scatter(guint a, guint b, guint n)
{
	return (a * 2654435761u + b * 40503u + 977u) / 65536u % n;
}

static void
press(KnNodeMetrics *node, gint64 device_id, guint index, guint day, guint64 duration_ms)
{
	static const guint firm[7] = {210, 260, 420, 480, 340, 450, 470};
	ktp_Node place = place_of(device_id, index);
	guint mean =
		firm[(index + (device_id == EXAMPLE_BED ? 0 : 2)) % 7] + scatter(day, index, 60);

	*node = (KnNodeMetrics){.region = place.region, .side = place.side};
	node->contact_ms = duration_ms * (80 + scatter(index, day, 15)) / 100;
	node->n_samples = node->contact_ms / PERIOD_MS;
	node->mean_hpa = mean;
	node->peak_hpa = 2 * mean + scatter(day + 3, index, 200);
	node->p95_hpa = mean + mean / 2;
	node->dose_hpa_ms = mean * node->n_samples * PERIOD_MS;
	node->hold_count = mean > 470 ? 1 + scatter(day, index + 5, 3) : 0;
	node->hold_longest_ms = node->hold_count > 0 ? 30000 + 5000 * scatter(day, index, 20) : 0;
	node->hold_mean_hpa = node->hold_count > 0 ? mean + 60 : 0;
	node->has_buildup = TRUE;
	node->buildup_hpa = (gint32)scatter(index, day + 9, 200) - 60;
}

static void
add_up(KnSessionMetrics *metrics)
{
	guint64 sum = 0;

	for (guint i = 0; i < metrics->n_nodes; i++) {
		const KnNodeMetrics *node = &metrics->node[i];

		metrics->n_samples += node->n_samples;
		sum += node->n_samples * node->mean_hpa;
		metrics->peak_hpa = MAX(metrics->peak_hpa, node->peak_hpa);
		metrics->p95_hpa = MAX(metrics->p95_hpa, node->p95_hpa);
		metrics->dose_hpa_ms += node->dose_hpa_ms;
		metrics->dose_left_hpa_ms += node->side == ktp_SIDE_LEFT ? node->dose_hpa_ms : 0;
		metrics->dose_right_hpa_ms += node->side == ktp_SIDE_RIGHT ? node->dose_hpa_ms : 0;
		metrics->hold_count += node->hold_count;
		metrics->hold_longest_ms = MAX(metrics->hold_longest_ms, node->hold_longest_ms);
		metrics->hold_mean_hpa = MAX(metrics->hold_mean_hpa, node->hold_mean_hpa);
	}
	metrics->mean_hpa = (guint32)((2 * sum + metrics->n_samples) / (2 * metrics->n_samples));
	metrics->has_symmetry = kn_metrics_symmetry(
		metrics->dose_left_hpa_ms, metrics->dose_right_hpa_ms, &metrics->symmetry_permille);
}

static KnSession *
new_session(gint64 device_id, guint day, gint64 start_us)
{
	KnSession *session = g_new0(KnSession, 1);
	/* longer in the last two weeks than before */
	guint64 seconds = 300 + scatter(day, (guint)device_id, 240) + (day > DAYS - 8 ? 150 : 0);
	KnSessionMetrics *metrics = &session->metrics;

	session->device_id = device_id;
	session->log_id = 0x9d00 + (guint64)device_id;
	session->boot = 1;
	session->span = (KnSpan){.first_seq = 100 * day,
				 .last_seq = 100 * day + seconds,
				 .has_start = TRUE,
				 .has_end = TRUE,
				 .state = KN_SESSION_ENDED};
	session->start_utc_us = start_us;
	session->is_time_known = TRUE;
	session->zone = g_strdup(EXAMPLE_ZONE);
	session->revision = 1;
	session->coverage = (KnCoverage){.stored = seconds, .expected = seconds};
	session->is_completeness_known = TRUE;
	metrics->duration_ms = seconds * 1000;
	metrics->active_ms = metrics->duration_ms * 96 / 100;
	metrics->n_nodes = models[device_id].n_nodes;
	for (guint i = 0; i < metrics->n_nodes; i++)
		press(&metrics->node[i], device_id, i, day, metrics->duration_ms);
	add_up(metrics);
	metrics->rocking_half_cycles = device_id == EXAMPLE_BED ? (guint32)seconds / 5 : 0;
	metrics->strokes = device_id == EXAMPLE_ROLLER ? (guint32)seconds : 0;
	return session;
}

/* KnSession, newest first */
GPtrArray *
example_sessions(void)
{
	GPtrArray *sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	gint64 first_us = EXAMPLE_NOW_US - (DAYS - 1) * EXAMPLE_DAY_US;

	for (guint day = 0; day < DAYS; day++) {
		gint64 morning_us = first_us + day * EXAMPLE_DAY_US -
				    (50 + (gint64)(day % 7)) * EXAMPLE_MINUTE_US;

		if (day % 9 != 4)
			g_ptr_array_insert(sessions, 0, new_session(EXAMPLE_BED, day, morning_us));
		if (day % 3 == 1 && day != DAYS - 1)
			g_ptr_array_insert(
				sessions, 0,
				new_session(day % 4 == 1 ? EXAMPLE_SLEEVE : EXAMPLE_ROLLER, day,
					    morning_us + 11 * 60 * EXAMPLE_MINUTE_US));
	}
	for (guint i = 0; i < sessions->len; i++)
		((KnSession *)sessions->pdata[i])->id = (gint64)(sessions->len - i);
	((KnSession *)sessions->pdata[1])->coverage.stored -= 3;
	((KnSession *)sessions->pdata[5])->coverage.stored -= 40;
	return sessions;
}

KnSession *
example_copy_session(const KnSession *session)
{
	KnSession *copy = g_memdup2(session, sizeof *session);

	copy->zone = g_strdup(session->zone);
	copy->person_label = g_strdup(session->person_label);
	copy->word = session->word ? kn_word_copy(session->word) : NULL;
	return copy;
}

/* what is summed over nodes, anew */
static void
add_up_again(KnSession *session)
{
	KnSessionMetrics *metrics = &session->metrics;

	metrics->n_samples = metrics->dose_hpa_ms = 0;
	metrics->dose_left_hpa_ms = metrics->dose_right_hpa_ms = 0;
	metrics->peak_hpa = metrics->p95_hpa = metrics->hold_count = 0;
	add_up(metrics);
	session->revision++;
}

void
example_share(KnSession *session, guint64 duration_ms)
{
	KnSessionMetrics *metrics = &session->metrics;
	guint64 whole_ms = metrics->duration_ms;

	for (guint i = 0; i < metrics->n_nodes; i++) {
		KnNodeMetrics *node = &metrics->node[i];

		node->contact_ms = node->contact_ms * duration_ms / whole_ms;
		node->n_samples = node->n_samples * duration_ms / whole_ms;
		node->dose_hpa_ms = node->mean_hpa * node->n_samples * PERIOD_MS;
		node->hold_count = (guint32)(node->hold_count * duration_ms / whole_ms);
	}
	metrics->active_ms = metrics->active_ms * duration_ms / whole_ms;
	metrics->strokes = (guint32)(metrics->strokes * duration_ms / whole_ms);
	session->coverage.expected = session->coverage.expected * duration_ms / whole_ms;
	session->coverage.stored = session->coverage.stored * duration_ms / whole_ms;
	metrics->duration_ms = duration_ms;
	add_up_again(session);
}

void
example_join(KnSession *session, const KnSession *later)
{
	KnSessionMetrics *metrics = &session->metrics;

	for (guint i = 0; i < metrics->n_nodes; i++) {
		KnNodeMetrics *node = &metrics->node[i];
		const KnNodeMetrics *more = &later->metrics.node[i];

		node->contact_ms += more->contact_ms;
		node->n_samples += more->n_samples;
		node->dose_hpa_ms += more->dose_hpa_ms;
		node->hold_count += more->hold_count;
		node->peak_hpa = MAX(node->peak_hpa, more->peak_hpa);
	}
	metrics->active_ms += later->metrics.active_ms;
	metrics->strokes += later->metrics.strokes;
	metrics->duration_ms = (guint64)(later->start_utc_us - session->start_utc_us) / 1000 +
			       later->metrics.duration_ms;
	session->coverage.expected += later->coverage.expected;
	session->coverage.stored += later->coverage.stored;
	add_up_again(session);
}

gint32
example_curve(const KnSession *session, guint node, guint slice, guint n_slices)
{
	guint mean = session->metrics.node[node].mean_hpa;
	/* it is begun gently, and somebody got up in between */
	guint rise = MIN(100, 40 + 300 * slice / MAX(n_slices, 1));

	if (slice == n_slices / 3)
		return 0;
	return (gint32)(mean * (rise + scatter(slice, node, 25)) / 100);
}
