/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The insides of the firmware, shared by firmware.c (log and sending) and firmware-control.c (operations). */

#include "sim/firmware.h"

enum { KN_FIRMWARE_REPLIES_MAX = 16 };

typedef struct {
	guint64 from_seq;
	guint64 to_seq;
	guint64 next_seq;
	guint32 n_sent;
} KnFirmwareRange;

struct KnFirmware {
	ktp_Info info;
	KnFlash *flash; /* owned */
	guint64 random;
	guint64 log_id;
	guint64 owner_hub_id;
	guint64 trimmed_to_seq;
	guint32 boot;
	gint64 boot_us;
	guint64 last_t_ms;
	gint64 clock_offset_us; /* UTC less the ticks of this boot, in us */
	ktp_ClockQuality clock_quality;
	guint charge_permille;
	gboolean is_in_use;
	gboolean is_held;
	gboolean is_clock_ignored;
	guint64 identify_until_ms;
	GHashTable *spoiled; /* owned: set of seq (guint64 *) */

	/* of the link */
	guint8 counter;
	gboolean is_live;
	guint64 live_next_seq;
	GQueue *replies; /* owned: ktp_Reply, at most KN_FIRMWARE_REPLIES_MAX */
	KnFirmwareRange ranges[KN_FIRMWARE_FETCHES_MAX];
	guint n_ranges;

	guint64 n_fetches;
	guint64 n_records_fetched;
	guint64 n_trims;
	guint64 n_live_skipped;
};

/* Queues a copy; left out when KN_FIRMWARE_REPLIES_MAX wait already. */
void kn_firmware_reply(KnFirmware *firmware, const ktp_Reply *reply);
