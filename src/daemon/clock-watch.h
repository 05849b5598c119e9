/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Tells when the wall clock was set, and when it became synced, also while nothing else happens on the hub. A setting is told by the
 * kernel at once. That the clock is synced is looked for until it is: every minute in timesyncd's flag, or, where another daemon sets
 * the clock, by asking systemd-timedated ever more seldom, an hour apart at most. Nothing here waits.
 */

#include "daemon/hub-clock.h"

typedef struct KnClockWatch KnClockWatch;

/* Look at the clock: it may have changed. */
typedef void (*KnClockWatchFunc)(gpointer user);
/* bus_address: NULL the system's. clock: borrowed, outlives the watch. func is never called from inside. */
KnClockWatch *kn_clock_watch_new(const gchar *bus_address, KnHubClock *clock, KnClockWatchFunc func,
				 gpointer user);
void kn_clock_watch_free(KnClockWatch *watch);
