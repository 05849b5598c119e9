/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* How a simulated massager is paired with, on a real adapter and behind the fake org.bluez. */

#include <glib.h>

/* what a massager has to pair with; the names are the command line's */
typedef enum {
	KN_PAIRING_JUST_WORKS, /* nothing: "just-works" */
	KN_PAIRING_DISPLAY,    /* it shows six digits that are typed on the hub: "display" */
	KN_PAIRING_CONFIRM,    /* both show six digits: "confirm" */
	KN_PAIRING_REFUSE,     /* a person at the massager says no: "refuse" */
	KN_PAIRING_TYPE,       /* it has keys for the digits that the hub shows: "type" */
} KnPairing;

/* kn_pairing_show: what a person at the massager sees, as a line on standard output: "passkey 012345" or "confirm 012345". */
gboolean kn_pairing_parse(const gchar *word, KnPairing *ret_pairing);
void kn_pairing_show(const gchar *what, guint32 number);
