/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A scratch database with one enrolled device, and a tape: the records that the device banked,
 * by seq. */

#include "store/writer.h"

#include "core/wire/decode.h"
#include "telemetry.pb.h"

#define LOG_ID UINT64_C(0xfedcba9876543210)

typedef struct {
	gchar *directory; /* owned */
	KnDb *db;         /* owned */
	KnWriter writer;
	gint64 device_id;
	ktp_Info info;
	GPtrArray *tape; /* owned: GBytes; index seq - 1 */
	GArray *keys;    /* owned: KnRecordKey of the same */
	guint64 t_ms;    /* of the next record */
	guint32 boot;
} Fixture;

gchar *fixture_make_directory(void);
void fixture_remove_directory(const gchar *directory);

void fixture_init(Fixture *fixture);
/* The two halves of that: the directory and an empty tape; the database in it, and the device. */
void fixture_prepare(Fixture *fixture);
void fixture_enrol(Fixture *fixture);
void fixture_clear(Fixture *fixture);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)
/* Closes and opens the database, as a restart does. */
void fixture_reopen(Fixture *fixture);

/* Append to the tape. */
void tape_start(Fixture *fixture);
void tape_end(Fixture *fixture, guint64 duration_ms);
/* Eight samples a node, 320 ms; both nodes near hpa. */
void tape_samples(Fixture *fixture, guint n_records, guint16 hpa);
void tape_bytes(Fixture *fixture, const guint8 *bytes, gsize n_bytes, guint64 t_ms);
void tape_reboot(Fixture *fixture);
guint64 tape_newest(const Fixture *fixture);

KnBlock *fixture_block(const Fixture *fixture, guint64 first_seq, guint64 last_seq);
/* A batch with INFO, what the device told of its log, and the records of the tape in [first_seq,
 * last_seq] (cut at reboots and at the largest block there may be). */
KnBatch *fixture_batch(const Fixture *fixture, guint64 first_seq, guint64 last_seq);
/* Commits that batch; it must succeed. */
KnCommit *fixture_commit(Fixture *fixture, guint64 first_seq, guint64 last_seq);
void fixture_store(Fixture *fixture, guint64 first_seq, guint64 last_seq);

/* all sessions, oldest first, with nodes */
GPtrArray *fixture_sessions(Fixture *fixture);
gint64 fixture_count(Fixture *fixture, const gchar *sql);
/* every record of the tape in [first_seq, last_seq] is in exactly one block, byte for byte */
void fixture_assert_stored_once(Fixture *fixture, guint64 first_seq, guint64 last_seq);
