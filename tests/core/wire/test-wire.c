/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* no GLib here on purpose: a firmware author's program around the same files */

#include "core/wire/crc32.h"
#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			return 1;                                                       \
		}                                                                       \
	} while (0)

int
main(void)
{
	const ktp_Info info = {
		.protocol = 1, .nodes_count = 1, .nodes = {{.full_scale_hpa = 1580}}};
	ktp_Record record = {.seq = 7,
			     .boot = 2,
			     .t_ms = 1000,
			     .which_body = ktp_Record_samples_tag},
		   back;
	uint8_t body[KN_RECORD_BYTES_MAX], notification[KN_NOTIFICATION_BYTES_MAX];
	const uint16_t values_hpa[3] = {100, 90, 1580};
	const uint8_t *read_body;
	size_t n_body, n_frame, n_read;
	KnFrameReader reader;
	bool is_canonical;

	CHECK(kn_crc32("123456789", 9) == 0xcbf43926);
	record.body.samples =
		(ktp_SampleBlock){.period_us = 40000, .t0_ms = 880, .node_mask = 1, .n = 3};
	kn_encode_deltas(&record.body.samples, values_hpa);
	n_body = kn_encode_record(&record, body, sizeof body);
	CHECK(n_body > 0);
	kn_frame_write_header(notification, 255, KN_FRAME_LIVE);
	n_frame = kn_frame_seal(body, n_body, notification + 2, sizeof notification - 2);
	CHECK(n_frame == n_body + 5);
	CHECK(kn_frame_open(&reader, notification, n_frame + 2) == KN_FRAME_OK);
	CHECK(kn_frame_next(&reader, &read_body, &n_read) == KN_FRAME_OK);
	CHECK(n_read == n_body && memcmp(read_body, body, n_body) == 0);
	CHECK(kn_decode_record(read_body, n_read, &info, &back, &is_canonical) == KN_DECODE_OK &&
	      is_canonical);
	CHECK(back.body.samples.deltas_hpa_count == 3 && back.body.samples.deltas_hpa[2] == 1490);
	CHECK(kn_frame_next(&reader, &read_body, &n_read) == KN_FRAME_END);
	return 0;
}
