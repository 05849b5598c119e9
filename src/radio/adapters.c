/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/radio-private.h"

#include <string.h>

/* what is told of adapters */

static gint64
since_ms(gint64 then_us, gint64 now_us)
{
	return then_us ? MAX(now_us - then_us, 0) / 1000 : -1;
}

static void
fill_ladder(const KnLadder *ladder, gint64 now_us, KnRadioAdapterStatus *status)
{
	for (guint i = 0; i < KN_LADDER_STEPS; i++)
		status->n_steps[i] = ladder->n_steps[i];
	status->last_step = ladder->last;
	status->since_step_ms = since_ms(ladder->last_us, now_us);
	status->trouble_ms = ladder->trouble ? since_ms(ladder->since_us, now_us) : -1;
	status->is_failed = ladder->is_failed;
}

static gint
compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

void
kn_radio_each_adapter(const KnRadio *radio, KnRadioAdapterFunc func, gpointer data)
{
	KnTree *tree = kn_bluez_get_tree(radio->host.bluez);
	gint64 now_us = g_get_monotonic_time();
	g_autoptr(GList) paths = g_hash_table_get_keys(radio->seats);
	paths = g_list_sort(paths, compare_paths);
	for (GList *at = paths; at; at = at->next) {
		const KnSeat *seat = g_hash_table_lookup(radio->seats, at->data);
		const KnTreeAdapter *adapter = kn_tree_get_adapter(tree, at->data);
		/* it went, and no round was since */
		if (!adapter)
			continue;
		KnRadioAdapterStatus status = {
			.address = adapter->address,
			.name = kn_rescue_name(at->data),
			.is_powered = adapter->is_powered,
			.is_discovering = adapter->is_discovering,
			.n_links = kn_radio_count_links(radio, at->data),
			.n_links_max = seat->watch->slots.n_vain ? 0 : seat->watch->slots.n_max,
			.n_waiting = kn_radio_count_waiting(radio, at->data),
		};
		kn_listen_get(&seat->watch->listen, now_us, &status.listen);
		status.listen_error = kn_scan_error(seat->scan);
		fill_ladder(&seat->watch->ladder, now_us, &status);
		func(&status, data);
	}
}

/* One that was never seen may come on any adapter: of those that are on, the one that does best. NULL: none is. */
static const KnSeat *
find_best(const KnRadio *radio)
{
	KnTree *tree = kn_bluez_get_tree(radio->host.bluez);
	const KnSeat *best = NULL;
	guint least = G_MAXUINT;
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, radio->seats);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const KnSeat *seat = value;
		const KnTreeAdapter *adapter = kn_tree_get_adapter(tree, seat->path);
		guint trouble = seat->watch->listen.n_refused +
				(seat->watch->ladder.trouble ? KN_LISTEN_REFUSALS : 0);
		if (!adapter || !adapter->is_powered || trouble >= least)
			continue;
		best = seat;
		least = trouble;
	}
	return best;
}

/* of two times ago, of which -1 is never */
static gint64
latest_ms(gint64 a_ms, gint64 b_ms)
{
	return a_ms < 0 || b_ms < 0 ? MAX(a_ms, b_ms) : MIN(a_ms, b_ms);
}

typedef struct {
	gint64 now_us;
	KnListenStatus sum;
	guint n;
} Sum;

static void
add_listen(const KnListen *listen, gpointer data)
{
	Sum *sum = data;
	KnListenStatus *all = &sum->sum;
	KnListenStatus one;
	kn_listen_get(listen, sum->now_us, &one);
	all->is_on |= one.is_on;
	all->n_starts += one.n_starts;
	all->n_starts_hour += one.n_starts_hour;
	all->n_errors += one.n_errors;
	all->listened_ms += one.listened_ms;
	all->listened_hour_ms += one.listened_hour_ms;
	all->since_listened_ms = latest_ms(all->since_listened_ms, one.since_listened_ms);
	all->since_heard_ms = latest_ms(all->since_heard_ms, one.since_heard_ms);
	all->n_silent = sum->n++ ? MIN(all->n_silent, one.n_silent) : one.n_silent;
}

void
kn_radio_get_listening(const KnRadio *radio, KnListenStatus *ret_status)
{
	Sum sum = {.now_us = g_get_monotonic_time(),
		   .sum = {.since_listened_ms = -1, .since_heard_ms = -1}};
	const KnSeat *best = find_best(radio);
	kn_rescue_each_listen(radio->rescue, add_listen, &sum);
	*ret_status = sum.sum;
	if (best) {
		KnListenStatus one;
		kn_listen_get(&best->watch->listen, sum.now_us, &one);
		ret_status->is_refused = one.is_refused;
	}
}

void
kn_radio_get_daemon(const KnRadio *radio, KnRadioAdapterStatus *ret_status)
{
	*ret_status = (KnRadioAdapterStatus){.address = "", .name = "bluetoothd"};
	fill_ladder(kn_rescue_daemon(radio->rescue), g_get_monotonic_time(), ret_status);
}

/* Of the trouble the part in which nobody was heard: it may have begun as another one. That nothing could be listened to is no silence. */
static gint64
silence_ms(const KnListenStatus *listen, gint64 trouble_ms)
{
	if (listen->is_refused || listen->n_silent < KN_LISTEN_SILENT_WINDOWS)
		return -1;
	return listen->since_heard_ms < 0 ? trouble_ms : MIN(trouble_ms, listen->since_heard_ms);
}

void
kn_radio_fill_link(const KnRadio *radio, const KnSeat *seat, KnLinkStatus *status)
{
	KnListenStatus listen;
	gint64 now_us = g_get_monotonic_time();
	kn_radio_get_listening(radio, &listen);
	status->since_listened_ms = listen.since_listened_ms;
	status->listen_error = "";
	status->deaf_ms = -1;
	const KnSeat *own = seat;
	if (!seat)
		seat = find_best(radio);
	if (!seat)
		return;
	const KnLadder *ladder = &seat->watch->ladder;
	kn_listen_get(&seat->watch->listen, now_us, &listen);
	if (own)
		status->since_listened_ms = listen.since_listened_ms;
	status->is_listening_refused = listen.is_refused;
	status->listen_error = kn_scan_error(seat->scan);
	if (ladder->trouble & KN_LADDER_DEAF)
		status->deaf_ms = silence_ms(&listen, since_ms(ladder->since_us, now_us));
	status->is_adapter_failed = ladder->is_failed;
	status->is_adapter_deaf = ladder->is_failed && (ladder->trouble & KN_LADDER_DEAF);
	status->trouble_ms = ladder->is_failed ? since_ms(ladder->since_us, now_us) : 0;
}
