/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/adherence.h"

enum { WEEK = 7, MET_PERCENT = 80, MINUTE_MS = 60000 };

static KnPlanDay *
day_at(GArray *days, guint i)
{
	return &g_array_index(days, KnPlanDay, i);
}

/* ---- what was done ---- */

static gboolean
is_in_band(const KnPlanItem *item, guint32 mean_hpa)
{
	return mean_hpa >= item->min_hpa && (item->max_hpa == 0 || mean_hpa <= item->max_hpa);
}

static gboolean
is_meant(const KnPlanItem *item, const KnSession *session, guint node)
{
	const KnNodeMetrics *metrics = &session->metrics.node[node];

	if (item->device_id != 0 && item->device_id != session->device_id)
		return FALSE;
	if (item->nodes != 0 && (item->nodes & (1u << node)) == 0)
		return FALSE;
	if (item->regions != 0 &&
	    ((guint)metrics->region >= 32 || (item->regions & (1u << metrics->region)) == 0))
		return FALSE;
	return !item->has_side || item->side == metrics->side;
}

static void
add_to_item(const KnPlanItem *item, const KnSession *session, KnItemDay *done)
{
	guint n_nodes = MIN(session->metrics.n_nodes, (guint)KN_NODES_MAX);
	guint64 longest_ms = 0;

	for (guint i = 0; i < n_nodes; i++) {
		const KnNodeMetrics *node = &session->metrics.node[i];

		if (!is_meant(item, session, i))
			continue;
		if (is_in_band(item, node->mean_hpa))
			longest_ms = MAX(longest_ms, node->contact_ms);
		if (is_in_band(item, node->hold_mean_hpa))
			done->done_holds += node->hold_count;
	}
	done->done_ms += longest_ms;
}

static void
add_sessions(const KnAdherenceInput *input, GArray *days)
{
	const gchar *zone = NULL;
	g_autoptr(GTimeZone) held = NULL;

	for (guint i = 0; i < input->sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(input->sessions, i);
		KnPlanDay *day = NULL;
		KnDay started = 0;

		if (!session->is_time_known)
			continue;
		/* sessions of one zone come in a row: its rules are read once */
		if (!held || g_strcmp0(zone, session->zone) != 0) {
			g_clear_pointer(&held, g_time_zone_unref);
			held = kn_zone_hold(session->zone);
			zone = session->zone;
		}
		started = kn_zone_day(session->start_utc_us, session->zone);
		if (started < input->first_day || started > input->today)
			continue;
		day = day_at(days, (guint)(started - input->first_day));
		day->is_doubtful |= !kn_session_is_complete(session);
		for (guint k = 0; day->plan && k < day->plan->n_items; k++)
			add_to_item(&day->plan->items[k], session, &day->items[k]);
	}
}

/* whatever it was, the day cannot be called missed */
static void
add_doubts(const KnAdherenceInput *input, GArray *days)
{
	for (guint i = 0; input->maybe && i < input->maybe->len; i++) {
		const KnSession *session = g_ptr_array_index(input->maybe, i);
		KnDay started = kn_zone_day(session->start_utc_us, session->zone);

		if (session->is_time_known && started >= input->first_day &&
		    started <= input->today)
			day_at(days, (guint)(started - input->first_day))->is_doubtful = TRUE;
	}
}

static guint
times_done(const KnPlanItem *item, const KnItemDay *done)
{
	if (item->minutes > 0)
		return (guint)MIN(done->done_ms / ((guint64)item->minutes * MINUTE_MS), G_MAXUINT);
	return item->holds > 0 ? done->done_holds / item->holds : 0;
}

/* ---- what was planned ---- */

static guint
find_span(const GArray *plans, KnDay day)
{
	guint found = G_MAXUINT;

	for (guint i = 0; i < plans->len; i++)
		if (g_array_index(plans, KnPlanSpan, i).from_day <= day)
			found = i;
	return found;
}

/* the days of its week on which the plan of that day holds */
static void
find_held(const KnAdherenceInput *input, KnDay day, KnDay *ret_first, KnDay *ret_last)
{
	guint at = find_span(input->plans, day);
	KnDay monday = kn_zone_week_start(day);

	*ret_first = MAX(monday, g_array_index(input->plans, KnPlanSpan, at).from_day);
	*ret_last = monday + WEEK - 1;
	if (at + 1 < input->plans->len)
		*ret_last = MIN(*ret_last,
				g_array_index(input->plans, KnPlanSpan, at + 1).from_day - 1);
}

/* what may be done later in the week is not planned yet; *is_doubtful: it may have been done on a day before of which not all is here */
static void
judge_week(const KnAdherenceInput *input, GArray *days, guint i, guint k, gboolean *is_doubtful)
{
	KnPlanDay *day = day_at(days, i);
	const KnPlanItem *item = &day->plan->items[k];
	KnItemDay *own = &day->items[k];
	KnDay first = 0;
	KnDay last = 0;
	guint n_done = 0;
	guint n_maybe = 0;
	guint n_wanted = 0;
	guint n_left = 0;

	find_held(input, day->day, &first, &last);
	first = MAX(first, input->first_day);
	n_wanted = item->times * (guint)(last - first + 1) / WEEK;
	n_left = (guint)(last - day->day + 1);
	for (KnDay before = first; before < day->day; before++) {
		const KnPlanDay *earlier = day_at(days, (guint)(before - input->first_day));
		gboolean is_done = times_done(item, &earlier->items[k]) > 0;

		n_done += is_done ? 1 : 0;
		n_maybe += !is_done && earlier->is_doubtful ? 1 : 0;
	}
	if (n_done < n_wanted && times_done(item, own) > 0) {
		own->n_planned = own->n_delivered = 1;
	} else if (n_done < n_wanted && n_wanted - n_done >= n_left) {
		own->n_planned = 1;
		*is_doubtful |= n_wanted < n_done + n_maybe + n_left;
	}
	own->n_week_planned = n_wanted;
	own->n_week_delivered = MIN(n_wanted, n_done + own->n_delivered);
}

static KnDayState
judge(const KnPlanDay *day, KnDay today, gboolean is_doubtful)
{
	if (!day->plan)
		return KN_DAY_UNPLANNED;
	if (day->n_planned == 0)
		return KN_DAY_REST;
	if (100 * day->n_delivered >= MET_PERCENT * day->n_planned)
		return KN_DAY_MET;
	if (day->day == today)
		return KN_DAY_OPEN;
	return is_doubtful ? KN_DAY_UNKNOWN : KN_DAY_MISSED;
}

static void
judge_day(const KnAdherenceInput *input, GArray *days, guint i)
{
	KnPlanDay *day = day_at(days, i);
	guint weekday = (guint)(day->day - kn_zone_week_start(day->day));
	gboolean is_doubtful = day->is_doubtful;

	for (guint k = 0; day->plan && k < day->plan->n_items; k++) {
		const KnPlanItem *item = &day->plan->items[k];
		KnItemDay *own = &day->items[k];

		if (item->is_weekly) {
			judge_week(input, days, i, k, &is_doubtful);
		} else if ((item->weekdays & (1u << weekday)) != 0) {
			own->n_planned = item->times;
			own->n_delivered = MIN(times_done(item, own), own->n_planned);
		}
		day->n_planned += own->n_planned;
		day->n_delivered += own->n_delivered;
	}
	day->state = judge(day, input->today, is_doubtful);
}

gboolean
kn_reach_may_have(const KnReach *reach, gint64 start_us, gint64 end_us)
{
	gint64 last_us = reach->until_us != 0 ? MIN(reach->until_us, end_us) : end_us;

	return MAX(start_us, MAX(reach->from_us, reach->to_us)) < last_us;
}

static gboolean
is_lost(const KnAdherenceInput *input, gint64 start_us, gint64 end_us)
{
	for (guint i = 0; input->losses && i < input->losses->len; i++)
		if (kn_loss_touches(&g_array_index(input->losses, KnLoss, i), start_us, end_us))
			return TRUE;
	return FALSE;
}

static gboolean
may_have_more(const KnAdherenceInput *input, KnDay day)
{
	gint64 start_us = kn_zone_day_start_us(day, input->zone);
	gint64 end_us = kn_zone_day_start_us(day + 1, input->zone);

	for (guint i = 0; i < input->reaches->len; i++)
		if (kn_reach_may_have(&g_array_index(input->reaches, KnReach, i), start_us, end_us))
			return TRUE;
	return is_lost(input, start_us, end_us);
}

GArray *
kn_adherence_fold(const KnAdherenceInput *input)
{
	guint n_days =
		input->today >= input->first_day ? (guint)(input->today - input->first_day + 1) : 0;
	GArray *days = g_array_sized_new(FALSE, TRUE, sizeof(KnPlanDay), n_days);
	g_autoptr(GTimeZone) held = kn_zone_hold(input->zone);

	(void)held;
	g_array_set_size(days, n_days);
	for (guint i = 0; i < n_days; i++) {
		KnPlanDay *day = day_at(days, i);
		guint at = find_span(input->plans, input->first_day + (KnDay)i);

		day->day = input->first_day + (KnDay)i;
		if (at != G_MAXUINT)
			day->plan = g_array_index(input->plans, KnPlanSpan, at).plan;
		day->is_doubtful = may_have_more(input, day->day);
	}
	add_sessions(input, days);
	add_doubts(input, days);
	for (guint i = 0; i < n_days; i++)
		judge_day(input, days, i);
	return days;
}

/* ---- sums ---- */

guint
kn_adherence_streak(const GArray *days, gboolean *ret_is_cut)
{
	gboolean is_cut = TRUE;
	guint n_met = 0;
	guint n_missed = 0; /* of the last seven */

	for (guint i = 0; i < days->len; i++) {
		const KnPlanDay *day = &g_array_index(days, KnPlanDay, i);
		gboolean is_broken = day->state == KN_DAY_UNPLANNED;

		if (i >= WEEK && (day - WEEK)->state == KN_DAY_MISSED)
			n_missed--;
		if (day->state == KN_DAY_MISSED)
			is_broken = ++n_missed > day->plan->grace_days;
		n_met += day->state == KN_DAY_MET ? 1 : 0;
		n_met = is_broken ? 0 : n_met;
		is_cut = is_cut && !is_broken;
	}
	*ret_is_cut = is_cut && days->len > 0;
	return n_met;
}

void
kn_adherence_sum(const GArray *days, KnDay first_day, KnDay last_day, KnAdherence *ret_sum)
{
	KnAdherence sum = {0};

	for (guint i = 0; i < days->len; i++) {
		const KnPlanDay *day = &g_array_index(days, KnPlanDay, i);
		gboolean is_judged = day->state == KN_DAY_MET || day->state == KN_DAY_MISSED;

		if (day->day < first_day || day->day > last_day)
			continue;
		sum.n_met += day->state == KN_DAY_MET ? 1 : 0;
		sum.n_missed += day->state == KN_DAY_MISSED ? 1 : 0;
		sum.n_unknown += day->state == KN_DAY_UNKNOWN ? 1 : 0;
		sum.n_open += day->state == KN_DAY_OPEN ? 1 : 0;
		sum.n_planned += is_judged ? day->n_planned : 0;
		sum.n_delivered += is_judged ? day->n_delivered : 0;
	}
	*ret_sum = sum;
}

const gchar *
kn_adherence_state(KnDayState state)
{
	static const gchar *const words[] = {[KN_DAY_UNPLANNED] = "unplanned",
					     [KN_DAY_REST] = "rest",
					     [KN_DAY_MET] = "met",
					     [KN_DAY_MISSED] = "missed",
					     [KN_DAY_UNKNOWN] = "unknown",
					     [KN_DAY_OPEN] = "open"};

	return words[state];
}
