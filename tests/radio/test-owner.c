/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/bluez.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

/* A bus in this process that does not tell at once who is bluetoothd: what the hub makes of that. */

enum { DEADLINE_S = 20 };

typedef struct {
	gchar *folder; /* owned */
	GDBusServer *server;
	GDBusConnection *connection; /* owned: the hub's */
	KnBluez *bluez;
	gboolean has_owner;
	guint n_owner_faults; /* so many questions for the name are answered with an error */
	guint n_has_faults;
	guint n_owner_asked;
	guint n_has_asked;
} Bus;

static void
fail(GDBusMethodInvocation *call, const gchar *name)
{
	g_dbus_method_invocation_return_dbus_error(call, name, "as the test wants it");
}

static void
answer_owner(Bus *bus, GDBusMethodInvocation *call)
{
	if (bus->n_owner_asked++ < bus->n_owner_faults)
		fail(call, "org.freedesktop.DBus.Error.NoReply");
	else if (!bus->has_owner)
		fail(call, "org.freedesktop.DBus.Error.NameHasNoOwner");
	else
		g_dbus_method_invocation_return_value(call, g_variant_new("(s)", ":1.9"));
}

static void
on_bus_call(GDBusConnection *connection, const gchar *sender, const gchar *path,
	    const gchar *interface, const gchar *method, GVariant *parameters,
	    GDBusMethodInvocation *call, gpointer user)
{
	Bus *bus = user;
	if (g_str_equal(method, "GetNameOwner")) {
		answer_owner(bus, call);
	} else if (g_str_equal(method, "NameHasOwner") && bus->n_has_asked++ < bus->n_has_faults) {
		fail(call, "org.freedesktop.DBus.Error.NoReply");
	} else if (g_str_equal(method, "NameHasOwner")) {
		g_dbus_method_invocation_return_value(call, g_variant_new("(b)", bus->has_owner));
	} else if (g_str_equal(method, "Hello")) {
		g_dbus_method_invocation_return_value(call, g_variant_new("(s)", ":1.1"));
	} else if (g_str_equal(method, "GetManagedObjects")) {
		g_dbus_method_invocation_return_value(call,
						      g_variant_new_parsed("(@a{oa{sa{sv}}} {},)"));
	} else {
		g_dbus_method_invocation_return_value(call, NULL);
	}
}

static void
serve(Bus *bus, const gchar *path, const gchar *xml)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_bus_call};
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(xml, &error);
	g_assert_no_error(error);
	g_dbus_connection_register_object(bus->connection, path, info->interfaces[0], &vtable, bus,
					  NULL, &error);
	g_assert_no_error(error);
}

static gboolean
on_connection(GDBusServer *server, GDBusConnection *connection, gpointer user)
{
	Bus *bus = user;
	g_assert_null(bus->connection);
	bus->connection = g_object_ref(connection);
	serve(bus, "/org/freedesktop/DBus",
	      "<node><interface name='org.freedesktop.DBus'><method name='Hello'>"
	      "<arg type='s' direction='out'/></method><method name='AddMatch'>"
	      "<arg type='s' direction='in'/></method><method name='RemoveMatch'>"
	      "<arg type='s' direction='in'/></method><method name='GetNameOwner'>"
	      "<arg type='s' direction='in'/><arg type='s' direction='out'/></method>"
	      "<method name='NameHasOwner'><arg type='s' direction='in'/>"
	      "<arg type='b' direction='out'/></method></interface></node>");
	serve(bus, "/",
	      "<node><interface name='org.freedesktop.DBus.ObjectManager'>"
	      "<method name='GetManagedObjects'><arg type='a{oa{sa{sv}}}' direction='out'/>"
	      "</method></interface></node>");
	return TRUE;
}

static void
nothing(gpointer user)
{
}

static void
no_device(gpointer user, const gchar *path, guint news)
{
}

static void
nobody_heard(gpointer user, const gchar *path)
{
}

static void
not_read(gpointer user, gboolean is_good)
{
}

static void
start(Bus *bus)
{
	static const KnBluezEvents events = {nothing, no_device, nothing, nobody_heard, not_read};
	g_autoptr(GError) error = NULL;
	g_autofree gchar *guid = g_dbus_generate_guid();
	bus->folder = g_dir_make_tmp("knead-XXXXXX", &error);
	g_assert_no_error(error);
	g_autofree gchar *address = g_strdup_printf("unix:path=%s/bus", bus->folder);
	bus->server =
		g_dbus_server_new_sync(address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
	g_assert_no_error(error);
	g_signal_connect(bus->server, "new-connection", G_CALLBACK(on_connection), bus);
	g_dbus_server_start(bus->server);
	bus->bluez = kn_bluez_new(address, NULL, 0.01, &events, NULL);
}

static void
stop(Bus *bus)
{
	g_autofree gchar *socket = g_build_filename(bus->folder, "bus", NULL);
	kn_bluez_free(bus->bluez);
	g_clear_object(&bus->connection);
	g_dbus_server_stop(bus->server);
	g_clear_object(&bus->server);
	g_remove(socket);
	g_rmdir(bus->folder);
	g_free(bus->folder);
}

static gboolean
on_late(gpointer is_late)
{
	*(gboolean *)is_late = TRUE;
	return G_SOURCE_REMOVE;
}

static gboolean
is_up(const Bus *bus)
{
	return kn_bluez_get_state(bus->bluez) == KN_BLUEZ_AT_UP;
}

static gboolean
is_known_to_be_gone(const Bus *bus)
{
	return bus->n_has_asked > bus->n_has_faults &&
	       kn_bluez_get_state(bus->bluez) == KN_BLUEZ_AT_NO_DAEMON;
}

/* until it holds, or the deadline, which only bounds a hang */
static gboolean
wait_for(const Bus *bus, gboolean (*condition)(const Bus *bus), guint deadline_ms)
{
	gboolean is_late = FALSE;
	guint id = g_timeout_add(deadline_ms, on_late, &is_late);
	while (!is_late && !condition(bus))
		g_main_context_iteration(NULL, TRUE);
	if (!is_late)
		g_source_remove(id);
	return condition(bus);
}

static void
a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same(void)
{
	Bus bus = {.has_owner = TRUE, .n_owner_faults = 3, .n_has_faults = 2};
	start(&bus);
	g_assert_true(wait_for(&bus, is_up, DEADLINE_S * 1000));
	g_assert_cmpuint(bus.n_owner_asked, ==, 4);
	g_assert_cmpuint(bus.n_has_asked, ==, 2 + 3);
	stop(&bus);
}

static void
tell_arrival(Bus *bus)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusMessage) message = g_dbus_message_new_signal(
		"/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged");
	g_dbus_message_set_sender(message, "org.freedesktop.DBus");
	g_dbus_message_set_body(message, g_variant_new("(sss)", "org.bluez", "", ":1.9"));
	g_dbus_connection_send_message(bus->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
				       NULL, &error);
	g_assert_no_error(error);
}

static void
a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for(void)
{
	Bus bus = {.has_owner = FALSE};
	start(&bus);
	g_assert_true(wait_for(&bus, is_known_to_be_gone, DEADLINE_S * 1000));
	tell_arrival(&bus);
	g_assert_true(wait_for(&bus, is_up, DEADLINE_S * 1000));
	g_assert_cmpuint(bus.n_has_asked, ==, 1);
	g_assert_cmpuint(bus.n_owner_asked, ==, 1);
	stop(&bus);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/radio/owner/"
			"a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same",
			a_bluetoothd_that_the_bus_did_not_tell_of_is_found_all_the_same);
	g_test_add_func("/radio/owner/"
			"a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for",
			a_bluetoothd_that_is_known_to_be_gone_is_waited_for_and_not_asked_for);
	return g_test_run();
}
