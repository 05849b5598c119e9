/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What one device sent, as a file: text, a line an entry, so that it can be read, cut and compared. tests/golden/README.md is the
 * format for people. Pure: bytes in, values out; a file from outside is refused by line number and never trusted.
 */

#include "telemetry.pb.h"
#include <glib.h>

enum {
	KN_CAPTURE_LINE_BYTES_MAX = 2048, /* the longest line is a packet of 512 bytes in hex */
	KN_CAPTURE_ENTRIES_MAX = 4 * 1000 * 1000, /* two days of one device at 25 notifications/s */
};
#define KN_CAPTURE_T_MAX_US (G_GUINT64_CONSTANT(1) << 50) /* 35 years */

typedef enum {
	KN_ENTRY_CLOCK,        /* the hub's clock from here on: utc_us, quality */
	KN_ENTRY_UP,           /* the link is up: bytes is INFO */
	KN_ENTRY_NOTIFICATION, /* bytes as they came */
	KN_ENTRY_DOWN,         /* the link has ended: text is why */
} KnEntryKind;

typedef struct {
	KnEntryKind kind;
	guint64 t_us;  /* since the capture began; never less than the entry before */
	GBytes *bytes; /* owned; NULL for CLOCK and DOWN */
	gchar *text;   /* owned; NULL but for DOWN */
	gint64 utc_us; /* CLOCK: at t_us */
	ktp_ClockQuality quality;
} KnCaptureEntry;

typedef struct {
	GHashTable *header; /* owned: key to value, both cleaned text */
	GArray *entries; /* owned: KnCaptureEntry, in order; begins with CLOCK; UP and DOWN alternate */
	gboolean is_whole; /* FALSE: the end is missing, the file was cut; what is there is right */
} KnCapture;

#define KN_CAPTURE_ERROR (kn_capture_error_quark())
typedef enum {
	KN_CAPTURE_ERROR_SYNTAX = 1, /* a line that is none of a capture's */
	KN_CAPTURE_ERROR_RANGE,      /* a value or an order that cannot be */
	KN_CAPTURE_ERROR_DAMAGED,    /* the count or the sum at the end is wrong */
} KnCaptureError;
GQuark kn_capture_error_quark(void);

/* text needs no zero at its end. Errors name the line. */
KnCapture *kn_capture_parse(const gchar *text, gsize n_bytes, GError **error);
void kn_capture_free(KnCapture *capture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnCapture, kn_capture_free)
const gchar *kn_capture_get(const KnCapture *capture, const gchar *key); /* "" when absent */

/* Writing: each appends one line. Texts are cleaned. */
void kn_capture_append_header(GString *text, const gchar *key, const gchar *value);
void kn_capture_append_clock(GString *text, guint64 t_us, gint64 utc_us, ktp_ClockQuality quality);
void kn_capture_append_bytes(GString *text, KnEntryKind kind, guint64 t_us, const guint8 *bytes,
			     gsize n_bytes);
void kn_capture_append_down(GString *text, guint64 t_us, const gchar *reason);
/* The last line: how many bytes stand before it, and their CRC-32. */
void kn_capture_append_end(GString *text, guint64 n_bytes, guint32 crc32);
