/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"
#include "radio/tree-private.h"

#include <string.h>

enum {
	ADDRESS_LENGTH = 17, /* AA:BB:CC:DD:EE:FF */
	SIGNAL_MAX_DBM =
		20, /* of a report of the controller; above is 127, not available (Core 5.4, Vol 4, Part E, 7.7.65.2) */
};

static void
adapter_free(gpointer data)
{
	KnTreeAdapter *adapter = data;
	g_free(adapter->path);
	g_free(adapter->address);
	g_free(adapter);
}

static void
device_free(gpointer data)
{
	KnTreeDevice *device = data;
	g_free(device->path);
	g_free(device->adapter);
	g_free(device->address);
	g_free(device->name);
	g_free(device);
}

KnTree *
kn_tree_new(const gchar *const *wanted)
{
	KnTree *tree = g_new0(KnTree, 1);
	tree->wanted = g_strdupv((gchar **)wanted);
	tree->adapters = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, adapter_free);
	tree->devices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, device_free);
	tree->attrs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kn_tree_attrs_free);
	return tree;
}

void
kn_tree_free(KnTree *tree)
{
	if (!tree)
		return;
	g_hash_table_unref(tree->adapters);
	g_hash_table_unref(tree->devices);
	g_hash_table_unref(tree->attrs);
	g_strfreev(tree->wanted);
	g_free(tree);
}

void
kn_tree_clear(KnTree *tree)
{
	g_hash_table_remove_all(tree->adapters);
	g_hash_table_remove_all(tree->devices);
	g_hash_table_remove_all(tree->attrs);
}

static gboolean
is_wanted(const KnTree *tree, GVariant *properties)
{
	const gchar *address = NULL;
	g_autofree gchar *upper = NULL;
	if (!tree->wanted)
		return TRUE;
	if (!g_variant_lookup(properties, "Address", "&s", &address))
		return FALSE;
	upper = g_ascii_strup(address, (gssize)strnlen(address, 17));
	return g_strv_contains((const gchar *const *)tree->wanted, upper);
}

/* a device of an adapter that does not count is as if not there */
static gboolean
counts(const KnTree *tree, const KnTreeDevice *device)
{
	return !tree->wanted || g_hash_table_contains(tree->adapters, device->adapter);
}

static guint
put_adapter(KnTree *tree, const gchar *path, GVariant *properties)
{
	KnTreeAdapter *adapter = g_hash_table_lookup(tree->adapters, path);
	if (!adapter && (g_hash_table_size(tree->adapters) >= KN_TREE_ADAPTERS_MAX ||
			 !is_wanted(tree, properties)))
		return 0;
	if (!adapter) {
		adapter = g_new0(KnTreeAdapter, 1);
		adapter->path = g_strdup(path);
		adapter->address = g_strdup("");
		g_hash_table_insert(tree->adapters, adapter->path, adapter);
	}
	const gchar *address = NULL;
	if (g_variant_lookup(properties, "Address", "&s", &address)) {
		g_free(adapter->address);
		adapter->address = g_ascii_strup(address, (gssize)strnlen(address, 17));
	}
	(void)g_variant_lookup(properties, "Powered", "b", &adapter->is_powered);
	(void)g_variant_lookup(properties, "Discovering", "b", &adapter->is_discovering);
	return KN_TREE_CHANGED;
}

static gboolean
offers_service(GVariant *properties)
{
	g_autoptr(GVariant) uuids =
		g_variant_lookup_value(properties, "UUIDs", G_VARIANT_TYPE_STRING_ARRAY);
	gsize n = uuids ? MIN(g_variant_n_children(uuids), KN_TREE_UUIDS_MAX) : 0;
	for (gsize i = 0; i < n; i++) {
		const gchar *uuid = NULL;
		g_variant_get_child(uuids, i, "&s", &uuid);
		if (!g_ascii_strcasecmp(uuid, KN_UUID_SERVICE))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_bonded(GVariant *properties)
{
	gboolean bonded = FALSE;
	return g_variant_lookup(properties, "Bonded", "b", &bonded) && bonded;
}

/* RSSI and advertised data change only when something was heard */
static gboolean
tells_of_advertisement(GVariant *properties)
{
	static const gchar *const keys[] = {"RSSI", "ManufacturerData", "ServiceData",
					    "AdvertisingData", "AdvertisingFlags"};
	gint16 signal_dbm;
	if (g_variant_lookup(properties, "RSSI", "n", &signal_dbm))
		return TRUE;
	for (gsize i = 1; i < G_N_ELEMENTS(keys); i++) {
		g_autoptr(GVariant) value = g_variant_lookup_value(properties, keys[i], NULL);
		if (value)
			return TRUE;
	}
	return FALSE;
}

static void
set_name(KnTreeDevice *device, const gchar *name)
{
	g_free(device->name);
	device->name = kn_text_clean(name, -1);
}

static guint
update_device(KnTreeDevice *device, GVariant *properties, gboolean may_be_heard, gint64 now_us)
{
	const gchar *name = NULL;
	const gchar *address = NULL;
	gint16 signal_dbm;
	/* at pairing a private address becomes the one behind it; the path keeps the old one */
	if (g_variant_lookup(properties, "Address", "&s", &address) &&
	    strlen(address) == ADDRESS_LENGTH) {
		g_free(device->address);
		device->address = g_ascii_strup(address, -1);
	}
	(void)g_variant_lookup(properties, "Bonded", "b", &device->is_bonded);
	(void)g_variant_lookup(properties, "Connected", "b", &device->is_connected);
	(void)g_variant_lookup(properties, "ServicesResolved", "b", &device->is_resolved);
	if (g_variant_lookup(properties, "Name", "&s", &name))
		set_name(device, name);
	device->is_ktp |= offers_service(properties);
	if (g_variant_lookup(properties, "RSSI", "n", &signal_dbm)) {
		device->has_signal = signal_dbm <= SIGNAL_MAX_DBM;
		device->signal_dbm = device->has_signal ? signal_dbm : 0;
	}
	if (!may_be_heard)
		return KN_TREE_CHANGED;
	device->heard_us = now_us;
	return KN_TREE_CHANGED | KN_TREE_HEARD;
}

static void
make_room(KnTree *tree)
{
	if (g_hash_table_size(tree->devices) < KN_TREE_DEVICES_MAX)
		return;
	GHashTableIter iter;
	gpointer value;
	const KnTreeDevice *oldest = NULL;
	g_hash_table_iter_init(&iter, tree->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnTreeDevice *device = value;
		if (!device->is_bonded && (!oldest || device->heard_us < oldest->heard_us))
			oldest = device;
	}
	if (!oldest)
		return;
	g_hash_table_remove(tree->attrs, oldest->path);
	g_hash_table_remove(tree->devices, oldest->path);
}

static guint
add_device(KnTree *tree, const gchar *path, GVariant *properties, gint64 now_us)
{
	const gchar *address = NULL;
	const gchar *adapter = NULL;
	gint16 signal_dbm;
	/* a remembered object has data from long ago, but its signal is there only while it is being heard */
	gboolean is_heard = g_variant_lookup(properties, "RSSI", "n", &signal_dbm);
	guint on_air = is_heard ? KN_TREE_ON_AIR : 0;
	if (!offers_service(properties) && !is_bonded(properties))
		return on_air;
	if (!g_variant_lookup(properties, "Address", "&s", &address) ||
	    strlen(address) != ADDRESS_LENGTH ||
	    !g_variant_lookup(properties, "Adapter", "&o", &adapter))
		return on_air;
	make_room(tree);
	if (g_hash_table_size(tree->devices) >= KN_TREE_DEVICES_MAX)
		return on_air;
	KnTreeDevice *device = g_new0(KnTreeDevice, 1);
	device->path = g_strdup(path);
	device->adapter = g_strdup(adapter);
	device->address = g_ascii_strup(address, -1);
	device->name = g_strdup("");
	g_hash_table_insert(tree->devices, device->path, device);
	return on_air | update_device(device, properties, is_heard, now_us);
}

static guint
change_device(KnTree *tree, const gchar *path, GVariant *properties, gint64 now_us)
{
	KnTreeDevice *device = g_hash_table_lookup(tree->devices, path);
	gboolean is_heard = tells_of_advertisement(properties);
	guint on_air = is_heard ? KN_TREE_ON_AIR : 0;
	if (device)
		return on_air | update_device(device, properties, is_heard, now_us);
	return offers_service(properties) || is_bonded(properties) ? on_air | KN_TREE_MISSING
								   : on_air;
}

guint
kn_tree_add(KnTree *tree, const gchar *path, const gchar *interface, GVariant *properties,
	    gint64 now_us, gchar **ret_device)
{
	*ret_device = NULL;
	if (!g_variant_is_of_type(properties, G_VARIANT_TYPE_VARDICT))
		return 0;
	if (g_str_equal(interface, "org.bluez.Adapter1"))
		return put_adapter(tree, path, properties);
	if (g_str_equal(interface, "org.bluez.GattService1"))
		return kn_tree_add_attr(tree, path, properties, "Device", ret_device);
	if (g_str_equal(interface, "org.bluez.GattCharacteristic1"))
		return kn_tree_add_attr(tree, path, properties, "Service", ret_device);
	if (!g_str_equal(interface, "org.bluez.Device1"))
		return 0;
	/* announced anew: nothing of the old one holds */
	g_hash_table_remove(tree->devices, path);
	guint news = add_device(tree, path, properties, now_us);
	if (news & KN_TREE_CHANGED)
		*ret_device = g_strdup(path);
	return news;
}

guint
kn_tree_change(KnTree *tree, const gchar *path, const gchar *interface, GVariant *properties,
	       gint64 now_us, gchar **ret_device)
{
	*ret_device = NULL;
	if (!g_variant_is_of_type(properties, G_VARIANT_TYPE_VARDICT))
		return 0;
	if (g_str_equal(interface, "org.bluez.Adapter1"))
		return g_hash_table_contains(tree->adapters, path)
			       ? put_adapter(tree, path, properties)
			       : 0;
	if (!g_str_equal(interface, "org.bluez.Device1"))
		return 0;
	guint news = change_device(tree, path, properties, now_us);
	if (news & KN_TREE_CHANGED)
		*ret_device = g_strdup(path);
	return news;
}

static gboolean
is_below(gpointer key, gpointer value G_GNUC_UNUSED, gpointer user)
{
	const gchar *parent = user;
	gsize n = strlen(parent);
	const gchar *path = key;
	return !strncmp(path, parent, n) && (path[n] == '/' || path[n] == '\0');
}

void
kn_tree_remove(KnTree *tree, const gchar *path, const gchar *interface)
{
	gchar *parent = (gchar *)path; /* GHRFunc wants it writable; it is not written */
	if (g_str_equal(interface, "org.bluez.Adapter1")) {
		g_hash_table_remove(tree->adapters, path);
		g_hash_table_foreach_remove(tree->devices, is_below, parent);
		g_hash_table_foreach_remove(tree->attrs, is_below, parent);
	} else if (g_str_equal(interface, "org.bluez.Device1")) {
		g_hash_table_remove(tree->devices, path);
		g_hash_table_remove(tree->attrs, path);
	} else if (g_str_equal(interface, "org.bluez.GattService1") ||
		   g_str_equal(interface, "org.bluez.GattCharacteristic1")) {
		kn_tree_remove_attr(tree, path);
	}
}

void
kn_tree_inherit(KnTree *tree, const KnTree *older)
{
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, tree->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		KnTreeDevice *device = value;
		const KnTreeDevice *before = g_hash_table_lookup(older->devices, device->path);
		if (before)
			device->heard_us = MAX(device->heard_us, before->heard_us);
	}
}

void
kn_tree_forget_heard(KnTree *tree, const gchar *path)
{
	KnTreeDevice *device = g_hash_table_lookup(tree->devices, path);
	if (device)
		device->heard_us = 0;
}

const KnTreeDevice *
kn_tree_find(const KnTree *tree, const gchar *address)
{
	GHashTableIter iter;
	gpointer value;
	const KnTreeDevice *best = NULL;
	guint best_rank = 0;
	g_hash_table_iter_init(&iter, tree->devices);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnTreeDevice *device = value;
		if (!g_str_equal(device->address, address) || !counts(tree, device))
			continue;
		const KnTreeAdapter *adapter = g_hash_table_lookup(tree->adapters, device->adapter);
		guint rank = 1 + (device->is_bonded ? 4 : 0) + (device->is_connected ? 2 : 0) +
			     (adapter && adapter->is_powered ? 1 : 0);
		gboolean is_better = rank > best_rank ||
				     (rank == best_rank && strcmp(device->path, best->path) < 0);
		if (!is_better)
			continue;
		best = device;
		best_rank = rank;
	}
	return best;
}

GHashTable *
kn_tree_devices(KnTree *tree)
{
	return tree->devices;
}

const KnTreeDevice *
kn_tree_get(const KnTree *tree, const gchar *path)
{
	const KnTreeDevice *device = g_hash_table_lookup(tree->devices, path);
	return device && counts(tree, device) ? device : NULL;
}

const KnTreeAdapter *
kn_tree_get_adapter(const KnTree *tree, const gchar *path)
{
	return g_hash_table_lookup(tree->adapters, path);
}

GHashTable *
kn_tree_adapters(KnTree *tree)
{
	return tree->adapters;
}

guint
kn_tree_n_devices(const KnTree *tree)
{
	return g_hash_table_size(tree->devices);
}
