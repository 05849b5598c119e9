/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/agent.h"

#include "radio/bluez-private.h"
#include "radio/timers.h"

#define AGENT_PATH "/org/knead/agent"
#define REJECTED   "org.bluez.Error.Rejected"

static const gchar xml[] =
	"<node><interface name='org.bluez.Agent1'>"
	"<method name='Release'/>"
	"<method name='Cancel'/>"
	"<method name='RequestPinCode'><arg type='o' direction='in'/><arg type='s' "
	"direction='out'/></method>"
	"<method name='RequestPasskey'><arg type='o' direction='in'/><arg type='u' "
	"direction='out'/></method>"
	"<method name='DisplayPasskey'><arg type='o' direction='in'/><arg type='u' "
	"direction='in'/><arg type='q' direction='in'/></method>"
	"<method name='RequestConfirmation'><arg type='o' direction='in'/><arg type='u' "
	"direction='in'/></method>"
	"<method name='RequestAuthorization'><arg type='o' direction='in'/></method>"
	"</interface></node>";

struct KnAgent {
	KnBluez *bluez; /* borrowed: outlives us */
	gchar *device;  /* owned */
	KnAgentEvents events;
	gpointer user;
	GDBusConnection *connection; /* owned: the one it is registered on */
	GCancellable *cancellable;   /* owned: of the registration */
	guint object;
	GDBusMethodInvocation *asked; /* owned: not answered yet; NULL nothing */
	gboolean wants_passkey;       /* asked is RequestPasskey, else RequestConfirmation */
};

static void
refuse(GDBusMethodInvocation *invocation, const gchar *why)
{
	g_dbus_method_invocation_return_dbus_error(invocation, REJECTED, why);
}

static void
drop_question(KnAgent *agent)
{
	if (agent->asked)
		refuse(g_steal_pointer(&agent->asked), "nobody answered");
}

static void
keep_question(KnAgent *agent, GDBusMethodInvocation *invocation, gboolean wants_passkey)
{
	drop_question(agent);
	agent->asked = invocation;
	agent->wants_passkey = wants_passkey;
}

static gboolean
is_ours(const KnAgent *agent, const gchar *sender, GVariant *parameters)
{
	const gchar *device = NULL;
	if (g_strcmp0(sender, agent->bluez->owner))
		return FALSE;
	if (g_variant_n_children(parameters) == 0)
		return TRUE;
	g_variant_get_child(parameters, 0, "&o", &device);
	return g_str_equal(device, agent->device);
}

static void
show_passkey(const KnAgent *agent, GVariant *parameters)
{
	guint32 number = 0;
	guint16 n_typed = 0;
	g_variant_get(parameters, "(&ouq)", NULL, &number, &n_typed);
	/* told again for each digit that is typed */
	if (n_typed == 0)
		agent->events.shows_passkey(agent->user, number % 1000000);
}

static void
on_call(GDBusConnection *connection G_GNUC_UNUSED, const gchar *sender,
	const gchar *path G_GNUC_UNUSED, const gchar *interface G_GNUC_UNUSED, const gchar *method,
	GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user)
{
	KnAgent *agent = user;
	guint32 number = 0;
	if (!is_ours(agent, sender, parameters)) {
		refuse(invocation, "this agent answers bluetoothd about one device");
		return;
	}
	if (g_str_equal(method, "RequestPasskey")) {
		keep_question(agent, invocation, TRUE);
		agent->events.wants_passkey(agent->user);
		return;
	}
	if (g_str_equal(method, "RequestConfirmation")) {
		g_variant_get(parameters, "(&ou)", NULL, &number);
		keep_question(agent, invocation, FALSE);
		agent->events.wants_confirmation(agent->user, number % 1000000);
		return;
	}
	if (g_str_equal(method, "RequestPinCode")) {
		refuse(invocation, "massagers have passkeys");
		return;
	}
	if (g_str_equal(method, "DisplayPasskey"))
		show_passkey(agent, parameters);
	else if (!g_str_equal(method, "RequestAuthorization")) /* of what we began ourselves */
		drop_question(agent);                          /* Cancel, Release */
	g_dbus_method_invocation_return_value(invocation, NULL);
}

static void
on_registered(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	      const KnBluezFault *fault)
{
	KnAgent *agent = user;
	agent->events.ready(agent->user, fault);
}

static void
agent_free(KnAgent *agent)
{
	g_cancellable_cancel(agent->cancellable);
	g_object_unref(agent->cancellable);
	g_object_unref(agent->connection);
	g_free(agent->device);
	g_free(agent);
}

KnAgent *
kn_agent_new(KnBluez *bluez, const gchar *device, const KnAgentEvents *events, gpointer user)
{
	static const GDBusInterfaceVTable vtable = {.method_call = on_call};
	KnBluezCall call = {.path = "/org/bluez",
			    .interface = "org.bluez.AgentManager1",
			    .method = "RegisterAgent",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_BONDED_MS};
	if (!bluez->connection)
		return NULL;
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(xml, NULL);
	KnAgent *agent = g_new0(KnAgent, 1);
	agent->bluez = bluez;
	agent->device = g_strdup(device);
	agent->events = *events;
	agent->user = user;
	agent->connection = g_object_ref(bluez->connection);
	agent->cancellable = g_cancellable_new();
	agent->object = g_dbus_connection_register_object(
		agent->connection, AGENT_PATH, info->interfaces[0], &vtable, agent, NULL, NULL);
	/* bluetoothd would ask somebody else, or nobody */
	if (!agent->object) {
		agent_free(agent);
		return NULL;
	}
	call.parameters = g_variant_new("(os)", AGENT_PATH, "KeyboardDisplay");
	kn_bluez_call(bluez, &call, agent->cancellable, on_registered, agent);
	return agent;
}

/* nobody waits for the answer */
static void
unregister(const KnAgent *agent)
{
	if (agent->bluez->owner)
		g_dbus_connection_call(
			agent->connection, agent->bluez->owner, "/org/bluez",
			"org.bluez.AgentManager1", "UnregisterAgent",
			g_variant_new("(o)", AGENT_PATH), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
			kn_scale_call_ms(agent->bluez->scale, KN_WAIT_BONDED_MS), NULL, NULL, NULL);
}

void
kn_agent_free(KnAgent *agent)
{
	if (!agent)
		return;
	drop_question(agent);
	g_dbus_connection_unregister_object(agent->connection, agent->object);
	unregister(agent);
	agent_free(agent);
}

void
kn_agent_give_passkey(KnAgent *agent, guint32 passkey)
{
	if (agent->asked && agent->wants_passkey)
		g_dbus_method_invocation_return_value(g_steal_pointer(&agent->asked),
						      g_variant_new("(u)", passkey));
}

void
kn_agent_confirm(KnAgent *agent, gboolean is_yes)
{
	if (!agent->asked || agent->wants_passkey)
		return;
	if (is_yes)
		g_dbus_method_invocation_return_value(g_steal_pointer(&agent->asked), NULL);
	else
		refuse(g_steal_pointer(&agent->asked), "the person said no");
}
