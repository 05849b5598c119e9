/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/pipeline/trust.h"

static const struct {
	const gchar *name;
	const gchar *text;
} offences[] = {
	[KN_OFFENCE_NONE] = {"none", ""},
	[KN_OFFENCE_MALFORMED] = {"malformed",
				  "sent 20 records within a minute that can not be read"},
	[KN_OFFENCE_FLOOD] = {"flood",
			      "sent more than 500 notifications a second that nobody asked for"},
	[KN_OFFENCE_LOGS] = {"logs", "began a new memory more than 16 times within a day"},
};
G_STATIC_ASSERT(KN_TRUST_MALFORMED_MAX == 20 && KN_TRUST_UNASKED_MAX_PER_S == 500 &&
		KN_TRUST_LOGS_MAX == 16);

const gchar *
kn_offence_name(KnOffence offence)
{
	return (guint)offence < G_N_ELEMENTS(offences) ? offences[offence].name : "unknown";
}

const gchar *
kn_offence_text(KnOffence offence)
{
	return (guint)offence < G_N_ELEMENTS(offences) ? offences[offence].text : "";
}

void
kn_trust_init(KnTrust *trust, gdouble scale)
{
	*trust = (KnTrust){.scale = scale};
}

void
kn_trust_start(KnTrust *trust)
{
	trust->n_asked = 0;
}

void
kn_trust_ask(KnTrust *trust, guint64 n_records)
{
	trust->n_asked = (guint)MIN(trust->n_asked + n_records, KN_TRUST_ASKED_MAX);
}

gboolean
kn_trust_take(KnTrust *trust, guint n_records)
{
	/* one without any was not asked for either */
	if (n_records == 0 || trust->n_asked < n_records)
		return FALSE;
	trust->n_asked -= n_records;
	return TRUE;
}

static gint64
scaled(const KnTrust *trust, gint64 us)
{
	return (gint64)((gdouble)us * trust->scale);
}

static KnOffence
judge(KnTrust *trust, guint n_malformed, gint64 now_us)
{
	gint64 *oldest_us;

	trust->ahead_us =
		MAX(trust->ahead_us, now_us) + G_USEC_PER_SEC / KN_TRUST_UNASKED_MAX_PER_S;
	if (trust->ahead_us - now_us > KN_TRUST_AHEAD_MAX_US)
		return KN_OFFENCE_FLOOD;
	if (n_malformed == 0)
		return KN_OFFENCE_NONE;
	for (guint i = 0; i < MIN(n_malformed, KN_TRUST_MALFORMED_MAX); i++)
		trust->malformed_us[trust->n_malformed++ % KN_TRUST_MALFORMED_MAX] = now_us;
	/* the next one's place is where the oldest of the last twenty stands */
	oldest_us = &trust->malformed_us[trust->n_malformed % KN_TRUST_MALFORMED_MAX];
	return trust->n_malformed >= KN_TRUST_MALFORMED_MAX &&
			       now_us - *oldest_us < KN_TRUST_MALFORMED_US
		       ? KN_OFFENCE_MALFORMED
		       : KN_OFFENCE_NONE;
}

static KnOffence
quarantine(KnTrust *trust, KnOffence offence, gint64 now_us)
{
	if (trust->until_us != 0 && now_us - trust->until_us >= scaled(trust, KN_TRUST_GOOD_US))
		trust->pause_us = 0;
	trust->pause_us = trust->pause_us == 0 ? scaled(trust, KN_TRUST_QUARANTINE_US)
					       : MIN(2 * trust->pause_us,
						     scaled(trust, KN_TRUST_QUARANTINE_MAX_US));
	trust->offence = offence;
	trust->until_us = now_us + trust->pause_us;
	trust->n_malformed = 0;
	trust->ahead_us = 0;
	return offence;
}

KnOffence
kn_trust_note(KnTrust *trust, guint n_malformed, gint64 now_us)
{
	KnOffence offence = judge(trust, n_malformed, now_us);

	return offence == KN_OFFENCE_NONE ? offence : quarantine(trust, offence, now_us);
}

KnOffence
kn_trust_note_log(KnTrust *trust, gint64 now_us)
{
	gint64 *oldest_us = &trust->log_us[trust->n_logs % KN_TRUST_LOGS_MAX];

	if (trust->n_logs >= KN_TRUST_LOGS_MAX && now_us - *oldest_us < KN_TRUST_LOGS_US)
		return quarantine(trust, KN_OFFENCE_LOGS, now_us);
	*oldest_us = now_us;
	trust->n_logs++;
	return KN_OFFENCE_NONE;
}

gboolean
kn_trust_is_quarantined(const KnTrust *trust, gint64 now_us)
{
	return now_us < trust->until_us;
}
