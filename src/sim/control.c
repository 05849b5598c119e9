/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/control.h"
#include "sim/bus-open.h"
#include "sim/control-device.h"
#include "sim/control-xml.h"

#define ERROR_NOT_FOUND KN_SIM_CONTROL_INTERFACE ".Error.NotFound"
#define ERROR_REFUSED   KN_SIM_CONTROL_INTERFACE ".Error.Refused"
#define ERROR_ARGUMENTS KN_SIM_CONTROL_INTERFACE ".Error.InvalidArguments"

struct KnSimControl {
	KnSimPlace place;
	KnSimReadyFunc ready;
	gpointer user;
	GCancellable *cancellable;   /* owned */
	GDBusNodeInfo *info;         /* owned */
	GDBusConnection *connection; /* owned; NULL before it is open */
	guint object;
	guint name_owner;
};

/* ---- routing ---- */

static KnSimOutcome
run_place_method(const KnSimPlace *place, const gchar *method, GVariant *parameters,
		 GVariant **ret_result)
{
	gboolean is_so = FALSE;

	if (g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
		g_variant_get(parameters, "(b)", &is_so);
	if (g_str_equal(method, "ListDevices")) {
		g_auto(GStrv) addresses = place->type->list(place->place);
		*ret_result = g_variant_new("(^as)", addresses);
		return KN_SIM_OK;
	}
	/* a real bluetoothd is nobody's to play with */
	if (place->type->set_bluez == NULL)
		return KN_SIM_REFUSED;
	if (g_str_equal(method, "SetBluez")) {
		place->type->set_bluez(place->place, is_so);
	} else if (g_str_equal(method, "SetAdapter")) {
		place->type->set_adapter(place->place, is_so);
	} else if (g_str_equal(method, "MoveAdapter")) {
		const gchar *name;
		g_autofree gchar *node = NULL;
		g_variant_get(parameters, "(&s)", &name);
		node = g_strconcat("/", name, NULL);
		if (!g_variant_is_object_path(node))
			return KN_SIM_ARGUMENTS;
		place->type->move_adapter(place->place, name);
	} else if (g_str_equal(method, "SetPowered")) {
		place->type->set_powered(place->place, is_so);
	} else if (g_str_equal(method, "SetLinks")) {
		guint32 n_links;
		g_variant_get(parameters, "(u)", &n_links);
		place->type->set_links(place->place, n_links);
	} else if (g_str_equal(method, "HideLimit")) {
		place->type->hide_limit(place->place, is_so);
	} else if (g_str_equal(method, "SetSpeed")) {
		guint32 times;
		g_variant_get(parameters, "(u)", &times);
		place->type->set_speed(place->place, times);
	} else if (g_str_equal(method, "SetStranger")) {
		place->type->set_stranger(place->place, is_so);
	} else if (g_str_equal(method, "BondStranger")) {
		place->type->bond_stranger(place->place);
	} else if (g_str_equal(method, "SetSilent")) {
		const gchar *cure;
		g_variant_get(parameters, "(&s)", &cure);
		if (!place->type->set_silent(place->place, cure))
			return KN_SIM_ARGUMENTS;
	} else if (g_str_equal(method, "FailNext")) {
		const gchar *failing, *name, *message;
		guint32 count;
		g_variant_get(parameters, "(&s&s&su)", &failing, &name, &message, &count);
		if (!g_dbus_is_error_name(name))
			return KN_SIM_ARGUMENTS;
		place->type->fail_next(place->place, failing, name, message, count);
	}
	return KN_SIM_OK;
}

static void
on_call(GDBusConnection *connection, const gchar *sender, const gchar *path, const gchar *interface,
	const gchar *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user)
{
	KnSimControl *control = user;
	GVariant *result = NULL;
	KnSimOutcome outcome = KN_SIM_OK;
	const KnSimDeviceMethod *found = kn_sim_find_device_method(method);

	if (found != NULL) {
		const gchar *address;
		KnSimDevice device = {.type = control->place.type};
		g_variant_get_child(parameters, 0, "&s", &address);
		device.thing = control->place.type->find(control->place.place, address);
		if (device.thing == NULL) {
			g_dbus_method_invocation_return_dbus_error(invocation, ERROR_NOT_FOUND,
								   "no device has this address");
			return;
		}
		device.massager = device.type->get_massager(device.thing);
		outcome = found->run(&device, parameters, &result);
	} else {
		outcome = run_place_method(&control->place, method, parameters, &result);
	}
	if (outcome == KN_SIM_OK)
		g_dbus_method_invocation_return_value(invocation, result);
	else if (outcome == KN_SIM_REFUSED)
		g_dbus_method_invocation_return_dbus_error(invocation, ERROR_REFUSED,
							   "not now, or no longer there");
	else
		g_dbus_method_invocation_return_dbus_error(
			invocation, ERROR_ARGUMENTS, "see the introspection for what is meant");
}

/* ---- the connection ---- */

static void
on_name_acquired(GDBusConnection *connection, const gchar *name, gpointer user)
{
	KnSimControl *control = user;

	control->ready(control->user, TRUE, "");
}

static void
on_name_lost(GDBusConnection *connection, const gchar *name, gpointer user)
{
	KnSimControl *control = user;

	control->ready(control->user, FALSE, "the name is taken, or the bus is gone");
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_call};
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection = g_dbus_connection_new_for_address_finish(result, &error);
	KnSimControl *control = user;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (connection == NULL) {
		control->ready(control->user, FALSE, error->message);
		return;
	}
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	control->connection = connection;
	control->object = g_dbus_connection_register_object(connection, KN_SIM_CONTROL_PATH,
							    control->info->interfaces[0], &vtable,
							    control, NULL, NULL);
	control->name_owner = g_bus_own_name_on_connection(
		connection, KN_SIM_CONTROL_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
		on_name_acquired, on_name_lost, control, NULL);
}

KnSimControl *
kn_sim_control_new(const gchar *bus_address, KnSimPlace place, KnSimReadyFunc ready, gpointer user)
{
	KnSimControl *control = g_new0(KnSimControl, 1);

	control->place = place;
	control->ready = ready;
	control->user = user;
	control->info = g_dbus_node_info_new_for_xml(kn_sim_control_xml, NULL);
	control->cancellable = g_cancellable_new();
	kn_bus_open(bus_address, control->cancellable, on_connected, control);
	return control;
}

void
kn_sim_control_free(KnSimControl *control)
{
	if (control == NULL)
		return;
	g_cancellable_cancel(control->cancellable);
	g_clear_handle_id(&control->name_owner, g_bus_unown_name);
	if (control->connection != NULL) {
		g_dbus_connection_unregister_object(control->connection, control->object);
		g_dbus_connection_close(control->connection, NULL, NULL, NULL);
		g_object_unref(control->connection);
	}
	g_object_unref(control->cancellable);
	g_dbus_node_info_unref(control->info);
	g_free(control);
}
