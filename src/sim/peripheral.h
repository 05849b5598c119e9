/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * One simulated massager on a real adapter: its GATT application and advertisement as bluetoothd wants them, encrypted so that only a bonded
 * hub reads. The advertisement has no service data: beside a UUID of 128 bits there is no room for it in 31 bytes as bluetoothd lays them out,
 * and a hub does without. Notifications are changes of the property Value, sent to bluetoothd alone. Its AcquireNotify would be lighter, but
 * bluetoothd (5.82) asks for a socket only when a subscription changes, and that of a bonded hub stays when the link falls: no second link would
 * ever be served.
 */

#include "sim/place.h"

typedef struct KnPeripheral KnPeripheral;

/* massager: taken; its spec names the adapter ("hci1"). changed: registered, or not any more. */
KnPeripheral *kn_peripheral_new(KnMassager *massager, void (*changed)(gpointer user),
				gpointer user);
void kn_peripheral_free(KnPeripheral *peripheral);

/* bluetoothd shows the adapter (again): application and advertisement are registered, and tried again each second until they are. */
void kn_peripheral_join(KnPeripheral *peripheral, GDBusConnection *connection);
/* bluetoothd or the adapter is gone, and with it all that was registered. */
void kn_peripheral_leave(KnPeripheral *peripheral);

gboolean kn_peripheral_is_ready(const KnPeripheral *peripheral);
const gchar *kn_peripheral_adapter_path(const KnPeripheral *peripheral); /* "/org/bluez/hci1" */
/* The adapter's: that is the massager's in the air. "" before bluetoothd told it. */
const gchar *kn_peripheral_address(const KnPeripheral *peripheral);
KnMassager *kn_peripheral_massager(KnPeripheral *peripheral);
void kn_peripheral_get_link(const KnPeripheral *peripheral, KnSimLink *ret_link);

void kn_peripheral_pump(KnPeripheral *peripheral);
void kn_peripheral_drop_link(KnPeripheral *peripheral);
void kn_peripheral_set_present(KnPeripheral *peripheral, gboolean is_present);
/* The bonds of this adapter are removed on this side. FALSE: bluetoothd is not there. */
gboolean kn_peripheral_lose_bonds(KnPeripheral *peripheral);
