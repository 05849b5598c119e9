/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"

#include <glib.h>
#include <string.h>

static const ktp_Info info = {
	.protocol = 1,
	.nodes_count = 3,
	.nodes = {{.full_scale_hpa = 1580}, {.full_scale_hpa = 1580}, {.full_scale_hpa = 4000}},
	.serial = {.size = 1, .bytes = "x"},
};

static ktp_Record
sample_record(void)
{
	ktp_Record record = {.seq = 1, .t_ms = 500, .which_body = ktp_Record_samples_tag};
	const uint16_t values_hpa[4] = {10, 20, 4000, 3999};

	record.body.samples =
		(ktp_SampleBlock){.period_us = 40000, .t0_ms = 420, .node_mask = 5, .n = 2};
	kn_encode_deltas(&record.body.samples, values_hpa);
	return record;
}

static KnDecodeStatus
decode_again(const ktp_Record *record, ktp_Record *ret_record, bool *ret_is_canonical)
{
	guint8 bytes[KN_RECORD_ACCEPTED_BYTES];
	gsize n_bytes = kn_encode_record(record, bytes, sizeof bytes);

	g_assert_cmpuint(n_bytes, >, 0);
	return kn_decode_record(bytes, n_bytes, &info, ret_record, ret_is_canonical);
}

static KnDecodeStatus
judge(const ktp_Record *record)
{
	ktp_Record back;
	bool is_canonical;

	return decode_again(record, &back, &is_canonical);
}

static void
gives_back_the_values_that_were_packed(void)
{
	const ktp_Record record = sample_record();
	guint16 values_hpa[KN_VALUES_MAX];
	bool is_canonical;
	ktp_Record back;

	g_assert_cmpint(decode_again(&record, &back, &is_canonical), ==, KN_DECODE_OK);
	g_assert_true(is_canonical);
	g_assert_cmpuint(kn_decode_values(&back.body.samples, values_hpa), ==, 4);
	g_assert_cmpuint(values_hpa[0], ==, 10);
	g_assert_cmpuint(values_hpa[1], ==, 20);
	g_assert_cmpuint(values_hpa[2], ==, 4000);
	g_assert_cmpuint(values_hpa[3], ==, 3999);
}

/* samples are read by a way of their own, a battery by the generic one */
static void
who_does_not_ask_for_the_form_is_told_the_same(void)
{
	const ktp_Record records[] = {
		sample_record(),
		{.seq = 1,
		 .which_body = ktp_Record_battery_tag,
		 .body.battery = {.charge_permille = 700}},
		{.seq = 1,
		 .which_body = ktp_Record_battery_tag,
		 .body.battery = {.charge_permille = 1001}},
	};
	const KnDecodeStatus wanted[] = {KN_DECODE_OK, KN_DECODE_OK, KN_DECODE_RANGE};

	for (gsize i = 0; i < G_N_ELEMENTS(records); i++) {
		ktp_Record back;

		g_assert_cmpint(decode_again(&records[i], &back, NULL), ==, wanted[i]);
		g_assert_cmpint(back.which_body, ==, records[i].which_body);
	}
}

static void
refuses_values_above_full_scale_of_their_own_node(void)
{
	ktp_Record record = sample_record();

	record.body.samples.deltas_hpa[1] =
		1571; /* 10 + 1571 = 1581 on the node that ends at 1580 */
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record.body.samples.deltas_hpa[1] = 1570;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
	record.body.samples.deltas_hpa[1] = -11;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record.body.samples.deltas_hpa[0] = INT32_MAX;
	record.body.samples.deltas_hpa[1] = INT32_MAX;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
}

static void
refuses_samples_and_motion_from_after_their_record(void)
{
	ktp_Record record = sample_record();

	record.body.samples.t0_ms = record.t_ms;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
	record.body.samples.t0_ms = record.t_ms + 1;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = (ktp_Record){.seq = 1, .t_ms = 9, .which_body = ktp_Record_motion_tag};
	record.body.motion = (ktp_Motion){.period_us = 40000, .t0_ms = 9};
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
	record.body.motion.t0_ms = 10;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
}

static void
refuses_nodes_outside_the_layout_and_counts_that_do_not_fit(void)
{
	ktp_Record record = sample_record();

	record.body.samples.node_mask = 9;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = sample_record();
	record.body.samples.node_mask = 0;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = sample_record();
	record.body.samples.n = 3;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = sample_record();
	record.body.samples.n = 0x80000002; /* times two nodes wraps to 4 in 32 bits */
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
}

static void
refuses_implausible_periods_durations_and_angles(void)
{
	ktp_Record record = sample_record();

	record.body.samples.period_us = KN_PERIOD_MIN_US - 1;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record.body.samples.period_us = KN_PERIOD_MAX_US + 1;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = (ktp_Record){.seq = 1, .which_body = ktp_Record_session_end_tag};
	record.body.session_end.duration_ms = KN_SESSION_MAX_MS;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
	record.body.session_end.duration_ms = UINT64_C(1) << 63;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
	record = (ktp_Record){.seq = 1, .which_body = ktp_Record_motion_tag};
	record.body.motion = (ktp_Motion){.period_us = 40000, .angle_deltas_centideg_count = 2};
	record.body.motion.angle_deltas_centideg[0] = 9000;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
	record.body.motion.angle_deltas_centideg[1] = 1;
	g_assert_cmpint(judge(&record), ==, KN_DECODE_RANGE);
}

static void
an_unknown_kind_is_unsupported_but_has_its_place(void)
{
	/* seq 300, boot 2, t_ms 5, then field 15 (kept for thermal) with two bytes */
	const guint8 bytes[] = {0x08, 0xac, 0x02, 0x10, 0x02, 0x18, 0x05, 0x7a, 0x02, 0x01, 0x02};
	bool is_canonical;
	KnRecordKey key;
	ktp_Record record;

	g_assert_true(kn_decode_key(bytes, sizeof bytes, &key));
	g_assert_cmpuint(key.seq, ==, 300);
	g_assert_cmpuint(key.boot, ==, 2);
	g_assert_cmpuint(key.t_ms, ==, 5);
	g_assert_cmpint(kn_decode_record(bytes, sizeof bytes, &info, &record, &is_canonical), ==,
			KN_DECODE_UNSUPPORTED);
}

static void
a_key_survives_a_body_that_is_no_protobuf(void)
{
	const guint8 bytes[] = {0x08, 0x07, 0x18, 0x05,
				0x42, 0x7f, 0x01}; /* samples claim 127 bytes */
	bool is_canonical;
	KnRecordKey key;
	ktp_Record record;

	g_assert_true(kn_decode_key(bytes, sizeof bytes, &key));
	g_assert_cmpuint(key.seq, ==, 7);
	g_assert_cmpuint(key.boot, ==, 0);
	g_assert_cmpint(kn_decode_record(bytes, sizeof bytes, &info, &record, &is_canonical), ==,
			KN_DECODE_PROTOBUF);
}

static void
refuses_keys_that_are_absent_disordered_or_out_of_range(void)
{
	static const struct {
		guint8 bytes[16];
		gsize n_bytes;
	} rows[] = {
		{{0}, 0},
		{{0x10, 0x01}, 2},             /* no seq */
		{{0x08, 0x00}, 2},             /* seq 0 */
		{{0x08, 0x01, 0x08, 0x02}, 4}, /* seq twice */
		{{0x0a, 0x01, 0x01}, 3},       /* seq as bytes */
		{{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, 10}, /* 2^63 - 1 */
		{{0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01},
		 12},                                                  /* 11 bytes of varint */
		{{0x08, 0x01, 0x10, 0x80, 0x80, 0x80, 0x80, 0x10}, 8}, /* boot 2^32 */
	};
	KnRecordKey key;

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_false(kn_decode_key(rows[i].bytes, rows[i].n_bytes, &key));
}

static void
a_key_that_comes_again_behind_the_body_is_refused(void)
{
	/* seq 1, session_start {}, then seq 2: the last one wins for a protobuf reader, the ledger saw the first */
	const guint8 bytes[] = {0x08, 0x01, 0x4a, 0x00, 0x08, 0x02};
	bool is_canonical;
	ktp_Record record;

	g_assert_cmpint(kn_decode_record(bytes, sizeof bytes, &info, &record, &is_canonical), ==,
			KN_DECODE_RANGE);
}

static void
fields_of_newer_firmware_are_understood_and_called_noncanonical(void)
{
	/* seq 1, session_start {}, field 20 = 5 */
	const guint8 bytes[] = {0x08, 0x01, 0x4a, 0x00, 0xa0, 0x01, 0x05};
	bool is_canonical = true;
	ktp_Record record;

	g_assert_cmpint(kn_decode_record(bytes, sizeof bytes, &info, &record, &is_canonical), ==,
			KN_DECODE_OK);
	g_assert_false(is_canonical);
	g_assert_cmpint(record.which_body, ==, ktp_Record_session_start_tag);
}

static void
every_prefix_of_a_record_is_refused_or_shorter_but_never_crashes(void)
{
	const ktp_Record record = sample_record();
	guint8 bytes[KN_RECORD_ACCEPTED_BYTES];
	gsize n_bytes = kn_encode_record(&record, bytes, sizeof bytes);

	for (gsize n = 0; n < n_bytes; n++) {
		g_autofree guint8 *exact = g_memdup2(bytes, MAX(n, 1));
		bool is_canonical;
		ktp_Record back;
		g_assert_cmpint(kn_decode_record(exact, n, &info, &back, &is_canonical), !=,
				KN_DECODE_OK);
	}
}

static void
info_is_refused_by_version_then_by_range(void)
{
	guint8 bytes[KN_INFO_BYTES_MAX];
	ktp_Info changed = info, back;
	gsize n_bytes = kn_encode_info(&changed, bytes, sizeof bytes);

	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_OK);
	changed.protocol = 2;
	n_bytes = kn_encode_info(&changed, bytes, sizeof bytes);
	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_VERSION);
	changed = info;
	changed.nodes[2].full_scale_hpa = 4001;
	n_bytes = kn_encode_info(&changed, bytes, sizeof bytes);
	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_RANGE);
	changed = info;
	changed.serial.size = 0;
	n_bytes = kn_encode_info(&changed, bytes, sizeof bytes);
	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_RANGE);
	changed = info;
	changed.nodes_count = 0;
	n_bytes = kn_encode_info(&changed, bytes, sizeof bytes);
	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_RANGE);
	g_assert_cmpint(kn_decode_info(bytes, 1, &back), ==, KN_DECODE_PROTOBUF);
}

static void
a_full_layout_fits_one_info_read(void)
{
	guint8 bytes[KN_INFO_BYTES_MAX];
	gsize n_bytes;
	ktp_Info back;
	ktp_Info full = {.protocol = 1,
			 .kind = ktp_KIND_FOAM_ROLL,
			 .sample_period_us = 1000000,
			 .capabilities = 15};

	full.model.size = full.serial.size = full.firmware.size = 32;
	full.nodes_count = KN_NODES_MAX;
	for (guint i = 0; i < KN_NODES_MAX; i++)
		full.nodes[i] = (ktp_Node){ktp_REGION_GLUTEUS, ktp_SIDE_RIGHT, 4000};
	n_bytes = kn_encode_info(&full, bytes, sizeof bytes);
	g_assert_cmpuint(n_bytes, >, 300);
	g_assert_cmpint(kn_decode_info(bytes, n_bytes, &back), ==, KN_DECODE_OK);
	g_assert_cmpuint(back.nodes_count, ==, 32);
}

/* Appends a field of bytes to INFO: the last of several wins, so that any length can be tried. */
static KnDecodeStatus
info_with_text(guint tag, gsize n_text)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autofree guint8 *text = g_malloc(n_text);
	const guint8 head[] = {(guint8)((tag << 3) | 2), (guint8)((n_text & 0x7f) | 0x80),
			       (guint8)(n_text >> 7)};
	ktp_Info back;

	g_byte_array_set_size(bytes, KN_INFO_BYTES_MAX);
	g_byte_array_set_size(bytes, (guint)kn_encode_info(&info, bytes->data, KN_INFO_BYTES_MAX));
	memset(text, 'x', n_text);
	g_byte_array_append(bytes, head, sizeof head);
	g_byte_array_append(bytes, text, (guint)n_text);
	return kn_decode_info(bytes->data, bytes->len, &back);
}

static void
names_of_32_bytes_are_taken_and_longer_ones_refused(void)
{
	static const guint tags[] = {ktp_Info_model_tag, ktp_Info_serial_tag,
				     ktp_Info_firmware_tag};

	for (guint i = 0; i < G_N_ELEMENTS(tags); i++) {
		g_assert_cmpint(info_with_text(tags[i], 32), ==, KN_DECODE_OK);
		g_assert_cmpint(info_with_text(tags[i], 33), ==, KN_DECODE_PROTOBUF);
		g_assert_cmpint(info_with_text(tags[i], 320), ==, KN_DECODE_PROTOBUF);
	}
}

static KnDecodeStatus
info_with_nodes(guint n_nodes)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	const guint8 node[] = {(ktp_Info_nodes_tag << 3) | 2, 3, ktp_Node_full_scale_hpa_tag << 3,
			       0xa0, 0x1f};
	ktp_Info bare = info, back;

	bare.nodes_count = 0;
	g_byte_array_set_size(bytes, KN_INFO_BYTES_MAX);
	g_byte_array_set_size(bytes, (guint)kn_encode_info(&bare, bytes->data, KN_INFO_BYTES_MAX));
	for (guint i = 0; i < n_nodes; i++)
		g_byte_array_append(bytes, node, sizeof node);
	return kn_decode_info(bytes->data, bytes->len, &back);
}

static void
a_layout_of_32_nodes_is_taken_and_a_larger_one_refused(void)
{
	g_assert_cmpint(info_with_nodes(1), ==, KN_DECODE_OK);
	g_assert_cmpint(info_with_nodes(32), ==, KN_DECODE_OK);
	g_assert_cmpint(info_with_nodes(33), ==, KN_DECODE_PROTOBUF);
	g_assert_cmpint(info_with_nodes(320), ==, KN_DECODE_PROTOBUF);
}

/* 64 bytes: the records page of the vectors has 65 refused */
static void
an_event_may_say_64_bytes(void)
{
	ktp_Record record = {.seq = 1, .which_body = ktp_Record_event_tag};

	record.body.event.text.size = 64;
	memset(record.body.event.text.bytes, 'x', 64);
	g_assert_cmpint(judge(&record), ==, KN_DECODE_OK);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/core/decode/" #name, name)
	ADD(gives_back_the_values_that_were_packed);
	ADD(who_does_not_ask_for_the_form_is_told_the_same);
	ADD(refuses_values_above_full_scale_of_their_own_node);
	ADD(refuses_samples_and_motion_from_after_their_record);
	ADD(refuses_nodes_outside_the_layout_and_counts_that_do_not_fit);
	ADD(refuses_implausible_periods_durations_and_angles);
	ADD(an_unknown_kind_is_unsupported_but_has_its_place);
	ADD(a_key_survives_a_body_that_is_no_protobuf);
	ADD(refuses_keys_that_are_absent_disordered_or_out_of_range);
	ADD(a_key_that_comes_again_behind_the_body_is_refused);
	ADD(fields_of_newer_firmware_are_understood_and_called_noncanonical);
	ADD(every_prefix_of_a_record_is_refused_or_shorter_but_never_crashes);
	ADD(info_is_refused_by_version_then_by_range);
	ADD(a_full_layout_fits_one_info_read);
	ADD(names_of_32_bytes_are_taken_and_longer_ones_refused);
	ADD(a_layout_of_32_nodes_is_taken_and_a_larger_one_refused);
	ADD(an_event_may_say_64_bytes);
#undef ADD
	return g_test_run();
}
