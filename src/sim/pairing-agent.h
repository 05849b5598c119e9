/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The person at the massager when a hub pairs: org.bluez.Agent1, as bluetoothd's default agent. What is shown goes to
 * standard output (kn_pairing_show). */

#include "sim/pairing.h"
#include <gio/gio.h>

typedef struct KnPairingAgent KnPairingAgent;

/* Registers with the bluetoothd that runs on this connection, and again whenever kn_pairing_agent_join is called. */
KnPairingAgent *kn_pairing_agent_new(GDBusConnection *connection, KnPairing pairing);
void kn_pairing_agent_free(KnPairingAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnPairingAgent, kn_pairing_agent_free)
void kn_pairing_agent_join(KnPairingAgent *agent);
