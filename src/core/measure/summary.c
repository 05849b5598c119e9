/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/summary.h"

#include <string.h>

KnSessionPlace
kn_session_place(const KnSession *session)
{
	return (KnSessionPlace){session->is_time_known ? session->start_utc_us : G_MAXINT64,
				session->id};
}

void
kn_session_free(KnSession *session)
{
	if (!session)
		return;
	g_free(session->zone);
	g_free(session->person_label);
	kn_word_free(session->word);
	g_free(session);
}

gint
kn_session_completeness_permille(const KnSession *session)
{
	return session->is_completeness_known ? kn_ledger_completeness_permille(&session->coverage)
					      : -1;
}

gboolean
kn_session_is_complete(const KnSession *session)
{
	const KnCoverage *coverage = &session->coverage;

	if (session->is_provisional || session->span.state == KN_SESSION_OPEN ||
	    !session->is_completeness_known)
		return FALSE;
	if (coverage->stored >= coverage->expected)
		return TRUE;
	return coverage->stored + coverage->unrepairable >= coverage->expected &&
	       100 * coverage->unrepairable < coverage->expected;
}

/* one that runs may be all here, too */
static gboolean
is_lacking(const KnSession *session)
{
	const KnCoverage *coverage = &session->coverage;

	if (!session->is_completeness_known)
		return TRUE;
	return coverage->stored < coverage->expected &&
	       100 * (coverage->expected - coverage->stored) >= coverage->expected;
}

/* what does not fit into KnPeriod while it is summed up */
typedef struct {
	GArray *intervals; /* owned: Interval */
	GArray *data_days; /* owned: KnDay, with repetitions */
	guint64 n_samples;
	guint64 sum_hpa;
	/* rules and bounds of the zone that was asked for last: sessions of one zone come in a
	 * row */
	const gchar *zone; /* borrowed: of a session */
	GTimeZone *held;   /* owned */
	gint64 from_us;
	gint64 until_us;
} Sums;

typedef struct {
	gint64 person_id;
	gint64 first_us;
	gint64 end_us;
} Interval;

static void
sums_clear(Sums *sums)
{
	g_clear_pointer(&sums->intervals, g_array_unref);
	g_clear_pointer(&sums->data_days, g_array_unref);
	g_clear_pointer(&sums->held, g_time_zone_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sums, sums_clear)

static gboolean
is_inside(Sums *sums, const KnSession *session, const KnPeriod *period)
{
	if (!session->is_time_known)
		return FALSE;
	if (!sums->held || g_strcmp0(sums->zone, session->zone) != 0) {
		g_clear_pointer(&sums->held, g_time_zone_unref);
		sums->held = kn_zone_hold(session->zone);
		sums->zone = session->zone;
		sums->from_us = kn_zone_day_start_us(period->first_day, session->zone);
		sums->until_us = kn_zone_day_start_us(period->last_day + 1, session->zone);
	}
	return session->start_utc_us >= sums->from_us && session->start_utc_us < sums->until_us;
}

static void
add_session(Sums *sums, const KnSession *session, KnPeriod *period)
{
	const KnSessionMetrics *metrics = &session->metrics;
	Interval interval = {session->person_id, session->start_utc_us,
			     session->start_utc_us + (gint64)metrics->duration_ms * 1000};

	period->n_sessions++;
	period->n_open += session->is_provisional ? 1 : 0;
	period->n_time_uncertain += session->is_time_uncertain ? 1 : 0;
	period->n_lacking += is_lacking(session) ? 1 : 0;
	period->active_ms += metrics->active_ms;
	period->dose_hpa_ms += metrics->dose_hpa_ms;
	period->dose_left_hpa_ms += metrics->dose_left_hpa_ms;
	period->dose_right_hpa_ms += metrics->dose_right_hpa_ms;
	period->peak_hpa = MAX(period->peak_hpa, metrics->peak_hpa);
	period->hold_count += metrics->hold_count;
	period->hold_longest_ms = MAX(period->hold_longest_ms, metrics->hold_longest_ms);
	period->stored += session->coverage.stored;
	period->expected += session->coverage.expected;
	period->is_completeness_known &= session->is_completeness_known ? TRUE : FALSE;
	period->revision += (guint64)session->revision;
	sums->n_samples += metrics->n_samples;
	sums->sum_hpa += metrics->n_samples * metrics->mean_hpa;
	g_array_append_val(sums->intervals, interval);
	if (kn_session_is_complete(session)) {
		/* of one day it is known already */
		KnDay day = period->first_day == period->last_day
				    ? period->first_day
				    : kn_zone_day(session->start_utc_us, session->zone);
		g_array_append_val(sums->data_days, day);
	}
}

static gint
compare_intervals(gconstpointer a, gconstpointer b)
{
	const Interval *left = a;
	const Interval *right = b;

	if (left->person_id != right->person_id)
		return left->person_id < right->person_id ? -1 : 1;
	return (left->first_us > right->first_us) - (left->first_us < right->first_us);
}

static gint
compare_days(gconstpointer a, gconstpointer b)
{
	const KnDay *left = a;
	const KnDay *right = b;

	return (*left > *right) - (*left < *right);
}

/* who uses two massagers at once does so once; two persons do so each */
static guint64
union_ms(GArray *intervals)
{
	guint64 length_us = 0;
	gint64 end_us = G_MININT64;

	g_array_sort(intervals, compare_intervals);
	for (guint i = 0; i < intervals->len; i++) {
		const Interval *interval = &g_array_index(intervals, Interval, i);
		gint64 first_us;
		if (i > 0 && interval->person_id != (interval - 1)->person_id)
			end_us = G_MININT64;
		first_us = MAX(interval->first_us, end_us);
		if (interval->end_us > first_us)
			length_us += (guint64)(interval->end_us - first_us);
		end_us = MAX(end_us, interval->end_us);
	}
	return length_us / 1000;
}

static guint
count_distinct(GArray *days)
{
	guint n = 0;

	g_array_sort(days, compare_days);
	for (guint i = 0; i < days->len; i++)
		n += i == 0 || g_array_index(days, KnDay, i) != g_array_index(days, KnDay, i - 1);
	return n;
}

void
kn_summary_period(const GPtrArray *sessions, KnDay first_day, KnDay last_day, KnPeriod *ret_period)
{
	g_auto(Sums) sums = {.intervals = g_array_new(FALSE, FALSE, sizeof(Interval)),
			     .data_days = g_array_new(FALSE, FALSE, sizeof(KnDay))};
	KnPeriod period = {
		.first_day = first_day, .last_day = last_day, .is_completeness_known = TRUE};

	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(sessions, i);
		if (is_inside(&sums, session, &period))
			add_session(&sums, session, &period);
	}
	period.duration_ms = union_ms(sums.intervals);
	period.n_data_days = count_distinct(sums.data_days);
	if (sums.n_samples > 0)
		period.mean_hpa =
			(guint32)((2 * sums.sum_hpa + sums.n_samples) / (2 * sums.n_samples));
	period.has_symmetry = kn_metrics_symmetry(period.dose_left_hpa_ms, period.dose_right_hpa_ms,
						  &period.symmetry_permille);
	if (period.n_sessions == 0)
		period.is_completeness_known = FALSE;
	*ret_period = period;
}

GPtrArray *
kn_summary_select(const GPtrArray *sessions, KnDay first_day, KnDay last_day)
{
	g_auto(Sums) sums = {0};
	const KnPeriod period = {.first_day = first_day, .last_day = last_day};
	GPtrArray *selected = g_ptr_array_new();

	for (guint i = 0; i < sessions->len; i++) {
		KnSession *session = g_ptr_array_index(sessions, i);
		if (is_inside(&sums, session, &period))
			g_ptr_array_add(selected, session);
	}
	return selected;
}
