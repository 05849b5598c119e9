/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/recorder.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"

enum {
	BLOCK_SAMPLES_MANY_NODES = 8, /* 14 nodes: 112 values, a notification nearly full */
	BLOCK_SAMPLES_FEW_NODES = 25, /* one second, so that live is not late */
	MOTION_ITEMS = 40,            /* 4 s */
	BATTERY_EVERY_MS = 60000,
	CHARGE_PER_MINUTE_PERMILLE = 2,
	PENDING_MAX = 4,
	VALUES_MAX = 160, /* of one SampleBlock */
};
/* size is checked with a seq as long as a log can ever make it (a record a millisecond for a year) and a long-lived boot */
#define SEQ_LONG  (G_GUINT64_CONSTANT(1) << 34)
#define BOOT_LONG (1u << 20)

typedef enum {
	STAGE_START,
	STAGE_RUNNING,
	STAGE_OVER,
} Stage;

struct KnRecorder {
	ktp_Info info;
	KnSignal signal;
	guint64 start_t_ms;
	guint64 end_t_ms;
	Stage stage;
	guint64 sample; /* index of the next sample of every node */
	guint64 motion; /* index of the next motion item */
	guint64 next_battery_ms;
	guint charge_at_start_permille;
	guint charge_permille;
	ktp_Record pending[PENDING_MAX]; /* parts of a block that did not fit into one record */
	guint n_pending;
};

KnRecorder *
kn_recorder_new(const ktp_Info *info, KnScenario scenario, guint64 seed, guint64 start_t_ms,
		guint64 duration_ms, guint charge_permille)
{
	KnRecorder *recorder = g_new0(KnRecorder, 1);

	recorder->info = *info;
	kn_signal_init(&recorder->signal, info, scenario, seed, (gint64)duration_ms * 1000);
	recorder->start_t_ms = start_t_ms;
	recorder->end_t_ms = start_t_ms + duration_ms;
	recorder->next_battery_ms = start_t_ms;
	recorder->charge_at_start_permille = charge_permille;
	recorder->charge_permille = charge_permille;
	return recorder;
}

void
kn_recorder_free(KnRecorder *recorder)
{
	g_free(recorder);
}

static guint64
tick_of(const KnRecorder *recorder, guint64 index, guint64 period_us)
{
	return recorder->start_t_ms + index * period_us / 1000;
}

static gboolean
is_fitting(const ktp_Record *record)
{
	guint8 bytes[KN_RECORD_BYTES_MAX];
	ktp_Record sized = *record;

	sized.seq = SEQ_LONG;
	sized.boot = BOOT_LONG;
	return kn_encode_record(&sized, bytes, sizeof bytes) > 0;
}

static void
fill_block(const KnRecorder *recorder, guint32 mask, guint n, ktp_SampleBlock *block)
{
	guint16 values[VALUES_MAX];
	guint at = 0;

	*block = (ktp_SampleBlock){
		.period_us = recorder->info.sample_period_us,
		.t0_ms = tick_of(recorder, recorder->sample, recorder->info.sample_period_us),
		.node_mask = mask,
		.n = n,
	};
	for (guint node = 0; node < recorder->info.nodes_count; node++) {
		if (!(mask & 1u << node))
			continue;
		for (guint k = 0; k < n; k++)
			values[at++] = kn_signal_pressure_hpa(
				&recorder->signal, node,
				(gint64)(recorder->sample + k) * recorder->info.sample_period_us);
	}
	kn_encode_deltas(block, values);
}

/* halves the nodes until every part fits a notification */
static void
split_block(KnRecorder *recorder, guint32 mask, guint n, guint64 t_ms)
{
	ktp_Record record = {.t_ms = t_ms, .which_body = ktp_Record_samples_tag};
	guint n_nodes = (guint)__builtin_popcount(mask);
	guint32 low = 0;

	fill_block(recorder, mask, n, &record.body.samples);
	if (is_fitting(&record) || n_nodes == 1) {
		if (recorder->n_pending < PENDING_MAX)
			recorder->pending[recorder->n_pending++] = record;
		return;
	}
	for (guint node = 0; node < 32 && (guint)__builtin_popcount(low) < n_nodes / 2; node++)
		low |= mask & 1u << node;
	split_block(recorder, low, n, t_ms);
	split_block(recorder, mask & ~low, n, t_ms);
}

static guint
block_samples(const KnRecorder *recorder)
{
	guint wanted =
		recorder->info.nodes_count > 6 ? BLOCK_SAMPLES_MANY_NODES : BLOCK_SAMPLES_FEW_NODES;

	return MIN(wanted, VALUES_MAX / recorder->info.nodes_count);
}

/* items of a period that lie before the end of the session */
static guint
items_left(const KnRecorder *recorder, guint64 index, guint64 period_us, guint at_most)
{
	guint64 total = (recorder->end_t_ms - recorder->start_t_ms) * 1000 / period_us;

	return index < total ? (guint)MIN(total - index, at_most) : 0;
}

static void
make_motion(KnRecorder *recorder, guint n, guint64 t_ms)
{
	ktp_Record *record = &recorder->pending[recorder->n_pending++];
	ktp_Motion *motion = &record->body.motion;
	gboolean is_angle = recorder->info.kind == ktp_KIND_BACK14;
	gint before = 0;

	*record = (ktp_Record){.t_ms = t_ms, .which_body = ktp_Record_motion_tag};
	motion->period_us = KN_SIGNAL_MOTION_PERIOD_US;
	motion->t0_ms = tick_of(recorder, recorder->motion, KN_SIGNAL_MOTION_PERIOD_US);
	for (guint i = 0; i < n; i++) {
		gint64 at_us = (gint64)(recorder->motion + i) * KN_SIGNAL_MOTION_PERIOD_US;
		gint angle = kn_signal_angle_centideg(&recorder->signal, at_us);
		if (is_angle)
			motion->angle_deltas_centideg[i] = angle - before;
		else
			motion->directions[i] = kn_signal_direction(&recorder->signal, at_us);
		before = angle;
	}
	motion->angle_deltas_centideg_count = (pb_size_t)(is_angle ? n : 0);
	motion->directions_count = (pb_size_t)(is_angle ? 0 : n);
	recorder->motion += n;
}

static void
make_battery(KnRecorder *recorder, guint64 t_ms)
{
	ktp_Record *record = &recorder->pending[recorder->n_pending++];
	guint used = (guint)((t_ms - recorder->start_t_ms) / 60000 * CHARGE_PER_MINUTE_PERMILLE);

	recorder->charge_permille =
		recorder->charge_at_start_permille - MIN(used, recorder->charge_at_start_permille);
	*record = (ktp_Record){.t_ms = t_ms, .which_body = ktp_Record_battery_tag};
	record->body.battery.charge_permille = recorder->charge_permille;
	record->body.battery.voltage_mv = 3300 + recorder->charge_permille * 9 / 10;
	recorder->next_battery_ms = t_ms + BATTERY_EVERY_MS;
}

static void
make_end(KnRecorder *recorder)
{
	ktp_Record *record = &recorder->pending[recorder->n_pending++];

	*record =
		(ktp_Record){.t_ms = recorder->end_t_ms, .which_body = ktp_Record_session_end_tag};
	record->body.session_end.duration_ms = recorder->end_t_ms - recorder->start_t_ms;
	recorder->stage = STAGE_OVER;
}

static void
make_start(KnRecorder *recorder)
{
	ktp_Record *record = &recorder->pending[recorder->n_pending++];

	*record = (ktp_Record){.t_ms = recorder->start_t_ms,
			       .which_body = ktp_Record_session_start_tag};
	if (recorder->info.kind == ktp_KIND_ROLLER)
		record->body.session_start.head =
			recorder->signal.seed % 2 ? ktp_HEAD_LOTION : ktp_HEAD_DRY;
	recorder->stage = STAGE_RUNNING;
}

/* makes whatever is due first, if it is due */
static void
make_next(KnRecorder *recorder, guint64 t_ms)
{
	guint n_samples = items_left(recorder, recorder->sample, recorder->info.sample_period_us,
				     block_samples(recorder));
	guint n_motion =
		items_left(recorder, recorder->motion, KN_SIGNAL_MOTION_PERIOD_US, MOTION_ITEMS);
	guint64 samples_ms =
		tick_of(recorder, recorder->sample + n_samples, recorder->info.sample_period_us);
	guint64 motion_ms =
		tick_of(recorder, recorder->motion + n_motion, KN_SIGNAL_MOTION_PERIOD_US);

	if (recorder->stage == STAGE_START) {
		if (t_ms >= recorder->start_t_ms)
			make_start(recorder);
	} else if (recorder->next_battery_ms <= MIN(t_ms, MIN(samples_ms, motion_ms)) &&
		   recorder->next_battery_ms <= recorder->end_t_ms) {
		make_battery(recorder, recorder->next_battery_ms);
	} else if (n_samples > 0 && samples_ms <= t_ms &&
		   (n_motion == 0 || samples_ms <= motion_ms)) {
		guint32 all = recorder->info.nodes_count == 32
				      ? G_MAXUINT32
				      : (1u << recorder->info.nodes_count) - 1;
		split_block(recorder, all, n_samples, samples_ms);
		recorder->sample += n_samples;
	} else if (n_motion > 0 && motion_ms <= t_ms &&
		   (n_samples == 0 || motion_ms < samples_ms)) {
		make_motion(recorder, n_motion, motion_ms);
	} else if (n_samples == 0 && n_motion == 0 && recorder->end_t_ms <= t_ms) {
		make_end(recorder);
	}
}

gboolean
kn_recorder_next(KnRecorder *recorder, guint64 t_ms, ktp_Record *ret_record)
{
	if (recorder->n_pending == 0 && recorder->stage != STAGE_OVER)
		make_next(recorder, t_ms);
	if (recorder->n_pending == 0)
		return FALSE;
	*ret_record = recorder->pending[0];
	recorder->n_pending--;
	for (guint i = 0; i < recorder->n_pending; i++)
		recorder->pending[i] = recorder->pending[i + 1];
	return TRUE;
}

void
kn_recorder_stop(KnRecorder *recorder, guint64 t_ms)
{
	recorder->end_t_ms = CLAMP(t_ms, recorder->start_t_ms, recorder->end_t_ms);
}

gboolean
kn_recorder_is_over(const KnRecorder *recorder)
{
	return recorder->stage == STAGE_OVER && recorder->n_pending == 0;
}

guint
kn_recorder_charge_permille(const KnRecorder *recorder)
{
	return recorder->charge_permille;
}
