/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/bus-open.h"

void
kn_bus_open(const gchar *bus_address, GCancellable *cancellable, GAsyncReadyCallback ready,
	    gpointer user)
{
	const gchar *system = g_getenv("DBUS_SYSTEM_BUS_ADDRESS");

	if (bus_address == NULL)
		bus_address = system != NULL ? system : "unix:path=/run/dbus/system_bus_socket";
	g_dbus_connection_new_for_address(bus_address,
					  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
						  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
					  NULL, cancellable, ready, user);
}
