/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What peripheral.c (life with bluetoothd), peripheral-gatt.c (what a hub reads and writes) and peripheral-link.c (the link to it, and what goes
 * up) share; nobody else includes it.
 */

#include "sim/peripheral.h"

enum {
	KN_PERIPHERAL_ROOT,
	KN_PERIPHERAL_SERVICE,
	KN_PERIPHERAL_INFO,
	KN_PERIPHERAL_DATA,
	KN_PERIPHERAL_CONTROL,
	KN_PERIPHERAL_ADVERT,
	KN_PERIPHERAL_OBJECTS,
};

enum { KN_PERIPHERAL_WATCHES = 2 }; /* of a hub that goes: disconnected, and removed */

struct KnPeripheral {
	KnMassager *massager; /* owned */
	void (*changed)(gpointer user);
	gpointer user;
	gchar *adapter_path;         /* owned */
	gchar *root;                 /* owned: path of our own objects */
	gchar *address;              /* owned; "" not told yet */
	GCancellable *cancellable;   /* owned: of calls to this bluetoothd; NULL left */
	GDBusConnection *connection; /* owned; NULL left */
	guint objects[KN_PERIPHERAL_OBJECTS];
	gboolean is_app_registered;
	gboolean is_advertised;
	gboolean is_present;
	guint retry; /* source id */
	guint watches[KN_PERIPHERAL_WATCHES];
	gchar *hub; /* owned: bluetoothd's object of who read or wrote last; NULL nobody */
	gboolean is_linked;
	gboolean is_subscribed; /* a bonded hub's subscription outlives the link */
	guint64 n_notified;
	guint64 n_connects;
};

/* FALSE: the objects cannot be exported */
gboolean kn_peripheral_export(KnPeripheral *peripheral);
void kn_peripheral_unexport(KnPeripheral *peripheral);
gchar *kn_peripheral_path(const KnPeripheral *peripheral, guint object);

void kn_peripheral_watch(KnPeripheral *peripheral);
void kn_peripheral_unwatch(KnPeripheral *peripheral);
/* A hub reads or writes, with the options of that call: the link is up if it was not. */
void kn_peripheral_meet(KnPeripheral *peripheral, GVariant *options);
void kn_peripheral_part(KnPeripheral *peripheral); /* the link is down */
