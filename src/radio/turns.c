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
	kn_watch_refused(seat->watch, &radio->host.slot_times, n, g_get_monotonic_time());
	if (n > 0)
		g_message("%s carries %u links: the others take turns", adapter, n);
	else
		g_message("%s refuses a link, though there is none on it that is known", adapter);
}

void
kn_radio_tried(gpointer user, KnPeer *peer, const gchar *adapter, gboolean is_linked)
{
	KnRadio *radio = user;
	KnSeat *seat = g_hash_table_lookup(radio->seats, adapter);
	if (!seat)
		return;
	KnSlots *slots = &seat->watch->slots;
	guint n_before = slots->n_max;
	kn_turns_tried(&seat->turns, is_linked, kn_rescue_tried(radio, seat, peer, is_linked),
		       kn_radio_count_links(radio, adapter), g_get_monotonic_time());
	if (slots->n_max && !n_before)
		g_message("%s seems to carry no more than %u links: the others take turns", adapter,
			  slots->n_max);
}

static gboolean
is_idle(gpointer user, guint at)
{
	const KnParty *party = user;
	const KnPeer *peer = party->peers[at];
	const KnRadioSink *sink = &peer->host->sink;
	return sink->is_idle && sink->is_idle(peer->host->sink_user, peer->address);
}

void
kn_radio_gather(const KnRadio *radio, const gchar *adapter, KnParty *ret_party)
{
	GHashTableIter iter;
	gpointer value;
	guint n = 0;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value) && n < KN_RADIO_PEERS_MAX) {
		KnPeer *peer = value;
		if (!kn_peer_is_on(peer, adapter))
			continue;
		ret_party->peers[n] = peer;
		ret_party->links[n++] = &peer->link;
	}
	ret_party->view = (KnTurnView){.links = ret_party->links,
				       .n = n,
				       .n_connected = kn_radio_count_links(radio, adapter),
				       .is_idle = is_idle,
				       .user = ret_party};
}

guint
kn_radio_place_in_line(const KnRadio *radio, const KnPeer *peer, KnSeat **ret_seat)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	KnParty party;
	*ret_seat = device ? g_hash_table_lookup(radio->seats, device->adapter) : NULL;
	/* mostly nobody waits, and this is asked of each massager: what follows looks at all of them */
	if (!*ret_seat || peer->link.state != KN_LINK_AT_QUEUED)
		return 0;
	kn_radio_gather(radio, device->adapter, &party);
	return kn_turns_place(&(*ret_seat)->turns, &party.view, &peer->link,
			      g_get_monotonic_time());
}
