/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The only place that reads clocks; everything below gets KnNow as an argument. */

#include "core/log/clock.h"

#define KN_TIMESYNC_DIRECTORY "/run/systemd/timesync"

/*
 * Also judges the wall clock: SYNCED when systemd-timesyncd or systemd-timedated says so, RESTORED when merely plausible, UNKNOWN before
 * the release of this program or twenty years after it (a Pi has no battery-backed clock and may start in 1970). A clock that is set by a
 * second or more is not SYNCED any more until that is said anew.
 */
typedef struct {
	gboolean is_begun;
	gint64 offset_us;       /* wall clock less boottime, when read last */
	gint64 flag_us;         /* change time of timesyncd's flag; 0: there is none */
	gint64 doubted_flag_us; /* the flag as it was when somebody set the clock; 0: not doubted */
	gint64 asked_boottime_us; /* when the flag was looked at; 0 never */
	gboolean is_bus_synced;   /* as timedated said last, and nobody set the clock since */
} KnHubClock;

/* clock: begins as zeros. timesyncd's flag is looked at once a second at most: this is called for every packet. */
void kn_hub_clock_read(KnHubClock *clock, KnNow *ret_now);
/* What timedated said. */
void kn_hub_clock_note_bus(KnHubClock *clock, gboolean is_synced);
/* The same without reading anything: flag_us as above. */
ktp_ClockQuality kn_hub_clock_judge(KnHubClock *clock, gint64 boottime_us, gint64 utc_us,
				    gint64 flag_us);

/* Of this boot of the machine, never 0: text is what the service manager or the kernel says of it, hexadecimal digits and dashes; NULL or
 * nonsense: a random one, good for this run. */
guint64 kn_hub_boot_id_of(const gchar *text);
guint64 kn_hub_boot_id(void);
