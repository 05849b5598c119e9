/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Where simulated massagers are: behind the fake org.bluez (fakebus.h) or on the real adapters of this machine (realbus.h). What the control
 * interface needs of either.
 */

#include "sim/massager.h"
#include <gio/gio.h>

typedef struct {
	gboolean is_connected;
	gboolean is_present;
	gboolean is_notifying;
	guint64 n_notified;       /* put into the socket */
	guint64 n_socket_dropped; /* lost because the socket was full */
	guint64 n_connects;
} KnSimLink;

/* The place can be used (TRUE), or cannot be (FALSE, with why). */
typedef void (*KnSimReadyFunc)(gpointer user, gboolean is_ready, const gchar *why);

/* thing: one massager of the place, as find gave it */
typedef struct {
	gpointer (*find)(gpointer place, const gchar *address); /* either case; NULL: none */
	gchar **(*list)(gpointer place);                        /* addresses; new */
	KnMassager *(*get_massager)(gpointer thing);
	void (*get_link)(gconstpointer thing, KnSimLink *ret_link);
	/* Sends what the massager has to say now. */
	void (*pump)(gpointer thing);
	/* The link is lost, as from the air. */
	void (*drop_link)(gpointer thing);
	/* Out of range, or back. */
	void (*set_present)(gpointer thing, gboolean is_present);

	gboolean (*lose_bond)(gpointer thing); /* FALSE: there is none */

	/* ---- what only the fake org.bluez can do; NULL on real adapters ---- */
	/* INFO is so long, with zeros behind; 0: as it is. */
	void (*set_info_length)(gpointer thing, guint n_bytes);
	void (*set_bluez)(gpointer place, gboolean is_running);
	void (*set_adapter)(gpointer place, gboolean is_plugged);
	/* Pulled out, and put in under another name. */
	void (*move_adapter)(gpointer place, const gchar *name);
	void (*set_powered)(gpointer place, gboolean is_powered);
	/* How many links the adapter carries; 0 as many as are wanted. */
	void (*set_links)(gpointer place, guint n_links);
	/* One too many fails as if for the weather. */
	void (*hide_limit)(gpointer place, gboolean is_hidden);
	/* Connecting, resolving, pairing and advertising take so many times less. */
	void (*set_speed)(gpointer place, guint times);
	/* Nothing is heard until this is done: scan, power, bluetoothd, none; "" at once. FALSE: no such word. */
	gboolean (*set_silent)(gpointer place, const gchar *cure);
	/* Somebody who is no massager advertises. */
	void (*set_stranger)(gpointer place, gboolean is_there);
	/* Whoever that is, it is paired with this machine. */
	void (*bond_stranger)(gpointer place);
	void (*fail_next)(gpointer place, const gchar *method, const gchar *error_name,
			  const gchar *message, guint count);
} KnSimPlaceType;

typedef struct {
	const KnSimPlaceType *type;
	gpointer place; /* borrowed */
} KnSimPlace;

/* CLOCK_BOOTTIME */
gint64 kn_sim_now_us(void);
