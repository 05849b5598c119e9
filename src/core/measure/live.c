/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/live.h"

#include "core/measure/contact.h"

void
kn_live_init(KnLive *live)
{
	*live = (KnLive){0};
}

void
kn_live_clear(KnLive *live)
{
	g_clear_pointer(&live->fold, kn_fold_free);
	*live = (KnLive){0};
}

static gboolean
is_running(const KnLive *live)
{
	return live->fold && live->span.state == KN_SESSION_OPEN;
}

static void
begin(KnLive *live, const ktp_Info *info, guint64 log_id, const ktp_Record *record)
{
	kn_live_clear(live);
	live->fold = kn_fold_new(info);
	live->n_nodes = MIN(info->nodes_count, (guint)KN_NODES_MAX);
	live->boot = record->boot;
	live->log_id = log_id;
	live->span.has_start = record->which_body == ktp_Record_session_start_tag;
	live->span.first_seq = record->seq;
	live->span.first_t_ms = record->t_ms;
	live->is_whole = live->span.has_start;
}

/* outside a session contact is off, so contact begins with the first value that turns it on */
static gboolean
begins_session(const ktp_Record *record)
{
	uint16_t values_hpa[KN_VALUES_MAX];
	size_t n_values;

	if (record->which_body == ktp_Record_session_start_tag)
		return TRUE;
	if (record->which_body != ktp_Record_samples_tag)
		return FALSE;
	n_values = kn_decode_values(&record->body.samples, values_hpa);
	for (size_t i = 0; i < n_values; i++)
		if (values_hpa[i] >= KN_CONTACT_ON_HPA)
			return TRUE;
	return FALSE;
}

static void
push_samples(KnLive *live, const ktp_Info *info, const ktp_Record *record)
{
	const ktp_SampleBlock *block = &record->body.samples;
	uint16_t values_hpa[KN_VALUES_MAX];
	guint at = 0;

	kn_decode_values(block, values_hpa);
	kn_fold_push_values(live->fold, record, values_hpa);
	for (guint i = 0; i < MIN(info->nodes_count, KN_NODES_MAX); i++) {
		if (!(block->node_mask & 1u << i))
			continue;
		at += block->n;
		live->node_hpa[i] = values_hpa[at - 1];
	}
}

static void
follow_span(KnLive *live, const ktp_Record *record)
{
	KnSpan *span = &live->span;
	KnContactSpan contact;

	kn_fold_get_contact(live->fold, &contact);
	span->last_seq = record->seq;
	span->last_t_ms = contact.has_any ? contact.last_us / 1000 : record->t_ms;
	if (!span->has_start && contact.has_any)
		span->first_t_ms = contact.first_us / 1000;
	if (record->which_body == ktp_Record_session_end_tag) {
		span->has_end = TRUE;
		span->last_t_ms = record->t_ms;
		span->state = KN_SESSION_ENDED;
	} else if (!span->has_start && record->t_ms * 1000 >= contact.end_us &&
		   record->t_ms * 1000 - contact.end_us >= (guint64)KN_SESSION_QUIET_MS * 1000) {
		span->state = KN_SESSION_QUIET;
	}
}

gboolean
kn_live_push(KnLive *live, const ktp_Info *info, guint64 log_id, const ktp_Record *record)
{
	gboolean is_same_boot = live->boot == record->boot && live->log_id == log_id;
	gboolean has_ended = FALSE;

	if (live->fold && is_same_boot && record->seq <= live->span.last_seq)
		return FALSE;
	if (is_running(live) &&
	    (!is_same_boot || record->which_body == ktp_Record_session_start_tag)) {
		live->span.state = KN_SESSION_INTERRUPTED;
		has_ended = TRUE;
	}
	if (!is_running(live)) {
		if (!begins_session(record))
			return has_ended;
		begin(live, info, log_id, record);
	} else if (record->seq != live->span.last_seq + 1) {
		live->is_whole = FALSE;
	}
	if (record->which_body == ktp_Record_samples_tag)
		push_samples(live, info, record);
	else
		kn_fold_push(live->fold, record);
	live->n_records++;
	follow_span(live, record);
	return has_ended || !is_running(live);
}
