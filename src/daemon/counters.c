/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "daemon/counters.h"

void
kn_counters_add(JsonBuilder *builder, const KnPipelineCounters *counters)
{
	const struct {
		const gchar *key;
		guint64 value;
	} rows[] = {
		{"n_notifications", counters->n_notifications},
		{"n_records", counters->n_records},
		{"n_values", counters->n_values},
		{"n_duplicates", counters->n_duplicates},
		{"n_live_missed", counters->n_live_missed},
		{"n_fetched", counters->n_fetched},
		{"n_fetches", counters->n_fetches},
		{"n_trims", counters->n_trims},
		{"n_errors", counters->n_errors},
		{"n_counter_jumps", counters->n_counter_jumps},
		{"n_bad_header", counters->n_bad_header},
		{"n_bad_length", counters->n_bad_length},
		{"n_bad_crc", counters->n_bad_crc},
		{"n_bad_key", counters->n_bad_key},
		{"n_malformed", counters->n_malformed},
		{"n_quarantines", counters->n_quarantines},
		{"n_ignored", counters->n_ignored},
		{"n_bad_protobuf", counters->n_bad_protobuf},
		{"n_bad_version", counters->n_bad_version},
		{"n_bad_range", counters->n_bad_range},
		{"n_bad_seq", counters->n_bad_seq},
		{"n_unsupported", counters->n_unsupported},
		{"n_noncanonical", counters->n_noncanonical},
		{"n_unplaced", counters->n_unplaced},
		{"n_refused_memory", counters->n_refused_memory},
		{"n_refused_holes", counters->n_refused_holes},
		{"n_conflicts", counters->n_conflicts},
		{"n_renewals", counters->n_renewals},
		{"n_untold_events", counters->n_untold_events},
		{"n_put_off_gaps", counters->n_put_off_gaps},
	};

	json_builder_set_member_name(builder, "counters");
	json_builder_begin_object(builder);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		json_builder_set_member_name(builder, rows[i].key);
		json_builder_add_int_value(builder, (gint64)rows[i].value);
	}
	json_builder_end_object(builder);
}
