/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* what a person does about massagers */

#include "daemon/app-private.h"

#include <string.h>

static gboolean
is_in_session(const KnApp *app, gint64 device_id)
{
	/* what is over stays to be looked at until the next one begins */
	const KnLive *live = kn_pipeline_get_live(app->pipeline, device_id);

	return live && live->span.state == KN_SESSION_OPEN;
}

gint64
kn_app_idle_us(const KnApp *app, const KnDevice *device, const KnNow *now)
{
	KnPipelineDeviceStatus status;

	if (!kn_pipeline_get_status(app->pipeline, device->id, &status) || !status.is_up ||
	    !status.is_newest_known || status.n_missing + status.n_open > 0 ||
	    is_in_session(app, device->id))
		return -1;
	return kn_device_idle_us(device, now);
}

/* ---- why ---- */

static KnWhyLink
link_of(KnLinkPhase phase)
{
	switch (phase) {
	case KN_LINK_NOT_BONDED:
		return KN_WHY_LINK_NOT_BONDED;
	case KN_LINK_BOND_LOST:
		return KN_WHY_LINK_BOND_LOST;
	case KN_LINK_CONNECTING:
		return KN_WHY_LINK_CONNECTING;
	case KN_LINK_RESOLVING:
	case KN_LINK_STARTING:
		return KN_WHY_LINK_STARTING;
	case KN_LINK_READY:
		return KN_WHY_LINK_READY;
	case KN_LINK_BUSY:
		return KN_WHY_LINK_BUSY;
	case KN_LINK_UNSUPPORTED:
		return KN_WHY_LINK_UNSUPPORTED;
	case KN_LINK_WAITING:
		return KN_WHY_LINK_WAITING;
	case KN_LINK_IDLE:
	case KN_LINK_SEARCHING:
		break;
	}
	return KN_WHY_LINK_SEARCHING;
}

static void
add_refusal(const KnApp *app, const KnRefusal *refusal, KnWhyFacts *facts)
{
	g_autofree gchar *until = kn_app_format_until(app, refusal);
	const KnDevice *twin = kn_app_find_device(app, refusal->twin_id);

	/* the hours and minutes of 2026-11-21T14:20:00+01:00 */
	g_strlcpy(facts->until, strchr(until, 'T') + 1, sizeof facts->until);
	facts->offence = kn_offence_text(refusal->offence);
	facts->twin_address = twin ? twin->address : "";
	facts->twin_name = twin && twin->label && *twin->label ? twin->label : facts->twin_address;
	if (refusal->kind == KN_REFUSAL_VERSION)
		facts->refusal = KN_WHY_REFUSED_PROTOCOL;
	else if (refusal->kind == KN_REFUSAL_SERIAL)
		facts->refusal = KN_WHY_REFUSED_SERIAL;
	else if (refusal->kind == KN_REFUSAL_QUARANTINE)
		facts->refusal = KN_WHY_REFUSED_QUARANTINE;
}

static void
add_device_facts(KnApp *app, const KnDevice *device, KnWhyFacts *facts)
{
	const KnSeen *seen = kn_seen_list_find(app->seen, facts->address);
	KnPipelineDeviceStatus status;
	KnRefusal refusal;
	KnLinkStatus link;
	gint64 idle_us;
	KnNow now;

	kn_hub_clock_read(&app->clock, &now);
	facts->is_hub_clock_unset = now.quality == ktp_CLOCK_UNKNOWN;
	if (seen) {
		facts->unseen_ms = MAX(now.utc_us - seen->seen_us, 0) / 1000;
		facts->signal_dbm = seen->signal_dbm;
	}
	if (kn_radio_get_link(app->radio, facts->address, &link)) {
		facts->link = link_of(link.phase);
		facts->n_attempts = link.attempts;
		facts->last_error = link.last_error;
		facts->is_bond_suspected = link.is_bond_suspected;
		facts->is_taking_turns = link.is_taking_turns;
		facts->place_in_line = link.place_in_line;
		facts->n_links_max = link.n_links_max;
		facts->is_adapter_refusing = link.is_adapter_refusing;
		facts->is_adapter_failed = link.is_adapter_failed;
		facts->is_adapter_deaf = link.is_adapter_deaf;
		facts->trouble_ms = link.trouble_ms;
		facts->is_listening_refused = link.is_listening_refused;
		facts->listen_error = link.listen_error;
		facts->deaf_ms = link.deaf_ms;
		facts->unlistened_ms = link.since_listened_ms;
		/* traffic counts as well as advertisements, and a step of the clock does not */
		if (link.seen_boottime_us > 0)
			facts->unseen_ms = MAX(now.boottime_us - link.seen_boottime_us, 0) / 1000;
		if (device && kn_app_get_refusal(app, device, &link, &refusal))
			add_refusal(app, &refusal, facts);
	}
	if (device && kn_pipeline_get_status(app->pipeline, device->id, &status)) {
		facts->n_missing = status.n_missing;
		facts->is_newest_known = status.is_newest_known;
		facts->sends_newer = status.sends_newer;
		facts->is_stuck = status.is_stuck;
		facts->is_clock_unset = status.is_clock_unset;
		facts->is_clock_untold = status.is_clock_untold;
		facts->is_foreign_owned = status.is_foreign_owned;
		idle_us = kn_app_idle_us(app, device, &now);
		facts->idle_ms = idle_us < 0 ? -1 : idle_us / 1000;
	}
}

void
kn_app_explain(gpointer user, const gchar *address, KnWhy *ret_why)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnRadioState radio = kn_radio_get_state(app->radio);
	KnWhyFacts facts = {
		.name = device && device->label && *device->label ? device->label : address,
		.address = address,
		.has_bus = radio != KN_RADIO_NO_BUS,
		.has_bluetoothd = radio != KN_RADIO_NO_BLUETOOTHD,
		.is_bluetoothd_mute = radio == KN_RADIO_MUTE_BLUETOOTHD,
		.has_adapter = radio != KN_RADIO_NO_ADAPTER,
		.is_adapter_on = radio == KN_RADIO_READY,
		.is_allowed = device && device->is_allowed,
		.is_known = device != NULL,
		.link = KN_WHY_LINK_SEARCHING,
		.last_error = "",
		.listen_error = "",
		.unseen_ms = -1,
		.is_storage_degraded = app->is_storage_degraded,
	};

	add_device_facts(app, device, &facts);
	kn_why_judge(&facts, ret_why);
}

gboolean
kn_app_is_idle(gpointer user, const gchar *address)
{
	const KnApp *app = user;
	const KnDevice *device = kn_app_find_address(app, address);
	KnPipelineDeviceStatus status;

	return device && kn_pipeline_get_status(app->pipeline, device->id, &status) &&
	       status.is_newest_known && status.n_missing == 0 && !is_in_session(app, device->id);
}

/* ---- scan, identify ---- */

gboolean
kn_app_scan(gpointer user, guint duration_s, GError **error)
{
	KnApp *app = user;
	g_auto(KnWhy) why = {0};
	KnListenStatus listen;

	if (kn_radio_get_state(app->radio) != KN_RADIO_READY) {
		/* of any device: the radio stands before all that is one device's */
		kn_app_explain(app, "00:00:00:00:00:00", &why);
		g_set_error(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_READY, "%s %s", why.text,
			    why.next);
		return FALSE;
	}
	/* also when it was refused until now: that somebody asks may be the only reason to try */
	kn_radio_scan(app->radio, duration_s * 1000);
	kn_radio_get_listening(app->radio, &listen);
	if (listen.is_refused) {
		g_set_error_literal(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_READY,
				    KN_WHY_CANNOT_LISTEN_AT_ALL);
		return FALSE;
	}
	return TRUE;
}

gint64
kn_app_since_listened_ms(gpointer user)
{
	const KnApp *app = user;
	KnListenStatus listen;

	kn_radio_get_listening(app->radio, &listen);
	return listen.since_listened_ms;
}

gboolean
kn_app_identify(gpointer user, gint64 device_id, guint duration_s, GError **error)
{
	KnApp *app = user;
	KnPipelineDeviceStatus status;
	const gchar *reason = NULL;

	if (!kn_pipeline_get_status(app->pipeline, device_id, &status) || !status.is_up)
		reason = "It is not connected, so it can not be asked to show itself.";
	else if (!kn_pipeline_can_identify(app->pipeline, device_id))
		reason = "This massager has no way to show itself.";
	else if (!kn_pipeline_identify(app->pipeline, device_id, duration_s))
		reason = "It takes no question right now; try again.";
	if (!reason)
		return TRUE;
	g_set_error_literal(error, KN_HUB_ERROR, KN_HUB_ERROR_NOT_READY, reason);
	return FALSE;
}

/* ---- forget ---- */

static void
on_forgotten(const KnDevice *device, const GError *error, gpointer user)
{
	g_autofree KnAsk *ask = kn_app_take_ask(user);
	g_autoptr(GError) translated = NULL;
	KnDevice *known;

	if (error) {
		translated = kn_app_translate(error);
		ask->on_device(NULL, translated, ask->request);
		return;
	}
	known = kn_app_find_device(ask->app, device->id);
	if (known)
		known->is_allowed = FALSE;
	kn_pipeline_set_enrolled(ask->app->pipeline, device->id, 0);
	kn_app_forgive_twins(ask->app, device->id);
	/* durable first: a hub that is killed now must not connect to it again */
	kn_radio_forget(ask->app->radio, device->address);
	kn_app_emit(ask->app, KN_EVENT_FORGOTTEN, device->id, "");
	ask->on_device(device, NULL, ask->request);
}

void
kn_app_forget(gpointer user, gint64 device_id, KnHubDeviceFunc func, gpointer request)
{
	KnApp *app = user;
	g_autoptr(GError) error = NULL;
	KnAsk *ask;

	if (!kn_app_has_room(app, &error)) {
		func(NULL, error, request);
		return;
	}
	ask = kn_app_ask_new(&(KnAsk){.app = app, .on_device = func, .request = request});
	kn_store_forget(app->store, device_id, on_forgotten, ask);
}
