/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/signal.h"
#include "sim/firmware.h"

#include <string.h>

enum {
	SECOND_US = 1000000,
	RAMP_US = 1500000, /* lying down and getting up take a moment */
	TURN_MILLIDEG = 360000,
	ONE = 10000, /* fixed point of sines and envelopes */
};

/* Bhaskara's rational sine, within 0.2 %: integers are the same everywhere, libm is not */
static gint
sine(gint64 millideg)
{
	gint64 x = ((millideg % TURN_MILLIDEG) + TURN_MILLIDEG) % TURN_MILLIDEG;
	gint64 half = TURN_MILLIDEG / 2;
	gint64 sign = x >= half ? -1 : 1;
	gint64 product;

	x %= half;
	product = x * (half - x);
	return (gint)(sign * 4 * product * ONE / (G_GINT64_CONSTANT(40500000000) - product));
}

static gint
wave(guint frequency_mhz, gint64 at_us, gint turn_millideg)
{
	gint64 cycle = (gint64)frequency_mhz * at_us % G_GINT64_CONSTANT(1000000000);

	return sine(cycle * TURN_MILLIDEG / G_GINT64_CONSTANT(1000000000) + turn_millideg);
}

static guint
between(guint64 *random, guint low, guint high)
{
	return low + (guint)(kn_firmware_random(random) % (high - low + 1));
}

static gint
noise(const KnSignal *signal, guint node, gint64 at_us)
{
	guint64 state = signal->seed ^ ((guint64)node << 56) ^ (guint64)at_us * 31;
	guint64 drawn = kn_firmware_random(&state);

	return (gint)(drawn % (2 * KN_SIGNAL_NOISE_HPA + 1)) - KN_SIGNAL_NOISE_HPA;
}

/* ---- the plan of a session ---- */

static void
add_segment(KnSignal *signal, gint64 *at_us, gint64 length_us, KnSegmentKind kind, guint node)
{
	gint64 end_us = MIN(*at_us + length_us, signal->duration_us);

	if (signal->n_segments == KN_SIGNAL_SEGMENTS_MAX || end_us <= *at_us)
		return;
	signal->segments[signal->n_segments++] = (KnSegment){*at_us, end_us, kind, node};
	*at_us = end_us;
}

static void
plan(KnSignal *signal, guint64 *random)
{
	gint64 at_us = 0;

	while (at_us < signal->duration_us && signal->n_segments < KN_SIGNAL_SEGMENTS_MAX) {
		gboolean is_even = signal->scenario == KN_SCENARIO_ROCKING ||
				   signal->scenario == KN_SCENARIO_SATURATION;
		gint64 rock_us =
			is_even ? signal->duration_us : (gint64)between(random, 10, 60) * SECOND_US;
		guint node = between(random, 0, signal->n_nodes - 1);

		add_segment(signal, &at_us, rock_us, KN_SEGMENT_ROCK, 0);
		if (signal->scenario == KN_SCENARIO_HOLDS || signal->scenario == KN_SCENARIO_MIXED)
			add_segment(signal, &at_us, (gint64)between(random, 30, 90) * SECOND_US,
				    KN_SEGMENT_HOLD, node);
		if (signal->scenario == KN_SCENARIO_GET_UP ||
		    (signal->scenario == KN_SCENARIO_MIXED && signal->n_segments == 4))
			add_segment(signal, &at_us, (gint64)between(random, 8, 40) * SECOND_US,
				    KN_SEGMENT_UP, 0);
	}
	/* more plans than places: the last one lasts to the end */
	if (signal->n_segments > 0)
		signal->segments[signal->n_segments - 1].end_us = signal->duration_us;
}

static void
choose_bases(KnSignal *signal, guint64 *random)
{
	/* a back lies heaviest on the shoulder blades and the lumbar end; seven nodes a side from the neck down */
	static const guint profile[7] = {260, 420, 610, 700, 480, 560, 640};

	for (guint node = 0; node < signal->n_nodes; node++) {
		guint base = signal->kind == ktp_KIND_BACK14 ? profile[node % 7]
							     : between(random, 450, 800);
		signal->base_hpa[node] = base * between(random, 850, 1150) / 1000;
		if (signal->scenario == KN_SCENARIO_SATURATION && node % 3 == 0)
			signal->base_hpa[node] = signal->full_scale_hpa;
	}
}

void
kn_signal_init(KnSignal *signal, const ktp_Info *info, KnScenario scenario, guint64 seed,
	       gint64 duration_us)
{
	guint64 random = seed;

	memset(signal, 0, sizeof *signal);
	signal->kind = info->kind;
	signal->scenario = scenario;
	signal->seed = kn_firmware_random(&random);
	signal->n_nodes = info->nodes_count;
	signal->full_scale_hpa = (guint16)info->nodes[0].full_scale_hpa;
	signal->duration_us = duration_us;
	signal->rocking_mhz = between(&random, 200, 500);
	signal->breathing_mhz = between(&random, 200, 300);
	signal->breathing_permille = between(&random, 50, 150);
	signal->rocking_permille = between(&random, 120, 300);
	signal->rocking_centideg = between(&random, 700, 1400);
	signal->breathing_turn = (gint)between(&random, 0, TURN_MILLIDEG - 1);
	choose_bases(signal, &random);
	plan(signal, &random);
}

static const KnSegment *
segment_at(const KnSignal *signal, gint64 at_us)
{
	for (guint i = 0; i < signal->n_segments; i++)
		if (at_us < signal->segments[i].end_us)
			return at_us >= signal->segments[i].start_us ? &signal->segments[i] : NULL;
	return NULL;
}

/* how far the person lies on it: 0 … ONE */
static gint
contact(const KnSegment *segment, gint64 at_us, gboolean is_first, gboolean is_last)
{
	gint64 from_start = at_us - segment->start_us;
	gint64 to_end = segment->end_us - at_us;

	if (segment->kind == KN_SEGMENT_UP) {
		gint64 edge = MIN(from_start, to_end);
		return edge < RAMP_US ? (gint)((RAMP_US - edge) * ONE / RAMP_US) : 0;
	}
	if (is_first && from_start < RAMP_US)
		return (gint)(from_start * ONE / RAMP_US);
	if (is_last && to_end < RAMP_US)
		return (gint)(to_end * ONE / RAMP_US);
	return ONE;
}

/* how much of the movement is there: rocking fades in a hold, instead of jumping */
static gint
movement(const KnSegment *segment, gint64 at_us)
{
	gint64 edge = MIN(at_us - segment->start_us, segment->end_us - at_us);

	if (segment->kind != KN_SEGMENT_HOLD)
		return ONE;
	return edge < RAMP_US ? (gint)((RAMP_US - edge) * ONE / RAMP_US) : 0;
}

/* -ONE … ONE: the rocking of the bed, the stroke of a roller, the wave that runs along a foam roll */
static gint
rocking(const KnSignal *signal, guint node, gint64 at_us)
{
	gint turn = 0;

	if (signal->kind == ktp_KIND_FOAM_ROLL)
		turn = (gint)(node * (TURN_MILLIDEG / MAX(signal->n_nodes, 1)));
	else if (signal->kind == ktp_KIND_BACK14 && node >= 7)
		turn = TURN_MILLIDEG / 2; /* what the left side gains, the right side loses */
	return wave(signal->rocking_mhz, at_us, turn);
}

guint16
kn_signal_pressure_hpa(const KnSignal *signal, guint node, gint64 at_us)
{
	const KnSegment *segment = segment_at(signal, at_us);
	gint64 level = signal->base_hpa[node];
	gint64 modulation;

	if (segment == NULL)
		return 0;
	if (segment->kind == KN_SEGMENT_HOLD && segment->node == node)
		level = MAX(level,
			    800); /* a compression hold presses one point well above the rest */
	/* muscles give way: people press a fifth firmer at the end than at the start */
	level += level * at_us / MAX(signal->duration_us, 1) / 5;
	modulation = ONE +
		     (gint64)signal->rocking_permille * rocking(signal, node, at_us) / 1000 *
			     movement(segment, at_us) / ONE +
		     (gint64)signal->breathing_permille *
			     wave(signal->breathing_mhz, at_us, signal->breathing_turn) / 1000;
	level = level * modulation / ONE *
		contact(segment, at_us, segment == &signal->segments[0],
			segment == &signal->segments[signal->n_segments - 1]) /
		ONE;
	level += noise(signal, node, at_us);
	return (guint16)CLAMP(level, 0, signal->full_scale_hpa);
}

gint
kn_signal_angle_centideg(const KnSignal *signal, gint64 at_us)
{
	const KnSegment *segment = segment_at(signal, at_us);

	if (signal->kind != ktp_KIND_BACK14 || segment == NULL || segment->kind == KN_SEGMENT_UP)
		return 0;
	return (gint)((gint64)signal->rocking_centideg * rocking(signal, 0, at_us) / ONE *
		      movement(segment, at_us) / ONE);
}

gint
kn_signal_direction(const KnSignal *signal, gint64 at_us)
{
	const KnSegment *segment = segment_at(signal, at_us);
	gint speed;

	if (signal->kind == ktp_KIND_BACK14 || segment == NULL || segment->kind != KN_SEGMENT_ROCK)
		return 0;
	speed = wave(signal->rocking_mhz, at_us, TURN_MILLIDEG / 4);
	return speed > ONE / 20 ? 1 : speed < -ONE / 20 ? -1 : 0;
}

gboolean
kn_scenario_parse(const gchar *text, KnScenario *ret_scenario)
{
	static const gchar *const words[] = {"mixed", "rocking", "holds", "saturation", "get-up"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!g_str_equal(text, words[i]))
			continue;
		*ret_scenario = (KnScenario)i;
		return TRUE;
	}
	return FALSE;
}
