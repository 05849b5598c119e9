/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/fakebus-private.h"
#include "sim/model.h"

void
kn_fake_device_set(KnFakeDevice *device, const gchar *property, GVariant *value)
{
	if (device->bus->tree != NULL)
		kn_bus_tree_set(device->bus->tree, device->path, KN_DEVICE_INTERFACE, property,
				value);
	else
		g_variant_unref(g_variant_ref_sink(value));
}

void
kn_fake_device_free(gpointer data)
{
	KnFakeDevice *device = data;

	kn_fake_pairing_abandon(device);
	g_clear_handle_id(&device->expiry, g_source_remove);
	g_clear_handle_id(&device->removal, g_source_remove);
	g_clear_handle_id(&device->link_timer, g_source_remove);
	g_clear_handle_id(&device->pump, g_source_remove);
	g_clear_handle_id(&device->write_timer, g_source_remove);
	g_clear_pointer(&device->written, g_bytes_unref);
	kn_massager_free(device->massager);
	g_free(device->address);
	g_free(device->air_address);
	g_free(device->path);
	g_free(device->notify_sender);
	g_free(device);
}

gboolean
kn_fake_device_is_linked(const KnFakeDevice *device)
{
	return device->link >= KN_FAKE_CONNECTED;
}

void
kn_fake_device_get_link(const KnFakeDevice *device, KnSimLink *ret_link)
{
	*ret_link = (KnSimLink){
		.is_connected = kn_fake_device_is_linked(device),
		.is_present = device->is_present,
		.is_notifying = device->notify_fd >= 0 || device->notify_sender != NULL,
		.n_notified = device->n_notified,
		.n_socket_dropped = device->n_socket_dropped,
		.n_connects = device->n_connects,
	};
}

/* ---- the object ---- */

/* { service UUID: kind, flags } */
static GVariant *
service_data(const KnFakeDevice *device)
{
	guint8 bytes[2] = {(guint8)kn_massager_info(device->massager)->kind,
			   kn_massager_advert_flags(device->massager, kn_sim_now_us())};
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
		&builder, "{sv}", KN_SERVICE_UUID,
		g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, sizeof bytes, 1));
	return g_variant_builder_end(&builder);
}

void
kn_fake_device_publish(KnFakeDevice *device)
{
	static const gchar *const uuids[] = {KN_SERVICE_UUID, NULL};
	const gchar *name = kn_model_name(kn_massager_info(device->massager)->kind);

	kn_bus_tree_add(device->bus->tree, device->path, KN_DEVICE_INTERFACE);
	kn_fake_device_set(device, "Address",
			   g_variant_new_string(kn_fake_device_is_hidden(device)
							? device->air_address
							: device->address));
	kn_fake_device_set(
		device, "AddressType",
		g_variant_new_string(kn_fake_device_is_hidden(device) ? "random" : "public"));
	kn_fake_device_set(device, "Name", g_variant_new_string(name));
	kn_fake_device_set(device, "Alias", g_variant_new_string(name));
	kn_fake_device_set(device, "Paired", g_variant_new_boolean(device->is_bonded));
	kn_fake_device_set(device, "Bonded", g_variant_new_boolean(device->is_bonded));
	kn_fake_device_set(device, "Trusted", g_variant_new_boolean(FALSE));
	kn_fake_device_set(device, "Blocked", g_variant_new_boolean(FALSE));
	kn_fake_device_set(device, "LegacyPairing", g_variant_new_boolean(FALSE));
	kn_fake_device_set(device, "Connected",
			   g_variant_new_boolean(kn_fake_device_is_linked(device)));
	kn_fake_device_set(device, "ServicesResolved", g_variant_new_boolean(FALSE));
	kn_fake_device_set(device, "UUIDs", g_variant_new_strv(uuids, -1));
	kn_fake_device_set(device, "Adapter", g_variant_new_object_path(device->bus->adapter_path));
	kn_bus_tree_publish(device->bus->tree, device->path);
}

void
kn_fake_device_unpublish(KnFakeDevice *device)
{
	g_clear_handle_id(&device->expiry, g_source_remove);
	if (device->bus->tree != NULL)
		kn_bus_tree_remove(device->bus->tree, device->path);
}

void
kn_fake_device_advertise(KnFakeDevice *device, guint n_advert)
{
	gint16 signal_dbm = (gint16)(-58 - (gint)((n_advert * 7 + (guint)device->address[16]) % 9));

	if (!device->is_present || device->link != KN_FAKE_IDLE)
		return;
	if (!kn_bus_tree_has(device->bus->tree, device->path))
		kn_fake_device_publish(device);
	kn_fake_device_set(device, "RSSI", g_variant_new_int16(signal_dbm));
	kn_fake_device_set(device, "ServiceData", service_data(device));
	kn_fake_device_expire(device);
}

void
kn_fake_device_forget_signal(KnFakeDevice *device)
{
	kn_bus_tree_unset(device->bus->tree, device->path, KN_DEVICE_INTERFACE, "RSSI");
}

/* ---- the link ---- */

static void
answer(KnBusCall **call, const gchar *name, const gchar *message)
{
	KnBusCall *taken = g_steal_pointer(call);

	if (taken == NULL)
		return;
	if (name == NULL)
		kn_bus_call_return(taken, NULL);
	else
		kn_bus_call_error(taken, name, message);
}

void
kn_fake_device_drop_link(KnFakeDevice *device)
{
	KnFakeLink before = device->link;

	g_clear_handle_id(&device->link_timer, g_source_remove);
	device->link = KN_FAKE_IDLE;
	answer(&device->connect_call, "org.bluez.Error.Failed", "br-connection-canceled");
	if (before >= KN_FAKE_CONNECTED) {
		kn_fake_gatt_remove(device);
		if (before != KN_FAKE_CONNECTED)
			kn_fake_device_set(device, "ServicesResolved",
					   g_variant_new_boolean(FALSE));
		kn_fake_device_set(device, "Connected", g_variant_new_boolean(FALSE));
	}
	answer(&device->disconnect_call, NULL, NULL);
	kn_fake_pairing_told(device);
	kn_fake_pairing_end(device, KN_FAKE_PAIR_CUT_OFF);
	kn_fake_device_removed(device);
	if (before != KN_FAKE_IDLE)
		kn_fake_device_expire(device);
}

static gboolean
on_resolved(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	device->link = KN_FAKE_RESOLVED;
	kn_fake_gatt_publish(device);
	kn_fake_device_set(device, "ServicesResolved", g_variant_new_boolean(TRUE));
	kn_fake_pairing_told(device);
	return G_SOURCE_REMOVE;
}

void
kn_fake_device_resolve(KnFakeDevice *device)
{
	device->link_timer =
		g_timeout_add(kn_fake_ms(device->bus, KN_FAKE_RESOLVE_MS), on_resolved, device);
}

static gboolean
on_cut_off(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	kn_fake_device_drop_link(device);
	return G_SOURCE_REMOVE;
}

static gboolean
is_full(const KnFakebus *bus)
{
	guint n = 0;

	for (guint i = 0; i < bus->devices->len; i++)
		n += kn_fake_device_is_linked(bus->devices->pdata[i]);
	return bus->n_links_max != 0 && n >= bus->n_links_max;
}

static gboolean
on_connected(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	if (is_full(device->bus) || !device->is_present || !kn_fake_adapter_hears(device->bus)) {
		device->link = KN_FAKE_IDLE;
		answer(&device->connect_call, "org.bluez.Error.Failed",
		       is_full(device->bus) && !device->bus->is_limit_hidden
			       ? "le-connection-concurrent-connection-limit"
			       : "le-connection-abort-by-local");
		kn_fake_pairing_end(device, KN_FAKE_PAIR_UNREACHED);
		return G_SOURCE_REMOVE;
	}
	device->link = KN_FAKE_CONNECTED;
	device->n_connects++;
	kn_massager_link_up(device->massager);
	kn_fake_device_set(device, "Connected", g_variant_new_boolean(TRUE));
	answer(&device->connect_call, NULL, NULL);
	if (device->pairing != NULL)
		kn_fake_pairing_linked(device); /* services are looked for once it is bonded */
	else if (device->is_key_lost)           /* bluetoothd 5.82 says nothing of why */
		device->link_timer = g_timeout_add(kn_fake_ms(device->bus, KN_FAKE_CUT_OFF_MS),
						   on_cut_off, device);
	else
		kn_fake_device_resolve(device);
	return G_SOURCE_REMOVE;
}

void
kn_fake_device_link(KnFakeDevice *device)
{
	/* bluetoothd suspends discovery for a pairing, not for a Connect */
	gboolean is_slow = device->bus->advert != 0 && device->pairing == NULL;
	gboolean is_there = device->is_present && kn_fake_adapter_hears(device->bus);
	guint wait_ms = is_slow ? KN_FAKE_CONNECT_SCAN_MS : KN_FAKE_CONNECT_MS;

	device->link = KN_FAKE_CONNECTING;
	kn_fake_device_expire(device);
	device->link_timer =
		g_timeout_add(kn_fake_ms(device->bus, is_there ? wait_ms : KN_FAKE_ABSENT_MS),
			      on_connected, device);
}

static void
connect_device(KnFakeDevice *device, KnBusCall *call)
{
	if (!device->bus->is_powered) {
		kn_bus_call_error(call, "org.bluez.Error.NotReady", "Resource Not Ready");
		return;
	}
	if (device->connect_call != NULL || device->pairing != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	if (device->link == KN_FAKE_DISCONNECTING) {
		kn_bus_call_error(call, "org.bluez.Error.Failed", "Operation already in progress");
		return;
	}
	if (kn_fake_device_is_linked(device)) {
		kn_bus_call_return(call, NULL);
		return;
	}
	device->connect_call = call;
	kn_fake_device_link(device);
}

static gboolean
on_disconnected(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	kn_fake_device_drop_link(device);
	return G_SOURCE_REMOVE;
}

static void
disconnect_device(KnFakeDevice *device, KnBusCall *call)
{
	if (device->link == KN_FAKE_IDLE) {
		kn_bus_call_error(call, "org.bluez.Error.NotConnected", "Not Connected");
		return;
	}
	if (device->disconnect_call != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	device->disconnect_call = call;
	kn_fake_pairing_end(device, KN_FAKE_PAIR_CANCELED);
	if (device->link == KN_FAKE_CONNECTING)
		kn_fake_device_drop_link(device); /* documented: Disconnect cancels a Connect */
	kn_fake_device_hang_up(device);
}

void
kn_fake_device_hang_up(KnFakeDevice *device)
{
	if (!kn_fake_device_is_linked(device) || device->link == KN_FAKE_DISCONNECTING)
		return;
	g_clear_handle_id(&device->link_timer, g_source_remove);
	device->link = KN_FAKE_DISCONNECTING;
	device->link_timer = g_timeout_add(kn_fake_ms(device->bus, KN_FAKE_DISCONNECT_MS),
					   on_disconnected, device);
}

void
kn_fake_device_set_present(KnFakeDevice *device, gboolean is_present)
{
	device->is_present = is_present;
	if (!is_present && kn_fake_device_is_linked(device))
		kn_fake_device_drop_link(device);
}

void
kn_fake_device_call(KnFakeDevice *device, const gchar *method, KnBusCall *call)
{
	if (g_str_equal(method, "Connect"))
		connect_device(device, call);
	else if (g_str_equal(method, "Disconnect"))
		disconnect_device(device, call);
	else if (g_str_equal(method, "Pair"))
		kn_fake_pair(device, call);
	else
		kn_fake_cancel_pairing(device, call);
}
