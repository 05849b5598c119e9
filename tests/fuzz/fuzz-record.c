/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a record's body: what is accepted says the same again when it is encoded */

#include "fuzz.h"

#include "core/measure/buildup.h"
#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include <pb_encode.h>
#include <string.h>

static const ktp_Info *
device(void)
{
	static ktp_Info info = {.protocol = 1, .nodes_count = 14};

	for (guint i = 0; i < info.nodes_count; i++)
		info.nodes[i].full_scale_hpa = 1580;
	return &info;
}

/* nanopb's own: what encode.h writes by hand must be the same */
static size_t
encode_generic(const ktp_Record *record, uint8_t *ret_bytes, size_t n_bytes)
{
	pb_ostream_t stream = pb_ostream_from_buffer(ret_bytes, n_bytes);

	return pb_encode(&stream, ktp_Record_fields, record) ? stream.bytes_written : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	uint16_t values_hpa[KN_VALUES_MAX];
	uint8_t again[KN_RECORD_ACCEPTED_BYTES];
	uint8_t generic[KN_RECORD_ACCEPTED_BYTES];
	KnSessionMetrics metrics;
	KnRecordKey key;
	ktp_Record record;
	ktp_Record second;
	bool is_canonical;
	bool is_still;
	size_t n;

	if (n_bytes > KN_RECORD_ACCEPTED_BYTES ||
	    kn_decode_record(bytes, n_bytes, device(), &record, &is_canonical) != KN_DECODE_OK)
		return 0;
	g_assert(kn_decode_key(bytes, n_bytes, &key));
	g_assert(key.seq == record.seq && key.boot == record.boot && key.t_ms == record.t_ms);
	n = kn_encode_record(&record, again, sizeof again);
	g_assert(n > 0);
	g_assert(encode_generic(&record, generic, sizeof generic) == n);
	g_assert(memcmp(again, generic, n) == 0);
	g_assert(is_canonical == (n == n_bytes && memcmp(again, bytes, n) == 0));
	g_assert(kn_decode_record(again, n, device(), &second, &is_still) == KN_DECODE_OK);
	g_assert(is_still);
	if (record.which_body == ktp_Record_samples_tag) {
		size_t n_values = kn_decode_values(&record.body.samples, values_hpa);
		for (size_t i = 0; i < n_values; i++)
			g_assert(values_hpa[i] <= 1580);
	}
	g_autoptr(KnFold) fold = kn_fold_new(device());
	kn_fold_push(fold, &record);
	kn_fold_push(fold, &second);
	kn_fold_finish(fold, &metrics);
	g_autoptr(KnBuildup) buildup = kn_buildup_new(&metrics);
	kn_buildup_push(buildup, &record);
	kn_buildup_push(buildup, &second);
	g_assert(kn_buildup_finish(buildup, &metrics));
	return 0;
}
