/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/contact.h"

guint
kn_contact_enter(KnContact *contact, guint64 t0_us, guint32 period_us, guint n)
{
	guint64 last_us = t0_us + (guint64)(n - 1) * period_us;
	guint64 start_us;
	guint n_repeated = 0;

	if (contact->has_sample && last_us <= contact->last_us)
		return n;
	if (contact->has_sample && t0_us <= contact->last_us)
		n_repeated = (guint)((contact->last_us - t0_us) / period_us) + 1;
	start_us = t0_us + (guint64)n_repeated * period_us;
	if (contact->has_sample && start_us > contact->end_us &&
	    start_us - contact->end_us > (guint64)KN_CONTACT_RESET_MS * 1000)
		contact->is_on = FALSE;
	contact->has_sample = TRUE;
	contact->last_us = last_us;
	contact->end_us = last_us + period_us;
	return n_repeated;
}

void
kn_contact_span_add(KnContactSpan *span, guint64 first_us, guint64 last_us, guint32 period_us)
{
	if (!span->has_any) {
		*span = (KnContactSpan){TRUE, first_us, last_us, last_us + period_us};
		return;
	}
	span->first_us = MIN(span->first_us, first_us);
	span->last_us = MAX(span->last_us, last_us);
	span->end_us = MAX(span->end_us, last_us + period_us);
}
