/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/wire/encode.h"
#include "sim/fakebus-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PUMP_SLICE = 32 /* notifications sent before the main loop gets its turn */ };

typedef struct {
	const gchar *tail;
	const gchar *uuid;
	const gchar *flag;
} Characteristic;

static const Characteristic characteristics[] = {
	{"/service0010/char0011", KN_INFO_UUID, "read"},
	{"/service0010/char0013", KN_DATA_UUID, "notify"},
	{"/service0010/char0016", KN_CONTROL_UUID, "write"},
};
enum { INFO, DATA, CONTROL };

static gchar *
path_of(const KnFakeDevice *device, guint i)
{
	return g_strconcat(device->path, characteristics[i].tail, NULL);
}

static guint16
mtu_of(const KnFakeDevice *device)
{
	return kn_massager_spec(device->massager)->mtu;
}

static void
set(KnFakeDevice *device, guint i, const gchar *property, GVariant *value)
{
	g_autofree gchar *path = path_of(device, i);
	g_autoptr(GVariant) sunk = g_variant_ref_sink(value);

	if (device->bus->tree != NULL)
		kn_bus_tree_set(device->bus->tree, path, KN_CHRC_INTERFACE, property, sunk);
}

static GVariant *
bytes_variant(const guint8 *bytes, gsize n_bytes)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n_bytes, 1);
}

void
kn_fake_gatt_publish(KnFakeDevice *device)
{
	KnBusTree *tree = device->bus->tree;
	g_autofree gchar *service = g_strconcat(device->path, "/service0010", NULL);

	kn_bus_tree_add(tree, service, KN_SERVICE_INTERFACE);
	kn_bus_tree_set(tree, service, KN_SERVICE_INTERFACE, "UUID",
			g_variant_new_string(KN_SERVICE_UUID));
	kn_bus_tree_set(tree, service, KN_SERVICE_INTERFACE, "Device",
			g_variant_new_object_path(device->path));
	kn_bus_tree_set(tree, service, KN_SERVICE_INTERFACE, "Primary",
			g_variant_new_boolean(TRUE));
	kn_bus_tree_publish(tree, service);
	for (guint i = 0; i < G_N_ELEMENTS(characteristics); i++) {
		g_autofree gchar *path = path_of(device, i);
		const gchar *flags[] = {characteristics[i].flag, NULL};
		kn_bus_tree_add(tree, path, KN_CHRC_INTERFACE);
		set(device, i, "UUID", g_variant_new_string(characteristics[i].uuid));
		set(device, i, "Service", g_variant_new_object_path(service));
		set(device, i, "Value", bytes_variant(NULL, 0));
		set(device, i, "Flags", g_variant_new_strv(flags, -1));
		set(device, i, "MTU", g_variant_new_uint16(mtu_of(device)));
		if (i == DATA) {
			set(device, i, "Notifying", g_variant_new_boolean(FALSE));
			set(device, i, "NotifyAcquired", g_variant_new_boolean(FALSE));
		}
		kn_bus_tree_publish(tree, path);
	}
}

/* ---- notifications ---- */

static void
release_notify(KnFakeDevice *device)
{
	g_clear_handle_id(&device->notify_hup, g_source_remove);
	g_clear_handle_id(&device->pump, g_source_remove);
	if (device->notify_fd >= 0) {
		close(device->notify_fd); /* the reader sees POLLHUP */
		device->notify_fd = -1;
		set(device, DATA, "NotifyAcquired", g_variant_new_boolean(FALSE));
		set(device, DATA, "Notifying", g_variant_new_boolean(FALSE));
	}
	if (device->notify_sender != NULL) {
		g_clear_pointer(&device->notify_sender, g_free);
		set(device, DATA, "Notifying", g_variant_new_boolean(FALSE));
	}
}

void
kn_fake_gatt_remove(KnFakeDevice *device)
{
	g_autofree gchar *service = g_strconcat(device->path, "/service0010", NULL);

	release_notify(device);
	g_clear_handle_id(&device->write_timer, g_source_remove);
	if (device->write_call != NULL)
		kn_bus_call_error(g_steal_pointer(&device->write_call), "org.bluez.Error.Failed",
				  "Not connected");
	if (device->bus->tree == NULL)
		return;
	for (guint i = 0; i < G_N_ELEMENTS(characteristics); i++) {
		g_autofree gchar *path = path_of(device, i);
		kn_bus_tree_remove(device->bus->tree, path);
	}
	kn_bus_tree_remove(device->bus->tree, service);
}

static gboolean
on_hup(gint fd, GIOCondition condition, gpointer user)
{
	KnFakeDevice *device = user;

	device->notify_hup = 0;
	release_notify(device);
	return G_SOURCE_REMOVE;
}

static void
notify(KnFakeDevice *device, const guint8 *bytes, gsize n_bytes)
{
	if (device->notify_fd < 0) {
		set(device, DATA, "Value", bytes_variant(bytes, n_bytes));
		device->n_notified++;
		return;
	}
	if (send(device->notify_fd, bytes, n_bytes, MSG_NOSIGNAL | MSG_DONTWAIT) == (gssize)n_bytes)
		device->n_notified++;
	else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		device->n_socket_dropped++; /* as bluetoothd does: only counted */
	/* any other error: the reader is gone, and on_hup will say so */
}

/* TRUE when the link has room for one more notification */
static gboolean
take_pace(KnFakeDevice *device, gint64 now_us)
{
	guint pace_per_s = kn_massager_spec(device->massager)->pace_per_s;

	if (pace_per_s == 0)
		return TRUE;
	/* at most what a tick was too late for is made up */
	device->paced_us = MAX(device->paced_us, now_us - 2 * KN_FAKE_TICK_MS * 1000);
	if (device->paced_us > now_us)
		return FALSE;
	device->paced_us += 1000000 / pace_per_s;
	return TRUE;
}

static gboolean
send_slice(KnFakeDevice *device)
{
	guint8 bytes[KN_NOTIFICATION_BYTES_MAX];
	gint64 now_us = kn_sim_now_us();

	for (guint i = 0; i < PUMP_SLICE; i++) {
		gsize n_bytes;
		if (device->notify_fd < 0 && device->notify_sender == NULL)
			return FALSE;
		if (!take_pace(device, now_us))
			return FALSE; /* the tick goes on with it */
		n_bytes = kn_massager_next(device->massager, now_us, bytes);
		if (n_bytes == 0)
			return FALSE;
		notify(device, bytes, n_bytes);
	}
	return TRUE;
}

static gboolean
on_pump(gpointer user)
{
	KnFakeDevice *device = user;

	if (send_slice(device))
		return G_SOURCE_CONTINUE;
	device->pump = 0;
	return G_SOURCE_REMOVE;
}

void
kn_fake_device_pump(KnFakeDevice *device)
{
	if (device->pump == 0 && (device->notify_fd >= 0 || device->notify_sender != NULL))
		device->pump = g_idle_add(on_pump, device);
}

static void
acquire_notify(KnFakeDevice *device, KnBusCall *call)
{
	gint pair[2];

	if (device->notify_fd >= 0) {
		kn_bus_call_error(call, "org.bluez.Error.NotPermitted", "Notify acquired");
		return;
	}
	if (device->notify_sender != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
		kn_bus_call_error(call, "org.bluez.Error.Failed", g_strerror(errno));
		return;
	}
	device->notify_fd = pair[0];
	device->notify_hup = g_unix_fd_add(pair[0], G_IO_HUP | G_IO_ERR, on_hup, device);
	set(device, DATA, "NotifyAcquired", g_variant_new_boolean(TRUE));
	set(device, DATA, "Notifying", g_variant_new_boolean(TRUE));
	kn_bus_call_return_fd(call, pair[1], mtu_of(device));
	close(pair[1]);
	kn_fake_device_pump(device);
}

static void
start_notify(KnFakeDevice *device, KnBusCall *call)
{
	if (device->notify_fd >= 0) {
		kn_bus_call_error(call, "org.bluez.Error.NotPermitted", "Notify acquired");
		return;
	}
	if (device->notify_sender != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	device->notify_sender = g_strdup(kn_bus_call_sender(call));
	set(device, DATA, "Notifying", g_variant_new_boolean(TRUE));
	kn_bus_call_return(call, NULL);
	kn_fake_device_pump(device);
}

static void
stop_notify(KnFakeDevice *device, KnBusCall *call)
{
	if (device->notify_sender == NULL ||
	    !g_str_equal(device->notify_sender, kn_bus_call_sender(call))) {
		kn_bus_call_error(call, "org.bluez.Error.Failed", "No notify session started");
		return;
	}
	release_notify(device);
	kn_bus_call_return(call, NULL);
}

/* ---- values ---- */

static void
read_info(KnFakeDevice *device, GVariant *parameters, KnBusCall *call)
{
	g_autoptr(GVariant) options = g_variant_get_child_value(parameters, 0);
	guint8 bytes[2 * KN_INFO_BYTES_MAX] = {0};
	gsize n_bytes = kn_encode_info(kn_massager_info(device->massager), bytes, sizeof bytes);
	guint16 offset = 0;

	if (device->n_info_bytes != 0)
		n_bytes = MIN(device->n_info_bytes, sizeof bytes);

	g_variant_lookup(options, "offset", "q", &offset);
	if (offset > n_bytes) {
		kn_bus_call_error(call, "org.bluez.Error.InvalidArguments", "Invalid offset");
		return;
	}
	set(device, INFO, "Value", bytes_variant(bytes, n_bytes));
	kn_bus_call_return(call,
			   g_variant_new("(@ay)", bytes_variant(bytes + offset, n_bytes - offset)));
}

static gboolean
on_written(gpointer user)
{
	KnFakeDevice *device = user;
	gsize n_bytes = 0;
	const guint8 *bytes = g_bytes_get_data(device->written, &n_bytes);

	device->write_timer = 0;
	kn_massager_control(device->massager, kn_sim_now_us(), bytes, n_bytes);
	kn_bus_call_return(g_steal_pointer(&device->write_call), NULL);
	kn_fake_device_pump(device);
	return G_SOURCE_REMOVE;
}

static void
write_control(KnFakeDevice *device, GVariant *parameters, KnBusCall *call)
{
	g_autoptr(GVariant) value = g_variant_get_child_value(parameters, 0);
	g_autoptr(GVariant) options = g_variant_get_child_value(parameters, 1);
	const gchar *type = "request";
	gsize n_bytes;
	const guint8 *bytes = g_variant_get_fixed_array(value, &n_bytes, 1);

	g_variant_lookup(options, "type", "&s", &type);
	if (!g_str_equal(type, "request")) {
		kn_bus_call_error(call, "org.bluez.Error.NotSupported",
				  "Operation is not supported");
		return;
	}
	if (n_bytes > KN_CONTROL_BYTES_MAX) {
		kn_bus_call_error(call, "org.bluez.Error.InvalidArguments", "Invalid Length");
		return;
	}
	if (device->write_call != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.InProgress", "In Progress");
		return;
	}
	device->write_call = call;
	g_bytes_unref(device->written);
	device->written = g_bytes_new(bytes, n_bytes);
	if (kn_massager_spec(device->massager)->round_trip_ms > 0)
		device->write_timer = g_timeout_add(
			kn_massager_spec(device->massager)->round_trip_ms, on_written, device);
	else
		on_written(device);
}

static gboolean
is_call(const KnFakeDevice *device, const gchar *path, guint i)
{
	g_autofree gchar *wanted = path_of(device, i);

	return g_str_equal(path, wanted);
}

void
kn_fake_gatt_call(KnFakeDevice *device, const gchar *path, const gchar *method,
		  GVariant *parameters, KnBusCall *call)
{
	if (device->link == KN_FAKE_DISCONNECTING)
		kn_bus_call_error(call, "org.bluez.Error.Failed", "Not connected");
	else if (!device->is_bonded)
		kn_bus_call_error(call, "org.bluez.Error.NotPermitted", "Not paired");
	else if (is_call(device, path, INFO) && g_str_equal(method, "ReadValue"))
		read_info(device, parameters, call);
	else if (is_call(device, path, CONTROL) && g_str_equal(method, "WriteValue"))
		write_control(device, parameters, call);
	else if (is_call(device, path, DATA) && g_str_equal(method, "AcquireNotify"))
		acquire_notify(device, call);
	else if (is_call(device, path, DATA) && g_str_equal(method, "StartNotify"))
		start_notify(device, call);
	else if (is_call(device, path, DATA) && g_str_equal(method, "StopNotify"))
		stop_notify(device, call);
	else if (g_str_equal(method, "ReadValue"))
		kn_bus_call_error(call, "org.bluez.Error.NotPermitted", "Read not permitted");
	else if (g_str_equal(method, "WriteValue"))
		kn_bus_call_error(call, "org.bluez.Error.NotPermitted", "Write not permitted");
	else
		kn_bus_call_error(call, "org.bluez.Error.NotSupported",
				  "Operation is not supported");
}
