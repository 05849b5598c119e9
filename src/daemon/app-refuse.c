/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* massagers that are not served: cut off, told, and tried again some time */

#include "core/base/zone.h"
#include "daemon/app-private.h"

static void
read_clock(const KnApp *app, KnNow *ret_now)
{
	KnHubClock clock = app->clock;

	kn_hub_clock_read(&clock, ret_now);
}

gchar *
kn_app_format_until(const KnApp *app, const KnRefusal *refusal)
{
	KnNow now;

	read_clock(app, &now);
	return kn_zone_format_time(now.utc_us + refusal->until_us - now.boottime_us,
				   app->config->zone);
}

/* for the log and beside the link; of another massager only its number, which is no outside word */
static gchar *
words_for(const KnApp *app, const KnRefusal *refusal)
{
	g_autofree gchar *until = NULL;

	switch (refusal->kind) {
	case KN_REFUSAL_VERSION:
		return g_strdup("speaks a newer protocol than this hub: update knead");
	case KN_REFUSAL_SERIAL:
		return g_strdup_printf("tells the model and serial of massager %" G_GINT64_FORMAT
				       ", which was allowed before it",
				       refusal->twin_id);
	case KN_REFUSAL_QUARANTINE:
		until = kn_app_format_until(app, refusal);
		return g_strdup_printf("%s; until %s", kn_offence_text(refusal->offence), until);
	default:
		return g_strdup("describes itself in a way this hub cannot read: check its "
				"firmware");
	}
}

static KnEventKind
event_for(const KnRefusal *refusal)
{
	if (refusal->kind == KN_REFUSAL_QUARANTINE)
		return KN_EVENT_QUARANTINED;
	return refusal->kind == KN_REFUSAL_SERIAL ? KN_EVENT_SERIAL_CONFLICT
						  : KN_EVENT_LINK_REFUSED;
}

void
kn_app_refuse(gpointer user, gint64 device_id, const KnRefusal *refusal, gboolean is_news)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_device(app, device_id);
	g_autofree gchar *words = words_for(app, refusal);
	gint64 pause_us = 0;
	KnNow now;

	if (!device)
		return;
	read_clock(app, &now);
	if (refusal->kind == KN_REFUSAL_QUARANTINE)
		pause_us = MAX(refusal->until_us - now.boottime_us, 1);
	if (is_news)
		kn_app_emit(app, event_for(refusal), device_id, words);
	kn_radio_refuse(app->radio, device->address, words, pause_us);
}

void
kn_app_renew(gpointer user, gint64 device_id)
{
	KnApp *app = user;
	const KnDevice *device = kn_app_find_device(app, device_id);

	if (!device)
		return;
	g_message("device %" G_GINT64_FORMAT ": nothing comes over its link, which is made anew",
		  device_id);
	kn_radio_renew(app->radio, device->address);
}

gboolean
kn_app_get_refusal(const KnApp *app, const KnDevice *device, const KnLinkStatus *link,
		   KnRefusal *ret_refusal)
{
	KnPipelineDeviceStatus status;
	gboolean holds;
	KnNow now;

	if (!kn_pipeline_get_status(app->pipeline, device->id, &status) ||
	    status.refusal.kind == KN_REFUSAL_NONE)
		return FALSE;
	read_clock(app, &now);
	/* a quarantine holds wherever the link stands; the rest only as long as the radio keeps it away for that */
	holds = status.refusal.kind == KN_REFUSAL_QUARANTINE
			? now.boottime_us < status.refusal.until_us
			: link->is_refused;
	if (holds)
		*ret_refusal = status.refusal;
	return holds;
}

const gchar *
kn_app_link_name(const KnApp *app, const KnDevice *device, const KnLinkStatus *link)
{
	KnRefusal refusal;

	if (device && device->is_allowed && kn_app_get_refusal(app, device, link, &refusal) &&
	    (refusal.kind == KN_REFUSAL_QUARANTINE || refusal.kind == KN_REFUSAL_SERIAL))
		return kn_refusal_name(refusal.kind);
	return kn_link_phase_name(link->phase);
}

void
kn_app_forgive_twins(KnApp *app, gint64 forgotten_id)
{
	for (guint i = 0; i < app->devices->len; i++) {
		const KnDevice *device = app->devices->pdata[i];
		KnPipelineDeviceStatus status;
		if (kn_pipeline_get_status(app->pipeline, device->id, &status) &&
		    status.refusal.kind == KN_REFUSAL_SERIAL &&
		    status.refusal.twin_id == forgotten_id)
			kn_radio_retry(app->radio, device->address);
	}
}
