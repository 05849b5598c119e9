/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What rescue.c (when to help), rescue-steps.c (how) and rescue-power.c (off and on) share; nobody else includes it. */

#include "radio/pair.h"

enum {
	WATCHES_MAX = 2 * KN_TREE_ADAPTERS_MAX,
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
	/* of an adapter that we have switched off and not seen on since */
	gchar *off_key;     /* owned: as KnWatch's; NULL none */
	gchar *memory_path; /* owned: the file that remembers it when we die; NULL nothing does */
	gboolean is_switching;
	guint n_power_tries;
	guint power_id; /* until it is switched on; 0 none */
};

/* The adapter's address, or its path if it told none; borrowed. */
const gchar *kn_rescue_key(const KnTreeAdapter *adapter);

/* Off, and on again after a moment. */
void kn_rescue_power_cycle(KnRescue *rescue, const gchar *path);
/* At the start: what was switched off before it. */
void kn_rescue_power_recall(KnRescue *rescue);
/* In each round: what is off, and nobody is switching on, is switched on. Path of the one that is still to come on; NULL none, or it is not there. */
const gchar *kn_rescue_power_mind(KnRescue *rescue);

/* Tells the radio's owner. path: of an adapter, NULL of bluetoothd; words follow its name. */
void kn_rescue_tell(KnRescue *rescue, const gchar *path, KnLadderStep step, const gchar *words);
/* Of any massager on this adapter (NULL: any); has_told: one that sends, not merely one that is connected. */
gboolean kn_rescue_has_link(const KnRadio *radio, const gchar *adapter, gboolean has_told);
/* Does it and tells it; seat: of the adapter, NULL of bluetoothd. */
void kn_rescue_carry_out(KnRescue *rescue, const gchar *path, KnSeat *seat, const KnLadder *ladder,
			 KnLadderStep step);
