/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The only place that reads clocks; everything below gets KnNow as an argument. */

#include "core/log/clock.h"

/* Also judges the wall clock: SYNCED when systemd-timesyncd says so, RESTORED when merely plausible, UNKNOWN before the release of this
 * program or twenty years after it (a Pi has no battery-backed clock and may start in 1970). */
void kn_hub_clock_read(KnNow *ret_now);
