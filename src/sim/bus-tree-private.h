/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The insides of a bus tree: bus-tree.c (objects and connection) and bus-dispatch.c (answering calls). */

#include "sim/bus-call.h"

#define KN_BUS_PROPERTIES     "org.freedesktop.DBus.Properties"
#define KN_BUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define KN_BUS_INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

typedef struct {
	GHashTable *interfaces; /* owned: name -> GHashTable: property -> GVariant */
	gboolean is_published;
} KnBusObject;

/* what the filter holds, on GDBus's thread: tree is read and cleared on the main thread only */
typedef struct {
	gatomicrefcount n_refs;
	KnBusTree *tree; /* borrowed; NULL once the tree is freed */
} KnBusDoor;

struct KnBusTree {
	KnBusTreeHandlers handlers;
	gpointer user;
	gchar *name;                 /* owned */
	GDBusNodeInfo *info;         /* owned */
	GDBusConnection *connection; /* owned; NULL before it is open */
	GCancellable *cancellable;   /* owned */
	GHashTable *objects;         /* owned: path -> Object */
	KnBusDoor *door;             /* owned, shared with the filter */
	guint filter;
	guint name_owner;
};

/* Borrowed; NULL: not there. The variants float: a{sv} of one interface, a{sa{sv}} of an object. */
KnBusObject *kn_bus_object_at(const KnBusTree *tree, const gchar *path);
GHashTable *kn_bus_properties_at(const KnBusTree *tree, const gchar *path, const gchar *interface);
GVariant *kn_bus_properties_variant(GHashTable *properties);
GVariant *kn_bus_interfaces_variant(const KnBusObject *object);
void kn_bus_dispatch(KnBusTree *tree, GDBusMessage *message);
