/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * core/wire/samples.h against nanopb: one answer to what a record says. Its reader accepts exactly the bytes that nanopb would write for
 * what nanopb reads there, and its writer writes those.
 */

#include "golden.h"

#include "core/wire/decode.h"
#include "core/wire/frame.h"
#include "core/wire/samples.h"
#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

static gboolean
generic_read(const guint8 *bytes, gsize n_bytes, ktp_Record *ret_record)
{
	pb_istream_t stream = pb_istream_from_buffer(bytes, n_bytes);

	*ret_record = (ktp_Record)ktp_Record_init_zero;
	return pb_decode(&stream, ktp_Record_fields, ret_record);
}

static gsize
generic_write(const ktp_Record *record, guint8 *ret_bytes, gsize n_bytes)
{
	pb_ostream_t stream = pb_ostream_from_buffer(ret_bytes, n_bytes);

	return pb_encode(&stream, ktp_Record_fields, record) ? stream.bytes_written : 0;
}

static void
assert_same_samples(const ktp_Record *a, const ktp_Record *b)
{
	const ktp_SampleBlock *x = &a->body.samples, *y = &b->body.samples;

	g_assert_cmpuint(a->seq, ==, b->seq);
	g_assert_cmpuint(a->boot, ==, b->boot);
	g_assert_cmpuint(a->t_ms, ==, b->t_ms);
	g_assert_cmpuint(a->which_body, ==, b->which_body);
	g_assert_cmpuint(x->period_us, ==, y->period_us);
	g_assert_cmpuint(x->t0_ms, ==, y->t0_ms);
	g_assert_cmpuint(x->node_mask, ==, y->node_mask);
	g_assert_cmpuint(x->n, ==, y->n);
	g_assert_cmpmem(x->deltas_hpa, x->deltas_hpa_count * sizeof *x->deltas_hpa, y->deltas_hpa,
			y->deltas_hpa_count * sizeof *y->deltas_hpa);
}

/* Returns whether the bytes are samples in canonical form, on which both agree. */
static gboolean
compare(const guint8 *bytes, gsize n_bytes)
{
	/* of its own size, so that a sanitizer sees a byte too many */
	g_autofree guint8 *exact = g_memdup2(bytes, MAX(n_bytes, 1));
	guint8 again[2 * KN_RECORD_ACCEPTED_BYTES];
	ktp_Record generic, strict = ktp_Record_init_zero;
	gboolean is_samples = generic_read(exact, n_bytes, &generic) &&
			      generic.which_body == ktp_Record_samples_tag;
	gboolean is_canonical = is_samples &&
				generic_write(&generic, again, sizeof again) == n_bytes &&
				memcmp(again, exact, n_bytes) == 0;

	g_assert_cmpint(kn_samples_read(exact, n_bytes, &strict), ==, is_canonical);
	if (is_canonical)
		assert_same_samples(&strict, &generic);
	if (is_samples) {
		guint8 ours[sizeof again];
		gsize n_ours = kn_samples_write(&generic, ours, sizeof ours);
		gsize n_theirs = generic_write(&generic, again, sizeof again);
		g_assert_cmpmem(ours, n_ours, again, n_theirs);
	}
	return is_canonical;
}

typedef void (*BodyFunc)(const guint8 *body, gsize n_body, guint64 *n_canonical);

static guint64
for_each_body(const GPtrArray *notifications, BodyFunc func)
{
	guint64 n_canonical = 0;

	for (guint i = 0; i < notifications->len; i++) {
		gsize n_bytes, n_body;
		const guint8 *bytes = g_bytes_get_data(notifications->pdata[i], &n_bytes), *body;
		KnFrameReader reader;

		if (kn_frame_open(&reader, bytes, n_bytes) != KN_FRAME_OK)
			continue;
		while (kn_frame_next(&reader, &body, &n_body) == KN_FRAME_OK)
			func(body, n_body, &n_canonical);
	}
	return n_canonical;
}

static void
compare_whole(const guint8 *body, gsize n_body, guint64 *n_canonical)
{
	*n_canonical += compare(body, n_body);
}

static void
compare_cut(const guint8 *body, gsize n_body, guint64 *n_canonical)
{
	for (gsize n = 0; n < n_body; n++)
		*n_canonical += compare(body, n);
}

static void
compare_changed(const guint8 *body, gsize n_body, guint64 *n_canonical)
{
	g_autofree guint8 *copy = g_memdup2(body, MAX(n_body, 1));

	for (gsize at = 0; at < n_body; at++) {
		for (guint k = 1; k < 256; k++) {
			copy[at] = (guint8)(body[at] ^ k);
			*n_canonical += compare(copy, n_body);
		}
		copy[at] = body[at];
	}
}

static void
every_golden_record_is_read_as_nanopb_reads_it(void)
{
	g_autoptr(GPtrArray) golden = golden_notifications();

	g_assert_cmpuint(for_each_body(golden, compare_whole), >, 1000);
}

static void
no_beginning_of_a_record_is_taken_for_one_that_nanopb_would_write(void)
{
	g_autoptr(GPtrArray) golden = golden_notifications();

	for_each_body(golden, compare_cut);
}

static void
every_value_of_every_byte_is_judged_as_nanopb_judges_it(void)
{
	g_autoptr(GPtrArray) vectors = golden_vectors();

	/* many of them are another record, as canonical as the first */
	g_assert_cmpuint(for_each_body(vectors, compare_changed), >, 1000);
}

/* scalars at their bounds, and as many deltas as fit, each as long as can be */
static void
extremes_are_written_as_nanopb_writes_them(void)
{
	static const guint64 bounds[] = {0, 1, 127, 128, UINT32_MAX, UINT64_MAX};
	guint8 bytes[2 * KN_RECORD_ACCEPTED_BYTES];

	for (guint i = 0; i < G_N_ELEMENTS(bounds); i++) {
		ktp_Record record = {.seq = bounds[i],
				     .boot = (guint32)bounds[i],
				     .t_ms = bounds[i],
				     .which_body = ktp_Record_samples_tag};
		ktp_SampleBlock *block = &record.body.samples;
		*block = (ktp_SampleBlock){.period_us = (guint32)bounds[i],
					   .t0_ms = bounds[i],
					   .node_mask = (guint32)bounds[i],
					   .n = (guint32)bounds[i]};
		for (guint n = 0; n <= G_N_ELEMENTS(block->deltas_hpa); n += 80) {
			gsize n_bytes;
			block->deltas_hpa_count = (pb_size_t)n;
			for (guint k = 0; k < n; k++)
				block->deltas_hpa[k] = k % 2 ? INT32_MIN : INT32_MAX;
			n_bytes = generic_write(&record, bytes, sizeof bytes);
			g_assert_cmpuint(n_bytes, >, 0);
			g_assert_true(compare(bytes, n_bytes));
			g_assert_cmpuint(kn_samples_write(&record, bytes, n_bytes - 1), ==, 0);
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bytes/every_golden_record_is_read_as_nanopb_reads_it",
			every_golden_record_is_read_as_nanopb_reads_it);
	g_test_add_func("/bytes/no_beginning_of_a_record_is_taken_for_one_that_nanopb_would_write",
			no_beginning_of_a_record_is_taken_for_one_that_nanopb_would_write);
	g_test_add_func("/bytes/every_value_of_every_byte_is_judged_as_nanopb_judges_it",
			every_value_of_every_byte_is_judged_as_nanopb_judges_it);
	g_test_add_func("/bytes/extremes_are_written_as_nanopb_writes_them",
			extremes_are_written_as_nanopb_writes_them);
	return g_test_run();
}
