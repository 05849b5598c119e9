/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/ladder.h"

enum {
	RESCANS = 2, /* in vain, before anything else is tried */
	SHARED = 1 << KN_LADDER_RECONNECT | 1 << KN_LADDER_RESTART,
	SECOND_US = 1000000,
};

void
kn_ladder_times_init(KnLadderTimes *ret_times, gdouble scale)
{
	static const gint64 after_s[KN_LADDER_STEPS] = {0, 0, 300, 900};
	static const gint64 every_s[KN_LADDER_STEPS] = {60, 900, 900, 3600};
	gdouble us = (scale > 0 ? CLAMP(scale, 0.001, 1000.0) : 1.0) * (gdouble)SECOND_US;

	for (guint i = 0; i < KN_LADDER_STEPS; i++) {
		ret_times->after_us[i] = (gint64)((gdouble)after_s[i] * us);
		ret_times->every_us[i] = (gint64)((gdouble)every_s[i] * us);
	}
	ret_times->every_max_us = (gint64)(86400.0 * us);
	ret_times->failed_us = (gint64)(900.0 * us);
	ret_times->untried_us = (gint64)(1800.0 * us);
}

void
kn_ladder_init(KnLadder *ladder, const KnLadderTimes *times, KnLadderBook *shared)
{
	*ladder = (KnLadder){.times = times, .shared = shared, .last = KN_LADDER_NOTHING};
}

static KnLadderBook *
book_of(KnLadder *ladder, guint step)
{
	return SHARED & 1u << step ? ladder->shared : &ladder->own;
}

static gboolean
is_ready(KnLadder *ladder, guint step, gint64 now_us)
{
	const KnLadderTimes *times = ladder->times;
	gint64 taken_us = book_of(ladder, step)->taken_us[step];
	gint64 every_us = times->every_us[step];

	for (guint i = 1; i < ladder->n_tried[step] && every_us < times->every_max_us; i++)
		every_us *= 2;
	return taken_us == 0 || now_us - taken_us >= MIN(every_us, times->every_max_us);
}

static gboolean
is_tried(const KnLadder *ladder, guint step)
{
	return ladder->n_tried[step] >= (step == KN_LADDER_RESCAN ? RESCANS : 1);
}

static gboolean
is_due(KnLadder *ladder, guint step, guint may, gint64 now_us)
{
	gboolean is_too_soon = step == KN_LADDER_RECONNECT && (may & 1u << KN_LADDER_RESCAN) &&
			       !is_tried(ladder, KN_LADDER_RESCAN);

	return (may & 1u << step) && !is_too_soon &&
	       now_us - ladder->since_us >= ladder->times->after_us[step] &&
	       is_ready(ladder, step, now_us);
}

/* the mildest that was not tried yet; when there is none, the strongest once more */
static KnLadderStep
choose(KnLadder *ladder, guint may, gint64 now_us)
{
	KnLadderStep strongest = KN_LADDER_NOTHING;

	for (guint step = 0; step < KN_LADDER_STEPS; step++) {
		if (!is_due(ladder, step, may, now_us))
			continue;
		if (!is_tried(ladder, step))
			return (KnLadderStep)step;
		strongest = (KnLadderStep)step;
	}
	return strongest;
}

/* what concerns all adapters may have been done for another one: it was in vain for this one, too */
static gboolean
is_done(const KnLadder *ladder, guint step)
{
	return is_tried(ladder, step) ||
	       ((SHARED & 1u << step) && ladder->shared->taken_us[step] >= ladder->since_us);
}

/* All that may be done was. What is only put off, because it was done a while before this trouble, is still to come. */
static gboolean
is_at_the_top(KnLadder *ladder, guint may, gint64 now_us)
{
	for (guint step = 0; step < KN_LADDER_STEPS; step++)
		if (((may | ladder->withheld) & 1u << step) && !is_done(ladder, step))
			return FALSE;
	return now_us - ladder->since_us >= ladder->times->failed_us;
}

guint
kn_ladder_untried(const KnLadder *ladder, guint allowed)
{
	guint untried = 0;

	/* whoever does not answer is not listened through, nor switched off; and listening anew helps nobody to a link */
	if (ladder->trouble & KN_LADDER_MUTE)
		allowed &= SHARED;
	else if (!(ladder->trouble & KN_LADDER_DEAF))
		allowed &= ~(1u << KN_LADDER_RESCAN);
	for (guint step = 0; step < KN_LADDER_STEPS; step++)
		if ((allowed & 1u << step) && !is_done(ladder, step))
			untried |= 1u << step;
	return untried;
}

KnLadderStep
kn_ladder_climb(KnLadder *ladder, KnLadderTrouble trouble, guint may, gint64 now_us)
{
	KnLadderStep step;

	if (ladder->trouble == 0)
		ladder->since_us = now_us;
	ladder->trouble |= trouble;
	if (!ladder->is_failed && is_at_the_top(ladder, may, now_us)) {
		ladder->is_failed = TRUE;
		return KN_LADDER_FAILED;
	}
	step = choose(ladder, may, now_us);
	if (step == KN_LADDER_NOTHING)
		return step;
	book_of(ladder, step)->taken_us[step] = now_us;
	ladder->n_tried[step]++;
	ladder->n_steps[step]++;
	ladder->last = step;
	ladder->last_us = now_us;
	return step;
}

static gboolean
end(KnLadder *ladder, guint trouble)
{
	gboolean was_climbing = FALSE;

	if (ladder->trouble == 0)
		return FALSE;
	ladder->trouble &= ~trouble;
	if (ladder->trouble != 0)
		return FALSE;
	for (guint i = 0; i < KN_LADDER_STEPS; i++) {
		was_climbing |= ladder->n_tried[i] > 0;
		ladder->n_tried[i] = 0;
	}
	was_climbing |= ladder->is_failed;
	ladder->is_failed = FALSE;
	return was_climbing;
}

gboolean
kn_ladder_heard(KnLadder *ladder)
{
	return end(ladder, KN_LADDER_DEAF);
}

gboolean
kn_ladder_linked(KnLadder *ladder)
{
	ladder->n_connects_failed = 0;
	return end(ladder, KN_LADDER_DEAF | KN_LADDER_LINKLESS);
}

gboolean
kn_ladder_answered(KnLadder *ladder)
{
	return end(ladder, KN_LADDER_MUTE);
}

gboolean
kn_ladder_connect_failed(KnLadder *ladder, gint64 now_us)
{
	ladder->connect_failed_us = now_us;
	return ++ladder->n_connects_failed >= KN_LADDER_CONNECTS;
}

gboolean
kn_ladder_calm_down(KnLadder *ladder, gint64 now_us)
{
	if (ladder->n_connects_failed == 0 ||
	    now_us - ladder->connect_failed_us < ladder->times->untried_us)
		return FALSE;
	ladder->n_connects_failed = 0;
	return end(ladder, KN_LADDER_LINKLESS);
}

gint64
kn_ladder_calm_us(const KnLadder *ladder, gint64 now_us)
{
	gint64 calm_us = ladder->connect_failed_us + ladder->times->untried_us;

	return (ladder->trouble & KN_LADDER_LINKLESS) && calm_us > now_us ? calm_us : G_MAXINT64;
}

const gchar *
kn_ladder_step_name(KnLadderStep step)
{
	static const gchar *const names[] = {"rescan",  "reconnect", "power",
					     "restart", "failed",    "nothing"};

	return (guint)step < G_N_ELEMENTS(names) ? names[step] : "unknown";
}
