/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/rescue-private.h"
#include "radio/timers.h"

#include <glib/gstdio.h>
#include <string.h>

/*
 * Off and on. Whoever switches the only radio of a machine without a screen off has to switch it on again, whatever comes in between: the bus may go,
 * bluetoothd may restart, the adapter may come back under another name, and this program may be killed. So the adapter is known by its address, and
 * that is in a file before it is switched off, until it was seen to be on.
 */

enum { KEY_CHARS_MAX = 200 /* an object path of an adapter is shorter */ };

static void set_power(KnRescue *rescue, const gchar *path, gboolean is_on);

const gchar *
kn_rescue_key(const KnTreeAdapter *adapter)
{
	return *adapter->address ? adapter->address : adapter->path;
}

/* NULL: it is not there now */
static const KnTreeAdapter *
find_off(const KnRescue *rescue)
{
	KnTree *tree = kn_bluez_get_tree(rescue->radio->host.bluez);
	GHashTableIter iter;
	gpointer adapter;
	if (!rescue->off_key)
		return NULL;
	g_hash_table_iter_init(&iter, kn_tree_adapters(tree));
	while (g_hash_table_iter_next(&iter, NULL, &adapter)) {
		if (g_str_equal(kn_rescue_key(adapter), rescue->off_key))
			return adapter;
	}
	return NULL;
}

/* ---- the memory ---- */

static gboolean
remember(KnRescue *rescue, const gchar *key)
{
	g_autoptr(GError) error = NULL;
	if (rescue->memory_path &&
	    !g_file_set_contents_full(rescue->memory_path, key, -1, G_FILE_SET_CONTENTS_CONSISTENT,
				      0600, &error)) {
		g_warning("no adapter is switched off: %s", error->message);
		return FALSE;
	}
	g_free(rescue->off_key);
	rescue->off_key = g_strdup(key);
	return TRUE;
}

static void
forget(KnRescue *rescue)
{
	g_clear_pointer(&rescue->off_key, g_free);
	g_clear_handle_id(&rescue->power_id, g_source_remove);
	if (rescue->memory_path)
		g_unlink(rescue->memory_path);
	kn_radio_kick(rescue->radio);
}

void
kn_rescue_power_recall(KnRescue *rescue)
{
	g_autofree gchar *key = NULL;
	if (!rescue->memory_path || !g_file_get_contents(rescue->memory_path, &key, NULL, NULL))
		return;
	/* it is only ever compared */
	if (*key && g_utf8_validate(key, -1, NULL) && strlen(key) <= KEY_CHARS_MAX)
		rescue->off_key = g_steal_pointer(&key);
	else
		g_unlink(rescue->memory_path);
}

/* ---- off and on ---- */

static void
switch_on(KnRescue *rescue)
{
	const KnTreeAdapter *adapter = find_off(rescue);
	/* one that is not there is minded when it comes */
	if (adapter)
		set_power(rescue, adapter->path, TRUE);
}

static gboolean
on_power_time(gpointer user)
{
	KnRescue *rescue = user;
	rescue->power_id = 0;
	switch_on(rescue);
	return G_SOURCE_REMOVE;
}

static void
power_later(KnRescue *rescue, guint ms)
{
	g_clear_handle_id(&rescue->power_id, g_source_remove);
	rescue->power_id =
		g_timeout_add(kn_scale_ms(rescue->radio->host.scale, ms), on_power_time, rescue);
}

/* whether it went off or not, it has to be on in the end */
static void
on_off(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
       const KnBluezFault *fault)
{
	KnRescue *rescue = user;
	rescue->is_switching = FALSE;
	if (fault)
		g_info("the adapter was not switched off: %s", fault->text);
	power_later(rescue, KN_WAIT_POWER_OFF_MS);
}

static void
on_on(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
      const KnBluezFault *fault)
{
	KnRescue *rescue = user;
	const KnTreeAdapter *adapter = find_off(rescue);
	rescue->is_switching = FALSE;
	if (!fault) {
		forget(rescue);
		return;
	}
	kn_radio_kick(rescue->radio);
	if (!adapter)
		return;
	g_message("the adapter was not switched on again, and will be: %s", fault->text);
	if (++rescue->n_power_tries == POWER_TRIES)
		kn_rescue_tell(rescue, adapter->path, KN_LADDER_POWER, "does not come on again");
	power_later(rescue, MIN(KN_WAIT_POWER_RETRY_MS * rescue->n_power_tries,
				(guint)KN_WAIT_POWER_RETRY_MAX_MS));
}

static void
set_power(KnRescue *rescue, const gchar *path, gboolean is_on)
{
	GVariant *value = g_variant_new_boolean(is_on);
	KnBluezCall call = {.path = path,
			    .interface = "org.freedesktop.DBus.Properties",
			    .method = "Set",
			    .parameters =
				    g_variant_new("(ssv)", "org.bluez.Adapter1", "Powered", value),
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_POWER_MS};
	rescue->is_switching = TRUE;
	kn_bluez_call(rescue->radio->host.bluez, &call, rescue->radio->cancellable,
		      is_on ? on_on : on_off, rescue);
}

void
kn_rescue_power_cycle(KnRescue *rescue, const gchar *path)
{
	KnTree *tree = kn_bluez_get_tree(rescue->radio->host.bluez);
	const KnTreeAdapter *adapter = kn_tree_get_adapter(tree, path);
	if (!adapter)
		return;
	if (!remember(rescue, kn_rescue_key(adapter))) {
		kn_rescue_tell(rescue, path, KN_LADDER_POWER,
			       "is not switched off: see the journal of kneadd");
		return;
	}
	rescue->n_power_tries = 0;
	set_power(rescue, path, FALSE);
}

const gchar *
kn_rescue_power_mind(KnRescue *rescue)
{
	const KnTreeAdapter *adapter = find_off(rescue);
	if (!adapter)
		return NULL;
	if (!rescue->is_switching && !rescue->power_id) {
		if (adapter->is_powered) {
			forget(rescue);
			return NULL;
		}
		set_power(rescue, adapter->path, TRUE);
	}
	return adapter->path;
}

const gchar *
kn_rescue_is_off(const KnRescue *rescue)
{
	const KnTreeAdapter *adapter = find_off(rescue);
	return adapter ? adapter->path : NULL;
}
