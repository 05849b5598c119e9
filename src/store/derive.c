/* SPDX-FileCopyrightText: 2026 the knead authors */
/* SPDX-License-Identifier: MIT */

#include "store/derive.h"

#include "core/measure/buildup.h"
#include "store/anchors.h"
#include "store/derive-match.h"
#include "store/edits.h"
#include "store/infos.h"
#include "store/running.h"
#include "store/sessions.h"
#include "store/sql.h"

static void
note_changed(const KnDeriver *deriver, const KnSession *session)
{
	KnChangedSession changed = {session->id, session->device_id};

	for (guint i = 0; i < deriver->changed->len; i++)
		if (g_array_index(deriver->changed, KnChangedSession, i).session_id == session->id)
			return;
	g_array_append_val(deriver->changed, changed);
}

static gboolean
save(const KnDeriver *deriver, KnSessionRow *row, GError **error)
{
	gboolean is_changed;

	if (!kn_sessions_save(deriver->db, row, &is_changed, error))
		return FALSE;
	if (is_changed)
		note_changed(deriver, &row->session);
	return TRUE;
}

static void
judge_completeness(const KnLogState *log, KnSession *session)
{
	const KnSpan *span = &session->span;
	KnRange range = {span->first_seq, span->last_seq};
	KnRange bounds = {log->first_seq != 0 ? log->first_seq : span->first_seq,
			  MAX(log->newest_seq, span->last_seq)};
	KnEdges fixed = (span->has_start ? KN_EDGE_START : KN_EDGE_NONE) |
			(span->has_end ? KN_EDGE_END : KN_EDGE_NONE);

	kn_ledger_coverage(&log->durable, &log->named, &bounds, &range, fixed, &session->coverage);
	session->is_completeness_known = log->is_newest_known;
}

static gboolean
is_same_coverage(const KnCoverage *a, const KnCoverage *b)
{
	return a->stored == b->stored && a->expected == b->expected &&
	       a->unrepairable == b->unrepairable;
}

static gboolean
judge_time(KnDb *db, gint64 log_key, KnSession *session, GError **error)
{
	KnWallTime time;

	if (!kn_anchors_place(db, log_key, session->boot, session->span.first_t_ms, &time, error))
		return FALSE;
	session->start_utc_us = time.is_known ? time.utc_us : 0;
	session->is_time_known = time.is_known;
	session->is_time_uncertain = time.is_uncertain;
	return TRUE;
}

/* walks over what running has not seen yet */
static GArray *
split(KnDb *db, KnRegion *region, KnRange range, KnRunning *running, const ktp_Info *info,
      gboolean is_boot_over, GError **error)
{
	g_auto(KnRegionReader) reader = {0};
	gboolean is_record = TRUE;
	KnBlockItem item;
	GArray *spans;

	kn_region_reader_init(&reader, db, region, range, info);
	while (is_record) {
		if (!kn_region_reader_next(&reader, &item, &is_record, error))
			return NULL;
		if (is_record)
			kn_running_push(running, region, &item);
	}
	spans = kn_splitter_finish(running->splitter, is_boot_over);
	/* the SessionStart behind the region was only asked how the last session ended */
	while (spans->len > 0 &&
	       g_array_index(spans, KnSpan, spans->len - 1).first_seq > region->last_seq)
		g_array_set_size(spans, spans->len - 1);
	return spans;
}

static gboolean
fold(KnDb *db, KnRegion *region, KnRange range, const ktp_Info *info, KnSessionMetrics *ret_metrics,
     GError **error)
{
	g_autoptr(KnFold) folded = kn_fold_new(info);
	g_auto(KnRegionReader) reader = {0};
	gboolean is_record = TRUE;
	KnBlockItem item;

	kn_region_reader_init(&reader, db, region, range, info);
	while (is_record) {
		if (!kn_region_reader_next(&reader, &item, &is_record, error))
			return FALSE;
		if (is_record && item.record.which_body == ktp_Record_samples_tag)
			kn_fold_push_values(folded, &item.record, item.values_hpa);
		else if (is_record)
			kn_fold_push(folded, &item.record);
	}
	kn_fold_finish(folded, ret_metrics);
	return TRUE;
}

static gboolean
add_buildup(KnDb *db, KnRegion *region, KnRange range, const ktp_Info *info,
	    KnSessionMetrics *metrics, gboolean *ret_is_same, GError **error)
{
	g_autoptr(KnBuildup) buildup = kn_buildup_new(metrics);
	g_auto(KnRegionReader) reader = {0};
	gboolean is_record = TRUE;
	KnBlockItem item;

	kn_region_reader_init(&reader, db, region, range, info);
	while (is_record) {
		if (!kn_region_reader_next(&reader, &item, &is_record, error))
			return FALSE;
		if (is_record && item.record.which_body == ktp_Record_samples_tag)
			kn_buildup_push_values(buildup, &item.record, item.values_hpa);
	}
	*ret_is_same = kn_buildup_finish(buildup, metrics);
	return TRUE;
}

/* running: has seen the whole region */
static gboolean
measure(KnDb *db, KnRegion *region, const GArray *spans, const KnSpan *span,
	const KnRunning *running, gint64 info_id, const ktp_Info *info,
	KnSessionMetrics *ret_metrics, GError **error)
{
	KnRange range = {span->first_seq, span->last_seq};
	gboolean is_same = TRUE;

	if ((running->info_id != info_id || !kn_running_measure(running, spans, ret_metrics)) &&
	    !fold(db, region, range, info, ret_metrics, error))
		return FALSE;
	if (span->state == KN_SESSION_OPEN)
		return TRUE;
	if (!add_buildup(db, region, range, info, ret_metrics, &is_same, error))
		return FALSE;
	/* a block that was damaged since: what can be read counts, today and whenever it is asked again */
	return is_same || (fold(db, region, range, info, ret_metrics, error) &&
			   add_buildup(db, region, range, info, ret_metrics, &is_same, error));
}

static gboolean
make_row(const KnDeriver *deriver, const KnLogState *log, KnRegion *region, const GArray *spans,
	 const KnSpan *span, const KnRunning *running, KnSessionRow *row, GError **error)
{
	KnRange range = {span->first_seq, span->last_seq};
	KnSession *session = &row->session;
	const ktp_Info *info;

	row->log_key = log->log_key;
	row->info_id = kn_region_info_id(region, range);
	session->device_id = log->device_id;
	session->log_id = log->log_id;
	session->boot = region->boot;
	session->span = *span;
	session->zone = g_strdup(deriver->zone);
	session->is_provisional = span->state == KN_SESSION_OPEN;
	judge_completeness(log, session);
	if (!kn_infos_get(deriver->db, row->info_id, &info, error) ||
	    !judge_time(deriver->db, log->log_key, session, error))
		return FALSE;
	if (!info) {
		g_set_error(error, KN_STORE_ERROR, KN_STORE_ERROR_MALFORMED,
			    "a description that records were read with is missing");
		return FALSE;
	}
	if (!measure(deriver->db, region, spans, span, running, row->info_id, info,
		     &session->metrics, error))
		return FALSE;
	/* what the massager counted was another session */
	if (span->is_by_hand) {
		session->metrics.has_device_duration = FALSE;
		session->metrics.device_duration_ms = 0;
		session->metrics.is_duration_disputed = FALSE;
	}
	return TRUE;
}

static gboolean
set_blocks(KnDb *db, const KnRegion *region, const KnSession *session, GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; i < region->heads->len; i++) {
		const KnBlockHead *head = &g_array_index(region->heads, KnBlockHead, i);
		if (head->first_seq <= session->span.last_seq &&
		    head->last_seq >= session->span.first_seq)
			g_array_append_val(ids, head->block_id);
	}
	return kn_sessions_set_blocks(db, session->id, ids, error);
}

static gboolean
save_all(const KnDeriver *deriver, const KnRegion *region, GPtrArray *rows, GError **error)
{
	KnRange range = {region->first_seq, region->last_seq};
	g_autoptr(GPtrArray) old =
		kn_sessions_find(deriver->db, region->log_key, region->boot, range, error);

	if (!old)
		return FALSE;
	kn_derive_match(rows, old, deriver->is_by_hand);
	for (guint i = 0; i < old->len; i++) {
		const KnSessionRow *row = old->pdata[i];
		if (row->session.id == 0)
			continue;
		if (!kn_sessions_delete(deriver->db, row->session.id, error))
			return FALSE;
		note_changed(deriver, &row->session);
	}
	for (guint i = 0; i < rows->len; i++) {
		KnSessionRow *row = rows->pdata[i];
		if (!save(deriver, row, error) ||
		    !set_blocks(deriver->db, region, &row->session, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_derive_region(const KnDeriver *deriver, const KnLogState *log, guint32 boot, KnRange touched,
		 KnRange *ret_done, GError **error)
{
	g_autoptr(GPtrArray) rows =
		g_ptr_array_new_with_free_func((GDestroyNotify)kn_session_row_free);
	g_autoptr(GArray) spans = NULL;
	g_autoptr(KnRunning) running = NULL;
	g_auto(KnRegion) region = {0};
	g_auto(KnSplitEdits) edits = {0};
	gboolean is_by_hand;
	const ktp_Info *info;
	gint64 info_id;
	KnRange unseen;

	kn_split_edits_init(&edits);
	if (!kn_region_find(deriver->db, log->log_key, boot, touched, &region, error) ||
	    !kn_edits_load(deriver->db, log->log_key, boot, &edits, error))
		return FALSE;
	/* with edits nothing is the plain case that is read on: the region is walked, and measured, from its start */
	is_by_hand = edits.cuts->len > 0 || edits.joins->len > 0;
	*ret_done = (KnRange){region.first_seq, region.last_seq};
	info_id = kn_region_info_id(&region, *ret_done);
	if (!kn_infos_get(deriver->db, info_id, &info, error))
		return FALSE;
	running = kn_running_take(deriver->db, &region, touched, info_id);
	if (is_by_hand)
		g_clear_pointer(&running, kn_running_free);
	/* nothing that can be read */
	if (!info)
		return TRUE;
	unseen = (KnRange){running ? touched.first : region.first_seq, region.read_to_seq};
	if (!running)
		running = kn_running_new(info, info_id);
	if (is_by_hand)
		kn_splitter_set_edits(running->splitter, &edits);
	spans = split(deriver->db, &region, unseen, running, info, boot < log->newest_boot, error);
	if (!spans)
		return FALSE;
	running->is_one &= !is_by_hand;
	for (guint i = 0; i < spans->len; i++) {
		KnSessionRow *row = g_new0(KnSessionRow, 1);
		g_ptr_array_add(rows, row);
		if (!make_row(deriver, log, &region, spans, &g_array_index(spans, KnSpan, i),
			      running, row, error))
			return FALSE;
	}
	if (!save_all(deriver, &region, rows, error))
		return FALSE;
	if (!is_by_hand)
		kn_running_keep(deriver->db, &region, spans, g_steal_pointer(&running));
	return TRUE;
}

gboolean
kn_derive_completeness(const KnDeriver *deriver, const KnLogState *log, KnRange range,
		       GError **error)
{
	KnRange beside = {range.first > 0 ? range.first - 1 : 0, range.last + 1};
	g_autoptr(GPtrArray) rows = kn_sessions_find(deriver->db, log->log_key, -1, beside, error);

	if (!rows)
		return FALSE;
	for (guint i = 0; i < rows->len; i++) {
		KnSessionRow *row = rows->pdata[i];
		gboolean was_known = row->session.is_completeness_known;
		KnCoverage was = row->session.coverage;
		judge_completeness(log, &row->session);
		/* mostly it was derived just now, and is read again only to be compared with itself */
		if (was_known == row->session.is_completeness_known &&
		    is_same_coverage(&was, &row->session.coverage))
			continue;
		if (!save(deriver, row, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_derive_times(const KnDeriver *deriver, const KnLogState *log, guint32 boot, guint64 from_t_ms,
		GError **error)
{
	g_autoptr(GArray) ids =
		kn_sessions_find_dated(deriver->db, log->log_key, boot, from_t_ms, error);

	if (!ids)
		return FALSE;
	for (guint i = 0; i < ids->len; i++) {
		g_autoptr(KnSessionRow) row =
			kn_sessions_load(deriver->db, g_array_index(ids, gint64, i), error);
		if (!row || !judge_time(deriver->db, log->log_key, &row->session, error) ||
		    !save(deriver, row, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
kn_derive_close_boots(const KnDeriver *deriver, const KnLogState *log, GError **error)
{
	g_autoptr(GArray) ids = kn_sql_select_ids(
		deriver->db,
		/* KN_SESSION_OPEN, written out: that is what the index holds */
		"SELECT session_id FROM session WHERE log_key = ?1 AND state = 0 AND "
		"device_boot < ?2",
		KN_SQL_INTS(log->log_key, log->newest_boot), error);

	if (!ids)
		return FALSE;
	for (guint i = 0; i < ids->len; i++) {
		gint64 values[3];
		gboolean is_found;
		KnRange range, done;
		if (!kn_sql_get(deriver->db,
				"SELECT device_boot, first_seq, last_seq FROM session "
				"WHERE session_id = ?1",
				KN_SQL_INTS(g_array_index(ids, gint64, i)), values, 3, &is_found,
				error))
			return FALSE;
		/* the one before may have swallowed it */
		if (!is_found)
			continue;
		range = (KnRange){(guint64)values[1], (guint64)values[2]};
		if (!kn_derive_region(deriver, log, (guint32)values[0], range, &done, error))
			return FALSE;
	}
	return TRUE;
}
