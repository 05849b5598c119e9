/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What bluez*.c and farewell.c share; nobody else includes it. */

#include "radio/bluez.h"

#define KN_BLUEZ_NAME "org.bluez"

enum {
	KN_BLUEZ_N_SUBSCRIPTIONS = 4,
	KN_BLUEZ_READ_TRIES = 3, /* in a row, then it is trouble */
};

struct KnBluez {
	gchar *address;   /* owned */
	gchar **adapters; /* owned: addresses of those that may be used; NULL all */
	gdouble scale;
	KnBluezEvents events;
	gpointer user; /* borrowed: outlives us */
	KnBluezState state;
	GDBusConnection *connection; /* owned; NULL without a bus */
	gulong closed_id;
	guint watch_id;
	gchar *owner; /* owned: unique name of bluetoothd; NULL without one */
	guint subscriptions[KN_BLUEZ_N_SUBSCRIPTIONS];
	GCancellable *bus_cancellable; /* owned: of opening the bus */
	GCancellable *
		owner_cancellable; /* owned: of asking whether bluetoothd is there; NULL not asked */
	GCancellable *daemon_cancellable; /* owned: of reading this bluetoothd's objects */
	KnTree *tree;                     /* owned */
	guint timer_id;                   /* opening: timeout or retry */
	guint resync_id;                  /* a reading is due */
	guint late_id; /* the first reading of this bluetoothd is under way; 0 it is not, or is late */
	gboolean is_late;
	gboolean is_reading;
	gboolean is_loaded;   /* the tree is this bluetoothd's */
	guint owner_timer_id; /* asking again */
	guint n_bus_retries;
	guint n_owner_retries;
	guint n_read_retries;
	guint64 n_unknown;
};

/* bluez.c: begins to follow who is bluetoothd, anew if it did before */
void kn_bluez_watch_name(KnBluez *bluez);

/* bluez-owner.c: the watch said that nobody is; asks until the bus has told, or it is dropped */
void kn_bluez_doubt_absence(KnBluez *bluez);
void kn_bluez_drop_doubt(KnBluez *bluez);

/* bluez-objects.c */
void kn_bluez_set_state(KnBluez *bluez, KnBluezState state);
/* doubled n times from first_ms to at most KN_WAIT_BUS_RETRY_MAX_MS, scaled */
guint kn_bluez_retry_ms(const KnBluez *bluez, guint first_ms, guint n);
void kn_bluez_read_objects(KnBluez *bluez);
void kn_bluez_on_signal(GDBusConnection *connection, const gchar *sender, const gchar *path,
			const gchar *interface, const gchar *name, GVariant *parameters,
			gpointer user);
