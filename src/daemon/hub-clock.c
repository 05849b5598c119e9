/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "daemon/hub-clock.h"

#include <time.h>
#include <unistd.h>

/* 2026-11-01: no honest clock shows less once this program runs */
#define RELEASE_US     G_GINT64_CONSTANT(1793491200000000)
#define PLAUSIBLE_US   (G_GINT64_CONSTANT(20) * 366 * 86400 * G_USEC_PER_SEC)
#define SYNC_FLAG_FILE "/run/systemd/timesync/synchronized"

static gint64
read_us(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gboolean
is_synced(KnHubClock *clock, gint64 boottime_us)
{
	if (clock->asked_boottime_us == 0 ||
	    boottime_us - clock->asked_boottime_us >= G_USEC_PER_SEC) {
		clock->is_synced = access(SYNC_FLAG_FILE, F_OK) == 0;
		clock->asked_boottime_us = boottime_us;
	}
	return clock->is_synced;
}

void
kn_hub_clock_read(KnHubClock *clock, KnNow *ret_now)
{
	/* boottime, not monotonic: a hub that slept has aged */
	ret_now->boottime_us = read_us(CLOCK_BOOTTIME);
	ret_now->utc_us = read_us(CLOCK_REALTIME);
	if (ret_now->utc_us < RELEASE_US || ret_now->utc_us > RELEASE_US + PLAUSIBLE_US)
		ret_now->quality = ktp_CLOCK_UNKNOWN;
	else if (is_synced(clock, ret_now->boottime_us))
		ret_now->quality = ktp_CLOCK_SYNCED;
	else
		ret_now->quality = ktp_CLOCK_RESTORED;
}
