/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "core/wire/encode.h"
#include "store/blocks.h"
#include "store/sessions.h"
#include "store/sql.h"
#include <glib/gstdio.h>
#include <string.h>

gchar *
fixture_make_directory(void)
{
	GError *error = NULL;
	gchar *directory = g_dir_make_tmp("knead-store-XXXXXX", &error);

	g_assert_no_error(error);
	return directory;
}

void
fixture_remove_directory(const gchar *directory)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	const gchar *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree gchar *path = g_build_filename(directory, name, NULL);
		g_unlink(path);
	}
	g_rmdir(directory);
}

static void
describe(ktp_Info *info)
{
	*info = (ktp_Info)ktp_Info_init_zero;
	info->protocol = 1;
	info->kind = ktp_KIND_BACK14;
	info->sample_period_us = 40000;
	info->serial.size = 4;
	memcpy(info->serial.bytes, "K001", 4);
	info->nodes_count = 2;
	info->nodes[0] = (ktp_Node){ktp_REGION_RHOMBOIDS, ktp_SIDE_LEFT, 2500};
	info->nodes[1] = (ktp_Node){ktp_REGION_RHOMBOIDS, ktp_SIDE_RIGHT, 2500};
}

static void
open_database(Fixture *fixture)
{
	GError *error = NULL;

	fixture->db = kn_db_open(fixture->directory, &error);
	g_assert_no_error(error);
	fixture->writer = (KnWriter){.db = fixture->db, .zone = "Europe/Berlin"};
}

void
fixture_prepare(Fixture *fixture)
{
	*fixture = (Fixture){.boot = 1};
	fixture->directory = fixture_make_directory();
	fixture->tape = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	fixture->keys = g_array_new(FALSE, FALSE, sizeof(KnRecordKey));
	describe(&fixture->info);
}

void
fixture_enrol(Fixture *fixture)
{
	g_autoptr(KnDevice) device = NULL;
	GError *error = NULL;

	open_database(fixture);
	device = kn_writer_allow(fixture->db,
				 &(KnAllow){.address = "AA:BB:CC:DD:EE:01", .label = "back"}, 1,
				 &error);
	g_assert_no_error(error);
	fixture->device_id = device->id;
}

void
fixture_init(Fixture *fixture)
{
	fixture_prepare(fixture);
	fixture_enrol(fixture);
}

void
fixture_clear(Fixture *fixture)
{
	kn_db_close(fixture->db);
	fixture_remove_directory(fixture->directory);
	g_ptr_array_unref(fixture->tape);
	g_array_unref(fixture->keys);
	g_free(fixture->directory);
}

void
fixture_reopen(Fixture *fixture)
{
	kn_db_close(fixture->db);
	open_database(fixture);
}

guint64
tape_newest(const Fixture *fixture)
{
	return fixture->tape->len;
}

void
tape_bytes(Fixture *fixture, const guint8 *bytes, gsize n_bytes, guint64 t_ms)
{
	KnRecordKey key = {tape_newest(fixture) + 1, fixture->boot, t_ms};

	g_ptr_array_add(fixture->tape, g_bytes_new(bytes, n_bytes));
	g_array_append_val(fixture->keys, key);
}

static void
add(Fixture *fixture, ktp_Record *record)
{
	guint8 bytes[512];
	gsize n_bytes;

	record->seq = tape_newest(fixture) + 1;
	record->boot = fixture->boot;
	record->t_ms = fixture->t_ms;
	n_bytes = kn_encode_record(record, bytes, sizeof bytes);
	g_assert_cmpuint(n_bytes, >, 0);
	tape_bytes(fixture, bytes, n_bytes, record->t_ms);
}

void
tape_start(Fixture *fixture)
{
	ktp_Record record = ktp_Record_init_zero;

	record.which_body = ktp_Record_session_start_tag;
	add(fixture, &record);
}

void
tape_end(Fixture *fixture, guint64 duration_ms)
{
	ktp_Record record = ktp_Record_init_zero;

	record.which_body = ktp_Record_session_end_tag;
	record.body.session_end.duration_ms = duration_ms;
	add(fixture, &record);
}

void
tape_samples(Fixture *fixture, guint n_records, guint16 hpa)
{
	for (guint i = 0; i < n_records; i++) {
		ktp_Record record = ktp_Record_init_zero;
		guint16 values[16];
		record.which_body = ktp_Record_samples_tag;
		record.body.samples.period_us = 40000;
		record.body.samples.t0_ms = fixture->t_ms;
		record.body.samples.node_mask = 3;
		record.body.samples.n = 8;
		for (guint k = 0; k < 16; k++)
			values[k] = hpa ? (guint16)(hpa + (i + k) % 5) : 0;
		kn_encode_deltas(&record.body.samples, values);
		add(fixture, &record);
		fixture->t_ms += 320;
	}
}

void
tape_reboot(Fixture *fixture)
{
	fixture->boot++;
	fixture->t_ms = 0;
}

KnBlock *
fixture_block(const Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	KnBlock *block = NULL;

	for (guint64 seq = first_seq; seq <= last_seq; seq++) {
		const KnRecordKey *key = &g_array_index(fixture->keys, KnRecordKey, seq - 1);
		gsize n_bytes;
		const guint8 *bytes = g_bytes_get_data(fixture->tape->pdata[seq - 1], &n_bytes);
		if (!block)
			block = kn_block_new(fixture->device_id, LOG_ID, key->boot);
		g_assert_cmpuint(block->boot, ==, key->boot);
		kn_block_append(block, seq, key->t_ms, bytes, n_bytes);
	}
	return block;
}

static guint64
block_end(const Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	const KnRecordKey *first = &g_array_index(fixture->keys, KnRecordKey, first_seq - 1);
	gsize n_bytes = 0;
	guint64 seq = first_seq;

	for (; seq <= last_seq && first[seq - first_seq].boot == first->boot; seq++) {
		n_bytes += 2 + g_bytes_get_size(fixture->tape->pdata[seq - 1]);
		if (n_bytes > KN_BLOCK_BYTES_MAX)
			break;
	}
	return seq - 1;
}

KnBatch *
fixture_batch(const Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	KnBatch *batch = kn_batch_new(first_seq);
	KnInfoNote *info = g_new0(KnInfoNote, 1);
	KnLogNote log = {fixture->device_id, LOG_ID, 1, tape_newest(fixture), TRUE};
	guint8 bytes[512];
	gsize n_bytes = kn_encode_info(&fixture->info, bytes, sizeof bytes);
	guint64 from = first_seq;

	*info = (KnInfoNote){fixture->device_id, g_bytes_new(bytes, n_bytes), 5};
	g_ptr_array_add(batch->infos, info);
	g_array_append_val(batch->logs, log);
	while (from <= last_seq) {
		guint64 to = block_end(fixture, from, last_seq);
		g_ptr_array_add(batch->blocks, fixture_block(fixture, from, to));
		from = to + 1;
	}
	return batch;
}

KnCommit *
fixture_commit(Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	g_autoptr(KnBatch) batch = fixture_batch(fixture, first_seq, last_seq);
	GError *error = NULL;
	KnCommit *commit = kn_writer_commit(&fixture->writer, batch, &error);

	g_assert_no_error(error);
	return commit;
}

void
fixture_store(Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	g_autoptr(KnCommit) commit = fixture_commit(fixture, first_seq, last_seq);

	g_assert_nonnull(commit);
}

static gint
compare_sessions(gconstpointer a, gconstpointer b)
{
	const KnSession *first = *(const KnSession *const *)a;
	const KnSession *second = *(const KnSession *const *)b;

	return first->span.first_seq < second->span.first_seq ? -1 : 1;
}

GPtrArray *
fixture_sessions(Fixture *fixture)
{
	KnSessionQuery query = {G_MININT64, G_MAXINT64, 0, {0, 0}, 400, TRUE};
	GError *error = NULL;
	GPtrArray *sessions = kn_sessions_query(fixture->db, &query, &error);

	g_assert_no_error(error);
	g_ptr_array_sort(sessions, compare_sessions);
	return sessions;
}

gint64
fixture_count(Fixture *fixture, const gchar *sql)
{
	GError *error = NULL;
	gint64 count = -1;

	g_assert_true(kn_sql_get(fixture->db, sql, KN_SQL_NONE, &count, 1, NULL, &error));
	g_assert_no_error(error);
	return count;
}

static void
count_records(Fixture *fixture, gint64 block_id, guint *seen)
{
	GError *error = NULL;
	g_autoptr(GByteArray) records = kn_blocks_unpack(fixture->db, block_id, &error);
	const guint8 *bytes;
	gsize at = 0, n_bytes;

	g_assert_no_error(error);
	while (kn_block_next(records, &at, &bytes, &n_bytes)) {
		KnRecordKey key;
		GBytes *banked;
		g_assert_true(kn_decode_key(bytes, n_bytes, &key));
		g_assert_cmpuint(key.seq, <=, tape_newest(fixture));
		banked = fixture->tape->pdata[key.seq - 1];
		g_assert_cmpmem(bytes, n_bytes, g_bytes_get_data(banked, NULL),
				g_bytes_get_size(banked));
		seen[key.seq]++;
	}
}

void
fixture_assert_stored_once(Fixture *fixture, guint64 first_seq, guint64 last_seq)
{
	g_autofree guint *seen = g_new0(guint, tape_newest(fixture) + 1);
	gint64 n_blocks = fixture_count(fixture, "SELECT coalesce(max(block_id), 0) FROM block");

	for (gint64 id = 1; id <= n_blocks; id++)
		count_records(fixture, id, seen);
	for (guint64 seq = 1; seq <= tape_newest(fixture); seq++) {
		g_assert_cmpuint(seen[seq], <=, 1);
		if (seq >= first_seq && seq <= last_seq)
			g_assert_cmpuint(seen[seq], ==, 1);
	}
}
