/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check-link.h"

#include "sim/check-call.h"
#include "sim/gatt-names.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RESOLVE_MS = 30000,
	LOOK_MS = 200,
	LISTENER_MS = 2000, /* bluetoothd notices in its own time that a listener has ended */
};

#define BLUEZ          "org.bluez"
#define DEVICE         BLUEZ ".Device1"
#define CHARACTERISTIC BLUEZ ".GattCharacteristic1"

struct KnCheckLink {
	GDBusConnection *connection;             /* owned */
	GCancellable *stop;                      /* owned */
	gchar *device;                           /* owned: path */
	gchar *parts[KN_CHECK_CHARACTERISTICS];  /* owned: path; NULL not there */
	gchar **flags[KN_CHECK_CHARACTERISTICS]; /* owned */
	gint fd;                                 /* of AcquireNotify; -1 none */
	gboolean is_ours; /* connected by this; another program's link is not cut */
};

static GVariant *
call(const KnCheckLink *link, const gchar *path, const gchar *interface, const gchar *method,
     GVariant *parameters, const gchar *reply_type, GError **error)
{
	const KnCheckCall what = {path, interface, method, parameters, reply_type};

	return kn_check_call(link->connection, link->stop, &what, NULL, error);
}

static void
let_pass(const KnCheckLink *link, guint ms)
{
	kn_check_await(link->stop, -1, g_get_monotonic_time() + (gint64)ms * 1000);
}

/* ---- what BlueZ knows ---- */

typedef void (*SeenFunc)(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user);

/* each object with that interface */
static gboolean
look(KnCheckLink *link, const gchar *interface, SeenFunc seen, gpointer user, GError **error)
{
	g_autoptr(GVariant) reply = call(link, "/", "org.freedesktop.DBus.ObjectManager",
					 "GetManagedObjects", NULL, "(a{oa{sa{sv}}})", error);
	g_autoptr(GVariantIter) objects = NULL;
	const gchar *path = NULL;
	GVariant *interfaces = NULL;

	if (reply == NULL)
		return FALSE;
	g_variant_get(reply, "(a{oa{sa{sv}}})", &objects);
	while (g_variant_iter_loop(objects, "{&o@a{sa{sv}}}", &path, &interfaces)) {
		g_autoptr(GVariant) properties =
			g_variant_lookup_value(interfaces, interface, G_VARIANT_TYPE_VARDICT);
		if (properties != NULL)
			seen(link, path, properties, user);
	}
	return TRUE;
}

typedef struct {
	const gchar *address;
	gboolean is_bonded;
} Wanted;

static void
see_device(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user)
{
	Wanted *wanted = user;
	const gchar *address = "";
	gboolean is_bonded = FALSE;

	g_variant_lookup(properties, "Address", "&s", &address);
	g_variant_lookup(properties, "Bonded", "b", &is_bonded);
	if (g_ascii_strcasecmp(address, wanted->address) != 0 || wanted->is_bonded)
		return;
	g_free(link->device);
	link->device = g_strdup(path);
	wanted->is_bonded = is_bonded;
}

static void
see_connected(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user)
{
	if (g_str_equal(path, link->device))
		g_variant_lookup(properties, "Connected", "b", (gboolean *)user);
}

/* by anybody */
static void
see_listened(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user)
{
	const gchar *uuid = "";
	gboolean is_notifying = FALSE;

	g_variant_lookup(properties, "UUID", "&s", &uuid);
	g_variant_lookup(properties, "Notifying", "b", &is_notifying);
	if (is_notifying && g_str_has_prefix(path, link->device) &&
	    g_ascii_strcasecmp(uuid, KN_DATA_UUID) == 0)
		*(gboolean *)user = TRUE;
}

static void
see_resolved(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user)
{
	if (g_str_equal(path, link->device))
		g_variant_lookup(properties, "ServicesResolved", "b", (gboolean *)user);
}

static void
see_characteristic(KnCheckLink *link, const gchar *path, GVariant *properties, gpointer user)
{
	static const gchar *const uuids[] = {KN_INFO_UUID, KN_DATA_UUID, KN_CONTROL_UUID};
	const gchar *uuid = "";

	g_variant_lookup(properties, "UUID", "&s", &uuid);
	for (guint i = 0; i < KN_CHECK_CHARACTERISTICS; i++) {
		if (!g_str_has_prefix(path, link->device) ||
		    g_ascii_strcasecmp(uuid, uuids[i]) != 0)
			continue;
		g_free(link->parts[i]);
		g_clear_pointer(&link->flags[i], g_strfreev);
		link->parts[i] = g_strdup(path);
		g_variant_lookup(properties, "Flags", "^as", &link->flags[i]);
	}
}

KnCheckLink *
kn_check_link_new(const gchar *bus_address, const gchar *address, GCancellable *stop,
		  GError **error)
{
	g_autoptr(KnCheckLink) link = g_new0(KnCheckLink, 1);
	Wanted wanted = {.address = address};

	link->fd = -1;
	link->stop = g_object_ref(stop);
	link->connection = bus_address == NULL
				   ? g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error)
				   : g_dbus_connection_new_for_address_sync(
					     bus_address,
					     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
						     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
					     NULL, NULL, error);
	if (link->connection == NULL)
		return NULL;
	g_dbus_connection_set_exit_on_close(link->connection, FALSE);
	if (!look(link, DEVICE, see_device, &wanted, error))
		return NULL;
	if (wanted.is_bonded)
		return g_steal_pointer(&link);
	g_set_error(
		error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		"%s is %s. Pair it first: sudo knead pair %s; then stop the hub: sudo systemctl "
		"stop kneadd",
		address, link->device != NULL ? "not paired with this machine" : "not known here",
		address);
	return NULL;
}

static void
forget_parts(KnCheckLink *link)
{
	for (guint i = 0; i < KN_CHECK_CHARACTERISTICS; i++) {
		g_clear_pointer(&link->parts[i], g_free);
		g_clear_pointer(&link->flags[i], g_strfreev);
	}
}

void
kn_check_link_free(KnCheckLink *link)
{
	if (link->fd >= 0)
		close(link->fd);
	forget_parts(link);
	g_clear_object(&link->connection);
	g_clear_object(&link->stop);
	g_free(link->device);
	g_free(link);
}

/* ---- the link ---- */

/* A hub's link must not be cut under it; one that nobody listens on is, since the check begins with the first notification of a link. */
static gboolean
end_other_link(KnCheckLink *link, GError **error)
{
	g_autoptr(GVariant) reply = NULL;
	gboolean is_connected = FALSE;
	gboolean is_listened = FALSE;

	if (!look(link, DEVICE, see_connected, &is_connected, error))
		return FALSE;
	if (!is_connected)
		return TRUE;
	for (guint passed_ms = 0; passed_ms <= LISTENER_MS; passed_ms += LOOK_MS) {
		is_listened = FALSE;
		if (!look(link, CHARACTERISTIC, see_listened, &is_listened, error))
			return FALSE;
		if (!is_listened)
			break;
		let_pass(link, LOOK_MS);
	}
	if (is_listened) {
		kn_check_set_taken(error);
		return FALSE;
	}
	reply = call(link, link->device, DEVICE, "Disconnect", NULL, "()", error);
	return reply != NULL;
}

gboolean
kn_check_link_connect(KnCheckLink *link, GError **error)
{
	g_autoptr(GVariant) reply = NULL;
	gboolean is_resolved = FALSE;

	forget_parts(link);
	if (!end_other_link(link, error))
		return FALSE;
	reply = call(link, link->device, DEVICE, "Connect", NULL, "()", error);
	if (reply == NULL)
		return FALSE;
	link->is_ours = TRUE;
	for (guint passed_ms = 0; passed_ms < RESOLVE_MS; passed_ms += LOOK_MS) {
		if (!look(link, DEVICE, see_resolved, &is_resolved, error))
			return FALSE;
		if (is_resolved)
			return look(link, CHARACTERISTIC, see_characteristic, NULL, error);
		let_pass(link, LOOK_MS);
	}
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
		    "its services were not resolved within %d s", RESOLVE_MS / 1000);
	return FALSE;
}

void
kn_check_link_disconnect(KnCheckLink *link)
{
	const KnCheckCall what = {link->device, DEVICE, "Disconnect", NULL, "()"};
	g_autoptr(GVariant) reply = NULL;

	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	if (link->is_ours)
		reply = kn_check_call(link->connection, NULL, &what, NULL, NULL);
	link->is_ours = FALSE;
}

gboolean
kn_check_link_has(const KnCheckLink *link, KnCheckPart part)
{
	return link->parts[part] != NULL;
}

gboolean
kn_check_link_has_flag(const KnCheckLink *link, KnCheckPart part, const gchar *flag)
{
	return link->flags[part] != NULL &&
	       g_strv_contains((const gchar *const *)link->flags[part], flag);
}

GBytes *
kn_check_link_read_info(const KnCheckLink *link, GError **error)
{
	g_autoptr(GVariant) reply =
		call(link, link->parts[KN_CHECK_INFO], CHARACTERISTIC, "ReadValue",
		     g_variant_new("(a{sv})", NULL), "(ay)", error);
	g_autoptr(GVariant) value = NULL;

	if (reply == NULL)
		return NULL;
	value = g_variant_get_child_value(reply, 0);
	return g_variant_get_data_as_bytes(value);
}

gboolean
kn_check_link_listen(KnCheckLink *link, guint16 *ret_mtu, GError **error)
{
	KnCheckCall what = {link->parts[KN_CHECK_DATA], CHARACTERISTIC, "AcquireNotify", NULL,
			    "(hq)"};
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = NULL;
	gint32 handle = 0;

	if (link->parts[KN_CHECK_DATA] == NULL) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "it is not there");
		return FALSE;
	}
	what.parameters = g_variant_new("(a{sv})", NULL);
	reply = kn_check_call(link->connection, link->stop, &what, &fds, error);
	if (reply == NULL) {
		/* who listens keeps the link */
		link->is_ours =
			error == NULL || !g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_BUSY);
		return FALSE;
	}
	g_variant_get(reply, "(hq)", &handle, ret_mtu);
	if (fds == NULL) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "no socket came");
		return FALSE;
	}
	link->fd = g_unix_fd_list_get(fds, handle, error);
	return link->fd >= 0;
}

gboolean
kn_check_link_write(const KnCheckLink *link, const guint8 *bytes, gsize n_bytes, GError **error)
{
	GVariantBuilder options;
	g_autoptr(GVariant) reply = NULL;

	g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&options, "{sv}", "type", g_variant_new_string("request"));
	reply = call(
		link, link->parts[KN_CHECK_CONTROL], CHARACTERISTIC, "WriteValue",
		g_variant_new("(@aya{sv})",
			      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, n_bytes, 1),
			      &options),
		"()", error);
	return reply != NULL;
}

gssize
kn_check_link_receive(const KnCheckLink *link, gint64 until_us,
		      guint8 ret_bytes[KN_CHECK_NOTIFICATION_MAX])
{
	while (link->fd >= 0) {
		struct pollfd in = {.fd = link->fd, .events = POLLIN};
		gssize n_bytes;
		if (poll(&in, 1, 0) <= 0) {
			if (!kn_check_await(link->stop, link->fd, until_us))
				return KN_CHECK_NOTHING;
			continue;
		}
		n_bytes = recv(link->fd, ret_bytes, KN_CHECK_NOTIFICATION_MAX, MSG_DONTWAIT);
		/* 0 is an empty notification, or the end of a link that fell */
		if (n_bytes > 0 || (n_bytes == 0 && (in.revents & POLLHUP) == 0))
			return n_bytes;
		if (n_bytes == 0 || (errno != EAGAIN && errno != EINTR))
			return KN_CHECK_LOST;
	}
	return KN_CHECK_LOST;
}
