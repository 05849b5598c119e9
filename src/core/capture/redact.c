/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/capture/redact.h"

#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "core/wire/frame.h"
#include <string.h>

enum { LOGS_MAX = 64 }; /* of one capture: more share the last name */

struct KnRedact {
	gint64 shift_us;
	guint64 hub_id;
	guint64 log_ids[LOGS_MAX];
	guint n_logs;
	ktp_Info info; /* as it really is: what a record is judged by */
	gboolean has_info;
	guint64 n_blanked;
};

KnRedact *
kn_redact_new(gint64 utc_us, guint64 hub_id)
{
	KnRedact *redact = g_new0(KnRedact, 1);

	redact->shift_us = utc_us - KN_REDACT_EPOCH_US;
	redact->hub_id = hub_id;
	return redact;
}

void
kn_redact_free(KnRedact *redact)
{
	g_free(redact);
}

guint64
kn_redact_n_blanked(const KnRedact *redact)
{
	return redact->n_blanked;
}

gint64
kn_redact_time(const KnRedact *redact, gint64 utc_us)
{
	return utc_us - redact->shift_us;
}

/* 0 is "never set", and no date */
static guint64
shift(const KnRedact *redact, guint64 unix_us)
{
	gint64 shifted;

	if (unix_us == 0 || unix_us > G_MAXINT64 / 2)
		return 0;
	shifted = (gint64)unix_us - redact->shift_us;
	return shifted > 0 ? (guint64)shifted : 1;
}

static guint64
hub_name(const KnRedact *redact, guint64 hub_id)
{
	if (hub_id == 0)
		return 0;
	return hub_id == redact->hub_id ? KN_REDACT_HUB_ID : KN_REDACT_OTHER_HUB_ID;
}

static guint64
log_name(KnRedact *redact, guint64 log_id)
{
	guint i = 0;

	while (i < redact->n_logs && redact->log_ids[i] != log_id)
		i++;
	if (i == redact->n_logs && i < LOGS_MAX)
		redact->log_ids[redact->n_logs++] = log_id;
	return MIN(i, LOGS_MAX - 1) + 1;
}

GBytes *
kn_redact_info(KnRedact *redact, const guint8 *bytes, gsize n_bytes)
{
	static const gchar serial[] = "REDACTED";
	guint8 out[KN_INFO_BYTES_MAX];
	ktp_Info info;
	gsize n = 0;

	redact->has_info = kn_decode_info(bytes, n_bytes, &redact->info) == KN_DECODE_OK;
	if (redact->has_info) {
		info = redact->info;
		memcpy(info.serial.bytes, serial, sizeof serial - 1);
		info.serial.size = sizeof serial - 1;
		n = kn_encode_info(&info, out, sizeof out);
	}
	if (n > 0)
		return g_bytes_new(out, n);
	redact->n_blanked++;
	return g_bytes_new_take(g_malloc0(n_bytes), n_bytes);
}

/* ---- bodies ---- */

static void
append_sealed(GByteArray *out, const guint8 *body, gsize n_body)
{
	guint8 frame[KN_RECORD_BYTES_MAX + KN_FRAME_OVERHEAD_BYTES];
	gsize n = kn_frame_seal(body, n_body, frame, sizeof frame);

	g_byte_array_append(out, frame, (guint)n);
}

/* as long, and with a sum that is wrong for certain: zeros do not sum up to zeros' complement */
static void
append_blank(KnRedact *redact, GByteArray *out, gsize n_bytes)
{
	guint at = out->len;

	redact->n_blanked++;
	g_byte_array_set_size(out, at + (guint)n_bytes);
	memset(out->data + at, 0, n_bytes);
}

/* a record that only a newer hub reads: its place stays, its body goes */
static gsize
encode_key(const guint8 *body, gsize n_body, guint8 *ret_bytes, gsize n_bytes)
{
	ktp_Record record = ktp_Record_init_zero;
	KnRecordKey key;

	if (!kn_decode_key(body, n_body, &key))
		return 0;
	record.seq = key.seq;
	record.boot = key.boot;
	record.t_ms = key.t_ms;
	return kn_encode_record(&record, ret_bytes, n_bytes);
}

static gsize
redact_record(KnRedact *redact, const guint8 *body, gsize n_body, guint8 *ret_bytes, gsize n_bytes)
{
	ktp_Record record;
	bool is_canonical = false;
	KnDecodeStatus status = redact->has_info ? kn_decode_record(body, n_body, &redact->info,
								    &record, &is_canonical)
						 : KN_DECODE_PROTOBUF;

	/* bytes beyond what is understood may say anything */
	if (status != KN_DECODE_OK || !is_canonical) {
		redact->n_blanked++;
		return encode_key(body, n_body, ret_bytes, n_bytes);
	}
	if (record.which_body == ktp_Record_clock_anchor_tag) {
		ktp_ClockAnchor *anchor = &record.body.clock_anchor;
		anchor->unix_us = shift(redact, anchor->unix_us);
		anchor->hub_id = hub_name(redact, anchor->hub_id);
	} else if (record.which_body == ktp_Record_event_tag) {
		/* a text of the device may name its owner */
		memset(record.body.event.text.bytes, '-', record.body.event.text.size);
	}
	return kn_encode_record(&record, ret_bytes, n_bytes);
}

static gsize
redact_reply(KnRedact *redact, const guint8 *body, gsize n_body, guint8 *ret_bytes, gsize n_bytes)
{
	ktp_Reply reply;

	if (kn_decode_reply(body, n_body, &reply) != KN_DECODE_OK)
		return 0;
	if (reply.which_body == ktp_Reply_state_tag) {
		reply.body.state.log_id = log_name(redact, reply.body.state.log_id);
		reply.body.state.owner_hub_id = hub_name(redact, reply.body.state.owner_hub_id);
	} else if (reply.which_body == ktp_Reply_clock_tag) {
		reply.body.clock.unix_us = shift(redact, reply.body.clock.unix_us);
	}
	return kn_encode_reply(&reply, ret_bytes, n_bytes);
}

GBytes *
kn_redact_notification(KnRedact *redact, const guint8 *bytes, gsize n_bytes)
{
	GByteArray *out = g_byte_array_new();
	KnFrameReader reader;
	const guint8 *body;
	gsize n_body;
	KnFrameStatus status = kn_frame_open(&reader, bytes, n_bytes);

	/* the two header bytes say nothing of anybody */
	g_byte_array_append(out, bytes, (guint)MIN(n_bytes, KN_NOTIFICATION_HEADER_BYTES));
	if (status != KN_FRAME_OK) {
		append_blank(redact, out, n_bytes - out->len);
		return g_byte_array_free_to_bytes(out);
	}
	while ((status = kn_frame_next(&reader, &body, &n_body)) == KN_FRAME_OK) {
		guint8 redacted[KN_RECORD_ACCEPTED_BYTES];
		gsize n = reader.kind == KN_FRAME_REPLY
				  ? redact_reply(redact, body, n_body, redacted, sizeof redacted)
				  : redact_record(redact, body, n_body, redacted, sizeof redacted);
		if (n > 0 && n <= KN_RECORD_BYTES_MAX)
			append_sealed(out, redacted, n);
		else
			append_blank(redact, out, n_body);
	}
	/* the rest was refused, and is again */
	if (status != KN_FRAME_END && out->len < n_bytes)
		append_blank(redact, out, n_bytes - out->len);
	return g_byte_array_free_to_bytes(out);
}
