/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The methods of org.knead.Sim1 that concern one device: called by control.c, which has checked the argument types. */

#include "sim/place.h"

typedef enum {
	KN_SIM_OK,
	KN_SIM_REFUSED,
	KN_SIM_ARGUMENTS,
} KnSimOutcome;

/* the device a call is about */
typedef struct {
	const KnSimPlaceType *type;
	gpointer thing;       /* borrowed */
	KnMassager *massager; /* borrowed */
} KnSimDevice;

typedef struct {
	const gchar *name;
	/* ret_result: floating, what is answered on success; untouched: () */
	KnSimOutcome (*run)(const KnSimDevice *device, GVariant *parameters, GVariant **ret_result);
} KnSimDeviceMethod;

/* NULL when it is not a method of a device */
const KnSimDeviceMethod *kn_sim_find_device_method(const gchar *name);
