/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/bus-call.h"

#include <gio/gunixfdlist.h>

struct KnBusCall {
	GDBusConnection *connection; /* owned */
	GDBusMessage *message;       /* owned */
};

KnBusCall *
kn_bus_call_new(GDBusConnection *connection, GDBusMessage *message)
{
	KnBusCall *call = g_new0(KnBusCall, 1);

	call->connection = g_object_ref(connection);
	call->message = g_object_ref(message);
	return call;
}

const gchar *
kn_bus_call_sender(const KnBusCall *call)
{
	const gchar *sender = g_dbus_message_get_sender(call->message);

	return sender != NULL ? sender : "";
}

void
kn_bus_call_forget(KnBusCall *call)
{
	g_object_unref(call->message);
	g_object_unref(call->connection);
	g_free(call);
}

static void
finish(KnBusCall *call, GDBusMessage *reply)
{
	gboolean is_wanted =
		!(g_dbus_message_get_flags(call->message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);

	/* a connection that is gone takes the answer with it, as a dead daemon would */
	if (is_wanted)
		g_dbus_connection_send_message(call->connection, reply,
					       G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
	g_object_unref(reply);
	kn_bus_call_forget(call);
}

void
kn_bus_call_return(KnBusCall *call, GVariant *result)
{
	GDBusMessage *reply = g_dbus_message_new_method_reply(call->message);

	if (result != NULL)
		g_dbus_message_set_body(reply, result);
	finish(call, reply);
}

void
kn_bus_call_return_fd(KnBusCall *call, gint fd, guint16 mtu)
{
	GDBusMessage *reply = g_dbus_message_new_method_reply(call->message);
	g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
	g_autoptr(GError) error = NULL;

	if (g_unix_fd_list_append(fds, fd, &error) < 0) {
		g_object_unref(reply);
		kn_bus_call_error(call, "org.bluez.Error.Failed", error->message);
		return;
	}
	g_dbus_message_set_body(reply, g_variant_new("(hq)", 0, mtu));
	g_dbus_message_set_unix_fd_list(reply, fds);
	finish(call, reply);
}

void
kn_bus_call_error(KnBusCall *call, const gchar *name, const gchar *message)
{
	finish(call, g_dbus_message_new_method_error_literal(call->message, name, message));
}
