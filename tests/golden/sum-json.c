/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* sum-json CAPTURE…: sums of a period and of what was before, as JSON, by core alone. Each capture is a day, the first one the last of the
 * period: session k of it begins at k o'clock, UTC, and is whole; massagers take turns from 1 to 3. The first half of the captures is the
 * period, the second what lies before it. */

#include "core/measure/change.h"
#include "core/measure/names.h"
#include "core/measure/parts.h"
#include "golden-read.h"
#include <stdio.h>
#include <stdlib.h>

#define DAY ((KnDay)20000)

static gboolean
add_day(GPtrArray *sessions, const gchar *path, guint n_days_back)
{
	g_autoptr(GPtrArray) day = golden_read(path);
	gint64 start_s = (gint64)(DAY - (KnDay)n_days_back) * 86400;

	for (guint i = 0; day && i < day->len; i++) {
		KnSession *session = g_ptr_array_index(day, i);

		session->device_id = n_days_back % 3 + 1;
		session->zone = g_strdup("UTC");
		session->is_time_known = TRUE;
		session->start_utc_us = (start_s + 3600 * (gint64)i) * G_USEC_PER_SEC;
		session->coverage = (KnCoverage){.stored = 1, .expected = 1};
		session->is_completeness_known = TRUE;
		session->is_provisional = session->span.state == KN_SESSION_OPEN;
	}
	if (day)
		g_ptr_array_extend_and_steal(sessions, g_steal_pointer(&day));
	return sessions->len > 0;
}

static void
print_period(const gchar *name, const KnPeriod *period)
{
	printf("\"%s\": {\"n_sessions\": %u, \"n_open\": %u, \"duration_ms\": %" G_GUINT64_FORMAT
	       ", \"active_ms\": %" G_GUINT64_FORMAT ", \"mean_hpa\": %u, \"peak_hpa\": %u"
	       ", \"dose_hpa_ms\": %" G_GUINT64_FORMAT ", \"dose_left_hpa_ms\": %" G_GUINT64_FORMAT
	       ", \"dose_right_hpa_ms\": %" G_GUINT64_FORMAT ", \"hold_count\": %u"
	       ", \"hold_longest_ms\": %" G_GUINT64_FORMAT ", \"n_data_days\": %u",
	       name, period->n_sessions, period->n_open, period->duration_ms, period->active_ms,
	       period->mean_hpa, period->peak_hpa, period->dose_hpa_ms, period->dose_left_hpa_ms,
	       period->dose_right_hpa_ms, period->hold_count, period->hold_longest_ms,
	       period->n_data_days);
	if (period->has_symmetry)
		printf(", \"symmetry_permille\": %d", period->symmetry_permille);
	printf("},\n");
}

static void
print_changes(const KnPeriod *now, const KnPeriod *before)
{
	const struct {
		const gchar *key;
		guint64 now;
		guint64 before;
	} rows[] = {
		{"duration_ms", now->duration_ms, before->duration_ms},
		{"active_ms", now->active_ms, before->active_ms},
		{"dose_hpa_ms", now->dose_hpa_ms, before->dose_hpa_ms},
		{"mean_hpa", now->mean_hpa, before->mean_hpa},
		{"peak_hpa", now->peak_hpa, before->peak_hpa},
		{"hold_count", now->hold_count, before->hold_count},
	};
	const gchar *comma = "";

	printf("\"change\": {");
	for (guint i = 0; i < G_N_ELEMENTS(rows) && kn_change_is_fair(now, before); i++) {
		gint32 permille = 0;
		if (!kn_change_find(rows[i].now, rows[i].before, &permille))
			continue;
		printf("%s\"%s\": %d", comma, rows[i].key, permille);
		comma = ", ";
	}
	printf("},\n");
}

static void
print_parts(const gchar *name, const GPtrArray *sessions, KnPartBy by)
{
	g_autoptr(GPtrArray) parts = kn_parts_sum(sessions, by);

	printf("\"%s\": [", name);
	for (guint i = 0; i < parts->len; i++) {
		const KnPart *part = g_ptr_array_index(parts, i);
		printf("%s\n[%" G_GINT64_FORMAT ", %u, \"%s\", \"%s\", %u, %" G_GUINT64_FORMAT
		       ", %u, %u, %" G_GUINT64_FORMAT ", %u, %" G_GUINT64_FORMAT "]",
		       i > 0 ? "," : "", part->device_id, part->node, kn_name_region(part->region),
		       kn_name_side(part->side), part->n_sessions, part->contact_ms, part->mean_hpa,
		       part->peak_hpa, part->dose_hpa_ms, part->hold_count, part->hold_longest_ms);
	}
	printf("]");
}

int
main(int argc, char **argv)
{
	g_autoptr(GPtrArray) sessions =
		g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	g_autoptr(GPtrArray) selected = NULL;
	guint half = (guint)(argc - 1) / 2;
	KnPeriod now;
	KnPeriod before;

	for (gint i = 1; i < argc; i++)
		if (!add_day(sessions, argv[i], (guint)i - 1))
			return EXIT_FAILURE;
	kn_summary_period(sessions, DAY - (KnDay)half + 1, DAY, &now);
	kn_summary_period(sessions, DAY - 2 * (KnDay)half + 1, DAY - (KnDay)half, &before);
	selected = kn_summary_select(sessions, DAY - (KnDay)half + 1, DAY);
	printf("{");
	print_period("now", &now);
	print_period("before", &before);
	print_changes(&now, &before);
	print_parts("place", selected, KN_PART_PLACE);
	printf(",\n");
	print_parts("region", selected, KN_PART_REGION);
	printf(",\n");
	print_parts("side", selected, KN_PART_SIDE);
	printf(",\n");
	print_parts("node", selected, KN_PART_NODE);
	printf("}\n");
	return EXIT_SUCCESS;
}
