/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair.h"
#include "radio/timers.h"
#include <string.h>

enum {
	WATCHES_MAX = 2 * KN_TREE_ADAPTERS_MAX,
	WEAK_DBM = -85, /* a Connect that fails at this signal says nothing about the adapter */
	NAME_MAX_CHARS = 15,
	RESCAN = 1 << KN_LADDER_RESCAN,
	RECONNECT = 1 << KN_LADDER_RECONNECT,
	POWER = 1 << KN_LADDER_POWER,
	RESTART = 1 << KN_LADDER_RESTART,
};

struct KnRescue {
	KnRadio *radio; /* borrowed: owns us */
	KnListenTimes listen_times;
	KnLadderTimes ladder_times;
	KnLadderBook book;
	GHashTable *watches; /* owned: key → KnWatch */
	KnLadder daemon;     /* of bluetoothd */
	gboolean is_mute;    /* bluetoothd: to be looked at */
	guint allowed;       /* of 1 << KnLadderStep */
	gchar *off_path;     /* owned: of an adapter that we have switched off; NULL none */
	guint n_power_tries;
	guint power_id;
};

static void
watch_free(gpointer data)
{
	KnWatch *watch = data;
	g_free(watch->key);
	g_free(watch);
}

KnRescue *
kn_rescue_new(KnRadio *radio, gboolean may_power_cycle, gboolean may_restart)
{
	KnRescue *rescue = g_new0(KnRescue, 1);
	rescue->radio = radio;
	kn_listen_times_init(&rescue->listen_times, radio->host.scale);
	kn_ladder_times_init(&rescue->ladder_times, radio->host.scale);
	kn_ladder_init(&rescue->daemon, &rescue->ladder_times, &rescue->book);
	rescue->watches = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, watch_free);
	rescue->allowed =
		RESCAN | RECONNECT | (may_power_cycle ? POWER : 0) | (may_restart ? RESTART : 0);
	return rescue;
}

void
kn_rescue_free(KnRescue *rescue)
{
	if (!rescue)
		return;
	g_clear_handle_id(&rescue->power_id, g_source_remove);
	g_hash_table_unref(rescue->watches);
	g_free(rescue->off_path);
	g_free(rescue);
}

static gboolean
is_gone(gpointer key G_GNUC_UNUSED, gpointer watch, gpointer user G_GNUC_UNUSED)
{
	return !((KnWatch *)watch)->is_here;
}

KnWatch *
kn_rescue_watch(KnRescue *rescue, const KnTreeAdapter *adapter)
{
	const gchar *key = *adapter->address ? adapter->address : adapter->path;
	KnWatch *watch = g_hash_table_lookup(rescue->watches, key);
	/* two adapters of one address are two adapters */
	if (watch && watch->is_here) {
		key = adapter->path;
		watch = g_hash_table_lookup(rescue->watches, key);
	}
	if (!watch) {
		if (g_hash_table_size(rescue->watches) >= WATCHES_MAX)
			g_hash_table_foreach_remove(rescue->watches, is_gone, NULL);
		watch = g_new0(KnWatch, 1);
		watch->key = g_strdup(key);
		kn_listen_init(&watch->listen, &rescue->listen_times);
		kn_ladder_init(&watch->ladder, &rescue->ladder_times, &rescue->book);
		g_hash_table_insert(rescue->watches, watch->key, watch);
	}
	watch->is_here = TRUE;
	return watch;
}

const gchar *
kn_rescue_is_off(const KnRescue *rescue)
{
	return rescue->off_path;
}

const KnLadder *
kn_rescue_daemon(const KnRescue *rescue)
{
	return &rescue->daemon;
}

void
kn_rescue_each_listen(const KnRescue *rescue, void (*func)(const KnListen *listen, gpointer data),
		      gpointer data)
{
	GHashTableIter iter;
	gpointer watch;
	g_hash_table_iter_init(&iter, rescue->watches);
	while (g_hash_table_iter_next(&iter, NULL, &watch))
		func(&((KnWatch *)watch)->listen, data);
}

/* ---- what is told ---- */

const gchar *
kn_rescue_name(const gchar *path)
{
	const gchar *name = strrchr(path, '/');
	gsize n = name ? strlen(name + 1) : 0;
	for (gsize i = 0; i < n; i++) {
		if (!g_ascii_isalnum(name[1 + i]))
			return "an adapter";
	}
	return n > 0 && n <= NAME_MAX_CHARS ? name + 1 : "an adapter";
}

/* path: NULL of bluetoothd */
static void
tell(KnRescue *rescue, const gchar *path, KnLadderStep step, const gchar *words)
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
	rescue->n_power_tries++;
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
	tell(user, NULL, KN_LADDER_RESTART, "was not restarted: see the journal of kneadd");
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

static void
carry_out(KnRescue *rescue, const gchar *path, KnSeat *seat, const KnLadder *ladder,
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
	tell(rescue, path, step, words);
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

/* ---- trouble ---- */

/* adapter: path; NULL any */
static gboolean
has_link(const KnRadio *radio, const gchar *adapter)
{
	GHashTableIter iter;
	gpointer peer;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &peer)) {
		if (kn_peer_is_connected(peer) && (!adapter || kn_peer_is_on(peer, adapter)))
			return TRUE;
	}
	return FALSE;
}

static guint
harmless(const KnRescue *rescue)
{
	const KnRadio *radio = rescue->radio;
	gboolean is_pairing = radio->pair && !kn_pair_is_over(radio->pair);
	guint steps = is_pairing || has_link(radio, NULL) ? RESCAN | POWER : ~0u;
	return rescue->allowed & (is_pairing ? steps & ~(guint)POWER : steps);
}

static gboolean
look_at(KnRescue *rescue, const gchar *path, KnSeat *seat, gint64 now_us)
{
	KnWatch *watch = seat->watch;
	KnLadder *ladder = &watch->ladder;
	gboolean is_deaf = kn_listen_take_deaf(&watch->listen);
	/* whoever has a link is not dead, and would lose it */
	if (has_link(rescue->radio, path)) {
		watch->is_linkless = FALSE;
		return FALSE;
	}
	if (!is_deaf && !watch->is_linkless)
		return FALSE;
	guint may = harmless(rescue);
	KnLadderTrouble trouble = is_deaf ? KN_LADDER_DEAF : KN_LADDER_LINKLESS;
	/* listening anew helps those that do not hear */
	if (!is_deaf)
		may &= ~(guint)RESCAN;
	watch->is_linkless = FALSE;
	KnLadderStep step = kn_ladder_climb(ladder, trouble, may, now_us);
	carry_out(rescue, path, seat, ladder, step);
	return step != KN_LADDER_NOTHING;
}

void
kn_rescue_look(KnRescue *rescue, gint64 now_us)
{
	GHashTableIter iter;
	gpointer path;
	gpointer seat;
	if (rescue->off_path)
		return;
	if (rescue->is_mute) {
		guint may = harmless(rescue) & (guint)(RECONNECT | RESTART);
		rescue->is_mute = FALSE;
		carry_out(rescue, NULL, NULL, &rescue->daemon,
			  kn_ladder_climb(&rescue->daemon, KN_LADDER_MUTE, may, now_us));
		return;
	}
	g_hash_table_iter_init(&iter, rescue->radio->seats);
	while (g_hash_table_iter_next(&iter, &path, &seat)) {
		if (look_at(rescue, path, seat, now_us))
			return;
	}
}

static KnSeat *
seat_of(const KnRescue *rescue, const gchar *device_path)
{
	const gchar *end = strrchr(device_path, '/');
	g_autofree gchar *adapter = end ? g_strndup(device_path, (gsize)(end - device_path)) : NULL;
	return adapter ? g_hash_table_lookup(rescue->radio->seats, adapter) : NULL;
}

void
kn_rescue_heard(KnRescue *rescue, const gchar *device_path, gint64 now_us)
{
	KnSeat *seat = seat_of(rescue, device_path);
	if (!seat)
		return;
	kn_listen_heard(&seat->watch->listen, now_us);
	if (kn_ladder_heard(&seat->watch->ladder))
		tell(rescue, seat->path, KN_LADDER_NOTHING, "works again");
}

void
kn_rescue_was_read(KnRescue *rescue, gboolean is_good)
{
	rescue->is_mute = !is_good;
	if (!is_good)
		kn_radio_kick(rescue->radio);
	else if (kn_ladder_answered(&rescue->daemon))
		tell(rescue, NULL, KN_LADDER_NOTHING, "answers again");
}

/* Of one that was heard well a moment ago, and has not forgotten us as far as is known: it is the adapter that fails */
static gboolean
is_telling(const KnPeer *peer)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	KnLinkCause cause = peer->link.cause;
	return !peer->link.is_blind && !kn_link_suspects_bond(&peer->link) && device &&
	       device->has_signal && device->signal_dbm > WEAK_DBM &&
	       (cause == KN_LINK_CAUSE_CALL || cause == KN_LINK_CAUSE_TIMEOUT ||
		cause == KN_LINK_CAUSE_UNCONFIRMED);
}

void
kn_rescue_tried(gpointer user, KnPeer *peer, const gchar *adapter, gboolean is_linked)
{
	KnRadio *radio = user;
	KnSeat *seat = g_hash_table_lookup(radio->seats, adapter);
	if (!seat)
		return;
	KnLadder *ladder = &seat->watch->ladder;
	if (is_linked && kn_ladder_linked(ladder))
		tell(radio->rescue, seat->path, KN_LADDER_NOTHING, "works again");
	if (!is_linked && is_telling(peer) && kn_ladder_connect_failed(ladder))
		seat->watch->is_linkless = TRUE;
}
