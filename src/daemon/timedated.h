/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Asks systemd-timedated whether the clock is synced, over a connection of its own that is there only as long as the question. */

#include <glib.h>

enum { KN_TIMEDATED_ANSWER_MS = 10000 }; /* for all of it: a bus at boot is slow (a guess) */

typedef struct KnTimedated KnTimedated;

/* What it said. Not called when there is no such service, or no answer in time. */
typedef void (*KnTimedatedFunc)(gboolean is_synced, gpointer user);
/* bus_address: NULL the system's. func is never called from inside. */
KnTimedated *kn_timedated_new(const gchar *bus_address, guint answer_ms, KnTimedatedFunc func,
			      gpointer user);
/* One at a time: while it is asked already, nothing. */
void kn_timedated_ask(KnTimedated *timedated);
void kn_timedated_free(KnTimedated *timedated);
