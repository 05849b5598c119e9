/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/crc32.h"
#include "core/wire/encode.h"
#include "sim/firmware-private.h"

#include <string.h>

guint64
kn_firmware_random(guint64 *state)
{
	guint64 z = (*state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

KnFirmware *
kn_firmware_new(const ktp_Info *info, gsize flash_bytes, guint64 seed, guint32 boot, gint64 boot_us)
{
	KnFirmware *firmware = g_new0(KnFirmware, 1);

	firmware->info = *info;
	firmware->flash = kn_flash_new(flash_bytes);
	firmware->random = seed;
	firmware->boot = boot;
	firmware->boot_us = boot_us;
	firmware->charge_permille = 1000;
	firmware->spoiled = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	firmware->replies = g_queue_new();
	kn_firmware_format(firmware);
	return firmware;
}

void
kn_firmware_free(KnFirmware *firmware)
{
	if (firmware == NULL)
		return;
	kn_flash_free(firmware->flash);
	g_hash_table_unref(firmware->spoiled);
	g_queue_free_full(firmware->replies, g_free);
	g_free(firmware);
}

const ktp_Info *
kn_firmware_info(const KnFirmware *firmware)
{
	return &firmware->info;
}

const KnFlash *
kn_firmware_flash(const KnFirmware *firmware)
{
	return firmware->flash;
}

guint64
kn_firmware_last_t_ms(const KnFirmware *firmware)
{
	return firmware->last_t_ms;
}

guint64
kn_firmware_t_ms(const KnFirmware *firmware, gint64 now_us)
{
	return now_us > firmware->boot_us ? (guint64)(now_us - firmware->boot_us) / 1000 : 0;
}

void
kn_firmware_get_status(const KnFirmware *firmware, gint64 now_us, KnFirmwareStatus *ret_status)
{
	*ret_status = (KnFirmwareStatus){
		.oldest_seq = kn_flash_oldest_seq(firmware->flash),
		.newest_seq = kn_flash_newest_seq(firmware->flash),
		.trimmed_to_seq = firmware->trimmed_to_seq,
		.log_id = firmware->log_id,
		.owner_hub_id = firmware->owner_hub_id,
		.t_ms = kn_firmware_t_ms(firmware, now_us),
		.boot = firmware->boot,
		.is_live = firmware->is_live,
		.is_in_use = firmware->is_in_use,
		.is_clock_set = firmware->clock_quality != ktp_CLOCK_UNKNOWN,
		.n_fetches_open = firmware->n_ranges,
		.n_fetches = firmware->n_fetches,
		.n_records_fetched = firmware->n_records_fetched,
		.n_trims = firmware->n_trims,
		.n_live_skipped = firmware->n_live_skipped,
		.identify_until_ms = firmware->identify_until_ms,
	};
}

/* ---- the log ---- */

gboolean
kn_firmware_bank_bytes(KnFirmware *firmware, const guint8 *bytes, gsize n_bytes)
{
	guint8 frame[KN_RECORD_BYTES_MAX + KN_FRAME_OVERHEAD_BYTES];
	gsize n_frame = kn_frame_seal(bytes, n_bytes, frame, sizeof frame);
	guint64 seq;

	return n_frame > 0 && kn_flash_append(firmware->flash, frame, n_frame, &seq);
}

gboolean
kn_firmware_bank(KnFirmware *firmware, ktp_Record *record)
{
	guint8 bytes[KN_RECORD_BYTES_MAX];
	gsize n_bytes;

	record->seq = kn_flash_newest_seq(firmware->flash) + 1;
	record->boot = firmware->boot;
	n_bytes = kn_encode_record(record, bytes, sizeof bytes);
	if (n_bytes == 0 || !kn_firmware_bank_bytes(firmware, bytes, n_bytes))
		return FALSE;
	firmware->last_t_ms = MAX(firmware->last_t_ms, record->t_ms);
	return TRUE;
}

void
kn_firmware_format(KnFirmware *firmware)
{
	kn_flash_format(firmware->flash, 1);
	do {
		firmware->log_id = kn_firmware_random(&firmware->random);
	} while (firmware->log_id == 0);
	firmware->trimmed_to_seq = 0;
	firmware->live_next_seq = 1;
	firmware->n_ranges = 0;
	g_hash_table_remove_all(firmware->spoiled);
}

void
kn_firmware_reboot(KnFirmware *firmware, gint64 now_us)
{
	firmware->boot++;
	firmware->boot_us = now_us;
	firmware->last_t_ms = 0;
	firmware->clock_quality = ktp_CLOCK_UNKNOWN;
	firmware->clock_offset_us = 0;
	firmware->identify_until_ms = 0;
	firmware->is_in_use = FALSE;
	kn_firmware_link_reset(firmware);
}

void
kn_firmware_skip_time(KnFirmware *firmware, guint64 skipped_ms)
{
	firmware->boot_us -= (gint64)skipped_ms * 1000;
	firmware->clock_offset_us -= (gint64)skipped_ms * 1000;
}

void
kn_firmware_set_owner(KnFirmware *firmware, guint64 hub_id)
{
	firmware->owner_hub_id = hub_id;
}

void
kn_firmware_set_in_use(KnFirmware *firmware, gboolean is_in_use)
{
	firmware->is_in_use = is_in_use;
}

void
kn_firmware_set_charge(KnFirmware *firmware, guint charge_permille)
{
	firmware->charge_permille = MIN(charge_permille, 1000);
}

guint
kn_firmware_charge_permille(const KnFirmware *firmware)
{
	return firmware->charge_permille;
}

/* ---- sending ---- */

void
kn_firmware_link_reset(KnFirmware *firmware)
{
	ktp_Reply *reply;

	while ((reply = g_queue_pop_head(firmware->replies)) != NULL)
		g_free(reply);
	firmware->counter = 0;
	firmware->is_live = FALSE;
	firmware->n_ranges = 0;
}

void
kn_firmware_reply(KnFirmware *firmware, const ktp_Reply *reply)
{
	/* a hub that asks without reading gets no answer in the end, never all of our memory */
	if (g_queue_get_length(firmware->replies) < KN_FIRMWARE_REPLIES_MAX)
		g_queue_push_tail(firmware->replies, g_memdup2(reply, sizeof *reply));
}

static gboolean
is_frame_sound(const guint8 *frame, gsize n_frame)
{
	guint32 sum = kn_crc32(frame, n_frame - 4);

	return frame[n_frame - 4] == (sum & 0xff) && frame[n_frame - 3] == (sum >> 8 & 0xff) &&
	       frame[n_frame - 2] == (sum >> 16 & 0xff) && frame[n_frame - 1] == sum >> 24;
}

/* Appends frames *seq … to_seq as long as they fit; moves *seq past what was looked at. A frame whose CRC is wrong goes alone: the
 * reader trusts nothing behind it, so it would hide its neighbours. Returns how many records were appended. */
static guint
pack_frames(KnFirmware *firmware, guint64 *seq, guint64 to_seq, guint8 *bytes, gsize *n_bytes)
{
	guint n_packed = 0;

	for (; *seq <= to_seq; (*seq)++) {
		gsize n_frame;
		const guint8 *frame = kn_flash_read(firmware->flash, *seq, &n_frame);
		gboolean is_bad;
		if (frame == NULL)
			continue;
		is_bad = !is_frame_sound(frame, n_frame) ||
			 g_hash_table_contains(firmware->spoiled, seq);
		if (*n_bytes + n_frame > KN_NOTIFICATION_BYTES_MAX || (is_bad && n_packed > 0))
			return n_packed;
		memcpy(bytes + *n_bytes, frame, n_frame);
		*n_bytes += n_frame;
		n_packed++;
		if (!is_bad)
			continue;
		if (g_hash_table_contains(firmware->spoiled, seq))
			bytes[*n_bytes - 1] ^= 0x40;
		(*seq)++;
		return n_packed;
	}
	return n_packed;
}

static gsize
next_live(KnFirmware *firmware, guint8 *bytes)
{
	guint64 newest = kn_flash_newest_seq(firmware->flash);
	gsize n_bytes = KN_NOTIFICATION_HEADER_BYTES;

	if (!firmware->is_live || firmware->live_next_seq > newest)
		return 0;
	if (newest - firmware->live_next_seq >= KN_FIRMWARE_LIVE_BEHIND_MAX) {
		guint64 first = newest - KN_FIRMWARE_LIVE_BEHIND_MAX + 1;
		firmware->n_live_skipped += first - firmware->live_next_seq;
		firmware->live_next_seq = first;
	}
	if (pack_frames(firmware, &firmware->live_next_seq, newest, bytes, &n_bytes) == 0)
		return 0;
	kn_frame_write_header(bytes, firmware->counter++, KN_FRAME_LIVE);
	return n_bytes;
}

static gsize
next_reply(KnFirmware *firmware, guint8 *bytes)
{
	g_autofree ktp_Reply *reply = g_queue_pop_head(firmware->replies);
	guint8 body[KN_RECORD_BYTES_MAX];
	gsize n_body;
	gsize n_frame;

	if (reply == NULL)
		return 0;
	n_body = kn_encode_reply(reply, body, sizeof body);
	n_frame = kn_frame_seal(body, n_body, bytes + KN_NOTIFICATION_HEADER_BYTES,
				KN_NOTIFICATION_BYTES_MAX - KN_NOTIFICATION_HEADER_BYTES);
	if (n_frame == 0)
		return 0;
	kn_frame_write_header(bytes, firmware->counter++, KN_FRAME_REPLY);
	return KN_NOTIFICATION_HEADER_BYTES + n_frame;
}

/* a finished range becomes a reply, so that FetchDone comes after the records it speaks of */
static void
finish_range(KnFirmware *firmware)
{
	const KnFirmwareRange *range = &firmware->ranges[0];
	ktp_Reply reply = {.which_body = ktp_Reply_fetch_done_tag};

	reply.body.fetch_done.from_seq = range->from_seq;
	reply.body.fetch_done.to_seq = range->to_seq;
	reply.body.fetch_done.sent = range->n_sent;
	kn_firmware_reply(firmware, &reply);
	firmware->n_ranges--;
	memmove(&firmware->ranges[0], &firmware->ranges[1],
		firmware->n_ranges * sizeof firmware->ranges[0]);
}

static gsize
next_history(KnFirmware *firmware, guint8 *bytes)
{
	KnFirmwareRange *range = &firmware->ranges[0];
	guint64 newest = kn_flash_newest_seq(firmware->flash);
	gsize n_bytes = KN_NOTIFICATION_HEADER_BYTES;
	guint n_packed;

	if (firmware->n_ranges == 0)
		return 0;
	range->next_seq = MAX(range->next_seq, kn_flash_oldest_seq(firmware->flash));
	n_packed = pack_frames(firmware, &range->next_seq, MIN(range->to_seq, newest), bytes,
			       &n_bytes);
	if (n_packed == 0) {
		finish_range(firmware);
		return next_reply(firmware, bytes);
	}
	range->n_sent += n_packed;
	firmware->n_records_fetched += n_packed;
	kn_frame_write_header(bytes, firmware->counter++, KN_FRAME_HISTORY);
	return n_bytes;
}

gsize
kn_firmware_next(KnFirmware *firmware, gint64 now_us, guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX])
{
	gsize n_bytes = next_live(firmware, ret_bytes);

	if (n_bytes == 0)
		n_bytes = next_reply(firmware, ret_bytes);
	if (n_bytes == 0)
		n_bytes = next_history(firmware, ret_bytes);
	return n_bytes;
}

/* ---- faults ---- */

void
kn_firmware_hold_fetch(KnFirmware *firmware, gboolean is_held)
{
	if (is_held)
		firmware->n_ranges = 0;
	firmware->is_held = is_held;
}

void
kn_firmware_overwrite_oldest(KnFirmware *firmware, guint64 n_records)
{
	kn_flash_drop_oldest(firmware->flash, n_records);
}

gboolean
kn_firmware_replace(KnFirmware *firmware, guint64 seq, const guint8 *bytes, gsize n_bytes)
{
	guint8 frame[KN_RECORD_BYTES_MAX + KN_FRAME_OVERHEAD_BYTES];
	gsize n_frame = kn_frame_seal(bytes, n_bytes, frame, sizeof frame);

	return n_frame > 0 && kn_flash_replace(firmware->flash, seq, frame, n_frame);
}

void
kn_firmware_spoil(KnFirmware *firmware, guint64 seq)
{
	g_hash_table_add(firmware->spoiled, g_memdup2(&seq, sizeof seq));
}

void
kn_firmware_repeat_live(KnFirmware *firmware)
{
	guint64 newest = kn_flash_newest_seq(firmware->flash);

	if (newest > 0)
		firmware->live_next_seq = MIN(firmware->live_next_seq, newest);
}

void
kn_firmware_ignore_clock(KnFirmware *firmware, gboolean is_ignored)
{
	firmware->is_clock_ignored = is_ignored;
	firmware->clock_quality = ktp_CLOCK_UNKNOWN;
}

void
kn_firmware_set_protocol(KnFirmware *firmware, guint protocol)
{
	firmware->info.protocol = protocol;
}
