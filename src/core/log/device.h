/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* An enrolled device as the store keeps it and clients see it. */

#include "core/log/clock.h"
#include "core/log/ledger.h"
#include "telemetry.pb.h"

typedef struct {
	gint64 id;
	gchar *address;      /* owned: identity address, upper case, "AA:BB:CC:DD:EE:FF" */
	gchar *label;        /* owned: what the person called it; "" none */
	GBytes *info;        /* owned: INFO as last read; NULL before the first contact */
	gboolean is_allowed; /* FALSE: forgotten; its history stays */
	/* when it was allowed, or allowed again after it was forgotten; later than for all that were allowed before it, whatever the clock said */
	gint64 enrolled_us;
	gint64 shown_from_us; /* sessions from before are kept, and not shown; 0 all are */
	gboolean has_battery;
	guint charge_permille;
	gboolean is_charging;
	gint64 battery_us;
	gint64 synced_us; /* when its log was last found complete; 0 never */
	/* end of the last session in its newest log that has one; 0 none, G_MAXINT64: nobody knows when that was */
	gint64 used_us;
	gboolean is_idle_told; /* in this run of the hub: that this is long ago */
} KnDevice;

/* What a person says of a massager that is to be recorded. Borrowed. */
typedef struct {
	const gchar *address; /* normalized */
	const gchar *label;   /* NULL: as it was */
	gboolean has_shown_from;
	gint64 shown_from_us; /* as above, UTC; without it: as it was, and all of a new one */
} KnAllow;

KnDevice *kn_device_copy(const KnDevice *device);
void kn_device_free(KnDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnDevice, kn_device_free)

/* For how long it has recorded no use, or none since it was allowed, microseconds; -1: no clock can tell. */
gint64 kn_device_idle_us(const KnDevice *device, const KnNow *now);

/* "AA:BB:CC:DD:EE:FF", either case, to upper case; NULL when it is not an address. */
gchar *kn_device_normalize_address(const gchar *text);
