/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/tree-private.h"

#include <string.h>

enum {
	DEVICE_DEPTH = 4, /* /org/bluez/hci0/dev_…: bluetoothd's fixed layout */
	FLAGS_MAX = 32,   /* of one characteristic; BlueZ knows some twenty */
	OWNERS_MAX = 512, /* devices that have attributes here: as many as the tree keeps */
};

static void
attr_free(gpointer data)
{
	KnTreeAttr *attr = data;
	g_free(attr->path);
	g_free(attr->uuid);
	g_free(attr->parent);
	g_free(attr);
}

void
kn_tree_attrs_free(gpointer attrs)
{
	g_ptr_array_unref(attrs);
}

/* "/org/bluez/hci0/dev_AA" of any path below it, new; NULL when it is not below a device */
static gchar *
device_path_of(const gchar *path)
{
	const gchar *end = path;
	for (guint i = 0; i < DEVICE_DEPTH; i++) {
		if (*end != '/')
			return NULL;
		end = strchrnul(end + 1, '/');
	}
	return g_strndup(path, (gsize)(end - path));
}

static gboolean
is_ours(const gchar *uuid)
{
	return g_str_equal(uuid, KN_UUID_SERVICE) || g_str_equal(uuid, KN_UUID_INFO) ||
	       g_str_equal(uuid, KN_UUID_DATA) || g_str_equal(uuid, KN_UUID_CONTROL);
}

static void
read_flags(KnTreeAttr *attr, GVariant *properties)
{
	g_autoptr(GVariant) flags =
		g_variant_lookup_value(properties, "Flags", G_VARIANT_TYPE_STRING_ARRAY);
	gsize n = flags ? MIN(g_variant_n_children(flags), FLAGS_MAX) : 0;
	for (gsize i = 0; i < n; i++) {
		const gchar *flag = NULL;
		g_variant_get_child(flags, i, "&s", &flag);
		attr->can_read |= g_str_equal(flag, "read");
		attr->can_write |= g_str_equal(flag, "write");
		attr->can_notify |= g_str_equal(flag, "notify");
	}
}

static GPtrArray *
attrs_of(KnTree *tree, const gchar *device)
{
	GPtrArray *attrs = g_hash_table_lookup(tree->attrs, device);
	if (attrs || g_hash_table_size(tree->attrs) >= OWNERS_MAX)
		return attrs;
	attrs = g_ptr_array_new_with_free_func(attr_free);
	g_hash_table_insert(tree->attrs, g_strdup(device), attrs);
	return attrs;
}

static gboolean
remove_attr(GPtrArray *attrs, const gchar *path)
{
	for (guint i = 0; i < attrs->len; i++) {
		const KnTreeAttr *attr = attrs->pdata[i];
		if (!g_str_equal(attr->path, path))
			continue;
		g_ptr_array_remove_index(attrs, i);
		return TRUE;
	}
	return FALSE;
}

guint
kn_tree_add_attr(KnTree *tree, const gchar *path, GVariant *properties, const gchar *parent_key,
		 gchar **ret_device)
{
	const gchar *uuid = NULL;
	const gchar *parent = NULL;
	if (!g_variant_lookup(properties, "UUID", "&s", &uuid) ||
	    !g_variant_lookup(properties, parent_key, "&o", &parent))
		return 0;
	g_autofree gchar *lower = g_ascii_strdown(uuid, -1);
	g_autofree gchar *device = device_path_of(path);
	if (!device || !is_ours(lower))
		return 0;
	GPtrArray *attrs = attrs_of(tree, device);
	if (!attrs)
		return 0;
	remove_attr(attrs, path);
	if (attrs->len >= KN_TREE_ATTRS_MAX)
		return 0;
	KnTreeAttr *attr = g_new0(KnTreeAttr, 1);
	attr->path = g_strdup(path);
	attr->uuid = g_steal_pointer(&lower);
	attr->parent = g_strdup(parent);
	read_flags(attr, properties);
	g_ptr_array_add(attrs, attr);
	*ret_device = g_steal_pointer(&device);
	return KN_TREE_CHANGED;
}

void
kn_tree_remove_attr(KnTree *tree, const gchar *path)
{
	g_autofree gchar *device = device_path_of(path);
	GPtrArray *attrs = device ? g_hash_table_lookup(tree->attrs, device) : NULL;
	if (attrs && remove_attr(attrs, path) && !attrs->len)
		g_hash_table_remove(tree->attrs, device);
}

/* the lowest path of several, so that the choice does not depend on the order of arrival */
static const KnTreeAttr *
find_attr(GPtrArray *attrs, const gchar *uuid, const gchar *parent)
{
	const KnTreeAttr *found = NULL;
	for (guint i = 0; i < attrs->len; i++) {
		const KnTreeAttr *attr = attrs->pdata[i];
		if (!g_str_equal(attr->uuid, uuid) || !g_str_equal(attr->parent, parent))
			continue;
		if (!found || strcmp(attr->path, found->path) < 0)
			found = attr;
	}
	return found;
}

gboolean
kn_tree_find_gatt(const KnTree *tree, const gchar *device_path, KnTreeGatt *ret_gatt)
{
	GPtrArray *attrs = g_hash_table_lookup(tree->attrs, device_path);
	const KnTreeAttr *service = attrs ? find_attr(attrs, KN_UUID_SERVICE, device_path) : NULL;
	if (!service)
		return FALSE;
	const KnTreeAttr *info = find_attr(attrs, KN_UUID_INFO, service->path);
	const KnTreeAttr *data = find_attr(attrs, KN_UUID_DATA, service->path);
	const KnTreeAttr *control = find_attr(attrs, KN_UUID_CONTROL, service->path);
	if (!info || !info->can_read || !data || !data->can_notify || !control ||
	    !control->can_write)
		return FALSE;
	*ret_gatt = (KnTreeGatt){.info = info->path, .data = data->path, .control = control->path};
	return TRUE;
}
