/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "golden-read.h"

#include "core/capture/capture.h"
#include "core/measure/buildup.h"
#include "core/wire/frame.h"
#include <stdio.h>

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

static gboolean
add_buildup(const ktp_Record *records, guint n, const KnSpan *span, KnSessionMetrics *metrics)
{
	g_autoptr(KnBuildup) buildup = kn_buildup_new(metrics);

	if (span->state == KN_SESSION_OPEN)
		return TRUE;
	for (guint k = 0; k < n; k++)
		if (records[k].seq >= span->first_seq && records[k].seq <= span->last_seq)
			kn_buildup_push(buildup, &records[k]);
	return kn_buildup_finish(buildup, metrics);
}

static void
add_spans(const Capture *capture, const ktp_Record *records, guint n, const GArray *spans,
	  GPtrArray *sessions)
{
	for (guint i = 0; i < spans->len; i++) {
		const KnSpan *span = &g_array_index(spans, KnSpan, i);
		g_autoptr(KnFold) fold = kn_fold_new(&capture->info);
		KnSession *session = g_new0(KnSession, 1);
		for (guint k = 0; k < n; k++)
			if (records[k].seq >= span->first_seq && records[k].seq <= span->last_seq)
				kn_fold_push(fold, &records[k]);
		session->boot = records[0].boot;
		session->span = *span;
		kn_fold_finish(fold, &session->metrics);
		g_assert_true(add_buildup(records, n, span, &session->metrics));
		g_ptr_array_add(sessions, session);
	}
}

static GPtrArray *
split_boots(Capture *capture)
{
	GPtrArray *sessions = g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_free);
	const ktp_Record *records = (const ktp_Record *)(gpointer)capture->records->data;
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
		add_spans(capture, records + from, n, spans, sessions);
	}
	return sessions;
}

GPtrArray *
golden_read(const gchar *path)
{
	g_auto(Capture) capture = {.records = g_array_new(FALSE, FALSE, sizeof(ktp_Record))};
	g_autofree gchar *text = NULL;
	g_autoptr(KnCapture) file = NULL;
	g_autoptr(GError) error = NULL;
	gsize n_bytes;

	if (!g_file_get_contents(path, &text, &n_bytes, NULL)) {
		fprintf(stderr, "%s cannot be read\n", path);
		return NULL;
	}
	file = kn_capture_parse(text, n_bytes, &error);
	for (guint i = 0; file && i < file->entries->len; i++) {
		if (read_entry(&capture, &g_array_index(file->entries, KnCaptureEntry, i)))
			continue;
		g_clear_pointer(&file, kn_capture_free);
	}
	if (!file) {
		fprintf(stderr, "%s: %s\n", path, error ? error->message : "INFO is refused");
		return NULL;
	}
	order(capture.records);
	return split_boots(&capture);
}
