/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what bluetoothd knows of a device: by which address, whether it is bonded, and for how long it remembers one that is not */

#include "sim/fakebus-private.h"

/* ---- the address ---- */

gboolean
kn_fake_device_is_hidden(const KnFakeDevice *device)
{
	return kn_massager_spec(device->massager)->is_private && !device->is_bonded;
}

/* a resolvable private one: its first two bits are 01 (Core 5.4, 6-B 1.3.2.2) */
static gchar *
make_air_address(KnFakeDevice *device)
{
	guint hash = (g_str_hash(device->address) + ++device->n_air_addresses) * 2654435761u;

	return g_strdup_printf("%02X:%02X:%02X:%02X:%s", 0x40 | (hash & 0x3f), hash >> 24,
			       hash >> 16 & 0xff, hash >> 8 & 0xff, device->address + 12);
}

void
kn_fake_device_settle(KnFakeDevice *device)
{
	g_autofree gchar *tail = NULL;

	if (kn_fake_device_is_hidden(device)) {
		g_free(device->air_address);
		device->air_address = make_air_address(device);
	}
	tail = g_strdelimit(
		g_strdup(kn_fake_device_is_hidden(device) ? device->air_address : device->address),
		":", '_');
	g_free(device->path);
	device->path = g_strconcat(device->bus->adapter_path, "/dev_", tail, NULL);
}

/* ---- the bond ---- */

void
kn_fake_device_bond(KnFakeDevice *device)
{
	gboolean was_hidden = kn_fake_device_is_hidden(device);

	device->is_bonded = TRUE;
	device->is_key_lost = FALSE;
	/* bluetoothd: the object keeps its path until it starts again */
	if (was_hidden) {
		kn_fake_device_set(device, "Address", g_variant_new_string(device->address));
		kn_fake_device_set(device, "AddressType", g_variant_new_string("public"));
	}
	kn_fake_device_set(device, "Bonded", g_variant_new_boolean(TRUE));
	kn_fake_device_expire(device);
	if (device->link == KN_FAKE_CONNECTED && device->link_timer == 0)
		kn_fake_device_resolve(device);
}

static void
unbond(KnFakeDevice *device)
{
	device->is_bonded = device->is_key_lost = device->is_kept = FALSE;
	kn_fake_device_unpublish(device);
	kn_fake_device_settle(device);
}

static gboolean
on_removed(gpointer user)
{
	KnFakeDevice *device = user;

	device->removal = 0;
	unbond(device);
	return G_SOURCE_REMOVE;
}

/* bluetoothd (device.c, adapter.c) ends the link, answers when it is down, and only then lets the object go */
void
kn_fake_device_removed(KnFakeDevice *device)
{
	KnBusCall *call = g_steal_pointer(&device->remove_call);

	if (call == NULL)
		return;
	kn_bus_call_return(call, NULL);
	device->removal = g_idle_add(on_removed, device);
}

void
kn_fake_device_remove(KnFakeDevice *device, KnBusCall *call)
{
	gboolean is_linked = kn_fake_device_is_linked(device);

	if (device->remove_call != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	kn_fake_pairing_end(device, is_linked ? KN_FAKE_PAIR_CANCELED : KN_FAKE_PAIR_UNREACHED);
	if (is_linked) {
		device->remove_call = call;
		kn_fake_device_hang_up(device);
		return;
	}
	kn_fake_device_drop_link(device);
	unbond(device);
	kn_bus_call_return(call, NULL);
}

gboolean
kn_fake_device_lose_bond(KnFakeDevice *device)
{
	if (!device->is_bonded || device->is_key_lost)
		return FALSE;
	device->is_key_lost = TRUE;
	if (kn_fake_device_is_linked(device))
		kn_fake_device_drop_link(device);
	return TRUE;
}

/* ---- the memory ---- */

static gboolean
on_expired(gpointer user)
{
	KnFakeDevice *device = user;

	device->expiry = 0;
	kn_fake_device_unpublish(device);
	return G_SOURCE_REMOVE;
}

void
kn_fake_device_expire(KnFakeDevice *device)
{
	guint temporary_s = device->bus->temporary_s;

	g_clear_handle_id(&device->expiry, g_source_remove);
	if (!device->is_bonded && !device->is_kept && device->link == KN_FAKE_IDLE &&
	    temporary_s > 0)
		device->expiry = g_timeout_add(temporary_s * 1000, on_expired, device);
}
