/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair-private.h"

#include "radio/pair-words.h"
#include "radio/timers.h"

static void
set_state(KnPair *pair, KnPairState state)
{
	pair->state = state;
	pair->radio->host.sink.pair_changed(pair->radio->host.sink_user);
}

gboolean
kn_pair_is_over(const KnPair *pair)
{
	return pair->state == KN_PAIR_DONE || pair->state == KN_PAIR_FAILED;
}

/* the device that was begun with; before that, and when it has gone, NULL */
static const KnTreeDevice *
begun_with(const KnPair *pair)
{
	KnTree *tree = kn_bluez_get_tree(pair->radio->host.bluez);
	return pair->is_begun ? kn_tree_get(tree, pair->device) : NULL;
}

static void
on_given_up(gpointer user G_GNUC_UNUSED, GVariant *result G_GNUC_UNUSED,
	    GUnixFDList *fds G_GNUC_UNUSED, const KnBluezFault *fault G_GNUC_UNUSED)
{
}

/* bluetoothd ends the link that it made for the pairing; nobody waits for the answer, but the next pairing waits for the end */
static void
clean_up(KnPair *pair)
{
	KnRadio *radio = pair->radio;
	KnBluezCall call = {.path = pair->device,
			    .interface = "org.bluez.Device1",
			    .method = "CancelPairing",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_DISCONNECT_MS};
	if (pair->is_called)
		kn_bluez_call(radio->host.bluez, &call, radio->cancellable, on_given_up, NULL);
	if (!pair->is_begun || pair->had_link)
		return;
	g_free(radio->leaving);
	radio->leaving = g_strdup(pair->device);
	radio->leaving_until_us =
		g_get_monotonic_time() +
		(gint64)kn_scale_call_ms(radio->host.scale, KN_WAIT_DISCONNECT_MS) * 1000;
}

void
kn_pair_end(KnPair *pair, KnPairState state, const gchar *error)
{
	const KnTreeDevice *device = begun_with(pair);
	if (kn_pair_is_over(pair))
		return;
	/* Bonded comes before the answer of Pair(). CancelPairing would now take the keys away and leave Bonded as it is. */
	if (device && device->is_bonded) {
		state = KN_PAIR_DONE;
		error = "";
		/* one that hides behind changing addresses has told who it is */
		g_free(pair->address);
		pair->address = g_strdup(device->address);
	}
	g_clear_handle_id(&pair->timer_id, g_source_remove);
	g_cancellable_cancel(pair->cancellable);
	if (state == KN_PAIR_FAILED)
		clean_up(pair);
	g_clear_pointer(&pair->agent, kn_agent_free);
	g_free(pair->error);
	pair->error = g_strdup(error);
	kn_radio_kick(pair->radio);
	set_state(pair, state);
}

static gboolean
on_late(gpointer user)
{
	KnPair *pair = user;
	pair->timer_id = 0;
	if (pair->state == KN_PAIR_SEARCHING)
		kn_pair_end(pair, KN_PAIR_FAILED,
			    pair->was_removed
				    ? "it was not heard; if it hides its address, knead scan "
				      "shows the new one"
				    : "it was not heard");
	else
		kn_pair_end(pair, KN_PAIR_FAILED, "it did not finish in time");
	return G_SOURCE_REMOVE;
}

void
kn_pair_set_deadline(KnPair *pair, guint ms)
{
	g_clear_handle_id(&pair->timer_id, g_source_remove);
	pair->timer_id = g_timeout_add(kn_scale_ms(pair->radio->host.scale, ms), on_late, pair);
}

/* ---- what bluetoothd asks ---- */

static void
on_wants_passkey(gpointer user)
{
	KnPair *pair = user;
	pair->was_asked = TRUE;
	set_state(pair, KN_PAIR_WANTS_PASSKEY);
}

static void
on_wants_confirmation(gpointer user, guint32 number)
{
	KnPair *pair = user;
	pair->number = number;
	pair->was_asked = TRUE;
	set_state(pair, KN_PAIR_WANTS_CONFIRMATION);
}

static void
on_shows_passkey(gpointer user, guint32 number)
{
	KnPair *pair = user;
	pair->number = number;
	pair->was_asked = TRUE;
	set_state(pair, KN_PAIR_SHOWS_PASSKEY);
}

/* ---- the steps ---- */

static void
on_paired(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	  const KnBluezFault *fault)
{
	KnPair *pair = user;
	const KnTreeDevice *device = begun_with(pair);
	/* without an answer bluetoothd goes on with it, unless it is told */
	pair->is_called = fault && fault->verdict.class == KN_BLUEZ_SLOW;
	if (fault && !(device && device->is_bonded)) {
		kn_pair_end(pair, KN_PAIR_FAILED,
			    pair->is_refused ? "the number was not confirmed"
					     : kn_pair_words(fault));
		return;
	}
	pair->is_called = FALSE;
	/* who begins a Just Works pairing is asked nothing at all; what somebody else has paired is not known */
	pair->is_just_works = !pair->was_asked && kn_pair_was_first(fault);
	kn_pair_set_deadline(pair, KN_WAIT_BONDED_MS);
	kn_pair_step(pair);
}

/* the agent is registered, or is not */
static void
on_agent(gpointer user, const KnBluezFault *fault)
{
	KnPair *pair = user;
	KnBluezCall call = {.path = pair->device,
			    .interface = "org.bluez.Device1",
			    .method = "Pair",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_PAIR_MS};
	if (fault) {
		kn_pair_end(pair, KN_PAIR_FAILED, fault->text);
		return;
	}
	pair->is_called = TRUE;
	kn_pair_set_deadline(pair, KN_WAIT_PAIR_MS + KN_WAIT_BONDED_MS);
	kn_bluez_call(pair->radio->host.bluez, &call, pair->cancellable, on_paired, pair);
}

void
kn_pair_granted(KnPair *pair)
{
	static const KnAgentEvents events = {on_agent, on_wants_passkey, on_wants_confirmation,
					     on_shows_passkey};
	KnTree *tree = kn_bluez_get_tree(pair->radio->host.bluez);
	const KnTreeDevice *device = pair->device ? kn_tree_get(tree, pair->device) : NULL;
	if (pair->state != KN_PAIR_SEARCHING || pair->is_removing || !device)
		return;
	if (pair->is_stale && device->is_bonded) {
		kn_pair_remove_bond(pair);
		return;
	}
	pair->is_begun = TRUE;
	pair->had_link = device->is_connected;
	kn_pair_set_deadline(pair, KN_WAIT_PAIR_MS);
	set_state(pair, KN_PAIR_PAIRING);
	pair->agent = kn_agent_new(pair->radio->host.bluez, pair->device, &events, pair);
	if (!pair->agent)
		kn_pair_end(pair, KN_PAIR_FAILED, "the hub cannot be asked for digits");
}

static gboolean
is_there(const KnPair *pair, const KnTreeDevice *device)
{
	const KnRadio *radio = pair->radio;
	gint64 now_us = g_get_monotonic_time();
	gint64 age_us = now_us - device->heard_us;
	guint fresh_ms = kn_scale_ms(pair->radio->host.scale, KN_WAIT_HEARD_MS);
	if (device->is_connected)
		return now_us >= radio->leaving_until_us ||
		       g_strcmp0(radio->leaving, device->path) != 0;
	return (device->heard_us > 0 && age_us <= (gint64)fresh_ms * 1000);
}

/* Of several adapters' the bonded one, then the one that hears it best. One that is remembered but not there would keep Pair() waiting,
 * and a bond is not given up for a massager that is not there. */
static const KnTreeDevice *
choose(const KnPair *pair)
{
	KnTree *tree = kn_bluez_get_tree(pair->radio->host.bluez);
	const KnTreeDevice *best = NULL;
	GHashTableIter iter;
	gpointer path;
	g_hash_table_iter_init(&iter, kn_tree_devices(tree));
	while (g_hash_table_iter_next(&iter, &path, NULL)) {
		const KnTreeDevice *device = kn_tree_get(tree, path);
		if (!device || !g_str_equal(device->address, pair->address) ||
		    (!is_there(pair, device) && (!device->is_bonded || pair->is_stale)))
			continue;
		/* if somebody connected it meanwhile, RemoveDevice is answered before the object goes */
		if (pair->was_removed && device->is_bonded)
			continue;
		gboolean is_better = !best || device->is_bonded > best->is_bonded ||
				     (device->is_bonded == best->is_bonded &&
				      device->signal_dbm > best->signal_dbm);
		best = is_better ? device : best;
	}
	return best;
}

static void
search(KnPair *pair)
{
	/* it may have proved good meanwhile */
	pair->is_stale = pair->is_stale && kn_radio_is_bond_stale(pair->radio, pair->address);
	const KnTreeDevice *device = choose(pair);
	g_clear_pointer(&pair->device, g_free);
	g_clear_pointer(&pair->adapter, g_free);
	if (device && device->is_bonded && !device->is_ktp) {
		kn_pair_end(pair, KN_PAIR_FAILED, "it is paired, but it is no massager");
	} else if (device && device->is_bonded && !pair->is_stale) {
		pair->was_paired_already = TRUE;
		kn_pair_end(pair, KN_PAIR_DONE, "");
	} else if (device) {
		pair->device = g_strdup(device->path);
		pair->adapter = g_strdup(device->adapter);
	}
}

void
kn_pair_step(KnPair *pair)
{
	const KnTreeDevice *device = begun_with(pair);
	if (kn_pair_is_over(pair) || pair->is_removing || pair->is_called)
		return;
	if (!pair->is_begun) {
		search(pair);
	} else if (!device) {
		kn_pair_end(pair, KN_PAIR_FAILED, "it went away");
	} else if (device->is_bonded) {
		kn_pair_end(pair, KN_PAIR_DONE, "");
	}
}

gboolean
kn_pair_searches(const KnPair *pair)
{
	return pair->state == KN_PAIR_SEARCHING && !pair->is_removing;
}

gboolean
kn_pair_holds(const KnPair *pair, const gchar *adapter)
{
	return !kn_pair_is_over(pair) && pair->adapter && g_str_equal(pair->adapter, adapter);
}

void
kn_pair_answer(KnPair *pair, const KnPairAnswer *answer)
{
	if (kn_pair_is_over(pair))
		return;
	if (pair->state == KN_PAIR_WANTS_PASSKEY && answer->has_passkey) {
		kn_agent_give_passkey(pair->agent, answer->passkey);
		set_state(pair, KN_PAIR_PAIRING);
	} else if (pair->state == KN_PAIR_WANTS_CONFIRMATION && !answer->has_passkey) {
		pair->is_refused = !answer->is_yes;
		kn_agent_confirm(pair->agent, answer->is_yes);
		set_state(pair, KN_PAIR_PAIRING);
	} else if (!answer->has_passkey && !answer->is_yes) {
		/* nobody is there to do what it wants */
		kn_pair_cancel(pair);
	}
}

void
kn_pair_cancel(KnPair *pair)
{
	kn_pair_end(pair, KN_PAIR_FAILED, "it was given up");
}

void
kn_pair_get(const KnPair *pair, KnPairStatus *ret_status)
{
	*ret_status = (KnPairStatus){.address = pair->address,
				     .state = pair->state,
				     .number = pair->number,
				     .is_just_works = pair->is_just_works,
				     .was_paired_already = pair->was_paired_already,
				     .error = pair->error};
}

KnPair *
kn_pair_new(KnRadio *radio, const gchar *address, gboolean is_stale)
{
	KnPair *pair = g_new0(KnPair, 1);
	pair->radio = radio;
	pair->address = g_strdup(address);
	pair->is_stale = is_stale;
	pair->error = g_strdup("");
	pair->cancellable = g_cancellable_new();
	kn_pair_set_deadline(pair, KN_WAIT_PAIR_SEARCH_MS);
	return pair;
}

void
kn_pair_free(KnPair *pair)
{
	if (!pair)
		return;
	g_clear_handle_id(&pair->timer_id, g_source_remove);
	g_cancellable_cancel(pair->cancellable);
	g_object_unref(pair->cancellable);
	kn_agent_free(pair->agent);
	g_free(pair->address);
	g_free(pair->device);
	g_free(pair->adapter);
	g_free(pair->error);
	g_free(pair);
}
