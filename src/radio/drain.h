/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The drain thread: while at least one link streams, it empties all notification sockets on a tick into one ring, and does nothing else.
 * bluetoothd drops silently when a socket is full (278 packets of 182 bytes, measured), so nothing slow may stand before this read.
 * When the ring is full it stops reading, and the device's flash repairs what bluetoothd then drops.
 */

#include <glib.h>

enum {
	KN_DRAIN_RING_BYTES = 4 * 1024 * 1024,
	KN_DRAIN_STREAMS_MAX = 64,
	/* the largest ATT MTU; what is longer is cut by the kernel, counted, and handed over without its bytes */
	KN_DRAIN_PACKET_BYTES_MAX = 517,
};

typedef struct {
	guint64 n_ring_full;
	guint64 n_truncated;
	guint64 n_empty;
	gsize ring_peak_bytes;
} KnDrainStats;

/* on the main thread; bytes are borrowed for the call */
typedef struct {
	/* no bytes: it was empty, or too long */
	void (*packet)(gpointer user, guint32 stream, const guint8 *bytes, gsize n_bytes);
	/* the other end closed the socket; every packet of it came before */
	void (*ended)(gpointer user, guint32 stream);
} KnDrainEvents;

typedef struct KnDrain KnDrain;

/* NULL when threads or descriptors are out. */
KnDrain *kn_drain_new(guint tick_ms, gsize ring_bytes, const KnDrainEvents *events, gpointer user);
/* Joins the thread and closes every socket. Nothing is called afterwards. */
void kn_drain_free(KnDrain *drain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnDrain, kn_drain_free)

/* Takes over the descriptor of a SOCK_SEQPACKET socket. Returns the id of the stream, never used again, or 0 when there is no room
 * (the descriptor is closed then). */
guint32 kn_drain_add(KnDrain *drain, int fd);
/* Reads what is left, as far as the ring takes it, and closes the socket. */
void kn_drain_remove(KnDrain *drain, guint32 stream);
/* Hands over everything in the ring now; does nothing when called from an event. */
void kn_drain_deliver(KnDrain *drain);
void kn_drain_get_stats(KnDrain *drain, KnDrainStats *ret_stats);
