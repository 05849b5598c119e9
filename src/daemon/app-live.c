/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

/* a session that goes on, as it was seen live */

#include "daemon/app-private.h"

KnSession *
kn_app_sketch_live(const KnApp *app, const KnDevice *device, const KnNow *now)
{
	const KnLive *live = kn_pipeline_get_live(app->pipeline, device->id);
	KnSession *session;

	if (!live || !live->is_whole)
		return NULL;
	session = g_new0(KnSession, 1);
	session->device_id = device->id;
	session->log_id = live->log_id;
	session->boot = live->boot;
	session->span = live->span;
	session->zone = g_strdup(app->config->zone);
	session->is_time_known = TRUE;
	session->is_time_uncertain = now->quality < ktp_CLOCK_RESTORED;
	session->start_utc_us =
		now->utc_us - (gint64)(live->span.last_t_ms - live->span.first_t_ms) * 1000;
	session->is_provisional = TRUE;
	session->is_completeness_known = TRUE;
	session->coverage.stored = live->n_records;
	session->coverage.expected = live->span.last_seq - live->span.first_seq + 1;
	kn_app_own_live(app, session);
	return session;
}

void
kn_app_fold_live(const KnApp *app, KnSession *sketch)
{
	const KnLive *live = kn_pipeline_get_live(app->pipeline, sketch->device_id);

	kn_fold_finish(live->fold, &sketch->metrics);
}

KnSession *
kn_app_live_session(const KnApp *app, const KnDevice *device, const KnNow *now)
{
	KnSession *session = kn_app_sketch_live(app, device, now);

	if (session)
		kn_app_fold_live(app, session);
	return session;
}
