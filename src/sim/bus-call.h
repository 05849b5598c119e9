/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Making a call from a message: bus-tree.c only. Answering is in bus-tree.h. */

#include "sim/bus-tree.h"

KnBusCall *kn_bus_call_new(GDBusConnection *connection, GDBusMessage *message);
