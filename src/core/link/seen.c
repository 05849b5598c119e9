/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/link/seen.h"

struct KnSeenList {
	GQueue order;     /* owned: KnSeen, in the order in which they were heard */
	GHashTable *find; /* owned: address (borrowed from the KnSeen) to its GList in order */
};

static void
seen_free(KnSeen *seen)
{
	g_free(seen->address);
	g_free(seen->name);
	g_free(seen);
}

KnSeenList *
kn_seen_list_new(void)
{
	KnSeenList *list = g_new0(KnSeenList, 1);

	g_queue_init(&list->order);
	list->find = g_hash_table_new(g_str_hash, g_str_equal);
	return list;
}

void
kn_seen_list_free(KnSeenList *list)
{
	if (!list)
		return;
	g_hash_table_unref(list->find);
	g_queue_clear_full(&list->order, (GDestroyNotify)seen_free);
	g_free(list);
}

static KnSeen *
add(KnSeenList *list, const gchar *address)
{
	KnSeen *seen = g_new0(KnSeen, 1);

	if (list->order.length >= KN_SEEN_MAX) {
		KnSeen *oldest = g_queue_pop_head(&list->order);
		g_hash_table_remove(list->find, oldest->address);
		seen_free(oldest);
	}
	seen->address = g_strdup(address);
	g_queue_push_tail(&list->order, seen);
	g_hash_table_insert(list->find, seen->address, list->order.tail);
	return seen;
}

void
kn_seen_list_note(KnSeenList *list, const KnSeen *heard)
{
	GList *item = g_hash_table_lookup(list->find, heard->address);
	KnSeen *seen = item ? item->data : add(list, heard->address);

	if (item) {
		g_queue_unlink(&list->order, item);
		g_queue_push_tail_link(&list->order, item);
	}
	if (g_strcmp0(seen->name, heard->name) != 0) {
		g_free(seen->name);
		seen->name = g_strdup(heard->name);
	}
	seen->signal_dbm = heard->signal_dbm;
	seen->is_bonded = heard->is_bonded;
	seen->seen_us = heard->seen_us;
}

const KnSeen *
kn_seen_list_find(const KnSeenList *list, const gchar *address)
{
	const GList *item = g_hash_table_lookup(list->find, address);

	return item ? item->data : NULL;
}

const GQueue *
kn_seen_list_all(const KnSeenList *list)
{
	return &list->order;
}
