/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "sim/bus-open.h"
#include "sim/bus-tree-private.h"

typedef struct {
	KnBusDoor *door;             /* owned */
	GDBusConnection *connection; /* owned */
	GDBusMessage *message;       /* owned */
} Delivery;

static KnBusDoor *
door_ref(KnBusDoor *door)
{
	g_atomic_ref_count_inc(&door->n_refs);
	return door;
}

static void
door_unref(gpointer data)
{
	KnBusDoor *door = data;

	if (g_atomic_ref_count_dec(&door->n_refs))
		g_free(door);
}

static void
object_free(gpointer data)
{
	KnBusObject *object = data;

	g_hash_table_unref(object->interfaces);
	g_free(object);
}

/* ---- objects ---- */

KnBusObject *
kn_bus_object_at(const KnBusTree *tree, const gchar *path)
{
	return g_hash_table_lookup(tree->objects, path);
}

static void
emit(KnBusTree *tree, const gchar *path, const gchar *interface, const gchar *signal,
     GVariant *parameters)
{
	g_autoptr(GVariant) sunk = g_variant_ref_sink(parameters);

	if (tree->connection != NULL)
		g_dbus_connection_emit_signal(tree->connection, NULL, path, interface, signal, sunk,
					      NULL);
}

void
kn_bus_tree_add(KnBusTree *tree, const gchar *path, const gchar *interface)
{
	KnBusObject *object = kn_bus_object_at(tree, path);

	if (object == NULL) {
		object = g_new0(KnBusObject, 1);
		object->interfaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							   (GDestroyNotify)g_hash_table_unref);
		g_hash_table_insert(tree->objects, g_strdup(path), object);
	}
	if (!g_hash_table_contains(object->interfaces, interface))
		g_hash_table_insert(object->interfaces, g_strdup(interface),
				    g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							  (GDestroyNotify)g_variant_unref));
}

GHashTable *
kn_bus_properties_at(const KnBusTree *tree, const gchar *path, const gchar *interface)
{
	KnBusObject *object = kn_bus_object_at(tree, path);

	return object != NULL ? g_hash_table_lookup(object->interfaces, interface) : NULL;
}

GVariant *
kn_bus_properties_variant(GHashTable *properties)
{
	GVariantBuilder builder;
	GHashTableIter iter;
	gpointer name, value;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_hash_table_iter_init(&iter, properties);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_variant_builder_add(&builder, "{sv}", (const gchar *)name, (GVariant *)value);
	return g_variant_builder_end(&builder);
}

GVariant *
kn_bus_interfaces_variant(const KnBusObject *object)
{
	GVariantBuilder builder;
	GHashTableIter iter;
	gpointer name, properties;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
	g_hash_table_iter_init(&iter, object->interfaces);
	while (g_hash_table_iter_next(&iter, &name, &properties))
		g_variant_builder_add(&builder, "{s@a{sv}}", (const gchar *)name,
				      kn_bus_properties_variant(properties));
	return g_variant_builder_end(&builder);
}

void
kn_bus_tree_set(KnBusTree *tree, const gchar *path, const gchar *interface, const gchar *property,
		GVariant *value)
{
	g_autoptr(GVariant) sunk = g_variant_ref_sink(value);
	GHashTable *properties = kn_bus_properties_at(tree, path, interface);
	GVariantBuilder changed;

	if (properties == NULL)
		return;
	g_hash_table_insert(properties, g_strdup(property), g_variant_ref(sunk));
	if (!kn_bus_object_at(tree, path)->is_published)
		return;
	g_variant_builder_init(&changed, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&changed, "{sv}", property, sunk);
	emit(tree, path, KN_BUS_PROPERTIES, "PropertiesChanged",
	     g_variant_new("(sa{sv}as)", interface, &changed, NULL));
}

void
kn_bus_tree_unset(KnBusTree *tree, const gchar *path, const gchar *interface, const gchar *property)
{
	GHashTable *properties = kn_bus_properties_at(tree, path, interface);
	const gchar *const names[] = {property, NULL};

	if (properties == NULL || !g_hash_table_remove(properties, property) ||
	    !kn_bus_object_at(tree, path)->is_published)
		return;
	emit(tree, path, KN_BUS_PROPERTIES, "PropertiesChanged",
	     g_variant_new("(sa{sv}^as)", interface, NULL, names));
}

void
kn_bus_tree_publish(KnBusTree *tree, const gchar *path)
{
	KnBusObject *object = kn_bus_object_at(tree, path);

	if (object == NULL || object->is_published)
		return;
	object->is_published = TRUE;
	emit(tree, "/", KN_BUS_OBJECT_MANAGER, "InterfacesAdded",
	     g_variant_new("(o@a{sa{sv}})", path, kn_bus_interfaces_variant(object)));
}

void
kn_bus_tree_remove(KnBusTree *tree, const gchar *path)
{
	KnBusObject *object = kn_bus_object_at(tree, path);
	g_autofree gpointer *names = NULL;

	if (object == NULL)
		return;
	if (object->is_published) {
		names = g_hash_table_get_keys_as_array(object->interfaces, NULL);
		emit(tree, "/", KN_BUS_OBJECT_MANAGER, "InterfacesRemoved",
		     g_variant_new("(o^as)", path, (const gchar *const *)names));
	}
	g_hash_table_remove(tree->objects, path);
}

void
kn_bus_tree_lose(KnBusTree *tree, const gchar *path)
{
	g_hash_table_remove(tree->objects, path);
}

gboolean
kn_bus_tree_has(const KnBusTree *tree, const gchar *path)
{
	const KnBusObject *object = kn_bus_object_at(tree, path);

	return object != NULL && object->is_published;
}

/* ---- calls, from GDBus's thread to ours ---- */

static gboolean
deliver(gpointer data)
{
	Delivery *delivery = data;

	if (delivery->door->tree != NULL &&
	    delivery->door->tree->connection == delivery->connection)
		kn_bus_dispatch(delivery->door->tree, delivery->message);
	return G_SOURCE_REMOVE;
}

static void
delivery_free(gpointer data)
{
	Delivery *delivery = data;

	door_unref(delivery->door);
	g_object_unref(delivery->connection);
	g_object_unref(delivery->message);
	g_free(delivery);
}

/* on GDBus's thread: takes method calls away and posts them to the main loop, in order */
static GDBusMessage *
filter(GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer user_data)
{
	Delivery *delivery;
	GSource *source;

	if (!is_incoming ||
	    g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
	    g_strcmp0(g_dbus_message_get_interface(message), "org.freedesktop.DBus.Peer") == 0)
		return message;
	delivery = g_new0(Delivery, 1);
	delivery->door = door_ref(user_data);
	delivery->connection = g_object_ref(connection);
	delivery->message = message;
	source = g_idle_source_new();
	g_source_set_priority(source, G_PRIORITY_DEFAULT);
	g_source_set_callback(source, deliver, delivery, delivery_free);
	g_source_attach(source, NULL);
	g_source_unref(source);
	return NULL;
}

/* ---- the connection ---- */

static void
on_name_acquired(GDBusConnection *connection, const gchar *name, gpointer user_data)
{
	KnBusTree *tree = user_data;

	tree->handlers.ready(tree->user, TRUE, "");
}

static void
on_name_lost(GDBusConnection *connection, const gchar *name, gpointer user_data)
{
	KnBusTree *tree = user_data;

	tree->handlers.ready(tree->user, FALSE, "the name org.bluez is taken, or the bus is gone");
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection = g_dbus_connection_new_for_address_finish(result, &error);
	KnBusTree *tree = user_data;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (connection == NULL) {
		tree->handlers.ready(tree->user, FALSE, error->message);
		return;
	}
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	tree->connection = connection;
	tree->filter =
		g_dbus_connection_add_filter(connection, filter, door_ref(tree->door), door_unref);
	tree->name_owner = g_bus_own_name_on_connection(connection, tree->name,
							G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
							on_name_acquired, on_name_lost, tree, NULL);
}

KnBusTree *
kn_bus_tree_new(const gchar *bus_address, const gchar *name, const gchar *xml,
		const KnBusTreeHandlers *handlers, gpointer user)
{
	KnBusTree *tree = g_new0(KnBusTree, 1);
	g_autoptr(GError) error = NULL;

	tree->handlers = *handlers;
	tree->user = user;
	tree->name = g_strdup(name);
	tree->info = g_dbus_node_info_new_for_xml(xml, &error);
	if (tree->info == NULL)
		g_error("introspection: %s",
			error->message); /* a constant of this program, not outside input */
	tree->cancellable = g_cancellable_new();
	tree->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, object_free);
	tree->door = g_new0(KnBusDoor, 1);
	g_atomic_ref_count_init(&tree->door->n_refs);
	tree->door->tree = tree;
	kn_bus_open(bus_address, tree->cancellable, on_connected, tree);
	return tree;
}

void
kn_bus_tree_free(KnBusTree *tree)
{
	if (tree == NULL)
		return;
	tree->door->tree = NULL;
	g_cancellable_cancel(tree->cancellable);
	g_clear_handle_id(&tree->name_owner, g_bus_unown_name);
	if (tree->connection != NULL) {
		g_dbus_connection_remove_filter(tree->connection, tree->filter);
		g_dbus_connection_close(tree->connection, NULL, NULL, NULL);
		g_object_unref(tree->connection);
	}
	g_object_unref(tree->cancellable);
	g_hash_table_unref(tree->objects);
	g_dbus_node_info_unref(tree->info);
	door_unref(tree->door);
	g_free(tree->name);
	g_free(tree);
}

void
kn_bus_tree_flush(KnBusTree *tree)
{
	if (tree->connection != NULL)
		g_dbus_connection_flush_sync(tree->connection, NULL, NULL);
}

GDBusConnection *
kn_bus_tree_connection(KnBusTree *tree)
{
	return tree->connection;
}
