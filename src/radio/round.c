/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair.h"

#include "radio/timers.h"

/*
 * A round: what concerns more than one device. Everything that happens asks for a round; it runs from an idle, so a sink may call the
 * port from any of its functions.
 */

static void
on_farewell(gpointer user G_GNUC_UNUSED, GVariant *result G_GNUC_UNUSED,
	    GUnixFDList *fds G_GNUC_UNUSED, const KnBluezFault *fault)
{
	if (fault)
		g_info("a forgotten device was not disconnected: %s", fault->text);
}

/* a forgotten device is disconnected, and nobody waits for the answer */
static void
dismiss(KnRadio *radio, KnPeer *peer)
{
	if (peer->is_told_up)
		radio->host.sink.link_down(radio->host.sink_user, peer->address, "forgotten");
	const KnTreeDevice *device = kn_peer_device(peer);
	if (!device || !kn_peer_is_linked(peer))
		return;
	KnBluezCall call = {.path = device->path,
			    .interface = "org.bluez.Device1",
			    .method = "Disconnect",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_DISCONNECT_MS};
	kn_bluez_call(radio->host.bluez, &call, radio->cancellable, on_farewell, NULL);
}

/* a list, as sinks may enrol while it is walked; devices are freed nowhere but here */
static void
reap(KnRadio *radio)
{
	g_autoptr(GList) peers = g_hash_table_get_values(radio->peers);
	for (GList *at = peers; at; at = at->next) {
		if (!((KnPeer *)at->data)->is_forgotten)
			continue;
		g_autoptr(KnPeer) peer = at->data;
		g_hash_table_steal(radio->peers, peer->address);
		dismiss(radio, peer);
	}
}

static KnRadioState
judge(KnRadio *radio)
{
	KnBluezState bluez = kn_bluez_get_state(radio->host.bluez);
	if (bluez == KN_BLUEZ_AT_NO_BUS)
		return KN_RADIO_NO_BUS;
	/* what is tried against it may well be a new connection, on which it was not asked yet */
	if (kn_bluez_is_mute(radio->host.bluez, kn_rescue_daemon(radio->rescue)->trouble != 0))
		return KN_RADIO_MUTE_BLUETOOTHD;
	if (bluez != KN_BLUEZ_AT_UP)
		return KN_RADIO_NO_BLUETOOTHD;
	GHashTable *adapters = kn_tree_adapters(kn_bluez_get_tree(radio->host.bluez));
	GHashTableIter iter;
	gpointer adapter;
	g_hash_table_iter_init(&iter, adapters);
	while (g_hash_table_iter_next(&iter, NULL, &adapter)) {
		if (((const KnTreeAdapter *)adapter)->is_powered)
			return KN_RADIO_READY;
	}
	return g_hash_table_size(adapters) ? KN_RADIO_ADAPTER_OFF : KN_RADIO_NO_ADAPTER;
}

/* one KnSeat for every adapter there is */
static void
follow_adapters(KnRadio *radio)
{
	GHashTable *adapters = kn_tree_adapters(kn_bluez_get_tree(radio->host.bluez));
	GHashTableIter iter;
	gpointer path;
	gpointer adapter;
	g_hash_table_iter_init(&iter, radio->seats);
	while (g_hash_table_iter_next(&iter, &path, NULL)) {
		if (!g_hash_table_contains(adapters, path))
			g_hash_table_iter_remove(&iter);
	}
	g_hash_table_iter_init(&iter, adapters);
	while (g_hash_table_iter_next(&iter, &path, &adapter)) {
		if (g_hash_table_contains(radio->seats, path))
			continue;
		KnSeat *seat = g_new0(KnSeat, 1);
		gchar *key = g_strdup(path);
		seat->path = key;
		seat->watch = kn_rescue_watch(radio->rescue, adapter);
		seat->scan = kn_scan_new(radio->host.bluez, path, radio->host.scale,
					 &seat->watch->listen, kn_radio_kick, radio);
		kn_turns_init(&seat->turns, &radio->host.slot_times, &seat->watch->slots,
			      &seat->watch->listen);
		g_hash_table_insert(radio->seats, key, seat);
	}
}

static void
step_all(KnRadio *radio)
{
	g_autoptr(GList) peers = g_hash_table_get_values(radio->peers);
	for (GList *at = peers; at; at = at->next)
		kn_peer_step(at->data, KN_LINK_EVENT_NONE, NULL);
}

/* a device without an object may appear on any adapter, one with an object only on its own */
static gboolean
is_searched(KnRadio *radio, const gchar *adapter)
{
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnPeer *peer = value;
		if (kn_turns_is_sought(&peer->link) &&
		    (!kn_peer_device(peer) || kn_peer_is_on(peer, adapter)))
			return TRUE;
	}
	return FALSE;
}

static gint64
serve_adapter(KnRadio *radio, const gchar *path, KnSeat *seat)
{
	KnScan *scan = seat->scan;
	const KnTreeAdapter *adapter =
		kn_tree_get_adapter(kn_bluez_get_tree(radio->host.bluez), path);
	gint64 now_us = g_get_monotonic_time();
	KnTurn turn;
	KnParty party;
	kn_radio_gather(radio, path, &party);
	party.view.is_powered = adapter && adapter->is_powered;
	party.view.is_quiet = kn_scan_is_quiet(scan, now_us);
	party.view.is_pairing = radio->pair && kn_pair_holds(radio->pair, path);
	kn_turns_decide(&seat->turns, &party.view, now_us, &turn);
	KnScanWish wish = {.is_powered = party.view.is_powered, .is_held = turn.is_held};
	gint64 again_us = MIN(turn.again_us, kn_ladder_calm_us(&seat->watch->ladder, now_us));
	if (turn.may_pair)
		kn_pair_granted(radio->pair);
	if (turn.leaver >= 0)
		kn_peer_step(party.peers[turn.leaver], KN_LINK_EVENT_YIELD, NULL);
	if (turn.granted >= 0)
		kn_peer_step(party.peers[turn.granted], KN_LINK_EVENT_GRANTED, NULL);
	wish.is_needed = is_searched(radio, path);
	gboolean is_looked_at = now_us < radio->scan_until_us;
	if (!is_looked_at && !(radio->pair && kn_pair_searches(radio->pair)))
		return MIN(again_us, kn_scan_plan(scan, &wish, now_us));
	/* one window after the other, until the person has seen enough */
	wish.is_needed = TRUE;
	kn_scan_listen(scan);
	gint64 next_us = MIN(again_us, kn_scan_plan(scan, &wish, now_us));
	return is_looked_at ? MIN(next_us, radio->scan_until_us) : next_us;
}

static gboolean on_time(gpointer user);

static void
serve_adapters(KnRadio *radio)
{
	GHashTableIter iter;
	gpointer path;
	gpointer seat;
	gint64 next_us = G_MAXINT64;
	g_hash_table_iter_init(&iter, radio->seats);
	while (g_hash_table_iter_next(&iter, &path, &seat))
		next_us = MIN(next_us, serve_adapter(radio, path, seat));
	g_clear_handle_id(&radio->timer_id, g_source_remove);
	if (next_us == G_MAXINT64)
		return;
	gint64 wait_ms = (next_us - g_get_monotonic_time() + 999) / 1000;
	radio->timer_id = g_timeout_add((guint)CLAMP(wait_ms, 0, G_MAXINT), on_time, radio);
}

static gboolean
on_time(gpointer user)
{
	KnRadio *radio = user;
	radio->timer_id = 0;
	kn_radio_kick(radio);
	return G_SOURCE_REMOVE;
}

static gboolean
on_round(gpointer user)
{
	KnRadio *radio = user;
	radio->round_id = 0;
	reap(radio);
	follow_adapters(radio);
	step_all(radio);
	if (radio->pair)
		kn_pair_step(radio->pair);
	serve_adapters(radio);
	kn_rescue_look(radio->rescue, g_get_monotonic_time());
	KnRadioState state = judge(radio);
	if (state != radio->state) {
		radio->state = state;
		radio->host.sink.state_changed(radio->host.sink_user, state);
	}
	return G_SOURCE_REMOVE;
}

void
kn_radio_kick(gpointer user)
{
	KnRadio *radio = user;
	if (!radio->round_id)
		radio->round_id = g_idle_add_full(G_PRIORITY_DEFAULT, on_round, radio, NULL);
}

void
kn_radio_listen(gpointer user, const gchar *adapter)
{
	KnRadio *radio = user;
	GHashTableIter iter;
	gpointer path;
	gpointer seat;
	g_hash_table_iter_init(&iter, radio->seats);
	while (g_hash_table_iter_next(&iter, &path, &seat)) {
		if (!adapter || g_str_equal(adapter, path))
			kn_scan_listen(((KnSeat *)seat)->scan);
	}
	kn_radio_kick(radio);
}
