/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/pause.h"

void
kn_pause_begin(KnPause *pause, gint64 now_us)
{
	pause->end_us = now_us + KN_PAUSE_MAX_S * (gint64)G_USEC_PER_SEC;
	kn_pause_touch(pause, now_us);
}

void
kn_pause_end(KnPause *pause)
{
	*pause = (KnPause){0};
}

gboolean
kn_pause_is_on(const KnPause *pause)
{
	return pause->stall_us != 0;
}

void
kn_pause_touch(KnPause *pause, gint64 now_us)
{
	pause->stall_us = MIN(now_us + KN_PAUSE_STALL_S * (gint64)G_USEC_PER_SEC, pause->end_us);
}

gint64
kn_pause_left_us(const KnPause *pause, gint64 now_us)
{
	if (!kn_pause_is_on(pause))
		return -1;
	return MAX(pause->stall_us - now_us, 0);
}
