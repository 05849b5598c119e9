/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Carries out what core/link/ladder.h says, one ladder an adapter and one for bluetoothd as a whole, and tells the radio's owner of each step.
 * What is known of an adapter is kept here under its address for as long as the hub runs: it outlives a bluetoothd that is restarted, an
 * adapter that is switched off or pulled out, and our connection to the bus. No step costs a link that works.
 */

#include "core/link/turns.h"
#include "core/link/watch.h"
#include "radio/peer.h"

typedef struct KnRescue KnRescue;
typedef struct KnSeat KnSeat;

/* config: read, not kept */
KnRescue *kn_rescue_new(KnRadio *radio, const KnRadioConfig *config);
void kn_rescue_free(KnRescue *rescue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnRescue, kn_rescue_free)

/* Borrowed: valid while is_here, which is set. */
KnWatch *kn_rescue_watch(KnRescue *rescue, const KnTreeAdapter *adapter);
/* The path of an adapter that we have switched off and not yet seen on; NULL none, or it is not there. */
const gchar *kn_rescue_is_off(const KnRescue *rescue);

const KnLadder *kn_rescue_daemon(const KnRescue *rescue);
/* every adapter there was */
void kn_rescue_each_listen(const KnRescue *rescue,
			   void (*func)(const KnListen *listen, gpointer data), gpointer data);
/* "hci0" of an adapter's path, which is another program's text: else "an adapter" */
const gchar *kn_rescue_name(const gchar *path);

/* Climbs where there is trouble: at most one step. */
void kn_rescue_look(KnRescue *rescue, gint64 now_us);
void kn_rescue_heard(KnRescue *rescue, const gchar *device_path, gint64 now_us);
void kn_rescue_was_read(KnRescue *rescue, gboolean is_good);
/* A Connect on it has ended. TRUE: it failed, and that says something of the adapter. */
gboolean kn_rescue_tried(const KnRadio *radio, KnSeat *seat, const KnPeer *peer,
			 gboolean is_linked);
