/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* fold-json CAPTURE: every metric of every session in a capture, as JSON. Links core only. The
 * format is in README.md. */

#include "core/capture/capture.h"
#include "core/measure/buildup.h"
#include "core/measure/names.h"
#include "core/measure/session.h"
#include "core/wire/frame.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct {
	ktp_Info info;
	GArray *records; /* owned: ktp_Record, in arrival order */
} Capture;

static void
read_notification(Capture *capture, GBytes *bytes)
{
	KnFrameReader reader;
	const uint8_t *body;
	size_t n_body;

	if (kn_frame_open(&reader, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) !=
		    KN_FRAME_OK ||
	    reader.kind == KN_FRAME_REPLY)
		return;
	while (kn_frame_next(&reader, &body, &n_body) == KN_FRAME_OK) {
		ktp_Record record;
		bool is_canonical;
		if (kn_decode_record(body, n_body, &capture->info, &record, &is_canonical) ==
		    KN_DECODE_OK)
			g_array_append_val(capture->records, record);
	}
}

static gboolean
read_entry(Capture *capture, const KnCaptureEntry *entry)
{
	if (entry->kind == KN_ENTRY_UP)
		return kn_decode_info(g_bytes_get_data(entry->bytes, NULL),
				      g_bytes_get_size(entry->bytes),
				      &capture->info) == KN_DECODE_OK;
	if (entry->kind == KN_ENTRY_NOTIFICATION)
		read_notification(capture, entry->bytes);
	return TRUE;
}

/* by seq; the sort is stable, so of two with the same seq the first to arrive stays first */
static gint
compare_seq(gconstpointer a, gconstpointer b)
{
	const ktp_Record *left = a;
	const ktp_Record *right = b;

	return (left->seq > right->seq) - (left->seq < right->seq);
}

static void
order(GArray *records)
{
	guint n = 0;

	g_array_sort(records, compare_seq);
	for (guint i = 0; i < records->len; i++) {
		ktp_Record *record = &g_array_index(records, ktp_Record, i);
		if (n > 0 && g_array_index(records, ktp_Record, n - 1).seq == record->seq)
			continue;
		if (i != n)
			g_array_index(records, ktp_Record, n) = *record;
		n++;
	}
	g_array_set_size(records, n);
}

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

static void
add_buildup(const ktp_Record *records, guint n, const KnSpan *span, KnSessionMetrics *metrics)
{
	g_autoptr(KnBuildup) buildup = kn_buildup_new(metrics);

	if (span->state == KN_SESSION_OPEN)
		return;
	for (guint k = 0; k < n; k++)
		if (records[k].seq >= span->first_seq && records[k].seq <= span->last_seq)
			kn_buildup_push(buildup, &records[k]);
	if (!kn_buildup_finish(buildup, metrics))
		exit(1);
}

static void
print_spans(const Capture *capture, const ktp_Record *records, guint n, const GArray *spans,
	    gboolean *is_first)
{
	for (guint i = 0; i < spans->len; i++) {
		const KnSpan *span = &g_array_index(spans, KnSpan, i);
		g_autoptr(KnFold) fold = kn_fold_new(&capture->info);
		KnSessionMetrics metrics;
		for (guint k = 0; k < n; k++)
			if (records[k].seq >= span->first_seq && records[k].seq <= span->last_seq)
				kn_fold_push(fold, &records[k]);
		kn_fold_finish(fold, &metrics);
		add_buildup(records, n, span, &metrics);
		printf(*is_first ? "[" : ",\n");
		*is_first = FALSE;
		print_session(span, &metrics);
	}
}

static void
capture_clear(Capture *capture)
{
	g_clear_pointer(&capture->records, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Capture, capture_clear)

static gint
compare_boot(gconstpointer a, gconstpointer b)
{
	const ktp_Record *left = a;
	const ktp_Record *right = b;

	if (left->boot != right->boot)
		return left->boot < right->boot ? -1 : 1;
	return compare_seq(a, b);
}

static void
print_boots(Capture *capture)
{
	const ktp_Record *records = (const ktp_Record *)(gpointer)capture->records->data;
	gboolean is_first = TRUE;
	guint n;

	g_array_sort(capture->records, compare_boot);
	for (guint from = 0; from < capture->records->len; from += n) {
		g_autoptr(KnSplitter) splitter = kn_splitter_new(&capture->info);
		g_autoptr(GArray) spans = NULL;
		for (n = 0; from + n < capture->records->len &&
			    records[from + n].boot == records[from].boot;
		     n++)
			kn_splitter_push(splitter, &records[from + n]);
		spans = kn_splitter_finish(splitter, from + n < capture->records->len);
		print_spans(capture, records + from, n, spans, &is_first);
	}
	printf(is_first ? "[]\n" : "]\n");
}

int
main(int argc, char **argv)
{
	g_auto(Capture) capture = {.records = g_array_new(FALSE, FALSE, sizeof(ktp_Record))};
	g_autofree gchar *text = NULL;
	g_autoptr(KnCapture) file = NULL;
	g_autoptr(GError) error = NULL;
	gsize n_bytes;

	if (argc != 2 || !g_file_get_contents(argv[1], &text, &n_bytes, NULL)) {
		fprintf(stderr, "usage: fold-json CAPTURE\n");
		return EXIT_FAILURE;
	}
	file = kn_capture_parse(text, n_bytes, &error);
	for (guint i = 0; file && i < file->entries->len; i++) {
		if (read_entry(&capture, &g_array_index(file->entries, KnCaptureEntry, i)))
			continue;
		g_clear_pointer(&file, kn_capture_free);
	}
	if (!file) {
		fprintf(stderr, "%s: %s\n", argv[1], error ? error->message : "INFO is refused");
		return EXIT_FAILURE;
	}
	order(capture.records);
	print_boots(&capture);
	return EXIT_SUCCESS;
}
