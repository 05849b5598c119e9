/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/*
 * make-years DIRECTORY DAYS UNTIL_UNIX_S: a database as a hub has it after so many days of three sessions a day on a back bed
 * of 14 nodes at 25 Hz, the last day being the one before UNTIL. Everything goes through the store as the daemon uses it:
 * batches, packed and read back, sessions derived by the one fold; only the disk is not waited for. The massager's part is
 * spared: a dozen recorded sessions take turns, with their own place and time in the log, so no two blocks are equal.
 *
 * Prints one line of JSON: what was made, and what it cost to append a session at the beginning and at the end, as processor
 * time of this thread (medians).
 */

#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include "sim/model.h"
#include "sim/recorder.h"
#include "store/sql.h"
#include "store/writer.h"

#include <stdlib.h>
#include <time.h>

#define ADDRESS "C0:FF:EE:00:03:01"
#define LOG_ID  UINT64_C(0x796561727330)

enum {
	SESSIONS_A_DAY = 3,
	N_RECORDED = 12,
	SHORTEST_MS = 860000, /* with the next line 1.7 billion values in five years */
	LONGER_MS = 5000,
	CHARGE_PERMILLE = 900,
	N_MEASURED = 50, /* sessions at either end */
	MS_A_DAY = 86400000,
	MS_AN_HOUR = 3600000,
};

typedef struct {
	KnWriter writer;
	gint64 device_id;
	ktp_Info info;
	GArray *recorded[N_RECORDED]; /* owned: ktp_Record, ticks from 0 */
	gint64 start_us;              /* UTC of tick 0 */
	guint64 seq;                  /* newest */
	guint64 hours;                /* of the newest anchor */
	guint64 n_values;
	GArray *cost_ns; /* owned: gint64, a session's each */
} Maker;

static void
die(const gchar *what, const GError *error)
{
	g_printerr("make-years: %s%s%s\n", what, error ? ": " : "", error ? error->message : "");
	exit(1);
}

static GArray *
record(const ktp_Info *info, guint number)
{
	guint64 duration_ms = SHORTEST_MS + (guint64)number * LONGER_MS;
	g_autoptr(KnRecorder) recorder =
		kn_recorder_new(info, number % 3 == 2 ? KN_SCENARIO_HOLDS : KN_SCENARIO_MIXED,
				number + 1, 0, duration_ms, CHARGE_PERMILLE);
	GArray *records = g_array_new(FALSE, FALSE, sizeof(ktp_Record));
	ktp_Record next;

	while (kn_recorder_next(recorder, duration_ms, &next))
		g_array_append_val(records, next);
	return records;
}

/* as a massager that was switched on five years ago would have it */
static void
place(ktp_Record *record, guint64 seq, guint64 base_ms)
{
	record->seq = seq;
	record->boot = 1;
	record->t_ms += base_ms;
	if (record->which_body == ktp_Record_samples_tag)
		record->body.samples.t0_ms += base_ms;
	if (record->which_body == ktp_Record_motion_tag)
		record->body.motion.t0_ms += base_ms;
}

static void
append(const Maker *maker, KnBatch *batch, const ktp_Record *record)
{
	KnBlock *block =
		batch->blocks->len > 0 ? batch->blocks->pdata[batch->blocks->len - 1] : NULL;
	guint8 bytes[KN_RECORD_BYTES_MAX];
	gsize n_bytes = kn_encode_record(record, bytes, sizeof bytes);

	if (n_bytes == 0)
		die("a record does not fit a notification", NULL);
	if (!block || block->records->len + 2 + n_bytes > KN_BLOCK_BYTES_MAX) {
		block = kn_block_new(maker->device_id, LOG_ID, record->boot);
		g_ptr_array_add(batch->blocks, block);
	}
	kn_block_append(block, record->seq, record->t_ms, bytes, n_bytes);
}

static void
note_device(const Maker *maker, KnBatch *batch)
{
	KnInfoNote *note = g_new0(KnInfoNote, 1);
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n_bytes = kn_encode_info(&maker->info, bytes, sizeof bytes);

	*note = (KnInfoNote){maker->device_id, g_bytes_new(bytes, n_bytes), maker->start_us};
	g_ptr_array_add(batch->infos, note);
}

/* a round trip an hour, as a hub that stays linked makes */
static void
note_anchors(Maker *maker, KnBatch *batch, guint64 until_ms)
{
	for (; maker->hours * MS_AN_HOUR <= until_ms; maker->hours++) {
		guint64 t_ms = maker->hours * MS_AN_HOUR;
		KnAnchor anchor = {.device_id = maker->device_id,
				   .log_id = LOG_ID,
				   .boot = 1,
				   .t_ms = t_ms,
				   .utc_us = maker->start_us + (gint64)t_ms * 1000,
				   .error_us = 20000,
				   .quality = ktp_CLOCK_SYNCED};
		g_array_append_val(batch->anchors, anchor);
	}
}

static KnBatch *
make_batch(Maker *maker, guint number)
{
	static const guint64 begin_ms[SESSIONS_A_DAY] = {7 * MS_AN_HOUR, 13 * MS_AN_HOUR,
							 20 * MS_AN_HOUR};
	guint64 base_ms =
		(guint64)(number / SESSIONS_A_DAY) * MS_A_DAY + begin_ms[number % SESSIONS_A_DAY];
	const GArray *recorded = maker->recorded[number % N_RECORDED];
	KnBatch *batch = kn_batch_new(number + 1);
	KnLogNote log = {maker->device_id, LOG_ID, 1, 0, TRUE};

	if (number == 0)
		note_device(maker, batch);
	for (guint i = 0; i < recorded->len; i++) {
		ktp_Record placed = g_array_index(recorded, ktp_Record, i);
		if (placed.which_body == ktp_Record_samples_tag)
			maker->n_values += placed.body.samples.deltas_hpa_count;
		place(&placed, ++maker->seq, base_ms);
		append(maker, batch, &placed);
		batch->at_us = maker->start_us + (gint64)placed.t_ms * 1000;
	}
	note_anchors(maker, batch, (guint64)(batch->at_us - maker->start_us) / 1000);
	log.newest_seq = maker->seq;
	g_array_append_val(batch->logs, log);
	return batch;
}

static gint64
thread_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
store(Maker *maker, guint number)
{
	g_autoptr(KnBatch) batch = make_batch(maker, number);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GError) error = NULL;
	gint64 cost_ns = -thread_ns();

	commit = kn_writer_commit(&maker->writer, batch, &error);
	cost_ns += thread_ns();
	if (!commit)
		die("cannot store", error);
	if (commit->sessions->len != 1)
		die("a session was not derived as one", NULL);
	g_array_append_val(maker->cost_ns, cost_ns);
}

static gint
compare_costs(gconstpointer a, gconstpointer b)
{
	gint64 first = *(const gint64 *)a, second = *(const gint64 *)b;

	return (first > second) - (first < second);
}

static gdouble
median_ms(const GArray *cost_ns, guint from, guint n)
{
	g_autoptr(GArray) some = g_array_new(FALSE, FALSE, sizeof(gint64));

	g_array_append_vals(some, &g_array_index(cost_ns, gint64, from), n);
	g_array_sort(some, compare_costs);
	return (gdouble)g_array_index(some, gint64, n / 2) / 1e6;
}

static void
report(const Maker *maker)
{
	guint n = MIN(maker->cost_ns->len / 2, (guint)N_MEASURED);

	g_print("{\"address\": \"%s\", \"n_sessions\": %u, \"n_records\": %" G_GUINT64_FORMAT
		", \"n_values\": %" G_GUINT64_FORMAT
		", \"append_first_ms\": %.3f, \"append_last_ms\": %.3f}\n",
		ADDRESS, maker->cost_ns->len, maker->seq, maker->n_values,
		median_ms(maker->cost_ns, 0, n),
		median_ms(maker->cost_ns, maker->cost_ns->len - n, n));
}

static void
open_store(Maker *maker, const gchar *directory)
{
	g_autoptr(KnDevice) device = NULL;
	g_autoptr(GError) error = NULL;

	maker->writer = (KnWriter){.db = kn_db_open(directory, &error), .zone = "Europe/Berlin"};
	if (!maker->writer.db)
		die("cannot make a database", error);
	if (!kn_sql_run(maker->writer.db, "PRAGMA synchronous=OFF", KN_SQL_NONE, &error))
		die("cannot set up", error);
	device = kn_writer_allow(maker->writer.db, &(KnAllow){.address = ADDRESS, .label = "back"},
				 maker->start_us, &error);
	if (!device)
		die("cannot enrol", error);
	maker->device_id = device->id;
}

gint
main(gint argc, gchar **argv)
{
	guint64 n_days = argc == 4 ? g_ascii_strtoull(argv[2], NULL, 10) : 0;
	gint64 until_s = argc == 4 ? g_ascii_strtoll(argv[3], NULL, 10) : 0;
	Maker maker = {0};

	if (n_days == 0 || until_s <= 0) {
		g_printerr("usage: make-years DIRECTORY DAYS UNTIL_UNIX_S\n");
		return 2;
	}
	kn_model_describe("back14", "YEARS-0001", &maker.info);
	maker.start_us = (until_s / 86400 - (gint64)n_days) * 86400 * G_USEC_PER_SEC;
	maker.cost_ns = g_array_new(FALSE, FALSE, sizeof(gint64));
	for (guint i = 0; i < N_RECORDED; i++)
		maker.recorded[i] = record(&maker.info, i);
	open_store(&maker, argv[1]);
	for (guint i = 0; i < n_days * SESSIONS_A_DAY; i++)
		store(&maker, i);
	kn_db_close(maker.writer.db);
	report(&maker);
	for (guint i = 0; i < N_RECORDED; i++)
		g_array_unref(maker.recorded[i]);
	g_array_unref(maker.cost_ns);
	return 0;
}
