/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/encode.h"
#include "sim/gatt-names.h"
#include "sim/model.h"
#include "sim/peripheral-private.h"

#include <string.h>

static const gchar xml[] =
	"<node>"
	"<interface name='org.freedesktop.DBus.ObjectManager'>"
	"<method name='GetManagedObjects'><arg type='a{oa{sa{sv}}}' direction='out'/></method>"
	"</interface>"
	"<interface name='org.bluez.GattService1'>"
	"<property name='UUID' type='s' access='read'/>"
	"<property name='Primary' type='b' access='read'/>"
	"</interface>"
	"<interface name='org.bluez.GattCharacteristic1'>"
	"<method name='ReadValue'><arg type='a{sv}' direction='in'/><arg type='ay' "
	"direction='out'/></method>"
	"<method name='WriteValue'><arg type='ay' direction='in'/><arg type='a{sv}' "
	"direction='in'/></method>"
	"<method name='StartNotify'/>"
	"<method name='StopNotify'/>"
	"<property name='UUID' type='s' access='read'/>"
	"<property name='Service' type='o' access='read'/>"
	"<property name='Flags' type='as' access='read'/>"
	"</interface>"
	"<interface name='org.bluez.LEAdvertisement1'>"
	"<method name='Release'/>"
	"<property name='Type' type='s' access='read'/>"
	"<property name='ServiceUUIDs' type='as' access='read'/>"
	"<property name='LocalName' type='s' access='read'/>"
	"<property name='Discoverable' type='b' access='read'/>"
	"</interface>"
	"</node>";

static const struct {
	const gchar *tail;
	const gchar *interface;
	const gchar *uuid;
	const gchar *flag; /* of a characteristic */
} objects[KN_PERIPHERAL_OBJECTS] = {
	[KN_PERIPHERAL_ROOT] = {"", "org.freedesktop.DBus.ObjectManager", NULL, NULL},
	[KN_PERIPHERAL_SERVICE] = {"/service0001", "org.bluez.GattService1", KN_SERVICE_UUID, NULL},
	[KN_PERIPHERAL_INFO] = {"/service0001/info", "org.bluez.GattCharacteristic1", KN_INFO_UUID,
				"encrypt-read"},
	[KN_PERIPHERAL_DATA] = {"/service0001/data", "org.bluez.GattCharacteristic1", KN_DATA_UUID,
				"encrypt-notify"},
	[KN_PERIPHERAL_CONTROL] = {"/service0001/control", "org.bluez.GattCharacteristic1",
				   KN_CONTROL_UUID, "encrypt-write"},
	[KN_PERIPHERAL_ADVERT] = {"/advert", "org.bluez.LEAdvertisement1", NULL, NULL},
};

gchar *
kn_peripheral_path(const KnPeripheral *peripheral, guint object)
{
	return g_strconcat(peripheral->root, objects[object].tail, NULL);
}

static guint
object_of(const KnPeripheral *peripheral, const gchar *path)
{
	gsize n_root = strlen(peripheral->root);
	guint i = 0;

	while (i < KN_PERIPHERAL_OBJECTS && !g_str_equal(objects[i].tail, path + n_root))
		i++;
	return i;
}

/* ---- properties ---- */

static GVariant *
property_of(const KnPeripheral *peripheral, guint object, const gchar *name)
{
	static const gchar *const uuids[] = {KN_SERVICE_UUID, NULL};
	const gchar *flags[] = {objects[object].flag, NULL};
	g_autofree gchar *service = kn_peripheral_path(peripheral, KN_PERIPHERAL_SERVICE);

	if (g_str_equal(name, "UUID"))
		return g_variant_new_string(objects[object].uuid);
	if (g_str_equal(name, "Primary") || g_str_equal(name, "Discoverable"))
		return g_variant_new_boolean(TRUE);
	if (g_str_equal(name, "Service"))
		return g_variant_new_object_path(service);
	if (g_str_equal(name, "Flags"))
		return g_variant_new_strv(flags, -1);
	if (g_str_equal(name, "Type"))
		return g_variant_new_string("peripheral");
	if (g_str_equal(name, "ServiceUUIDs"))
		return g_variant_new_strv(uuids, -1);
	return g_variant_new_string(
		kn_massager_spec(peripheral->massager)->name != NULL
			? kn_massager_spec(peripheral->massager)->name
			: kn_model_name(kn_massager_info(peripheral->massager)->kind));
}

static GVariant *
on_get(GDBusConnection *connection, const gchar *sender, const gchar *path, const gchar *interface,
       const gchar *name, GError **error, gpointer user)
{
	return property_of(user, object_of(user, path), name);
}

static GVariant *
managed_objects(const KnPeripheral *peripheral)
{
	static const gchar *const of_service[] = {"UUID", "Primary", NULL};
	static const gchar *const of_characteristic[] = {"UUID", "Service", "Flags", NULL};
	GVariantBuilder all;

	g_variant_builder_init(&all, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
	for (guint i = KN_PERIPHERAL_SERVICE; i <= KN_PERIPHERAL_CONTROL; i++) {
		const gchar *const *names =
			i == KN_PERIPHERAL_SERVICE ? of_service : of_characteristic;
		g_autofree gchar *path = kn_peripheral_path(peripheral, i);
		g_variant_builder_open(&all, G_VARIANT_TYPE("{oa{sa{sv}}}"));
		g_variant_builder_add(&all, "o", path);
		g_variant_builder_open(&all, G_VARIANT_TYPE("a{sa{sv}}"));
		g_variant_builder_open(&all, G_VARIANT_TYPE("{sa{sv}}"));
		g_variant_builder_add(&all, "s", objects[i].interface);
		g_variant_builder_open(&all, G_VARIANT_TYPE_VARDICT);
		for (guint k = 0; names[k]; k++)
			g_variant_builder_add(&all, "{sv}", names[k],
					      property_of(peripheral, i, names[k]));
		g_variant_builder_close(&all);
		g_variant_builder_close(&all);
		g_variant_builder_close(&all);
		g_variant_builder_close(&all);
	}
	return g_variant_builder_end(&all);
}

/* ---- what a hub does ---- */

static void
read_info(KnPeripheral *peripheral, GVariant *parameters, GDBusMethodInvocation *invocation)
{
	g_autoptr(GVariant) options = g_variant_get_child_value(parameters, 0);
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n_bytes = kn_encode_info(kn_massager_info(peripheral->massager), bytes, sizeof bytes);
	guint16 offset = 0;

	kn_peripheral_meet(peripheral, options);
	g_variant_lookup(options, "offset", "q", &offset);
	if (offset > n_bytes) {
		g_dbus_method_invocation_return_dbus_error(
			invocation, "org.bluez.Error.InvalidOffset", "beyond the end");
		return;
	}
	g_dbus_method_invocation_return_value(
		invocation, g_variant_new("(@ay)", g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE,
									     bytes + offset,
									     n_bytes - offset, 1)));
}

static void
write_control(KnPeripheral *peripheral, GVariant *parameters, GDBusMethodInvocation *invocation)
{
	g_autoptr(GVariant) value = g_variant_get_child_value(parameters, 0);
	g_autoptr(GVariant) options = g_variant_get_child_value(parameters, 1);
	gsize n_bytes;
	const guint8 *bytes = g_variant_get_fixed_array(value, &n_bytes, 1);

	kn_peripheral_meet(peripheral, options);
	if (n_bytes > KN_CONTROL_BYTES_MAX) {
		g_dbus_method_invocation_return_dbus_error(
			invocation, "org.bluez.Error.InvalidValueLength", "too long");
		return;
	}
	kn_massager_control(peripheral->massager, kn_sim_now_us(), bytes, n_bytes);
	g_dbus_method_invocation_return_value(invocation, NULL);
	kn_peripheral_pump(peripheral);
}

static void
subscribe(KnPeripheral *peripheral, gboolean is_wanted, GDBusMethodInvocation *invocation)
{
	peripheral->is_subscribed = is_wanted;
	g_dbus_method_invocation_return_value(invocation, NULL);
	kn_peripheral_pump(peripheral);
}

static void
on_call(GDBusConnection *connection, const gchar *sender, const gchar *path, const gchar *interface,
	const gchar *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user)
{
	KnPeripheral *peripheral = user;
	guint object = object_of(peripheral, path);

	if (object == KN_PERIPHERAL_ROOT)
		g_dbus_method_invocation_return_value(
			invocation, g_variant_new("(@a{oa{sa{sv}}})", managed_objects(peripheral)));
	else if (object == KN_PERIPHERAL_ADVERT)
		g_dbus_method_invocation_return_value(invocation, NULL);
	else if (object == KN_PERIPHERAL_INFO && g_str_equal(method, "ReadValue"))
		read_info(peripheral, parameters, invocation);
	else if (object == KN_PERIPHERAL_CONTROL && g_str_equal(method, "WriteValue"))
		write_control(peripheral, parameters, invocation);
	else if (object == KN_PERIPHERAL_DATA && g_str_has_suffix(method, "Notify"))
		subscribe(peripheral, g_str_equal(method, "StartNotify"), invocation);
	else
		g_dbus_method_invocation_return_dbus_error(
			invocation, "org.bluez.Error.NotSupported", "not of this characteristic");
}

/* ---- export ---- */

gboolean
kn_peripheral_export(KnPeripheral *peripheral)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_call, .get_property = on_get};
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(xml, NULL);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < KN_PERIPHERAL_OBJECTS; i++) {
		g_autofree gchar *path = kn_peripheral_path(peripheral, i);
		GDBusInterfaceInfo *interface =
			g_dbus_node_info_lookup_interface(info, objects[i].interface);
		peripheral->objects[i] = g_dbus_connection_register_object(
			peripheral->connection, path, interface, &vtable, peripheral, NULL, &error);
		if (peripheral->objects[i] == 0) {
			g_warning("%s: %s", path, error->message);
			return FALSE;
		}
	}
	return TRUE;
}

void
kn_peripheral_unexport(KnPeripheral *peripheral)
{
	for (guint i = 0; i < KN_PERIPHERAL_OBJECTS; i++) {
		if (peripheral->objects[i] != 0)
			g_dbus_connection_unregister_object(peripheral->connection,
							    peripheral->objects[i]);
		peripheral->objects[i] = 0;
	}
}
