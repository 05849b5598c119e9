/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Seven weeks of three massagers, the same each time: what the hub of the examples tells. Two of the sessions are not whole: of one
 * three records are still to come, of the other forty are gone. */

#include "core/log/device.h"
#include "core/measure/summary.h"

/* 2026-11-21 09:00 in Berlin, a Saturday */
#define EXAMPLE_NOW_US    (G_GINT64_CONSTANT(1795248000) * G_USEC_PER_SEC)
#define EXAMPLE_MINUTE_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define EXAMPLE_DAY_US    (24 * 60 * EXAMPLE_MINUTE_US)
#define EXAMPLE_ZONE      "Europe/Berlin"

enum { EXAMPLE_BED = 1, EXAMPLE_ROLLER = 2, EXAMPLE_SLEEVE = 3, EXAMPLE_DEVICES = 3 };

/* The description of a massager; the massager; its sessions, KnSession with nodes, newest first. All new. */
GBytes *example_describe(gint64 device_id);
KnDevice *example_device(gint64 id);
GPtrArray *example_sessions(void);
KnSession *example_copy_session(const KnSession *session); /* new */
/* Leaves of a session as much as lasts so long; joins a later one to it. */
void example_share(KnSession *session, guint64 duration_ms);
void example_join(KnSession *session, const KnSession *later);
/* The mean of a node in a slice of a curve, hPa. */
gint32 example_curve(const KnSession *session, guint node, guint slice, guint n_slices);
