/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Takes out of a capture who it is about: the serial, the names of log and hubs, and the date. Pressures and ticks stay, for they are
 * what a capture is for. What can not be understood could hold anything: its bytes are blanked, in a way that is refused as before.
 */

#include "telemetry.pb.h"
#include <glib.h>

/* where every redacted capture begins: 2020-01-01 00:00 UTC */
#define KN_REDACT_EPOCH_US (G_GINT64_CONSTANT(1577836800) * G_USEC_PER_SEC)

typedef struct KnRedact KnRedact;
/* utc_us: the hub's clock when the capture begins. hub_id: of this hub, which becomes KN_REDACT_HUB_ID. */
enum { KN_REDACT_HUB_ID = 1, KN_REDACT_OTHER_HUB_ID = 2 };
KnRedact *kn_redact_new(gint64 utc_us, guint64 hub_id);
void kn_redact_free(KnRedact *redact);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRedact, kn_redact_free)

gint64 kn_redact_time(const KnRedact *redact, gint64 utc_us);
/* New; an INFO that can not be read becomes as many zeros. */
GBytes *kn_redact_info(KnRedact *redact, const guint8 *bytes, gsize n_bytes);
/* New: the notification, as long as it was or a little shorter. */
GBytes *kn_redact_notification(KnRedact *redact, const guint8 *bytes, gsize n_bytes);
/* bodies and notifications that were blanked so far */
guint64 kn_redact_n_blanked(const KnRedact *redact);
