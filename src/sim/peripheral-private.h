/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What peripheral.c (life with bluetoothd) and peripheral-gatt.c (what a hub reads and writes) share; nobody else includes it. */

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
	gchar *hub;  /* owned: bluetoothd's object of who wrote or listened last; NULL nobody */
	gint fd;     /* our end of the notify socket; -1 none */
	guint hup;   /* source id */
	guint64 n_notified;
	guint64 n_connects;
};

/* FALSE: the objects cannot be exported */
gboolean kn_peripheral_export(KnPeripheral *peripheral);
void kn_peripheral_unexport(KnPeripheral *peripheral);
gchar *kn_peripheral_path(const KnPeripheral *peripheral, guint object);
void kn_peripheral_close(KnPeripheral *peripheral); /* the notify socket */
