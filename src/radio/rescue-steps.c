/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/rescue-private.h"
#include "radio/timers.h"

/* path: NULL of bluetoothd */
void
kn_rescue_tell(KnRescue *rescue, const gchar *path, KnLadderStep step, const gchar *words)
{
	const KnPeerHost *host = &rescue->radio->host;
	g_autofree gchar *detail =
		g_strdup_printf("%s %s", path ? kn_rescue_name(path) : "bluetoothd", words);
	if (host->sink.rescue)
		host->sink.rescue(host->sink_user, step, detail);
}

static const gchar *
words_of(guint trouble)
{
	if (trouble & KN_LADDER_MUTE)
		return "does not answer";
	return trouble & KN_LADDER_DEAF ? "hears nobody" : "connects to nobody";
}

/* ---- the steps ---- */

static void set_power(KnRescue *rescue, gboolean is_on);

static gboolean
on_power_time(gpointer user)
{
	KnRescue *rescue = user;
	rescue->power_id = 0;
	set_power(rescue, TRUE);
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
	if (fault)
		g_info("the adapter was not switched off: %s", fault->text);
	power_later(user, KN_WAIT_POWER_OFF_MS);
}

static void
on_on(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
      const KnBluezFault *fault)
{
	KnRescue *rescue = user;
	KnTree *tree = kn_bluez_get_tree(rescue->radio->host.bluez);
	if (!fault || !kn_tree_get_adapter(tree, rescue->off_path)) {
		g_clear_pointer(&rescue->off_path, g_free);
		kn_radio_kick(rescue->radio);
		return;
	}
	g_message("the adapter was not switched on again, and will be: %s", fault->text);
	if (++rescue->n_power_tries == POWER_TRIES)
		kn_rescue_tell(rescue, rescue->off_path, KN_LADDER_POWER, "does not come on again");
	kn_radio_kick(rescue->radio);
	power_later(rescue, MIN(KN_WAIT_POWER_RETRY_MS * rescue->n_power_tries,
				(guint)KN_WAIT_POWER_RETRY_MAX_MS));
}

static void
set_power(KnRescue *rescue, gboolean is_on)
{
	GVariant *value = g_variant_new_boolean(is_on);
	KnBluezCall call = {.path = rescue->off_path,
			    .interface = "org.freedesktop.DBus.Properties",
			    .method = "Set",
			    .parameters =
				    g_variant_new("(ssv)", "org.bluez.Adapter1", "Powered", value),
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_POWER_MS};
	kn_bluez_call(rescue->radio->host.bluez, &call, rescue->radio->cancellable,
		      is_on ? on_on : on_off, rescue);
}

static void
on_restarted(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	     const KnBluezFault *fault)
{
	if (!fault)
		return;
	g_warning("bluetooth.service was not restarted: %s", fault->text);
	kn_rescue_tell(user, NULL, KN_LADDER_RESTART,
		       "was not restarted: see the journal of kneadd");
}

static void
restart_daemon(KnRescue *rescue)
{
	KnBluezCall call = {.destination = "org.freedesktop.systemd1",
			    .path = "/org/freedesktop/systemd1",
			    .interface = "org.freedesktop.systemd1.Manager",
			    .method = "RestartUnit",
			    .parameters = g_variant_new("(ss)", "bluetooth.service", "replace"),
			    .reply_type = "(o)",
			    .timeout_ms = KN_WAIT_RESTART_MS};
	kn_bluez_call(rescue->radio->host.bluez, &call, rescue->radio->cancellable, on_restarted,
		      rescue);
}

void
kn_rescue_carry_out(KnRescue *rescue, const gchar *path, KnSeat *seat, const KnLadder *ladder,
		    KnLadderStep step)
{
	static const gchar *const what[] = {
		[KN_LADDER_RESCAN] = "the scan is started anew",
		[KN_LADDER_RECONNECT] = "a new connection to the bus",
		[KN_LADDER_POWER] = "it is switched off and on",
		[KN_LADDER_RESTART] = "bluetooth.service is restarted",
		[KN_LADDER_FAILED] = "nothing is left to try",
	};
	if (step == KN_LADDER_NOTHING)
		return;
	g_autofree gchar *words = g_strdup_printf("%s: %s", words_of(ladder->trouble), what[step]);
	kn_rescue_tell(rescue, path, step, words);
	switch (step) {
	case KN_LADDER_RESCAN:
		kn_scan_restart(seat->scan);
		return;
	case KN_LADDER_RECONNECT:
		kn_bluez_reopen(rescue->radio->host.bluez);
		return;
	case KN_LADDER_POWER:
		rescue->n_power_tries = 0;
		rescue->off_path = g_strdup(path);
		set_power(rescue, FALSE);
		return;
	case KN_LADDER_RESTART:
		restart_daemon(rescue);
		return;
	default:
		return;
	}
}
