/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/* One enrolled device: gathers the facts for core/link, carries out its actions, and keeps what belongs to one link. */

#include "core/link/link.h"
#include "core/link/slots.h"
#include "radio/bluez.h"
#include "radio/drain.h"
#include "radio/radio.h"

enum {
	KN_PEER_WRITES_MAX = 64,
	KN_PEER_WRITE_BYTES_MAX = 512, /* the longest attribute value (Core 5.4, 3-F 3.2.9) */
	KN_PEER_INFO_BYTES_MAX = 512,
};

typedef struct KnPeer KnPeer;

/* what every peer of a radio shares; borrowed, outlives them */
typedef struct {
	KnBluez *bluez;
	KnDrain *drain;
	GHashTable *streams; /* id of each stream to its KnPeer: asked for every packet */
	KnLinkTimes times;
	KnSlotTimes slot_times;
	gdouble scale;
	KnRadioSink sink;
	gpointer sink_user;
	/* something changed that others may wait for */
	void (*kick)(gpointer user);
	/* the device's adapter (NULL: all) should scan soon */
	void (*listen)(gpointer user, const gchar *adapter);
	/* a Connect was refused: the adapter carries no more links */
	void (*no_slot)(gpointer user, const gchar *adapter);
	/* a Connect has ended, and not for want of a slot; the link's cause says how it failed */
	void (*tried)(gpointer user, KnPeer *peer, const gchar *adapter, gboolean is_linked);
	gpointer user;
	guint64 n_connects;
	guint64 n_connect_errors;
	guint64 n_packets;
	guint64 n_bytes;
} KnPeerHost;

struct KnPeer {
	KnPeerHost *host; /* borrowed */
	gchar *address;   /* owned: upper case */
	KnLink link;
	gboolean is_forgotten; /* to be freed in the next round */
	gchar *refusal;        /* owned: reason of the owner, not acted on yet; NULL none */
	gint64 refusal_us;     /* how long it is to hold; 0 as any */
	gboolean is_silent;    /* the owner says so, not acted on yet */
	gchar *last_error;     /* owned: words, "" none */
	gint64 seen_boottime_us;

	/* of one attempt and link */
	gchar *path;               /* owned: of the object in use; NULL when free to choose */
	GCancellable *cancellable; /* owned: of every call of it */
	GBytes *info;              /* owned; NULL before it is read */
	gint fd;                   /* acquired, not given to the drain yet; -1 none */
	guint32 stream;            /* 0 none */
	gboolean is_dropping;      /* the last packets are being handed over */
	gboolean is_told_up;
	GQueue writes; /* owned: GBytes; the head is under way while is_writing */
	gboolean is_writing;
	guint n_write_tries;
	guint write_timer_id;
	guint timer_id;
};

KnPeer *kn_peer_new(KnPeerHost *host, const gchar *address);
/* Calls nobody; does not disconnect. */
void kn_peer_free(KnPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnPeer, kn_peer_free)

/* event NONE: facts or time may have changed. fault: for …_FAILED, else NULL. */
void kn_peer_step(KnPeer *peer, KnLinkEvent event, const KnBluezFault *fault);
void kn_peer_acquired(KnPeer *peer, gint fd, guint mtu); /* takes the descriptor */
/* bluetoothd's object in use, or the one that would be; NULL none */
const KnTreeDevice *kn_peer_device(const KnPeer *peer);
/* there is or may be a link that this program opened or took over */
gboolean kn_peer_is_linked(const KnPeer *peer);
/* it is there, as bluetoothd says */
gboolean kn_peer_is_connected(const KnPeer *peer);
/* and INFO was read over it */
gboolean kn_peer_has_told(const KnPeer *peer);
KnLinkPhase kn_peer_phase(const KnPeer *peer);
void kn_peer_packet(KnPeer *peer, const guint8 *bytes, gsize n_bytes);
void kn_peer_saw(KnPeer *peer);

/* gatt.c: the calls of one link. Results come back through kn_peer_step and kn_peer_acquired. */
void kn_gatt_connect(KnPeer *peer);
void kn_gatt_disconnect(KnPeer *peer);
void kn_gatt_read_info(KnPeer *peer);
void kn_gatt_acquire(KnPeer *peer);
gboolean kn_gatt_write(KnPeer *peer, const guint8 *bytes, gsize n_bytes);
/* Forgets queued writes; the cancellable has taken care of the one under way. */
void kn_gatt_clear(KnPeer *peer);
