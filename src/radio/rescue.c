/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/rescue-private.h"
#include "radio/timers.h"

#include <string.h>

static void
watch_free(gpointer data)
{
	KnWatch *watch = data;
	kn_watch_clear(watch);
	g_free(watch);
}

KnRescue *
kn_rescue_new(KnRadio *radio, const KnRadioConfig *config)
{
	KnRescue *rescue = g_new0(KnRescue, 1);
	rescue->radio = radio;
	kn_listen_times_init(&rescue->listen_times, radio->host.scale);
	kn_ladder_times_init(&rescue->ladder_times, radio->host.scale);
	kn_ladder_init(&rescue->daemon, &rescue->ladder_times, &rescue->book);
	rescue->watches = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, watch_free);
	rescue->allowed = RESCAN | RECONNECT | (config->may_power_cycle ? POWER : 0) |
			  (config->may_restart ? RESTART : 0);
	rescue->memory_path = g_strdup(config->memory_path);
	kn_rescue_power_recall(rescue);
	return rescue;
}

void
kn_rescue_free(KnRescue *rescue)
{
	if (!rescue)
		return;
	g_clear_handle_id(&rescue->power_id, g_source_remove);
	g_hash_table_unref(rescue->watches);
	g_free(rescue->off_key);
	g_free(rescue->memory_path);
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
	const gchar *key = kn_rescue_key(adapter);
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
		kn_watch_init(watch, key, &rescue->listen_times, &rescue->ladder_times,
			      &rescue->book);
		g_hash_table_insert(rescue->watches, watch->key, watch);
	}
	watch->is_here = TRUE;
	return watch;
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

/* ---- trouble ---- */

/* adapter: path; NULL any. has_told: one that INFO was read over, not only one that is said to be there */
gboolean
kn_rescue_has_link(const KnRadio *radio, const gchar *adapter, gboolean has_told)
{
	GHashTableIter iter;
	gpointer peer;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &peer)) {
		gboolean is_one = has_told ? kn_peer_has_told(peer) : kn_peer_is_connected(peer);
		if (is_one && (!adapter || kn_peer_is_on(peer, adapter)))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_pairing(const KnRadio *radio)
{
	return radio->pair && !kn_pair_is_over(radio->pair);
}

/* what is allowed and has to wait for what ends soon; links may stand for days */
static guint
withheld(const KnRescue *rescue)
{
	gboolean is_another_off = kn_rescue_is_off(rescue) && rescue->n_power_tries < POWER_TRIES;
	guint steps = kn_rescue_has_link(rescue->radio, NULL, FALSE) ? POWER
								     : RECONNECT | RESTART | POWER;
	if (is_pairing(rescue->radio))
		return rescue->allowed & steps;
	return is_another_off ? rescue->allowed & (guint)POWER : 0;
}

static guint
harmless(const KnRescue *rescue)
{
	const KnRadio *radio = rescue->radio;
	gboolean has_pair = is_pairing(radio);
	guint steps = has_pair || kn_rescue_has_link(radio, NULL, FALSE) ? RESCAN | POWER : ~0u;
	/* one at a time; for one that was pulled out nobody waits */
	return rescue->allowed &
	       (has_pair || kn_rescue_is_off(rescue) ? steps & ~(guint)POWER : steps);
}

static gboolean
look_at(KnRescue *rescue, const gchar *path, KnSeat *seat, gint64 now_us)
{
	KnWatchNews news;
	seat->watch->ladder.withheld = withheld(rescue);
	KnLadderStep step = kn_watch_look(
		seat->watch, kn_rescue_has_link(rescue->radio, path, FALSE),
		kn_rescue_has_link(rescue->radio, path, TRUE), harmless(rescue), now_us, &news);
	if (news == KN_WATCH_WORKS)
		kn_rescue_tell(rescue, path, KN_LADDER_NOTHING, "works again");
	else if (news == KN_WATCH_CALM)
		kn_rescue_tell(rescue, path, KN_LADDER_NOTHING,
			       "has nobody to connect to any more");
	kn_rescue_carry_out(rescue, path, seat, &seat->watch->ladder, step);
	return step != KN_LADDER_NOTHING;
}

/* switched off by us, and it does not come on again: it is left to the stronger steps */
static gboolean
look_at_dark(KnRescue *rescue, const gchar *path, KnSeat *seat, gint64 now_us)
{
	guint may = harmless(rescue) & (guint)RESTART;
	if (rescue->n_power_tries < POWER_TRIES)
		return FALSE;
	seat->watch->ladder.withheld = withheld(rescue) & (guint)RESTART;
	KnLadderStep step = kn_ladder_climb(&seat->watch->ladder, KN_LADDER_DEAF, may, now_us);
	kn_rescue_carry_out(rescue, path, seat, &seat->watch->ladder, step);
	return step != KN_LADDER_NOTHING;
}

static void
look_at_daemon(KnRescue *rescue, gint64 now_us)
{
	/* links that it does not tell the end of are no links */
	guint may = rescue->allowed & (guint)(RECONNECT | RESTART);
	rescue->is_mute = FALSE;
	kn_rescue_carry_out(rescue, NULL, NULL, &rescue->daemon,
			    kn_ladder_climb(&rescue->daemon, KN_LADDER_MUTE, may, now_us));
}

void
kn_rescue_look(KnRescue *rescue, gint64 now_us)
{
	GHashTableIter iter;
	gpointer path;
	gpointer seat;
	if (rescue->is_mute) {
		look_at_daemon(rescue, now_us);
		return;
	}
	g_autofree gchar *dark = g_strdup(kn_rescue_power_mind(rescue));
	g_hash_table_iter_init(&iter, rescue->radio->seats);
	while (g_hash_table_iter_next(&iter, &path, &seat)) {
		gboolean is_dark = dark && g_str_equal(path, dark);
		if (is_dark ? look_at_dark(rescue, path, seat, now_us)
			    : look_at(rescue, path, seat, now_us))
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
	if (kn_watch_heard(seat->watch, now_us))
		kn_rescue_tell(rescue, seat->path, KN_LADDER_NOTHING, "works again");
}

void
kn_rescue_was_read(KnRescue *rescue, gboolean is_good)
{
	rescue->is_mute = !is_good;
	if (!is_good)
		kn_radio_kick(rescue->radio);
	else if (kn_ladder_answered(&rescue->daemon))
		kn_rescue_tell(rescue, NULL, KN_LADDER_NOTHING, "answers again");
}

static gboolean
is_witness(const KnPeer *peer, const gchar *adapter, gint64 now_us)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	gint64 fresh_us = (gint64)kn_scale_ms(peer->host->scale, KN_WAIT_HEARD_MS) * 1000;
	return device && g_str_equal(device->adapter, adapter) && device->heard_us &&
	       now_us - device->heard_us < fresh_us && kn_watch_is_witness(&peer->link);
}

/* A home with one massager in use has nobody else to ask. */
static gboolean
is_alone(const KnRadio *radio, const KnPeer *peer, const gchar *adapter)
{
	gint64 now_us = g_get_monotonic_time();
	GHashTableIter iter;
	gpointer other;
	g_hash_table_iter_init(&iter, radio->peers);
	while (g_hash_table_iter_next(&iter, NULL, &other)) {
		if (other != peer && is_witness(other, adapter, now_us))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_rescue_tried(const KnRadio *radio, KnSeat *seat, const KnPeer *peer, gboolean is_linked)
{
	const KnTreeDevice *device = kn_peer_device(peer);
	gint signal_dbm = device && device->has_signal ? device->signal_dbm : G_MININT;
	if (is_linked || !kn_watch_is_telling(&peer->link, signal_dbm))
		return FALSE;
	kn_watch_connect_failed(seat->watch, peer->address, is_alone(radio, peer, seat->path),
				g_get_monotonic_time());
	return TRUE;
}
