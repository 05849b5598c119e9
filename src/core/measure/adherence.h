/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Delivered against planned, day by day: a fold over sessions as rows. It counts, and concludes nothing.
 *
 * - A session belongs to the local day it started on, in its own zone; of all massagers they count together. One whose time is not known
 *   is on no day.
 * - A node counts for an item when it is one of its regions or nodes, of its side and massager, as far as the item names these.
 * - minutes: a session gives the contact_ms of that counting node which has the most, of those whose mean_hpa lies in the band: so long at
 *   least somebody pressed there, however many nodes did at once. Sessions of a day are added up; one time is minutes full.
 * - holds: a session gives the hold_count of all counting nodes whose hold_mean_hpa lies in the band. Sessions of a day are added up; one
 *   time is holds full.
 * - The band is min_hpa <= mean <= max_hpa; a bound that is 0 is none.
 * - An item with times a day: on its weekdays planned = times, delivered = min(times done, planned).
 * - An item with times a week (Monday to Sunday) is done at most once a day, and can be put off while there are days left. Of a week in
 *   which its plan holds on h days floor(times * h / 7) are planned. On a day on which it is done while some are still to do, planned and
 *   delivered are 1. On one on which it is not done, planned is 1 and delivered 0 if the days that are left, this one included, are not
 *   more than what is still to do; else nothing is planned.
 * - A day counts (MET) when 100 * delivered >= 80 * planned, over all its items; with nothing planned it is a REST.
 * - Today, if it does not count, is OPEN. A day before that does not count is UNKNOWN, never MISSED, when a session of it is open or not
 *   complete (kn_session_is_complete), when one that is nobody's may be theirs, when a massager may have more of it (KnReach), when records of it were lost on the hub (KnLoss),
 *   or when an item of a week is short only because such days before are taken for not done. All others are MISSED.
 * - The streak is the number of days that count since the last day that broke it: one without a plan, or one MISSED when more than the
 *   grace of its plan are MISSED among the seven days that end with it. All other days leave it as it is.
 */

#include "core/log/loss.h"
#include "core/measure/plan.h"
#include "core/measure/summary.h"

typedef enum {
	KN_DAY_UNPLANNED, /* no plan holds */
	KN_DAY_REST,
	KN_DAY_MET,
	KN_DAY_MISSED,
	KN_DAY_UNKNOWN,
	KN_DAY_OPEN,
} KnDayState;

typedef struct {
	guint64 done_ms; /* of an item with minutes */
	guint done_holds;
	guint n_planned;
	guint n_delivered;
	/* of an item with times a week, of Monday up to this day */
	guint n_week_planned;
	guint n_week_delivered;
} KnItemDay;

typedef struct {
	KnDay day;
	const KnPlan *plan; /* borrowed; NULL: none holds */
	KnDayState state;
	guint n_planned;
	guint n_delivered;
	gboolean is_doubtful; /* what is here may not be all of it */
	KnItemDay items[KN_PLAN_ITEMS_MAX];
} KnPlanDay;

/* a plan holds from its day on, until the next one does */
typedef struct {
	const KnPlan *plan; /* borrowed; NULL: nothing is planned from then on */
	KnDay from_day;
} KnPlanSpan;

/* A massager may have more of what was pressed from from_us on, when it was enrolled or handed out, until until_us, when it came back, and
 * after to_us, up to which it was read. */
typedef struct {
	gint64 from_us;
	gint64 to_us;
	gint64 until_us; /* 0: it is still in use */
} KnReach;

typedef struct {
	const GPtrArray
		*sessions; /* KnSession with nodes, any order: all of the days from first_day on */
	const GArray *plans;   /* KnPlanSpan, by rising from_day */
	const GArray *reaches; /* KnReach */
	const gchar *zone;     /* of the hub: when a day ends for a massager */
	KnDay first_day;       /* a Monday */
	KnDay today;
	const GPtrArray *maybe; /* KnSession: nobody's, and may be theirs; NULL none */
	const GArray *losses;   /* KnLoss; NULL none */
} KnAdherenceInput;

/* New: KnPlanDay from first_day to today. Plans have to outlive it. */
GArray *kn_adherence_fold(const KnAdherenceInput *input);
/* Something of [start_us, end_us) may still be on it. */
gboolean kn_reach_may_have(const KnReach *reach, gint64 start_us, gint64 end_us);
/* *ret_is_cut: it may be longer, for the first of these days already had a plan and nothing broke it since. */
guint kn_adherence_streak(const GArray *days, gboolean *ret_is_cut);

/* of the days from first_day to last_day that were folded */
typedef struct {
	guint n_met;
	guint n_missed;
	guint n_unknown;
	guint n_open;
	guint n_planned; /* times, of days MET and MISSED */
	guint n_delivered;
} KnAdherence;
void kn_adherence_sum(const GArray *days, KnDay first_day, KnDay last_day, KnAdherence *ret_sum);
/* "met", "open" …: the same in JSON and in tests */
const gchar *kn_adherence_state(KnDayState state);
