/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* What radio.c (the port) and round.c (who may do what on which adapter) share; nobody else includes it. */

#include "radio/peer.h"
#include "radio/rescue.h"
#include "radio/scan.h"

typedef struct KnPair KnPair;

enum { KN_RADIO_PEERS_MAX = KN_DRAIN_STREAMS_MAX };

/* what is kept of one adapter while it is there */
struct KnSeat {
	const gchar *path; /* borrowed: the key */
	KnScan *scan;      /* owned */
	KnWatch *watch;    /* borrowed: outlives the seat */
	KnTurns turns;
};

struct KnRadio {
	KnPeerHost host;
	KnRadioState state;
	GHashTable *peers;         /* owned: address → KnPeer */
	GHashTable *seats;         /* owned: adapter path → KnSeat */
	KnPair *pair;              /* owned: the last one, over or not; NULL none */
	gchar *leaving;            /* owned: whose link a failed pairing leaves behind; NULL none */
	gint64 leaving_until_us;   /* monotonic */
	KnRescue *rescue;          /* owned */
	GCancellable *cancellable; /* owned: of calls that belong to no device any more */
	gint64 scan_until_us;      /* monotonic: somebody asked to listen; 0 nobody */
	guint round_id;            /* a round is due */
	guint timer_id;            /* the next round by time */
};

/* Soon, once, however often it is asked for: steps every device, gives adapters to those that wait, starts and stops scans. */
void kn_radio_kick(gpointer radio);
void kn_radio_listen(gpointer radio, const gchar *adapter);

/* It is bonded here, and as far as is known no longer there; not while it streams. */
gboolean kn_radio_is_bond_stale(const KnRadio *radio, const gchar *address);

/* turns.c: what core/link/turns.h is told of an adapter */
/* ours on it; links, peers and view are filled, and valid until anything is called that may change them */
typedef struct {
	const KnLink *links[KN_RADIO_PEERS_MAX];
	KnPeer *peers[KN_RADIO_PEERS_MAX];
	KnTurnView view;
} KnParty;
void kn_radio_gather(const KnRadio *radio, const gchar *adapter, KnParty *ret_party);
void kn_radio_no_slot(gpointer radio, const gchar *adapter);
/* as KnPeerHost's tried */
void kn_radio_tried(gpointer radio, KnPeer *peer, const gchar *adapter, gboolean is_linked);
/* anybody's links of the adapter, as far as they are known here */
guint kn_radio_count_links(const KnRadio *radio, const gchar *adapter);
/* Of ours, for a link of the adapter. */
guint kn_radio_count_waiting(const KnRadio *radio, const gchar *adapter);
gboolean kn_peer_is_on(const KnPeer *peer, const gchar *adapter);
/* adapters.c: what a device's adapter (NULL: not known) adds to what is told of it */
void kn_radio_fill_link(const KnRadio *radio, const KnSeat *seat, KnLinkStatus *status);
/* Of those that wait for a link of the adapter: 1 the next; 0 it does not wait. */
guint kn_radio_place_in_line(const KnRadio *radio, const KnPeer *peer, KnSeat **ret_seat);
