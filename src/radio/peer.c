/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/peer.h"

#include "core/base/text.h"
#include "core/link/watch.h"
#include "radio/timers.h"
#include <time.h>
#include <unistd.h>

static gint64
boottime_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

KnPeer *
kn_peer_new(KnPeerHost *host, const gchar *address)
{
	KnPeer *peer = g_new0(KnPeer, 1);
	peer->host = host;
	peer->address = g_strdup(address);
	peer->last_error = g_strdup("");
	peer->cancellable = g_cancellable_new();
	peer->fd = -1;
	g_queue_init(&peer->writes);
	kn_link_init(&peer->link, &host->times, g_str_hash(address));
	return peer;
}

static void
close_fd(KnPeer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}

void
kn_peer_free(KnPeer *peer)
{
	if (!peer)
		return;
	g_cancellable_cancel(peer->cancellable);
	g_object_unref(peer->cancellable);
	g_clear_handle_id(&peer->timer_id, g_source_remove);
	kn_gatt_clear(peer);
	close_fd(peer);
	if (peer->stream) {
		kn_drain_remove(peer->host->drain, peer->stream);
		g_hash_table_remove(peer->host->streams, GUINT_TO_POINTER(peer->stream));
	}
	g_clear_pointer(&peer->info, g_bytes_unref);
	g_free(peer->path);
	g_free(peer->refusal);
	g_free(peer->last_error);
	g_free(peer->address);
	g_free(peer);
}

/* ---- facts ---- */

const KnTreeDevice *
kn_peer_device(const KnPeer *peer)
{
	KnTree *tree = kn_bluez_get_tree(peer->host->bluez);
	return peer->path ? kn_tree_get(tree, peer->path) : kn_tree_find(tree, peer->address);
}

static gboolean
is_any_adapter_powered(KnTree *tree)
{
	GHashTableIter iter;
	gpointer adapter;
	g_hash_table_iter_init(&iter, kn_tree_adapters(tree));
	while (g_hash_table_iter_next(&iter, NULL, &adapter)) {
		if (((const KnTreeAdapter *)adapter)->is_powered)
			return TRUE;
	}
	return FALSE;
}

static void
gather(const KnPeer *peer, gint64 now_us, KnLinkFacts *ret_facts)
{
	KnTree *tree = kn_bluez_get_tree(peer->host->bluez);
	const KnTreeDevice *device = kn_peer_device(peer);
	gboolean is_up = kn_bluez_get_state(peer->host->bluez) == KN_BLUEZ_AT_UP;
	*ret_facts = (KnLinkFacts){.is_radio_up = is_up && is_any_adapter_powered(tree)};
	if (!device)
		return;
	KnTreeGatt gatt;
	const KnTreeAdapter *adapter = kn_tree_get_adapter(tree, device->adapter);
	gint64 fresh_us = (gint64)kn_scale_ms(peer->host->scale, KN_WAIT_HEARD_MS) * 1000;
	ret_facts->is_radio_up = is_up && adapter && adapter->is_powered;
	ret_facts->is_present = TRUE;
	ret_facts->is_bonded = device->is_bonded;
	ret_facts->is_connected = device->is_connected;
	ret_facts->is_resolved = device->is_resolved;
	ret_facts->is_complete = kn_tree_find_gatt(tree, device->path, &gatt);
	ret_facts->is_heard = device->heard_us && now_us - device->heard_us < fresh_us;
}

gboolean
kn_peer_is_linked(const KnPeer *peer)
{
	return peer->link.state >= KN_LINK_AT_CONNECTING && peer->link.state <= KN_LINK_AT_CLOSING;
}

gboolean
kn_peer_is_connected(const KnPeer *peer)
{
	return peer->link.state >= KN_LINK_AT_RESOLVING && peer->link.state <= KN_LINK_AT_BUSY;
}

gboolean
kn_peer_has_told(const KnPeer *peer)
{
	return kn_watch_has_told(&peer->link);
}

KnLinkPhase
kn_peer_phase(const KnPeer *peer)
{
	static const KnLinkPhase phases[KN_LINK_N_STATES] = {
		[KN_LINK_AT_DOWN] = KN_LINK_WAITING,
		[KN_LINK_AT_REST] = KN_LINK_WAITING,
		[KN_LINK_AT_SEARCHING] = KN_LINK_SEARCHING,
		[KN_LINK_AT_NOT_BONDED] = KN_LINK_NOT_BONDED,
		[KN_LINK_AT_BOND_LOST] = KN_LINK_BOND_LOST,
		[KN_LINK_AT_PAUSED] = KN_LINK_WAITING,
		[KN_LINK_AT_QUEUED] = KN_LINK_WAITING,
		[KN_LINK_AT_CONNECTING] = KN_LINK_CONNECTING,
		[KN_LINK_AT_RESOLVING] = KN_LINK_RESOLVING,
		[KN_LINK_AT_SETTLING] = KN_LINK_RESOLVING,
		[KN_LINK_AT_READING] = KN_LINK_STARTING,
		[KN_LINK_AT_ACQUIRING] = KN_LINK_STARTING,
		[KN_LINK_AT_STREAMING] = KN_LINK_READY,
		[KN_LINK_AT_BUSY] = KN_LINK_BUSY,
		[KN_LINK_AT_CLOSING] = KN_LINK_WAITING,
		[KN_LINK_AT_UNSUPPORTED] = KN_LINK_UNSUPPORTED,
	};
	return phases[peer->link.state];
}

/* ---- actions ---- */

static void
note_error(KnPeer *peer, const gchar *words)
{
	if (!words)
		return;
	g_free(peer->last_error);
	peer->last_error = g_strdup(words);
}

static void
explain(KnPeer *peer, const KnBluezFault *fault, const gchar *refusal)
{
	switch (peer->link.cause) {
	case KN_LINK_CAUSE_CALL:
		note_error(peer, fault ? fault->text : NULL);
		break;
	case KN_LINK_CAUSE_REFUSED:
		note_error(peer, refusal);
		break;
	default:
		note_error(peer, kn_link_cause_text(peer->link.cause));
		break;
	}
}

static void
drop(KnPeer *peer)
{
	KnPeerHost *host = peer->host;
	g_cancellable_cancel(peer->cancellable);
	g_object_unref(peer->cancellable);
	peer->cancellable = g_cancellable_new();
	kn_gatt_clear(peer);
	close_fd(peer);
	if (peer->stream) {
		/* what the device said before the end still counts, and comes before link_down */
		peer->is_dropping = TRUE;
		kn_drain_remove(host->drain, peer->stream);
		kn_drain_deliver(host->drain);
		peer->is_dropping = FALSE;
		g_hash_table_remove(host->streams, GUINT_TO_POINTER(peer->stream));
		peer->stream = 0;
	}
	g_clear_pointer(&peer->info, g_bytes_unref);
	if (!peer->is_told_up)
		return;
	peer->is_told_up = FALSE;
	host->sink.link_down(host->sink_user, peer->address, peer->last_error);
}

static void
go_up(KnPeer *peer)
{
	KnPeerHost *host = peer->host;
	gsize n_info = 0;
	const guint8 *info = g_bytes_get_data(peer->info, &n_info);
	/* as many streams as peers: there is room */
	peer->stream = kn_drain_add(host->drain, peer->fd);
	if (peer->stream)
		g_hash_table_insert(host->streams, GUINT_TO_POINTER(peer->stream), peer);
	peer->fd = -1;
	note_error(peer, "");
	kn_tree_forget_heard(kn_bluez_get_tree(host->bluez), peer->path);
	peer->is_told_up = TRUE;
	kn_peer_saw(peer);
	host->sink.link_up(host->sink_user, peer->address, info, n_info);
}

/* while a link is made or there, it stays with one object, whatever other adapters see */
static void
pin(KnPeer *peer)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	if (!kn_peer_is_linked(peer))
		g_clear_pointer(&peer->path, g_free);
	else if (!peer->path && device)
		peer->path = g_strdup(device->path);
}

static void
act(KnPeer *peer, guint actions)
{
	KnPeerHost *host = peer->host;
	if (actions & KN_LINK_DO_DROP)
		drop(peer);
	if (actions & KN_LINK_DO_DISCONNECT)
		kn_gatt_disconnect(peer);
	if (actions & KN_LINK_DO_CONNECT) {
		host->n_connects++;
		kn_gatt_connect(peer);
	}
	if (actions & KN_LINK_DO_READ)
		kn_gatt_read_info(peer);
	if (actions & KN_LINK_DO_ACQUIRE)
		kn_gatt_acquire(peer);
	if (actions & KN_LINK_DO_UP)
		go_up(peer);
}

static gboolean
on_deadline(gpointer user)
{
	KnPeer *peer = user;
	peer->timer_id = 0;
	kn_peer_step(peer, KN_LINK_EVENT_NONE, NULL);
	return G_SOURCE_REMOVE;
}

static void
arm(KnPeer *peer, gint64 now_us)
{
	g_clear_handle_id(&peer->timer_id, g_source_remove);
	if (peer->link.deadline_us == G_MAXINT64)
		return;
	gint64 wait_ms = (peer->link.deadline_us - now_us + 999) / 1000;
	peer->timer_id = g_timeout_add((guint)CLAMP(wait_ms, 0, G_MAXINT), on_deadline, peer);
}

static void
step(KnPeer *peer, const KnLinkInput *input, const KnBluezFault *fault)
{
	KnPeerHost *host = peer->host;
	gboolean is_full = fault && fault->verdict.class == KN_BLUEZ_NO_SLOT;
	g_autofree gchar *refusal =
		input->event == KN_LINK_EVENT_REFUSED ? g_steal_pointer(&peer->refusal) : NULL;
	gint64 now_us = g_get_monotonic_time();
	KnLinkState before = peer->link.state;
	KnLinkFacts facts;
	gather(peer, now_us, &facts);
	guint actions = kn_link_step(&peer->link, &facts, input, now_us);
	if (actions & KN_LINK_DO_DROP)
		explain(peer, fault, refusal);
	if (before == KN_LINK_AT_CONNECTING && (actions & KN_LINK_DO_DROP))
		host->n_connect_errors++;
	/* before anything is done, so that calls go to the object that the facts came from */
	const KnTreeDevice *device = kn_peer_device(peer);
	g_autofree gchar *adapter = device ? g_strdup(device->adapter) : NULL;
	if (!peer->path && device && kn_peer_is_linked(peer))
		peer->path = g_strdup(device->path);
	arm(peer, now_us);
	act(peer, actions);
	/* no failure: nobody is to read it as one */
	if ((actions & KN_LINK_DO_DROP) && peer->link.cause == KN_LINK_CAUSE_TURN)
		note_error(peer, "");
	pin(peer);
	if (adapter && is_full && before == KN_LINK_AT_CONNECTING)
		host->no_slot(host->user, adapter);
	else if (adapter && before == KN_LINK_AT_CONNECTING && peer->link.state != before)
		host->tried(host->user, peer, adapter, kn_peer_is_connected(peer));
	if (actions & KN_LINK_DO_LISTEN)
		host->listen(host->user, adapter);
	if (peer->link.state != before || actions)
		host->kick(host->user);
}

void
kn_peer_step(KnPeer *peer, KnLinkEvent event, const KnBluezFault *fault)
{
	KnLinkInput input = {.event = event};
	if (event == KN_LINK_EVENT_NONE && peer->refusal) {
		input.event = KN_LINK_EVENT_REFUSED;
		input.pause_us = peer->refusal_us;
	} else if (event == KN_LINK_EVENT_NONE && peer->is_silent) {
		peer->is_silent = FALSE;
		input.event = KN_LINK_EVENT_SILENT;
	}
	if (fault)
		input.verdict = fault->verdict;
	step(peer, &input, fault);
}

void
kn_peer_acquired(KnPeer *peer, gint fd, guint mtu)
{
	KnLinkInput input = {.event = KN_LINK_EVENT_ACQUIRE_DONE, .mtu = mtu};
	close_fd(peer);
	peer->fd = fd;
	step(peer, &input, NULL);
}

void
kn_peer_saw(KnPeer *peer)
{
	peer->seen_boottime_us = boottime_us();
}

void
kn_peer_packet(KnPeer *peer, const guint8 *bytes, gsize n_bytes)
{
	KnPeerHost *host = peer->host;
	host->n_packets++;
	host->n_bytes += n_bytes;
	kn_peer_saw(peer);
	host->sink.packet(host->sink_user, peer->address, bytes, n_bytes);
}
