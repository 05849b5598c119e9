/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/peripheral-private.h"

#include <string.h>

enum { RETRY_MS = 1000, CALL_MS = 20000 };

#define BLUEZ "org.bluez"

static void register_all(KnPeripheral *peripheral);

KnPeripheral *
kn_peripheral_new(KnMassager *massager, void (*changed)(gpointer user), gpointer user)
{
	KnPeripheral *peripheral = g_new0(KnPeripheral, 1);
	const gchar *adapter = kn_massager_spec(massager)->adapter;

	peripheral->massager = massager;
	peripheral->changed = changed;
	peripheral->user = user;
	peripheral->adapter_path = g_strconcat("/org/bluez/", adapter, NULL);
	peripheral->root = g_strconcat("/org/knead/sim/", adapter, NULL);
	peripheral->address = g_strdup("");
	peripheral->is_present = TRUE;
	return peripheral;
}

void
kn_peripheral_free(KnPeripheral *peripheral)
{
	kn_peripheral_leave(peripheral);
	kn_massager_free(peripheral->massager);
	g_free(peripheral->adapter_path);
	g_free(peripheral->root);
	g_free(peripheral->address);
	g_free(peripheral->hub);
	g_free(peripheral);
}

/* ---- calls to bluetoothd ---- */

static void
call(KnPeripheral *peripheral, const gchar *path, const gchar *interface, const gchar *method,
     GVariant *parameters, GAsyncReadyCallback done)
{
	g_dbus_connection_call(peripheral->connection, BLUEZ, path, interface, method, parameters,
			       NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS,
			       peripheral->cancellable, done, peripheral);
}

/* FALSE: the peripheral may be gone, or has left; nothing is to be done */
static gboolean
finish(GObject *source, GAsyncResult *result, GVariant **ret_value, GError **error)
{
	g_autoptr(GVariant) value =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, error);

	if (!value && g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return FALSE;
	if (ret_value)
		*ret_value = g_steal_pointer(&value);
	return TRUE;
}

static gboolean
on_retry(gpointer user)
{
	KnPeripheral *peripheral = user;

	peripheral->retry = 0;
	register_all(peripheral);
	return G_SOURCE_REMOVE;
}

static void
retry_later(KnPeripheral *peripheral)
{
	if (peripheral->retry == 0)
		peripheral->retry = g_timeout_add(RETRY_MS, on_retry, peripheral);
}

/* ---- registration ---- */

static gboolean
is_already_there(const GError *error)
{
	g_autofree gchar *name = g_dbus_error_get_remote_error(error);

	return g_strcmp0(name, "org.bluez.Error.AlreadyExists") == 0;
}

static void
on_advertised(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	KnPeripheral *peripheral = user;

	if (!finish(source, result, NULL, &error))
		return;
	/* an earlier call that was answered too late has done it */
	if (error && !is_already_there(error)) {
		g_info("%s does not advertise yet: %s", peripheral->adapter_path, error->message);
		retry_later(peripheral);
		return;
	}
	peripheral->is_advertised = TRUE;
	peripheral->changed(peripheral->user);
}

static void
advertise(KnPeripheral *peripheral)
{
	g_autofree gchar *path = kn_peripheral_path(peripheral, KN_PERIPHERAL_ADVERT);

	if (peripheral->is_present)
		call(peripheral, peripheral->adapter_path, BLUEZ ".LEAdvertisingManager1",
		     "RegisterAdvertisement", g_variant_new("(oa{sv})", path, NULL), on_advertised);
}

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	KnPeripheral *peripheral = user;

	if (!finish(source, result, NULL, &error))
		return;
	if (error && !is_already_there(error)) {
		g_info("%s has no service yet: %s", peripheral->adapter_path, error->message);
		retry_later(peripheral);
		return;
	}
	peripheral->is_app_registered = TRUE;
	advertise(peripheral);
}

/* whatever the answer: an adapter that cannot be switched on refuses the rest, too */
static void
on_powered(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	KnPeripheral *peripheral = user;

	if (!finish(source, result, NULL, &error))
		return;
	call(peripheral, peripheral->adapter_path, BLUEZ ".GattManager1", "RegisterApplication",
	     g_variant_new("(oa{sv})", peripheral->root, NULL), on_registered);
}

static void
set_property(KnPeripheral *peripheral, const gchar *name, GVariant *value, GAsyncReadyCallback done)
{
	call(peripheral, peripheral->adapter_path, "org.freedesktop.DBus.Properties", "Set",
	     g_variant_new("(ssv)", BLUEZ ".Adapter1", name, value), done);
}

static void
on_address(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) value = NULL;
	KnPeripheral *peripheral = user;

	if (!finish(source, result, &value, &error))
		return;
	if (error || !g_variant_is_of_type(value, G_VARIANT_TYPE("(v)"))) {
		retry_later(peripheral);
		return;
	}
	g_autoptr(GVariant) address = NULL;
	g_variant_get(value, "(v)", &address);
	g_free(peripheral->address);
	peripheral->address = g_variant_is_of_type(address, G_VARIANT_TYPE_STRING)
				      ? g_variant_dup_string(address, NULL)
				      : g_strdup("");
	set_property(peripheral, "Powered", g_variant_new_boolean(TRUE), on_powered);
}

static void
register_all(KnPeripheral *peripheral)
{
	if (peripheral->is_app_registered)
		advertise(peripheral);
	else
		call(peripheral, peripheral->adapter_path, "org.freedesktop.DBus.Properties", "Get",
		     g_variant_new("(ss)", BLUEZ ".Adapter1", "Address"), on_address);
}

void
kn_peripheral_join(KnPeripheral *peripheral, GDBusConnection *connection)
{
	kn_peripheral_leave(peripheral);
	peripheral->connection = g_object_ref(connection);
	peripheral->cancellable = g_cancellable_new();
	kn_peripheral_watch(peripheral);
	if (kn_peripheral_export(peripheral))
		register_all(peripheral);
}

void
kn_peripheral_leave(KnPeripheral *peripheral)
{
	kn_peripheral_part(peripheral);
	g_clear_handle_id(&peripheral->retry, g_source_remove);
	if (!peripheral->connection)
		return;
	g_cancellable_cancel(peripheral->cancellable);
	g_clear_object(&peripheral->cancellable);
	kn_peripheral_unexport(peripheral);
	kn_peripheral_unwatch(peripheral);
	g_clear_object(&peripheral->connection);
	peripheral->is_subscribed = FALSE;
	peripheral->is_app_registered = FALSE;
	peripheral->is_advertised = FALSE;
	peripheral->changed(peripheral->user);
}

/* ---- the person and the faults ---- */

static void
ask_and_forget(KnPeripheral *peripheral, const gchar *path, const gchar *interface,
	       const gchar *method, GVariant *parameters)
{
	if (peripheral->connection)
		g_dbus_connection_call(peripheral->connection, BLUEZ, path, interface, method,
				       parameters, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS,
				       NULL, NULL, NULL);
	else
		g_variant_unref(g_variant_ref_sink(parameters));
}

void
kn_peripheral_drop_link(KnPeripheral *peripheral)
{
	if (peripheral->hub)
		ask_and_forget(peripheral, peripheral->hub, BLUEZ ".Device1", "Disconnect",
			       g_variant_new("()"));
}

void
kn_peripheral_set_present(KnPeripheral *peripheral, gboolean is_present)
{
	g_autofree gchar *path = kn_peripheral_path(peripheral, KN_PERIPHERAL_ADVERT);

	if (peripheral->is_present == is_present)
		return;
	peripheral->is_present = is_present;
	if (!peripheral->connection)
		return;
	if (is_present) {
		register_all(peripheral);
		return;
	}
	ask_and_forget(peripheral, peripheral->adapter_path, BLUEZ ".LEAdvertisingManager1",
		       "UnregisterAdvertisement", g_variant_new("(o)", path));
	peripheral->is_advertised = FALSE;
	kn_peripheral_drop_link(peripheral);
}

static void
on_objects(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) value = NULL;
	g_autoptr(GVariantIter) objects = NULL;
	KnPeripheral *peripheral = user;
	const gchar *path = NULL;
	GVariant *interfaces = NULL;

	if (!finish(source, result, &value, &error) || !value ||
	    !g_variant_is_of_type(value, G_VARIANT_TYPE("(a{oa{sa{sv}}})")))
		return;
	g_variant_get(value, "(a{oa{sa{sv}}})", &objects);
	while (g_variant_iter_loop(objects, "{&o@a{sa{sv}}}", &path, &interfaces)) {
		g_autoptr(GVariant) device =
			g_variant_lookup_value(interfaces, BLUEZ ".Device1", NULL);
		if (device && g_str_has_prefix(path, peripheral->adapter_path) &&
		    path[strlen(peripheral->adapter_path)] == '/')
			ask_and_forget(peripheral, peripheral->adapter_path, BLUEZ ".Adapter1",
				       "RemoveDevice", g_variant_new("(o)", path));
	}
}

gboolean
kn_peripheral_lose_bonds(KnPeripheral *peripheral)
{
	if (!peripheral->connection)
		return FALSE;
	call(peripheral, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
	     on_objects);
	return TRUE;
}

/* ---- what is so ---- */

gboolean
kn_peripheral_is_ready(const KnPeripheral *peripheral)
{
	return peripheral->is_app_registered &&
	       (peripheral->is_advertised || !peripheral->is_present);
}

const gchar *
kn_peripheral_adapter_path(const KnPeripheral *peripheral)
{
	return peripheral->adapter_path;
}

const gchar *
kn_peripheral_address(const KnPeripheral *peripheral)
{
	return peripheral->address;
}

KnMassager *
kn_peripheral_massager(KnPeripheral *peripheral)
{
	return peripheral->massager;
}

void
kn_peripheral_get_link(const KnPeripheral *peripheral, KnSimLink *ret_link)
{
	*ret_link = (KnSimLink){
		.is_connected = peripheral->is_linked,
		.is_present = peripheral->is_present,
		.is_notifying = peripheral->is_linked && peripheral->is_subscribed,
		.n_notified = peripheral->n_notified,
		.n_connects = peripheral->n_connects,
	};
}
