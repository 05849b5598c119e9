/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/log/hub-time.h"

static gint64
step_us(const KnHubTime *time, const KnNow *now)
{
	return time->is_begun ? (now->utc_us - now->boottime_us) -
					(time->noted.utc_us - time->noted.boottime_us)
			      : 0;
}

gboolean
kn_hub_time_is_settling(const KnHubTime *time, const KnNow *now)
{
	return time->is_begun && ABS(step_us(time, now)) >= KN_HUB_TIME_STEP_US;
}

gboolean
kn_hub_time_feed(KnHubTime *time, const KnNow *now, gint64 *ret_step_us)
{
	gboolean is_better = !time->is_begun || now->quality > time->best;
	gboolean is_quiet = time->is_begun &&
			    now->boottime_us - time->noted.boottime_us >= KN_HUB_TIME_QUIET_US;

	*ret_step_us = step_us(time, now);
	if (!is_better && !(is_quiet && kn_hub_time_is_settling(time, now)))
		return FALSE;
	time->best = MAX(time->best, now->quality);
	time->is_begun = TRUE;
	time->noted = *now;
	return TRUE;
}
