/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/change.h"

/* beyond it a thousandfold and more is not told more exactly */
#define EXACT_MAX (G_MAXUINT64 / 4000)

static gboolean
is_whole(const KnPeriod *period)
{
	guint64 missing = period->expected - MIN(period->stored, period->expected);

	return period->n_data_days >= KN_CHANGE_DATA_DAYS_MIN && period->is_completeness_known &&
	       (missing == 0 || missing < (period->expected + 99) / 100);
}

gboolean
kn_change_is_fair(const KnPeriod *now, const KnPeriod *before)
{
	return is_whole(now) && is_whole(before);
}

gboolean
kn_change_is_fair_in_parts(const KnPeriod *now, const KnPeriod *before)
{
	return kn_change_is_fair(now, before) && now->n_lacking == 0 && before->n_lacking == 0;
}

gboolean
kn_change_find(guint64 now, guint64 before, gint32 *ret_permille)
{
	guint64 difference = now > before ? now - before : before - now;
	guint64 permille;

	/* 5 * difference >= before, without the product */
	if (before == 0 || difference < before / 5 + (before % 5 > 0 ? 1 : 0))
		return FALSE;
	if (difference / before >= KN_CHANGE_MAX_PERMILLE / 1000) {
		*ret_permille = KN_CHANGE_MAX_PERMILLE;
		return TRUE;
	}
	for (; before > EXACT_MAX; before >>= 1)
		difference >>= 1;
	permille = difference / before * 1000;
	permille += (2000 * (difference % before) + before) / (2 * before);
	*ret_permille = now > before ? (gint32)permille : -(gint32)permille;
	return TRUE;
}
