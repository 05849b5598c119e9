/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A tree of D-Bus objects under one well-known name, with ObjectManager at "/": what a daemon like bluetoothd shows. Calls are taken
 * off the connection before GDBus looks at them, so that every error is worded as bluetoothd's D-Bus library would word it, also for
 * objects that have just vanished. Everything happens on the default main context.
 */

#include <gio/gio.h>

typedef struct KnBusTree KnBusTree;
typedef struct KnBusCall KnBusCall;

typedef struct {
	/* The name is ours (TRUE), or could not be had or was lost (FALSE, with why). */
	void (*ready)(gpointer user, gboolean is_ready, const gchar *why);
	/* A method of a published object, its signature already checked. Takes the call: it is answered once, now or later. */
	void (*call)(gpointer user, const gchar *path, const gchar *interface, const gchar *method,
		     GVariant *parameters, KnBusCall *call);
	/* Properties.Set of a property that exists. Takes the call. */
	void (*set)(gpointer user, const gchar *path, const gchar *interface, const gchar *property,
		    GVariant *value, KnBusCall *call);
} KnBusTreeHandlers;

/* bus_address: NULL for the system bus. xml: introspection of every interface. */
KnBusTree *kn_bus_tree_new(const gchar *bus_address, const gchar *name, const gchar *xml,
			   const KnBusTreeHandlers *handlers, gpointer user);
/* Closes the connection, so that the name and all pending calls end as when a daemon dies. No handler is called any more. */
void kn_bus_tree_free(KnBusTree *tree);
GDBusConnection *kn_bus_tree_connection(KnBusTree *tree); /* borrowed; NULL before ready */

/* Objects are filled first and published then: InterfacesAdded. Once published, set and unset emit PropertiesChanged. */
void kn_bus_tree_add(KnBusTree *tree, const gchar *path, const gchar *interface);
void kn_bus_tree_set(KnBusTree *tree, const gchar *path, const gchar *interface,
		     const gchar *property, GVariant *value);
void kn_bus_tree_unset(KnBusTree *tree, const gchar *path, const gchar *interface,
		       const gchar *property);
void kn_bus_tree_publish(KnBusTree *tree, const gchar *path);
/* InterfacesRemoved; a path that is not there is fine. */
void kn_bus_tree_remove(KnBusTree *tree, const gchar *path);
/* The same, and nobody is told. */
void kn_bus_tree_lose(KnBusTree *tree, const gchar *path);
gboolean kn_bus_tree_has(const KnBusTree *tree, const gchar *path);
/* Waits until all that was sent is with the bus: before an orderly end. */
void kn_bus_tree_flush(KnBusTree *tree);

/* ---- answering; each takes the call ---- */
const gchar *kn_bus_call_sender(const KnBusCall *call);
void kn_bus_call_return(KnBusCall *call,
			GVariant *result); /* a tuple, floating is sunk; NULL: () */
void kn_bus_call_return_fd(KnBusCall *call, gint fd, guint16 mtu); /* (hq); fd stays the caller's */
void kn_bus_call_error(KnBusCall *call, const gchar *name, const gchar *message);
void kn_bus_call_forget(KnBusCall *call); /* not answered: the bus does that when we are gone */
