/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The agent of one Pair() of ours: registered on the connection that calls Pair(), because bluetoothd asks that one, and never as the default
 * one, because other devices are none of our business. Anybody on the bus may call it; only bluetoothd, and only about this device, is heard.
 */

#include "radio/bluez.h"

/* What bluetoothd wants to know. number is 0 … 999999. */
typedef struct {
	/* It is registered, or will not be. Pair() has to wait for it: without an agent of its caller bluetoothd asks somebody else's. */
	void (*ready)(gpointer user, const KnBluezFault *fault);
	/* the device shows digits: kn_agent_give_passkey */
	void (*wants_passkey)(gpointer user);
	/* both show this number: kn_agent_confirm */
	void (*wants_confirmation)(gpointer user, guint32 number);
	/* this number is to be typed on the device */
	void (*shows_passkey)(gpointer user, guint32 number);
} KnAgentEvents;

typedef struct KnAgent KnAgent;

/* NULL without a bus. device: path of the object that is paired. */
KnAgent *kn_agent_new(KnBluez *bluez, const gchar *device, const KnAgentEvents *events,
		      gpointer user);
/* What was not answered is refused. */
void kn_agent_free(KnAgent *agent);
/* Each does nothing when it was not asked for. */
void kn_agent_give_passkey(KnAgent *agent, guint32 passkey);
void kn_agent_confirm(KnAgent *agent, gboolean is_yes);
