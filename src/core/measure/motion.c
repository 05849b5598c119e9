/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/motion.h"

#include <string.h>

static void
push_angle(KnMotion *motion, guint64 t_us, gint64 centideg)
{
	gint lean = (centideg >= KN_ROCKING_CENTIDEG) - (centideg <= -KN_ROCKING_CENTIDEG);

	if (motion->has_angle && t_us <= motion->last_angle_us)
		return;
	motion->has_angle = TRUE;
	motion->last_angle_us = t_us;
	if (lean == 0)
		return;
	if (motion->lean == -lean)
		motion->half_cycles++;
	motion->lean = lean;
}

static void
push_direction(KnMotion *motion, guint64 t_us, gint direction, const KnCover *contact)
{
	if (motion->has_direction && t_us <= motion->last_direction_us)
		return;
	motion->has_direction = TRUE;
	motion->last_direction_us = t_us;
	if (direction == 0)
		return;
	if (motion->direction == -direction) {
		/* the older half has waited long enough */
		if (motion->n_waiting == KN_REVERSALS_MAX)
			kn_motion_settle(motion, contact, motion->waiting_us[KN_REVERSALS_MAX / 2]);
		motion->waiting_us[motion->n_waiting++] = t_us;
	}
	motion->direction = direction;
}

void
kn_motion_push(KnMotion *motion, const ktp_Motion *block, const KnCover *contact)
{
	guint64 t0_us = block->t0_ms * 1000;
	gint64 centideg = 0;

	for (guint k = 0; k < block->angle_deltas_centideg_count; k++) {
		centideg += block->angle_deltas_centideg[k];
		push_angle(motion, t0_us + (guint64)k * block->period_us, centideg);
	}
	for (guint k = 0; k < block->directions_count; k++)
		push_direction(motion, t0_us + (guint64)k * block->period_us, block->directions[k],
			       contact);
}

void
kn_motion_settle(KnMotion *motion, const KnCover *contact, guint64 before_us)
{
	guint n = 0;

	/* they are in the order of their ticks */
	while (n < motion->n_waiting && motion->waiting_us[n] < before_us)
		motion->strokes += kn_cover_contains(contact, motion->waiting_us[n++]) ? 1 : 0;
	motion->n_waiting -= n;
	memmove(motion->waiting_us, motion->waiting_us + n,
		motion->n_waiting * sizeof motion->waiting_us[0]);
}

guint32
kn_motion_strokes(const KnMotion *motion, const KnCover *contact)
{
	guint32 strokes = motion->strokes;

	for (guint i = 0; i < motion->n_waiting; i++)
		strokes += kn_cover_contains(contact, motion->waiting_us[i]) ? 1 : 0;
	return strokes;
}
