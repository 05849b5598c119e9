/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the sensors of a massager would say: integers from a seed, the same on every machine. Ranges: rocking 0.2-0.5 Hz, breathing
 * 0.2-0.3 Hz at 5-15 % of the pressure, holds of 30-90 s, noise of 1-2 LSB (1 hPa), gaps when the person gets up, saturation.
 */

#include "telemetry.pb.h"
#include <glib.h>

enum {
	KN_SIGNAL_PERIOD_US = 40000,         /* 25 Hz, typical of pressure nodes */
	KN_SIGNAL_MOTION_PERIOD_US = 100000, /* 10 Hz */
	KN_SIGNAL_NOISE_HPA = 2,
	KN_SIGNAL_SEGMENTS_MAX = 64,
};

typedef enum {
	KN_SCENARIO_MIXED,      /* rocking, holds, and the person gets up once */
	KN_SCENARIO_ROCKING,    /* even rocking from start to end */
	KN_SCENARIO_HOLDS,      /* one hold after another, short rocking between */
	KN_SCENARIO_SATURATION, /* rocking, pressed so hard that some nodes reach full scale */
	KN_SCENARIO_GET_UP,     /* rocking with several gaps without contact */
} KnScenario;

typedef enum {
	KN_SEGMENT_ROCK,
	KN_SEGMENT_HOLD,
	KN_SEGMENT_UP,
} KnSegmentKind;

typedef struct {
	gint64 start_us; /* of the session */
	gint64 end_us;
	KnSegmentKind kind;
	guint node; /* HOLD: the node that is pressed most */
} KnSegment;

typedef struct {
	ktp_Kind kind;
	KnScenario scenario;
	guint64 seed;
	guint n_nodes;
	guint16 full_scale_hpa;
	gint64 duration_us;
	guint rocking_mhz;        /* millihertz: 200 … 500 */
	guint breathing_mhz;      /* 200 … 300 */
	guint breathing_permille; /* 50 … 150 */
	guint rocking_permille;   /* how much of a node's pressure moves with the rocking */
	guint rocking_centideg;   /* amplitude of the angle */
	gint breathing_turn;      /* phase, millidegrees */
	guint base_hpa[32];
	guint n_segments;
	KnSegment segments[KN_SIGNAL_SEGMENTS_MAX];
} KnSignal;

void kn_signal_init(KnSignal *signal, const ktp_Info *info, KnScenario scenario, guint64 seed,
		    gint64 duration_us);
/* The reading of a node at a time of the session, 0 … full scale. */
guint16 kn_signal_pressure_hpa(const KnSignal *signal, guint node, gint64 at_us);
/* Rocking angle of a back14; 0 for the others. */
gint kn_signal_angle_centideg(const KnSignal *signal, gint64 at_us);
/* Rolling direction of a roller or foam roll: -1, 0 (lifted), +1. */
gint kn_signal_direction(const KnSignal *signal, gint64 at_us);

/* "mixed", "rocking", "holds", "saturation", "get-up"; FALSE for another word. */
gboolean kn_scenario_parse(const gchar *text, KnScenario *ret_scenario);
