/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/fakebus-private.h"
#include "sim/model.h"

static void
set(KnFakeDevice *device, const gchar *property, GVariant *value)
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

	g_clear_handle_id(&device->link_timer, g_source_remove);
	g_clear_handle_id(&device->pump, g_source_remove);
	kn_massager_free(device->massager);
	g_free(device->address);
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
	set(device, "Address", g_variant_new_string(device->address));
	set(device, "AddressType", g_variant_new_string("public"));
	set(device, "Name", g_variant_new_string(name));
	set(device, "Alias", g_variant_new_string(name));
	set(device, "Paired", g_variant_new_boolean(device->is_bonded));
	set(device, "Bonded", g_variant_new_boolean(device->is_bonded));
	set(device, "Trusted", g_variant_new_boolean(FALSE));
	set(device, "Blocked", g_variant_new_boolean(FALSE));
	set(device, "LegacyPairing", g_variant_new_boolean(FALSE));
	set(device, "Connected", g_variant_new_boolean(kn_fake_device_is_linked(device)));
	set(device, "ServicesResolved", g_variant_new_boolean(FALSE));
	set(device, "UUIDs", g_variant_new_strv(uuids, -1));
	set(device, "Adapter", g_variant_new_object_path(KN_ADAPTER_PATH));
	kn_bus_tree_publish(device->bus->tree, device->path);
}

void
kn_fake_device_unpublish(KnFakeDevice *device)
{
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
	set(device, "RSSI", g_variant_new_int16(signal_dbm));
	set(device, "ServiceData", service_data(device));
}

void
kn_fake_device_forget_signal(KnFakeDevice *device)
{
	kn_bus_tree_unset(device->bus->tree, device->path, KN_DEVICE_INTERFACE, "RSSI");
	if (!device->is_bonded && device->link == KN_FAKE_IDLE)
		kn_fake_device_unpublish(device);
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
			set(device, "ServicesResolved", g_variant_new_boolean(FALSE));
		set(device, "Connected", g_variant_new_boolean(FALSE));
	}
	answer(&device->disconnect_call, NULL, NULL);
	if (before != KN_FAKE_IDLE && !device->is_bonded && device->bus->advert == 0)
		kn_fake_device_unpublish(device);
}

static gboolean
on_resolved(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	device->link = KN_FAKE_RESOLVED;
	kn_fake_gatt_publish(device);
	set(device, "ServicesResolved", g_variant_new_boolean(TRUE));
	return G_SOURCE_REMOVE;
}

static gboolean
on_connected(gpointer user)
{
	KnFakeDevice *device = user;

	device->link_timer = 0;
	if (!device->is_present || !kn_fake_adapter_is_up(device->bus)) {
		device->link = KN_FAKE_IDLE;
		answer(&device->connect_call, "org.bluez.Error.Failed",
		       "le-connection-abort-by-local");
		return G_SOURCE_REMOVE;
	}
	device->link = KN_FAKE_CONNECTED;
	device->n_connects++;
	kn_massager_link_up(device->massager);
	set(device, "Connected", g_variant_new_boolean(TRUE));
	answer(&device->connect_call, NULL, NULL);
	device->link_timer = g_timeout_add(KN_FAKE_RESOLVE_MS, on_resolved, device);
	return G_SOURCE_REMOVE;
}

static void
connect_device(KnFakeDevice *device, KnBusCall *call)
{
	guint wait_ms = device->bus->advert != 0 ? KN_FAKE_CONNECT_SCAN_MS : KN_FAKE_CONNECT_MS;

	if (!device->bus->is_powered) {
		kn_bus_call_error(call, "org.bluez.Error.NotReady", "Resource Not Ready");
		return;
	}
	if (device->connect_call != NULL) {
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
	device->link = KN_FAKE_CONNECTING;
	device->connect_call = call;
	device->link_timer = g_timeout_add(device->is_present ? wait_ms : KN_FAKE_ABSENT_MS,
					   on_connected, device);
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
	if (device->link == KN_FAKE_CONNECTING) {
		kn_fake_device_drop_link(device); /* documented: Disconnect cancels a Connect */
		return;
	}
	g_clear_handle_id(&device->link_timer, g_source_remove);
	device->link = KN_FAKE_DISCONNECTING;
	device->link_timer = g_timeout_add(KN_FAKE_DISCONNECT_MS, on_disconnected, device);
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
	else
		/* pairing is not simulated: devices are bonded from the start, or never */
		kn_bus_call_error(call, "org.bluez.Error.AuthenticationFailed",
				  "Authentication Failed");
}
