/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/peer.h"

#include "radio/timers.h"
#include <gio/gunixfdlist.h>

#define DEVICE_INTERFACE         "org.bluez.Device1"
#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"

enum {
	/* of one control record that bluetoothd calls busy: one in flight, so this is rare */
	WRITE_TRIES = 4
};

static const KnBluezFault no_socket = {
	.verdict = {.class = KN_BLUEZ_SLOW, .att_code = KN_BLUEZ_NO_ATT},
	.text = "bluetoothd gave no notification socket"};

static void
call(KnPeer *peer, const KnBluezCall *what, KnBluezReply reply)
{
	kn_bluez_call(peer->host->bluez, what, peer->cancellable, reply, peer);
}

static gboolean
find_gatt(const KnPeer *peer, KnTreeGatt *ret_gatt)
{
	return peer->path &&
	       kn_tree_find_gatt(kn_bluez_get_tree(peer->host->bluez), peer->path, ret_gatt);
}

/* ---- the link ---- */

static void
on_connected(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	     const KnBluezFault *fault)
{
	kn_peer_step(user, fault ? KN_LINK_EVENT_CONNECT_FAILED : KN_LINK_EVENT_CONNECT_DONE,
		     fault);
}

void
kn_gatt_connect(KnPeer *peer)
{
	KnBluezCall what = {.path = peer->path,
			    .interface = DEVICE_INTERFACE,
			    .method = "Connect",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_CONNECT_MS};
	call(peer, &what, on_connected);
}

static void
on_disconnected(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
		const KnBluezFault *fault G_GNUC_UNUSED)
{
	kn_peer_step(user, KN_LINK_EVENT_DISCONNECT_DONE, NULL);
}

void
kn_gatt_disconnect(KnPeer *peer)
{
	KnBluezCall what = {.path = peer->path,
			    .interface = DEVICE_INTERFACE,
			    .method = "Disconnect",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_DISCONNECT_MS};
	if (peer->path)
		call(peer, &what, on_disconnected);
}

/* ---- INFO and DATA ---- */

static void
on_info(gpointer user, GVariant *result, GUnixFDList *fds G_GNUC_UNUSED, const KnBluezFault *fault)
{
	static const KnBluezFault bad_size = {
		.verdict = {.class = KN_BLUEZ_PERMANENT, .att_code = KN_BLUEZ_NO_ATT},
		.text = "INFO is empty or too long"};
	KnPeer *peer = user;
	if (fault) {
		kn_peer_step(peer, KN_LINK_EVENT_READ_FAILED, fault);
		return;
	}
	g_autoptr(GVariant) value = g_variant_get_child_value(result, 0);
	gsize n_bytes = 0;
	gconstpointer bytes = g_variant_get_fixed_array(value, &n_bytes, 1);
	if (!n_bytes || n_bytes > KN_PEER_INFO_BYTES_MAX) {
		kn_peer_step(peer, KN_LINK_EVENT_READ_FAILED, &bad_size);
		return;
	}
	g_clear_pointer(&peer->info, g_bytes_unref);
	peer->info = g_bytes_new(bytes, n_bytes);
	kn_peer_step(peer, KN_LINK_EVENT_READ_DONE, NULL);
}

void
kn_gatt_read_info(KnPeer *peer)
{
	KnTreeGatt gatt = {0};
	if (!find_gatt(peer, &gatt))
		gatt.info =
			peer->path; /* bluetoothd then says that there is no such method: one way to fail */
	KnBluezCall what = {.path = gatt.info,
			    .interface = CHARACTERISTIC_INTERFACE,
			    .method = "ReadValue",
			    .parameters = g_variant_new("(a{sv})", NULL),
			    .reply_type = "(ay)",
			    .timeout_ms = KN_WAIT_ATT_MS};
	call(peer, &what, on_info);
}

static void
on_acquired(gpointer user, GVariant *result, GUnixFDList *fds, const KnBluezFault *fault)
{
	KnPeer *peer = user;
	if (fault) {
		kn_peer_step(peer, KN_LINK_EVENT_ACQUIRE_FAILED, fault);
		return;
	}
	gint32 handle = -1;
	guint16 mtu = 0;
	g_variant_get(result, "(hq)", &handle, &mtu);
	gint n_fds = fds ? g_unix_fd_list_get_length(fds) : 0;
	gint fd = handle >= 0 && handle < n_fds ? g_unix_fd_list_get(fds, handle, NULL) : -1;
	if (fd < 0)
		kn_peer_step(peer, KN_LINK_EVENT_ACQUIRE_FAILED, &no_socket);
	else
		kn_peer_acquired(peer, fd, mtu);
}

/* AcquireNotify only: StartNotify would broadcast every value on the bus */
void
kn_gatt_acquire(KnPeer *peer)
{
	KnTreeGatt gatt = {0};
	if (!find_gatt(peer, &gatt))
		gatt.data = peer->path;
	KnBluezCall what = {.path = gatt.data,
			    .interface = CHARACTERISTIC_INTERFACE,
			    .method = "AcquireNotify",
			    .parameters = g_variant_new("(a{sv})", NULL),
			    .reply_type = "(hq)",
			    .timeout_ms = KN_WAIT_ATT_MS};
	call(peer, &what, on_acquired);
}

/* ---- CONTROL ---- */

static void write_next(KnPeer *peer);

static gboolean
on_write_again(gpointer user)
{
	KnPeer *peer = user;
	peer->write_timer_id = 0;
	write_next(peer);
	return G_SOURCE_REMOVE;
}

static void
write_later(KnPeer *peer)
{
	guint wait_ms = kn_scale_ms(peer->host->scale, KN_WAIT_WRITE_RETRY_MS);
	peer->write_timer_id = g_timeout_add(wait_ms, on_write_again, peer);
}

static void
on_written(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault)
{
	KnPeer *peer = user;
	KnPeerHost *host = peer->host;
	gboolean is_passing = fault && (fault->verdict.class == KN_BLUEZ_BUSY ||
					fault->verdict.class == KN_BLUEZ_TRANSIENT);
	peer->is_writing = FALSE;
	if (is_passing && ++peer->n_write_tries < WRITE_TRIES) {
		write_later(peer);
		return;
	}
	peer->n_write_tries = 0;
	g_bytes_unref(g_queue_pop_head(&peer->writes));
	write_next(peer);
	if (fault)
		host->sink.control_failed(host->sink_user, peer->address, fault->text);
}

static void
write_next(KnPeer *peer)
{
	KnTreeGatt gatt = {0};
	if (peer->is_writing || peer->write_timer_id || g_queue_is_empty(&peer->writes))
		return;
	/* the link machine sees the same, and drops the link if it stays so; if it does not, nobody else goes on with this */
	if (!find_gatt(peer, &gatt)) {
		write_later(peer);
		return;
	}
	GVariantBuilder options;
	g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&options, "{sv}", "type", g_variant_new_string("request"));
	gsize n_bytes = 0;
	gconstpointer bytes = g_bytes_get_data(g_queue_peek_head(&peer->writes), &n_bytes);
	GVariant *value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n_bytes, 1);
	KnBluezCall what = {.path = gatt.control,
			    .interface = CHARACTERISTIC_INTERFACE,
			    .method = "WriteValue",
			    .parameters = g_variant_new("(@aya{sv})", value, &options),
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_ATT_MS};
	peer->is_writing = TRUE;
	call(peer, &what, on_written);
}

gboolean
kn_gatt_write(KnPeer *peer, const guint8 *bytes, gsize n_bytes)
{
	gboolean is_full = g_queue_get_length(&peer->writes) >= KN_PEER_WRITES_MAX;
	/* what comes at the end of a link is not answered: it would wait for the next one, and go out there */
	if (!peer->is_told_up || peer->is_dropping || is_full || !n_bytes ||
	    n_bytes > KN_PEER_WRITE_BYTES_MAX)
		return FALSE;
	g_queue_push_tail(&peer->writes, g_bytes_new(bytes, n_bytes));
	write_next(peer);
	return TRUE;
}

void
kn_gatt_clear(KnPeer *peer)
{
	g_clear_handle_id(&peer->write_timer_id, g_source_remove);
	g_queue_clear_full(&peer->writes, (GDestroyNotify)g_bytes_unref);
	peer->is_writing = FALSE;
	peer->n_write_tries = 0;
}
