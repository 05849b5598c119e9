/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * org.knead.Sim1 on the same bus: what tests and the demo use to play the person and the faults. Devices are named by address. Errors
 * are org.knead.Sim1.Error.{NotFound,Refused,InvalidArguments}.
 */

#include "sim/place.h"

#define KN_SIM_CONTROL_NAME      "org.knead.Sim"
#define KN_SIM_CONTROL_PATH      "/org/knead/sim"
#define KN_SIM_CONTROL_INTERFACE "org.knead.Sim1"

typedef struct KnSimControl KnSimControl;

/* place: what it borrows outlives the control. */
KnSimControl *kn_sim_control_new(const gchar *bus_address, KnSimPlace place, KnSimReadyFunc ready,
				 gpointer user);
void kn_sim_control_free(KnSimControl *control);
