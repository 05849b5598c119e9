/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/hold.h"

#define WINDOW_US ((guint64)KN_HOLD_WINDOW_MS * 1000)

static guint32
window_mean(const KnHoldWindow *window)
{
	return (guint32)(window->sum_hpa / window->n);
}

static gboolean
is_good(const KnHoldWindow *window)
{
	return window->is_used && 2 * window->covered_us >= WINDOW_US &&
	       window_mean(window) >= KN_HOLD_MIN_HPA;
}

static void
end_run(KnHold *hold)
{
	if (hold->run_windows >= KN_HOLD_WINDOWS_MIN) {
		hold->count++;
		hold->longest_windows = MAX(hold->longest_windows, hold->run_windows);
		hold->n += hold->run_n;
		hold->sum_hpa += hold->run_sum_hpa;
	}
	hold->run_windows = 0;
}

static void
append(KnHold *hold, const KnHoldWindow *window)
{
	guint32 mean = window_mean(window);
	guint64 min = MIN(hold->run_min_hpa, mean);
	guint64 max = MAX(hold->run_max_hpa, mean);
	gboolean fits = hold->run_windows > 0 && window->index == hold->run_last + 1 &&
			(max - min) * 100 <= (guint64)KN_HOLD_SPREAD_PERCENT * max;

	if (!fits) {
		end_run(hold);
		hold->run_n = 0;
		hold->run_sum_hpa = 0;
		min = max = mean;
	}
	hold->run_last = window->index;
	hold->run_windows++;
	hold->run_n += window->n;
	hold->run_sum_hpa += window->sum_hpa;
	hold->run_min_hpa = (guint32)min;
	hold->run_max_hpa = (guint32)max;
}

/* a window that does not count is simply dropped: the next good one is then no neighbour of the
 * run, which ends it */
static void
close_window(KnHold *hold)
{
	if (is_good(&hold->current)) {
		/* there is contact in a good window, so the session goes on at least to here */
		if (hold->pending.is_used)
			append(hold, &hold->pending);
		hold->pending = hold->current;
	}
	hold->current = (KnHoldWindow){0};
}

static void
push_window(KnHold *hold, guint64 index, guint32 period_us, guint n, const guint16 *values_hpa)
{
	guint32 sum_hpa = 0; /* at most 160 values of 16 bits */

	if (!hold->current.is_used || hold->current.index != index) {
		close_window(hold);
		hold->current.is_used = TRUE;
		hold->current.index = index;
	}
	for (guint k = 0; k < n; k++)
		sum_hpa += values_hpa[k];
	hold->current.n += n;
	hold->current.sum_hpa += sum_hpa;
	hold->current.covered_us += (guint64)n * period_us;
}

void
kn_hold_push(KnHold *hold, guint64 origin_us, guint64 t0_us, guint32 period_us, guint n,
	     const guint16 *values_hpa)
{
	const KnHoldWindow *current = &hold->current;
	guint64 start_us = origin_us + current->index * WINDOW_US;

	/* nearly always: all of them in the window that is open */
	if (current->is_used && t0_us >= start_us &&
	    t0_us + (guint64)(n - 1) * period_us < start_us + WINDOW_US) {
		push_window(hold, current->index, period_us, n, values_hpa);
		return;
	}
	for (guint k = 0; k < n;) {
		guint64 t_us = t0_us + (guint64)k * period_us;
		guint64 index = t_us < origin_us ? 0 : (t_us - origin_us) / WINDOW_US;
		guint64 until_us =
			t_us < origin_us ? origin_us : origin_us + (index + 1) * WINDOW_US;
		guint64 n_inside = (until_us - t_us + period_us - 1) / period_us;
		guint n_here = (guint)MIN(n_inside, n - k);
		if (t_us >= origin_us)
			push_window(hold, index, period_us, n_here, values_hpa + k);
		k += n_here;
	}
}

void
kn_hold_finish(const KnHold *hold, guint64 origin_us, guint64 end_us, KnHoldResult *ret_result)
{
	KnHold last = *hold;

	/* only one window can hold the end of the session: the last good one */
	if (origin_us + (last.current.index + 1) * WINDOW_US <= end_us)
		close_window(&last);
	if (last.pending.is_used && origin_us + (last.pending.index + 1) * WINDOW_US <= end_us)
		append(&last, &last.pending);
	end_run(&last);
	*ret_result = (KnHoldResult){last.count, last.longest_windows * KN_HOLD_WINDOW_MS, last.n,
				     last.sum_hpa};
}
