/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/check-link.h"

#include "sim/gatt-names.h"

#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALL_MS = 60000, RESOLVE_MS = 30000, LOOK_MS = 200 };

#define BLUEZ          "org.bluez"
#define DEVICE         BLUEZ ".Device1"
#define CHARACTERISTIC BLUEZ ".GattCharacteristic1"

struct KnCheckLink {
	GDBusConnection *connection;             /* owned */
	gchar *device;                           /* owned: path */
	gchar *parts[KN_CHECK_CHARACTERISTICS];  /* owned: path; NULL not there */
	gchar **flags[KN_CHECK_CHARACTERISTICS]; /* owned */
	gint fd;                                 /* of AcquireNotify; -1 none */
};

static GVariant *
call(const KnCheckLink *link, const gchar *path, const gchar *interface, const gchar *method,
     GVariant *parameters, const gchar *reply_type, GError **error)
{
	GVariant *value = g_dbus_connection_call_sync(
		link->connection, BLUEZ, path, interface, method, parameters,
		G_VARIANT_TYPE(reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL, error);

	if (error != NULL && *error != NULL)
		g_dbus_error_strip_remote_error(*error);
	return value;
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
kn_check_link_new(const gchar *bus_address, const gchar *address, GError **error)
{
	g_autoptr(KnCheckLink) link = g_new0(KnCheckLink, 1);
	Wanted wanted = {.address = address};

	link->fd = -1;
	link->connection = bus_address == NULL
				   ? g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error)
				   : g_dbus_connection_new_for_address_sync(
					     bus_address,
					     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
						     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
					     NULL, NULL, error);
	if (link->connection == NULL || !look(link, DEVICE, see_device, &wanted, error))
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

void
kn_check_link_free(KnCheckLink *link)
{
	if (link->fd >= 0)
		close(link->fd);
	for (guint i = 0; i < KN_CHECK_CHARACTERISTICS; i++) {
		g_free(link->parts[i]);
		g_strfreev(link->flags[i]);
	}
	g_clear_object(&link->connection);
	g_free(link->device);
	g_free(link);
}

/* ---- the link ---- */

static gboolean
on_time(gpointer user)
{
	*(gboolean *)user = TRUE;
	return G_SOURCE_REMOVE;
}

static void
let_pass(guint ms)
{
	gboolean is_over = FALSE;

	g_timeout_add(ms, on_time, &is_over);
	while (!is_over)
		g_main_context_iteration(NULL, TRUE);
}

gboolean
kn_check_link_connect(KnCheckLink *link, GError **error)
{
	g_autoptr(GVariant) reply = call(link, link->device, DEVICE, "Connect", NULL, "()", error);
	gboolean is_resolved = FALSE;

	if (reply == NULL)
		return FALSE;
	for (guint passed_ms = 0; passed_ms < RESOLVE_MS; passed_ms += LOOK_MS) {
		if (!look(link, DEVICE, see_resolved, &is_resolved, error))
			return FALSE;
		if (is_resolved)
			return look(link, CHARACTERISTIC, see_characteristic, NULL, error);
		let_pass(LOOK_MS);
	}
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
		    "its services were not resolved within %d s", RESOLVE_MS / 1000);
	return FALSE;
}

void
kn_check_link_disconnect(KnCheckLink *link)
{
	g_autoptr(GVariant) reply = NULL;

	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	reply = call(link, link->device, DEVICE, "Disconnect", NULL, "()", NULL);
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
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync(
		link->connection, BLUEZ, link->parts[KN_CHECK_DATA], CHARACTERISTIC,
		"AcquireNotify", g_variant_new("(a{sv})", NULL), G_VARIANT_TYPE("(hq)"),
		G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_MS, NULL, &fds, NULL, error);
	gint32 handle = 0;

	if (reply == NULL) {
		g_prefix_error(error, "nobody else may listen (sudo systemctl stop kneadd): ");
		return FALSE;
	}
	g_variant_get(reply, "(hq)", &handle, ret_mtu);
	link->fd = fds != NULL ? g_unix_fd_list_get(fds, handle, error) : -1;
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

gsize
kn_check_link_receive(const KnCheckLink *link, guint timeout_ms,
		      guint8 ret_bytes[KN_CHECK_NOTIFICATION_MAX])
{
	struct pollfd in = {.fd = link->fd, .events = POLLIN};
	gssize n_bytes;

	if (link->fd < 0 || poll(&in, 1, (gint)timeout_ms) <= 0)
		return 0;
	n_bytes = recv(link->fd, ret_bytes, KN_CHECK_NOTIFICATION_MAX, MSG_DONTWAIT);
	return n_bytes > 0 ? (gsize)n_bytes : 0;
}
