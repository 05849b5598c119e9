/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */
#include "core/link/listen.h"

enum { MINUTE_US = 60 * 1000000 };

void
kn_listen_times_init(KnListenTimes *ret_times, gdouble scale)
{
	gdouble sound = scale > 0 ? CLAMP(scale, 0.001, 1000.0) : 1.0;

	*ret_times = (KnListenTimes){.window_us = (gint64)(10e6 * sound),
				     .period_us = (gint64)(60e6 * sound),
				     .retry_us = (gint64)(5e6 * sound)};
}

void
kn_listen_init(KnListen *listen, const KnListenTimes *times)
{
	*listen = (KnListen){.times = times};
}

/* ---- the last hour ---- */

static KnListenMinute *
minute_of(KnListen *listen, gint64 now_us)
{
	gint64 minute = now_us / MINUTE_US;
	KnListenMinute *at = &listen->minutes[minute % KN_LISTEN_MINUTES];

	if (at->minute != minute)
		*at = (KnListenMinute){.minute = minute};
	return at;
}

static void
end_piece(KnListen *listen, gint64 now_us)
{
	gint64 us = MAX(now_us - listen->since_us, 0);

	if (!listen->is_on)
		return;
	listen->is_on = FALSE;
	listen->listened_us += us;
	listen->last_us = now_us;
	minute_of(listen, now_us)->listened_us += us;
}

/* ---- windows ---- */

static void
begin_window(KnListen *listen, gint64 now_us)
{
	listen->left_us = listen->times->window_us;
	listen->next_us = now_us + listen->times->period_us;
	listen->is_to_all = listen->n_silent + 1 >= KN_LISTEN_SILENT_WINDOWS;
	listen->is_heard = FALSE;
}

static void
end_window(KnListen *listen)
{
	listen->left_us = 0;
	if (listen->is_heard)
		return;
	/* once it is deaf every window is open to all, so each third one says it again */
	if (++listen->n_silent % KN_LISTEN_SILENT_WINDOWS == 0)
		listen->is_deaf = TRUE;
}

static KnListenAction
plan_off(KnListen *listen, gboolean is_needed, gboolean is_held, gint64 now_us,
	 gint64 *ret_again_us)
{
	if (!is_needed)
		listen->left_us = 0;
	if (is_held || !is_needed)
		return KN_LISTEN_STAY;
	if (listen->left_us == 0 && now_us < listen->next_us) {
		*ret_again_us = listen->next_us;
		return KN_LISTEN_STAY;
	}
	if (listen->left_us == 0)
		begin_window(listen, now_us);
	return KN_LISTEN_START;
}

static KnListenAction
plan_on(KnListen *listen, gboolean is_needed, gboolean is_held, gint64 now_us, gint64 *ret_again_us)
{
	gint64 end_us = listen->since_us + listen->left_us;

	if (!is_held && is_needed && now_us < end_us) {
		*ret_again_us = end_us;
		return KN_LISTEN_STAY;
	}
	end_piece(listen, now_us);
	listen->left_us = MAX(end_us - now_us, 0);
	if (listen->left_us == 0)
		end_window(listen);
	else if (!is_needed)
		listen->left_us = 0;
	return KN_LISTEN_STOP;
}

KnListenAction
kn_listen_plan(KnListen *listen, gboolean is_needed, gboolean is_held, gint64 now_us,
	       gint64 *ret_again_us)
{
	*ret_again_us = G_MAXINT64;
	return listen->is_on ? plan_on(listen, is_needed, is_held, now_us, ret_again_us)
			     : plan_off(listen, is_needed, is_held, now_us, ret_again_us);
}

void
kn_listen_started(KnListen *listen, gint64 now_us)
{
	listen->is_on = TRUE;
	listen->refused_us = 0;
	listen->n_refused = 0;
	listen->since_us = now_us;
	listen->n_starts++;
	minute_of(listen, now_us)->n_starts++;
}

void
kn_listen_failed(KnListen *listen, gint64 now_us)
{
	const KnListenTimes *times = listen->times;
	gint64 wait_us = times->retry_us;

	/* nothing was listened to, so nobody was silent: the window is gone, and the refusal is counted as what it is */
	listen->left_us = 0;
	for (guint i = 0; i < listen->n_refused && wait_us < times->period_us; i++)
		wait_us *= 2;
	listen->n_refused++;
	listen->n_errors++;
	/* but nobody can be heard through it either, and nothing else would show that it does not work */
	if (listen->n_refused % KN_LISTEN_REFUSALS == 0)
		listen->is_deaf = TRUE;
	listen->next_us = listen->refused_us = now_us + MIN(wait_us, times->period_us);
}

void
kn_listen_soon(KnListen *listen)
{
	/* whoever asks for it, one that is refused is not asked for without a pause */
	listen->next_us = listen->refused_us;
}

void
kn_listen_cut(KnListen *listen, gint64 now_us)
{
	end_piece(listen, now_us);
	listen->left_us = 0;
	listen->next_us = listen->refused_us = 0;
	listen->n_refused = 0;
}

void
kn_listen_heard(KnListen *listen, gint64 now_us)
{
	listen->is_heard = TRUE;
	listen->n_silent = 0;
	listen->is_deaf = FALSE;
	listen->last_heard_us = now_us;
}

gboolean
kn_listen_take_deaf(KnListen *listen)
{
	gboolean is_deaf = listen->is_deaf;

	listen->is_deaf = FALSE;
	return is_deaf;
}

/* ---- what came of it ---- */

static gint64
since_ms(gint64 then_us, gint64 now_us)
{
	return then_us == 0 ? -1 : MAX(now_us - then_us, 0) / 1000;
}

void
kn_listen_get(const KnListen *listen, gint64 now_us, KnListenStatus *ret_status)
{
	gint64 oldest = now_us / MINUTE_US - KN_LISTEN_MINUTES + 1;
	gint64 piece_us = listen->is_on ? MAX(now_us - listen->since_us, 0) : 0;
	gint64 hour_us = piece_us;
	guint n_starts = 0;

	for (guint i = 0; i < KN_LISTEN_MINUTES; i++) {
		const KnListenMinute *at = &listen->minutes[i];
		if (at->minute < oldest)
			continue;
		hour_us += at->listened_us;
		n_starts += at->n_starts;
	}
	*ret_status = (KnListenStatus){
		.is_on = listen->is_on,
		.n_starts = listen->n_starts,
		.n_starts_hour = n_starts,
		.n_errors = listen->n_errors,
		.listened_ms = (listen->listened_us + piece_us) / 1000,
		.listened_hour_ms = hour_us / 1000,
		.since_listened_ms = listen->is_on ? 0 : since_ms(listen->last_us, now_us),
		.since_heard_ms = since_ms(listen->last_heard_us, now_us),
		.n_silent = listen->n_silent,
		.is_refused = listen->n_refused >= KN_LISTEN_REFUSED_MIN &&
			      now_us < listen->refused_us +
					       KN_LISTEN_REFUSED_PERIODS * listen->times->period_us,
	};
}
