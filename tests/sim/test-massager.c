/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "sim/massager.h"

#include <string.h>

#define SECOND_US G_GINT64_CONSTANT(1000000)
#define NOW_US    (1000 * SECOND_US)
#define UTC_US    G_GINT64_CONSTANT(1795219200000000)

static const gchar *const kinds[] = {"back14", "roller", "foam-roll"};

static KnMassager *
make_massager(const gchar *kind, guint64 seed, guint history_days, guint boots)
{
	KnMassagerSpec spec = {
		.kind = (gchar *)kind,
		.address = (gchar *)"C0:FF:EE:00:00:01",
		.serial = (gchar *)"T1",
		.seed = seed,
		.history_days = history_days,
		.boots = boots,
		.flash_bytes = 8 * 1024 * 1024,
	};

	return kn_massager_new(&spec, NOW_US, UTC_US);
}

/* the record of seq: its frame fits a notification, and it decodes to OK, canonically */
static ktp_Record
record_at(KnMassager *massager, guint64 seq)
{
	gsize n_frame;
	const guint8 *frame = kn_flash_read(kn_massager_flash(massager), seq, &n_frame);
	gsize head;
	ktp_Record record;
	bool is_canonical;

	g_assert_nonnull(frame);
	g_assert_cmpuint(n_frame, <=, 180);
	head = frame[0] & 0x80 ? 2 : 1;
	g_assert_cmpint(kn_decode_record(frame + head, n_frame - head - 4,
					 kn_massager_info(massager), &record, &is_canonical),
			==, KN_DECODE_OK);
	g_assert_true(is_canonical);
	g_assert_cmpuint(record.seq, ==, seq);
	return record;
}

/* what one session of duration_ms must look like; returns the seq after it */
static guint64
assert_session(KnMassager *massager, guint64 seq, guint64 duration_ms)
{
	ktp_Record record = record_at(massager, seq);
	guint64 start_ms = record.t_ms;
	guint64 before_ms = start_ms;
	guint n_nodes = kn_massager_info(massager)->nodes_count;
	guint64 n_samples[32] = {0};
	guint64 n_motion = 0;

	g_assert_cmpint(record.which_body, ==, ktp_Record_session_start_tag);
	while (record.which_body != ktp_Record_session_end_tag) {
		record = record_at(massager, ++seq);
		g_assert_cmpuint(record.t_ms, >=, before_ms);
		before_ms = record.t_ms;
		if (record.which_body == ktp_Record_motion_tag)
			n_motion += record.body.motion.angle_deltas_centideg_count +
				    record.body.motion.directions_count;
		if (record.which_body != ktp_Record_samples_tag)
			continue;
		for (guint node = 0; node < 32; node++) {
			if (!(record.body.samples.node_mask & 1u << node))
				continue;
			/* no sample is missing or twice: each block begins where the node's last one ended */
			g_assert_cmpuint(record.body.samples.t0_ms, ==,
					 start_ms + n_samples[node] * 40);
			n_samples[node] += record.body.samples.n;
			g_assert_cmpuint(record.t_ms, ==, start_ms + n_samples[node] * 40);
		}
	}
	for (guint node = 0; node < 32; node++)
		g_assert_cmpuint(n_samples[node], ==, node < n_nodes ? duration_ms / 40 : 0);
	g_assert_cmpuint(n_motion, ==, duration_ms / 100);
	g_assert_cmpuint(record.t_ms - start_ms, ==, duration_ms);
	g_assert_cmpuint(record.body.session_end.duration_ms, ==, duration_ms);
	return seq + 1;
}

static void
test_records_a_whole_session(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
		for (guint scenario = KN_SCENARIO_MIXED; scenario <= KN_SCENARIO_GET_UP; scenario++)
			for (guint64 seed = 1; seed <= 4; seed++) {
				g_autoptr(KnMassager) massager =
					make_massager(kinds[i], seed, 0, 1);
				guint64 duration_ms = 61000 + seed * 12360;
				g_assert_true(kn_massager_bank_session(massager, NOW_US,
								       duration_ms, scenario));
				g_assert_cmpuint(assert_session(massager, 1, duration_ms), ==,
						 kn_flash_newest_seq(kn_massager_flash(massager)) +
							 1);
			}
}

static void
test_records_as_time_passes(void)
{
	g_autoptr(KnMassager) massager = make_massager("back14", 3, 0, 1);
	KnMassagerStatus status;

	g_assert_true(kn_massager_start_session(massager, NOW_US, 20000, KN_SCENARIO_ROCKING));
	g_assert_false(kn_massager_start_session(massager, NOW_US, 20000, KN_SCENARIO_ROCKING));
	for (gint64 at_us = 0; at_us < 21 * SECOND_US; at_us += 20000) {
		guint64 newest;
		kn_massager_advance(massager, NOW_US + at_us);
		newest = kn_flash_newest_seq(kn_massager_flash(massager));
		kn_massager_get_status(massager, NOW_US + at_us, &status);
		g_assert_cmpuint(record_at(massager, newest).t_ms, <=, status.firmware.t_ms);
		g_assert_true(status.is_session_active == (at_us < 20 * SECOND_US));
	}
	assert_session(massager, 1, 20000);
}

static void
test_stops_when_the_person_stops(void)
{
	g_autoptr(KnMassager) massager = make_massager("roller", 3, 0, 1);

	g_assert_true(kn_massager_start_session(massager, NOW_US, 600000, KN_SCENARIO_MIXED));
	kn_massager_stop_session(massager, NOW_US + 7400 * 1000);
	assert_session(massager, 1, 7400);
}

static void
test_a_week_is_a_session_a_day(void)
{
	for (guint64 seed = 1; seed <= 8; seed++) {
		g_autoptr(KnMassager) massager = make_massager("back14", seed, 7, 1);
		guint64 newest = kn_flash_newest_seq(kn_massager_flash(massager));
		guint64 now_ms = kn_massager_t_ms(massager, NOW_US);
		guint64 seq = 1, before_ms = 0, n_sessions = 0;
		g_assert_cmpuint(newest, >=, 8000);
		g_assert_cmpuint(newest, <=, 15000);
		while (seq <= newest) {
			guint64 start_ms = record_at(massager, seq).t_ms;
			guint64 first = seq;
			while (record_at(massager, seq).which_body != ktp_Record_session_end_tag)
				seq++;
			assert_session(massager, first, record_at(massager, seq).t_ms - start_ms);
			if (before_ms > 0) {
				g_assert_cmpuint(start_ms - before_ms, >, 20 * 3600 * 1000);
				g_assert_cmpuint(start_ms - before_ms, <, 28 * 3600 * 1000);
			}
			before_ms = start_ms;
			n_sessions++;
			seq++;
		}
		g_assert_cmpuint(n_sessions, ==, 7);
		g_assert_cmpuint(now_ms - before_ms, >, 3 * 3600 * 1000);
		g_assert_cmpuint(now_ms - before_ms, <, 7 * 3600 * 1000);
	}
}

static void
test_an_earlier_boot_has_an_anchor(void)
{
	g_autoptr(KnMassager) massager = make_massager("roller", 9, 7, 2);
	guint64 newest = kn_flash_newest_seq(kn_massager_flash(massager));
	guint32 boot = 1;
	guint n_anchors = 0;

	for (guint64 seq = 1; seq <= newest; seq++) {
		ktp_Record record = record_at(massager, seq);
		g_assert_cmpuint(record.boot, >=, boot);
		boot = record.boot;
		if (record.which_body != ktp_Record_clock_anchor_tag)
			continue;
		/* switched on eight days before now: tick and wall time agree */
		g_assert_cmpuint(record.boot, ==, 1);
		g_assert_cmpuint(record.body.clock_anchor.unix_us, ==,
				 UTC_US - 8 * 86400 * SECOND_US + record.t_ms * 1000);
		n_anchors++;
	}
	g_assert_cmpuint(boot, ==, 2);
	g_assert_cmpuint(n_anchors, ==, 1);
}

static void
test_banked_sessions_lie_apart_and_in_the_past(void)
{
	g_autoptr(KnMassager) massager = make_massager("roller", 9, 0, 1);
	guint64 second;

	g_assert_true(kn_massager_bank_session(massager, NOW_US, 60000, KN_SCENARIO_MIXED));
	second = kn_flash_newest_seq(kn_massager_flash(massager)) + 1;
	g_assert_true(kn_massager_bank_session(massager, NOW_US, 86400 * 1000, KN_SCENARIO_MIXED));
	g_assert_cmpuint(record_at(massager, second).t_ms - record_at(massager, second - 1).t_ms, >,
			 120000);
	g_assert_cmpuint(record_at(massager, kn_flash_newest_seq(kn_massager_flash(massager))).t_ms,
			 <=, kn_massager_t_ms(massager, NOW_US));
}

static void
test_a_garbled_record_keeps_its_place_and_length(void)
{
	g_autoptr(KnMassager) massager = make_massager("back14", 9, 0, 1);
	const guint64 seqs[] = {1, 2, 5, 40, 70};

	g_assert_true(kn_massager_garble(massager, 70)); /* not banked yet */
	g_assert_true(kn_massager_bank_session(massager, NOW_US, 20000, KN_SCENARIO_MIXED));
	for (guint i = 0; i < G_N_ELEMENTS(seqs); i++) {
		GBytes *truth;
		ktp_Record record;
		KnRecordKey key;
		bool is_canonical;
		gsize n_body, n_frame;
		const guint8 *frame = kn_flash_read(kn_massager_flash(massager), seqs[i], &n_frame);
		gsize n_before = n_frame;
		const guint8 *body;
		g_assert_true(kn_massager_garble(massager, seqs[i]));
		frame = kn_flash_read(kn_massager_flash(massager), seqs[i], &n_frame);
		g_assert_cmpuint(n_frame, ==, n_before);
		truth = kn_massager_truth(massager)->pdata[seqs[i] - 1];
		body = g_bytes_get_data(truth, &n_body);
		g_assert_cmpmem(body, n_body, frame + n_frame - 4 - n_body, n_body);
		g_assert_cmpint(kn_decode_record(body, n_body, kn_massager_info(massager), &record,
						 &is_canonical),
				!=, KN_DECODE_OK);
		g_assert_true(kn_decode_key(body, n_body, &key));
		g_assert_cmpuint(key.seq, ==, seqs[i]);
	}
	record_at(massager, 3);
	record_at(massager, 71);
}

static void
test_raw_bytes_get_the_next_seq(void)
{
	static const guint8 raw[] = {0x08, 0x01, 0x10, 0x01, 0x18, 0x05, 0x92, 0x01, 0x01, 0xaa};
	g_autoptr(KnMassager) massager = make_massager("roller", 9, 0, 1);
	guint64 seq = 0;
	gsize n_body;
	const guint8 *body;

	for (guint i = 0; i < 200; i++)
		g_assert_true(kn_massager_append_raw(massager, raw, sizeof raw, &seq));
	g_assert_cmpuint(seq, ==, 200);
	body = g_bytes_get_data(kn_massager_truth(massager)->pdata[199], &n_body);
	g_assert_cmpuint(n_body, ==, sizeof raw + 1);
	g_assert_cmpmem(body, 3, "\x08\xc8\x01", 3);
	g_assert_cmpmem(body + 3, n_body - 3, raw + 2, sizeof raw - 2);
	g_assert_false(kn_massager_append_raw(massager, raw, 0, &seq));
}

static void
test_the_truth_outlives_overwriting_and_formatting(void)
{
	KnMassagerSpec spec = {.kind = (gchar *)"roller",
			       .address = (gchar *)"C0:FF:EE:00:00:01",
			       .serial = (gchar *)"T1",
			       .seed = 1,
			       .is_bonded = TRUE,
			       .boots = 1,
			       .flash_bytes = 4096,
			       .mtu = 247};
	g_autoptr(KnMassager) massager = kn_massager_new(&spec, NOW_US, UTC_US);
	guint64 n_first;

	g_assert_true(kn_massager_bank_session(massager, NOW_US, 300000, KN_SCENARIO_MIXED));
	n_first = kn_flash_newest_seq(kn_massager_flash(massager));
	g_assert_cmpuint(kn_flash_oldest_seq(kn_massager_flash(massager)), >, 100);
	g_assert_cmpuint(kn_massager_truth(massager)->len, ==, n_first);
	kn_massager_format(massager);
	g_assert_true(kn_massager_bank_session(massager, NOW_US, 1000, KN_SCENARIO_MIXED));
	g_assert_cmpuint(kn_massager_truth(massager)->len, ==,
			 n_first + kn_flash_newest_seq(kn_massager_flash(massager)));
}

static void
switch_live_on(KnMassager *massager)
{
	ktp_Control op = {.which_op = ktp_Control_live_tag, .op.live = {TRUE}};
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(&op, bytes, sizeof bytes);

	kn_massager_control(massager, NOW_US, bytes, n_bytes);
}

static guint
count_notifications(KnMassager *massager)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	guint n = 0;

	while (kn_massager_next(massager, NOW_US, bytes) > 0)
		n++;
	return n;
}

static void
test_lost_live_notifications_are_lost_once(void)
{
	g_autoptr(KnMassager) all = make_massager("back14", 9, 0, 1);
	g_autoptr(KnMassager) some = make_massager("back14", 9, 0, 1);
	KnMassagerStatus status;

	switch_live_on(all);
	switch_live_on(some);
	kn_massager_drop_live(some, 5);
	g_assert_true(kn_massager_bank_session(all, NOW_US, 10000, KN_SCENARIO_MIXED));
	g_assert_true(kn_massager_bank_session(some, NOW_US, 10000, KN_SCENARIO_MIXED));
	g_assert_cmpuint(count_notifications(some), ==, count_notifications(all) - 5);
	kn_massager_get_status(some, NOW_US, &status);
	g_assert_cmpuint(status.n_live_dropped, ==, 5);
}

static void
test_the_planned_session_waits_for_a_hub(void)
{
	g_autoptr(KnMassager) massager = make_massager("back14", 9, 0, 1);
	KnMassagerStatus status;

	kn_massager_plan_live_session(massager, 5000);
	for (gint64 at_us = 0; at_us < 60 * SECOND_US; at_us += SECOND_US)
		kn_massager_advance(massager, NOW_US + at_us);
	g_assert_cmpuint(kn_flash_newest_seq(kn_massager_flash(massager)), ==, 0);
	switch_live_on(massager);
	for (gint64 at_us = 60 * SECOND_US; at_us < 90 * SECOND_US; at_us += SECOND_US / 10)
		kn_massager_advance(massager, NOW_US + at_us);
	kn_massager_get_status(massager, NOW_US + 90 * SECOND_US, &status);
	g_assert_false(status.is_session_active);
	g_assert_cmpuint(assert_session(massager, 1, 5000), ==, status.firmware.newest_seq + 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sim/massager/records_a_whole_session", test_records_a_whole_session);
	g_test_add_func("/sim/massager/records_as_time_passes", test_records_as_time_passes);
	g_test_add_func("/sim/massager/stops_when_the_person_stops",
			test_stops_when_the_person_stops);
	g_test_add_func("/sim/massager/a_week_is_a_session_a_day", test_a_week_is_a_session_a_day);
	g_test_add_func("/sim/massager/an_earlier_boot_has_an_anchor",
			test_an_earlier_boot_has_an_anchor);
	g_test_add_func("/sim/massager/banked_sessions_lie_apart_and_in_the_past",
			test_banked_sessions_lie_apart_and_in_the_past);
	g_test_add_func("/sim/massager/a_garbled_record_keeps_its_place_and_length",
			test_a_garbled_record_keeps_its_place_and_length);
	g_test_add_func("/sim/massager/raw_bytes_get_the_next_seq",
			test_raw_bytes_get_the_next_seq);
	g_test_add_func("/sim/massager/the_truth_outlives_overwriting_and_formatting",
			test_the_truth_outlives_overwriting_and_formatting);
	g_test_add_func("/sim/massager/lost_live_notifications_are_lost_once",
			test_lost_live_notifications_are_lost_once);
	g_test_add_func("/sim/massager/the_planned_session_waits_for_a_hub",
			test_the_planned_session_waits_for_a_hub);
	return g_test_run();
}
