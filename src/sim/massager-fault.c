/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/massager-private.h"

#include <string.h>

/* the body inside a sealed frame */
static GBytes *
body_of(const guint8 *frame, gsize n_frame)
{
	gsize head = frame[0] & 0x80 ? 2 : 1;

	return g_bytes_new(frame + head, n_frame - head - 4);
}

/* Same length, same key, but a body that is no protobuf: bytes of 0xff in a field that should be a SampleBlock. */
static void
garble(KnMassager *massager, guint64 seq)
{
	gsize n_frame;
	const guint8 *frame = kn_flash_read(kn_massager_flash(massager), seq, &n_frame);
	g_autoptr(GBytes) body = frame != NULL ? body_of(frame, n_frame) : NULL;
	guint8 bytes[KN_RECORD_BYTES_MAX];
	gsize n_bytes;
	gsize at = 0;

	if (body == NULL)
		return;
	n_bytes = g_bytes_get_size(body);
	memcpy(bytes, g_bytes_get_data(body, NULL), n_bytes);
	/* seq, boot and t_ms are varint fields 1, 2 and 3 */
	while (at < n_bytes && (bytes[at] == 0x08 || bytes[at] == 0x10 || bytes[at] == 0x18)) {
		do {
			at++;
		} while (at < n_bytes && bytes[at] & 0x80);
		at++;
	}
	if (at + 2 > n_bytes)
		return;
	memset(bytes + at, 0xff, n_bytes - at);
	bytes[at] = 0x42;
	if (n_bytes - at - 2 < 128) {
		bytes[at + 1] = (guint8)(n_bytes - at - 2);
	} else {
		bytes[at + 1] = (guint8)((n_bytes - at - 3) | 0x80);
		bytes[at + 2] = (guint8)((n_bytes - at - 3) >> 7);
	}
	if (!kn_firmware_replace(massager->firmware, seq, bytes, n_bytes))
		g_warning("record %" G_GUINT64_FORMAT " could not be garbled", seq);
}

void
kn_massager_note_banked(KnMassager *massager)
{
	KnFirmwareStatus status;

	kn_firmware_get_status(massager->firmware, 0, &status);
	if (status.log_id != massager->truth_log_id) {
		massager->truth_log_id = status.log_id;
		massager->truth_seq = 0;
	}
	while (massager->truth_seq < status.newest_seq) {
		guint64 seq = ++massager->truth_seq;
		gsize n_frame;
		const guint8 *frame;
		if (g_hash_table_contains(massager->garbled, &seq))
			garble(massager, seq);
		frame = kn_flash_read(kn_massager_flash(massager), seq, &n_frame);
		if (frame != NULL)
			g_ptr_array_add(massager->truth, body_of(frame, n_frame));
	}
}

/* the newest entries of truth are those of this log, one a seq */
static void
rewrite_truth(KnMassager *massager, guint64 seq)
{
	gsize n_frame;
	const guint8 *frame = kn_flash_read(kn_massager_flash(massager), seq, &n_frame);
	guint64 from_end = massager->truth_seq - seq + 1;

	if (frame == NULL || from_end > massager->truth->len)
		return;
	g_bytes_unref(massager->truth->pdata[massager->truth->len - from_end]);
	massager->truth->pdata[massager->truth->len - from_end] = body_of(frame, n_frame);
}

void
kn_massager_drop_live(KnMassager *massager, guint n_notifications)
{
	massager->n_drop_live = n_notifications;
}

void
kn_massager_hold_fetch(KnMassager *massager, gboolean is_held)
{
	kn_firmware_hold_fetch(massager->firmware, is_held);
}

void
kn_massager_spoil(KnMassager *massager, guint64 seq)
{
	kn_firmware_spoil(massager->firmware, seq);
}

gboolean
kn_massager_garble(KnMassager *massager, guint64 seq)
{
	const KnFlash *flash = kn_massager_flash(massager);

	if (seq < kn_flash_oldest_seq(flash))
		return FALSE;
	g_hash_table_add(massager->garbled, g_memdup2(&seq, sizeof seq));
	if (seq > kn_flash_newest_seq(flash))
		return TRUE;
	garble(massager, seq);
	rewrite_truth(massager, seq);
	return TRUE;
}

gboolean
kn_massager_append_raw(KnMassager *massager, const guint8 *bytes, gsize n_bytes, guint64 *ret_seq)
{
	g_autoptr(GByteArray) body = g_byte_array_new();
	guint64 seq = kn_flash_newest_seq(kn_massager_flash(massager)) + 1;
	gsize at = 0;

	if (n_bytes > 0 && bytes[0] == 0x08) {
		guint8 tag = 0x08;
		while (++at < n_bytes && bytes[at] & 0x80)
			continue;
		at = MIN(at + 1, n_bytes);
		g_byte_array_append(body, &tag, 1);
		for (guint64 left = seq; left > 0; left >>= 7) {
			guint8 byte = (guint8)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
			g_byte_array_append(body, &byte, 1);
		}
	}
	g_byte_array_append(body, bytes + at, (guint)(n_bytes - at));
	if (!kn_firmware_bank_bytes(massager->firmware, body->data, body->len))
		return FALSE;
	kn_massager_note_banked(massager);
	*ret_seq = seq;
	return TRUE;
}

void
kn_massager_overwrite_oldest(KnMassager *massager, guint64 n_records)
{
	kn_firmware_overwrite_oldest(massager->firmware, n_records);
}

void
kn_massager_format(KnMassager *massager)
{
	kn_firmware_format(massager->firmware);
	g_hash_table_remove_all(massager->garbled);
	kn_massager_note_banked(massager);
}

void
kn_massager_reboot(KnMassager *massager, gint64 now_us)
{
	g_clear_pointer(&massager->recorder, kn_recorder_free);
	massager->live_since_us = 0;
	kn_firmware_reboot(massager->firmware, now_us);
}

void
kn_massager_set_owner(KnMassager *massager, guint64 hub_id)
{
	kn_firmware_set_owner(massager->firmware, hub_id);
}

void
kn_massager_flood(KnMassager *massager, guint per_s)
{
	massager->flood_per_s = per_s;
	massager->flood_us = 0;
}

void
kn_massager_send_malformed(KnMassager *massager, guint n_notifications, KnSpoil how)
{
	massager->n_malformed = n_notifications;
	massager->spoil = how;
}

void
kn_massager_ignore_clock(KnMassager *massager, gboolean is_ignored)
{
	kn_firmware_ignore_clock(massager->firmware, is_ignored);
}

void
kn_massager_set_protocol(KnMassager *massager, guint protocol)
{
	kn_firmware_set_protocol(massager->firmware, protocol);
}

static void
spoil(guint8 *bytes, gsize n_bytes, KnSpoil how)
{
	switch (how) {
	case KN_SPOIL_HEADER:
		bytes[1] |= 0x0f;
		return;
	case KN_SPOIL_LENGTH:
		bytes[KN_NOTIFICATION_HEADER_BYTES] = 0;
		return;
	case KN_SPOIL_CRC:
		bytes[n_bytes - 1] ^= 0x40;
		return;
	}
}

gsize
kn_massager_next_fault(KnMassager *massager, gint64 now_us,
		       guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX])
{
	KnFirmwareStatus status;
	gsize n_bytes;

	kn_firmware_get_status(massager->firmware, now_us, &status);
	if (!status.is_live || status.newest_seq == 0)
		return 0;
	if (massager->n_malformed > 0) {
		massager->n_malformed--;
		kn_firmware_repeat_live(massager->firmware);
		n_bytes = kn_firmware_next(massager->firmware, now_us, ret_bytes);
		spoil(ret_bytes, n_bytes, massager->spoil);
		return n_bytes;
	}
	/* a tenth of a second is made up, no more */
	massager->flood_us = MAX(massager->flood_us, now_us - G_USEC_PER_SEC / 10);
	if (massager->flood_per_s == 0 || massager->flood_us > now_us)
		return 0;
	massager->flood_us += G_USEC_PER_SEC / massager->flood_per_s;
	kn_firmware_repeat_live(massager->firmware);
	return kn_firmware_next(massager->firmware, now_us, ret_bytes);
}

const GPtrArray *
kn_massager_truth(const KnMassager *massager)
{
	return massager->truth;
}
