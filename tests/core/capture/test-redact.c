/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/capture/redact.h"

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include <string.h>

#define HUB_ID G_GUINT64_CONSTANT(0xa1b2c3d4e5f60718)
#define LOG_ID G_GUINT64_CONSTANT(0x123456789abcdef1)
#define NOW_US (G_GINT64_CONSTANT(1795248000) * G_USEC_PER_SEC)

static KnRedact *
redact_new(void)
{
	KnRedact *redact = kn_redact_new(NOW_US, HUB_ID);
	ktp_Info info = ktp_Info_init_zero;
	guint8 bytes[KN_INFO_BYTES_MAX];
	g_autoptr(GBytes) out = NULL;
	gsize n;

	info.protocol = 1;
	info.kind = ktp_KIND_ROLLER;
	memcpy(info.serial.bytes, "SECRET-1", 8);
	info.serial.size = 8;
	info.nodes_count = 1;
	info.nodes[0].full_scale_hpa = 4000;
	n = kn_encode_info(&info, bytes, sizeof bytes);
	out = kn_redact_info(redact, bytes, n);
	g_assert_null(
		g_strstr_len(g_bytes_get_data(out, NULL), (gssize)g_bytes_get_size(out), "SECRET"));
	g_assert_cmpuint(kn_decode_info(g_bytes_get_data(out, NULL), g_bytes_get_size(out), &info),
			 ==, KN_DECODE_OK);
	return redact;
}

/* a notification of one body */
static GByteArray *
notification(KnFrameKind kind, const guint8 *body, gsize n_body)
{
	GByteArray *bytes = g_byte_array_new();
	guint8 frame[KN_RECORD_BYTES_MAX + KN_FRAME_OVERHEAD_BYTES];

	g_byte_array_set_size(bytes, 2);
	kn_frame_write_header(bytes->data, 7, kind);
	g_byte_array_append(bytes, frame, (guint)kn_frame_seal(body, n_body, frame, sizeof frame));
	return bytes;
}

/* the one body that comes out */
static GBytes *
body_of(GBytes *bytes, KnFrameStatus wanted)
{
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;
	KnFrameStatus status;

	g_assert_cmpuint(
		kn_frame_open(&reader, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)), ==,
		KN_FRAME_OK);
	g_assert_cmpuint(reader.counter, ==, 7);
	status = kn_frame_next(&reader, &body, &n_body);
	g_assert_cmpuint(status, ==, wanted);
	return status == KN_FRAME_OK ? g_bytes_new(body, n_body) : NULL;
}

static GBytes *
redact_record(KnRedact *redact, const ktp_Record *record)
{
	guint8 body[KN_RECORD_BYTES_MAX];
	g_autoptr(GByteArray) in =
		notification(KN_FRAME_LIVE, body, kn_encode_record(record, body, sizeof body));
	g_autoptr(GBytes) out = kn_redact_notification(redact, in->data, in->len);

	return body_of(out, KN_FRAME_OK);
}

static void
samples_come_out_as_they_went_in(void)
{
	g_autoptr(KnRedact) redact = redact_new();
	ktp_Record record = {.seq = 5, .boot = 2, .t_ms = 1000};
	guint16 values_hpa[] = {10, 3000, 7};
	guint8 wanted[KN_RECORD_BYTES_MAX];
	g_autoptr(GBytes) out = NULL;
	gsize n;

	record.which_body = ktp_Record_samples_tag;
	record.body.samples = (ktp_SampleBlock){
		.period_us = 40000, .t0_ms = 900, .node_mask = 1, .n = 3, .deltas_hpa_count = 3};
	kn_encode_deltas(&record.body.samples, values_hpa);
	n = kn_encode_record(&record, wanted, sizeof wanted);
	out = redact_record(redact, &record);
	g_assert_cmpmem(g_bytes_get_data(out, NULL), g_bytes_get_size(out), wanted, n);
	g_assert_cmpuint(kn_redact_n_blanked(redact), ==, 0);
}

static void
an_anchor_keeps_its_distance_and_loses_its_date_and_hub(void)
{
	g_autoptr(KnRedact) redact = redact_new();
	ktp_Record record = {
		.seq = 5, .boot = 2, .t_ms = 1000, .which_body = ktp_Record_clock_anchor_tag};
	ktp_Info info = ktp_Info_init_zero;
	g_autoptr(GBytes) out = NULL;
	ktp_Record got;
	bool is_canonical;

	info.nodes_count = 1;
	record.body.clock_anchor =
		(ktp_ClockAnchor){NOW_US + 77 * G_USEC_PER_SEC, ktp_CLOCK_SYNCED, HUB_ID};
	out = redact_record(redact, &record);
	g_assert_cmpuint(kn_decode_record(g_bytes_get_data(out, NULL), g_bytes_get_size(out), &info,
					  &got, &is_canonical),
			 ==, KN_DECODE_OK);
	g_assert_cmpuint(got.body.clock_anchor.unix_us, ==,
			 (guint64)KN_REDACT_EPOCH_US + 77 * G_USEC_PER_SEC);
	g_assert_cmpuint(got.body.clock_anchor.hub_id, ==, KN_REDACT_HUB_ID);
	g_assert_cmpint(kn_redact_time(redact, NOW_US), ==, KN_REDACT_EPOCH_US);
}

static void
a_state_names_its_log_and_owner_anew_and_the_same_each_time(void)
{
	g_autoptr(KnRedact) redact = redact_new();
	const struct {
		guint64 log_id, owner;
		guint64 wanted_log_id, wanted_owner;
	} rows[] = {
		{LOG_ID, HUB_ID, 1, KN_REDACT_HUB_ID},
		{LOG_ID + 1, HUB_ID + 1, 2, KN_REDACT_OTHER_HUB_ID},
		{LOG_ID, 0, 1, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		ktp_Reply reply = {.which_body = ktp_Reply_state_tag};
		guint8 body[KN_RECORD_BYTES_MAX];
		g_autoptr(GByteArray) in = NULL;
		g_autoptr(GBytes) out = NULL;
		g_autoptr(GBytes) got = NULL;

		reply.body.state.log_id = rows[i].log_id;
		reply.body.state.owner_hub_id = rows[i].owner;
		reply.body.state.newest_seq = 99;
		in = notification(KN_FRAME_REPLY, body, kn_encode_reply(&reply, body, sizeof body));
		out = kn_redact_notification(redact, in->data, in->len);
		got = body_of(out, KN_FRAME_OK);
		g_assert_cmpuint(
			kn_decode_reply(g_bytes_get_data(got, NULL), g_bytes_get_size(got), &reply),
			==, KN_DECODE_OK);
		g_assert_cmpuint(reply.body.state.log_id, ==, rows[i].wanted_log_id);
		g_assert_cmpuint(reply.body.state.owner_hub_id, ==, rows[i].wanted_owner);
		g_assert_cmpuint(reply.body.state.newest_seq, ==, 99);
	}
}

static void
what_cannot_be_understood_keeps_its_place_and_loses_its_content(void)
{
	static const guint8 secret[] = "ANNA";
	g_autoptr(KnRedact) redact = redact_new();
	/* field 15, which a newer firmware may fill with anything */
	guint8 body[] = {0x08, 5, 0x10, 2, 0x18, 9, 0x7a, 4, 'A', 'N', 'N', 'A'};
	g_autoptr(GByteArray) in = notification(KN_FRAME_LIVE, body, sizeof body);
	g_autoptr(GBytes) out = kn_redact_notification(redact, in->data, in->len);
	g_autoptr(GBytes) got = body_of(out, KN_FRAME_OK);
	g_autoptr(GBytes) broken = NULL;
	KnRecordKey key;

	g_assert_true(kn_decode_key(g_bytes_get_data(got, NULL), g_bytes_get_size(got), &key));
	g_assert_cmpuint(key.seq, ==, 5);
	g_assert_cmpuint(key.t_ms, ==, 9);
	g_assert_null(memmem(g_bytes_get_data(out, NULL), g_bytes_get_size(out), secret, 4));
	g_assert_cmpuint(kn_redact_n_blanked(redact), ==, 1);
	/* a wrong sum is refused before and after */
	in->data[in->len - 1] ^= 1;
	broken = kn_redact_notification(redact, in->data, in->len);
	g_assert_cmpuint(g_bytes_get_size(broken), ==, in->len);
	g_assert_null(memmem(g_bytes_get_data(broken, NULL), in->len, secret, 4));
	g_assert_null(body_of(broken, KN_FRAME_LENGTH));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/core/redact/samples_come_out_as_they_went_in",
			samples_come_out_as_they_went_in);
	g_test_add_func("/core/redact/an_anchor_keeps_its_distance_and_loses_its_date_and_hub",
			an_anchor_keeps_its_distance_and_loses_its_date_and_hub);
	g_test_add_func("/core/redact/a_state_names_its_log_and_owner_anew_and_the_same_each_time",
			a_state_names_its_log_and_owner_anew_and_the_same_each_time);
	g_test_add_func(
		"/core/redact/what_cannot_be_understood_keeps_its_place_and_loses_its_content",
		what_cannot_be_understood_keeps_its_place_and_loses_its_content);
	return g_test_run();
}
