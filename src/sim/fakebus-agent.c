/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/fakebus-agent.h"

#include <string.h>

#define AGENT_INTERFACE "org.bluez.Agent1"

struct KnFakeAgent {
	grefcount n_refs;
	KnFakebus *bus; /* borrowed: outlives us */
	gchar *owner;   /* owned: unique name */
	gchar *path;    /* owned */
	KnFakeCapability capability;
	guint watch;       /* of the owner; 0: not registered any more */
	gboolean is_asked; /* and has not answered */
};

KnFakeAgent *
kn_fake_agent_ref(KnFakeAgent *agent)
{
	g_ref_count_inc(&agent->n_refs);
	return agent;
}

void
kn_fake_agent_unref(gpointer data)
{
	KnFakeAgent *agent = data;

	if (!g_ref_count_dec(&agent->n_refs))
		return;
	g_free(agent->owner);
	g_free(agent->path);
	g_free(agent);
}

/* ---- who answers ---- */

static KnFakeAgent *
agent_of(const KnFakebus *bus, const gchar *owner)
{
	for (guint i = 0; i < bus->agents->len; i++) {
		KnFakeAgent *agent = bus->agents->pdata[i];
		if (g_str_equal(agent->owner, owner))
			return agent;
	}
	return NULL;
}

KnFakeAgent *
kn_fake_agent_for(const KnFakebus *bus, const gchar *caller)
{
	KnFakeAgent *agent = agent_of(bus, caller);

	/* the default one stands first */
	return agent != NULL || bus->agents->len == 0 ? agent : bus->agents->pdata[0];
}

KnFakeCapability
kn_fake_agent_capability(const KnFakeAgent *agent)
{
	return agent != NULL ? agent->capability : KN_FAKE_NO_INPUT_NO_OUTPUT;
}

/* bluetoothd takes the beginning of a name, too */
static gboolean
parse_capability(const gchar *text, KnFakeCapability *ret_capability)
{
	static const gchar *const names[KN_FAKE_CAPABILITIES] = {
		[KN_FAKE_DISPLAY_ONLY] = "DisplayOnly",
		[KN_FAKE_DISPLAY_YES_NO] = "DisplayYesNo",
		[KN_FAKE_KEYBOARD_ONLY] = "KeyboardOnly",
		[KN_FAKE_NO_INPUT_NO_OUTPUT] = "NoInputNoOutput",
		[KN_FAKE_KEYBOARD_DISPLAY] = "KeyboardDisplay",
	};

	*ret_capability = KN_FAKE_KEYBOARD_DISPLAY;
	for (guint i = 0; *text != '\0' && i < G_N_ELEMENTS(names); i++) {
		if (!g_str_has_prefix(names[i], text))
			continue;
		*ret_capability = (KnFakeCapability)i;
		return TRUE;
	}
	return *text == '\0';
}

static void
drop(KnFakeAgent *agent)
{
	g_clear_handle_id(&agent->watch, g_bus_unwatch_name);
	g_ptr_array_remove(agent->bus->agents, agent);
}

static void
on_owner_gone(GDBusConnection *connection, const gchar *name, gpointer user)
{
	drop(user);
}

static void
register_agent(KnFakebus *bus, GVariant *parameters, KnBusCall *call)
{
	const gchar *owner = kn_bus_call_sender(call);
	KnFakeCapability capability;
	KnFakeAgent *agent;
	const gchar *path, *text;

	g_variant_get(parameters, "(&o&s)", &path, &text);
	if (agent_of(bus, owner) != NULL) {
		kn_bus_call_error(call, "org.bluez.Error.AlreadyExists", "Already Exists");
		return;
	}
	if (!parse_capability(text, &capability)) {
		kn_bus_call_error(call, "org.bluez.Error.InvalidArguments",
				  "Invalid arguments in method call");
		return;
	}
	agent = g_new0(KnFakeAgent, 1);
	g_ref_count_init(&agent->n_refs);
	agent->bus = bus;
	agent->owner = g_strdup(owner);
	agent->path = g_strdup(path);
	agent->capability = capability;
	agent->watch = g_bus_watch_name_on_connection(kn_bus_tree_connection(bus->tree), owner,
						      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
						      on_owner_gone, agent, NULL);
	g_ptr_array_add(bus->agents, agent);
	kn_bus_call_return(call, NULL);
}

void
kn_fake_agents_call(KnFakebus *bus, const gchar *method, GVariant *parameters, KnBusCall *call)
{
	KnFakeAgent *agent = agent_of(bus, kn_bus_call_sender(call));
	const gchar *path;

	if (g_str_equal(method, "RegisterAgent")) {
		register_agent(bus, parameters, call);
		return;
	}
	g_variant_get(parameters, "(&o)", &path);
	if (agent == NULL || !g_str_equal(agent->path, path)) {
		kn_bus_call_error(call, "org.bluez.Error.DoesNotExist", "Does Not Exist");
		return;
	}
	if (g_str_equal(method, "UnregisterAgent")) {
		drop(agent); /* on its own wish: no Release */
	} else {
		kn_fake_agent_ref(agent);
		g_ptr_array_remove(bus->agents, agent);
		g_ptr_array_insert(bus->agents, 0, agent);
	}
	kn_bus_call_return(call, NULL);
}

void
kn_fake_agents_publish(KnFakebus *bus)
{
	kn_bus_tree_add(bus->tree, KN_BLUEZ_PATH, KN_AGENTS_INTERFACE);
	kn_bus_tree_publish(bus->tree, KN_BLUEZ_PATH);
}

void
kn_fake_agents_drop(KnFakebus *bus, gboolean is_told)
{
	while (bus->agents->len > 0) {
		KnFakeAgent *agent = bus->agents->pdata[0];
		if (is_told)
			kn_fake_agent_tell(agent, "Release", NULL);
		drop(agent);
	}
}

/* ---- what it is asked ---- */

void
kn_fake_agent_tell(const KnFakeAgent *agent, const gchar *method, GVariant *parameters)
{
	g_autoptr(GDBusMessage) message =
		g_dbus_message_new_method_call(agent->owner, agent->path, AGENT_INTERFACE, method);

	g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED |
						  G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
	if (parameters != NULL)
		g_dbus_message_set_body(message, parameters);
	g_dbus_connection_send_message(kn_bus_tree_connection(agent->bus->tree), message,
				       G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

gboolean
kn_fake_agent_ask(KnFakeAgent *agent, const gchar *method, GVariant *parameters,
		  GCancellable *cancellable, GAsyncReadyCallback answered, gpointer user)
{
	g_autoptr(GVariant) sunk = g_variant_ref_sink(parameters);

	if (agent->is_asked)
		return FALSE;
	agent->is_asked = TRUE;
	/* bluetoothd waits 60 s; the massager, or who pairs, gives up before that */
	g_dbus_connection_call(kn_bus_tree_connection(agent->bus->tree), agent->owner, agent->path,
			       AGENT_INTERFACE, method, sunk, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
			       60 * 1000, cancellable, answered, user);
	return TRUE;
}

void
kn_fake_agent_answered(KnFakeAgent *agent)
{
	agent->is_asked = FALSE;
}

void
kn_fake_agent_cancel(KnFakeAgent *agent)
{
	agent->is_asked = FALSE;
	kn_fake_agent_tell(agent, "Cancel", NULL);
}
