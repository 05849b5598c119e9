/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Massagers on real adapters of this machine, through the bluetoothd that runs: peripherals come when their adapter does, and again
 * after it went. One agent answers for all of them when a hub pairs.
 */

#include "sim/pairing.h"
#include "sim/place.h"

typedef struct KnRealbus KnRealbus;

/* bus_address: NULL for the system bus. ready: all massagers can be found and read, the first time; FALSE also later, when the bus is gone. */
KnRealbus *kn_realbus_new(const gchar *bus_address, KnPairing pairing, KnSimReadyFunc ready,
			  gpointer user);
void kn_realbus_free(KnRealbus *realbus);
/* Takes the massager, whose spec names an adapter. */
void kn_realbus_add(KnRealbus *realbus, KnMassager *massager);
KnSimPlace kn_realbus_place(KnRealbus *realbus);
