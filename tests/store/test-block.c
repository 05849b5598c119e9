/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "core/wire/encode.h"
#include "store/block.h"
#include <string.h>
#include <zstd.h>

static KnBlockHead
head_of(const KnBlock *block)
{
	return (KnBlockHead){.log_key = 1,
			     .boot = block->boot,
			     .info_id = 1,
			     .first_seq = block->first_seq,
			     .last_seq = block->last_seq,
			     .first_t_ms = block->first_t_ms,
			     .last_t_ms = block->last_t_ms};
}

static GByteArray *
pack(KnBlockHead *head, const KnBlock *block, const ktp_Info *info)
{
	GError *error = NULL;
	GByteArray *data = kn_block_pack(head, block->records, info, NULL, &error);

	g_assert_no_error(error);
	head->crc32 = kn_block_crc32(head, data->data, data->len);
	return data;
}

static void
assert_comes_back(const KnBlockHead *head, const GByteArray *data, const KnBlock *block)
{
	GError *error = NULL;
	g_autoptr(GByteArray) records = kn_block_unpack(head, data->data, data->len, &error);

	g_assert_no_error(error);
	g_assert_cmpmem(records->data, records->len, block->records->data, block->records->len);
}

static void
brings_records_back_byte_for_byte(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBlock) block = NULL;
	g_autoptr(GByteArray) data = NULL;
	KnBlockHead head;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 100, 300);
	tape_samples(&fixture, 100, 0);
	tape_end(&fixture, 64000);
	block = fixture_block(&fixture, 1, 202);
	head = head_of(block);
	data = pack(&head, block, &fixture.info);
	g_assert_cmpuint(head.n_records, ==, 202);
	g_assert_cmpuint(head.raw_bytes, ==, block->records->len);
	/* the first hundred end at 32,000; the last sample of each lies 280 ms behind its tick */
	g_assert_true(head.has_touch);
	g_assert_cmpuint(head.touch_first_t_ms, ==, 0);
	g_assert_cmpuint(head.touch_last_t_ms, ==, 31960);
	g_assert_cmpuint(data->len, <, block->records->len / 2);
	assert_comes_back(&head, data, block);
}

static void
tells_marks_while_packing(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBlock) block = NULL;
	g_autoptr(GByteArray) data = NULL;
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(KnBlockMark));
	GError *error = NULL;
	KnBlockHead head;

	fixture_init(&fixture);
	tape_samples(&fixture, 2, 300);
	tape_start(&fixture);
	tape_samples(&fixture, 3, 300);
	tape_end(&fixture, 1);
	block = fixture_block(&fixture, 1, 7);
	head = head_of(block);
	data = kn_block_pack(&head, block->records, &fixture.info, marks, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(marks->len, ==, 2);
	g_assert_cmpuint(g_array_index(marks, KnBlockMark, 0).seq, ==, 3);
	g_assert_false(g_array_index(marks, KnBlockMark, 0).is_end);
	g_assert_cmpuint(g_array_index(marks, KnBlockMark, 1).seq, ==, 7);
	g_assert_true(g_array_index(marks, KnBlockMark, 1).is_end);
}

/* a record whose bytes are changed at random, but that keeps its place */
static void
tape_damaged(Fixture *fixture, GRand *rand)
{
	guint8 bytes[512];
	gsize n_bytes, last = fixture->tape->len;
	GBytes *good;

	tape_samples(fixture, 1, (guint16)g_rand_int_range(rand, 0, 2000));
	good = fixture->tape->pdata[last];
	n_bytes = g_bytes_get_size(good);
	memcpy(bytes, g_bytes_get_data(good, NULL), n_bytes);
	for (gint k = g_rand_int_range(rand, 0, 4); k > 0; k--)
		bytes[g_rand_int_range(rand, 0, (gint)n_bytes)] = (guint8)g_rand_int(rand);
	n_bytes = (gsize)g_rand_int_range(rand, 1, (gint)n_bytes + 1);
	g_bytes_unref(good);
	fixture->tape->pdata[last] = g_bytes_new(bytes, n_bytes);
}

static void
brings_hostile_records_back_too(void)
{
	guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	g_test_message("seed %u", seed);
	for (guint round = 0; round < 200; round++) {
		g_auto(Fixture) fixture = {.boot = 1};
		g_autoptr(KnBlock) block = NULL;
		g_autoptr(GByteArray) data = NULL;
		KnBlockHead head;
		fixture_init(&fixture);
		for (guint i = 0; i < 20; i++)
			tape_damaged(&fixture, rand);
		block = fixture_block(&fixture, 1, 20);
		head = head_of(block);
		data = pack(&head, block, round % 5 == 0 ? NULL : &fixture.info);
		assert_comes_back(&head, data, block);
	}
}

static void
keeps_a_record_raw_that_would_not_encode_the_same(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBlock) block = NULL;
	g_autoptr(GByteArray) data = NULL;
	g_autoptr(KnBlockReader) reader = NULL;
	GError *error = NULL;
	guint8 bytes[512];
	gsize n_bytes;
	KnBlockHead head;
	KnBlockItem item;

	fixture_init(&fixture);
	tape_samples(&fixture, 1, 300);
	n_bytes = g_bytes_get_size(fixture.tape->pdata[0]);
	memcpy(bytes, g_bytes_get_data(fixture.tape->pdata[0], NULL), n_bytes);
	/* field 20, varint 5: of a newer firmware */
	memcpy(bytes + n_bytes, "\xa0\x01\x05", 3);
	g_bytes_unref(fixture.tape->pdata[0]);
	fixture.tape->pdata[0] = g_bytes_new(bytes, n_bytes + 3);
	tape_samples(&fixture, 1, 300);
	block = fixture_block(&fixture, 1, 2);
	head = head_of(block);
	data = pack(&head, block, &fixture.info);
	reader = kn_block_reader_new(&head, data->data, data->len, &error);
	g_assert_no_error(error);
	g_assert_true(kn_block_reader_next(reader, &item));
	g_assert_false(item.is_record);
	g_assert_cmpmem(item.bytes, item.n_bytes, bytes, n_bytes + 3);
	g_assert_true(kn_block_reader_next(reader, &item));
	g_assert_true(item.is_record);
	g_assert_false(kn_block_reader_next(reader, &item));
	assert_comes_back(&head, data, block);
}

static void
finds_every_flipped_bit(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBlock) block = NULL;
	g_autoptr(GByteArray) data = NULL;
	KnBlockHead head, other;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 40, 300);
	block = fixture_block(&fixture, 1, 41);
	head = head_of(block);
	data = pack(&head, block, &fixture.info);
	for (guint bit = 0; bit < data->len * 8; bit++) {
		g_autoptr(GError) error = NULL;
		data->data[bit / 8] ^= (guint8)(1u << bit % 8);
		g_assert_null(kn_block_reader_new(&head, data->data, data->len, &error));
		g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT);
		data->data[bit / 8] ^= (guint8)(1u << bit % 8);
	}
	for (guint bit = 0; bit < 32; bit++) {
		other = head;
		other.first_seq ^= UINT64_C(1) << bit;
		g_assert_null(kn_block_reader_new(&other, data->data, data->len, NULL));
		other = head;
		other.raw_bytes ^= UINT32_C(1) << bit;
		g_assert_null(kn_block_reader_new(&other, data->data, data->len, NULL));
	}
}

/* what somebody who can write the file could make: the CRC is right */
static void
survives_a_forged_stream(void)
{
	guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBlock) block = NULL;
	g_autoptr(GByteArray) data = NULL;
	g_autofree guint8 *stream = NULL;
	gsize n_stream;
	KnBlockHead head;

	g_test_message("seed %u", seed);
	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	block = fixture_block(&fixture, 1, 21);
	head = head_of(block);
	data = pack(&head, block, &fixture.info);
	n_stream = (gsize)ZSTD_getFrameContentSize(data->data, data->len);
	stream = g_malloc(n_stream);
	g_assert_cmpuint(ZSTD_decompress(stream, n_stream, data->data, data->len), ==, n_stream);
	for (guint round = 0; round < 5000; round++) {
		g_autofree guint8 *forged = g_memdup2(stream, n_stream);
		guint8 packed[8192];
		gsize n_packed, n_forged = n_stream;
		g_autoptr(GByteArray) records = NULL;
		if (round % 4 == 0)
			n_forged = (gsize)g_rand_int_range(rand, 0, (gint)n_stream);
		for (gint k = g_rand_int_range(rand, 1, 4); n_forged > 0 && k > 0; k--)
			forged[g_rand_int_range(rand, 0, (gint)MIN(n_forged, 200))] =
				(guint8)g_rand_int(rand);
		n_packed = ZSTD_compress(packed, sizeof packed, forged, n_forged, 1);
		g_assert_false(ZSTD_isError(n_packed));
		head.crc32 = kn_block_crc32(&head, packed, n_packed);
		/* refused or read: the sanitizers judge */
		records = kn_block_unpack(&head, packed, n_packed, NULL);
	}
}

static void
refuses_a_bomb(void)
{
	g_autofree guint8 *zeros = g_malloc0(8 * 1024 * 1024);
	g_autofree guint8 *packed = g_malloc(1024 * 1024);
	g_autoptr(GError) error = NULL;
	KnBlockHead head = {.codec = KN_BLOCK_CODEC_COLUMNS};
	gsize n_packed = ZSTD_compress(packed, 1024 * 1024, zeros, 8 * 1024 * 1024, 1);

	g_assert_false(ZSTD_isError(n_packed));
	head.crc32 = kn_block_crc32(&head, packed, n_packed);
	g_assert_null(kn_block_reader_new(&head, packed, n_packed, &error));
	g_assert_error(error, KN_STORE_ERROR, KN_STORE_ERROR_CORRUPT);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/block/brings_records_back_byte_for_byte",
			brings_records_back_byte_for_byte);
	g_test_add_func("/store/block/tells_marks_while_packing", tells_marks_while_packing);
	g_test_add_func("/store/block/brings_hostile_records_back_too",
			brings_hostile_records_back_too);
	g_test_add_func("/store/block/keeps_a_record_raw_that_would_not_encode_the_same",
			keeps_a_record_raw_that_would_not_encode_the_same);
	g_test_add_func("/store/block/finds_every_flipped_bit", finds_every_flipped_bit);
	g_test_add_func("/store/block/survives_a_forged_stream", survives_a_forged_stream);
	g_test_add_func("/store/block/refuses_a_bomb", refuses_a_bomb);
	return g_test_run();
}
