/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* fold-json CAPTURE: every metric of every session in a capture, as JSON. Links core only. */

#include "core/measure/names.h"
#include "golden-read.h"
#include <stdio.h>
#include <stdlib.h>

static void
print_node(const KnNodeMetrics *node)
{
	printf("{\"contact_ms\": %" G_GUINT64_FORMAT ", \"n_samples\": %" G_GUINT64_FORMAT
	       ", \"mean_hpa\": %u, \"peak_hpa\": %u, \"p95_hpa\": %u"
	       ", \"dose_hpa_ms\": %" G_GUINT64_FORMAT ", \"hold_count\": %u"
	       ", \"hold_longest_ms\": %" G_GUINT64_FORMAT ", \"hold_mean_hpa\": %u",
	       node->contact_ms, node->n_samples, node->mean_hpa, node->peak_hpa, node->p95_hpa,
	       node->dose_hpa_ms, node->hold_count, node->hold_longest_ms, node->hold_mean_hpa);
	if (node->has_buildup)
		printf(", \"buildup_hpa\": %d", node->buildup_hpa);
	printf(", \"saturation_permille\": %u}", node->saturation_permille);
}

static void
print_session(const KnSpan *span, const KnSessionMetrics *m)
{
	printf("{\"first_seq\": %" G_GUINT64_FORMAT ", \"last_seq\": %" G_GUINT64_FORMAT
	       ", \"first_t_ms\": %" G_GUINT64_FORMAT ", \"last_t_ms\": %" G_GUINT64_FORMAT
	       ", \"state\": \"%s\", \"duration_ms\": %" G_GUINT64_FORMAT
	       ", \"active_ms\": %" G_GUINT64_FORMAT,
	       span->first_seq, span->last_seq, span->first_t_ms, span->last_t_ms,
	       kn_name_session_state(span->state), m->duration_ms, m->active_ms);
	if (m->has_device_duration)
		printf(", \"device_duration_ms\": %" G_GUINT64_FORMAT, m->device_duration_ms);
	printf(", \"mean_hpa\": %u, \"peak_hpa\": %u, \"p95_hpa\": %u"
	       ", \"dose_hpa_ms\": %" G_GUINT64_FORMAT ", \"dose_left_hpa_ms\": %" G_GUINT64_FORMAT
	       ", \"dose_right_hpa_ms\": %" G_GUINT64_FORMAT,
	       m->mean_hpa, m->peak_hpa, m->p95_hpa, m->dose_hpa_ms, m->dose_left_hpa_ms,
	       m->dose_right_hpa_ms);
	if (m->has_symmetry)
		printf(", \"symmetry_permille\": %d", m->symmetry_permille);
	printf(", \"saturation_permille\": %u, \"hold_count\": %u"
	       ", \"hold_longest_ms\": %" G_GUINT64_FORMAT ", \"hold_mean_hpa\": %u"
	       ", \"rocking_half_cycles\": %u, \"strokes\": %u, \"nodes\": [",
	       m->saturation_permille, m->hold_count, m->hold_longest_ms, m->hold_mean_hpa,
	       m->rocking_half_cycles, m->strokes);
	for (guint i = 0; i < m->n_nodes; i++) {
		printf(i ? ",\n  " : "\n  ");
		print_node(&m->node[i]);
	}
	printf("]}");
}

int
main(int argc, char **argv)
{
	g_autoptr(GPtrArray) sessions = argc == 2 ? golden_read(argv[1]) : NULL;

	if (!sessions) {
		fprintf(stderr, "usage: fold-json CAPTURE\n");
		return EXIT_FAILURE;
	}
	for (guint i = 0; i < sessions->len; i++) {
		const KnSession *session = g_ptr_array_index(sessions, i);

		printf(i == 0 ? "[" : ",\n");
		print_session(&session->span, &session->metrics);
	}
	printf(sessions->len == 0 ? "[]\n" : "]\n");
	return EXIT_SUCCESS;
}
