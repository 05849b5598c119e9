/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Rocking and strokes of a session.
 *
 * Rocking: a half-cycle is a change between an angle >= +5 degrees and one <= -5 degrees, however
 * long it takes. Stroke: a change between direction +1 and -1, zeros skipped, at whose tick (that
 * of the first item of the new direction) some node has contact. Contact may arrive after the
 * motion, so reversals wait until it is asked for. Items whose tick is not after the last one taken
 * are repetitions and left out. A stretch without items hides reversals but invents none: nothing
 * is reset.
 */

#include "core/measure/cover.h"
#include "telemetry.pb.h"

enum {
	KN_ROCKING_CENTIDEG = 500,
	KN_REVERSALS_MAX = 256, /* waiting; a minute of hand strokes holds about a hundred */
};

typedef struct {
	gint lean;      /* -1, +1: the side reached last; 0 none yet */
	gint direction; /* -1, +1: the last that was not 0; 0 none yet */
	gboolean has_angle;
	gboolean has_direction;
	guint64 last_angle_us;
	guint64 last_direction_us;
	guint32 half_cycles;
	guint32 strokes; /* of reversals that wait no longer */
	guint n_waiting;
	guint64 waiting_us[KN_REVERSALS_MAX];
} KnMotion;

/* A zeroed KnMotion is empty. */
void kn_motion_push(KnMotion *motion, const ktp_Motion *block, const KnCover *contact);
/* Decides reversals before before_us: contact is about to forget that time. */
void kn_motion_settle(KnMotion *motion, const KnCover *contact, guint64 before_us);
guint32 kn_motion_strokes(const KnMotion *motion, const KnCover *contact);
