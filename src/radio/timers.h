/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Every wait of the radio that is not policy (core/link has those), in milliseconds at full scale. */

#include <glib.h>

enum {
	/* for the bus to let us in: a dbus-daemon at boot is slow (a guess) */
	KN_WAIT_BUS_MS = 10000,
	KN_WAIT_BUS_RETRY_MS = 1000,      /* first pause without a bus, doubled … */
	KN_WAIT_BUS_RETRY_MAX_MS = 30000, /* … to at most one try in 30 s */
	/* GetManagedObjects: 53,000 lines have been seen; D-Bus's own default */
	KN_WAIT_OBJECTS_MS = 25000,
	KN_WAIT_MUTE_MS = 5000,       /* then the first reading is said to be late (a guess) */
	KN_WAIT_RESYNC_MS = 1000,     /* between two readings of all objects */
	KN_WAIT_CONNECT_MS = 60000,   /* the hard cap; core/link gives up sooner */
	KN_WAIT_DISCONNECT_MS = 5000, /* bluetoothd answers after its own 2 s timer */
	/* read, write, acquire: ATT's own transaction timeout of 30 s (Core 5.4, 3-F 3.3.3) comes first */
	KN_WAIT_ATT_MS = 35000,
	KN_WAIT_SCAN_START_MS = 15000, /* habluetooth's figure */
	KN_WAIT_SCAN_STOP_MS = 5000,   /* the same */
	KN_WAIT_QUIET_MS = 200,        /* between the end of scanning and Connect */
	KN_WAIT_HEARD_MS = 60000,      /* an advertisement older than a period says nothing */
	KN_WAIT_DRAIN_MS = 100,       /* 25 Hz in frames of eight never fills half a socket in it */
	KN_WAIT_WRITE_RETRY_MS = 250, /* a write refused as busy */
	KN_WAIT_PAIR_SEARCH_MS =
		40000, /* until a massager whose button was pressed is heard (a guess) */
	KN_WAIT_PAIR_MS =
		90000, /* a person looks, reads and types; bluetoothd itself gives up after 60 s */
	KN_WAIT_BONDED_MS = 5000,           /* from the answer of Pair() to Bonded (a guess) */
	KN_WAIT_FAREWELL_MS = 3000,         /* for Disconnect at the end: bluetoothd needs 2 s */
	KN_WAIT_POWER_MS = 10000,           /* for an adapter to go off or on (a guess) */
	KN_WAIT_POWER_OFF_MS = 2000,        /* that it stays off (a guess) */
	KN_WAIT_POWER_RETRY_MS = 5000,      /* longer each time … */
	KN_WAIT_POWER_RETRY_MAX_MS = 60000, /* … until it is on again */
	KN_WAIT_RESTART_MS = 30000,         /* systemd answers at once, polkit may not (a guess) */
	KN_WAIT_CALL_MIN_MS = 500, /* a scaled-down call still needs a process to answer it */
};

/* Scaled, at least 1 ms; scale is sound (kn_scale_sanitize). */
static inline guint
kn_scale_ms(gdouble scale, guint ms)
{
	return (guint)MAX((gdouble)ms * scale, 1.0);
}

/* for calls on the bus */
static inline gint
kn_scale_call_ms(gdouble scale, guint ms)
{
	return (gint)MAX(kn_scale_ms(scale, ms), (guint)KN_WAIT_CALL_MIN_MS);
}

/* 1.0 for anything that is not a sensible positive factor */
static inline gdouble
kn_scale_sanitize(gdouble scale)
{
	return scale >= 0.001 && scale <= 1000.0 ? scale : 1.0;
}
