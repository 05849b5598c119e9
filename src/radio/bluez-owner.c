/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/bluez-private.h"
#include "radio/timers.h"

/*
 * GLib's watch of a name asks once who has it, and takes an answer that did not come for nobody; it hears of a change, but a bluetoothd that is there
 * already changes nothing. So nobody is only believed when the bus says it, and else the watch is begun anew.
 */

static void
pause_then(KnBluez *bluez, GSourceFunc what)
{
	guint wait_ms = kn_bluez_retry_ms(bluez, KN_WAIT_BUS_RETRY_MS, bluez->n_owner_retries++);
	g_clear_handle_id(&bluez->owner_timer_id, g_source_remove);
	bluez->owner_timer_id = g_timeout_add(wait_ms, what, bluez);
}

static gboolean
on_watch_again(gpointer user)
{
	KnBluez *bluez = user;
	bluez->owner_timer_id = 0;
	kn_bluez_watch_name(bluez);
	return G_SOURCE_REMOVE;
}

static gboolean
on_ask_again(gpointer user)
{
	KnBluez *bluez = user;
	bluez->owner_timer_id = 0;
	kn_bluez_doubt_absence(bluez);
	return G_SOURCE_REMOVE;
}

static void
on_has_owner(gpointer user, GVariant *result, GUnixFDList *fds G_GNUC_UNUSED,
	     const KnBluezFault *fault)
{
	KnBluez *bluez = user;
	gboolean has_owner = FALSE;
	if (fault) {
		g_info("the bus did not tell whether bluetoothd is there: %s", fault->text);
		pause_then(bluez, on_ask_again);
		return;
	}
	g_variant_get(result, "(b)", &has_owner);
	if (has_owner)
		pause_then(bluez, on_watch_again);
	else
		bluez->n_owner_retries = 0;
}

void
kn_bluez_doubt_absence(KnBluez *bluez)
{
	KnBluezCall call = {.destination = "org.freedesktop.DBus",
			    .path = "/org/freedesktop/DBus",
			    .interface = "org.freedesktop.DBus",
			    .method = "NameHasOwner",
			    .parameters = g_variant_new("(s)", KN_BLUEZ_NAME),
			    .reply_type = "(b)",
			    .timeout_ms = KN_WAIT_BUS_MS};
	kn_bluez_drop_doubt(bluez);
	bluez->owner_cancellable = g_cancellable_new();
	kn_bluez_call(bluez, &call, bluez->owner_cancellable, on_has_owner, bluez);
}

void
kn_bluez_drop_doubt(KnBluez *bluez)
{
	g_clear_handle_id(&bluez->owner_timer_id, g_source_remove);
	if (bluez->owner_cancellable)
		g_cancellable_cancel(bluez->owner_cancellable);
	g_clear_object(&bluez->owner_cancellable);
}
