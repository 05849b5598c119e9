/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * When to write down what the hub's own two clocks say together. Boottime goes on through sleep and is never set; the wall clock may
 * be set. Their difference is constant between two settings (both are slewed alike), so a few notes a boot are enough to date all of
 * it afterwards: one at the start, one whenever the wall clock becomes better than it ever was in this boot, and one for what was
 * set, at most one a minute, however often it is set.
 */

#include "core/log/clock.h"

#define KN_HUB_TIME_QUIET_US G_GINT64_CONSTANT(60000000) /* between two notes of the same quality */
#define KN_HUB_TIME_STEP_US \
	G_GINT64_CONSTANT(20000) /* two clocks read one after the other differ by less: a guess */

typedef struct {
	gboolean is_begun;
	KnNow noted;           /* the last note */
	ktp_ClockQuality best; /* of all notes */
} KnHubTime;

/* time: begins as zeros. TRUE: now is to be written down. *ret_step_us: how far the wall clock was set since the last note; 0 at the
 * first. */
gboolean kn_hub_time_feed(KnHubTime *time, const KnNow *now, gint64 *ret_step_us);
/* Something was set that is not written down yet: feed again after KN_HUB_TIME_QUIET_US. */
gboolean kn_hub_time_is_settling(const KnHubTime *time, const KnNow *now);
