/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/fakebus-agent.h"

#include <string.h>

static void
failure_free(gpointer data)
{
	KnFakeFailure *failure = data;

	g_free(failure->method);
	g_free(failure->name);
	g_free(failure->message);
	g_free(failure);
}

/* ---- routing ---- */

/* path: what it was called on */
static gboolean
is_failed_on_purpose(KnFakebus *bus, const gchar *path, const gchar *method, KnBusCall *call)
{
	for (guint i = 0; i < bus->failures->len; i++) {
		KnFakeFailure *failure = bus->failures->pdata[i];
		if (!g_str_equal(failure->method, method))
			continue;
		kn_bus_call_error(call, failure->name, failure->message);
		/* then it is so: until it is heard again, or bluetoothd restarts */
		if (g_str_equal(failure->name, "org.freedesktop.DBus.Error.UnknownObject"))
			kn_bus_tree_lose(bus->tree, path);
		if (--failure->count == 0)
			g_ptr_array_remove_index(bus->failures, i);
		return TRUE;
	}
	return FALSE;
}

static KnFakeDevice *
device_of_path(KnFakebus *bus, const gchar *path)
{
	for (guint i = 0; i < bus->devices->len; i++) {
		KnFakeDevice *device = bus->devices->pdata[i];
		gsize n = strlen(device->path);
		if (strncmp(path, device->path, n) == 0 && (path[n] == '\0' || path[n] == '/'))
			return device;
	}
	return NULL;
}

static void
on_call(gpointer user, const gchar *path, const gchar *interface, const gchar *method,
	GVariant *parameters, KnBusCall *call)
{
	KnFakebus *bus = user;
	KnFakeDevice *device = device_of_path(bus, path);

	if (is_failed_on_purpose(bus, path, method, call))
		return;
	if (g_str_equal(interface, KN_AGENTS_INTERFACE))
		kn_fake_agents_call(bus, method, parameters, call);
	else if (g_str_equal(interface, KN_ADAPTER_INTERFACE))
		kn_fake_adapter_call(bus, method, parameters, call);
	else if (device != NULL && g_str_equal(interface, KN_DEVICE_INTERFACE))
		kn_fake_device_call(device, method, call);
	else if (device != NULL && g_str_equal(interface, KN_CHRC_INTERFACE))
		kn_fake_gatt_call(device, path, method, parameters, call);
	else
		kn_bus_call_error(call, "org.bluez.Error.NotSupported",
				  "Operation is not supported");
}

static void
on_set(gpointer user, const gchar *path, const gchar *interface, const gchar *property,
       GVariant *value, KnBusCall *call)
{
	KnFakebus *bus = user;
	gboolean is_boolean = g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN);
	gboolean is_power = g_str_equal(interface, KN_ADAPTER_INTERFACE) &&
			    g_str_equal(property, "Powered") && is_boolean;
	const gchar *what = !is_power                      ? "Set"
			    : g_variant_get_boolean(value) ? "PowerOn"
							   : "PowerOff";

	if (is_failed_on_purpose(bus, path, what, call))
		return;
	if (is_power) {
		kn_fakebus_set_powered(bus, g_variant_get_boolean(value));
		kn_bus_call_return(call, NULL);
	} else if (g_str_equal(interface, KN_DEVICE_INTERFACE) &&
		   g_str_equal(property, "Trusted") && is_boolean) {
		kn_bus_tree_set(bus->tree, path, interface, property, value);
		kn_bus_call_return(call, NULL);
	} else {
		kn_bus_call_error(call, "org.bluez.Error.InvalidArguments",
				  "Invalid arguments in method call");
	}
}

static void
on_ready(gpointer user, gboolean is_ready, const gchar *why)
{
	KnFakebus *bus = user;

	bus->ready(bus->user, is_ready, why);
}

/* ---- life ---- */

static gboolean
on_tick(gpointer user)
{
	KnFakebus *bus = user;
	gint64 now_us = kn_sim_now_us();

	for (guint i = 0; i < bus->devices->len; i++) {
		KnFakeDevice *device = bus->devices->pdata[i];
		kn_massager_advance(device->massager, now_us);
		kn_fake_device_pump(device);
	}
	return G_SOURCE_CONTINUE;
}

static void
publish_all(KnFakebus *bus)
{
	if (!bus->is_plugged)
		return;
	kn_fake_adapter_publish(bus);
	for (guint i = 0; i < bus->devices->len; i++) {
		KnFakeDevice *device = bus->devices->pdata[i];
		if (device->is_bonded || device->is_kept)
			kn_fake_device_publish(device);
	}
}

static void
start(KnFakebus *bus)
{
	static const KnBusTreeHandlers handlers = {
		.ready = on_ready, .call = on_call, .set = on_set};

	bus->tree = kn_bus_tree_new(bus->bus_address, "org.bluez", kn_fakebus_xml, &handlers, bus);
	kn_fake_agents_publish(bus);
	for (guint i = 0; i < bus->devices->len; i++)
		kn_fake_device_settle(bus->devices->pdata[i]);
	publish_all(bus);
}

KnFakebus *
kn_fakebus_new(const gchar *bus_address, const gchar *adapter_address, guint temporary_s,
	       KnSimReadyFunc ready, gpointer user)
{
	KnFakebus *bus = g_new0(KnFakebus, 1);

	bus->bus_address = g_strdup(bus_address);
	bus->adapter_address = g_strdup(adapter_address);
	bus->adapter_path = g_strdup("/org/bluez/hci0");
	bus->temporary_s = temporary_s;
	bus->ready = ready;
	bus->user = user;
	bus->devices = g_ptr_array_new_with_free_func(kn_fake_device_free);
	bus->scanners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bus->agents = g_ptr_array_new_with_free_func(kn_fake_agent_unref);
	bus->failures = g_ptr_array_new_with_free_func(failure_free);
	bus->is_plugged = TRUE;
	bus->is_powered = TRUE;
	start(bus);
	bus->tick = g_timeout_add(KN_FAKE_TICK_MS, on_tick, bus);
	return bus;
}

static void
drop_links(KnFakebus *bus)
{
	for (guint i = 0; i < bus->devices->len; i++)
		kn_fake_device_drop_link(bus->devices->pdata[i]);
}

static void
stop(KnFakebus *bus, gboolean is_orderly)
{
	for (guint i = 0; i < bus->devices->len; i++)
		if (is_orderly)
			kn_fake_pairing_end(bus->devices->pdata[i], KN_FAKE_PAIR_UNREACHED);
		else
			kn_fake_pairing_abandon(bus->devices->pdata[i]);
	kn_fake_agents_drop(bus, is_orderly);
	drop_links(bus);
	kn_fake_adapter_stop_scans(bus);
	if (is_orderly)
		kn_bus_tree_flush(bus->tree);
	g_clear_pointer(&bus->tree, kn_bus_tree_free);
}

void
kn_fakebus_free(KnFakebus *bus)
{
	if (bus == NULL)
		return;
	g_clear_handle_id(&bus->tick, g_source_remove);
	if (bus->tree != NULL)
		stop(bus, TRUE);
	g_ptr_array_unref(bus->devices);
	g_ptr_array_unref(bus->agents);
	g_hash_table_unref(bus->scanners);
	g_ptr_array_unref(bus->failures);
	g_free(bus->bus_address);
	g_free(bus->adapter_address);
	g_free(bus->adapter_path);
	g_free(bus);
}

KnFakeDevice *
kn_fakebus_add(KnFakebus *bus, KnMassager *massager)
{
	const KnMassagerSpec *spec = kn_massager_spec(massager);
	KnFakeDevice *device = g_new0(KnFakeDevice, 1);

	device->bus = bus;
	device->massager = massager;
	device->address = g_ascii_strup(spec->address, -1);
	device->is_bonded = spec->is_bonded;
	kn_fake_device_settle(device);
	device->is_present = TRUE;
	device->notify_fd = -1;
	g_ptr_array_add(bus->devices, device);
	if (device->is_bonded && bus->is_plugged && bus->tree != NULL)
		kn_fake_device_publish(device);
	return device;
}

/* ---- faults ---- */

void
kn_fakebus_set_bluez(KnFakebus *bus, gboolean is_running)
{
	if (!is_running && bus->tree != NULL)
		stop(bus, FALSE);
	else if (is_running && bus->tree == NULL)
		start(bus);
	if (!is_running)
		kn_fake_adapter_cure(bus, KN_FAKE_CURE_BLUETOOTHD);
}

void
kn_fakebus_set_adapter(KnFakebus *bus, gboolean is_plugged)
{
	if (bus->is_plugged == is_plugged)
		return;
	if (!is_plugged) {
		drop_links(bus);
		kn_fake_adapter_stop_scans(bus);
		for (guint i = 0; i < bus->devices->len; i++)
			kn_fake_device_unpublish(bus->devices->pdata[i]);
		kn_fake_adapter_remove(bus);
	}
	bus->is_plugged = is_plugged;
	if (bus->tree != NULL)
		publish_all(bus);
}

void
kn_fakebus_move_adapter(KnFakebus *bus, const gchar *name)
{
	kn_fakebus_set_adapter(bus, FALSE);
	g_free(bus->adapter_path);
	bus->adapter_path = g_strconcat("/org/bluez/", name, NULL);
	for (guint i = 0; i < bus->devices->len; i++)
		kn_fake_device_settle(bus->devices->pdata[i]);
	kn_fakebus_set_adapter(bus, TRUE);
}

void
kn_fakebus_set_powered(KnFakebus *bus, gboolean is_powered)
{
	if (bus->is_powered == is_powered)
		return;
	bus->is_powered = is_powered;
	if (!is_powered) {
		kn_fake_adapter_cure(bus, KN_FAKE_CURE_POWER);
		drop_links(bus);
		kn_fake_adapter_stop_scans(bus);
	}
	if (bus->tree != NULL)
		kn_bus_tree_set(bus->tree, bus->adapter_path, KN_ADAPTER_INTERFACE, "Powered",
				g_variant_new_boolean(is_powered));
}

void
kn_fakebus_fail_next(KnFakebus *bus, const gchar *method, const gchar *error_name,
		     const gchar *message, guint count)
{
	KnFakeFailure *failure;

	for (guint i = bus->failures->len; count == 0 && i > 0; i--) {
		failure = bus->failures->pdata[i - 1];
		if (g_str_equal(failure->method, method))
			g_ptr_array_remove_index(bus->failures, i - 1);
	}
	if (count == 0)
		return;
	failure = g_new0(KnFakeFailure, 1);
	failure->method = g_strdup(method);
	failure->name = g_strdup(error_name);
	failure->message = g_strdup(message);
	failure->count = count;
	g_ptr_array_add(bus->failures, failure);
}
