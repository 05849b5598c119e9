/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A fake org.bluez with one adapter, which misbehaves as bluetoothd does: unbonded devices go some time after they were heard last, GATT
 * objects come between Connected and ServicesResolved and vanish with the link, notify sockets drop what their reader does not take.
 */

#include "sim/place.h"

typedef struct KnFakebus KnFakebus;
typedef struct KnFakeDevice KnFakeDevice;

/* bus_address: NULL for the system bus. temporary_s: until it forgets who is not bonded and not heard; 0: never. */
KnFakebus *kn_fakebus_new(const gchar *bus_address, const gchar *adapter_address, guint temporary_s,
			  KnSimReadyFunc ready, gpointer user);
void kn_fakebus_free(KnFakebus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnFakebus, kn_fakebus_free)

/* Takes the massager. */
KnFakeDevice *kn_fakebus_add(KnFakebus *bus, KnMassager *massager);
/* As the control interface sees it; things are KnFakeDevice. */
KnSimPlace kn_fakebus_place(KnFakebus *bus);
