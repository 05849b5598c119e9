/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A block's bytes: records packed for the disk and back, bit for bit. Codec 1 is a zstd frame
 * (level 3) around store/columns.h. Samples that this build understands and would encode to the
 * very same bytes go into columns; any other record is kept raw inside, so that fields of newer
 * firmware survive. The CRC-32 covers data and header: a quarter of single bit flips pass SQLite's
 * own check.
 */

#include "core/log/batch.h"
#include "core/wire/decode.h"
#include "store/columns.h"

enum {
	KN_BLOCK_CODEC_COLUMNS = 1,
	/* unpacked; 64 KiB of the smallest records need 0.4 MiB */
	KN_BLOCK_STREAM_BYTES_MAX = 4 * 1024 * 1024,
};

typedef struct {
	gint64 block_id;
	gint64 log_key;
	guint32 boot;
	gint64 info_id; /* 0: none */
	guint64 first_seq;
	guint64 last_seq;
	guint64 first_t_ms;
	guint64 last_t_ms;
	guint32 n_records;
	/* a sample of at least KN_CONTACT_OFF_HPA: without one there is no contact */
	gboolean has_touch;
	guint64 touch_first_t_ms;
	guint64 touch_last_t_ms;
	guint32 codec;
	guint32 raw_bytes;
	guint32 crc32;
} KnBlockHead;

/* a SessionStart or SessionEnd */
typedef struct {
	guint64 seq;
	gboolean is_end;
} KnBlockMark;

/* Fills n_records, touch, codec and raw_bytes of a head whose boot, seqs and ticks are set.
 * info: NULL when none is known: then all is kept raw. marks: KnBlockMark, appended to; may be
 * NULL. Returns data; NULL with IO when zstd fails. */
GByteArray *kn_block_pack(KnBlockHead *head, const GByteArray *records, const ktp_Info *info,
			  GArray *marks, GError **error);
guint32 kn_block_crc32(const KnBlockHead *head, const guint8 *data, gsize n_data);

typedef struct KnBlockReader KnBlockReader;

/* Checks the CRC, every length and count. CORRUPT otherwise. Copies what it needs. */
KnBlockReader *kn_block_reader_new(const KnBlockHead *head, const guint8 *data, gsize n_data,
				   GError **error);
void kn_block_reader_free(KnBlockReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnBlockReader, kn_block_reader_free)

typedef struct {
	guint64 seq;
	gboolean is_record; /* TRUE: record holds it; FALSE: bytes do, as kept raw */
	ktp_Record record;  /* with samples: all but deltas_hpa, which values_hpa stand for */
	const guint16
		*values_hpa; /* borrowed from the reader until its next step: node after node */
	const guint8 *bytes; /* borrowed from the reader */
	gsize n_bytes;
} KnBlockItem;
/* To the first record again. */
void kn_block_reader_rewind(KnBlockReader *reader);
/* In seq order; FALSE at the end. */
gboolean kn_block_reader_next(KnBlockReader *reader, KnBlockItem *ret_item);
/* The next record that info accepts, in ret_item->record and values_hpa whatever the way it is kept; FALSE at the end. */
gboolean kn_block_reader_next_accepted(KnBlockReader *reader, const ktp_Info *info,
				       KnBlockItem *ret_item);

/* All records as they came: { u16 length, bytes }. CORRUPT when they do not make raw_bytes. */
GByteArray *kn_block_unpack(const KnBlockHead *head, const guint8 *data, gsize n_data,
			    GError **error);
