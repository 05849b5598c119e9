/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A bus with a bluetoothd in this process, which answers what the test says and when it says it: for moments that no real bus and no simulator can be
 * brought to. One client; signals and answers go out in the order they are given.
 */

#include <gio/gio.h>

/* A call for anything but Hello and match rules; to be answered, now or later. */
typedef void (*OwnBusFunc)(gpointer user, const gchar *path, const gchar *method,
			   GVariant *parameters, GDBusMethodInvocation *call);

typedef struct {
	gchar *folder;               /* owned */
	gchar *address;              /* owned: for the client */
	GDBusServer *server;         /* owned */
	GDBusConnection *connection; /* owned: the client's; NULL before it came */
	OwnBusFunc func;
	gpointer user;
} OwnBus;

void own_bus_start(OwnBus *bus, OwnBusFunc func, gpointer user);
/* The bus goes, as the client sees it. */
void own_bus_close(OwnBus *bus);
void own_bus_stop(OwnBus *bus);
void own_bus_signal(OwnBus *bus, const gchar *sender, const gchar *path, const gchar *interface,
		    const gchar *name, GVariant *parameters);

/* Runs the main loop until it holds; FALSE: not within 20 s, which only bounds a hang. */
gboolean own_bus_wait(gboolean (*condition)(gconstpointer what), gconstpointer what);
