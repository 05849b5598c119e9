/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/parts.h"

static gint
compare_numbers(gint64 a, gint64 b)
{
	return (a > b) - (a < b);
}

static gint
compare(const KnPart *a, const KnPart *b)
{
	gint order = compare_numbers(a->device_id, b->device_id);

	order = order != 0 ? order : compare_numbers(a->node, b->node);
	order = order != 0 ? order : compare_numbers((gint64)a->region, (gint64)b->region);
	return order != 0 ? order : compare_numbers((gint64)a->side, (gint64)b->side);
}

static gint
compare_pointers(gconstpointer a, gconstpointer b)
{
	return compare(*(const KnPart *const *)a, *(const KnPart *const *)b);
}

static guint
hash(gconstpointer key)
{
	const KnPart *part = key;

	return (guint)part->device_id * 31 * 31 * 31 + part->node * 31 * 31 +
	       (guint)part->region * 31 + (guint)part->side;
}

static gboolean
is_equal(gconstpointer a, gconstpointer b)
{
	return compare(a, b) == 0;
}

/* only what names it */
static KnPart
key_of(const KnSession *session, guint node, KnPartBy by)
{
	const KnNodeMetrics *metrics = &session->metrics.node[node];
	KnPart key = {.region = metrics->region, .side = metrics->side};

	if (by == KN_PART_NODE) {
		key.device_id = session->device_id;
		key.node = node;
	} else if (by == KN_PART_REGION) {
		key.side = ktp_SIDE_CENTRE;
	} else if (by == KN_PART_SIDE) {
		key.region = ktp_REGION_UNSPECIFIED;
	}
	return key;
}

static void
add_node(KnPart *part, const KnNodeMetrics *node)
{
	part->contact_ms += node->contact_ms;
	part->n_samples += node->n_samples;
	part->sum_hpa += node->n_samples * node->mean_hpa;
	part->peak_hpa = MAX(part->peak_hpa, node->peak_hpa);
	part->dose_hpa_ms += node->dose_hpa_ms;
	part->hold_count += node->hold_count;
	part->hold_longest_ms = MAX(part->hold_longest_ms, node->hold_longest_ms);
}

/* a session counts once in each part that it pressed, however many of its nodes are there */
static void
add_session(GHashTable *by_key, GPtrArray *parts, const KnSession *session, KnPartBy by)
{
	guint n_nodes = MIN(session->metrics.n_nodes, (guint)KN_NODES_MAX);
	KnPart *pressed[KN_NODES_MAX];
	guint n_pressed = 0;

	for (guint i = 0; i < n_nodes; i++) {
		const KnNodeMetrics *node = &session->metrics.node[i];
		KnPart key = key_of(session, i, by);
		KnPart *part = g_hash_table_lookup(by_key, &key);
		gboolean is_counted = node->n_samples == 0;
		if (!part) {
			part = g_memdup2(&key, sizeof key);
			g_hash_table_add(by_key, part);
			g_ptr_array_add(parts, part);
		}
		add_node(part, node);
		for (guint k = 0; k < n_pressed && !is_counted; k++)
			is_counted = pressed[k] == part;
		if (is_counted)
			continue;
		pressed[n_pressed++] = part;
		part->n_sessions++;
	}
}

GPtrArray *
kn_parts_sum(const GPtrArray *sessions, KnPartBy by)
{
	g_autoptr(GHashTable) by_key = g_hash_table_new(hash, is_equal);
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < sessions->len; i++)
		add_session(by_key, parts, g_ptr_array_index(sessions, i), by);
	for (guint i = 0; i < parts->len; i++) {
		KnPart *part = g_ptr_array_index(parts, i);
		if (part->n_samples > 0)
			part->mean_hpa = (guint32)((2 * part->sum_hpa + part->n_samples) /
						   (2 * part->n_samples));
	}
	g_ptr_array_sort(parts, compare_pointers);
	return parts;
}

const KnPart *
kn_parts_find(const GPtrArray *parts, const KnPart *like)
{
	for (guint i = 0; i < parts->len; i++)
		if (compare(g_ptr_array_index(parts, i), like) == 0)
			return g_ptr_array_index(parts, i);
	return NULL;
}
