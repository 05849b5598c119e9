/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/radio-private.h"

gboolean
kn_peer_is_on(const KnPeer *peer, const gchar *adapter)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	return device && g_str_equal(device->adapter, adapter);
}

guint
kn_radio_count_links(const KnRadio *radio, const gchar *adapter)
{
	GHashTableIter iter;
	gpointer value;
	guint n = 0;
	g_hash_table_iter_init(&iter, kn_tree_devices(kn_bluez_get_tree(radio->host.bluez)));
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnTreeDevice *device = value;
		n += device->is_connected && g_str_equal(device->adapter, adapter);
	}
	return n;
}

guint
kn_radio_count_waiting(const KnRadio *radio, const gchar *adapter)
{
	GHashTableIter iter;
	gpointer value;
	guint n = 0;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnPeer *peer = value;
		n += peer->link.state == KN_LINK_AT_QUEUED && kn_peer_is_on(peer, adapter);
	}
	return n;
}

void
kn_radio_no_slot(gpointer user, const gchar *adapter)
{
	KnRadio *radio = user;
	KnSeat *seat = g_hash_table_lookup(radio->seats, adapter);
	guint n = kn_radio_count_links(radio, adapter);
	if (!seat)
		return;
	kn_slots_refused(&seat->watch->slots, &radio->host.slot_times, n, g_get_monotonic_time());
	g_message("%s carries %u links: the others take turns", adapter, seat->watch->slots.n_max);
}

void
kn_radio_tried(gpointer user, KnPeer *peer, const gchar *adapter, gboolean is_linked)
{
	KnRadio *radio = user;
	KnSeat *seat = g_hash_table_lookup(radio->seats, adapter);
	if (!seat)
		return;
	KnSlots *slots = &seat->watch->slots;
	if (is_linked)
		kn_slots_linked(slots);
	if (!kn_rescue_tried(radio, seat, peer, is_linked))
		return;
	guint n_before = slots->n_max;
	kn_slots_failed(slots, &radio->host.slot_times, kn_radio_count_links(radio, adapter),
			g_get_monotonic_time());
	if (slots->n_max && !n_before)
		g_message("%s seems to carry no more than %u links: the others take turns", adapter,
			  slots->n_max);
}

static gint64
ready_us(const KnPeer *peer)
{
	return kn_slots_ready_us(&peer->host->slot_times, peer->link.queued_us,
				 !peer->link.is_blind);
}

/* The one that has waited longest. One that is tried without having been heard waits behind those that are there. */
static KnPeer *
find_first(const KnRadio *radio, const gchar *adapter)
{
	GHashTableIter iter;
	gpointer value;
	KnPeer *first = NULL;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		KnPeer *peer = value;
		if (peer->link.state != KN_LINK_AT_QUEUED || !kn_peer_is_on(peer, adapter))
			continue;
		if (!first || ready_us(peer) < ready_us(first))
			first = peer;
	}
	return first;
}

typedef struct {
	KnPeer *peers[KN_RADIO_PEERS_MAX];
	KnSlotHolder holders[KN_RADIO_PEERS_MAX];
	guint n;
} Holders;

static void
find_holders(const KnRadio *radio, const gchar *adapter, Holders *ret_holders)
{
	const KnRadioSink *sink = &radio->host.sink;
	GHashTableIter iter;
	gpointer value;
	ret_holders->n = 0;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value) && ret_holders->n < KN_RADIO_PEERS_MAX) {
		KnPeer *peer = value;
		gboolean is_busy = peer->link.state == KN_LINK_AT_BUSY;
		if ((!is_busy && peer->link.state != KN_LINK_AT_STREAMING) ||
		    !kn_peer_is_on(peer, adapter))
			continue;
		ret_holders->peers[ret_holders->n] = peer;
		/* a link that another program uses is in use, too: as long as any, and no longer */
		ret_holders->holders[ret_holders->n++] = (KnSlotHolder){
			.up_us = is_busy ? peer->link.linked_us : peer->link.up_us,
			.is_idle = !is_busy && sink->is_idle &&
				   sink->is_idle(radio->host.sink_user, peer->address)};
	}
}

/* A Connect to a massager that is not there takes the adapter for 20 s, in which nobody who comes back is heard: a window of listening lies
 * between two of them, or a whole period if listening is refused. */
static gboolean
may_go_blind(const KnSeat *seat, gint64 now_us, gint64 *ret_again_us)
{
	const KnListenTimes *times = seat->watch->listen.times;
	KnListenStatus listen;
	kn_listen_get(&seat->watch->listen, now_us, &listen);
	if (!seat->blind_us || now_us - seat->blind_us >= times->period_us ||
	    listen.listened_ms - seat->blind_listened_ms >= times->window_us / 1000)
		return TRUE;
	*ret_again_us = seat->blind_us + times->period_us;
	return FALSE;
}

void
kn_radio_note_grant(KnRadio *radio, KnSeat *seat, const KnPeer *peer, gint64 now_us)
{
	KnListenStatus listen;
	kn_slots_granted(&seat->watch->slots, &radio->host.slot_times,
			 kn_radio_count_links(radio, seat->path), now_us);
	if (!peer->link.is_blind)
		return;
	kn_listen_get(&seat->watch->listen, now_us, &listen);
	seat->blind_us = now_us;
	seat->blind_listened_ms = listen.listened_ms;
}

KnPeer *
kn_radio_next(KnRadio *radio, const gchar *adapter, KnSeat *seat, gint64 now_us,
	      gint64 *ret_again_us)
{
	KnPeer *next = find_first(radio, adapter);
	guint n_links = kn_radio_count_links(radio, adapter);
	Holders holders;
	*ret_again_us = G_MAXINT64;
	kn_slots_carried(&seat->watch->slots, n_links);
	if (next && next->link.is_blind && !may_go_blind(seat, now_us, ret_again_us))
		return NULL;
	if (!next || kn_slots_have_room(&seat->watch->slots, n_links, now_us))
		return next;
	find_holders(radio, adapter, &holders);
	gint leaver = kn_slots_choose(&radio->host.slot_times, holders.holders, holders.n,
				      ready_us(next), now_us, ret_again_us);
	*ret_again_us = MIN(*ret_again_us, MAX(seat->watch->slots.probe_us, now_us + 1000));
	if (leaver >= 0)
		kn_peer_step(holders.peers[leaver], KN_LINK_EVENT_YIELD, NULL);
	return NULL;
}

guint
kn_radio_place_in_line(const KnRadio *radio, const KnPeer *peer, KnSeat **ret_seat)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	GHashTableIter iter;
	gpointer value;
	guint place = 1;
	*ret_seat = device ? g_hash_table_lookup(radio->seats, device->adapter) : NULL;
	if (!*ret_seat || peer->link.state != KN_LINK_AT_QUEUED ||
	    kn_slots_have_room(&(*ret_seat)->watch->slots,
			       kn_radio_count_links(radio, device->adapter),
			       g_get_monotonic_time()))
		return 0;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnPeer *other = value;
		place += other->link.state == KN_LINK_AT_QUEUED &&
			 ready_us(other) < ready_us(peer) && kn_peer_is_on(other, device->adapter);
	}
	return place;
}
