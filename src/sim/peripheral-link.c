/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/frame.h"
#include "sim/gatt-names.h"
#include "sim/model.h"
#include "sim/peripheral-private.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define DEVICE     "org.bluez.Device1"

void
kn_peripheral_part(KnPeripheral *peripheral)
{
	if (!peripheral->is_linked)
		return;
	peripheral->is_linked = FALSE;
	kn_massager_link_up(peripheral->massager); /* what belonged to the link is forgotten */
}

void
kn_peripheral_meet(KnPeripheral *peripheral, GVariant *options)
{
	const gchar *hub = NULL;

	if (!g_variant_lookup(options, "device", "&o", &hub))
		return;
	if (g_strcmp0(hub, peripheral->hub) != 0)
		kn_peripheral_part(peripheral);
	g_free(peripheral->hub);
	peripheral->hub = g_strdup(hub);
	if (peripheral->is_linked)
		return;
	peripheral->is_linked = TRUE;
	peripheral->n_connects++;
	kn_massager_link_up(peripheral->massager);
}

/* ---- a hub that goes ---- */

static void
on_properties(GDBusConnection *connection, const gchar *sender, const gchar *path,
	      const gchar *interface, const gchar *signal, GVariant *parameters, gpointer user)
{
	KnPeripheral *peripheral = user;
	g_autoptr(GVariant) changed = NULL;
	gboolean is_connected = TRUE;

	if (g_strcmp0(path, peripheral->hub) != 0 ||
	    !g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	changed = g_variant_get_child_value(parameters, 1);
	if (g_variant_lookup(changed, "Connected", "b", &is_connected) && !is_connected)
		kn_peripheral_part(peripheral);
}

static void
on_removed(GDBusConnection *connection, const gchar *sender, const gchar *path,
	   const gchar *interface, const gchar *signal, GVariant *parameters, gpointer user)
{
	KnPeripheral *peripheral = user;
	const gchar *gone = NULL;

	if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)")))
		return;
	g_variant_get_child(parameters, 0, "&o", &gone);
	if (g_strcmp0(gone, peripheral->hub) == 0)
		kn_peripheral_part(peripheral);
}

void
kn_peripheral_watch(KnPeripheral *peripheral)
{
	GDBusConnection *connection = peripheral->connection;

	peripheral->watches[0] = g_dbus_connection_signal_subscribe(
		connection, "org.bluez", PROPERTIES, "PropertiesChanged", NULL, DEVICE,
		G_DBUS_SIGNAL_FLAGS_NONE, on_properties, peripheral, NULL);
	peripheral->watches[1] = g_dbus_connection_signal_subscribe(
		connection, "org.bluez", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
		NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_removed, peripheral, NULL);
}

void
kn_peripheral_unwatch(KnPeripheral *peripheral)
{
	for (guint i = 0; i < KN_PERIPHERAL_WATCHES; i++) {
		if (peripheral->watches[i] != 0)
			g_dbus_connection_signal_unsubscribe(peripheral->connection,
							     peripheral->watches[i]);
		peripheral->watches[i] = 0;
	}
}

/* ---- notifications ---- */

/* to bluetoothd alone: what a massager measures is nobody else's */
static void
notify(KnPeripheral *peripheral, const guint8 *bytes, gsize n_bytes)
{
	g_autofree gchar *path = kn_peripheral_path(peripheral, KN_PERIPHERAL_DATA);
	g_autoptr(GError) error = NULL;
	GVariantBuilder changed;

	g_variant_builder_init(&changed, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&changed, "{sv}", "Value",
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n_bytes, 1));
	if (g_dbus_connection_emit_signal(
		    peripheral->connection, "org.bluez", path, PROPERTIES, "PropertiesChanged",
		    g_variant_new("(sa{sv}as)", "org.bluez.GattCharacteristic1", &changed, NULL),
		    &error))
		peripheral->n_notified++;
	else
		g_info("%s: %s", path, error->message);
}

void
kn_peripheral_pump(KnPeripheral *peripheral)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gint64 now_us = kn_sim_now_us();
	gsize n_bytes = 1;

	while (peripheral->connection && peripheral->is_linked && peripheral->is_subscribed &&
	       n_bytes > 0) {
		n_bytes = kn_massager_next(peripheral->massager, now_us, bytes);
		if (n_bytes > 0)
			notify(peripheral, bytes, n_bytes);
	}
}
