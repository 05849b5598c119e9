/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A very small hub for the tests of the firmware: writes operations, and takes apart what comes back. Time stands at 10 s. */

#include "core/wire/frame.h"
#include "sim/firmware.h"
#include "telemetry.pb.h"

#define HUB_ID       G_GUINT64_CONSTANT(0x1111)
#define OTHER_HUB_ID G_GUINT64_CONSTANT(0x2222)

/* one body out of a notification */
typedef struct {
	KnFrameKind kind;
	KnFrameStatus status;
	guint notification; /* which one it came in, from 0 */
	guint8 bytes[KN_RECORD_BYTES_MAX];
	gsize n_bytes;
} Heard;

/* A back14 in its boot 7, ticks from 0, with 64 KiB of flash; free it. */
KnFirmware *hub_make_firmware(void);
/* n small records */
void hub_bank_batteries(KnFirmware *firmware, guint n);
KnFirmwareStatus hub_status_of(KnFirmware *firmware);
void hub_control(KnFirmware *firmware, const ktp_Control *op);
void hub_fetch(KnFirmware *firmware, guint64 log_id, guint64 from_seq, guint64 to_seq);
void hub_trim(KnFirmware *firmware, guint64 log_id, guint64 to_seq, guint64 hub_id);
void hub_live(KnFirmware *firmware);
/* Everything the firmware has to say, body by body: Heard. */
GArray *hub_listen_to(KnFirmware *firmware);
guint64 hub_seq_of(const Heard *heard);
ktp_Reply hub_reply_of(const Heard *heard);
/* It says Error and nothing else. */
void hub_assert_refused(KnFirmware *firmware, ktp_Operation operation, ktp_ErrorCode code);
void hub_assert_silent(KnFirmware *firmware);
/* A Fetch of the range gives n_sent records from first_sent on, then FetchDone. */
void hub_assert_fetched(KnFirmware *firmware, guint64 from_seq, guint64 to_seq, guint64 first_sent,
			guint n_sent);
