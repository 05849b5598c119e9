/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What tree.c and tree-gatt.c share; nobody else includes it. */

#include "radio/tree.h"

struct KnTree {
	gchar **wanted;       /* owned: addresses of the adapters that count; NULL all */
	GHashTable *adapters; /* owned: path → KnTreeAdapter, of those that count */
	GHashTable *devices;  /* owned: path → KnTreeDevice */
	/* owned: device path → GPtrArray of KnTreeAttr, for every device that we know or may come to know */
	GHashTable *attrs;
};

/* Of tree->attrs: all of one device. */
void kn_tree_attrs_free(gpointer attrs);
/* ret_device: the path of the device that it belongs to; new. */
guint kn_tree_add_attr(KnTree *tree, const gchar *path, GVariant *properties,
		       const gchar *parent_key, gchar **ret_device);
void kn_tree_remove_attr(KnTree *tree, const gchar *path);
