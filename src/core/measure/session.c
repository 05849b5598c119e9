/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "core/measure/session.h"

#include "core/measure/contact.h"
#include <string.h>

#define QUIET_US ((guint64)KN_SESSION_QUIET_MS * 1000)

struct KnSplitter {
	GArray *spans;             /* owned: KnSpan that are closed */
	const KnSplitEdits *edits; /* borrowed; NULL none */
	guint n_cuts_done;         /* cuts before the latest record */
	gboolean is_running;
	gboolean is_marked;    /* the running one: a Start is in force, and only its End ends it */
	KnSpan span;           /* the running one */
	KnContactSpan contact; /* in the running one */
	guint64 latest_us;     /* the latest tick known of the boot */
	guint n_nodes;
	KnContact node[KN_NODES_MAX];
};

KnSplitter *
kn_splitter_new(const ktp_Info *info)
{
	KnSplitter *splitter = g_new0(KnSplitter, 1);

	splitter->spans = g_array_new(FALSE, FALSE, sizeof(KnSpan));
	splitter->n_nodes = MIN(info->nodes_count, KN_NODES_MAX);
	return splitter;
}

void
kn_splitter_free(KnSplitter *splitter)
{
	if (!splitter)
		return;
	g_array_unref(splitter->spans);
	g_free(splitter);
}

void
kn_split_edits_init(KnSplitEdits *edits)
{
	edits->cuts = g_array_new(FALSE, FALSE, sizeof(guint64));
	edits->joins = g_array_new(FALSE, FALSE, sizeof(KnRange));
}

void
kn_split_edits_clear(KnSplitEdits *edits)
{
	g_clear_pointer(&edits->cuts, g_array_unref);
	g_clear_pointer(&edits->joins, g_array_unref);
}

void
kn_splitter_set_edits(KnSplitter *splitter, const KnSplitEdits *edits)
{
	splitter->edits = edits;
}

/* a person said that the edge before (or behind) this record is none */
static gboolean
is_joined(const KnSplitter *splitter, guint64 seq, gboolean is_behind)
{
	for (guint i = 0; splitter->edits && i < splitter->edits->joins->len; i++) {
		const KnRange *join = &g_array_index(splitter->edits->joins, KnRange, i);
		if (is_behind ? join->first <= seq && seq < join->last
			      : join->first < seq && seq <= join->last)
			return TRUE;
	}
	return FALSE;
}

static void
begin(KnSplitter *splitter, guint64 seq, guint64 t_ms)
{
	splitter->is_running = TRUE;
	splitter->is_marked = FALSE;
	splitter->span =
		(KnSpan){.first_seq = seq, .last_seq = seq, .first_t_ms = t_ms, .last_t_ms = t_ms};
	splitter->contact = (KnContactSpan){0};
}

static gboolean
is_quiet_at(const KnSplitter *splitter, guint64 t_us)
{
	return !splitter->is_marked && t_us >= splitter->contact.end_us &&
	       t_us - splitter->contact.end_us >= QUIET_US;
}

static void
close_span(KnSplitter *splitter, KnSessionState state)
{
	splitter->span.state = state;
	g_array_append_val(splitter->spans, splitter->span);
	splitter->is_running = FALSE;
}

static void
push_start(KnSplitter *splitter, const ktp_Record *record)
{
	if (splitter->is_running && is_joined(splitter, record->seq, FALSE)) {
		splitter->is_marked = TRUE;
		splitter->span.is_by_hand = TRUE;
		return;
	}
	if (splitter->is_running)
		close_span(splitter, is_quiet_at(splitter, record->t_ms * 1000)
					     ? KN_SESSION_QUIET
					     : KN_SESSION_INTERRUPTED);
	begin(splitter, record->seq, record->t_ms);
	splitter->span.has_start = TRUE;
	splitter->is_marked = TRUE;
	memset(splitter->node, 0, sizeof splitter->node);
}

static void
push_end(KnSplitter *splitter, const ktp_Record *record)
{
	if (!splitter->is_running)
		return;
	if (is_quiet_at(splitter, record->t_ms * 1000) &&
	    !is_joined(splitter, record->seq, FALSE)) {
		close_span(splitter, KN_SESSION_QUIET);
		return;
	}
	splitter->span.last_seq = record->seq;
	splitter->span.last_t_ms = record->t_ms;
	if (is_joined(splitter, record->seq, TRUE)) {
		splitter->is_marked = FALSE;
		splitter->span.is_by_hand = TRUE;
		return;
	}
	splitter->span.has_end = TRUE;
	close_span(splitter, KN_SESSION_ENDED);
	memset(splitter->node, 0, sizeof splitter->node);
}

static void
scan_node(KnContact *contact, const ktp_SampleBlock *block, const uint16_t *values_hpa,
	  KnContactSpan *span)
{
	guint64 t0_us = block->t0_ms * 1000;
	guint n_on = 0;
	guint first = 0;
	guint last = 0;

	for (guint k = kn_contact_enter(contact, t0_us, block->period_us, block->n); k < block->n;
	     k++) {
		contact->is_on = kn_contact_step(contact->is_on, values_hpa[k]);
		if (!contact->is_on)
			continue;
		first = n_on++ == 0 ? k : first;
		last = k;
	}
	if (n_on > 0)
		kn_contact_span_add(span, t0_us + (guint64)first * block->period_us,
				    t0_us + (guint64)last * block->period_us, block->period_us);
}

static void
scan_block(KnSplitter *splitter, const ktp_SampleBlock *block, const guint16 *values_hpa,
	   KnContactSpan *span)
{
	guint at = 0;

	for (guint i = 0; i < splitter->n_nodes; i++) {
		if (!(block->node_mask & 1u << i))
			continue;
		scan_node(&splitter->node[i], block, values_hpa + at, span);
		at += block->n;
	}
	splitter->latest_us = MAX(splitter->latest_us,
				  block->t0_ms * 1000 + (guint64)block->n * block->period_us);
}

static void
add_contact(KnSplitter *splitter, guint64 seq, const KnContactSpan *contact)
{
	KnSpan *span = &splitter->span;

	/* blocks of other nodes may bring earlier ticks */
	kn_contact_span_add(&splitter->contact, contact->first_us, contact->last_us,
			    (guint32)(contact->end_us - contact->last_us));
	span->last_seq = seq;
	span->last_t_ms = splitter->contact.last_us / 1000;
	if (!span->has_start)
		span->first_t_ms = splitter->contact.first_us / 1000;
}

static void
push_samples(KnSplitter *splitter, const ktp_Record *record, const guint16 *values_hpa)
{
	KnContactSpan contact = {0};

	scan_block(splitter, &record->body.samples, values_hpa, &contact);
	if (!contact.has_any)
		return;
	if (splitter->is_running && is_quiet_at(splitter, contact.first_us)) {
		if (is_joined(splitter, record->seq, FALSE))
			splitter->span.is_by_hand = TRUE;
		else
			close_span(splitter, KN_SESSION_QUIET);
	}
	if (!splitter->is_running) {
		/* seen afresh, as the fold of this span's records will see it */
		memset(splitter->node, 0, sizeof splitter->node);
		contact = (KnContactSpan){0};
		scan_block(splitter, &record->body.samples, values_hpa, &contact);
		begin(splitter, record->seq, contact.first_us / 1000);
	}
	add_contact(splitter, record->seq, &contact);
}

/* the running session ends before a cut; one with a Start goes on behind it, up to its End */
static void
cut_before(KnSplitter *splitter, const ktp_Record *record)
{
	const GArray *cuts = splitter->edits->cuts;
	gboolean is_cut = FALSE;
	gboolean was_marked = splitter->is_marked;

	while (splitter->n_cuts_done < cuts->len &&
	       g_array_index(cuts, guint64, splitter->n_cuts_done) <= record->seq) {
		splitter->n_cuts_done++;
		is_cut = TRUE;
	}
	if (!is_cut || !splitter->is_running)
		return;
	splitter->span.is_by_hand = TRUE;
	close_span(splitter, KN_SESSION_CUT);
	memset(splitter->node, 0, sizeof splitter->node);
	if (!was_marked || record->which_body == ktp_Record_session_start_tag)
		return;
	begin(splitter, record->seq, record->t_ms);
	splitter->is_marked = TRUE;
	splitter->span.is_by_hand = TRUE;
}

void
kn_splitter_push_values(KnSplitter *splitter, const ktp_Record *record, const guint16 *values_hpa)
{
	if (splitter->edits)
		cut_before(splitter, record);
	switch (record->which_body) {
	case ktp_Record_session_start_tag:
		push_start(splitter, record);
		break;
	case ktp_Record_session_end_tag:
		push_end(splitter, record);
		break;
	case ktp_Record_samples_tag:
		g_return_if_fail(record->body.samples.n > 0 && record->body.samples.period_us > 0);
		push_samples(splitter, record, values_hpa);
		break;
	default:
		break;
	}
	/* between Start and End every record belongs to the session */
	if (splitter->is_running && splitter->is_marked) {
		splitter->span.last_seq = record->seq;
		if (!splitter->contact.has_any)
			splitter->span.last_t_ms = record->t_ms;
	}
	splitter->latest_us = MAX(splitter->latest_us, record->t_ms * 1000);
}

void
kn_splitter_push(KnSplitter *splitter, const ktp_Record *record)
{
	uint16_t values_hpa[KN_VALUES_MAX];

	if (record->which_body == ktp_Record_samples_tag)
		kn_decode_values(&record->body.samples, values_hpa);
	kn_splitter_push_values(splitter, record, values_hpa);
}

GArray *
kn_splitter_finish(const KnSplitter *splitter, gboolean is_boot_over)
{
	GArray *spans = g_array_copy(splitter->spans);
	KnSpan running = splitter->span;

	if (!splitter->is_running)
		return spans;
	if (is_quiet_at(splitter, splitter->latest_us))
		running.state = KN_SESSION_QUIET;
	else
		running.state = is_boot_over ? KN_SESSION_INTERRUPTED : KN_SESSION_OPEN;
	g_array_append_val(spans, running);
	return spans;
}
