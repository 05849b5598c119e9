/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/base/allowance.h"

gboolean
kn_allowance_has(const KnAllowance *allowance, const KnAllowanceRate *rate, gint64 now_us)
{
	gint64 next_us = MAX(allowance->ahead_us, now_us) + rate->every_us;

	return next_us - now_us <= (gint64)rate->n_burst * rate->every_us;
}

gboolean
kn_allowance_take(KnAllowance *allowance, const KnAllowanceRate *rate, gint64 now_us)
{
	if (!kn_allowance_has(allowance, rate, now_us))
		return FALSE;
	allowance->ahead_us = MAX(allowance->ahead_us, now_us) + rate->every_us;
	return TRUE;
}
