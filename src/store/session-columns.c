/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/session-columns.h"

#include <string.h>

#define ABSENT G_MININT64 /* in memory; NULL on disk */

static void
session_to_ints(const KnSessionRow *row, gint64 ints[KN_SESSION_N_COLUMNS])
{
	const KnSession *session = &row->session;
	const KnSpan *span = &session->span;
	const KnSessionMetrics *metrics = &session->metrics;
	const gint64 all[KN_SESSION_N_COLUMNS] = {
		session->device_id,
		row->log_key,
		session->boot,
		row->info_id,
		(gint64)span->first_seq,
		(gint64)span->last_seq,
		(gint64)span->first_t_ms,
		(gint64)span->last_t_ms,
		span->has_start != FALSE,
		span->has_end != FALSE,
		span->state,
		session->is_time_known ? session->start_utc_us : KN_SESSION_TIME_UNKNOWN,
		session->is_time_uncertain != FALSE,
		(gint64)session->coverage.stored,
		(gint64)session->coverage.expected,
		(gint64)session->coverage.unrepairable,
		session->is_completeness_known != FALSE,
		(gint64)metrics->duration_ms,
		(gint64)metrics->active_ms,
		metrics->has_device_duration ? (gint64)metrics->device_duration_ms : ABSENT,
		metrics->is_duration_disputed != FALSE,
		(gint64)metrics->n_samples,
		metrics->mean_hpa,
		metrics->peak_hpa,
		metrics->p95_hpa,
		(gint64)metrics->dose_hpa_ms,
		(gint64)metrics->dose_left_hpa_ms,
		(gint64)metrics->dose_right_hpa_ms,
		metrics->has_symmetry ? metrics->symmetry_permille : ABSENT,
		metrics->saturation_permille,
		metrics->hold_count,
		(gint64)metrics->hold_longest_ms,
		metrics->hold_mean_hpa,
		metrics->rocking_half_cycles,
		metrics->strokes,
		metrics->n_nodes,
	};

	memcpy(ints, all, sizeof all);
}

static void
node_to_ints(const KnNodeMetrics *node, gint64 ints[KN_NODE_N_COLUMNS])
{
	const gint64 all[KN_NODE_N_COLUMNS] = {
		(gint64)node->contact_ms,
		(gint64)node->n_samples,
		node->mean_hpa,
		node->peak_hpa,
		node->p95_hpa,
		(gint64)node->dose_hpa_ms,
		node->hold_count,
		(gint64)node->hold_longest_ms,
		node->hold_mean_hpa,
		node->has_buildup ? node->buildup_hpa : ABSENT,
		node->saturation_permille,
	};

	memcpy(ints, all, sizeof all);
}

static gboolean
bind_ints(KnStatement *statement, guint from, const gint64 *ints, guint n_ints, GError **error)
{
	for (guint i = 0; i < n_ints; i++) {
		gint at = (gint)(from + i);
		gint code = ints[i] == ABSENT ? sqlite3_bind_null(statement, at)
					      : sqlite3_bind_int64(statement, at, ints[i]);
		if (code != SQLITE_OK) {
			kn_sql_set_error(sqlite3_db_handle(statement), "database", error);
			return FALSE;
		}
	}
	return TRUE;
}

gboolean
kn_session_columns_bind(KnStatement *statement, const KnSessionRow *row, GError **error)
{
	gint64 ints[KN_SESSION_N_COLUMNS];

	session_to_ints(row, ints);
	return bind_ints(statement, 1, ints, KN_SESSION_N_COLUMNS, error);
}

gboolean
kn_node_columns_bind(KnStatement *statement, guint from, const KnNodeMetrics *node, GError **error)
{
	gint64 ints[KN_NODE_N_COLUMNS];

	node_to_ints(node, ints);
	return bind_ints(statement, from, ints, KN_NODE_N_COLUMNS, error);
}

static gint64
take(KnStatement *statement, gint *column)
{
	return sqlite3_column_int64(statement, (*column)++);
}

static gboolean
take_optional(KnStatement *statement, gint *column, gint64 *ret_value)
{
	gboolean has_value = sqlite3_column_type(statement, *column) != SQLITE_NULL;

	*ret_value = take(statement, column);
	return has_value;
}

static void
read_span(KnStatement *statement, gint *at, KnSpan *span)
{
	span->first_seq = (guint64)take(statement, at);
	span->last_seq = (guint64)take(statement, at);
	span->first_t_ms = (guint64)take(statement, at);
	span->last_t_ms = (guint64)take(statement, at);
	span->has_start = take(statement, at) != 0;
	span->has_end = take(statement, at) != 0;
	span->state = (KnSessionState)take(statement, at);
}

static void
read_metrics(KnStatement *statement, gint *at, KnSessionMetrics *metrics)
{
	gint64 value;

	metrics->duration_ms = (guint64)take(statement, at);
	metrics->active_ms = (guint64)take(statement, at);
	metrics->has_device_duration = take_optional(statement, at, &value);
	metrics->device_duration_ms = (guint64)value;
	metrics->is_duration_disputed = take(statement, at) != 0;
	metrics->n_samples = (guint64)take(statement, at);
	metrics->mean_hpa = (guint32)take(statement, at);
	metrics->peak_hpa = (guint32)take(statement, at);
	metrics->p95_hpa = (guint32)take(statement, at);
	metrics->dose_hpa_ms = (guint64)take(statement, at);
	metrics->dose_left_hpa_ms = (guint64)take(statement, at);
	metrics->dose_right_hpa_ms = (guint64)take(statement, at);
	metrics->has_symmetry = take_optional(statement, at, &value);
	metrics->symmetry_permille = (gint32)value;
	metrics->saturation_permille = (guint32)take(statement, at);
	metrics->hold_count = (guint32)take(statement, at);
	metrics->hold_longest_ms = (guint64)take(statement, at);
	metrics->hold_mean_hpa = (guint32)take(statement, at);
	metrics->rocking_half_cycles = (guint32)take(statement, at);
	metrics->strokes = (guint32)take(statement, at);
	value = take(statement, at);
	metrics->n_nodes = (guint)CLAMP(value, 0, KN_NODES_MAX);
}

void
kn_session_columns_read(KnStatement *statement, KnSessionRow *ret_row)
{
	KnSession *session = &ret_row->session;
	gint at = 0;

	session->device_id = take(statement, &at);
	ret_row->log_key = take(statement, &at);
	session->boot = (guint32)take(statement, &at);
	ret_row->info_id = take(statement, &at);
	read_span(statement, &at, &session->span);
	session->start_utc_us = take(statement, &at);
	session->is_time_uncertain = take(statement, &at) != 0;
	session->coverage.stored = (guint64)take(statement, &at);
	session->coverage.expected = (guint64)take(statement, &at);
	session->coverage.unrepairable = (guint64)take(statement, &at);
	session->is_completeness_known = take(statement, &at) != 0;
	read_metrics(statement, &at, &session->metrics);
	session->id = take(statement, &at);
	session->revision = (gint)take(statement, &at);
	session->zone = g_strdup((const gchar *)sqlite3_column_text(statement, at++));
	session->log_id = (guint64)take(statement, &at);
	session->person_id = take(statement, &at);
	session->person_label = g_strdup((const gchar *)sqlite3_column_text(statement, at));
	session->is_time_known = session->start_utc_us != KN_SESSION_TIME_UNKNOWN;
	if (!session->is_time_known)
		session->start_utc_us = 0;
	session->is_provisional = session->span.state == KN_SESSION_OPEN;
}

void
kn_node_columns_read(KnStatement *statement, KnNodeMetrics *ret_node)
{
	gint at = 0;
	gint64 value;

	ret_node->contact_ms = (guint64)take(statement, &at);
	ret_node->n_samples = (guint64)take(statement, &at);
	ret_node->mean_hpa = (guint32)take(statement, &at);
	ret_node->peak_hpa = (guint32)take(statement, &at);
	ret_node->p95_hpa = (guint32)take(statement, &at);
	ret_node->dose_hpa_ms = (guint64)take(statement, &at);
	ret_node->hold_count = (guint32)take(statement, &at);
	ret_node->hold_longest_ms = (guint64)take(statement, &at);
	ret_node->hold_mean_hpa = (guint32)take(statement, &at);
	ret_node->has_buildup = take_optional(statement, &at, &value);
	ret_node->buildup_hpa = (gint32)value;
	ret_node->saturation_permille = (guint32)take(statement, &at);
}

gboolean
kn_session_columns_equal(const KnSessionRow *a, const KnSessionRow *b)
{
	gint64 left[KN_SESSION_N_COLUMNS], right[KN_SESSION_N_COLUMNS];

	session_to_ints(a, left);
	session_to_ints(b, right);
	if (memcmp(left, right, sizeof left) != 0)
		return FALSE;
	for (guint i = 0; i < a->session.metrics.n_nodes && i < KN_NODES_MAX; i++) {
		node_to_ints(&a->session.metrics.node[i], left);
		node_to_ints(&b->session.metrics.node[i], right);
		if (memcmp(left, right, KN_NODE_N_COLUMNS * sizeof *left) != 0)
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_session_columns_is_plain(const KnSessionRow *a, const KnSessionRow *b)
{
	/* those of KN_SESSION_COLUMNS that KN_SESSION_PLAIN_COLUMNS leaves out: device_id, log_key, device_boot, first_seq,
	 * first_t_ms, state, start_utc_us, is_time_uncertain */
	static const guint in_indexes[] = {0, 1, 2, 4, 6, 10, 11, 12};
	gint64 left[KN_SESSION_N_COLUMNS], right[KN_SESSION_N_COLUMNS];

	session_to_ints(a, left);
	session_to_ints(b, right);
	for (guint i = 0; i < G_N_ELEMENTS(in_indexes); i++)
		if (left[in_indexes[i]] != right[in_indexes[i]])
			return FALSE;
	return TRUE;
}
