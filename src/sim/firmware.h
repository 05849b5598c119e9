/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The firmware of a massager, as proto/README.md asks for it: a flash log, the conversation over CONTROL and DATA, nothing else.
 * Pure: time is an argument (now_us, CLOCK_BOOTTIME of the machine it runs on; the device's ticks count from its own boot), and
 * what is to be sent is asked for, one notification at a time.
 */

#include "core/wire/frame.h"
#include "sim/flash.h"
#include "telemetry.pb.h"

enum {
	KN_FIRMWARE_FETCHES_MAX = 2,    /* ranges outstanding; one more is answered BUSY */
	KN_FIRMWARE_FETCH_RECORDS = 64, /* records in a range; more is answered RANGE */
	KN_FIRMWARE_LIVE_BEHIND_MAX =
		64, /* live records waiting for a slow link; older ones are left to Fetch */
};

typedef struct {
	guint64 oldest_seq;
	guint64 newest_seq;
	guint64 trimmed_to_seq;
	guint64 log_id;
	guint64 owner_hub_id;
	guint64 t_ms;
	guint32 boot;
	gboolean is_live;
	gboolean is_in_use;
	gboolean is_clock_set;
	guint n_fetches_open;
	guint64 n_fetches;         /* accepted */
	guint64 n_records_fetched; /* sent as history */
	guint64 n_trims;           /* accepted */
	guint64 n_live_skipped;    /* not sent live because the link was too slow */
	guint64 identify_until_ms; /* 0: not asked */
} KnFirmwareStatus;

typedef struct KnFirmware KnFirmware;

/* info: copied. boot_us: the instant of now_us's clock at which this boot began; may be negative. */
KnFirmware *kn_firmware_new(const ktp_Info *info, gsize flash_bytes, guint64 seed, guint32 boot,
			    gint64 boot_us);
void kn_firmware_free(KnFirmware *firmware);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnFirmware, kn_firmware_free)

const ktp_Info *kn_firmware_info(const KnFirmware *firmware);
const KnFlash *kn_firmware_flash(const KnFirmware *firmware);
/* tick of the newest record of this boot; 0 none */
guint64 kn_firmware_last_t_ms(const KnFirmware *firmware);
guint64 kn_firmware_t_ms(const KnFirmware *firmware, gint64 now_us);
void kn_firmware_get_status(const KnFirmware *firmware, gint64 now_us,
			    KnFirmwareStatus *ret_status);

/* Every record is banked before it can be notified. record: t_ms and body are set; seq and boot are filled in here. FALSE when
 * it does not fit into a notification: nothing was banked. */
gboolean kn_firmware_bank(KnFirmware *firmware, ktp_Record *record);
/* Banks bytes as they are as the next record: what a broken device would do. FALSE when empty or too long. */
gboolean kn_firmware_bank_bytes(KnFirmware *firmware, const guint8 *bytes, gsize n_bytes);

/* A write to CONTROL. What it asks for comes out of kn_firmware_next. Bytes that are no Control message are answered
 * Error{UNSPECIFIED, UNSUPPORTED}. */
void kn_firmware_control(KnFirmware *firmware, gint64 now_us, const guint8 *bytes, gsize n_bytes);
/* The next notification to send: live first, then replies, then history. Returns its length, 0 when there is nothing to say. */
gsize kn_firmware_next(KnFirmware *firmware, gint64 now_us,
		       guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX]);
/* What the link knows is forgotten: live is off, ranges and replies are dropped. Called at every new link. */
void kn_firmware_link_reset(KnFirmware *firmware);

/* A new, empty log: new log_id, seq from 1. */
void kn_firmware_format(KnFirmware *firmware);
/* boot + 1, ticks from 0, clock unknown. */
void kn_firmware_reboot(KnFirmware *firmware, gint64 now_us);
/* The ticks of this boot are moved on, as if so much time had passed unseen. */
void kn_firmware_skip_time(KnFirmware *firmware, guint64 skipped_ms);
void kn_firmware_set_owner(KnFirmware *firmware, guint64 hub_id);
void kn_firmware_set_in_use(KnFirmware *firmware, gboolean is_in_use);
void kn_firmware_set_charge(KnFirmware *firmware, guint charge_permille);
guint kn_firmware_charge_permille(const KnFirmware *firmware);

/* ---- faults, for tests ---- */
void kn_firmware_hold_fetch(KnFirmware *firmware,
			    gboolean is_held); /* ranges are accepted and never answered */
void kn_firmware_overwrite_oldest(KnFirmware *firmware, guint64 n_records);
gboolean kn_firmware_replace(KnFirmware *firmware, guint64 seq, const guint8 *bytes,
			     gsize n_bytes); /* same length */
void kn_firmware_spoil(KnFirmware *firmware,
		       guint64 seq); /* its CRC is wrong in every transmission */
/* The newest record is sent live once more. */
void kn_firmware_repeat_live(KnFirmware *firmware);
void kn_firmware_ignore_clock(KnFirmware *firmware,
			      gboolean is_ignored); /* SetClock is accepted and changes nothing */
void kn_firmware_set_protocol(KnFirmware *firmware, guint protocol); /* as INFO tells it */

/* splitmix64: the next number of a seeded sequence */
guint64 kn_firmware_random(guint64 *state);
