/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Our own connection to the bus, the watch for bluetoothd, its objects, and calls to it. Keeps trying for ever: a bus or a
 * bluetoothd that is not there is a state. The number of match rules is constant: one for the name, four for bluetoothd's signals.
 */

#include "core/link/bluez-error.h"
#include "radio/tree.h"

typedef enum {
	KN_BLUEZ_AT_NO_BUS,
	KN_BLUEZ_AT_NO_DAEMON, /* or it has not told its objects yet */
	KN_BLUEZ_AT_UP,
} KnBluezState;

typedef struct {
	KnBluezVerdict verdict;
	const gchar *text; /* cleaned words of the error; borrowed for the call */
} KnBluezFault;

/* Exactly one of result and fault is set. fds is NULL without descriptors; all are borrowed for the call. Not called at all once
 * the cancellable of the call is cancelled. */
typedef void (*KnBluezReply)(gpointer user, GVariant *result, GUnixFDList *fds,
			     const KnBluezFault *fault);

typedef struct {
	const gchar *destination; /* NULL: bluetoothd */
	const gchar *path;
	const gchar *interface;
	const gchar *method;
	GVariant *parameters;    /* floating, consumed; NULL none */
	const gchar *reply_type; /* a reply of another type is a fault */
	guint timeout_ms;        /* at full scale */
} KnBluezCall;

typedef struct {
	void (*state_changed)(gpointer user);
	/* something about this device changed, appeared or went; news is KnTreeNews */
	void (*device_changed)(gpointer user, const gchar *path, guint news);
	/* adapters, or everything */
	void (*tree_changed)(gpointer user);
	/* a device of whatever kind advertised just now; path is its object's */
	void (*heard)(gpointer user, const gchar *path);
	/* the objects were read; or could not be, for the third time in a row and each time from then on */
	void (*was_read)(gpointer user, gboolean is_good);
} KnBluezEvents;

typedef struct KnBluez KnBluez;

/* address: D-Bus address, NULL for the system bus. adapters: as KnRadioConfig. Nothing is called before the main loop runs. */
KnBluez *kn_bluez_new(const gchar *address, const gchar *const *adapters, gdouble scale,
		      const KnBluezEvents *events, gpointer user);
void kn_bluez_free(KnBluez *bluez);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnBluez, kn_bluez_free)

KnBluezState kn_bluez_get_state(const KnBluez *bluez);
/* It is on the bus, and did not tell its objects when it was asked last, or is late with them; or, if it was mute before, has not told them yet. */
gboolean kn_bluez_is_mute(const KnBluez *bluez, gboolean was_mute);
/* borrowed until the next event */
KnTree *kn_bluez_get_tree(KnBluez *bluez);
/* Reads all objects anew, at most once a second. */
void kn_bluez_resync(KnBluez *bluez);
void kn_bluez_call(KnBluez *bluez, const KnBluezCall *call, GCancellable *cancellable,
		   KnBluezReply reply, gpointer user);
/* Leaves the bus and comes back on a new connection: every session, socket and agent of the old one ends with it. */
void kn_bluez_reopen(KnBluez *bluez);
/* Sends Disconnect to each device path, switches the adapter on (path; NULL none) and waits for the answers, at most 3 s (scaled), without running a main loop. */
void kn_bluez_farewell(KnBluez *bluez, const GPtrArray *device_paths, const gchar *adapter_path);
guint64 kn_bluez_n_unknown(const KnBluez *bluez);
