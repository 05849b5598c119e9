/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* An enrolled device as the store keeps it and clients see it. */

#include "core/log/ledger.h"
#include "telemetry.pb.h"

typedef struct {
	gint64 id;
	gchar *address;      /* owned: identity address, upper case, "AA:BB:CC:DD:EE:FF" */
	gchar *label;        /* owned: what the person called it; "" none */
	GBytes *info;        /* owned: INFO as last read; NULL before the first contact */
	gboolean is_allowed; /* FALSE: forgotten; its history stays */
	gint64 enrolled_us;
	gboolean has_battery;
	guint charge_permille;
	gboolean is_charging;
	gint64 battery_us;
	gint64 synced_us; /* when its log was last found complete; 0 never */
} KnDevice;

KnDevice *kn_device_copy(const KnDevice *device);
void kn_device_free(KnDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnDevice, kn_device_free)

/* "AA:BB:CC:DD:EE:FF", either case, to upper case; NULL when it is not an address. */
gchar *kn_device_normalize_address(const gchar *text);
