/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What rescue.c (when to help) and rescue-steps.c (how) share; nobody else includes it. */

#include "radio/pair.h"

enum {
	WATCHES_MAX = 2 * KN_TREE_ADAPTERS_MAX,
	WEAK_DBM = -85, /* a Connect that fails at this signal says nothing about the adapter */
	NAME_MAX_CHARS = 15,
	POWER_TRIES = 3, /* to switch an adapter on again, before stronger steps are taken */
	RESCAN = 1 << KN_LADDER_RESCAN,
	RECONNECT = 1 << KN_LADDER_RECONNECT,
	POWER = 1 << KN_LADDER_POWER,
	RESTART = 1 << KN_LADDER_RESTART,
};

struct KnRescue {
	KnRadio *radio; /* borrowed: owns us */
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book;
	GHashTable *watches; /* owned: key → KnWatch */
	KnLadder daemon;     /* of bluetoothd */
	gboolean is_mute;    /* bluetoothd: to be looked at */
	guint allowed;       /* of 1 << KnLadderStep */
	gchar *off_path;     /* owned: of an adapter that we have switched off; NULL none */
	guint n_power_tries;
	guint power_id;
};

/* Tells the radio's owner. path: of an adapter, NULL of bluetoothd; words follow its name. */
void kn_rescue_tell(KnRescue *rescue, const gchar *path, KnLadderStep step, const gchar *words);
/* Does it and tells it; seat: of the adapter, NULL of bluetoothd. */
void kn_rescue_carry_out(KnRescue *rescue, const gchar *path, KnSeat *seat, const KnLadder *ladder,
			 KnLadderStep step);
