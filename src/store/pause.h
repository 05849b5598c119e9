/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* While a backup is read nothing may be written. How long that may take is bounded twice: a reader that stalls, and one that is slow, lose
 * it, and writing goes on. Times are monotonic us. */

#include <glib.h>

enum {
	KN_PAUSE_STALL_S = 10,
	KN_PAUSE_MAX_S =
		900, /* massagers bank for hours; a gigabyte in this time is slower than any card */
};

typedef struct {
	gint64 stall_us; /* 0: nothing is paused */
	gint64 end_us;
} KnPause;

void kn_pause_begin(KnPause *pause, gint64 now_us);
void kn_pause_end(KnPause *pause);
gboolean kn_pause_is_on(const KnPause *pause);
/* The reader has asked for more. */
void kn_pause_touch(KnPause *pause, gint64 now_us);
/* 0: its time is over; -1: nothing is paused. */
gint64 kn_pause_left_us(const KnPause *pause, gint64 now_us);
