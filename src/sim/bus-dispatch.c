/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/bus-tree-private.h"

static void
answer_managed_objects(KnBusTree *tree, KnBusCall *call)
{
	GVariantBuilder builder;
	GHashTableIter iter;
	gpointer path, object;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
	g_hash_table_iter_init(&iter, tree->objects);
	while (g_hash_table_iter_next(&iter, &path, &object))
		if (((KnBusObject *)object)->is_published)
			g_variant_builder_add(&builder, "{o@a{sa{sv}}}", (const gchar *)path,
					      kn_bus_interfaces_variant(object));
	kn_bus_call_return(call, g_variant_new("(a{oa{sa{sv}}})", &builder));
}

static void
answer_introspect(KnBusTree *tree, const gchar *path, KnBusCall *call)
{
	KnBusObject *object = kn_bus_object_at(tree, path);
	g_autoptr(GString) xml = g_string_new("<node>\n");
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, object->interfaces);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		GDBusInterfaceInfo *info = g_dbus_node_info_lookup_interface(tree->info, name);
		if (info != NULL)
			g_dbus_interface_info_generate_xml(info, 1, xml);
	}
	g_string_append(xml, "</node>\n");
	kn_bus_call_return(call, g_variant_new("(s)", xml->str));
}

static void
answer_properties(KnBusTree *tree, const gchar *path, const gchar *method, GVariant *parameters,
		  KnBusCall *call)
{
	const gchar *interface = "";
	const gchar *property = "";
	g_autoptr(GVariant) value = NULL;
	GHashTable *properties;
	GVariant *found = NULL;

	if (g_str_equal(method, "GetAll"))
		g_variant_get(parameters, "(&s)", &interface);
	else if (g_str_equal(method, "Get"))
		g_variant_get(parameters, "(&s&s)", &interface, &property);
	else
		g_variant_get(parameters, "(&s&sv)", &interface, &property, &value);
	properties = kn_bus_properties_at(tree, path, interface);
	if (properties != NULL)
		found = g_hash_table_lookup(properties, property);
	if (properties == NULL)
		kn_bus_call_error(call, "org.freedesktop.DBus.Error.InvalidArgs",
				  "No such interface");
	else if (g_str_equal(method, "GetAll"))
		kn_bus_call_return(
			call, g_variant_new("(@a{sv})", kn_bus_properties_variant(properties)));
	else if (found == NULL)
		kn_bus_call_error(call, "org.freedesktop.DBus.Error.InvalidArgs",
				  "No such property");
	else if (value == NULL)
		kn_bus_call_return(call, g_variant_new("(v)", found));
	else
		tree->handlers.set(tree->user, path, interface, property, value, call);
}

/* the types of a method's arguments, or NULL when the interface has no such method */
static gchar *
signature_of(KnBusTree *tree, const gchar *path, const gchar *interface, const gchar *method)
{
	GDBusInterfaceInfo *info;
	GDBusMethodInfo *found;
	GString *signature;

	if (g_str_equal(interface, KN_BUS_PROPERTIES))
		return g_strdup(g_str_equal(method, "Get")      ? "ss"
				: g_str_equal(method, "Set")    ? "ssv"
				: g_str_equal(method, "GetAll") ? "s"
								: NULL);
	if (g_str_equal(interface, KN_BUS_INTROSPECTABLE))
		return g_strdup(g_str_equal(method, "Introspect") ? "" : NULL);
	info = kn_bus_properties_at(tree, path, interface) != NULL
		       ? g_dbus_node_info_lookup_interface(tree->info, interface)
		       : NULL;
	found = info != NULL ? g_dbus_interface_info_lookup_method(info, method) : NULL;
	if (found == NULL)
		return NULL;
	signature = g_string_new(NULL);
	for (guint i = 0; found->in_args != NULL && found->in_args[i] != NULL; i++)
		g_string_append(signature, found->in_args[i]->signature);
	return g_string_free(signature, FALSE);
}

static void
refuse_unknown(KnBusCall *call, gboolean is_object, const gchar *interface, const gchar *method,
	       const gchar *signature)
{
	/* libdbus's words, the line feed included */
	g_autofree gchar *text = g_strdup_printf(
		"Method \"%s\" with signature \"%s\" on interface \"%s\" doesn't exist\n", method,
		signature, interface);

	kn_bus_call_error(call,
			  is_object ? "org.freedesktop.DBus.Error.UnknownMethod"
				    : "org.freedesktop.DBus.Error.UnknownObject",
			  text);
}

void
kn_bus_dispatch(KnBusTree *tree, GDBusMessage *message)
{
	const gchar *path = g_dbus_message_get_path(message);
	const gchar *interface = g_dbus_message_get_interface(message);
	const gchar *method = g_dbus_message_get_member(message);
	const gchar *signature = g_dbus_message_get_signature(message);
	GVariant *body = g_dbus_message_get_body(message);
	g_autoptr(GVariant) nothing = g_variant_ref_sink(g_variant_new("()"));
	KnBusCall *call = kn_bus_call_new(tree->connection, message);
	g_autofree gchar *wanted = NULL;
	gboolean is_object = kn_bus_tree_has(tree, path);

	if (interface == NULL)
		interface = "";
	if (g_str_equal(path, "/") && g_str_equal(interface, KN_BUS_OBJECT_MANAGER) &&
	    g_str_equal(method, "GetManagedObjects") && *signature == '\0') {
		answer_managed_objects(tree, call);
		return;
	}
	wanted = is_object ? signature_of(tree, path, interface, method) : NULL;
	if (wanted == NULL || !g_str_equal(wanted, signature))
		refuse_unknown(call, is_object, interface, method, signature);
	else if (g_str_equal(interface, KN_BUS_PROPERTIES))
		answer_properties(tree, path, method, body, call);
	else if (g_str_equal(interface, KN_BUS_INTROSPECTABLE))
		answer_introspect(tree, path, call);
	else
		tree->handlers.call(tree->user, path, interface, method,
				    body != NULL ? body : nothing, call);
}
