/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/radio-private.h"

#include "core/log/device.h"
#include "radio/pair.h"
#include "radio/timers.h"

static KnPeer *
find_peer(const KnRadio *radio, const gchar *address)
{
	g_autofree gchar *upper = kn_device_normalize_address(address);
	KnPeer *peer = upper ? g_hash_table_lookup(radio->peers, upper) : NULL;
	return peer && !peer->is_forgotten ? peer : NULL;
}

/* ---- what bluetoothd and the drain say ---- */

static void
on_device_changed(gpointer user, const gchar *path, guint news)
{
	KnRadio *radio = user;
	const KnTreeDevice *device = kn_tree_get(kn_bluez_get_tree(radio->host.bluez), path);
	KnPeer *peer = device ? g_hash_table_lookup(radio->peers, device->address) : NULL;
	if (peer && !peer->is_forgotten) {
		if (news & KN_TREE_HEARD)
			kn_peer_saw(peer);
		/* at once and not in the round: a link that went and came back between two rounds would not be noticed */
		kn_peer_step(peer, KN_LINK_EVENT_NONE, NULL);
	}
	if (radio->pair && !kn_pair_is_over(radio->pair))
		kn_radio_kick(radio);
	device = kn_tree_get(kn_bluez_get_tree(radio->host.bluez), path);
	if (device && (news & KN_TREE_HEARD) && (device->is_ktp || peer))
		radio->host.sink.seen(radio->host.sink_user, device->address, device->name,
				      device->signal_dbm, device->is_bonded);
}

static KnPeer *
find_stream(const KnRadio *radio, guint32 stream)
{
	KnPeer *peer = g_hash_table_lookup(radio->host.streams, GUINT_TO_POINTER(stream));
	return peer && !peer->is_forgotten ? peer : NULL;
}

static void
on_heard(gpointer user, const gchar *path)
{
	KnRadio *radio = user;
	kn_rescue_heard(radio->rescue, path, g_get_monotonic_time());
}

static void
on_was_read(gpointer user, gboolean is_good)
{
	KnRadio *radio = user;
	kn_rescue_was_read(radio->rescue, is_good);
}

/* a stream without a peer is of a link that is over */
static void
on_packet(gpointer user, guint32 stream, const guint8 *bytes, gsize n_bytes)
{
	KnPeer *peer = find_stream(user, stream);
	if (peer)
		kn_peer_packet(peer, bytes, n_bytes);
}

static void
on_ended(gpointer user, guint32 stream)
{
	KnPeer *peer = find_stream(user, stream);
	if (peer && !peer->is_dropping)
		kn_peer_step(peer, KN_LINK_EVENT_HUP, NULL);
}

/* ---- the port ---- */

static void
peer_free(gpointer peer)
{
	kn_peer_free(peer);
}

static void
seat_free(gpointer data)
{
	KnSeat *seat = data;
	kn_scan_free(seat->scan);
	seat->watch->is_here = FALSE;
	g_free(seat);
}

KnRadio *
kn_radio_new(const KnRadioConfig *config, const KnRadioSink *sink, gpointer user)
{
	static const KnBluezEvents bluez_events = {.state_changed = kn_radio_kick,
						   .device_changed = on_device_changed,
						   .tree_changed = kn_radio_kick,
						   .heard = on_heard,
						   .was_read = on_was_read};
	static const KnDrainEvents drain_events = {.packet = on_packet, .ended = on_ended};
	KnRadio *radio = g_new0(KnRadio, 1);
	gdouble scale = kn_scale_sanitize(config->timer_scale);
	radio->host.drain = kn_drain_new(kn_scale_ms(scale, KN_WAIT_DRAIN_MS), KN_DRAIN_RING_BYTES,
					 &drain_events, radio);
	if (!radio->host.drain) {
		g_free(radio);
		return NULL;
	}
	radio->state = KN_RADIO_NO_BUS;
	radio->cancellable = g_cancellable_new();
	radio->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, peer_free);
	radio->host.streams = g_hash_table_new(NULL, NULL);
	radio->seats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seat_free);
	radio->host.scale = scale;
	kn_link_times_init(&radio->host.times, scale);
	kn_slot_times_init(&radio->host.slot_times, scale);
	radio->host.sink = *sink;
	radio->host.sink_user = user;
	radio->host.kick = kn_radio_kick;
	radio->host.listen = kn_radio_listen;
	radio->host.no_slot = kn_radio_no_slot;
	radio->host.tried = kn_radio_tried;
	radio->host.user = radio;
	radio->rescue = kn_rescue_new(radio, config);
	radio->host.bluez =
		kn_bluez_new(config->bus_address, config->adapters, scale, &bluez_events, radio);
	return radio;
}

static void
say_goodbye(KnRadio *radio)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	gpointer peer;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &peer)) {
		if (kn_peer_is_linked(peer) && ((KnPeer *)peer)->path)
			g_ptr_array_add(paths, g_strdup(((KnPeer *)peer)->path));
	}
	kn_bluez_farewell(radio->host.bluez, paths, kn_rescue_is_off(radio->rescue));
}

void
kn_radio_free(KnRadio *radio)
{
	if (!radio)
		return;
	g_clear_handle_id(&radio->round_id, g_source_remove);
	g_clear_handle_id(&radio->timer_id, g_source_remove);
	kn_pair_free(radio->pair);
	g_cancellable_cancel(radio->cancellable);
	g_object_unref(radio->cancellable);
	say_goodbye(radio);
	g_hash_table_unref(radio->peers); /* before the drain: they give their sockets back */
	g_hash_table_unref(radio->host.streams);
	g_free(radio->leaving);
	g_hash_table_unref(radio->seats);
	kn_rescue_free(radio->rescue);
	kn_drain_free(radio->host.drain);
	kn_bluez_free(radio->host.bluez);
	g_free(radio);
}

void
kn_radio_allow(KnRadio *radio, const gchar *address)
{
	g_autofree gchar *upper = kn_device_normalize_address(address);
	KnPeer *peer = upper ? g_hash_table_lookup(radio->peers, upper) : NULL;
	if (peer) {
		peer->is_forgotten = FALSE;
		return;
	}
	if (!upper || g_hash_table_size(radio->peers) >= KN_RADIO_PEERS_MAX) {
		g_warning("a device cannot be served: %s",
			  upper ? "64 are enrolled" : "its address is malformed");
		return;
	}
	peer = kn_peer_new(&radio->host, upper);
	g_hash_table_insert(radio->peers, peer->address, peer);
	kn_radio_listen(radio, NULL);
}

void
kn_radio_forget(KnRadio *radio, const gchar *address)
{
	KnPeer *peer = find_peer(radio, address);
	if (!peer)
		return;
	peer->is_forgotten = TRUE;
	kn_radio_kick(radio);
}

void
kn_radio_scan(KnRadio *radio, guint ms)
{
	radio->scan_until_us =
		MAX(radio->scan_until_us, g_get_monotonic_time() + (gint64)ms * 1000);
	kn_radio_kick(radio);
}

gboolean
kn_radio_is_bond_stale(const KnRadio *radio, const gchar *address)
{
	const KnPeer *peer = find_peer(radio, address);
	return peer && !kn_peer_has_told(peer) &&
	       (peer->link.state == KN_LINK_AT_BOND_LOST || kn_link_suspects_bond(&peer->link));
}

gboolean
kn_radio_pair(KnRadio *radio, const gchar *address)
{
	g_autofree gchar *upper = kn_device_normalize_address(address);
	if (!upper || (radio->pair && !kn_pair_is_over(radio->pair)))
		return FALSE;
	kn_pair_free(radio->pair);
	/* paired on this side only: that has to go first */
	radio->pair = kn_pair_new(radio, upper, kn_radio_is_bond_stale(radio, upper));
	kn_radio_kick(radio);
	return TRUE;
}

void
kn_radio_answer_pair(KnRadio *radio, const KnPairAnswer *answer)
{
	if (radio->pair)
		kn_pair_answer(radio->pair, answer);
}

void
kn_radio_cancel_pair(KnRadio *radio)
{
	if (radio->pair)
		kn_pair_cancel(radio->pair);
}

gboolean
kn_radio_get_pair(const KnRadio *radio, KnPairStatus *ret_status)
{
	if (!radio->pair)
		return FALSE;
	kn_pair_get(radio->pair, ret_status);
	return TRUE;
}

gboolean
kn_radio_write_control(KnRadio *radio, const gchar *address, const guint8 *bytes, gsize n_bytes)
{
	KnPeer *peer = find_peer(radio, address);
	return peer && kn_gatt_write(peer, bytes, n_bytes);
}

void
kn_radio_refuse(KnRadio *radio, const gchar *address, const gchar *reason, gint64 pause_us)
{
	KnPeer *peer = find_peer(radio, address);
	if (!peer)
		return;
	g_free(peer->refusal);
	peer->refusal = g_strdup(reason);
	peer->refusal_us = pause_us;
	kn_radio_kick(radio);
}

void
kn_radio_renew(KnRadio *radio, const gchar *address)
{
	KnPeer *peer = find_peer(radio, address);
	if (!peer || peer->link.state != KN_LINK_AT_STREAMING)
		return;
	peer->is_silent = TRUE;
	kn_radio_kick(radio);
}

void
kn_radio_retry(KnRadio *radio, const gchar *address)
{
	KnPeer *peer = find_peer(radio, address);
	if (!peer)
		return;
	/* of what is not acted on yet: its link has to end all the same, as the owner listens to it no more */
	if (peer->refusal)
		peer->refusal_us = 1;
	kn_link_retry(&peer->link);
	kn_radio_listen(radio, NULL);
}

KnRadioState
kn_radio_get_state(const KnRadio *radio)
{
	return radio->state;
}

gboolean
kn_radio_get_link(const KnRadio *radio, const gchar *address, KnLinkStatus *ret_status)
{
	const KnPeer *peer = find_peer(radio, address);
	if (!peer)
		return FALSE;
	const KnTreeDevice *device = kn_peer_device(peer);
	KnSeat *seat = NULL;
	guint place = kn_radio_place_in_line(radio, peer, &seat);
	*ret_status = (KnLinkStatus){
		.address = peer->address,
		.phase = kn_peer_phase(peer),
		.has_signal = device && device->has_signal,
		.signal_dbm = device ? device->signal_dbm : 0,
		.seen_boottime_us = peer->seen_boottime_us,
		.up_us = peer->link.state == KN_LINK_AT_STREAMING
				 ? g_get_monotonic_time() - peer->link.up_us
				 : 0,
		.attempts = peer->link.n_attempts,
		.last_error = peer->last_error,
		.is_bond_suspected = kn_link_suspects_bond(&peer->link),
		.is_taking_turns = place > 0 || peer->link.cause == KN_LINK_CAUSE_TURN,
		.place_in_line = place,
		.n_links_max = seat ? seat->watch->slots.n_max : 0,
		.is_adapter_refusing = seat && seat->watch->slots.n_vain > 0,
		.is_refused = peer->link.state == KN_LINK_AT_UNSUPPORTED &&
			      peer->link.cause == KN_LINK_CAUSE_REFUSED,
	};
	kn_radio_fill_link(radio, seat, ret_status);
	return TRUE;
}

void
kn_radio_each_known(const KnRadio *radio, KnRadioKnownFunc func, gpointer data)
{
	KnTree *tree = kn_bluez_get_tree(radio->host.bluez);
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, kn_tree_devices(tree));
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnTreeDevice *device = value;
		/* under several adapters the same massager is there several times */
		if (device->is_ktp && kn_tree_find(tree, device->address) == device)
			func(device->address, device->name, device->is_bonded, data);
	}
}

void
kn_radio_get_stats(const KnRadio *radio, KnRadioStats *ret_stats)
{
	KnDrainStats drain;
	KnListenStatus listen;
	kn_drain_get_stats(radio->host.drain, &drain);
	kn_radio_get_listening(radio, &listen);
	*ret_stats = (KnRadioStats){
		.n_packets = radio->host.n_packets,
		.n_bytes = radio->host.n_bytes,
		.n_ring_full = drain.n_ring_full,
		.n_truncated = drain.n_truncated,
		.n_empty = drain.n_empty,
		.n_connects = radio->host.n_connects,
		.n_connect_errors = radio->host.n_connect_errors,
		.n_unknown_errors = kn_bluez_n_unknown(radio->host.bluez),
		.n_listen_errors = listen.n_errors,
		.ring_peak_bytes = drain.ring_peak_bytes,
	};
}

const gchar *
kn_radio_state_name(KnRadioState state)
{
	static const gchar *const names[] = {"no-bus",     "no-bluetoothd", "mute-bluetoothd",
					     "no-adapter", "adapter-off",   "ready"};
	return (guint)state < G_N_ELEMENTS(names) ? names[state] : "unknown";
}

const gchar *
kn_link_phase_name(KnLinkPhase phase)
{
	static const gchar *const names[] = {"idle",      "waiting",    "searching",  "not-bonded",
					     "bond-lost", "connecting", "resolving",  "starting",
					     "ready",     "busy",       "unsupported"};
	return (guint)phase < G_N_ELEMENTS(names) ? names[phase] : "unknown";
}

const gchar *
kn_pair_state_name(KnPairState state)
{
	static const gchar *const names[] = {
		"searching",     "pairing", "wants-passkey", "wants-confirmation",
		"shows-passkey", "done",    "failed"};
	return (guint)state < G_N_ELEMENTS(names) ? names[state] : "unknown";
}
