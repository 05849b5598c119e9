/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "fixture.h"

#include "core/wire/encode.h"
#include "store/devices.h"
#include "store/sessions.h"
#include "store/sql.h"

static const KnSession *
session_at(const GPtrArray *sessions, guint i)
{
	g_assert_cmpuint(i, <, sessions->len);
	return sessions->pdata[i];
}

static void
stores_a_session_with_its_nodes(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;
	g_autoptr(KnCommit) commit = NULL;
	const KnSession *session;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 100, 300);
	tape_end(&fixture, 32000);
	commit = fixture_commit(&fixture, 1, 102);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 1);
	session = session_at(sessions, 0);
	g_assert_cmpuint(commit->sessions->len, ==, 1);
	g_assert_cmpint(g_array_index(commit->sessions, KnChangedSession, 0).session_id, ==,
			session->id);
	g_assert_cmpint(session->device_id, ==, fixture.device_id);
	g_assert_cmphex(session->log_id, ==, LOG_ID);
	g_assert_cmpint(session->span.state, ==, KN_SESSION_ENDED);
	g_assert_cmpuint(session->span.first_seq, ==, 1);
	g_assert_cmpuint(session->span.last_seq, ==, 102);
	g_assert_cmpint(session->revision, ==, 1);
	g_assert_cmpstr(session->zone, ==, "Europe/Berlin");
	g_assert_false(session->is_time_known);
	g_assert_cmpint(kn_session_completeness_permille(session), ==, 1000);
	/* 100 records of 8 samples on each of 2 nodes, all in contact, values 300 … 304 */
	g_assert_cmpuint(session->metrics.n_samples, ==, 1600);
	g_assert_cmpuint(session->metrics.duration_ms, ==, 32000);
	g_assert_cmpuint(session->metrics.peak_hpa, ==, 304);
	g_assert_cmpuint(session->metrics.n_nodes, ==, 2);
	g_assert_cmpuint(session->metrics.node[0].n_samples, ==, 800);
	g_assert_cmpuint(session->metrics.node[1].n_samples, ==, 800);
	g_assert_cmpuint(session->metrics.node[1].contact_ms, ==, 32000);
}

static void
stores_twice_delivered_records_once(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 60, 300);
	tape_end(&fixture, 19200);
	fixture_store(&fixture, 1, 20);
	fixture_store(&fixture, 41, 62);
	fixture_store(&fixture, 11, 50);
	before = fixture_sessions(&fixture);
	fixture_store(&fixture, 1, 62);
	fixture_assert_stored_once(&fixture, 1, 62);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 1);
	g_assert_cmpint(session_at(after, 0)->revision, ==, session_at(before, 0)->revision);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM coverage"), ==, 1);
	g_assert_cmpint(
		fixture_count(&fixture, "SELECT sum(last_seq - first_seq + 1) FROM coverage"), ==,
		62);
}

static void
closes_the_open_session_when_the_device_reboots(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 50, 300);
	fixture_store(&fixture, 1, 51);
	before = fixture_sessions(&fixture);
	g_assert_cmpint(session_at(before, 0)->span.state, ==, KN_SESSION_OPEN);
	g_assert_true(session_at(before, 0)->is_provisional);
	tape_reboot(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	fixture_store(&fixture, 52, 62);
	after = fixture_sessions(&fixture);
	g_assert_cmpuint(after->len, ==, 2);
	g_assert_cmpint(session_at(after, 0)->id, ==, session_at(before, 0)->id);
	g_assert_cmpint(session_at(after, 0)->span.state, ==, KN_SESSION_INTERRUPTED);
	g_assert_cmpint(session_at(after, 0)->revision, ==, 2);
	g_assert_cmpint(session_at(after, 1)->span.state, ==, KN_SESSION_OPEN);
	g_assert_cmpuint(session_at(after, 1)->boot, ==, 2);
}

static void
splits_records_without_marks_at_two_quiet_minutes(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&fixture);
	tape_samples(&fixture, 50, 300);
	fixture.t_ms += 119000; /* not long enough */
	tape_samples(&fixture, 50, 300);
	fixture.t_ms += 120000;
	tape_samples(&fixture, 50, 300);
	for (guint64 seq = 1; seq <= 150; seq += 10)
		fixture_store(&fixture, seq, seq + 9);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 2);
	g_assert_cmpuint(session_at(sessions, 0)->span.last_seq, ==, 100);
	g_assert_cmpint(session_at(sessions, 0)->span.state, ==, KN_SESSION_QUIET);
	g_assert_cmpuint(session_at(sessions, 1)->span.first_seq, ==, 101);
	g_assert_cmpint(session_at(sessions, 1)->span.state, ==, KN_SESSION_OPEN);
	/* what was quiet long enough is not read again, and stays as it was */
	g_assert_cmpuint(session_at(sessions, 0)->metrics.n_samples, ==, 1600);
	g_assert_cmpuint(session_at(sessions, 1)->metrics.n_samples, ==, 800);
}

static void
knows_completeness_once_the_device_told_its_newest_record(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) first = NULL;
	g_autoptr(KnBatch) told = kn_batch_new(9);
	g_autoptr(KnCommit) one = NULL;
	g_autoptr(KnCommit) two = NULL;
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;
	KnLogNote note;

	fixture_init(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 10, 300);
	tape_end(&fixture, 3200);
	first = fixture_batch(&fixture, 1, 12);
	g_array_set_size(first->logs, 0);
	one = kn_writer_commit(&fixture.writer, first, NULL);
	before = fixture_sessions(&fixture);
	g_assert_cmpint(kn_session_completeness_permille(session_at(before, 0)), ==, -1);
	note = (KnLogNote){fixture.device_id, LOG_ID, 1, 12, TRUE};
	g_array_append_val(told->logs, note);
	two = kn_writer_commit(&fixture.writer, told, NULL);
	g_assert_cmpuint(two->sessions->len, ==, 1);
	after = fixture_sessions(&fixture);
	g_assert_cmpint(kn_session_completeness_permille(session_at(after, 0)), ==, 1000);
}

static void
brackets_a_boot_without_an_anchor(void)
{
	const gint64 base_us = G_GINT64_CONSTANT(1700000000000000);
	const gint64 day_us = G_GINT64_CONSTANT(86400000000);
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	g_autoptr(GPtrArray) sessions = NULL;

	fixture_init(&fixture);
	for (guint boot = 1; boot <= 3; boot++) {
		KnAnchor anchor = {fixture.device_id, LOG_ID, boot, 60000, 0, 0, 2, FALSE};
		tape_start(&fixture);
		tape_samples(&fixture, 5, 300);
		tape_reboot(&fixture);
		anchor.utc_us = base_us + boot * day_us;
		if (boot != 2)
			g_array_append_val(batch->anchors, anchor);
	}
	fixture_store(&fixture, 1, tape_newest(&fixture));
	commit = kn_writer_commit(&fixture.writer, batch, NULL);
	sessions = fixture_sessions(&fixture);
	g_assert_cmpuint(sessions->len, ==, 3);
	g_assert_false(session_at(sessions, 0)->is_time_uncertain);
	g_assert_true(session_at(sessions, 1)->is_time_known);
	g_assert_true(session_at(sessions, 1)->is_time_uncertain);
	g_assert_cmpint(session_at(sessions, 1)->start_utc_us, >=, base_us + day_us);
	g_assert_cmpint(session_at(sessions, 1)->start_utc_us, <=, base_us + 3 * day_us);
}

static void
stores_nothing_of_a_batch_that_names_an_unknown_device(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnBatch) batch = NULL;
	g_autoptr(GError) error = NULL;

	fixture_init(&fixture);
	tape_samples(&fixture, 20, 300);
	batch = fixture_batch(&fixture, 1, 10);
	g_array_index(batch->logs, KnLogNote, 0).device_id = 99;
	g_assert_null(kn_writer_commit(&fixture.writer, batch, &error));
	g_assert_nonnull(error);
	g_assert_cmpint(fixture_count(&fixture, "SELECT count(*) FROM block"), ==, 0);
	fixture_store(&fixture, 1, 20);
	fixture_assert_stored_once(&fixture, 1, 20);
}

static void
moves_the_begin_when_an_anchor_comes(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	g_autoptr(KnCommit) commit = NULL;
	GError *error = NULL;
	KnAnchor anchor;

	fixture_init(&fixture);
	fixture.t_ms = 5000;
	tape_start(&fixture);
	tape_samples(&fixture, 20, 300);
	fixture_store(&fixture, 1, 21);
	anchor = (KnAnchor){
		fixture.device_id, LOG_ID, 1, 65000, G_GINT64_CONSTANT(1700000060000000), 20000,
		ktp_CLOCK_SYNCED,  FALSE};
	g_array_append_val(batch->anchors, anchor);
	commit = kn_writer_commit(&fixture.writer, batch, &error);
	g_assert_no_error(error);
	sessions = fixture_sessions(&fixture);
	g_assert_true(session_at(sessions, 0)->is_time_known);
	g_assert_false(session_at(sessions, 0)->is_time_uncertain);
	/* 60 s before the anchor */
	g_assert_cmpint(session_at(sessions, 0)->start_utc_us, ==,
			G_GINT64_CONSTANT(1700000000000000));
	g_assert_cmpint(session_at(sessions, 0)->revision, ==, 2);
}

/* at the tape's time, which does not go on */
static void
tape_record(Fixture *fixture, ktp_Record record)
{
	guint8 bytes[KN_RECORD_ACCEPTED_BYTES];
	gsize n_bytes;

	record.seq = tape_newest(fixture) + 1;
	record.boot = fixture->boot;
	record.t_ms = fixture->t_ms;
	n_bytes = kn_encode_record(&record, bytes, sizeof bytes);
	g_assert_cmpuint(n_bytes, >, 0);
	tape_bytes(fixture, bytes, n_bytes, record.t_ms);
}

static void
fault_56_what_cannot_be_is_stored_and_is_in_no_number(void)
{
	g_auto(Fixture) fixture = {0};
	g_autoptr(GPtrArray) sessions = NULL;
	ktp_Record high = {.which_body = ktp_Record_samples_tag};
	ktp_Record beside = {.which_body = ktp_Record_samples_tag};
	ktp_Record endless = {.which_body = ktp_Record_session_end_tag};
	const KnSessionMetrics *metrics;

	fixture_init(&fixture);
	/* 1 hPa more than the second node can tell; a third node of two; an end after 2^63 ms */
	high.body.samples = (ktp_SampleBlock){.period_us = 40000, .node_mask = 2, .n = 1};
	high.body.samples.deltas_hpa_count = 1;
	high.body.samples.deltas_hpa[0] = (gint32)fixture.info.nodes[1].full_scale_hpa + 1;
	beside.body.samples = high.body.samples;
	beside.body.samples.node_mask = 4;
	beside.body.samples.deltas_hpa[0] = 500;
	endless.body.session_end.duration_ms = G_GUINT64_CONSTANT(1) << 63;
	tape_start(&fixture);
	tape_samples(&fixture, 50, 300);
	high.body.samples.t0_ms = beside.body.samples.t0_ms = fixture.t_ms;
	tape_record(&fixture, high);
	tape_record(&fixture, beside);
	tape_record(&fixture, endless);
	tape_samples(&fixture, 50, 300);
	tape_end(&fixture, 32000);
	fixture_store(&fixture, 1, 105);
	fixture_assert_stored_once(&fixture, 1, 105);
	sessions = fixture_sessions(&fixture);
	/* the same as without them: values 300 … 304, one session of 32 s, all of it there */
	g_assert_cmpuint(sessions->len, ==, 1);
	metrics = &session_at(sessions, 0)->metrics;
	g_assert_cmpuint(metrics->peak_hpa, ==, 304);
	g_assert_cmpuint(metrics->n_samples, ==, 1600);
	g_assert_cmpuint(metrics->duration_ms, ==, 32000);
	g_assert_cmpint(kn_session_completeness_permille(session_at(sessions, 0)), ==, 1000);
}

static gint64
used_us(Fixture *fixture)
{
	g_autoptr(KnDevice) device = kn_devices_load(fixture->db, fixture->device_id, NULL);

	g_assert_nonnull(device);
	return device->used_us;
}

static void
a_device_was_used_last_when_the_last_session_of_its_log_ended(void)
{
	const gint64 base_us = G_GINT64_CONSTANT(1700000000000000);
	g_auto(Fixture) fixture = {0};
	g_autoptr(KnCommit) first = NULL;
	g_autoptr(KnCommit) second = NULL;
	g_autoptr(KnCommit) third = NULL;
	g_autoptr(KnBatch) batch = kn_batch_new(9);
	KnAnchor anchor = {.log_id = LOG_ID, .boot = 1};

	fixture_init(&fixture);
	g_assert_cmpint(used_us(&fixture), ==, 0);
	tape_start(&fixture);
	tape_samples(&fixture, 9, 300);
	tape_end(&fixture, 2880);
	first = fixture_commit(&fixture, 1, 11);
	/* nobody knows when */
	g_assert_cmpint(used_us(&fixture), ==, G_MAXINT64);
	g_assert_cmpuint(first->uses->len, ==, 1);
	g_assert_cmpint(g_array_index(first->uses, KnDeviceUse, 0).used_us, ==, G_MAXINT64);
	anchor.device_id = fixture.device_id;
	anchor.utc_us = base_us;
	anchor.quality = ktp_CLOCK_SYNCED;
	g_array_append_val(batch->anchors, anchor);
	second = kn_writer_commit(&fixture.writer, batch, NULL);
	g_assert_cmpint(used_us(&fixture), ==, base_us + 2880000);
	g_assert_cmpint(g_array_index(second->uses, KnDeviceUse, 0).used_us, ==, base_us + 2880000);
	/* one behind it, of a boot whose clock nobody knows */
	tape_reboot(&fixture);
	tape_start(&fixture);
	tape_samples(&fixture, 9, 300);
	third = fixture_commit(&fixture, 12, 21);
	g_assert_cmpint(g_array_index(third->uses, KnDeviceUse, 0).used_us, ==, G_MAXINT64);
	g_assert_cmpint(used_us(&fixture), ==, G_MAXINT64);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/sessions/stores_a_session_with_its_nodes",
			stores_a_session_with_its_nodes);
	g_test_add_func("/store/sessions/stores_twice_delivered_records_once",
			stores_twice_delivered_records_once);
	g_test_add_func("/store/sessions/closes_the_open_session_when_the_device_reboots",
			closes_the_open_session_when_the_device_reboots);
	g_test_add_func("/store/sessions/splits_records_without_marks_at_two_quiet_minutes",
			splits_records_without_marks_at_two_quiet_minutes);
	g_test_add_func("/store/sessions/knows_completeness_once_the_device_told_its_newest_record",
			knows_completeness_once_the_device_told_its_newest_record);
	g_test_add_func("/store/sessions/brackets_a_boot_without_an_anchor",
			brackets_a_boot_without_an_anchor);
	g_test_add_func("/store/sessions/stores_nothing_of_a_batch_that_names_an_unknown_device",
			stores_nothing_of_a_batch_that_names_an_unknown_device);
	g_test_add_func(
		"/store/sessions/a_device_was_used_last_when_the_last_session_of_its_log_ended",
		a_device_was_used_last_when_the_last_session_of_its_log_ended);
	g_test_add_func("/store/sessions/fault_56_what_cannot_be_is_stored_and_is_in_no_number",
			fault_56_what_cannot_be_is_stored_and_is_in_no_number);
	g_test_add_func("/store/sessions/moves_the_begin_when_an_anchor_comes",
			moves_the_begin_when_an_anchor_comes);
	return g_test_run();
}
