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
	/* of the others' links: whoever reads it may end them, and the hub does not */
	gboolean is_left = step == KN_LADDER_FAILED &&
			   kn_ladder_untried(ladder, rescue->allowed) != 0 &&
			   kn_rescue_has_link(rescue->radio, NULL, FALSE);
	g_autofree gchar *words =
		g_strdup_printf("%s: %s%s", words_of(ladder->trouble), what[step],
				is_left ? " that leaves other massagers connected" : "");
	kn_rescue_tell(rescue, path, step, words);
	switch (step) {
	case KN_LADDER_RESCAN:
		kn_scan_restart(seat->scan);
		return;
	case KN_LADDER_RECONNECT:
		kn_bluez_reopen(rescue->radio->host.bluez);
		return;
	case KN_LADDER_POWER:
		kn_rescue_power_cycle(rescue, path);
		return;
	case KN_LADDER_RESTART:
		restart_daemon(rescue);
		return;
	default:
		return;
	}
}
