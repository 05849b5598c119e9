/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/bluez-private.h"
#include "radio/timers.h"

#define SYSTEM_BUS "unix:path=/var/run/dbus/system_bus_socket"

static void open_bus(KnBluez *bluez);

static void
cancel(GCancellable **cancellable)
{
	if (*cancellable)
		g_cancellable_cancel(*cancellable);
	g_clear_object(cancellable);
}

/* ---- bluetoothd comes and goes ---- */

static void
subscribe(KnBluez *bluez)
{
	static const struct {
		const gchar *interface, *member, *arg0;
	} wanted[KN_BLUEZ_N_SUBSCRIPTIONS] = {
		{"org.freedesktop.DBus.ObjectManager", "InterfacesAdded", NULL},
		{"org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", NULL},
		{"org.freedesktop.DBus.Properties", "PropertiesChanged", "org.bluez.Adapter1"},
		{"org.freedesktop.DBus.Properties", "PropertiesChanged", "org.bluez.Device1"},
	};
	for (guint i = 0; i < KN_BLUEZ_N_SUBSCRIPTIONS; i++)
		bluez->subscriptions[i] = g_dbus_connection_signal_subscribe(
			bluez->connection, bluez->owner, wanted[i].interface, wanted[i].member,
			NULL, wanted[i].arg0, G_DBUS_SIGNAL_FLAGS_NONE, kn_bluez_on_signal, bluez,
			NULL);
}

static void
lose_daemon(KnBluez *bluez)
{
	for (guint i = 0; i < KN_BLUEZ_N_SUBSCRIPTIONS; i++) {
		if (bluez->subscriptions[i])
			g_dbus_connection_signal_unsubscribe(bluez->connection,
							     bluez->subscriptions[i]);
		bluez->subscriptions[i] = 0;
	}
	cancel(&bluez->daemon_cancellable);
	g_clear_handle_id(&bluez->resync_id, g_source_remove);
	g_clear_handle_id(&bluez->late_id, g_source_remove);
	g_clear_pointer(&bluez->owner, g_free);
	bluez->is_late = FALSE;
	bluez->is_reading = FALSE;
	bluez->is_loaded = FALSE;
	kn_tree_clear(bluez->tree);
}

static void
on_name_appeared(GDBusConnection *connection G_GNUC_UNUSED, const gchar *name G_GNUC_UNUSED,
		 const gchar *owner, gpointer user)
{
	KnBluez *bluez = user;
	kn_bluez_drop_doubt(bluez);
	bluez->n_owner_retries = 0;
	lose_daemon(bluez);
	kn_bluez_set_state(bluez, KN_BLUEZ_AT_NO_DAEMON);
	bluez->owner = g_strdup(owner);
	bluez->daemon_cancellable = g_cancellable_new();
	bluez->n_read_retries = 0;
	subscribe(bluez); /* before reading, so that no change falls between */
	kn_bluez_read_objects(bluez);
}

static void
on_name_vanished(GDBusConnection *connection G_GNUC_UNUSED, const gchar *name G_GNUC_UNUSED,
		 gpointer user)
{
	KnBluez *bluez = user;
	lose_daemon(bluez);
	kn_bluez_set_state(bluez, KN_BLUEZ_AT_NO_DAEMON);
	kn_bluez_doubt_absence(bluez);
}

void
kn_bluez_watch_name(KnBluez *bluez)
{
	g_clear_handle_id(&bluez->watch_id, g_bus_unwatch_name);
	bluez->watch_id = g_bus_watch_name_on_connection(
		bluez->connection, KN_BLUEZ_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_name_appeared,
		on_name_vanished, bluez, NULL);
}

/* ---- the bus comes and goes ---- */

static gboolean
on_retry(gpointer user)
{
	KnBluez *bluez = user;
	bluez->timer_id = 0;
	open_bus(bluez);
	return G_SOURCE_REMOVE;
}

static void
retry_later(KnBluez *bluez)
{
	cancel(&bluez->bus_cancellable);
	g_clear_handle_id(&bluez->timer_id, g_source_remove);
	guint wait_ms = kn_bluez_retry_ms(bluez, KN_WAIT_BUS_RETRY_MS, bluez->n_bus_retries++);
	bluez->timer_id = g_timeout_add(wait_ms, on_retry, bluez);
}

static gboolean
on_open_timeout(gpointer user)
{
	KnBluez *bluez = user;
	bluez->timer_id = 0;
	retry_later(bluez);
	return G_SOURCE_REMOVE;
}

static void
leave_bus(KnBluez *bluez)
{
	lose_daemon(bluez);
	kn_bluez_drop_doubt(bluez);
	bluez->n_owner_retries = 0;
	g_clear_handle_id(&bluez->watch_id, g_bus_unwatch_name);
	g_clear_signal_handler(&bluez->closed_id, bluez->connection);
	g_clear_object(&bluez->connection);
}

static void
on_closed(GDBusConnection *connection G_GNUC_UNUSED, gboolean is_remote G_GNUC_UNUSED,
	  GError *error G_GNUC_UNUSED, gpointer user)
{
	KnBluez *bluez = user;
	leave_bus(bluez);
	retry_later(bluez);
	kn_bluez_set_state(bluez, KN_BLUEZ_AT_NO_BUS);
}

/* the bus may open at the very moment we give up, so the cancellable decides, not the error */
typedef struct {
	KnBluez *bluez;            /* borrowed: valid unless cancelled */
	GCancellable *cancellable; /* owned */
} Opening;

static void
use_bus(KnBluez *bluez, GDBusConnection *connection)
{
	g_clear_handle_id(&bluez->timer_id, g_source_remove);
	g_clear_object(&bluez->bus_cancellable);
	bluez->n_bus_retries = 0;
	bluez->connection = g_object_ref(connection);
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	bluez->closed_id = g_signal_connect(connection, "closed", G_CALLBACK(on_closed), bluez);
	kn_bluez_watch_name(bluez);
	/* until the bus has told whether bluetoothd is there nothing is said of it */
}

static void
on_opened(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data)
{
	Opening *opening = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusConnection) connection =
		g_dbus_connection_new_for_address_finish(result, &error);
	gboolean is_cancelled = g_cancellable_is_cancelled(opening->cancellable);
	KnBluez *bluez = opening->bluez;
	g_object_unref(opening->cancellable);
	g_free(opening);
	if (is_cancelled)
		return;
	if (connection && !g_dbus_connection_is_closed(connection))
		use_bus(bluez, connection);
	else
		retry_later(bluez);
}

static void
open_bus(KnBluez *bluez)
{
	GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
				     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
	bluez->bus_cancellable = g_cancellable_new();
	Opening *opening = g_new0(Opening, 1);
	*opening = (Opening){.bluez = bluez, .cancellable = g_object_ref(bluez->bus_cancellable)};
	bluez->timer_id = g_timeout_add((guint)kn_scale_call_ms(bluez->scale, KN_WAIT_BUS_MS),
					on_open_timeout, bluez);
	/* our own connection: the shared one ends the process when dbus-daemon restarts */
	g_dbus_connection_new_for_address(bluez->address, flags, NULL, bluez->bus_cancellable,
					  on_opened, opening);
}

void
kn_bluez_reopen(KnBluez *bluez)
{
	if (!bluez->connection)
		return;
	g_autoptr(GDBusConnection) connection = g_object_ref(bluez->connection);
	leave_bus(bluez);
	g_dbus_connection_close(connection, NULL, NULL, NULL);
	open_bus(bluez);
	kn_bluez_set_state(bluez, KN_BLUEZ_AT_NO_BUS);
}

KnBluez *
kn_bluez_new(const gchar *address, const gchar *const *adapters, gdouble scale,
	     const KnBluezEvents *events, gpointer user)
{
	KnBluez *bluez = g_new0(KnBluez, 1);
	const gchar *system = g_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	bluez->address = g_strdup(address ? address : system ? system : SYSTEM_BUS);
	bluez->scale = scale;
	bluez->events = *events;
	bluez->user = user;
	bluez->adapters = g_strdupv((gchar **)adapters);
	bluez->tree = kn_tree_new(adapters);
	open_bus(bluez);
	return bluez;
}

void
kn_bluez_free(KnBluez *bluez)
{
	if (!bluez)
		return;
	cancel(&bluez->bus_cancellable);
	g_clear_handle_id(&bluez->timer_id, g_source_remove);
	if (bluez->connection) {
		g_autoptr(GDBusConnection) connection = g_object_ref(bluez->connection);
		leave_bus(bluez);
		g_dbus_connection_close(connection, NULL, NULL, NULL);
	}
	kn_tree_free(bluez->tree);
	g_free(bluez->address);
	g_strfreev(bluez->adapters);
	g_free(bluez);
}

KnBluezState
kn_bluez_get_state(const KnBluez *bluez)
{
	return bluez->state;
}

gboolean
kn_bluez_is_mute(const KnBluez *bluez, gboolean was_mute)
{
	return bluez->owner && (was_mute || bluez->is_late || bluez->n_read_retries > 0);
}

KnTree *
kn_bluez_get_tree(KnBluez *bluez)
{
	return bluez->tree;
}
