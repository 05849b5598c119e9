/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* The insides of a massager, shared by massager.c (use and link) and massager-fault.c (faults and truth). */

#include "sim/massager.h"
#include "sim/recorder.h"

struct KnMassager {
	KnMassagerSpec spec;  /* strings owned */
	KnFirmware *firmware; /* owned */
	KnRecorder *recorder; /* owned; NULL: not in use */
	guint64 random;

	guint64 live_session_ms; /* planned; 0 none */
	gint64 live_since_us;    /* 0: Live is off */
	gint64 fetched_us;       /* when a history record was last sent */

	guint n_drop_live;
	guint64 n_live_dropped;
	guint flood_per_s;
	gint64 flood_us; /* when the next one is due */
	guint n_malformed;
	KnSpoil spoil;
	GHashTable *garbled; /* owned: set of seq that are to be garbled */
	GPtrArray *truth;    /* owned: GBytes */
	guint64 truth_log_id;
	guint64 truth_seq; /* the newest seq that truth has of truth_log_id */
};

/* The next notification that only a fault makes; 0: none is due. */
gsize kn_massager_next_fault(KnMassager *massager, gint64 now_us,
			     guint8 ret_bytes[KN_NOTIFICATION_BYTES_MAX]);
/* After anything that may have banked: applies the faults that wait for a seq, and writes down the truth. */
void kn_massager_note_banked(KnMassager *massager);
