/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "radio/pair.h"

#include "radio/agent.h"
#include "radio/timers.h"

struct KnPair {
	KnRadio *radio; /* borrowed: owns us */
	gchar *address; /* owned */
	KnPairState state;
	guint32 number;
	gboolean was_asked; /* a person was, here or on the massager */
	gboolean is_just_works;
	gboolean is_called;        /* Pair() is under way */
	gboolean is_stale;         /* the bond of this side is worth nothing */
	gboolean is_removing;      /* RemoveDevice() is under way */
	gboolean is_paired;        /* Pair() was answered well: Bonded is to follow */
	gchar *device;             /* owned: path; NULL not found yet */
	gchar *adapter;            /* owned: path; NULL not found yet */
	gchar *error;              /* owned: words; "" none */
	KnAgent *agent;            /* owned */
	GCancellable *cancellable; /* owned */
	guint timer_id;            /* until when this state may last */
};

static void
set_state(KnPair *pair, KnPairState state)
{
	pair->state = state;
	pair->radio->host.sink.pair_changed(pair->radio->host.sink_user);
}

static gboolean
is_over(const KnPair *pair)
{
	return pair->state == KN_PAIR_DONE || pair->state == KN_PAIR_FAILED;
}

static void
end(KnPair *pair, KnPairState state, const gchar *error)
{
	if (is_over(pair))
		return;
	g_clear_handle_id(&pair->timer_id, g_source_remove);
	g_cancellable_cancel(pair->cancellable);
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
		end(pair, KN_PAIR_FAILED, "it was not heard");
	else
		end(pair, KN_PAIR_FAILED, "it did not finish in time");
	return G_SOURCE_REMOVE;
}

static void
set_deadline(KnPair *pair, guint ms)
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

static const KnTreeDevice *
find(const KnPair *pair)
{
	return kn_tree_find(kn_bluez_get_tree(pair->radio->host.bluez), pair->address);
}

static const gchar *
words_of(const KnBluezFault *fault)
{
	if (g_strrstr(fault->text, "Authentication Timeout") ||
	    fault->verdict.class == KN_BLUEZ_SLOW)
		return "nobody answered in time";
	if (g_strrstr(fault->text, "Authentication Rejected") ||
	    g_strrstr(fault->text, "Authentication Canceled"))
		return "it was refused";
	if (g_strrstr(fault->text, "Authentication Failed"))
		return "the massager refused, or the digits were wrong";
	return fault->text;
}

static void
on_paired(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	  const KnBluezFault *fault)
{
	KnPair *pair = user;
	const KnTreeDevice *device = find(pair);
	pair->is_called = FALSE;
	/* bonded already counts as well: somebody was faster */
	if (fault && !(device && device->is_bonded)) {
		end(pair, KN_PAIR_FAILED, words_of(fault));
		return;
	}
	pair->is_paired = TRUE;
	/* who begins a Just Works pairing is asked nothing at all */
	pair->is_just_works = !fault && !pair->was_asked;
	set_deadline(pair, KN_WAIT_BONDED_MS);
	kn_pair_step(pair);
}

void
kn_pair_granted(KnPair *pair)
{
	static const KnAgentEvents events = {on_wants_passkey, on_wants_confirmation,
					     on_shows_passkey};
	if (pair->state != KN_PAIR_SEARCHING || !pair->device)
		return;
	KnBluezCall call = {.path = pair->device,
			    .interface = "org.bluez.Device1",
			    .method = "Pair",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_PAIR_MS};
	pair->agent = kn_agent_new(pair->radio->host.bluez, pair->device, &events, pair);
	pair->is_called = TRUE;
	set_deadline(pair, KN_WAIT_PAIR_MS + KN_WAIT_BONDED_MS);
	set_state(pair, KN_PAIR_PAIRING);
	kn_bluez_call(pair->radio->host.bluez, &call, pair->cancellable, on_paired, pair);
}

static void
on_removed(gpointer user, GVariant *result G_GNUC_UNUSED, GUnixFDList *fds G_GNUC_UNUSED,
	   const KnBluezFault *fault)
{
	KnPair *pair = user;
	pair->is_removing = FALSE;
	/* the object may have gone without us */
	if (fault && fault->verdict.class != KN_BLUEZ_GONE)
		end(pair, KN_PAIR_FAILED, fault->text);
}

static void
remove_bond(KnPair *pair, const KnTreeDevice *device)
{
	KnBluezCall call = {.path = device->adapter,
			    .interface = "org.bluez.Adapter1",
			    .method = "RemoveDevice",
			    .parameters = g_variant_new("(o)", device->path),
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_BONDED_MS};
	pair->is_removing = TRUE;
	kn_bluez_call(pair->radio->host.bluez, &call, pair->cancellable, on_removed, pair);
}

void
kn_pair_step(KnPair *pair)
{
	const KnTreeDevice *device = find(pair);
	if (is_over(pair))
		return;
	if (pair->is_stale && device && device->is_bonded) {
		if (!pair->is_removing)
			remove_bond(pair, device);
		return;
	}
	pair->is_stale = FALSE;
	if (device && device->is_bonded && !pair->is_called) {
		end(pair, KN_PAIR_DONE, "");
		return;
	}
	if (pair->state != KN_PAIR_SEARCHING)
		return;
	/* one that was remembered but is not heard would keep Pair() waiting */
	gboolean is_there = device && (device->is_connected || device->heard_us > 0);
	g_clear_pointer(&pair->device, g_free);
	g_clear_pointer(&pair->adapter, g_free);
	if (!is_there)
		return;
	pair->device = g_strdup(device->path);
	pair->adapter = g_strdup(device->adapter);
}

gboolean
kn_pair_holds(const KnPair *pair, const gchar *adapter)
{
	return !is_over(pair) && pair->adapter && g_str_equal(pair->adapter, adapter);
}

void
kn_pair_answer(KnPair *pair, const KnPairAnswer *answer)
{
	if (!pair->agent)
		return;
	if (pair->state == KN_PAIR_WANTS_PASSKEY && answer->has_passkey)
		kn_agent_give_passkey(pair->agent, answer->passkey);
	else if (pair->state == KN_PAIR_WANTS_CONFIRMATION && !answer->has_passkey)
		kn_agent_confirm(pair->agent, answer->is_yes);
	else
		return;
	set_state(pair, KN_PAIR_PAIRING);
}

static void
on_cancelled(gpointer user G_GNUC_UNUSED, GVariant *result G_GNUC_UNUSED,
	     GUnixFDList *fds G_GNUC_UNUSED, const KnBluezFault *fault G_GNUC_UNUSED)
{
}

void
kn_pair_cancel(KnPair *pair)
{
	KnBluezCall call = {.path = pair->device,
			    .interface = "org.bluez.Device1",
			    .method = "CancelPairing",
			    .reply_type = "()",
			    .timeout_ms = KN_WAIT_SCAN_STOP_MS};
	if (pair->is_called)
		kn_bluez_call(pair->radio->host.bluez, &call, pair->radio->cancellable,
			      on_cancelled, NULL);
	end(pair, KN_PAIR_FAILED, "it was given up");
}

void
kn_pair_get(const KnPair *pair, KnPairStatus *ret_status)
{
	*ret_status = (KnPairStatus){.address = pair->address,
				     .state = pair->state,
				     .number = pair->number,
				     .is_just_works = pair->is_just_works,
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
	set_deadline(pair, KN_WAIT_PAIR_SEARCH_MS);
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
