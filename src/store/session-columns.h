/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The one place that knows the order of the columns of session and session_node. */

#include "store/people.h"
#include "store/sessions.h"
#include "store/sql.h"

enum { KN_SESSION_N_COLUMNS = 36, KN_NODE_N_COLUMNS = 11 };

#define KN_SESSION_COLUMNS                                                                       \
	"device_id, log_key, device_boot, info_id, first_seq, last_seq, first_t_ms, last_t_ms, " \
	"has_start, has_end, state, start_utc_us, is_time_uncertain, stored, expected, "         \
	"unrepairable, is_completeness_known, duration_ms, active_ms, device_duration_ms, "      \
	"is_duration_disputed, n_samples, mean_hpa, peak_hpa, p95_hpa, dose_hpa_ms, "            \
	"dose_left_hpa_ms, dose_right_hpa_ms, symmetry_permille, saturation_permille, "          \
	"hold_count, hold_longest_ms, hold_mean_hpa, rocking_half_cycles, strokes, n_nodes"
#define KN_SESSION_PARAMETERS                                                               \
	"?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, " \
	"?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, "  \
	"?35, ?36"
/* Those of them that no index holds: an index is written, and its page with it, whenever one of its columns is named in an
 * UPDATE, changed or not. */
#define KN_SESSION_PLAIN_COLUMNS                                                             \
	"info_id, last_seq, last_t_ms, has_start, has_end, stored, expected, unrepairable, " \
	"is_completeness_known, duration_ms, active_ms, device_duration_ms, "                \
	"is_duration_disputed, n_samples, mean_hpa, peak_hpa, p95_hpa, dose_hpa_ms, "        \
	"dose_left_hpa_ms, dose_right_hpa_ms, symmetry_permille, saturation_permille, "      \
	"hold_count, hold_longest_ms, hold_mean_hpa, rocking_half_cycles, strokes, n_nodes"
#define KN_SESSION_PLAIN_PARAMETERS                                                              \
	"?4, ?6, ?8, ?9, ?10, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, " \
	"?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36"
#define KN_NODE_COLUMNS                                                                 \
	"contact_ms, n_samples, mean_hpa, peak_hpa, p95_hpa, dose_hpa_ms, hold_count, " \
	"hold_longest_ms, hold_mean_hpa, buildup_hpa, saturation_permille"

/* for kn_session_columns_read; a WHERE follows. p: whose it is; NULL nobody's */
#define KN_SESSION_SELECT                                                                         \
	"SELECT s.*, l.log_id, p.person_id, p.label FROM (SELECT " KN_SESSION_COLUMNS             \
	", session_id, revision, zone FROM session) AS s JOIN log AS l ON l.log_key = s.log_key " \
	"LEFT JOIN person AS p ON p.person_id = " KN_PEOPLE_OWNER " "

void kn_session_columns_read(KnStatement *statement, KnSessionRow *ret_row);
gboolean kn_session_columns_bind(KnStatement *statement, const KnSessionRow *row,
				 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void kn_node_columns_read(KnStatement *statement, KnNodeMetrics *ret_node);
gboolean kn_node_columns_bind(KnStatement *statement, guint from, const KnNodeMetrics *node,
			      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All stored columns, and all nodes, but id, revision and zone. */
gboolean kn_session_columns_equal(const KnSessionRow *a, const KnSessionRow *b);
/* Whether only plain columns differ. */
gboolean kn_session_columns_is_plain(const KnSessionRow *a, const KnSessionRow *b);
