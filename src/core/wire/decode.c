/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/samples.h"

#include <pb_decode.h>
#include <string.h>

static KnDecodeStatus
decode(const pb_msgdesc_t *fields, const uint8_t *bytes, size_t n_bytes, void *ret_message)
{
	pb_istream_t stream = pb_istream_from_buffer(bytes, n_bytes);

	return pb_decode(&stream, fields, ret_message) ? KN_DECODE_OK : KN_DECODE_PROTOBUF;
}

static bool
is_key_in_range(uint64_t seq, uint64_t boot, uint64_t t_ms)
{
	return seq != 0 && seq <= KN_SEQ_MAX && boot <= UINT32_MAX && t_ms <= KN_TICK_MAX_MS;
}

/* The form that firmware writes: each key one byte, in order, none twice, and a larger one behind them. It is read several
 * times for each record, so without the calls of the generic walk. False: whatever is written otherwise. */
static bool
read_plain_key(const uint8_t *bytes, size_t n_bytes, uint64_t value[ktp_Record_t_ms_tag + 1])
{
	const uint8_t *at = bytes, *end = bytes + n_bytes;

	for (uint32_t tag = ktp_Record_seq_tag; tag <= ktp_Record_t_ms_tag; tag++) {
		unsigned shift = 0;
		if (at == end || *at != tag << 3)
			continue;
		do {
			at++;
			if (at == end || shift > 56)
				return false;
			value[tag] |= (uint64_t)(*at & 0x7f) << shift;
			shift += 7;
		} while (*at >= 0x80);
		at++;
	}
	return at == end || (*at < 0x80 && *at >> 3 > ktp_Record_t_ms_tag);
}

/* reads the leading scalar fields only: a body that nobody knows, or that is broken, still has a place in the ledger */
static bool
read_any_key(const uint8_t *bytes, size_t n_bytes, uint64_t value[ktp_Record_t_ms_tag + 1])
{
	pb_istream_t stream = pb_istream_from_buffer(bytes, n_bytes);
	uint32_t before = 0;

	while (stream.bytes_left > 0 && before < ktp_Record_t_ms_tag) {
		pb_wire_type_t type;
		uint32_t tag;
		bool is_end;
		if (!pb_decode_tag(&stream, &type, &tag, &is_end))
			return false;
		if (tag > ktp_Record_t_ms_tag)
			break;
		if (tag <= before || type != PB_WT_VARINT ||
		    !pb_decode_varint(&stream, &value[tag]))
			return false;
		before = tag;
	}
	return true;
}

bool
kn_decode_key(const uint8_t *bytes, size_t n_bytes, KnRecordKey *ret_key)
{
	uint64_t value[ktp_Record_t_ms_tag + 1] = {0};

	if (!read_plain_key(bytes, n_bytes, value)) {
		memset(value, 0, sizeof value);
		if (!read_any_key(bytes, n_bytes, value))
			return false;
	}
	if (!is_key_in_range(value[ktp_Record_seq_tag], value[ktp_Record_boot_tag],
			     value[ktp_Record_t_ms_tag]))
		return false;
	ret_key->seq = value[ktp_Record_seq_tag];
	ret_key->boot = (uint32_t)value[ktp_Record_boot_tag];
	ret_key->t_ms = value[ktp_Record_t_ms_tag];
	return true;
}

static bool
is_period_plausible(uint32_t period_us)
{
	return period_us >= KN_PERIOD_MIN_US && period_us <= KN_PERIOD_MAX_US;
}

/* every absolute value against the full scale of its node */
static bool
are_values_plausible(const ktp_SampleBlock *block, const ktp_Info *info)
{
	size_t at = 0;

	for (uint32_t node = 0; node < info->nodes_count; node++) {
		int64_t value = 0;
		if (!(block->node_mask & UINT32_C(1) << node))
			continue;
		for (uint32_t k = 0; k < block->n; k++, at++) {
			value += block->deltas_hpa[at];
			if (value < 0 || value > info->nodes[node].full_scale_hpa)
				return false;
		}
	}
	return true;
}

/* a block from the future would make all later samples of its nodes look like repetitions */
static bool
are_samples_plausible(const ktp_SampleBlock *block, uint64_t t_ms, const ktp_Info *info)
{
	uint64_t n_nodes = (uint64_t)__builtin_popcount(block->node_mask);
	bool is_inside =
		info->nodes_count == KN_NODES_MAX || block->node_mask >> info->nodes_count == 0;

	return n_nodes > 0 && is_inside && block->n > 0 &&
	       block->n * n_nodes == block->deltas_hpa_count &&
	       is_period_plausible(block->period_us) && block->t0_ms <= t_ms &&
	       are_values_plausible(block, info);
}

static bool
is_motion_plausible(const ktp_Motion *motion, uint64_t t_ms)
{
	int64_t angle = 0;

	if (!is_period_plausible(motion->period_us) || motion->t0_ms > t_ms)
		return false;
	for (pb_size_t i = 0; i < motion->angle_deltas_centideg_count; i++) {
		angle += motion->angle_deltas_centideg[i];
		if (angle < -KN_ANGLE_MAX_CENTIDEG || angle > KN_ANGLE_MAX_CENTIDEG)
			return false;
	}
	for (pb_size_t i = 0; i < motion->directions_count; i++)
		if (motion->directions[i] < -1 || motion->directions[i] > 1)
			return false;
	return true;
}

static KnDecodeStatus
judge(const ktp_Record *record, const ktp_Info *info)
{
	bool is_plausible;

	switch (record->which_body) {
	case ktp_Record_samples_tag:
		is_plausible = are_samples_plausible(&record->body.samples, record->t_ms, info);
		break;
	case ktp_Record_session_start_tag:
	case ktp_Record_event_tag:
		is_plausible = true;
		break;
	case ktp_Record_session_end_tag:
		is_plausible = record->body.session_end.duration_ms <= KN_SESSION_MAX_MS;
		break;
	case ktp_Record_clock_anchor_tag:
		is_plausible = record->body.clock_anchor.unix_us <= INT64_MAX &&
			       record->body.clock_anchor.quality <= ktp_CLOCK_SYNCED;
		break;
	case ktp_Record_battery_tag:
		is_plausible = record->body.battery.charge_permille <= 1000;
		break;
	case ktp_Record_motion_tag:
		is_plausible = is_motion_plausible(&record->body.motion, record->t_ms);
		break;
	default:
		return KN_DECODE_UNSUPPORTED;
	}
	return is_plausible ? KN_DECODE_OK : KN_DECODE_RANGE;
}

static bool
is_canonical(const ktp_Record *record, const uint8_t *bytes, size_t n_bytes)
{
	uint8_t again[KN_RECORD_ACCEPTED_BYTES];

	return n_bytes <= sizeof again &&
	       kn_encode_record(record, again, sizeof again) == n_bytes &&
	       memcmp(again, bytes, n_bytes) == 0;
}

static KnDecodeStatus
decode_any(const uint8_t *bytes, size_t n_bytes, const ktp_Info *info, ktp_Record *ret_record,
	   bool *ret_is_canonical)
{
	KnDecodeStatus status;
	KnRecordKey key;

	if (!kn_decode_key(bytes, n_bytes, &key))
		return KN_DECODE_PROTOBUF;
	*ret_record = (ktp_Record)ktp_Record_init_zero;
	status = decode(ktp_Record_fields, bytes, n_bytes, ret_record);
	if (status != KN_DECODE_OK)
		return status;
	/* a scalar that comes twice is legal protobuf, and the last one wins: then the ledger would hold another key */
	if (ret_record->seq != key.seq || ret_record->boot != key.boot ||
	    ret_record->t_ms != key.t_ms)
		return KN_DECODE_RANGE;
	status = judge(ret_record, info);
	if (status == KN_DECODE_OK && ret_is_canonical)
		*ret_is_canonical = is_canonical(ret_record, bytes, n_bytes);
	return status;
}

KnDecodeStatus
kn_decode_record(const uint8_t *bytes, size_t n_bytes, const ktp_Info *info, ktp_Record *ret_record,
		 bool *ret_is_canonical)
{
	KnDecodeStatus status;

	if (ret_is_canonical)
		*ret_is_canonical = false;
	if (n_bytes > KN_RECORD_ACCEPTED_BYTES || !kn_samples_read(bytes, n_bytes, ret_record))
		return decode_any(bytes, n_bytes, info, ret_record, ret_is_canonical);
	/* in canonical form each scalar comes once: its key is the record's */
	if (!is_key_in_range(ret_record->seq, ret_record->boot, ret_record->t_ms))
		return KN_DECODE_PROTOBUF;
	status = judge(ret_record, info);
	if (ret_is_canonical)
		*ret_is_canonical = status == KN_DECODE_OK;
	return status;
}

KnDecodeStatus
kn_decode_reply(const uint8_t *bytes, size_t n_bytes, ktp_Reply *ret_reply)
{
	KnDecodeStatus status;

	*ret_reply = (ktp_Reply)ktp_Reply_init_zero;
	status = decode(ktp_Reply_fields, bytes, n_bytes, ret_reply);
	if (status == KN_DECODE_OK && ret_reply->which_body == 0)
		return KN_DECODE_UNSUPPORTED;
	return status;
}

KnDecodeStatus
kn_decode_control(const uint8_t *bytes, size_t n_bytes, ktp_Control *ret_control)
{
	KnDecodeStatus status;

	*ret_control = (ktp_Control)ktp_Control_init_zero;
	status = decode(ktp_Control_fields, bytes, n_bytes, ret_control);
	if (status == KN_DECODE_OK && ret_control->which_op == 0)
		return KN_DECODE_UNSUPPORTED;
	return status;
}

KnDecodeStatus
kn_decode_info(const uint8_t *bytes, size_t n_bytes, ktp_Info *ret_info)
{
	KnDecodeStatus status;

	*ret_info = (ktp_Info)ktp_Info_init_zero;
	status = decode(ktp_Info_fields, bytes, n_bytes, ret_info);
	if (status != KN_DECODE_OK)
		return status;
	if (ret_info->protocol != KN_PROTOCOL)
		return KN_DECODE_VERSION;
	if (ret_info->nodes_count == 0 || ret_info->serial.size == 0)
		return KN_DECODE_RANGE;
	for (pb_size_t i = 0; i < ret_info->nodes_count; i++)
		if (ret_info->nodes[i].full_scale_hpa == 0 ||
		    ret_info->nodes[i].full_scale_hpa > KN_PRESSURE_MAX_HPA)
			return KN_DECODE_RANGE;
	return KN_DECODE_OK;
}

size_t
kn_decode_values(const ktp_SampleBlock *block, uint16_t ret_values_hpa[KN_VALUES_MAX])
{
	size_t at = 0;

	while (at < block->deltas_hpa_count) {
		int32_t value = 0;
		for (uint32_t k = 0; k < block->n; k++, at++) {
			value += block->deltas_hpa[at];
			ret_values_hpa[at] = (uint16_t)value;
		}
	}
	return at;
}
