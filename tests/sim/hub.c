/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "hub.h"
#include "core/wire/decode.h"
#include "core/wire/encode.h"
#include "sim/model.h"

#include <string.h>

#define NOW_US (G_GINT64_CONSTANT(10) * 1000000)

KnFirmware *
hub_make_firmware(void)
{
	ktp_Info info;

	g_assert_true(kn_model_describe("back14", "T1", &info));
	return kn_firmware_new(&info, 64 * 1024, 42, 7, 0);
}

void
hub_bank_batteries(KnFirmware *firmware, guint n)
{
	for (guint i = 0; i < n; i++) {
		ktp_Record record = {.t_ms = 1000 + i, .which_body = ktp_Record_battery_tag};
		record.body.battery.charge_permille = 500 + i % 400;
		g_assert_true(kn_firmware_bank(firmware, &record));
	}
}

KnFirmwareStatus
hub_status_of(KnFirmware *firmware)
{
	KnFirmwareStatus status;

	kn_firmware_get_status(firmware, NOW_US, &status);
	return status;
}

void
hub_control(KnFirmware *firmware, const ktp_Control *op)
{
	guint8 bytes[KN_CONTROL_BYTES_MAX];
	gsize n_bytes = kn_encode_control(op, bytes, sizeof bytes);

	kn_firmware_control(firmware, NOW_US, bytes, n_bytes);
}

void
hub_fetch(KnFirmware *firmware, guint64 log_id, guint64 from_seq, guint64 to_seq)
{
	ktp_Control op = {.which_op = ktp_Control_fetch_tag,
			  .op.fetch = {log_id, from_seq, to_seq}};

	hub_control(firmware, &op);
}

void
hub_trim(KnFirmware *firmware, guint64 log_id, guint64 to_seq, guint64 hub_id)
{
	ktp_Control op = {.which_op = ktp_Control_trim_tag, .op.trim = {log_id, to_seq, hub_id}};

	hub_control(firmware, &op);
}

void
hub_live(KnFirmware *firmware)
{
	ktp_Control op = {.which_op = ktp_Control_live_tag, .op.live = {TRUE}};

	hub_control(firmware, &op);
}

/* everything the firmware has to say, body by body */
GArray *
hub_listen_to(KnFirmware *firmware)
{
	GArray *all = g_array_new(FALSE, TRUE, sizeof(Heard));
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gsize n_bytes;

	for (guint n = 0; (n_bytes = kn_firmware_next(firmware, NOW_US, bytes)) > 0; n++) {
		KnFrameReader reader;
		const guint8 *body;
		Heard heard = {.notification = n};
		g_assert_cmpuint(n, <, 10000);
		g_assert_cmpint(kn_frame_open(&reader, bytes, n_bytes), ==, KN_FRAME_OK);
		g_assert_cmpuint(reader.version, ==, KN_FRAME_VERSION);
		heard.kind = reader.kind;
		while ((heard.status = kn_frame_next(&reader, &body, &heard.n_bytes)) !=
		       KN_FRAME_END) {
			if (heard.status == KN_FRAME_OK)
				memcpy(heard.bytes, body, heard.n_bytes);
			g_array_append_val(all, heard);
		}
	}
	return all;
}

guint64
hub_seq_of(const Heard *heard)
{
	KnRecordKey key;

	g_assert_true(kn_decode_key(heard->bytes, heard->n_bytes, &key));
	return key.seq;
}

ktp_Reply
hub_reply_of(const Heard *heard)
{
	ktp_Reply reply;

	g_assert_cmpint(heard->kind, ==, KN_FRAME_REPLY);
	g_assert_cmpint(kn_decode_reply(heard->bytes, heard->n_bytes, &reply), ==, KN_DECODE_OK);
	return reply;
}

void
hub_assert_refused(KnFirmware *firmware, ktp_Operation operation, ktp_ErrorCode code)
{
	g_autoptr(GArray) all = hub_listen_to(firmware);
	ktp_Reply reply;

	g_assert_cmpuint(all->len, ==, 1);
	reply = hub_reply_of(&g_array_index(all, Heard, 0));
	g_assert_cmpint(reply.which_body, ==, ktp_Reply_error_tag);
	g_assert_cmpint(reply.body.error.operation, ==, operation);
	g_assert_cmpint(reply.body.error.code, ==, code);
}

void
hub_assert_silent(KnFirmware *firmware)
{
	g_autoptr(GArray) all = hub_listen_to(firmware);

	g_assert_cmpuint(all->len, ==, 0);
}

void
hub_assert_fetched(KnFirmware *firmware, guint64 from_seq, guint64 to_seq, guint64 first_sent,
		   guint n_sent)
{
	g_autoptr(GArray) all = NULL;
	ktp_Reply done;

	hub_fetch(firmware, hub_status_of(firmware).log_id, from_seq, to_seq);
	all = hub_listen_to(firmware);
	g_assert_cmpuint(all->len, ==, n_sent + 1);
	for (guint i = 0; i < n_sent; i++)
		g_assert_cmpuint(hub_seq_of(&g_array_index(all, Heard, i)), ==, first_sent + i);
	done = hub_reply_of(&g_array_index(all, Heard, n_sent));
	g_assert_cmpint(done.which_body, ==, ktp_Reply_fetch_done_tag);
	g_assert_cmpuint(done.body.fetch_done.from_seq, ==, from_seq);
	g_assert_cmpuint(done.body.fetch_done.to_seq, ==, to_seq);
	g_assert_cmpuint(done.body.fetch_done.sent, ==, n_sent);
}
