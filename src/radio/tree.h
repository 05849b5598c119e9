/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * bluetoothd's objects as plain values: the part of them that knead uses, bounded, and checked before it is believed. Devices are kept
 * when they offer our service or are bonded; of services and characteristics only KTP/1's own. No D-Bus calls here: what arrives
 * is put in, what is asked is looked up.
 */

#include <gio/gio.h>

#define KN_UUID_SERVICE "9132dae8-c465-4676-9d00-0fe393095fc5"
#define KN_UUID_INFO    "9132dae9-c465-4676-9d00-0fe393095fc5"
#define KN_UUID_DATA    "9132daea-c465-4676-9d00-0fe393095fc5"
#define KN_UUID_CONTROL "9132daeb-c465-4676-9d00-0fe393095fc5"

enum {
	KN_TREE_ADAPTERS_MAX = 16,
	KN_TREE_DEVICES_MAX = 512, /* the longest unheard that is not bonded makes room */
	/* KTP services and characteristics of one device; three and one are right */
	KN_TREE_ATTRS_MAX = 16,
	KN_TREE_UUIDS_MAX = 256, /* of one device, looked at for ours */
};

typedef struct {
	gchar *path;    /* owned */
	gchar *address; /* owned; "" not told yet */
	gboolean is_powered;
	gboolean is_discovering; /* anybody's discovery */
} KnTreeAdapter;

/* one KTP service or characteristic */
typedef struct {
	gchar *path;   /* owned */
	gchar *uuid;   /* owned, lower case */
	gchar *parent; /* owned: service of a characteristic, device of a service */
	gboolean can_read;
	gboolean can_write;
	gboolean can_notify;
} KnTreeAttr;

typedef struct {
	gchar *path;     /* owned */
	gchar *adapter;  /* owned: path */
	gchar *address;  /* owned: upper case */
	gchar *name;     /* owned: cleaned text; "" none */
	gboolean is_ktp; /* offers our service */
	gboolean is_bonded;
	gboolean is_connected;
	gboolean is_resolved;
	gboolean has_signal;
	gint16 signal_dbm; /* 0: not known */
	gint64 heard_us;   /* when an advertisement came last, by the tree's caller; 0 never */
} KnTreeDevice;

/* borrowed from the tree until it changes */
typedef struct {
	const gchar *info;
	const gchar *data;
	const gchar *control;
} KnTreeGatt;

typedef struct KnTree KnTree;

typedef enum {
	KN_TREE_CHANGED = 1 << 0,
	KN_TREE_HEARD = 1 << 1,  /* the device advertised just now */
	KN_TREE_ON_AIR = 1 << 3, /* so did somebody, who may not be kept here */
	KN_TREE_MISSING =
		1
		<< 2, /* a property of a device that was not kept and now might have to be: read everything again */
} KnTreeNews;

/* wanted: addresses in upper case of the adapters that count, NULL all; others and what is below them are as if not there. */
KnTree *kn_tree_new(const gchar *const *wanted);
void kn_tree_free(KnTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnTree, kn_tree_free)
void kn_tree_clear(KnTree *tree);

/* properties: a{sv}, of an object that has appeared (is new) or changed. Wrong types are as if absent. Returns KnTreeNews; the
 * path of the device concerned, if any, is in *ret_device (owned by the caller). */
guint kn_tree_add(KnTree *tree, const gchar *path, const gchar *interface, GVariant *properties,
		  gint64 now_us, gchar **ret_device);
guint kn_tree_change(KnTree *tree, const gchar *path, const gchar *interface, GVariant *properties,
		     gint64 now_us, gchar **ret_device);
/* Takes out the object and everything below it: bluetoothd does not always tell of children. */
void kn_tree_remove(KnTree *tree, const gchar *path, const gchar *interface);

/* Takes over from an older tree of the same bluetoothd when its devices were heard. */
void kn_tree_inherit(KnTree *tree, const KnTree *older);
/* What was heard before a link says nothing about after it. */
void kn_tree_forget_heard(KnTree *tree, const gchar *path);

/* The device to use for an address: of several adapters' the bonded one, then the connected one. NULL when unknown. */
const KnTreeDevice *kn_tree_find(const KnTree *tree, const gchar *address);
const KnTreeDevice *kn_tree_get(const KnTree *tree, const gchar *path);
const KnTreeAdapter *kn_tree_get_adapter(const KnTree *tree, const gchar *path);
/* borrowed: KnTreeAdapter by path; owned by the tree */
GHashTable *kn_tree_adapters(KnTree *tree);
/* borrowed: KnTreeDevice by path; owned by the tree */
GHashTable *kn_tree_devices(KnTree *tree);
guint kn_tree_n_devices(const KnTree *tree);
/* FALSE unless INFO (read), DATA (notify) and CONTROL (write) are all there below one KTP service of the device. */
gboolean kn_tree_find_gatt(const KnTree *tree, const gchar *device_path, KnTreeGatt *ret_gatt);
