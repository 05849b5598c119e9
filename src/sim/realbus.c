/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/realbus.h"

#include "sim/bus-open.h"
#include "sim/pairing-agent.h"
#include "sim/peripheral.h"

enum { TICK_MS = 20 };

#define BLUEZ            "org.bluez"
#define OBJECTS          "org.freedesktop.DBus.ObjectManager"
#define NEEDED_INTERFACE "org.bluez.LEAdvertisingManager1"

struct KnRealbus {
	KnPairing pairing;
	KnSimReadyFunc ready;
	gpointer user;
	GCancellable *cancellable;   /* owned */
	GDBusConnection *connection; /* owned; NULL before it is open */
	KnPairingAgent *agent;       /* owned */
	GPtrArray *peripherals;      /* owned: KnPeripheral */
	guint watch;
	guint subscription;
	guint tick;
	gboolean is_told_ready;
};

/* ---- adapters come and go ---- */

static void
join_adapter(KnRealbus *realbus, const gchar *path, GVariant *interfaces)
{
	g_autoptr(GVariant) needed = g_variant_lookup_value(interfaces, NEEDED_INTERFACE, NULL);

	for (guint i = 0; needed != NULL && i < realbus->peripherals->len; i++) {
		KnPeripheral *peripheral = realbus->peripherals->pdata[i];
		if (g_str_equal(kn_peripheral_adapter_path(peripheral), path))
			kn_peripheral_join(peripheral, realbus->connection);
	}
}

static void
leave_adapter(KnRealbus *realbus, const gchar *path)
{
	for (guint i = 0; i < realbus->peripherals->len; i++) {
		KnPeripheral *peripheral = realbus->peripherals->pdata[i];
		if (path == NULL || g_str_equal(kn_peripheral_adapter_path(peripheral), path))
			kn_peripheral_leave(peripheral);
	}
}

static void
on_objects_changed(GDBusConnection *connection, const gchar *sender, const gchar *object,
		   const gchar *interface, const gchar *signal, GVariant *parameters, gpointer user)
{
	const gchar *path = NULL;

	if (g_str_equal(signal, "InterfacesAdded") &&
	    g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oa{sa{sv}})"))) {
		g_autoptr(GVariant) interfaces = g_variant_get_child_value(parameters, 1);
		g_variant_get_child(parameters, 0, "&o", &path);
		join_adapter(user, path, interfaces);
	} else if (g_str_equal(signal, "InterfacesRemoved") &&
		   g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)"))) {
		g_autofree const gchar **gone = NULL;
		g_variant_get(parameters, "(&o^a&s)", &path, &gone);
		if (g_strv_contains(gone, NEEDED_INTERFACE))
			leave_adapter(user, path);
	}
}

static void
on_objects(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autoptr(GVariantIter) iter = NULL;
	const gchar *path = NULL;
	GVariant *interfaces = NULL;

	if (reply == NULL)
		return;
	g_variant_get(reply, "(a{oa{sa{sv}}})", &iter);
	while (g_variant_iter_loop(iter, "{&o@a{sa{sv}}}", &path, &interfaces))
		join_adapter(user, path, interfaces);
}

static void
on_bluez_appeared(GDBusConnection *connection, const gchar *name, const gchar *owner, gpointer user)
{
	KnRealbus *realbus = user;

	kn_pairing_agent_join(realbus->agent);
	g_dbus_connection_call(connection, BLUEZ, "/", OBJECTS, "GetManagedObjects", NULL,
			       G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
			       -1, realbus->cancellable, on_objects, realbus);
}

static void
on_bluez_vanished(GDBusConnection *connection, const gchar *name, gpointer user)
{
	leave_adapter(user, NULL);
}

/* ---- life ---- */

static void
on_peripheral_changed(gpointer user)
{
	KnRealbus *realbus = user;

	if (realbus->is_told_ready)
		return;
	for (guint i = 0; i < realbus->peripherals->len; i++)
		if (!kn_peripheral_is_ready(realbus->peripherals->pdata[i]))
			return;
	realbus->is_told_ready = TRUE;
	realbus->ready(realbus->user, TRUE, "");
}

static gboolean
on_tick(gpointer user)
{
	KnRealbus *realbus = user;
	gint64 now_us = kn_sim_now_us();

	for (guint i = 0; i < realbus->peripherals->len; i++) {
		KnPeripheral *peripheral = realbus->peripherals->pdata[i];
		kn_massager_advance(kn_peripheral_massager(peripheral), now_us);
		kn_peripheral_pump(peripheral);
	}
	return G_SOURCE_CONTINUE;
}

static void
on_closed(GDBusConnection *connection, gboolean is_peer_gone, GError *error, gpointer user)
{
	KnRealbus *realbus = user;

	realbus->ready(realbus->user, FALSE, "the D-Bus connection was closed");
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection = g_dbus_connection_new_for_address_finish(result, &error);
	KnRealbus *realbus = user;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (connection == NULL) {
		realbus->ready(realbus->user, FALSE, error->message);
		return;
	}
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	realbus->connection = connection;
	g_signal_connect(connection, "closed", G_CALLBACK(on_closed), realbus);
	if (g_dbus_connection_is_closed(connection)) {
		on_closed(connection, TRUE, NULL, realbus);
		return;
	}
	realbus->agent = kn_pairing_agent_new(connection, realbus->pairing);
	realbus->subscription = g_dbus_connection_signal_subscribe(
		connection, BLUEZ, OBJECTS, NULL, "/", NULL, G_DBUS_SIGNAL_FLAGS_NONE,
		on_objects_changed, realbus, NULL);
	realbus->watch =
		g_bus_watch_name_on_connection(connection, BLUEZ, G_BUS_NAME_WATCHER_FLAGS_NONE,
					       on_bluez_appeared, on_bluez_vanished, realbus, NULL);
}

KnRealbus *
kn_realbus_new(const gchar *bus_address, KnPairing pairing, KnSimReadyFunc ready, gpointer user)
{
	KnRealbus *realbus = g_new0(KnRealbus, 1);

	realbus->pairing = pairing;
	realbus->ready = ready;
	realbus->user = user;
	realbus->cancellable = g_cancellable_new();
	realbus->peripherals = g_ptr_array_new_with_free_func((GDestroyNotify)kn_peripheral_free);
	realbus->tick = g_timeout_add(TICK_MS, on_tick, realbus);
	kn_bus_open(bus_address, realbus->cancellable, on_connected, realbus);
	return realbus;
}

void
kn_realbus_free(KnRealbus *realbus)
{
	if (realbus == NULL)
		return;
	g_cancellable_cancel(realbus->cancellable);
	g_source_remove(realbus->tick);
	g_clear_handle_id(&realbus->watch, g_bus_unwatch_name);
	if (realbus->connection != NULL)
		g_signal_handlers_disconnect_by_data(realbus->connection, realbus);
	if (realbus->subscription != 0)
		g_dbus_connection_signal_unsubscribe(realbus->connection, realbus->subscription);
	realbus->is_told_ready = TRUE; /* what they do on their way out is nobody's business */
	g_ptr_array_unref(realbus->peripherals);
	kn_pairing_agent_free(realbus->agent);
	g_clear_object(&realbus->connection);
	g_object_unref(realbus->cancellable);
	g_free(realbus);
}

void
kn_realbus_add(KnRealbus *realbus, KnMassager *massager)
{
	g_ptr_array_add(realbus->peripherals,
			kn_peripheral_new(massager, on_peripheral_changed, realbus));
}

/* ---- what the control interface sees ---- */

/* a massager is found by its adapter's name or address */
static gpointer
find(gpointer place, const gchar *address)
{
	KnRealbus *realbus = place;

	for (guint i = 0; i < realbus->peripherals->len; i++) {
		KnPeripheral *peripheral = realbus->peripherals->pdata[i];
		const KnMassagerSpec *spec = kn_massager_spec(kn_peripheral_massager(peripheral));
		if (g_ascii_strcasecmp(kn_peripheral_address(peripheral), address) == 0 ||
		    g_str_equal(spec->adapter, address))
			return peripheral;
	}
	return NULL;
}

static gchar **
list(gpointer place)
{
	KnRealbus *realbus = place;
	gchar **addresses = g_new0(gchar *, realbus->peripherals->len + 1);

	for (guint i = 0; i < realbus->peripherals->len; i++)
		addresses[i] = g_strdup(kn_peripheral_address(realbus->peripherals->pdata[i]));
	return addresses;
}

static KnMassager *
get_massager(gpointer thing)
{
	return kn_peripheral_massager(thing);
}

static void
get_link(gconstpointer thing, KnSimLink *ret_link)
{
	kn_peripheral_get_link(thing, ret_link);
}

static void
pump(gpointer thing)
{
	kn_peripheral_pump(thing);
}

static void
drop_link(gpointer thing)
{
	kn_peripheral_drop_link(thing);
}

static void
set_present(gpointer thing, gboolean is_present)
{
	kn_peripheral_set_present(thing, is_present);
}

static gboolean
lose_bond(gpointer thing)
{
	return kn_peripheral_lose_bonds(thing);
}

KnSimPlace
kn_realbus_place(KnRealbus *realbus)
{
	static const KnSimPlaceType type = {.find = find,
					    .list = list,
					    .get_massager = get_massager,
					    .get_link = get_link,
					    .pump = pump,
					    .drop_link = drop_link,
					    .set_present = set_present,
					    .lose_bond = lose_bond};

	return (KnSimPlace){&type, realbus};
}
