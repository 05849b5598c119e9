/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The only place that reads clocks; everything below gets KnNow as an argument. */

#include "core/log/clock.h"

/* Also judges the wall clock: SYNCED when systemd-timesyncd says so, RESTORED when merely plausible, UNKNOWN before the release of this
 * program or twenty years after it (a Pi has no battery-backed clock and may start in 1970). */
typedef struct {
	gboolean is_synced;       /* as systemd-timesyncd said last */
	gint64 asked_boottime_us; /* when; 0 never */
} KnHubClock;

/* clock: begins as zeros. timesyncd is asked once a second at most: this is called for every packet. */
void kn_hub_clock_read(KnHubClock *clock, KnNow *ret_now);
