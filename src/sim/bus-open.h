/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The one way in which the simulator gets onto a bus. */

#include <gio/gio.h>

/* Opens a connection of one's own to a message bus; finish with g_dbus_connection_new_for_address_finish. bus_address: NULL for the
 * system bus. */
void kn_bus_open(const gchar *bus_address, GCancellable *cancellable, GAsyncReadyCallback ready,
		 gpointer user);
