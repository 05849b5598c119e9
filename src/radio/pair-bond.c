/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair-private.h"

#include "radio/timers.h"

static void
on_removed(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault)
{
	KnPair *pair = user;
	pair->is_removing = FALSE;
	/* the object may have gone without us */
	if (fault && fault->verdict.class != KN_BLUEZ_GONE) {
		kn_pair_end(pair, KN_PAIR_FAILED, fault->text);
		return;
	}
	/* it has to be heard anew, as an object of its own */
	pair->is_stale = FALSE;
	pair->was_removed = TRUE;
	kn_pair_set_deadline(pair, KN_WAIT_PAIR_SEARCH_MS);
	kn_radio_kick(pair->radio);
}

static void
remove_device(KnPair *pair)
{
	KnBluezCall call = {.path = pair->adapter,
			    .interface = "org.bluez.Adapter1",
			    .method = "RemoveDevice",
			    .parameters = g_variant_new("(o)", pair->device),
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_DISCONNECT_MS};
	kn_bluez_call(pair->radio->host.bluez, &call, pair->cancellable, on_removed, pair);
}

/* The answer comes after the end of the link was told, and an error says that there was none. */
static void
on_disconnected(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
		const KnBluezFault *fault G_GNUC_UNUSED)
{
	KnPair *pair = user;
	KnTree *tree = kn_bluez_get_tree(pair->radio->host.bluez);
	const KnTreeDevice *device = kn_tree_get(tree, pair->device);
	if (!device || !device->is_connected) {
		remove_device(pair);
		return;
	}
	pair->is_removing = FALSE;
	kn_pair_end(pair, KN_PAIR_FAILED,
		    "its old pairing could not be removed: something keeps it connected");
}

/* bluetoothd has crashed when it was told to remove a device that was connected: the link goes first */
void
kn_pair_remove_bond(KnPair *pair)
{
	KnTree *tree = kn_bluez_get_tree(pair->radio->host.bluez);
	const KnTreeDevice *device = kn_tree_get(tree, pair->device);
	KnBluezCall call = {.path = pair->device,
			    .interface = "org.bluez.Device1",
			    .method = "Disconnect",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_DISCONNECT_MS};
	pair->is_removing = TRUE;
	if (device && device->is_connected)
		kn_bluez_call(pair->radio->host.bluez, &call, pair->cancellable, on_disconnected,
			      pair);
	else
		remove_device(pair);
}
