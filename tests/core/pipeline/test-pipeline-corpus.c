/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* whatever a record holds: one with a right sum and a place is stored as it came, and never asked for again */

#include "../corpus.h"
#include "core/wire/encode.h"
#include "pipeline-fixture.h"

static void
send_raw(PipelineFixture *f, const guint8 *body, gsize n_body)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];

	kn_frame_write_header(bytes, f->counter++, KN_FRAME_HISTORY);
	n_body = kn_frame_seal(body, n_body, bytes + 2, sizeof bytes - 2);
	g_assert_cmpuint(n_body, >, 0);
	pf_send_bytes(f, bytes, 2 + n_body);
}

/* the only block of all batches */
static const KnBlock *
only_block(const PipelineFixture *f)
{
	const KnBlock *block = NULL;

	for (guint i = 0; i < f->batches->len; i++) {
		const KnBatch *batch = f->batches->pdata[i];
		if (batch->blocks->len == 0)
			continue;
		g_assert_null(block);
		g_assert_cmpuint(batch->blocks->len, ==, 1);
		block = batch->blocks->pdata[0];
	}
	g_assert_nonnull(block);
	return block;
}

static void
assert_kept_as_it_came(const PipelineFixture *f, const guint8 *bytes, gsize n_bytes)
{
	const KnBlock *block = only_block(f);
	const guint8 *kept;
	gsize at = 0, n_kept;

	g_assert_cmpuint(block->first_seq, ==, 7);
	g_assert_cmpuint(block->last_seq, ==, 7);
	g_assert_true(kn_block_next(block->records, &at, &kept, &n_kept));
	g_assert_cmpmem(kept, n_kept, bytes, n_bytes);
}

static void
try_row(const CorpusRow *row)
{
	PipelineFixture fixture = {0}, *f = &fixture;
	guint8 bytes[64];
	gsize n_bytes = corpus_bytes(row->hex, bytes);
	KnPipelineCounters counters;

	g_test_message("%s", row->what);
	pf_set_up(f, NULL);
	pf_link_up(f);
	pf_send_state(f, PF_FIRST_LOG, 7, 7, PF_HUB_ID);
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, 1);
	g_array_set_size(f->controls, 0);
	send_raw(f, bytes, n_bytes);
	counters = pf_status_of(f).counters;
	g_assert_cmpuint(pf_status_of(f).n_missing, ==, !row->has_key);
	g_assert_cmpuint(counters.n_records, ==, row->has_key);
	g_assert_cmpuint(counters.n_bad_key, ==, !row->has_key);
	if (row->has_key) {
		g_assert_cmpuint(counters.n_bad_protobuf, ==, row->status == KN_DECODE_PROTOBUF);
		g_assert_cmpuint(counters.n_unsupported, ==, row->status == KN_DECODE_UNSUPPORTED);
		g_assert_cmpuint(counters.n_noncanonical, ==, row->status == KN_DECODE_OK);
		pf_send_done(f, 7, 7, 1);
		g_assert_cmpuint(pf_take_controls(f, ktp_Control_fetch_tag, NULL), ==, 0);
		assert_kept_as_it_came(f, bytes, n_bytes);
	}
	pf_tear_down(f, NULL);
}

static void
each_is_kept_covered_and_counted_once_unless_its_place_cannot_be_read(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(corpus); i++)
		try_row(&corpus[i]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/pipeline-corpus/"
			"each_is_kept_covered_and_counted_once_unless_its_place_cannot_be_read",
			each_is_kept_covered_and_counted_once_unless_its_place_cannot_be_read);
	return g_test_run();
}
