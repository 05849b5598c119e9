/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "own-bus.h"

#include <glib/gstdio.h>

#define ADAPTER "/org/bluez/hci0"
#define DEVICE  ADAPTER "/dev_C0_FF_EE_00_00_01"

enum { DEADLINE_S = 20 };

static const struct {
	const gchar *path;
	const gchar *xml;
} objects[] = {
	{"/org/freedesktop/DBus",
	 "<node><interface name='org.freedesktop.DBus'><method name='Hello'>"
	 "<arg type='s' direction='out'/></method><method name='AddMatch'>"
	 "<arg type='s' direction='in'/></method><method name='RemoveMatch'>"
	 "<arg type='s' direction='in'/></method><method name='GetNameOwner'>"
	 "<arg type='s' direction='in'/><arg type='s' direction='out'/></method>"
	 "<method name='NameHasOwner'><arg type='s' direction='in'/>"
	 "<arg type='b' direction='out'/></method></interface></node>"},
	{"/", "<node><interface name='org.freedesktop.DBus.ObjectManager'>"
	      "<method name='GetManagedObjects'><arg type='a{oa{sa{sv}}}' direction='out'/>"
	      "</method></interface></node>"},
	{ADAPTER, "<node><interface name='org.bluez.Adapter1'><method name='StartDiscovery'/>"
		  "<method name='StopDiscovery'/><method name='SetDiscoveryFilter'>"
		  "<arg type='a{sv}' direction='in'/></method></interface></node>"},
	{DEVICE, "<node><interface name='org.bluez.Device1'><method name='Connect'/>"
		 "<method name='Disconnect'/></interface></node>"},
	{DEVICE "/service0010/char0011",
	 "<node><interface name='org.bluez.GattCharacteristic1'><method name='ReadValue'>"
	 "<arg type='a{sv}' direction='in'/><arg type='ay' direction='out'/></method>"
	 "</interface></node>"},
	{DEVICE "/service0010/char0013",
	 "<node><interface name='org.bluez.GattCharacteristic1'><method name='AcquireNotify'>"
	 "<arg type='a{sv}' direction='in'/><arg type='h' direction='out'/>"
	 "<arg type='q' direction='out'/></method></interface></node>"},
	{DEVICE "/service0010/char0016",
	 "<node><interface name='org.bluez.GattCharacteristic1'><method name='WriteValue'>"
	 "<arg type='ay' direction='in'/><arg type='a{sv}' direction='in'/></method>"
	 "</interface></node>"},
};

static void
on_method(GDBusConnection *connection, const gchar *sender, const gchar *path,
	  const gchar *interface, const gchar *method, GVariant *parameters,
	  GDBusMethodInvocation *call, gpointer user)
{
	OwnBus *bus = user;
	if (g_str_equal(method, "Hello"))
		g_dbus_method_invocation_return_value(call, g_variant_new("(s)", ":1.1"));
	else if (g_str_has_suffix(method, "Match"))
		g_dbus_method_invocation_return_value(call, NULL);
	else
		bus->func(bus->user, path, method, parameters, call);
}

static gboolean
on_connection(GDBusServer *server, GDBusConnection *connection, gpointer user)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_method};
	OwnBus *bus = user;
	g_assert_null(bus->connection);
	bus->connection = g_object_ref(connection);
	for (guint i = 0; i < G_N_ELEMENTS(objects); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GDBusNodeInfo) info =
			g_dbus_node_info_new_for_xml(objects[i].xml, &error);
		g_assert_no_error(error);
		g_dbus_connection_register_object(connection, objects[i].path, info->interfaces[0],
						  &vtable, bus, NULL, &error);
		g_assert_no_error(error);
	}
	return TRUE;
}

void
own_bus_start(OwnBus *bus, OwnBusFunc func, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autofree gchar *guid = g_dbus_generate_guid();
	bus->func = func;
	bus->user = user;
	bus->folder = g_dir_make_tmp("knead-XXXXXX", &error);
	g_assert_no_error(error);
	bus->address = g_strdup_printf("unix:path=%s/bus", bus->folder);
	bus->server = g_dbus_server_new_sync(bus->address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL,
					     NULL, &error);
	g_assert_no_error(error);
	g_signal_connect(bus->server, "new-connection", G_CALLBACK(on_connection), bus);
	g_dbus_server_start(bus->server);
}

void
own_bus_close(OwnBus *bus)
{
	g_dbus_server_stop(bus->server);
	g_dbus_connection_close(bus->connection, NULL, NULL, NULL);
}

void
own_bus_stop(OwnBus *bus)
{
	g_autofree gchar *socket = g_build_filename(bus->folder, "bus", NULL);
	g_clear_object(&bus->connection);
	g_dbus_server_stop(bus->server);
	g_clear_object(&bus->server);
	g_remove(socket);
	g_rmdir(bus->folder);
	g_free(bus->folder);
	g_free(bus->address);
}

void
own_bus_signal(OwnBus *bus, const gchar *sender, const gchar *path, const gchar *interface,
	       const gchar *name, GVariant *parameters)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusMessage) message = g_dbus_message_new_signal(path, interface, name);
	g_dbus_message_set_sender(message, sender);
	g_dbus_message_set_body(message, parameters);
	g_dbus_connection_send_message(bus->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
				       NULL, &error);
	g_assert_no_error(error);
}

static gboolean
on_late(gpointer is_late)
{
	*(gboolean *)is_late = TRUE;
	return G_SOURCE_REMOVE;
}

gboolean
own_bus_wait(gboolean (*condition)(gconstpointer what), gconstpointer what)
{
	gboolean is_late = FALSE;
	guint id = g_timeout_add_seconds(DEADLINE_S, on_late, &is_late);
	while (!is_late && !condition(what))
		g_main_context_iteration(NULL, TRUE);
	if (!is_late)
		g_source_remove(id);
	return condition(what);
}
