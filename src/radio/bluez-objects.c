/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/bluez-private.h"
#include "radio/timers.h"

#define OBJECTS_TYPE "(a{oa{sa{sv}}})"

/* bluetoothd's objects: read as a whole, and followed from then on */

void
kn_bluez_set_state(KnBluez *bluez, KnBluezState state)
{
	if (bluez->state == state)
		return;
	bluez->state = state;
	bluez->events.state_changed(bluez->user);
}

guint
kn_bluez_retry_ms(const KnBluez *bluez, guint first_ms, guint n)
{
	guint ms = first_ms;
	for (guint i = 0; i < n && ms < KN_WAIT_BUS_RETRY_MAX_MS; i++)
		ms *= 2;
	return kn_scale_ms(bluez->scale, MIN(ms, (guint)KN_WAIT_BUS_RETRY_MAX_MS));
}

static void
add_object(KnTree *tree, const gchar *path, GVariant *interfaces, gint64 now_us)
{
	GVariantIter iter;
	const gchar *interface = NULL;
	GVariant *properties = NULL;
	g_variant_iter_init(&iter, interfaces);
	while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &interface, &properties)) {
		g_autofree gchar *device = NULL;
		kn_tree_add(tree, path, interface, properties, now_us, &device);
	}
}

static void
on_objects(gpointer user, GVariant *result, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault)
{
	KnBluez *bluez = user;
	bluez->is_reading = FALSE;
	if (fault) {
		g_info("bluetoothd did not tell its objects: %s", fault->text);
		bluez->n_read_retries++;
		kn_bluez_resync(bluez);
		if (bluez->n_read_retries >= KN_BLUEZ_READ_TRIES)
			bluez->events.was_read(bluez->user, FALSE);
		else
			bluez->events.state_changed(bluez->user);
		return;
	}
	bluez->n_read_retries = 0;
	g_clear_handle_id(&bluez->late_id, g_source_remove);
	bluez->is_late = FALSE;
	g_autoptr(KnTree) older = g_steal_pointer(&bluez->tree);
	bluez->tree = kn_tree_new((const gchar *const *)bluez->adapters);
	g_autoptr(GVariant) objects = g_variant_get_child_value(result, 0);
	GVariantIter iter;
	const gchar *path = NULL;
	GVariant *interfaces = NULL;
	gint64 now_us = g_get_monotonic_time();
	g_variant_iter_init(&iter, objects);
	while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
		add_object(bluez->tree, path, interfaces, now_us);
	kn_tree_inherit(bluez->tree, older);
	bluez->is_loaded = TRUE;
	kn_bluez_set_state(bluez, KN_BLUEZ_AT_UP);
	bluez->events.was_read(bluez->user, TRUE);
	bluez->events.tree_changed(bluez->user);
}

/* it runs, and nobody is to start it */
static gboolean
on_late(gpointer user)
{
	KnBluez *bluez = user;
	bluez->late_id = 0;
	bluez->is_late = TRUE;
	bluez->events.state_changed(bluez->user);
	return G_SOURCE_REMOVE;
}

void
kn_bluez_read_objects(KnBluez *bluez)
{
	KnBluezCall call = {.path = "/",
			    .interface = "org.freedesktop.DBus.ObjectManager",
			    .method = "GetManagedObjects",
			    .reply_type = OBJECTS_TYPE,
			    .timeout_ms = KN_WAIT_OBJECTS_MS};
	bluez->is_reading = TRUE;
	if (!bluez->is_loaded && !bluez->is_late && !bluez->late_id)
		bluez->late_id =
			g_timeout_add(kn_scale_ms(bluez->scale, KN_WAIT_MUTE_MS), on_late, bluez);
	kn_bluez_call(bluez, &call, bluez->daemon_cancellable, on_objects, bluez);
}

static gboolean
on_resync(gpointer user)
{
	KnBluez *bluez = user;
	bluez->resync_id = 0;
	if (bluez->owner && !bluez->is_reading)
		kn_bluez_read_objects(bluez);
	return G_SOURCE_REMOVE;
}

void
kn_bluez_resync(KnBluez *bluez)
{
	if (bluez->resync_id || bluez->is_reading || !bluez->owner)
		return;
	bluez->resync_id =
		g_timeout_add(kn_bluez_retry_ms(bluez, KN_WAIT_RESYNC_MS, bluez->n_read_retries),
			      on_resync, bluez);
}

static void
on_added(KnBluez *bluez, GVariant *parameters)
{
	if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oa{sa{sv}})")))
		return;
	const gchar *path = NULL;
	g_autoptr(GVariantIter) iter = NULL;
	const gchar *interface = NULL;
	GVariant *properties = NULL;
	g_variant_get(parameters, "(&oa{sa{sv}})", &path, &iter);
	guint news = 0;
	g_autofree gchar *device = NULL;
	while (g_variant_iter_loop(iter, "{&s@a{sv}}", &interface, &properties)) {
		g_autofree gchar *concerned = NULL;
		news |= kn_tree_add(bluez->tree, path, interface, properties,
				    g_get_monotonic_time(), &concerned);
		if (concerned && !device)
			device = g_steal_pointer(&concerned);
	}
	if (news & KN_TREE_ON_AIR)
		bluez->events.heard(bluez->user, path);
	if (device)
		bluez->events.device_changed(bluez->user, device, news);
	else if (news & KN_TREE_CHANGED)
		bluez->events.tree_changed(bluez->user);
}

static void
on_removed(KnBluez *bluez, GVariant *parameters)
{
	if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)")))
		return;
	const gchar *path = NULL;
	g_autoptr(GVariantIter) iter = NULL;
	const gchar *interface = NULL;
	g_variant_get(parameters, "(&oas)", &path, &iter);
	while (g_variant_iter_next(iter, "&s", &interface))
		kn_tree_remove(bluez->tree, path, interface);
	bluez->events.tree_changed(bluez->user);
}

static void
on_changed(KnBluez *bluez, const gchar *path, GVariant *parameters)
{
	if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	const gchar *interface = NULL;
	g_autoptr(GVariant) properties = NULL;
	g_variant_get(parameters, "(&s@a{sv}as)", &interface, &properties, NULL);
	g_autofree gchar *device = NULL;
	guint news = kn_tree_change(bluez->tree, path, interface, properties,
				    g_get_monotonic_time(), &device);
	if (news & KN_TREE_MISSING)
		kn_bluez_resync(bluez);
	if (news & KN_TREE_ON_AIR)
		bluez->events.heard(bluez->user, path);
	if (device)
		bluez->events.device_changed(bluez->user, device, news);
	else if (news & KN_TREE_CHANGED)
		bluez->events.tree_changed(bluez->user);
}

void
kn_bluez_on_signal(GDBusConnection *connection G_GNUC_UNUSED, const gchar *sender,
		   const gchar *path, const gchar *interface G_GNUC_UNUSED, const gchar *name,
		   GVariant *parameters, gpointer user)
{
	KnBluez *bluez = user;
	/* anybody on the bus may send us anything; and what comes before the first reading is in it */
	if (g_strcmp0(sender, bluez->owner) || !bluez->is_loaded)
		return;
	if (g_str_equal(name, "InterfacesAdded"))
		on_added(bluez, parameters);
	else if (g_str_equal(name, "InterfacesRemoved"))
		on_removed(bluez, parameters);
	else if (g_str_equal(name, "PropertiesChanged"))
		on_changed(bluez, path, parameters);
}
