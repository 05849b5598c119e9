/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/decode.h"
#include "sim/firmware-private.h"

/* an operation that has no reply of its own answers nothing on success, Error on refusal */

static ktp_ErrorCode
get_state(KnFirmware *firmware, gint64 now_us)
{
	ktp_Reply reply = {.which_body = ktp_Reply_state_tag};

	reply.body.state = (ktp_State){
		.log_id = firmware->log_id,
		.boot = firmware->boot,
		.oldest_seq = kn_flash_oldest_seq(firmware->flash),
		.newest_seq = kn_flash_newest_seq(firmware->flash),
		.t_ms = kn_firmware_t_ms(firmware, now_us),
		.flash_bytes = kn_flash_capacity_bytes(firmware->flash),
		.flash_used_bytes =
			kn_flash_used_bytes_after(firmware->flash, firmware->trimmed_to_seq),
		.charge_permille = firmware->charge_permille,
		.owner_hub_id = firmware->owner_hub_id,
		.is_in_use = firmware->is_in_use,
		.trimmed_to_seq = firmware->trimmed_to_seq,
	};
	kn_firmware_reply(firmware, &reply);
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
fetch(KnFirmware *firmware, const ktp_Fetch *op)
{
	if (op->log_id != firmware->log_id)
		return ktp_ERROR_FOREIGN_LOG;
	if (op->from_seq == 0 || op->to_seq < op->from_seq ||
	    op->to_seq - op->from_seq >= KN_FIRMWARE_FETCH_RECORDS)
		return ktp_ERROR_RANGE;
	if (firmware->n_ranges == KN_FIRMWARE_FETCHES_MAX)
		return ktp_ERROR_BUSY;
	firmware->n_fetches++;
	if (firmware->is_held)
		return ktp_ERROR_UNSPECIFIED; /* a device that is stuck: neither records nor an error */
	firmware->ranges[firmware->n_ranges++] = (KnFirmwareRange){
		.from_seq = op->from_seq,
		.to_seq = op->to_seq,
		.next_seq = op->from_seq,
	};
	return ktp_ERROR_UNSPECIFIED;
}

static gboolean
is_refused_owner(const KnFirmware *firmware, guint64 hub_id)
{
	return firmware->owner_hub_id != 0 && firmware->owner_hub_id != hub_id;
}

static ktp_ErrorCode
trim(KnFirmware *firmware, const ktp_Trim *op)
{
	if (op->log_id != firmware->log_id)
		return ktp_ERROR_FOREIGN_LOG;
	if (is_refused_owner(firmware, op->hub_id))
		return ktp_ERROR_NOT_OWNER;
	if (op->to_seq > kn_flash_newest_seq(firmware->flash))
		return ktp_ERROR_RANGE;
	firmware->trimmed_to_seq = MAX(firmware->trimmed_to_seq, op->to_seq);
	firmware->n_trims++;
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
set_clock(KnFirmware *firmware, gint64 now_us, const ktp_SetClock *op)
{
	ktp_Record record = {.which_body = ktp_Record_clock_anchor_tag};
	gboolean is_better = op->quality > firmware->clock_quality;

	if (op->quality < ktp_CLOCK_RESTORED || op->quality > ktp_CLOCK_SYNCED ||
	    op->unix_us == 0 || op->unix_us > G_MAXINT64 / 2)
		return ktp_ERROR_RANGE;
	if (firmware->is_clock_ignored)
		return ktp_ERROR_UNSPECIFIED;
	if (op->quality < firmware->clock_quality)
		return ktp_ERROR_UNSPECIFIED; /* the better one wins, and GetClock shows it */
	record.t_ms = kn_firmware_t_ms(firmware, now_us);
	firmware->clock_offset_us = (gint64)op->unix_us - (gint64)record.t_ms * 1000;
	firmware->clock_quality = op->quality;
	if (!is_better)
		return ktp_ERROR_UNSPECIFIED;
	record.body.clock_anchor.unix_us = op->unix_us;
	record.body.clock_anchor.quality = op->quality;
	record.body.clock_anchor.hub_id = op->hub_id;
	return kn_firmware_bank(firmware, &record) ? ktp_ERROR_UNSPECIFIED : ktp_ERROR_BUSY;
}

static ktp_ErrorCode
get_clock(KnFirmware *firmware, gint64 now_us)
{
	ktp_Reply reply = {.which_body = ktp_Reply_clock_tag};
	guint64 t_ms = kn_firmware_t_ms(firmware, now_us);

	reply.body.clock.boot = firmware->boot;
	reply.body.clock.t_ms = t_ms;
	reply.body.clock.quality = firmware->clock_quality;
	if (firmware->clock_quality != ktp_CLOCK_UNKNOWN)
		reply.body.clock.unix_us =
			(guint64)(firmware->clock_offset_us + (gint64)t_ms * 1000);
	kn_firmware_reply(firmware, &reply);
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
live(KnFirmware *firmware, const ktp_Live *op)
{
	if (op->is_on && !firmware->is_live)
		firmware->live_next_seq = kn_flash_newest_seq(firmware->flash) + 1;
	firmware->is_live = op->is_on;
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
identify(KnFirmware *firmware, gint64 now_us, const ktp_Identify *op)
{
	if (!(firmware->info.capabilities & ktp_CAPABILITY_IDENTIFY))
		return ktp_ERROR_UNSUPPORTED;
	if (op->duration_s == 0 || op->duration_s > 60)
		return ktp_ERROR_RANGE;
	firmware->identify_until_ms = kn_firmware_t_ms(firmware, now_us) + op->duration_s * 1000;
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
own(KnFirmware *firmware, const ktp_Own *op)
{
	if (op->hub_id == 0)
		return ktp_ERROR_RANGE;
	if (is_refused_owner(firmware, op->hub_id))
		return ktp_ERROR_NOT_OWNER;
	firmware->owner_hub_id = op->hub_id;
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
wipe(KnFirmware *firmware, const ktp_Wipe *op)
{
	if (!(firmware->info.capabilities & ktp_CAPABILITY_WIPE))
		return ktp_ERROR_UNSUPPORTED;
	if (op->log_id != firmware->log_id)
		return ktp_ERROR_FOREIGN_LOG;
	if (is_refused_owner(firmware, op->hub_id))
		return ktp_ERROR_NOT_OWNER;
	if (!op->is_forced && firmware->trimmed_to_seq < kn_flash_newest_seq(firmware->flash))
		return ktp_ERROR_UNREAD;
	kn_firmware_format(firmware);
	return ktp_ERROR_UNSPECIFIED;
}

static ktp_ErrorCode
execute(KnFirmware *firmware, gint64 now_us, const ktp_Control *control)
{
	switch (control->which_op) {
	case ktp_Control_get_state_tag:
		return get_state(firmware, now_us);
	case ktp_Control_fetch_tag:
		return fetch(firmware, &control->op.fetch);
	case ktp_Control_trim_tag:
		return trim(firmware, &control->op.trim);
	case ktp_Control_set_clock_tag:
		return set_clock(firmware, now_us, &control->op.set_clock);
	case ktp_Control_get_clock_tag:
		return get_clock(firmware, now_us);
	case ktp_Control_live_tag:
		return live(firmware, &control->op.live);
	case ktp_Control_identify_tag:
		return identify(firmware, now_us, &control->op.identify);
	case ktp_Control_own_tag:
		return own(firmware, &control->op.own);
	case ktp_Control_wipe_tag:
		return wipe(firmware, &control->op.wipe);
	default:
		return ktp_ERROR_UNSUPPORTED;
	}
}

void
kn_firmware_control(KnFirmware *firmware, gint64 now_us, const guint8 *bytes, gsize n_bytes)
{
	ktp_Control control;
	ktp_Reply reply = {.which_body = ktp_Reply_error_tag};
	ktp_ErrorCode code = ktp_ERROR_UNSUPPORTED;
	ktp_Operation operation = ktp_OPERATION_UNSPECIFIED;

	if (kn_decode_control(bytes, n_bytes, &control) == KN_DECODE_OK) {
		/* Operation carries the field numbers of Control.op */
		operation = (ktp_Operation)control.which_op;
		code = execute(firmware, now_us, &control);
	}
	if (code == ktp_ERROR_UNSPECIFIED)
		return;
	reply.body.error.operation = operation;
	reply.body.error.code = code;
	kn_firmware_reply(firmware, &reply);
}
