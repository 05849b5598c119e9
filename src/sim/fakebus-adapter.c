/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/fakebus-private.h"

#define STRANGER_ADDRESS "D0:0D:AD:00:00:01"
#define STRANGER_NODE    "/dev_D0_0D_AD_00_00_01"

static void
set(KnFakebus *bus, const gchar *property, GVariant *value)
{
	kn_bus_tree_set(bus->tree, bus->adapter_path, KN_ADAPTER_INTERFACE, property, value);
}

void
kn_fake_adapter_publish(KnFakebus *bus)
{
	kn_bus_tree_add(bus->tree, bus->adapter_path, KN_ADAPTER_INTERFACE);
	set(bus, "Address", g_variant_new_string(bus->adapter_address));
	set(bus, "AddressType", g_variant_new_string("public"));
	set(bus, "Name", g_variant_new_string("knead-sim"));
	set(bus, "Alias", g_variant_new_string("knead-sim"));
	set(bus, "Powered", g_variant_new_boolean(bus->is_powered));
	set(bus, "Discoverable", g_variant_new_boolean(FALSE));
	set(bus, "Pairable", g_variant_new_boolean(FALSE));
	set(bus, "Discovering", g_variant_new_boolean(FALSE));
	set(bus, "UUIDs", g_variant_new_strv(NULL, 0));
	kn_bus_tree_publish(bus->tree, bus->adapter_path);
}

void
kn_fake_adapter_remove(KnFakebus *bus)
{
	if (bus->tree != NULL)
		kn_bus_tree_remove(bus->tree, bus->adapter_path);
}

/* ---- a deaf radio: Discovering stays as it should be ---- */

gboolean
kn_fake_adapter_silence(KnFakebus *bus, const gchar *cure)
{
	static const gchar *const words[] = {[KN_FAKE_WELL] = "",
					     [KN_FAKE_CURE_SCAN] = "scan",
					     [KN_FAKE_CURE_POWER] = "power",
					     [KN_FAKE_CURE_BLUETOOTHD] = "bluetoothd",
					     [KN_FAKE_CURE_NONE] = "none"};

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!g_str_equal(words[i], cure))
			continue;
		bus->silent = (KnFakeCure)i;
		return TRUE;
	}
	return FALSE;
}

void
kn_fake_adapter_cure(KnFakebus *bus, KnFakeCure cure)
{
	if (bus->silent == cure)
		bus->silent = KN_FAKE_WELL;
}

gboolean
kn_fake_adapter_hears(const KnFakebus *bus)
{
	return bus->tree != NULL && bus->is_plugged && bus->is_powered &&
	       bus->silent == KN_FAKE_WELL;
}

/* ---- a stranger: what a scan for our service never shows ---- */

static void
remove_stranger(KnFakebus *bus)
{
	g_autofree gchar *path = g_strconcat(bus->adapter_path, STRANGER_NODE, NULL);

	kn_bus_tree_remove(bus->tree, path);
}

static void
publish_stranger(KnFakebus *bus, const gchar *path)
{
	kn_bus_tree_add(bus->tree, path, KN_DEVICE_INTERFACE);
	kn_bus_tree_set(bus->tree, path, KN_DEVICE_INTERFACE, "Address",
			g_variant_new_string(STRANGER_ADDRESS));
	kn_bus_tree_set(bus->tree, path, KN_DEVICE_INTERFACE, "Adapter",
			g_variant_new_object_path(bus->adapter_path));
	kn_bus_tree_set(bus->tree, path, KN_DEVICE_INTERFACE, "Bonded",
			g_variant_new_boolean(bus->is_stranger_bonded));
	kn_bus_tree_publish(bus->tree, path);
}

void
kn_fake_adapter_bond_stranger(KnFakebus *bus)
{
	g_autofree gchar *path = g_strconcat(bus->adapter_path, STRANGER_NODE, NULL);

	bus->is_stranger_bonded = TRUE;
	if (bus->tree == NULL || !bus->is_plugged)
		return;
	remove_stranger(bus);
	publish_stranger(bus, path);
}

static void
advertise_stranger(KnFakebus *bus)
{
	g_autofree gchar *path = g_strconcat(bus->adapter_path, STRANGER_NODE, NULL);
	gint16 signal_dbm = (gint16)(-70 - (gint)(bus->n_adverts % 5));

	if (!bus->has_stranger || bus->is_filtered)
		return;
	if (!kn_bus_tree_has(bus->tree, path))
		publish_stranger(bus, path);
	kn_bus_tree_set(bus->tree, path, KN_DEVICE_INTERFACE, "RSSI",
			g_variant_new_int16(signal_dbm));
}

/* ---- discovery: a session a client, which ends with the client ---- */

static gboolean
on_advert(gpointer user)
{
	KnFakebus *bus = user;

	if (bus->silent != KN_FAKE_WELL)
		return G_SOURCE_CONTINUE;
	bus->n_adverts++;
	for (guint i = 0; i < bus->devices->len; i++)
		kn_fake_device_advertise(bus->devices->pdata[i], bus->n_adverts);
	advertise_stranger(bus);
	return G_SOURCE_CONTINUE;
}

static void
end_discovery(KnFakebus *bus)
{
	g_clear_handle_id(&bus->advert, g_source_remove);
	if (bus->tree == NULL || !bus->is_plugged)
		return;
	set(bus, "Discovering", g_variant_new_boolean(FALSE));
	for (guint i = 0; i < bus->devices->len; i++)
		kn_fake_device_forget_signal(bus->devices->pdata[i]);
	if (!bus->is_stranger_bonded)
		remove_stranger(bus);
}

static void
end_session(KnFakebus *bus, const gchar *sender)
{
	guint watch = GPOINTER_TO_UINT(g_hash_table_lookup(bus->scanners, sender));

	if (watch == 0)
		return;
	g_bus_unwatch_name(watch);
	g_hash_table_remove(bus->scanners, sender);
	if (g_hash_table_size(bus->scanners) == 0)
		end_discovery(bus);
}

static void
on_scanner_gone(GDBusConnection *connection, const gchar *name, gpointer user)
{
	g_autofree gchar *sender = g_strdup(name);

	end_session(user, sender);
}

void
kn_fake_adapter_stop_scans(KnFakebus *bus)
{
	GHashTableIter iter;
	gpointer watch;

	if (g_hash_table_size(bus->scanners) == 0)
		return;
	g_hash_table_iter_init(&iter, bus->scanners);
	while (g_hash_table_iter_next(&iter, NULL, &watch))
		g_bus_unwatch_name(GPOINTER_TO_UINT(watch));
	g_hash_table_remove_all(bus->scanners);
	end_discovery(bus);
}

static void
start_discovery(KnFakebus *bus, KnBusCall *call)
{
	const gchar *sender = kn_bus_call_sender(call);
	guint watch;

	if (!bus->is_powered) {
		kn_bus_call_error(call, "org.bluez.Error.NotReady", "Resource Not Ready");
		return;
	}
	if (g_hash_table_contains(bus->scanners, sender)) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress",
				  "Operation already in progress");
		return;
	}
	watch = g_bus_watch_name_on_connection(kn_bus_tree_connection(bus->tree), sender,
					       G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_scanner_gone,
					       bus, NULL);
	g_hash_table_insert(bus->scanners, g_strdup(sender), GUINT_TO_POINTER(watch));
	kn_bus_call_return(call, NULL);
	if (bus->advert != 0)
		return;
	set(bus, "Discovering", g_variant_new_boolean(TRUE));
	bus->advert = g_timeout_add(kn_fake_ms(bus, KN_FAKE_ADVERT_MS), on_advert, bus);
}

static void
stop_discovery(KnFakebus *bus, KnBusCall *call)
{
	g_autofree gchar *sender = g_strdup(kn_bus_call_sender(call));

	if (!g_hash_table_contains(bus->scanners, sender)) {
		kn_fake_adapter_cure(bus, KN_FAKE_CURE_SCAN);
		kn_bus_call_error(call, "org.bluez.Error.Failed", "No discovery started");
		return;
	}
	kn_bus_call_return(call, NULL);
	end_session(bus, sender);
}

static void
set_filter(KnFakebus *bus, GVariant *parameters, KnBusCall *call)
{
	g_autoptr(GVariant) filter = g_variant_get_child_value(parameters, 0);
	g_autoptr(GVariant) uuids =
		g_variant_lookup_value(filter, "UUIDs", G_VARIANT_TYPE_STRING_ARRAY);

	bus->is_filtered = uuids != NULL && g_variant_n_children(uuids) > 0;
	kn_bus_call_return(call, NULL);
}

static void
remove_device(KnFakebus *bus, GVariant *parameters, KnBusCall *call)
{
	const gchar *path;

	g_variant_get(parameters, "(&o)", &path);
	for (guint i = 0; i < bus->devices->len; i++) {
		KnFakeDevice *device = bus->devices->pdata[i];
		if (!g_str_equal(device->path, path) || !kn_bus_tree_has(bus->tree, path))
			continue;
		if (bus->is_powered)
			kn_fake_device_remove(device, call);
		else
			kn_bus_call_error(call, "org.bluez.Error.NotReady", "Resource Not Ready");
		return;
	}
	kn_bus_call_error(call, "org.bluez.Error.DoesNotExist", "Does Not Exist");
}

void
kn_fake_adapter_call(KnFakebus *bus, const gchar *method, GVariant *parameters, KnBusCall *call)
{
	static const gchar *const filters[] = {
		"UUIDs",         "RSSI",         "Pathloss", "Transport",
		"DuplicateData", "Discoverable", "Pattern",  NULL};

	if (g_str_equal(method, "StartDiscovery"))
		start_discovery(bus, call);
	else if (g_str_equal(method, "StopDiscovery"))
		stop_discovery(bus, call);
	else if (g_str_equal(method, "RemoveDevice"))
		remove_device(bus, parameters, call);
	else if (g_str_equal(method, "GetDiscoveryFilters"))
		kn_bus_call_return(call, g_variant_new("(^as)", filters));
	else
		set_filter(bus, parameters, call);
}
