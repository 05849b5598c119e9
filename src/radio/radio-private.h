/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What radio.c (the port) and round.c (who may do what on which adapter) share; nobody else includes it. */

#include "radio/peer.h"
#include "radio/scan.h"

typedef struct KnPair KnPair;

enum { KN_RADIO_PEERS_MAX = KN_DRAIN_STREAMS_MAX };

struct KnRadio {
	KnPeerHost host;
	KnRadioState state;
	GHashTable *peers;         /* owned: address → KnPeer */
	GHashTable *scans;         /* owned: adapter path → KnScan */
	KnPair *pair;              /* owned: the last one, over or not; NULL none */
	GCancellable *cancellable; /* owned: of calls that belong to no device any more */
	gint64 scan_until_us;      /* monotonic: somebody asked to listen; 0 nobody */
	guint round_id;            /* a round is due */
	guint timer_id;            /* the next round by time */
};

/* Soon, once, however often it is asked for: steps every device, gives adapters to those that wait, starts and stops scans. */
void kn_radio_kick(gpointer radio);
void kn_radio_listen(gpointer radio, const gchar *adapter);
