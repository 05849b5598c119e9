/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A fake org.bluez with one adapter, which misbehaves as bluetoothd does: unbonded devices are there only while somebody scans, GATT
 * objects come between Connected and ServicesResolved and vanish with the link, notify sockets drop what their reader does not take.
 */

#include "sim/massager.h"
#include <gio/gio.h>

typedef struct KnFakebus KnFakebus;
typedef struct KnFakeDevice KnFakeDevice;

typedef struct {
	gboolean is_connected;
	gboolean is_present;
	gboolean is_notifying;
	guint64 n_notified;       /* put into the socket */
	guint64 n_socket_dropped; /* lost because the socket was full */
	guint64 n_connects;
} KnFakeDeviceStatus;

/* org.bluez is owned (TRUE), or cannot be (FALSE, with why) */
typedef void (*KnFakebusReadyFunc)(gpointer user, gboolean is_ready, const gchar *why);

/* bus_address: NULL for the system bus. */
KnFakebus *kn_fakebus_new(const gchar *bus_address, const gchar *adapter_address,
			  KnFakebusReadyFunc ready, gpointer user);
void kn_fakebus_free(KnFakebus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnFakebus, kn_fakebus_free)

/* Takes the massager. */
KnFakeDevice *kn_fakebus_add(KnFakebus *bus, KnMassager *massager);
/* Either case; NULL when there is none. */
KnFakeDevice *kn_fakebus_find(KnFakebus *bus, const gchar *address);
/* Addresses; the caller frees them. */
gchar **kn_fakebus_list(KnFakebus *bus);
KnMassager *kn_fake_device_massager(KnFakeDevice *device);
void kn_fake_device_get_status(const KnFakeDevice *device, KnFakeDeviceStatus *ret_status);
/* CLOCK_BOOTTIME */
gint64 kn_fakebus_now_us(void);

/* ---- faults ---- */
void kn_fakebus_set_bluez(KnFakebus *bus, gboolean is_running); /* bluetoothd gone, and back */
void kn_fakebus_set_adapter(KnFakebus *bus, gboolean is_plugged);
void kn_fakebus_set_powered(KnFakebus *bus, gboolean is_powered);
/* The next count calls of a method (any object) are answered with this error. */
void kn_fakebus_fail_next(KnFakebus *bus, const gchar *method, const gchar *error_name,
			  const gchar *message, guint count);
/* The link is lost, as from the air. */
void kn_fake_device_drop_link(KnFakeDevice *device);
/* Out of range, or back. */
void kn_fake_device_set_present(KnFakeDevice *device, gboolean is_present);
/* Sends what the massager has to say now. */
void kn_fake_device_pump(KnFakeDevice *device);
