/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/pairing-agent.h"

#define AGENT_PATH "/org/knead/sim/agent"

static const gchar xml[] =
	"<node><interface name='org.bluez.Agent1'>"
	"<method name='Release'/>"
	"<method name='Cancel'/>"
	"<method name='DisplayPasskey'><arg type='o' direction='in'/><arg type='u' "
	"direction='in'/><arg type='q' direction='in'/></method>"
	"<method name='RequestPasskey'><arg type='o' direction='in'/><arg type='u' "
	"direction='out'/></method>"
	"<method name='RequestConfirmation'><arg type='o' direction='in'/><arg type='u' "
	"direction='in'/></method>"
	"<method name='RequestAuthorization'><arg type='o' direction='in'/></method>"
	"<method name='AuthorizeService'><arg type='o' direction='in'/><arg type='s' "
	"direction='in'/></method>"
	"</interface></node>";

struct KnPairingAgent {
	GDBusConnection *connection; /* owned */
	KnPairing pairing;
	guint object;
};

static void
on_call(GDBusConnection *connection, const gchar *sender, const gchar *path, const gchar *interface,
	const gchar *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user)
{
	const KnPairingAgent *agent = user;
	guint32 number = 0;

	if (agent->pairing == KN_PAIRING_REFUSE &&
	    (g_str_has_prefix(method, "Request") || g_str_equal(method, "AuthorizeService"))) {
		g_dbus_method_invocation_return_dbus_error(invocation, "org.bluez.Error.Rejected",
							   "the person said no");
		return;
	}
	if (g_str_equal(method, "DisplayPasskey")) {
		guint16 entered = 0;
		g_variant_get(parameters, "(&ouq)", NULL, &number, &entered);
		/* told again for each digit that is typed */
		if (entered == 0)
			kn_pairing_show("passkey", number);
	} else if (g_str_equal(method, "RequestConfirmation")) {
		g_variant_get(parameters, "(&ou)", NULL, &number);
		kn_pairing_show("confirm", number);
	} else if (g_str_equal(method, "RequestPasskey")) {
		/* it has no keys */
		g_dbus_method_invocation_return_dbus_error(invocation, "org.bluez.Error.Rejected",
							   "there are no keys");
		return;
	}
	g_dbus_method_invocation_return_value(invocation, NULL);
}

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) value =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (!value)
		g_info("pairing may not work: %s", error->message);
}

void
kn_pairing_agent_join(KnPairingAgent *agent)
{
	static const gchar *const capabilities[] = {
		[KN_PAIRING_JUST_WORKS] = "NoInputNoOutput", [KN_PAIRING_DISPLAY] = "DisplayOnly",
		[KN_PAIRING_CONFIRM] = "DisplayYesNo",       [KN_PAIRING_REFUSE] = "DisplayYesNo",
		[KN_PAIRING_TYPE] = "KeyboardOnly", /* not offered: see options.c */
	};

	/* in order, as bluetoothd answers calls of one connection */
	g_dbus_connection_call(
		agent->connection, "org.bluez", "/org/bluez", "org.bluez.AgentManager1",
		"RegisterAgent", g_variant_new("(os)", AGENT_PATH, capabilities[agent->pairing]),
		NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_registered, NULL);
	g_dbus_connection_call(agent->connection, "org.bluez", "/org/bluez",
			       "org.bluez.AgentManager1", "RequestDefaultAgent",
			       g_variant_new("(o)", AGENT_PATH), NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_registered, NULL);
}

KnPairingAgent *
kn_pairing_agent_new(GDBusConnection *connection, KnPairing pairing)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_call};
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(xml, NULL);
	KnPairingAgent *agent = g_new0(KnPairingAgent, 1);

	agent->connection = g_object_ref(connection);
	agent->pairing = pairing;
	agent->object = g_dbus_connection_register_object(
		connection, AGENT_PATH, info->interfaces[0], &vtable, agent, NULL, NULL);
	return agent;
}

void
kn_pairing_agent_free(KnPairingAgent *agent)
{
	if (!agent)
		return;
	g_dbus_connection_unregister_object(agent->connection, agent->object);
	g_object_unref(agent->connection);
	g_free(agent);
}
