/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What a failed D-Bus call to bluetoothd means. BlueZ gives the same name for different things and different names for the same
 * one, so the class comes from name and message together. Pure; the strings are those of BlueZ 5.66 to 5.82.
 */

#include <glib.h>

typedef enum {
	KN_BLUEZ_ALREADY,      /* what was asked is the case already: success if we own it */
	KN_BLUEZ_BUSY,         /* another operation is running, or another program owns it */
	KN_BLUEZ_TRANSIENT,    /* radio weather: try again at once */
	KN_BLUEZ_SLOW,         /* also passing, but worth a longer pause */
	KN_BLUEZ_NO_SLOT,      /* the controller has no link left */
	KN_BLUEZ_ADAPTER_DOWN, /* wait for Powered */
	KN_BLUEZ_GONE,         /* the object is not there any more: rescan or resolve again */
	KN_BLUEZ_DAEMON_DOWN,  /* wait for NameOwnerChanged */
	KN_BLUEZ_NEED_PAIR,    /* the peer wants a bond */
	KN_BLUEZ_BOND_LOST, /* the peer has lost or changed the keys: never pair again by ourselves */
	KN_BLUEZ_LINK_LOST,   /* the link went during a call on it */
	KN_BLUEZ_PAIR_FAILED, /* answers of Pair(): for the person, never looped */
	KN_BLUEZ_PERMANENT,   /* the same call will fail the same way */
} KnBluezClass;

enum { KN_BLUEZ_NO_ATT = -1 };

typedef struct {
	KnBluezClass class;
	gboolean is_unknown; /* no rule matched: taken for TRANSIENT, to be counted and shown */
	/* bluetoothd still tries a link that we may have forgotten: Disconnect first */
	gboolean is_attempt_pending;
	gboolean hints_bond_lost; /* several in a row on a bonded device: suspect a lost bond */
	gint att_code; /* 0 … 255 when the peer's own ATT code is in the message, else KN_BLUEZ_NO_ATT */
} KnBluezVerdict;

/* name: the D-Bus error name, NULL or "" when the error came from our own side of the bus; message may be NULL. */
KnBluezVerdict kn_bluez_error_classify(const gchar *name, const gchar *message);
const gchar *kn_bluez_class_name(KnBluezClass class);
